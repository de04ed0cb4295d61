package award

import (
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
)

// A plan has its days: the lead is reminded before they end, the district hears when they are over; each once. Sent back,
// it has them anew, and while the district has it nobody is urged.
func TestAPlanHasItsDays(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	w.over(w.publicized())
	due := w.plan(0).DueAt
	begun := w.clock.Now().In(clock.Shanghai)
	if want := time.Date(begun.Year(), begun.Month(), begun.Day()+15, 0, 0, 0, 0, clock.Shanghai); due == nil || !due.Equal(want) {
		t.Fatalf("the plan is due %v, want %v", due, want)
	}
	letters := func(when time.Time) (lead, desk int64) {
		for range 2 {
			w.change(func(tx pg.Tx) error { return RemindPlans(w.ctx, tx, when) })
		}
		return w.count(`select count(*) from notice where key like '%/plan/%' and key not like '%/desk%' and person_id = @p`, pg.Args{"p": w.leads[0].ID}),
			w.count(`select count(*) from notice where key like '%/late/desk%' and person_id = @p`, pg.Args{"p": w.staff.ID})
	}
	for _, want := range []struct {
		at         time.Time
		lead, desk int64
	}{{due.Add(-73 * time.Hour), 0, 0}, {due.Add(-72 * time.Hour), 1, 0}, {*due, 2, 1}, {due.Add(90 * time.Hour), 2, 1}} {
		if lead, desk := letters(want.at); lead != want.lead || desk != want.desk {
			t.Errorf("%v: %d and %d letters, want %d and %d", want.at, lead, desk, want.lead, want.desk)
		}
	}
	w.must(w.book.Refine(w.ctx, w.leads[0], w.ids[0], w.plan(0).Suggest()))
	if p := w.plan(0); p.DueAt != nil || p.Late {
		t.Errorf("handed in, the plan is due %v", p.DueAt)
	}
	if list, _, err := w.book.Papers(w.ctx, w.staff, ToRefine, ""); err != nil || len(list) != 1 || list[0].DueAt != nil {
		t.Errorf("the desk lists %+v, %v", list, err)
	}
	w.clock.Set(due.Add(100 * time.Hour))
	w.must(w.book.SendPlanBack(w.ctx, w.staff, w.ids[0], SentBack{Version: w.plan(0).Version, Reason: "海报可以少印一些"}))
	if again := w.plan(0).DueAt; again == nil || !again.After(due.AddDate(0, 0, 14)) {
		t.Errorf("sent back, the plan is due %v", again)
	}
	if list, _, err := w.book.Papers(w.ctx, w.staff, ToRefine, ""); err != nil || len(list) != 1 || list[0].DueAt == nil {
		t.Errorf("the desk lists %+v, %v", list, err)
	}
}
