package proposal

import (
	"context"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/topic"
	"seedbed/server/web"
	"seedbed/templates/ui"
	"seedbed/templates/words"

	view "seedbed/templates/proposal"
)

func (h handlers) desk(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	query := url.Values{}
	for _, name := range []string{"edition", "state", "place"} {
		if v := web.Query(c, name); v != "" {
			query.Set(name, v)
		}
	}
	rows, err := h.book.Desk(ctx, by, proposal.Filter{Edition: query.Get("edition"), State: query.Get("state"), Place: query.Get("place"), Last: web.Query(c, "last")})
	if err != nil {
		return err
	}
	p := view.ListPage{Rows: rows, Form: ui.Form{Values: query}, CanExport: len(by.Sight(identity.ExportProposals)) > 0}
	editions, err := h.editions.Desk(ctx, by)
	if err != nil {
		return err
	}
	for _, e := range editions {
		p.Editions = append(p.Editions, ui.Option{Value: e.ID, Label: words.Pick(ctx, e.Title, e.TitleEn)})
	}
	tree, err := place.Tree(ctx, h.db)
	if err != nil {
		return err
	}
	p.Places = places(ctx, tree, by)
	if len(rows) == proposal.OnPage {
		next := url.Values{"last": {rows[len(rows)-1].ID}}
		for name := range query {
			next.Set(name, query.Get(name))
		}
		p.Next = "/desk/proposals?" + next.Encode()
	}
	return web.Page(c, view.List(p))
}

// places are those within the actor's sight, indented as the tree is.
func places(ctx context.Context, tree []place.Place, by identity.Actor) []ui.Option {
	var list []ui.Option
	for _, pl := range tree {
		if by.Sees(identity.ReadProposals, pl.Path) {
			indent := strings.Repeat("　", strings.Count(pl.Path, "."))
			list = append(list, ui.Option{Value: pl.Path, Label: indent + words.Pick(ctx, pl.Name, pl.NameEn)})
		}
	}
	return list
}

func (h handlers) see(c *fiber.Ctx) error { return h.casePage(c, fiber.StatusOK, ui.Form{}, "") }

func (h handlers) casePage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	found, err := h.book.See(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	from, _, err := topic.LinkOf(c.UserContext(), h.db, id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Case(view.CasePage{Case: found, Topic: from, Form: form, At: at, IDs: [2]string{newID(), newID()}}))
}

// deed hands a desk's form to its verb and says what was done; at names the form on the page.
func deed[T any](h handlers, c *fiber.Ctx, at, said string, verb func(context.Context, identity.Actor, string, T) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[T](c)
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.casePage(c, fiber.StatusUnprocessableEntity, form, at)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/proposals/"+id)
}

func (h handlers) endorse(c *fiber.Ctx) error {
	return deed(h, c, "opinion", "已写好社区意见，转到街道审查", h.book.Endorse)
}

func (h handlers) refuse(c *fiber.Ctx) error {
	return deed(h, c, "opinion", "已写明不推荐的原因，并告诉了领办人", h.book.Refuse)
}

func (h handlers) giveBack(c *fiber.Ctx) error {
	return deed(h, c, "return", "已退回，并告诉了领办人要改什么", h.book.Return)
}

func (h handlers) examine(c *fiber.Ctx) error {
	return deed(h, c, "examine", "审查结果已交，并告诉了领办人", h.book.Examine)
}

func (h handlers) uphold(c *fiber.Ctx) error {
	return deed(h, c, "uphold", "申诉成立，已改为通过", h.book.Uphold)
}
