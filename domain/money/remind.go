package money

import (
	"context"
	"fmt"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

const (
	lateSQL        = `select ` + claimColumns + ` from claim c where c.state in ('submitted','community_verified','finance_passed','approved') and c.due_at <= @now order by c.due_at, c.id limit 1000`
	unconfirmedSQL = `select ` + claimColumns + ` from claim c where c.state = 'paid' and c.paid_at <= @before order by c.paid_at, c.id limit 1000`
	promisedSQL    = `select ` + trancheColumns + ` from tranche where promised_on < (@now::timestamptz at time zone 'Asia/Shanghai')::date and state in ('due','requested','reviewed','approved')
    order by promised_on, id limit 1000`

	superiorAfter = 3 * 24 * time.Hour // a claim this late is told one level up
	confirmAfter  = 7 * 24 * time.Hour
)

// desks is who has a claim in hand in a state, and who is told when they are very late.
var desks = map[string][2]identity.Role{Submitted: {identity.CommunityStaff, identity.CommunityHead}, Verified: {identity.Finance, identity.DistrictHead},
	Passed: {identity.SubdistrictHead, identity.DistrictHead}, Approved: {identity.Cashier, identity.DistrictHead}}

// purses is who has a tranche in hand in a state.
var purses = map[string]identity.Role{Due: identity.CommunityHead, Requested: identity.Finance, Reviewed: identity.DistrictHead, Approved: identity.Cashier}

// Remind tells desks of claims that wait longer than was promised (N20) and of first tranches that are not out in the days
// that were promised (N13), and teams to say that they have the money. It is the house's own work; nobody is told the same
// twice.
func Remind(ctx context.Context, tx pg.Tx, now time.Time) error {
	late, err := pg.All[Claim](ctx, tx, lateSQL, pg.Args{"now": now})
	if err != nil {
		return err
	}
	for _, c := range late {
		roles := desks[c.State]
		role := roles[0]
		if c.State == Passed && c.Level == LevelDistrict || now.Sub(*c.DueAt) > superiorAfter {
			role = roles[1]
		}
		to, err := notice.Holders(ctx, tx, c.Place, role)
		if err != nil {
			return err
		}
		text := fault.Say("报销单 %s 过了约定的时间还没有办，请尽快处理", c.Number)
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N20", To: to, Text: text, Link: "/desk/claims/" + c.ID, Key: fmt.Sprintf("%s.%d.%s", c.ID, c.Version, role), At: now}); err != nil {
			return err
		}
	}
	if err := remindPromised(ctx, tx, now); err != nil {
		return err
	}
	paid, err := pg.All[Claim](ctx, tx, unconfirmedSQL, pg.Args{"before": now.Add(-confirmAfter)})
	if err != nil {
		return err
	}
	for _, c := range paid {
		text := fault.Say("报销单 %s 已付款一周，收到钱请点「确认收款」；没收到请联系社区", c.Number)
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N19", To: []string{c.CreatedBy}, Text: text, Link: "/claims/" + c.ID, Key: c.ID + ".confirm", At: now}); err != nil {
			return err
		}
	}
	return nil
}

func remindPromised(ctx context.Context, tx pg.Tx, now time.Time) error {
	late, err := pg.All[Tranche](ctx, tx, promisedSQL, pg.Args{"now": now})
	if err != nil {
		return err
	}
	for _, t := range late {
		p, err := delivery.Get(ctx, tx, t.ProjectID)
		if err != nil {
			return err
		}
		to, err := notice.Holders(ctx, tx, t.Place, purses[t.State])
		if err != nil {
			return err
		}
		text := fault.Say("项目「%s」的第一笔款 %s 说好 %s 前拨付，还没有拨，请尽快办", p.Title, t.Amount.Show(), t.PromisedOn.Format("2006-01-02"))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N13", To: to, Text: text, Link: "/finance/tranches", Key: t.ID + ".promised." + t.State, At: now}); err != nil {
			return err
		}
	}
	return nil
}
