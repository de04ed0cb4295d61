package jobs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"seedbed/domain/fault"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

// only is the id of the one fact there is.
func only(t *testing.T, db *pg.DB) int64 {
	t.Helper()
	id, err := pg.Value[int64](t.Context(), db, `select max(id) from outbox`, nil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func done(t *testing.T, db *pg.DB, id int64) bool {
	t.Helper()
	is, err := pg.Value[bool](t.Context(), db, `select done_at is not null from outbox where id = @id`, pg.Args{"id": id})
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func TestSettleFollowsFactsToTheEnd(t *testing.T) {
	db := pgtest.New(t)
	r := newRunner(t, Options{DB: db, Listeners: []Listener{
		On("first", func(ctx context.Context, tx pg.Tx, fact counted) error {
			if err := countOnce(ctx, tx, fact); err != nil {
				return err
			}
			return outbox.Put(ctx, tx, fixed, followed(fact))
		}),
		On("second", func(ctx context.Context, tx pg.Tx, fact followed) error { return count(ctx, tx, "followed "+Key(ctx)) }),
	}})
	putMany(t, db, 230) // more than two handfuls
	for range 2 {       // the second time nothing is left to do
		if err := r.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantOnce(t, db, 460)
	}
	if b := backlog(t, db); b.Waiting != 0 || b.Parked != 0 || b.Oldest != nil {
		t.Errorf("backlog %+v; want nothing", b)
	}
}

func TestFactNobodyHearsIsDone(t *testing.T) {
	db := pgtest.New(t)
	r := newRunner(t, Options{DB: db})
	putMany(t, db, 1)
	if err := r.Settle(t.Context()); err != nil || !done(t, db, only(t, db)) {
		t.Errorf("done = %v, %v; want it done", done(t, db, only(t, db)), err)
	}
}

// Fifty copies of one delivery at once, for each of two listeners.
func TestCopiesOfADeliveryCountOnce(t *testing.T) {
	db := pgtest.New(t)
	name := func(name string) func(context.Context, pg.Tx, counted) error {
		return func(ctx context.Context, tx pg.Tx, _ counted) error { return count(ctx, tx, name) }
	}
	r := newRunner(t, Options{DB: db, Listeners: []Listener{On("a", name("a")), On("b", name("b"))}})
	putMany(t, db, 1)
	id := only(t, db)
	var all sync.WaitGroup
	for range 50 {
		for _, listener := range []string{"a", "b"} {
			all.Go(func() {
				if err := r.carry(t.Context(), id, listener); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	wantOnce(t, db, 2)
	if !done(t, db, id) {
		t.Error("both listeners are done, the fact is not")
	}
}

func TestFactIsDoneWithItsLastListener(t *testing.T) {
	db := pgtest.New(t)
	nothing := func(context.Context, counted) (Effect, error) { return nil, nil }
	r := newRunner(t, Options{DB: db, Listeners: []Listener{OnWork("a", nothing), OnWork("b", nothing)}})
	putMany(t, db, 1)
	id := only(t, db)
	for i, listener := range []string{"a", "b"} {
		if err := r.carry(t.Context(), id, listener); err != nil {
			t.Fatal(err)
		}
		if got, want := done(t, db, id), i == 1; got != want {
			t.Errorf("after listener %s done = %v; want %v", listener, got, want)
		}
	}
}

// A worker that was paused in the middle of its work comes back when another has finished the fact.
func TestLateWorkerCannotWrite(t *testing.T) {
	db := pgtest.New(t)
	begun, resume := make(chan bool), make(chan bool)
	slowly := OnWork("l", func(context.Context, counted) (Effect, error) {
		begun <- true
		<-resume
		return func(ctx context.Context, tx pg.Tx) error { return count(ctx, tx, "late") }, nil
	})
	late := newRunner(t, Options{DB: db, Listeners: []Listener{slowly}})
	prompt := newRunner(t, Options{DB: db, Listeners: []Listener{On("l", countOnce)}})
	putMany(t, db, 1)
	id := only(t, db)
	ended := make(chan error)
	go func() { ended <- late.carry(t.Context(), id, "l") }()
	<-begun
	if err := prompt.carry(t.Context(), id, "l"); err != nil {
		t.Fatal(err)
	}
	close(resume)
	if err := <-ended; err != nil {
		t.Errorf("the late worker failed: %v; want it to find nothing to do", err)
	}
	if kept := effects(t, db); len(kept) != 1 || kept["1"] != 1 {
		t.Errorf("effects %v; want the prompt worker's alone", kept)
	}
}

func TestHopelessFactsAreParked(t *testing.T) {
	for name, cause := range map[string]error{
		"not found": fault.Missing(),
		"invalid":   fault.Field("amount", "金额不能是零"),
		"conflict":  fault.New(fault.Conflict, "已经办过了"),
		"forbidden": fault.New(fault.Forbidden, "不能办"),
	} {
		t.Run(name, func(t *testing.T) {
			db := pgtest.New(t)
			r := newRunner(t, Options{DB: db, Listeners: []Listener{
				On("good", countOnce),
				On("poisoned", func(context.Context, pg.Tx, counted) error { return cause }),
			}})
			putMany(t, db, 1)
			err := r.Settle(t.Context())
			if !errors.Is(err, errParked) || !strings.Contains(err.Error(), "test.counted, listener poisoned") {
				t.Errorf("settle: %v; want the fact and the listener named", err)
			}
			if err := r.Settle(t.Context()); err != nil {
				t.Errorf("a parked fact was carried again: %v", err)
			}
			wantOnce(t, db, 1)
			parked, err := outbox.Parked(t.Context(), db)
			if err != nil || len(parked) != 1 || parked[0].Listener != "poisoned" || !strings.HasPrefix(parked[0].Why, fault.MessageOf(cause).String()) {
				t.Fatalf("parked %+v, %v", parked, err)
			}
			if name == "invalid" && !strings.HasSuffix(parked[0].Why, "amount: 金额不能是零") {
				t.Errorf("why = %q; want the field too", parked[0].Why)
			}
			cause = nil
			release(t, db, parked[0].ID)
			if err := r.Settle(t.Context()); err != nil || !done(t, db, parked[0].ID) {
				t.Errorf("after its release the fact is done = %v, %v", done(t, db, parked[0].ID), err)
			}
			wantOnce(t, db, 1)
		})
	}
}

func release(t *testing.T, db *pg.DB, id int64) {
	t.Helper()
	if err := db.Change(t.Context(), func(tx pg.Tx) error { return outbox.Release(t.Context(), tx, id) }); err != nil {
		t.Fatal(err)
	}
}

func TestPassingConflictIsNotParked(t *testing.T) {
	db := pgtest.New(t)
	works, effects := 0, 0
	r := newRunner(t, Options{DB: db, Listeners: []Listener{OnWork("l", func(context.Context, counted) (Effect, error) {
		works++
		return func(context.Context, pg.Tx) error {
			if effects++; effects < 3 {
				return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
			}
			return nil
		}, nil
	})}})
	putMany(t, db, 1)
	if err := r.Settle(t.Context()); err != nil || works != 1 || effects != 3 {
		t.Errorf("settle: %v after %d works and %d effects; want one work, three effects", err, works, effects)
	}
}

func TestFailedEffectLeavesNothing(t *testing.T) {
	db := pgtest.New(t)
	var trouble error
	panics := false
	r := newRunner(t, Options{DB: db, Listeners: []Listener{On("l", func(ctx context.Context, tx pg.Tx, fact counted) error {
		if err := countOnce(ctx, tx, fact); err != nil {
			return err
		}
		if panics {
			panic("a bug")
		}
		return trouble
	})}})
	putMany(t, db, 1)
	trouble = errors.New("the disk is full")
	if err := r.Settle(t.Context()); !errors.Is(err, trouble) || errors.Is(err, errParked) {
		t.Errorf("settle: %v; want the trouble, not parked", err)
	}
	panics = true
	if err := r.Settle(t.Context()); err == nil || !strings.Contains(err.Error(), "a bug") || errors.Is(err, errParked) {
		t.Errorf("settle: %v; want the panic as an error, not parked", err)
	}
	wantOnce(t, db, 0)
	trouble, panics = nil, false
	if err := r.Settle(t.Context()); err != nil {
		t.Error(err)
	}
	wantOnce(t, db, 1)
}

func TestUnreadableFactIsParked(t *testing.T) {
	db := pgtest.New(t)
	r := newRunner(t, Options{DB: db, Listeners: []Listener{On("l", countOnce)}})
	put(t, db, misread{"seven"})
	if err := r.Settle(t.Context()); !errors.Is(err, errParked) {
		t.Errorf("settle: %v; want it parked", err)
	}
}

// misread has the kind of counted and another body.
type misread struct{ N string }

func (misread) Kind() string { return counted{}.Kind() }

func TestTaskOfANewerProgramWaits(t *testing.T) {
	db := pgtest.New(t)
	r := newRunner(t, Options{DB: db, Listeners: []Listener{On("old", countOnce)}})
	putMany(t, db, 1)
	if err := r.carry(t.Context(), only(t, db), "new"); !errors.Is(err, errStranger) || hopeless(err) {
		t.Errorf("carry: %v; want it tried again elsewhere", err)
	}
}

func TestListenersMustBeDistinct(t *testing.T) {
	for name, wrong := range map[string][]Listener{
		"twice":   {On("l", countOnce), On("l", countOnce)},
		"no name": {On("", countOnce)},
		"no work": {{Kind: "k", Name: "l"}},
		"no kind": {{Name: "l", Work: On("l", countOnce).Work}},
	} {
		if _, err := New(Options{Listeners: wrong}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	same := On("l", func(context.Context, pg.Tx, followed) error { return nil })
	if _, err := New(Options{Listeners: []Listener{On("l", countOnce), same}}); err != nil {
		t.Errorf("one name under two kinds: %v", err)
	}
}
