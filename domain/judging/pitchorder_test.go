package judging

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"seedbed/domain/draw"
)

// tieMap is the conflicts by project.
func tieMap(in OrderInput) map[string][]string {
	ties := map[string][]string{}
	for _, c := range in.Conflicts {
		ties[c[1]] = append(ties[c[1]], c[0])
	}
	return ties
}

func TestAPitchOrderDisturbsTiedJudgesLittle(t *testing.T) {
	in := OrderInput{Seed: "5eed", Projects: []string{"a", "b", "c", "d", "e", "f"}, Conflicts: [][2]string{{"j", "a"}, {"j", "d"}, {"j", "f"}, {"k", "b"}}}
	out, err := PitchOrder(in)
	if err != nil {
		t.Fatal(err)
	}
	if out.Exits["j"] != 1 || out.Exits["k"] != 1 {
		t.Errorf("%v leaves %v", out.Order, out.Exits)
	}
	// A chain of two judges who share one project: each leaves once.
	in.Conflicts = [][2]string{{"j", "a"}, {"j", "d"}, {"k", "d"}, {"k", "f"}}
	if out, err = PitchOrder(in); err != nil || out.Exits["j"] != 1 || out.Exits["k"] != 1 {
		t.Errorf("%v leaves %v %v", out.Order, out.Exits, err)
	}
}

func TestAPitchOrderFollowsFromItsInputAlone(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for n := range 60 {
		in := OrderInput{Seed: fmt.Sprint("seed", n), Conflicts: [][2]string{}}
		for i := range 4 + chance.IntN(30) {
			in.Projects = append(in.Projects, fmt.Sprintf("p%02d", i))
		}
		for range chance.IntN(20) {
			in.Conflicts = append(in.Conflicts, [2]string{fmt.Sprint("j", chance.IntN(5)), in.Projects[chance.IntN(len(in.Projects))]})
		}
		out, err := PitchOrder(in)
		if err != nil {
			t.Fatal(err)
		}
		shuffled := OrderInput{Seed: in.Seed, Projects: slices.Clone(in.Projects), Conflicts: slices.Clone(in.Conflicts)}
		chance.Shuffle(len(shuffled.Projects), func(i, j int) {
			shuffled.Projects[i], shuffled.Projects[j] = shuffled.Projects[j], shuffled.Projects[i]
		})
		slices.Reverse(shuffled.Conflicts)
		if again, _ := PitchOrder(shuffled); !reflect.DeepEqual(out, again) {
			t.Errorf("another order of the lists gives %v, not %v", again, out)
		}
		if !slices.Equal(slices.Sorted(slices.Values(out.Order)), in.Projects) {
			t.Errorf("%v is no order of %v", out.Order, in.Projects)
		}
		ties := tieMap(in)
		if got, plain := disturbance(out.Order, ties), disturbance(draw.Order(in.Seed, in.Projects), ties); got > plain {
			t.Errorf("judges leave %d times, by lot alone %d", got, plain)
		}
	}
	none, _ := PitchOrder(OrderInput{Seed: "x", Projects: []string{"c", "a", "b"}})
	if !slices.Equal(none.Order, draw.Order("x", []string{"a", "b", "c"})) {
		t.Error("without ties the order is not that of the lots")
	}
	for _, bad := range []OrderInput{{}, {Seed: "x"}, {Seed: "x", Projects: []string{"a", "a"}}, {Seed: "x", Projects: []string{"a"}, Conflicts: [][2]string{{"j", "b"}}}} {
		if _, err := PitchOrder(bad); err == nil {
			t.Errorf("%v is drawn", bad)
		}
	}
}
