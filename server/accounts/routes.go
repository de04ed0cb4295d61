// Package accounts answers the pages about who somebody is.
package accounts

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/server/web"
	"seedbed/storage/pg"
)

type handlers struct {
	book  *accounts.Accounts
	db    *pg.DB
	clock clock.Clock
	demo  Demo
}

// Demo is what only a sample district has; nil functions in a real one.
type Demo struct {
	LastCode func(phone string) string // the code that would have been sent
	People   func(c *fiber.Ctx) ([]DemoPerson, error)
}

// DemoPerson is somebody a visitor of the sample may become.
type DemoPerson struct{ ID, Name, Role, Place, Waits string }

// Routes lists the pages.
func Routes(book *accounts.Accounts, db *pg.DB, c clock.Clock, demo Demo) []web.Route {
	h := handlers{book, db, c, demo}
	routes := []web.Route{
		{Method: "GET", Path: "/login", May: identity.Look, Handle: h.login},
		{Method: "POST", Path: "/login", May: identity.Look, Handle: h.sendCode},
		{Method: "POST", Path: "/login/code", May: identity.Look, Handle: h.signIn},
		{Method: "POST", Path: "/logout", May: identity.Look, Handle: h.signOut},
		{Method: "POST", Path: "/settings", May: identity.Look, Handle: h.settings},
		{Method: "GET", Path: "/second-factor", May: identity.OwnHands, Handle: h.factor},
		{Method: "POST", Path: "/second-factor", May: identity.OwnHands, Handle: h.strengthen},
		{Method: "POST", Path: "/second-factor/enrol", May: identity.OwnHands, Handle: h.enrol},
		{Method: "GET", Path: "/continue", May: identity.BeHere, Handle: h.offerTyped},
		{Method: "GET", Path: "/me/profile", May: identity.BeHere, Handle: h.profile},
		{Method: "POST", Path: "/me/profile", May: identity.BeHere, Handle: h.saveProfile},
		{Method: "GET", Path: "/me/notices", May: identity.OwnHands, Handle: h.notes},
		{Method: "POST", Path: "/me/notices/read", May: identity.OwnHands, Handle: h.markRead},
		{Method: "GET", Path: "/desk/residents", May: identity.ConfirmResidents, Handle: h.residents},
		{Method: "POST", Path: "/desk/residents/:id", May: identity.ConfirmResidents, Handle: h.confirm},
		{Method: "GET", Path: "/admin", May: identity.GrantRoles, Handle: h.roles},
		{Method: "POST", Path: "/admin/roles", May: identity.GrantRoles, Handle: h.grant},
		{Method: "POST", Path: "/admin/roles/:id/revoke", May: identity.GrantRoles, Handle: h.revoke},
		{Method: "GET", Path: "/supervision", May: identity.ReadAudit, Handle: h.trail},
	}
	if demo.People != nil {
		routes = append(routes,
			web.Route{Method: "GET", Path: "/demo", May: identity.Look, Handle: h.demoPeople},
			web.Route{Method: "POST", Path: "/demo/enter", May: identity.Look, Handle: h.demoEnter})
	}
	return routes
}
