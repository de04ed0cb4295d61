package jobs

import (
	"context"
	"testing"
	"time"

	"seedbed/storage/pg/pgtest"
)

// An idle house leaves its stand-in alone, and still hears of a fact.
func TestAnIdleHouseLeavesItsStandInAlone(t *testing.T) {
	db := pgtest.New(t)
	heard := make(chan bool, 1)
	r, err := New(Options{DB: db, Listeners: []Listener{OnWork("l", func(context.Context, counted) (Effect, error) {
		heard <- true
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
		select {
		case <-heard:
		case <-time.After(time.Minute):
			t.Fatal("never heard")
		}
	}
}
