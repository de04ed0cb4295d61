package proposal

import (
	"context"
	"strings"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// minute lets the calendar look at the standing wishes as it does every minute, and carries out what it finds; twice, for
// a fact may come twice.
func (w *world) minute() {
	w.Helper()
	ctx := context.Background()
	if err := w.db.Change(ctx, func(tx pg.Tx) error { return w.book.LookAtStanding(ctx, tx, w.clock.Now()) }); err != nil {
		w.Fatal(err)
	}
	ids, err := pg.Values[string](ctx, w.db, `select body->>'StandingID' from outbox where kind = 'proposal.standing_due' order by id`, nil)
	if err != nil {
		w.Fatal(err)
	}
	for _, id := range append(ids, ids...) {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return w.book.HearStandingDue(ctx, tx, StandingDue{id}) }); err != nil {
			w.Fatal(err)
		}
	}
	w.run(`delete from outbox where kind = 'proposal.standing_due'`, nil)
}

// told are the texts of the notices of one person that speak of the automatic submission.
func (w *world) told(person string) []string {
	w.Helper()
	texts, err := pg.Values[string](context.Background(), w.db, `select text || ' ' || args::text from notice where person_id = @p::uuid and text like '%自动提交%' order by at, id`, pg.Args{"p": person})
	if err != nil {
		w.Fatal(err)
	}
	return texts
}

func (w *world) wished(f Full) Standing {
	w.Helper()
	s, err := w.book.StandingOf(context.Background(), f)
	if err != nil {
		w.Fatal(err)
	}
	return s
}

func TestStandingWishHandsInWhatIsComplete(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	closes := *w.edition.ClosesAt
	wish := Wish{ID: newID()}
	for range 2 { // pressed twice
		if err := w.book.AskStanding(ctx, w.lead, f.ID, wish); err != nil {
			t.Fatal(err)
		}
	}
	w.clock.Set(closes.Add(-11 * time.Minute))
	w.minute()
	if w.own(w.lead, f.ID).State != Drafted {
		t.Fatal("handed in before its time")
	}
	at := closes.Add(-9 * time.Minute)
	w.clock.Set(at)
	w.minute()
	done := w.own(w.lead, f.ID)
	if done.State != Submitted || !done.SubmittedAt.Equal(at) || w.wished(done).State != StandingSent {
		t.Fatalf("%s at %v, wish %s", done.State, done.SubmittedAt, w.wished(done).State)
	}
	if got := w.told(w.lead.ID); len(got) != 1 || !strings.Contains(got[0], done.Number) {
		t.Errorf("told %q", got)
	}
	if n := w.count(`select count(*) from audit_event where entity = 'proposal' and action = 'submit' and actor = @me::uuid and data::jsonb->>'standing' = @wish`, pg.Args{"me": w.lead.ID, "wish": wish.ID}); n != 1 {
		t.Error("the trail does not say that it was the standing wish")
	}
	if n := w.count(`select count(*) from audit_event where entity = 'proposal_standing' and action = 'sent' and actor is null`, nil); n != 1 {
		t.Error("the trail does not say that the house did it")
	}
}

func TestStandingWishNeverHandsInWhatIsIncomplete(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	d := f.Draft()
	d.Goal = ""
	if _, err := w.book.Save(ctx, w.lead, f.ID, d); err != nil {
		t.Fatal(err)
	}
	if err := w.book.AskStanding(ctx, w.lead, f.ID, Wish{ID: newID()}); err != nil {
		t.Fatal(err)
	}
	closes := *w.edition.ClosesAt
	for _, left := range []time.Duration{9 * time.Minute, 8 * time.Minute, 2 * time.Minute} {
		w.clock.Set(closes.Add(-left))
		w.minute()
	}
	if got := w.told(w.lead.ID); len(got) != 1 || !strings.Contains(got[0], "请写明想达到什么目标") {
		t.Errorf("told while there is time: %q", got)
	}
	if got := w.own(w.lead, f.ID); got.State != Drafted || !w.wished(got).Asked() {
		t.Fatalf("%s, wish %s", got.State, w.wished(got).State)
	}
	w.clock.Set(closes)
	w.minute()
	w.minute()
	got := w.own(w.lead, f.ID)
	if got.State != Drafted || w.wished(got).State != StandingUnsent {
		t.Errorf("%s, wish %s", got.State, w.wished(got).State)
	}
	if texts := w.told(w.lead.ID); len(texts) != 2 || !strings.Contains(texts[1], "没有自动提交") || !strings.Contains(texts[1], "目标") {
		t.Errorf("told at the end: %q", texts)
	}
}

