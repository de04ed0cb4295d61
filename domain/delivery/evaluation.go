package delivery

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// The states of a review (DOMAIN §7.14); its failed state shares the project's word.
const (
	Scheduled     = "scheduled"
	SelfSubmitted = "self_submitted"
	UnderReview   = "under_review"
	Scored        = "scored"
	Passed        = "passed"
	Rectification = "rectification"
	ReScored      = "re_scored"
	Finalized     = "finalized"
)

// Evaluation is a project's mid-term or final review.
type Evaluation struct {
	ID           string
	ProjectID    string
	Place        string
	Kind         string
	State        string
	Report       string
	NextStep     string
	Satisfaction int // percent of those asked who were satisfied
	DueAt        time.Time
	SubmittedBy  string
	SubmittedAt  *time.Time
	Score        *int // hundredths
	Grade        string
	Veto         string
	FinalizedAt  *time.Time
	Round        int // 2 after a failed mid-term review was put right
	Version      int
}

// Marking tells whether reviewers may hand in their sheets.
func (e Evaluation) Marking() bool {
	return e.State == SelfSubmitted || e.State == UnderReview || e.State == Rectification
}

// EvaluationStates names the states.
var EvaluationStates = []edition.Choice{{Code: Scheduled, Name: "等团队交报告"}, {Code: SelfSubmitted, Name: "等评审"}, {Code: UnderReview, Name: "评审中"},
	{Code: Scored, Name: "已打分"}, {Code: Passed, Name: "通过"}, {Code: Failed, Name: "未通过"}, {Code: Rectification, Name: "整改后复评"},
	{Code: ReScored, Name: "已复评"}, {Code: Finalized, Name: "已办结"}}

// Reviews names the two reviews.
var Reviews = []edition.Choice{{Code: Mid, Name: "中期评估"}, {Code: Final, Name: "结项验收"}}

const (
	midDays    = 15 // working days from the call for a mid-term report to its deadline
	rightDays  = 20 // working days to put right what a mid-term review found (DOMAIN §7.9)
	reportMost = 2000
)

const (
	evaluationColumns = `id::text, project_id::text, place::text, kind, state, report, next_step, satisfaction, due_at, coalesce(submitted_by::text, '') as submitted_by,
  submitted_at, score, grade, veto, finalized_at, round, version`
	evaluationSQL     = `select ` + evaluationColumns + ` from evaluation where id = @id::uuid`
	lockEvaluationSQL = evaluationSQL + ` for no key update`
	evaluationOfSQL   = `select ` + evaluationColumns + ` from evaluation where project_id = @project::uuid and kind = @kind for no key update`
	evaluationsSQL    = `select ` + evaluationColumns + ` from evaluation where project_id = @project::uuid order by kind desc`
	scheduleSQL       = `insert into evaluation (id, project_id, place, kind, due_at) values (@id::uuid, @project::uuid, @place::text::ltree, @kind, @due) on conflict (project_id, kind) do nothing`
	moveEvaluationSQL = `update evaluation set state = @state, version = version + 1 where id = @id::uuid`
	reportSQL         = `update evaluation set state = @state, report = @report, next_step = @next_step, satisfaction = @satisfaction, submitted_by = @by::uuid, submitted_at = @at,
  round = @round, version = version + 1 where id = @id::uuid`
)

// schedule enters a review that is due; one already entered is left as it is.
func schedule(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, kind string, due, at time.Time) error {
	id := uuid.Must(uuid.NewV7()).String()
	n, err := pg.Do(ctx, tx, scheduleSQL, pg.Args{"id": id, "project": p.ID, "place": p.Place, "kind": kind, "due": due})
	if err != nil || n == 0 {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "evaluation", ID: id, Version: 1, Action: "schedule", To: Scheduled, Place: p.Place, At: at}); err != nil {
		return err
	}
	text := fault.Say("项目「%s」该交中期报告了，截止 %s", p.Title, lastDay(due))
	if kind == Final {
		text = fault.Say("项目「%s」该交结项报告了，截止 %s", p.Title, lastDay(due))
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N24", To: []string{p.LeadID}, Text: text, Link: reportPage(p.ID), Key: id, At: at})
}

// lastDay is the last day that is in time for a deadline.
func lastDay(due time.Time) string {
	return due.Add(-time.Microsecond).In(clock.Shanghai).Format(time.DateOnly)
}

func reportPage(projectID string) string { return "/projects/" + projectID + "/report" }

// midDue calls for the mid-term report.
func midDue(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, now time.Time) error {
	calendar, err := place.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	if err := schedule(ctx, tx, w, p, Mid, calendar.AddWorkingDays(now, midDays), now); err != nil {
		return err
	}
	return Move(ctx, tx, w, p.ID, MidDue, "", now)
}

