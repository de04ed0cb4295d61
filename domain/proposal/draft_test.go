package proposal

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

func TestStartTwiceIsOneDraft(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	form := Beginning{ID: newID()}
	for range 2 {
		if id, err := w.book.Start(ctx, w.lead, w.edition.ID, form); err != nil || id != form.ID {
			t.Fatal(id, err)
		}
	}
	if id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()}); err != nil || id != form.ID {
		t.Errorf("who has an unsent draft gets another one: %s, %v", id, err)
	}
	if n := w.count(`select count(*) from proposal`, nil); n != 1 {
		t.Errorf("%d drafts", n)
	}
	ties, err := TeamTies(ctx, w.db, w.own(w.lead, form.ID).TeamID, w.lead)
	if err != nil || !slices.Equal(ties, []identity.Role{identity.TeamLead}) {
		t.Errorf("the lead's ties are %v, %v", ties, err)
	}
}

func TestStartNeedsAHomeAndAnOpenCall(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	stranger := w.resident("外地人", "qy")
	if _, err := w.book.Start(ctx, stranger, w.edition.ID, Beginning{ID: newID()}); fault.InFields(err)["home"].Text == "" {
		t.Errorf("somebody from another district starts: %v", err)
	}
	if _, err := w.book.Start(ctx, identity.Actor{}, w.edition.ID, Beginning{ID: newID()}); !fault.Is(err, fault.SignIn) {
		t.Errorf("a visitor starts: %v", err)
	}
	w.clock.Set(*w.edition.ClosesAt)
	if _, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()}); !fault.Is(err, fault.Conflict) {
		t.Errorf("started after the end of the call: %v", err)
	}
}

func TestSaveKeepsWhatIsThere(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	half := Draft{Saves: 1, Title: "只有名字", Activities: []Activity{{}, {Name: "还没想好"}}, Lines: []Line{{Item: "布料"}, {}, {UnitPrice: 5_00}}}
	saves, err := w.book.Save(ctx, w.lead, id, half)
	if err != nil || saves != 2 {
		t.Fatal(saves, err)
	}
	got := w.own(w.lead, id).Draft()
	if got.Title != "只有名字" || len(got.Activities) != 1 || len(got.Lines) != 2 || got.Lines[1].UnitPrice != 5_00 {
		t.Errorf("kept %+v", got)
	}
	full := good(saves)
	full.OwnFen = 300_00
	full.Funding = []Funding{{Source: "街道工会", Kind: "in_kind", Amount: 500_00, Note: "借用桌椅"}}
	if _, err := w.book.Save(ctx, w.lead, id, full); err != nil {
		t.Fatal(err)
	}
	f := w.own(w.lead, id)
	want := full
	want.Saves++
	have := f.Draft()
	for i := range have.Lines {
		have.Lines[i].Row = ""
	}
	have.Activities[0].Row, have.Funding[0].Row = "", ""
	have.StartsOn, have.EndsOn = want.StartsOn, want.EndsOn // a date comes back without its hour
	if !reflect.DeepEqual(have, want) {
		t.Errorf("read back %+v\nwritten %+v", have, want)
	}
	if f.Requested != Total(full.Lines)-300_00 || day(*f.StartsOn) != day(full.StartsOn) {
		t.Errorf("asks for %v from %v", f.Requested, f.StartsOn)
	}
}

func TestSaveRefusesOnlyWhatCannotBeKept(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	bad := Draft{Saves: 1, Title: strings.Repeat("长", 31), Track: "x", Affected: []string{"nobody"}, Asked: -1, SatisfactionTarget: 101,
		Activities: []Activity{{}, {Name: "a", Times: -3}}, Lines: []Line{{}, {}, {Category: "Z", UnitPrice: yuan.Max, Qty: 2}}}
	_, err = w.book.Save(ctx, w.lead, id, bad)
	want := []string{"activities.1.times", "affected", "asked", "lines.2.category", "lines.2.unit_price", "satisfaction_target", "title", "track"}
	if got := fault.InFields(err).Names(); !slices.Equal(got, want) {
		t.Errorf("wrong fields are %v, want %v", got, want)
	}
}

