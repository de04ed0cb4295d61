package award

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

func (h handlers) filed(c *fiber.Ctx) error {
	list, err := h.book.Filed(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.Filed(list))
}

func (h handlers) cases(c *fiber.Ctx) error {
	before, last := h.from(c)
	all := web.Query(c, "all") != ""
	list, err := h.book.Cases(c.UserContext(), web.Actor(c), !all, before, last, perPage+1)
	if err != nil {
		return err
	}
	p := view.CasesPage{List: list, All: all, Now: h.clock.Now()}
	if len(list) > perPage {
		p.List, p.Next = list[:perPage], "/desk/objections?"
		if all {
			p.Next += "all=1&"
		}
		p.Next += mark(list[perPage-1].ReceivedAt, list[perPage-1].ID)
	}
	return web.Page(c, view.Cases(p))
}

func (h handlers) oneCase(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.casePage(c, fiber.StatusOK, id, ui.Form{})
}

// casePage shows an objection with the answer as it was typed; the version is always that of the page.
func (h handlers) casePage(c *fiber.Ctx, status int, id string, form ui.Form) error {
	by := web.Actor(c)
	o, err := h.book.Case(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	p := view.CasePage{Case: o, Form: form, Now: h.clock.Now(), Rules: o.State == award.Investigating && o.Handler == by.ID && by.Can(identity.HandleObjects, o.Place)}
	if o.State == award.Received {
		if p.Takes, err = h.book.MayHandle(c.UserContext(), by, o.Objection); err != nil {
			return err
		}
	}
	if p.Rules {
		if p.Sheets, err = h.book.TargetSheets(c.UserContext(), by, o.Objection); err != nil {
			return err
		}
		if p.Revotes, err = h.book.Revotes(c.UserContext(), by, o.Objection); err != nil {
			return err
		}
	}
	if p.Form.Values == nil {
		p.Form.Values = map[string][]string{}
	}
	p.Form.Values.Set("version", strconv.Itoa(o.Version))
	return web.Show(c, status, view.Case(p))
}

func (h handlers) take(c *fiber.Ctx) error {
	id, press, err := pressed(c)
	if err == nil {
		err = h.book.Take(c.UserContext(), web.Actor(c), id, press)
	}
	if err != nil {
		return err
	}
	web.Said(c, "由您来核实，核实好了在这里答复")
	return web.See(c, "/desk/objections/"+id)
}

func (h handlers) uphold(c *fiber.Ctx) error { return h.rule(c, award.Upheld) }

func (h handlers) dismiss(c *fiber.Ctx) error { return h.rule(c, award.Dismissed) }

func (h handlers) rule(c *fiber.Ctx, outcome string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, form, err := web.Bind[award.Ruling](c)
	r.Outcome = outcome
	if err == nil {
		err = h.book.Rule(c.UserContext(), web.Actor(c), id, r)
	}
	if web.Wrong(&form, err) {
		return h.casePage(c, fiber.StatusUnprocessableEntity, id, form)
	}
	if fault.Is(err, fault.Conflict) {
		return h.casePage(c, fiber.StatusConflict, id, kept(form, err))
	}
	if err != nil {
		return err
	}
	web.Said(c, "答复好了，已经告诉提异议的人和团队")
	return web.See(c, "/desk/objections/"+id)
}

// kept is a form that could not be taken because the page has moved on, with what was typed and why.
func kept(form ui.Form, err error) ui.Form {
	m := fault.MessageOf(err)
	form.Wrong = fault.Fields{"": m}
	return form
}
