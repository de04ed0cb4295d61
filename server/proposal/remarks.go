package proposal

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

func (h handlers) remarks(c *fiber.Ctx) error {
	form := fresh()
	form.Values.Set("section", web.Query(c, "section"))
	return h.remarksPage(c, fiber.StatusOK, form)
}

func (h handlers) remarksPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	f, list, err := h.book.Remarks(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Remarks(view.RemarksPage{Full: f, List: list, Form: form, Me: by.ID, May: f.SeatOf(by).Comments()}))
}

func (h handlers) say(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.NewRemark](c)
	if err == nil {
		err = h.book.Say(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.remarksPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "留言已发出，团队都能看到")
	return web.See(c, "/proposals/"+id+"/comments")
}

func (h handlers) hideRemark(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	remark, err := web.ID(c, "remark")
	if err != nil {
		return err
	}
	if err := h.book.HideRemark(c.UserContext(), web.Actor(c), id, remark); err != nil {
		return err
	}
	web.Said(c, "留言已收起")
	return web.See(c, "/proposals/"+id+"/comments")
}
