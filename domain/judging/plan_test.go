package judging

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"seedbed/domain/assign"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// planned has n proposals, a jury of j and a round that has not opened.
func (w *world) planned(n, j int) (proposals []string, jury []identity.Actor, seats []string, r Round) {
	w.t.Helper()
	for i := range n {
		proposals = append(proposals, w.proposal(i+1, home, w.person(fmt.Sprint("周桂兰", i), "", "")))
	}
	for i := range j {
		a, seat := w.judge(fmt.Sprint("评委", i))
		jury, seats = append(jury, a), append(seats, seat)
	}
	return proposals, jury, seats, w.round()
}

func (w *world) preview(r Round, aim Aim) Preview {
	w.t.Helper()
	p, err := w.book.Preview(context.Background(), w.staff, r.ID, aim)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) confirm(r Round, aim Aim) Confirmed {
	w.t.Helper()
	c := Confirmed{ID: id(), Hash: w.preview(r, aim).Hash, Mode: aim.Mode, Q: aim.Q, Load: aim.Load}
	if err := w.book.Confirm(context.Background(), w.staff, r.ID, c); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// live are the seats that are to be marked.
func (w *world) live() []Seat {
	w.t.Helper()
	list, err := pg.All[Seat](context.Background(), w.db, `select judge_id::text as judge, proposal_id::text as project from assignment where state = 'assigned' order by 1, 2`, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func TestLooksChangeNothingAndTheConfirmedPlanIsUsed(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	proposals, jury, seats, r := w.planned(4, 6)
	f := WishForm{Lines: []WishedLine{{proposals[0], Like}, {proposals[1], RatherNot}, {proposals[2], Could}}}
	if err := w.book.Prefer(ctx, jury[0], seats[0], f); err != nil {
		t.Fatal(err)
	}
	before := w.count(`select (select count(*) from assignment_plan) + (select count(*) from assignment) + (select count(*) from conflict) + (select count(*) from audit_event)`, nil)
	p := w.preview(r, Usual())
	if after := w.count(`select (select count(*) from assignment_plan) + (select count(*) from assignment) + (select count(*) from conflict) + (select count(*) from audit_event)`, nil); after != before {
		t.Errorf("a look changed %d rows", after-before)
	}
	if p.Chosen.Filled != 12 || p.Chosen.Needed != 12 || len(p.Others) != 3 || p.Chosen.Fewest() != 2 || p.Chosen.Most() != 2 {
		t.Errorf("chosen %+v", p.Chosen)
	}
	if !slices.Contains(p.Chosen.Pairs, Seat{seats[0], proposals[0]}) || slices.Contains(p.Chosen.Pairs, Seat{seats[0], proposals[1]}) {
		t.Errorf("the wishes weigh nothing: %v", p.Chosen.Pairs)
	}
	w.confirm(r, Usual())
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	got, want := w.live(), slices.Clone(p.Chosen.Pairs)
	slices.SortFunc(want, func(a, b Seat) int { return strings.Compare(a.Judge+a.Project, b.Judge+b.Project) })
	if !slices.Equal(got, want) {
		t.Errorf("seats %v, confirmed %v", got, want)
	}
	if n := w.count(`select count(*) from assignment_plan`, nil); n != 1 {
		t.Errorf("%d plans were kept, want the confirmed one", n)
	}
}

// Without a confirmed plan the opening makes one, in mode best, and keeps it with its certificate.
func TestAnOpeningWithoutAPlanMakesOne(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.opened(2, 5)
	if n := w.count(`select count(*) from assignment_plan where kind = 'whole' and mode = 'best' and filled = 10`, nil); n != 1 {
		t.Errorf("%d plans", n)
	}
	if n, broken, err := VerifyPlans(ctx, w.db); n != 1 || len(broken) > 0 || err != nil {
		t.Errorf("%d plans checked, %v, %v", n, broken, err)
	}
	for _, sql := range []string{`update assignment_plan set filled = 1`, `delete from assignment_plan`, `delete from conflict`} {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { _, err := pg.Do(ctx, tx, sql, nil); return err }); err == nil {
			t.Errorf("the application may: %s", sql)
		}
	}
}

// What is downloaded gives the same bytes again, on the command line as here.
func TestTheInstanceGivesThePlanByteForByte(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, _, _, r := w.planned(5, 7)
	for _, aim := range []Aim{Usual(), {Mode: string(assign.Fair), Load: "0"}} {
		text, err := w.book.InstanceOf(ctx, w.staff, r.ID, aim)
		if err != nil {
			t.Fatal(err)
		}
		c := w.confirm(r, aim)
		kept, err := w.book.StoredPlan(ctx, w.staff, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		again, err := replay.Assign(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if kept.Instance != string(text) || kept.Result != string(again) {
			t.Errorf("%s: the kept plan has other bytes", aim.Mode)
		}
		file, err := kept.Protocol()
		if err != nil {
			t.Fatal(err)
		}
		if v, err := replay.Replay(bytes.NewReader(file), nil); err != nil || !v.Same || v.Result != kept.ResultHash {
			t.Errorf("replay says %+v, %v", v, err)
		}
		_, err = w.book.StoredPlan(ctx, w.other, c.ID)
		wants(t, err, fault.NotFound)
	}
}

// The seed of a draw is fixed by the house when the plan is confirmed, a new one every time, and kept with the plan.
func TestARandomPlanKeepsItsSeed(t *testing.T) {
	w := newWorld(t)
	_, _, _, r := w.planned(4, 8)
	aim := Aim{Mode: string(assign.Random), Q: 80, Load: "0.02"}
	w.confirm(r, aim)
	w.confirm(r, aim)
	seeds, err := pg.Values[string](context.Background(), w.db, `select instance->>'seed' from assignment_plan order by no`, nil)
	if err != nil || len(seeds) != 2 || seeds[0] == seeds[1] || slices.Contains(seeds, trialSeed) {
		t.Errorf("seeds %v, %v", seeds, err)
	}
}

func TestAPlanIsConfirmedOnlyAsItWasSeen(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, r := w.planned(2, 6)
	c := Confirmed{ID: id(), Hash: w.preview(r, Usual()).Hash, Mode: Usual().Mode, Load: Usual().Load}
	wants(t, w.book.Confirm(ctx, w.other, r.ID, c), fault.NotFound)
	wants(t, w.book.Confirm(ctx, w.head, r.ID, c), fault.Forbidden)
	if err := w.book.Declare(ctx, jury[0], seats[0], Declaration{proposals[0], "邻居"}); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.Confirm(ctx, w.staff, r.ID, c), fault.Conflict)
	c.Hash = w.preview(r, Usual()).Hash
	for range 2 { // the form sent twice
		if err := w.book.Confirm(ctx, w.staff, r.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from assignment_plan`, nil); n != 1 {
		t.Errorf("%d plans", n)
	}
}

// A tie declared after the plan was confirmed: what still holds stays, what is open is solved anew.
func TestATieAfterThePlanMovesOnlyWhatItMust(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	_, jury, seats, r := w.planned(3, 5)
	plan := w.preview(r, Usual()).Chosen.Pairs
	w.confirm(r, Usual())
	gone := plan[0]
	who := slices.Index(seats, gone.Judge)
	if err := w.book.Declare(ctx, jury[who], gone.Judge, Declaration{gone.Project, "邻居"}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	got := w.live()
	for _, p := range plan[1:] {
		if !slices.Contains(got, p) {
			t.Errorf("the pair %v was moved without need", p)
		}
	}
	if slices.Contains(got, gone) || len(got) != 9 {
		t.Errorf("%d seats: %v", len(got), got)
	}
	if n := w.count(`select count(*) from assignment_plan where kind = 'part'`, nil); n != 1 {
		t.Errorf("%d partial plans", n)
	}
}

// A pair fixed by hand is in every plan; one with a tie cannot be fixed, and a tie lets a fixed pair go.
func TestPairsFixedByHand(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	proposals, jury, seats, r := w.planned(3, 6)
	pair := Pairing{seats[5], proposals[2]}
	for range 2 {
		if err := w.book.Lock(ctx, w.staff, r.ID, pair); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range w.preview(r, Aim{Mode: string(assign.Fair), Load: "0"}).Others {
		if !slices.Contains(o.Pairs, Seat{seats[5], proposals[2]}) {
			t.Errorf("mode %s does not hold the fixed pair", o.Mode)
		}
	}
	wants(t, w.book.Lock(ctx, w.other, r.ID, pair), fault.NotFound)
	if err := w.book.Declare(ctx, jury[5], seats[5], Declaration{proposals[2], "邻居"}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from seat_lock`, nil); n != 0 {
		t.Error("a pair with a tie is still fixed")
	}
	wants(t, w.book.Lock(ctx, w.staff, r.ID, pair), fault.Invalid)
	w.refused(`insert into seat_lock (round_id, judge_id, proposal_id, at) values (@r, @j, @p, now())`, pg.Args{"r": r.ID, "j": seats[5], "p": proposals[2]})
}

// A plan from elsewhere is taken only when it is proved against the judges and ties of this moment.
func TestAPlanIsBroughtAlongOnlyWhenItProves(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	proposals, jury, seats, r := w.planned(2, 5)
	text, err := w.book.InstanceOf(ctx, w.staff, r.ID, Usual())
	if err != nil {
		t.Fatal(err)
	}
	result, err := replay.Assign(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	old, _ := read(text, result)
	bring := func(plan string) error {
		return w.book.Confirm(ctx, w.staff, r.ID, Confirmed{ID: id(), Hash: w.preview(r, Usual()).Hash, Mode: Usual().Mode, Load: Usual().Load, Plan: plan})
	}
	wants(t, bring("{}"), fault.Invalid)
	wants(t, bring("不是方案"), fault.Invalid)
	if err := bring(string(result)); err != nil {
		t.Fatal(err)
	}
	tied := slices.Index(seats, old.Pairs[0].Judge)
	if err := w.book.Declare(ctx, jury[tied], seats[tied], Declaration{old.Pairs[0].Project, "邻居"}); err != nil {
		t.Fatal(err)
	}
	err = bring(string(result))
	wants(t, err, fault.Invalid)
	if m := fault.InFields(err)["plan"]; !strings.Contains(m.Text, "利害关系") {
		t.Errorf("the sentence does not name the tie: %v", err)
	}
	_ = proposals
	if n := w.count(`select count(*) from assignment_plan where kind = 'import'`, nil); n != 1 {
		t.Errorf("%d plans brought along", n)
	}
}

// A recusal re-solves only the open seat: sheets that are in stay, and nobody else moves.
func TestARecusalMovesNobodyElse(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '3')`, nil)
	_, jury, _, _ := w.opened(4, 6)
	w.markAll(jury[1:], func(int, Task) int { return 80 })
	before := w.live()
	q, _ := w.book.MyQueue(ctx, jury[0])
	if err := w.book.Recuse(ctx, jury[0], q.Tasks[0].ID, Reason{"邻居"}); err != nil {
		t.Fatal(err)
	}
	after, moved := w.live(), 0
	for _, s := range before {
		if !slices.Contains(after, s) {
			moved++
		}
	}
	if moved != 1 || len(after) != len(before) {
		t.Errorf("%d seats were given up, %d of %d are live", moved, len(after), len(before))
	}
	if n := w.count(`select count(*) from sheet where state = 'submitted'`, nil); n != int64(len(before)-2) {
		t.Errorf("%d sheets still count", n)
	}
	if _, broken, err := VerifyPlans(ctx, w.db); len(broken) > 0 || err != nil {
		t.Error(broken, err)
	}
}

// A judge who accepts later gets the seats that fell open, and only those.
func TestRefillGivesOpenSeatsToWhoCameLater(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(2, 5)
	q, _ := w.book.MyQueue(ctx, jury[0])
	if err := w.book.Excuse(ctx, w.staff, q.Tasks[0].ID, Reason{"生病"}); err != nil {
		t.Fatal(err)
	}
	if n, err := w.book.Refill(ctx, w.staff, r.ID); n != 0 || err != nil {
		t.Errorf("%d seats filled by nobody, %v", n, err)
	}
	_, late := w.judge("后来的评委")
	_, err := w.book.Refill(ctx, w.head, r.ID)
	wants(t, err, fault.Forbidden)
	for want := 1; want >= 0; want-- { // and a second press fills nothing
		if n, err := w.book.Refill(ctx, w.staff, r.ID); n != want || err != nil {
			t.Errorf("%d seats filled, want %d, %v", n, want, err)
		}
	}
	if got := w.count(`select count(*) from assignment where judge_id = @j and state = 'assigned'`, pg.Args{"j": late}); got != 1 {
		t.Errorf("the newcomer has %d seats", got)
	}
	if got := w.count(`select count(*) from assignment where state = 'replaced'`, nil); got != 1 {
		t.Errorf("%d seats are marked as taken over", got)
	}
}

// Declaring, fixing by hand and confirming at the same moment: whichever comes first, no pair has both.
func TestDeclaringWhileAssigningNeverLeavesBoth(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, r := w.planned(3, 6)
	for i := range 3 {
		hash := w.preview(r, Usual()).Hash
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = w.book.Lock(ctx, w.staff, r.ID, Pairing{seats[i], proposals[i]}) // refused when the tie was first
		})
		wg.Go(func() {
			_ = w.book.Confirm(ctx, w.staff, r.ID, Confirmed{ID: id(), Hash: hash, Mode: Usual().Mode, Load: Usual().Load}) // refused when anything moved
		})
		wg.Go(func() {
			if err := w.book.Declare(ctx, jury[i], seats[i], Declaration{proposals[i], "邻居"}); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
	}
	if n := w.count(`select count(*) from seat_lock k join conflict c on c.judge_id = k.judge_id and c.proposal_id = k.proposal_id`, nil); n != 0 {
		t.Errorf("%d fixed pairs in spite of a tie", n)
	}
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(bothSQLText, nil); n != 0 {
		t.Errorf("%d seats in spite of a tie", n)
	}
}

// Nobody gets more than they take, and everybody what the district wants them to have at least.
func TestLoadsKeepTheirLimits(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	w.run(`update edition set rules = jsonb_set(rules, '{panel}', '2')`, nil)
	_, jury, seats, r := w.planned(6, 4)
	if err := w.book.Prefer(ctx, jury[0], seats[0], WishForm{Most: 1}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.Limit(ctx, w.staff, seats[1], Limits{Least: 6}); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.Limit(ctx, w.staff, seats[1], Limits{Least: 3, Most: 2}), fault.Invalid)
	wants(t, w.book.Limit(ctx, w.other, seats[1], Limits{}), fault.NotFound)
	for _, o := range w.preview(r, Usual()).Others {
		for _, l := range o.Loads {
			if l.ID == seats[0] && l.N > 1 || l.ID == seats[1] && l.N != 6 && o.Mode != string(assign.Random) {
				t.Errorf("mode %s: %s has %d", o.Mode, l.Name, l.N)
			}
		}
	}
}
