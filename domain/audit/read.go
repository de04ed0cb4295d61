package audit

import (
	"context"
	"encoding/hex"
	"time"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Entry is a line of the trail as a supervisor reads it.
type Entry struct {
	Chain     string
	N         int64
	At        time.Time
	Who       string
	Role      string
	Entity    string
	EntityID  string
	Action    string
	FromState string
	ToState   string
	Reason    string
	Helper    string // who filled in for them, "" when they acted themself
}

const (
	entryColumns = `e.chain, e.n, e.at, coalesce(p.name, '') as who, e.role, e.entity, e.entity_id::text, e.action, e.from_state, e.to_state, e.reason, coalesce(h.name, '') as helper`
	readSQL      = `select ` + entryColumns + ` from audit_event e left join person p on p.id = e.actor left join person h on h.id = e.helper
  where e.place <@ any(@sight::text[]::ltree[]) and (e.at, e.chain, e.n) < (@at, @chain, @n) order by e.at desc, e.chain desc, e.n desc limit 50`
	ofSQL = `select ` + entryColumns + ` from audit_event e left join person p on p.id = e.actor left join person h on h.id = e.helper where e.entity_id = @id order by e.at, e.n limit 200`
)

// Read lists the trail of the actor's places, newest first, from before a line.
func Read(ctx context.Context, q pg.Reader, by identity.Actor, before Entry) ([]Entry, error) {
	return pg.All[Entry](ctx, q, readSQL, pg.Args{"sight": by.Sight(identity.ReadAudit), "at": before.At, "chain": before.Chain, "n": before.N})
}

// Of lists the trail of one row, for a page that has already decided its reader may see the row.
func Of(ctx context.Context, q pg.Reader, id string) ([]Entry, error) {
	return pg.All[Entry](ctx, q, ofSQL, pg.Args{"id": id})
}

// Print is the head's hash as people copy it.
func (h Head) Print() string { return hex.EncodeToString(h.Hash) }
