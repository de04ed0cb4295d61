package talent

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/talent"
	"seedbed/server/web"
	view "seedbed/templates/talent"
	"seedbed/templates/ui"
)

func (h handlers) own(c *fiber.Ctx) error { return h.ownPage(c, fiber.StatusOK, ui.Form{}, "") }

// agreeing are the fields of a consent; the others of one's own page say what one can do.
var agreeing = []string{"name_shown", "shown", "agree"}

// ownPage shows one's own entry; what was typed into the form at stays, the other form shows what is kept.
func (h handlers) ownPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	f, has, err := h.book.Own(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	p := view.OwnPage{File: f, Has: has, Form: form, At: at, Now: h.clock.Now()}
	switch {
	case !has && at == "":
		p.Form = fresh()
	case has:
		p.Form = view.Gifts(f.Talent)
		p.Form.Wrong = form.Wrong
		for name, all := range form.Values {
			if slices.Contains(agreeing, name) == (at == view.Agree) {
				p.Form.Values[name] = all
			}
		}
		for name := range p.Form.Values {
			if _, sent := form.Values[name]; !sent && at != "" && slices.Contains(agreeing, name) == (at == view.Agree) {
				delete(p.Form.Values, name) // a box that was unticked
			}
		}
	}
	return web.Show(c, status, view.Own(p))
}

func (h handlers) offer(c *fiber.Ctx) error {
	n, about, form, err := bindAbout[talent.NewSelf](c)
	n.About = about
	if err == nil {
		err = h.book.OfferSelf(c.UserContext(), web.Actor(c), n)
	}
	if web.Wrong(&form, err) {
		return h.ownPage(c, fiber.StatusUnprocessableEntity, form, view.About)
	}
	if err != nil {
		return err
	}
	web.Said(c, "存好了")
	return web.See(c, "/talents/me")
}

// mine is the id of the actor's own entry.
func (h handlers) mine(c *fiber.Ctx) (string, error) {
	t, ok, err := h.book.Mine(c.UserContext(), web.Actor(c))
	if err == nil && !ok {
		err = fault.Missing()
	}
	return t.ID, err
}

func (h handlers) agree(c *fiber.Ctx) error {
	id, err := h.mine(c)
	if err != nil {
		return err
	}
	n, form, err := web.Bind[talent.Consent](c)
	if err == nil {
		err = h.book.Agree(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.ownPage(c, fiber.StatusUnprocessableEntity, form, view.Agree)
	}
	if err != nil {
		return err
	}
	web.Said(c, "名片公开了。您随时可以撤下")
	return web.See(c, "/talents/me")
}

// press is a button of one's own page.
func (h handlers) press(verb func(*talent.Book, context.Context, identity.Actor, string, talent.Press) error, said string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := h.mine(c)
		if err != nil {
			return err
		}
		n, _, err := web.Bind[talent.Press](c)
		if err != nil {
			return err
		}
		if err := verb(h.book, c.UserContext(), web.Actor(c), id, n); err != nil {
			return err
		}
		web.Said(c, said)
		return web.See(c, "/talents/me")
	}
}
