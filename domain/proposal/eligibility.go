package proposal

import (
	"context"
	"strconv"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// CheckItems are the points of the eligibility check (DOMAIN §8.2).
var CheckItems = []edition.Choice{{Code: "adult", Name: "领办人是成年人"}, {Code: "region", Name: "在本区范围内"}, {Code: "nonprofit", Name: "不以营利为目的"},
	{Code: "neutral", Name: "没有借机传教、做生意或其他不当用途"}, {Code: "lawful", Name: "内容合法"}, {Code: "single", Name: "没有重复申请资金"},
	{Code: "no_ban", Name: "没有在禁止申报期内"}, {Code: "team", Name: "团队人数够"}, {Code: "caps", Name: "预算没有超过上限"}, {Code: "venue", Name: "场地可行"},
	{Code: "safety", Name: "安全有安排"}, {Code: "fund", Name: "类别符合资金用途"}, {Code: "readable", Name: "材料看得清楚"}}

// Results of a point: passed, failed, or does not apply.
var Results = []edition.Choice{{Code: "pass", Name: "通过"}, {Code: "fail", Name: "不通过"}, {Code: "na", Name: "不适用"}}

// Point is one point of a check as it was answered.
type Point struct {
	Code   string `form:"code" json:"code"`
	Result string `form:"result" json:"result"`
	Note   string `form:"note" json:"note"`
}

// Checklist is the eligibility check as a form.
type Checklist struct {
	ID      string  `form:"id"`
	Version int     `form:"version"`
	Items   []Point `form:"items"`
	Code    string  `form:"reason_code"` // the failed point that decides; "" takes the first
	Reason  string  `form:"reason"`
	Preset  bool    `form:"preset"` // the points were filled in by one press
	Looked  bool    `form:"looked"` // and then looked through by a person
}

// decisive is the failed point that is given as the reason, "" when all passed.
func (l Checklist) decisive() string {
	first := ""
	for _, item := range l.Items {
		if item.Result != "fail" {
			continue
		}
		if item.Code == l.Code {
			return item.Code
		}
		if first == "" {
			first = item.Code
		}
	}
	return first
}

// check wants an answer to every point, in the list's order, and a note where one fails.
func (l Checklist) check() (passed bool, err error) {
	var wrong fault.Fields
	passed = true
	for i, item := range CheckItems {
		at := "items." + strconv.Itoa(i) + "."
		if i >= len(l.Items) || l.Items[i].Code != item.Code || !edition.Known(Results, l.Items[i].Result) {
			wrong.Add(at+"result", "请选择「%s」是否通过", fault.Say(item.Name))
			continue
		}
		short(&wrong, at+"note", l.Items[i].Note, 100)
		if l.Items[i].Result == "fail" {
			passed = false
			if l.Items[i].Note == "" {
				wrong.Add(at+"note", "不通过的，请写明情况")
			}
		}
	}
	if !passed && l.Reason == "" {
		wrong.Add("reason", "资格不通过，请写明理由，领办人会看到原文")
	}
	if l.Code != "" && !passed && l.decisive() != l.Code {
		wrong.Add("reason_code", "主要原因要选一项不通过的")
	}
	if l.Preset && !l.Looked {
		wrong.Add("looked", "请逐项看过，再打勾确认")
	}
	short(&wrong, "reason", l.Reason, 300)
	return passed, wrong.Err()
}

// Check is an eligibility check that was made, or an appeal that was upheld.
type Check struct {
	ID       string
	Revision int
	Items    []Point
	Passed   bool
	Code     string // the point that decided, "" when all passed
	Reason   string
	ByPerson string
	ByName   string
	At       time.Time
	Appeal   bool
}

const (
	checksSQL = `select c.id::text, c.revision, c.items, c.passed, c.reason_code as code, c.reason, c.by_person::text, p.name as by_name, c.at, c.appeal from eligibility_check c join person p on p.id = c.by_person
  where c.proposal_id = @id::uuid order by c.at, c.id`
	addCheckSQL = `insert into eligibility_check (id, proposal_id, revision, items, passed, reason_code, reason, by_person, at, appeal)
  values (@check, @id, @revision, @items, @passed, @code, @reason, @me, @at, @appeal)`
	judgeSQL = `update proposal set state = @to, reason = @reason, appeal_until = @until::timestamptz, version = version + 1 where id = @id::uuid`
)

// Checks lists the checks of a proposal, oldest first.
func Checks(ctx context.Context, q pg.Reader, proposalID string) ([]Check, error) {
	return pg.All[Check](ctx, q, checksSQL, pg.Args{"id": proposalID})
}

// Examine decides whether an endorsed proposal may be judged. Who endorsed it does not examine it; who is refused may
// appeal until a day that is fixed now.
func (b *Book) Examine(ctx context.Context, by identity.Actor, id string, l Checklist) error {
	passed, err := l.check()
	if err != nil {
		return err
	}
	return b.decide(ctx, id, hand{by, identity.CheckEligibility, "examine", l.Version, []string{Endorsed}}, func(tx pg.Tx, w identity.Warrant, p Proposal, e edition.Edition) error {
		if p.OpinionBy != nil && *p.OpinionBy == by.ID {
			return fault.New(fault.Forbidden, "社区意见是您写的，资格审查请交给别的同事")
		}
		now := b.clock.Now()
		d := decision{"examine", Eligible, l.Reason, "N04", "「%s」通过了资格审查，接下来由评委评审", []any{p.Title}, nil}
		var until *time.Time
		if !passed {
			cal, err := place.Calendar(ctx, tx)
			if err != nil {
				return err
			}
			end := cal.AddWorkingDays(now, e.Rules.AppealDays)
			until = &end
			d = decision{"examine", Ineligible, l.Reason, "N04", "「%s」没有通过资格审查：%s。不同意的话，请在 %s 之前在这一页上申诉", []any{p.Title, l.Reason, stamp(end)},
				map[string]any{"appeal_until": end, "calendar": cal.Version, "rules": e.Version}}
		}
		return b.judge(ctx, tx, w, p, Check{ID: formID(l.ID), Items: l.Items, Passed: passed, Code: l.decisive(), Reason: l.Reason}, until, d)
	})
}

// judge writes the check down and moves the proposal.
func (b *Book) judge(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, c Check, until *time.Time, d decision) error {
	if _, err := pg.Do(ctx, tx, addCheckSQL, pg.Args{"check": c.ID, "id": p.ID, "revision": p.Revision, "items": c.Items, "passed": c.Passed, "code": c.Code, "reason": c.Reason,
		"me": w.By.ID, "at": b.clock.Now(), "appeal": c.Appeal}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, judgeSQL, pg.Args{"id": p.ID, "to": d.to, "reason": c.Reason, "until": until}); err != nil {
		return err
	}
	if err := b.decided(ctx, tx, w, p, d); err != nil || !c.Passed || b.join == nil {
		return err
	}
	return b.join(ctx, tx, b.clock.Now(), p)
}

// JoinReview hands in what happens to a proposal that becomes eligible: the judging that is under way takes it in, or refuses.
func (b *Book) JoinReview(join func(ctx context.Context, tx pg.Tx, at time.Time, p Proposal) error) {
	b.join = join
}
