package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	"github.com/hibiken/asynq"
)

// The queues: seven times out of eight a free worker looks into quick first.
const (
	quick = "quick"
	slow  = "slow"
)

// tries is how often asynq repeats a task before it gives it up; the relay then starts it anew. Never zero: asynq
// archives a task with no tries left when its worker dies.
const tries = 25

// task is all that Redis knows of a fact: where to find it.
type task struct {
	Fact     int64  `json:"fact"`
	Listener string `json:"listener"`
}

// queue is asynq: the client that sends and the server whose workers carry.
type queue struct {
	redis     asynq.RedisConnOpt
	client    *asynq.Client
	inspector *asynq.Inspector
	server    *asynq.Server
	bell      *bell // rung when something is put; nil where others put too
}

// openQueue starts the workers. Listeners at work see ctx.
// alone tells that this process has the Redis for itself.
func openQueue(ctx context.Context, r *Runner, address string, alone bool) (*queue, error) {
	redis, err := parseRedis(address)
	if err != nil {
		return nil, err
	}
	q := &queue{redis: redis, client: asynq.NewClient(redis), inspector: asynq.NewInspector(redis)}
	way := redis
	if alone {
		q.bell = &bell{empty: map[string]emptiness{}}
		way = belled{redis, q.bell}
	}
	q.server = asynq.NewServer(way, asynq.Config{
		Concurrency:              r.workers,
		BaseContext:              func() context.Context { return ctx },
		TaskCheckInterval:        r.pace.check,
		DelayedTaskCheckInterval: time.Second,
		RetryDelayFunc:           func(n int, _ error, _ *asynq.Task) time.Duration { return delay(n, r.pace.resume) },
		Queues:                   map[string]int{quick: 7, slow: 1},
		ShutdownTimeout:          r.table.longest() + time.Minute, // Stop's own deadline comes first
		Logger:                   quiet{r.log},
		LogLevel:                 asynq.ErrorLevel,
	})
	if err := q.server.Start(asynq.HandlerFunc(r.answer)); err != nil {
		return nil, errors.Join(err, q.client.Close(), q.inspector.Close())
	}
	return q, nil
}

// answer is a worker's: it carries the fact a task points to. What asynq is told stays in Redis, so it hears only that
// something went wrong; the log has the rest.
func (r *Runner) answer(ctx context.Context, t *asynq.Task) error {
	var to task
	if err := json.Unmarshal(t.Payload(), &to); err != nil {
		r.log.ErrorContext(ctx, "a task cannot be read", "type", t.Type(), "error", err)
		return fmt.Errorf("unreadable: %w", asynq.SkipRetry)
	}
	switch err := r.carry(ctx, to.Fact, to.Listener); {
	case err == nil:
		return nil
	case errors.Is(err, errParked):
		return fmt.Errorf("parked: %w", asynq.SkipRetry)
	default:
		return errors.New("failed, see the log")
	}
}

// delay is the wait before the n-th repetition (from 0): doubling up to five minutes, spread so that facts that failed
// together do not come back together.
func delay(n int, first time.Duration) time.Duration {
	wait := min(first<<min(n, 10), 5*time.Minute)
	return wait + rand.N(wait/4+1)
}

// put sees to it that a task is waiting or under way. Its id keeps it from being queued twice. lost counts how often the
// task must have been lost inside Redis (a failover that kept the task but not its place in the queue): each time one
// more is allowed, under another id.
func (q *queue) put(ctx context.Context, l Listener, fact int64, lost int) error {
	id, name := keyOf(fact, l.Name), queueOf(l)
	taken, err := q.enqueue(ctx, l, fact, id)
	if err != nil || !taken {
		return err
	}
	info, err := q.inspector.GetTaskInfo(name, id)
	switch {
	case errors.Is(err, asynq.ErrTaskNotFound):
		return nil // it was just finished
	case errors.Is(err, asynq.ErrQueueNotFound):
		// Somebody emptied Redis since this client made the queue known; a new client makes it known again.
		fresh := asynq.NewClient(q.redis)
		err := q.client.Close()
		q.client = fresh
		_, again := q.enqueue(ctx, l, fact, id)
		return errors.Join(err, again)
	case err != nil:
		lost = max(lost, 1) // half of it is missing; if Redis itself is down, the next line will say so
	case info.State == asynq.TaskStateArchived || info.State == asynq.TaskStateCompleted:
		if q.inspector.DeleteTask(name, id) == nil {
			_, err := q.enqueue(ctx, l, fact, id)
			return err
		}
		lost = max(lost, 1) // asynq cannot delete what it has pushed out of a full archive
	case info.State == asynq.TaskStateRetry || info.State == asynq.TaskStateScheduled || lost == 0:
		return nil
	}
	_, err = q.enqueue(ctx, l, fact, fmt.Sprintf("%s:%d", id, lost))
	return err
}

// enqueue sends one task; taken tells that Redis already has one of this id.
func (q *queue) enqueue(ctx context.Context, l Listener, fact int64, id string) (taken bool, err error) {
	payload, err := json.Marshal(task{fact, l.Name})
	if err != nil {
		return false, err
	}
	// The listener's own limit ends a try; asynq's only guards against one that does not listen to its context.
	_, err = q.client.EnqueueContext(ctx, asynq.NewTask(l.Kind, payload), asynq.TaskID(id), asynq.Queue(queueOf(l)),
		asynq.MaxRetry(tries), asynq.Timeout(l.Limit+10*time.Second))
	q.bell.ring()
	if errors.Is(err, asynq.ErrTaskIDConflict) {
		return true, nil
	}
	return false, err
}

func queueOf(l Listener) string {
	if l.Slow {
		return slow
	}
	return quick
}

// close lets the workers finish what they have in hand.
func (q *queue) close() {
	q.server.Shutdown()
	q.client.Close()
	q.inspector.Close()
}

// parseRedis reads an address; the complaint does not repeat it, because it may hold a password.
func parseRedis(address string) (asynq.RedisConnOpt, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the address of Redis cannot be read; it looks like redis://user:password@host:6379/0")
	}
	redis, err := asynq.ParseRedisURI(address)
	if err != nil {
		return nil, fmt.Errorf("the address of Redis: %w", err)
	}
	// asynq drops the user's name and does not know the usual port.
	if one, ok := redis.(asynq.RedisClientOpt); ok {
		one.Username = parsed.User.Username()
		if one.Network == "" && parsed.Port() == "" {
			one.Addr = net.JoinHostPort(parsed.Hostname(), "6379")
		}
		redis = one
	}
	return redis, nil
}

// quiet passes on what asynq complains of, which is mostly that Redis does not answer.
type quiet struct{ log *slog.Logger }

func (q quiet) Debug(...any)      {}
func (q quiet) Info(...any)       {}
func (q quiet) Warn(...any)       {}
func (q quiet) Error(args ...any) { q.log.Warn("queue", "error", fmt.Sprint(args...)) }
func (q quiet) Fatal(args ...any) { q.log.Error("queue", "error", fmt.Sprint(args...)) }
