package delivery

import (
	"testing"
	"time"

	"seedbed/domain/award"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// A new lead takes the running project over, and the agreement keeps an annex with their signature under its own text; the
// three signatures stay, and repeating does no harm.
func TestANewLeadTakesTheProjectOver(t *testing.T) {
	w := newWorld(t)
	old, next, vote := w.people["lead"], w.people["member"], w.id("vote")
	w.owned(`insert into handover (id, team_id, proposal_id, old_lead, new_lead, proposed_by, reason, until, place, state, at) values (@vote::uuid, @team::uuid, @proposal::uuid, @old::uuid, @new::uuid, @new::uuid, '搬走了', @at, 'jz.wuhan.dc', 'done', @at)`,
		pg.Args{"vote": vote, "team": w.project.TeamID, "proposal": w.id("proposal"), "old": old.ID, "new": next.ID, "at": began})
	f := proposal.LeadChanged{ProposalID: w.id("proposal"), HandoverID: vote, OldLead: old.ID, NewLead: next.ID, SignedAt: began, By: w.people["chief"].ID, At: began.Add(time.Hour)}
	for range 2 {
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
			if err := award.Succeed(w.ctx, tx, f); err != nil {
				return err
			}
			return Succeed(w.ctx, tx, f)
		}))
	}
	lead, err := pg.Value[string](w.ctx, w.db, `select lead_id::text from project where id = @id::uuid`, pg.Args{"id": w.project.ID})
	w.must(err)
	if lead != next.ID {
		t.Errorf("the project is led by %s", lead)
	}
	annexes, err := pg.Value[int](w.ctx, w.db, `select count(*) from agreement_lead l join agreement a on a.id = l.agreement_id where l.new_lead = @new::uuid and l.digest = a.digest and l.confirmed_by = @chief::uuid`,
		pg.Args{"new": next.ID, "chief": w.people["chief"].ID})
	w.must(err)
	if annexes != 1 {
		t.Errorf("%d annexes", annexes)
	}
}
