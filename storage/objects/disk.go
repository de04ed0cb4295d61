package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Disk keeps objects in a folder: <folder>/<first two digits>/<digest>. A file appears under its name only when all
// of it is on the disk, so a crash at any moment leaves either the whole object or none. Several processes may share
// the folder.
type Disk struct{ folder string }

const (
	incoming = "incoming"     // sub-folder of files still being received; same file system, so they can be renamed
	leftover = 24 * time.Hour // after this a file in incoming belongs to nobody
)

// NewDisk uses the folder, making it if need be, and clears away what earlier crashes left half received.
func NewDisk(folder string) (*Disk, error) {
	d := &Disk{folder: folder}
	if err := os.MkdirAll(filepath.Join(folder, incoming), 0o700); err != nil {
		return nil, fmt.Errorf("objects: %w", err)
	}
	if err := d.clear(); err != nil {
		return nil, fmt.Errorf("objects: clear %s: %w", incoming, err)
	}
	return d, nil
}

// clear removes old half-received files. Their age is told by the file system's own clock, that of a file made now.
func (d *Disk) clear() error {
	probe, err := d.receive()
	if err != nil {
		return err
	}
	defer discard(probe)
	now, err := probe.Stat()
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(d.folder, incoming))
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || now.ModTime().Sub(info.ModTime()) < leftover {
			continue // gone meanwhile, or another process is still at it
		}
		if err := os.Remove(filepath.Join(d.folder, incoming, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (d *Disk) receive() (*os.File, error) {
	return os.CreateTemp(filepath.Join(d.folder, incoming), "*.part")
}

// discard removes a half-received file; after a rename there is nothing left to remove.
func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

func (d *Disk) path(digest string) string {
	return filepath.Join(d.folder, filepath.FromSlash(key(digest)))
}

// Put implements Store.
func (d *Disk) Put(ctx context.Context, r io.Reader, limit int64) (Object, error) {
	f, err := d.receive()
	if err != nil {
		return Object{}, d.explain(err)
	}
	defer discard(f)
	o, err := take(ctx, f, r, limit)
	if err != nil {
		return Object{}, d.explain(err)
	}
	if err := f.Sync(); err != nil {
		return Object{}, d.explain(err)
	}
	if err := f.Close(); err != nil {
		return Object{}, d.explain(err)
	}
	if err := d.place(f.Name(), o.Digest); err != nil {
		return Object{}, d.explain(err)
	}
	return o, nil
}

// place gives a received file its name, and returns only when the name itself would survive a power cut.
func (d *Disk) place(from, digest string) error {
	to := d.path(digest)
	switch err := os.Mkdir(filepath.Dir(to), 0o700); {
	case err == nil:
		if err := syncFolder(d.folder); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open implements Store.
func (d *Disk) Open(ctx context.Context, digest string) (*Reader, error) {
	if err := ctx.Err(); err != nil {
		return nil, interrupted(err)
	}
	if !named(digest) {
		return nil, missing(nil)
	}
	open := func(offset int64) (io.ReadCloser, error) {
		f, err := os.Open(d.path(digest))
		if err != nil {
			return nil, d.explain(err)
		}
		if _, err := f.Seek(offset, io.SeekStart); err != nil {
			return nil, errors.Join(err, f.Close())
		}
		return f, nil
	}
	body, err := open(0)
	if err != nil {
		return nil, err
	}
	info, err := body.(*os.File).Stat()
	if err != nil {
		return nil, errors.Join(d.explain(err), body.Close())
	}
	r := newReader(ctx, Object{Digest: digest, Size: info.Size(), Stored: info.ModTime()}, open)
	r.body = body
	return r, nil
}

// Stat implements Store.
func (d *Disk) Stat(ctx context.Context, digest string) (Object, error) {
	if err := ctx.Err(); err != nil {
		return Object{}, interrupted(err)
	}
	if !named(digest) {
		return Object{}, missing(nil)
	}
	info, err := os.Stat(d.path(digest))
	if err != nil {
		return Object{}, d.explain(err)
	}
	return Object{Digest: digest, Size: info.Size(), Stored: info.ModTime()}, nil
}

// Delete implements Store.
func (d *Disk) Delete(ctx context.Context, digest string) error {
	if err := ctx.Err(); err != nil {
		return interrupted(err)
	}
	if !named(digest) {
		return nil
	}
	err := os.Remove(d.path(digest))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncFolder(filepath.Dir(d.path(digest))) // a photo withdrawn must stay withdrawn after a power cut
	}
	if err != nil {
		return d.explain(err)
	}
	return nil
}

// Walk implements Store.
func (d *Disk) Walk(ctx context.Context, fn func(Object) error) error {
	for shard := range 256 {
		entries, err := os.ReadDir(filepath.Join(d.folder, fmt.Sprintf("%02x", shard)))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return d.explain(err)
		}
		if err := walkShard(ctx, entries, fn); err != nil {
			return err
		}
	}
	return d.Ready(ctx) // an unmounted folder must not read as an empty store
}

func walkShard(ctx context.Context, entries []os.DirEntry, fn func(Object) error) error {
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return interrupted(err)
		}
		info, err := e.Info()
		if err != nil || !named(e.Name()) {
			continue // deleted meanwhile, or not ours
		}
		if err := fn(Object{Digest: e.Name(), Size: info.Size(), Stored: info.ModTime()}); err != nil {
			return err
		}
	}
	return nil
}

// Ready implements Store: the folder is there and can be written.
func (d *Disk) Ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return interrupted(err)
	}
	f, err := d.receive()
	if err != nil {
		return d.explain(err)
	}
	discard(f)
	return nil
}

// explain names the disk's complaints; what is already named, and what nobody expected, passes through.
func (d *Disk) explain(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return full(err)
	case errors.Is(err, fs.ErrNotExist):
		if _, gone := os.Stat(filepath.Join(d.folder, incoming)); gone != nil {
			return unreachable(err) // the whole folder is away, not this one file
		}
		return missing(err)
	}
	return err
}
