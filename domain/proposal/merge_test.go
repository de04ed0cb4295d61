package proposal

import (
	"context"
	"testing"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

func TestMergedOnlyWhenBothSayYes(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	kept, closed := w.submitted(w.lead, w.edition), w.submitted(w.neighbour, w.edition)
	ask := Asking{ID: newID(), Other: closed.ID, Keep: "this", Reason: "都是旧衣改造"}
	if err := w.book.AskMerge(ctx, w.head2, kept.ID, ask); !fault.Is(err, fault.NotFound) {
		t.Errorf("another community asks: %v", err)
	}
	if err := w.book.AskMerge(ctx, w.head, kept.ID, Asking{Other: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("asked with nothing: %v", err)
	}
	for range 2 {
		if err := w.book.AskMerge(ctx, w.head, kept.ID, ask); err != nil {
			t.Fatal(err)
		}
	}
	again := ask
	again.ID, again.Other = newID(), w.submitted(w.resident("赵四", hood), w.edition).ID
	if err := w.book.AskMerge(ctx, w.head, kept.ID, again); !fault.Is(err, fault.Conflict) {
		t.Errorf("asked about two at once: %v", err)
	}
	if err := w.book.AgreeMerge(ctx, w.head, ask.ID, Reply{Version: 1}); !fault.Is(err, fault.NotFound) {
		t.Errorf("the community agrees for the team: %v", err)
	}
	for range 2 {
		if err := w.book.AgreeMerge(ctx, w.neighbour, ask.ID, Reply{Version: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.own(w.neighbour, closed.ID); got.State != Submitted {
		t.Fatalf("closed with one yes: %s", got.State)
	}
	if err := w.book.AgreeMerge(ctx, w.lead, ask.ID, Reply{Version: 2}); err != nil {
		t.Fatal(err)
	}
	story, err := w.book.Story(ctx, w.neighbour, closed.ID)
	if err != nil || story.Merged == nil || story.Merged.ID != kept.ID || w.own(w.neighbour, closed.ID).State != Withdrawn || w.own(w.lead, kept.ID).State != Submitted {
		t.Fatalf("merged: %+v, %v", story.Merged, err)
	}
	invited, err := w.book.Invitations(ctx, w.neighbour)
	if err != nil || len(invited) != 1 || invited[0].ProposalID != kept.ID {
		t.Fatalf("invited: %+v, %v", invited, err)
	}
	if err := w.book.Accept(ctx, w.neighbour, invited[0].ID, Answer{Version: 1, Agree: true, Age: "adult"}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from team_member where team_id = @team::uuid and state = 'invited'`, pg.Args{"team": kept.TeamID}); n != 2 {
		t.Errorf("%d more of the closed team are invited, want 2", n)
	}
	if n := w.count(`select count(*) from notice where code = 'N03' and person_id = @me::uuid and link = '/proposals/' || @id`, pg.Args{"me": w.lead.ID, "id": kept.ID}); n != 3 {
		t.Errorf("the lead has heard %d times of asking, agreeing and merging", n)
	}
}

func TestMergeMayBeDeclinedAndNotAfterClosing(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a, b := w.submitted(w.lead, w.edition), w.submitted(w.neighbour, w.edition)
	ask := Asking{ID: newID(), Other: b.ID, Keep: "other", Reason: "想法相同"}
	if err := w.book.AskMerge(ctx, w.head, a.ID, ask); err != nil {
		t.Fatal(err)
	}
	if err := w.book.DeclineMerge(ctx, w.lead, ask.ID, Reply{Version: 1, Reason: "做法不一样"}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.AgreeMerge(ctx, w.neighbour, ask.ID, Reply{Version: 2}); !fault.Is(err, fault.Conflict) {
		t.Errorf("agreed to what was declined: %v", err)
	}
	ask.ID = newID()
	if err := w.book.AskMerge(ctx, w.head, a.ID, ask); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(*w.edition.ClosesAt)
	if err := w.book.AgreeMerge(ctx, w.lead, ask.ID, Reply{Version: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("agreed after closing: %v", err)
	}
}
