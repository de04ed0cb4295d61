package talent

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/place"
	"seedbed/domain/talent"
	"seedbed/server/web"
	view "seedbed/templates/talent"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func (h handlers) list(c *fiber.Ctx) error {
	ctx := c.UserContext()
	f := talent.Filter{Text: web.Query(c, "q"), Place: web.InPlace(c), Skill: web.Query(c, "skill"), Time: web.Query(c, "time")}
	var from *talent.Card
	if at, id, ok := web.After(c); ok {
		from = &talent.Card{ID: id, ListedAt: at}
	}
	cards, err := h.book.Public(ctx, f, from)
	if err != nil {
		return err
	}
	p := view.ListPage{Form: ui.Form{Values: url.Values{"q": {f.Text}, "place": {f.Place}, "skill": {f.Skill}, "time": {f.Time}}}, Cards: cards}
	if p.Listed, err = h.book.ListedN(ctx); err != nil {
		return err
	}
	if p.Places, err = web.Places(c, h.db); err != nil {
		return err
	}
	if len(cards) > talent.PageSize {
		p.Cards = cards[:talent.PageSize]
		last := p.Cards[talent.PageSize-1]
		p.Next = web.Onward(c, last.ListedAt, last.ID)
	}
	return web.Page(c, view.List(p))
}

func (h handlers) card(c *fiber.Ctx) error { return h.cardPage(c, fiber.StatusOK, fresh()) }

func (h handlers) cardPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	card, err := h.book.Card(c.UserContext(), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Card(view.CardPage{Card: card, Form: form}))
}

func (h handlers) ask(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[talent.Asking](c)
	if err == nil {
		err = h.book.Ask(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.cardPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经告诉社区。社区先问本人，再联系您")
	return web.See(c, "/talents/"+id)
}

func (h handlers) recommending(c *fiber.Ctx) error {
	return h.recommendPage(c, fiber.StatusOK, fresh())
}

func (h handlers) recommendPage(c *fiber.Ctx, status int, form ui.Form) error {
	community := ""
	if by := web.Actor(c); by.Home != "" {
		home, err := place.One(c.UserContext(), h.db, by.Home)
		if err != nil {
			return err
		}
		community = words.Pick(c.UserContext(), home.Name, home.NameEn)
	}
	return web.Show(c, status, view.Recommend(form, community))
}

func (h handlers) recommend(c *fiber.Ctx) error {
	n, form, err := web.Bind[talent.NewTalent](c)
	if err == nil {
		err = h.book.Recommend(c.UserContext(), web.Actor(c), n)
	}
	if web.Wrong(&form, err) {
		return h.recommendPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "谢谢您。社区会去问本人，没有本人同意不会公开")
	return web.See(c, "/talents")
}
