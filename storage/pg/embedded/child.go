package embedded

import (
	"os/exec"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// child is a started program; err may be read once done is closed.
type child struct {
	cmd      *exec.Cmd
	done     chan struct{}
	err      error
	stopping atomic.Bool
}

// launch starts a program that is told to stop when we die.
func launch(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux sends the death signal when the thread that forked ends, not the process; so the thread is kept, and
		// kept for this alone, until the child is gone.
		runtime.LockOSThread()
		dieWithUs(cmd)
		err := cmd.Start()
		started <- err
		if err == nil {
			c.err = cmd.Wait()
			close(c.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// asked tells whether the end was our wish.
func (c *child) asked() bool { return c.stopping.Load() }

// stop ends the program: politely, then firmly. It tells whether the program was running.
func (c *child) stop() bool {
	c.stopping.Store(true)
	select {
	case <-c.done:
		return false
	default:
	}
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{
		{syscall.SIGINT, time.Minute},       // "fast": cut the sessions, write a checkpoint
		{syscall.SIGQUIT, 10 * time.Second}, // "immediate": the next start recovers from the log
		{syscall.SIGKILL, 10 * time.Second},
	} {
		_ = c.cmd.Process.Signal(step.signal)
		select {
		case <-c.done:
			return true
		case <-time.After(step.wait):
		}
	}
	return true
}
