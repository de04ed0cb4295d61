package photo

import (
	"errors"
	"fmt"
	"io"
)

const (
	pageSize = 256 << 10
	headSize = 4 << 10
	tailSize = 22 + 65535 // an archive's end record with the longest comment: what hides needs to see
)

// pages lets the header readers jump about in a file while the source, perhaps an object far away, is asked only for
// whole pages: two of them for nearly every photo.
type pages struct {
	source io.ReadSeeker
	size   int64
	at     int64
	page   []byte
	pageAt int64
}

func newPages(r io.ReadSeeker) (*pages, error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	p := &pages{source: r, size: size, page: make([]byte, 0, pageSize), pageAt: -1}
	if size > 0 {
		err = p.load(0)
	}
	return p, err
}

func (p *pages) load(at int64) error {
	p.pageAt = -1
	if _, err := p.source.Seek(at, io.SeekStart); err != nil {
		return err
	}
	page := p.page[:min(pageSize, p.size-at)]
	if _, err := io.ReadFull(p.source, page); err != nil {
		return err
	}
	p.page, p.pageAt = page, at
	return nil
}

// Read implements io.Reader.
func (p *pages) Read(b []byte) (int, error) {
	if p.at >= p.size {
		return 0, io.EOF
	}
	if p.pageAt < 0 || p.at < p.pageAt || p.at >= p.pageAt+int64(len(p.page)) {
		if err := p.load(p.at / pageSize * pageSize); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.page[p.at-p.pageAt:])
	p.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (p *pages) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += p.at
	case io.SeekEnd:
		offset += p.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("photo: seek to %d", offset)
	}
	p.at = offset
	return offset, nil
}

// rewind goes back to the first byte.
func (p *pages) rewind() { p.at = 0 }

// head is the beginning of the file; valid until the next Read.
func (p *pages) head() []byte { return p.page[:min(headSize, len(p.page))] }

// tail is the end of the file.
func (p *pages) tail() ([]byte, error) {
	p.at = max(0, p.size-tailSize)
	b := make([]byte, p.size-p.at)
	if _, err := io.ReadFull(p, b); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return b, nil
}
