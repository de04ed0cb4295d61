package topic

import (
	"context"
	"slices"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Seed is what a topic lends a proposal that is begun from it.
type Seed struct {
	ID, Title, Problem, Place string
}

// Take locks a topic for a proposal that the actor begins from it: it has been decided, and the actor is a confirmed
// resident of its community. The lock holds to the end of the transaction, so that two who press at once come one after
// the other.
func Take(ctx context.Context, tx pg.Tx, by identity.Actor, id string) (Seed, error) {
	t, err := pg.One[Topic](ctx, tx, lockSQL, pg.Args{"id": formID(id)})
	if err != nil {
		return Seed{}, err
	}
	switch {
	case !t.Open():
		return Seed{}, fault.Missing()
	case !t.Decided():
		return Seed{}, fault.New(fault.Conflict, "这件事还没有开会决定，决定以后才能写成提案")
	case by.Home != t.Place:
		return Seed{}, fault.New(fault.Conflict, "这是%s的事，由那里确认过的居民来写成提案", t.PlaceName)
	}
	problem := t.Body
	if t.WhereText != "" {
		problem = t.WhereText + "：" + problem
	}
	return Seed{ID: t.ID, Title: t.Title, Problem: cut(problem, 500), Place: t.Place}, nil
}

// cut is at most n characters of a text.
func cut(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}

// Link is where a proposal came from.
type Link struct{ ID, Number, Title string }

const linkSQL = `select t.id::text, t.number, t.title from proposal p join topic t on t.id = p.topic_id where p.id = @proposal::uuid and t.state = any(@open)`

// LinkOf is the topic a proposal came from, if it came from one.
func LinkOf(ctx context.Context, q pg.Reader, proposalID string) (Link, bool, error) {
	return pg.Maybe[Link](ctx, q, linkSQL, pg.Args{"proposal": proposalID, "open": slices.Clone(open)})
}

// Onward is where a decided topic can go, as a later area knows it.
type Onward struct {
	Calls     []Call      // editions that take proposals of its place now
	Offspring []Offspring // proposals begun from it
}

// Call is an edition that takes proposals.
type Call struct{ ID, Title, TitleEn string }

// Offspring is a proposal begun from a topic. A draft is nobody's business but its team's: it has no title here for
// others.
type Offspring struct {
	ID, Title, State string
	Seen             bool // the reader may open it
}
