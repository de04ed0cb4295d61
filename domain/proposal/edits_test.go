package proposal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"seedbed/domain/identity"
)

func clashKeys(clashes []Clash) []string {
	keys := []string{}
	for _, c := range clashes {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	return keys
}

func TestMergeTakesBothWhereTheyDoNotMeet(t *testing.T) {
	base := Draft{Title: "旧衣坊", Goal: "g", Affected: []string{"elders", "needy"}, Lines: []Line{{Row: "aaaaaa", Item: "布", Qty: 1}, {Row: "bbbbbb", Item: "线", Qty: 2}, {Row: "cccccc", Item: "针"}}}
	mine, theirs := base, base
	mine.Title, mine.Affected = "旧衣改造坊", []string{"elders", "needy", "all"}
	mine.Lines = []Line{{Row: "aaaaaa", Item: "布", Qty: 5}, {Row: "dddddd", Item: "纸"}, {Row: "bbbbbb", Item: "线", Qty: 2}}
	theirs.Goal, theirs.Affected = "目标", []string{"needy"}
	theirs.Lines = []Line{{Row: "aaaaaa", Item: "棉布", Qty: 1}, {Row: "bbbbbb", Item: "线", Qty: 3}, {Row: "cccccc", Item: "针"}, {Row: "eeeeee", Item: "海报"}}
	got, clashes := Combine(&base, mine, theirs)
	if len(clashes) > 0 || got.Title != "旧衣改造坊" || got.Goal != "目标" || !slices.Equal(got.Affected, []string{"needy", "all"}) {
		t.Errorf("%v in %+v", clashes, got)
	}
	want := []Line{{Row: "aaaaaa", Item: "棉布", Qty: 5}, {Row: "dddddd", Item: "纸"}, {Row: "bbbbbb", Item: "线", Qty: 3}, {Row: "eeeeee", Item: "海报"}}
	if !slices.Equal(got.Lines, want) {
		t.Errorf("rows %+v, want %+v", got.Lines, want)
	}
}

func TestMergeOffersWhatMeets(t *testing.T) {
	base := Draft{Title: "a", Lines: []Line{{Row: "aaaaaa", Item: "布", Qty: 1}, {Row: "bbbbbb", Item: "线"}}}
	mine, theirs := base, base
	mine.Title, mine.Pitch = "b", "p"
	mine.Lines = []Line{{Row: "bbbbbb", Item: "线", Qty: 9}} // aaaaaa taken away
	theirs.Title = "c"
	theirs.Lines = []Line{{Row: "aaaaaa", Item: "布", Qty: 7}} // bbbbbb taken away
	got, clashes := Combine(&base, mine, theirs)
	if !slices.Equal(clashKeys(clashes), []string{"lines@aaaaaa", "lines@bbbbbb", "title"}) || got.Title != "c" || got.Pitch != "p" || !slices.Equal(got.Lines, theirs.Lines) {
		t.Errorf("%+v in %+v", clashes, got)
	}
	got, clashes = Combine(nil, Draft{Title: "b", Goal: "mine", Risks: ""}, Draft{Title: "c", Risks: "theirs"})
	if !slices.Equal(clashKeys(clashes), []string{"title"}) || got.Goal != "mine" || got.Risks != "theirs" {
		t.Errorf("without a base: %+v in %+v", clashes, got)
	}
}

// scramble changes random places of a draft.
func scramble(r *rand.Rand, d Draft, n int) Draft {
	d.Lines, d.Activities, d.Affected = slices.Clone(d.Lines), slices.Clone(d.Activities), slices.Clone(d.Affected)
	for range n {
		text := fmt.Sprint("t", r.IntN(1000))
		switch r.IntN(8) {
		case 0:
			d.Title = text
		case 1:
			d.Goal = text
		case 2:
			d.Asked = r.IntN(1000)
		case 3:
			d.Affected = []string{AffectedBy[r.IntN(len(AffectedBy))].Code}
		case 4:
			d.Lines = append(d.Lines, Line{Row: RowName(), Item: text})
		case 5:
			if len(d.Lines) > 0 {
				d.Lines[r.IntN(len(d.Lines))].Qty = 1 + r.IntN(1000)
			}
		case 6:
			if len(d.Lines) > 0 {
				i := r.IntN(len(d.Lines))
				d.Lines = slices.Delete(d.Lines, i, i+1)
			}
		default:
			if len(d.Lines) > 0 {
				d.Lines[r.IntN(len(d.Lines))].Item = text
			}
		}
	}
	return d
}

// places is every place of a draft with what it says.
func places(d Draft) map[string]string {
	out := map[string]string{"title": d.Title, "goal": d.Goal, "asked": fmt.Sprint(d.Asked)}
	for _, l := range d.Lines {
		out["lines@"+l.Row] = "there"
		out["lines@"+l.Row+".item"], out["lines@"+l.Row+".qty"] = l.Item, fmt.Sprint(l.Qty)
	}
	for _, c := range AffectedBy {
		out["affected "+c.Code] = fmt.Sprint(slices.Contains(d.Affected, c.Code))
	}
	return out
}

// Whatever two people do to a draft: what only one has changed is in the result, what both have changed alike too, and
// where they differ theirs stands and the place is offered.
func TestMergeLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9)) //nolint:gosec // a repeatable test
	for range 3000 {
		base := scramble(r, Draft{}, 12)
		mine, theirs := scramble(r, base, 6), scramble(r, base, 6)
		got, clashes := Combine(&base, mine, theirs)
		b, m, th, g := places(base), places(mine), places(theirs), places(got)
		offered := clashKeys(clashes)
		keys := map[string]bool{}
		for _, all := range []map[string]string{b, m, th, g} {
			for k := range all {
				keys[k] = true
			}
		}
		for k := range keys {
			row, _, _ := strings.Cut(k, ".")
			switch isOffered := slices.Contains(offered, k) || slices.Contains(offered, row); {
			case isOffered:
				if g[k] != th[k] {
					t.Fatalf("%s is offered and not theirs", k)
				}
			case m[k] == b[k] && g[k] != th[k] && m[row] == g[row], th[k] == b[k] && g[k] != m[k] && th[row] == g[row], m[k] == th[k] && g[k] != m[k]:
				t.Fatalf("%s: base %q, mine %q, theirs %q, got %q; offered %v", k, b[k], m[k], th[k], g[k], offered)
			case m[k] != b[k] && th[k] != b[k] && m[k] != th[k]:
				t.Fatalf("%s: base %q, mine %q, theirs %q was not offered, got %q", k, b[k], m[k], th[k], g[k])
			}
		}
	}
}

