package money

import (
	"context"
	"fmt"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/storage/pg"
)

// Refusal sends a claim back or ends it: why, by code and in words the team will read.
type Refusal struct {
	Version int    `form:"version"`
	Code    string `form:"code"`
	Reason  string `form:"reason"`
}

func (r Refusal) check(codes []edition.Choice) error {
	var wrong fault.Fields
	if !edition.Known(codes, r.Code) {
		wrong.Add("code", "请选择原因")
	}
	sentence(&wrong, "reason", r.Reason, 200, "请写清楚要补什么、改什么，团队会看到这段话")
	return wrong.Err()
}

// turn is who has the claim in hand in a state, which is who may refuse it.
var turn = map[string]identity.Permission{Submitted: identity.VerifyClaims, Verified: identity.ReviewVouchers, Passed: identity.ApproveClaims, Approved: identity.PayClaims, Returned: identity.ReviewVouchers}

const (
	returnSQL = `update claim set state = 'returned', approved = 0, level = '', approved_by = null, approver_role = '', reason_code = @code, reason = @reason, due_at = null, version = version + 1 where id = @id::uuid`
	rejectSQL = `update claim set state = 'rejected', reason_code = @code, reason = @reason, due_at = null, version = version + 1 where id = @id::uuid`
)

// Return sends a claim back to be mended, by whoever has it in hand. What it takes stays taken, and its invoices stay
// locked, until it comes again.
func (b *Book) Return(ctx context.Context, by identity.Actor, id string, r Refusal) error {
	if err := r.check(ReturnCodes); err != nil {
		return err
	}
	return b.refuse(ctx, by, id, r, "return", func(tx pg.Tx, s deskStep) error {
		if err := s.at(Submitted, Verified, Passed); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, returnSQL, pg.Args{"id": id, "code": r.Code, "reason": r.Reason}); err != nil {
			return err
		}
		if err := b.tellTeam(ctx, tx, s, fault.Say("报销单 %s 退回补充：%s", s.c.Number, r.Reason)); err != nil {
			return err
		}
		return s.record(ctx, tx, "return", Returned, r.Reason, map[string]any{"code": r.Code})
	})
}

// Reject ends a claim unpaid and frees what it had taken.
func (b *Book) Reject(ctx context.Context, by identity.Actor, id string, r Refusal) error {
	if err := r.check(RejectCodes); err != nil {
		return err
	}
	return b.refuse(ctx, by, id, r, "reject", func(tx pg.Tx, s deskStep) error {
		if err := s.at(Submitted, Verified, Passed, Approved, Returned); err != nil {
			return err
		}
		if err := free(ctx, tx, s.c); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, rejectSQL, pg.Args{"id": id, "code": r.Code, "reason": r.Reason}); err != nil {
			return err
		}
		if s.c.State == Approved {
			if err := undo(ctx, tx, s, "approve"); err != nil {
				return err
			}
		}
		if err := b.tellTeam(ctx, tx, s, fault.Say("报销单 %s 不予报销：%s", s.c.Number, r.Reason)); err != nil {
			return err
		}
		return s.record(ctx, tx, "reject", Rejected, r.Reason, map[string]any{"code": r.Code})
	})
}

// refuse is claim for whoever has it in hand now.
func (b *Book) refuse(ctx context.Context, by identity.Actor, id string, r Refusal, action string, f func(tx pg.Tx, s deskStep) error) error {
	c, _, _, err := b.seenClaim(ctx, by, id)
	if err != nil {
		return err
	}
	may, ok := turn[c.State]
	if !ok {
		may = identity.ReviewVouchers // it has moved on: the version will say so
	}
	return b.claim(ctx, id, press{by, r.Version, action, may}, func(tx pg.Tx, s deskStep) error {
		if s.c.State != c.State {
			return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
		}
		return f(tx, s)
	})
}

func (b *Book) tellTeam(ctx context.Context, tx pg.Tx, s deskStep, text fault.Message) error {
	return b.tell(ctx, tx, "N19", []string{s.c.CreatedBy, s.p.LeadID}, text, "/claims/"+s.c.ID, fmt.Sprintf("%s.%d", s.c.ID, s.c.Version+1))
}

// undo reverses one of a claim's postings, once.
func undo(ctx context.Context, tx pg.Tx, s deskStep, kind string) error {
	m := ledger.Movement{Kind: "undo_" + kind, Entity: "claim", Source: s.c.ID, Place: s.p.Place, At: s.now, Note: s.c.Number}
	_, err := ledger.Reverse(ctx, tx, s.w, kind, s.c.ID, m)
	return err
}
