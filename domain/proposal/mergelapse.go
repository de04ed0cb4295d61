package proposal

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// MergeDays is how many working days two leads have to answer the question to merge; the closing of the call ends it too.
const MergeDays = 5

const openMergesSQL = `select g.id::text, g.asked_at, g.asked_by::text, e.closes_at, e.state from proposal_merge g join proposal k on k.id = g.kept_id join edition e on e.id = k.edition_id
  where g.state = 'asked' order by g.asked_at, g.id`

type openMerge struct {
	ID, AskedBy, State string
	AskedAt            time.Time
	ClosesAt           *time.Time
}

// over tells whether nobody can answer any more.
func (m openMerge) over(due time.Time, until time.Time) bool {
	return m.State != "open" || m.ClosesAt != nil && !due.Before(*m.ClosesAt) || !due.Before(until)
}

// LapseMerges ends the questions to merge that were not answered by both in time: what the calendar asks for. Both leads
// and who asked are told; both proposals go on by themselves.
func (b *Book) LapseMerges(ctx context.Context, tx pg.Tx, due time.Time) error {
	waiting, err := pg.All[openMerge](ctx, tx, openMergesSQL, nil)
	if err != nil || len(waiting) == 0 {
		return err
	}
	cal, err := place.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	for _, o := range waiting {
		if !o.over(due, cal.AddWorkingDays(o.AskedAt, MergeDays)) {
			continue
		}
		if err := b.lapseMerge(ctx, tx, o); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) lapseMerge(ctx context.Context, tx pg.Tx, o openMerge) error {
	m, err := pg.One[Merge](ctx, tx, mergeSQL, pg.Args{"id": o.ID})
	if err != nil {
		return err
	}
	kept, closed, err := lockTwo(ctx, tx, m.KeptID, m.ClosedID)
	if err != nil {
		return err
	}
	if m, err = pg.One[Merge](ctx, tx, mergeSQL, pg.Args{"id": o.ID}); err != nil || m.State != MergeAsked {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, m.Place)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, endMergeSQL, pg.Args{"id": m.ID, "to": MergeLapsed, "at": now, "answer": ""}); err != nil {
		return err
	}
	for _, pair := range [][2]Proposal{{kept, closed}, {closed, kept}} {
		if err := b.tellLead(ctx, tx, m.ID+"/lapsed", pair[0], "和「%s」合并的事，到时间没有两边都答复，就不合并了。两边各做各的", pair[1].Title); err != nil {
			return err
		}
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N03", To: []string{o.AskedBy}, Text: fault.Say("「%s」和「%s」合并的事，到时间没有两边都答复，就不合并了", kept.Title, closed.Title),
		Link: "/desk/proposals/" + kept.ID, Key: m.ID + "/lapsed/desk", At: now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_merge", ID: m.ID, Version: m.Version + 1, Action: "lapse", From: MergeAsked, To: MergeLapsed, Place: m.Place, At: now})
}
