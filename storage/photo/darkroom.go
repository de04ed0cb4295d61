package photo

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"slices"

	"seedbed/domain/fault"
)

// Size is a copy to develop: its longest side in pixels, never enlarged, and its JPEG quality.
type Size struct{ Side, Quality int }

// The two copies pages use: one to look at, one for lists.
var (
	Screen = Size{Side: 1600, Quality: 80}
	Thumb  = Size{Side: 320, Quality: 76}
)

// Box is a part of the upright picture, in fractions of its width and height, that no copy may show: a child's face,
// a number plate.
type Box struct{ X, Y, W, H float64 }

// Order says what to develop from a photo.
type Order struct {
	Sizes []Size
	Hide  []Box // painted over in every copy; the fingerprint is of the picture as it was
}

// Copy is one developed picture: JPEG of nothing but the picture.
type Copy struct {
	Size          Size
	Width, Height int
	JPEG          []byte
}

// Developed is all that one decode gives.
type Developed struct {
	Info        Info
	Copies      []Copy // in the order asked for
	Fingerprint Fingerprint
}

// Darkroom develops photos, a few at a time: a decoded photo takes up to 256 MB, so the number at once is what bounds
// the process.
type Darkroom struct{ seats chan struct{} }

// NewDarkroom makes a darkroom for that many photos at once, at least one.
func NewDarkroom(atOnce int) *Darkroom {
	return &Darkroom{seats: make(chan struct{}, max(1, atOnce))}
}

// Derive develops one copy of the photo.
func (d *Darkroom) Derive(ctx context.Context, r io.ReadSeeker, side, quality int) ([]byte, error) {
	dev, err := d.Develop(ctx, r, Order{Sizes: []Size{{side, quality}}})
	if err != nil {
		return nil, err
	}
	return dev.Copies[0].JPEG, nil
}

// Develop inspects the photo and makes all copies from one decode. It waits for a seat no longer than ctx lasts.
func (d *Darkroom) Develop(ctx context.Context, r io.ReadSeeker, order Order) (Developed, error) {
	info, err := Inspect(r)
	if err != nil {
		return Developed{}, err
	}
	select {
	case d.seats <- struct{}{}:
		defer func() { <-d.seats }()
	case <-ctx.Done():
		return Developed{}, busy(ctx)
	}
	if ctx.Err() != nil {
		return Developed{}, busy(ctx)
	}
	base, err := printUpright(r, info, order.largest())
	if err != nil {
		return Developed{}, unreadable(err)
	}
	dev := Developed{Info: info, Copies: make([]Copy, len(order.Sizes)), Fingerprint: fingerprint(base)}
	hide(base, order.Hide)
	bySize := make([]int, len(order.Sizes))
	for i := range bySize {
		bySize[i] = i
	}
	slices.SortFunc(bySize, func(a, b int) int { return cmp.Compare(order.Sizes[b].Side, order.Sizes[a].Side) })
	for _, i := range bySize { // each smaller copy from the one before
		base = shrink(base, order.Sizes[i].Side)
		if dev.Copies[i], err = encode(base, order.Sizes[i]); err != nil {
			return Developed{}, err
		}
	}
	return dev, nil
}

func busy(ctx context.Context) error {
	return fault.Wrap(ctx.Err(), fault.Busy, "照片正在排队处理，请稍后再看")
}

// largest is the side to scale the full picture to: all copies come from it, and the fingerprint.
func (o Order) largest() int {
	side := Thumb.Side
	for _, s := range o.Sizes {
		side = max(side, s.Side)
	}
	return side
}

// printUpright decodes the photo into an upright picture no larger than side, holding the full one no longer than it must.
func printUpright(r io.ReadSeeker, info Info, side int) (*image.YCbCr, error) {
	full, err := decode(r, info)
	if err != nil {
		return nil, err
	}
	w, h := fit(info.Width, info.Height, side)
	return turn(project(full, info.Kind, w, h), info.Orientation), nil
}

// decode reads the whole file, so that a reader which verifies its content gets to do so.
func decode(r io.ReadSeeker, info Info) (full image.Image, err error) {
	defer func() {
		if p := recover(); p != nil {
			full, err = nil, fmt.Errorf("photo: %s decoder: %v", info.Kind, p)
		}
	}()
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(r, 64<<10)
	full, err = codecs[info.Kind].decode(in)
	if err != nil {
		return nil, err
	}
	if b := full.Bounds(); b.Dx() != info.Width || b.Dy() != info.Height {
		return nil, fmt.Errorf("photo: the header says %d×%d, the picture is %v", info.Width, info.Height, b)
	}
	_, err = io.Copy(io.Discard, in)
	return full, err
}

// fit is the size of a picture whose longest side may be side; it is never enlarged.
func fit(w, h, side int) (int, int) {
	longest := max(w, h)
	if longest <= side {
		return w, h
	}
	scaled := func(n int) int { return max(1, (2*n*side+longest)/(2*longest)) }
	return scaled(w), scaled(h)
}

// hide paints boxes over with plain grey: unlike a mosaic, nothing of what was there can be computed back.
func hide(m *image.YCbCr, boxes []Box) {
	w, h := float64(m.Rect.Dx()), float64(m.Rect.Dy())
	for _, b := range boxes {
		// Outwards to whole chroma blocks, so that no rim of colour is left.
		area := image.Rect(int(b.X*w)&^1, int(b.Y*h)&^1, int((b.X+b.W)*w+2)&^1, int((b.Y+b.H)*h+2)&^1).Intersect(m.Rect)
		for y := area.Min.Y; y < area.Max.Y; y++ {
			row, chroma := y*m.YStride, y/2*m.CStride
			for x := area.Min.X; x < area.Max.X; x++ {
				m.Y[row+x], m.Cb[chroma+x/2], m.Cr[chroma+x/2] = 128, 128, 128
			}
		}
	}
}

// encode writes the picture and nothing else.
func encode(m *image.YCbCr, s Size) (Copy, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: s.Quality}); err != nil {
		return Copy{}, err
	}
	return Copy{Size: s, Width: m.Rect.Dx(), Height: m.Rect.Dy(), JPEG: out.Bytes()}, nil
}
