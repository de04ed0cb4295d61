package judging

import (
	"cmp"
	"slices"
)

// Demand is a project that needs judges.
type Demand struct {
	Project string
	Need    int      // seats still to fill
	Barred  []string // judges who may not: a tie, or a seat here already or before
}

// Seat is a judge at a project.
type Seat struct{ Judge, Project string }

// Seating is how the seats were filled.
type Seating struct {
	Seats []Seat         // by project, then judge
	Short map[string]int // seats of a project that nobody may fill
}

// FillSeats gives every project its judges so that the loads are as even as the ties allow: first the least loaded,
// then whole chains of swaps until no judge carries two more than another who could take one over. Loads are what the
// judges carry already; the same input gives the same seats.
func FillSeats(demands []Demand, loads map[string]int) Seating {
	t := newTable(demands, loads)
	out := Seating{Short: map[string]int{}}
	for _, d := range t.demands {
		if short := d.Need - t.choose(d); short > 0 {
			out.Short[d.Project] = short
		}
	}
	for t.even() {
	}
	for _, d := range t.demands {
		for _, j := range t.judges {
			if t.seated[Seat{j, d.Project}] {
				out.Seats = append(out.Seats, Seat{j, d.Project})
			}
		}
	}
	slices.SortFunc(out.Seats, func(a, b Seat) int { return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Judge, b.Judge)) })
	return out
}

type seatTable struct {
	demands []Demand
	judges  []string
	loads   map[string]int
	barred  map[Seat]bool
	seated  map[Seat]bool
}

func newTable(demands []Demand, loads map[string]int) *seatTable {
	t := &seatTable{demands: slices.Clone(demands), loads: map[string]int{}, barred: map[Seat]bool{}, seated: map[Seat]bool{}}
	for j, n := range loads {
		t.judges, t.loads[j] = append(t.judges, j), n
	}
	slices.Sort(t.judges)
	for _, d := range t.demands {
		for _, j := range d.Barred {
			t.barred[Seat{j, d.Project}] = true
		}
	}
	// Projects with the fewest judges to choose from go first.
	free := func(d Demand) int {
		n := 0
		for _, j := range t.judges {
			if !t.barred[Seat{j, d.Project}] {
				n++
			}
		}
		return n - d.Need
	}
	slices.SortFunc(t.demands, func(a, b Demand) int { return cmp.Or(cmp.Compare(free(a), free(b)), cmp.Compare(a.Project, b.Project)) })
	return t
}

// choose seats the least loaded who may, and tells how many that were.
func (t *seatTable) choose(d Demand) int {
	able := make([]string, 0, len(t.judges))
	for _, j := range t.judges {
		if !t.barred[Seat{j, d.Project}] {
			able = append(able, j)
		}
	}
	slices.SortStableFunc(able, func(a, b string) int { return cmp.Compare(t.loads[a], t.loads[b]) })
	able = able[:min(max(d.Need, 0), len(able))]
	for _, j := range able {
		t.seated[Seat{j, d.Project}] = true
		t.loads[j]++
	}
	return len(able)
}

// even moves one seat's worth of work from a judge to one who carries at least two less, along a chain of judges who
// can each take over a project from the one before. It tells whether it found such a chain; the sum of squared loads
// falls every time, so it ends.
func (t *seatTable) even() bool {
	heavy := slices.Clone(t.judges)
	slices.SortStableFunc(heavy, func(a, b string) int { return cmp.Compare(t.loads[b], t.loads[a]) })
	for _, from := range heavy {
		came := map[string]Seat{} // judge → the seat they would take over, and from whom
		queue := []string{from}
		seen := map[string]bool{from: true}
		for len(queue) > 0 {
			j := queue[0]
			queue = queue[1:]
			if t.loads[j] <= t.loads[from]-2 {
				t.shift(from, j, came)
				return true
			}
			for _, next := range t.judges {
				if p, ok := t.takes(j, next); ok && !seen[next] {
					seen[next], came[next] = true, Seat{j, p}
					queue = append(queue, next)
				}
			}
		}
	}
	return false
}

// takes finds a project that next could take over from j.
func (t *seatTable) takes(j, next string) (string, bool) {
	for _, d := range t.demands {
		theirs := Seat{next, d.Project}
		if t.seated[Seat{j, d.Project}] && !t.seated[theirs] && !t.barred[theirs] {
			return d.Project, true
		}
	}
	return "", false
}

func (t *seatTable) shift(from, to string, came map[string]Seat) {
	t.loads[from]--
	t.loads[to]++
	for to != from {
		seat := came[to]
		delete(t.seated, seat)
		t.seated[Seat{to, seat.Project}] = true
		to = seat.Judge
	}
}
