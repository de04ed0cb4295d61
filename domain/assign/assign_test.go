package assign

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// made is an instance of so many projects and judges, with sparse conflicts.
func made(rng *rand.Rand, projects, judges, need, most int) *Instance {
	in := &Instance{Mode: Best, Seed: "seed", Q: 50}
	for j := range judges {
		in.Judges = append(in.Judges, Judge{ID: fmt.Sprintf("j%05d", j), Max: most})
	}
	for p := range projects {
		in.Projects = append(in.Projects, Project{ID: fmt.Sprintf("p%05d", p), Need: need})
		for j := range judges {
			switch rng.IntN(20) {
			case 0:
				in.Conflicts = append(in.Conflicts, Pair{int32(j), int32(p)})
			case 1, 2, 3: // not named: nought
			default:
				in.Suitability = append(in.Suitability, Suit{int32(j), int32(p), int32(rng.IntN(1001) * 1000)})
			}
		}
	}
	return in
}

func solve(t *testing.T, in *Instance) *Plan {
	t.Helper()
	plan, err := Solve(in)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// brute tries every plan of a small instance and gives the best by the written ranks: filled, judges' least met, τ in mode
// fair, objective.
func brute(in *Instance) (filled int, unmet int, tau int32, objective int64) {
	w := map[Pair]int32{}
	off := map[Pair]bool{}
	for _, s := range in.Suitability {
		w[Pair{s.Judge, s.Project}] = s.W
	}
	for _, c := range in.Conflicts {
		off[c] = true
	}
	locked := map[Pair]bool{}
	for _, l := range in.Locked {
		locked[l] = true
	}
	best := []int64{-1}
	loads := make([]int, len(in.Judges))
	var at func(p int, filled int, tau int32, sum int64)
	at = func(p, filled int, tau int32, sum int64) {
		if p == len(in.Projects) {
			unmet := 0
			obj := sum
			for j, l := range loads {
				unmet += max(in.Judges[j].Min-l, 0)
				for i := 1; i <= l; i++ {
					obj -= in.Load * int64(2*i-1)
				}
			}
			key := []int64{int64(filled), -int64(unmet), 0, obj}
			if in.Mode == Fair {
				key[2] = int64(tau)
			}
			if best[0] < 0 || slices.Compare(key, best) > 0 {
				best = key
			}
			return
		}
		for set := range 1 << len(in.Judges) {
			n, ok, least, add := 0, true, tau, int64(0)
			for j := range in.Judges {
				pair := Pair{int32(j), int32(p)}
				if set>>j&1 == 0 {
					ok = ok && !locked[pair]
					continue
				}
				n++
				ok = ok && !off[pair] && loads[j] < in.Judges[j].Max
				if !locked[pair] {
					least = min(least, w[pair])
				}
				add += int64(w[pair])
			}
			if !ok || n > in.Projects[p].Need {
				continue
			}
			for j := range in.Judges {
				loads[j] += set >> j & 1
			}
			at(p+1, filled+n, least, sum+add)
			for j := range in.Judges {
				loads[j] -= set >> j & 1
			}
		}
	}
	at(0, 0, 1_000_001, 0)
	return int(best[0]), -int(best[1]), int32(best[2]), best[3]
}

func TestPlansAreTheBestOfAll(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for try := range 300 {
		in := made(rng, 1+rng.IntN(4), 1+rng.IntN(4), 1+rng.IntN(3), 1+rng.IntN(3))
		in.Mode = []Mode{Best, Fair}[try%2]
		in.Load = int64(rng.IntN(3)) * 120_000
		for j := range in.Judges {
			in.Judges[j].Max = rng.IntN(4)
			in.Judges[j].Min = rng.IntN(in.Judges[j].Max + 1)
		}
		if try%3 == 0 && in.Judges[0].Max > 0 && !slices.Contains(in.Conflicts, Pair{0, 0}) {
			in.Locked = []Pair{{0, 0}}
		}
		plan := solve(t, in)
		filled, unmet, tau, objective := brute(in)
		loads := make([]int, len(in.Judges))
		for _, p := range plan.Pairs {
			loads[p.Judge]++
		}
		short := 0
		for j, l := range loads {
			short += max(in.Judges[j].Min-l, 0)
		}
		if plan.Filled != filled || short != unmet || plan.Objective != objective {
			t.Fatalf("try %d (%s): filled %d, unmet %d, objective %d; the best is %d, %d, %d", try, in.Mode, plan.Filled, short, plan.Objective, filled, unmet, objective)
		}
		if in.Mode == Fair && filled > len(in.Locked) && plan.Threshold != tau {
			t.Fatalf("try %d: τ %d, the best is %d", try, plan.Threshold, tau)
		}
	}
}

func TestTheOrderOfTheListsIsOfNoMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, mode := range []Mode{Best, Fair, Random} {
		in := made(rng, 40, 12, 3, 12)
		in.Mode = mode
		want := solve(t, in)
		for range 5 {
			if got := solve(t, shuffled(rng, in)); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s: another order gave another plan", mode)
			}
		}
	}
}

