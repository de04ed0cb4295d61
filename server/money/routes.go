// Package money answers the pages of a project's money: claims, the desks they pass, tranches and the book.
package money

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/money"
	"seedbed/domain/place"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

type handlers struct {
	book  *money.Book
	db    *pg.DB
	store objects.Store
	clock clock.Clock
}

// Routes lists the pages. Where several roles may press the same button, the door asks who may look and the verb asks
// who may press it.
func Routes(book *money.Book, db *pg.DB, store objects.Store, c clock.Clock) []web.Route {
	h := handlers{book, db, store, c}
	return []web.Route{
		{Method: "GET", Path: "/projects/:id/money", May: identity.ReadClaims, Handle: h.sheet},
		{Method: "GET", Path: "/projects/:id/claims", May: identity.ReadClaims, Handle: h.claims},
		{Method: "GET", Path: "/projects/:id/claims/new", May: identity.SubmitClaims, Handle: h.newClaim},
		{Method: "POST", Path: "/projects/:id/claims/new", May: identity.SubmitClaims, Handle: h.write, Upload: true},
		{Method: "POST", Path: "/projects/:id/settle", May: identity.ReviewVouchers, Handle: h.settle},
		{Method: "GET", Path: "/claims/:id", May: identity.ReadClaims, Handle: h.claim},
		{Method: "GET", Path: "/claims/:id/print", May: identity.ReadClaims, Handle: h.print},
		{Method: "GET", Path: "/claims/:id/edit", May: identity.SubmitClaims, Handle: h.oldClaim},
		{Method: "POST", Path: "/claims/:id/edit", May: identity.SubmitClaims, Handle: h.rewrite, Upload: true},
		{Method: "POST", Path: "/claims/:id/receive", May: identity.SubmitClaims, Handle: h.receive},

		{Method: "GET", Path: "/desk/claims", May: identity.ReadClaims, Handle: h.desk},
		{Method: "GET", Path: "/desk/claims/:id", May: identity.ReadClaims, Handle: h.deskClaim},
		{Method: "POST", Path: "/desk/claims/:id/verify", May: identity.VerifyClaims, Handle: h.verify},
		{Method: "POST", Path: "/desk/claims/:id/pass", May: identity.ReviewVouchers, Handle: h.pass},
		{Method: "POST", Path: "/desk/claims/:id/approve", May: identity.ReadClaims, Handle: h.approve},
		{Method: "POST", Path: "/desk/claims/:id/pay", May: identity.PayClaims, Handle: h.pay},
		{Method: "POST", Path: "/desk/claims/:id/return", May: identity.ReadClaims, Handle: h.sendBack},
		{Method: "POST", Path: "/desk/claims/:id/reject", May: identity.ReadClaims, Handle: h.reject},
		{Method: "POST", Path: "/desk/claims/:id/void", May: identity.VoidClaims, Handle: h.askVoid},
		{Method: "POST", Path: "/desk/claims/:id/agree", May: identity.ApproveLargeClaim, Handle: h.agreeVoid},
		{Method: "POST", Path: "/desk/claims/:id/account", May: identity.ReadLedger, Handle: h.account},

		{Method: "GET", Path: "/desk/projects/:id/money", May: identity.ReadLedger, Handle: h.project},
		{Method: "POST", Path: "/desk/projects/:id/money/hold", May: identity.ReadLedger, Handle: h.hold},
		{Method: "POST", Path: "/desk/projects/:id/money/clear", May: identity.ApproveTranches, Handle: h.clear},
		{Method: "GET", Path: "/finance", May: identity.ReadLedger, Handle: h.finance},
		{Method: "GET", Path: "/finance/ledger", May: identity.ReadLedger, Handle: h.ledger},
		{Method: "GET", Path: "/finance/tranches", May: identity.ReadClaims, Handle: h.tranches},
		{Method: "POST", Path: "/finance/tranches/:id/request", May: identity.RequestTranches, Handle: h.request},
		{Method: "POST", Path: "/finance/tranches/:id/review", May: identity.ReviewTranches, Handle: h.review},
		{Method: "POST", Path: "/finance/tranches/:id/approve", May: identity.ApproveTranches, Handle: h.approveTranche},
		{Method: "POST", Path: "/finance/tranches/:id/return", May: identity.ReadLedger, Handle: h.returnTranche},
		{Method: "POST", Path: "/finance/tranches/:id/transfer", May: identity.ReleaseTranches, Handle: h.transfer},
	}
}

// pressed reads a button on a row: which row, and what the form around it said.
func pressed[T any](c *fiber.Ctx) (id string, said T, form ui.Form, err error) {
	if id, err = web.ID(c, "id"); err != nil {
		return id, said, form, err
	}
	said, form, err = web.Bind[T](c)
	return id, said, form, err
}

// under names the fields of a fault as the page does: its several forms must not share names.
func under(prefix string, err error) error {
	fields := fault.InFields(err)
	if len(fields) == 0 {
		return err
	}
	var renamed fault.Fields
	for name, m := range fields {
		if name != "" {
			name = prefix + name
		}
		renamed.Add(name, m.Text, m.Args...)
	}
	return renamed.Err()
}

// named is a place's name in the reader's language.
func (h handlers) named(c *fiber.Ctx, path string) (string, error) {
	p, err := place.One(c.UserContext(), h.db, path)
	return words.Pick(c.UserContext(), p.Name, p.NameEn), err
}
