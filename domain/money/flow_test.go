package money

import (
	"testing"

	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/ledger"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// The whole way of a micro award: one tranche, claims of every size, and back what is left.
func TestMicroAwardFromPlanToSettlement(t *testing.T) {
	w := newWorld(t)
	j := w.project(3_000_00)
	if list := w.tranches(j); len(list) != 1 || list[0].Amount != 3_000_00 || list[0].State != Due || list[0].Condition != OnSign {
		t.Fatalf("planned %+v", list)
	}
	w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error { return w.book.Plan(w.ctx, tx, delivery.Opened{ProjectID: j.id}) }))
	if n := len(w.tranches(j)); n != 1 {
		t.Fatalf("planning twice made %d tranches", n)
	}
	w.release(j, 1)
	p := w.get(j)
	if p.State != delivery.InProgress || p.Released != 3_000_00 {
		t.Fatalf("after the first release: %s, %s", p.State, p.Released)
	}
	small, middle := w.submit(j, 486_50), w.submit(j, 1_286_00)
	if small.Number == "" || small.Number == middle.Number || small.Number[:8] != "BX202609" || small.DueAt == nil {
		t.Fatalf("numbers %q, %q", small.Number, middle.Number)
	}
	w.forward(small, Confirmed)
	w.forward(middle, Paid)
	w.whole()
	if n := w.count(`select count(*) from claim_hand where step = 'approve'`); n != 1 {
		t.Errorf("%d approvals; the small claim needs none", n)
	}
	p = w.get(j)
	if p.Paid != 1_772_50 || p.Claimed != 1_772_50 {
		t.Errorf("paid %s, claimed %s", p.Paid, p.Claimed)
	}
	w.refused(w.book.Settle(w.ctx, w.finance, j.id, Settlement{Version: p.Version}), fault.Conflict, "结项验收还没有结果")
	w.evaluated(j, "final", "passed", true)
	w.ok(w.book.Settle(w.ctx, w.finance, j.id, Settlement{Version: p.Version}))
	w.ok(w.book.Settle(w.ctx, w.finance, j.id, Settlement{Version: p.Version})) // a second tap
	p = w.get(j)
	if !p.Settled || p.Refunded != 1_227_50 || p.Released != p.Paid+p.Refunded { // I-M6
		t.Errorf("settled %v, refunded %s", p.Settled, p.Refunded)
	}
	_, err := w.book.Submit(w.ctx, w.lead, j.id, w.draft(j, 10_00))
	w.refused(err, fault.Conflict, "已经结清")
	w.whole()
}

func TestThreeTranchesWaitForTheirConditions(t *testing.T) {
	w := newWorld(t)
	j := w.project(4_999_99)
	list := w.tranches(j)
	if len(list) != 3 || list[0].Amount != 2_499_99 || list[1].Amount != 1_999_99 || list[2].Amount != 500_01 { // I-M7, DOMAIN §10.2
		t.Fatalf("planned %+v", list)
	}
	w.refused(w.book.Request(w.ctx, w.head, list[1].ID, Step{Version: 1}), fault.Conflict, "现在不能申请")
	w.release(j, 1)
	w.evaluated(j, "mid", "passed", true)
	mid := w.tranches(j)[1]
	w.refused(w.book.Request(w.ctx, w.head, mid.ID, Step{Version: mid.Version}), fault.Conflict, "要用到 70%")
	w.forward(w.submit(j, 1_900_00), Paid)
	w.release(j, 2)
	if p := w.get(j); p.Released != 4_499_98 {
		t.Errorf("released %s", p.Released)
	}
	w.evaluated(j, "final", "passed", true)
	if last := w.tranches(j)[2]; last.State != Due {
		t.Errorf("the last tranche is %s", last.State)
	}
	w.whole()
}

// I-M2: when only the last tranche is missing, claims may reach the award, and are not paid before it comes.
func TestTailClaims(t *testing.T) {
	w := newWorld(t)
	j := w.project(5_000_00)
	w.release(j, 1)
	_, err := w.book.Submit(w.ctx, w.lead, j.id, w.draft(j, 2_500_01))
	w.refused(err, fault.Invalid, "还能报 ¥2,500")
	w.forward(w.submit(j, 2_000_00), Paid)
	w.evaluated(j, "mid", "passed", true)
	w.release(j, 2)
	w.forward(w.submit(j, 2_400_00), Paid)
	small, large := w.submit(j, 100_00), w.submit(j, 500_00)
	if small.Tail || !large.Tail {
		t.Fatalf("tails: %v, %v; want the second alone", small.Tail, large.Tail)
	}
	_, err = w.book.Submit(w.ctx, w.lead, j.id, w.draft(j, 1))
	w.refused(err, fault.Invalid, "还能报 ¥0")
	w.forward(large, Passed) // small enough for no approver, and yet it waits
	w.refused(w.book.Approve(w.ctx, w.street, large.ID, Step{Version: w.claim(large.ID).Version}), fault.Conflict, "尾款")
	w.forward(small, Paid)
	w.evaluated(j, "final", "passed", true)
	w.release(j, 3)
	if c := w.claim(large.ID); c.State != Approved {
		t.Fatalf("the tail claim is %s after the last release", c.State)
	}
	w.forward(large, Paid)
	w.whole()
}