// Two pages change one proposal at once, 200 random edits each. Each acknowledged edit is in the result unless a later
// one, made by somebody who had seen it, replaced it; or it was offered as a choice.
func TestTwoWriteAtOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	member := identity.Actor{ID: f.Members[1].PersonID}
	type mark struct {
		field, value string
		saves        int
	}
	var mu sync.Mutex
	acks, offered := []mark{}, 0
	fields := []string{"title", "pitch", "venue", "goal", "method", "risks", "problem"}
	write := func(who identity.Actor, page string, seed uint64) {
		r := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // a repeatable test
		seen := f.Draft()
		for n := range 200 {
			d, name := seen, fields[r.IntN(len(fields))]
			value := fmt.Sprintf("%s%d", page, n)
			v, _ := address(&d, name, false)
			v.SetString(value)
			kept, err := w.book.Edit(ctx, who, f.ID, Edit{Draft: d, Page: page})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			if slices.Contains(clashKeys(kept.Clashes), name) {
				offered++
			} else {
				acks = append(acks, mark{name, value, kept.Saves})
			}
			mu.Unlock()
			seen = kept.Draft
			seen.Saves = kept.Saves
			if r.IntN(3) == 0 { // the answer was lost: the page goes on from what it had, with its own text
				seen = d
			}
		}
	}
	var both sync.WaitGroup
	both.Go(func() { write(w.lead, "a", 1) })
	both.Go(func() { write(member, "b", 2) })
	both.Wait()
	end := w.own(w.lead, f.ID).Draft()
	last := map[string]mark{}
	for _, a := range acks {
		if a.saves >= last[a.field].saves {
			last[a.field] = a
		}
	}
	for name, a := range last {
		if v, _ := address(&end, name, false); v.String() != a.value {
			t.Errorf("%s says %q, acknowledged last was %q", name, v.String(), a.value)
		}
	}
	t.Logf("%d acknowledged, %d offered", len(acks), offered)
	if len(acks)+offered != 400 {
		t.Errorf("%d answers", len(acks)+offered)
	}
}

