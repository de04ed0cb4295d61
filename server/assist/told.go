package assist

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/assist"
	"seedbed/domain/identity"
	"seedbed/server/web"
	view "seedbed/templates/assist"
	"seedbed/templates/ui"
)

func (h handlers) mine(c *fiber.Ctx) error {
	ctx := c.UserContext()
	list, err := h.book.Mine(ctx, web.Actor(c))
	if err != nil {
		return err
	}
	p := view.MinePage{List: list, Lines: map[string][]assist.Line{}, Disputes: map[string]assist.Dispute{}}
	for _, a := range list {
		if p.Lines[a.ID], err = h.book.Lines(ctx, a.ID); err != nil {
			return err
		}
		d, there, err := h.book.DisputeOf(ctx, a.ID)
		if err != nil {
			return err
		}
		if there {
			p.Disputes[a.ID] = d
		}
	}
	return web.Page(c, view.Mine(p))
}

func (h handlers) dispute(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Dispute(c.UserContext(), web.Actor(c), id, ""); err != nil {
		return err
	}
	web.Said(c, "记下了。街道会来核实，答复您")
	return web.See(c, "/me/assisted")
}

func (h handlers) byLink(c *fiber.Ctx) error { return h.linkPage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) linkPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	a, err := h.book.ByLink(c.UserContext(), id, c.Params("key"))
	if err != nil {
		return err
	}
	return web.Show(c, status, view.ByLink(form, a, "/assisted/"+id+"/"+h.book.LinkKey(id)))
}

type said struct {
	Text string `form:"text"`
}

func (h handlers) disputeByLink(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[said](c)
	if err == nil {
		err = h.book.DisputeByLink(c.UserContext(), web.Actor(c), id, c.Params("key"), typed.Text)
	}
	if web.Wrong(&form, err) {
		return h.linkPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "记下了。街道会来核实，答复您")
	return web.See(c, "/assisted/"+id+"/"+h.book.LinkKey(id))
}

func (h handlers) desk(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	list, err := h.book.Desk(ctx, by)
	if err != nil {
		return err
	}
	disputes, err := h.book.Disputes(ctx, by)
	if err != nil {
		return err
	}
	return web.Page(c, view.Desk(list, disputes))
}

func (h handlers) oneDispute(c *fiber.Ctx) error { return h.disputePage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) disputePage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	d, a, err := h.book.DisputeOne(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	lines, err := h.book.Lines(c.UserContext(), a.ID)
	if err != nil {
		return err
	}
	decides := by.Can(identity.HandleDisputes, d.Place) && by.ID != d.HelperID && by.ID != d.PersonID
	return web.Show(c, status, view.DisputePage(form, d, a, lines, decides))
}

func (h handlers) decide(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[assist.Verdict](c)
	if err == nil {
		err = h.book.Decide(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.disputePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经答复本人")
	return web.See(c, "/desk/assisted")
}
