package judging

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"seedbed/domain/assign"
	"seedbed/domain/fault"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// Aim is what an assignment aims at, as chosen on the desk.
type Aim struct {
	Mode string // of assign.Mode
	Q    int    // mode random: the most chance a pair may have, in hundredths
	Load string // what a judge's i-th project costs, ×(2i−1): a decimal number, see Loads
	Seed string // mode random
}

// Loads are the load penalties the desk may choose: how much evenness is worth. 0.02 makes loads even wherever judges suit
// alike, and lets a judge who would like a project have some more than others.
var Loads = []string{"0.02", "0.1", "0"}

// usual is how a round is assigned when nobody has chosen.
var usual = Aim{Mode: string(assign.Best), Load: Loads[0]}

// Modes are the modes by name, in the order pages show them.
var Modes = []assign.Mode{assign.Best, assign.Fair, assign.Random}

const (
	juryDemandSQL = `select j.id::text, u.name, j.state, j.tags, j.fields, j.load_min, j.load_max, (select count(*) from assignment a
      where a.round_id = @round::uuid and a.judge_id = j.id and a.state in ('assigned', 'accepted'))::int as live
    from judge j join person u on u.id = j.person_id where j.edition_id = @edition::uuid order by j.id`
	// Before the round opens its projects are those that are eligible.
	projectDemandSQL = `select p.id::text, coalesce(p.number, '') as number, p.title, p.category, p.place::text, (select count(*) from assignment a
      where a.round_id = @round::uuid and a.proposal_id = p.id and a.state in ('assigned', 'accepted'))::int as live
    from proposal p where p.edition_id = @edition::uuid and case when @planned then p.state in ('eligible', 'shortlisted', 'pitched') else in_review(@round::uuid, p.id, p.state)
      or exists (select from reopening o where o.round_id = @round::uuid and o.proposal_id = p.id and o.state = 'open') end order by p.id`
	// Who had a seat and gave it up does not get it back.
	barredSQL = `select c.judge_id::text as judge, c.proposal_id::text as project from conflict c join judge j on j.id = c.judge_id where j.edition_id = @edition::uuid
    union select a.judge_id::text, a.proposal_id::text from assignment a where a.round_id = @round::uuid and a.state not in ('assigned', 'accepted') order by 1, 2`
	heldSQL   = `select a.judge_id::text as judge, a.proposal_id::text as project from assignment a where a.round_id = @round::uuid and a.state in ('assigned', 'accepted') order by 1, 2`
	locksSQL  = `select k.judge_id::text as judge, k.proposal_id::text as project from seat_lock k where k.round_id = @round::uuid order by 1, 2`
	wishesSQL = `select w.judge_id::text as judge, w.proposal_id::text as project, w.wish from judge_wish w join judge j on j.id = w.judge_id where j.edition_id = @edition::uuid`
)

// able is a judge as the computation sees them.
type able struct {
	ID, Name, State  string
	Tags, Fields     []string
	LoadMin, LoadMax int
	Live             int // seats in this round
}

// wanting is a project as the computation sees it.
type wanting struct {
	ID, Number, Title, Category, Place string
	Live                               int
}

// state is everything an assignment of a round follows from.
type state struct {
	round    Round
	only     string // the one project whose seats are open; "" for all
	again    bool   // that project is reopened: it wants so many judges more, whatever a round's panel is
	want     int
	judges   []able
	projects []wanting
	barred   map[Seat]bool
	seated   map[Seat]bool // seats taken
	locks    []Seat        // fixed by hand
	wishes   map[Seat]string
	places   map[string]string // of projects
}

// survey reads what the round's assignment follows from, with the ties that can be seen and are not written down yet.
func survey(ctx context.Context, q pg.Reader, r Round, only string) (*state, error) {
	s := &state{round: r, only: only, barred: map[Seat]bool{}, seated: map[Seat]bool{}, wishes: map[Seat]string{}, places: map[string]string{}}
	both, here, edition := pg.Args{"round": r.ID, "edition": r.EditionID}, pg.Args{"round": r.ID}, pg.Args{"edition": r.EditionID}
	var err error
	if s.judges, err = pg.All[able](ctx, q, juryDemandSQL, both); err != nil {
		return nil, err
	}
	if s.projects, err = pg.All[wanting](ctx, q, projectDemandSQL, pg.Args{"round": r.ID, "edition": r.EditionID, "planned": r.State == Planned}); err != nil {
		return nil, err
	}
	for _, p := range s.projects {
		s.places[p.ID] = p.Place
	}
	if err := gather(ctx, q, barredSQL, both, s.barred); err != nil {
		return nil, err
	}
	if err := gather(ctx, q, heldSQL, here, s.seated); err != nil {
		return nil, err
	}
	seen, err := pg.All[seenTie](ctx, q, tiesSQL, edition)
	if err != nil {
		return nil, err
	}
	for _, t := range seen {
		s.barred[Seat{t.JudgeID, t.ProposalID}] = true
	}
	locks, err := pg.All[Seat](ctx, q, locksSQL, here)
	if err != nil {
		return nil, err
	}
	for _, l := range locks {
		if r.State == Planned && s.may(l) {
			s.locks = append(s.locks, l)
		}
	}
	wishes, err := pg.All[struct{ Judge, Project, Wish string }](ctx, q, wishesSQL, edition)
	for _, w := range wishes {
		s.wishes[Seat{w.Judge, w.Project}] = w.Wish
	}
	return s, err
}

