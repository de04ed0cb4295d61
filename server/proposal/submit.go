package proposal

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/server/web"

	view "seedbed/templates/proposal"
)

func (h handlers) check(c *fiber.Ctx) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	return h.checkPage(c, fiber.StatusOK, f, nil)
}

func (h handlers) checkPage(c *fiber.Ctx, status int, f proposal.Full, kept *fault.Message) error {
	n, public, err := h.book.Resembles(c.UserContext(), web.Actor(c), f.ID)
	if err != nil {
		return err
	}
	wish, err := h.book.StandingOf(c.UserContext(), f)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Check(view.CheckPage{Full: f.Settled(), Now: h.clock.Now(), Leads: f.Leads(web.Actor(c)), Closed: h.book.Writable(f), Kept: kept, Like: n, Public: public,
		Standing: wish, WishID: newID()}))
}

// pressed is a button of the check page: at which save it was shown.
type pressed struct {
	Saves int `form:"version"`
}

// submit counts by the moment the request reached us: who pressed in time is not late because we were busy.
func (h handlers) submit(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	press, _, err := web.Bind[pressed](c)
	if err != nil {
		return err
	}
	f, err := h.book.Submit(c.UserContext(), web.Actor(c), id, press.Saves, web.Received(c))
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		status, m := fiber.StatusConflict, fault.MessageOf(err)
		if fault.Is(err, fault.Invalid) {
			status = fiber.StatusUnprocessableEntity
		}
		own, oops := h.own(c)
		if oops != nil {
			return oops
		}
		return h.checkPage(c, status, own, &m)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/proposals/"+f.ID+"/receipt")
}

func (h handlers) receipt(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f, revisions, err := h.book.Receipt(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Receipt(f, revisions, web.Base(c)+"/proposals/"+id))
}

func (h handlers) print(c *fiber.Ctx) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	return web.Page(c, view.Print(f, web.Base(c)+"/proposals/"+f.ID))
}

func (h handlers) withdraw(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	leaving, form, err := web.Bind[proposal.Leaving](c)
	if err == nil {
		err = h.book.Withdraw(c.UserContext(), web.Actor(c), id, leaving)
	}
	if web.Wrong(&form, err) {
		f, oops := h.own(c)
		if oops != nil {
			return oops
		}
		return h.ownPage(c, fiber.StatusUnprocessableEntity, f, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "申报书已撤回")
	return web.See(c, "/proposals/"+id)
}
