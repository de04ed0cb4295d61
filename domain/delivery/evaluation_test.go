package delivery

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const account = "一年来我们种了花、开了会、带起了一支队伍，邻居们都愿意继续做下去，楼道干净了，来往也多了。"

func TestMeanAndGrade(t *testing.T) {
	for _, c := range []struct {
		totals []int
		want   int
	}{{nil, 0}, {[]int{86_00}, 86_00}, {[]int{86_00, 91_50, 78_25, 88_00, 95_00}, 87_75}, {[]int{80_00, 85_00, 90_00, 70_00}, 81_25},
		{[]int{80_00, 80_00, 81_00}, 80_33}, {[]int{80_00, 81_00, 81_00}, 80_67}, {[]int{1, 2}, 2}, {[]int{100_00, 100_00, 100_00}, 100_00}} {
		if got := mean(c.totals); got != c.want {
			t.Errorf("mean(%v) = %d, want %d", c.totals, got, c.want)
		}
	}
	for score, want := range map[int]string{90_00: Excellent, 89_99: Good, 80_00: Good, 79_99: Fair, 60_00: Fair, 59_99: Unfit, 0: Unfit} {
		if got := grade(score, 60_00, false); got != want {
			t.Errorf("grade(%d) = %s, want %s", score, got, want)
		}
		if got := grade(score, 60_00, true); got != Unfit {
			t.Errorf("grade(%d) with a veto = %s", score, got)
		}
	}
	for kind, parts := range Parts {
		sum := 0
		for _, p := range parts {
			sum += p.Most
		}
		if sum != 100 {
			t.Errorf("the parts of %s add up to %d", kind, sum)
		}
	}
	if Points(88_05) != "88.05" || Points(5) != "0.05" || Points(100_00) != "100.00" {
		t.Error("points are shown wrongly")
	}
}

// handedIn is a project whose final report lies with the reviewers.
func (w *world) handedIn(kind string) Evaluation {
	w.Helper()
	w.must(w.book.Report(w.ctx, w.people["lead"], w.project.ID, NewReport{Review: kind, Report: account, NextStep: "接着种", Satisfaction: 92}))
	return w.evaluation(kind)
}

func (w *world) evaluation(kind string) Evaluation {
	w.Helper()
	var e Evaluation
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) (err error) {
		e, err = pg.One[Evaluation](w.ctx, tx, evaluationOfSQL, pg.Args{"project": w.project.ID, "kind": kind})
		return err
	}))
	return e
}

func sheet(points ...int) NewMarks {
	m := make([]string, 5)
	for i, p := range points {
		m[i] = fmt.Sprint(p)
	}
	return NewMarks{M1: m[0], M2: m[1], M3: m[2], M4: m[3], M5: m[4]}
}

