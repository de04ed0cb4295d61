package objects_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/objects"
)

func newDisk(t *testing.T, folder string) *objects.Disk {
	t.Helper()
	d, err := objects.NewDisk(folder)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What a crash left half received goes at the next start; what another process is receiving now stays.
func TestLeftoversOfCrashes(t *testing.T) {
	folder := t.TempDir()
	newDisk(t, folder)
	old, fresh := filepath.Join(folder, "incoming", "1.part"), filepath.Join(folder, "incoming", "2.part")
	for _, name := range []string{old, fresh} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	newDisk(t, folder)
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a day-old half file is still there: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("a file being received was taken away: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Join(folder, "incoming")); err != nil || len(entries) != 1 {
		t.Errorf("incoming holds %d files, %v; want only the fresh one", len(entries), err)
	}
}

// Storing content again renews its time, so that a sweep of old unclaimed files spares it.
func TestStoredAgainIsRenewed(t *testing.T) {
	folder := t.TempDir()
	e := engine{newDisk(t, folder), folder}
	name := put(t, e, []byte("again"))
	if err := os.Chtimes(e.file(t, name), time.Time{}, time.Now().Add(-48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	put(t, e, []byte("again"))
	if o, err := e.store.Stat(t.Context(), name); err != nil || time.Since(o.Stored) > time.Minute {
		t.Errorf("Stored = %v, %v", o.Stored, err)
	}
}

// A folder that is not mounted must not read as "no such photo" or as an empty store.
func TestFolderAway(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "objects")
	e := engine{newDisk(t, folder), folder}
	name := put(t, e, content(100))
	if err := os.Rename(folder, folder+".away"); err != nil {
		t.Fatal(err)
	}
	allBusyButDelete(t, e.store, name)
	if err := os.Rename(folder+".away", folder); err != nil {
		t.Fatal(err)
	}
	if err := objects.Verify(t.Context(), e.store, name); err != nil {
		t.Errorf("after the folder came back: %v", err)
	}
}

func allBusyButDelete(t *testing.T, store objects.Store, name string) {
	t.Helper()
	_, put := store.Put(t.Context(), bytes.NewReader([]byte("x")), 10)
	_, open := store.Open(t.Context(), name)
	_, stat := store.Stat(t.Context(), name)
	for verb, err := range map[string]error{
		"Put": put, "Open": open, "Stat": stat, "Ready": store.Ready(t.Context()),
		"Walk": store.Walk(t.Context(), func(objects.Object) error { return nil }),
	} {
		if !fault.Is(err, fault.Busy) {
			t.Errorf("%s = %v; want Busy", verb, err)
		}
	}
}

// A reader that has been opened reads on although the object is deleted meanwhile.
func TestDeletedWhileReading(t *testing.T) {
	folder := t.TempDir()
	e := engine{newDisk(t, folder), folder}
	want := content(400_000)
	r := opened(t, e, want)
	first := make([]byte, 1000)
	if _, err := io.ReadFull(r, first); err != nil {
		t.Fatal(err)
	}
	if err := e.store.Delete(t.Context(), digest(want)); err != nil {
		t.Fatal(err)
	}
	if rest, err := io.ReadAll(r); err != nil || !bytes.Equal(append(first, rest...), want) {
		t.Errorf("read %d bytes after the deletion, %v", len(rest), err)
	}
}

// Nothing of an upload is seen under its name before all of it is there.
func TestNothingHalfVisible(t *testing.T) {
	folder := t.TempDir()
	e := engine{newDisk(t, folder), folder}
	seen := 0
	watch := readerFunc(func(p []byte) (int, error) {
		err := e.store.Walk(t.Context(), func(objects.Object) error { seen++; return nil })
		return len(p), err
	})
	_, _ = e.store.Put(t.Context(), io.MultiReader(io.LimitReader(watch, 1<<20), iotest.ErrReader(io.ErrUnexpectedEOF)), roomy)
	if seen != 0 {
		t.Errorf("%d objects were seen during the upload", seen)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
