package assign

import (
	"errors"
	"math/big"
	"slices"

	"seedbed/domain/decimal"
	"seedbed/domain/draw"
)

// Duals are the prices that prove a flow to be optimal: what one more slot of a project would cost, and what one more part of
// a judge's time is worth. By weak duality no assignment costs less than what they add up to; see Check.
type Duals struct {
	Projects map[string]int64 `json:"projects"`
	Judges   map[string]int64 `json:"judges"`
}

// Certificate proves a plan to be the best. Sums are in millionths and, being large, written as text.
type Certificate struct {
	Unfilled int64  `json:"unfilled_cost"` // what a slot that stays open costs
	Unmet    int64  `json:"unmet_cost"`    // what a project above a judge's least costs
	Primal   string `json:"primal"`
	Dual     string `json:"dual"`
	Optimum  Duals  `json:"optimum"`
	Fill     *Duals `json:"fill,omitempty"`  // mode fair: nothing fills more
	Above    *Duals `json:"above,omitempty"` // mode fair: no larger τ fills as much
}

// Marginal is a pair's chance in mode random, in hundredths.
type Marginal struct {
	Pair
	Hundredths int
}

// Plan is an assignment. Places of pairs are those of Judges and Projects, which are by id.
type Plan struct {
	Judges, Projects []string
	Pairs            []Pair // locked ones too; by project, then judge
	Filled, Needed   int    // slots
	Objective        int64  // Σ w less the load penalty, in millionths
	Least            int64  // the smallest sum of suitability that a project has, in millionths
	Threshold        int32  // mode fair: τ in millionths; -1 where nothing open was filled
	Fractional       *big.Rat
	Marginals        []Marginal
	Certificate      Certificate
}

// Solve gives the best plan of an instance and its certificate, checked before it is handed out.
func Solve(in *Instance) (*Plan, error) {
	t, err := arrange(in)
	if err != nil {
		return nil, err
	}
	plan := &Plan{Threshold: -1}
	floor := int32(0)
	if in.Mode == Fair {
		floor = t.threshold(plan)
	}
	c := t.pricesOf()
	f := t.optimal(c, floor)
	// A flow that was pushed along shortest paths costs what its potentials prove; the checker works both out anew.
	plan.Certificate.Primal = f.cost().String()
	plan.Certificate.Dual = plan.Certificate.Primal
	plan.Certificate.Optimum, plan.Certificate.Unfilled, plan.Certificate.Unmet = f.duals(), c.unfilled, c.unmet
	shares := f.shares()
	if in.Mode == Random {
		t.sample(plan, shares, in.Seed)
	} else {
		for _, s := range shares {
			plan.Pairs = append(plan.Pairs, s.Pair)
		}
	}
	t.finish(plan)
	if in.Mode == Random {
		plan.Fractional = t.fractional(plan, f)
	}
	if err := Check(in, plan); err != nil {
		return nil, errors.Join(errors.New("assign: the plan has no valid certificate"), err)
	}
	return plan, nil
}

// duals reads the prices off the potentials.
func (f *flow) duals() Duals {
	d := Duals{Projects: make(map[string]int64, len(f.arcs)), Judges: make(map[string]int64, len(f.load))}
	top := f.pi[f.sink()]
	for p := range f.arcs {
		d.Projects[f.t.projects[p].ID] = top - f.pi[p]
	}
	for j := range f.load {
		d.Judges[f.t.judges[j].ID] = top - f.pi[f.judge(int32(j))] //nolint:gosec // bounded by MostJudges
	}
	return d
}

// cost is what the flow pays in all.
func (f *flow) cost() *big.Int {
	sum := new(big.Int)
	add := func(price int64, parts int) {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(price), big.NewInt(int64(parts))))
	}
	for p, s := range f.slack {
		add(f.c.unfilled, s)
		for _, a := range f.arcs[p] {
			add(a.cost, int(a.x))
		}
	}
	for j, load := range f.load {
		for i := 1; load > 0; i++ {
			part := min(load, f.t.unit)
			add(f.c.unit(f.t, j, i), part)
			load -= part
		}
	}
	return sum
}

