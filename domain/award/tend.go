package award

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// TendReserves is what the calendar asks of reserves: offers nobody answered pass on to the next, and reserves whose days are
// over stop waiting.
func (b *Book) TendReserves(ctx context.Context, tx pg.Tx, now time.Time) error {
	lapsed, err := pg.Values[string](ctx, tx, lapsedSQL, pg.Args{"now": now})
	if err != nil {
		return err
	}
	for _, id := range lapsed {
		a, h, e, err := byHouse(ctx, tx, id, now)
		if err != nil {
			return err
		}
		if !a.Offered() {
			continue
		}
		if err := b.passOn(ctx, tx, h, e, a, "lapse", "没有在期限内答复递补"); err != nil {
			return err
		}
	}
	over, err := pg.Values[string](ctx, tx, overSQL, pg.Args{"now": now})
	if err != nil {
		return err
	}
	for _, id := range over {
		a, h, _, err := byHouse(ctx, tx, id, now)
		if err != nil {
			return err
		}
		if err := endReserve(ctx, tx, h, a); err != nil {
			return err
		}
	}
	return nil
}

// byHouse locks an award's edition and the award, for the calendar.
func byHouse(ctx context.Context, tx pg.Tx, awardID string, now time.Time) (Award, hand, edition.Edition, error) {
	a, err := pg.One[Award](ctx, tx, awardSQL, pg.Args{"id": awardID})
	if err != nil {
		return a, hand{}, edition.Edition{}, err
	}
	w, err := identity.House().Must(identity.KeepCalendar, a.Place)
	if err != nil {
		return a, hand{}, edition.Edition{}, err
	}
	e, err := edition.Lock(ctx, tx, a.EditionID)
	if err == nil {
		a, err = pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": awardID})
	}
	return a, hand{w, now}, e, err
}

// endReserve tells a reserve that it need not wait any longer.
func endReserve(ctx context.Context, tx pg.Tx, h hand, a Award) error {
	if a.Result != Reserve || a.State != Publicized {
		return nil
	}
	const why = "候补的期限到了，没有空出来的资金"
	if _, err := pg.Do(ctx, tx, spentSQL, pg.Args{"id": a.ID, "reason": why}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: a.ID, Version: a.Version + 1, Action: "end_reserve", From: a.State, To: a.State, Place: a.Place, Reason: why, At: h.at}); err != nil {
		return err
	}
	if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: a.ProposalID, To: proposal.NotSelected, Reason: why, At: h.at}); err != nil {
		return err
	}
	p, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N11", To: []string{p.LeadID}, Text: fault.Say("「%s」的候补期限到了，这一届没有轮到。谢谢您，欢迎下一届再来", p.Title),
		Link: "/proposals/" + p.ID + "/result", Key: a.ID + "/over", At: h.at})
}

const (
	endingSQL   = `select ` + publicityColumns + ` from publicity n where n.state = 'open' and n.closes_at > @now and n.closes_at <= @soon order by n.closes_at, n.id`
	pressingSQL = `select ` + objectionColumns + ` from objection o where o.state in ('received', 'investigating') and o.due_at <= @soon order by o.due_at, o.id limit 500`
)

// RemindNotices tells the communities that a notice ends tomorrow (N09), and who handles an objection that its answer is due
// (N10); of one that is late the heads hear too. Each once, however often the calendar asks.
func RemindNotices(ctx context.Context, tx pg.Tx, now time.Time) error {
	ending, err := pg.All[Publicity](ctx, tx, endingSQL, pg.Args{"now": now, "soon": now.Add(24 * time.Hour)})
	if err != nil {
		return err
	}
	for _, p := range ending {
		staff, err := pg.Values[string](ctx, tx, hoodsSQL, pg.Args{"place": p.Place})
		if err != nil {
			return err
		}
		text := fault.Say("公示 %s 到 %s 结束。请看看张贴的还在不在，有没有居民要提异议", p.Number, until(p.ClosesAt))
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N09", To: staff, Text: text, Link: "/notices/" + p.ID, Key: p.ID + "/ending", At: now}); err != nil {
			return err
		}
	}
	pressing, err := pg.All[Objection](ctx, tx, pressingSQL, pg.Args{"soon": now.Add(48 * time.Hour)})
	if err != nil {
		return err
	}
	for _, o := range pressing {
		if err := remindObjection(ctx, tx, o, now); err != nil {
			return err
		}
	}
	return nil
}

func remindObjection(ctx context.Context, tx pg.Tx, o Objection, now time.Time) error {
	to := []string{o.Handler}
	var err error
	if o.Handler == "" {
		if to, err = notice.Holders(ctx, tx, o.Place, identity.DistrictStaff, identity.DistrictHead); err != nil {
			return err
		}
	}
	text, key := fault.Say("异议 %s 要在 %s 前答复，请抓紧核实", o.Number, until(o.DueAt)), o.ID+"/due"
	if !now.Before(o.DueAt) {
		heads, err := notice.Holders(ctx, tx, o.Place, identity.DistrictHead)
		if err != nil {
			return err
		}
		to, text, key = union(to, heads), fault.Say("异议 %s 过了答复的期限（%s），请马上答复", o.Number, until(o.DueAt)), o.ID+"/late"
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N10", To: to, Text: text, Link: "/desk/objections/" + o.ID, Key: key, At: now})
}

func union(a, b []string) []string {
	seen, all := map[string]bool{}, []string{}
	for _, id := range append(append([]string{}, a...), b...) {
		if !seen[id] {
			all = append(all, id)
		}
		seen[id] = true
	}
	return all
}
