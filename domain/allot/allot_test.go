package allot

import (
	"cmp"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// file writes a ballot file: costs by project a, b, c …; a vote as "a,b" or, with points, "a,b;3,1".
func file(kind, budget string, costs []string, votes ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "META\nkey;value\ndescription;x\nnum_projects;%d\nnum_votes;%d\nbudget;%s\nvote_type;%s\nPROJECTS\nproject_id;cost;name\n", len(costs), len(votes), budget, kind)
	for i, c := range costs {
		fmt.Fprintf(&b, "%c;%s;\"a; name\"\n", 'a'+i, c)
	}
	b.WriteString("VOTES\nvoter_id;vote")
	if kind == "scoring" || kind == "cumulative" {
		b.WriteString(";points")
	}
	for i, v := range votes {
		fmt.Fprintf(&b, "\nv%d;%s", i, v)
	}
	return b.String() + "\n"
}

func read(t *testing.T, text string) *Election {
	t.Helper()
	e, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func chosen(t *testing.T, text string, o Options) string {
	t.Helper()
	return strings.Join(Run(read(t, text), o).Selected, " ")
}

func TestRankStopsWhereGreedySkips(t *testing.T) {
	text := file("approval", "10", []string{"6", "5", "4"}, "a", "a", "a", "b", "b", "c")
	if got := chosen(t, text, Options{Rule: Rank}); got != "a" {
		t.Errorf("rank chose %s", got)
	}
	res := Run(read(t, text), Options{Rule: Rank})
	if want := []Skip{{"b", OverBudget}, {"c", AfterEnd}}; !reflect.DeepEqual(res.Skipped, want) {
		t.Errorf("rank skipped %v, want %v", res.Skipped, want)
	}
	if got := chosen(t, text, Options{Rule: Greedy}); got != "a c" {
		t.Errorf("greedy chose %s", got)
	}
	if got := chosen(t, file("approval", "10", []string{"10", "3", "3"}, "a,b", "a,c", "a"), Options{Rule: Greedy, Utility: Cardinality}); got != "b c" {
		t.Errorf("by votes for cost greedy chose %s", got)
	}
}

func TestTies(t *testing.T) {
	text := file("approval", "10", []string{"4", "3", "3"}, "a,b,c")
	if got := chosen(t, text, Options{Rule: Greedy, Ties: ByID}); got != "a b c" {
		t.Errorf("by id: %s", got)
	}
	firsts := map[string]bool{}
	for seed := range 8 {
		got := chosen(t, text, Options{Rule: Greedy, Ties: ByRule, Seed: fmt.Sprint(seed)})
		if !strings.HasSuffix(got, " a") {
			t.Errorf("the dearest of equals is not last: %s", got)
		}
		firsts[got] = true
	}
	if len(firsts) != 2 {
		t.Error("eight seeds always drew the same")
	}
}

// Two thirds like a and b, one third likes c: with a third of the money each group gets its part.
func TestEqualSharesIsProportional(t *testing.T) {
	votes := append(slices.Repeat([]string{"a,b,d"}, 6), slices.Repeat([]string{"c"}, 3)...)
	text := file("approval", "90", []string{"30", "30", "30", "30"}, votes...)
	if got := chosen(t, text, Options{Rule: EqualShares, Ties: ByID}); got != "a b c" {
		t.Errorf("equal shares chose %s", got)
	}
	if got := chosen(t, text, Options{Rule: Greedy, Ties: ByID}); got != "a b d" {
		t.Errorf("greedy chose %s", got)
	}
}

func TestEmptyBallotsCountAndFreeProjectsAreIn(t *testing.T) {
	text := file("approval", "12", []string{"6", "0", "0"}, "a,b", "a", "", "")
	if got := chosen(t, text, Options{Rule: EqualShares}); got != "b a" {
		t.Errorf("chosen: %s", got)
	}
	text = file("approval", "11", []string{"6", "0"}, "a,b", "a", "", "")
	res := Run(read(t, text), Options{Rule: EqualShares})
	if !slices.Equal(res.Selected, []string{"b"}) || res.Skipped[0].Reason != TooLittle {
		t.Errorf("with 11/4 each a costs too much: %+v", res)
	}
}

func TestCompletions(t *testing.T) {
	// Everybody holds 5. Nobody can buy a (8); with 8 each, a is bought, and then b and c do not fit.
	text := file("approval", "10", []string{"8", "9", "2"}, "a", "b")
	for complete, want := range map[Complete]string{Bare: "", Add1: "a", Utilitarian: "a c", Exhaust: "a c"} {
		if got := chosen(t, text, Options{Rule: EqualShares, Complete: complete, Ties: ByID}); got != want {
			t.Errorf("%s: chosen %q, want %q", complete, got, want)
		}
	}
}

func TestPhragmenStopsOverBudget(t *testing.T) {
	text := file("approval", "10", []string{"4", "4", "4", "11"}, "a,d", "a,d", "b", "c,d")
	res := Run(read(t, text), Options{Rule: Phragmen, Ties: ByID})
	if want := []string{"a", "b"}; !slices.Equal(res.Selected[:1], want[:1]) {
		t.Errorf("phragmen chose %v", res.Selected)
	}
	// b and c tie at 4 each; both fit after a, so b is bought; then c would be over budget and ends it.
	if want := []Skip{{"c", OverBudget}, {"d", OverBudget}}; !reflect.DeepEqual(res.Skipped, want) {
		t.Errorf("skipped %v, want %v", res.Skipped, want)
	}
}

func TestOrdinalBallotsCountByBorda(t *testing.T) {
	e := read(t, file("ordinal", "5", []string{"1", "1", "1"}, "c,a,b", "c,b"))
	votes := make([]int64, 3)
	for _, b := range e.Ballots {
		for _, m := range b.Marks {
			votes[m.Project] += b.N * m.Points
		}
	}
	if !slices.Equal(votes, []int64{1, 0, 3}) {
		t.Errorf("Borda votes %v", votes)
	}
}

func TestPointsAreExact(t *testing.T) {
	e := read(t, file("scoring", "5,5", []string{"1.25", "2"}, "a,b;0.1,0.25", "a;3"))
	if e.Scale != 20 || e.Budget.RatString() != "11/2" {
		t.Errorf("scale %d, budget %s", e.Scale, e.Budget.RatString())
	}
}

func TestWrongFilesNameTheLine(t *testing.T) {
	good := file("approval", "10", []string{"6", "5"}, "a", "a,b")
	for name, v := range map[string]struct{ old, new, want string }{
		"unknown project":     {"v1;a,b", "v1;a,zz", "第 15 行"},
		"project twice":       {"v1;a,b", "v1;a,a", "第 15 行"},
		"voter twice":         {"v1;a,b", "v0;a,b", "第 15 行"},
		"cost no number":      {"b;5;", "b;five;", "第 11 行"},
		"cost absurd":         {"b;5;", "b;1e999999999;", "第 11 行"},
		"cost negative":       {"b;5;", "b;-5;", "第 11 行"},
		"project given twice": {"b;5;", "a;5;", "第 11 行"},
		"no budget":           {"budget;10\n", "", "第 7 行"},
		"kind":                {"vote_type;approval", "vote_type;shouting", "第 7 行"},
		"count":               {"num_votes;2", "num_votes;3", "num_votes"},
		"sections":            {"PROJECTS", "VOTES", "第 8 行"},
		"no column":           {"project_id;cost", "project_id;price", "第 9 行"},
		"not UTF-8":           {"v1;a,b", "v1;\xff", "第 15 行"},
		"no section":          {"META\n", "", "第 1 行"},
		"half a file":         {good[strings.Index(good, "VOTES"):], "", "第 12 行"},
		"a budget of nothing": {"budget;10", "budget;NaN", "第 6 行"},
	} {
		if !strings.Contains(good, v.old) {
			t.Fatalf("%s: the file has no %q", name, v.old)
		}
		_, err := Read(strings.NewReader(strings.Replace(good, v.old, v.new, 1)))
		if err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v, want it to name %s", name, err, v.want)
		}
	}
	if _, err := Read(strings.NewReader(file("scoring", "10", []string{"6", "5"}, "a,b;1"))); err == nil {
		t.Error("a point for two projects was taken")
	}
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestNonsenseWithoutEndIsRefused(t *testing.T) {
	for _, c := range []byte{'a', 0, '"', '\n', ';'} {
		if _, err := Read(endless(c)); err == nil {
			t.Errorf("an endless file of %q was taken", c)
		}
	}
}

// plainShares is the method as its authors write it down, in exact numbers and without any short cut.
func plainShares(e *Election, o Options, share *big.Rat) []int {
	held := make([]*big.Rat, len(e.Ballots))
	for g := range held {
		held[g] = new(big.Rat).Set(share)
	}
	r := &run{e: e, o: o, votes: make([]int64, len(e.Projects))}
	for _, b := range e.Ballots {
		for _, m := range b.Marks {
			r.votes[m.Project] += b.N * m.Points
		}
	}
	var bought []int
	for {
		best, price, least := -1, (*big.Rat)(nil), (*big.Rat)(nil)
		for p := range e.Projects {
			if slices.Contains(bought, p) || e.Projects[p].Cost.Sign() == 0 {
				continue
			}
			t := plainPrice(e, held, p)
			if t == nil {
				continue
			}
			rho := new(big.Rat).Set(t)
			if o.Utility != Cardinality {
				rho.Quo(rho, e.Projects[p].Cost)
			}
			if least == nil || cmp.Or(rho.Cmp(least), r.tie(p, best)) < 0 {
				best, price, least = p, t, rho
			}
		}
		if best < 0 {
			return bought
		}
		bought = append(bought, best)
		for g, b := range e.Ballots {
			for _, m := range b.Marks {
				if int(m.Project) == best {
					pay := new(big.Rat).Mul(price, big.NewRat(m.Points, 1))
					if pay.Cmp(held[g]) > 0 {
						pay = held[g]
					}
					held[g] = new(big.Rat).Sub(held[g], pay)
				}
			}
		}
	}
}

func plainPrice(e *Election, held []*big.Rat, p int) *big.Rat {
	type voter struct {
		per, holds *big.Rat
		weight     int64
		n          int64
	}
	var voters []voter
	for g, b := range e.Ballots {
		for _, m := range b.Marks {
			if int(m.Project) == p && m.Points > 0 {
				voters = append(voters, voter{new(big.Rat).Quo(held[g], big.NewRat(m.Points, 1)), held[g], b.N * m.Points, b.N})
			}
		}
	}
	slices.SortFunc(voters, func(a, b voter) int { return a.per.Cmp(b.per) })
	left := new(big.Rat).Set(e.Projects[p].Cost)
	for i := range voters {
		weight := int64(0)
		for _, v := range voters[i:] {
			weight += v.weight
		}
		if t := new(big.Rat).Quo(left, big.NewRat(weight, 1)); t.Cmp(voters[i].per) <= 0 {
			return t
		}
		left.Sub(left, new(big.Rat).Mul(voters[i].holds, big.NewRat(voters[i].n, 1)))
	}
	return nil
}

func random(rng *rand.Rand, kind string) string {
	costs := []string{}
	for range 2 + rng.IntN(8) {
		costs = append(costs, fmt.Sprint(1+rng.IntN(12)))
	}
	votes := []string{}
	for range 1 + rng.IntN(14) {
		var ids, points []string
		for _, i := range rng.Perm(len(costs))[:rng.IntN(len(costs)+1)] {
			ids, points = append(ids, string(rune('a'+i))), append(points, fmt.Sprint(rng.IntN(4)))
		}
		v := strings.Join(ids, ",")
		if kind == "scoring" {
			v += ";" + strings.Join(points, ",")
		}
		votes = append(votes, v)
	}
	return file(kind, fmt.Sprint(5+rng.IntN(30)), costs, votes...)
}

func TestEqualSharesAgreesWithItsPlainForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for try := range 4000 {
		kind := []string{"approval", "scoring", "ordinal"}[try%3]
		e := read(t, random(rng, kind))
		o := Options{Rule: EqualShares, Utility: []Utility{Cost, Cardinality}[try%2], Ties: []Ties{ByID, ByRule}[try/2%2], Seed: "s"}
		share := new(big.Rat).Quo(e.Budget, big.NewRat(e.N, 1))
		r := &run{e: e, o: o, votes: make([]int64, len(e.Projects))}
		for _, b := range e.Ballots {
			for _, m := range b.Marks {
				r.votes[m.Project] += b.N * m.Points
			}
		}
		want := plainShares(e, o, share)
		if got := newMarket(r).buy(share); !slices.Equal(got, want) {
			t.Fatalf("try %d: %v, plainly %v", try, got, want)
		}
	}
}

func TestTheOrderOfTheFileIsOfNoMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for try := range 200 {
		text := random(rng, []string{"approval", "scoring"}[try%2])
		head, votes, _ := strings.Cut(text, "VOTES\n")
		head, projects, _ := strings.Cut(head, "PROJECTS\n")
		shuffle := func(part string) string {
			lines := strings.Split(strings.TrimSpace(part), "\n")
			rest := lines[1:]
			rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
			return strings.Join(lines, "\n") + "\n"
		}
		other := head + "PROJECTS\n" + shuffle(projects) + "VOTES\n" + shuffle(votes)
		for _, rule := range []Rule{Rank, Greedy, EqualShares, Phragmen} {
			o := Options{Rule: rule, Complete: Exhaust, Seed: "s"}
			if a, b := Run(read(t, text), o), Run(read(t, other), o); !reflect.DeepEqual(a, b) {
				t.Fatalf("%s: %+v and %+v", rule, a, b)
			}
		}
	}
}
