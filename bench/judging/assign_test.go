package judging

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"seedbed/domain/assign"
	"seedbed/domain/calibrate"
	"seedbed/domain/replay"
)

// instance makes projects × judges with an opinion for every pair in two decimals, three reviews each, and places for a
// tenth more than is needed; tight leaves none over.
func instance(projects, judges int, tight bool) *assign.Instance {
	rng := rand.New(rand.NewPCG(uint64(projects), uint64(judges))) //nolint:gosec // a made-up instance, not a secret
	in := &assign.Instance{Mode: assign.Best}
	most := 3 * projects / judges
	if !tight {
		most += (most + 9) / 10
	}
	for j := range judges {
		in.Judges = append(in.Judges, assign.Judge{ID: fmt.Sprintf("j%05d", j), Max: most})
	}
	for p := range projects {
		in.Projects = append(in.Projects, assign.Project{ID: fmt.Sprintf("p%05d", p), Need: 3})
		for j := range judges {
			if rng.IntN(30) == 0 {
				in.Conflicts = append(in.Conflicts, assign.Pair{Judge: int32(j), Project: int32(p)}) //nolint:gosec // small
				continue
			}
			in.Suitability = append(in.Suitability, assign.Suit{Judge: int32(j), Project: int32(p), W: int32(rng.IntN(101) * 10_000)}) //nolint:gosec // small
		}
	}
	return in
}

// BenchmarkAssign solves and certifies; of_ceiling is the processor time against the goal of JUDGING §1, where there is one.
func BenchmarkAssign(b *testing.B) {
	for _, v := range []struct {
		projects, judges int
		tight            bool
		ceiling          float64 // seconds
	}{{100, 20, false, 0.016}, {1000, 100, false, 0.1}, {5000, 500, false, 2}, {10_000, 1000, false, 3}, {1000, 100, true, 0}, {10_000, 1000, true, 0}} {
		name := fmt.Sprintf("%dx%dx3", v.projects, v.judges)
		if v.tight {
			name += "/tight"
		}
		b.Run(name, func(b *testing.B) {
			in := instance(v.projects, v.judges, v.tight)
			began := cpu()
			for b.Loop() {
				plan, err := assign.Solve(in)
				if err != nil || plan.Filled != 3*v.projects {
					b.Fatal(err, plan.Filled)
				}
			}
			spent(b, began, v.ceiling)
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/(1<<20), "MB_held")
		})
	}
}

// BenchmarkCalibrate is 10 000 sheets: many projects and few judges, and a hundred and more of each.
func BenchmarkCalibrate(b *testing.B) {
	for _, v := range [][3]int{{3334, 100, 3}, {3334, 300, 3}, {500, 100, 20}} {
		b.Run(fmt.Sprintf("%dx%dx%d", v[0], v[1], v[2]), func(b *testing.B) {
			var sheets []calibrate.Sheet
			rng := rand.New(rand.NewPCG(1, 1)) //nolint:gosec // made-up sheets, not a secret
			for p := range v[0] {
				for _, j := range rng.Perm(v[1])[:v[2]] {
					sheets = append(sheets, calibrate.Sheet{Project: fmt.Sprintf("p%05d", p), Judge: fmt.Sprintf("j%05d", j),
						Y: 75 + float64(p%11) + float64(j%7) + 5*rng.NormFloat64(), Weight: 1})
				}
			}
			began := cpu()
			for b.Loop() {
				calibrate.Run(sheets, "seed")
			}
			spent(b, began, 0)
			b.ReportMetric(float64(len(sheets)), "sheets")
		})
	}
}

// BenchmarkSimulate is JUDGING §2's simulation as the command runs it, a tenth of its rounds.
func BenchmarkSimulate(b *testing.B) {
	for b.Loop() {
		if _, err := replay.Simulate(20, "seedbed"); err != nil {
			b.Fatal(err)
		}
	}
}
