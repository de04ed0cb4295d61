package sample

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/domain/money"
	"seedbed/domain/place"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

const (
	lineSQL     = `select l.id::text, l.amount from budget_line l join project p on p.id = l.project_id where project_id = @project::uuid and l.category = 'M' and p.released > 0 order by seq limit 1`
	activitySQL = `select id::text from activity where project_id = @project::uuid and state = 'verified' order by starts_at desc limit 1`
	claimSQL    = `select state, version from claim where id = @id::uuid`
	dueSQL      = `select t.id::text as id, t.place::text as judge from tranche t where t.state = 'due' order by t.id`
	tranchesSQL = `select version from tranche where id = @id::uuid`
)

type line struct {
	ID     string
	Amount yuan.Fen
}

type standing struct {
	State   string
	Version int
}

// release brings every due tranche through its hands, save for some that are left to wait.
func (g *garden) release(ctx context.Context, leave int) error {
	due, err := pg.All[seat](ctx, g.DB, dueSQL, nil)
	if err != nil {
		return err
	}
	return each(ctx, due, func(ctx context.Context, i int, s seat) error {
		if i < leave {
			return nil
		}
		for n, step := range []func(context.Context, identity.Actor, string, money.Step) error{g.Money.Request, g.Money.Review, g.Money.ApproveTranche} {
			version, err := g.version(ctx, tranchesSQL, s.ID)
			if err != nil {
				return err
			}
			by := []identity.Actor{g.role(identity.CommunityHead, s.Judge), g.finance, g.head}[n]
			if err := step(ctx, by, s.ID, money.Step{Version: version}); err != nil {
				return err
			}
		}
		return nil
	})
}

// claim has a team claim part of its materials and brings the claim as far as the season is.
//
//words:none
func (g *garden) claim(ctx context.Context, p grown, n, i int, s season) error {
	l, ok, err := pg.Maybe[line](ctx, g.DB, lineSQL, pg.Args{"project": p.project})
	if err != nil || !ok {
		return err
	}
	acts, err := pg.Values[string](ctx, g.DB, activitySQL, pg.Args{"project": p.project})
	if err != nil || len(acts) == 0 {
		return err
	}
	amount := l.Amount * yuan.Fen(22+dice("claim", p.serial*20+n).IntN(8)) / 100
	day := clock.Day(g.Clock.Now())
	receipt := g.picture(sketch.Receipt, p.serial*100+n*4, day.Add(15*time.Hour))
	taken, err := evidence.TakePaper(ctx, g.Store, bytes.NewReader(receipt))
	if err != nil {
		return err
	}
	goods, err := evidence.TakePaper(ctx, g.Store, bytes.NewReader(g.picture(sketch.Result, p.serial*100+n*4+1, day.Add(16*time.Hour))))
	if err != nil {
		return err
	}
	c := money.NewClaim{ID: id(), PayeeKind: "member_reimburse", Payee: p.team[0].Name,
		Files: []money.File{{Taken: taken, Kind: "receipt", Name: "发票.jpg"}, {Taken: goods, Kind: "goods", Name: "东西.jpg"}},
		Items: []money.NewItem{{Line: l.ID, Activity: acts[0], Description: p.idea.activity + "用的材料", Qty: 20, Amount: amount, PaidOn: day, Method: "wechat_alipay", InvoiceForm: "digital20",
			InvoiceNumber: fmt.Sprintf("26417000%06d%06d", p.serial, n), IssuedOn: day, Buyer: p.at.Name, Seller: "京州市便民文具店", InvoiceTotal: amount}}}
	if _, err := g.Money.Submit(ctx, p.team[0], p.project, c); err != nil {
		return err
	}
	steps := 9
	if !s.finished && n == s.activities-1 {
		steps = i % 6 // the third season's claims stand at every desk
	}
	return g.walkClaim(ctx, p, c.ID, steps, n)
}

// walkClaim takes a claim through up to so many hands.
func (g *garden) walkClaim(ctx context.Context, p grown, claim string, steps, n int) error {
	for range steps {
		c, err := pg.One[standing](ctx, g.DB, claimSQL, pg.Args{"id": claim})
		if err != nil {
			return err
		}
		switch c.State {
		case "submitted":
			err = g.Money.Verify(ctx, g.role(identity.CommunityStaff, p.at.Path), claim, money.Verification{Version: c.Version, Real: true})
		case "community_verified":
			err = g.Money.PassVouchers(ctx, g.finance, claim, money.VoucherReview{Version: c.Version})
		case "finance_passed":
			err = g.Money.Approve(ctx, g.role(identity.SubdistrictHead, place.Subdistrict(p.at.Path)), claim, money.Step{Version: c.Version})
		case "approved":
			err = g.Money.Pay(ctx, g.cashier, claim, money.NewPayment{Version: c.Version, Method: "transfer", BankRef: fmt.Sprintf("JZ%08d%02d", p.serial, n), PaidOn: clock.Day(g.Clock.Now())})
		case "paid":
			err = g.Money.Receive(ctx, p.team[0], claim, money.Step{Version: c.Version})
		default:
			return nil
		}
		if err != nil {
			return fmt.Errorf("claim at %s: %w", c.State, err)
		}
	}
	return nil
}
