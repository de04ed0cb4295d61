package objects_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"seedbed/domain/fault"
	"seedbed/storage/objects"
	"seedbed/storage/objects/objectstest"
)

// engine is one way of keeping objects: the store, and the folder behind it ("" when it cannot be seen from here).
type engine struct {
	store  objects.Store
	folder string
}

// eachEngine runs the same expectations against every engine.
func eachEngine(t *testing.T, expect func(t *testing.T, e engine)) {
	t.Run("disk", func(t *testing.T) {
		folder := t.TempDir()
		store, err := objects.NewDisk(folder)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, engine{store, folder})
	})
	t.Run("s3", func(t *testing.T) {
		server := objectstest.StartS3(t)
		expect(t, engine{server.Store(t), server.Folder})
	})
}

const roomy = 256 << 20

func content(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func put(t *testing.T, e engine, b []byte) string {
	t.Helper()
	o, err := e.store.Put(t.Context(), bytes.NewReader(b), roomy)
	if err != nil {
		t.Fatalf("Put of %d bytes: %v", len(b), err)
	}
	t.Cleanup(func() { _ = e.store.Delete(context.Background(), o.Digest) })
	if o.Digest != digest(b) || o.Size != int64(len(b)) {
		t.Fatalf("Put of %d bytes = %+v; want digest %s", len(b), o, digest(b))
	}
	return o.Digest
}

func get(t *testing.T, e engine, name string) ([]byte, error) {
	t.Helper()
	r, err := e.store.Open(t.Context(), name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}

// file is where the engine keeps the object's bytes, for a test that must damage them.
func (e engine) file(t *testing.T, name string) string {
	t.Helper()
	if e.folder == "" {
		t.Skip("the server's own files cannot be reached from here")
	}
	return filepath.Join(e.folder, name[:2], name)
}

// leftovers lists every file the engine holds that is no object: half uploads, temporary files.
func (e engine) leftovers(t *testing.T) (found []string) {
	t.Helper()
	if e.folder == "" {
		return nil
	}
	err := filepath.WalkDir(e.folder, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && len(d.Name()) != 64 {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRoundTrip(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		for _, size := range []int{0, 1, 1000, 1 << 20, 1<<20 + 1, 5<<20 + 3, 17 << 20} {
			want := content(size)
			name := put(t, e, want)
			got, err := get(t, e, name)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes came back as %d bytes, %v", size, len(got), err)
			}
			o, err := e.store.Stat(t.Context(), name)
			if err != nil || o.Digest != name || o.Size != int64(size) || o.Stored.IsZero() {
				t.Errorf("Stat of %d bytes = %+v, %v", size, o, err)
			}
			if err := objects.Verify(t.Context(), e.store, name); err != nil {
				t.Errorf("Verify of %d bytes: %v", size, err)
			}
		}
		if err := e.store.Ready(t.Context()); err != nil {
			t.Errorf("Ready: %v", err)
		}
	})
}

// A reader that gives one byte at a time, or an error with its last bytes, is as good as any other.
func TestOddReaders(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		want := content(3000)
		for name, r := range map[string]io.Reader{
			"one byte at a time": iotest.OneByteReader(bytes.NewReader(want)),
			"data with EOF":      iotest.DataErrReader(bytes.NewReader(want)),
		} {
			if o, err := e.store.Put(t.Context(), r, roomy); err != nil || o.Digest != digest(want) {
				t.Errorf("%s: %+v, %v", name, o, err)
			}
		}
	})
}

func TestRanges(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		want := content(3 << 20)
		r, err := e.store.Open(t.Context(), put(t, e, want))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Close() }()
		if r.Size() != int64(len(want)) {
			t.Fatalf("Size = %d", r.Size())
		}
		for _, c := range []struct{ from, n int }{{0, 10}, {1 << 20, 4096}, {len(want) - 7, 7}, {1, 100}, {0, len(want)}} {
			if _, err := r.Seek(int64(c.from), io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got := make([]byte, c.n)
			if _, err := io.ReadFull(r, got); err != nil || !bytes.Equal(got, want[c.from:c.from+c.n]) {
				t.Errorf("range %d+%d differs: %v", c.from, c.n, err)
			}
		}
		if at, err := r.Seek(-5, io.SeekEnd); err != nil || at != int64(len(want)-5) {
			t.Errorf("Seek from the end = %d, %v", at, err)
		}
		if rest, err := io.ReadAll(r); err != nil || !bytes.Equal(rest, want[len(want)-5:]) {
			t.Errorf("the last five bytes: %v, %v", rest, err)
		}
		if _, err := r.Seek(-1, io.SeekStart); err == nil {
			t.Error("a place before the first byte was accepted")
		}
		if err := iotest.TestReader(opened(t, e, want[:5000]), want[:5000]); err != nil {
			t.Error(err)
		}
	})
}

