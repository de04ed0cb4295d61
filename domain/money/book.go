// Package money keeps what a project's award becomes (经费): tranches that raise what may be spent, claims with their
// invoices, payments, and the settlement at the end. Every sum goes through domain/ledger in the verb's own transaction.
//
// Verbs take their locks in one order, so that they wait for each other instead of dying together: the project's row,
// the claim or tranche, budget lines, invoices, the number series, the ledger, and last the trail.
package money

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

// Book is where money is asked for, examined, approved and paid.
type Book struct {
	db    *pg.DB
	clock clock.Clock
	vault *vault.Vault
}

// New opens the book; the vault seals payees' account numbers.
func New(db *pg.DB, c clock.Clock, v *vault.Vault) *Book { return &Book{db, c, v} }

// Step is a button on a row's page: the version the person saw, and a reason where one is asked.
type Step struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

// seen is a project whose claims the actor may read, and the actor with the roles its team gives them. Anything else is
// missing.
func (b *Book) seen(ctx context.Context, by identity.Actor, projectID string) (delivery.Project, identity.Actor, error) {
	p, err := delivery.Get(ctx, b.db, projectID)
	if err != nil {
		return p, by, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return p, by, err
	}
	tied := by.Tied(p.Place, ties...)
	if !tied.Sees(identity.ReadClaims, p.Place) {
		return p, by, fault.Missing()
	}
	return p, tied, nil
}

// pot is one of a project's accounts, which are its award's.
func pot(p delivery.Project, kind ledger.Kind) ledger.Pot {
	return ledger.Pot{Kind: kind, Edition: p.EditionID, Owner: p.AwardID}
}

func rulesOf(ctx context.Context, q pg.Reader, p delivery.Project) (edition.Rules, error) {
	e, err := edition.Get(ctx, q, p.EditionID)
	return e.Rules, err
}

// house is the warrant of what happens by itself, without anybody pressing a button.
func house(p delivery.Project) (identity.Warrant, error) {
	return identity.House().Must(identity.KeepCalendar, p.Place)
}

// tell leaves a notice about a project's money.
func (b *Book) tell(ctx context.Context, tx pg.Tx, code string, to []string, text fault.Message, link, key string) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: code, To: to, Text: text, Link: link, Key: key, At: b.clock.Now()})
}

// workDays is the end of the n-th working day from now: what people are promised.
func workDays(ctx context.Context, q pg.Reader, now time.Time, n int) (time.Time, error) {
	calendar, err := place.Calendar(ctx, q)
	return calendar.AddWorkingDays(now, n), err
}

// fresh tells whether a row is still as the person saw it: a button pressed twice by the same person is done, and not an
// error; anything else that changed in between is.
func fresh(ctx context.Context, tx pg.Tx, by identity.Actor, entity, id string, has, saw int, action string) (done bool, err error) {
	if has == saw {
		return false, nil
	}
	if done, err = audit.Did(ctx, tx, by, entity, id, saw+1, action); err != nil || done {
		return done, err
	}
	return false, fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
