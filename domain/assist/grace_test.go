package assist_test

import (
	"testing"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Handed in on paper at five to twelve, typed two days later: it counts from the stamp (DOMAIN §18-3). Nothing else
// enters after the deadline (I-T2).
func TestOnlyTheGraceListEntersAfterTheDeadline(t *testing.T) {
	w := newTown(t)
	closes := noon.AddDate(0, 0, 10) // a Saturday, so the second working day after it is Tuesday
	stamped := closes.Add(-5 * time.Minute)
	w.later(closes.Add(3 * time.Hour))
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return edition.CloseDue(w.ctx, tx, w.clock.Now()) }))
	late := assist.NewGrace{ID: newID(), EditionID: w.call.ID, Place: hood, LeadName: "王奶奶", ReceivedAt: closes.Add(time.Second)}
	w.refused(w.book.List(w.ctx, w.staff, late, paper()), fault.Invalid)
	good := late
	good.ReceivedAt = stamped
	w.refused(w.book.List(w.ctx, w.staff, good, nil), fault.Invalid) // no photo of the stamp
	w.refused(w.book.List(w.ctx, w.elder, good, paper()), fault.Forbidden)
	w.must(w.book.List(w.ctx, w.staff, good, paper()))
	w.must(w.book.List(w.ctx, w.staff, good, paper())) // sent twice
	if n := w.count(`select count(*) from grace`, nil); n != 1 {
		t.Fatalf("%d papers", n)
	}

	// Helped, but not about the paper: too late.
	a, by := w.begins()
	_, err := w.proposals.Start(w.ctx, by, w.call.ID, proposal.Beginning{ID: newID()})
	w.refused(err, fault.Conflict)
	w.must(w.book.Drop(w.ctx, w.staff, w.token, a.ID))

	w.later(time.Date(2026, 6, 2, 20, 0, 0, 0, clock.Shanghai)) // the second working day after a Saturday
	a, err = w.book.Start(w.ctx, w.staff, w.token, assist.Start{ID: newID(), Phone: "13800000001", Name: "王奶奶", Why: "paper", Method: "paper", GraceID: good.ID})
	w.must(err)
	by = w.acting()
	id, saves := w.writes(by)
	w.refused(second(w.proposals.Save(w.ctx, w.elder, id, proposal.Draft{Saves: saves})), fault.Conflict) // the elder alone is too late
	w.signs(a)
	f, err := w.proposals.Submit(w.ctx, by, id, saves, w.clock.Now())
	w.must(err)
	if f.SubmittedAt == nil || !f.SubmittedAt.Equal(stamped) {
		t.Errorf("received %v, stamped %v", f.SubmittedAt, stamped)
	}
	again, err := w.proposals.Submit(w.ctx, by, id, saves, w.clock.Now()) // a double click
	w.must(err)
	if again.Number != f.Number {
		t.Error("two numbers")
	}
	c, err := w.proposals.See(w.ctx, w.head, id)
	w.must(err)
	if c.Helped.ReceivedAt == nil || !c.Helped.ReceivedAt.Equal(stamped) || c.Helped.Stamped == "" || c.Helped.Name != w.staff.Name {
		t.Errorf("the desk sees %+v", c.Helped)
	}
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))

	// The paper is spent, and the days are over.
	_, err = w.book.Start(w.ctx, w.staff, w.token, assist.Start{ID: newID(), Phone: "13800000001", Name: "王奶奶", Why: "paper", Method: "paper", GraceID: good.ID})
	w.refused(err, fault.Invalid)
	w.clock.Set(time.Date(2026, 6, 3, 0, 0, 0, 0, clock.Shanghai))
	good.ID = newID()
	w.refused(w.book.List(w.ctx, w.staff, good, paper()), fault.Invalid)
	w.whole()
}

// The server was down at the deadline: whoever had begun gets the time back, nobody else.
func TestARecordedOutageGivesTimeBack(t *testing.T) {
	w := newTown(t)
	id, saves := w.writes(w.elder)
	closes := noon.AddDate(0, 0, 10)
	w.clock.Set(closes.Add(2 * time.Hour))
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error { return edition.CloseDue(w.ctx, tx, w.clock.Now()) }))
	_, err := w.proposals.Submit(w.ctx, w.elder, id, saves, w.clock.Now())
	w.refused(err, fault.Conflict)
	n := assist.NewOutage{ID: newID(), EditionID: w.call.ID, BeganAt: closes.Add(-time.Hour), EndedAt: closes.Add(time.Hour), Until: closes.Add(6 * time.Hour), Reason: "机房停电"}
	w.refused(w.book.Declare(w.ctx, w.street, n), fault.Forbidden)
	long := n
	long.Until = closes.AddDate(0, 0, 9)
	w.refused(w.book.Declare(w.ctx, w.director, long), fault.Invalid)
	early := n
	early.BeganAt, early.EndedAt = closes.AddDate(0, 0, -3), closes.AddDate(0, 0, -2)
	w.refused(w.book.Declare(w.ctx, w.director, early), fault.Invalid)
	w.must(w.book.Declare(w.ctx, w.director, n))
	w.must(w.book.Declare(w.ctx, w.director, n)) // pressed twice
	friend := w.enlist("晚来的", "13800000003", hood, "", "")
	_, err = w.proposals.Start(w.ctx, friend, w.call.ID, proposal.Beginning{ID: newID()})
	w.refused(err, fault.Conflict)
	f, err := w.proposals.Submit(w.ctx, w.elder, id, saves, w.clock.Now())
	w.must(err)
	if !f.SubmittedAt.Equal(w.clock.Now()) {
		t.Error("the stamp is not what it was")
	}
	w.refused(w.run(`update outage set until = until + interval '1 day'`, nil), fault.Conflict)
	w.whole()
}

func second[T any](_ T, err error) error { return err }
