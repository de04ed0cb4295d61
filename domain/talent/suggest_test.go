package talent

import (
	"strings"
	"testing"
	"time"
)

func TestSuggestionsComeNearestFirst(t *testing.T) {
	day := func(n int) time.Time { return noon.AddDate(0, 0, n) }
	cards := []Card{
		{ID: "far", Place: far, Skills: []string{"repair", "law"}, Times: []string{"weekend"}, ActiveAt: day(9)},
		{ID: "street", Place: hood2, Skills: []string{"repair", "law"}, Times: []string{"weekend"}, ActiveAt: day(1)},
		{ID: "vague", Place: "jz.wuhan", Skills: []string{"repair"}, ActiveAt: day(1)},
		{ID: "one", Place: hood, Skills: []string{"repair"}, Times: []string{"weekend"}, ActiveAt: day(5)},
		{ID: "both", Place: hood, Skills: []string{"law", "repair"}, Times: []string{"weekend"}, ActiveAt: day(1)},
		{ID: "older", Place: hood, Skills: []string{"repair"}, Times: []string{"weekend"}, ActiveAt: day(4)},
		{ID: "unsaid", Place: hood, Skills: []string{"repair"}, ActiveAt: day(8)},
	}
	rank(cards, hood, []string{"repair", "law"}, []string{"weekend", "evening"})
	var got []string
	for _, c := range cards {
		got = append(got, c.ID)
	}
	if order := strings.Join(got, " "); order != "both one older unsaid street vague far" {
		t.Errorf("in the order %s", order)
	}
	if !busy(Card{Times: []string{"evening"}}, []string{"weekend"}) || busy(Card{}, []string{"weekend"}) || busy(Card{Times: []string{"evening"}}, nil) {
		t.Error("who is busy")
	}
}

func TestSuggestGivesOnlyPeopleWhoAgreed(t *testing.T) {
	w := newWorld(t)
	near := w.listed(w.wang, "times", "area")
	w.verified(w.li) // verified, not listed
	for name, c := range map[string]struct {
		at            string
		skills, times []string
		limit, want   int
	}{"here": {hood, []string{"repair"}, []string{"weekend"}, 5, 1}, "another skill": {hood, []string{"law"}, nil, 5, 0}, "another time": {hood, nil, []string{"evening"}, 5, 0},
		"anything": {far, nil, nil, 5, 1}, "another district": {"qy.a.b", nil, nil, 5, 0}, "none asked": {hood, nil, nil, 0, 0}, "no path": {"../x", nil, nil, 5, 0}} {
		cards, err := Suggest(w.ctx, w.db, c.at, c.skills, c.times, c.limit)
		if err != nil || len(cards) != c.want || c.want > 0 && cards[0].ID != near {
			t.Errorf("%s: %+v, %v", name, cards, err)
		}
	}
	w.must(w.book.Hide(w.ctx, w.wang, near, Press{4}))
	if cards, err := Suggest(w.ctx, w.db, hood, nil, nil, 5); err != nil || len(cards) != 0 {
		t.Errorf("after hiding: %v, %v", cards, err)
	}
}