func shuffled(rng *rand.Rand, in *Instance) *Instance {
	out := *in
	js, ps := rng.Perm(len(in.Judges)), rng.Perm(len(in.Projects))
	out.Judges, out.Projects = make([]Judge, len(js)), make([]Project, len(ps))
	for i, to := range js {
		out.Judges[to] = in.Judges[i]
	}
	for i, to := range ps {
		out.Projects[to] = in.Projects[i]
	}
	move := func(list []Pair) []Pair {
		list = slices.Clone(list)
		for i, p := range list {
			list[i] = Pair{int32(js[p.Judge]), int32(ps[p.Project])}
		}
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		return list
	}
	out.Conflicts, out.Locked = move(in.Conflicts), move(in.Locked)
	out.Suitability = slices.Clone(in.Suitability)
	for i, s := range out.Suitability {
		out.Suitability[i] = Suit{int32(js[s.Judge]), int32(ps[s.Project]), s.W}
	}
	rng.Shuffle(len(out.Suitability), func(i, j int) { out.Suitability[i], out.Suitability[j] = out.Suitability[j], out.Suitability[i] })
	return &out
}

// Above sixty-four judges the flow begins with forty of each project and must still end where all of them would.
func TestPricingEndsWhereAllPairsWould(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for try := range 6 {
		in := made(rng, 300, 80, 3, 12) // 900 slots, 960 places: tight
		for i := range in.Suitability {
			if in.Suitability[i].Judge < 50 {
				in.Suitability[i].W = 900_000 + in.Suitability[i].W/10 // the same judges are the best of every project
			}
		}
		in.Mode = []Mode{Best, Fair, Random}[try%3]
		if plan := solve(t, in); plan.Filled != 900 {
			t.Errorf("%d of 900 filled", plan.Filled)
		}
	}
}

func TestRandomModeKeepsItsChances(t *testing.T) {
	in := &Instance{Mode: Random, Q: 60, Judges: []Judge{{"a", 0, 2}, {"b", 0, 2}, {"c", 0, 2}}, Projects: []Project{{"x", 1}, {"y", 1}, {"z", 1}},
		Suitability: []Suit{{0, 0, 900_000}, {1, 0, 500_000}, {2, 0, 100_000}, {0, 1, 900_000}, {1, 1, 800_000}, {2, 2, 700_000}}}
	drawn, marginals := map[Pair]int{}, []Marginal(nil)
	const rounds = 4000
	for n := range rounds {
		in.Seed = fmt.Sprint(n)
		plan := solve(t, in)
		marginals = plan.Marginals
		for _, p := range plan.Pairs {
			drawn[p]++
		}
	}
	for _, m := range marginals {
		got, want := float64(drawn[m.Pair])/rounds, float64(m.Hundredths)/100
		if got < want-0.04 || got > want+0.04 {
			t.Errorf("%v was drawn %.3f of the times, its chance is %.2f", m.Pair, got, want)
		}
	}
}

func TestTheCheckerRefusesChangedPlans(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, mode := range []Mode{Best, Fair, Random} {
		in := made(rng, 12, 6, 2, 6)
		in.Mode, in.Locked = mode, nil
		good := solve(t, in)
		for name, change := range map[string]func(*Plan){
			"a pair less":           func(p *Plan) { p.Pairs = p.Pairs[1:]; p.Filled-- },
			"a pair twice":          func(p *Plan) { p.Pairs = append(p.Pairs, p.Pairs[0]) },
			"a conflict":            func(p *Plan) { p.Pairs[0] = in.Conflicts[0] },
			"a better objective":    func(p *Plan) { p.Objective++ },
			"more filled":           func(p *Plan) { p.Filled++ },
			"a better least":        func(p *Plan) { p.Least++ },
			"a project's price":     func(p *Plan) { p.Certificate.Optimum.Projects["p00003"] += 1_000_000 },
			"a judge's price":       func(p *Plan) { p.Certificate.Optimum.Judges["j00002"] -= 7_000_000 },
			"an absurd price":       func(p *Plan) { p.Certificate.Optimum.Projects["p00003"] = 1 << 60 },
			"a price missing":       func(p *Plan) { delete(p.Certificate.Optimum.Judges, "j00002") },
			"cheaper open slots":    func(p *Plan) { p.Certificate.Unfilled-- },
			"another judge instead": func(p *Plan) { p.Pairs[0].Judge = (p.Pairs[0].Judge + 1) % 6 },
		} {
			bad := solve(t, in)
			change(bad)
			if err := Check(in, bad); err == nil {
				t.Errorf("%s: the checker took a plan with %s", mode, name)
			}
		}
		if err := Check(in, good); err != nil {
			t.Error(err)
		}
	}
}

// A plan that would be the best of all but for one conflict is refused for that conflict, and for nothing else.
func TestTheCheckerRefusesAConflictByItself(t *testing.T) {
	in := made(rand.New(rand.NewPCG(11, 12)), 12, 6, 2, 6)
	in.Mode, in.Locked = Best, nil
	plan := solve(t, in)
	tied := *in
	tied.Conflicts = append(slices.Clone(in.Conflicts), plan.Pairs[0])
	if err := Check(&tied, plan); err == nil || !strings.Contains(err.Error(), "is in conflict") {
		t.Errorf("the checker says %v", err)
	}
}

func TestARecusalReassignsOnlyOpenSlots(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	in := made(rng, 30, 10, 3, 12)
	before := solve(t, in)
	gone := before.Pairs[5]
	again := *in
	again.Conflicts = append(slices.Clone(in.Conflicts), gone)
	for _, p := range before.Pairs {
		if p != gone {
			again.Locked = append(again.Locked, p)
		}
	}
	after := solve(t, &again)
	if after.Filled != before.Filled || slices.Contains(after.Pairs, gone) {
		t.Fatalf("%d filled after the recusal, %d before", after.Filled, before.Filled)
	}
	for _, p := range again.Locked {
		if !slices.Contains(after.Pairs, p) {
			t.Errorf("the locked pair %v is gone", p)
		}
	}
}
