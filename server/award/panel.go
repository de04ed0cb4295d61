package award

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

// panelRoutes are the pages by which an objection is upheld with a new vote of the panel.
func panelRoutes(h deciders) []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/desk/objections/:id/panel", May: identity.HandleObjects, Handle: h.revote},
		{Method: "POST", Path: "/desk/objections/:id/panel", May: identity.HandleObjects, Handle: h.sayRevote},
	}
}

func (h deciders) revote(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.revotePage(c, fiber.StatusOK, id, nil)
}

func (h deciders) revotePage(c *fiber.Ctx, status int, id string, form *ui.Form) error {
	o, v, p, err := h.book.PanelCase(c.UserContext(), web.Actor(c), h.jury, id)
	if err != nil {
		return err
	}
	if form == nil {
		form = &ui.Form{Values: url.Values{"id": {newID()}}}
	}
	return web.Show(c, status, view.Revote(view.RevotePage{Case: o, PanelView: v, Project: p, Form: *form}))
}

func (h deciders) sayRevote(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	word, form, err := web.Bind[judging.NewPanelWord](c)
	answer, _, bad := web.Bind[award.PanelAnswer](c)
	if err == nil {
		err = bad
	}
	r := award.PanelRuling{NewPanelWord: word, PanelAnswer: answer}
	r.ID = made(r.ID)
	if err == nil {
		err = h.book.RuleByPanel(c.UserContext(), web.Actor(c), id, r)
	}
	if web.Wrong(&form, err) {
		return h.revotePage(c, fiber.StatusUnprocessableEntity, id, &form)
	}
	if fault.Is(err, fault.Conflict) {
		form = kept(form, err)
		return h.revotePage(c, fiber.StatusConflict, id, &form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "答复好了，已经告诉提异议的人和团队")
	return web.See(c, "/desk/objections/"+id)
}
