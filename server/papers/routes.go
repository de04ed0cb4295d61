// Package papers serves proposals as papers: the printed form, workbooks in, lists, books and files out.
package papers

import (
	"context"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/papers"
	"seedbed/server/evidence"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/templates/words"
)

type handlers struct {
	book  *papers.Book
	db    *pg.DB
	store objects.Store
}

// Routes lists the pages. The printed form is for teams and desks alike: the book decides.
func Routes(book *papers.Book, db *pg.DB, store objects.Store) []web.Route {
	h := handlers{book, db, store}
	return []web.Route{
		{Method: "GET", Path: "/proposals/:id/book.pdf", May: identity.BeHere, Handle: h.form},
		{Method: "GET", Path: "/proposals/:id/receipt.pdf", May: identity.BeHere, Handle: h.receipt},
		{Method: "GET", Path: "/desk/editions/:id/papers", May: identity.ExportProposals, Handle: h.papers},
		{Method: "POST", Path: "/desk/editions/:id/exports", May: identity.ExportProposals, Handle: h.ask},
		{Method: "GET", Path: "/desk/exports/:id/file", May: identity.ExportProposals, Handle: h.fetch},
		{Method: "GET", Path: "/desk/editions/:id/import/template.xlsx", May: identity.ImportProposals, Handle: h.template},
		{Method: "POST", Path: "/desk/editions/:id/import", May: identity.ImportProposals, Handle: h.upload, Upload: true},
		{Method: "GET", Path: "/desk/imports/:id", May: identity.ImportProposals, Handle: h.imported},
		{Method: "GET", Path: "/desk/imports/:id/errors.xlsx", May: identity.ImportProposals, Handle: h.marked},
		{Method: "POST", Path: "/desk/imports/:id/confirm", May: identity.ImportProposals, Handle: h.confirm},
		{Method: "POST", Path: "/desk/proposals/:id/scan", May: identity.ImportProposals, Handle: h.scan, Upload: true},
	}
}

const (
	pdf  = "application/pdf"
	xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (h handlers) form(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.book.Proposal(c.UserContext(), web.Actor(c), id, web.Query(c, "draft") != "", web.Base(c))
	if err != nil {
		return err
	}
	return evidence.Save(c, pdf, p.Name, p.Body)
}

func (h handlers) receipt(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.book.Receipt(c.UserContext(), web.Actor(c), id, web.Base(c))
	if err != nil {
		return err
	}
	return evidence.Save(c, pdf, p.Name, p.Body)
}

func (h handlers) template(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.book.Template(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return evidence.Save(c, xlsx, p.Name, p.Body)
}

func (h handlers) marked(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.book.Marked(c.UserContext(), web.Actor(c), id, func(m fault.Message) string { return words.Say(c.UserContext(), m) })
	if err != nil {
		return err
	}
	return evidence.Save(c, xlsx, p.Name, p.Body)
}

func (h handlers) fetch(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	// The file is still being sent when the handler has returned.
	content, err := h.book.Fetch(context.WithoutCancel(c.UserContext()), web.Actor(c), id)
	if err != nil {
		return err
	}
	return evidence.Send(c, content)
}
