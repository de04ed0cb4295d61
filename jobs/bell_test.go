package jobs

import (
	"context"
	"testing"
	"time"

	"seedbed/storage/pg/pgtest"
)

// An idle house leaves its stand-in alone, and still hears of a fact as fast as ever.
func TestAnIdleHouseLeavesItsStandInAlone(t *testing.T) {
	db := pgtest.New(t)
	heard := make(chan time.Time, 1)
	r, err := New(Options{DB: db, Listeners: []Listener{OnWork("l", func(context.Context, counted) (Effect, error) {
		heard <- time.Now()
		return nil, nil
	})}}) // at the house's own pace
	if err != nil {
		t.Fatal(err)
	}
	begin(t, r)
	time.Sleep(time.Second)
	stand := r.running.stand.server
	before := stand.CommandCount()
	time.Sleep(2 * time.Second)
	if n := stand.CommandCount() - before; n > 60 { // unbelled it is twice as many
		t.Errorf("%d commands in two idle seconds", n)
	}
	for range 5 {
		put(t, db, counted{1})
		at := time.Now()
		select {
		case then := <-heard:
			if took := then.Sub(at); took > time.Second {
				t.Errorf("heard after %v", took)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("never heard")
		}
	}
}
