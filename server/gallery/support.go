package gallery

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/gallery"
	"seedbed/server/web"
	view "seedbed/templates/gallery"
	"seedbed/templates/ui"
)

func (h handlers) support(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, form, err := web.Bind[gallery.Voice](c)
	var i gallery.Item
	if err == nil {
		i, err = h.book.Support(c.UserContext(), web.Actor(c), id, v)
	}
	if web.Wrong(&form, err) {
		if i, err = h.book.One(c.UserContext(), web.Actor(c), id); err != nil {
			return err
		}
		return h.show(c, fiber.StatusUnprocessableEntity, i, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "附议成功，谢谢您")
	return web.See(c, view.Where(i)+"#supporters")
}

func (h handlers) unsupport(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	i, err := h.book.TakeBack(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	web.Said(c, "附议已收回")
	return web.See(c, view.Where(i)+"#supporters")
}

func (h handlers) hiding(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.hidePage(c, fiber.StatusOK, ui.Form{}, id, web.Query(c, "person"))
}

func (h handlers) hidePage(c *fiber.Ctx, status int, form ui.Form, id, person string) error {
	i, err := h.book.One(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	said, err := h.book.Words(c.UserContext(), web.Actor(c), i)
	if err != nil {
		return err
	}
	for _, w := range said {
		if w.PersonID != "" && w.PersonID == person {
			return web.Show(c, status, view.HidePage(form, i, w))
		}
	}
	return fault.Missing()
}

func (h handlers) hide(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[gallery.Hiding](c)
	var i gallery.Item
	if err == nil {
		i, err = h.book.HideWord(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.hidePage(c, fiber.StatusUnprocessableEntity, form, id, n.Person)
	}
	if err != nil {
		return err
	}
	web.Said(c, "留言已收起，写的人收到了消息")
	return web.See(c, view.Where(i)+"#supporters")
}

func (h handlers) wish(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	w, err := h.book.Wished(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.WishPage(w, web.Actor(c)))
}

func (h handlers) agree(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, _, err := web.Bind[gallery.Wish](c)
	if err == nil {
		err = h.book.Show(c.UserContext(), web.Actor(c), id, v)
	}
	if err != nil {
		return err
	}
	if v.Agree {
		web.Said(c, "谢谢您。提交以后街坊就看得到")
	} else {
		web.Said(c, "街坊已经看不到了")
	}
	return web.See(c, "/proposals/"+id+"/gallery")
}

// agreeCover is the lead's word about the cover photo alone.
func (h handlers) agreeCover(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, _, err := web.Bind[gallery.Wish](c)
	if err == nil {
		err = h.book.ShowCover(c.UserContext(), web.Actor(c), id, v)
	}
	if err != nil {
		return err
	}
	if v.Agree {
		web.Said(c, "谢谢您。社区看过以后，街坊就看得到照片")
	} else {
		web.Said(c, "街坊已经看不到照片了")
	}
	return web.See(c, "/proposals/"+id+"/gallery#cover")
}
