package jobs

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seedbed/storage/outbox"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		beKilled()
		return
	}
	os.Exit(pgtest.Main(m))
}

// counted is a fact whose effect is counted in the database.
type counted struct{ N int }

func (counted) Kind() string { return "test.counted" }

// followed is what a listener of counted leaves behind.
type followed struct{ N int }

func (followed) Kind() string { return "test.followed" }

const countSQL = `select next_number('effect ' || @name)`

// count makes an effect visible: how often it was kept.
func count(ctx context.Context, tx pg.Tx, name string) error {
	_, err := pg.Value[int](ctx, tx, countSQL, pg.Args{"name": name})
	return err
}

func countOnce(ctx context.Context, tx pg.Tx, fact counted) error {
	return count(ctx, tx, fmt.Sprint(fact.N))
}

type tally struct {
	Key  string
	Last int
}

// effects are the counts of all effects kept so far.
func effects(t testing.TB, db *pg.DB) map[string]int {
	t.Helper()
	all, err := pg.All[tally](t.Context(), db, `select key, last from number_series where key like 'effect %'`, nil)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]int{}
	for _, one := range all {
		kept[strings.TrimPrefix(one.Key, "effect ")] = one.Last
	}
	return kept
}

// wantOnce fails unless exactly the effects 1 … n were kept, each once.
func wantOnce(t testing.TB, db *pg.DB, n int) {
	t.Helper()
	kept := effects(t, db)
	for name, times := range kept {
		if times != 1 {
			t.Errorf("effect %s was kept %d times", name, times)
		}
	}
	if len(kept) != n {
		t.Errorf("%d effects were kept; want %d", len(kept), n)
	}
}

func put(t testing.TB, db *pg.DB, facts ...outbox.Fact) {
	t.Helper()
	err := db.Change(t.Context(), func(tx pg.Tx) error {
		for _, fact := range facts {
			if err := outbox.Put(t.Context(), tx, time.Now(), fact); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func putMany(t testing.TB, db *pg.DB, n int) {
	t.Helper()
	var facts []outbox.Fact
	for i := range n {
		facts = append(facts, counted{i + 1})
	}
	put(t, db, facts...)
}

func backlog(t testing.TB, db *pg.DB) outbox.Backlog {
	t.Helper()
	b, err := outbox.Measure(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func drained(t testing.TB, db *pg.DB) func() bool {
	return func() bool { return backlog(t, db).Waiting == 0 }
}

// until waits for something that other goroutines or processes bring about.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// engine is where the queue lives in a test.
type engine struct {
	address string
	flush   func(t *testing.T, r *Runner)
}

// engines runs a test on the stand-in and on a real Redis.
func engines(t *testing.T, test func(t *testing.T, e engine)) {
	t.Run("in process", func(t *testing.T) {
		test(t, engine{flush: func(_ *testing.T, r *Runner) { r.running.stand.server.FlushAll() }})
	})
	t.Run("redis-server", func(t *testing.T) {
		server := startRedis(t)
		test(t, engine{address: server.address(), flush: func(t *testing.T, _ *Runner) { server.do(t, "FLUSHALL") }})
	})
}

// redisServer is a real Redis behind a Unix socket, with nothing on disk.
type redisServer struct {
	program, socket string
	cmd             *exec.Cmd
}

func startRedis(t *testing.T) *redisServer {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed, and CI has to test with it")
		}
		t.Skip("redis-server is not installed; apt-get install redis-server brings it")
	}
	dir, err := os.MkdirTemp("", "seedbed-redis-") // t.TempDir is too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	s := &redisServer{program: program, socket: filepath.Join(dir, "redis.sock")}
	t.Cleanup(func() {
		s.kill()
		os.RemoveAll(dir)
	})
	s.start(t)
	return s
}

func (s *redisServer) address() string { return "redis-socket://" + s.socket }

func (s *redisServer) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(s.program, "--port", "0", "--unixsocket", s.socket, "--save", "", "--appendonly", "no", "--dir", filepath.Dir(s.socket))
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "redis-server answers", func() bool {
		conn, err := net.Dial("unix", s.socket)
		if err != nil {
			return false
		}
		conn.Close()
		return true
	})
}

// kill is kill -9: nothing in it survives.
func (s *redisServer) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// do sends one command and gives the first line of the answer.
func (s *redisServer) do(t *testing.T, words ...string) string {
	t.Helper()
	conn, err := net.Dial("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(conn, "$%d\r\n%s\r\n", len(word), word)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || strings.HasPrefix(answer, "-") {
		t.Fatalf("redis %v: %q, %v", words, answer, err)
	}
	return strings.TrimSpace(answer)
}

// fast is a pace for tests: what takes minutes in a house takes a second.
func fast(p *pace) {
	p.poll, p.check, p.again, p.stuck = 20*time.Millisecond, 10*time.Millisecond, time.Second, time.Second
	p.tick, p.resume = 10*time.Millisecond, 50*time.Millisecond
}

func newRunner(t testing.TB, o Options) *Runner {
	t.Helper()
	if testing.Verbose() {
		o.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	r, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	fast(&r.pace)
	return r
}

func start(t testing.TB, o Options) *Runner {
	t.Helper()
	r := newRunner(t, o)
	begin(t, r)
	return r
}

// begin starts a runner and stops it with the test.
func begin(t testing.TB, r *Runner) {
	t.Helper()
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := r.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
}
