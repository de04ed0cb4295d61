// Package objects keeps the house's files: photos, receipts, scanned papers. An object never changes and is named by
// the SHA-256 of its content, so the same photo is stored once however often it is sent, two uploads can never mix,
// and damage is always found. One small Store has two engines: a folder (disk.go) and any S3 server (minio.go).
package objects

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"seedbed/domain/fault"
)

// Object is what is known of a stored file without reading it.
type Object struct {
	Digest string    // SHA-256 of the content in lower-case hex: the object's only name
	Size   int64     // bytes
	Stored time.Time // when it was last stored; storing the same content again renews it. Zero in Put's answer.
}

// Store keeps objects. It is safe for concurrent use, and every error carries a fault kind: NotFound for what is not
// there, Invalid for an upload that is too large or broken off, Busy when the store cannot be reached or is full.
type Store interface {
	// Put reads r to its end and keeps the content. More than limit bytes are refused and leave nothing behind.
	// Content already stored is written again: that heals a damaged copy and renews Stored, so that sweeping what
	// nobody claims cannot take a file somebody has just sent.
	Put(ctx context.Context, r io.Reader, limit int64) (Object, error)
	// Open gives the content for reading. The Reader must be closed and lives no longer than ctx.
	Open(ctx context.Context, digest string) (*Reader, error)
	// Stat tells size and time without reading the content.
	Stat(ctx context.Context, digest string) (Object, error)
	// Delete removes an object; one that is not there is no error.
	Delete(ctx context.Context, digest string) error
	// Walk calls fn for every object in the order of their digests and ends at fn's first error. fn may delete.
	Walk(ctx context.Context, fn func(Object) error) error
	// Ready tells whether the store can take and give objects now.
	Ready(ctx context.Context) error
}

// ErrCorrupt is in the chain of every error about content that no longer matches its digest.
var ErrCorrupt = errors.New("content does not match its digest")

// Verify reads the whole object and tells whether it is still what was stored: ErrCorrupt in the chain when it is
// damaged, NotFound when it is gone.
func Verify(ctx context.Context, store Store, digest string) error {
	r, err := store.Open(ctx, digest)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// named reports whether text can be an object's name. Everything that comes from outside passes here before it
// becomes part of a path.
func named(text string) bool {
	if len(text) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// key is where an object lives in both engines. The two leading digits keep any one folder small.
func key(digest string) string { return digest[:2] + "/" + digest }

const chunk = 128 << 10 // bytes moved at a time

// take copies r into w, hashing as it goes, and refuses more than limit bytes.
func take(ctx context.Context, w io.Writer, r io.Reader, limit int64) (Object, error) {
	sum, size, buf := sha256.New(), int64(0), make([]byte, chunk)
	for {
		if err := ctx.Err(); err != nil {
			return Object{}, interrupted(err)
		}
		n, err := r.Read(buf)
		size += int64(n)
		if size > limit {
			return Object{}, tooLarge(limit)
		}
		sum.Write(buf[:n])
		if _, werr := w.Write(buf[:n]); werr != nil {
			return Object{}, werr
		}
		switch {
		case errors.Is(err, io.EOF):
			return Object{Digest: digestOf(sum), Size: size}, nil
		case err != nil:
			return Object{}, brokenOff(ctx, err)
		}
	}
}

func digestOf(sum hash.Hash) string { return hex.EncodeToString(sum.Sum(nil)) }

func missing(cause error) error {
	return fault.Wrap(cause, fault.NotFound, "这份文件已经不在了，请联系社区重新上传")
}

func unreachable(cause error) error {
	return fault.Wrap(cause, fault.Busy, "存照片的地方暂时连不上。文字可以照常填写，照片和附件请过几分钟再传")
}

func full(cause error) error {
	return fault.Wrap(cause, fault.Busy, "存照片的地方满了，这份文件没有存上。请稍后再试，或打社区电话")
}

func interrupted(cause error) error {
	return fault.Wrap(cause, fault.Busy, "传到一半断开了，请再试一次")
}

func corrupt(digest, found string) error {
	cause := fmt.Errorf("object %s: %w: %s", digest, ErrCorrupt, found)
	return fault.Wrap(cause, fault.Internal, "这份文件在存放时损坏了，请联系社区重新上传")
}

// brokenOff names an upload whose sender failed us. A fault of the sender's own reader is passed on as it is.
func brokenOff(ctx context.Context, cause error) error {
	if err := ctx.Err(); err != nil {
		return interrupted(err)
	}
	if _, ok := errors.AsType[*fault.Error](cause); ok {
		return cause
	}
	return fault.Wrap(cause, fault.Invalid, "文件没有传完，请重新选一次")
}

func tooLarge(limit int64) error {
	return fault.New(fault.Invalid, "这份文件太大了，最多 %s。请压缩后再传，或发截图", sizeText(limit))
}

// sizeText writes a limit the way people read it.
func sizeText(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	default:
		return fmt.Sprintf("%d B", n)
	}
}
