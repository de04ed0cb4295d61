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
	go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
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
