package jobs

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// defaultLimit is how long one try of a listener may take.
const defaultLimit = 2 * time.Minute

// Options of New.
type Options struct {
	DB    *pg.DB
	Clock clock.Clock // decides when a scheduled job is due; nil is the machine's
	// Redis is redis://, rediss://, redis-socket:// or redis-sentinel://, a database of its own; "" is in-process.
	Redis     string
	Listeners []Listener
	Schedule  []Scheduled
	Workers   int          // listeners at work at once; default 8
	Log       *slog.Logger // nil is quiet
}

// Runner carries facts to listeners and runs the schedule. Any number of runners may share one database.
type Runner struct {
	db       *pg.DB
	clock    clock.Clock
	log      *slog.Logger
	table    table
	audience outbox.Audience
	schedule []Scheduled
	redis    string
	workers  int
	pace     pace
	wake     chan struct{}
	mu       sync.Mutex // of running
	running  *running
}

// pace is how often the runner looks and how long it waits.
type pace struct {
	poll   time.Duration // the relay looks for facts
	check  time.Duration // an idle worker looks into Redis
	again  time.Duration // a fact that was sent but is not done is sent once more
	stuck  time.Duration // a task under way for this long in Redis is taken for lost
	tick   time.Duration // the schedule is looked at
	resume time.Duration // the first wait after a failure; doubles
}

// running is what Start made and Stop takes down.
type running struct {
	queue  *queue
	stand  *standIn
	halt   context.CancelFunc // ends the loops
	cancel context.CancelFunc // ends listeners at work
	loops  sync.WaitGroup
}

// New checks the listeners, the schedule and the address of Redis; nothing runs yet.
func New(o Options) (*Runner, error) {
	listeners, err := newTable(o.Listeners)
	if err != nil {
		return nil, err
	}
	if err := checkSchedule(o.Schedule); err != nil {
		return nil, err
	}
	if o.Redis != "" {
		if _, err := parseRedis(o.Redis); err != nil {
			return nil, err
		}
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Workers == 0 {
		o.Workers = 8
	}
	return &Runner{
		db: o.DB, clock: o.Clock, log: o.Log, table: listeners, audience: listeners.audience(), schedule: o.Schedule,
		redis: o.Redis, workers: o.Workers, wake: make(chan struct{}, 1),
		// Relay and worker together pick a fact up within 225 ms (poll + 1.5 × check), though nobody wakes them.
		pace: pace{poll: 150 * time.Millisecond, check: 50 * time.Millisecond, again: 30 * time.Second,
			// asynq finds a dead worker's task within two minutes; only what is older than that is taken for lost.
			stuck: listeners.longest() + time.Minute, tick: time.Second, resume: time.Second},
	}, nil
}

// Start begins to carry facts and to run the schedule, until Stop. A Redis that is down is waited for.
func (r *Runner) Start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running != nil {
		return errors.New("the runner is already running")
	}
	run := &running{}
	address := r.redis
	if address == "" {
		stand, err := newStandIn()
		if err != nil {
			return err
		}
		run.stand, address = stand, stand.address
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	loops, halt := context.WithCancel(work)
	run.cancel, run.halt = cancel, halt
	queue, err := openQueue(work, r, address, run.stand != nil)
	if err != nil {
		run.end()
		return err
	}
	run.queue = queue
	run.loops.Go(func() { r.relay(loops, queue) })
	for _, job := range r.schedule {
		run.loops.Go(func() { r.keep(loops, work, job) })
	}
	r.running = run
	return nil
}

// Stop takes no new work and waits for what is under way. When ctx ends first, listeners at work are cancelled; their
// facts are carried later, by this program or another.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	run := r.running
	if run == nil {
		return nil
	}
	r.running = nil
	run.halt()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		run.end()
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	run.cancel()
	select {
	case <-ended:
	case <-time.After(5 * time.Second): // a listener does not listen to its context; its fence keeps it harmless
	}
	return ctx.Err()
}

func (run *running) end() {
	run.halt()
	run.loops.Wait()
	if run.queue != nil {
		run.queue.close()
	}
	run.cancel()
	if run.stand != nil {
		run.stand.close()
	}
}

// Wake tells the relay that a fact was just put, which saves it the wait for its next look. It never blocks.
func (r *Runner) Wake() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// backoff doubles a wait from first to most.
func backoff(last, first, most time.Duration) time.Duration {
	return min(max(first, 2*last), most)
}