func TestAPageIsNoClashWithItself(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	at := f.Saves
	for i, title := range []string{"旧", "旧衣", "旧衣坊"} { // no answer has reached the page
		d := f.Draft()
		d.Saves, d.Title = at, title
		kept, err := w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: d, Page: "one"})
		if err != nil || len(kept.Clashes) > 0 || kept.Draft.Title != title {
			t.Fatalf("%d: %+v, %v", i, kept, err)
		}
	}
	d := f.Draft()
	d.Saves, d.Title = at, "别的"
	kept, err := w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: d, Page: "two"})
	if err != nil || !slices.Equal(clashKeys(kept.Clashes), []string{"title"}) || kept.Draft.Title != "旧衣坊" {
		t.Errorf("another page: %+v, %v", kept, err)
	}
	d.Saves = kept.Saves
	if kept, err = w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: d, Page: "two", Held: []string{"title"}}); err != nil || kept.Draft.Title != "旧衣坊" {
		t.Errorf("an undecided place was changed: %+v, %v", kept, err)
	}
	if kept, err = w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: d, Page: "two"}); err != nil || kept.Draft.Title != "别的" {
		t.Errorf("decided: %+v, %v", kept, err)
	}
}

func TestAStepSavesOnlyItsOwn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	kept, err := w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: Draft{Saves: f.Saves, Problem: strings.Repeat("长", 501), HowFound: "visit"}, Step: "need"})
	if err != nil {
		t.Fatal(err)
	}
	d := w.own(w.lead, f.ID).Draft()
	if d.Title != f.Title || d.HowFound != "visit" || len(d.Affected) != 0 || d.Problem != f.Problem || kept.Wrong["problem"].Text == "" || len(kept.Wrong) != 1 {
		t.Errorf("kept %+v, wrong %v", d, kept.Wrong)
	}
	again, err := w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: Draft{Saves: kept.Saves, HowFound: "visit", Problem: f.Problem}, Step: "need"})
	if err != nil || again.Saves != kept.Saves {
		t.Errorf("the same again is save %d after %d, %v", again.Saves, kept.Saves, err)
	}
}

// A cell of a table that two have changed is offered again and again until somebody decides, and stays as it is stored.
func TestAnUndecidedCellIsOfferedAgain(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	key := "activities@" + f.Activities[0].Row + ".place"
	other := f.Draft().cloned()
	other.Activities[0].Place = "二楼"
	if _, err := w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: other, Page: "one"}); err != nil {
		t.Fatal(err)
	}
	mine := f.Draft().cloned()
	mine.Activities[0].Place = "院子里"
	for i, open := range [][]string{nil, {key}, {key}} {
		kept, err := w.book.Edit(ctx, w.lead, f.ID, Edit{Draft: mine.cloned(), Page: "two", Step: "plan", Open: open})
		if err != nil || !slices.Equal(clashKeys(kept.Clashes), []string{key}) || kept.Clashes[0].Mine != "院子里" || kept.Clashes[0].Theirs != "二楼" || kept.Draft.Activities[0].Place != "二楼" {
			t.Fatalf("%d: %+v, %v", i, kept, err)
		}
		mine.Saves = kept.Saves
	}
}
