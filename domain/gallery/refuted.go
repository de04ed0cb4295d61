package gallery

import (
	"context"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const placeOfSQL = `select place::text from proposal where id = @id::uuid`

// HearRefuted takes back the voices that were given for a person against their will. It does no harm when repeated.
func HearRefuted(ctx context.Context, tx pg.Tx, f assist.Refuted) error {
	person, err := assist.Helped(ctx, tx, f)
	if err != nil {
		return err
	}
	given, err := assist.Acts(ctx, tx, f, "support", "support", "reword")
	if err != nil {
		return err
	}
	for _, id := range given {
		n, err := pg.Do(ctx, tx, backSQL, pg.Args{"id": id, "me": person, "at": f.At})
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": id, "n": -1}); err != nil {
			return err
		}
		where, err := pg.Value[string](ctx, tx, placeOfSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		w, err := identity.House().Must(identity.KeepCalendar, where)
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "support", ID: id, Action: "undo", Place: where, Data: map[string]string{"person": person}, At: f.At}); err != nil {
			return err
		}
		if err := assist.Undone(ctx, tx, f, "support", id); err != nil {
			return err
		}
	}
	return nil
}
