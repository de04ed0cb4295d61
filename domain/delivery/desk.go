package delivery

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const deskPage = 50 // rows of one page of a list

// Waiting is an activity on the desk.
type Waiting struct {
	ID          string
	Theme       string
	State       string
	Project     string
	Number      string
	Place       string
	PlaceEn     string
	StartsAt    time.Time
	SubmittedAt *time.Time
	ServedTimes int
	PhotosN     int
}

const (
	waitingSQL = `select a.id::text, a.theme, a.state, p.title as project, p.number, l.name as place, l.name_en as place_en, a.starts_at, a.submitted_at, a.served_times, a.photos_n
  from activity a join project p on p.id = a.project_id join place l on l.path = a.place
  where a.state = @state and a.place <@ any(@sight::text[]::ltree[]) and (a.submitted_at, a.id) > (@after::timestamptz, @last::uuid)
  order by a.submitted_at, a.id limit @n`
	handsSQL = `select coalesce((select name from person where id = nullif(@submitted, '')::uuid), '') as submitted, coalesce((select name from person where id = nullif(@verified, '')::uuid), '') as verified,
  (select name from place where path = @place::text::ltree) as place, (select name_en from place where path = @place::text::ltree) as place_en`
)

// Desk lists the activities in a state that were handed in within the actor's sight, the longest waiting first; after
// continues a list, and next continues it again ("" at its end).
func (b *Book) Desk(ctx context.Context, by identity.Actor, state, after string) (list []Waiting, next string, err error) {
	at, last := cursor(after)
	list, err = pg.All[Waiting](ctx, b.db, waitingSQL, pg.Args{"state": state, "sight": by.Sight(identity.ReviewActivities), "after": at, "last": last, "n": deskPage + 1})
	if len(list) > deskPage {
		list = list[:deskPage]
		end := list[deskPage-1]
		next = end.SubmittedAt.UTC().Format(time.RFC3339Nano) + "_" + end.ID
	}
	return list, next, err
}

// cursor reads where a list goes on; nonsense begins it anew.
func cursor(after string) (time.Time, string) {
	at, id, _ := strings.Cut(after, "_")
	t, err := time.Parse(time.RFC3339Nano, at)
	if _, wrong := uuid.Parse(id); err != nil || wrong != nil {
		return time.Unix(0, 0), uuid.Nil.String()
	}
	return t, id
}

// PhotoCheck is what the house noticed about a photo.
type PhotoCheck struct {
	evidence.Attachment
	Untimed bool            // it does not say when it was taken: chat apps strip that
	OffTime bool            // taken more than twelve hours before or after the activity
	Twins   []evidence.Twin // the same or a similar photo elsewhere
}

const window = 12 * time.Hour // around an activity within which its photos are taken (DOMAIN §11.3)

// DeskActivity is an activity as who verifies it sees it.
type DeskActivity struct {
	ActivityPage
	Checks      []PhotoCheck
	Sees        map[string]bool // other activities that the actor may open
	SubmittedBy string          // name
	VerifiedBy  string
	Place       string
	PlaceEn     string
	CanVerify   bool
	CanReturn   bool
	CanClear    bool
	SignLeast   int // basis points of those served that the rules want to have signed
}

// FewSigned is the percentage of those served who have signed, where the log tells and it is less than the rules ask for.
func (d DeskActivity) FewSigned() (percent int, few bool) {
	a := d.Activity
	if a.Signed == 0 || a.ServedTimes == 0 {
		return 0, false
	}
	return a.Signed * 100 / a.ServedTimes, a.Signed*10_000 < d.SignLeast*a.ServedTimes
}

// DeskActivity shows an activity with the checks on its photos.
func (b *Book) DeskActivity(ctx context.Context, by identity.Actor, id string) (DeskActivity, error) {
	page, err := b.Activity(ctx, by, id)
	if err != nil {
		return DeskActivity{}, err
	}
	a, p := page.Activity, page.Project
	if _, err := by.Must(identity.ReviewActivities, p.Place); err != nil {
		return DeskActivity{}, err
	}
	d := DeskActivity{ActivityPage: page, Sees: map[string]bool{}, CanClear: by.Can(identity.ClearPhotos, p.Place)}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return d, err
	}
	d.SignLeast = rules.SignIn
	d.CanVerify = a.State == Submitted && by.Can(identity.VerifyActivities, p.Place)
	d.CanReturn = d.CanVerify || a.State == Verified && p.Live() && by.Can(identity.SpotCheck, p.Place)
	near, err := evidence.NearTwins(ctx, b.db, id)
	if err != nil {
		return d, err
	}
	twins := map[string][]evidence.Twin{}
	for mine, t := range page.Twins {
		twins[mine] = append(twins[mine], t)
	}
	for _, t := range near {
		twins[t.Mine] = append(twins[t.Mine], t)
	}
	for _, photo := range page.Photos {
		c := PhotoCheck{Attachment: photo, Twins: twins[photo.ID]}
		c.Untimed = photo.TakenAt == nil && photo.Shows()
		c.OffTime = photo.TakenAt != nil && (photo.TakenAt.Before(a.StartsAt.Add(-window)) || photo.TakenAt.After(a.EndsAt.Add(window)))
		for _, t := range c.Twins {
			d.Sees[t.OtherOwner] = by.Sees(identity.ReviewActivities, t.OtherPlace)
		}
		d.Checks = append(d.Checks, c)
	}
	type hands struct{ Submitted, Verified, Place, PlaceEn string }
	h, err := pg.One[hands](ctx, b.db, handsSQL, pg.Args{"submitted": a.SubmittedBy, "verified": a.VerifiedBy, "place": a.Place})
	d.SubmittedBy, d.VerifiedBy, d.Place, d.PlaceEn = h.Submitted, h.Verified, h.Place, h.PlaceEn
	return d, err
}

