package delivery

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// Sheet is one reviewer's marks.
type Sheet struct {
	PersonID string
	Name     string
	Role     string // "finance" or "member"
	Marks    []int
	Total    int // hundredths
	Comment  string
	At       time.Time
}

const (
	sheetsSQL = `select s.person_id::text, p.name, s.role, s.marks, s.total, s.comment, s.at from evaluation_sheet s join person p on p.id = s.person_id
  where s.evaluation_id = @id::uuid and s.round = @round order by s.at`
	sheetSQL = `insert into evaluation_sheet (evaluation_id, round, person_id, role, marks, total, comment, at)
  values (@id::uuid, @round, @by::uuid, @role, @marks, @total, @comment, @at) on conflict do nothing`
	closeSQL = `update evaluation set state = @state, score = @score, grade = @grade, veto = @veto, due_at = @due,
  finalized_at = case when @state = 'finalized' then @at::timestamptz else finalized_at end, version = version + 1 where id = @id::uuid`
	gradeSQL = `update project set grade = @grade where id = @id::uuid`
)

// mayReview is may for a review.
func (b *Book) mayReview(ctx context.Context, by identity.Actor, right identity.Permission, id string) (Evaluation, Project, identity.Warrant, error) {
	e, err := pg.One[Evaluation](ctx, b.db, evaluationSQL, pg.Args{"id": id})
	if err != nil {
		return e, Project{}, identity.Warrant{}, err
	}
	p, w, err := b.may(ctx, by, right, e.ProjectID)
	return e, p, w, err
}

// distant refuses a reviewer who has a hand in the project: its team, its helper, its mentor, or who endorsed it.
func (b *Book) distant(ctx context.Context, by identity.Actor, p Project) error {
	if err := b.apart(ctx, by, p); err != nil {
		return err
	}
	pr, err := proposal.Get(ctx, b.db, p.ProposalID)
	if err != nil {
		return err
	}
	if by.ID == p.MentorID || pr.OpinionBy != nil && *pr.OpinionBy == by.ID {
		return fault.New(fault.Forbidden, "您辅导或推荐过这个项目，要请别的同事来评")
	}
	return nil
}

// Mark hands in a reviewer's sheet. It cannot be changed afterwards.
func (b *Book) Mark(ctx context.Context, by identity.Actor, id string, n NewMarks) error {
	e, p, w, err := b.mayReview(ctx, by, identity.EvaluateProjects, id)
	if err != nil {
		return err
	}
	if err := b.distant(ctx, by, p); err != nil {
		return err
	}
	marks, wrong := n.points(e.Kind)
	if utf8.RuneCountInString(n.Comment) > contentMost {
		wrong.Add("comment", "最多 %d 个字，现在是 %d 个", contentMost, utf8.RuneCountInString(n.Comment))
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := pg.One[Evaluation](ctx, tx, lockEvaluationSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !e.Marking() {
			return fault.New(fault.Conflict, "这个项目现在不在评审中，不能打分")
		}
		return b.mark(ctx, tx, w, e, marks, n.Comment)
	})
}

func (b *Book) mark(ctx context.Context, tx pg.Tx, w identity.Warrant, e Evaluation, marks []int, comment string) error {
	role, now := "member", b.clock.Now()
	if w.Role == identity.Finance {
		role = "finance"
	}
	body, err := json.Marshal(marks)
	if err != nil {
		return err
	}
	rows, err := pg.Do(ctx, tx, sheetSQL, pg.Args{"id": e.ID, "round": e.Round, "by": w.By.ID, "role": role, "marks": string(body), "total": total(marks), "comment": comment, "at": now})
	if err != nil {
		return err
	}
	if rows == 0 {
		return sameSheet(ctx, tx, e, w.By.ID, marks)
	}
	event := audit.Event{Entity: "evaluation", ID: e.ID, Action: "mark", From: e.State, To: e.State, Place: e.Place, Data: map[string]any{"total": total(marks), "round": e.Round}, At: now}
	if e.State == SelfSubmitted {
		if _, err := pg.Do(ctx, tx, moveEvaluationSQL, pg.Args{"id": e.ID, "state": UnderReview}); err != nil {
			return err
		}
		event.To, event.Version = UnderReview, e.Version+1
	}
	return audit.Record(ctx, tx, w, event)
}

// sameSheet lets a second tap pass and refuses a second opinion.
func sameSheet(ctx context.Context, tx pg.Tx, e Evaluation, person string, marks []int) error {
	sheets, err := pg.All[Sheet](ctx, tx, sheetsSQL, pg.Args{"id": e.ID, "round": e.Round})
	if err != nil {
		return err
	}
	for _, s := range sheets {
		if s.PersonID == person && slices.Equal(s.Marks, marks) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "您已经给这个项目打过分了，打分后不能改")
}

// NewClose is how the head of the district closes a review.
type NewClose struct {
	Version int      `form:"version"`
	Vetoes  []string `form:"vetoes"`
}

