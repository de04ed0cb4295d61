package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

// Redis is emptied while two hundred facts are in it, eight of them at work.
func TestFlushedRedisLosesNothing(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := pgtest.New(t)
		gate := make(chan bool)
		var begun atomic.Int32
		r := start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{OnWork("l", func(_ context.Context, fact counted) (Effect, error) {
			begun.Add(1)
			<-gate
			return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
		})}})
		putMany(t, db, 200)
		until(t, "all facts are in Redis", func() bool { return unsent(t, db) == 0 && begun.Load() == 8 })
		e.flush(t, r)
		close(gate)
		until(t, "all facts are done", drained(t, db))
		wantOnce(t, db, 200)
	})
}

func unsent(t *testing.T, db *pg.DB) int {
	t.Helper()
	n, err := pg.Value[int](t.Context(), db, `select count(*)::int from outbox where sent_at is null`, nil)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTwoRunnersShareTheFacts(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := pgtest.New(t)
		var worked [2]atomic.Int32
		for i := range worked {
			start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{
				On("once", func(ctx context.Context, tx pg.Tx, fact counted) error {
					worked[i].Add(1)
					return countOnce(ctx, tx, fact)
				}),
				On("twin", func(ctx context.Context, tx pg.Tx, fact counted) error {
					return count(ctx, tx, fmt.Sprintf("twin %d", fact.N))
				}),
			}})
		}
		var puts sync.WaitGroup
		for i := range 4 {
			puts.Go(func() {
				for n := range 50 {
					put(t, db, counted{50*i + n + 1})
				}
			})
		}
		puts.Wait()
		until(t, "all facts are done", drained(t, db))
		wantOnce(t, db, 400)
		if worked[0].Load() == 0 || worked[1].Load() == 0 {
			t.Errorf("one runner did all the work: %d and %d", worked[0].Load(), worked[1].Load())
		}
	})
}

func TestPoisonIsParkedAndTheRestGoesOn(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := pgtest.New(t)
		var poisoned atomic.Bool
		poisoned.Store(true)
		start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{On("l", func(ctx context.Context, tx pg.Tx, fact counted) error {
			if fact.N == 7 && poisoned.Load() {
				return fault.Missing()
			}
			return countOnce(ctx, tx, fact)
		})}})
		putMany(t, db, 20)
		until(t, "the rest is done", drained(t, db))
		wantOnce(t, db, 19)
		parked, err := outbox.Parked(t.Context(), db)
		if err != nil || len(parked) != 1 || parked[0].Kind != "test.counted" || parked[0].Tries == 0 {
			t.Fatalf("parked %+v, %v; want the seventh", parked, err)
		}
		poisoned.Store(false)
		release(t, db, parked[0].ID)
		until(t, "the released fact is done", func() bool { return done(t, db, parked[0].ID) })
		wantOnce(t, db, 20)
	})
}

func TestPanicIsTriedAgain(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := pgtest.New(t)
		var tries atomic.Int32
		start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{
			OnWork("l", func(_ context.Context, fact counted) (Effect, error) {
				switch tries.Add(1) {
				case 1:
					panic("a bug in the work")
				case 2:
					return func(context.Context, pg.Tx) error { panic("a bug in the effect") }, nil
				case 3:
					return nil, errors.New("the gateway is down")
				}
				return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
			}),
		}})
		putMany(t, db, 1)
		until(t, "the fourth try", drained(t, db))
		wantOnce(t, db, 1)
	})
}

func TestRedisMayBeDown(t *testing.T) {
	server := startRedis(t)
	db := pgtest.New(t)
	r := newRunner(t, Options{DB: db, Redis: server.address(), Listeners: []Listener{On("l", countOnce)}})
	r.pace.again = time.Hour // only what was given back is sent again
	server.kill()
	putMany(t, db, 30)
	begin(t, r)
	until(t, "the relay takes the facts", func() bool { return unsent(t, db) < 30 })
	until(t, "the relay gives them back", func() bool { return unsent(t, db) == 30 })
	server.start(t)
	until(t, "all facts are done", drained(t, db))
	wantOnce(t, db, 30)
}

