// Package proposal answers the pages of proposals and teams, for neighbours and for the desks.
package proposal

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

type handlers struct {
	book     *proposal.Book
	editions *edition.Book
	db       *pg.DB
	store    objects.Store
	clock    clock.Clock
}

// Routes lists the pages.
func Routes(book *proposal.Book, db *pg.DB, store objects.Store, c clock.Clock) []web.Route {
	h := handlers{book, edition.New(db, c), db, store, c}
	return append(append(h.teamRoutes(), h.coverRoutes()...), []web.Route{
		{Method: "POST", Path: "/editions/:id/proposals", May: identity.DraftProposals, Handle: h.start},
		{Method: "GET", Path: "/proposals/:id", May: identity.Look, Handle: h.show},
		{Method: "GET", Path: "/proposals/:id/edit", May: identity.DraftProposals, Handle: h.edit},
		{Method: "GET", Path: "/proposals/:id/edit/:step", May: identity.DraftProposals, Handle: h.edit},
		{Method: "POST", Path: "/proposals/:id", May: identity.DraftProposals, Handle: h.save},
		{Method: "GET", Path: "/proposals/:id/check", May: identity.DraftProposals, Handle: h.check},
		{Method: "POST", Path: "/proposals/:id/submit", May: identity.DraftProposals, Handle: h.submit},
		{Method: "POST", Path: "/proposals/:id/standing", May: identity.DraftProposals, Handle: h.stand},
		{Method: "POST", Path: "/proposals/:id/standing/drop", May: identity.DraftProposals, Handle: h.unstand},
		{Method: "GET", Path: "/proposals/:id/receipt", May: identity.DraftProposals, Handle: h.receipt},
		{Method: "GET", Path: "/proposals/:id/print", May: identity.DraftProposals, Handle: h.print},
		{Method: "POST", Path: "/proposals/:id/withdraw", May: identity.DraftProposals, Handle: h.withdraw},
		{Method: "GET", Path: "/offline", May: identity.Look, Handle: func(c *fiber.Ctx) error { return web.Page(c, view.Offline()) }},
		{Method: "GET", Path: "/desk/proposals", May: identity.ReadProposals, Handle: h.desk},
		{Method: "GET", Path: "/desk/proposals/:id", May: identity.ReadProposals, Handle: h.see},
		{Method: "POST", Path: "/desk/proposals/:id/endorse", May: identity.EndorseProposals, Handle: h.endorse, Upload: true},
		{Method: "POST", Path: "/desk/proposals/:id/refuse", May: identity.EndorseProposals, Handle: h.refuse, Upload: true},
		{Method: "POST", Path: "/desk/proposals/:id/return", May: identity.ReturnProposals, Handle: h.giveBack},
		{Method: "POST", Path: "/desk/proposals/:id/examine", May: identity.CheckEligibility, Handle: h.examine},
		{Method: "POST", Path: "/desk/proposals/:id/uphold", May: identity.DecideAppeals, Handle: h.uphold},
		{Method: "POST", Path: "/desk/proposals/:id/dismiss", May: identity.DecideAppeals, Handle: h.dismiss},
		{Method: "POST", Path: "/desk/proposals/:id/merge", May: identity.EndorseProposals, Handle: h.merge},
		{Method: "POST", Path: "/desk/proposals/:id/void", May: identity.VoidProposals, Handle: h.void, Upload: true},
		{Method: "GET", Path: "/desk/bans", May: identity.ReadBans, Handle: h.bans},
		{Method: "POST", Path: "/desk/bans/:id/lift", May: identity.VoidProposals, Handle: h.lift},
		{Method: "GET", Path: "/desk/proposals/:id/changes", May: identity.ReadProposals, Handle: h.revised},
		{Method: "GET", Path: "/desk/proposals/:id/alike/:other", May: identity.ReadProposals, Handle: h.beside},
		{Method: "POST", Path: "/desk/proposals/:id/alike/:other", May: identity.CompareProposals, Handle: h.compare},
		{Method: "GET", Path: "/proposals/:id/changes", May: identity.DraftProposals, Handle: h.rewritten},
		{Method: "POST", Path: "/proposals/:id/ask", May: identity.DraftProposals, Handle: h.askStreet, Upload: true},
		{Method: "POST", Path: "/proposals/:id/appeal", May: identity.DraftProposals, Handle: h.lodge, Upload: true},
		{Method: "POST", Path: "/merges/:id/agree", May: identity.DraftProposals, Handle: h.agreeMerge},
		{Method: "POST", Path: "/merges/:id/decline", May: identity.DraftProposals, Handle: h.declineMerge},
	}...)
}

// fresh is an empty form with an id of its own, so that sending it twice is sending it once. Who is asked in is a member
// unless the lead says otherwise.
func fresh() ui.Form {
	return ui.Form{Values: map[string][]string{"id": {newID()}, "role": {"member"}}}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func (h handlers) start(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[proposal.Beginning](c)
	if err != nil {
		return err
	}
	made, err := h.book.Start(c.UserContext(), web.Actor(c), id, n)
	if home, missing := fault.InFields(err)["home"]; missing {
		web.Said(c, home.Text, home.Args...)
		return web.See(c, "/me/profile")
	}
	if err != nil {
		return err
	}
	return web.See(c, "/proposals/"+made+"/edit")
}
