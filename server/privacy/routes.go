// Package privacy answers the pages of everybody's rights over their own data, and of those who answer their requests.
package privacy

import (
	"bytes"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/privacy"
	"seedbed/server/web"
	view "seedbed/templates/privacy"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

type handlers struct {
	book  *privacy.Book
	who   *accounts.Accounts
	clock clock.Clock
	code  func(phone string) string // what a sample district's phone got, nil in a real one
}

// Routes lists the pages. lastCode is what a sample district shows in place of a phone; nil in a real one.
func Routes(book *privacy.Book, who *accounts.Accounts, c clock.Clock, lastCode func(phone string) string) []web.Route {
	h := handlers{book, who, c, lastCode}
	return []web.Route{
		{Method: "GET", Path: "/privacy", May: identity.Look, Handle: func(c *fiber.Ctx) error { return web.Page(c, view.Public()) }},
		{Method: "GET", Path: "/me/privacy", May: identity.OwnHands, Handle: h.centre},
		{Method: "POST", Path: "/me/privacy/word", May: identity.OwnHands, Handle: h.word},
		{Method: "POST", Path: "/me/privacy/consents/:id/withdraw", May: identity.OwnHands, Handle: h.withdraw},
		{Method: "POST", Path: "/me/privacy/requests", May: identity.OwnHands, Handle: h.ask},
		{Method: "POST", Path: "/me/privacy/requests/:id/back", May: identity.OwnHands, Handle: h.back},
		{Method: "GET", Path: "/me/privacy/file", May: identity.OwnHands, Handle: h.fetch},
		{Method: "POST", Path: "/me/privacy/file/code", May: identity.OwnHands, Handle: h.sendCode},
		{Method: "POST", Path: "/me/privacy/file", May: identity.OwnHands, Handle: h.prepare},
		{Method: "GET", Path: "/me/privacy/file/:key", May: identity.OwnHands, Handle: h.download},
		{Method: "GET", Path: "/desk/privacy", May: identity.HandlePrivacy, Handle: h.desk},
		{Method: "GET", Path: "/desk/privacy/:id", May: identity.HandlePrivacy, Handle: h.one},
		{Method: "POST", Path: "/desk/privacy/:id", May: identity.HandlePrivacy, Handle: h.answer},
	}
}

func (h handlers) centre(c *fiber.Ctx) error {
	return h.centrePage(c, fiber.StatusOK, ui.Form{Values: map[string][]string{"id": {uuid.Must(uuid.NewV7()).String()}}})
}

func (h handlers) centrePage(c *fiber.Ctx, status int, form ui.Form) error {
	found, err := h.book.Centre(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Centre(form, found, h.clock.Now()))
}

func (h handlers) word(c *fiber.Ctx) error {
	typed, form, err := web.Bind[privacy.Word](c)
	if err == nil {
		err = h.book.Say(c.UserContext(), web.Actor(c), typed)
	}
	if web.Wrong(&form, err) {
		return h.centrePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "记下了")
	return web.See(c, "/me/privacy")
}

func (h handlers) withdraw(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Withdraw(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "收回了。以后不再用，已经公开的一天之内收起来")
	return web.See(c, "/me/privacy")
}

func (h handlers) ask(c *fiber.Ctx) error {
	typed, form, err := web.Bind[privacy.Ask](c)
	if err == nil {
		err = h.book.Ask(c.UserContext(), web.Actor(c), typed)
	}
	if web.Wrong(&form, err) {
		return h.centrePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "收到您的申请，十五个工作日内答复")
	return web.See(c, "/me/privacy")
}

func (h handlers) back(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.TakeBack(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "已撤回")
	return web.See(c, "/me/privacy")
}

func (h handlers) fetch(c *fiber.Ctx) error { return h.fetchPage(c, fiber.StatusOK, ui.Form{}, false) }

func (h handlers) fetchPage(c *fiber.Ctx, status int, form ui.Form, sent bool) error {
	by := web.Actor(c)
	factor, err := h.who.Enrolled(c.UserContext(), by)
	if err != nil {
		return err
	}
	sample := ""
	if sent && h.code != nil {
		phone, err := h.who.OwnPhone(c.UserContext(), by)
		if err != nil {
			return err
		}
		sample = h.code(phone)
	}
	return web.Show(c, status, view.Fetch(form, factor, sent, sample, ""))
}

func (h handlers) sendCode(c *fiber.Ctx) error {
	err := h.who.SendOwnCode(c.UserContext(), web.Actor(c))
	form := ui.Form{}
	if web.Wrong(&form, err) {
		return h.fetchPage(c, fiber.StatusUnprocessableEntity, form, false)
	}
	if err != nil {
		return err
	}
	return h.fetchPage(c, fiber.StatusOK, form, true)
}

type codeForm struct {
	Code string `form:"code"`
}

func (h handlers) prepare(c *fiber.Ctx) error {
	typed, form, err := web.Bind[codeForm](c)
	token := ""
	if err == nil {
		token, err = h.book.Link(c.UserContext(), web.Actor(c), typed.Code)
	}
	if web.Wrong(&form, err) {
		return h.fetchPage(c, fiber.StatusUnprocessableEntity, form, true)
	}
	if err != nil {
		return err
	}
	return web.Page(c, view.Fetch(ui.Form{}, false, false, "", "/me/privacy/file/"+token))
}

func (h handlers) download(c *fiber.Ctx) error {
	data, err := h.book.Open(c.UserContext(), web.Actor(c), c.Params("key"))
	if err != nil {
		return err
	}
	var page bytes.Buffer
	if err := view.File(data).Render(c.UserContext(), &page); err != nil {
		return err
	}
	packed, err := data.Zip(page.Bytes())
	if err != nil {
		return err
	}
	c.Set("Content-Type", "application/zip")
	c.Set("Content-Disposition", `attachment; filename="my-data.zip"`)
	return c.Send(packed)
}

func (h handlers) desk(c *fiber.Ctx) error {
	list, err := h.book.Queue(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.Desk(view.DeskPage{List: list, Now: h.clock.Now()}))
}

func (h handlers) one(c *fiber.Ctx) error { return h.casePage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) casePage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	r, stops, err := h.book.One(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	texts := make([]string, len(stops))
	for i, s := range stops {
		texts[i] = words.Say(c.UserContext(), s)
	}
	return web.Show(c, status, view.Case(form, r, texts, h.clock.Now(), r.PersonID == by.ID))
}

func (h handlers) answer(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[privacy.Verdict](c)
	if err == nil {
		err = h.book.Answer(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.casePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经答复")
	return web.See(c, "/desk/privacy")
}