// After a failover Redis may hold a task as active that nobody works on and nobody will find.
func TestTaskStuckInRedisIsPassedBy(t *testing.T) {
	server := startRedis(t)
	db := pgtest.New(t)
	putMany(t, db, 2)
	last := only(t, db)
	stale := func(id int64, state string) {
		key := fmt.Sprintf("asynq:{quick}:t:%d:l", id)
		server.do(t, "HSET", key, "msg", "", "state", state)
	}
	stale(last-1, "active")
	stale(last, "archived") // and pushed out of the archive, so that asynq cannot delete it
	start(t, Options{DB: db, Redis: server.address(), Listeners: []Listener{On("l", countOnce)}})
	until(t, "both facts are done", drained(t, db))
	wantOnce(t, db, 2)
}

func TestArchivedTaskIsStartedAnew(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db := pgtest.New(t)
		var fail atomic.Bool
		fail.Store(true)
		r := start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{On("l", func(ctx context.Context, tx pg.Tx, fact counted) error {
			if fail.Load() {
				return errors.New("down")
			}
			return countOnce(ctx, tx, fact)
		})}})
		putMany(t, db, 1)
		id := keyOf(only(t, db), "l")
		until(t, "the task is in the archive", func() bool { return r.running.queue.inspector.ArchiveTask(quick, id) == nil })
		fail.Store(false)
		until(t, "the fact is done", drained(t, db))
		wantOnce(t, db, 1)
		if info, err := r.running.queue.inspector.GetTaskInfo(quick, id); err == nil {
			t.Errorf("the task is still in Redis: %v", info.State)
		}
	})
}

// Redis is not where people's affairs are kept.
func TestRedisHoldsOnlyNumbers(t *testing.T) {
	db := pgtest.New(t)
	r := start(t, Options{DB: db, Listeners: []Listener{OnWork("l", func(context.Context, counted) (Effect, error) {
		return nil, errors.New("canary in the error")
	})}})
	put(t, db, misread{"canary in the body"}, counted{1})
	held := func() string {
		var all strings.Builder
		stand := r.running.stand.server
		for _, key := range stand.Keys() {
			all.WriteString(key + "\n")
			if stand.Type(key) == "hash" {
				all.WriteString(stand.HGet(key, "msg") + "\n")
			}
		}
		return all.String()
	}
	until(t, "one is parked, the other failed", func() bool {
		return backlog(t, db).Parked == 1 && strings.Contains(held(), "parked") && strings.Contains(held(), "failed, see the log")
	})
	if all := held(); strings.Contains(all, "canary") {
		t.Error(all)
	}
}

func TestStopWaitsForWorkInHand(t *testing.T) {
	db := pgtest.New(t)
	begun, leave := make(chan bool), make(chan bool)
	r := start(t, Options{DB: db, Listeners: []Listener{OnWork("l", func(_ context.Context, fact counted) (Effect, error) {
		begun <- true
		<-leave
		return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
	})}})
	if err := r.Start(t.Context()); err == nil {
		t.Error("started twice")
	}
	putMany(t, db, 1)
	<-begun
	ended := make(chan error)
	go func() {
		defer close(ended)
		ended <- r.Stop(t.Context())
	}()
	select {
	case err := <-ended:
		t.Errorf("Stop did not wait: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(leave)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	wantOnce(t, db, 1)
}

func TestStopHasADeadline(t *testing.T) {
	db := pgtest.New(t)
	begun := make(chan bool)
	listeners := func(work func(context.Context, counted) (Effect, error)) []Listener {
		return []Listener{OnWork("l", work)}
	}
	r := start(t, Options{DB: db, Listeners: listeners(func(ctx context.Context, _ counted) (Effect, error) {
		begun <- true
		<-ctx.Done()
		return nil, ctx.Err()
	})})
	putMany(t, db, 1)
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := r.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Stop: %v; want it to tell that work was cut off", err)
	}
	if err := r.Stop(t.Context()); err != nil {
		t.Errorf("a second Stop: %v", err)
	}
	start(t, Options{DB: db, Listeners: listeners(func(_ context.Context, fact counted) (Effect, error) {
		return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
	})})
	until(t, "the next process does it", drained(t, db))
	wantOnce(t, db, 1)
}

func TestLimitEndsATry(t *testing.T) {
	db := pgtest.New(t)
	var tries atomic.Int32
	slowly := OnWork("l", func(ctx context.Context, fact counted) (Effect, error) {
		if tries.Add(1) == 1 {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
	})
	slowly.Limit = 50 * time.Millisecond
	start(t, Options{DB: db, Listeners: []Listener{slowly}})
	putMany(t, db, 1)
	until(t, "the second try", drained(t, db))
	wantOnce(t, db, 1)
}
