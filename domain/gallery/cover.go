package gallery

import (
	"context"

	"seedbed/domain/consent"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// ShowCover is the lead's word that everybody may see the cover photo too, or that they no longer may: then it is gone in
// the same moment. It is asked for by itself and given by itself, whatever the lead says of the proposal; the photo is seen
// while the proposal is, and only after the community has looked through it.
func (b *Book) ShowCover(ctx context.Context, by identity.Actor, proposalID string, v Wish) error {
	return b.decide(ctx, by, proposalID, choice{purpose: consent.CoverPublic, yes: "show_cover", no: "hide_cover", agree: v.Agree, may: func(ctx context.Context, tx pg.Tx, f proposal.Full) error {
		if gone(f) {
			return fault.New(fault.Conflict, "这份申报书已经撤回，照片不会公开")
		}
		c, err := proposal.CoverOf(ctx, tx, f.ID)
		if err == nil && !c.There() {
			err = fault.New(fault.Conflict, "申报书里还没有封面照片，请先传一张")
		}
		return err
	}})
}

// A judge of the edition does not meet a picture before the notice, as they do not meet the proposal (see where).
const coverShownSQL = `select exists (select from open_cover o where o.id = @id::uuid
  and not (o.stage = 'collecting' and o.edition_id in (select j.edition_id from judge j where j.person_id::text = @me and j.state not in ('declined', 'replaced'))))`

// CoverShown tells whether a picture of a proposal is its public cover at this moment, for this actor. It is asked for every
// single view of the picture, so that it ends when the consent, the clearance or the proposal's being public ends.
func CoverShown(ctx context.Context, q pg.Reader, a evidence.Attachment, by identity.Actor) (bool, error) {
	if a.Owner != "proposal" || a.Kind != "cover" {
		return false, nil
	}
	return pg.Value[bool](ctx, q, coverShownSQL, pg.Args{"id": a.ID, "me": by.ID})
}
