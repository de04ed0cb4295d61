package objects_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/objects"
	"seedbed/storage/objects/objectstest"
)

// The server itself compares the content with its name, so bytes changed on the way are never stored.
func TestServerRefusesOtherContent(t *testing.T) {
	server := objectstest.StartS3(t)
	store := server.Store(t)
	meant, sent := content(5000), content(5000)
	err := store.Write(t.Context(), objects.Object{Digest: digest(meant), Size: 5000}, bytes.NewReader(sent))
	if err == nil {
		t.Fatal("other content than the name says was accepted")
	}
	if _, err := store.Stat(t.Context(), digest(meant)); !fault.Is(err, fault.NotFound) {
		t.Errorf("and stored: %v", err)
	}
}

// allBusy asks everything of a store that cannot be reached.
func allBusy(ctx context.Context, t *testing.T, store objects.Store, name string) {
	t.Helper()
	_, put := store.Put(ctx, bytes.NewReader(content(2<<20)), roomy)
	_, open := store.Open(ctx, name)
	_, stat := store.Stat(ctx, name)
	for verb, err := range map[string]error{
		"Put": put, "Open": open, "Stat": stat, "Ready": store.Ready(ctx), "Delete": store.Delete(ctx, name),
		"Walk": store.Walk(ctx, func(objects.Object) error { return nil }),
	} {
		if !fault.Is(err, fault.Busy) || fault.MessageOf(err).Text == "" {
			t.Errorf("%s = %v; want Busy with a sentence", verb, err)
		}
	}
}

func TestServerAwayAndBack(t *testing.T) {
	server := objectstest.StartS3(t)
	if server.Folder == "" {
		t.Skip("a server that is not ours cannot be stopped")
	}
	store := server.Store(t)
	e := engine{store, server.Folder}
	want := content(100_000)
	name := put(t, e, want)
	server.Stop()
	start := time.Now()
	allBusy(t.Context(), t, store, name)
	if took := time.Since(start); took > time.Minute {
		t.Errorf("six questions to a server that is away took %v", took)
	}
	server.Start(t)
	if got, err := get(t, e, name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("after the server came back: %d bytes, %v", len(got), err)
	}
	put(t, e, content(2<<20))
}

// A server that accepts and never answers holds a request no longer than the request's own deadline.
func TestServerSilent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	store, err := objects.NewS3(objects.S3Settings{Endpoint: l.Addr().String(), Key: "k", Secret: "s", Bucket: "bucket"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	allBusy(ctx, t, store, digest(nil))
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("a deadline of 0.3 s took %v", took)
	}
}

// cutter passes connections on to the server and cuts each after a number of bytes in either direction.
type cutter struct {
	net.Listener
	to string

	mu    sync.Mutex
	bytes int64 // 0: never
}

func (c *cutter) cutAfter(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes = n
}

func (c *cutter) run() {
	for {
		in, err := c.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", c.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		c.mu.Lock()
		limit := c.bytes
		c.mu.Unlock()
		pass := func(to, from net.Conn) {
			if limit > 0 {
				_, _ = io.CopyN(to, from, limit)
			} else {
				_, _ = io.Copy(to, from)
			}
			_ = to.Close()
			_ = from.Close()
		}
		go pass(in, out)
		go pass(out, in)
	}
}

// A connection that dies half-way is always an error, never a shorter file, and what was not acknowledged is not there.
func TestConnectionCut(t *testing.T) {
	server := objectstest.StartS3(t)
	good := engine{server.Store(t), server.Folder}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	wire := &cutter{Listener: l, to: server.Settings.Endpoint}
	t.Cleanup(func() { _ = wire.Close() })
	go wire.run()
	far := server.Settings
	far.Endpoint = l.Addr().String()
	store, err := objects.NewS3(far)
	if err != nil {
		t.Fatal(err)
	}
	stored := content(1 << 20)
	name := put(t, good, stored)
	for _, after := range []int64{1, 900, 20_000, 700_000} {
		wire.cutAfter(after)
		fresh := content(1 << 20)
		if _, err := store.Put(t.Context(), bytes.NewReader(fresh), roomy); !fault.Is(err, fault.Busy) {
			t.Errorf("cut after %d bytes: Put = %v; want Busy", after, err)
		}
		if _, err := good.store.Stat(t.Context(), digest(fresh)); !fault.Is(err, fault.NotFound) {
			t.Errorf("cut after %d bytes: half an upload can be found: %v", after, err)
		}
		got, err := get(t, engine{store, ""}, name)
		if !fault.Is(err, fault.Busy) || len(got) >= len(stored) {
			t.Errorf("cut after %d bytes: read %d bytes, %v; want Busy", after, len(got), err)
		}
	}
	wire.cutAfter(0)
	if got, err := get(t, engine{store, ""}, name); err != nil || !bytes.Equal(got, stored) {
		t.Errorf("once the line is whole again: %d bytes, %v", len(got), err)
	}
}

// Settings that can never work are the operator's to mend, and must not read as "try again" or as "no such file".
func TestWrongSettings(t *testing.T) {
	server := objectstest.StartS3(t)
	wrong := server.Settings
	wrong.Secret += "x"
	store, err := objects.NewS3(wrong)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put(t.Context(), strings.NewReader("x"), 10); fault.KindOf(err) != fault.Internal {
		t.Errorf("wrong secret: %v", err)
	}
	wrong = server.Settings
	wrong.Bucket = "no-such-bucket"
	if store, err = objects.NewS3(wrong); err != nil {
		t.Fatal(err)
	}
	if err := store.Ready(t.Context()); !fault.Is(err, fault.Busy) {
		t.Errorf("no such bucket: Ready = %v", err)
	}
	if _, err := store.Open(t.Context(), digest(nil)); !fault.Is(err, fault.Busy) {
		t.Errorf("no such bucket: Open = %v; it must not read as a missing file", err)
	}
	if _, err := objects.NewS3(objects.S3Settings{Endpoint: "http://not an address"}); err == nil {
		t.Error("an address that is none was accepted")
	}
	var known *fault.Error
	if _, err := store.Put(t.Context(), strings.NewReader("x"), 10); !errors.As(err, &known) {
		t.Errorf("no such bucket: Put = %v", err)
	}
}
