package assist

import (
	"io"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/assist"
	"seedbed/server/web"
	view "seedbed/templates/assist"
	"seedbed/templates/ui"
)

func (h handlers) grace(c *fiber.Ctx) error { return h.gracePage(c, fiber.StatusOK, blank()) }

func (h handlers) calls(c *fiber.Ctx) ([]ui.Option, error) {
	list, err := h.book.Calls(c.UserContext())
	options := make([]ui.Option, len(list))
	for i, e := range list {
		options[i] = ui.Option{Value: e.ID, Label: e.Title}
	}
	return options, err
}

func (h handlers) gracePage(c *fiber.Ctx, status int, form ui.Form) error {
	list, err := h.book.GraceList(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	calls, err := h.calls(c)
	if err != nil {
		return err
	}
	places, err := h.myPlaces(c)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.GraceList(form, list, calls, places))
}

func (h handlers) list(c *fiber.Ctx) error {
	typed, form, err := web.Bind[assist.NewGrace](c)
	if err == nil {
		err = h.keepGrace(c, typed)
	}
	if web.Wrong(&form, err) {
		return h.gracePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "登记好了。请尽快录入，截止后两个工作日内有效")
	return web.See(c, "/desk/grace")
}

func (h handlers) keepGrace(c *fiber.Ctx, typed assist.NewGrace) error {
	file, err := firstFile(c, "paper")
	if err != nil {
		return err
	}
	var r io.ReadSeeker
	if file != nil {
		opened, err := file.Open()
		if err != nil {
			return err
		}
		defer opened.Close()
		r, typed.Name = opened, file.Name
	}
	return h.book.List(c.UserContext(), web.Actor(c), typed, r)
}

type seen struct {
	Version int `form:"version"`
}

func (h handlers) strike(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, _, err := web.Bind[seen](c)
	if err != nil {
		return err
	}
	if err := h.book.Strike(c.UserContext(), web.Actor(c), id, typed.Version); err != nil {
		return err
	}
	web.Said(c, "已划去")
	return web.See(c, "/desk/grace")
}

func (h handlers) outages(c *fiber.Ctx) error { return h.outagesPage(c, fiber.StatusOK, blank()) }

func (h handlers) outagesPage(c *fiber.Ctx, status int, form ui.Form) error {
	list, err := h.book.Outages(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	calls, err := h.calls(c)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Outages(form, list, calls))
}

func (h handlers) declare(c *fiber.Ctx) error {
	typed, form, err := web.Bind[assist.NewOutage](c)
	if err == nil {
		err = h.book.Declare(c.UserContext(), web.Actor(c), typed)
	}
	if web.Wrong(&form, err) {
		return h.outagesPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "登记好了，时间已经顺延")
	return web.See(c, "/desk/outages")
}
