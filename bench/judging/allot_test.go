// Package judging measures the arithmetic of awards against its ceilings: go test -bench . ./bench/judging
package judging

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"seedbed/domain/allot"
)

// ballots writes an election of so many voters and projects: each voter names about ten, popular ones more often.
func ballots(voters, projects int) string {
	rng := rand.New(rand.NewPCG(36, 100)) //nolint:gosec // made-up ballots, not a secret
	var b strings.Builder
	fmt.Fprintf(&b, "META\nkey;value\nnum_projects;%d\nnum_votes;%d\nbudget;5000000\nvote_type;approval\nPROJECTS\nproject_id;cost\n", projects, voters)
	for p := range projects {
		fmt.Fprintf(&b, "%d;%d\n", p, 20_000+rng.IntN(300_000))
	}
	b.WriteString("VOTES\nvoter_id;vote\n")
	for v := range voters {
		var ids []string
		for p := range projects {
			if rng.Float64() < 0.02+0.2*float64(p%10)/10 {
				ids = append(ids, fmt.Sprint(p))
			}
		}
		fmt.Fprintf(&b, "%d;%s\n", v, strings.Join(ids, ","))
	}
	return b.String()
}

// BenchmarkEqualShares is 36 000 voters and 100 projects, nearly every ballot another: at most 2 s, reading included.
func BenchmarkEqualShares(b *testing.B) {
	text := ballots(36_000, 100)
	for _, complete := range []allot.Complete{allot.Bare, allot.Add1, allot.Exhaust} {
		b.Run(string(complete), func(b *testing.B) {
			began := cpu()
			for b.Loop() {
				e, err := allot.Read(strings.NewReader(text))
				if err != nil {
					b.Fatal(err)
				}
				res := allot.Run(e, allot.Options{Rule: allot.EqualShares, Utility: allot.Cost, Complete: complete, Ties: allot.ByID})
				if len(res.Selected) == 0 || res.Cost.Cmp(big.NewRat(5_000_000, 1)) > 0 {
					b.Fatalf("%d selected for %s", len(res.Selected), res.Cost)
				}
				b.ReportMetric(float64(len(res.Selected)), "selected")
			}
			spent(b, began, 2)
		})
	}
}

// BenchmarkPhragmen is the same election by Phragmén's rule.
func BenchmarkPhragmen(b *testing.B) {
	e, err := allot.Read(strings.NewReader(ballots(36_000, 100)))
	if err != nil {
		b.Fatal(err)
	}
	began := cpu()
	for b.Loop() {
		allot.Run(e, allot.Options{Rule: allot.Phragmen, Ties: allot.ByID})
	}
	spent(b, began, 2)
}
