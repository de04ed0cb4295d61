package accounts

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/fault"
	"seedbed/server/web"
	view "seedbed/templates/accounts"
	"seedbed/templates/ui"
)

type loginForm struct {
	Phone string `form:"phone"`
	Code  string `form:"code"`
	Next  string `form:"next"`
}

func (h handlers) login(c *fiber.Ctx) error {
	form := ui.Form{Values: url.Values{"next": {web.Own(web.Query(c, "next"))}}}
	return web.Page(c, view.Login(form, h.demo.People != nil))
}

func (h handlers) sendCode(c *fiber.Ctx) error {
	typed, form, err := web.Bind[loginForm](c)
	if err == nil {
		err = h.book.Throttle(c.UserContext(), "send:"+c.IP(), 20, 10*time.Minute)
	}
	if err == nil {
		err = h.book.SendCode(c.UserContext(), typed.Phone)
	}
	if web.Wrong(&form, err) {
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Login(form, h.demo.People != nil))
	}
	if err != nil {
		return err
	}
	return h.codePage(c, fiber.StatusOK, form)
}

func (h handlers) codePage(c *fiber.Ctx, status int, form ui.Form) error {
	phone, err := accounts.Normal(form.Value("phone"))
	if err != nil {
		return web.See(c, "/login")
	}
	code := ""
	if h.demo.LastCode != nil {
		code = h.demo.LastCode(phone)
	}
	return web.Show(c, status, view.Code(form, accounts.Mask(phone), code))
}

func (h handlers) signIn(c *fiber.Ctx) error {
	typed, form, err := web.Bind[loginForm](c)
	token := ""
	if err == nil {
		err = h.book.Throttle(c.UserContext(), "code:"+c.IP(), 60, 10*time.Minute)
	}
	if err == nil {
		token, err = h.book.SignIn(c.UserContext(), typed.Phone, typed.Code)
	}
	if web.Wrong(&form, err) {
		return h.codePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return h.arrive(c, token, typed.Next)
}

// arrive opens the browser's session and leads on: to a form that waited, to the profile on a first visit, or on.
func (h handlers) arrive(c *fiber.Ctx, token, next string) error {
	if old := web.Token(c); old != "" && old != token {
		if err := h.book.End(c.UserContext(), old); err != nil {
			return err
		}
	}
	web.SignedIn(c, token)
	if _, waits, err := h.book.TypedBefore(c.UserContext(), web.Visit(c)); err == nil && waits {
		return web.See(c, "/continue")
	}
	visit, err := h.book.Visit(c.UserContext(), token)
	if err != nil {
		return err
	}
	next = web.Own(next)
	if visit.Actor.Name == "" && !asksName(next) {
		return web.See(c, "/me/profile")
	}
	if next == "/" {
		next = "/me"
	}
	return web.See(c, next)
}

// asksName tells whether a page asks a newcomer for their name itself: who has scanned a code to join a team is not led
// away to fill in a profile first.
func asksName(path string) bool {
	return path == "/join" || strings.HasPrefix(path, "/recruit/")
}

func (h handlers) signOut(c *fiber.Ctx) error {
	if token := web.Token(c); token != "" {
		if err := h.book.End(c.UserContext(), token); err != nil {
			return err
		}
	}
	web.SignedOut(c)
	c.Set("Clear-Site-Data", `"storage"`) // what the phone keeps for writing without a line
	return web.See(c, "/")
}

func (h handlers) offerTyped(c *fiber.Ctx) error {
	t, waits, err := h.book.TypedBefore(c.UserContext(), web.Visit(c))
	if err != nil {
		return err
	}
	if !waits {
		return web.See(c, "/me")
	}
	if err := h.book.DropTyped(c.UserContext(), web.Visit(c)); err != nil {
		return err
	}
	return web.Page(c, view.Continue(web.Own(t.Path), t.Values))
}

type settingsForm struct {
	Size  string `form:"size"`
	Lang  string `form:"lang"`
	Theme string `form:"theme"`
	Back  string `form:"back"`
}

func (h handlers) settings(c *fiber.Ctx) error {
	typed, form, err := web.Bind[settingsForm](c)
	if err != nil {
		return err
	}
	for what, value := range map[string]string{"size": typed.Size, "lang": typed.Lang, "theme": typed.Theme} {
		if form.Values.Has(what) && len(value) <= 8 {
			web.Remember(c, what, value)
		}
	}
	if by := web.Actor(c); by.SignedIn() && !by.Helped() && typed.Lang != "" {
		if err := h.book.SetLang(c.UserContext(), by, typed.Lang); err != nil {
			return err
		}
	}
	return web.See(c, typed.Back)
}

type factorForm struct {
	Code   string `form:"code"`
	Secret string `form:"secret"`
	Next   string `form:"next"`
}

func (h handlers) factor(c *fiber.Ctx) error {
	form := ui.Form{Values: url.Values{"next": {web.Own(web.Query(c, "next"))}}}
	enrolled, err := h.book.Enrolled(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	if enrolled {
		return web.Page(c, view.Factor(form))
	}
	fresh, err := h.book.NewFactor(web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.Enrol(form, fresh.URL, fresh.Secret))
}

func (h handlers) strengthen(c *fiber.Ctx) error {
	typed, form, err := web.Bind[factorForm](c)
	token := ""
	if err == nil {
		token, err = h.book.Strengthen(c.UserContext(), web.Actor(c), web.Token(c), typed.Code)
	}
	if web.Wrong(&form, err) {
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Factor(form))
	}
	if err != nil {
		return err
	}
	return h.arrive(c, token, typed.Next)
}

func (h handlers) enrol(c *fiber.Ctx) error {
	typed, form, err := web.Bind[factorForm](c)
	token := ""
	if err == nil {
		token, err = h.book.Enrol(c.UserContext(), web.Actor(c), web.Token(c), typed.Secret, typed.Code)
	}
	if web.Wrong(&form, err) {
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Enrol(form, h.book.FactorURL(web.Actor(c), typed.Secret), typed.Secret))
	}
	if err != nil {
		return err
	}
	return h.arrive(c, token, typed.Next)
}

func (h handlers) demoPeople(c *fiber.Ctx) error {
	people, err := h.demo.People(c)
	if err != nil {
		return err
	}
	list := make([]view.DemoPerson, len(people))
	for i, p := range people {
		list[i] = view.DemoPerson(p)
	}
	return web.Page(c, view.Demo(list))
}

func (h handlers) demoEnter(c *fiber.Ctx) error {
	type choice struct {
		Person string `form:"person"`
	}
	typed, _, err := web.Bind[choice](c)
	if err != nil {
		return err
	}
	people, err := h.demo.People(c)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.ID == typed.Person {
			token, err := h.book.EnterSample(c.UserContext(), p.ID)
			if err != nil {
				return err
			}
			return h.arrive(c, token, "/me")
		}
	}
	return fault.Missing()
}
