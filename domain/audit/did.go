package audit

import (
	"context"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const didSQL = `select exists (select from audit_event where entity = @entity and entity_id = @id::uuid and version = @version::int and action = @action and actor = nullif(@me, '')::uuid)`

// Did tells whether the actor's own action made this version of a row: a button pressed twice then answers as it did
// the first time.
func Did(ctx context.Context, q pg.Reader, by identity.Actor, entity, id string, version int, action string) (bool, error) {
	return pg.Value[bool](ctx, q, didSQL, pg.Args{"entity": entity, "id": id, "version": version, "action": action, "me": by.ID})
}

const helpedSQL = `select exists (select from unnest(@ids::uuid[]) as r(id) where helped(nullif(@me, '')::uuid, r.id))`

// Helped tells whether the actor filled in something of one of these rows for somebody else: then they neither verify
// nor judge it (I-F8). The database refuses such a line in any case; this is for pages and for rows that hang on others.
func Helped(ctx context.Context, q pg.Reader, by identity.Actor, ids ...string) (bool, error) {
	return pg.Value[bool](ctx, q, helpedSQL, pg.Args{"me": by.ID, "ids": ids})
}

const filledSQL = `select exists (select from audit_event where assistance = @assistance::uuid and entity_id = @id::uuid)`

// Fill notes that somebody fills in a draft for the actor, once an assistance and row: saving a draft leaves no line by
// itself. Without a helper it does nothing.
func Fill(ctx context.Context, tx pg.Tx, w identity.Warrant, e Event) error {
	if !w.By.Helped() {
		return nil
	}
	noted, err := pg.Value[bool](ctx, tx, filledSQL, pg.Args{"assistance": w.By.Assistance, "id": e.ID})
	if err != nil || noted {
		return err
	}
	e.Version, e.Action = 0, "fill"
	return Record(ctx, tx, w, e)
}
