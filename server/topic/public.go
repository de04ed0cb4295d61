package topic

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/place"
	"seedbed/domain/topic"
	"seedbed/server/web"
	view "seedbed/templates/topic"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func (h handlers) list(c *fiber.Ctx) error {
	ctx := c.UserContext()
	f := topic.Filter{Text: web.Query(c, "q"), Place: web.InPlace(c), Kind: web.Query(c, "kind"), State: web.Query(c, "state")}
	var from *topic.Topic
	if at, id, ok := web.After(c); ok {
		from = &topic.Topic{ID: id, CreatedAt: at}
	}
	list, err := h.book.Public(ctx, f, from)
	if err != nil {
		return err
	}
	p := view.ListPage{Form: ui.Form{Values: url.Values{"q": {f.Text}, "place": {f.Place}, "kind": {f.Kind}, "state": {f.State}}}, List: list}
	if by := web.Actor(c); by.SignedIn() && from == nil {
		if p.Mine, err = h.book.Mine(ctx, by); err != nil {
			return err
		}
	}
	if p.Places, err = web.Places(c, h.db); err != nil {
		return err
	}
	if len(list) > topic.PageSize {
		p.List = list[:topic.PageSize]
		last := p.List[topic.PageSize-1]
		p.Next = web.Onward(c, last.CreatedAt, last.ID)
	}
	return web.Page(c, view.List(p))
}

func (h handlers) proposing(c *fiber.Ctx) error { return h.newPage(c, fiber.StatusOK, fresh()) }

func (h handlers) newPage(c *fiber.Ctx, status int, form ui.Form) error {
	community := ""
	if by := web.Actor(c); by.Home != "" {
		home, err := place.One(c.UserContext(), h.db, by.Home)
		if err != nil {
			return err
		}
		community = words.Pick(c.UserContext(), home.Name, home.NameEn)
	}
	return web.Show(c, status, view.New(form, community))
}

func (h handlers) propose(c *fiber.Ctx) error {
	var id string
	n, form, err := web.Bind[topic.NewTopic](c)
	if err == nil {
		id, err = h.book.Propose(c.UserContext(), web.Actor(c), n)
	}
	if web.Wrong(&form, err) {
		return h.newPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "交给社区了，有回音会告诉您")
	return web.See(c, "/topics/"+id)
}

func (h handlers) one(c *fiber.Ctx) error { return h.onePage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) onePage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.Actor(c)
	found, err := h.book.See(ctx, by, id)
	if err != nil {
		return err
	}
	p := view.OnePage{Page: found, Form: form, Fresh: newID(), Now: h.clock.Now()}
	if found.Decided() {
		if p.Onward, err = h.onward(ctx, h.db, by, id, found.Place, p.Now); err != nil {
			return err
		}
	}
	return web.Show(c, status, view.One(p))
}

func (h handlers) support(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Support(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "记下了，有了决定会告诉您")
	return web.See(c, "/topics/"+id)
}

func (h handlers) judge(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[topic.Verdict](c)
	if err == nil {
		err = h.book.Judge(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.onePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "谢谢您，已经告诉社区")
	return web.See(c, "/topics/"+id)
}
