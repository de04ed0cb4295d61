// Package evidence serves the files of the house: originals to those concerned, copies to whoever may see them.
package evidence

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/server/web"
)

type handlers struct{ book *evidence.Book }

// Routes lists the addresses of files. They are open to everybody here: the book decides file by file, and what
// somebody may not see is not there.
func Routes(book *evidence.Book) []web.Route {
	h := handlers{book}
	return []web.Route{
		{Method: "GET", Path: "/files/:id", May: identity.Look, Handle: h.original},
		{Method: "GET", Path: "/photos/:id", May: identity.Look, Handle: h.large},
		{Method: "GET", Path: "/photos/:id/thumb", May: identity.Look, Handle: h.thumb},
	}
}

func (h handlers) original(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	content, err := h.book.Original(ahead(c), web.Actor(c), id)
	if err != nil {
		return err
	}
	return Send(c, content)
}

func (h handlers) large(c *fiber.Ctx) error { return h.copied(c, false) }

func (h handlers) thumb(c *fiber.Ctx) error { return h.copied(c, true) }

func (h handlers) copied(c *fiber.Ctx, thumb bool) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	content, err := h.book.Copy(ahead(c), web.Actor(c), id, thumb)
	if err != nil {
		return err
	}
	return Send(c, content)
}
