package award

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
)

// five are projects of 3,000 yuan but the second, of 5,000; a pool of 7,000.
func five() Sharing {
	p := planUnder(edition.Rules{MinScore: 60_00, Reserves: 2})
	for i, id := range []string{"a", "b", "c", "d", "e"} {
		c := Candidate{ID: id, Track: "resident_team", Category: "culture", Street: "s" + string(rune('1'+i%2)), Rank: i + 1, Score: 95_00 - i*100, Requested: 3_000_00}
		if id == "b" {
			c.Requested = 5_000_00
		}
		p.Candidates = append(p.Candidates, c)
	}
	p.Sources = []Source{{ID: "pool", Amount: 7_000_00}}
	p.Seed = "seed"
	return p
}

func selected(t *testing.T, p Sharing) string {
	t.Helper()
	list, err := p.Decide()
	if err != nil {
		t.Fatal(err)
	}
	got, sum := "", yuan.Fen(0)
	for _, d := range list {
		if d.Result == Selected {
			got += d.ID
			sum += d.Amount
		} else if d.Reason.Text == "" {
			t.Errorf("%s is passed over without a reason", d.ID)
		}
	}
	if sum > 7_000_00 {
		t.Errorf("%s given", sum)
	}
	return got
}

func TestTheRulesOfSharing(t *testing.T) {
	votes := func(lists ...string) (out [][]string) {
		for _, l := range lists {
			out = append(out, strings.Split(l, ""))
		}
		return out
	}
	for name, v := range map[string]struct {
		change func(*Sharing)
		want   string
	}{
		"rank ends where something does not fit": {func(*Sharing) {}, "a"},
		"greedy leaves it out":                   {func(p *Sharing) { p.Rule = Greedily }, "ac"},
		"equal shares follow the votes":          {func(p *Sharing) { p.Rule, p.Ballots = EqualShares, votes("d", "d", "d", "e", "e", "e") }, "de"},
		"a street's quota":                       {func(p *Sharing) { p.Rule, p.StreetAwards = Greedily, 1 }, "ad"},
		"a category's quota":                     {func(p *Sharing) { p.Rule, p.CategoryAwards = Greedily, 1 }, "a"},
		"a track's quota":                        {func(p *Sharing) { p.Rule, p.TrackAwards = Greedily, 1 }, "a"},
		"a street's share of the money":          {func(p *Sharing) { p.Rule, p.StreetShare = Greedily, 42 }, ""},
		"the panel's suggestion":                 {func(p *Sharing) { p.Candidates[1].Suggested = 4_000_00 }, "ab"},
		"the panel's order":                      {func(p *Sharing) { p.Candidates[0].Turn, p.Candidates[1].Turn = 2, 1 }, "b"},
		"the least score":                        {func(p *Sharing) { p.MinScore = 95_00 }, "a"},
	} {
		p := five()
		v.change(&p)
		if got := selected(t, p); got != v.want {
			t.Errorf("%s: %q, want %q", name, got, v.want)
		}
	}
	p := five()
	p.Rule = EqualShares
	if _, err := p.Decide(); err == nil {
		t.Error("shared out by votes nobody gave")
	}
}

// The order of candidates and ballots is of no matter, and an allocation's file replays; a changed one does not.
func TestAnAllocationReplays(t *testing.T) {
	p := five()
	p.Rule, p.Ballots = EqualShares, [][]string{{"d", "c"}, {"a"}, {"c"}}
	file, _, err := p.file()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(p.Candidates)
	slices.Reverse(p.Ballots)
	again, _, err := p.file()
	if err != nil || string(again) != string(file) {
		t.Errorf("another order gives other bytes: %v", err)
	}
	kinds := map[string]replay.Compute{"award": Replay}
	if v, err := replay.Replay(strings.NewReader(string(file)), kinds); err != nil || !v.Same {
		t.Errorf("%+v, %v", v, err)
	}
	if v, err := replay.Replay(strings.NewReader(strings.Replace(string(file), `"result":"selected"`, `"result":"reserve"`, 1)), kinds); err != nil || v.Same {
		t.Errorf("a changed file: %+v, %v", v, err)
	}
	if _, err := Replay([]byte(`{"rule":"rank","nonsense":1}`)); err == nil {
		t.Error("an unknown field was taken")
	}
}

// Lots share the turns of those drawn; the panel's word comes before them; nobody else moves, and ranks stay.
func TestTurnsAfterDrawAndDeliberation(t *testing.T) {
	p := five()
	order, err := json.Marshal(map[string]any{"result": map[string]any{"order": []map[string]string{{"id": "d"}, {"id": "b"}, {"id": "c"}}}})
	if err != nil {
		t.Fatal(err)
	}
	turns := func(list []Candidate) string {
		list = slices.Clone(list)
		slices.SortFunc(list, func(a, b Candidate) int { return a.turn() - b.turn() })
		text := ""
		for _, c := range list {
			text += c.ID
		}
		return text
	}
	draws := []judging.Draw{{Protocol: string(order)}}
	if got := turns(turned(p.Candidates, nil, draws)); got != "adbce" {
		t.Errorf("after the draw %s", got)
	}
	if got := turns(turned(p.Candidates, map[string]judging.Deliberation{"c": {Verdict: judging.Fund}, "d": {Verdict: judging.Defer}}, draws)); got != "acbde" {
		t.Errorf("after the panel's word %s", got)
	}
	if got := turns(turned(p.Candidates, map[string]judging.Deliberation{"e": {Verdict: judging.Keep, Amount: 1_000_00}}, nil)); got != "abcde" {
		t.Errorf("a word that keeps: %s", got)
	}
}
