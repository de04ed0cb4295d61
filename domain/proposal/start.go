package proposal

import (
	"context"
	"maps"
	"slices"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	homeSQL      = `select name, coalesce(home::text, '') as home, home_state from person where id = @me::uuid`
	openDraftSQL = `select id::text from proposal where edition_id = @edition::uuid and lead_id = @me::uuid and state = 'draft' order by created_at limit 1`
	addTeamSQL   = `insert into team (id, place, lead_id, created_at) values (@id, @place::text::ltree, @me, @at)`
	addLeadSQL   = `insert into team_member (id, team_id, person_id, name, role, state, at, answered_at) values (@id, @team, @me, @name, 'lead', 'accepted', @at, @at)`
	addDraftSQL  = `insert into proposal (id, edition_id, team_id, place, lead_id, starts_on, ends_on, created_at, saved_at) values (@id, @edition, @team, @place::text::ltree, @me, @starts_on, @ends_on, @at, @at)`
)

// Beginning is a proposal begun: an id made by the form, so that two clicks make one draft.
type Beginning struct {
	ID      string `form:"id"`
	TopicID string `form:"topic_id"` // the deliberated topic it comes from, "" for none
}

type resident struct {
	Name      string
	Home      string
	HomeState string
}

// Start begins a draft with the actor as its lead and gives its id. Who has an unsent draft in this edition gets that.
func (b *Book) Start(ctx context.Context, by identity.Actor, editionID string, n Beginning) (string, error) {
	e, err := edition.Get(ctx, b.db, editionID)
	if err != nil {
		return "", err
	}
	if e.State == edition.Draft {
		return "", fault.Missing()
	}
	w, err := by.Must(identity.DraftProposals, e.Place)
	if err != nil {
		return "", err
	}
	id := formID(n.ID)
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		if err := alone(ctx, tx, by.ID); err != nil {
			return err
		}
		if have, err := pg.Values[string](ctx, tx, openDraftSQL, pg.Args{"edition": editionID, "me": by.ID}); err != nil || len(have) > 0 {
			if err == nil {
				id, err = have[0], b.graft(ctx, tx, by, have[0], n.TopicID)
			}
			return err
		}
		now := b.clock.Now()
		if err := unbanned(ctx, tx, by.ID, now); err != nil {
			return err
		}
		_, graced, err := assist.Graced(ctx, tx, by, editionID, now)
		if err != nil {
			return err
		}
		if !graced && (e.State != edition.Open || !now.Before(*e.ClosesAt)) {
			return fault.New(fault.Conflict, "这一届现在不收申报书。想法可以先记下来，等下一届开始")
		}
		me, err := pg.One[resident](ctx, tx, homeSQL, pg.Args{"me": by.ID})
		if err != nil {
			return err
		}
		if (me.HomeState != "claimed" && me.HomeState != "confirmed") || !identity.Within(me.Home, e.Place) {
			return fault.Field("home", "请先在「我的」里选好您住的社区，再来写申报书")
		}
		w.Place = me.Home
		if err := begin(ctx, tx, w, id, e, me, now); err != nil {
			return err
		}
		return b.graft(ctx, tx, by, id, n.TopicID)
	})
	return id, err
}

func begin(ctx context.Context, tx pg.Tx, w identity.Warrant, id string, e edition.Edition, me resident, now time.Time) error {
	team, lead := newID(), newID()
	if _, err := pg.Do(ctx, tx, addTeamSQL, pg.Args{"id": team, "place": me.Home, "me": w.By.ID, "at": now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, addLeadSQL, pg.Args{"id": lead, "team": team, "me": w.By.ID, "name": me.Name, "at": now}); err != nil {
		return err
	}
	draft := datesOf(e)
	maps.Copy(draft, pg.Args{"id": id, "edition": e.ID, "team": team, "place": me.Home, "me": w.By.ID, "at": now})
	if _, err := pg.Do(ctx, tx, addDraftSQL, draft); err != nil {
		return err
	}
	for _, e := range []audit.Event{{Entity: "team", ID: team, Action: "form", To: "forming"}, {Entity: "team_member", ID: lead, Action: "lead", To: "accepted"},
		{Entity: "proposal", ID: id, Action: "start", To: Drafted}} {
		e.Version, e.Place, e.At = 1, me.Home, now
		if err := audit.Record(ctx, tx, w, e); err != nil {
			return err
		}
	}
	return nil
}

const aloneSQL = `select pg_advisory_xact_lock(hashtextextended('proposals of ' || @person, 0)) is not null`

// alone lets nobody else count or change the proposals of a person until the transaction ends: limits hold however many
// submit at once. Several persons are taken in the order of their ids.
func alone(ctx context.Context, tx pg.Tx, people ...string) error {
	people = slices.Sorted(slices.Values(people))
	for _, p := range slices.Compact(people) {
		if _, err := pg.Value[bool](ctx, tx, aloneSQL, pg.Args{"person": p}); err != nil {
			return err
		}
	}
	return nil
}
