package score

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func rats(list ...int64) []*big.Rat {
	out := make([]*big.Rat, len(list))
	for i, v := range list {
		if v >= 0 {
			out[i] = big.NewRat(v, 1)
		}
	}
	return out
}

func TestByCriterionEachLosesItsOwnExtremes(t *testing.T) {
	r := Rule{Shares: []*big.Rat{big.NewRat(1, 2), big.NewRat(1, 2)}, Trim: Criterion, TrimAt: 3}
	s := r.Of([]Paper{{"a", 1, rats(100, 0)}, {"b", 2, rats(50, 60)}, {"c", 3, rats(0, 90)}})
	if s.Score.RatString() != "55" || !slices.Equal(s.Cuts, []Cut{{0, "a"}, {0, "c"}, {1, "c"}, {1, "a"}}) {
		t.Errorf("score %s, cuts %v", s.Score.RatString(), s.Cuts)
	}
}

func TestNeverBelowThree(t *testing.T) {
	r := Rule{Shares: rats(1), Trim: Sheet, TrimAt: 1}
	if s := r.Of([]Paper{{"a", 1, rats(1)}, {"b", 2, rats(3)}}); len(s.Dropped) != 0 || s.Score.RatString() != "2" {
		t.Errorf("two sheets were trimmed: %+v", s)
	}
}

func TestTotalsScaleUpWhatIsMarked(t *testing.T) {
	r := Rule{Shares: []*big.Rat{big.NewRat(3, 4), big.NewRat(1, 4)}}
	total, marked := r.Total(Paper{Marks: rats(80, -1)})
	if total.RatString() != "80" || marked.RatString() != "3/4" {
		t.Errorf("total %s of %s", total, marked)
	}
	if total, _ = r.Total(Paper{Marks: rats(-1, -1)}); total != nil {
		t.Errorf("an empty sheet has the total %s", total)
	}
}

// Whatever the order of the sheets, the score is the mean of the kept sheets' totals where no mark is missing.
func TestScoresAreMeansOfKeptTotals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for try := range 300 {
		r := Rule{Shares: []*big.Rat{big.NewRat(1+rng.Int64N(5), 7), big.NewRat(1+rng.Int64N(5), 7)}, Trim: Sheet, TrimAt: 5}
		var papers []Paper
		for n := range 1 + rng.IntN(8) {
			papers = append(papers, Paper{fmt.Sprint(n), int64(rng.IntN(3)), rats(rng.Int64N(6), rng.Int64N(6))})
		}
		s := r.Of(papers)
		sum, n := new(big.Rat), int64(0)
		for _, p := range papers {
			if !slices.Contains(s.Dropped, p.ID) {
				total, _ := r.Total(p)
				sum.Add(sum, total)
				n++
			}
		}
		if want := sum.Quo(sum, big.NewRat(n, 1)); want.Cmp(s.Score) != 0 {
			t.Fatalf("try %d: %s, the kept totals say %s", try, s.Score, want)
		}
		rng.Shuffle(len(papers), func(i, j int) { papers[i], papers[j] = papers[j], papers[i] })
		if again := r.Of(papers); again.Score.Cmp(s.Score) != 0 || !slices.Equal(again.Dropped, s.Dropped) {
			t.Fatalf("try %d: another order, another score", try)
		}
	}
}
