package edition

import (
	"context"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Pressed is a button on an edition's page: at which version it was shown, and the reason where one is asked.
type Pressed struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

// Publish makes the call public: proposals may be written, and the money is in the ledger.
func (b *Book) Publish(ctx context.Context, by identity.Actor, id string, p Pressed) error {
	return b.change(ctx, id, hand{by, identity.PublishEditions, "publish", p.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		if e.State != Draft {
			return fault.New(fault.Conflict, "这份公告已经发布过了")
		}
		funds, err := Funds(ctx, tx, id)
		if err != nil {
			return err
		}
		now := b.clock.Now()
		if err := b.ready(e, funds, now); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, moveSQL, pg.Args{"id": id, "to": Open}); err != nil {
			return err
		}
		if err := keepRules(ctx, tx, e, now); err != nil {
			return err
		}
		if err := fill(ctx, tx, w, e, funds, ledger.Movement{At: now}); err != nil {
			return err
		}
		if err := b.firstForm(ctx, tx, w, e); err != nil {
			return err
		}
		if err := outbox.Put(ctx, tx, now, Published{id}); err != nil {
			return err
		}
		if err := outbox.Put(ctx, tx, now, News{id, "open", e.Version}); err != nil {
			return err
		}
		if err := b.tell(ctx, tx, e, "open", "「%s」开始申报，%s 截止。请转告居民，帮想参加的人把想法写下来", e.Title, stamp(*e.ClosesAt)); err != nil {
			return err
		}
		return b.record(ctx, tx, w, e, "publish", Open, "")
	})
}

// ready tells what a draft still needs before it may be published.
func (b *Book) ready(e Edition, funds []Fund, now time.Time) error {
	var wrong fault.Fields
	p := PlanOf(e, funds)
	if p.CallText == "" {
		wrong.Add("call_text", "请写好公告正文再发布")
	}
	if p.Contact == "" {
		wrong.Add("contact", "请留一个联系电话，居民有问题好问")
	}
	for _, d := range []struct {
		field string
		at    time.Time
	}{{"opens_at", p.OpensAt}, {"closes_at", p.ClosesAt}, {"runs_from", p.RunsFrom}, {"runs_to", p.RunsTo}} {
		if d.at.IsZero() {
			wrong.Add(d.field, "请填写日期再发布")
		}
	}
	if !p.ClosesAt.IsZero() && !p.ClosesAt.After(now) {
		wrong.Add("closes_at", "截止时间已经过去，请改成以后的时间")
	}
	p.order(&wrong)
	if Total(funds) <= 0 {
		wrong.Add("funds.0.amount", "请填写资金来源和金额，资金总额要大于 0")
	}
	checkFunds(funds, e.Rules.AllCategories(), &wrong)
	for i, f := range funds {
		if f.Amount <= 0 {
			wrong.Add("funds."+strconv.Itoa(i)+".amount", "请填写金额，要大于 0")
		}
	}
	for _, kind := range Rounds {
		if sum := weigh(e.Rules.Rubric(kind.Code)); sum != 100 {
			wrong.Add("rubric", "「%s」的评分细则加起来要等于 100，现在是 %d", fault.Say(kind.Name), sum)
		}
	}
	if len(e.Rules.Tracks()) == 0 {
		wrong.Add("tracks", "至少要有一个赛道可以申报，请到「规则」里填它最多支持多少")
	}
	return wrong.Err()
}

// Extension is a later end of the call.
type Extension struct {
	Version  int       `form:"version"`
	ClosesAt time.Time `form:"closes_at,datetime"`
	Reason   string    `form:"reason"`
}

const (
	extendSQL = `update edition set state = 'open', closes_at = @closes_at, extended = true, version = version + 1 where id = @id::uuid`
	closeSQL  = `update edition set state = 'closed', closes_at = least(closes_at, @at::timestamptz), version = version + 1 where id = @id::uuid`
)

