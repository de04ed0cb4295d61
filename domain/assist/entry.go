package assist

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	addEntrySQL = `insert into grace (id, edition_id, place, lead_name, received_at, paper_id, entry_id, listed_by, at)
  values (@id, @edition, @place::text::ltree, @name, @received, @paper, @entry, @me, @at)`
	entrySQL = `select g.id::text, g.edition_id::text as edition, g.received_at as received from grace g where g.entry_id = @entry::uuid and g.state = 'listed'`
)

// ListEntry puts a stamped paper on the grace list for the draft that was typed from it, in the caller's transaction: the
// paper is spent on that draft or on none. The rule is that of the list itself (DOMAIN §7.1, §18-3): received before the
// call closed, entered until the second working day after it.
func ListEntry(ctx context.Context, tx pg.Tx, w identity.Warrant, n NewGrace, taken evidence.Taken, proposal string, now time.Time) error {
	c, found, err := pg.Maybe[Call](ctx, tx, callSQL, pg.Args{"id": n.EditionID})
	if err != nil {
		return err
	}
	found = found && (c.State == "open" || c.State == "closed") && c.ClosesAt != nil && identity.Within(n.Place, c.Place)
	until, err := GraceUntil(ctx, tx, n.EditionID)
	if err != nil {
		return err
	}
	if err := n.check(c, found, true, now, until); err != nil {
		return err
	}
	paper := newID()
	if _, err := evidence.Keep(ctx, tx, w, evidence.New{ID: paper, Digest: taken.Digest, Size: taken.Size, Mime: taken.Mime, Kind: "stamped", Owner: "grace", OwnerID: n.ID,
		Place: n.Place, Name: n.Name, At: now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, addEntrySQL, pg.Args{"id": n.ID, "edition": n.EditionID, "place": n.Place, "name": n.LeadName, "received": n.ReceivedAt, "paper": paper,
		"entry": proposal, "me": w.By.ID, "at": now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "grace", ID: n.ID, Version: 1, Action: "list", To: Listed, Place: n.Place,
		Data: map[string]any{"edition": n.EditionID, "received": n.ReceivedAt, "paper": paper, "proposal": proposal}, At: now})
}

// EntryGrace is the paper of the grace list that a draft was typed from, at a moment when it may still be handed in;
// false when there is none.
func EntryGrace(ctx context.Context, q pg.Reader, proposal string, at time.Time) (id string, received time.Time, ok bool, err error) {
	type stamped struct {
		ID, Edition string
		Received    time.Time
	}
	g, there, err := pg.Maybe[stamped](ctx, q, entrySQL, pg.Args{"entry": proposal})
	if err != nil || !there {
		return "", received, false, err
	}
	until, err := GraceUntil(ctx, q, g.Edition)
	if err != nil || until == nil || !at.Before(*until) {
		return "", received, false, err
	}
	return g.ID, g.Received, true, nil
}

// mine refuses a listed paper that belongs to a draft already.
func (g Grace) mine(proposal string) error {
	if g.EntryID != "" && g.EntryID != proposal {
		return fault.New(fault.Conflict, "名单上的这一份已经录成了另一份申报书")
	}
	return nil
}
