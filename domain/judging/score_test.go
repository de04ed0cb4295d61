package judging

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"seedbed/domain/yuan"
)

// twoWeights lets a test name any total: t = 99·x + y.
var twoWeights = []Weight{{NeedCode, 99}, {PartCode, 1}}

func paper(id string, total int, at int64) Paper {
	x := min(total/99, TopMark)
	return Paper{ID: id, Marks: map[string]int{NeedCode: x, PartCode: total - 99*x}, Submitted: at}
}

func entry(id string, totals ...int) Entry {
	e := Entry{ID: id, Track: "resident_team"}
	for i, t := range totals {
		e.Papers = append(e.Papers, paper(fmt.Sprintf("%s-%d", id, i), t, int64(i)))
	}
	return e
}

func input(entries ...Entry) Input {
	return Input{Round: "r", Seed: "seed", TrimAt: 5, MinValid: 3, Weights: twoWeights, Entries: entries}
}

func compute(t *testing.T, in Input) Outcome {
	t.Helper()
	out, err := Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The published vectors of DOMAIN §9.2.
func TestPublishedVectors(t *testing.T) {
	for _, v := range []struct {
		totals      []int
		score, cuts int
	}{
		{[]int{8600, 9150, 7825, 8800, 9500}, 8850, 2},
		{[]int{8000, 8500, 9000, 7000}, 8125, 0},
		{[]int{7905, 8340, 8115, 9000, 7770, 8625, 8460}, 8289, 2},
		{[]int{8000, 8000, 8000, 8000, 8000}, 8000, 2}, // all equal: two sheets still go, the mean stays
	} {
		r := compute(t, input(entry("p", v.totals...))).Rows[0]
		if r.Score != v.score || len(r.Dropped) != v.cuts || r.N != len(v.totals) {
			t.Errorf("%v: score %d, %d dropped of %d; want %d, %d", v.totals, r.Score, len(r.Dropped), r.N, v.score, v.cuts)
		}
	}
	in := input(entry("p", 8600, 9150, 7825, 8800, 9500))
	in.Share, in.Entries[0].Public = 20, 9200
	if got := compute(t, in).Rows[0].Score; got != 8920 {
		t.Errorf("with a fifth for the residents: %d, want 8920", got)
	}
}

func TestRoundingIsHalfUp(t *testing.T) {
	for _, v := range []struct {
		totals []int
		want   int
	}{{[]int{1, 2}, 2}, {[]int{1, 1, 2}, 1}, {[]int{1, 2, 2}, 2}, {[]int{0, 0, 0, 1}, 0}, {[]int{0, 0, 1, 1}, 1}, {[]int{10000}, 10000}} {
		if got := Mean(v.totals); got != v.want {
			t.Errorf("Mean(%v) = %d, want %d", v.totals, got, v.want)
		}
	}
	if got := Mix(1, 2, 50); got != 2 {
		t.Errorf("Mix(1, 2, 50) = %d, want 2", got)
	}
}

func TestTrimDropsTheLaterOfEqualSheets(t *testing.T) {
	e := Entry{ID: "p", Track: "t", Papers: []Paper{paper("a", 9000, 3), paper("b", 9000, 9), paper("c", 8000, 1), paper("d", 7000, 5), paper("e", 7000, 2)}}
	r := compute(t, input(e)).Rows[0]
	if !slices.Equal(r.Dropped, []string{"b", "d"}) {
		t.Errorf("dropped %v, want the later-submitted b and d", r.Dropped)
	}
}

func TestNoTrimmingBelowTheLimit(t *testing.T) {
	r := compute(t, input(entry("p", 100, 5000, 9000, 10000))).Rows[0]
	if len(r.Dropped) != 0 || r.N != 4 || r.Score != Mean([]int{100, 5000, 9000, 10000}) {
		t.Errorf("four sheets were trimmed: %+v", r)
	}
}

func TestTooFewSheetsGiveNoScore(t *testing.T) {
	if _, err := Compute(input(entry("p", 8000, 9000))); err == nil {
		t.Error("two sheets gave a score where three are needed")
	}
	in := input(entry("p"))
	in.MinValid = 0
	if _, err := Compute(in); err == nil {
		t.Error("no sheet at all gave a score")
	}
}

func TestTotalRefusesWhatIsNoMark(t *testing.T) {
	for name, marks := range map[string]map[string]int{"missing": {NeedCode: 80}, "above": {NeedCode: 101, PartCode: 1}, "below": {NeedCode: -1, PartCode: 1}} {
		if _, err := Total(twoWeights, marks); err == nil {
			t.Errorf("%s mark gave a total", name)
		}
	}
	if _, err := Total([]Weight{{NeedCode, 60}}, map[string]int{NeedCode: 80}); err == nil {
		t.Error("weights of 60 gave a total")
	}
}

// Ties in the published order, each step only when the ones before are equal.
func TestTiesFollowTheWrittenOrder(t *testing.T) {
	weights := []Weight{{NeedCode, 25}, {PartCode, 25}, {"plan", 50}}
	e := func(id string, need, part, plan int, asked yuan.Fen, at int64) Entry {
		all := Entry{ID: id, Track: "t", Requested: asked, Submitted: at}
		for i := range 3 {
			all.Papers = append(all.Papers, Paper{ID: fmt.Sprint(id, i), Marks: map[string]int{NeedCode: need, PartCode: part, "plan": plan}, Submitted: int64(i)})
		}
		return all
	}
	in := Input{Seed: "s", TrimAt: 5, MinValid: 3, Weights: weights, Entries: []Entry{
		e("score", 80, 80, 81, 900, 9), e("need", 84, 80, 78, 900, 9), e("part", 80, 84, 78, 900, 9),
		e("cheap", 80, 80, 80, 500, 9), e("early", 80, 80, 80, 900, 1), e("late", 80, 80, 80, 900, 9),
	}}
	got := []string{}
	for _, r := range compute(t, in).Rows {
		got = append(got, r.ID)
	}
	if want := []string{"score", "need", "part", "cheap", "early", "late"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestTheDrawIsRecordedAndFollowsTheSeed(t *testing.T) {
	in := input(entry("a", 8000, 8000, 8000), entry("b", 8000, 8000, 8000), entry("c", 9000, 9000, 9000))
	firsts := map[string]bool{}
	for _, seed := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		in.Seed = seed
		rows := compute(t, in).Rows
		if rows[0].ID != "c" || rows[0].Drawn || !rows[1].Drawn || !rows[2].Drawn {
			t.Fatalf("seed %s: %+v", seed, rows)
		}
		if (Lot(seed, rows[1].ID) < Lot(seed, rows[2].ID)) != true {
			t.Errorf("seed %s: the smaller lot is not first", seed)
		}
		firsts[rows[1].ID] = true
	}
	if len(firsts) != 2 {
		t.Error("eight seeds always drew the same project first")
	}
}

func TestRanksAreKeptPerTrack(t *testing.T) {
	a, b, c := entry("a", 9000, 9000, 9000), entry("b", 8000, 8000, 8000), entry("c", 7000, 7000, 7000)
	b.Track = "filed_org"
	for _, r := range compute(t, input(a, b, c)).Rows {
		if want := map[string]int{"a": 1, "b": 1, "c": 2}[r.ID]; r.Rank != want {
			t.Errorf("%s is rank %d, want %d", r.ID, r.Rank, want)
		}
	}
}

// Properties over random rounds: the order of the input is of no matter, scores stay within their sheets, more marks
// never worsen a place.
func TestPropertiesOfAnyRound(t *testing.T) {
	rng := rand.New(rand.NewPCG(2026, 9))
	for try := range 300 {
		in := Input{Round: "r", Seed: fmt.Sprint(try), TrimAt: 5, MinValid: 3, Weights: []Weight{{NeedCode, 20}, {PartCode, 20}, {"plan", 45}, {"team", 15}}}
		for p := range 2 + rng.IntN(12) {
			e := Entry{ID: fmt.Sprint("p", p), Track: []string{"x", "y"}[rng.IntN(2)], Requested: yuan.Fen(rng.IntN(3)), Submitted: int64(rng.IntN(3))}
			for s := range 3 + rng.IntN(6) {
				marks := map[string]int{}
				for _, w := range in.Weights {
					marks[w.Code] = 60 + rng.IntN(41)
				}
				e.Papers = append(e.Papers, Paper{ID: fmt.Sprint(e.ID, "-", s), Marks: marks, Submitted: int64(rng.IntN(4))})
			}
			in.Entries = append(in.Entries, e)
		}
		out := compute(t, in)
		checkRows(t, in, out)
		mixed := in
		mixed.Entries = slices.Clone(in.Entries)
		rng.Shuffle(len(mixed.Entries), func(i, j int) { mixed.Entries[i], mixed.Entries[j] = mixed.Entries[j], mixed.Entries[i] })
		for i := range mixed.Entries {
			papers := slices.Clone(mixed.Entries[i].Papers)
			rng.Shuffle(len(papers), func(a, b int) { papers[a], papers[b] = papers[b], papers[a] })
			mixed.Entries[i].Papers = papers
		}
		if again := compute(t, mixed); !reflect.DeepEqual(out, again) || Digest(out) != Digest(again) {
			t.Fatalf("round %d: another order of the same input gave another result", try)
		}
	}
}

func checkRows(t *testing.T, in Input, out Outcome) {
	t.Helper()
	if len(out.Rows) != len(in.Entries) {
		t.Fatalf("%d rows of %d entries", len(out.Rows), len(in.Entries))
	}
	ranks := map[string]int{}
	for i, r := range out.Rows {
		ranks[r.Track]++
		if r.Rank != ranks[r.Track] {
			t.Errorf("%s: rank %d where %d is next", r.ID, r.Rank, ranks[r.Track])
		}
		if i > 0 && out.Rows[i-1].Track == r.Track && out.Rows[i-1].Score < r.Score {
			t.Errorf("%s with %d stands behind %d", r.ID, r.Score, out.Rows[i-1].Score)
		}
		low, high := 10001, -1
		for _, e := range in.Entries {
			for _, p := range e.Papers {
				if e.ID == r.ID {
					total, _ := Total(in.Weights, p.Marks)
					low, high = min(low, total), max(high, total)
				}
			}
		}
		if r.Score < low || r.Score > high || r.Mean < low || r.Mean > high {
			t.Errorf("%s: score %d, mean %d outside of its sheets %d…%d", r.ID, r.Score, r.Mean, low, high)
		}
		if want := 2; (r.N >= in.TrimAt) != (len(r.Dropped) == want) {
			t.Errorf("%s: %d sheets, dropped %v", r.ID, r.N, r.Dropped)
		}
	}
}
