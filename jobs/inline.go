package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"golang.org/x/sync/errgroup"

	"seedbed/storage/outbox"
)

// Settle carries every waiting fact here and now, and the facts that come of them, until nothing is owed: for tests and
// sample data, without Redis. It ends at the first listener that fails and names the fact.
func (r *Runner) Settle(ctx context.Context) error {
	for {
		carried, err := r.pass(ctx)
		if err != nil || carried == 0 {
			return err
		}
	}
}

// pass goes once through all waiting facts in their order; slow listeners, which wait for nobody, go side by side.
func (r *Runner) pass(ctx context.Context) (carried int, err error) {
	var after int64
	for {
		facts, err := outbox.Claim(ctx, r.db, outbox.Claiming{Audience: r.audience, After: after, Most: mostAtOnce})
		if err != nil || len(facts) == 0 {
			return carried, err
		}
		slow, inSlow := errgroup.WithContext(ctx)
		slow.SetLimit(max(2, runtime.GOMAXPROCS(0)))
		for _, fact := range facts {
			for _, name := range fact.Owed {
				carry := func(ctx context.Context) error {
					if err := r.carry(ctx, fact.ID, name); err != nil {
						return fmt.Errorf("fact %d %s, listener %s: %w", fact.ID, fact.Kind, name, err)
					}
					return nil
				}
				carried++
				if l, _ := r.table.find(fact.Kind, name); l.Slow {
					slow.Go(func() error { return carry(inSlow) })
				} else if err := carry(ctx); err != nil {
					return carried, errors.Join(err, slow.Wait())
				}
			}
			after = fact.ID
		}
		if err := slow.Wait(); err != nil {
			return carried, err
		}
	}
}