// threshold finds the largest τ that still fills as much, and meets as many judges' least, as no threshold at all.
func (t *table) threshold(plan *Plan) int32 {
	full := t.optimal(fillPrices(), 0)
	d := full.duals()
	plan.Certificate.Fill = &d
	if len(full.shares()) == 0 {
		return 0
	}
	goal := full.cost()
	values := []int32{0}
	for _, row := range t.rows {
		for _, e := range row {
			values = append(values, e.w)
		}
	}
	slices.Sort(values)
	values = slices.Compact(values)
	// values[low] reaches the goal; values[high] does not, and no value at all does not.
	low, high := 0, len(values)
	above := t.optimal(fillPrices(), values[len(values)-1]+1)
	for high-low > 1 {
		mid := (low + high) / 2
		f := t.optimal(fillPrices(), values[mid])
		if f.cost().Cmp(goal) == 0 {
			// What it used may all lie higher: go on from there.
			least := values[len(values)-1]
			w := make([]int32, len(t.judges))
			at := int32(-1)
			for _, s := range f.shares() {
				if s.Project != at {
					at = s.Project
					t.weights(int(at), w)
				}
				least = min(least, w[s.Judge])
			}
			low, _ = slices.BinarySearch(values, least)
		} else {
			high, above = mid, f
		}
	}
	d2 := above.duals()
	plan.Certificate.Above, plan.Threshold = &d2, values[low]
	return values[low]
}

// sample draws whole pairs from the shares: each pair with exactly its share as its chance, each project's and each judge's
// number rounded up or down at most (dependent rounding).
func (t *table) sample(plan *Plan, shares []share, seed string) {
	for _, s := range shares {
		plan.Marginals = append(plan.Marginals, Marginal{s.Pair, s.parts})
	}
	for _, l := range t.locked {
		plan.Marginals = append(plan.Marginals, Marginal{l, t.unit})
	}
	slices.SortFunc(plan.Marginals, func(a, b Marginal) int { return byProject(a.Pair, b.Pair) })
	r := rounding{shares: slices.Clone(shares), unit: t.unit, at: make([][]int, len(t.projects)+len(t.judges)), shift: len(t.projects), source: draw.New(seed, "assign")}
	r.run()
	for _, s := range r.shares {
		if s.parts == t.unit {
			plan.Pairs = append(plan.Pairs, s.Pair)
		}
	}
}

// finish adds the locked pairs and the sums.
func (t *table) finish(plan *Plan) {
	for _, j := range t.judges {
		plan.Judges = append(plan.Judges, j.ID)
	}
	for _, p := range t.projects {
		plan.Projects = append(plan.Projects, p.ID)
	}
	plan.Pairs = append(plan.Pairs, t.locked...)
	slices.SortFunc(plan.Pairs, byProject)
	plan.Filled = len(plan.Pairs)
	for _, p := range t.projects {
		plan.Needed += p.Need
	}
	plan.Objective, plan.Least = t.tally(plan.Pairs)
}

// fractional is the objective of the shares themselves.
func (t *table) fractional(plan *Plan, f *flow) *big.Rat {
	sum := new(big.Int)
	add := func(price int64, parts int) {
		sum.Add(sum, new(big.Int).Mul(big.NewInt(price), big.NewInt(int64(parts))))
	}
	w, at := make([]int32, len(t.judges)), int32(-1)
	for _, m := range plan.Marginals {
		if m.Project != at {
			at = m.Project
			t.weights(int(at), w)
		}
		if w[m.Judge] < 0 {
			add(int64(t.lockedW[m.Pair]), m.Hundredths)
			continue
		}
		add(int64(w[m.Judge]), m.Hundredths)
	}
	for j, load := range f.load {
		load += t.base[j] * t.unit
		for i := 1; load > 0; i, load = i+1, load-t.unit {
			add(-t.load*int64(2*i-1), min(load, t.unit))
		}
	}
	return new(big.Rat).SetFrac(sum, big.NewInt(int64(t.unit)*decimal.Micros))
}

