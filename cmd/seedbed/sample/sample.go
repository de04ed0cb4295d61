// Package sample makes the sample district 京州市: three subdistricts, nine communities, three editions of the competition
// and the call of a fourth, through the same verbs everybody uses, with a clock that walks through the years. The same
// start always gives the same district.
package sample

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"seedbed/domain/accounts"
	"seedbed/domain/assist"
	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/judging"
	"seedbed/domain/money"
	"seedbed/domain/place"
	"seedbed/domain/privacy"
	"seedbed/domain/proposal"
	"seedbed/domain/talent"
	"seedbed/domain/topic"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
)

// Tools are the doors of the house, opened on a clock that the sample moves.
type Tools struct {
	DB        *pg.DB
	Clock     *clock.Manual
	Accounts  *accounts.Accounts
	Talents   *talent.Book
	Topics    *topic.Book
	Assist    *assist.Book
	Editions  *edition.Book
	Proposals *proposal.Book
	Album     *proposal.Album
	Juries    *judging.Book
	Awards    *award.Book
	Projects  *delivery.Book
	Money     *money.Book
	Orgs      *incubation.Book
	Gallery   *gallery.Book
	Privacy   *privacy.Book
	Settle    func(ctx context.Context) error // lets everything that follows happen
	RunDue    func(ctx context.Context) error // what the calendar asks for by now
	Store     objects.Store
}

// Person is somebody of the sample whom a visitor may become.
type Person struct {
	ID, Name, Phone, Role, Place, Waits string
	Kind                                identity.Role
}

const thereSQL = `select exists (select from edition)`

// There tells whether a database has a district's editions already.
func There(ctx context.Context, q pg.Reader) (bool, error) {
	return pg.Value[bool](ctx, q, thereSQL, nil)
}

// garden is the work of planting: the tools, who is who, and what has been made.
type garden struct {
	Tools
	now time.Time
	people
	serial    int
	drawer    drawer
	project   []grown
	drafts    map[int]edition.Edition // prepared before others of a later number
	special   underWay                // the edition that is judged today
	seedTopic string                  // the topic that becomes a proposal
}

// Plant makes the district as it stands at now and tells what it made.
func Plant(ctx context.Context, t Tools, now time.Time) (string, error) {
	g := &garden{Tools: t, now: now, drafts: map[int]edition.Edition{}}
	g.Clock.Set(now.AddDate(-3, 0, 0))
	steps := []func(context.Context) error{g.lay, g.settlePeople, g.draw,
		func(ctx context.Context) error { return g.edition(ctx, first) },
		g.firstTalents,
		func(ctx context.Context) error { return g.edition(ctx, second) },
		func(ctx context.Context) error { return g.edition(ctx, third) },
		g.specialCall, g.talents, g.topics, g.specialDesk,
		func(ctx context.Context) error { return g.call(ctx, fourth) }, g.latest, g.supporters, g.recruit, g.specialPitch}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return "", fmt.Errorf("on %s: %w", g.Clock.Now().Format(time.DateOnly), err)
		}
	}
	g.Clock.Set(now)
	if err := g.Settle(ctx); err != nil {
		return "", err
	}
	return g.told(ctx)
}

const toldSQL = `select format('%s people, %s projects, %s activities, %s claims, %s organisations', (select count(*) from person), (select count(*) from project),
  (select count(*) from activity), (select count(*) from claim), (select count(*) from org))`

func (g *garden) told(ctx context.Context) (string, error) {
	return pg.Value[string](ctx, g.DB, toldSQL, nil)
}

func (g *garden) lay(ctx context.Context) error {
	return g.DB.Change(ctx, func(tx pg.Tx) error {
		for i, p := range tree {
			p.Seq, p.ValidFrom = i, time.Date(2000, 1, 1, 0, 0, 0, 0, clock.Shanghai)
			if err := place.Found(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// each runs f for every item, a few at a time: the verbs must bear it, and a newcomer waits less.
func each[T any](ctx context.Context, list []T, f func(ctx context.Context, i int, item T) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(6)
	for i, item := range list {
		group.Go(func() error { return f(ctx, i, item) })
	}
	return group.Wait()
}

// id is a fresh id; the order of rows follows the sample's clock.
func id() string { return uuid.Must(uuid.NewV7()).String() }

// dice gives a source of chance for a purpose and a number, always the same one.
func dice(purpose string, n int) *rand.Rand {
	var seed uint64 = 14695981039346656037
	for _, b := range []byte(purpose) {
		seed = (seed ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, uint64(n))) //nolint:gosec // a sample, not a secret
}

// at moves the clock to an hour of a day, never back.
func (g *garden) at(day time.Time, hour int) {
	if t := clock.Day(day).Add(time.Duration(hour) * time.Hour); t.After(g.Clock.Now()) {
		g.Clock.Set(t)
	}
}
