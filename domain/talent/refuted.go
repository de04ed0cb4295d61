package talent

import (
	"context"

	"seedbed/domain/assist"
	"seedbed/domain/consent"
	"seedbed/storage/pg"
)

// HearRefuted takes down the card of a person who was helped against their will: what was agreed for them ends, and an
// entry that was written for them and that nobody has looked at is removed. It does no harm when repeated.
func HearRefuted(ctx context.Context, tx pg.Tx, f assist.Refuted) error {
	rows, err := assist.Acts(ctx, tx, f, "talent", "nominate", "agree", "renew")
	if err != nil {
		return err
	}
	person, err := assist.Helped(ctx, tx, f)
	for _, id := range rows {
		if err != nil {
			return err
		}
		t, there, bad := pg.Maybe[Talent](ctx, tx, lockSQL, pg.Args{"id": id})
		if bad != nil || !there || t.PersonID != person {
			err = bad
			continue
		}
		to, undo := "", func(h hand) error { return erase(ctx, tx, h) }
		switch t.State {
		case Nominated:
			to = Removed
		case Listed, Dormant:
			to, undo = Verified, func(h hand) error {
				if err := consent.End(ctx, tx, consent.TalentListing, h.ID, h.at); err != nil {
					return err
				}
				_, err := pg.Do(ctx, tx, unlistSQL, pg.Args{"id": h.ID})
				return err
			}
		default:
			continue
		}
		if err = house(ctx, tx, t, f.At, "undo", to, undo); err == nil {
			err = assist.Undone(ctx, tx, f, "talent", id)
		}
	}
	return err
}
