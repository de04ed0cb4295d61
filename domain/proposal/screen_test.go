package proposal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/alike"
	"seedbed/domain/alike/prose"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/redline"
	"seedbed/storage/pg"
)

// made is a draft with a made-up text; the same number makes the same text.
func made(saves, n int) Draft {
	d, t := good(saves), prose.Write(rand.New(rand.NewPCG(7, uint64(n))))
	d.Title, d.Pitch, d.Problem, d.Goal, d.Method, d.Future = string([]rune(t.Title)[:min(len([]rune(t.Title)), 30)]), t.Pitch, t.Problem, t.Goal, t.Method, t.Future
	d.Activities[0].Name = t.Activity
	return d
}

// handsIn writes a draft, gathers a team and hands it in; its text is compared as the listener does.
func (w *world) handsIn(lead identity.Actor, e edition.Edition, write func(saves int) Draft) Full {
	w.Helper()
	ctx := context.Background()
	f := w.draft(lead, e)
	saves, err := w.book.Save(ctx, lead, f.ID, write(f.Saves))
	if err != nil {
		w.Fatal(err)
	}
	if f, err = w.book.Submit(ctx, lead, f.ID, saves, w.clock.Now()); err != nil {
		w.Fatal(err)
	}
	w.hears(f)
	return f
}

func (w *world) hears(f Full) {
	w.Helper()
	if err := w.db.Change(context.Background(), func(tx pg.Tx) error {
		return w.book.HearHandedIn(context.Background(), tx, HandedIn{f.ID, f.Revision})
	}); err != nil {
		w.Fatal(err)
	}
}

