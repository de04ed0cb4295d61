// Package photo is the house's darkroom: it tells what a file really is, reads when and where a photo was taken, and
// develops the copies that may be shown — upright, small, and without any of the camera's notes. It knows no database
// and no store, and it treats every file as hostile: sizes are judged from the header before anything is decoded,
// memory and the number of decodes at once are bounded, and a decoder that panics is an error like any other.
package photo

import (
	"errors"
	"io"
	"time"

	"seedbed/domain/fault"
)

const (
	maxPixels = 50_000_000 // no phone's ordinary photo is larger; more is a mistake or an attack
	maxSide   = 12_000
	maxMemory = 256 << 20 // bytes the decoded picture may take; only progressive JPEG and 16-bit PNG get near it
	maxScans  = 100       // a progressive JPEG has about ten; a small file of thousands keeps a decoder busy for minutes
)

// Info is what a photo tells of itself.
type Info struct {
	Kind          Kind
	Width, Height int // as stored; see Upright
	Orientation   int // EXIF's 1 to 8; 1 when the photo does not say

	TakenAt   *time.Time // nil when the photo does not say, as after most chat apps
	ZoneKnown bool       // false: the photo gave no offset and TakenAt was read as district time
	Lat, Lon  *float64   // degrees, both or neither
	Camera    string     // maker and model
}

// Upright is the size of the photo as it is meant to be seen.
func (i Info) Upright() (width, height int) {
	if i.Orientation >= 5 {
		return i.Height, i.Width
	}
	return i.Width, i.Height
}

// Inspect tells what the file is and what it says of itself, without decoding it. What is not a photo the house takes,
// is too large to decode, or hides something else inside is refused with an Invalid fault that says what to do.
// It reads little: the beginning, the end, and for progressive JPEG once through.
func Inspect(r io.ReadSeeker) (Info, error) {
	p, err := newPages(r)
	if err != nil {
		return Info{}, unreadable(err)
	}
	kind := Sniff(p.head())
	if err := kind.refusal(); err != nil {
		return Info{}, err
	}
	head, err := readHeader(p, kind)
	if err != nil {
		return Info{}, unreadable(err)
	}
	if head.width > maxSide || head.height > maxSide || head.width*head.height > maxPixels || head.memory > maxMemory {
		return Info{}, fault.New(fault.Invalid, "这张照片太大了（%d×%d）。请用相机的普通模式重拍，或发截图", head.width, head.height)
	}
	tail, err := p.tail()
	if err != nil {
		return Info{}, unreadable(err)
	}
	if hides(tail) {
		return Info{}, Mixed.refusal()
	}
	info := Info{Kind: kind, Width: head.width, Height: head.height, Orientation: 1}
	info.readNotes(p)
	return info, nil
}

// unreadable names a file that cannot be decoded. A fault of the reader itself, such as a store that went away, is
// passed on: the photo is not to blame.
func unreadable(cause error) error {
	if _, ok := errors.AsType[*fault.Error](cause); ok {
		return cause
	}
	return fault.Wrap(cause, fault.Invalid, "这张照片打不开，可能没传完。请重新选一次")
}
