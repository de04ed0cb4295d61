package money

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// NewHold stops a project's money (暂停拨付): no tranche moves and no claim is paid until it is cleared. Activities and
// evidence go on (I-F9).
type NewHold struct {
	ID     string `form:"id"`
	Code   string `form:"code"`
	Reason string `form:"reason"`
}

// HoldCodes names why money is held.
var HoldCodes = []edition.Choice{{Code: "mid_failed", Name: "中期评估未通过"}, {Code: "finding", Name: "检查发现严重问题"}, {Code: "agreement", Name: "协议中止"}, {Code: "other", Name: "其他原因"}}

// Hold is a stop on a project's money.
type Hold struct {
	ID      string
	Code    string
	Reason  string
	HeldAt  time.Time
	Version int
}

const (
	holdColumns = `id::text, code, reason, held_at, version`
	onHoldSQL   = `select ` + holdColumns + ` from money_hold where project_id = @project::uuid and state = 'on'`
	holdSQL     = `insert into money_hold (id, project_id, place, code, reason, held_at) values (@id::uuid, @project::uuid, @place::text::ltree, @code, @reason, @at) on conflict do nothing`
	clearSQL    = `update money_hold set state = 'cleared', cleared_reason = @reason, cleared_at = @at, version = version + 1 where id = @id::uuid`
	unpaidSQL   = `select ` + trancheColumns + ` from tranche where project_id = @project::uuid and state in ('planned','due','requested','reviewed','approved') order by seq for no key update`
	heldSQL     = `select ` + trancheColumns + ` from tranche where project_id = @project::uuid and state = 'held' order by seq for no key update`
	metSQL      = `select case @condition when 'on_sign' then true when 'date' then coalesce(@due_on::date <= @day::date, false)
  else exists (select from evaluation where project_id = @project::uuid and state = 'passed'
    and kind = case @condition when 'on_mid_pass' then 'mid' else 'final' end) end`
)

// OnHold is the hold on a project's money, false when there is none. It asks nobody for permission: the caller has.
func OnHold(ctx context.Context, q pg.Reader, projectID string) (Hold, bool, error) {
	return pg.Maybe[Hold](ctx, q, onHoldSQL, pg.Args{"project": projectID})
}

// Hold stops a project's money: a bookkeeper or the district's head, with a reason everybody concerned will read.
func (b *Book) Hold(ctx context.Context, by identity.Actor, projectID string, n NewHold) error {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return err
	}
	w, err := tied.Must(identity.ReviewTranches, p.Place)
	if err != nil {
		if w, err = tied.Must(identity.ApproveTranches, p.Place); err != nil {
			return err
		}
	}
	var wrong fault.Fields
	if !edition.Known(HoldCodes, n.Code) {
		wrong.Add("code", "请选择暂停的原因")
	}
	sentence(&wrong, "reason", n.Reason, 200, "请写明情况，团队和社区会看到")
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := delivery.Lock(ctx, tx, projectID)
		if err != nil {
			return err
		}
		if p.Settled {
			return fault.New(fault.Conflict, "这个项目的钱已经结清")
		}
		return hold(ctx, tx, w, p, n, b.clock.Now())
	})
}

// hold stops the money; where it is stopped already, that stays as it is.
func hold(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, n NewHold, now time.Time) error {
	rows, err := pg.Do(ctx, tx, holdSQL, pg.Args{"id": n.ID, "project": p.ID, "place": p.Place, "code": n.Code, "reason": n.Reason, "at": now})
	if err != nil || rows == 0 {
		return err
	}
	unpaid, err := pg.All[Tranche](ctx, tx, unpaidSQL, pg.Args{"project": p.ID})
	if err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "money_hold", ID: n.ID, Version: 1, Action: "hold", To: "on", Place: p.Place, Reason: n.Reason, At: now}); err != nil {
		return err
	}
	for _, t := range unpaid {
		if err := moveTranche(ctx, tx, w, t, "hold", Held, n.Reason, now); err != nil {
			return err
		}
	}
	text := fault.Say("项目「%s」的拨付和付款暂停：%s。活动和资料照常进行", p.Title, n.Reason)
	return tellConcerned(ctx, tx, p, text, n.ID+".on", now)
}

// Clear ends a hold. Only the district's head may: who stopped the money cannot let it go alone.
func (b *Book) Clear(ctx context.Context, by identity.Actor, projectID string, s Step) error {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return err
	}
	w, err := tied.Must(identity.ApproveTranches, p.Place)
	if err != nil {
		return err
	}
	if s.Reason == "" {
		return fault.Field("reason", "请写明为什么可以恢复")
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := delivery.Lock(ctx, tx, projectID)
		if err != nil {
			return err
		}
		return clearHold(ctx, tx, w, p, "", s.Reason, b.clock.Now())
	})
}

// clearHold ends the hold of a project, only one of the given code when there is one given. Its tranches may be asked
// for again where their condition is met.
func clearHold(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, code, reason string, now time.Time) error {
	h, found, err := OnHold(ctx, tx, p.ID)
	if err != nil || !found || (code != "" && h.Code != code) {
		return err
	}
	if _, err := pg.Do(ctx, tx, clearSQL, pg.Args{"id": h.ID, "reason": reason, "at": now}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "money_hold", ID: h.ID, Version: h.Version + 1, Action: "clear", From: "on", To: "cleared", Place: p.Place, Reason: reason, At: now}); err != nil {
		return err
	}
	held, err := pg.All[Tranche](ctx, tx, heldSQL, pg.Args{"project": p.ID})
	if err != nil {
		return err
	}
	for _, t := range held {
		met, err := pg.Value[bool](ctx, tx, metSQL, pg.Args{"condition": t.Condition, "due_on": t.DueOn, "day": clock.Day(now).Format(time.DateOnly), "project": p.ID})
		if err != nil {
			return err
		}
		to := Planned
		if met {
			to = Due
		}
		if err := moveTranche(ctx, tx, w, t, "clear", to, "", now); err != nil {
			return err
		}
	}
	return tellConcerned(ctx, tx, p, fault.Say("项目「%s」恢复拨付和付款", p.Title), h.ID+".off", now)
}

// tellConcerned tells the lead and the community (N15).
func tellConcerned(ctx context.Context, tx pg.Tx, p delivery.Project, text fault.Message, key string, now time.Time) error {
	to, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N15", To: append(to, p.LeadID), Text: text, Link: "/projects/" + p.ID + "/money", Key: key, At: now})
}

// unheld refuses while the money is held.
func unheld(ctx context.Context, tx pg.Tx, p delivery.Project) error {
	h, found, err := OnHold(ctx, tx, p.ID)
	if err == nil && found {
		return fault.New(fault.Conflict, "这个项目的拨付和付款暂停了：%s", h.Reason)
	}
	return err
}

const agreementSQL = `select state from agreement where id = @id::uuid`

// flowing tells that money may move: the agreement is in force and nothing holds it.
func flowing(ctx context.Context, tx pg.Tx, p delivery.Project) error {
	state, err := pg.Value[string](ctx, tx, agreementSQL, pg.Args{"id": p.AgreementID})
	if err != nil {
		return err
	}
	if state != "effective" && state != "completed" {
		return fault.New(fault.Conflict, "协议现在没有生效，不能拨付和付款")
	}
	return unheld(ctx, tx, p)
}