func TestFinalReviewEndToEnd(t *testing.T) {
	w := newWorld(t)
	w.verified(began.AddDate(0, 0, 1), 20)
	report := NewReport{Review: Final, Report: account, NextStep: "接着种", Satisfaction: 92}
	for name, kind := range map[string]fault.Kind{"member": fault.Forbidden, "staff": fault.Forbidden, "far": fault.NotFound, "resident": fault.NotFound} {
		w.refused(w.book.Report(w.ctx, w.people[name], w.project.ID, report), kind)
	}
	w.refused(w.book.Report(w.ctx, w.people["lead"], w.project.ID, NewReport{Review: Final, Report: "短", NextStep: "x"}), fault.Invalid)
	w.refused(w.book.Report(w.ctx, w.people["lead"], w.project.ID, NewReport{Review: Mid, Report: account, NextStep: "x"}), fault.Conflict)
	for range 2 {
		w.handedIn(Final)
	}
	e := w.evaluation(Final)
	if p := w.again(); p.State != Closing || e.State != SelfSubmitted || e.Version != 2 {
		t.Fatalf("project %s, review %+v", p.State, e)
	}
	if due := clock.AddDays(w.project.EndsOn, 30); !e.DueAt.Equal(due) {
		t.Fatalf("due at %s, want %s", e.DueAt, due)
	}
	w.refused(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: e.Version}), fault.Conflict) // nobody has marked
	for name, kind := range map[string]fault.Kind{"lead": fault.Forbidden, "staff": fault.Forbidden, "chief": fault.Forbidden, "head": fault.Forbidden, "far street": fault.NotFound} {
		w.refused(w.book.Mark(w.ctx, w.people[name], e.ID, sheet(20, 15, 10, 20, 8)), kind)
	}
	endorser := w.people["chief"] // who holds a reviewer's role too, and endorsed the proposal
	endorser.Grants = append(endorser.Grants, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.wuhan"})
	w.refused(w.book.Mark(w.ctx, endorser, e.ID, sheet(20, 15, 10, 20, 8)), fault.Forbidden)
	wrong := fault.InFields(w.book.Mark(w.ctx, w.people["street"], e.ID, NewMarks{M1: "31", M2: "-1", M3: "", M4: "x", M5: "10"}))
	if len(wrong) != 4 {
		t.Fatalf("wrong marks: %v", wrong)
	}
	w.must(w.book.Mark(w.ctx, w.people["street"], e.ID, sheet(28, 18, 14, 24, 9)))   // 93
	w.must(w.book.Mark(w.ctx, w.people["street"], e.ID, sheet(28, 18, 14, 24, 9)))   // a second tap
	w.refused(w.book.Mark(w.ctx, w.people["street"], e.ID, sheet(1)), fault.Invalid) // half a sheet
	w.refused(w.book.Mark(w.ctx, w.people["street"], e.ID, sheet(1, 1, 1, 1, 1)), fault.Conflict)
	w.must(w.book.Mark(w.ctx, w.people["street2"], e.ID, sheet(27, 18, 13, 22, 9)))  // 89
	w.must(w.book.Mark(w.ctx, w.people["district"], e.ID, sheet(27, 18, 14, 22, 9))) // 90
	e = w.evaluation(Final)
	w.refused(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: e.Version}), fault.Conflict) // nobody from finance
	page, err := w.book.Evaluation(w.ctx, w.people["finance"], e.ID)
	w.must(err)
	if len(page.Sheets) != 0 || page.SheetsN != 3 || !page.CanMark {
		t.Fatalf("a reviewer sees %d sheets of %d", len(page.Sheets), page.SheetsN)
	}
	w.must(w.book.Mark(w.ctx, w.people["finance"], e.ID, sheet(27, 17, 13, 22, 9))) // 88
	w.refused(w.book.Close(w.ctx, w.people["district"], e.ID, NewClose{Version: e.Version}), fault.Forbidden)
	w.refused(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: 1}), fault.Conflict)
	w.refused(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: e.Version, Vetoes: []string{"mood"}}), fault.Invalid)
	for range 2 {
		w.must(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: e.Version}))
	}
	e = w.evaluation(Final)
	if e.State != Passed || *e.Score != 90_00 || e.Grade != Excellent || w.again().Grade != Excellent { // (93+89+90+88)/4
		t.Fatalf("review is %+v with %d", e, *e.Score)
	}
	w.acceptance()
}

func TestTwoReviewersAreNotEnough(t *testing.T) {
	w := newWorld(t)
	w.verified(began.AddDate(0, 0, 1), 20)
	e := w.handedIn(Final)
	for _, name := range []string{"street", "finance"} {
		w.must(w.book.Mark(w.ctx, w.people[name], e.ID, sheet(28, 18, 14, 24, 9)))
	}
	w.refused(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: w.evaluation(Final).Version}), fault.Conflict)
}

func (w *world) acceptance() {
	p := w.again()
	step := Step{Version: p.Version}
	w.refused(w.book.Accept(w.ctx, w.people["head"], p.ID, step), fault.Conflict) // money is not settled
	w.owned(`update project set settled = true`, nil)
	for _, name := range []string{"lead", "district", "finance", "street"} {
		w.refused(w.book.Accept(w.ctx, w.people[name], p.ID, step), fault.Forbidden)
	}
	w.refused(w.book.Accept(w.ctx, w.people["far"], p.ID, step), fault.NotFound)
	w.refused(w.book.Accept(w.ctx, w.people["head"], p.ID, Step{Version: 1}), fault.Conflict)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if err := w.book.Accept(w.ctx, w.people["head"], p.ID, step); err != nil {
				w.Error(err)
			}
		})
	}
	wg.Wait()
	if p, e := w.again(), w.evaluation(Final); p.State != Done || e.State != Finalized || e.FinalizedAt == nil {
		w.Fatalf("project %s, review %s", p.State, e.State)
	}
	for sql, want := range map[string]int64{`select count(*) from outbox where kind = 'delivery.accepted'`: 1, `select count(*) from notice where code = 'N26' and person_id in (select lead_id from project)`: 1,
		`select count(*) from outbox where kind = 'delivery.reviewed' and (body->>'passed')::boolean`: 1} {
		if n, err := pg.Value[int64](w.ctx, w.db, sql, nil); err != nil || n != want {
			w.Errorf("%s: %d, %v; want %d", sql, n, err, want)
		}
	}
}

