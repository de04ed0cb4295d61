package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/objects"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/sms"
)

// TestMain lends this very program to the tests that need it as a process of its own.
func TestMain(m *testing.M) {
	if args := os.Getenv("SEEDBED_TEST_CHILD"); args != "" {
		if at := os.Getenv("SEEDBED_TEST_CLOCK"); at != "" {
			if err := serveByFileClock(context.Background(), withoutTestMarks(os.Environ()), at); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
		os.Exit(run(context.Background(), strings.Fields(args), withoutTestMarks(os.Environ()), os.Stdout, os.Stderr))
	}
	os.Exit(pgtest.Main(m))
}

func withoutTestMarks(environ []string) []string {
	return slices.DeleteFunc(environ, func(s string) bool { return strings.HasPrefix(s, "SEEDBED_TEST_") })
}

// newHouse wires a house on a lent database, a folder and a clock that is moved by hand.
func newHouse(t *testing.T, at time.Time) (*House, *clock.Manual) {
	t.Helper()
	db, url := pgtest.Lend(t)
	dir := t.TempDir()
	disk, err := objects.NewDisk(filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	hand := clock.NewManual(at)
	c := Config{Data: dir, Secret: strings.Repeat("5e", 32)}
	h, err := wire(c, &Engines{DB: db, URL: url, Objects: disk, Sender: sms.NewFile(filepath.Join(dir, "sms.log"))}, hand, slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})), Sample{})
	if err != nil {
		t.Fatal(err)
	}
	return h, hand
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// serve answers on a port of its own until the test ends.
func (h *House) serve(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	app := h.App()
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(5 * time.Second) })
	return "http://" + l.Addr().String()
}
