// Package talent answers the pages of the talent bank (能人库), for everybody, for a talent and for the desks.
package talent

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/talent"
	"seedbed/server/web"
	"seedbed/storage/pg"
	"seedbed/templates/ui"
)

type handlers struct {
	book  *talent.Book
	db    *pg.DB
	clock clock.Clock
}

// Routes lists the pages.
func Routes(book *talent.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := handlers{book, db, c}
	return []web.Route{
		{Method: "GET", Path: "/talents", May: identity.Look, Handle: h.list},
		{Method: "POST", Path: "/talents", May: identity.NominateTalents, Handle: h.recommend},
		{Method: "GET", Path: "/talents/new", May: identity.NominateTalents, Handle: h.recommending},
		{Method: "GET", Path: "/talents/me", May: identity.NominateTalents, Handle: h.own},
		{Method: "POST", Path: "/talents/me", May: identity.NominateTalents, Handle: h.offer},
		{Method: "POST", Path: "/talents/me/agree", May: identity.NominateTalents, Handle: h.agree},
		{Method: "POST", Path: "/talents/me/renew", May: identity.NominateTalents, Handle: h.press((*talent.Book).Renew, "续好了，会继续公开")},
		{Method: "POST", Path: "/talents/me/hide", May: identity.NominateTalents, Handle: h.press((*talent.Book).Hide, "名片已经撤下，现在谁也看不到")},
		{Method: "POST", Path: "/talents/me/stay", May: identity.NominateTalents, Handle: h.press((*talent.Book).Stay, "资料留着，没有您同意不会公开")},
		{Method: "POST", Path: "/talents/me/leave", May: identity.NominateTalents, Handle: h.press((*talent.Book).Leave, "您的资料已经删掉了")},
		{Method: "GET", Path: "/talents/:id", May: identity.Look, Handle: h.card},
		{Method: "POST", Path: "/talents/:id/ask", May: identity.NominateTalents, Handle: h.ask},
		{Method: "GET", Path: "/desk/talents", May: identity.CountTalents, Handle: h.desk},
		{Method: "POST", Path: "/desk/talents", May: identity.KeepTalents, Handle: h.register},
		{Method: "GET", Path: "/desk/talents/new", May: identity.KeepTalents, Handle: h.registering},
		{Method: "GET", Path: "/desk/talents/:id", May: identity.ReadTalents, Handle: h.entry},
		{Method: "POST", Path: "/desk/talents/:id/amend", May: identity.KeepTalents, Handle: h.amend},
		{Method: "POST", Path: "/desk/talents/:id/contact", May: identity.KeepTalents, Handle: h.contact},
		{Method: "POST", Path: "/desk/talents/:id/verify", May: identity.KeepTalents, Handle: h.verify},
		{Method: "POST", Path: "/desk/talents/:id/paper", May: identity.KeepTalents, Handle: h.paper, Upload: true},
		{Method: "POST", Path: "/desk/talents/:id/renew", May: identity.KeepTalents, Handle: h.vouch},
		{Method: "POST", Path: "/desk/talents/:id/reveal", May: identity.KeepTalents, Handle: h.reveal},
		{Method: "POST", Path: "/desk/talents/:id/remove", May: identity.KeepTalents, Handle: h.remove},
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// fresh is an empty form with an id of its own, so that sending it twice is sending it once.
func fresh() ui.Form { return ui.Form{Values: map[string][]string{"id": {newID()}}} }

// bindAbout reads a form with what somebody can do.
func bindAbout[T any](c *fiber.Ctx) (T, talent.About, ui.Form, error) {
	n, form, err := web.Bind[T](c)
	if err != nil {
		return n, talent.About{}, form, err
	}
	about, form, err := web.Bind[talent.About](c)
	return n, about, form, err
}
