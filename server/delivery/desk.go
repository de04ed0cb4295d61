package delivery

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/server/web"
	view "seedbed/templates/delivery"
	"seedbed/templates/ui"
)

func (h handlers) desk(c *fiber.Ctx) error {
	state := web.Query(c, "state")
	if !edition.Known(delivery.ActivityStates, state) {
		state = delivery.Submitted
	}
	list, next, err := h.book.Desk(c.UserContext(), web.Actor(c), state, web.Query(c, "after"))
	if err != nil {
		return err
	}
	return web.Page(c, view.Desk(list, state, next))
}

func (h handlers) deskActivity(c *fiber.Ctx) error {
	return h.deskPage(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) deskPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	page, err := h.book.DeskActivity(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.DeskActivity(form, page))
}

func (h handlers) verify(c *fiber.Ctx) error {
	id, step, err := h.step(c)
	if err == nil {
		err = h.book.Verify(c.UserContext(), web.Actor(c), id, step)
	}
	if err != nil {
		return err
	}
	web.Said(c, "核验通过，人次已经计入项目")
	return web.See(c, "/desk/activities")
}

func (h handlers) sendBack(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	step, form, err := web.Bind[delivery.Step](c)
	if err == nil {
		err = h.book.Return(c.UserContext(), web.Actor(c), id, step)
	}
	if web.Wrong(&form, err) {
		return h.deskPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经退回，团队会收到原因")
	return web.See(c, "/desk/activities")
}

func (h handlers) reject(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	step, form, err := web.Bind[delivery.Step](c)
	if err == nil {
		err = h.book.Reject(c.UserContext(), web.Actor(c), id, step)
	}
	if web.Wrong(&form, err) {
		return h.deskPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "这场活动不予核验，团队会收到原因")
	return web.See(c, "/desk/activities")
}
