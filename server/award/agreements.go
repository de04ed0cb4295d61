package award

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/award"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

func (h handlers) papers(c *fiber.Ctx) error {
	by, asked := web.Actor(c), view.PaperView(web.Query(c, "view"))
	after := web.Query(c, "after")
	if uuid.Validate(after) != nil || len(after) != 36 {
		after = ""
	}
	list, next, err := h.book.Papers(c.UserContext(), by, asked, after)
	if err != nil {
		return err
	}
	p := view.PapersPage{View: asked, Drafts: len(by.Sight(identity.DraftAgreements)) > 0}
	for _, paper := range list {
		p.List = append(p.List, view.PaperItem{Paper: paper, NewID: newID(), Mine: waits(by, paper)})
	}
	if next != "" {
		p.Next = "/desk/agreements?view=" + asked + "&after=" + next
	}
	return web.Page(c, view.Papers(p))
}

// waits tells whether an agreement lacks a signature the actor may give by their office.
func waits(by identity.Actor, p award.Paper) bool {
	return p.Lacks(award.Host) && by.Can(identity.SignAsHost, p.Place) || p.Lacks(award.Sponsor) && by.Can(identity.SignAsSponsor, place.District(p.Place))
}

func (h handlers) draft(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[award.NewAgreement](c)
	if err != nil {
		return err
	}
	n.ID = made(n.ID)
	if err := h.book.Draft(c.UserContext(), web.Actor(c), id, n); err != nil {
		return err
	}
	web.Said(c, "协议起草好了，三方都会收到签字的消息")
	return web.See(c, "/agreements/"+n.ID)
}

func (h handlers) pact(c *fiber.Ctx) error {
	p, err := h.readPact(c)
	if err != nil {
		return err
	}
	return web.Page(c, view.Pact(p))
}

func (h handlers) readPact(c *fiber.Ctx) (view.PactPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return view.PactPage{}, err
	}
	p, err := h.book.Pact(c.UserContext(), web.Actor(c), id)
	return view.PactPage{Pact: p, Base: web.Base(c)}, err
}

func (h handlers) pactPaper(c *fiber.Ctx) error {
	p, err := h.readPact(c)
	if err != nil {
		return err
	}
	return web.Page(c, view.PactPaper(p))
}

func (h handlers) sign(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	pen, form, err := web.Bind[award.Pen](c)
	if err == nil {
		err = h.book.Sign(c.UserContext(), web.Actor(c), id, pen)
	}
	if web.Wrong(&form, err) {
		return h.unsigned(c, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "签好了，谢谢您")
	return web.See(c, "/agreements/"+id)
}

// unsigned shows the agreement again with what is still to do before signing.
func (h handlers) unsigned(c *fiber.Ctx, form ui.Form) error {
	p, err := h.readPact(c)
	if err != nil {
		return err
	}
	p.Form = form
	return web.Show(c, fiber.StatusUnprocessableEntity, view.Pact(p))
}
