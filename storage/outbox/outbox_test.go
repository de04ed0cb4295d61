package outbox

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

type happened struct{ ID string }

func (happened) Kind() string { return "test.happened" }

var at = time.Date(2026, 11, 18, 15, 4, 5, 0, time.UTC)

// twoHear is an audience of two for the one kind.
var twoHear = Audience{Kinds: []string{"test.happened", "test.happened"}, Listeners: []string{"a", "b"}}

func change(t *testing.T, db *pg.DB, f func(tx pg.Tx) error) {
	t.Helper()
	if err := db.Change(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

// putMany leaves n facts and gives their ids.
func putMany(t *testing.T, db *pg.DB, n int) []int64 {
	t.Helper()
	change(t, db, func(tx pg.Tx) error {
		for range n {
			if err := Put(t.Context(), tx, at, happened{"x"}); err != nil {
				return err
			}
		}
		return nil
	})
	ids, err := pg.Values[int64](t.Context(), db, `select id from outbox order by id`, nil)
	if err != nil || len(ids) != n {
		t.Fatalf("%d facts, %v", len(ids), err)
	}
	return ids
}

func claim(t *testing.T, db *pg.DB, c Claiming) []Waiting {
	t.Helper()
	claimed, err := Claim(t.Context(), db, c)
	if err != nil {
		t.Fatal(err)
	}
	return claimed
}

func fence(t *testing.T, db *pg.DB, id int64, listener string) (mine bool) {
	t.Helper()
	change(t, db, func(tx pg.Tx) (err error) {
		if mine, err = Fence(t.Context(), tx, id, listener); err != nil || !mine {
			return err
		}
		return Finish(t.Context(), tx, id, twoHear.Listeners)
	})
	return mine
}

func measure(t *testing.T, db *pg.DB) Backlog {
	t.Helper()
	b, err := Measure(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPutLivesAndDiesWithItsTransaction(t *testing.T) {
	db := pgtest.New(t)
	no := errors.New("no")
	err := db.Change(t.Context(), func(tx pg.Tx) error { return errors.Join(Put(t.Context(), tx, at, happened{"x"}), no) })
	if !errors.Is(err, no) || measure(t, db).Waiting != 0 {
		t.Fatalf("%v; %d facts of a transaction that failed", err, measure(t, db).Waiting)
	}
	id := putMany(t, db, 1)[0]
	letter, found, err := Open(t.Context(), db, id, "a")
	if err != nil || !found || letter.Kind != "test.happened" || string(letter.Body) != `{"ID": "x"}` || letter.Settled {
		t.Errorf("letter %+v, %v, %v", letter, found, err)
	}
	if b := measure(t, db); b.Waiting != 1 || b.Oldest == nil || !b.Oldest.Equal(at) {
		t.Errorf("backlog %+v; want one since %v", b, at)
	}
	if _, found, err := Open(t.Context(), db, id+1, "a"); found || err != nil {
		t.Errorf("a fact that is not there: %v, %v", found, err)
	}
}

func TestClaimantsGetDifferentFacts(t *testing.T) {
	db := pgtest.New(t)
	ids := putMany(t, db, 100)
	var mu sync.Mutex
	var got []int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				claimed, err := Claim(t.Context(), db, Claiming{Audience: twoHear, Again: time.Hour, Most: 7})
				if err != nil {
					t.Error(err)
				}
				if len(claimed) == 0 {
					return
				}
				mu.Lock()
				for _, fact := range claimed {
					got = append(got, fact.ID)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	slices.Sort(got)
	if !slices.Equal(got, ids) {
		t.Errorf("claimed %d facts; want each of %d once", len(got), len(ids))
	}
}

func TestClaimTellsWhatIsOwed(t *testing.T) {
	db := pgtest.New(t)
	ids := putMany(t, db, 3)
	if !fence(t, db, ids[0], "a") {
		t.Fatal("nobody had the fact, and yet the fence was taken")
	}
	if err := Park(t.Context(), db, ids[1], "b", "为什么"); err != nil {
		t.Fatal(err)
	}
	claimed := claim(t, db, Claiming{Audience: twoHear, Again: time.Hour, Most: 10})
	want := [][]string{{"b"}, {"a"}, {"a", "b"}}
	if len(claimed) != 3 {
		t.Fatalf("claimed %+v", claimed)
	}
	for i, fact := range claimed {
		if fact.ID != ids[i] || !slices.Equal(fact.Owed, want[i]) || fact.Tries != 1 {
			t.Errorf("claimed %+v; want %d owed to %v, sent once", fact, ids[i], want[i])
		}
	}
	if again := claim(t, db, Claiming{Audience: twoHear, Again: time.Hour, Most: 10}); len(again) != 0 {
		t.Errorf("claimed at once again: %+v", again)
	}
	if err := GiveBack(t.Context(), db, ids[:1]); err != nil {
		t.Fatal(err)
	}
	if back := claim(t, db, Claiming{Audience: twoHear, Again: time.Hour, Most: 10}); len(back) != 1 || back[0].ID != ids[0] || back[0].Tries != 1 {
		t.Errorf("after giving the first back: %+v", back)
	}
	later := Claiming{Audience: twoHear, Again: time.Millisecond, After: ids[0], Most: 1}
	time.Sleep(30 * time.Millisecond)
	if again := claim(t, db, later); len(again) != 1 || again[0].ID != ids[1] || again[0].Tries != 2 {
		t.Errorf("a while later: %+v; want the second, sent twice", again)
	}
}

func TestFactWithoutListenersIsDone(t *testing.T) {
	db := pgtest.New(t)
	id := putMany(t, db, 1)[0]
	claimed := claim(t, db, Claiming{Again: time.Hour, Most: 10})
	if letter, _, err := Open(t.Context(), db, id, "a"); len(claimed) != 1 || len(claimed[0].Owed) != 0 || err != nil || !letter.Settled {
		t.Errorf("claimed %+v, settled %v, %v; want it done", claimed, letter.Settled, err)
	}
}

// The second to reach for the fence waits to see whether the first one commits.
func TestFenceWaitsForItsRival(t *testing.T) {
	for _, c := range []struct {
		name   string
		ending error
		mine   bool
	}{{"the rival commits", nil, false}, {"the rival fails", errors.New("no"), true}} {
		t.Run(c.name, func(t *testing.T) {
			db := pgtest.New(t)
			id := putMany(t, db, 1)[0]
			holds, end := make(chan bool), make(chan bool)
			var rival sync.WaitGroup
			rival.Go(func() {
				err := db.Change(t.Context(), func(tx pg.Tx) error {
					if mine, err := Fence(t.Context(), tx, id, "a"); err != nil || !mine {
						t.Errorf("the rival got %v, %v", mine, err)
					}
					holds <- true
					<-end
					return c.ending
				})
				if !errors.Is(err, c.ending) {
					t.Error(err)
				}
			})
			<-holds
			time.AfterFunc(50*time.Millisecond, func() { close(end) })
			if mine := fence(t, db, id, "a"); mine != c.mine {
				t.Errorf("mine = %v; want %v", mine, c.mine)
			}
			rival.Wait()
		})
	}
}

// The two last listeners of a fact finish at the same moment: neither sees the other's open transaction.
func TestOneOfTwoLastListenersFinishes(t *testing.T) {
	db := pgtest.New(t)
	id := putMany(t, db, 1)[0]
	finish := func(tx pg.Tx, listener string) error {
		if mine, err := Fence(t.Context(), tx, id, listener); err != nil || !mine {
			t.Errorf("%s got %v, %v", listener, mine, err)
		}
		return Finish(t.Context(), tx, id, twoHear.Listeners)
	}
	holds, end := make(chan bool), make(chan bool)
	var first sync.WaitGroup
	first.Go(func() {
		if err := db.Change(t.Context(), func(tx pg.Tx) error {
			err := finish(tx, "a")
			holds <- true
			<-end
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	<-holds
	time.AfterFunc(50*time.Millisecond, func() { close(end) })
	change(t, db, func(tx pg.Tx) error { return finish(tx, "b") })
	first.Wait()
	if b := measure(t, db); b.Waiting != 0 {
		t.Error("both listeners are done, the fact is not")
	}
}

func TestParkedFactsAreSeenReleasedOrDropped(t *testing.T) {
	db := pgtest.New(t)
	ids := putMany(t, db, 3)
	park := func(id int64, listener string) {
		if err := Park(t.Context(), db, id, listener, "不能\x00办\xff"); err != nil {
			t.Fatal(err)
		}
	}
	fence(t, db, ids[0], "a")
	park(ids[0], "a") // a late complaint: the effect is already kept
	park(ids[1], "a")
	park(ids[1], "b")
	park(ids[2], "b")
	parked, err := Parked(t.Context(), db)
	if err != nil || len(parked) != 3 || parked[0].ID != ids[1] || parked[0].Listener != "a" || parked[1].Listener != "b" ||
		parked[2].ID != ids[2] || parked[0].Why != "不能办" || parked[0].Kind != "test.happened" || !parked[0].At.Equal(at) {
		t.Fatalf("parked %+v, %v", parked, err)
	}
	if b := measure(t, db); b.Waiting != 1 || b.Parked != 2 {
		t.Errorf("backlog %+v; want one waiting, two parked", b)
	}
	change(t, db, func(tx pg.Tx) error { return Release(t.Context(), tx, ids[1]) })
	change(t, db, func(tx pg.Tx) error { return Drop(t.Context(), tx, ids[2]) })
	if b := measure(t, db); b.Waiting != 2 || b.Parked != 0 {
		t.Errorf("backlog %+v; want the released one waiting, the dropped one gone", b)
	}
	for name, verb := range map[string]func(context.Context, pg.Tx, int64) error{"release": Release, "drop": Drop} {
		err := db.Change(t.Context(), func(tx pg.Tx) error { return verb(t.Context(), tx, ids[1]) })
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s of a fact that is not parked: %v", name, err)
		}
	}
}
