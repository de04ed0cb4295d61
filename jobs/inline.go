package jobs

import (
	"context"
	"fmt"

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

// pass goes once through all waiting facts in their order.
func (r *Runner) pass(ctx context.Context) (carried int, err error) {
	var after int64
	for {
		facts, err := outbox.Claim(ctx, r.db, outbox.Claiming{Audience: r.audience, After: after, Most: mostAtOnce})
		if err != nil || len(facts) == 0 {
			return carried, err
		}
		for _, fact := range facts {
			for _, name := range fact.Owed {
				if err := r.carry(ctx, fact.ID, name); err != nil {
					return carried, fmt.Errorf("fact %d %s, listener %s: %w", fact.ID, fact.Kind, name, err)
				}
				carried++
			}
			after = fact.ID
		}
	}
}
