package topic

import (
	"context"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/domain/topic"
	"seedbed/server/web"
	view "seedbed/templates/topic"
	"seedbed/templates/ui"
)

func (h handlers) desk(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	state, text := web.Query(c, "state"), web.Query(c, "q")
	counts, err := h.book.Counts(ctx, by)
	if err != nil {
		return err
	}
	of, all := map[string]int{}, 0
	for _, n := range counts {
		of[n.State] = n.N
		all += n.N
	}
	tabs := []ui.Tab{{Href: "/desk/topics", Label: "全部", Count: all}}
	found := false
	for _, s := range topic.States {
		found = found || s.Code == state
		tabs = append(tabs, ui.Tab{Href: "/desk/topics?state=" + s.Code, Label: s.Name, Count: of[s.Code], Current: s.Code == state})
	}
	if !found {
		state, tabs[0].Current = "", true
	}
	list, err := h.book.Desk(ctx, by, state, text)
	if err != nil {
		return err
	}
	return web.Page(c, view.Desk(view.DeskPage{Form: ui.Form{Values: url.Values{"q": {text}, "state": {state}}}, List: list, Tabs: tabs}))
}

func (h handlers) open(c *fiber.Ctx) error {
	at := ""
	if web.Query(c, "do") == view.Answer {
		at = view.Answer
	}
	return h.casePage(c, fiber.StatusOK, ui.Form{}, at)
}

func (h handlers) casePage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.Actor(c)
	found, err := h.book.Case(ctx, by, id)
	if err != nil {
		return err
	}
	p := view.CasePage{Page: found, Form: form, At: at, Runs: by.Can(identity.RunTopics, found.Place), Fresh: newID(), Now: h.clock.Now()}
	if found.Decided() {
		if p.Onward, err = h.onward(ctx, h.db, by, id, found.Place, p.Now); err != nil {
			return err
		}
	}
	if at == view.Answer && p.Runs {
		return web.Show(c, status, view.Answering(p))
	}
	return web.Show(c, status, view.Case(p))
}

// deed hands a desk's form to its verb; what is wrong is shown beside its field, in the form at.
func deed[T any](h handlers, c *fiber.Ctx, at, said string, verb func(context.Context, identity.Actor, string, T) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[T](c)
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.casePage(c, fiber.StatusUnprocessableEntity, form, at)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/topics/"+id)
}

func (h handlers) screen(c *fiber.Ctx) error {
	return deed(h, c, view.Screen, "收下了，邻居们看得到了", h.book.Screen)
}

func (h handlers) decline(c *fiber.Ctx) error {
	return deed(h, c, view.Decline, "已经告诉提议人", h.book.Decline)
}

func (h handlers) schedule(c *fiber.Ctx) error {
	return deed(h, c, view.Schedule, "定好了，已经告诉提议人", h.book.Schedule)
}

func (h handlers) resolve(c *fiber.Ctx) error {
	return deed(h, c, view.Resolve, "决定公布了", h.book.Resolve)
}

func (h handlers) report(c *fiber.Ctx) error {
	return deed(h, c, view.Report, "记下来了", h.book.Report)
}

func (h handlers) answer(c *fiber.Ctx) error {
	return deed(h, c, view.Answer, "答复了，等提议人说满不满意", h.book.Answer)
}

func (h handlers) record(c *fiber.Ctx) error {
	return deed(h, c, view.Record, "记录存好了，接着写决定", func(ctx context.Context, by identity.Actor, id string, n topic.Record) error {
		files, err := web.Files(c, "papers")
		if err != nil {
			return err
		}
		papers := make([]topic.Paper, len(files))
		for i, f := range files {
			r, err := f.Open()
			if err != nil {
				return err
			}
			defer r.Close() // at most a dozen, until the answer
			papers[i] = topic.Paper{Name: f.Name, Body: r}
		}
		return h.book.Record(ctx, by, id, n, papers)
	})
}
