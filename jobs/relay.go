package jobs

import (
	"context"
	"errors"
	"time"

	"seedbed/storage/outbox"
)

// relay hands waiting facts to Redis until ctx ends.
func (r *Runner) relay(ctx context.Context, q *queue) {
	var wait time.Duration
	for ctx.Err() == nil {
		full, err := r.send(ctx, q)
		wake := r.wake
		switch {
		case err != nil && ctx.Err() == nil:
			// Not woken during trouble: a busy house must not hammer a Redis that is down.
			wait, wake = backoff(wait, r.pace.resume, 5*time.Second), nil
			r.log.WarnContext(ctx, "facts wait, the queue or the database does not answer", "error", err)
		case full:
			wait = 0
			continue
		default:
			wait = 0
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-time.After(max(wait, r.pace.poll)):
		}
	}
}

// mostAtOnce bounds what one look takes, so that two processes share a backlog.
const mostAtOnce = 100

// send claims a handful of facts and hands them over; full tells that there may be more.
func (r *Runner) send(ctx context.Context, q *queue) (full bool, err error) {
	facts, err := outbox.Claim(ctx, r.db, outbox.Claiming{Audience: r.audience, Again: r.pace.again, Most: mostAtOnce})
	if err != nil {
		return false, err
	}
	for i, fact := range facts {
		if err := r.hand(ctx, q, fact); err != nil {
			var back []int64
			for _, later := range facts[i:] {
				back = append(back, later.ID)
			}
			// Also when we are being stopped: else the facts wait for the next sending for nothing.
			return false, errors.Join(err, outbox.GiveBack(context.WithoutCancel(ctx), r.db, back))
		}
	}
	return len(facts) == mostAtOnce, nil
}

func (r *Runner) hand(ctx context.Context, q *queue, fact outbox.Waiting) error {
	for _, name := range fact.Owed {
		listener, ok := r.table.find(fact.Kind, name)
		if !ok {
			continue
		}
		// At least this often the task would have been finished by now, had it not been lost in Redis.
		lost := int(time.Duration(fact.Tries-1) * r.pace.again / r.pace.stuck)
		if err := q.put(ctx, listener, fact.ID, lost); err != nil {
			return err
		}
	}
	return nil
}
