// Package judging answers the pages of the jury: the desk that runs a round, and the judges' queue and score sheets.
package judging

import (
	"slices"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/judging"
)

type handlers struct {
	book  *judging.Book
	db    *pg.DB
	clock clock.Clock
}

// Routes lists the pages.
func Routes(book *judging.Book, _ *edition.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := handlers{book, db, c}
	return append(slices.Concat(juryRoutes(h), panelRoutes(h), pitchRoutes(book, db, c)), []web.Route{
		{Method: "GET", Path: "/desk/editions/:id/judging", May: identity.ReadSheets, Handle: h.room},
		{Method: "POST", Path: "/desk/editions/:id/judging/judges", May: identity.RunRounds, Handle: h.invite},
		{Method: "POST", Path: "/desk/editions/:id/judging/rounds", May: identity.RunRounds, Handle: h.plan},
		{Method: "POST", Path: "/desk/editions/:id/judging/rounds/:round/weights", May: identity.RunRounds, Handle: h.weigh},
		{Method: "POST", Path: "/desk/editions/:id/judging/rounds/:round/open", May: identity.RunRounds, Handle: h.press(book.OpenRound, "评审开始了，已经通知每位评委")},
		{Method: "POST", Path: "/desk/editions/:id/judging/rounds/:round/close", May: identity.RunRounds, Handle: h.press(book.CloseRound, "评审结束，排名算好了")},
		{Method: "GET", Path: "/desk/editions/:id/judging/seats/:seat", May: identity.RunRounds, Handle: h.seat},
		{Method: "POST", Path: "/desk/editions/:id/judging/seats/:seat", May: identity.RunRounds, Handle: h.excuse},
		{Method: "GET", Path: "/review", May: identity.Score, Handle: h.queue},
		{Method: "GET", Path: "/review/judges/:id", May: identity.Score, Handle: h.summons},
		{Method: "POST", Path: "/review/judges/:id/answer", May: identity.Score, Handle: h.answer},
		{Method: "POST", Path: "/review/judges/:id/ties", May: identity.Score, Handle: h.declare},
		{Method: "GET", Path: "/review/:id", May: identity.Score, Handle: h.sheet},
		{Method: "POST", Path: "/review/:id/save", May: identity.Score, Handle: h.save},
		{Method: "POST", Path: "/review/:id/submit", May: identity.Score, Handle: h.submit},
		{Method: "GET", Path: "/review/:id/reopen", May: identity.Score, Handle: h.because(view.Reopen)},
		{Method: "POST", Path: "/review/:id/reopen", May: identity.Score, Handle: h.reopen},
		{Method: "GET", Path: "/review/:id/recuse", May: identity.Score, Handle: h.because(view.Recuse)},
		{Method: "POST", Path: "/review/:id/recuse", May: identity.Score, Handle: h.recuse},
	}...)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// fromForm is the id a form made, or a new one where something else came.
func fromForm(id string) string {
	if len(id) != 36 || uuid.Validate(id) != nil {
		return newID()
	}
	return id
}
