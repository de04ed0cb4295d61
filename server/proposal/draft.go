package proposal

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/topic"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// show is the one address of a proposal: its team sees everything, the desks their case, everybody the summary once the
// results are public.
func (h handlers) show(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f, err := h.book.Own(c.UserContext(), web.Actor(c), id)
	if err == nil {
		return h.ownPage(c, fiber.StatusOK, f, ui.Form{})
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if web.Actor(c).Somewhere(identity.ReadProposals) {
		if _, err := h.book.See(c.UserContext(), web.Actor(c), id); err == nil {
			return web.See(c, "/desk/proposals/"+id)
		}
	}
	s, err := h.book.Public(c.UserContext(), id)
	if err != nil {
		return err
	}
	from, _, err := topic.LinkOf(c.UserContext(), h.db, id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Public(s, from))
}

func (h handlers) ownPage(c *fiber.Ctx, status int, f proposal.Full, form ui.Form) error {
	return h.ownPageAt(c, status, f, form, "")
}

// ownPageAt is ownPage with the form that was not taken, by its name; "" is the withdrawal.
func (h handlers) ownPageAt(c *fiber.Ctx, status int, f proposal.Full, form ui.Form, at string) error {
	from, _, err := topic.LinkOf(c.UserContext(), h.db, f.ID)
	if err != nil {
		return err
	}
	record, err := h.book.Story(c.UserContext(), web.Actor(c), f.ID)
	if err != nil {
		return err
	}
	var ban *proposal.Ban
	if f.State == proposal.Void && f.Leads(web.Actor(c)) {
		if ban, err = h.book.BanOf(c.UserContext(), f.ID); err != nil {
			return err
		}
	}
	return web.Show(c, status, view.Own(view.OwnPage{Full: f, Ban: ban, Topic: from, Form: form, At: at, Now: h.clock.Now(), Leads: f.Leads(web.Actor(c)), Writable: h.book.Writable(f) == nil && f.Edits(web.Actor(c)),
		Record: record, PleaID: newID()}))
}

// own is the proposal of the address, for somebody of its team.
func (h handlers) own(c *fiber.Ctx) (proposal.Full, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return proposal.Full{}, err
	}
	return h.book.Own(c.UserContext(), web.Actor(c), id)
}
