package gallery

import (
	"context"
	"slices"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Colours names the seven colours.
var Colours = proposal.Colours

// Wish is the lead's tick "愿意让街坊先看看".
type Wish struct {
	Agree bool `form:"agree"`
}

// Wished is a proposal of the actor's own with what the public would see of it.
type Wished struct {
	proposal.Full
	Agreed bool
	Shown  bool           // it can be seen right now
	Open   bool           // the edition lets proposals be seen before the results
	Cover  proposal.Cover // the cover photo, and whether everybody may see it
}

const (
	agreedSQL = `select exists (select from consent c where c.subject_id = @id::uuid and c.purpose = @purpose and c.person_id = @lead::uuid and c.withdrawn_at is null)`
	publicSQL = `select exists (select from gallery_item g where g.proposal_id = @id::uuid)`
)

// Early tells whether an edition lets its proposals be seen before the results.
func Early(e edition.Edition) bool { return e.Rules.Gallery == edition.GallerySubmitted }

// Wished gives the lead's own proposal and whether neighbours may see it.
func (b *Book) Wished(ctx context.Context, by identity.Actor, proposalID string) (Wished, error) {
	f, err := own(ctx, b.db, by, proposalID)
	if err != nil {
		return Wished{}, err
	}
	w := Wished{Full: f, Open: Early(f.Edition)}
	if w.Agreed, err = agreed(ctx, b.db, f, consent.ProposalPublic); err != nil {
		return w, err
	}
	if w.Cover, err = proposal.CoverOf(ctx, b.db, f.ID); err != nil {
		return w, err
	}
	w.Shown, err = pg.Value[bool](ctx, b.db, publicSQL, pg.Args{"id": f.ID})
	return w, err
}

// own is a proposal for its accepted team; for anybody else there is none.
func own(ctx context.Context, q pg.Reader, by identity.Actor, id string) (proposal.Full, error) {
	f, err := proposal.Whole(ctx, q, id)
	if err != nil {
		return f, err
	}
	ties, err := proposal.TeamTies(ctx, q, f.TeamID, by)
	if err == nil && len(ties) == 0 {
		err = fault.Missing()
	}
	return f, err
}

// agreed tells whether the consent of a proposal's lead stands.
func agreed(ctx context.Context, q pg.Reader, f proposal.Full, p consent.Purpose) (bool, error) {
	return pg.Value[bool](ctx, q, agreedSQL, pg.Args{"id": f.ID, "lead": f.LeadID, "purpose": p})
}

// Show is the lead's word that neighbours may see the proposal before the results, or that they no longer may: then it is
// gone in the same moment.
func (b *Book) Show(ctx context.Context, by identity.Actor, proposalID string, v Wish) error {
	err := b.decide(ctx, by, proposalID, choice{purpose: consent.ProposalPublic, yes: "show", no: "hide", agree: v.Agree, may: func(_ context.Context, _ pg.Tx, f proposal.Full) error {
		if !Early(f.Edition) || gone(f) {
			return fault.New(fault.Conflict, "这一届要等结果公示以后才公开提案")
		}
		return nil
	}})
	b.recount()
	return err
}

func gone(f proposal.Full) bool {
	return slices.Contains([]string{proposal.Withdrawn, proposal.Void}, f.State)
}

// choice is one thing a lead lets everybody see, each under a consent of its own.
type choice struct {
	purpose consent.Purpose
	agree   bool
	yes, no string // what the trail calls it
	may     func(ctx context.Context, tx pg.Tx, f proposal.Full) error
}

// decide keeps the lead's yes, or takes it back. The same word twice changes nothing.
func (b *Book) decide(ctx context.Context, by identity.Actor, proposalID string, v choice) error {
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		f, err := own(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		w, err := by.Tied(f.Place, identity.TeamLead).Must(identity.DraftProposals, f.Place)
		if err != nil {
			return err
		}
		if f.LeadID != by.ID {
			return fault.New(fault.Forbidden, "让不让街坊看，由领办人决定")
		}
		if _, err := proposal.Lock(ctx, tx, proposalID); err != nil { // two clicks leave one consent
			return err
		}
		stands, err := agreed(ctx, tx, f, v.purpose)
		if err != nil || stands == v.agree {
			return err
		}
		e := audit.Event{Entity: "proposal", ID: f.ID, Action: v.no, Place: f.Place, At: now}
		if v.agree {
			if err := v.may(ctx, tx, f); err != nil {
				return err
			}
			var id string
			id, err = consent.Give(ctx, tx, by, v.purpose, f.ID, now)
			e.Action, e.Data = v.yes, map[string]string{"consent": id}
		} else {
			_, err = consent.Withdraw(ctx, tx, f.LeadID, v.purpose, f.ID, now)
		}
		if err != nil {
			return err
		}
		all, err := pg.All[unread](ctx, tx, oneUnreadSQL, pg.Args{"id": f.ID}) // found by its words at once
		if err != nil {
			return err
		}
		if err := write(ctx, tx, all); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, e)
	})
}