// Extend gives the call a later end, once. A call that has closed is open again.
func (b *Book) Extend(ctx context.Context, by identity.Actor, id string, x Extension) error {
	var wrong fault.Fields
	if x.Reason == "" {
		wrong.Add("reason", "请写明为什么延长，公告上会显示")
	}
	short(&wrong, "reason", x.Reason, 200)
	if !x.ClosesAt.After(b.clock.Now()) {
		wrong.Add("closes_at", "新的截止时间要在现在之后")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, id, hand{by, identity.PublishEditions, "extend", x.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		switch {
		case e.State != Open && e.State != Closed:
			return fault.New(fault.Conflict, "只有正在申报或刚截止、还没有开始评审的大赛可以延长")
		case e.Extended:
			return fault.New(fault.Conflict, "申报时间只能延长一次，这一届已经延长过")
		case !x.ClosesAt.After(*e.ClosesAt):
			return fault.Field("closes_at", "新的截止时间要晚于原来的 %s", stamp(*e.ClosesAt))
		case e.RunsTo != nil && !civil(*e.RunsTo).After(x.ClosesAt):
			return fault.Field("closes_at", "新的截止时间要早于项目实施结束的日子")
		}
		if _, err := pg.Do(ctx, tx, extendSQL, pg.Args{"id": id, "closes_at": x.ClosesAt}); err != nil {
			return err
		}
		if err := outbox.Put(ctx, tx, b.clock.Now(), News{id, "extended", e.Version}); err != nil {
			return err
		}
		if err := b.tell(ctx, tx, e, "extended", "「%s」的申报延长到 %s，请转告居民", e.Title, stamp(x.ClosesAt)); err != nil {
			return err
		}
		return b.record(ctx, tx, w, e, "extend", Open, x.Reason)
	})
}

// Close ends the call before its time. From then on the closing time is this moment, so that one rule decides what
// came in time: it was received before the closing time.
func (b *Book) Close(ctx context.Context, by identity.Actor, id string, p Pressed) error {
	if p.Reason == "" {
		return fault.Field("reason", "请写明为什么提前截止")
	}
	return b.change(ctx, id, hand{by, identity.PublishEditions, "close", p.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		if e.State != Open {
			return fault.New(fault.Conflict, "只有正在申报的大赛可以截止")
		}
		if _, err := pg.Do(ctx, tx, closeSQL, pg.Args{"id": id, "at": b.clock.Now()}); err != nil {
			return err
		}
		if err := b.tell(ctx, tx, e, "closed", "「%s」提前截止申报", e.Title); err != nil {
			return err
		}
		return b.record(ctx, tx, w, e, "close", Closed, p.Reason)
	})
}

const dueSQL = `select id::text from edition where state = 'open' and closes_at <= @due order by closes_at, id`

// CloseDue closes every call whose time is over, as the calendar asks. What was received before the closing time and is
// still being written is not touched by it: the submission looks at its own stamp.
func CloseDue(ctx context.Context, tx pg.Tx, due time.Time) error {
	ids, err := pg.Values[string](ctx, tx, dueSQL, pg.Args{"due": due})
	if err != nil {
		return err
	}
	for _, id := range ids {
		e, err := Get(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := identity.House().Must(identity.KeepCalendar, e.Place)
		if err != nil {
			return err
		}
		if err := Move(ctx, tx, w, id, Closed, "申报时间已到", due); err != nil {
			return err
		}
	}
	return nil
}

// Cancel calls an edition off, with a reason everybody will read; its money leaves the pools again.
func (b *Book) Cancel(ctx context.Context, by identity.Actor, id string, p Pressed) error {
	var wrong fault.Fields
	if p.Reason == "" {
		wrong.Add("reason", "请写明为什么取消，所有参加的人都会看到")
	}
	short(&wrong, "reason", p.Reason, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.change(ctx, id, hand{by, identity.PublishEditions, "cancel", p.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, moveSQL, pg.Args{"id": id, "to": Cancelled}); err != nil {
			return err
		}
		if e.State != Draft {
			funds, err := Funds(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := empty(ctx, tx, w, e, funds, ledger.Movement{At: now}); err != nil {
				return err
			}
			if err := outbox.Put(ctx, tx, now, CalledOff{id}); err != nil {
				return err
			}
			if err := outbox.Put(ctx, tx, now, News{id, "cancelled", e.Version}); err != nil {
				return err
			}
			if err := b.tell(ctx, tx, e, "cancelled", "「%s」取消了，原因：%s", e.Title, p.Reason); err != nil {
				return err
			}
		}
		return b.record(ctx, tx, w, e, "cancel", Cancelled, p.Reason)
	})
}

// stamp writes a moment so that it reads the same in every language.
func stamp(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }
