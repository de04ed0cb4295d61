// Package allot shares out a budget among projects by residents' ballots (JUDGING §3), in exact arithmetic: it reads the
// Pabulib format, the field's standard, and follows one of four rules. Pure: no clock, no database; where a float guides the
// search for the next purchase, an exact number decides wherever the float could be wrong.
package allot

import (
	"cmp"
	"errors"
	"math/big"
	"slices"
	"strings"

	"seedbed/domain/draw"
)

// Kind is how residents voted.
type Kind string

// The kinds of ballot.
const (
	Approval Kind = "approval" // each named project has one point
	Cardinal Kind = "cardinal" // points as given
	Ordinal  Kind = "ordinal"  // points by Borda: how many of the ballot's projects stand behind
)

// Project asks for money.
type Project struct {
	ID   string
	Cost *big.Rat
}

// Mark is a ballot's points for a project, in parts of Election.Scale.
type Mark struct {
	Project int32
	Points  int64
}

// Ballot is one way of voting and how many chose it.
type Ballot struct {
	N     int64
	Marks []Mark // by project
}

// Election is what an allocation follows from. Make it with New.
type Election struct {
	Kind     Kind
	Budget   *big.Rat
	Projects []Project // by id
	Ballots  []Ballot  // equal ones together
	N        int64     // ballots in all, empty ones too
	Scale    int64     // parts of a point
}

const (
	mostPoints = 1_000_000_000 // of a mark in parts
	mostScale  = 1_000_000
)

// ErrPoints is said of points that cannot be counted exactly.
var ErrPoints = errors.New("allot: points too large or with too many decimals")

// vote is a ballot as read: project by place, points as read.
type vote struct {
	projects []int32
	points   []*big.Rat
}

// builder gathers ballots.
type builder struct {
	e     *Election
	votes []vote
}

// seal brings points to whole parts, projects into the order of their ids and equal ballots together.
func (b *builder) seal() (*Election, error) {
	e := b.e
	order := make([]int32, len(e.Projects))
	for i := range order {
		order[i] = int32(i) //nolint:gosec // the reader bounds projects
	}
	slices.SortFunc(order, func(x, y int32) int { return cmp.Compare(e.Projects[x].ID, e.Projects[y].ID) })
	at, sorted := make([]int32, len(order)), make([]Project, len(order))
	for to, from := range order {
		at[from], sorted[to] = int32(to), e.Projects[from] //nolint:gosec // the reader bounds projects
	}
	e.Projects, e.Scale, e.N = sorted, 1, int64(len(b.votes))
	scale := big.NewInt(1)
	for _, v := range b.votes {
		for _, p := range v.points {
			if !p.IsInt() {
				scale.Mul(scale, new(big.Int).Div(p.Denom(), new(big.Int).GCD(nil, nil, scale, p.Denom())))
				if !scale.IsInt64() || scale.Int64() > mostScale {
					return nil, ErrPoints
				}
			}
		}
	}
	e.Scale = scale.Int64()
	groups := map[string]int{}
	var key strings.Builder
	for _, v := range b.votes {
		marks, err := e.marks(v, at)
		if err != nil {
			return nil, err
		}
		key.Reset()
		for _, m := range marks {
			key.WriteString(string(rune(m.Project)) + big.NewInt(m.Points).String() + ",")
		}
		n, known := groups[key.String()]
		if !known {
			n = len(e.Ballots)
			groups[key.String()] = n
			e.Ballots = append(e.Ballots, Ballot{Marks: marks})
		}
		e.Ballots[n].N++
	}
	// The order of the file's lines must not show.
	slices.SortFunc(e.Ballots, func(x, y Ballot) int {
		return slices.CompareFunc(x.Marks, y.Marks, func(a, b Mark) int { return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Points, b.Points)) })
	})
	return e, nil
}

func (e *Election) marks(v vote, at []int32) ([]Mark, error) {
	marks := make([]Mark, 0, len(v.projects))
	for i, p := range v.projects {
		points := int64(1)
		switch e.Kind {
		case Approval:
		case Ordinal:
			points = int64(len(v.projects) - i - 1)
		case Cardinal:
			n := new(big.Rat).Mul(v.points[i], new(big.Rat).SetInt64(e.Scale))
			if !n.Num().IsInt64() || n.Num().Int64() > mostPoints {
				return nil, ErrPoints
			}
			points = n.Num().Int64()
		}
		marks = append(marks, Mark{at[p], points})
	}
	slices.SortFunc(marks, func(a, b Mark) int { return cmp.Compare(a.Project, b.Project) })
	return marks, nil
}

// Rule is how money is shared out.
type Rule string

// The rules.
const (
	Rank        Rule = "rank"         // down the ranking until the money ends
	Greedy      Rule = "greedy"       // down the ranking, leaving out what does not fit
	EqualShares Rule = "equal-shares" // the method of equal shares
	Phragmen    Rule = "phragmen"     // Phragmén's sequential rule
)

