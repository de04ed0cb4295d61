package edition

import (
	"context"
	"slices"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

func onDay(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, clock.Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func slot(list []Slot, code string) Slot {
	return list[slices.IndexFunc(list, func(s Slot) bool { return s.Code == code })]
}

func TestTheTimetableCountsWorkingDays(t *testing.T) {
	opens, closes := onDay("2026-05-18"), onDay("2026-06-11").Add(18*time.Hour) // a Thursday
	from, to := onDay("2026-09-01"), onDay("2027-03-31")
	e := Edition{Rules: DefaultRules(), OpensAt: &opens, ClosesAt: &closes, RunsFrom: &from, RunsTo: &to}
	list := e.Timetable(clock.Calendar{})
	for code, want := range map[string]string{"open": "2026-06-11", "fix": "2026-06-18", "check": "2026-06-25", "desk": "2026-07-06", "pitch": "2026-07-13",
		"public": "2026-07-20", "sign": "2026-08-03", "run": "2027-03-31", "end": "2027-04-30"} {
		if got := slot(list, code).To.Format(time.DateOnly); got != want {
			t.Errorf("%s ends on %s, want %s", code, got, want)
		}
	}
	cal := clock.Calendar{Off: map[string]bool{"2026-06-19": true}}
	if got := slot(e.Timetable(cal), "check").To; !got.Equal(onDay("2026-06-26")) {
		t.Errorf("with a holiday the check ends on %s", got)
	}
	e.Dates = map[string]string{"desk": "2026-07-10"}
	if got := slot(e.Timetable(cal), "public").To; !got.Equal(onDay("2026-07-24")) {
		t.Errorf("after a day fixed by hand the notice ends on %s", got)
	}
	from = onDay("2026-07-01")
	if _, _, crowded := Crowded(e.Timetable(cal)); !crowded {
		t.Error("projects that begin before the agreements are no trouble")
	}
	if got := e.Grace(cal); !got.Equal(onDay("2026-06-16")) { // Friday, Monday 24:00
		t.Errorf("paper may be entered until %s", got)
	}
}

func TestFixedDaysKeepTheirOrder(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	days := DaysOf(e)
	days.Pitch, days.Check = onDay("2026-06-20"), onDay("2026-06-29")
	if got := fault.InFields(d.book.SetDays(ctx, d.staff, e.ID, days)).Names(); !slices.Equal(got, []string{"pitch"}) {
		t.Errorf("a pitch before the reading: %v", got)
	}
	days.Pitch, days.Public = onDay("2026-07-15"), onDay("2026-07-17")
	if got := fault.InFields(d.book.SetDays(ctx, d.staff, e.ID, days)).Names(); !slices.Equal(got, []string{"public"}) {
		t.Errorf("a public notice of two days: %v", got)
	}
	days.Public = time.Time{}
	if err := d.book.SetDays(ctx, d.staff, e.ID, days); err != nil {
		t.Fatal(err)
	}
	if e = d.get(t, e.ID); e.Dates["pitch"] != "2026-07-15" || len(e.Dates) != 2 {
		t.Errorf("stored %v", e.Dates)
	}
	if err := d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version}); err != nil {
		t.Fatal(err)
	}
	e = d.get(t, e.ID)
	if err := d.book.SetDays(ctx, d.staff, e.ID, DaysOf(e)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff move the days of a published call: %v", err)
	}
	if err := d.book.SetDays(ctx, d.head, e.ID, DaysOf(e)); !fault.Is(err, fault.Invalid) {
		t.Errorf("the head moves them without a reason: %v", err)
	}
}

func TestHolidaysAreReadWholeOrNotAtAll(t *testing.T) {
	for text, want := range map[string]int{"2027-02-06~2027-02-12 休 春节\n2027-02-20 班 春节调休": 8, "日期,安排,说明\n2027-01-01,休,元旦": 1, "\ufeff2027/1/1\t休\n\n": 1} {
		if days, err := ParseHolidays(text); err != nil || len(days) != want {
			t.Errorf("%q gives %d days, %v", text, len(days), err)
		}
	}
	for _, text := range []string{"", "2027-13-01 休", "2027-02-06", "2027-02-06 也许", "2027-02-06 休\n2027-02-06 班", "2027-02-12~2027-02-06 休", "2027-01-01~2030-01-01 休"} {
		if _, err := ParseHolidays(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q is read: %v", text, err)
		}
	}
}

