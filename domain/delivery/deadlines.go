package delivery

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

const (
	runningSQL = `select ` + projectColumns + ` from project where state in ('in_progress','mid_passed') order by id`
	overdueSQL = `select ` + evaluationColumns + ` from evaluation e where due_at <= @now and exists (select from project p where p.id = e.project_id
  and (e.state = 'scheduled' and p.state in ('mid_due','closing') or e.state = 'failed' and p.state = 'mid_failed')) order by id`
	dueSoonSQL  = `select ` + evaluationColumns + ` from evaluation where state = 'scheduled' and due_at > @now and due_at <= @until order by id`
	unloggedSQL = `select ` + activityColumns + ` from activity where state in ('planned','published','ongoing') and ends_at < @until and ends_at > @since order by id`
)

// Deadlines does what the calendar asks of projects: it calls for the mid-term report when half the time is over,
// closes projects at their end, fails reviews nobody reported for (S03), and reminds. It is the house's own work, every
// night, and doing it again changes nothing.
func Deadlines(ctx context.Context, tx pg.Tx, now time.Time) error {
	projects, err := pg.All[Project](ctx, tx, runningSQL, nil)
	if err != nil {
		return err
	}
	rules := map[string]edition.Rules{}
	for _, p := range projects {
		if _, known := rules[p.EditionID]; !known {
			if rules[p.EditionID], err = rulesOf(ctx, tx, p); err != nil {
				return err
			}
		}
		if err := advance(ctx, tx, p, rules[p.EditionID], now); err != nil {
			return err
		}
	}
	late, err := pg.All[Evaluation](ctx, tx, overdueSQL, pg.Args{"now": now})
	if err != nil {
		return err
	}
	for _, e := range late {
		if err := overdue(ctx, tx, e, now); err != nil {
			return err
		}
	}
	return remind(ctx, tx, now)
}

// advance moves a running project on when its time is half over or has come.
func advance(ctx context.Context, tx pg.Tx, p Project, rules edition.Rules, now time.Time) error {
	w, err := identity.House().Must(identity.KeepCalendar, p.Place)
	if err != nil {
		return err
	}
	starts, ends := clock.Day(p.StartsOn), clock.AddDays(p.EndsOn, 0)
	switch {
	case p.State == InProgress && p.Award > rules.MidAbove:
		if now.Before(starts.Add(ends.Sub(starts) / 2)) {
			return nil
		}
		return midDue(ctx, tx, w, p, now)
	case now.Before(ends):
		return nil
	default:
		return finalDue(ctx, tx, w, p, rules, now)
	}
}

// overdue fails a review nobody reported for; a mid-term one may still be put right, and when that too is missed the
// project ends.
func overdue(ctx context.Context, tx pg.Tx, e Evaluation, now time.Time) error {
	w, err := identity.House().Must(identity.KeepCalendar, e.Place)
	if err != nil {
		return err
	}
	p, err := Lock(ctx, tx, e.ProjectID)
	if err != nil {
		return err
	}
	state, to, due, text := Failed, Failed, e.DueAt, fault.Say("项目「%s」到期没有交结项报告，按不合格处理", p.Title)
	grade := Unfit
	switch {
	case e.State == Failed:
		state, to, grade, text = Finalized, Terminated, "", fault.Say("项目「%s」到期没有交整改报告，项目终止", p.Title)
	case e.Kind == Mid:
		calendar, err := place.Calendar(ctx, tx)
		if err != nil {
			return err
		}
		due = calendar.AddWorkingDays(now, rightDays)
		to, grade, text = MidFailed, "", fault.Say("项目「%s」到期没有交中期报告，按未通过处理。请在 %s 前补交", p.Title, lastDay(due))
	}
	args := pg.Args{"id": e.ID, "state": state, "score": e.Score, "grade": grade, "veto": e.Veto, "due": due, "at": now}
	if _, err := pg.Do(ctx, tx, closeSQL, args); err != nil {
		return err
	}
	if e.Kind == Final {
		if _, err := pg.Do(ctx, tx, gradeSQL, pg.Args{"id": p.ID, "grade": grade}); err != nil {
			return err
		}
	}
	event := audit.Event{Entity: "evaluation", ID: e.ID, Version: e.Version + 1, Action: "overdue", From: e.State, To: state, Place: p.Place, At: now}
	if err := audit.Record(ctx, tx, w, event); err != nil {
		return err
	}
	if err := Move(ctx, tx, w, p.ID, to, "到期没有交报告", now); err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N24", To: []string{p.LeadID}, Text: text, Link: reportPage(p.ID), Key: e.ID + "." + state + "." + to, At: now}); err != nil {
		return err
	}
	return outbox.Put(ctx, tx, now, Reviewed{ProjectID: p.ID, Review: e.Kind, Passed: false})
}

// remind tells leads what is due: reports 14 and 3 days before, logs 3 and 7 days after the activity.
func remind(ctx context.Context, tx pg.Tx, now time.Time) error {
	soon, err := pg.All[Evaluation](ctx, tx, dueSoonSQL, pg.Args{"now": now, "until": now.AddDate(0, 0, 14)})
	if err != nil {
		return err
	}
	for _, e := range soon {
		key := e.ID + ".14"
		if e.DueAt.Before(now.AddDate(0, 0, 3)) {
			key = e.ID + ".3"
		}
		if err := nudge(ctx, tx, e.ProjectID, notice.Letter{Code: "N24", Text: fault.Say("报告要在 %s 前交，还没有交", lastDay(e.DueAt)), Link: reportPage(e.ProjectID), Key: key, At: now}); err != nil {
			return err
		}
	}
	missing, err := pg.All[Activity](ctx, tx, unloggedSQL, pg.Args{"until": now.AddDate(0, 0, -3), "since": now.AddDate(0, 0, -30)})
	if err != nil {
		return err
	}
	for _, a := range missing {
		key := a.ID + ".log3"
		if a.EndsAt.Before(now.AddDate(0, 0, -7)) {
			key = a.ID + ".log7"
		}
		if err := nudge(ctx, tx, a.ProjectID, notice.Letter{Code: "N17", Text: fault.Say("活动「%s」还没有记录，趁大家都记得，写几句吧", a.Theme), Link: "/activities/" + a.ID, Key: key, At: now}); err != nil {
			return err
		}
	}
	return nil
}

func nudge(ctx context.Context, tx pg.Tx, projectID string, l notice.Letter) error {
	p, err := Get(ctx, tx, projectID)
	if err != nil || !p.Live() {
		return err
	}
	l.To = []string{p.LeadID}
	return notice.Tell(ctx, tx, l)
}