func TestStandingWishWaitsWhileSomebodyWritesAndTakesWhatWasMended(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	if err := w.book.AskStanding(ctx, w.lead, f.ID, Wish{ID: newID()}); err != nil {
		t.Fatal(err)
	}
	closes := *w.edition.ClosesAt
	w.clock.Set(closes.Add(-6 * time.Minute))
	d := f.Draft()
	d.Goal = "最后改的目标"
	if _, err := w.book.Save(ctx, w.lead, f.ID, d); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(closes.Add(-5 * time.Minute))
	w.minute()
	if w.own(w.lead, f.ID).State != Drafted {
		t.Fatal("handed in under somebody's hands")
	}
	w.clock.Set(closes.Add(-3 * time.Minute))
	w.minute()
	if got := w.own(w.lead, f.ID); got.State != Submitted || got.Goal != "最后改的目标" {
		t.Errorf("%s with %q", got.State, got.Goal)
	}
}

func TestStandingWishIsTheLeadsOwn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	mate := w.resident("队友", hood)
	w.joins(f.ID, w.lead, mate)
	if err := w.book.AskStanding(ctx, mate, f.ID, Wish{ID: newID()}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member asks: %v", err)
	}
	if err := w.book.AskStanding(ctx, w.neighbour, f.ID, Wish{ID: newID()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger asks: %v", err)
	}
	helped := w.lead
	helped.Helper, helped.Assistance = w.head.ID, newID()
	if err := w.book.AskStanding(ctx, helped, f.ID, Wish{ID: newID()}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a helper asks in the lead's name: %v", err)
	}
	d := f.Draft()
	d.Declared = d.Declared[1:]
	if _, err := w.book.Save(ctx, w.lead, f.ID, d); err != nil {
		t.Fatal(err)
	}
	if err := w.book.AskStanding(ctx, w.lead, f.ID, Wish{ID: newID()}); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked before the promises are ticked: %v", err)
	}
}

func TestStandingWishIsMootOnceHandedInByHandOrTakenBack(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	byHand, back := w.draft(w.lead, w.edition), w.draft(w.neighbour, w.edition)
	for _, f := range []Full{byHand, back} {
		by := w.lead
		if f.ID == back.ID {
			by = w.neighbour
		}
		if err := w.book.AskStanding(ctx, by, f.ID, Wish{ID: newID()}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := w.book.DropStanding(ctx, w.neighbour, back.ID, Wish{Version: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.book.Submit(ctx, w.lead, byHand.ID, byHand.Saves, noon); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(w.edition.ClosesAt.Add(-time.Minute))
	w.minute()
	if got := w.wished(byHand).State; got != StandingMoot {
		t.Errorf("handed in by hand: wish %s", got)
	}
	if got := w.own(w.neighbour, back.ID); got.State != Drafted || w.wished(got).State != StandingTakenBack {
		t.Errorf("taken back: %s, wish %s", got.State, w.wished(got).State)
	}
	if n := len(w.told(w.lead.ID)) + len(w.told(w.neighbour.ID)); n != 0 {
		t.Errorf("%d notices about wishes that are over", n)
	}
}

func TestMergeQuestionsLapse(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a, b := w.submitted(w.lead, w.edition), w.submitted(w.neighbour, w.edition)
	lapse := func() {
		t.Helper()
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return w.book.LapseMerges(ctx, tx, w.clock.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	state := func(id string) string {
		t.Helper()
		s, err := pg.Value[string](ctx, w.db, `select state from proposal_merge where id = @id::uuid`, pg.Args{"id": id})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	ask := Asking{ID: newID(), Other: b.ID, Keep: "this", Reason: "想法相同"}
	if err := w.book.AskMerge(ctx, w.head, a.ID, ask); err != nil {
		t.Fatal(err)
	}
	if err := w.book.AgreeMerge(ctx, w.neighbour, ask.ID, Reply{Version: 1}); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(noon.AddDate(0, 0, 6)) // four working days and a weekend
	lapse()
	if got := state(ask.ID); got != MergeAsked {
		t.Fatalf("after four working days: %s", got)
	}
	w.clock.Set(noon.AddDate(0, 0, 9))
	lapse()
	lapse()
	if got := state(ask.ID); got != MergeLapsed {
		t.Fatalf("after five working days: %s", got)
	}
	if err := w.book.AgreeMerge(ctx, w.lead, ask.ID, Reply{Version: 2}); !fault.Is(err, fault.Conflict) {
		t.Errorf("agreed to what has lapsed: %v", err)
	}
	for _, who := range []string{w.lead.ID, w.neighbour.ID, w.head.ID} {
		if n := w.count(`select count(*) from notice where person_id = @p::uuid and text like '%到时间没有两边都答复%'`, pg.Args{"p": who}); n != 1 {
			t.Errorf("told %d times", n)
		}
	}
	if w.own(w.lead, a.ID).State != Submitted || w.own(w.neighbour, b.ID).State != Submitted {
		t.Error("a lapsed question changed a proposal")
	}
	w.clock.Set(w.edition.ClosesAt.Add(-time.Hour))
	ask.ID = newID()
	if err := w.book.AskMerge(ctx, w.head, a.ID, ask); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(*w.edition.ClosesAt)
	lapse()
	if got := state(ask.ID); got != MergeLapsed {
		t.Errorf("when the call has closed: %s", got)
	}
}
