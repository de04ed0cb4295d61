package judging

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestDeclaringWhileOpeningNeverLeavesASeat(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	p := w.proposal(1, home, w.person("周桂兰", "", ""))
	jury, seats := []identity.Actor{}, []string{}
	for i := range 5 {
		a, seat := w.judge(fmt.Sprint("评委", i))
		jury, seats = append(jury, a), append(seats, seat)
	}
	r := w.round()
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
			t.Error(err)
		}
	})
	for i := range 2 {
		wg.Go(func() {
			if err := w.book.Declare(ctx, jury[i], seats[i], Declaration{p, "邻居"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count(bothSQLText, nil); n != 0 {
		t.Errorf("%d seats in spite of a tie", n)
	}
	if n := w.count(`select count(*) from conflict where kind = 'declared'`, nil); n != 2 {
		t.Errorf("%d declarations were kept", n)
	}
	if n := w.count(`select count(*) from assignment where state = 'assigned'`, nil); n != 3 {
		t.Errorf("%d live seats, want the three without a tie", n)
	}
}

// bothSQLText counts what may never be: a live seat, or a sheet that counts, beside a tie.
const bothSQLText = `select (select count(*) from assignment a join conflict c on c.judge_id = a.judge_id and c.proposal_id = a.proposal_id where a.state in ('assigned', 'accepted'))
  + (select count(*) from sheet s join conflict c on c.judge_id = s.judge_id and c.proposal_id = s.proposal_id where s.state <> 'invalid')`

func TestSeatAndTieRaceInTheDatabase(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	lead := w.person("周桂兰", "", "")
	_, seat := w.judge("评委")
	r := w.round()
	for i := range 50 {
		p := w.proposal(i+1, home, lead)
		var failed sync.Map
		var wg sync.WaitGroup
		wg.Go(func() {
			failed.Store("seat", w.db.Change(ctx, func(tx pg.Tx) error {
				a := id()
				if _, err := pg.Do(ctx, tx, seatSQL, pg.Args{"id": a, "round": r.ID, "judge": seat, "proposal": p, "place": home, "at": noon}); err != nil {
					return err
				}
				return w.record(ctx, tx, "assignment", a, home)
			}))
		})
		wg.Go(func() {
			failed.Store("tie", w.db.Change(ctx, func(tx pg.Tx) error {
				_, err := pg.Do(ctx, tx, tieSQL, pg.Args{"judge": seat, "proposal": p, "kind": "declared", "reason": "", "at": noon})
				return err
			}))
		})
		wg.Wait()
		won := []string{}
		for _, name := range []string{"seat", "tie"} {
			if err, _ := failed.Load(name); err == nil {
				won = append(won, name)
			}
		}
		if len(won) != 1 {
			t.Fatalf("round %d: %v went through", i, won)
		}
	}
	if n := w.count(bothSQLText, nil); n != 0 {
		t.Errorf("%d seats in spite of a tie", n)
	}
}
