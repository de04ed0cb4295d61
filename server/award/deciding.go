package award

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/evidence"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

// deciders are the pages beside a result: advice, the panel's word, what-if, feedback, promotion, books and papers.
type deciders struct {
	handlers
	jury *judging.Book
}

// DecideRoutes lists the pages beside a result.
func DecideRoutes(book *award.Book, jury *judging.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := deciders{handlers{book, db, c}, jury}
	return append(panelRoutes(h), []web.Route{
		{Method: "GET", Path: "/desk/editions/:id/deciding", May: identity.ReadSheets, Handle: h.deciding},
		{Method: "POST", Path: "/desk/editions/:id/deliberations", May: identity.RunRounds, Handle: h.deliberate},
		{Method: "POST", Path: "/desk/editions/:id/draws", May: identity.RunRounds, Handle: h.drawLots},
		{Method: "GET", Path: "/desk/editions/:id/what-if", May: identity.ReadSheets, Handle: h.whatIf},
		{Method: "GET", Path: "/desk/editions/:id/ranking.xlsx", May: identity.ReadSheets, Handle: h.rankingBook},
		{Method: "GET", Path: "/desk/editions/:id/minute.pdf", May: identity.ReadSheets, Handle: h.minute},
		{Method: "GET", Path: "/desk/editions/:id/sheets.xlsx", May: identity.ReadSheets, Handle: h.sheetsBook},
		{Method: "GET", Path: "/desk/editions/:id/sheets.pdf", May: identity.ReadSheets, Handle: h.sheetsPaper},
		{Method: "GET", Path: "/desk/editions/:id/protocols/:name", May: identity.ReadSheets, Handle: h.deskFile},
		{Method: "GET", Path: "/notices/:id/protocols/:name", May: identity.Look, Handle: h.noticeFile},
		{Method: "POST", Path: "/desk/awards/:id/offer", May: identity.AllocateAwards, Handle: h.offer},
		{Method: "POST", Path: "/proposals/:id/answer-offer", May: identity.DraftProposals, Handle: h.answerOffer},
		{Method: "GET", Path: "/proposals/:id/feedback.pdf", May: identity.ReadProjects, Handle: h.letter},
		{Method: "GET", Path: "/desk/proposals/:id/feedback", May: identity.RunRounds, Handle: h.feedback},
		{Method: "POST", Path: "/desk/sheets/:id/feedback", May: identity.RunRounds, Handle: h.editFeedback},
	}...)
}

func (h deciders) deciding(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.decidingPage(c, fiber.StatusOK, id, fresh(), fresh())
}

func (h deciders) decidingPage(c *fiber.Ctx, status int, id string, say, lots ui.Form) error {
	d, err := h.book.Deciding(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	lots.Apart = "lots."
	return web.Show(c, status, view.Deciding(view.DecidingPage{Deciding: d, Say: say, Lots: lots}))
}

// round is the edition's round that decides.
func (h deciders) round(c *fiber.Ctx) (editionID, roundID string, err error) {
	if editionID, err = web.ID(c, "id"); err != nil {
		return editionID, "", err
	}
	rounds, err := judging.Rounds(c.UserContext(), h.db, editionID)
	r, found := judging.Ranking(rounds)
	if err == nil && !found {
		err = fault.Missing()
	}
	return editionID, r.ID, err
}

func (h deciders) deliberate(c *fiber.Ctx) error {
	id, round, err := h.round(c)
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.NewDeliberation](c)
	n.ID = made(n.ID)
	if err == nil {
		err = h.jury.Deliberate(c.UserContext(), web.Actor(c), round, n)
	}
	if web.Wrong(&form, err) {
		return h.decidingPage(c, fiber.StatusUnprocessableEntity, id, form, fresh())
	}
	if err != nil {
		return err
	}
	web.Said(c, "合议记下来了。分配资金时会按它来")
	return web.See(c, "/desk/editions/"+id+"/deciding")
}

func (h deciders) drawLots(c *fiber.Ctx) error {
	id, round, err := h.round(c)
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.NewDraw](c)
	n.ID = made(n.ID)
	if err == nil {
		err = h.jury.DrawLots(c.UserContext(), web.Actor(c), round, n)
	}
	if web.Wrong(&form, err) {
		return h.decidingPage(c, fiber.StatusUnprocessableEntity, id, fresh(), form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "签抽好了，种子和先后都记下来了")
	return web.See(c, "/desk/editions/"+id+"/deciding")
}

