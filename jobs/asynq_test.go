package jobs

import (
	"strings"
	"testing"
	"time"

	"github.com/hibiken/asynq"
)

func TestParseRedis(t *testing.T) {
	for address, want := range map[string]asynq.RedisClientOpt{
		"redis://localhost":               {Addr: "localhost:6379"},
		"redis://:secret@10.0.0.1:7/2":    {Addr: "10.0.0.1:7", Password: "secret", DB: 2},
		"redis://jobs:secret@[::1]":       {Addr: "[::1]:6379", Username: "jobs", Password: "secret"},
		"redis-socket:///run/r.sock?db=3": {Network: "unix", Addr: "/run/r.sock", DB: 3},
	} {
		got, err := parseRedis(address)
		if err != nil || got != asynq.RedisConnOpt(want) {
			t.Errorf("%s: %+v, %v; want %+v", address, got, err, want)
		}
	}
	secure, err := parseRedis("rediss://u:p@cache.example:6380")
	if err != nil || secure.(asynq.RedisClientOpt).TLSConfig.ServerName != "cache.example" {
		t.Errorf("rediss: %+v, %v; want TLS for that name", secure, err)
	}
	for _, wrong := range []string{"localhost:6379", "http://:secret@x", "redis://:secret@x/queue", "redis://:secret@x:port"} {
		if _, err := New(Options{Redis: wrong}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v; want a complaint that keeps the password", wrong, err)
		}
	}
}

func TestDelayGrowsToFiveMinutes(t *testing.T) {
	var last time.Duration
	for n := range tries + 1 {
		wait := delay(n, time.Second)
		if wait < last*4/5 || wait < time.Second || wait > 375*time.Second {
			t.Errorf("try %d waits %v after %v", n, wait, last)
		}
		last = wait
	}
	if last < 5*time.Minute {
		t.Errorf("the last wait is %v; want five minutes or a little more", last)
	}
}
