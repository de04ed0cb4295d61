package money

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// NewVoid is a bookkeeper's finding that a payment was wrong (作废), with how the money came back.
type NewVoid struct {
	Version   int    `form:"version"`
	Reason    string `form:"reason"`
	RepaidRef string `form:"repaid_ref"`
}

// Void is what was asked about a paid claim and not yet agreed to, or has been.
type Void struct {
	Reason    string
	RepaidRef string
	AskedBy   string
	AskedAt   time.Time
	AgreedAt  *time.Time
}

const (
	askVoidSQL   = `insert into claim_void (claim_id, reason, repaid_ref, asked_by, asked_at) values (@claim::uuid, @reason, @ref, @by::uuid, @at) on conflict (claim_id) do nothing`
	voidOfSQL    = `select reason, repaid_ref, asked_by::text, asked_at, agreed_at from claim_void where claim_id = @claim::uuid`
	agreedSQL    = `update claim_void set agreed_by = @by::uuid, agreed_at = @at where claim_id = @claim::uuid`
	voidSQL      = `update claim set state = 'voided', reason = @reason, due_at = null, version = version + 1 where id = @id::uuid`
	unpaidOutSQL = `update project set paid = paid - @fen::bigint where id = @id::uuid`
	refundedSQL  = `update project set refunded = refunded + @fen::bigint where id = @id::uuid`
)

// AskVoid is the first of the two people that undoing a payment takes.
func (b *Book) AskVoid(ctx context.Context, by identity.Actor, id string, n NewVoid) error {
	var wrong fault.Fields
	sentence(&wrong, "reason", n.Reason, 200, "请写明哪里错了")
	sentence(&wrong, "repaid_ref", n.RepaidRef, 40, "请填写退款的银行流水号或收据号")
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.claim(ctx, id, press{by, n.Version, "ask_void", identity.VoidClaims}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Paid, Confirmed); err != nil {
			return err
		}
		rows, err := pg.Do(ctx, tx, askVoidSQL, pg.Args{"claim": id, "reason": n.Reason, "ref": n.RepaidRef, "by": by.ID, "at": s.now})
		if err != nil || rows == 0 {
			return err
		}
		to, err := notice.Holders(ctx, tx, s.p.Place, identity.DistrictHead)
		if err != nil {
			return err
		}
		text := fault.Say("会计申请作废已付款的报销单 %s：%s", s.c.Number, n.Reason)
		if err := b.tell(ctx, tx, "N19", to, text, "/desk/claims/"+id, id+".void"); err != nil {
			return err
		}
		return audit.Record(ctx, tx, s.w, audit.Event{Entity: "claim", ID: id, Action: "ask_void", From: s.c.State, Place: s.c.Place, Reason: n.Reason, At: s.now})
	})
}

// AgreeVoid is the second: the district's head, who did not ask for it. The postings are reversed, never deleted, and
// the money may be spent again; after the settlement it is given back.
func (b *Book) AgreeVoid(ctx context.Context, by identity.Actor, id string, v Step) error {
	return b.claim(ctx, id, press{by, v.Version, "void", identity.ApproveLargeClaim}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Paid, Confirmed); err != nil {
			return err
		}
		asked, found, err := pg.Maybe[Void](ctx, tx, voidOfSQL, pg.Args{"claim": id})
		switch {
		case err != nil:
			return err
		case !found:
			return fault.New(fault.Conflict, "会计还没有申请作废")
		case asked.AskedBy == by.ID:
			return fault.New(fault.Forbidden, "作废要两个人办，您已经申请过，请等另一位同意")
		}
		if err := s.void(ctx, tx, asked); err != nil {
			return err
		}
		if err := b.tellTeam(ctx, tx, s, fault.Say("报销单 %s 已作废：%s", s.c.Number, asked.Reason)); err != nil {
			return err
		}
		return s.record(ctx, tx, "void", Voided, asked.Reason, map[string]any{"fen": s.c.Approved})
	})
}

func (s deskStep) void(ctx context.Context, tx pg.Tx, asked Void) error {
	if _, err := pg.Do(ctx, tx, agreedSQL, pg.Args{"claim": s.c.ID, "by": s.by.ID, "at": s.now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, unpaidOutSQL, pg.Args{"id": s.p.ID, "fen": s.c.Approved}); err != nil {
		return err
	}
	if err := free(ctx, tx, s.c); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, voidSQL, pg.Args{"id": s.c.ID, "reason": asked.Reason}); err != nil {
		return err
	}
	for _, kind := range []string{"pay", "approve"} {
		if err := undo(ctx, tx, s, kind); err != nil {
			return err
		}
	}
	if !s.p.Settled {
		return nil
	}
	if _, err := pg.Do(ctx, tx, refundedSQL, pg.Args{"id": s.p.ID, "fen": s.c.Approved}); err != nil {
		return err
	}
	return post(ctx, tx, s.w, s.p, s.c, "refund", ledger.Move(s.c.Approved, pot(s.p, ledger.Released), pot(s.p, ledger.Refund)), s.now)
}

// VoidOf is what was asked about undoing a claim's payment, false for nothing. It asks nobody for permission: the caller
// has.
func VoidOf(ctx context.Context, q pg.Reader, claimID string) (Void, bool, error) {
	return pg.Maybe[Void](ctx, q, voidOfSQL, pg.Args{"claim": claimID})
}