func TestStaleSaveIsRefused(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	member := identity.Actor{ID: f.Members[1].PersonID}
	mine, theirs := good(f.Saves), good(f.Saves)
	theirs.Title = "成员改的名字"
	mine.Title = "领办人改的名字"
	if _, err := w.book.Save(ctx, member, f.ID, theirs); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Save(ctx, w.lead, f.ID, mine); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale page is saved over: %v", err)
	}
	if got := w.own(w.lead, f.ID); got.Title != "成员改的名字" {
		t.Errorf("the title is %s", got.Title)
	}
	if _, err := w.book.Save(ctx, w.neighbour, f.ID, good(f.Saves+1)); !fault.Is(err, fault.NotFound) {
		t.Errorf("somebody not of the team saves: %v", err)
	}
}

func TestADraftIsNobodyElses(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	for name, who := range map[string]identity.Actor{"a neighbour": w.neighbour, "a visitor": {}, "the community's head": w.head} {
		if _, err := w.book.Own(ctx, who, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads the draft as a member: %v", name, err)
		}
		if _, err := w.book.See(ctx, who, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads the draft on the desk: %v", name, err)
		}
		if _, err := w.book.Public(ctx, f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s reads the draft in public: %v", name, err)
		}
	}
}

func TestCeilings(t *testing.T) {
	r := edition.DefaultRules()
	r.Caps = map[string]yuan.Fen{"resident_team": 5_000_00}
	r.LineShares["G"] = 1000
	line := func(category string, fen yuan.Fen) Line {
		return Line{Category: category, Item: category, UnitPrice: fen, Qty: 1}
	}
	for name, c := range map[string]struct {
		lines  []Line
		own    yuan.Fen
		field  string // "" for a budget that keeps the rules
		says   string
		passes yuan.Fen // the number it names, for the category of field
	}{
		"fits":                   {lines: []Line{line("M", 900_00), line("G", 100_00)}},
		"exactly at the ceiling": {lines: []Line{line("M", 900_00), line("I", 0), line("G", 100_00)}},
		"a fen above":            {lines: []Line{line("M", 900_00), line("G", 100_01)}, field: "lines.1.unit_price", says: "最多占总额的 10%，现在是 10.01%。降到 ¥100 以内", passes: 100_00},
		"as on the model page": {lines: []Line{{Category: "M", Item: "布料", UnitPrice: 800_00, Qty: 3}, {Category: "I", Item: "指导费", UnitPrice: 300_00, Qty: 4}, line("P", 660_00), line("G", 600_00)}, field: "lines.3.unit_price",
			says: "管理费最多占总额的 10%，现在是 12.3%。降到 ¥473.33 以内就可以提交", passes: 473_33},
		"two together": {lines: []Line{{Category: "M", Item: "布料", UnitPrice: 100_00, Qty: 7}, line("E", 200_00), line("S", 200_00)}, field: "lines.1.unit_price",
			says: "「专家讲师」和「志愿者补贴」合起来最多占总额的 30%，现在是 36.4%。降到 ¥300 以内"},
		"nothing else":            {lines: []Line{line("F", 10_00)}, field: "lines.0.unit_price", says: "请把别的开支也列上"},
		"a fixed asset":           {lines: []Line{line("M", 1_000_00)}, field: "lines.0.unit_price", says: "固定资产"},
		"just under an asset":     {lines: []Line{line("M", 999_99)}},
		"rent is no asset":        {lines: []Line{line("I", 1_500_00)}},
		"over the cap":            {lines: []Line{{Category: "I", Item: "保险", UnitPrice: 600_00, Qty: 9}}, field: "own", says: "最多支持 ¥5,000，现在申请 ¥5,400。请减少 ¥400"},
		"over but partly own":     {lines: []Line{{Category: "I", Item: "保险", UnitPrice: 600_00, Qty: 9}}, own: 400_00},
		"own beyond the total":    {lines: []Line{line("I", 10_00)}, own: 10_01, field: "own", says: "还多"},
		"no category, no ceiling": {lines: []Line{line("", 10_00)}},
	} {
		got := ceilings(c.lines, c.own, "resident_team", r)
		if c.field == "" {
			if len(got) != 0 {
				t.Errorf("%s: %v", name, got[0].Text)
			}
			continue
		}
		if len(got) != 1 || got[0].Field != c.field || !strings.Contains(got[0].Text.String(), c.says) {
			t.Errorf("%s: got %v, want %q at %s", name, got, c.says, c.field)
			continue
		}
		if c.passes > 0 { // the named number does pass, and a fen more does not
			i := len(c.lines) - 1
			c.lines[i].UnitPrice = c.passes
			if again := ceilings(c.lines, c.own, "resident_team", r); len(again) != 0 {
				t.Errorf("%s: the number named does not pass: %v", name, again[0].Text)
			}
			c.lines[i].UnitPrice++
			if again := ceilings(c.lines, c.own, "resident_team", r); len(again) == 0 {
				t.Errorf("%s: more than the number named passes", name)
			}
		}
	}
}

