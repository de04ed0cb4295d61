package edition

import (
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/server/web"
	view "seedbed/templates/edition"
	"seedbed/templates/ui"
)

func (h calls) design(c *fiber.Ctx) error { return h.designPage(c, fiber.StatusOK, ui.Form{}) }

func (h calls) designPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	p := view.DesignPage{Edition: call.Edition, Form: form}
	if p.Design, err = h.book.Designed(c.UserContext(), id); err != nil {
		return err
	}
	if p.Forms, err = h.book.Forms(c.UserContext(), id); err != nil {
		return err
	}
	by, open := web.Actor(c), call.State == edition.Draft || call.State == edition.Open
	p.CanDesign = open && by.Can(identity.PlanEditions, call.Place)
	p.CanGive = call.State == edition.Open && by.Can(identity.PublishEditions, call.Place)
	if !by.Sees(identity.PlanEditions, call.Place) && !p.CanGive && len(p.Forms) > 0 { // others see what counts
		p.Design.Questions = p.Forms[0].Questions
	}
	p.Try, p.Answers = tried(c, p.Design.Questions)
	return web.Show(c, status, view.Design(p))
}

// tried is what was chosen in the preview, from the address: nothing of it is kept.
func tried(c *fiber.Ctx, list []edition.Question) (ui.Form, edition.Answers) {
	values := url.Values{"q": {"1"}}
	for _, q := range list {
		if v := web.Query(c, "q."+q.Key); v != "" {
			values.Set("q."+q.Key, v)
		}
	}
	return ui.Form{Values: values}, edition.Typed(values)
}

func (h calls) arrange(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	step, form, err := web.Bind[edition.DesignStep](c)
	if err == nil {
		err = h.book.Arrange(c.UserContext(), web.Actor(c), id, step)
	}
	if web.Wrong(&form, err) {
		return h.designPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/desk/editions/"+id+"/questions")
}

func (h calls) question(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	if _, err := web.Actor(c).Must(identity.PlanEditions, call.Place); err != nil {
		return err
	}
	d, err := h.book.Designed(c.UserContext(), id)
	if err != nil {
		return err
	}
	key, q := c.Params("key"), edition.Question{Kind: edition.AskText}
	if key != "new" {
		i := slices.IndexFunc(d.Questions, func(q edition.Question) bool { return q.Key == key })
		if i < 0 {
			return fault.Missing()
		}
		q = d.Questions[i]
	}
	form := web.Fill(edition.DrawnOf(q, d.Rev))
	return web.Page(c, view.QuestionPage(form, call.Edition, d.Questions, key))
}

// draw keeps a question. The form's revision is of the list as it was seen; 0 is a list nobody has begun.
func (h calls) draw(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.Drawn](c)
	key := c.Params("key")
	if typed.Key = key; key == "new" {
		typed.Key = ""
	}
	if err == nil {
		err = h.book.Draw(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		d, err := h.book.Designed(c.UserContext(), id)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.QuestionPage(form, call.Edition, d.Questions, key))
	}
	if err != nil {
		return err
	}
	web.Said(c, "问题已保存")
	return web.See(c, "/desk/editions/"+id+"/questions")
}

func (h calls) release(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.Released](c)
	if err == nil {
		err = h.book.ReleaseForm(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.designPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "新的问题公布了，写了一半的居民会收到消息")
	return web.See(c, "/desk/editions/"+id+"/questions")
}
