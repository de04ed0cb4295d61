package outbox

import (
	"context"

	"seedbed/storage/pg"
)

const fenceSQL = `insert into outbox_done (fact_id, listener, at) values (@id, @listener, now()) on conflict do nothing`

// Fence claims a fact for a listener in the transaction that holds the effect: true for the one who may do it. It waits
// for a rival's open transaction, so false means that the effect is committed.
func Fence(ctx context.Context, tx pg.Tx, id int64, listener string) (bool, error) {
	n, err := pg.Do(ctx, tx, fenceSQL, pg.Args{"id": id, "listener": listener})
	return n == 1, err
}

const (
	lockSQL   = `select id from outbox where id = @id for no key update`
	finishSQL = `update outbox set done_at = now(), fault = '' where id = @id and done_at is null and not exists (
  select from unnest(@listeners::text[]) as l (name)
  where not exists (select from outbox_done d where d.fact_id = @id and d.listener = l.name))`
)

// Finish marks the fact as done when this transaction's fence row is the last one of its listeners. Call it last: the
// lock makes the listeners of one fact decide one after another, each seeing the fence rows of those before.
func Finish(ctx context.Context, tx pg.Tx, id int64, listeners []string) error {
	if _, err := pg.Value[int64](ctx, tx, lockSQL, pg.Args{"id": id}); err != nil {
		return err
	}
	_, err := pg.Do(ctx, tx, finishSQL, pg.Args{"id": id, "listeners": listeners})
	return err
}
