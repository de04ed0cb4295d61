package judging

import (
	"context"
	"slices"
	"strings"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Seated is the actor's seat on an edition's jury, with the edition it belongs to.
type Seated struct {
	Judge
	Edition string // its title
}

// Task is a project on a judge's list. Who proposed it is not there.
type Task struct {
	ID         string // of the assignment
	Code       string // by which the judge's pages call the project
	Title      string
	Category   string
	Colour     string
	State      string // of the assignment
	SheetState string // "" when nothing is marked
	Total      *int
	RoundID    string
	RoundName  string
	RoundState string
	ClosesAt   *time.Time
	Edition    string
	Saves      int // of the sheet
}

// Title and Code are all a judge may look for: nothing else of a project is on their list.
func (t Task) matches(words string) bool {
	return strings.Contains(strings.ToLower(t.Code+" "+t.Title), strings.ToLower(words))
}

// Done tells whether the sheet is handed in.
func (t Task) Done() bool { return t.SheetState == Submitted || t.SheetState == Locked }

// Queue is what a judge has to do.
type Queue struct {
	Seats []Seated
	Rooms []LiveRoom // pitch rooms the judge is expected in
	Tasks []Task
	Now   time.Time
}

// Counts tells how many sheets are in, of how many.
func (q Queue) Counts() (done, all int) {
	for _, t := range q.Tasks {
		if t.Done() {
			done++
		}
	}
	return done, len(q.Tasks)
}

// Mean is the average of the judge's own handed-in totals, with how many there are.
func (q Queue) Mean() (hundredths, n int) {
	var totals []int
	for _, t := range q.Tasks {
		if t.Done() && t.Total != nil {
			totals = append(totals, *t.Total)
		}
	}
	if len(totals) == 0 {
		return 0, 0
	}
	return Mean(totals), len(totals)
}

const (
	seatedSQL = `select ` + judgeColumns + `, e.title as edition from judge j join person p on p.id = j.person_id join edition e on e.id = j.edition_id
  where j.person_id = @me::uuid and e.state <> 'cancelled' order by e.no desc, j.id limit 20`
	taskColumns = `a.id::text, case when r.blind then lpad(re.seq::text, 2, '0') else coalesce(p.number, '') end as code, p.title, p.category, p.colour, a.state, coalesce(s.state, '') as sheet_state, s.total,
  r.id::text as round_id, r.name as round_name, coalesce(o.state, r.state) as round_state, coalesce(o.closes_at, r.closes_at) as closes_at, e.title as edition, coalesce(s.saves, 0) as saves, r.blind`
	// What was reviewed in earlier years stays readable, after what is open now. A blind round reads in the order it
	// drew, so that neither when they were handed in nor by whom shows.
	queueSQL = `select ` + taskColumns + `, ` + identityColumns + ` from assignment a join judge j on j.id = a.judge_id join review_round r on r.id = a.round_id join edition e on e.id = r.edition_id
    join proposal p on p.id = a.proposal_id join round_entry re on re.round_id = a.round_id and re.proposal_id = a.proposal_id left join sheet s on s.assignment_id = a.id
    left join reopening o on o.id = a.reopening_id and o.state = 'open'
  where j.person_id = @me::uuid and a.state in ('assigned', 'accepted') and r.state <> 'planned' and p.state not in ('withdrawn', 'void')
  order by (coalesce(o.state, r.state) <> 'open'), e.no desc, r.seq desc, case when r.blind then re.seq else 0 end, p.number, a.id limit 300`
)

// MyQueue lists the actor's seats and projects.
func (b *Book) MyQueue(ctx context.Context, by identity.Actor) (Queue, error) {
	q := Queue{Now: b.clock.Now()}
	var err error
	if q.Seats, err = pg.All[Seated](ctx, b.db, seatedSQL, pg.Args{"me": by.ID}); err != nil {
		return q, err
	}
	if q.Rooms, err = b.MyRooms(ctx, by); err != nil {
		return q, err
	}
	type named struct {
		Task
		Identity
		Blind bool
	}
	list, err := pg.All[named](ctx, b.db, queueSQL, pg.Args{"me": by.ID})
	for _, t := range list {
		t.Title = t.hide(t.Blind).text(t.Title)
		q.Tasks = append(q.Tasks, t.Task)
	}
	return q, err
}

// Found is the queue with only the projects whose code or title has some words; no words leave it whole.
func (q Queue) Found(words string) Queue {
	if words != "" {
		q.Tasks = slices.DeleteFunc(slices.Clone(q.Tasks), func(t Task) bool { return !t.matches(words) })
	}
	return q
}

// Reading is a project beside its sheet: everything a judge needs and nothing that says who proposed it.
type Reading struct {
	Assignment
	Project  Blind
	Rubric   []Criterion
	Sheet    Sheet // zero while nothing is marked
	Deadline *time.Time
	Edition  string
	Place    int // among the judge's projects of the round, from 1
	Of       int
	Done     int
	Prev     string // assignment ids, "" at the ends
	Next     string
	Mean     int // of the judge's own handed-in totals, N of them
	N        int
	Around   []Task   // the judge's projects of the round, this one too
	Phrases  []Phrase // sentences the judge keeps
}

// Editable tells whether marks can be written.
func (r Reading) Editable() bool {
	return r.RoundState == Open && r.Live() && (r.Sheet.State == "" || r.Sheet.State == Drafted)
}

// Read is a judge's own project with its sheet; anybody else's does not exist for them.
func (b *Book) Read(ctx context.Context, by identity.Actor, assignmentID string) (Reading, error) {
	a, _, err := b.work(ctx, by, assignmentID)
	if err != nil {
		return Reading{}, err
	}
	if !a.Live() {
		return Reading{}, fault.Missing() // given up: the tie covers reading too
	}
	r := Reading{Assignment: a}
	full, err := proposal.Whole(ctx, b.db, a.ProposalID)
	if err != nil {
		return r, err
	}
	round, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": a.RoundID})
	if err != nil {
		return r, err
	}
	if r.Rubric, err = Criteria(ctx, b.db, a.RoundID); err != nil {
		return r, err
	}
	if r.Sheet, _, err = maybeSheet(ctx, b.db, a.ID); err != nil {
		return r, err
	}
	who, err := pg.One[Identity](ctx, b.db, identitySQL, pg.Args{"id": a.ProposalID})
	if err != nil {
		return r, err
	}
	if r.Phrases, err = b.Phrases(ctx, by); err != nil {
		return r, err
	}
	q, err := b.MyQueue(ctx, by)
	r.Project = blind(full, who, round.Blind)
	r.stand(q)
	return r, err
}

// stand tells where the project is among the judge's projects of its round.
func (r *Reading) stand(q Queue) {
	round := Queue{}
	for _, t := range q.Tasks {
		if t.RoundID == r.RoundID {
			round.Tasks = append(round.Tasks, t)
		}
	}
	r.Around = round.Tasks
	r.Done, r.Of = round.Counts()
	r.Mean, r.N = round.Mean()
	for i, t := range round.Tasks {
		if t.ID != r.ID {
			continue
		}
		r.Place, r.Deadline, r.Edition, r.Project.Code = i+1, t.ClosesAt, t.Edition, t.Code
		if i > 0 {
			r.Prev = round.Tasks[i-1].ID
		}
		if i+1 < len(round.Tasks) {
			r.Next = round.Tasks[i+1].ID
		}
	}
}

// Choice is a project a judge may declare a tie to.
type Choice struct {
	ID       string
	Number   string
	Title    string
	Place    string // the community's name
	Declared bool
	Kind     string // of the tie there is
}

// Where a round of the edition is blind, or none is planned yet, a project is offered by its title alone.
const choicesSQL = `select p.id::text, case when x.blind then '' else coalesce(p.number, '') end as number, p.title, case when x.blind then '' else pl.name end as place,
    c.judge_id is not null as declared, coalesce(c.kind, '') as kind, x.blind, ` + identityColumns + `
    from proposal p join place pl on pl.path = p.place left join conflict c on c.proposal_id = p.id and c.judge_id = @judge::uuid,
    (select coalesce(bool_or(blind), true) as blind from review_round where edition_id = @edition::uuid) x
  where p.edition_id = @edition::uuid and p.state in ('eligible', 'shortlisted', 'pitched', 'ranked', 'selected', 'reserve', 'not_selected') order by case when x.blind then '' else p.number end, p.title, p.id limit 500`

// Summons is an invitation with what it asks: the statement, and the projects the judge may have a tie to.
type Summons struct {
	Judge
	Edition  edition.Edition
	Projects []Choice // only for a judge who has accepted, and only after the call has closed
}

// Invitation is the actor's own seat on a jury.
func (b *Book) Invitation(ctx context.Context, by identity.Actor, judgeID string) (Summons, error) {
	j, e, err := own(ctx, b.db, by, judgeID)
	if err != nil {
		return Summons{}, err
	}
	s := Summons{Judge: j, Edition: e}
	if j.State == Accepted && e.State != edition.Open && e.State != edition.Draft {
		type named struct {
			Choice
			Identity
			Blind bool
		}
		list, err := pg.All[named](ctx, b.db, choicesSQL, pg.Args{"judge": judgeID, "edition": e.ID})
		if err != nil {
			return s, err
		}
		for _, c := range list {
			c.Title = c.hide(c.Blind).text(c.Title)
			s.Projects = append(s.Projects, c.Choice)
		}
	}
	return s, nil
}
