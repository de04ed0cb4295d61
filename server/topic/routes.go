// Package topic answers the pages of deliberation (协商议事), for everybody, for proposers and for the desks.
package topic

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/topic"
	"seedbed/server/web"
	"seedbed/storage/pg"
	"seedbed/templates/ui"
)

// Onward tells where a decided topic can go: calls and proposals come later in the year, so the house hands it in.
type Onward func(ctx context.Context, q pg.Reader, by identity.Actor, topicID, place string, at time.Time) (topic.Onward, error)

type handlers struct {
	book   *topic.Book
	db     *pg.DB
	clock  clock.Clock
	onward Onward
}

// Routes lists the pages.
func Routes(book *topic.Book, db *pg.DB, c clock.Clock, onward Onward) []web.Route {
	h := handlers{book, db, c, onward}
	return []web.Route{
		{Method: "GET", Path: "/topics", May: identity.Look, Handle: h.list},
		{Method: "POST", Path: "/topics", May: identity.ProposeTopics, Handle: h.propose},
		{Method: "GET", Path: "/topics/new", May: identity.ProposeTopics, Handle: h.proposing},
		{Method: "GET", Path: "/topics/:id", May: identity.Look, Handle: h.one},
		{Method: "POST", Path: "/topics/:id/support", May: identity.ProposeTopics, Handle: h.support},
		{Method: "POST", Path: "/topics/:id/judge", May: identity.ProposeTopics, Handle: h.judge},
		{Method: "GET", Path: "/desk/topics", May: identity.ReadTopics, Handle: h.desk},
		{Method: "GET", Path: "/desk/topics/:id", May: identity.ReadTopics, Handle: h.open},
		{Method: "POST", Path: "/desk/topics/:id/screen", May: identity.RunTopics, Handle: h.screen},
		{Method: "POST", Path: "/desk/topics/:id/decline", May: identity.RunTopics, Handle: h.decline},
		{Method: "POST", Path: "/desk/topics/:id/schedule", May: identity.RunTopics, Handle: h.schedule},
		{Method: "POST", Path: "/desk/topics/:id/record", May: identity.RunTopics, Handle: h.record, Upload: true},
		{Method: "POST", Path: "/desk/topics/:id/resolve", May: identity.RunTopics, Handle: h.resolve},
		{Method: "POST", Path: "/desk/topics/:id/report", May: identity.RunTopics, Handle: h.report},
		{Method: "POST", Path: "/desk/topics/:id/answer", May: identity.RunTopics, Handle: h.answer},
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// fresh is an empty form with an id of its own, so that sending it twice is sending it once.
func fresh() ui.Form { return ui.Form{Values: map[string][]string{"id": {newID()}}} }