func TestUnreleasedRestReturnsToThePool(t *testing.T) {
	w := newWorld(t)
	j := w.project(5_000_00)
	w.release(j, 1)
	w.forward(w.submit(j, 1_000_00), Paid)
	before, err := ledger.Balance(w.ctx, w.db, ledger.Pool, w.fund)
	w.ok(err)
	w.evaluated(j, "final", "failed", false)
	open := w.submit(j, 100_00)
	p := w.get(j)
	w.refused(w.book.Settle(w.ctx, w.finance, j.id, Settlement{Version: p.Version}), fault.Conflict, "还有 1 张报销单没有办完")
	w.ok(w.book.Reject(w.ctx, w.staff, open.ID, Refusal{Version: open.Version, Code: "not_real", Reason: "没有买"}))
	w.ok(w.book.Settle(w.ctx, w.finance, j.id, Settlement{Version: p.Version}))
	after, err := ledger.Balance(w.ctx, w.db, ledger.Pool, w.fund)
	w.ok(err)
	if after-before != 2_500_00 || w.get(j).Refunded != 1_500_00 {
		t.Errorf("pool got %s, refund %s", after-before, w.get(j).Refunded)
	}
	for _, tr := range w.tranches(j)[1:] {
		if tr.State != Cancelled {
			t.Errorf("tranche %d is %s", tr.Seq, tr.State)
		}
	}
	w.whole()
}

func TestLevels(t *testing.T) {
	w := newWorld(t)
	j := w.project(20_000_00)
	w.raw(`update project set released = award, state = 'in_progress' where id = '%s'; update tranche set state = 'released', released_at = now(), requested_by = '%s', reviewed_by = '%s', approved_by = '%s' where project_id = '%s'`, j.id, w.head.ID, w.finance.ID, w.dhead.ID, j.id)
	w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error {
		p, err := delivery.Get(w.ctx, tx, j.id)
		if err != nil {
			return err
		}
		_, err = ledger.Post(w.ctx, tx, w.house(), ledger.Movement{Kind: "release", Entity: "tranche", Source: newID(), Place: p.Place, At: noon, Entries: ledger.Move(p.Award, pot(p, ledger.Committed), pot(p, ledger.Released))})
		return err
	}))
	for _, c := range []struct {
		sum   yuan.Fen
		level string
	}{{500_00, LevelNone}, {500_01, LevelStreet}, {2_000_00, LevelStreet}, {2_000_01, LevelDistrict}, {5_000_00, LevelDistrict}, {5_000_01, LevelTwo}} {
		got := w.submit(j, c.sum)
		state := Passed
		if c.level == LevelNone {
			state = Approved
		}
		if got = w.forward(got, state); got.Level != c.level {
			t.Errorf("%s: level %q, want %q", c.sum, got.Level, c.level)
		}
		step := Step{Version: got.Version}
		switch c.level {
		case LevelStreet:
			w.ok(w.book.Approve(w.ctx, w.street, got.ID, step))
		case LevelDistrict:
			w.refused(w.book.Approve(w.ctx, w.street, got.ID, step), fault.Forbidden, "区里批准")
			w.ok(w.book.Approve(w.ctx, w.dhead, got.ID, step))
		case LevelTwo:
			w.ok(w.book.Approve(w.ctx, w.street, got.ID, step))
			w.ok(w.book.Approve(w.ctx, w.street, got.ID, step)) // a second tap is one approval
			step.Version++
			if c := w.claim(got.ID); c.State != Passed {
				t.Fatalf("one approval of a large claim made it %s", c.State)
			}
			w.refused(w.book.Approve(w.ctx, w.street, got.ID, step), fault.Forbidden, "两个人批准")
			w.ok(w.book.Approve(w.ctx, w.dhead2, got.ID, step))
		}
		w.forward(got, Paid)
	}
	w.whole()
}
