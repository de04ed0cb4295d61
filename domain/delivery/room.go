package delivery

import (
	"context"
	"time"

	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Person is somebody of a project's team.
type Person struct {
	Name string
	Role string // "lead", "deputy", "treasurer", "member"
}

// Task is something the team can do next, with the page to do it on ("" for only waiting).
type Task struct {
	Text fault.Message
	Href string
}

// Room is a project as its team sees it.
type Room struct {
	Project     Project
	People      []Person
	Activities  []Activity
	Evaluations []Evaluation
	Tasks       []Task
	CanLog      bool // plans and logs activities
	CanReport   bool // hands in and reports
	Review      string
}

// A minor's name is masked for whoever reads it outside the team, as on every desk; who looks after children opens their record.
const peopleSQL = `select case when age in ('16_17', '14_15', 'under_14') and not exists (select from team_member o where o.team_id = @team::uuid and o.person_id = nullif(@me, '')::uuid and o.state = 'accepted' and o.role <> 'mentor')
  then left(name, 1) || '**' else name end as name, role from team_member where team_id = @team::uuid and state = 'accepted' order by role = 'lead' desc, role = 'deputy' desc, at`

// Room shows a project to its team, and to staff in scope.
func (b *Book) Room(ctx context.Context, by identity.Actor, projectID string) (Room, error) {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return Room{}, err
	}
	r := Room{Project: p, CanLog: p.Live() && tied.Can(identity.LogActivities, p.Place), CanReport: p.Live() && tied.Can(identity.ReportResults, p.Place)}
	if r.People, err = pg.All[Person](ctx, b.db, peopleSQL, pg.Args{"team": p.TeamID, "me": by.ID}); err != nil {
		return r, err
	}
	if r.Activities, err = pg.All[Activity](ctx, b.db, activitiesSQL, pg.Args{"project": p.ID}); err != nil {
		return r, err
	}
	if r.Evaluations, err = pg.All[Evaluation](ctx, b.db, evaluationsSQL, pg.Args{"project": p.ID}); err != nil {
		return r, err
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return r, err
	}
	r.Review, _ = Due(p, rules)
	r.Tasks = r.tasks(b.clock.Now())
	return r, nil
}

// tasks says what the team does next, the most pressing first.
func (r Room) tasks(now time.Time) []Task {
	var tasks []Task
	for _, e := range r.Evaluations {
		if e.State == Scheduled || e.State == Failed && r.Project.State == MidFailed {
			text := fault.Say("交结项报告，最后一天是 %s", lastDay(e.DueAt))
			if e.Kind == Mid {
				text = fault.Say("交中期报告，最后一天是 %s", lastDay(e.DueAt))
			}
			tasks = append(tasks, Task{text, reportPage(r.Project.ID)})
		}
	}
	coming := false
	for i := len(r.Activities) - 1; i >= 0; i-- {
		a := r.Activities[i]
		page := "/activities/" + a.ID
		switch {
		case a.State == Returned:
			tasks = append(tasks, Task{fault.Say("活动「%s」退回来了：%s", a.Theme, a.Reason), page})
		case a.State == Logged:
			tasks = append(tasks, Task{fault.Say("活动「%s」记好了，检查照片后交给社区核验", a.Theme), page})
		case a.Upcoming() && a.EndsAt.Before(now):
			tasks = append(tasks, Task{fault.Say("记录活动「%s」", a.Theme), page + "/log"})
		case a.Upcoming():
			coming = true
		}
	}
	switch p := r.Project; {
	case p.State == Preparing:
		tasks = append(tasks, Task{Text: fault.Say("第一笔款到账后项目就开始。现在可以先把活动计划好")})
	case p.Live() && !coming && p.State != Closing:
		tasks = append(tasks, Task{fault.Say("计划下一场活动"), "/projects/" + p.ID + "/activities/new"})
	}
	return tasks
}

// ActivityPage is an activity as its team sees it.
type ActivityPage struct {
	Activity  Activity
	Project   Project
	Photos    []evidence.Attachment
	Twins     map[string]evidence.Twin // by photo
	Gaps      fault.Fields             // what is still missing before it can be handed in
	Late      bool                     // its log needs a reason
	LogDays   int
	CanLog    bool
	CanReport bool
	Begun     bool
}

// Activity shows an activity to its team, and to staff in scope.
func (b *Book) Activity(ctx context.Context, by identity.Actor, id string) (ActivityPage, error) {
	a, p, tied, err := b.seenActivity(ctx, by, id)
	if err != nil {
		return ActivityPage{}, err
	}
	now := b.clock.Now()
	page := ActivityPage{Activity: a, Project: p, Twins: map[string]evidence.Twin{}, Begun: !a.StartsAt.After(now),
		CanLog: p.Live() && a.Open() && tied.Can(identity.LogActivities, p.Place), CanReport: p.Live() && a.Open() && tied.Can(identity.ReportResults, p.Place)}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return page, err
	}
	page.Late, page.LogDays = late(a.EndsAt, rules, now), rules.LogDays
	if page.Photos, err = evidence.Of(ctx, b.db, id); err != nil {
		return page, err
	}
	twins, err := evidence.ExactTwins(ctx, b.db, id)
	for _, t := range twins {
		page.Twins[t.Mine] = t
	}
	page.Gaps = gaps(a, page.Photos, twins, rules)
	return page, err
}

// NewPage is the page for a new activity of a project: whoever may not plan one does not see it.
func (b *Book) NewPage(ctx context.Context, by identity.Actor, projectID string) (Project, error) {
	p, _, err := b.may(ctx, by, identity.LogActivities, projectID)
	return p, err
}

// ReportPage is the page on which a team reports for a review.
type ReportPage struct {
	Project    Project
	Review     string        // "" when no report is wanted now
	Why        fault.Message // why not
	Evaluation *Evaluation   // nil until it is scheduled
}

// ReportPage shows a team what is to be reported.
func (b *Book) ReportPage(ctx context.Context, by identity.Actor, projectID string) (ReportPage, error) {
	p, _, err := b.may(ctx, by, identity.ReportResults, projectID)
	if err != nil {
		return ReportPage{}, err
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return ReportPage{}, err
	}
	page := ReportPage{Project: p}
	page.Review, page.Why = Due(p, rules)
	all, err := pg.All[Evaluation](ctx, b.db, evaluationsSQL, pg.Args{"project": p.ID})
	for _, e := range all {
		if e.Kind == page.Review {
			page.Evaluation = &e
			if e.State != Scheduled && !(e.State == Failed && p.State == MidFailed) {
				page.Review, page.Why = "", fault.Say("报告已经交上去了，正在评审")
			}
		}
	}
	return page, err
}
