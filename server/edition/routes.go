// Package edition answers the pages of the competition's editions: the public call and the desk that runs it.
package edition

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/edition"
)

type handlers struct {
	book  *edition.Book
	db    *pg.DB
	clock clock.Clock
}

// Routes lists the pages.
func Routes(book *edition.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := handlers{book, db, c}
	return []web.Route{
		{Method: "GET", Path: "/editions", May: identity.Look, Handle: h.list},
		{Method: "GET", Path: "/editions/:id", May: identity.Look, Handle: h.call},
		{Method: "GET", Path: "/desk/editions", May: identity.ReadEditions, Handle: h.desk},
		{Method: "GET", Path: "/desk/editions/new", May: identity.PlanEditions, Handle: h.blank},
		{Method: "POST", Path: "/desk/editions/new", May: identity.PlanEditions, Handle: h.create},
		{Method: "GET", Path: "/desk/editions/:id", May: identity.ReadEditions, Handle: h.one},
		{Method: "POST", Path: "/desk/editions/:id/plan", May: identity.PlanEditions, Handle: h.plan},
		{Method: "POST", Path: "/desk/editions/:id/publish", May: identity.PublishEditions, Handle: h.publish},
		{Method: "GET", Path: "/desk/editions/:id/terms", May: identity.ReadEditions, Handle: h.terms},
		{Method: "POST", Path: "/desk/editions/:id/terms", May: identity.ReadEditions, Handle: h.setTerms},
		{Method: "GET", Path: "/desk/editions/:id/extend", May: identity.PublishEditions, Handle: h.ask(view.Extend)},
		{Method: "POST", Path: "/desk/editions/:id/extend", May: identity.PublishEditions, Handle: h.extend},
		{Method: "GET", Path: "/desk/editions/:id/close", May: identity.PublishEditions, Handle: h.ask(view.Close)},
		{Method: "POST", Path: "/desk/editions/:id/close", May: identity.PublishEditions, Handle: h.press(view.Close, book.Close, "申报已经截止")},
		{Method: "GET", Path: "/desk/editions/:id/cancel", May: identity.PublishEditions, Handle: h.ask(view.Cancel)},
		{Method: "POST", Path: "/desk/editions/:id/cancel", May: identity.PublishEditions, Handle: h.press(view.Cancel, book.Cancel, "这一届已经取消")},
	}
}

func (h handlers) list(c *fiber.Ctx) error {
	list, err := h.book.Public(c.UserContext())
	if err != nil {
		return err
	}
	return web.Page(c, view.List(list, h.clock.Now()))
}

func (h handlers) call(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	page, err := h.full(c, call)
	if err != nil {
		return err
	}
	if page.Happenings, err = h.book.Happenings(c.UserContext(), call.ID); err != nil {
		return err
	}
	return web.Page(c, view.Call(page))
}

// see reads the edition of the address, for whoever asks.
func (h handlers) see(c *fiber.Ctx) (string, edition.Call, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return id, edition.Call{}, err
	}
	call, err := h.book.See(c.UserContext(), web.Actor(c), id)
	return id, call, err
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
