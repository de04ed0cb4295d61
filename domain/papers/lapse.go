package papers

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	oldImportsSQL = `select ` + importColumns + ` from proposal_import where state in ('checked','faulty') and at < @before order by id for no key update`
	oldExportsSQL = `select ` + exportColumns + ` from paper_export where (state = 'done' and done_at < @before) or (state = 'asked' and at < @stuck) order by id for no key update`
	lapseSQL      = `update proposal_import set state = 'lapsed', faults = '[]', version = version + 1 where id = @id::uuid`
)

// tooLong is what an export says that was given up.
const tooLong = "准备的时间太长，没有做完。请少选一些，或稍后再试"

// Lapse lets go of what is older than a day: uploads that were not entered, with what was wrong in them, and exports
// nobody needs any more. Their files belong to nobody then and the sweep takes them. An export that was not finished
// in an hour is given up, so that its person can ask again.
func (b *Book) Lapse(ctx context.Context, tx pg.Tx, now time.Time) error {
	imports, err := pg.All[Import](ctx, tx, oldImportsSQL, pg.Args{"before": now.Add(-keepFor)})
	if err != nil {
		return err
	}
	for _, i := range imports {
		if _, err := pg.Do(ctx, tx, lapseSQL, pg.Args{"id": i.ID}); err != nil {
			return err
		}
		w, err := identity.House().Must(identity.KeepCalendar, i.Place)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_import", ID: i.ID, Version: i.Version + 1, Action: "lapse", From: i.State, To: Lapsed, Place: i.Place, At: now}); err != nil {
			return err
		}
	}
	exports, err := pg.All[Export](ctx, tx, oldExportsSQL, pg.Args{"before": now.Add(-keepFor), "stuck": now.Add(-giveUp)})
	if err != nil {
		return err
	}
	for _, x := range exports {
		sql, args, to := lapsedSQL, pg.Args{"id": x.ID}, "lapsed"
		if x.State == "asked" {
			sql, args, to = failedSQL, pg.Args{"id": x.ID, "trouble": tooLong, "at": now}, "failed"
		}
		if _, err := pg.Do(ctx, tx, sql, args); err != nil {
			return err
		}
		if err := b.moved(ctx, tx, x, "lapse", to, nil); err != nil {
			return err
		}
	}
	return nil
}
