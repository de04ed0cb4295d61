package proposal

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func (w *world) voiding(version int) Voiding {
	return Voiding{ID: newID(), Version: version, Code: "false", Reason: "活动照片是别处的", Sure: true,
		Papers: []Paper{{Taken: evidence.Taken{Digest: strings.Repeat("d", 64), Size: 10, Mime: "application/pdf"}, Kind: "decision", Name: "决定.pdf"}}}
}

// voids has the district declare a proposal void.
func (w *world) voids(id string) {
	w.Helper()
	p, err := Get(context.Background(), w.db, id)
	if err != nil {
		w.Fatal(err)
	}
	if err := w.book.Void(context.Background(), w.director, id, w.voiding(p.Version)); err != nil {
		w.Fatal(err)
	}
}

// Only the head of the district, with a reason and the document, declares void; twice is once; the trail holds.
func TestOnlyTheDistrictDeclaresVoid(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	for name, by := range map[string]identity.Actor{"its lead": w.lead, "the community": w.head, "the street": w.chief, "staff of the district": w.district, "a neighbour": w.neighbour} {
		if err := w.book.Void(ctx, by, f.ID, w.voiding(f.Version)); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong := fault.InFields(w.book.Void(ctx, w.director, f.ID, Voiding{Version: f.Version}))
	for _, field := range []string{"code", "reason", "decision", "sure"} {
		if _, told := wrong[field]; !told {
			t.Errorf("%s is not asked for", field)
		}
	}
	n := w.voiding(f.Version)
	for range 2 {
		if err := w.book.Void(ctx, w.director, f.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.book.Void(ctx, w.director, f.ID, w.voiding(f.Version-1)); !fault.Is(err, fault.Conflict) {
		t.Errorf("seen too early: %v", err)
	}
	f = w.own(w.lead, f.ID)
	if f.State != Void || f.Reason != n.Reason || w.count(`select count(*) from ban`, nil) != 1 {
		t.Errorf("%s %s", f.State, f.Reason)
	}
	if got := w.count(`select count(*) from notice where code = 'N08' and person_id = @lead::uuid`, pg.Args{"lead": w.lead.ID}); got != 1 {
		t.Errorf("the lead was told %d times", got)
	}
	if got := w.count(`select count(*) from outbox where kind = 'proposal.taken_back'`, nil); got != 1 {
		t.Errorf("%d facts let its award go", got)
	}
	if _, broken, err := audit.Verify(ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("the trail: %v %v", broken, err)
	}
}

// A ban keeps its lead from leading, by any way, until its day, in any edition; others may. It may be lifted once, on
// record.
func TestABannedLeadLeadsNothing(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	w.voids(f.ID)
	if _, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{}); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err).String(), "2029-05-20") {
		t.Errorf("begins another: %v", err)
	}
	bans, err := w.book.Bans(ctx, w.director)
	if err != nil || len(bans) != 1 || !bans[0].Holds(w.clock.Now()) || bans[0].PersonID != w.lead.ID {
		t.Fatalf("%+v %v", bans, err)
	}
	for name, by := range map[string]identity.Actor{"the street": w.chief, "the community": w.head, "the lead": w.lead} {
		if seen, err := w.book.Bans(ctx, by); err != nil || len(seen) != 0 {
			t.Errorf("%s reads %d bans, %v", name, len(seen), err)
		}
		if err := w.book.Lift(ctx, by, bans[0].ID, Lifting{Reason: "不想"}); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s lifts it: %v", name, err)
		}
	}
	if err := w.book.Lift(ctx, w.director, bans[0].ID, Lifting{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	for range 2 {
		if err := w.book.Lift(ctx, w.director, bans[0].ID, Lifting{Reason: "复查后认定不是他的责任"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from ban_lift`, nil); n != 1 {
		t.Errorf("%d liftings", n)
	}
	if _, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{}); err != nil {
		t.Errorf("after it was lifted: %v", err)
	}
	if err := w.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `update ban set until_on = until_on - 1`, nil)
		return err
	}); err == nil {
		t.Error("a ban can be rewritten")
	}
}

// A draft begun before the ban is not handed in under it, and is after its last day.
func TestABanIsLookedAtWhenHandingIn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	past := w.endorsed(w.lead)
	draft := w.draft(w.lead, w.call(2))
	for range 2 {
		w.joins(draft.ID, w.lead, w.resident("邻居", hood))
	}
	w.voids(past.ID)
	draft = w.own(w.lead, draft.ID)
	if _, err := w.book.Submit(ctx, w.lead, draft.ID, draft.Saves, w.clock.Now()); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err).String(), "不能再领办") {
		t.Errorf("handed in: %v", err)
	}
	if until, err := Banned(ctx, w.db, w.lead.ID, w.clock.Now().AddDate(3, 0, 0)); err != nil || until != nil {
		t.Errorf("on the day it ends: %v %v", until, err)
	}
	if until, err := Banned(ctx, w.db, w.lead.ID, w.clock.Now().AddDate(3, 0, 0).Add(-13*time.Hour)); err != nil || until == nil {
		t.Errorf("on its last day: %v %v", until, err)
	}
	if !slices.Contains(voidable, Refined) || slices.Contains(voidable, Contracted) {
		t.Error("what has an agreement in force is ended by its agreement")
	}
}
