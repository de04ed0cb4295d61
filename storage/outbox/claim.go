package outbox

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"seedbed/storage/pg"
)

// Audience is who hears what: listener i hears facts of kind i.
type Audience struct{ Kinds, Listeners []string }

// Waiting is a fact that was claimed for sending, with the listeners who have not yet heard it.
type Waiting struct {
	ID    int64
	Kind  string
	Tries int      // how often it has been sent, this time included
	Owed  []string // neither done nor parked; empty when only parked ones are left
}

// Claiming says which facts Claim takes.
type Claiming struct {
	Audience Audience
	Again    time.Duration // a fact sent this long ago and still not done is sent once more; later up to three times as long
	After    int64         // only facts with a larger id
	Most     int
}

// The database's own clock decides when a fact was sent: the machines of two processes may differ by seconds. Locks are
// "no key update" because every fence row already holds a key share of its fact. Facts with a parked listener are
// looked at rarely, for the sake of their other listeners only.
const claimSQL = `with audience as materialized (
  select kind, listener from unnest(@kinds::text[], @listeners::text[]) as a (kind, listener)
), due as materialized (
  select id from outbox
  where done_at is null and id > @after and (sent_at is null or
    sent_at < now() - make_interval(secs => @again::float8) * case when fault = '' then least(tries, 3) else 20 end)
  order by id limit @most for no key update skip locked
), undone as materialized (
  select o.id, a.listener from due join outbox o using (id) join audience a using (kind)
  where not exists (select from outbox_done d where d.fact_id = o.id and d.listener = a.listener)
)
update outbox o set sent_at = now(), tries = o.tries + 1,
  done_at = case when exists (select from undone u where u.id = o.id) then null else now() end
from due where o.id = due.id
returning o.id, o.kind, o.tries, array(select u.listener from undone u
  where u.id = o.id and not coalesce(nullif(o.fault, '')::jsonb ? u.listener, false) order by u.listener) as owed`

// Claim takes facts for sending, oldest first, and marks them as sent. Another process claiming at the same moment gets
// others. A fact nobody listens to (any more) is done at once.
func Claim(ctx context.Context, db *pg.DB, c Claiming) ([]Waiting, error) {
	claimed, err := pg.All[Waiting](ctx, db, claimSQL, pg.Args{"kinds": c.Audience.Kinds, "listeners": c.Audience.Listeners,
		"again": c.Again.Seconds(), "after": c.After, "most": c.Most})
	slices.SortFunc(claimed, func(a, b Waiting) int { return cmp.Compare(a.ID, b.ID) })
	return claimed, err
}

const giveBackSQL = `update outbox set sent_at = null, tries = tries - 1 where id = any(@ids) and done_at is null returning id`

// GiveBack undoes the claim of facts that could not be sent.
func GiveBack(ctx context.Context, db *pg.DB, ids []int64) error {
	_, err := pg.Values[int64](ctx, db, giveBackSQL, pg.Args{"ids": ids})
	return err
}

// Letter is a fact as one listener gets it.
type Letter struct {
	Kind    string
	Body    json.RawMessage
	Settled bool // the listener has heard it, or it is parked for this listener
}

const openSQL = `select o.kind, o.body, o.done_at is not null or coalesce(nullif(o.fault, '')::jsonb ? @listener::text, false)
    or exists (select from outbox_done d where d.fact_id = o.id and d.listener = @listener) as settled
  from outbox o where o.id = @id`

// Open reads a fact for a listener; false when there is no such fact.
func Open(ctx context.Context, q pg.Reader, id int64, listener string) (Letter, bool, error) {
	return pg.Maybe[Letter](ctx, q, openSQL, pg.Args{"id": id, "listener": listener})
}
