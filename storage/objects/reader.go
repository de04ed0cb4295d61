package objects

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
)

// Reader reads one object and can be moved, so it serves ranges. Read through from the first byte it also checks the
// content, and a damaged object fails before its last byte is given: nobody ever receives a whole wrong file.
// A Reader is for one goroutine.
type Reader struct {
	ctx    context.Context // the request that opened it; reading ends with it
	object Object
	open   func(offset int64) (io.ReadCloser, error) // the engine's content from an offset on

	at     int64         // where the next Read begins
	body   io.ReadCloser // content from bodyAt on, nil before the first Read after a move
	bodyAt int64
	sum    hash.Hash // of the first summed bytes
	summed int64
}

func newReader(ctx context.Context, o Object, open func(int64) (io.ReadCloser, error)) *Reader {
	return &Reader{ctx: ctx, object: o, open: open, sum: sha256.New()}
}

// Object tells what is being read.
func (r *Reader) Object() Object { return r.object }

// Size is the length of the whole object in bytes.
func (r *Reader) Size() int64 { return r.object.Size }

// Read gives the next bytes.
func (r *Reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, interrupted(err)
	}
	if r.at >= r.object.Size {
		return 0, r.end()
	}
	if err := r.reach(); err != nil {
		return 0, err
	}
	p = p[:min(int64(len(p)), r.object.Size-r.at)]
	n, err := r.body.Read(p)
	r.note(p[:n])
	if r.at == r.object.Size {
		if err := r.end(); !errors.Is(err, io.EOF) {
			return 0, err
		}
		return n, nil
	}
	switch {
	case errors.Is(err, io.EOF):
		return n, corrupt(r.object.Digest, fmt.Sprintf("ends after %d of %d bytes", r.at, r.object.Size))
	case err != nil && r.ctx.Err() != nil:
		return n, interrupted(r.ctx.Err())
	case err != nil:
		return n, unreachable(err)
	}
	return n, nil
}

// reach makes body stand where the next Read begins.
func (r *Reader) reach() error {
	if r.body != nil && r.bodyAt == r.at {
		return nil
	}
	if err := r.Close(); err != nil {
		return err
	}
	body, err := r.open(r.at)
	if err != nil {
		return err
	}
	r.body, r.bodyAt = body, r.at
	return nil
}

// note moves on by the bytes just read, and hashes them when they follow what was hashed before.
func (r *Reader) note(p []byte) {
	if r.at == 0 {
		r.sum.Reset()
		r.summed = 0
	}
	if r.summed == r.at {
		r.sum.Write(p)
		r.summed += int64(len(p))
	}
	r.at += int64(len(p))
	r.bodyAt = r.at
}

// end is io.EOF, unless everything was read and is not what was stored.
func (r *Reader) end() error {
	if r.summed != r.object.Size {
		return io.EOF // a range: too little was read to judge
	}
	if found := digestOf(r.sum); found != r.object.Digest {
		return corrupt(r.object.Digest, "found "+found)
	}
	return io.EOF
}

// Seek moves the place of the next Read. Nothing is fetched until then.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.object.Size
	}
	if offset < 0 {
		return 0, fmt.Errorf("objects: seek to %d", offset)
	}
	r.at = offset
	return offset, nil
}

// Close lets go of the store.
func (r *Reader) Close() error {
	if r.body == nil {
		return nil
	}
	body := r.body
	r.body = nil
	return body.Close()
}
