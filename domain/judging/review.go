package judging

import (
	"context"
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
	Number     string
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
	taskColumns = `a.id::text, coalesce(p.number, '') as number, p.title, p.category, p.colour, a.state, coalesce(s.state, '') as sheet_state, s.total,
  r.id::text as round_id, r.name as round_name, r.state as round_state, r.closes_at, e.title as edition`
	// The names that are blotted out of what a judge reads.
	namesColumn = `(select array_agg(x.name) from (select m.name from team_member m where m.team_id = p.team_id union select t.name from team t where t.id = p.team_id
    union select u.name from person u where u.id = p.lead_id) x) as names`
	// What was reviewed in earlier years stays readable, after what is open now.
	queueSQL = `select ` + taskColumns + `, ` + namesColumn + ` from assignment a join judge j on j.id = a.judge_id join review_round r on r.id = a.round_id join edition e on e.id = r.edition_id
    join proposal p on p.id = a.proposal_id left join sheet s on s.assignment_id = a.id
  where j.person_id = @me::uuid and a.state in ('assigned', 'accepted') and r.state <> 'planned' and p.state not in ('withdrawn', 'void')
  order by (r.state <> 'open'), e.no desc, r.seq, p.number, a.id limit 300`
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
		Names []string
	}
	list, err := pg.All[named](ctx, b.db, queueSQL, pg.Args{"me": by.ID})
	for _, t := range list {
		t.Title = blot(t.Title, telling(t.Names))
		q.Tasks = append(q.Tasks, t.Task)
	}
	return q, err
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
	if r.Rubric, err = Criteria(ctx, b.db, a.RoundID); err != nil {
		return r, err
	}
	if r.Sheet, _, err = maybeSheet(ctx, b.db, a.ID); err != nil {
		return r, err
	}
	q, err := b.MyQueue(ctx, by)
	if err != nil {
		return r, err
	}
	round := Queue{}
	for _, t := range q.Tasks {
		if t.RoundID == a.RoundID {
			round.Tasks = append(round.Tasks, t)
		}
	}
	r.Done, r.Of = round.Counts()
	r.Mean, r.N = round.Mean()
	for i, t := range round.Tasks {
		if t.ID != a.ID {
			continue
		}
		r.Place, r.Deadline, r.Edition = i+1, t.ClosesAt, t.Edition
		if i > 0 {
			r.Prev = round.Tasks[i-1].ID
		}
		if i+1 < len(round.Tasks) {
			r.Next = round.Tasks[i+1].ID
		}
	}
	r.Project = blind(full)
	return r, nil
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

const choicesSQL = `select p.id::text, coalesce(p.number, '') as number, p.title, pl.name as place, c.judge_id is not null as declared, coalesce(c.kind, '') as kind, ` + namesColumn + `
    from proposal p join place pl on pl.path = p.place left join conflict c on c.proposal_id = p.id and c.judge_id = @judge::uuid
  where p.edition_id = @edition::uuid and p.state in ('eligible', 'shortlisted', 'pitched', 'ranked') order by p.number, p.id limit 500`

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
			Names []string
		}
		list, err := pg.All[named](ctx, b.db, choicesSQL, pg.Args{"judge": judgeID, "edition": e.ID})
		if err != nil {
			return s, err
		}
		for _, c := range list {
			c.Title = blot(c.Title, telling(c.Names))
			s.Projects = append(s.Projects, c.Choice)
		}
	}
	return s, nil
}
