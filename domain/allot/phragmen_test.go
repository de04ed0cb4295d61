package allot

import (
	"cmp"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// plainPhragmen follows every single voter's load.
func plainPhragmen(e *Election, o Options) []int {
	r := &run{e: e, o: o, votes: make([]int64, len(e.Projects))}
	load := make([]*big.Rat, len(e.Ballots))
	for g, b := range e.Ballots {
		load[g] = new(big.Rat)
		for _, m := range b.Marks {
			r.votes[m.Project] += b.N * m.Points
		}
	}
	backs := func(g, p int) bool {
		return slices.ContainsFunc(e.Ballots[g].Marks, func(m Mark) bool { return int(m.Project) == p && m.Points > 0 })
	}
	var bought []int
	left := new(big.Rat).Set(e.Budget)
	for {
		best, level, over := -1, (*big.Rat)(nil), false
		for p, project := range e.Projects {
			sum, n := new(big.Rat).Set(project.Cost), int64(0)
			for g, b := range e.Ballots {
				if backs(g, p) {
					n += b.N
					sum.Add(sum, new(big.Rat).Mul(load[g], big.NewRat(b.N, 1)))
				}
			}
			if n == 0 || slices.Contains(bought, p) || project.Cost.Cmp(e.Budget) > 0 {
				continue
			}
			at := sum.Quo(sum, big.NewRat(n, 1))
			fits := project.Cost.Cmp(left) <= 0
			switch {
			case level == nil || at.Cmp(level) < 0:
				best, level, over = p, at, !fits
			case at.Cmp(level) == 0:
				over = over || !fits
				if cmp.Compare(r.tie(p, best), 0) < 0 {
					best = p
				}
			}
		}
		if best < 0 || over {
			return bought
		}
		bought = append(bought, best)
		left.Sub(left, e.Projects[best].Cost)
		for g := range load {
			if backs(g, best) {
				load[g] = level
			}
		}
	}
}

func TestPhragmenAgreesWithItsPlainForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for try := range 1500 {
		e := read(t, random(rng, []string{"approval", "scoring"}[try%2]))
		o := Options{Rule: Phragmen, Ties: []Ties{ByID, ByRule}[try/2%2], Seed: "s"}
		var want []string
		for _, p := range plainPhragmen(e, o) {
			want = append(want, e.Projects[p].ID)
		}
		if got := Run(e, o).Selected; !slices.Equal(got, want) {
			t.Fatalf("try %d: %v, plainly %v", try, got, want)
		}
	}
}