// Close adds up the sheets of a review: the mean decides, unless a veto does. At least as many reviewers as the rules
// want must have marked, one of them from finance.
func (b *Book) Close(ctx context.Context, by identity.Actor, id string, n NewClose) error {
	_, p, w, err := b.mayReview(ctx, by, identity.CloseEvaluations, id)
	if err != nil {
		return err
	}
	if err := b.distant(ctx, by, p); err != nil {
		return err
	}
	for _, code := range n.Vetoes {
		if !edition.Known(Vetoes, code) {
			return fault.Field("vetoes", "请从列出的几项里选")
		}
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		e, err := pg.One[Evaluation](ctx, tx, lockEvaluationSQL, pg.Args{"id": id})
		switch {
		case err != nil:
			return err
		case e.Version == n.Version+2 && (e.State == Passed || e.State == Failed):
			return nil // closed by a first tap
		case e.Version != n.Version:
			return stale()
		case e.State != UnderReview && e.State != Rectification:
			return fault.New(fault.Conflict, "还没有人打分，不能办结")
		}
		sheets, err := enough(ctx, tx, e, rules, by)
		if err != nil {
			return err
		}
		return b.decide(ctx, tx, w, p, e, rules, sheets, n.Vetoes)
	})
}

// enough gives the round's sheets, or says who is missing.
func enough(ctx context.Context, tx pg.Tx, e Evaluation, rules edition.Rules, by identity.Actor) ([]int, error) {
	sheets, err := pg.All[Sheet](ctx, tx, sheetsSQL, pg.Args{"id": e.ID, "round": e.Round})
	if err != nil {
		return nil, err
	}
	totals, finance := make([]int, 0, len(sheets)), false
	for _, s := range sheets {
		totals = append(totals, s.Total)
		finance = finance || s.Role == "finance"
		if s.PersonID == by.ID {
			return nil, fault.New(fault.Forbidden, "您给这个项目打过分，要请别的负责人办结")
		}
	}
	switch {
	case len(sheets) < rules.Evaluators:
		return nil, fault.New(fault.Conflict, "至少要 %d 人打分，现在有 %d 人", rules.Evaluators, len(sheets))
	case !finance:
		return nil, fault.New(fault.Conflict, "打分的人里还缺一位会计")
	}
	return totals, nil
}

// decide writes the result of a review and moves the project on.
func (b *Book) decide(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, e Evaluation, rules edition.Rules, totals []int, vetoes []string) error {
	now := b.clock.Now()
	if e.Kind == Final && p.ActN == 0 {
		vetoes = append(slices.Clone(vetoes), noActivity)
	}
	score := mean(totals)
	passed := len(vetoes) == 0 && score >= rules.PassMark
	name, due := "", e.DueAt
	if e.Kind == Final {
		name = grade(score, rules.PassMark, len(vetoes) > 0)
	}
	scored, to := Scored, Failed
	if e.Round == 2 {
		scored = ReScored
	}
	if passed {
		to = Passed
	} else if e.Kind == Mid && e.Round == 1 {
		calendar, err := place.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		due = calendar.AddWorkingDays(now, rightDays)
	}
	for i, state := range []string{scored, to} {
		args := pg.Args{"id": e.ID, "state": state, "score": score, "grade": name, "veto": strings.Join(vetoes, " "), "due": due, "at": now}
		if _, err := pg.Do(ctx, tx, closeSQL, args); err != nil {
			return err
		}
		data := map[string]any{"score": score, "sheets": totals, "vetoes": vetoes}
		event := audit.Event{Entity: "evaluation", ID: e.ID, Version: e.Version + 1 + i, Action: "close", From: e.State, To: state, Place: p.Place, Data: data, At: now}
		if err := audit.Record(ctx, tx, w, event); err != nil {
			return err
		}
		e.State = state
	}
	return b.reviewed(ctx, tx, w, p, e, passed, score, name)
}

// reviewed moves the project, tells its lead, and leaves the fact.
func (b *Book) reviewed(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, e Evaluation, passed bool, score int, name string) error {
	now := b.clock.Now()
	text := fault.Say("项目「%s」中期评估通过，%s 分", p.Title, Points(score))
	to := MidPassed
	switch {
	case e.Kind == Mid && !passed && e.Round == 1:
		to, text = MidFailed, fault.Say("项目「%s」中期评估没有通过（%s 分）。请按意见整改，再交一次报告", p.Title, Points(score))
	case e.Kind == Mid && !passed:
		to, text = Terminated, fault.Say("项目「%s」整改后复评还是没有通过，项目终止", p.Title)
	case e.Kind == Final && passed:
		to, text = "", fault.Say("项目「%s」结项验收通过，%s 分。钱结清以后就能验收办结", p.Title, Points(score))
	case e.Kind == Final:
		to, text = Failed, fault.Say("项目「%s」结项验收不合格（%s 分）", p.Title, Points(score))
	}
	if e.Kind == Final {
		if _, err := pg.Do(ctx, tx, gradeSQL, pg.Args{"id": p.ID, "grade": name}); err != nil {
			return err
		}
	}
	if to != "" {
		if err := Move(ctx, tx, w, p.ID, to, "", now); err != nil {
			return err
		}
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N25", To: []string{p.LeadID}, Text: text, Link: "/projects/" + p.ID + "/room", Key: e.ID + "." + e.State, At: now}); err != nil {
		return err
	}
	return outbox.Put(ctx, tx, now, Reviewed{ProjectID: p.ID, Review: e.Kind, Passed: passed})
}
