// Package home answers the pages that mix areas.
package home

import (
	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/domain/openbook"
	"seedbed/server/web"
	"seedbed/storage/pg"
)

type handlers struct {
	db      *pg.DB
	book    *openbook.Book
	gallery *gallery.Book
	who     *accounts.Accounts
	clock   clock.Clock
}

// Routes lists the pages.
func Routes(db *pg.DB, book *openbook.Book, shown *gallery.Book, who *accounts.Accounts, c clock.Clock) []web.Route {
	h := handlers{db, book, shown, who, c}
	return []web.Route{
		{Method: "GET", Path: "/", May: identity.Look, Handle: h.front},
		{Method: "GET", Path: "/feed.atom", May: identity.Look, Handle: h.feed},
		{Method: "GET", Path: "/projects/:id", May: identity.Look, Handle: h.project},
		{Method: "GET", Path: "/orgs/:id", May: identity.Look, Handle: h.org},
		{Method: "GET", Path: "/help", May: identity.Look, Handle: text(help)},
		{Method: "GET", Path: "/accessibility", May: identity.Look, Handle: text(accessibility)},
		{Method: "GET", Path: "/me", May: identity.BeHere, Handle: h.me},
		{Method: "GET", Path: "/desk", May: identity.ReadProjects, Handle: h.desk},
	}
}
