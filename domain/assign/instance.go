// Package assign gives projects their judges (JUDGING §1): an integer min-cost flow whose answer carries a certificate, and a
// checker that trusts nothing of the solver. Pure: no clock, no database, no float; the order of an instance's lists changes
// nothing.
package assign

import (
	"cmp"
	"fmt"
	"slices"

	"seedbed/domain/decimal"
)

// Mode is what an assignment aims at, once the most slots are filled.
type Mode string

// The modes.
const (
	Best   Mode = "best"   // the largest sum of suitability
	Fair   Mode = "fair"   // first the largest τ such that every pair has at least τ
	Random Mode = "random" // no pair is certain: each with at most Q, drawn by a published seed
)

// What an instance may hold at most.
const (
	MostJudges   = 20_000
	MostProjects = 200_000
	MostPairs    = 400_000_000 // judges × projects
	MostSlots    = 2_000_000
	MostLoad     = 1000 * decimal.Micros // of the load penalty
)

// Judge may take from Min to Max projects.
type Judge struct {
	ID       string
	Min, Max int
}

// Project needs so many judges.
type Project struct {
	ID   string
	Need int
}

// Pair is a judge and a project by their places in the instance's lists.
type Pair struct{ Judge, Project int32 }

// Suit is how well a judge suits a project, in millionths from 0 to decimal.Micros. A pair that is not named has 0.
type Suit struct {
	Judge, Project, W int32
}

// Instance is what an assignment follows from.
type Instance struct {
	Judges      []Judge
	Projects    []Project
	Suitability []Suit
	Conflicts   []Pair // never assigned
	Locked      []Pair // assigned already, and staying
	Mode        Mode
	Q           int   // the most chance a pair may have in mode random, in hundredths
	Load        int64 // β: a judge's i-th project costs β·(2i−1), in millionths
	Seed        string
}

// edge is a judge's suitability in a project's row.
type edge struct{ j, w int32 }

// table is an instance in one order: by id, with its locked pairs taken out.
type table struct {
	judges   []Judge
	projects []Project
	rows     [][]edge  // by project, by judge: what is named and allowed
	barred   [][]int32 // by project: judges that are in conflict or locked
	need     []int     // open slots
	lo, hi   []int     // what a judge still must and may take
	base     []int     // what a judge has by locked pairs
	locked   []Pair    // in the table's order
	lockedW  map[Pair]int32
	load     int64
	unit     int // parts of one assignment: 1, in mode random 100
	most     int // of one pair, in parts
}

// arrange sorts an instance and refuses what cannot be one. What a reader of files checks with a better place to name is
// checked here once more.
func arrange(in *Instance) (*table, error) {
	if len(in.Judges) > MostJudges || len(in.Projects) > MostProjects || len(in.Judges)*len(in.Projects) > MostPairs {
		return nil, fmt.Errorf("assign: %d judges × %d projects are too many", len(in.Judges), len(in.Projects))
	}
	if in.Mode != Best && in.Mode != Fair && in.Mode != Random || in.Load < 0 || in.Load > MostLoad || in.Mode == Random && (in.Q < 1 || in.Q > 100) {
		return nil, fmt.Errorf("assign: mode %q with q %d hundredths and load penalty %d millionths", in.Mode, in.Q, in.Load)
	}
	t := &table{load: in.Load, unit: 1, most: 1, lockedW: map[Pair]int32{}}
	if in.Mode == Random {
		t.unit, t.most = 100, in.Q
	}
	jAt, pAt := t.sort(in)
	slots := 0
	for i, j := range t.judges {
		if j.Min < 0 || j.Max < j.Min || i > 0 && t.judges[i-1].ID == j.ID {
			return nil, fmt.Errorf("assign: judge %q", j.ID)
		}
		t.lo, t.hi = append(t.lo, j.Min), append(t.hi, min(j.Max, len(t.projects)))
	}
	for i, p := range t.projects {
		if slots += p.Need; p.Need < 0 || slots > MostSlots || i > 0 && t.projects[i-1].ID == p.ID {
			return nil, fmt.Errorf("assign: project %q", p.ID)
		}
		t.need = append(t.need, p.Need)
	}
	if err := t.bar(in, jAt, pAt); err != nil {
		return nil, err
	}
	return t, t.fill(in, jAt, pAt)
}

