package assist

import (
	"io"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/assist"
	"seedbed/domain/fault"
	"seedbed/server/web"
	view "seedbed/templates/assist"
	"seedbed/templates/ui"
)

func (h handlers) start(c *fiber.Ctx) error {
	return h.startPage(c, fiber.StatusOK, blank("grace", web.Query(c, "grace")))
}

func (h handlers) startPage(c *fiber.Ctx, status int, form ui.Form) error {
	ctx, by := c.UserContext(), web.Actor(c)
	p := view.StartPage{Form: form}
	open, is, err := h.book.OpenOf(ctx, by)
	if err != nil {
		return err
	}
	if is {
		p.Open = &open
		return web.Show(c, status, view.StartHelp(p))
	}
	if p.Places, err = h.myPlaces(c); err != nil {
		return err
	}
	people, err := h.who.WithoutPhone(ctx, by)
	if err != nil {
		return err
	}
	for _, who := range people {
		p.Known = append(p.Known, ui.Option{Value: who.ID, Label: who.Name + " · " + who.HomeName})
	}
	papers, err := h.book.GraceList(ctx, by)
	if err != nil {
		return err
	}
	for _, g := range papers {
		if g.EntryID == "" && g.State == assist.Listed {
			p.Grace = append(p.Grace, ui.Option{Value: g.ID, Label: g.LeadName + " · " + g.PlaceName})
		}
		if g.ID == form.Value("grace") && form.Value("name") == "" {
			form.Values.Set("name", g.LeadName)
			form.Values.Set("home", g.Place)
			form.Values.Set("why", "paper")
			form.Values.Set("method", "paper")
		}
	}
	return web.Show(c, status, view.StartHelp(p))
}

func (h handlers) begin(c *fiber.Ctx) error {
	typed, form, err := web.Bind[assist.Start](c)
	if err == nil {
		_, err = h.book.Start(c.UserContext(), web.Actor(c), web.Token(c), typed)
	}
	if web.Wrong(&form, err) {
		return h.startPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/assisting")
}

func (h handlers) resume(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Resume(c.UserContext(), web.Actor(c), web.Token(c), id); err != nil {
		return err
	}
	return web.See(c, "/assisting")
}

func (h handlers) assisting(c *fiber.Ctx) error {
	a, err := h.now(c)
	if err != nil {
		return err
	}
	form := blank("file_id", freshID(), "signed_by", a.SignedBy, "witnesses", a.Witnesses)
	if a.ReadBackAt != nil {
		form.Values.Set("read_back", "true")
	}
	return h.signPage(c, fiber.StatusOK, a, form)
}

func (h handlers) signPage(c *fiber.Ctx, status int, a assist.Assistance, form ui.Form) error {
	p := view.SignPage{Form: form, Now: a, Fresh: freshID()}
	var err error
	if p.Lines, err = h.book.Lines(c.UserContext(), a.ID); err != nil {
		return err
	}
	if a.GraceID != "" {
		if p.Calls, err = h.book.CallsOf(c.UserContext(), a.GraceID); err != nil {
			return err
		}
	}
	return web.Show(c, status, view.Assisting(p))
}

func (h handlers) sign(c *fiber.Ctx) error {
	a, err := h.now(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[assist.Paper](c)
	if err == nil {
		err = h.keepPaper(c, a, typed)
	}
	if web.Wrong(&form, err) {
		return h.signPage(c, fiber.StatusUnprocessableEntity, a, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "签字的纸存好了。现在可以替本人提交")
	return web.See(c, "/assisting")
}

func (h handlers) keepPaper(c *fiber.Ctx, a assist.Assistance, typed assist.Paper) error {
	file, err := firstFile(c, "paper")
	if err != nil {
		return err
	}
	var r io.ReadSeeker
	if file != nil {
		opened, err := file.Open()
		if err != nil {
			return err
		}
		defer opened.Close()
		r, typed.Name = opened, file.Name
	}
	return h.book.Sign(c.UserContext(), web.Helper(c), a.ID, typed, r)
}

func (h handlers) finish(c *fiber.Ctx) error {
	return h.end(c, "帮填结束了，也告诉了本人", func(a assist.Assistance) error {
		return h.book.Finish(c.UserContext(), web.Helper(c), web.Token(c), a.ID)
	})
}

func (h handlers) drop(c *fiber.Ctx) error {
	return h.end(c, "这一次没有办，什么都没有留下", func(a assist.Assistance) error {
		return h.book.Drop(c.UserContext(), web.Helper(c), web.Token(c), a.ID)
	})
}

func (h handlers) pause(c *fiber.Ctx) error {
	return h.end(c, "先放下了。要接着帮，在「帮居民填」里点", func(assist.Assistance) error {
		return h.book.Pause(c.UserContext(), web.Helper(c), web.Token(c))
	})
}

// end leaves the assistance by one of its three doors; what is still lacking is shown on its page.
func (h handlers) end(c *fiber.Ctx, said string, leave func(assist.Assistance) error) error {
	a, err := h.now(c)
	if err != nil {
		return err
	}
	err = leave(a)
	if fault.Is(err, fault.Invalid) {
		form := blank("file_id", freshID(), "signed_by", a.SignedBy, "witnesses", a.Witnesses)
		web.Wrong(&form, err)
		return h.signPage(c, fiber.StatusUnprocessableEntity, a, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/assist")
}
