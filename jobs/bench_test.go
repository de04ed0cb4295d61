package jobs

import (
	"context"
	"slices"
	"testing"
	"time"

	"seedbed/storage/pg/pgtest"
)

// BenchmarkPickup is the way of one fact through an idle runner that nobody wakes, at the house's own pace: the p99
// goal is 250 ms.
func BenchmarkPickup(b *testing.B) {
	db := pgtest.New(b)
	heard := make(chan time.Time, 1)
	r, err := New(Options{DB: db, Listeners: []Listener{OnWork("l", func(context.Context, counted) (Effect, error) {
		heard <- time.Now()
		return nil, nil
	})}})
	if err != nil {
		b.Fatal(err)
	}
	if err := r.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Stop(context.Background()) }()
	var took []time.Duration
	for b.Loop() {
		put(b, db, counted{1})
		committed := time.Now()
		took = append(took, (<-heard).Sub(committed))
		time.Sleep(time.Duration(len(took)%13) * 10 * time.Millisecond) // not in step with the relay
	}
	reportPercentiles(b, took)
}

// BenchmarkThroughput is how many facts a second go from the outbox to their effect.
func BenchmarkThroughput(b *testing.B) {
	db := pgtest.New(b)
	r, err := New(Options{DB: db, Listeners: []Listener{On("l", countOnce)}})
	if err != nil {
		b.Fatal(err)
	}
	putMany(b, db, b.N)
	b.ResetTimer()
	if err := r.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = r.Stop(context.Background()) }()
	until(b, "all facts are done", drained(b, db))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "facts/s")
	b.StopTimer()
	wantOnce(b, db, b.N)
}

func reportPercentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	for name, share := range map[string]int{"p50-ms": 50, "p99-ms": 99} {
		b.ReportMetric(float64(took[min(len(took)-1, len(took)*share/100)].Microseconds())/1000, name)
	}
}
