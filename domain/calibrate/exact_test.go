package calibrate

import (
	"fmt"
	"math"
	"testing"
)

// Judges who differ by exactly the same everywhere leave nothing to chance: the fit stays finite and finds both variances.
func TestMarksWithoutAnyChanceAreFitted(t *testing.T) {
	for _, sizes := range [][2]int{{4, 5}, {2, 2}, {3, 7}, {12, 3}} {
		var sheets []Sheet
		for p := range sizes[0] {
			for j := range sizes[1] {
				sheets = append(sheets, Sheet{fmt.Sprintf("p%02d", p), fmt.Sprintf("j%02d", j), float64(70 + 5*p + j), 1})
			}
		}
		rep := Run(sheets, "seed")
		for _, v := range []float64{rep.ProjectVar, rep.JudgeVar, rep.ErrorVar, rep.JudgeShare, rep.Mean} {
			if math.IsNaN(v) || v < 0 || v > 10_000 {
				t.Fatalf("%v: %+v", sizes, rep)
			}
		}
		if rep.ErrorVar > 0.01 || rep.ProjectVar < 1 || rep.JudgeVar < 0.2 {
			t.Errorf("%v: variances %.4f, %.4f, %.4f", sizes, rep.ProjectVar, rep.JudgeVar, rep.ErrorVar)
		}
		for p, e := range rep.Projects {
			if e.Rank50 != [2]int{sizes[0] - p, sizes[0] - p} {
				t.Errorf("%v: project %d ranks %v", sizes, p, e.Rank50)
			}
		}
	}
}