// rounding turns shares into whole pairs without changing any chance. It walks along pairs that are not whole yet until
// the walk closes or ends, and shifts what it can from every other pair of it to the ones between.
type rounding struct {
	shares []share
	unit   int
	at     [][]int // by node (projects, then judges): its pairs that are not whole
	shift  int
	source *draw.Source
}

func (r *rounding) open(i int) bool { return r.shares[i].parts > 0 && r.shares[i].parts < r.unit }

func (r *rounding) ends(i int) (int, int) {
	return int(r.shares[i].Project), r.shift + int(r.shares[i].Judge)
}

func (r *rounding) run() {
	for i := range r.shares {
		if r.open(i) {
			p, j := r.ends(i)
			r.at[p], r.at[j] = append(r.at[p], i), append(r.at[j], i)
		}
	}
	for node := range r.at {
		for len(r.at[node]) > 0 {
			r.once(r.walk(node))
		}
	}
}

// walk gives a chain of pairs: a cycle, or a path that can go on at neither end.
func (r *rounding) walk(start int) []int {
	chain, closed := r.along(start, -1)
	if closed {
		return chain
	}
	// It ended: walk back from the end, which has no second pair, as far as it goes.
	end := start
	for _, i := range chain {
		if p, j := r.ends(i); p == end {
			end = j
		} else {
			end = p
		}
	}
	chain, _ = r.along(end, -1)
	return chain
}

func (r *rounding) along(node, last int) (chain []int, closed bool) {
	place := map[int]int{node: 0}
	for {
		next := -1
		for _, i := range r.at[node] {
			if i != last {
				next = i
				break
			}
		}
		if next < 0 {
			return chain, false
		}
		chain = append(chain, next)
		p, j := r.ends(next)
		if node == p {
			node = j
		} else {
			node = p
		}
		if from, seen := place[node]; seen {
			return chain[from:], true
		}
		place[node], last = len(chain), next
	}
}

// once shifts along a chain so that at least one of its pairs becomes whole.
func (r *rounding) once(chain []int) {
	up, down := r.unit, r.unit // how much the even ones may grow, and shrink
	for n, i := range chain {
		grow, shrink := r.unit-r.shares[i].parts, r.shares[i].parts
		if n%2 == 1 {
			grow, shrink = shrink, grow
		}
		up, down = min(up, grow), min(down, shrink)
	}
	by := up
	if r.source.Below(uint64(up+down)) >= uint64(down) { //nolint:gosec // both from 1 to 99
		by = -down
	}
	for n, i := range chain {
		if n%2 == 1 {
			r.shares[i].parts -= by
		} else {
			r.shares[i].parts += by
		}
		if !r.open(i) {
			p, j := r.ends(i)
			gone := func(k int) bool { return k == i }
			r.at[p], r.at[j] = slices.DeleteFunc(r.at[p], gone), slices.DeleteFunc(r.at[j], gone)
		}
	}
}

// tally adds up what a plan's pairs come to, with locked ones.
func (t *table) tally(pairs []Pair) (objective, least int64) {
	least = int64(1) << 62
	load, sum := make([]int, len(t.judges)), make([]int64, len(t.projects))
	w, at := make([]int32, len(t.judges)), int32(-1)
	for _, pair := range pairs {
		if pair.Project != at {
			at = pair.Project
			t.weights(int(at), w)
		}
		v := w[pair.Judge]
		if v < 0 {
			v = t.lockedW[pair]
		}
		load[pair.Judge]++
		sum[pair.Project] += int64(v)
		objective += int64(v) - t.load*int64(2*load[pair.Judge]-1)
	}
	for p := range sum {
		if t.projects[p].Need > 0 {
			least = min(least, sum[p])
		}
	}
	if least == int64(1)<<62 {
		least = 0
	}
	return objective, least
}
