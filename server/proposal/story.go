package proposal

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// between reads which revisions are to be compared: "" stands for the last ones.
func between(c *fiber.Ctx) (from, to int, err error) {
	for name, into := range map[string]*int{"from": &from, "to": &to} {
		text := web.Query(c, name)
		if text == "" {
			continue
		}
		if *into, err = strconv.Atoi(text); err != nil || *into < 1 || *into > 10_000 {
			return 0, 0, fault.Missing()
		}
	}
	return from, to, nil
}

func (h handlers) revised(c *fiber.Ctx) error { return h.changes(c, true, h.book.Revised) }

func (h handlers) rewritten(c *fiber.Ctx) error { return h.changes(c, false, h.book.Rewritten) }

func (h handlers) changes(c *fiber.Ctx, desk bool, read func(context.Context, identity.Actor, string, int, int) (proposal.Compared, error)) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	from, to, err := between(c)
	if err != nil {
		return err
	}
	found, err := read(c.UserContext(), web.Actor(c), id, from, to)
	if err != nil {
		return err
	}
	return web.Page(c, view.Changes(view.ChangesPage{Compared: found, Desk: desk}))
}

func (h handlers) beside(c *fiber.Ctx) error { return h.besidePage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) besidePage(c *fiber.Ctx, status int, form ui.Form) error {
	id, other, err := both(c)
	if err != nil {
		return err
	}
	pair, err := h.book.Beside(c.UserContext(), web.Actor(c), id, other)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Beside(pair, form))
}

func both(c *fiber.Ctx) (id, other string, err error) {
	if id, err = web.ID(c, "id"); err != nil {
		return "", "", err
	}
	other, err = web.ID(c, "other")
	return id, other, err
}

func (h handlers) compare(c *fiber.Ctx) error {
	id, other, err := both(c)
	if err != nil {
		return err
	}
	judging, form, err := web.Bind[proposal.Judging](c)
	if err == nil {
		err = h.book.Compare(c.UserContext(), web.Actor(c), id, other, judging)
	}
	if web.Wrong(&form, err) {
		return h.besidePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经定下来了")
	return web.See(c, "/desk/proposals/"+id)
}

func (h handlers) askStreet(c *fiber.Ctx) error {
	return h.plead(c, "ask", "已经请街道来看", h.book.AskStreet)
}

func (h handlers) lodge(c *fiber.Ctx) error {
	return h.plead(c, "appeal", "申诉已经交上去，区里会答复您", h.book.Lodge)
}

// plead takes the lead's word with its papers; at names the form on the page.
func (h handlers) plead(c *fiber.Ctx, at, said string, verb func(context.Context, identity.Actor, string, proposal.Plea) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	plea, form, err := web.Bind[proposal.Plea](c)
	if err == nil {
		plea.Papers, err = h.papers(c, "papers", at)
	}
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, plea)
	}
	return h.pleaded(c, id, at, said, form, err)
}

// pleaded shows the page again with what was typed, or goes on.
func (h handlers) pleaded(c *fiber.Ctx, id, at, said string, form ui.Form, err error) error {
	status := fiber.StatusUnprocessableEntity
	if fault.Is(err, fault.Conflict) && form.Values != nil {
		form, status = refused(form, err), fiber.StatusConflict
	} else if !web.Wrong(&form, err) {
		if err != nil {
			return err
		}
		web.Said(c, said)
		return web.See(c, "/proposals/"+id)
	}
	f, oops := h.book.Own(c.UserContext(), web.Actor(c), id)
	if oops != nil {
		return oops
	}
	return h.ownPageAt(c, status, f, form, at)
}

func (h handlers) agreeMerge(c *fiber.Ctx) error {
	return h.replyMerge(c, "您同意了合并", h.book.AgreeMerge)
}

func (h handlers) declineMerge(c *fiber.Ctx) error {
	return h.replyMerge(c, "不合并，两边各做各的", h.book.DeclineMerge)
}

func (h handlers) replyMerge(c *fiber.Ctx, said string, verb func(context.Context, identity.Actor, string, proposal.Reply) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	reply, form, err := web.Bind[proposal.Reply](c)
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, reply)
	}
	mine, oops := h.book.MergedBy(c.UserContext(), web.Actor(c), id)
	if oops != nil {
		return oops
	}
	return h.pleaded(c, mine, "merge", said, form, err)
}