// sort puts judges and projects by id and gives where each went.
func (t *table) sort(in *Instance) (jAt, pAt []int32) {
	order := func(n int, id func(int32) string) (sorted, at []int32) {
		sorted, at = make([]int32, n), make([]int32, n)
		for i := range sorted {
			sorted[i] = int32(i) //nolint:gosec // bounded by MostProjects
		}
		slices.SortFunc(sorted, func(a, b int32) int { return cmp.Compare(id(a), id(b)) })
		for to, from := range sorted {
			at[from] = int32(to) //nolint:gosec // bounded by MostProjects
		}
		return sorted, at
	}
	js, jAt := order(len(in.Judges), func(i int32) string { return in.Judges[i].ID })
	ps, pAt := order(len(in.Projects), func(i int32) string { return in.Projects[i].ID })
	for _, j := range js {
		t.judges = append(t.judges, in.Judges[j])
	}
	for _, p := range ps {
		t.projects = append(t.projects, in.Projects[p])
	}
	t.rows, t.barred, t.base = make([][]edge, len(ps)), make([][]int32, len(ps)), make([]int, len(js))
	return jAt, pAt
}

// bar takes conflicts and locked pairs out.
func (t *table) bar(in *Instance, jAt, pAt []int32) error {
	for _, c := range in.Conflicts {
		t.barred[pAt[c.Project]] = append(t.barred[pAt[c.Project]], jAt[c.Judge])
	}
	for p := range t.barred {
		slices.Sort(t.barred[p])
	}
	for _, l := range in.Locked {
		j, p := jAt[l.Judge], pAt[l.Project]
		at, found := slices.BinarySearch(t.barred[p], j)
		if found {
			return fmt.Errorf("assign: judge %q and project %q are locked, and in conflict or locked twice", t.judges[j].ID, t.projects[p].ID)
		}
		t.barred[p] = slices.Insert(t.barred[p], at, j)
		t.locked = append(t.locked, Pair{j, p})
		t.need[p]--
		t.hi[j]--
		t.base[j]++
		t.lo[j] = max(t.lo[j]-1, 0)
		if t.need[p] < 0 || t.base[j] > t.judges[j].Max {
			return fmt.Errorf("assign: more pairs of judge %q or project %q are locked than there may be", t.judges[j].ID, t.projects[p].ID)
		}
	}
	slices.SortFunc(t.locked, byProject)
	for j := range t.hi {
		t.hi[j] = max(t.hi[j], 0)
	}
	return nil
}

func byProject(a, b Pair) int {
	return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Judge, b.Judge))
}

// fill makes the rows of named suitabilities.
func (t *table) fill(in *Instance, jAt, pAt []int32) error {
	count := make([]int, len(t.projects))
	for _, s := range in.Suitability {
		count[pAt[s.Project]]++
	}
	store := make([]edge, 0, len(in.Suitability))
	for p, n := range count {
		t.rows[p] = store[len(store) : len(store) : len(store)+n]
		store = store[:len(store)+n]
	}
	for _, s := range in.Suitability {
		if s.W < 0 || s.W > decimal.Micros {
			return fmt.Errorf("assign: suitability %d millionths", s.W)
		}
		p := pAt[s.Project]
		t.rows[p] = append(t.rows[p], edge{jAt[s.Judge], s.W})
	}
	for p, row := range t.rows {
		slices.SortFunc(row, func(a, b edge) int { return cmp.Compare(a.j, b.j) })
		for i := 1; i < len(row); i++ {
			if row[i].j == row[i-1].j {
				return fmt.Errorf("assign: judge %q and project %q have two suitabilities", t.judges[row[i].j].ID, t.projects[p].ID)
			}
		}
		t.rows[p] = slices.DeleteFunc(row, func(e edge) bool {
			_, out := slices.BinarySearch(t.barred[p], e.j)
			if _, is := slices.BinarySearchFunc(t.locked, Pair{e.j, int32(p)}, byProject); is { //nolint:gosec // bounded by MostProjects
				t.lockedW[Pair{e.j, int32(p)}] = e.w //nolint:gosec // bounded by MostProjects
			}
			return out
		})
	}
	return nil
}

// weights writes a project's suitabilities into w, which has a place for each judge: those barred are -1.
func (t *table) weights(p int, w []int32) {
	clear(w)
	for _, e := range t.rows[p] {
		w[e.j] = e.w
	}
	for _, j := range t.barred[p] {
		w[j] = -1
	}
}
