package proposal

import (
	"context"
	"slices"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// The states of a standing wish.
const (
	StandingAsked     = "asked"
	StandingTakenBack = "taken_back"
	StandingSent      = "sent"
	StandingUnsent    = "unsent" // the call has closed and something was missing
	StandingMoot      = "moot"   // handed in by hand, withdrawn, called off, or led by somebody else
)

// Before the call closes, wishes are carried out from sendAhead on, so that the stamp is an honest one; a draft that
// somebody is still writing waits until lastCall.
const (
	sendAhead = 10 * time.Minute
	lastCall  = 3 * time.Minute
	stillWarm = 2 * time.Minute // since its last save
)

// Standing is a lead's wish that the house hand the draft in shortly before the call closes, if nothing is missing then.
type Standing struct {
	ID         string
	ProposalID string
	PersonID   string
	Place      string
	State      string
	AskedAt    time.Time
	DoneAt     *time.Time
	Version    int
}

// Asked tells whether the wish is there and still waits.
func (s Standing) Asked() bool { return s.State == StandingAsked }

const (
	standingColumns = `select id::text, proposal_id::text, person_id::text, place::text, state, asked_at, done_at, version from proposal_standing`
	standingOfSQL   = standingColumns + ` where proposal_id = @id::uuid order by asked_at desc, id desc limit 1`
	standingSQL     = standingColumns + ` where id = @id::uuid for no key update`
	askStandingSQL  = `insert into proposal_standing (id, proposal_id, person_id, place, asked_at) values (@wish, @id, @me, @place::text::ltree, @at) on conflict do nothing`
	endStandingSQL  = `update proposal_standing set state = @to, done_at = @at, version = version + 1 where id = @id::uuid`
	dueStandingSQL  = `select s.id::text from proposal_standing s join proposal p on p.id = s.proposal_id join edition e on e.id = p.edition_id
  where s.state = 'asked' and (p.state <> 'draft' or e.state <> 'open' or e.closes_at <= @due::timestamptz + @ahead::interval) order by e.closes_at, s.id`
)

// Wish is the button by which a lead asks for it, or takes it back.
type Wish struct {
	ID      string `form:"id"`
	Version int    `form:"version"` // of the wish that is taken back
}

// StandingOf is the newest wish for a draft, for somebody of its team; the zero one when there is none.
func (b *Book) StandingOf(ctx context.Context, f Full) (Standing, error) {
	s, _, err := pg.Maybe[Standing](ctx, b.db, standingOfSQL, pg.Args{"id": f.ID})
	return s, err
}

// AskStanding asks the house to hand the draft in before the call closes. Only the lead can, in person, and only with
// every promise ticked: what is handed in later is what the team has saved by then.
func (b *Book) AskStanding(ctx context.Context, by identity.Actor, id string, n Wish) error {
	return b.wish(ctx, by, id, func(tx pg.Tx, w identity.Warrant, p Proposal) error {
		now := b.clock.Now()
		f, err := complete(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := writable(p, f.Edition, now); err != nil {
			return err
		}
		if p.State != Drafted {
			return fault.New(fault.Conflict, "退回修改的申报书要您自己提交，不能到点自动提交")
		}
		for _, d := range Declarations {
			if !slices.Contains(f.Declared, d.Code) {
				return fault.New(fault.Conflict, "请先逐条看过并勾好承诺，再选到点自动提交")
			}
		}
		n.ID = formID(n.ID)
		rows, err := pg.Do(ctx, tx, askStandingSQL, pg.Args{"wish": n.ID, "id": id, "me": by.ID, "place": p.Place, "at": now})
		if err != nil || rows == 0 { // asked before, or pressed twice
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_standing", ID: n.ID, Version: 1, Action: "ask", To: StandingAsked, Place: p.Place,
			Data: map[string]string{"proposal": id}, At: now})
	})
}

// DropStanding takes the wish back.
func (b *Book) DropStanding(ctx context.Context, by identity.Actor, id string, n Wish) error {
	return b.wish(ctx, by, id, func(tx pg.Tx, w identity.Warrant, p Proposal) error {
		s, found, err := pg.Maybe[Standing](ctx, tx, standingOfSQL, pg.Args{"id": id})
		if err != nil || !found || !s.Asked() || s.Version != n.Version { // over already, or pressed twice
			return err
		}
		return b.endStanding(ctx, tx, w, s, StandingTakenBack)
	})
}

// wish hands a locked proposal to f for its lead in person.
func (b *Book) wish(ctx context.Context, by identity.Actor, id string, f func(tx pg.Tx, w identity.Warrant, p Proposal) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockOwn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if p.LeadID != by.ID || by.Helped() {
			return fault.New(fault.Forbidden, "到点自动提交，只能由领办人本人来选")
		}
		return f(tx, w, p)
	})
}

func (b *Book) endStanding(ctx context.Context, tx pg.Tx, w identity.Warrant, s Standing, to string) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, endStandingSQL, pg.Args{"id": s.ID, "to": to, "at": now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_standing", ID: s.ID, Version: s.Version + 1, Action: to, From: s.State, To: to, Place: s.Place,
		Data: map[string]string{"proposal": s.ProposalID}, At: now})
}

