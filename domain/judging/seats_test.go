package judging

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

func loadsOf(judges int, s Seating) map[string]int {
	loads := map[string]int{}
	for j := range judges {
		loads[fmt.Sprintf("j%02d", j)] = 0
	}
	for _, seat := range s.Seats {
		loads[seat.Judge]++
	}
	return loads
}

func idle(judges int) map[string]int { return loadsOf(judges, Seating{}) }

func TestSeatsAreEvenWithoutTies(t *testing.T) {
	demands := []Demand{}
	for p := range 24 {
		demands = append(demands, Demand{Project: fmt.Sprintf("p%02d", p), Need: 5})
	}
	s := FillSeats(demands, idle(8))
	if len(s.Seats) != 120 || len(s.Short) != 0 {
		t.Fatalf("%d seats, short %v", len(s.Seats), s.Short)
	}
	for j, n := range loadsOf(8, s) {
		if n != 15 {
			t.Errorf("%s carries %d, want 15", j, n)
		}
	}
}

// Only a chain evens these loads: j00 may give nothing to j02 directly.
func TestSeatsAreEvenedAlongChains(t *testing.T) {
	demands := []Demand{{Project: "a", Need: 1, Barred: []string{"j02"}}, {Project: "b", Need: 1, Barred: []string{"j02"}},
		{Project: "c", Need: 1, Barred: []string{"j00", "j02"}}, {Project: "d", Need: 1, Barred: []string{"j00"}}}
	s := FillSeats(demands, map[string]int{"j00": 0, "j01": 0, "j02": 1})
	loads := map[string]int{"j00": 0, "j01": 0, "j02": 1}
	for _, seat := range s.Seats {
		loads[seat.Judge]++
	}
	for j, n := range loads {
		if n > 2 {
			t.Errorf("%s carries %d of five: %v", j, n, s.Seats)
		}
	}
}

func TestWhatCannotBeSeatedIsNamed(t *testing.T) {
	s := FillSeats([]Demand{{Project: "free", Need: 3}, {Project: "tied", Need: 3, Barred: []string{"j00", "j01"}}}, idle(4))
	if s.Short["tied"] != 1 || s.Short["free"] != 0 {
		t.Errorf("short %v, want one seat of the tied project", s.Short)
	}
}

// Over random ties: nobody sits twice or where they are barred, every seat that somebody may fill is filled, no single
// hand-over could even the loads further, and the same input gives the same seats.
func TestPropertiesOfAnySeating(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for try := range 200 {
		judges := 3 + rng.IntN(8)
		demands := []Demand{}
		barred := map[Seat]bool{}
		for p := range 1 + rng.IntN(30) {
			d := Demand{Project: fmt.Sprintf("p%02d", p), Need: rng.IntN(6)}
			for j := range judges {
				if rng.IntN(4) == 0 {
					d.Barred = append(d.Barred, fmt.Sprintf("j%02d", j))
					barred[Seat{fmt.Sprintf("j%02d", j), d.Project}] = true
				}
			}
			demands = append(demands, d)
		}
		s := FillSeats(demands, idle(judges))
		if again := FillSeats(demands, idle(judges)); !reflect.DeepEqual(s, again) {
			t.Fatal("the same input gave other seats")
		}
		loads, seated, count := loadsOf(judges, s), map[Seat]bool{}, map[string]int{}
		for _, seat := range s.Seats {
			if barred[seat] || seated[seat] {
				t.Fatalf("round %d: %v", try, seat)
			}
			seated[seat] = true
			count[seat.Project]++
		}
		for _, d := range demands {
			if want := min(d.Need, judges-len(d.Barred)); count[d.Project] != want || s.Short[d.Project] != d.Need-want {
				t.Errorf("round %d: %s has %d of %d seats, short %d", try, d.Project, count[d.Project], want, s.Short[d.Project])
			}
		}
		for seat := range seated {
			for j, n := range loads {
				other := Seat{j, seat.Project}
				if loads[seat.Judge]-n >= 2 && !seated[other] && !barred[other] {
					t.Errorf("round %d: %s carries %d and %s %d, who could take over %s", try, seat.Judge, loads[seat.Judge], j, n, seat.Project)
				}
			}
		}
	}
}
