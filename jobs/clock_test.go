package jobs

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

// fixed is a Wednesday afternoon.
var fixed = time.Date(2026, 11, 18, 15, 4, 5, 0, clock.Shanghai)

func TestDue(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		every, at time.Duration
		now, want string
	}{
		{day, 2*time.Hour + 30*time.Minute, "2026-11-18 15:04:05", "2026-11-18 02:30:00"},
		{day, 2*time.Hour + 30*time.Minute, "2026-11-18 02:29:59", "2026-11-17 02:30:00"},
		{day, 2*time.Hour + 30*time.Minute, "2026-11-18 02:30:00", "2026-11-18 02:30:00"},
		{day, 0, "2026-03-01 00:00:00", "2026-03-01 00:00:00"},
		{time.Hour, 5 * time.Minute, "2026-11-18 15:04:05", "2026-11-18 14:05:00"},
		{10 * time.Minute, 0, "2026-11-18 15:04:05", "2026-11-18 15:00:00"},
		{7 * day, 8 * time.Hour, "2026-11-18 15:04:05", "2026-11-16 08:00:00"}, // Monday
		{7 * day, 0, "1999-12-31 12:00:00", "1999-12-27 00:00:00"},             // before the first Monday counted
	} {
		now, _ := time.ParseInLocation(time.DateTime, c.now, clock.Shanghai)
		due := Scheduled{Every: c.every, At: c.at}.due(now.UTC())
		if got := due.In(clock.Shanghai).Format(time.DateTime); got != c.want {
			t.Errorf("every %v at %v, now %s: due %s; want %s", c.every, c.at, c.now, got, c.want)
		}
	}
}

func TestScheduleMustMakeSense(t *testing.T) {
	run := func(context.Context, pg.Tx, time.Time) error { return nil }
	good := Scheduled{Name: "a", Every: time.Hour, Run: run}
	for name, wrong := range map[string][]Scheduled{
		"twice":       {good, good},
		"no name":     {{Every: time.Hour, Run: run}},
		"no step":     {{Name: "a", Run: run}},
		"no run":      {{Name: "a", Every: time.Hour}},
		"beyond step": {{Name: "a", Every: time.Hour, At: time.Hour, Run: run}},
	} {
		if _, err := New(Options{Schedule: wrong}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// nightly counts each due time under its own name.
func nightly(run func(ctx context.Context, tx pg.Tx, due time.Time) error) []Scheduled {
	return []Scheduled{{Name: "nightly", Every: 24 * time.Hour, At: 2 * time.Hour, Run: run}}
}

func countDue(ctx context.Context, tx pg.Tx, due time.Time) error {
	return count(ctx, tx, due.In(clock.Shanghai).Format(time.DateOnly))
}

func TestTwoProcessesRunAJobOnce(t *testing.T) {
	db := pgtest.New(t)
	now := clock.NewManual(fixed)
	for range 2 {
		start(t, Options{DB: db, Clock: now, Schedule: nightly(countDue)})
	}
	want := 0
	for range 5 {
		want++
		until(t, "the night's job", func() bool { return len(effects(t, db)) == want })
		now.Advance(24 * time.Hour)
	}
	now.Set(fixed) // a clock set back runs nothing again
	time.Sleep(100 * time.Millisecond)
	now.Set(fixed.AddDate(0, 0, 40)) // a long sleep is made up for once
	until(t, "the job after the sleep", func() bool { return effects(t, db)["2026-12-28"] == 1 })
	kept := effects(t, db)
	for day, times := range kept {
		if times != 1 {
			t.Errorf("%s ran %d times", day, times)
		}
	}
	if len(kept) > 7 { // five nights, perhaps the sixth, and the one after the sleep
		t.Errorf("ran for %v", kept)
	}
}

func TestFailedJobIsTriedAgain(t *testing.T) {
	db := pgtest.New(t)
	var runs atomic.Int32
	start(t, Options{DB: db, Clock: clock.NewManual(fixed), Schedule: nightly(func(ctx context.Context, tx pg.Tx, due time.Time) error {
		if err := countDue(ctx, tx, due); err != nil {
			return err
		}
		switch runs.Add(1) {
		case 1:
			return errors.New("no")
		case 2:
			panic("a bug")
		}
		return nil
	})})
	until(t, "the third try", func() bool { return len(effects(t, db)) == 1 })
	time.Sleep(100 * time.Millisecond)
	wantOnce(t, db, 1)
	if n := runs.Load(); n != 3 {
		t.Errorf("ran %d times; want two failures and one success", n)
	}
}

func TestBusyJobIsLeftAlone(t *testing.T) {
	db := pgtest.New(t)
	inside, leave := make(chan bool), make(chan bool)
	busy := newRunner(t, Options{DB: db, Clock: clock.NewManual(fixed), Schedule: nightly(func(context.Context, pg.Tx, time.Time) error {
		inside <- true
		<-leave
		return errors.New("no")
	})})
	idle := newRunner(t, Options{DB: db, Clock: clock.NewManual(fixed), Schedule: nightly(countDue)})
	ended := make(chan error)
	go func() { ended <- busy.RunDue(t.Context()) }()
	<-inside
	if err := idle.RunDue(t.Context()); !errors.Is(err, errElsewhere) {
		t.Errorf("a job that runs elsewhere: %v; want errElsewhere at once", err)
	}
	close(leave)
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "nightly") {
		t.Errorf("the failure does not name the job: %v", err)
	}
	if err := idle.RunDue(t.Context()); err != nil {
		t.Error(err)
	}
	wantOnce(t, db, 1)
}
