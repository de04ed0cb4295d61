package judging

import (
	"context"
	"testing"

	"seedbed/storage/pg"
)

// While the desk still chooses its projects are eligible and not yet shortlisted: who gives one up is replaced all the same.
func TestASeatGivenUpAtAChoosingDeskIsFilled(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, desk := w.chosen(3, 7, NewRound{Cut: CutByTop, CutTop: 2})
	q, err := w.book.MyQueue(ctx, jury[0])
	if err != nil || len(q.Tasks) == 0 {
		t.Fatalf("%d tasks, %v", len(q.Tasks), err)
	}
	if err := w.book.Recuse(ctx, jury[0], q.Tasks[0].ID, Reason{"一个合唱团的"}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from assignment where round_id = @r and state = 'replaced'`, pg.Args{"r": desk.ID}); n != 1 {
		t.Errorf("%d seats were taken over", n)
	}
	if n := w.count(`select count(*) from (select 1 from assignment where round_id = @r and state in ('assigned', 'accepted') group by proposal_id having count(*) = 5) x`, pg.Args{"r": desk.ID}); n != 3 {
		t.Errorf("%d of 3 projects have all their judges", n)
	}
}