func (w *world) closed(kind string, marks NewMarks, vetoes ...string) Evaluation {
	w.Helper()
	e := w.evaluation(kind)
	for _, name := range []string{"street", "district", "finance"} {
		w.must(w.book.Mark(w.ctx, w.people[name], e.ID, marks))
	}
	e = w.evaluation(kind)
	w.must(w.book.Close(w.ctx, w.people["head"], e.ID, NewClose{Version: e.Version, Vetoes: vetoes}))
	return w.evaluation(kind)
}

func TestFinalReviewFails(t *testing.T) {
	for name, c := range map[string]struct {
		acts   int
		marks  NewMarks
		vetoes []string
		veto   string
	}{
		"veto":        {1, sheet(30, 20, 15, 25, 10), []string{"forged_voucher"}, "forged_voucher"},
		"marks":       {1, sheet(20, 10, 9, 15, 5), nil, ""},
		"no activity": {0, sheet(30, 20, 15, 25, 10), nil, noActivity},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for i := range c.acts {
				w.verified(began.AddDate(0, 0, 1+i), 20)
			}
			w.handedIn(Final)
			e := w.closed(Final, c.marks, c.vetoes...)
			if p := w.again(); e.State != Failed || e.Grade != Unfit || e.Veto != c.veto || p.State != Failed || p.Grade != Unfit {
				t.Fatalf("review %+v, project %s", e, p.State)
			}
			w.owned(`update project set settled = true`, nil)
			w.refused(w.book.Accept(w.ctx, w.people["head"], w.project.ID, Step{Version: w.again().Version}), fault.Conflict)
		})
	}
}

// night runs the calendar's work at a time, twice: the second time must change nothing.
func (w *world) night(at time.Time) {
	w.Helper()
	w.clock.Set(at)
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return Deadlines(w.ctx, tx, at) }))
	before := w.again()
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return Deadlines(w.ctx, tx, at) }))
	if w.again() != before {
		w.Fatal("the second run changed the project")
	}
	w.project = before
}

func TestCalendarClosesAndFails(t *testing.T) {
	w := newWorld(t)
	end := clock.AddDays(w.project.EndsOn, 0)
	w.night(end.Add(-time.Microsecond))
	if w.project.State != InProgress {
		t.Fatalf("a moment before its end the project is %s", w.project.State)
	}
	w.night(end)
	if w.project.State != Closing || w.evaluation(Final).State != Scheduled {
		t.Fatalf("at its end the project is %s", w.project.State)
	}
	due := w.evaluation(Final).DueAt
	w.night(due.Add(-time.Hour))
	if w.project.State != Closing {
		t.Fatalf("before the report is due the project is %s", w.project.State)
	}
	w.night(due)
	if e := w.evaluation(Final); w.project.State != Failed || e.State != Failed || e.Grade != Unfit || w.project.Grade != Unfit {
		t.Fatalf("nobody reported and the project is %s, the review %s", w.project.State, e.State)
	}
	if n, err := pg.Value[int64](w.ctx, w.db, `select count(*) from notice where code = 'N24' and person_id = @p::uuid`, pg.Args{"p": w.id("lead")}); err != nil || n != 3 {
		t.Fatalf("%d notices (call, three days before, failed), %v", n, err)
	}
	w.refused(w.book.Report(w.ctx, w.people["lead"], w.project.ID, NewReport{Review: Final, Report: account, NextStep: "晚了"}), fault.Conflict)
}

