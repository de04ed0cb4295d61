// Package assist answers the pages of filling in for somebody (帮办代填), the grace list and recorded outages.
package assist

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/assist"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/accounts"
	"seedbed/templates/ui"
)

type handlers struct {
	book *assist.Book
	who  *accounts.Accounts
	db   *pg.DB
}

// Routes lists the pages.
func Routes(book *assist.Book, who *accounts.Accounts, db *pg.DB) []web.Route {
	h := handlers{book, who, db}
	return []web.Route{
		{Method: "GET", Path: "/desk/assist", May: identity.HelpResidents, Handle: h.start},
		{Method: "POST", Path: "/desk/assist", May: identity.HelpResidents, Handle: h.begin},
		{Method: "POST", Path: "/desk/assist/:id/resume", May: identity.HelpResidents, Handle: h.resume},
		{Method: "GET", Path: "/assisting", May: identity.BeHere, Handle: h.assisting},
		{Method: "POST", Path: "/assisting/sign", May: identity.BeHere, Handle: h.sign, Upload: true},
		{Method: "POST", Path: "/assisting/finish", May: identity.BeHere, Handle: h.finish},
		{Method: "POST", Path: "/assisting/pause", May: identity.BeHere, Handle: h.pause},
		{Method: "POST", Path: "/assisting/drop", May: identity.BeHere, Handle: h.drop},
		{Method: "GET", Path: "/desk/assisted", May: identity.ReadAssisted, Handle: h.desk},
		{Method: "GET", Path: "/desk/assisted/:id", May: identity.ReadAssisted, Handle: h.oneDispute},
		{Method: "POST", Path: "/desk/assisted/:id", May: identity.HandleDisputes, Handle: h.decide},
		{Method: "GET", Path: "/desk/grace", May: identity.HelpResidents, Handle: h.grace},
		{Method: "POST", Path: "/desk/grace", May: identity.HelpResidents, Handle: h.list, Upload: true},
		{Method: "POST", Path: "/desk/grace/:id/strike", May: identity.HelpResidents, Handle: h.strike},
		{Method: "GET", Path: "/desk/outages", May: identity.DeclareOutages, Handle: h.outages},
		{Method: "POST", Path: "/desk/outages", May: identity.DeclareOutages, Handle: h.declare},
		{Method: "GET", Path: "/me/assisted", May: identity.OwnHands, Handle: h.mine},
		{Method: "POST", Path: "/me/assisted/:id/dispute", May: identity.OwnHands, Handle: h.dispute},
		{Method: "GET", Path: "/assisted/:id/:key", May: identity.Look, Handle: h.byLink},
		{Method: "POST", Path: "/assisted/:id/:key", May: identity.Look, Handle: h.disputeByLink},
	}
}

func freshID() string { return uuid.Must(uuid.NewV7()).String() }

// blank is a form with an id of its own, so that two clicks make one row.
func blank(pairs ...string) ui.Form {
	f := ui.Form{Values: map[string][]string{"id": {freshID()}}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Values.Set(pairs[i], pairs[i+1])
	}
	return f
}

// myPlaces are the communities where the actor may help.
func (h handlers) myPlaces(c *fiber.Ctx) ([]ui.Option, error) {
	tree, err := place.Tree(c.UserContext(), h.db)
	if err != nil {
		return nil, err
	}
	by := web.Actor(c)
	kept := tree[:0:0]
	for _, p := range tree {
		if p.Level == "subdistrict" || (p.Level == "community" && p.ValidTo == nil && by.Can(identity.HelpResidents, p.Path)) {
			kept = append(kept, p)
		}
	}
	return view.Communities(kept), nil
}

// firstFile is the single file of a field, nil when none was chosen.
func firstFile(c *fiber.Ctx, field string) (*web.Upload, error) {
	files, err := web.Files(c, field)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	return &files[0], nil
}

// now is the assistance of this session; without one the page is not there.
func (h handlers) now(c *fiber.Ctx) (assist.Assistance, error) {
	staff, by := web.Helper(c), web.Actor(c)
	if !by.Helped() {
		return assist.Assistance{}, fault.Missing()
	}
	return h.book.One(c.UserContext(), staff, by.Assistance)
}