// whatIf reads a question from the address; what is not a number there is taken for not asked.
func (h deciders) whatIf(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	q := award.Question{Rule: web.Query(c, "rule"), Extra: 100, MinScore: -1}
	if q.Rule != award.Greedily && !award.ByVotes(q.Rule) {
		q.Rule = award.ByRank
	}
	if n, err := strconv.Atoi(web.Query(c, "money")); err == nil && n >= 0 && n <= 1000 {
		q.Extra = n
	}
	if n, err := strconv.Atoi(web.Query(c, "least")); err == nil && n >= 0 && n <= 100 {
		q.MinScore = n * 100
	}
	s, err := h.book.WhatIf(c.UserContext(), web.Actor(c), id, q)
	if err != nil {
		return err
	}
	least := s.Edition.Rules.MinScore / 100
	if q.MinScore >= 0 {
		least = q.MinScore / 100
	}
	form := ui.Form{Values: map[string][]string{"rule": {q.Rule}, "money": {strconv.Itoa(q.Extra)}, "least": {strconv.Itoa(least)}}}
	return web.Page(c, view.WhatIf(view.WhatIfPage{Supposition: s, Form: form}))
}

func (h deciders) offer(c *fiber.Ctx) error {
	id, press, err := pressed(c)
	if err == nil {
		err = h.book.Promote(c.UserContext(), web.Actor(c), id, press)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经告诉团队，等它答复")
	a, err := award.Get(c.UserContext(), h.db, id)
	if err != nil {
		return err
	}
	return web.See(c, "/desk/editions/"+a.EditionID+"/results")
}

func (h deciders) answerOffer(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, form, err := web.Bind[award.Reply](c)
	if err == nil {
		err = h.book.AnswerOffer(c.UserContext(), web.Actor(c), id, r)
	}
	if web.Wrong(&form, err) {
		return h.resultPage(c, fiber.StatusUnprocessableEntity, id, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "您的答复收到了")
	return web.See(c, "/proposals/"+id+"/result")
}

func (h deciders) feedback(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.feedbackPage(c, fiber.StatusOK, id, "", ui.Form{})
}

func (h deciders) feedbackPage(c *fiber.Ctx, status int, id, sheet string, form ui.Form) error {
	p, list, err := h.jury.WordsFor(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	page := view.FeedbackPage{Title: p.Title, Proposal: p.ID, Words: list, Sheet: sheet, Form: form, Edition: p.EditionID}
	for range list {
		page.IDs = append(page.IDs, newID())
	}
	return web.Show(c, status, view.Feedback(page))
}

func (h deciders) editFeedback(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	e, form, err := web.Bind[judging.Edit](c)
	e.ID = made(e.ID)
	proposal := ""
	if err == nil {
		proposal, err = h.jury.EditWords(c.UserContext(), web.Actor(c), id, e)
	}
	if proposal != "" && web.Wrong(&form, err) {
		return h.feedbackPage(c, fiber.StatusUnprocessableEntity, proposal, id, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "处理好了")
	return web.See(c, "/desk/proposals/"+proposal+"/feedback")
}

const (
	xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	pdfType  = "application/pdf"
)

func (h deciders) rankingBook(c *fiber.Ctx) error { return h.take(c, xlsxType, h.book.RankingBook) }

func (h deciders) sheetsBook(c *fiber.Ctx) error { return h.take(c, xlsxType, h.book.SheetsBook) }

func (h deciders) sheetsPaper(c *fiber.Ctx) error { return h.take(c, pdfType, h.book.SheetsPaper) }

func (h deciders) minute(c *fiber.Ctx) error {
	base := web.Base(c)
	return h.take(c, pdfType, func(ctx context.Context, by identity.Actor, id string) (award.Printed, error) {
		return h.book.Minute(ctx, by, id, base)
	})
}

func (h deciders) letter(c *fiber.Ctx) error {
	base := web.Base(c)
	return h.take(c, pdfType, func(ctx context.Context, by identity.Actor, id string) (award.Printed, error) {
		return h.book.Letter(ctx, by, id, base)
	})
}

// take sends a file made for this request.
func (h deciders) take(c *fiber.Ctx, mime string, make func(ctx context.Context, by identity.Actor, id string) (award.Printed, error)) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := make(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return evidence.Save(c, mime, p.Name, p.Body)
}
