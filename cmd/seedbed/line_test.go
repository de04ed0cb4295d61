package main

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// line is the telephone line between the browser and the house: it can be cut and mended.
type line struct {
	mu    sync.Mutex
	to    string
	cut   bool
	left  int64 // bytes that still go up before the line cuts itself; 0: it does not
	conns map[net.Conn]bool
}

// layLine puts a line before an address and gives the address of its other end.
func layLine(t *testing.T, to string) (*line, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	w := &line{to: strings.TrimPrefix(to, "http://"), conns: map[net.Conn]bool{}}
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			go w.join(near)
		}
	}()
	return w, "http://" + l.Addr().String()
}

func (w *line) join(near net.Conn) {
	far, err := net.Dial("tcp", w.to)
	w.mu.Lock()
	if err != nil || w.cut {
		w.mu.Unlock()
		_ = near.Close()
		if far != nil {
			_ = far.Close()
		}
		return
	}
	w.conns[near], w.conns[far] = true, true
	w.mu.Unlock()
	go func() { _, _ = io.Copy(far, up{near, w}); _ = far.Close() }()
	_, _ = io.Copy(near, far)
	_ = near.Close()
	w.mu.Lock()
	delete(w.conns, near)
	delete(w.conns, far)
	w.mu.Unlock()
}

func (w *line) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for c := range w.conns {
			_ = c.Close()
		}
	}
}

func (w *line) isCut() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cut
}

// cutAfter lets so many bytes go up, and then cuts the line.
func (w *line) cutAfter(bytes int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.left = bytes
}

// up is what a phone sends.
type up struct {
	net.Conn
	line *line
}

func (u up) Read(p []byte) (int, error) {
	n, err := u.Conn.Read(p)
	u.line.mu.Lock()
	over := u.line.left > 0 && u.line.left <= int64(n)
	if u.line.left > 0 {
		u.line.left = max(0, u.line.left-int64(n))
	}
	u.line.mu.Unlock()
	if over {
		u.line.set(true)
	}
	return n, err
}
