package allot

import (
	"math/big"
	"slices"
)

// phragmen: every supporter earns at the same pace; what its supporters can first buy together is bought. It stops when
// that is over budget.
func (r *run) phragmen() {
	n := len(r.e.Projects)
	backers, loads := make([]int64, n), make([]*big.Rat, n) // by project: its supporters, and what they have paid in all
	for p := range n {
		loads[p] = new(big.Rat)
		r.why[p] = AfterEnd
		if r.e.Projects[p].Cost.Cmp(r.e.Budget) > 0 {
			r.why[p] = OverBudget
		}
	}
	by := make([][]int, n)
	for g, b := range r.e.Ballots {
		for _, m := range b.Marks {
			if m.Points > 0 || r.e.Kind == Ordinal {
				backers[m.Project] += b.N
				by[m.Project] = append(by[m.Project], g)
			}
		}
	}
	open := []int{}
	for p := range n {
		switch {
		case backers[p] == 0:
			r.why[p] = NoVotes
		case r.why[p] == AfterEnd:
			open = append(open, p)
		}
	}
	paid := make([]int, len(r.e.Ballots)) // by ballot: which level it stands at
	levels := []*big.Rat{new(big.Rat)}
	for len(open) > 0 {
		level, tied := r.soonest(open, loads, backers)
		if over := slices.IndexFunc(tied, func(p int) bool { return !r.fits(p) }); over >= 0 {
			for _, p := range tied {
				if !r.fits(p) {
					r.why[p] = OverBudget
				}
			}
			return
		}
		p := slices.MinFunc(tied, r.tie)
		r.take(p)
		open = slices.DeleteFunc(open, func(q int) bool { return q == p })
		r.charge(by[p], paid, levels, level, loads)
		levels = append(levels, level)
	}
}

// soonest gives the lowest level at which supporters can buy something, and all that they can buy there.
func (r *run) soonest(open []int, loads []*big.Rat, backers []int64) (best *big.Rat, tied []int) {
	for _, p := range open {
		level := new(big.Rat).Add(loads[p], r.e.Projects[p].Cost)
		level.Quo(level, new(big.Rat).SetInt64(backers[p]))
		switch {
		case best == nil || level.Cmp(best) < 0:
			best, tied = level, []int{p}
		case level.Cmp(best) == 0:
			tied = append(tied, p)
		}
	}
	return best, tied
}

// charge brings a project's supporters to the new level and adds what that costs to all projects they support.
func (r *run) charge(ballots, paid []int, levels []*big.Rat, level *big.Rat, loads []*big.Rat) {
	moved := make([]map[int]int64, len(loads)) // by project, by old level: how many
	for _, g := range ballots {
		for _, m := range r.e.Ballots[g].Marks {
			if m.Points > 0 || r.e.Kind == Ordinal {
				if moved[m.Project] == nil {
					moved[m.Project] = map[int]int64{}
				}
				moved[m.Project][paid[g]] += r.e.Ballots[g].N
			}
		}
		paid[g] = len(levels)
	}
	for p, from := range moved {
		for old, n := range from { // a sum of exact numbers: the order is of no matter
			step := new(big.Rat).Sub(level, levels[old])
			loads[p].Add(loads[p], step.Mul(step, new(big.Rat).SetInt64(n)))
		}
	}
}
