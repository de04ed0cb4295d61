package calibrate

import (
	"fmt"
	"math"

	"seedbed/domain/draw"
)

// Simulation is how well means and calibrated scores find a known truth: so many made-up rounds, averaged.
type Simulation struct {
	Rounds                 int
	TauMean, TauCalibrated float64 // Kendall's τ with the truth
	Covered50, Covered90   float64 // of true ranks by their intervals
}

// Noise is the standard deviation of chance in a simulated mark, where that of quality is 1.
const Noise = 0.7

// Simulate makes rounds of projects × judges with so many sheets for each project; quality has a standard deviation of 1,
// chance of Noise, judges' bias the one given.
func Simulate(rounds, projects, judges, sheets int, bias float64, seed string) Simulation {
	sim := Simulation{Rounds: rounds}
	for n := range rounds {
		source := draw.New(seed, fmt.Sprintf("simulate %g %d", bias, n))
		truth, all := made(source, projects, judges, sheets, bias)
		rep := Run(all, fmt.Sprint(seed, n))
		means, calibrated := make([]float64, projects), make([]float64, projects)
		for _, s := range all {
			var p int
			_, _ = fmt.Sscanf(s.Project, "p%d", &p)
			means[p] += s.Y / float64(sheets)
		}
		for i, p := range rep.Projects { // ids have leading noughts: their order is that of the numbers
			calibrated[i] = p.Calibrated
			rank := 1
			for _, other := range truth {
				if other > truth[i] {
					rank++
				}
			}
			inside := func(r [2]int) float64 {
				if rank >= r[0] && rank <= r[1] {
					return 1
				}
				return 0
			}
			sim.Covered50 += inside(p.Rank50) / float64(rounds*projects)
			sim.Covered90 += inside(p.Rank90) / float64(rounds*projects)
		}
		sim.TauMean += tau(truth, means) / float64(rounds)
		sim.TauCalibrated += tau(truth, calibrated) / float64(rounds)
	}
	return sim
}

// made makes one round: each project by judges drawn without repeating, loads as even as they come.
func made(source *draw.Source, projects, judges, sheets int, bias float64) (truth []float64, all []Sheet) {
	lenient := make([]float64, judges)
	for j := range lenient {
		lenient[j] = bias * source.Normal()
	}
	load := make([]int, judges)
	for p := range projects {
		truth = append(truth, source.Normal())
		taken := map[int]bool{}
		for range sheets {
			best, least := -1, math.Inf(1)
			for j := range judges {
				if v := float64(load[j]) + source.Unit(); !taken[j] && v < least {
					best, least = j, v
				}
			}
			taken[best] = true
			load[best]++
			all = append(all, Sheet{Project: fmt.Sprintf("p%05d", p), Judge: fmt.Sprintf("j%05d", best), Y: truth[p] + lenient[best] + Noise*source.Normal(), Weight: 1})
		}
	}
	return truth, all
}

// tau is Kendall's: pairs in the same order less pairs in the other, of all.
func tau(a, b []float64) float64 {
	same, all := 0, 0
	for i := range a {
		for j := range i {
			all++
			switch d := (a[i] - a[j]) * (b[i] - b[j]); {
			case d > 0:
				same++
			case d < 0:
				same--
			}
		}
	}
	return float64(same) / float64(all)
}
