package judging

import (
	"context"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
)

// Photo is the n-th picture (from 1) of a project the actor marks. Only its copies, which carry no metadata, may be shown;
// what its sender called it is not among what a judge is told.
func (b *Book) Photo(ctx context.Context, by identity.Actor, assignmentID string, n int) (evidence.Attachment, error) {
	a, _, err := b.work(ctx, by, assignmentID)
	if err != nil {
		return evidence.Attachment{}, err
	}
	full, err := proposal.Whole(ctx, b.db, a.ProposalID)
	if err != nil {
		return evidence.Attachment{}, err
	}
	photos := blind(full, Identity{}, true).Photos
	if !a.Live() || n < 1 || n > len(photos) {
		return evidence.Attachment{}, fault.Missing()
	}
	return photos[n-1], nil
}