// StandingDue says that a standing wish is to be looked at.
type StandingDue struct{ StandingID string }

// Kind names the fact.
func (StandingDue) Kind() string { return "proposal.standing_due" }

// LookAtStanding finds the wishes whose time has come, every minute: each is then carried out by itself, so that one that
// cannot be does not hold up the others.
func (b *Book) LookAtStanding(ctx context.Context, tx pg.Tx, due time.Time) error {
	ids, err := pg.Values[string](ctx, tx, dueStandingSQL, pg.Args{"due": due, "ahead": sendAhead})
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := outbox.Put(ctx, tx, due, StandingDue{id}); err != nil {
			return err
		}
	}
	return nil
}

// HearStandingDue carries a wish out: it hands in what is complete, with the stamp of this very moment, and tells the
// lead; what is not complete is told while there is time to mend it, and at the end.
func (b *Book) HearStandingDue(ctx context.Context, tx pg.Tx, due StandingDue) error {
	s, found, err := pg.Maybe[Standing](ctx, tx, strings.TrimSuffix(standingSQL, " for no key update"), pg.Args{"id": due.StandingID})
	if err != nil || !found {
		return err
	}
	p, err := Lock(ctx, tx, s.ProposalID) // always the proposal first, as everybody else does
	if err != nil {
		return err
	}
	if s, err = pg.One[Standing](ctx, tx, standingSQL, pg.Args{"id": s.ID}); err != nil || !s.Asked() {
		return err
	}
	f, err := complete(ctx, tx, p)
	if err != nil {
		return err
	}
	house, err := identity.House().Must(identity.KeepCalendar, s.Place)
	if err != nil {
		return err
	}
	if p.State != Drafted || p.LeadID != s.PersonID || f.Edition.State == edition.Cancelled || f.Edition.ClosesAt == nil {
		return b.endStanding(ctx, tx, house, s, StandingMoot)
	}
	left := f.Edition.ClosesAt.Sub(b.clock.Now())
	if left > sendAhead || left > lastCall && b.clock.Now().Sub(p.SavedAt) < stillWarm {
		return nil // extended meanwhile, or somebody is writing: the next minute looks again
	}
	return b.carryOut(ctx, tx, house, s, f)
}

func (b *Book) carryOut(ctx context.Context, tx pg.Tx, house identity.Warrant, s Standing, f Full) error {
	now := b.clock.Now()
	if _, err := pg.All[standing](ctx, tx, lockTeamSQL, pg.Args{"team": f.TeamID}); err != nil {
		return err
	}
	lead := identity.Actor{ID: f.LeadID, Name: f.LeadName, Home: f.Home}
	w, err := lead.Tied(f.Place, identity.TeamLead).Must(identity.DraftProposals, f.Place)
	if err != nil {
		return err
	}
	h, err := hands(ctx, tx, lead, f, now)
	if err != nil {
		return err
	}
	h.standing = s.ID
	refused := b.admit(ctx, tx, f, h.counts)
	switch {
	case refused == nil:
	case !fault.Is(refused, fault.Invalid) && !fault.Is(refused, fault.Conflict):
		return refused
	case now.Before(*f.Edition.ClosesAt):
		return b.tellStanding(ctx, tx, s, "short", "/check", "「%s」还不能自动提交：%s。请在 %s 以前补好，补好了系统就会提交", called(f), f.short(refused), stamp(*f.Edition.ClosesAt))
	default:
		if err := b.endStanding(ctx, tx, house, s, StandingUnsent); err != nil {
			return err
		}
		return b.tellStanding(ctx, tx, s, "unsent", "/check", "「%s」没有自动提交：%s。您写的内容还在，有特殊情况请联系社区", called(f), f.short(refused))
	}
	f = f.Settled()
	if err := settle(ctx, tx, f); err != nil {
		return err
	}
	done, err := b.handIn(ctx, tx, w, f, h)
	if err != nil {
		return err
	}
	if err := b.endStanding(ctx, tx, house, s, StandingSent); err != nil {
		return err
	}
	return b.tellStanding(ctx, tx, s, "sent", "/receipt", "按您的嘱托，「%s」已经在 %s 自动提交，编号 %s", done.Title, stamp(now), done.Number)
}

// called is the proposal's title for a notice. What an unnamed draft is called is data: words:none.
func called(f Full) string {
	if f.Title == "" {
		return "申报书"
	}
	return f.Title
}

// short says why a draft is not taken, the first few things that are missing: the text of a notice, in Chinese as what
// the desks write is.
func (f Full) short(refused error) string {
	gaps := f.Gaps()
	if len(gaps) == 0 {
		return fault.MessageOf(refused).String()
	}
	texts := []string{}
	for _, g := range gaps[:min(len(gaps), 3)] {
		texts = append(texts, g.Text.String())
	}
	return strings.Join(texts, "；")
}

// tellStanding leaves a notice about a wish (N02), once for each thing that becomes of it.
func (b *Book) tellStanding(ctx context.Context, tx pg.Tx, s Standing, what, page, text string, args ...any) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: "N02", To: []string{s.PersonID}, Text: fault.Say(text, args...), Link: "/proposals/" + s.ProposalID + page,
		Key: s.ID + "/" + what, At: b.clock.Now()})
}
