package assist

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Outage is a time in which the server was out of reach, on record: whoever had begun to write before its end may hand
// in until a later moment (DOMAIN §18-28).
type Outage struct {
	ID         string
	EditionID  string
	Edition    string
	BeganAt    time.Time
	EndedAt    time.Time
	Until      time.Time
	Reason     string
	DeclaredBy string
	At         time.Time
}

// NewOutage is an outage to be declared.
type NewOutage struct {
	ID        string    `form:"id"`
	EditionID string    `form:"edition"`
	BeganAt   time.Time `form:"began_at,datetime"`
	EndedAt   time.Time `form:"ended_at,datetime"`
	Until     time.Time `form:"until,datetime"`
	Reason    string    `form:"reason"`
}

const (
	addOutageSQL = `insert into outage (id, edition_id, place, began_at, ended_at, until, reason, declared_by, at)
  values (@id, @edition, @place::text::ltree, @began, @ended, @until, @reason, @me, @at) on conflict (id) do nothing`
	outagesSQL = `select o.id::text, o.edition_id::text, e.title as edition, o.began_at, o.ended_at, o.until, o.reason, p.name as declared_by, o.at
  from outage o join edition e on e.id = o.edition_id join person p on p.id = o.declared_by where o.place <@ any(@sight::text[]::ltree[]) order by o.at desc limit 50`
	reprieveSQL = `select max(until) from outage where edition_id = @edition::uuid and @begun::timestamptz < ended_at`
)

func (n NewOutage) check(c Call, found bool, until *time.Time, now time.Time) error {
	var wrong fault.Fields
	if !found {
		wrong.Add("edition", "请选是哪一届")
	}
	for field, at := range map[string]time.Time{"began_at": n.BeganAt, "ended_at": n.EndedAt, "until": n.Until} {
		if at.IsZero() {
			wrong.Add(field, "请填写时间")
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	if !n.EndedAt.After(n.BeganAt) || n.EndedAt.After(now) {
		wrong.Add("ended_at", "恢复的时间要在中断之后、现在之前")
	}
	if !n.BeganAt.Before(*c.ClosesAt) || n.EndedAt.Before(c.ClosesAt.Add(-24*time.Hour)) {
		wrong.Add("began_at", "只有截止前 24 小时里的中断，才能顺延")
	}
	if !n.Until.After(n.EndedAt) || !n.Until.After(*c.ClosesAt) || (until != nil && n.Until.After(*until)) {
		wrong.Add("until", "顺延要在原来的截止之后，最多 %d 个工作日", graceDays)
	}
	switch l := utf8.RuneCountInString(n.Reason); {
	case l == 0:
		wrong.Add("reason", "请写明出了什么故障，会公开")
	case l > 200:
		wrong.Add("reason", "最多 200 个字，现在是 %d 个字", l)
	}
	return wrong.Err()
}

// Declare records an outage and gives the time back to those who had begun to write. It cannot be changed afterwards.
func (b *Book) Declare(ctx context.Context, by identity.Actor, n NewOutage) error {
	c, found := Call{}, uuid.Validate(n.EditionID) == nil
	var err error
	if found {
		if c, found, err = pg.Maybe[Call](ctx, b.db, callSQL, pg.Args{"id": n.EditionID}); err != nil {
			return err
		}
		found = found && (c.State == "open" || c.State == "closed") && c.ClosesAt != nil
	}
	w, err := by.Must(identity.DeclareOutages, c.Place)
	if !found && by.Somewhere(identity.DeclareOutages) {
		return n.check(c, false, nil, b.clock.Now())
	}
	if err != nil {
		return err
	}
	until, err := GraceUntil(ctx, b.db, c.ID)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	if err := n.check(c, found, until, now); err != nil {
		return err
	}
	if uuid.Validate(n.ID) != nil {
		n.ID = newID()
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		rows, err := pg.Do(ctx, tx, addOutageSQL, pg.Args{"id": n.ID, "edition": c.ID, "place": c.Place, "began": n.BeganAt, "ended": n.EndedAt, "until": n.Until, "reason": n.Reason, "me": by.ID, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "outage", ID: n.ID, Version: 1, Action: "declare", Place: c.Place, Reason: n.Reason,
			Data: map[string]any{"edition": c.ID, "began": n.BeganAt, "ended": n.EndedAt, "until": n.Until}, At: now})
	})
}

// Outages lists the outages on record in the actor's district.
func (b *Book) Outages(ctx context.Context, by identity.Actor) ([]Outage, error) {
	return pg.All[Outage](ctx, b.db, outagesSQL, pg.Args{"sight": by.Sight(identity.ReadAssisted)})
}

// Reprieve is until when a draft begun at a moment may still be handed in because of a recorded outage; nil when there
// was none.
func Reprieve(ctx context.Context, q pg.Reader, edition string, begun time.Time) (*time.Time, error) {
	return pg.Value[*time.Time](ctx, q, reprieveSQL, pg.Args{"edition": edition, "begun": begun})
}
