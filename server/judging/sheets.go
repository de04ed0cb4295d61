package judging

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	serveevidence "seedbed/server/evidence"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

// table is what a judge works with beside the sheets themselves: photos, kept sentences, workbooks; and the rubric's editor.
type table struct {
	handlers
	store objects.Store
}

// SheetRoutes lists the pages around the score sheets.
func SheetRoutes(book *judging.Book, db *pg.DB, store objects.Store, c clock.Clock) []web.Route {
	h := table{handlers{book, db, c}, store}
	return []web.Route{
		{Method: "GET", Path: "/desk/editions/:id/judging/rounds/:round/rubric", May: identity.RunRounds, Handle: h.rubric},
		{Method: "POST", Path: "/desk/editions/:id/judging/rounds/:round/rubric", May: identity.RunRounds, Handle: h.setRubric},
		{Method: "GET", Path: "/review/my/phrases", May: identity.Score, Handle: h.phrases},
		{Method: "POST", Path: "/review/my/phrases", May: identity.Score, Handle: h.keepPhrase},
		{Method: "POST", Path: "/review/my/phrases/:phrase/drop", May: identity.Score, Handle: h.dropPhrase},
		{Method: "GET", Path: "/review/rounds/:round/sheets.xlsx", May: identity.Score, Handle: h.workbook},
		{Method: "GET", Path: "/review/rounds/:round/sheets", May: identity.Score, Handle: h.offline},
		{Method: "POST", Path: "/review/rounds/:round/sheets", May: identity.Score, Handle: h.bring, Upload: true},
		{Method: "GET", Path: "/review/returns/:return", May: identity.Score, Handle: h.returned},
		{Method: "POST", Path: "/review/returns/:return", May: identity.Score, Handle: h.take},
		{Method: "GET", Path: "/review/:id/photos/:n", May: identity.Score, Handle: h.photo(false)},
		{Method: "GET", Path: "/review/:id/photos/:n/thumb", May: identity.Score, Handle: h.photo(true)},
		{Method: "GET", Path: "/proposals/:id/feedback", May: identity.BeHere, Handle: h.feedback},
	}
}

// photo answers with a copy of a picture: without metadata, without the name its sender gave it, under the place it has
// on the page.
func (h table) photo(thumb bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := web.ID(c, "id")
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(c.Params("n"))
		if err != nil {
			return fault.Missing()
		}
		a, err := h.book.Photo(c.UserContext(), web.Actor(c), id, n)
		if err != nil {
			return err
		}
		digest := a.Large
		if thumb {
			digest = a.Thumb
		}
		r, err := h.store.Open(context.WithoutCancel(c.UserContext()), digest) // still being sent when the handler has returned
		if err != nil {
			return err
		}
		return serveevidence.Send(c, evidence.Content{Reader: r, Mime: "image/jpeg"})
	}
}

func (h table) phrases(c *fiber.Ctx) error { return h.phrasesPage(c, fiber.StatusOK, ui.Form{}) }

func (h table) phrasesPage(c *fiber.Ctx, status int, form ui.Form) error {
	list, err := h.book.Phrases(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Phrases(form, list))
}

func (h table) keepPhrase(c *fiber.Ctx) error {
	typed, form, err := web.Bind[judging.NewPhrase](c)
	if err == nil {
		err = h.book.KeepPhrase(c.UserContext(), web.Actor(c), typed)
	}
	if web.Wrong(&form, err) {
		return h.phrasesPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "存好了，打分时点一下就能用")
	return web.See(c, "/review/my/phrases")
}

func (h table) dropPhrase(c *fiber.Ctx) error {
	id, err := web.ID(c, "phrase")
	if err != nil {
		return err
	}
	if err := h.book.DropPhrase(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "删掉了")
	return web.See(c, "/review/my/phrases")
}

func (h table) feedback(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, f, open, err := h.book.Feedback(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Feedback(p, f, open))
}

// rubricOf is the round of the address with its rubric, if it is the edition's.
func (h table) rubricOf(c *fiber.Ctx) (view.RubricPage, error) {
	var p view.RubricPage
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}
	round, err := web.ID(c, "round")
	if err != nil {
		return p, err
	}
	if p.Round, p.Edition, p.Rubric, err = h.book.RubricFor(c.UserContext(), web.Actor(c), round); err == nil && p.Edition.ID != id {
		err = fault.Missing()
	}
	return p, err
}

func (h table) rubric(c *fiber.Ctx) error {
	p, err := h.rubricOf(c)
	if err != nil {
		return err
	}
	p.Draft = judging.DraftOf(p.Round, p.Rubric)
	p.Form = web.Fill(p.Draft)
	return web.Page(c, view.Rubric(p))
}

func (h table) setRubric(c *fiber.Ctx) error {
	p, err := h.rubricOf(c)
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.RubricDraft](c)
	if turned, pressed := draft.Turned(); pressed {
		p.Draft, p.Form = turned, web.Fill(turned) // a number that cannot be read is asked for again
		return web.Page(c, view.Rubric(p))
	}
	if err == nil {
		err = h.book.SetRubric(c.UserContext(), web.Actor(c), p.Round.ID, draft)
	}
	if web.Wrong(&form, err) {
		p.Draft, p.Form = draft, form
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Rubric(p))
	}
	if err != nil {
		return err
	}
	web.Said(c, "评分细则存好了")
	return web.See(c, "/desk/editions/"+p.Edition.ID+"/judging")
}