func TestHolidaysMoveDeadlinesUnderANewVersion(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	form := Holidays{ID: newID(), Text: "2026-05-21 休 试试\n2026-05-23 班 试试"}
	if _, err := d.book.KeepHolidays(ctx, d.hood, form); !fault.Is(err, fault.Forbidden) {
		t.Errorf("community staff keep the calendar: %v", err)
	}
	for range 2 { // sent twice
		if _, err := d.book.KeepHolidays(ctx, d.staff, form); err != nil {
			t.Fatal(err)
		}
	}
	cal, err := place.Calendar(ctx, d.db)
	if err != nil || cal.Version != 1 {
		t.Fatalf("the calendar is version %d, %v", cal.Version, err)
	}
	if got := cal.AddWorkingDays(noon, 2); !got.Equal(onDay("2026-05-24")) { // Friday and the worked Saturday
		t.Errorf("two working days end at %s", got)
	}
	if _, err := d.book.KeepHolidays(ctx, d.staff, Holidays{ID: newID(), Text: "2026-05-21 平"}); err != nil {
		t.Fatal(err)
	}
	list, changes, err := d.book.Year(ctx, 2026)
	if err != nil || len(list) != 1 || !list[0].Working || len(changes) != 2 || changes[0].Version != 2 {
		t.Errorf("the year has %+v under %+v, %v", list, changes, err)
	}
}

func TestOwnCategoriesCanBeAddedAndRetiredButNotRenamedOncePublished(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	set := func(by identity.Actor, change func(*Scope)) error {
		s := ScopeOf(d.get(t, e.ID))
		s.Reason = "居民提的"
		change(&s)
		return d.book.SetScope(ctx, by, e.ID, s)
	}
	if err := set(d.staff, func(s *Scope) { s.Own = []Category{{Name: "儿童友好"}, {Name: "环境卫生"}} }); !slices.Equal(fault.InFields(err).Names(), []string{"own.1.name"}) {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := set(d.staff, func(s *Scope) {
		s.Own, s.Regions = []Category{{Name: "儿童友好"}}, []string{"jz.wuhan"}
		s.Quotas[0].Most = 3
	}); err != nil {
		t.Fatal(err)
	}
	plan := goodPlan(d.get(t, e.ID).Version)
	plan.Funds[2].Categories = []string{"儿童友好"}
	if err := d.book.Edit(ctx, d.staff, e.ID, plan); err != nil {
		t.Fatal(err)
	}
	if err := set(d.staff, func(s *Scope) { s.Own[0].Name = "少年成长" }); err != nil {
		t.Fatal(err)
	}
	if funds, err := Funds(ctx, d.db, e.ID); err != nil || !slices.Equal(funds[1].Categories, []string{"少年成长"}) {
		t.Errorf("the lottery money is for %+v, %v", funds, err)
	}
	e = d.get(t, e.ID)
	if !e.Rules.Eligible("jz.wuhan.dianchang") || e.Rules.Eligible("jz.heping.yuhua") || e.Rules.CategoryQuota["environment"] != 3 {
		t.Errorf("the scope is %+v", e.Rules)
	}
	if err := d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Scope){"renamed": func(s *Scope) { s.Own[0].Name = "别的" }, "removed": func(s *Scope) { s.Own = nil }, "emptied": func(s *Scope) { s.Own[0].Name = "" }} {
		if err := set(d.head, change); !fault.Is(err, fault.Invalid) {
			t.Errorf("a published category is %s: %v", name, err)
		}
	}
	if err := set(d.head, func(s *Scope) { s.Own[0].Retired = true }); err != nil {
		t.Fatal(err)
	}
	e = d.get(t, e.ID)
	if Known(e.Rules.Categories(), "少年成长") || !Known(e.Rules.AllCategories(), "少年成长") {
		t.Error("a retired category is still offered, or no longer known")
	}
	history, err := d.book.History(ctx, e.ID)
	if err != nil || len(history) != 1 || history[0].Reason != "居民提的" || history[0].Who == "" || history[0].Lines[0].Before != "少年成长" {
		t.Errorf("the history is %+v, %v", history, err)
	}
}

func TestEveryParameterIsEditableExplainedAndInTheHistory(t *testing.T) {
	e := Edition{Rules: DefaultRules()}
	terms := TermsOf(e)
	slots := terms.slots()
	for _, p := range Params {
		if p.Why == "" || p.Name == "" || !slots[p.Field].IsValid() {
			t.Errorf("%s is not explained or not in the form", p.Field)
		}
		changed := terms
		s := changed.slots()
		s[p.Field].SetInt(s[p.Field].Int() + 1)
		if lines := Compare(e.Rules, changed.over(e.Rules)); len(lines) != 1 || lines[0].Name != p.Name || lines[0].Before == lines[0].After {
			t.Errorf("changing %s shows as %+v", p.Field, lines)
		}
	}
	if len(slots) != len(Params)+7 { // version, reason, the gallery, and the four of how money is shared out
		t.Errorf("%d fields for %d parameters", len(slots), len(Params))
	}
}

