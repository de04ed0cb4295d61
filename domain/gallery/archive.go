package gallery

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// noticeYears is how long a notice of results can be found (DOMAIN §12.1).
const noticeYears = 1

const (
	oldNoticesSQL = `select id::text, place::text from publicity where archived_at is null and state = 'closed' and opens_at < @before order by opens_at, id limit 50 for no key update`
	archiveSQL    = `update publicity set archived_at = @at where id = @id::uuid`
	// The one rule of what is public is read again for everything the notice named.
	leaveGallerySQL = `select count(gallery_refresh('proposal', a.proposal_id)::text) from publicity_item i join award a on a.id = i.award_id where i.publicity_id = @id::uuid`
)

type oldNotice struct{ ID, Place string }

// Archive lets notices of results go that have been found for a year, every night: they leave the list of notices and,
// with what they alone had made public, the gallery. Their pages stay for whoever has the address.
func Archive(ctx context.Context, tx pg.Tx, now time.Time) error {
	list, err := pg.All[oldNotice](ctx, tx, oldNoticesSQL, pg.Args{"before": now.AddDate(-noticeYears, 0, 0)})
	if err != nil {
		return err
	}
	for _, n := range list {
		if _, err := pg.Do(ctx, tx, archiveSQL, pg.Args{"id": n.ID, "at": now}); err != nil {
			return err
		}
		if _, err := pg.Value[int](ctx, tx, leaveGallerySQL, pg.Args{"id": n.ID}); err != nil {
			return err
		}
		w, err := identity.House().Must(identity.KeepCalendar, n.Place)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "publicity", ID: n.ID, Action: "archive", Place: n.Place, At: now}); err != nil {
			return err
		}
	}
	return nil
}