func (w *world) sees(by identity.Actor, id string) Case {
	w.Helper()
	c, err := w.book.See(context.Background(), by, id)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

func TestCopiesOfAnyEditionAreFoundAndDecidedOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	first := w.handsIn(w.lead, w.edition, func(n int) Draft { return made(n, 1) })
	later := w.call(1)
	copied := w.handsIn(w.resident("王二", hood2), later, func(n int) Draft {
		d := made(n, 1)
		d.TeamName, d.Title = "另一支队", "另起的名字"
		d.Problem = "在长乐社区，" + strings.ReplaceAll(d.Problem, "，", " , ")
		return d
	})
	other := w.handsIn(w.resident("李三", hood2), later, func(n int) Draft { return made(n, 2) })

	c := w.sees(w.street, copied.ID)
	if len(c.Likes) != 1 || c.Likes[0].ID != first.ID || c.Likes[0].Shared < 650 || !c.Likes[0].Seen {
		t.Fatalf("the copy's likes: %+v", c.Likes)
	}
	if likes := w.sees(w.street, other.ID).Likes; len(likes) != 0 {
		t.Errorf("another text is alike: %+v", likes)
	}
	// The other community learns of the copy, not of a text that lies out of its sight.
	out := w.sees(w.head2, copied.ID).Likes
	if len(out) != 1 || out[0].Seen || out[0].Title != "" || out[0].Number != "" {
		t.Errorf("out of sight: %+v", out)
	}
	pair, err := w.book.Beside(ctx, w.head2, copied.ID, first.ID)
	if err != nil || len(pair.Sides) == 0 || pair.Sides[2].Theirs != nil || !slices.ContainsFunc(pair.Sides[2].Mine, func(s span) bool { return s.Common }) {
		t.Errorf("beside each other, out of sight: %+v, %v", pair.Sides, err)
	}
	if pair, err = w.book.Beside(ctx, w.street, copied.ID, first.ID); err != nil || pair.Sides[2].Theirs == nil || !pair.May {
		t.Errorf("beside each other: %v, %v", pair.May, err)
	}
	if err := w.book.Compare(ctx, w.street, copied.ID, first.ID, Judging{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("decided without a word: %v", err)
	}
	if err := w.book.Compare(ctx, w.street, other.ID, first.ID, Judging{"yes", "一样"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("decided about two that are not alike: %v", err)
	}
	for range 2 {
		if err := w.book.Compare(ctx, w.street, copied.ID, first.ID, Judging{"yes", "整段相同"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.book.Compare(ctx, w.head, first.ID, copied.ID, Judging{"no", "不同"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided again from the other side: %v", err)
	}
	w.hears(copied) // the verdict outlives another look
	if l := w.sees(w.head, first.ID).Likes; len(l) != 1 || !l[0].Same || l[0].Note != "整段相同" {
		t.Errorf("the verdict is %+v", l)
	}
	rows, err := w.book.Desk(ctx, w.street, Filter{Flag: "alike"})
	if err != nil || len(rows) != 0 {
		t.Errorf("decided pairs are still flagged: %d, %v", len(rows), err)
	}
}

type span = alike.Span

func TestLeadIsToldOfPublicOnesAlone(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	first := w.handsIn(w.lead, w.edition, func(n int) Draft { return made(n, 3) })
	lead := w.resident("王二", hood2)
	f := w.draft(lead, w.edition)
	if _, err := w.book.Save(ctx, lead, f.ID, made(f.Saves, 3)); err != nil {
		t.Fatal(err)
	}
	if n, public, err := w.book.Resembles(ctx, lead, f.ID); err != nil || n != 1 || len(public) != 0 {
		t.Errorf("before the results: %d, %+v, %v", n, public, err)
	}
	if _, _, err := w.book.Resembles(ctx, w.neighbour, f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger asks: %v", err)
	}
	w.published(first)
	if n, public, err := w.book.Resembles(ctx, lead, f.ID); err != nil || n != 1 || len(public) != 1 || public[0].Title != first.Title {
		t.Errorf("after the results: %d, %+v, %v", n, public, err)
	}
}

// published takes a proposal and its edition to the day of the results.
func (w *world) published(f Full) {
	w.Helper()
	ctx := context.Background()
	house, err := identity.House().Must(identity.KeepCalendar, "jz")
	if err != nil {
		w.Fatal(err)
	}
	if err := w.db.Change(ctx, func(tx pg.Tx) error {
		for _, to := range []string{Endorsed, Eligible, Shortlisted, Ranked, Selected} {
			if err := Move(ctx, tx, house, Step{ID: f.ID, To: to, At: noon}); err != nil {
				return err
			}
		}
		for _, to := range []string{edition.Closed, edition.Reviewing, edition.Publicizing} {
			if err := edition.Move(ctx, tx, house, f.EditionID, to, "", noon); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		w.Fatal(err)
	}
}

func TestOlderProposalsAreMarkedByTheCalendar(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a := w.submitted(w.lead, w.edition)
	b := w.submitted(w.resident("王二", hood2), w.edition)
	for range 2 {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return MarkOlder(ctx, tx, noon) }); err != nil {
			t.Fatal(err)
		}
	}
	if l := w.sees(w.street, b.ID).Likes; len(l) != 1 || l[0].ID != a.ID {
		t.Errorf("the like of an older proposal: %+v", l)
	}
	if n := w.count(`select count(*) from proposal_mark`, nil); n != 2 {
		t.Errorf("%d marked", n)
	}
}

func TestReturnNamesThePartsAndTheChangesShow(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	r := Returning{ID: newID(), Version: f.Version, Reasons: []string{"price"}, Parts: []Mend{{"budget", "布料请问两家"}, {"nowhere", "x"}}}
	if err := w.book.Return(ctx, w.head, f.ID, r); !fault.Is(err, fault.Invalid) {
		t.Errorf("a part that is none: %v", err)
	}
	r.Parts[1] = Mend{"plan", ""}
	if err := w.book.Return(ctx, w.head, f.ID, r); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	d := f.Draft()
	d.Method, d.Asked = "每周日一起缝", 45
	d.Lines = []Line{{Category: "M", Item: "布料和针线", UnitPrice: 35_00, Qty: 40}, {Category: "I", Item: "志愿者保险", UnitPrice: 5_00, Qty: 6}}
	saves, err := w.book.Save(ctx, w.lead, f.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	so, err := w.book.Rewritten(ctx, w.lead, f.ID, 0, 0)
	if err != nil || so.From != 1 || so.To != 0 || so.None() || so.Because == nil {
		t.Errorf("while it is rewritten: %+v, %v", so, err)
	}
	if _, err := w.book.Revised(ctx, w.head, f.ID, 0, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("the desk reads what is not handed in: %v", err)
	}
	if f, err = w.book.Submit(ctx, w.lead, f.ID, saves, noon); err != nil {
		t.Fatal(err)
	}
	c, err := w.book.Revised(ctx, w.head, f.ID, 0, 0)
	if err != nil || c.From != 1 || c.To != 2 || c.OldTotal != 1_800_00 || c.NewTotal != 1_430_00 || c.Because == nil || len(c.Because.Parts) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if len(c.Fields) != 2 || c.Fields[1].Name != "做法" || fmt.Sprint(c.Fields[1].Pieces) != "[{0 每周} {1 六} {2 日} {0 一起缝}]" || c.Fields[0].New[0] != "45" {
		t.Errorf("fields: %+v", c.Fields)
	}
	kinds := []redline.Kind{}
	for _, row := range c.Lines {
		kinds = append(kinds, row.Kind)
	}
	if !slices.Equal(kinds, []redline.Kind{redline.Changed, redline.Removed, redline.Added}) || c.Activities != nil {
		t.Errorf("rows: %v", kinds)
	}
	if _, err := w.book.Revised(ctx, w.head2, f.ID, 1, 2); !fault.Is(err, fault.NotFound) {
		t.Errorf("out of sight: %v", err)
	}
	for _, pair := range [][2]int{{2, 1}, {1, 3}, {-1, 1}, {2, 2}} {
		if _, err := w.book.Revised(ctx, w.head, f.ID, pair[0], pair[1]); !fault.Is(err, fault.NotFound) {
			t.Errorf("revisions %v: %v", pair, err)
		}
	}
}

func TestNothingChangedIsNothing(t *testing.T) {
	a, b := good(1), good(9)
	a.Affected, b.Affected = nil, []string{}
	if c := AmendmentsBetween(a, b, nil); !c.None() {
		t.Errorf("%+v", c)
	}
}

func TestPresetChecklistStillNeedsALook(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	l := answers(f.Version)
	l.Preset = true
	if got := fault.InFields(w.book.Examine(ctx, w.street, f.ID, l)).Names(); !slices.Equal(got, []string{"looked"}) {
		t.Errorf("wrong fields: %v", got)
	}
	l.Looked = true
	if err := w.book.Examine(ctx, w.street, f.ID, l); err != nil {
		t.Fatal(err)
	}
	bad := answers(f.Version, "venue", "safety")
	bad.Code = "team"
	if _, err := bad.check(); !slices.Equal(fault.InFields(err).Names(), []string{"reason_code"}) {
		t.Errorf("a reason that did not fail: %v", err)
	}
	if bad.Code = "safety"; bad.decisive() != "safety" {
		t.Errorf("decisive is %s", bad.decisive())
	}
	if bad.Code = ""; bad.decisive() != "venue" {
		t.Errorf("decisive is %s", bad.decisive())
	}
}

func TestHintsTellWhatTheDataSay(t *testing.T) {
	w := newWorld(t)
	past := w.submitted(w.lead, w.edition)
	w.run(`update edition set rules = jsonb_set(rules, '{per_lead}', '2') where id = @id::uuid`, pg.Args{"id": w.edition.ID})
	f := w.handsIn(w.lead, w.call(1), func(n int) Draft {
		d := made(n, 5)
		d.Method += "每人收费五元。"
		d.Declared = slices.DeleteFunc(d.Declared, func(s string) bool { return s == "nothing" })
		return d
	})
	c := w.sees(w.street, f.ID)
	kinds := map[string][]string{}
	for _, h := range c.Hints {
		kinds[h.Code] = append(kinds[h.Code], h.Kind)
		if !edition.Known(CheckItems, h.Code) {
			t.Errorf("a hint at no point: %+v", h)
		}
	}
	if !slices.Contains(kinds["nonprofit"], "warn") || !slices.Contains(kinds["single"], "warn") || !slices.Contains(kinds["caps"], "ok") || !slices.Contains(kinds["fund"], "ok") || !slices.Contains(kinds["no_ban"], "ok") {
		t.Errorf("hints: %v", kinds)
	}
	if len(c.Overlaps) != 1 || c.Overlaps[0].ID != past.ID || !c.Overlaps[0].SameLead || len(c.Overlaps[0].Pairs) != 2 {
		t.Errorf("the same expenses of the same lead: %+v", c.Overlaps)
	}
	w.voids(past.ID)
	if !slices.ContainsFunc(w.sees(w.street, f.ID).Hints, func(h Hint) bool { return h.Code == "no_ban" && h.Kind == "bad" }) {
		t.Error("a voided project of last month is no ban")
	}
	w.clock.Set(noon.AddDate(3, 0, 1))
	if slices.ContainsFunc(w.sees(w.street, f.ID).Hints, func(h Hint) bool { return h.Code == "no_ban" && h.Kind == "bad" }) {
		t.Error("banned for ever")
	}
}

func TestKindredLines(t *testing.T) {
	for _, c := range []struct {
		a, b Line
		want bool
	}{{Line{Category: "M", Item: "布料和针线"}, Line{Category: "M", Item: "布料、和 针线"}, true}, {Line{Category: "M", Item: "布料和针线"}, Line{Category: "P", Item: "布料和针线"}, false},
		{Line{Category: "P", Item: "海报和展板"}, Line{Category: "P", Item: "海报和展板制作"}, true}, {Line{Category: "P", Item: "海报"}, Line{Category: "P", Item: "横幅"}, false}, {Line{}, Line{}, false}} {
		if kindred(c.a, c.b) != c.want || kindred(c.b, c.a) != c.want {
			t.Errorf("%v and %v: want %v", c.a, c.b, c.want)
		}
	}
}

// N05: after three working days the head of the community, after five the subdistrict; each once.
func TestWaitingOpinionsAreRemindedOf(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	told := func(who identity.Actor) int {
		return w.count(`select count(*) from notice where code = 'N05' and key like '%/waits/%' and person_id = @who::uuid`, pg.Args{"who": who.ID})
	}
	// Wednesday 20 May 2026: three working days end on Monday the 25th, five on Wednesday the 27th.
	for _, step := range []struct {
		at          time.Time
		head, chief int
		overdue     bool
	}{{time.Date(2026, 5, 25, 23, 59, 0, 0, clock.Shanghai), 0, 0, false}, {time.Date(2026, 5, 26, 0, 0, 0, 0, clock.Shanghai), 1, 0, true}, {time.Date(2026, 5, 27, 23, 0, 0, 0, clock.Shanghai), 1, 0, true},
		{time.Date(2026, 5, 28, 0, 0, 0, 0, clock.Shanghai), 1, 1, true}} {
		w.clock.Set(step.at)
		for range 2 {
			if err := w.db.Change(ctx, func(tx pg.Tx) error { return RemindOpinions(ctx, tx, step.at) }); err != nil {
				t.Fatal(err)
			}
		}
		if told(w.head) != step.head || told(w.chief) != step.chief || told(w.street) != step.chief || told(w.head2) != 0 {
			t.Errorf("at %v: head %d, street %d", step.at, told(w.head), told(w.chief))
		}
		rows, err := w.book.Desk(ctx, w.head, Filter{Flag: "overdue"})
		if err != nil || (len(rows) == 1) != step.overdue || len(rows) == 1 && !rows[0].Overdue {
			t.Errorf("at %v: overdue %+v, %v", step.at, rows, err)
		}
	}
	rows, err := w.book.Desk(ctx, w.head, Filter{Waits: 5})
	if err != nil || len(rows) != 1 || rows[0].Waits != 5 {
		t.Errorf("five days: %+v, %v", rows, err)
	}
	counts, err := w.book.Counts(ctx, w.head, Filter{})
	if err != nil || len(counts) != 1 || counts[0] != (Count{Submitted, 1}) {
		t.Errorf("counts: %+v, %v", counts, err)
	}
	if err := w.book.Endorse(ctx, w.head, f.ID, Opinion{Version: f.Version, Text: "同意"}); err != nil {
		t.Fatal(err)
	}
	if rows, err := w.book.Desk(ctx, w.head, Filter{Flag: "overdue"}); err != nil || len(rows) != 0 {
		t.Errorf("still overdue after the opinion: %+v, %v", rows, err)
	}
}
