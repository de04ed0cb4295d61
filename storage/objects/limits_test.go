package objects_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"seedbed/domain/fault"
	"seedbed/storage/objects"
)

// stream is n bytes that exist nowhere at once.
type stream struct {
	left int64
	seed byte
}

func (s *stream) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.left))
	for i := range p[:n] {
		s.seed = s.seed*31 + 7
		p[i] = s.seed
	}
	s.left -= int64(n)
	return n, nil
}

func TestLargeStreamsInBoundedMemory(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		const size = 64 << 20
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		o, err := e.store.Put(t.Context(), &stream{left: size}, size)
		if err != nil || o.Size != size {
			t.Fatalf("Put = %+v, %v", o, err)
		}
		if err := objects.Verify(t.Context(), e.store, o.Digest); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("storing and reading 64 MB allocated %d MB in all; want at most 16", used>>20)
		}
		if err := e.store.Delete(t.Context(), o.Digest); err != nil {
			t.Error(err)
		}
	})
}

func TestOverLimitLeavesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		for _, size := range []int{1001, 4 << 20} {
			b := content(size)
			_, err := e.store.Put(t.Context(), bytes.NewReader(b), int64(size-1))
			if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.MessageOf(err).String(), "太大") {
				t.Errorf("%d bytes under a limit of %d: %v", size, size-1, err)
			}
			if _, err := e.store.Stat(t.Context(), digest(b)); !fault.Is(err, fault.NotFound) {
				t.Errorf("the refused object can be found: %v", err)
			}
			if o, err := e.store.Put(t.Context(), bytes.NewReader(b), int64(size)); err != nil || o.Size != int64(size) {
				t.Errorf("exactly the limit: %+v, %v", o, err)
			}
		}
		if left := e.leftovers(t); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestBrokenUploadLeavesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		b := content(3 << 20)
		cut := io.MultiReader(bytes.NewReader(b), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := e.store.Put(t.Context(), cut, roomy); !fault.Is(err, fault.Invalid) || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("a sender that breaks off: %v", err)
		}
		named := fault.New(fault.Forbidden, "不可以")
		refused := io.MultiReader(bytes.NewReader(b), iotest.ErrReader(named))
		if _, err := e.store.Put(t.Context(), refused, roomy); !errors.Is(err, named) {
			t.Errorf("a reader with a fault of its own: %v", err)
		}
		if _, err := e.store.Stat(t.Context(), digest(b)); !fault.Is(err, fault.NotFound) {
			t.Errorf("the broken upload can be found: %v", err)
		}
		if left := e.leftovers(t); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestCancelled(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		b := content(2 << 20)
		name := put(t, e, b)
		ctx, cancel := context.WithCancel(t.Context())
		r, err := e.store.Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		half := &cancelAfter{Reader: bytes.NewReader(content(4 << 20)), left: 1 << 20, cancel: cancel}
		_, putErr := e.store.Put(ctx, half, roomy)
		_, readErr := io.ReadAll(r)
		_, statErr := e.store.Stat(ctx, name)
		_, openErr := e.store.Open(ctx, name)
		for verb, err := range map[string]error{
			"Put": putErr, "Read": readErr, "Stat": statErr,
			"Walk":   e.store.Walk(ctx, func(objects.Object) error { return nil }),
			"Delete": e.store.Delete(ctx, name), "Ready": e.store.Ready(ctx), "Open": openErr,
		} {
			if !errors.Is(err, context.Canceled) || !fault.Is(err, fault.Busy) {
				t.Errorf("%s = %v; want Busy because it was cancelled", verb, err)
			}
		}
		if err := objects.Verify(t.Context(), e.store, name); err != nil {
			t.Errorf("the object did not outlive the cancelled Delete: %v", err)
		}
		if left := e.leftovers(t); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

type cancelAfter struct {
	io.Reader
	left   int
	cancel context.CancelFunc
}

func (c *cancelAfter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.left -= n; c.left <= 0 {
		c.cancel()
	}
	return n, err
}
