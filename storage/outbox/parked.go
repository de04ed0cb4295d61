package outbox

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// The column fault is a JSON object, listener → why, so that one listener's trouble does not hold up the others.
const parkSQL = `update outbox set fault = (coalesce(nullif(fault, '')::jsonb, '{}') || jsonb_build_object(@listener::text, @why::text))::text
  where id = @id and done_at is null and not exists (select from outbox_done d where d.fact_id = @id and d.listener = @listener)
  returning id`

// Park sets a fact aside for a listener who can never do it; it stays visible until somebody lets it go again. why is
// kept as it is, so it must not quote what people typed.
func Park(ctx context.Context, db *pg.DB, id int64, listener, why string) error {
	why = strings.ReplaceAll(strings.ToValidUTF8(why, ""), "\x00", "")
	_, err := pg.Values[int64](ctx, db, parkSQL, pg.Args{"id": id, "listener": listener, "why": why})
	return err
}

// Stuck is a fact parked for one listener.
type Stuck struct {
	ID       int64
	Kind     string
	Listener string
	Why      string
	At       time.Time
	Tries    int
}

const parkedSQL = `select o.id, o.kind, p.key as listener, p.value as why, o.at, o.tries
  from outbox o, jsonb_each_text(nullif(o.fault, '')::jsonb) p where o.done_at is null and o.fault <> '' order by o.id, p.key limit 500`

// Parked lists what was set aside, oldest first, at most 500.
func Parked(ctx context.Context, q pg.Reader) ([]Stuck, error) {
	return pg.All[Stuck](ctx, q, parkedSQL, nil)
}

const releaseSQL = `update outbox set fault = '', sent_at = null where id = @id and done_at is null and fault <> ''`

// Release lets a parked fact be tried again, once what stood in its way is put right.
func Release(ctx context.Context, tx pg.Tx, id int64) error {
	n, err := pg.Do(ctx, tx, releaseSQL, pg.Args{"id": id})
	if err == nil && n == 0 {
		err = fault.Missing()
	}
	return err
}

const dropSQL = `update outbox set done_at = now() where id = @id and done_at is null and fault <> ''`

// Drop gives a parked fact up for good; why it was parked stays in its row.
func Drop(ctx context.Context, tx pg.Tx, id int64) error {
	n, err := pg.Do(ctx, tx, dropSQL, pg.Args{"id": id})
	if err == nil && n == 0 {
		err = fault.Missing()
	}
	return err
}

// Backlog is how much waits, for the machine's health page.
type Backlog struct {
	Waiting int
	Parked  int
	Oldest  *time.Time // when the oldest waiting fact happened; nil when nothing waits
}

const backlogSQL = `select count(*) filter (where fault = '') as waiting, count(*) filter (where fault <> '') as parked,
  min(at) filter (where fault = '') as oldest from outbox where done_at is null`

// Measure counts what waits.
func Measure(ctx context.Context, q pg.Reader) (Backlog, error) {
	return pg.One[Backlog](ctx, q, backlogSQL, nil)
}
