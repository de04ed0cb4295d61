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
