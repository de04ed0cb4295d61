package proposal

import (
	"context"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// handing is how a proposal comes in: when it counts as received, when that really is, and who helped.
type handing struct {
	assist.Standing
	received time.Time // the stamp on the paper for one of the grace list, else the house's own
	at       time.Time
	counts   time.Time // what the deadline is compared with
	standing string    // the lead's standing wish under which the house hands it in, "" for a pressed button
}

// data is what the trail keeps of a handing-in: a paper's own time too, when that decided.
func (h handing) data(all map[string]any) map[string]any {
	if h.received != h.at {
		all["received"], all["grace"] = h.received, h.GraceID
	}
	if h.standing != "" {
		all["standing"] = h.standing
	}
	return all
}

// hands finds out how a proposal comes in at a moment. Under assistance it needs the signed paper; a paper of the grace
// list counts from its stamp, and only such a paper enters after the call has closed, or what an outage held up (I-T2).
func hands(ctx context.Context, tx pg.Tx, by identity.Actor, f Full, at time.Time) (handing, error) {
	h := handing{received: at, at: at, counts: at}
	s, helped, err := assist.Of(ctx, tx, by)
	if err != nil {
		return h, err
	}
	if helped && s.Paper == "" {
		return h, fault.Field("paper", "帮填的申报书要有本人签字的纸，并读给本人听过，才能提交。请点页面上方的「签字和朗读」")
	}
	h.Standing = s
	closes := f.Edition.ClosesAt
	if f.State != Drafted || closes == nil || at.Before(*closes) {
		h.GraceID = "" // in time by itself
		return h, nil
	}
	if _, graced, err := assist.Graced(ctx, tx, by, f.EditionID, at); err != nil || graced {
		if graced {
			h.received, h.counts = *s.Received, *s.Received
		}
		return h, err
	}
	h.GraceID = ""
	if id, stamped, entered, err := assist.EntryGrace(ctx, tx, f.ID, at); err != nil || entered {
		h.GraceID, h.received, h.counts = id, stamped, stamped
		return h, err
	}
	until, err := assist.Reprieve(ctx, tx, f.EditionID, f.CreatedAt)
	if err == nil && until != nil && at.Before(*until) {
		h.counts = closes.Add(-time.Microsecond) // held up by the outage on record; the stamp stays what it is
	}
	return h, err
}

// stillWritable is writable, and beyond the end of the call for what the grace list or a recorded outage lets in.
func stillWritable(ctx context.Context, q pg.Reader, by identity.Actor, p Proposal, e edition.Edition, at time.Time) error {
	late := writable(p, e, at)
	if late == nil || p.State != Drafted || (e.State != edition.Open && e.State != edition.Closed) {
		return late
	}
	if _, graced, err := assist.Graced(ctx, q, by, e.ID, at); err != nil || graced {
		return err
	}
	if _, _, entered, err := assist.EntryGrace(ctx, q, p.ID, at); err != nil || entered {
		return err
	}
	until, err := assist.Reprieve(ctx, q, e.ID, p.CreatedAt)
	if err != nil {
		return err
	}
	if until != nil && at.Before(*until) {
		return nil
	}
	return late
}

// Helped is how somebody filled a proposal in for its lead, as the desks see it; Name is "" when nobody did.
type Helped struct {
	Name       string
	Dispute    string     // state of the lead's objection, "" when there is none
	Undo       string     // what is to be undone, when it was upheld
	ReceivedAt *time.Time // the stamp on the paper, when it came by the grace list
	Stamped    string     // the photo of that paper
}

const helpedBySQL = `select h.name, coalesce(d.state, '') as dispute, coalesce(d.undo, '') as undo, g.received_at, coalesce(g.paper_id::text, '') as stamped
  from person h left join assistance a on a.paper_id = nullif(@paper, '')::uuid left join assisted_dispute d on d.assistance_id = a.id
  left join grace g on g.proposal_id = @id::uuid where h.id = @helper::uuid`

func helpedBy(ctx context.Context, q pg.Reader, p Proposal) (Helped, error) {
	if p.ActingHelper == nil || p.ActingPaper == nil {
		return Helped{}, nil
	}
	return pg.One[Helped](ctx, q, helpedBySQL, pg.Args{"helper": *p.ActingHelper, "paper": *p.ActingPaper, "id": p.ID})
}
