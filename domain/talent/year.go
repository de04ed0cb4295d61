package talent

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

const (
	restingSQL = `select ` + columns + from + `where t.state = 'listed' and t.active_at <= @before::timestamptz order by t.id limit 500 for no key update of t skip locked`
	restSQL    = `update talent set state = 'dormant', version = version + 1 where id = @id::uuid`
	nearSQL    = `select ` + columns + from + `where t.state = 'listed' and t.active_at > @before::timestamptz and t.active_at <= @soon::timestamptz order by t.id limit 500`
	dueSQL     = `select ` + columns + from + `where t.removal_due <= @at::timestamptz and t.state <> 'removed' order by t.id limit 500 for no key update of t skip locked`
	revokedSQL = `select ` + columns + from + `where t.state in ('listed','dormant') and not exists (select from consent c where c.id = t.consent_id and c.withdrawn_at is null) order by t.id limit 500 for no key update of t skip locked`
	unlistSQL  = `update talent set state = 'verified', version = version + 1 where id = @id::uuid`
)

// Tend is what the calendar does with the talent bank: it asks those who have given no sign of life for eleven months
// whether they are still there, lets cards rest after a year, takes down the cards of consents that were withdrawn
// elsewhere, and removes at its deadline what a person asked to have removed.
func (b *Book) Tend(ctx context.Context, tx pg.Tx, due time.Time) error {
	for _, step := range []func(context.Context, pg.Tx, time.Time) error{b.unlist, b.rest, b.remind, b.removeDue} {
		if err := step(ctx, tx, due); err != nil {
			return err
		}
	}
	return nil
}

// house is one change the calendar makes by itself.
func house(ctx context.Context, tx pg.Tx, t Talent, at time.Time, action, to string, do func(h hand) error) error {
	w, err := identity.House().Must(identity.KeepCalendar, t.Place)
	if err != nil {
		return err
	}
	if err := do(hand{t, w, at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "talent", ID: t.ID, Version: t.Version + 1, Action: action, From: t.State, To: to, Place: t.Place, At: at})
}

func (b *Book) unlist(ctx context.Context, tx pg.Tx, at time.Time) error {
	gone, err := pg.All[Talent](ctx, tx, revokedSQL, nil)
	for _, t := range gone {
		if err := house(ctx, tx, t, at, "unlist", Verified, func(hand) error { _, err := pg.Do(ctx, tx, unlistSQL, pg.Args{"id": t.ID}); return err }); err != nil {
			return err
		}
	}
	return err
}

func (b *Book) rest(ctx context.Context, tx pg.Tx, at time.Time) error {
	quiet, err := pg.All[Talent](ctx, tx, restingSQL, pg.Args{"before": at.Add(-restAfter)})
	if err != nil {
		return err
	}
	for _, t := range quiet {
		if err := house(ctx, tx, t, at, "rest", Dormant, func(hand) error {
			if _, err := pg.Do(ctx, tx, restSQL, pg.Args{"id": t.ID}); err != nil {
				return err
			}
			return b.ask(ctx, tx, t, fault.Say("您的能人名片一年没有动静，先收起来了。还愿意的话，点一下就继续公开"), fault.Say("有一位能人一年没有动静，名片收起来了，请问问本人"), Dormant, at)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) remind(ctx context.Context, tx pg.Tx, at time.Time) error {
	quiet, err := pg.All[Talent](ctx, tx, nearSQL, pg.Args{"before": at.Add(-restAfter), "soon": at.Add(remindAhead - restAfter)})
	if err != nil {
		return err
	}
	for _, t := range quiet {
		if err := b.ask(ctx, tx, t, fault.Say("您的能人名片快满一年了。还愿意公开吗？愿意就点一下「我还在」，不点会先收起来"), fault.Say("有一位能人快一年没有动静了，请问问本人还愿不愿意公开"), "soon", at); err != nil {
			return err
		}
	}
	return nil
}

// ask tells the person, or the community's staff when the person has no account; once for each year.
func (b *Book) ask(ctx context.Context, tx pg.Tx, t Talent, person, staff fault.Message, key string, at time.Time) error {
	l := notice.Letter{Code: "N28", To: []string{t.PersonID}, Text: person, Link: "/talents/me", Key: t.ID + key + t.ActiveAt.Format(time.DateOnly), At: at}
	if t.PersonID == "" {
		holders, err := notice.Holders(ctx, tx, t.Place, identity.CommunityStaff)
		if err != nil {
			return err
		}
		l.To, l.Text, l.Link = holders, staff, "/desk/talents/"+t.ID
	}
	return notice.Tell(ctx, tx, l)
}

func (b *Book) removeDue(ctx context.Context, tx pg.Tx, at time.Time) error {
	due, err := pg.All[Talent](ctx, tx, dueSQL, pg.Args{"at": at})
	if err != nil {
		return err
	}
	for _, t := range due {
		if err := house(ctx, tx, t, at, "remove", Removed, func(h hand) error {
			if err := erase(ctx, tx, h); err != nil {
				return err
			}
			return notice.Tell(ctx, tx, notice.Letter{Code: "N32", To: []string{t.PersonID}, Text: fault.Say("按您的要求，您在能人库里的资料已经移除"), Link: "/talents/me", Key: t.ID + Removed, At: at})
		}); err != nil {
			return err
		}
	}
	return nil
}
