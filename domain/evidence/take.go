package evidence

import (
	"context"
	"errors"
	"io"
	"slices"

	"seedbed/domain/fault"
	"seedbed/storage/objects"
	"seedbed/storage/photo"
)

// MaxSize is the largest file taken, in bytes: the original of any phone's photo, or a scanned page.
const MaxSize = 15 << 20

const sniffed = 4 << 10 // bytes that tell a file's kind

// Taken is a file that lies in the store and belongs to nobody yet: a verb gives it an owner with Keep, or the sweep
// removes it.
type Taken struct {
	Digest string
	Size   int64
	Mime   string // by its own bytes, whatever the sender said
}

// TakePhoto puts a photo into the store. It runs before any transaction. What is no photo, too large or broken is
// refused in words for the person, and nothing of it is kept.
func TakePhoto(ctx context.Context, store objects.Store, r io.ReadSeeker) (Taken, error) {
	info, err := photo.Inspect(r)
	if err != nil {
		return Taken{}, err
	}
	return put(ctx, store, r, info.Kind)
}

// TakePaper is TakePhoto for papers, which may also be PDF, OFD or XML files.
func TakePaper(ctx context.Context, store objects.Store, r io.ReadSeeker) (Taken, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return Taken{}, err
	}
	kind := photo.Sniff(head[:n])
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return Taken{}, err
	}
	switch {
	case slices.Contains([]photo.Kind{photo.PDF, photo.Zip, photo.XML}, kind):
		return put(ctx, store, r, kind)
	case kind.Photo(), kind == photo.HEIC, kind == photo.Video, kind == photo.GIF, kind == photo.Mixed:
		return TakePhoto(ctx, store, r)
	default:
		return Taken{}, fault.New(fault.Invalid, "这个文件不能收。请选照片（JPG、PNG）、PDF 或电子发票原件")
	}
}

func put(ctx context.Context, store objects.Store, r io.ReadSeeker, kind photo.Kind) (Taken, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return Taken{}, err
	}
	object, err := store.Put(ctx, r, MaxSize)
	return Taken{Digest: object.Digest, Size: object.Size, Mime: kind.MIME()}, err
}