func TestPercent(t *testing.T) {
	for points, want := range map[int]string{1000: "10%", 750: "7.5%", 1234: "12.34%", 5: "0.05%", 0: "0%"} {
		if got := percent(points); got != want {
			t.Errorf("percent(%d) = %s, want %s", points, got, want)
		}
	}
}

func TestGapsOfTheDates(t *testing.T) {
	from, to := noon.AddDate(0, 2, 0), noon.AddDate(1, 6, 0)
	f := Full{Edition: edition.Edition{Rules: edition.DefaultRules(), RunsFrom: &from, RunsTo: &to}}
	at := func(starts, ends time.Time) []string {
		f.StartsOn, f.EndsOn = some(starts), some(ends)
		names := []string{}
		for _, g := range f.Gaps() {
			if g.Field == "starts_on" || g.Field == "ends_on" {
				names = append(names, g.Field)
			}
		}
		return names
	}
	for name, c := range map[string]struct {
		starts, ends time.Time
		want         []string
	}{
		"a whole year":         {from, from.AddDate(1, 0, 0), []string{}},
		"a day more":           {from, from.AddDate(1, 0, 1), []string{"ends_on"}},
		"ends as it starts":    {from, from, []string{"ends_on"}},
		"before the edition":   {from.AddDate(0, 0, -1), from.AddDate(0, 3, 0), []string{"starts_on"}},
		"on the edition's day": {to.AddDate(0, -3, 0), to, []string{}},
		"after the edition":    {to.AddDate(0, -3, 0), to.AddDate(0, 0, 1), []string{"ends_on"}},
		"not yet known at all": {time.Time{}, time.Time{}, []string{"starts_on", "ends_on"}},
	} {
		if got := at(c.starts, c.ends); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRemindersAreLeftOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.draft(w.lead, w.edition)
	w.submitted(w.neighbour, w.edition)
	remind := func() int {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return RemindDrafts(ctx, tx, w.clock.Now()) }); err != nil {
			t.Fatal(err)
		}
		return w.count(`select count(*) from notice where code = 'N02'`, nil)
	}
	for _, c := range []struct {
		before time.Duration
		want   int
	}{{8 * 24 * time.Hour, 0}, {7 * 24 * time.Hour, 1}, {6 * 24 * time.Hour, 1}, {48 * time.Hour, 2}, {time.Hour, 3}, {0, 3}} {
		w.clock.Set(w.edition.ClosesAt.Add(-c.before))
		if got := remind(); got != c.want {
			t.Errorf("%v before the end there are %d reminders, want %d", c.before, got, c.want)
		}
	}
}
