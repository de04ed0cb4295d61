package jobs

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// deaf is how long an empty queue is believed to be empty when nobody has rung: asynq itself moves tasks there that are
// to be repeated.
const deaf = 500 * time.Millisecond

// bell spares an idle worker its way to the stand-in, which answers each of asynq's looks by interpreting a script: as
// long as this process, the only one that puts anything there, has put nothing since a queue was found empty, it still
// is. It stands in the client as a hook and answers in the stand-in's place. What it does not know it lets pass.
type bell struct {
	mu    sync.Mutex
	rings int                  // how often something was put
	empty map[string]emptiness // by the queue's list of waiting tasks
}

type emptiness struct {
	rings int
	until time.Time
}

// ring tells that something was put; a bell that is not there is silent.
func (b *bell) ring() {
	if b != nil {
		b.mu.Lock()
		b.rings++
		b.mu.Unlock()
	}
}

// heard is the count of rings, and whether a queue is known to be empty.
func (b *bell) heard(queue string) (rings int, empty bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, known := b.empty[queue]
	return b.rings, known && e.rings == b.rings && time.Now().Before(e.until) //nolint:forbidigo // the machine's own pace, nobody's date
}

// found notes that a queue was empty when so many rings had been heard.
func (b *bell) found(queue string, rings int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.empty[queue] = emptiness{rings, time.Now().Add(deaf)} //nolint:forbidigo // as above
}

// looked is the list that a command takes a waiting task from, "" for any other command: a script over the lists
// …:pending and …:paused.
func looked(cmd redis.Cmder) string {
	args := cmd.Args()
	if len(args) < 5 || !strings.HasPrefix(cmd.Name(), "eval") {
		return ""
	}
	list, ok := args[3].(string)
	paused, also := args[4].(string)
	if !ok || !also || !strings.HasSuffix(list, ":pending") || !strings.HasSuffix(paused, ":paused") {
		return ""
	}
	return list
}

// DialHook changes nothing.
func (b *bell) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook changes nothing.
func (b *bell) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// ProcessHook answers a look into a queue that is known to be empty.
func (b *bell) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		queue := looked(cmd)
		if queue == "" {
			return next(ctx, cmd)
		}
		rings, empty := b.heard(queue)
		if empty {
			cmd.SetErr(redis.Nil)
			return redis.Nil
		}
		err := next(ctx, cmd)
		if err == redis.Nil { //nolint:errorlint // go-redis gives it bare
			b.found(queue, rings)
		}
		return err
	}
}

// belled is a way to Redis with a bell in it.
type belled struct {
	asynq.RedisConnOpt
	bell *bell
}

// MakeRedisClient makes a client that hears the bell.
func (w belled) MakeRedisClient() any {
	made := w.RedisConnOpt.MakeRedisClient()
	if c, ok := made.(redis.UniversalClient); ok {
		c.AddHook(w.bell)
	}
	return made
}