// Utility is what a voter has from a project.
type Utility string

// The utilities.
const (
	Cost        Utility = "cost"        // points times the project's cost
	Cardinality Utility = "cardinality" // points
)

// Complete is how equal shares goes on when nobody can buy any more.
type Complete string

// The completions.
const (
	Bare        Complete = "none"
	Add1        Complete = "add1"        // every share grows by 1 until the next step would overspend or nothing more fits
	Utilitarian Complete = "utilitarian" // what is left goes down the ranking
	Exhaust     Complete = "exhaust"     // add1, then utilitarian
)

// Ties says how equals are told apart.
type Ties string

// The ways.
const (
	ByRule Ties = "rule" // lower cost, more votes, then the recorded draw
	ByID   Ties = "id"   // the smaller id
)

// Options are what a call publishes about its allocation.
type Options struct {
	Rule     Rule
	Utility  Utility
	Complete Complete
	Ties     Ties
	Seed     string // of the recorded draw
}

// Skip is a project that gets nothing, and why.
type Skip struct {
	ID     string
	Reason Reason
}

// Reason is why a project gets nothing.
type Reason string

// The reasons.
const (
	OverBudget Reason = "over_budget" // it costs more than is left
	AfterEnd   Reason = "after_end"   // the rule ended before it
	NoVotes    Reason = "no_votes"    // nobody voted for it
	TooLittle  Reason = "too_little"  // its supporters do not have its cost left among them
)

// Result is an allocation.
type Result struct {
	Selected []string // in the order they were chosen
	Cost     *big.Rat
	Skipped  []Skip // by id
}

// Run shares out the budget.
func Run(e *Election, o Options) Result {
	r := &run{e: e, o: o, votes: make([]int64, len(e.Projects)), taken: make([]bool, len(e.Projects)), why: make([]Reason, len(e.Projects)), left: new(big.Rat).Set(e.Budget)}
	for _, b := range e.Ballots {
		for _, m := range b.Marks {
			r.votes[m.Project] += b.N * m.Points
		}
	}
	switch o.Rule {
	case Rank, Greedy:
		r.walk(o.Rule == Rank)
	case EqualShares:
		r.equalShares()
	case Phragmen:
		r.phragmen()
	}
	res := Result{Cost: new(big.Rat).Sub(e.Budget, r.left)}
	for _, p := range r.order {
		res.Selected = append(res.Selected, e.Projects[p].ID)
	}
	for p, reason := range r.why {
		if !r.taken[p] {
			res.Skipped = append(res.Skipped, Skip{e.Projects[p].ID, reason})
		}
	}
	return res
}

// run is an allocation under way.
type run struct {
	e     *Election
	o     Options
	votes []int64 // points in parts
	taken []bool
	why   []Reason
	order []int
	left  *big.Rat
}

func (r *run) take(p int) {
	r.taken[p] = true
	r.order = append(r.order, p)
	r.left.Sub(r.left, r.e.Projects[p].Cost)
}

func (r *run) fits(p int) bool { return r.e.Projects[p].Cost.Cmp(r.left) <= 0 }

// tie tells which of two equals goes first.
func (r *run) tie(a, b int) int {
	if r.o.Ties == ByID {
		return cmp.Compare(a, b) // places are in the order of ids
	}
	x, y := r.e.Projects[a], r.e.Projects[b]
	return cmp.Or(x.Cost.Cmp(y.Cost), cmp.Compare(r.votes[b], r.votes[a]), cmp.Compare(draw.Lot(r.o.Seed, x.ID), draw.Lot(r.o.Seed, y.ID)), cmp.Compare(a, b))
}

// ranking is the projects by votes, or by votes for each unit of cost.
func (r *run) ranking() []int {
	worth := make([]*big.Rat, len(r.votes))
	for p, v := range r.votes {
		worth[p] = new(big.Rat).SetInt64(v)
		if cost := r.e.Projects[p].Cost; r.o.Utility == Cardinality && cost.Sign() > 0 {
			worth[p].Quo(worth[p], cost)
		}
	}
	free := func(p int) bool {
		return r.o.Utility == Cardinality && r.e.Projects[p].Cost.Sign() == 0 && r.votes[p] > 0
	}
	list := make([]int, len(worth))
	for p := range list {
		list[p] = p
	}
	slices.SortFunc(list, func(a, b int) int {
		if free(a) != free(b) { // without cost it is worth more than anything
			if free(a) {
				return -1
			}
			return 1
		}
		if free(a) {
			return r.tie(a, b)
		}
		return cmp.Or(worth[b].Cmp(worth[a]), r.tie(a, b))
	})
	return list
}

// walk goes down the ranking over what is not taken yet.
func (r *run) walk(stop bool) {
	ended := false
	for _, p := range r.ranking() {
		switch {
		case r.taken[p]:
		case ended:
			r.why[p] = AfterEnd
		case r.fits(p):
			r.take(p)
		default:
			r.why[p], ended = OverBudget, stop
		}
	}
}
