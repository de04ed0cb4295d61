package delivery

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	ledSQL     = `select id::text, state, place::text, version from project where proposal_id = @proposal::uuid and lead_id is distinct from @new::uuid and state not in ('accepted','failed','terminated','archived') for no key update`
	newLeadSQL = `update project set lead_id = @new::uuid, version = version + 1 where id = @id::uuid`
)

// Succeed hears of a new lead and gives the running project to them. It does no harm when repeated.
func Succeed(ctx context.Context, tx pg.Tx, f proposal.LeadChanged) error {
	type led struct {
		ID, State, Place string
		Version          int
	}
	p, found, err := pg.Maybe[led](ctx, tx, ledSQL, pg.Args{"proposal": f.ProposalID, "new": f.NewLead})
	if err != nil || !found {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, p.Place)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, newLeadSQL, pg.Args{"id": p.ID, "new": f.NewLead}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "project", ID: p.ID, Version: p.Version + 1, Action: "hand_over", From: p.State, To: p.State, Place: p.Place,
		Data: map[string]string{"from": f.OldLead, "to": f.NewLead, "handover": f.HandoverID}, At: f.At})
}
