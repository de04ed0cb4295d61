package money

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/notice"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Settlement is the bookkeeper's last step with a project (结算): the project's version as it was seen, and the slip of
// what came back where money had been transferred.
type Settlement struct {
	Version   int    `form:"version"`
	RepaidRef string `form:"repaid_ref"`
}

const (
	unfinishedSQL = `select count(*) from claim where project_id = @project::uuid and state in ('submitted','returned','community_verified','finance_passed','approved')`
	evaluatedSQL  = `select exists (select from evaluation where project_id = @project::uuid and kind = 'final' and state in ('passed','failed','finalized'))`
	settledSQL    = `update project set settled = true, refunded = refunded + @fen::bigint, version = version + 1 where id = @id::uuid`
	leftOverSQL   = `select ` + trancheColumns + ` from tranche where project_id = @project::uuid and state in ('planned','due','requested','reviewed','approved','held') order by seq for no key update`
	sourceSQL     = `select fund_source_id::text from award where id = @id::uuid`
)

// Settle closes a project's money: what was released and not spent is given back, what was never released returns to its
// pool (I-M6), and no claim can come any more. Every claim must have come to its end, and the final review too.
func (b *Book) Settle(ctx context.Context, by identity.Actor, projectID string, n Settlement) error {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return err
	}
	w, err := b.mayStep(press{by: by, may: identity.ReviewVouchers}, tied, p)
	if err != nil {
		return err
	}
	if len(tied.Grants) > len(by.Grants) {
		return ownTeam()
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := delivery.Lock(ctx, tx, projectID)
		if err != nil {
			return err
		}
		if done, err := fresh(ctx, tx, by, "project", p.ID, p.Version, n.Version, "settle"); err != nil || done {
			return err
		}
		return b.settle(ctx, tx, w, p, n)
	})
}

func (b *Book) settle(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, n Settlement) error {
	if err := settleable(ctx, tx, p); err != nil {
		return err
	}
	now := b.clock.Now()
	rest, err := ledger.Balance(ctx, tx, ledger.Released, p.AwardID)
	if err != nil {
		return err
	}
	left, err := pg.All[Tranche](ctx, tx, leftOverSQL, pg.Args{"project": p.ID})
	if err != nil {
		return err
	}
	all, err := Tranches(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if rest > 0 && len(all) > 0 && all[0].Mode == "transfer" && n.RepaidRef == "" {
		return fault.Field("repaid_ref", "还有 %s 没有用完，请填写退回这笔钱的银行流水号", rest.Show())
	}
	if _, err := pg.Do(ctx, tx, settledSQL, pg.Args{"id": p.ID, "fen": rest}); err != nil {
		return err
	}
	back, err := giveBack(ctx, tx, w, p, rest, ledger.Movement{Entity: "project", Source: p.ID, Place: p.Place, At: now, Note: n.RepaidRef})
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」的钱结清了：用了 %s，退回 %s", p.Title, p.Paid.Show(), (rest + back).Show())
	if err := tellSettled(ctx, tx, p, text, notice.Letter{Code: "N14", Key: p.ID + ".settled", At: now}); err != nil {
		return err
	}
	for _, t := range left {
		if err := moveTranche(ctx, tx, w, t, "cancel", Cancelled, "项目已结算", now); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "project", ID: p.ID, Version: p.Version + 1, Action: "settle", From: p.State, To: p.State, Place: p.Place,
		Data: map[string]any{"refund": rest, "back": back}, At: now})
}

func settleable(ctx context.Context, tx pg.Tx, p delivery.Project) error {
	if p.Settled {
		return fault.New(fault.Conflict, "这个项目的钱已经结清")
	}
	open, err := pg.Value[int64](ctx, tx, unfinishedSQL, pg.Args{"project": p.ID})
	if err != nil {
		return err
	}
	if open > 0 {
		return fault.New(fault.Conflict, "还有 %d 张报销单没有办完，办完才能结算", open)
	}
	done, err := pg.Value[bool](ctx, tx, evaluatedSQL, pg.Args{"project": p.ID})
	if err == nil && !done && p.State != delivery.Terminated && p.State != delivery.Failed {
		return fault.New(fault.Conflict, "结项验收还没有结果，不能结算")
	}
	return err
}

// giveBack posts what was not spent, and gives the sum that returns to the pool.
func giveBack(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, rest yuan.Fen, m ledger.Movement) (yuan.Fen, error) {
	if rest > 0 {
		m.Kind, m.Entries = "refund", ledger.Move(rest, pot(p, ledger.Released), pot(p, ledger.Refund))
		if _, err := ledger.Post(ctx, tx, w, m); err != nil {
			return 0, err
		}
	}
	back, err := ledger.Balance(ctx, tx, ledger.Committed, p.AwardID)
	if err != nil || back == 0 {
		return 0, err
	}
	source, err := pg.Value[string](ctx, tx, sourceSQL, pg.Args{"id": p.AwardID})
	if err != nil {
		return 0, err
	}
	pool := ledger.Pot{Kind: ledger.Pool, Edition: p.EditionID, Owner: source}
	m.Kind, m.Entries = "return", ledger.Move(back, pot(p, ledger.Committed), pool)
	_, err = ledger.Post(ctx, tx, w, m)
	return back, err
}

func tellSettled(ctx context.Context, tx pg.Tx, p delivery.Project, text fault.Message, l notice.Letter) error {
	to, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead, identity.DistrictHead)
	if err != nil {
		return err
	}
	l.To, l.Text, l.Link = append(to, p.LeadID), text, "/projects/"+p.ID+"/money"
	return notice.Tell(ctx, tx, l)
}
