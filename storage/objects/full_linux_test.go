package objects_test

import (
	"bytes"
	"os"
	"syscall"
	"testing"

	"seedbed/domain/fault"
	"seedbed/storage/objects"
)

// A full disk refuses with a sentence, leaves nothing half written, still gives what it has, and recovers by itself.
func TestDiskFull(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("mounting a small file system needs root")
	}
	folder := t.TempDir()
	if err := syscall.Mount("seedbed-test", folder, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("this machine does not let a test mount a file system: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(folder, syscall.MNT_DETACH) })
	e := engine{newDisk(t, folder), folder}
	kept := content(5 << 20)
	name := put(t, e, kept)
	more := content(5 << 20)
	_, err := e.store.Put(t.Context(), bytes.NewReader(more), roomy)
	if !fault.Is(err, fault.Busy) || fault.MessageOf(err).Text == "" {
		t.Errorf("Put on a full disk = %v; want Busy with a sentence", err)
	}
	if _, err := e.store.Stat(t.Context(), digest(more)); !fault.Is(err, fault.NotFound) {
		t.Errorf("the refused upload can be found: %v", err)
	}
	if left := e.leftovers(t); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := objects.Verify(t.Context(), e.store, name); err != nil {
		t.Errorf("what was stored before: %v", err)
	}
	if err := e.store.Delete(t.Context(), name); err != nil {
		t.Fatal(err)
	}
	put(t, e, more)
}