func TestReportOnTheLastMoment(t *testing.T) {
	w := newWorld(t)
	w.night(clock.AddDays(w.project.EndsOn, 0))
	w.clock.Set(w.evaluation(Final).DueAt)
	report := NewReport{Review: Final, Report: account, NextStep: "接着种"}
	w.refused(w.book.Report(w.ctx, w.people["lead"], w.project.ID, report), fault.Conflict)
	w.clock.Advance(-time.Microsecond)
	w.must(w.book.Report(w.ctx, w.people["lead"], w.project.ID, report))
}

func TestMidTermAndItsRectification(t *testing.T) {
	w := newWorld(t)
	w.owned(`update project set award = 500000`, nil)
	w.refused(w.book.Report(w.ctx, w.people["lead"], w.project.ID, NewReport{Review: Final, Report: account, NextStep: "x"}), fault.Conflict) // the mid-term comes first
	w.verified(began.AddDate(0, 0, 1), 20)
	if w.again().State != InProgress {
		t.Fatal("one of four activities is not half")
	}
	w.verified(began.AddDate(0, 0, 2), 20)
	if p, e := w.again(), w.evaluation(Mid); p.State != MidDue || e.State != Scheduled || !e.DueAt.Equal(time.Date(2026, 3, 26, 0, 0, 0, 0, clock.Shanghai)) {
		t.Fatalf("after half of the activities the project is %s, due %s", p.State, e.DueAt)
	}
	w.handedIn(Mid)
	e := w.closed(Mid, sheet(20, 8, 12, 10)) // 50
	if p := w.again(); e.State != Failed || p.State != MidFailed || *e.Score != 50_00 || !e.DueAt.After(w.clock.Now().AddDate(0, 0, 20)) {
		t.Fatalf("project %s, review %+v", p.State, e)
	}
	w.must(w.book.Report(w.ctx, w.people["lead"], w.project.ID, NewReport{Review: Mid, Report: account + "已整改。", NextStep: "接着种"}))
	if e := w.evaluation(Mid); e.State != Rectification || e.Round != 2 {
		t.Fatalf("review %+v", e)
	}
	e = w.closed(Mid, sheet(30, 12, 20, 15)) // the same reviewers, a new round
	if p := w.again(); e.State != Passed || p.State != MidPassed || *e.Score != 77_00 {
		t.Fatalf("project %s, review %+v", p.State, e)
	}
	w.handedIn(Final)
	if p := w.again(); p.State != Closing {
		t.Fatalf("project %s", p.State)
	}
}

func TestMidTermByTheCalendar(t *testing.T) {
	w := newWorld(t)
	w.owned(`update project set award = 500000`, nil)
	w.night(time.Date(2026, 5, 31, 23, 0, 0, 0, clock.Shanghai)) // the period is 1 March to 31 August: half is 1 June
	if w.project.State != InProgress {
		t.Fatalf("before half time the project is %s", w.project.State)
	}
	w.night(time.Date(2026, 6, 1, 0, 0, 0, 0, clock.Shanghai))
	if w.project.State != MidDue {
		t.Fatalf("at half time the project is %s", w.project.State)
	}
	w.night(w.evaluation(Mid).DueAt)
	if e := w.evaluation(Mid); w.project.State != MidFailed || e.State != Failed {
		t.Fatalf("nobody reported and the project is %s, the review %s", w.project.State, e.State)
	}
	w.night(w.evaluation(Mid).DueAt)
	if e := w.evaluation(Mid); w.project.State != Terminated || e.State != Finalized {
		t.Fatalf("nothing was put right and the project is %s, the review %s", w.project.State, e.State)
	}
}

func TestReviewDesk(t *testing.T) {
	w := newWorld(t)
	w.verified(began.AddDate(0, 0, 1), 20)
	e := w.handedIn(Final)
	for name, sees := range map[string]bool{"street": true, "district": true, "finance": true, "head": true, "supervisor": true, "staff": false, "lead": false, "far street": false} {
		list, _, err := w.book.EvaluationDesk(w.ctx, w.people[name], false, "")
		w.must(err)
		_, err = w.book.Evaluation(w.ctx, w.people[name], e.ID)
		if (len(list) == 1) != sees || (err == nil) != sees {
			t.Errorf("%s sees %d reviews, %v", name, len(list), err)
		}
	}
}
