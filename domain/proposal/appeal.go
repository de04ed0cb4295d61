package proposal

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// The states of an appeal.
const (
	AppealOpen      = "open"
	AppealUpheld    = "upheld"
	AppealDismissed = "dismissed"
)

// Appeal is what a lead has against the refusal of the eligibility check (申诉).
type Appeal struct {
	ID          string
	CheckID     string
	Text        string
	ByPerson    string
	At          time.Time
	State       string
	Answer      string
	DecidedName string // "" while it is open
	DecidedAt   *time.Time
	Version     int
}

const (
	appealsSQL = `select a.id::text, a.check_id::text, a.text, a.by_person::text, a.at, a.state, a.answer, coalesce(d.name, '') as decided_name, a.decided_at, a.version
  from appeal a left join person d on d.id = a.decided_by where a.proposal_id = @id::uuid order by a.at, a.id`
	lodgeAppealSQL = `insert into appeal (id, proposal_id, check_id, place, text, by_person, at) values (@appeal, @id, @check, @place::text::ltree, @text, @me, @at)`
	ruleAppealSQL  = `update appeal set state = @to, answer = @answer, decided_by = @me, decided_at = @at, version = version + 1 where id = @appeal::uuid`
	// The database has decided about the days: a dismissed appeal ends them.
	overAppealSQL = `update proposal set appeal_until = null, version = version + 1 where id = @id::uuid`
)

func appeals(ctx context.Context, q pg.Reader, id string) ([]Appeal, error) {
	return pg.All[Appeal](ctx, q, appealsSQL, pg.Args{"id": id})
}

// refusal is the check against which an appeal may be lodged: the last one, when it refused.
func refusal(checks []Check) (Check, bool) {
	if n := len(checks); n > 0 && !checks[n-1].Passed {
		return checks[n-1], true
	}
	return Check{}, false
}

// Lodge appeals against the refusal, within its days; once a refusal. Another's refusal later has days of its own.
func (b *Book) Lodge(ctx context.Context, by identity.Actor, id string, plea Plea) error {
	if err := plea.check("请写明为什么不同意，有材料的请一起传上来"); err != nil {
		return err
	}
	plea.ID = formID(plea.ID)
	return b.plead(ctx, by, id, plea, "appeal", func(tx pg.Tx, w identity.Warrant, p Proposal, _ string) error {
		now := b.clock.Now()
		switch {
		case p.State != Ineligible:
			return fault.New(fault.Conflict, "现在的状态不能这样办，请刷新页面看看")
		case p.AppealUntil == nil || !now.Before(*p.AppealUntil):
			return fault.New(fault.Conflict, "申诉的时间到 %s 为止，已经过了", stamp(whole(p.AppealUntil)))
		}
		checks, err := Checks(ctx, tx, id)
		if err != nil {
			return err
		}
		against, _ := refusal(checks)
		past, err := appeals(ctx, tx, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(past, func(a Appeal) bool { return a.CheckID == against.ID }) {
			return fault.New(fault.Conflict, "您已经申诉过了，请等区里答复")
		}
		if _, err := pg.Do(ctx, tx, lodgeAppealSQL, pg.Args{"appeal": plea.ID, "id": id, "check": against.ID, "place": p.Place, "text": plea.Text, "me": by.ID, "at": now}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, touchSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		if err := attach(ctx, tx, w, "appeal", plea.ID, p.Place, plea.Papers, now); err != nil {
			return err
		}
		desks, err := notice.Holders(ctx, tx, p.Place, identity.DistrictStaff)
		if err != nil {
			return err
		}
		if err := b.tell(ctx, tx, p, "N04", desks, "/desk/proposals/"+id, "「%s」没有通过资格审查，领办人申诉了，请答复", p.Title); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "appeal", ID: plea.ID, Version: 1, Action: "lodge", To: AppealOpen, Place: p.Place, Data: map[string]string{"check": against.ID}, At: now})
	})
}

const touchSQL = `update proposal set version = version + 1 where id = @id::uuid`

// Answering is the district's answer to an appeal.
type Answering struct {
	ID      string `form:"id"`
	Version int    `form:"version"` // of the proposal
	Reason  string `form:"reason"`
}

// Uphold lets a refused proposal in after all, by somebody who did not refuse it.
func (b *Book) Uphold(ctx context.Context, by identity.Actor, id string, a Answering) error {
	return b.answerAppeal(ctx, by, id, a, AppealUpheld)
}

// Dismiss lets the refusal stand, with a reason.
func (b *Book) Dismiss(ctx context.Context, by identity.Actor, id string, a Answering) error {
	return b.answerAppeal(ctx, by, id, a, AppealDismissed)
}

func (b *Book) answerAppeal(ctx context.Context, by identity.Actor, id string, a Answering, outcome string) error {
	var wrong fault.Fields
	if a.Reason == "" {
		wrong.Add("reason", "请写明理由，领办人会看到原文")
	}
	short(&wrong, "reason", a.Reason, 300)
	if err := wrong.Err(); err != nil {
		return err
	}
	action := map[string]string{AppealUpheld: "uphold", AppealDismissed: "dismiss"}[outcome]
	return b.decide(ctx, id, hand{by, identity.DecideAppeals, action, a.Version, []string{Ineligible}}, func(tx pg.Tx, w identity.Warrant, p Proposal, _ edition.Edition) error {
		waiting, err := b.freeToAnswer(ctx, tx, by, p)
		if err != nil {
			return err
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, ruleAppealSQL, pg.Args{"appeal": waiting.ID, "to": outcome, "answer": a.Reason, "me": by.ID, "at": now}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "appeal", ID: waiting.ID, Version: waiting.Version + 1, Action: action, From: AppealOpen, To: outcome, Place: p.Place,
			Reason: a.Reason, At: now}); err != nil {
			return err
		}
		if outcome == AppealUpheld {
			return b.judge(ctx, tx, w, p, Check{ID: formID(a.ID), Items: []Point{}, Passed: true, Reason: a.Reason, Appeal: true}, nil,
				decision{action, Eligible, a.Reason, "N04", "申诉成立，「%s」改为通过资格审查。理由：%s", []any{p.Title, a.Reason}, nil})
		}
		if _, err := pg.Do(ctx, tx, overAppealSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		return b.decided(ctx, tx, w, p, decision{action, Ineligible, a.Reason, "N04", "申诉没有成立，「%s」维持原来的结果。理由：%s", []any{p.Title, a.Reason}, nil})
	})
}

// freeToAnswer is the appeal that waits, for somebody who has not judged the proposal before.
func (b *Book) freeToAnswer(ctx context.Context, tx pg.Tx, by identity.Actor, p Proposal) (Appeal, error) {
	checks, err := Checks(ctx, tx, p.ID)
	if err != nil {
		return Appeal{}, err
	}
	if slices.ContainsFunc(checks, func(c Check) bool { return c.ByPerson == by.ID }) || (p.OpinionBy != nil && *p.OpinionBy == by.ID) {
		return Appeal{}, fault.New(fault.Forbidden, "您已经审过这份申报书，申诉请交给别的同事")
	}
	list, err := appeals(ctx, tx, p.ID)
	if err != nil {
		return Appeal{}, err
	}
	for _, a := range list {
		if a.State == AppealOpen {
			return a, nil
		}
	}
	return Appeal{}, fault.New(fault.Conflict, "领办人没有申诉，或者已经答复过了")
}