// finalDue closes the project's time and calls for the final report, due when the last claims are.
func finalDue(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, rules edition.Rules, now time.Time) error {
	if err := schedule(ctx, tx, w, p, Final, clock.AddDays(p.EndsOn, rules.ClaimWindow), now); err != nil {
		return err
	}
	return Move(ctx, tx, w, p.ID, Closing, "", now)
}

// NewReport is a team's own account of its project, for a review.
type NewReport struct {
	Review       string `form:"review"` // the review the form was for: "mid" or "final"
	Report       string `form:"report"`
	NextStep     string `form:"next_step"`
	Satisfaction int    `form:"satisfaction"`
}

func (n NewReport) check() error {
	var wrong fault.Fields
	switch count := utf8.RuneCountInString(n.Report); {
	case count < contentLeast:
		wrong.Add("report", "报告至少写 %d 个字，现在是 %d 个", contentLeast, count)
	case count > reportMost:
		wrong.Add("report", "最多 %d 个字，现在是 %d 个", reportMost, count)
	}
	switch count := utf8.RuneCountInString(n.NextStep); {
	case count == 0:
		wrong.Add("next_step", "请写接下来打算怎么做")
	case count > contentMost:
		wrong.Add("next_step", "最多 %d 个字，现在是 %d 个", contentMost, count)
	}
	if n.Satisfaction < 0 || n.Satisfaction > 100 {
		wrong.Add("satisfaction", "满意的比例在 0 到 100 之间")
	}
	return wrong.Err()
}

// Due tells which review a project's report is for at this time, "" for none yet, and why none.
func Due(p Project, rules edition.Rules) (kind string, why fault.Message) {
	switch p.State {
	case MidDue, MidFailed:
		return Mid, why
	case MidPassed, Closing:
		return Final, why
	case InProgress:
		if p.Award > rules.MidAbove {
			return "", fault.Say("资助超过 %s 的项目要先过中期评估。时间过半或活动办了一半，就会请您交中期报告", rules.MidAbove.Show())
		}
		return Final, why
	case Preparing:
		return "", fault.Say("项目还没有开始，第一笔款到了就开始")
	case Suspended:
		return "", fault.Say("项目现在暂停，恢复后再交报告")
	default:
		return "", fault.Say("这个项目已经结束了")
	}
}

// Report hands in the team's report: for the mid-term review, after its failure for the second look, or for the final
// review, which closes the project's time. A report that comes after its deadline finds the review failed (S03).
func (b *Book) Report(ctx context.Context, by identity.Actor, projectID string, n NewReport) error {
	p, w, err := b.may(ctx, by, identity.ReportResults, projectID)
	if err != nil {
		return err
	}
	if err := n.check(); err != nil {
		return err
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, projectID)
		if err != nil {
			return err
		}
		kind, why := Due(p, rules)
		switch {
		case kind != "" && n.Review != kind:
			return stale()
		case kind == "":
			return &fault.Error{Kind: fault.Conflict, Message: why}
		}
		return b.report(ctx, tx, w, p, rules, kind, n)
	})
}

func (b *Book) report(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, rules edition.Rules, kind string, n NewReport) error {
	now := b.clock.Now()
	if kind == Final && p.State != Closing {
		if err := finalDue(ctx, tx, w, p, rules, now); err != nil {
			return err
		}
	}
	e, err := pg.One[Evaluation](ctx, tx, evaluationOfSQL, pg.Args{"project": p.ID, "kind": kind})
	if err != nil {
		return err
	}
	to, round := SelfSubmitted, 1
	switch {
	case e.SubmittedBy == w.By.ID && e.Report == n.Report:
		return nil // handed in twice
	case e.State == Failed && p.State == MidFailed:
		to, round = Rectification, 2
	case e.State != Scheduled:
		return fault.New(fault.Conflict, "报告已经交过了，正在评审")
	}
	if !now.Before(e.DueAt) {
		return fault.New(fault.Conflict, "交报告的时间已经过了（%s）。请和社区联系", lastDay(e.DueAt))
	}
	if _, err := pg.Do(ctx, tx, reportSQL, pg.Args{"id": e.ID, "state": to, "report": n.Report, "next_step": n.NextStep, "satisfaction": n.Satisfaction, "by": w.By.ID, "at": now, "round": round}); err != nil {
		return err
	}
	reviewers, err := notice.Holders(ctx, tx, p.Place, identity.SubdistrictStaff, identity.DistrictStaff, identity.Finance)
	if err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N24", To: reviewers, Text: fault.Say("项目「%s」交了报告，请评审", p.Title), Link: "/desk/evaluations/" + e.ID,
		Key: e.ID + "." + to, At: now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "evaluation", ID: e.ID, Version: e.Version + 1, Action: "report", From: e.State, To: to, Place: p.Place, At: now})
}
