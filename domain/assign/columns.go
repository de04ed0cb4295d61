package assign

import (
	"cmp"
	"slices"
)

const (
	near    = 40 // judges of each project that the flow begins with
	whole   = 64 // up to so many judges it begins with all
	atATime = 12 // violators of a project that are let in at once
)

// optimal gives a flow that is optimal over all pairs of at least the floor: on each project's best judges first; then every
// absent pair is priced with the potentials, those that would pay are let in, and so on until none is left.
func (t *table) optimal(c prices, floor int32) *flow {
	f := newFlow(t, c, floor)
	w := make([]int32, len(t.judges))
	picks := make([]int32, 0, len(t.judges))
	for p := range t.projects {
		t.weights(p, w)
		picks = picks[:0]
		for j := range w {
			if w[j] >= floor {
				picks = append(picks, int32(j)) //nolint:gosec // bounded by MostJudges
			}
		}
		if len(t.judges) > whole && len(picks) > near {
			picks = nearest(picks, w, p)
		}
		f.arcs[p] = make([]arc, len(picks))
		for k, j := range picks {
			f.arcs[p][k] = arc{j: j, cost: c.pair(w[j])}
		}
	}
	f.settle()
	for len(t.judges) > whole && f.letIn(w) {
		f.settle()
	}
	return f
}

// nearest keeps the best judges; of equal ones those after the project's own place in the circle of judges, so that not
// everybody begins with the same.
func nearest(picks []int32, w []int32, p int) []int32 {
	n := len(w)
	start := p * 7919 % n
	// One number for each: suitability, then nearness in the circle, then nothing, as nearness is unique.
	keys := make([]uint64, len(picks))
	for i, j := range picks {
		turn := (int(j) + n - start) % n
		keys[i] = uint64(w[j])<<32 | uint64(n-1-turn) //nolint:gosec // neither is below nought
	}
	largest(keys, near)
	picks = picks[:near]
	for i, k := range keys[:near] {
		picks[i] = int32((n - 1 - int(k&(1<<32-1)) + start) % n) //nolint:gosec // below MostJudges
	}
	slices.Sort(picks)
	return picks
}

// largest brings the k largest keys to the front, in no order.
func largest(keys []uint64, k int) {
	for low, high := 0, len(keys)-1; low < high; {
		pivot := keys[(low+high)/2]
		i, j := low, high
		for i <= j {
			for keys[i] > pivot {
				i++
			}
			for keys[j] < pivot {
				j--
			}
			if i <= j {
				keys[i], keys[j] = keys[j], keys[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			high = j
		case k-1 >= i:
			low = i
		default:
			return
		}
	}
}

// letIn prices all absent pairs, takes in those that would pay and fills them, so that the potentials hold again and what is
// now over has to be sent on. It tells whether there were any.
func (f *flow) letIn(w []int32) bool {
	type pay struct {
		j int32
		d int64
	}
	var found []pay
	any := false
	first := f.judge(0)
	for p := range f.arcs {
		f.t.weights(p, w)
		for _, a := range f.arcs[p] {
			w[a.j] = -1
		}
		found = found[:0]
		for j, v := range w {
			if v < f.floor || v < 0 {
				continue
			}
			if d := f.c.pair(v) + f.pi[p] - f.pi[first+int32(j)]; d < 0 { //nolint:gosec // bounded by MostJudges
				found = append(found, pay{int32(j), d}) //nolint:gosec // bounded by MostJudges
			}
		}
		if len(found) > atATime {
			slices.SortFunc(found, func(a, b pay) int { return cmp.Or(cmp.Compare(a.d, b.d), cmp.Compare(a.j, b.j)) })
			found = found[:atATime]
		}
		for _, v := range found {
			any = true
			f.arcs[p] = append(f.arcs[p], arc{j: v.j, cost: f.c.pair(w[v.j])})
			f.take(int32(p), int32(len(f.arcs[p])-1), f.t.most) //nolint:gosec // bounded by MostProjects and MostJudges
			f.over[p] -= f.t.most
			f.over[first+v.j] += f.t.most
		}
	}
	return any
}

// share is how much of a pair is taken, in parts.
type share struct {
	Pair
	parts int
}

// shares lists what the flow takes, by project and judge.
func (f *flow) shares() []share {
	var all []share
	for p := range f.arcs {
		for _, a := range f.arcs[p] {
			if a.x > 0 {
				all = append(all, share{Pair{a.j, int32(p)}, int(a.x)}) //nolint:gosec // bounded by MostProjects
			}
		}
	}
	slices.SortFunc(all, func(a, b share) int { return byProject(a.Pair, b.Pair) })
	return all
}
