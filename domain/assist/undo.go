package assist

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Refuted is the fact that an assistance was found not to be the person's will: each area takes back what it may of what
// was done under it. What the person has gone on with by themself is theirs by now and stays, and so does what others have
// decided on: that is undone by hand.
type Refuted struct {
	AssistanceID string    `json:"assistance_id"`
	At           time.Time `json:"at"`
}

// Kind names the fact.
func (Refuted) Kind() string { return "assist.refuted" }

const (
	actsSQL = `select distinct e.entity_id::text from audit_event e where e.assistance = @id::uuid and e.entity = @entity and e.action = any(@actions)
  and not exists (select from audit_event o where o.entity = e.entity and o.entity_id = e.entity_id and o.actor = e.actor and o.assistance is distinct from e.assistance and o.at > e.at) order by 1`
	undoneSQL = `insert into assisted_undone (assistance_id, entity, entity_id, at) values (@id, @entity, @row, @at) on conflict do nothing`
	givenSQL  = `select c.id::text, c.person_id::text, c.purpose, coalesce(c.subject_id::text, '') as subject, a.place::text from consent c join assistance a on a.id = c.assistance_id
  where c.assistance_id = @id::uuid and c.withdrawn_at is null and c.purpose <> all(@bound::text[]) order by c.id`
	helpedSQL = `select person_id::text from assistance where id = @id::uuid`
)

// Acts are the rows of an entity on which one of the actions was done under a refuted assistance, and which the person has
// not gone on with by themself since.
func Acts(ctx context.Context, q pg.Reader, f Refuted, entity string, actions ...string) ([]string, error) {
	return pg.Values[string](ctx, q, actsSQL, pg.Args{"id": f.AssistanceID, "entity": entity, "actions": actions})
}

// Helped is the person in whose name an assistance was.
func Helped(ctx context.Context, q pg.Reader, f Refuted) (string, error) {
	return pg.Value[string](ctx, q, helpedSQL, pg.Args{"id": f.AssistanceID})
}

// Undone notes that something done under a refuted assistance has been taken back, so that the desk sees what is left to
// do by hand.
func Undone(ctx context.Context, tx pg.Tx, f Refuted, entity, row string) error {
	_, err := pg.Do(ctx, tx, undoneSQL, pg.Args{"id": f.AssistanceID, "entity": entity, "row": row, "at": f.At})
	return err
}

// bound are the purposes that end with something else: the account, or a membership.
var bound = []consent.Purpose{consent.Account, consent.TeamMember, consent.OrgMember, consent.Guardian14}

// HearRefuted takes back the consents that were written down under a refuted assistance; what was public under them is
// hidden by those who listen. It does no harm when repeated.
func HearRefuted(ctx context.Context, tx pg.Tx, f Refuted) error {
	type given struct{ ID, PersonID, Purpose, Subject, Place string }
	all, err := pg.All[given](ctx, tx, givenSQL, pg.Args{"id": f.AssistanceID, "bound": bound})
	if err != nil {
		return err
	}
	for _, g := range all {
		w, err := identity.House().Must(identity.KeepCalendar, g.Place)
		if err != nil {
			return err
		}
		if _, err := consent.Withdraw(ctx, tx, g.PersonID, consent.Purpose(g.Purpose), g.Subject, f.At); err != nil {
			return err
		}
		if err := Undone(ctx, tx, f, "consent", g.ID); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "consent", ID: g.ID, Action: "undo", Place: g.Place, Data: map[string]string{"purpose": g.Purpose, "assistance": f.AssistanceID}, At: f.At}); err != nil {
			return err
		}
	}
	return nil
}
