package award

import (
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

func (w *world) tend(at time.Time) {
	w.t.Helper()
	w.clock.Set(at)
	w.change(func(tx pg.Tx) error { return w.book.TendReserves(w.ctx, tx, at) })
}

// A winner gives its award back: the first reserve is asked, lets its days pass, and the second takes it up, with a notice and a
// window of its own; not a fen is set aside before that has closed.
func TestAReserveTakesWhatBecameFree(t *testing.T) {
	w := newWorld(t, 4, 7_000_00)
	p := w.publicized()
	w.wants(w.book.Promote(w.ctx, w.head, w.award(2).ID, Pressed{w.award(2).Version}), fault.Conflict) // its window is open
	w.over(p)
	w.wants(w.book.Promote(w.ctx, w.head, w.award(2).ID, Pressed{w.award(2).Version}), fault.Conflict) // 1,000 are left
	w.must(w.book.Decline(w.ctx, w.leads[0], w.ids[0], Leaving{Reason: "人手不够，做不了了"}))
	w.wants(w.book.Promote(w.ctx, w.staff, w.award(2).ID, Pressed{w.award(2).Version}), fault.Forbidden)
	w.wants(w.book.Promote(w.ctx, w.other, w.award(2).ID, Pressed{w.award(2).Version}), fault.NotFound)
	w.wants(w.book.Promote(w.ctx, w.head, w.award(3).ID, Pressed{w.award(3).Version}), fault.Conflict) // not its turn
	version := w.award(2).Version
	for range 2 { // pressed twice
		w.must(w.book.Promote(w.ctx, w.head, w.award(2).ID, Pressed{version}))
	}
	w.wants(w.book.Promote(w.ctx, w.head, w.award(3).ID, Pressed{w.award(3).Version}), fault.Conflict) // it is on offer already
	a := w.award(2)
	if !a.Offered() || a.OfferAmount != 3_000_00 || a.Result != Reserve {
		t.Fatalf("%+v", a)
	}
	w.tend(a.AnswerBy.Add(-time.Second))
	if !w.award(2).Offered() {
		t.Error("the offer ended early")
	}
	for range 2 { // the calendar asks twice
		w.tend(*a.AnswerBy)
	}
	if w.award(2).State != Declined || w.state(2) != proposal.NotSelected || !w.award(3).Offered() {
		t.Fatalf("%s, %s, next offered %v", w.award(2).State, w.state(2), w.award(3).Offered())
	}
	w.wants(w.book.AnswerOffer(w.ctx, w.leads[2], w.ids[2], Reply{w.award(2).Version, "yes"}), fault.Conflict)
	version = w.award(3).Version
	w.wants(w.book.AnswerOffer(w.ctx, w.leads[1], w.ids[3], Reply{version, "yes"}), fault.NotFound)
	w.wants(w.book.AnswerOffer(w.ctx, w.leads[3], w.ids[3], Reply{version, "maybe"}), fault.Invalid)
	for range 2 { // pressed twice
		w.must(w.book.AnswerOffer(w.ctx, w.leads[3], w.ids[3], Reply{version, "yes"}))
	}
	n, err := pg.Value[string](w.ctx, w.db, `select id::text from publicity where cause = 'promotion'`, nil)
	w.must(err)
	own, err := Notice(w.ctx, w.db, n)
	w.must(err)
	c, err := own.Read()
	w.must(err)
	if len(c.Rows) != 1 || c.Rows[0].Result != Selected || c.Rows[0].Amount != 3_000_00 || own.Publisher != w.head.ID {
		t.Errorf("%+v", c)
	}
	w.refused(`update award set state = 'confirmed', version = version + 1 where id = @id`, pg.Args{"id": w.award(3).ID})
	if w.balance(ledger.Committed, w.award(3).ID) != 0 {
		t.Error("set aside in the window")
	}
	w.over(own)
	if w.award(3).State != Confirmed || w.state(3) != proposal.Refining || w.balance(ledger.Pool, w.fund) != 1_000_00 {
		t.Errorf("%s, %s, pool %s", w.award(3).State, w.state(3), w.balance(ledger.Pool, w.fund))
	}
	if got := w.count(`select count(*) from notice where code = 'N11' and person_id = @p`, pg.Args{"p": w.leads[3].ID}); got != 2 {
		t.Errorf("%d letters about the promotion", got)
	}
}

// After its days a reserve stops waiting.
func TestAReserveDoesNotWaitForEver(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	p := w.publicized()
	w.over(p)
	w.tend(p.ClosesAt.AddDate(0, 0, 60).Add(-time.Second))
	if w.award(2).Result != Reserve {
		t.Error("it ended early")
	}
	for range 2 {
		w.tend(p.ClosesAt.AddDate(0, 0, 60))
	}
	if w.award(2).Result != NotSelected || w.state(2) != proposal.NotSelected {
		t.Errorf("%s, %s", w.award(2).Result, w.state(2))
	}
}

// N09 the day before a notice ends, N10 before and after an answer is due; each once.
func TestRemindersComeOnce(t *testing.T) {
	w := newWorld(t, 2, 7_000_00)
	p := w.publicized()
	o, err := w.book.Object(w.ctx, w.person("邻居", "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"})
	w.must(err)
	at := func(when time.Time) (n09, n10 int64) {
		for range 2 {
			w.change(func(tx pg.Tx) error { return RemindNotices(w.ctx, tx, when) })
		}
		return w.count(`select count(*) from notice where code = 'N09' and key like '%/ending%' and person_id = @p`, pg.Args{"p": w.host.ID}),
			w.count(`select count(*) from notice where code = 'N10' and (key like '%/due%' or key like '%/late%') and person_id = @p`, pg.Args{"p": w.head.ID})
	}
	for _, want := range []struct {
		at       time.Time
		n09, n10 int64
	}{{p.ClosesAt.Add(-25 * time.Hour), 0, 0}, {p.ClosesAt.Add(-24 * time.Hour), 1, 0}, {o.DueAt.Add(-47 * time.Hour), 1, 1}, {o.DueAt, 1, 2}, {o.DueAt.Add(50 * time.Hour), 1, 2}} {
		if n09, n10 := at(want.at); n09 != want.n09 || n10 != want.n10 {
			t.Errorf("%v: %d and %d letters, want %d and %d", want.at, n09, n10, want.n09, want.n10)
		}
	}
}
