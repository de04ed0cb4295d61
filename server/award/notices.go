package award

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

func (h handlers) notices(c *fiber.Ctx) error {
	before, last := h.from(c)
	list, err := award.Notices(c.UserContext(), h.db, before, last, perPage+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > perPage {
		list = list[:perPage]
		next = "/notices?" + mark(list[perPage-1].OpensAt, list[perPage-1].ID)
	}
	shown := make([]view.Listed, len(list))
	for i, p := range list {
		content, err := p.Read()
		if err != nil {
			return err
		}
		shown[i] = view.Listed{Publicity: p, Content: content}
	}
	return web.Page(c, view.Notices(shown, h.clock.Now(), next))
}

// see reads a notice with what its reader may know and do.
func (h handlers) see(c *fiber.Ctx, form ui.Form) (view.NoticePage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return view.NoticePage{}, err
	}
	ctx, by := c.UserContext(), web.Actor(c)
	p, err := award.Notice(ctx, h.db, id)
	if err != nil {
		return view.NoticePage{}, err
	}
	page := view.NoticePage{Publicity: p, Form: form, Now: h.clock.Now(), SignedIn: by.SignedIn(), Base: web.Base(c)}
	if page.Content, err = p.Read(); err != nil {
		return page, err
	}
	if page.Fates, err = award.Since(ctx, h.db, id); err != nil {
		return page, err
	}
	if page.Later, err = award.Later(ctx, h.db, id); err != nil {
		return page, err
	}
	files, err := h.book.NoticeFiles(ctx, id)
	if err != nil {
		return page, err
	}
	page.Files = listings(c, files, "/notices/"+id)
	page.Mine, err = h.book.Mine(ctx, by, id)
	return page, err
}

func (h handlers) notice(c *fiber.Ctx) error {
	page, err := h.see(c, fresh())
	if err != nil {
		return err
	}
	return web.Page(c, view.Notice(page))
}

func (h handlers) noticePaper(c *fiber.Ctx) error {
	page, err := h.see(c, ui.Form{})
	if err != nil {
		return err
	}
	return web.Page(c, view.NoticePaper(page))
}

func (h handlers) object(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[award.NewObjection](c)
	var filed award.Objection
	if err == nil {
		n.ID = made(n.ID)
		filed, err = h.book.Object(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		page, err := h.see(c, form)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Notice(page))
	}
	if err != nil {
		return err
	}
	web.Said(c, "您的异议收到了，编号 %s。我们会核实，再把结果告诉您", filed.Number)
	return web.See(c, "/objections")
}