func TestTheRubricMakesAHundred(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	f := RubricOf(e, "desk")
	f.Lines = slices.Clone(f.Lines)
	f.Lines[1].Weight = 20
	if err := d.book.SetRubric(ctx, d.staff, e.ID, f); !slices.Equal(fault.InFields(err).Names(), []string{"lines.0.weight"}) {
		t.Errorf("a rubric of 105: %v", err)
	}
	f.Lines[0].Weight, f.Lines[1].Weight, f.Lines[2].Weight = 0, 35, 30
	if err := d.book.SetRubric(ctx, d.staff, e.ID, f); !slices.Equal(fault.InFields(err).Names(), []string{"lines.0.weight"}) {
		t.Errorf("a rubric without what breaks ties: %v", err)
	}
	f.Lines[0].Weight, f.Lines[1].Weight, f.Lines[2].Weight = 40, 0, 25
	if err := d.book.SetRubric(ctx, d.staff, e.ID, f); err != nil {
		t.Fatal(err)
	}
	if list := d.get(t, e.ID).Rules.Rubric("desk"); len(list) != 5 || list[0].Weight != 40 {
		t.Errorf("judges mark by %+v", list)
	}
}

func TestResidentsOfTheRegionAreTold(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	run(t, d.db, `insert into place (path, level, name, name_en, code, valid_from) values ('jz.heping', 'subdistrict', '和平', 'Heping', 'hp', '2020-01-01')`, nil)
	run(t, d.db, `insert into person (id, name, home, home_state, created_at) select gen_random_uuid(), n, h::ltree, s, now()
  from (values ('near', 'jz.wuhan.dianchang', 'confirmed'), ('claims', 'jz.wuhan', 'claimed'), ('far', 'jz.heping', 'confirmed'), ('other', 'qy', 'confirmed'), ('refused', 'jz.wuhan', 'rejected')) p(n, h, s)`, nil)
	e := d.draft(t)
	s := ScopeOf(e)
	s.Regions = []string{"jz.wuhan"}
	if err := d.book.SetScope(ctx, d.staff, e.ID, s); err != nil {
		t.Fatal(err)
	}
	if err := d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version + 1}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // heard twice
		if err := d.db.Change(ctx, func(tx pg.Tx) error { return TellResidents(ctx, tx, News{e.ID, "open", e.Version + 1}) }); err != nil {
			t.Fatal(err)
		}
	}
	told, err := pg.Values[string](ctx, d.db, `select p.name from notice n join person p on p.id = n.person_id where n.code = 'N01' and p.home is not null order by 1`, nil)
	if err != nil || !slices.Equal(told, []string{"claims", "near"}) {
		t.Errorf("told %v, %v", told, err)
	}
}

func TestPapersArePublicWithTheCallAndStay(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	file := NewFile{Taken: evidence.Taken{Digest: "abc", Size: 10, Mime: "application/pdf"}, Name: "通知.pdf"}
	if err := d.book.AttachFile(ctx, d.hood, e.ID, file); !fault.Is(err, fault.NotFound) {
		t.Errorf("community staff add to a draft: %v", err)
	}
	if err := d.book.AttachFile(ctx, d.staff, e.ID, NewFile{Taken: evidence.Taken{Mime: "application/zip"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an archive is taken: %v", err)
	}
	for range 2 {
		if err := d.book.AttachFile(ctx, d.staff, e.ID, file); err != nil {
			t.Fatal(err)
		}
	}
	files, err := d.book.Files(ctx, e.ID)
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if open, err := FilesOpen(ctx, d.db, e.ID); err != nil || open {
		t.Errorf("a draft's papers are open: %v, %v", open, err)
	}
	if err := d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version}); err != nil {
		t.Fatal(err)
	}
	if open, err := FilesOpen(ctx, d.db, e.ID); err != nil || !open {
		t.Errorf("a published call's papers are not open: %v", err)
	}
	if err := d.book.DropFile(ctx, d.head, e.ID, files[0].ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("a public paper is taken away: %v", err)
	}
	if err := d.book.AttachFile(ctx, d.staff, e.ID, file); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff add to a published call: %v", err)
	}
}
