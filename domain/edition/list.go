package edition

import (
	"context"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Call is an edition as its page shows it.
type Call struct {
	Edition
	Funds []Fund
	Why   string // it was called off, or extended: the reason given
}

// listed is how many editions a list shows: one a year, so it is a lifetime.
const listed = 50

const publicSQL = `select ` + editionColumns + ` from edition where state not in ('draft', 'cancelled') order by opens_at desc nulls last, id desc limit @n`

// Public lists the calls everybody may read, newest first.
func (b *Book) Public(ctx context.Context) ([]Edition, error) {
	return pg.All[Edition](ctx, b.db, publicSQL, pg.Args{"n": listed})
}

// An edition of the district concerns its streets and communities as well, so a desk sees those above its place too;
// drafts only where the place is its own.
const deskSQL = `select ` + editionColumns + ` from edition where place <@ any(@sight::text[]::ltree[]) or (state <> 'draft' and place @> any(@sight::text[]::ltree[]))
  order by created_at desc, id desc limit @n`

// Desk lists the editions that concern the actor's places, drafts too.
func (b *Book) Desk(ctx context.Context, by identity.Actor) ([]Edition, error) {
	return pg.All[Edition](ctx, b.db, deskSQL, pg.Args{"sight": by.Sight(identity.ReadEditions), "n": listed})
}

const (
	everSQL = `select count(*) from edition_rules_past where edition_id = @id::uuid`
	whySQL  = `select coalesce((select reason from audit_event where entity = 'edition' and entity_id = @id::uuid and action in ('cancel', 'extend') order by at desc limit 1), '')`
)

// See is one edition for whoever asks: one that was never published is there only for those who plan it.
func (b *Book) See(ctx context.Context, by identity.Actor, id string) (Call, error) {
	e, err := Get(ctx, b.db, id)
	if err != nil {
		return Call{}, err
	}
	if !by.Sees(identity.ReadEditions, e.Place) && (e.State == Draft || e.State == Cancelled) {
		published, err := pg.Value[int64](ctx, b.db, everSQL, pg.Args{"id": id})
		if err != nil {
			return Call{}, err
		}
		if published == 0 {
			return Call{}, fault.Missing()
		}
	}
	call := Call{Edition: e}
	if call.Funds, err = Funds(ctx, b.db, id); err != nil {
		return Call{}, err
	}
	if e.Extended || e.State == Cancelled {
		call.Why, err = pg.Value[string](ctx, b.db, whySQL, pg.Args{"id": id})
	}
	return call, err
}