// PhotoPage is one photo as who clears it sees it.
type PhotoPage struct {
	Photo    evidence.Attachment
	Activity Activity
}

// Photo shows a photo to who may clear it.
func (b *Book) Photo(ctx context.Context, by identity.Actor, id string) (PhotoPage, error) {
	photo, a, _, _, err := b.mayPhoto(ctx, by, identity.ClearPhotos, id)
	return PhotoPage{photo, a}, err
}

// Reviewing is a review on the desk.
type Reviewing struct {
	ID      string
	Kind    string
	State   string
	DueAt   time.Time
	Project string
	Number  string
	Place   string
	PlaceEn string
	Sheets  int
	Mine    bool // the actor has marked it
}

const reviewingSQL = `select e.id::text, e.kind, e.state, e.due_at, p.title as project, p.number, l.name as place, l.name_en as place_en,
  (select count(*)::int from evaluation_sheet s where s.evaluation_id = e.id and s.round = e.round) as sheets,
  exists (select from evaluation_sheet s where s.evaluation_id = e.id and s.round = e.round and s.person_id = nullif(@me, '')::uuid) as mine
  from evaluation e join project p on p.id = e.project_id join place l on l.path = e.place
  where e.place <@ any(@sight::text[]::ltree[]) and e.id > @after::uuid and (e.state = any(@states)) order by e.id limit @n`

// EvaluationDesk lists the reviews within the actor's sight: those at work, or those done.
func (b *Book) EvaluationDesk(ctx context.Context, by identity.Actor, done bool, after string) (list []Reviewing, next string, err error) {
	if _, wrong := uuid.Parse(after); wrong != nil {
		after = uuid.Nil.String()
	}
	states := []string{Scheduled, SelfSubmitted, UnderReview, Scored, Rectification, ReScored}
	if done {
		states = []string{Passed, Failed, Finalized}
	}
	list, err = pg.All[Reviewing](ctx, b.db, reviewingSQL, pg.Args{"me": by.ID, "sight": by.Sight(identity.ReadEvaluations), "after": after, "states": states, "n": deskPage + 1})
	if len(list) > deskPage {
		list = list[:deskPage]
		next = list[deskPage-1].ID
	}
	return list, next, err
}

// EvaluationPage is a review as a reviewer or the head of the district sees it.
type EvaluationPage struct {
	Evaluation Evaluation
	Project    Project
	Sheets     []Sheet // one's own alone until the review is closed; all for who closes it
	SheetsN    int
	Activities []Activity
	LateLogs   int // verified activities logged late
	Needed     int // reviewers needed
	CanMark    bool
	CanClose   bool
	CanAccept  bool
}

// Evaluation shows a review. Reviewers do not see each other's marks before it is closed.
func (b *Book) Evaluation(ctx context.Context, by identity.Actor, id string) (EvaluationPage, error) {
	e, p, _, err := b.mayReview(ctx, by, identity.ReadEvaluations, id)
	if err != nil {
		return EvaluationPage{}, err
	}
	page := EvaluationPage{Evaluation: e, Project: p}
	closes := by.Can(identity.CloseEvaluations, p.Place)
	all, err := pg.All[Sheet](ctx, b.db, sheetsSQL, pg.Args{"id": id, "round": e.Round})
	if err != nil {
		return page, err
	}
	marked := false
	for _, s := range all {
		marked = marked || s.PersonID == by.ID
		if closes || !e.Marking() || s.PersonID == by.ID {
			page.Sheets = append(page.Sheets, s)
		}
	}
	page.SheetsN = len(all)
	if page.Activities, err = pg.All[Activity](ctx, b.db, activitiesSQL, pg.Args{"project": p.ID}); err != nil {
		return page, err
	}
	for _, a := range page.Activities {
		if a.State == Verified && a.LateReason != "" {
			page.LateLogs++
		}
	}
	rules, err := rulesOf(ctx, b.db, p)
	page.Needed = rules.Evaluators
	page.CanMark = e.Marking() && !marked && by.Can(identity.EvaluateProjects, p.Place)
	page.CanClose = closes && (e.State == UnderReview || e.State == Rectification) && len(all) >= page.Needed
	page.CanAccept = closes && e.Kind == Final && e.State == Passed && p.State == Closing && p.Settled
	return page, err
}
