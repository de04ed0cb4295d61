// Package jobs carries facts from one stage of the year to the next, and runs what the calendar asks for. PostgreSQL
// keeps what has to be done (storage/outbox); Redis, or its stand-in inside the process, only says that something
// waits. A fact reaches each of its listeners at least once, in no particular order; what a listener writes to the
// database is kept exactly once.
//
// A listener hears the facts that are put after every process runs a program that knows it. Facts of a kind that a
// running program does not know count as done for it: start new workers before new web processes.
package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Effect is what a listener writes, in one transaction with the mark that it was done. It may run more than once before
// it is kept, so it does nothing outside the transaction.
type Effect func(ctx context.Context, tx pg.Tx) error

// Listener hears one kind of fact. On and OnWork make the usual ones.
//
// fault.NotFound, Invalid, Forbidden, SignIn and a lasting Conflict park the fact for this listener until somebody looks
// (outbox.Parked); any other error, and a panic, is tried again, ever more slowly, until it works.
type Listener struct {
	Kind string // the fact's kind
	Name string // unique among the kind's listeners and never changed: it is the name in the done marks
	// Work does what cannot be in a transaction (decode a photo, send a message) and returns the effect, nil for none.
	// It may happen twice when a machine fails half-way: what leaves the house carries Key.
	Work  func(ctx context.Context, fact json.RawMessage) (Effect, error)
	Slow  bool          // queues apart, so that quick listeners need not wait behind it
	Limit time.Duration // how long one try may take; zero is two minutes
}

// On makes a listener that only writes to the database.
func On[F outbox.Fact](name string, effect func(ctx context.Context, tx pg.Tx, fact F) error) Listener {
	listener := OnWork(name, func(_ context.Context, fact F) (Effect, error) {
		return func(ctx context.Context, tx pg.Tx) error { return effect(ctx, tx, fact) }, nil
	})
	listener.Slow = false
	return listener
}

// OnWork makes a listener that does something outside the database first. Kind must answer on F's zero value.
func OnWork[F outbox.Fact](name string, work func(ctx context.Context, fact F) (Effect, error)) Listener {
	var none F
	return Listener{Kind: none.Kind(), Name: name, Slow: true, Work: func(ctx context.Context, body json.RawMessage) (Effect, error) {
		var fact F
		if err := json.Unmarshal(body, &fact); err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "这件后台事项的内容读不出来，请告诉技术人员")
		}
		return work(ctx, fact)
	}}
}

type keyOfWork struct{}

// Key names this fact for this listener, the same on every try: what leaves the house (a text message, a payment file)
// carries it, so that the receiver can tell a repetition. It is "" outside of a listener.
func Key(ctx context.Context) string {
	key, _ := ctx.Value(keyOfWork{}).(string)
	return key
}

func keyOf(id int64, listener string) string { return fmt.Sprintf("%d:%s", id, listener) }

// table finds listeners by kind.
type table map[string][]Listener

// newTable checks that every listener can be told from the others.
func newTable(listeners []Listener) (table, error) {
	t := table{}
	for _, l := range listeners {
		if l.Kind == "" || l.Name == "" || l.Work == nil {
			return nil, fmt.Errorf("listener %q of %q lacks its kind, its name or its work", l.Name, l.Kind)
		}
		if _, twice := t.find(l.Kind, l.Name); twice {
			return nil, fmt.Errorf("two listeners of %q are called %q", l.Kind, l.Name)
		}
		if l.Limit == 0 {
			l.Limit = defaultLimit
		}
		t[l.Kind] = append(t[l.Kind], l)
	}
	return t, nil
}

func (t table) find(kind, name string) (Listener, bool) {
	for _, l := range t[kind] {
		if l.Name == name {
			return l, true
		}
	}
	return Listener{}, false
}

func (t table) names(kind string) []string {
	names := make([]string, 0, len(t[kind]))
	for _, l := range t[kind] {
		names = append(names, l.Name)
	}
	return names
}

func (t table) audience() outbox.Audience {
	var a outbox.Audience
	for kind, listeners := range t {
		for _, l := range listeners {
			a.Kinds, a.Listeners = append(a.Kinds, kind), append(a.Listeners, l.Name)
		}
	}
	return a
}

// longest is the time after which no try of any listener can still be under way.
func (t table) longest() time.Duration {
	longest := defaultLimit
	for _, listeners := range t {
		for _, l := range listeners {
			longest = max(longest, l.Limit)
		}
	}
	return longest
}
