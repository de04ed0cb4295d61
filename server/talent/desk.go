package talent

import (
	"context"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/talent"
	"seedbed/server/web"
	view "seedbed/templates/talent"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func (h handlers) desk(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	state, text := web.Query(c, "state"), web.Query(c, "q")
	counts, err := h.book.Counts(ctx, by)
	if err != nil {
		return err
	}
	if state != "leaving" && !slices.ContainsFunc(talent.States[:5], func(s talent.Choice) bool { return s.Code == state }) {
		state = ""
	}
	p := view.DeskPage{Form: ui.Form{Values: url.Values{"q": {text}, "state": {state}}}, Keeps: len(by.Sight(identity.KeepTalents)) > 0, Now: h.clock.Now()}
	p.Tabs, p.Listed = tabs(counts, state)
	if len(by.Sight(identity.ReadTalents)) == 0 {
		p.Cards, err = h.book.Within(ctx, by, text)
	} else {
		q := talent.Queue{State: state, Text: text}
		if state == "leaving" {
			q.State, q.Leaving = "", true
		}
		if p.List, err = h.book.Desk(ctx, by, q); p.List == nil {
			p.List = []talent.Talent{}
		}
	}
	if err != nil {
		return err
	}
	return web.Page(c, view.Desk(p))
}

// tabs are the states with how many stand in each.
func tabs(counts []talent.Count, state string) ([]ui.Tab, int) {
	by, all, leaving := map[string]int{}, 0, 0
	for _, n := range counts {
		if by[n.State] = n.N; n.State != talent.Removed {
			all += n.N
			leaving += n.Leaving
		}
	}
	list := []ui.Tab{{Href: "/desk/talents", Label: "全部", Count: all, Current: state == ""}}
	for _, s := range talent.States[:5] {
		list = append(list, ui.Tab{Href: "/desk/talents?state=" + s.Code, Label: s.Name, Count: by[s.Code], Current: state == s.Code})
	}
	return append(list, ui.Tab{Href: "/desk/talents?state=leaving", Label: "要求移除", Count: leaving, Current: state == "leaving"}), by[talent.Listed]
}

func (h handlers) registering(c *fiber.Ctx) error {
	return h.registerPage(c, fiber.StatusOK, fresh())
}

func (h handlers) registerPage(c *fiber.Ctx, status int, form ui.Form) error {
	ctx := c.UserContext()
	var options []ui.Option
	for _, path := range web.Actor(c).Sight(identity.KeepTalents) {
		p, err := place.One(ctx, h.db, path)
		if err != nil {
			return err
		}
		options = append(options, ui.Option{Value: p.Path, Label: words.Pick(ctx, p.Name, p.NameEn)})
	}
	return web.Show(c, status, view.Register(form, options))
}

func (h handlers) register(c *fiber.Ctx) error {
	n, form, err := web.Bind[talent.NewTalent](c)
	if err == nil {
		err = h.book.Nominate(c.UserContext(), web.Actor(c), n)
	}
	if web.Wrong(&form, err) {
		return h.registerPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "登记好了，接着联系本人")
	return web.See(c, "/desk/talents?state=nominated")
}

func (h handlers) entry(c *fiber.Ctx) error {
	return h.entryPage(c, fiber.StatusOK, ui.Form{}, "", "")
}

func (h handlers) entryPage(c *fiber.Ctx, status int, form ui.Form, at, phone string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	f, err := h.book.File(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Case(view.CasePage{File: f, Form: form, At: at, Keeps: by.Can(identity.KeepTalents, f.Place), Now: h.clock.Now(), IDs: [3]string{newID(), newID(), newID()}, Phone: phone}))
}

// done answers a form of the desk: what is wrong is shown beside its field, in the form at.
func (h handlers) done(c *fiber.Ctx, id string, form ui.Form, err error, at, said string) error {
	if web.Wrong(&form, err) {
		return h.entryPage(c, fiber.StatusUnprocessableEntity, form, at, "")
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/talents/"+id)
}

// deed hands a desk's form to its verb.
func deed[T any](h handlers, c *fiber.Ctx, at, said string, verb func(context.Context, identity.Actor, string, T) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[T](c)
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, n)
	}
	return h.done(c, id, form, err, at, said)
}

func (h handlers) contact(c *fiber.Ctx) error {
	return deed(h, c, view.Contact, "记下来了", h.book.Contact)
}

func (h handlers) verify(c *fiber.Ctx) error {
	return deed(h, c, view.Verify, "核实好了，接着请本人决定公开哪些", h.book.Verify)
}

func (h handlers) vouch(c *fiber.Ctx) error { return deed(h, c, view.Vouch, "续好了", h.book.Vouch) }

func (h handlers) remove(c *fiber.Ctx) error {
	return deed(h, c, view.Remove, "移除了，资料已经删掉", h.book.Remove)
}

func (h handlers) amend(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, about, form, err := bindAbout[talent.Amendment](c)
	n.About = about
	if err == nil {
		err = h.book.Amend(c.UserContext(), web.Actor(c), id, n)
	}
	return h.done(c, id, form, err, view.About, "存好了")
}

func (h handlers) paper(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[talent.Paper](c)
	consent, form, wrong := web.Bind[talent.Consent](c)
	if err == nil {
		err = wrong
	}
	if err == nil {
		n.Consent = consent
		err = h.listByPaper(c, id, n)
	}
	return h.done(c, id, form, err, view.Paper, "登记好了，名片已经公开")
}

func (h handlers) listByPaper(c *fiber.Ctx, id string, n talent.Paper) error {
	files, err := web.Files(c, "paper")
	if err != nil || len(files) == 0 {
		if err == nil {
			err = h.book.ListByPaper(c.UserContext(), web.Actor(c), id, n, nil)
		}
		return err
	}
	r, err := files[0].Open()
	if err != nil {
		return err
	}
	defer r.Close()
	n.Name = files[0].Name
	return h.book.ListByPaper(c.UserContext(), web.Actor(c), id, n, r)
}

func (h handlers) reveal(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[talent.Look](c)
	phone := ""
	if err == nil {
		phone, err = h.book.RevealPhone(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.entryPage(c, fiber.StatusUnprocessableEntity, form, view.Reveal, "")
	}
	if err != nil {
		return err
	}
	return h.entryPage(c, fiber.StatusOK, ui.Form{}, "", phone)
}
