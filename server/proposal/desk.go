package proposal

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
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
	for _, name := range []string{"edition", "state", "place", "flag", "waits"} {
		if v := web.Query(c, name); v != "" {
			query.Set(name, v)
		}
	}
	days, _ := strconv.Atoi(query.Get("waits")) // what is no number narrows nothing
	filter := proposal.Filter{Edition: query.Get("edition"), State: query.Get("state"), Place: query.Get("place"), Flag: query.Get("flag"), Waits: days, Last: web.Query(c, "last")}
	rows, err := h.book.Desk(ctx, by, filter)
	if err != nil {
		return err
	}
	p := view.ListPage{Rows: rows, Form: ui.Form{Values: query}, CanExport: len(by.Sight(identity.ExportProposals)) > 0}
	if p.Counts, err = h.book.Counts(ctx, by, filter); err != nil {
		return err
	}
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
	by := web.Actor(c)
	return web.Show(c, status, view.Case(view.CasePage{Case: found, Topic: from, Form: form, At: at, IDs: [5]string{newID(), newID(), newID(), newID(), newID()}, Over: found.Overrules(by),
		Preset: web.Query(c, "preset") == "pass", Sight: by.Sight(identity.ReadProposals)}))
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
	if fault.Is(err, fault.Conflict) && form.Values != nil {
		return h.casePage(c, fiber.StatusConflict, refused(form, err), at)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/proposals/"+id)
}

// refused is a form that could not be taken because the page has moved on, with what was typed and why.
func refused(form ui.Form, err error) ui.Form {
	form.Wrong = fault.Fields{"": fault.MessageOf(err)}
	return form
}

func (h handlers) endorse(c *fiber.Ctx) error {
	return h.opine(c, "已写好意见，转到街道审查", h.book.Endorse)
}

func (h handlers) refuse(c *fiber.Ctx) error {
	return h.opine(c, "已写明不推荐的原因，并告诉了领办人", h.book.Refuse)
}

// opine takes an opinion with the papers it rests on.
func (h handlers) opine(c *fiber.Ctx, said string, verb func(context.Context, identity.Actor, string, proposal.Opinion) error) error {
	return deed(h, c, "opinion", said, func(ctx context.Context, by identity.Actor, id string, o proposal.Opinion) (err error) {
		for _, kind := range proposal.PaperKinds {
			papers, err := h.papers(c, kind.Code, kind.Code)
			if err != nil {
				return err
			}
			o.Papers = append(o.Papers, papers...)
		}
		return verb(ctx, by, id, o)
	})
}

// papers puts the files of a form's field into the store. A form without files has none.
func (h handlers) papers(c *fiber.Ctx, name, kind string) ([]proposal.Paper, error) {
	if !strings.HasPrefix(c.Get("Content-Type"), fiber.MIMEMultipartForm) {
		return nil, nil
	}
	files, err := web.Files(c, name)
	if err != nil {
		return nil, err
	}
	var wrong fault.Fields
	var list []proposal.Paper
	for _, f := range files {
		taken, err := h.paper(c, f)
		switch {
		case err == nil:
			list = append(list, proposal.Paper{Taken: taken, Kind: kind, Name: f.Name})
		case fault.Is(err, fault.Invalid):
			wrong.Add(name, "%s：%s", f.Name, fault.MessageOf(err))
		default:
			return nil, err
		}
	}
	return list, wrong.Err()
}

func (h handlers) paper(c *fiber.Ctx, f web.Upload) (evidence.Taken, error) {
	r, err := f.Open()
	if err != nil {
		return evidence.Taken{}, err
	}
	defer r.Close()
	return evidence.TakePaper(c.UserContext(), h.store, r)
}

func (h handlers) giveBack(c *fiber.Ctx) error {
	return deed(h, c, "return", "已退回，并告诉了领办人要改什么", h.book.Return)
}

func (h handlers) examine(c *fiber.Ctx) error {
	return deed(h, c, "examine", "审查结果已交，并告诉了领办人", h.book.Examine)
}

func (h handlers) uphold(c *fiber.Ctx) error {
	return deed(h, c, "appeal", "申诉成立，已改为通过", h.book.Uphold)
}

func (h handlers) dismiss(c *fiber.Ctx) error {
	return deed(h, c, "appeal", "申诉不成立，已经告诉领办人", h.book.Dismiss)
}

func (h handlers) merge(c *fiber.Ctx) error {
	return deed(h, c, "merge", "已经问了两边的领办人", h.book.AskMerge)
}
