package judging

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/judging"
	serveevidence "seedbed/server/evidence"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

func (h table) workbook(c *fiber.Ctx) error {
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	b, err := h.book.Workbook(c.UserContext(), web.Actor(c), round)
	if err != nil {
		return err
	}
	return serveevidence.Save(c, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b.Name, b.Body)
}

func (h table) offline(c *fiber.Ctx) error {
	return h.offlinePage(c, fiber.StatusOK, ui.Form{Values: url.Values{"id": {newID()}}})
}

func (h table) offlinePage(c *fiber.Ctx, status int, form ui.Form) error {
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	if _, err := h.book.Workbook(c.UserContext(), web.Actor(c), round); err != nil { // a round that is not theirs, or over
		return err
	}
	return web.Show(c, status, view.Offline(form, round))
}

func (h table) bring(c *fiber.Ctx) error {
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	type posted struct {
		ID string `form:"id"`
	}
	typed, form, err := web.Bind[posted](c)
	made := ""
	if err == nil {
		made, err = h.received(c, round, fromForm(typed.ID))
	}
	if web.Wrong(&form, err) {
		form.Values.Set("id", newID()) // the file has to be chosen anew: it will be another return
		return h.offlinePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/review/returns/"+made)
}

// received reads the workbook of the form.
func (h table) received(c *fiber.Ctx, round, id string) (string, error) {
	sent, err := web.Files(c, "workbook")
	if err != nil {
		return "", err
	}
	if len(sent) == 0 {
		return h.book.Bring(c.UserContext(), web.Actor(c), round, id, "", nil)
	}
	r, err := sent[0].Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	return h.book.Bring(c.UserContext(), web.Actor(c), round, id, sent[0].Name, r)
}

func (h table) returned(c *fiber.Ctx) error {
	return h.returnPage(c, fiber.StatusOK, ui.Form{})
}

func (h table) returnPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "return")
	if err != nil {
		return err
	}
	r, err := h.book.Return(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Return(form, r))
}

func (h table) take(c *fiber.Ctx) error {
	id, err := web.ID(c, "return")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Taking](c)
	taken := 0
	if err == nil {
		taken, err = h.book.Take(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.returnPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if taken > 0 {
		web.Said(c, "%d 份评分表已按表格存好", taken)
	}
	return web.See(c, "/review")
}
