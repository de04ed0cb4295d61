package calibrate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"seedbed/domain/draw"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s is %.4f, want %.4f ± %g", what, got, want, within)
	}
}

func table(rows [][]float64) (all []Sheet) {
	for p, row := range rows {
		for j, y := range row {
			if !math.IsNaN(y) {
				all = append(all, Sheet{fmt.Sprintf("p%02d", p), fmt.Sprintf("j%02d", j), y, 1})
			}
		}
	}
	return all
}

// The table of Shrout and Fleiss (1979): six targets, four judges.
var fleiss = table([][]float64{{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}})

func TestIntraclassCorrelationsOfThePublishedTable(t *testing.T) {
	r := Run(fleiss, "s").Reliability
	for what, v := range map[string][2]float64{"ICC(1,1)": {r.ICC1, .17}, "ICC(2,1)": {r.ICC2, .29}, "ICC(3,1)": {r.ICC3, .71}, "ICC(1,4)": {r.ICC1K, .44}, "ICC(2,4)": {r.ICC2K, .62}, "ICC(3,4)": {r.ICC3K, .91}} {
		near(t, what, v[0], v[1], .005)
	}
}

// A complete table's restricted likelihood has its top where analysis of variance says.
func TestVariancesOfACompleteTable(t *testing.T) {
	r := Run(fleiss, "s")
	// Mean squares of the table: 11.2417 between, 32.4861 judges, 1.0194 left.
	near(t, "σe²", r.ErrorVar, 1.0194, .001)
	near(t, "σq²", r.ProjectVar, (11.2417-1.0194)/4, .001)
	near(t, "σb²", r.JudgeVar, (32.4861-1.0194)/6, .001)
}

// Krippendorff (2011): four observers, twelve units, marks missing; α for intervals is .849.
func TestAlphaOfThePublishedTable(t *testing.T) {
	x := math.NaN()
	r := Run(table([][]float64{{1, 1, x, 1}, {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3}, {2, 2, 2, 2}, {1, 2, 3, 4}, {4, 4, 4, 4}, {1, 1, 2, 1}, {2, 2, 2, 2}, {x, 5, 5, 5}, {x, x, 1, 1}, {x, 3, x, x}}), "s")
	near(t, "α", r.Reliability.Alpha, .849, .0005)
}

func TestTheOrderOfSheetsIsOfNoMatter(t *testing.T) {
	_, all := made(draw.New("s", "test"), 40, 8, 3, 1)
	want := Run(all, "seed")
	rng := rand.New(rand.NewPCG(1, 1))
	for range 5 {
		mixed := slices.Clone(all)
		rng.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := Run(mixed, "seed"); !reflect.DeepEqual(got, want) {
			t.Fatal("another order gave another report")
		}
	}
}

// Absorbing projects or judges is the same sum in another order.
func TestEitherSideMayBeAbsorbed(t *testing.T) {
	_, all := made(draw.New("s", "test"), 30, 6, 3, 1)
	turned := make([]Sheet, len(all))
	for i, s := range all {
		turned[i] = Sheet{s.Judge, s.Project, s.Y, s.Weight}
	}
	a, b := Run(all, "s"), Run(turned, "s")
	near(t, "σq²", b.JudgeVar, a.ProjectVar, 1e-5)
	near(t, "σb²", b.ProjectVar, a.JudgeVar, 1e-5)
	for i, p := range a.Projects {
		near(t, p.ID, b.Mean-b.Judges[i].Severity, p.Calibrated, 1e-4)
	}
}

func TestAHarshJudgeIsSeenAndCorrected(t *testing.T) {
	var all []Sheet
	for p := range 20 {
		for k := range 3 {
			j := (p + k*7) % 10
			y := 80 + float64(p%7) + float64((p*13+j*5)%3)
			if j == 4 {
				y -= 15
			}
			all = append(all, Sheet{fmt.Sprintf("p%02d", p), fmt.Sprintf("j%02d", j), y, 1})
		}
	}
	r := Run(all, "s")
	if s := r.Judges[4].Severity; s < 10 || slices.ContainsFunc(r.Judges, func(j Judge) bool { return j.ID != "j04" && j.Severity > 3 }) {
		t.Errorf("severities %+v", r.Judges)
	}
	if !slices.Equal(r.Advice, []Advice{Correct}) {
		t.Errorf("advice %v", r.Advice)
	}
}

func TestAdvice(t *testing.T) {
	same := table([][]float64{{80, 80, 80}, {80, 80, 80}})
	once := table([][]float64{{80}, {90}, {70}})
	apart := append(table([][]float64{{80, 82}, {70, 75}}), Sheet{"q1", "k1", 60, 1}, Sheet{"q1", "k2", 61, 1}, Sheet{"q2", "k1", 66, 1}, Sheet{"q2", "k2", 69, 1})
	for name, v := range map[string]struct {
		sheets []Sheet
		want   []Advice
	}{"all the same": {same, []Advice{NoCorrection, SmallEffect}}, "one judge": {once, []Advice{NoCorrection, OnlyOnce, SmallEffect}}, "one sheet": {once[:1], []Advice{NoCorrection, OnlyOnce, OneSheet, SmallEffect}}} {
		r := Run(v.sheets, "s")
		if !slices.Equal(r.Advice, v.want) {
			t.Errorf("%s: advice %v, want %v", name, r.Advice, v.want)
		}
		for _, p := range r.Projects {
			if math.IsNaN(p.Calibrated) || math.IsNaN(p.Error) || p.Rank90[0] < 1 {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
	r := Run(apart, "s")
	if r.Components != 2 || !slices.Contains(r.Advice, Disconnected) {
		t.Errorf("two panels that never met: %d components, advice %v", r.Components, r.Advice)
	}
	for _, p := range r.Projects {
		if p.Rank90[1] > 2 {
			t.Errorf("%s is ranked %v among two", p.ID, p.Rank90)
		}
	}
}

// JUDGING §2: with a bias of one standard deviation calibration lifts τ from about .62 to about .75; without, nothing is lost.
func TestTheSimulationComesOutAsPublished(t *testing.T) {
	biased := Simulate(20, 100, 20, 3, 1, "seedbed")
	if biased.TauMean < .58 || biased.TauMean > .66 || biased.TauCalibrated < .72 || biased.TauCalibrated > .78 || biased.Covered90 < .86 || biased.Covered90 > .96 {
		t.Errorf("with bias: %+v", biased)
	}
	fair := Simulate(20, 100, 20, 3, 0, "seedbed")
	if fair.TauCalibrated < fair.TauMean-.005 || fair.Covered90 < .86 || fair.Covered90 > .96 {
		t.Errorf("without bias: %+v", fair)
	}
	t.Logf("with bias %+v", biased)
	t.Logf("without %+v", fair)
}

func TestTheLineBandIsWhereRanksCrossTheLine(t *testing.T) {
	r := Report{Projects: []Project{{ID: "sure", Rank50: [2]int{1, 2}}, {ID: "open", Rank50: [2]int{2, 4}}, {ID: "first of it", Rank50: [2]int{3, 4}}, {ID: "out", Rank50: [2]int{4, 6}}}}
	if got := r.Band(3); !slices.Equal(got, []string{"open", "first of it"}) {
		t.Errorf("the band at rank 3 is %v", got)
	}
}
