package jobs

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

// childEnv makes the test's own program a worker that waits to be killed: "<moment> <Redis> <database>".
const childEnv = "SEEDBED_JOBS_CHILD"

// beKilled is the child: its listener stops for ever at the given moment and says so.
func beKilled() {
	moment, rest, _ := strings.Cut(os.Getenv(childEnv), " ")
	redis, database, _ := strings.Cut(rest, " ")
	stop := func(here string) {
		if moment == here {
			fmt.Println("stopped")
			select {}
		}
	}
	ctx := context.Background()
	db, err := pg.Open(ctx, database, pg.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := New(Options{DB: db, Redis: redis, Listeners: []Listener{OnWork("l", func(_ context.Context, fact counted) (Effect, error) {
		stop("work")
		if moment == "pause" {
			fmt.Println("stopped")
			time.Sleep(300 * time.Millisecond) // time enough to be paused
			fmt.Println("resumed")
		}
		return func(ctx context.Context, tx pg.Tx) error {
			if err := countOnce(ctx, tx, fact); err != nil {
				return err
			}
			stop("effect")
			return nil
		}, nil
	})}})
	if err == nil {
		fast(&r.pace)
		err = r.Start(ctx)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	select {}
}

// A worker dies by kill -9 with eight listeners in the middle of their work, or of their transaction.
func TestKilledWorkerLosesAndDoublesNothing(t *testing.T) {
	for _, moment := range []string{"work", "effect"} {
		t.Run(moment, func(t *testing.T) {
			engines(t, func(t *testing.T, e engine) {
				db, url := pgtest.Lend(t)
				putMany(t, db, 12)
				child := startChild(t, moment, e.address, url)
				child.says("stopped", 8)
				child.end()
				if kept := effects(t, db); len(kept) != 0 {
					t.Fatalf("the dead worker's effects were kept: %v", kept)
				}
				start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{
					OnWork("l", func(_ context.Context, fact counted) (Effect, error) {
						return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
					}),
				}})
				until(t, "the living worker finishes", drained(t, db))
				wantOnce(t, db, 12)
			})
		})
	}
}

// A machine pauses a worker, as a virtual machine may be paused, until another has done its facts.
func TestPausedWorkerComesTooLate(t *testing.T) {
	engines(t, func(t *testing.T, e engine) {
		db, url := pgtest.Lend(t)
		putMany(t, db, 4)
		child := startChild(t, "pause", e.address, url)
		child.says("stopped", 4)
		child.signal(syscall.SIGSTOP)
		start(t, Options{DB: db, Redis: e.address, Listeners: []Listener{
			OnWork("l", func(_ context.Context, fact counted) (Effect, error) {
				return func(ctx context.Context, tx pg.Tx) error { return countOnce(ctx, tx, fact) }, nil
			}),
		}})
		until(t, "the other worker finishes", drained(t, db))
		wantOnce(t, db, 4)
		child.signal(syscall.SIGCONT)
		child.says("resumed", 4)
		time.Sleep(200 * time.Millisecond) // for the effects it would now write
		wantOnce(t, db, 4)
	})
}

type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startChild(t *testing.T, moment, redis, database string) *child {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+moment+" "+redis+" "+database)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	c := &child{t, cmd, bufio.NewScanner(out)}
	t.Cleanup(c.end)
	return c
}

// says waits until the child has said a word n times.
func (c *child) says(word string, n int) {
	c.t.Helper()
	for range n {
		if !c.lines.Scan() || c.lines.Text() != word {
			c.t.Fatalf("the child said %q; want %q", c.lines.Text(), word)
		}
	}
}

func (c *child) signal(s os.Signal) {
	c.t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		c.t.Fatal(err)
	}
}

// end is kill -9.
func (c *child) end() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}
