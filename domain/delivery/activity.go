package delivery

import (
	"context"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// The states of an activity (DOMAIN §7.10).
const (
	Planned   = "planned"
	Announced = "published" // neighbours can read about it
	Ongoing   = "ongoing"
	Logged    = "logged"
	Submitted = "submitted"
	Returned  = "returned"
	Verified  = "verified"
	Rejected  = "rejected"
	Cancelled = "cancelled"
)

// Activity is one 场次 of a project: one date, one place, one theme. Only verified ones are counted.
type Activity struct {
	ID              string
	ProjectID       string
	Place           string
	Theme           string
	StartsAt        time.Time
	EndsAt          time.Time
	PlaceText       string
	Content         string
	ServedTimes     int // 服务人次: beneficiaries present, each once; volunteers and staff excluded
	Newcomers       int
	Minors          int
	Elders          int
	Disabled        int
	Volunteers      int
	VolunteerHalves int // half hours of all volunteers together
	SignIn          string
	Signed          int // of those served, how many have signed; 0 when nobody said
	Problems        string
	LateReason      string // why the log came late
	TwinReason      string // why a photo is also another activity's
	State           string
	Reason          string // of the return, rejection or cancellation
	CreatedBy       string
	SubmittedBy     string
	SubmittedAt     *time.Time
	VerifiedBy      string
	VerifiedAt      *time.Time
	PhotosN         int
	Version         int
}

// Open tells whether the team may still write in the activity and change its photos.
func (a Activity) Open() bool {
	switch a.State {
	case Planned, Announced, Ongoing, Logged, Returned:
		return true
	default:
		return false
	}
}

// Upcoming tells whether the activity is only a plan.
func (a Activity) Upcoming() bool { return a.State == Planned || a.State == Announced }

// PhotoKinds names what an activity's photos show (DOMAIN §8.5, §11.2).
var PhotoKinds = []edition.Choice{{Code: "panorama", Name: "全景"}, {Code: "process", Name: "过程"}, {Code: "people", Name: "人物"},
	{Code: "result", Name: "成果"}, {Code: "sheet", Name: "签到表"}}

// SignIns names the ways of signing in.
var SignIns = []edition.Choice{{Code: "paper", Name: "纸质签到表"}, {Code: "digital", Name: "手机接龙或扫码签到"}}

// RejectCodes names why an activity is not counted.
var RejectCodes = []edition.Choice{{Code: "not_held", Name: "活动没有举行"}, {Code: "duplicate", Name: "和另一场重复"},
	{Code: "not_in_plan", Name: "不在项目计划里"}, {Code: "unsafe", Name: "有安全问题"}}

// ActivityStates names the states.
var ActivityStates = []edition.Choice{{Code: Planned, Name: "已计划"}, {Code: Announced, Name: "已预告"}, {Code: Ongoing, Name: "进行中"},
	{Code: Logged, Name: "已记录"}, {Code: Submitted, Name: "等待核验"}, {Code: Returned, Name: "退回补充"}, {Code: Verified, Name: "已核验"},
	{Code: Rejected, Name: "不予核验"}, {Code: Cancelled, Name: "已取消"}}

const (
	activityColumns = `id::text, project_id::text, place::text, theme, starts_at, ends_at, place_text, content, served_times, newcomers, minors, elders, disabled,
  volunteers, volunteer_halves, sign_in, signed, problems, late_reason, twin_reason, state, reason, created_by::text, coalesce(submitted_by::text, '') as submitted_by,
  submitted_at, coalesce(verified_by::text, '') as verified_by, verified_at, photos_n, version`
	activitySQL     = `select ` + activityColumns + ` from activity where id = @id::uuid`
	lockActivitySQL = activitySQL + ` for no key update`
	activitiesSQL   = `select ` + activityColumns + ` from activity where project_id = @project::uuid order by starts_at desc, id desc limit 200`
)

// Step is a move of an activity: the version the person saw, and a reason where one is needed.
type Step struct {
	Version int    `form:"version"`
	Code    string `form:"code"`
	Reason  string `form:"reason"`
}

// seen is a project the actor may look into, and the actor with the roles its team gives them. Anything else is missing.
func (b *Book) seen(ctx context.Context, by identity.Actor, projectID string) (Project, identity.Actor, error) {
	p, err := Get(ctx, b.db, projectID)
	if err != nil {
		return p, by, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return p, by, err
	}
	tied := by.Tied(p.Place, ties...)
	if !tied.Sees(identity.ReadProjects, p.Place) {
		return p, by, fault.Missing()
	}
	return p, tied, nil
}

// seenActivity is seen for an activity.
func (b *Book) seenActivity(ctx context.Context, by identity.Actor, id string) (Activity, Project, identity.Actor, error) {
	a, err := pg.One[Activity](ctx, b.db, activitySQL, pg.Args{"id": id})
	if err != nil {
		return a, Project{}, by, err
	}
	p, tied, err := b.seen(ctx, by, a.ProjectID)
	return a, p, tied, err
}

// may is seen with the warrant for doing something to the project.
func (b *Book) may(ctx context.Context, by identity.Actor, right identity.Permission, projectID string) (Project, identity.Warrant, error) {
	p, tied, err := b.seen(ctx, by, projectID)
	if err != nil {
		return p, identity.Warrant{}, err
	}
	w, err := tied.Must(right, p.Place)
	return p, w, err
}

// mayActivity is may for an activity.
func (b *Book) mayActivity(ctx context.Context, by identity.Actor, right identity.Permission, id string) (Activity, Project, identity.Warrant, error) {
	a, err := pg.One[Activity](ctx, b.db, activitySQL, pg.Args{"id": id})
	if err != nil {
		return a, Project{}, identity.Warrant{}, err
	}
	p, w, err := b.may(ctx, by, right, a.ProjectID)
	return a, p, w, err
}

// ActivityTies gives the roles an activity's team gives the actor: what evidence asks before it shows a file.
func ActivityTies(ctx context.Context, q pg.Reader, activityID string, by identity.Actor) ([]identity.Role, error) {
	a, err := pg.One[Activity](ctx, q, activitySQL, pg.Args{"id": activityID})
	if err != nil {
		return nil, err
	}
	p, err := Get(ctx, q, a.ProjectID)
	if err != nil {
		return nil, err
	}
	return proposal.TeamTies(ctx, q, p.TeamID, by)
}

// change runs f on an activity that a person moves to a state: locked, and still as the person saw it. A move that the
// same person has already made is success, so that a second tap on a button harms nothing.
func (b *Book) change(ctx context.Context, id string, s Step, to string, same func(a Activity) bool, f func(tx pg.Tx, a Activity) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		a, err := pg.One[Activity](ctx, tx, lockActivitySQL, pg.Args{"id": id})
		switch {
		case err != nil:
			return err
		case a.State == to && a.Version == s.Version+1 && same(a):
			return nil
		case a.Version != s.Version:
			return stale()
		}
		return f(tx, a)
	})
}

func rulesOf(ctx context.Context, q pg.Reader, p Project) (edition.Rules, error) {
	e, err := edition.Get(ctx, q, p.EditionID)
	return e.Rules, err
}