// gather reads pairs into a set.
func gather(ctx context.Context, q pg.Reader, sql string, args pg.Args, into map[Seat]bool) error {
	pairs, err := pg.All[Seat](ctx, q, sql, args)
	for _, p := range pairs {
		into[p] = true
	}
	return err
}

// instance is the file of `seedbed assign`.
type instance struct {
	Judges      []instanceJudge   `json:"judges"`
	Projects    []instanceProject `json:"projects"`
	Suitability [][3]any          `json:"suitability"`
	Conflicts   [][2]string       `json:"conflicts"`
	Locked      [][2]string       `json:"locked"`
	Mode        string            `json:"mode"`
	Q           json.Number       `json:"q,omitempty"`
	Load        json.Number       `json:"load_penalty"`
	Seed        string            `json:"seed,omitempty"`
}

type instanceJudge struct {
	ID  string `json:"id"`
	Min int    `json:"min,omitempty"`
	Max *int   `json:"max,omitempty"`
}

type instanceProject struct {
	ID   string `json:"id"`
	Need int    `json:"need"`
}

// write gives the instance of an aim: what `seedbed assign` computes the same plan from. What is held keeps its seats.
func (s *state) write(aim Aim, kept []Seat) ([]byte, error) {
	in := instance{Judges: []instanceJudge{}, Projects: []instanceProject{}, Suitability: [][3]any{}, Conflicts: [][2]string{}, Locked: [][2]string{},
		Mode: aim.Mode, Load: json.Number(aim.Load)}
	if aim.Mode == string(assign.Random) {
		in.Q, in.Seed = json.Number(parts(aim.Q)), aim.Seed
	}
	held := map[Seat]bool{}
	for _, list := range [][]Seat{kept, s.locks, keys(s.seated)} {
		for _, p := range list {
			held[p] = true
		}
	}
	perJudge, perProject := map[string]int{}, map[string]int{}
	for p := range held {
		if s.places[p.Project] == "" { // no longer in review
			continue
		}
		perJudge[p.Judge]++
		perProject[p.Project]++
		in.Locked = append(in.Locked, [2]string{p.Judge, p.Project})
	}
	for _, j := range s.judges {
		if line, in1 := j.line(perJudge[j.ID]); in1 {
			in.Judges = append(in.Judges, line)
			s.suits(j, held, &in)
		}
	}
	for _, p := range s.projects {
		need := max(s.round.Panel, perProject[p.ID])
		if s.only != "" && p.ID != s.only {
			need = perProject[p.ID]
		}
		if s.again && p.ID == s.only {
			need = perProject[p.ID] + s.want
		}
		in.Projects = append(in.Projects, instanceProject{p.ID, need})
	}
	for _, list := range [][][2]string{in.Conflicts, in.Locked} {
		slices.SortFunc(list, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(in)
	return out.Bytes(), err
}

// line is a judge in the instance; who has not accepted is only there for the seats they have.
func (j able) line(held int) (instanceJudge, bool) {
	line := instanceJudge{ID: j.ID, Min: j.LoadMin}
	switch {
	case j.State != Accepted && held == 0:
		return line, false
	case j.State != Accepted:
		line.Min, line.Max = 0, &held
	case j.LoadMax > 0:
		most := max(j.LoadMax, held)
		line.Max = &most
	}
	return line, true
}

// suits adds a judge's conflicts and how well each project suits them.
func (s *state) suits(j able, held map[Seat]bool, in *instance) {
	for _, p := range s.projects {
		pair := Seat{j.ID, p.ID}
		if s.barred[pair] && !held[pair] {
			in.Conflicts = append(in.Conflicts, [2]string{j.ID, p.ID})
			continue
		}
		in.Suitability = append(in.Suitability, [3]any{j.ID, p.ID, json.Number(parts(Suitability(j.Fields, p.Category, s.wishes[pair])))})
	}
}

func keys(m map[Seat]bool) []Seat {
	list := make([]Seat, 0, len(m))
	for p := range m {
		list = append(list, p)
	}
	return list
}

// Solved is a computed assignment.
type Solved struct {
	Instance, Result []byte // byte for byte what `seedbed assign` reads and writes
	Pairs            []Seat
	Filled, Needed   int
	Objective        string
	Least            string // the least sum of suitability of any project
	Threshold        string // mode fair: no pair is worse
	Expected         string // mode random: the objective of the chances
}

// solve computes the plan of an instance, with a certificate that is checked before it is given.
func solve(text []byte) (Solved, error) {
	out := Solved{Instance: text}
	result, err := replay.Assign(bytes.NewReader(text))
	if err != nil {
		return out, err
	}
	return read(text, result)
}

// read takes what a page shows out of a result.
func read(text, result []byte) (Solved, error) {
	out := Solved{Instance: text, Result: result}
	var r struct {
		Assignments          [][2]string
		Filled, Needed       int
		Objective, Threshold json.Number
		Least                json.Number `json:"least_project"`
		Fractional           json.Number `json:"fractional_objective"`
	}
	if err := json.Unmarshal(result, &r); err != nil {
		return out, fault.Wrap(err, fault.Invalid, "这不是一份分配方案，请检查文件")
	}
	out.Filled, out.Needed, out.Objective, out.Least, out.Threshold, out.Expected = r.Filled, r.Needed, r.Objective.String(), r.Least.String(), r.Threshold.String(), r.Fractional.String()
	for _, p := range r.Assignments {
		out.Pairs = append(out.Pairs, Seat{p[0], p[1]})
	}
	return out, nil
}