func opened(t *testing.T, e engine, b []byte) *objects.Reader {
	t.Helper()
	r, err := e.store.Open(t.Context(), put(t, e, b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestSameContentAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		want := content(2 << 20)
		var all sync.WaitGroup
		for range 12 {
			all.Go(func() {
				if o, err := e.store.Put(t.Context(), bytes.NewReader(want), roomy); err != nil || o.Digest != digest(want) {
					t.Errorf("Put = %+v, %v", o, err)
				}
				if got, err := get(t, e, digest(want)); err != nil || !bytes.Equal(got, want) {
					t.Errorf("read back %d bytes, %v", len(got), err)
				}
			})
		}
		all.Wait()
		if left := e.leftovers(t); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestMissing(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		gone := put(t, e, content(500))
		if err := e.store.Delete(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{gone, digest(content(32)), "", "../../etc/passwd", strings.Repeat("A", 64), gone[:63] + "/"} {
			if _, err := e.store.Open(t.Context(), name); !fault.Is(err, fault.NotFound) {
				t.Errorf("Open(%q) = %v; want NotFound", name, err)
			}
			if _, err := e.store.Stat(t.Context(), name); !fault.Is(err, fault.NotFound) {
				t.Errorf("Stat(%q) = %v; want NotFound", name, err)
			}
			if err := objects.Verify(t.Context(), e.store, name); !fault.Is(err, fault.NotFound) {
				t.Errorf("Verify(%q) = %v; want NotFound", name, err)
			}
			if err := e.store.Delete(t.Context(), name); err != nil {
				t.Errorf("Delete(%q) = %v", name, err)
			}
		}
	})
}

// Every kind of damage at rest is found by Verify, and a reader never gets a whole wrong file without an error.
func TestDamageIsFound(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		damage := map[string]func([]byte) []byte{
			"first byte":  func(b []byte) []byte { b[0] ^= 1; return b },
			"middle byte": func(b []byte) []byte { b[len(b)/2] ^= 0x80; return b },
			"last byte":   func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
			"cut short":   func(b []byte) []byte { return b[:len(b)-1] },
			"emptied":     func([]byte) []byte { return nil },
			"grown":       func(b []byte) []byte { return append(b, 'x') },
		}
		for what, harm := range damage {
			good := content(300_000)
			name := put(t, e, good)
			if err := os.WriteFile(e.file(t, name), harm(slices.Clone(good)), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := objects.Verify(t.Context(), e.store, name); !errors.Is(err, objects.ErrCorrupt) {
				t.Errorf("%s: Verify = %v; want ErrCorrupt", what, err)
			}
			got, err := get(t, e, name)
			if !errors.Is(err, objects.ErrCorrupt) || len(got) >= 300_000 {
				t.Errorf("%s: a reader got %d bytes, %v", what, len(got), err)
			}
			put(t, e, good) // sending it again heals it
			if err := objects.Verify(t.Context(), e.store, name); err != nil {
				t.Errorf("%s: not healed: %v", what, err)
			}
		}
	})
}

func TestWalk(t *testing.T) {
	eachEngine(t, func(t *testing.T, e engine) {
		want := map[string]int64{}
		for n := range 40 {
			want[put(t, e, content(100+n))] = int64(100 + n)
		}
		var order []string
		err := e.store.Walk(t.Context(), func(o objects.Object) error {
			order = append(order, o.Digest)
			if size, ours := want[o.Digest]; ours && (size != o.Size || o.Stored.IsZero()) {
				t.Errorf("walked past %+v; want %d bytes", o, size)
			}
			delete(want, o.Digest)
			return e.store.Delete(t.Context(), o.Digest)
		})
		if err != nil || len(want) > 0 || !slices.IsSorted(order) {
			t.Errorf("Walk: %v, %d not seen, in order: %t", err, len(want), slices.IsSorted(order))
		}
		put(t, e, content(10))
		stop := errors.New("enough")
		if err := e.store.Walk(t.Context(), func(objects.Object) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("Walk with an error = %v", err)
		}
	})
}
