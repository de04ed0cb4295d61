// Package papers is where proposals go on to paper and come from it (纸质申报书): the printed form as PDF, workbooks of
// proposals that neighbours filled in by hand, and what the desks take out: lists, books, files.
package papers

import (
	"context"

	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/objects"
	"seedbed/storage/paper"
	"seedbed/storage/pg"
)

// Book is the door to papers.
type Book struct {
	db        *pg.DB
	store     objects.Store
	clock     clock.Clock
	accounts  *accounts.Accounts
	proposals *proposal.Book
	font      string
	gate      chan struct{} // workbooks read at a time: each takes memory many times its size
}

// New makes the door. font is a file with letters that the house's own fonts lack, "" for none.
func New(db *pg.DB, store objects.Store, c clock.Clock, people *accounts.Accounts, proposals *proposal.Book, font string) *Book {
	return &Book{db, store, c, people, proposals, font, make(chan struct{}, 2)}
}

// fonts opens what text is drawn from. The embedded ones are read once; the operator's is read each time, it is small
// work beside the printing.
func (b *Book) fonts() (*paper.Fonts, error) { return paper.OpenFonts(b.font) }

// reach is an edition with the places in it where the actor holds p: their own where these are inside the edition's,
// the edition's own where theirs is above it. Without any the edition is not there.
func reach(ctx context.Context, q pg.Reader, by identity.Actor, p identity.Permission, editionID string) (edition.Edition, []string, error) {
	e, err := edition.Get(ctx, q, editionID)
	if err != nil {
		return e, nil, err
	}
	sight := []string{}
	for _, at := range by.Sight(p) {
		switch {
		case identity.Within(at, e.Place):
			sight = append(sight, at)
		case identity.Within(e.Place, at):
			sight = append(sight, e.Place)
		}
	}
	if len(sight) == 0 || e.State == edition.Draft {
		return e, nil, fault.Missing()
	}
	return e, sight, nil
}

// within tells whether a place is under one of some others.
func within(place string, sight []string) bool {
	for _, at := range sight {
		if identity.Within(place, at) {
			return true
		}
	}
	return false
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// formID is the id a form brought along, or a new one when it brought none that could be one.
func formID(id string) string {
	if uuid.Validate(id) != nil || len(id) != 36 {
		return newID()
	}
	return id
}

func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
