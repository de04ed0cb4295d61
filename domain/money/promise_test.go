package money

import (
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// The first tranche is promised within the edition's working days; on the day after, whoever has it in hand is told, once
// for each desk, until it is out.
func TestTheFirstTrancheIsPromised(t *testing.T) {
	w := newWorld(t)
	j := w.project(4_999_99)
	list := w.tranches(j)
	calendar, err := place.Calendar(w.ctx, w.db)
	w.ok(err)
	over := calendar.AddWorkingDays(w.get(j).CreatedAt, 15) // the default of the rules
	if list[0].PromisedOn == nil || list[0].PromisedOn.Format("2006-01-02") != over.Add(-time.Second).In(clock.Shanghai).Format("2006-01-02") {
		t.Fatalf("promised on %v, the working days end before %v", list[0].PromisedOn, over)
	}
	if list[1].PromisedOn != nil {
		t.Errorf("the second tranche is promised on %v", list[1].PromisedOn)
	}
	told := func(at time.Time, state string) int64 {
		for range 2 {
			w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error { return Remind(w.ctx, tx, at) }))
		}
		return int64(w.count(`select case when count(*) = count(distinct (person_id, key)) then count(distinct split_part(split_part(key, '.promised.', 2), ':', 1)) else -1 end from notice where code = 'N13' and key like '%.promised.` + state + `%'`))
	}
	if n := told(over.Add(-time.Second), "due"); n != 0 {
		t.Errorf("%d letters within the promised days", n)
	}
	if n := told(over, "due"); n != 1 {
		t.Errorf("%d letters to the community on the day after, want one", n)
	}
	w.ok(w.book.Request(w.ctx, w.head, list[0].ID, Step{Version: list[0].Version}))
	if n := told(over, "requested"); n != 1 {
		t.Errorf("%d letters to the bookkeeper, want one", n)
	}
	asked := w.tranches(j)[0]
	w.ok(w.book.SendBack(w.ctx, w.finance, asked.ID, Step{Version: asked.Version, Reason: "附件不全"}))
	w.release(j, 1)
	if n := told(over.AddDate(0, 1, 0), "%"); n != 2 {
		t.Errorf("%d letters after the money is out, want the two of before", n)
	}
}
