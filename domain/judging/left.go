package judging

import (
	"context"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
)

// Feedback is what the judges wrote about a project that did not reach the next round, for its own team. Until the
// results of the edition are public there is nothing to read (open is false): what one team learns early, all would.
func (b *Book) Feedback(ctx context.Context, by identity.Actor, proposalID string) (p proposal.Proposal, f Feedback, open bool, err error) {
	if p, err = proposal.Get(ctx, b.db, proposalID); err != nil {
		return p, f, false, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return p, f, false, err
	}
	if p.State != proposal.NotShortlisted || len(ties) == 0 && !by.Sees(identity.ReadSheets, p.Place) {
		return p, f, false, fault.Missing()
	}
	e, err := edition.Get(ctx, b.db, p.EditionID)
	if err != nil {
		return p, f, false, err
	}
	switch e.State {
	case edition.Publicizing, edition.Contracting, edition.Running, edition.Closing, edition.Archived:
		f, err = FeedbackOf(ctx, b.db, p)
		return p, f, err == nil, err
	}
	return p, f, false, nil
}
