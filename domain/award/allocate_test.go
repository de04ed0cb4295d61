package award

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/yuan"
)

func candidate(rank, score int, requested yuan.Fen) Candidate {
	return Candidate{ID: fmt.Sprintf("p%02d", rank), Track: "resident_team", Category: "culture", Rank: rank, Score: score, Requested: requested}
}

func TestAllocationFollowsTheRank(t *testing.T) {
	r := edition.DefaultRules()
	r.Reserves = 1
	got := Allocate([]Candidate{
		candidate(1, 95_00, 5_000_00), // cap of grade A and of the track
		candidate(2, 88_50, 2_500_00), // cap of grade B
		candidate(3, 85_00, 1_500_00),
		candidate(4, 84_00, 1_900_00), // no longer whole: the walk ends here
		candidate(5, 82_00, 100_00),   // would fit, and is not jumped over to
		candidate(6, 59_99, 100_00),
	}, []Source{{ID: "s", Amount: 8_000_00}}, r)
	want := []struct {
		result string
		amount yuan.Fen
		grade  string
	}{{Selected, 3_000_00, "A"}, {Selected, 2_000_00, "B"}, {Selected, 1_500_00, "B"}, {Reserve, 0, "B"}, {NotSelected, 0, "B"}, {NotSelected, 0, ""}}
	for i, d := range got {
		if d.Result != want[i].result || d.Amount != want[i].amount || d.Grade != want[i].grade {
			t.Errorf("%s: %s %s %s, want %v", d.ID, d.Result, d.Amount, d.Grade, want[i])
		}
		if (d.Result == Selected) == (d.Reason.Text != "") {
			t.Errorf("%s is %s with reason %q", d.ID, d.Result, d.Reason)
		}
	}
}

func TestBoundMoneyGoesFirstAndOnlyWhereItMay(t *testing.T) {
	r := edition.DefaultRules()
	sources := []Source{{ID: "free", Amount: 1_000_00}, {ID: "lottery", Amount: 1_000_00, Categories: []string{"mutual_aid"}}}
	aid := candidate(1, 95_00, 1_000_00)
	aid.Category = "mutual_aid"
	got := Allocate([]Candidate{aid, candidate(2, 90_00, 1_000_00), candidate(3, 90_00, 1_000_00)}, sources, r)
	if got[0].Source != "lottery" || got[1].Source != "free" || got[2].Result != Reserve {
		t.Errorf("%+v", got)
	}
	only := Allocate([]Candidate{candidate(1, 95_00, 1_000_00)}, sources[1:], r)
	if only[0].Result != NotSelected || only[0].Reason.Text == "" {
		t.Errorf("bound money went to another category: %+v", only)
	}
}

func TestGradeCapsAreForResidentTeams(t *testing.T) {
	c := candidate(1, 95_00, 10_000_00)
	c.Track = "registered_org"
	if got := Most(c, edition.DefaultRules()); got != 10_000_00 {
		t.Errorf("a registered organisation may get %s", got)
	}
}

// I-R5 over random rankings: no source gives more than it has or to a category it may not, nobody gets more than asked
// or capped, and whoever stands above a chosen project of the same track without being chosen has a reason, and could
// not have drawn on the money that project got.
func TestPropertiesOfAnyAllocation(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 2026))
	categories := []string{"environment", "culture", "mutual_aid", "self_management"}
	for try := range 500 {
		r := edition.DefaultRules()
		r.Reserves = rng.IntN(4)
		sources := []Source{}
		for s := range 1 + rng.IntN(3) {
			source := Source{ID: fmt.Sprint("s", s), Amount: yuan.Fen(rng.IntN(12_000_00))}
			for _, c := range categories {
				if rng.IntN(3) == 0 {
					source.Categories = append(source.Categories, c)
				}
			}
			sources = append(sources, source)
		}
		list := []Candidate{}
		for _, track := range edition.Tracks {
			score := 100_00
			for rank := range rng.IntN(12) {
				score -= rng.IntN(9_00)
				list = append(list, Candidate{ID: fmt.Sprint(track.Code, rank), Track: track.Code, Category: categories[rng.IntN(4)], Rank: rank + 1,
					Score: max(score, 0), Requested: yuan.Fen(rng.IntN(6_000_00))})
			}
		}
		decisions := Allocate(list, sources, r)
		checkAllocation(t, list, sources, decisions, r)
		rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if again := Allocate(list, sources, r); !reflect.DeepEqual(again, decisions) {
			t.Fatalf("round %d: another order of the candidates gave another allocation", try)
		}
	}
}

func checkAllocation(t *testing.T, list []Candidate, sources []Source, decisions []Decision, r edition.Rules) {
	t.Helper()
	byID, given, reserves := map[string]Candidate{}, map[string]yuan.Fen{}, map[string]int{}
	pool := map[string]Source{}
	for _, c := range list {
		byID[c.ID] = c
	}
	for _, s := range sources {
		pool[s.ID] = s
	}
	if len(decisions) != len(list) {
		t.Fatalf("%d decisions for %d candidates", len(decisions), len(list))
	}
	for i, d := range decisions {
		c := byID[d.ID]
		if d.Result != Selected {
			if d.Reason.Text == "" || d.Amount != 0 {
				t.Errorf("%s is %s with %s and reason %q", d.ID, d.Result, d.Amount, d.Reason)
			}
			if d.Result == Reserve {
				reserves[c.Track]++
			}
			continue
		}
		given[d.Source] += d.Amount
		if d.Amount <= 0 || d.Amount > c.Requested || d.Amount > r.Caps[c.Track] || !pool[d.Source].fits(c.Category) || c.Score < r.MinScore {
			t.Errorf("%+v gets %+v", c, d)
		}
		for _, above := range decisions[:i] {
			a := byID[above.ID]
			if a.Track == c.Track && a.Rank < c.Rank && above.Result != Selected && a.Score >= r.MinScore && Most(a, r) > 0 && pool[d.Source].fits(a.Category) {
				t.Errorf("%s was jumped over for %s from %s", above.ID, d.ID, d.Source)
			}
		}
	}
	for id, fen := range given {
		if fen > pool[id].Amount {
			t.Errorf("%s gives %s of %s", id, fen, pool[id].Amount)
		}
	}
	for track, n := range reserves {
		if n > r.Reserves {
			t.Errorf("%d reserves in %s, at most %d", n, track, r.Reserves)
		}
	}
}
