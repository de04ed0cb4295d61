package award

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Succession is an annex of an agreement: the lead changed by the members' vote, with the new lead's signature under the
// same text and the community's confirmation (DOMAIN §7.3).
type Succession struct {
	OldName     string
	NewName     string
	SignedAt    time.Time
	ConfirmedBy string // name, "" when none was needed
	At          time.Time
	Digest      string
}

const (
	successionsSQL = `select o.name as old_name, n.name as new_name, s.signed_at, coalesce(c.name, '') as confirmed_by, s.at, s.digest from agreement_lead s join person o on o.id = s.old_lead join person n on n.id = s.new_lead
  left join person c on c.id = s.confirmed_by where s.agreement_id = @id::uuid order by s.at`
	livingPactSQL = `select ` + agreementColumns + ` from agreement g where g.proposal_id = @proposal::uuid and g.state not in ('terminated', 'completed') order by g.version desc limit 1`
	succeedSQL    = `insert into agreement_lead (handover_id, agreement_id, old_lead, new_lead, digest, signed_at, confirmed_by, at) values (@handover, @id, @old, @new, @digest, @signed, nullif(@by, '')::uuid, @at)
  on conflict do nothing`
)

// Succeed hears of a new lead and keeps the annex to the agreement, when there is one. The sponsor and the host are told.
// It does no harm when repeated.
func Succeed(ctx context.Context, tx pg.Tx, f proposal.LeadChanged) error {
	g, found, err := pg.Maybe[Agreement](ctx, tx, livingPactSQL, pg.Args{"proposal": f.ProposalID})
	if err != nil || !found {
		return err
	}
	n, err := pg.Do(ctx, tx, succeedSQL, pg.Args{"handover": f.HandoverID, "id": g.ID, "old": f.OldLead, "new": f.NewLead, "digest": g.Digest, "signed": f.SignedAt, "by": f.By, "at": f.At})
	if err != nil || n == 0 {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, g.Place)
	if err != nil {
		return err
	}
	heads, err := notice.Holders(ctx, tx, g.Place, identity.DistrictHead, identity.CommunityHead)
	if err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: append(heads, f.NewLead), Text: fault.Say("协议 %s 的领办人换了，新领办人已经补签，请看附记", g.Number), Link: "/agreements/" + g.ID, Key: f.HandoverID + "/pact", At: f.At}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "agreement", ID: g.ID, Action: "succeed", Place: g.Place, Data: map[string]string{"handover": f.HandoverID, "digest": g.Digest}, At: f.At})
}
