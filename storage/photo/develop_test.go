package photo_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

// memory is what one run allocates in all.
func memory(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Every form of the same picture develops to the same picture.
func TestEveryForm(t *testing.T) {
	original := decoded(t, file(t, "plain.png"))
	for name, limit := range map[string]float64{
		"plain.png": 4, "interlaced.png": 4, "deep.png": 4, "palette.png": 8, "lossless.webp": 4, "lossy.webp": 6,
		"progressive.jpg": 6, "sampling-1x1.jpg": 6, "sampling-2x1.jpg": 6, "sampling-1x2.jpg": 6, "sampling-4x1.jpg": 7, "cmyk.jpg": 7,
	} {
		if d := difference(t, develop(t, file(t, name), 200), original); d > limit {
			t.Errorf("%s differs from the original by %.1f levels; want at most %.0f", name, d, limit)
		}
	}
	onPaper := painted(96, 72, func(x, y int) color.NRGBA {
		r, g, b, _ := original.At(x, y).RGBA()
		return color.NRGBA{uint8((r/257 + 255) / 2), uint8((g/257 + 255) / 2), uint8((b/257 + 255) / 2), 255}
	})
	if d := difference(t, develop(t, file(t, "alpha.webp"), 200), onPaper); d > 6 {
		t.Errorf("a half transparent picture is not on white paper: %.1f levels off", d)
	}
	blank := painted(96, 72, func(int, int) color.NRGBA { return color.NRGBA{255, 255, 255, 255} })
	if d := difference(t, develop(t, file(t, "clear.png"), 200), blank); d > 1 {
		t.Errorf("a transparent picture is not white paper: %.1f levels off", d)
	}
	grey := develop(t, file(t, "gray.jpg"), 200)
	if c := color.NRGBAModel.Convert(grey.At(40, 30)).(color.NRGBA); c.R != c.G || c.G != c.B {
		t.Errorf("a grey photo came out coloured: %v", c)
	}
}

// stored lays an upright picture out the way a camera held in EXIF's position would store it. The table is EXIF's own:
// which side of the picture the first stored row and the first stored column are.
func stored(m image.Image, orientation int) image.Image {
	rowSide := [...]string{1: "top", "top", "bottom", "bottom", "left", "right", "right", "left"}[orientation]
	colSide := [...]string{1: "left", "right", "right", "left", "top", "top", "bottom", "bottom"}[orientation]
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	outW, outH := w, h
	if orientation >= 5 {
		outW, outH = h, w
	}
	at := func(side string, n int, x, y *int) {
		switch side {
		case "top":
			*y = n
		case "bottom":
			*y = h - 1 - n
		case "left":
			*x = n
		case "right":
			*x = w - 1 - n
		}
	}
	return painted(outW, outH, func(col, row int) color.NRGBA {
		var x, y int
		at(rowSide, row, &x, &y)
		at(colSide, col, &x, &y)
		return color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
	})
}

func TestUprightInAllEightPositions(t *testing.T) {
	for _, size := range [][2]int{{400, 300}, {161, 90}} {
		upright := scenery(size[0], size[1])
		for orientation := 1; orientation <= 8; orientation++ {
			b := sketch.Annotate(asJPEG(t, stored(upright, orientation), 95), sketch.Notes{Orientation: orientation})
			info := inspected(t, b)
			if w, h := info.Upright(); w != size[0] || h != size[1] {
				t.Errorf("position %d: upright %d×%d; want %v", orientation, w, h, size)
			}
			if d := difference(t, develop(t, b, 1600), upright); d > 3 {
				t.Errorf("position %d of %v: %.1f levels off; it is not upright", orientation, size, d)
			}
		}
	}
}

// Copies are never larger than asked, keep their shape, are never enlarged, and match a plain average of areas.
func TestSizes(t *testing.T) {
	for _, c := range []struct{ w, h, side, wantW, wantH int }{
		{800, 600, 320, 320, 240}, {600, 800, 320, 240, 320}, {300, 200, 320, 300, 200}, {1000, 1, 320, 320, 1},
		{1, 1, 320, 1, 1}, {2, 3, 320, 2, 3}, {641, 479, 320, 320, 239}, {333, 777, 100, 43, 100}, {5, 3, 1, 1, 1},
	} {
		m := greyed(scenery(c.w, c.h))
		out, err := photo.NewDarkroom(1).Derive(t.Context(), bytes.NewReader(asPNG(t, m)), c.side, 100)
		if err != nil {
			t.Fatal(err)
		}
		got := decoded(t, out)
		if b := got.Bounds(); b.Dx() != c.wantW || b.Dy() != c.wantH {
			t.Errorf("%d×%d at %d is %v; want %d×%d", c.w, c.h, c.side, b, c.wantW, c.wantH)
			continue
		}
		if d := difference(t, got, averaged(m, c.wantW, c.wantH)); d > 1 {
			t.Errorf("%d×%d at %d: %.1f levels from the average of areas", c.w, c.h, c.side, d)
		}
	}
}

// greyed keeps only brightness, which JPEG keeps in full detail.
func greyed(m *image.NRGBA) image.Image {
	return painted(m.Rect.Dx(), m.Rect.Dy(), func(x, y int) color.NRGBA {
		v := color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y
		return color.NRGBA{v, v, v, 255}
	})
}

func TestAllCopiesFromOneDecode(t *testing.T) {
	b := sketch.Draw(4, sketch.Panorama, "邻里同心")
	decodes := 0
	original := decoded(t, b)
	t.Cleanup(photo.WithDecoder(photo.JPEG, func(r io.Reader) (image.Image, error) {
		decodes++
		_, err := io.Copy(io.Discard, r)
		return original, err
	}))
	sizes := []photo.Size{photo.Thumb, photo.Screen, {Side: 64, Quality: 60}, {Side: 320, Quality: 30}}
	dev, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(b), photo.Order{Sizes: sizes})
	if err != nil || decodes != 1 {
		t.Fatalf("%d decodes, %v", decodes, err)
	}
	for i, c := range dev.Copies {
		m := decoded(t, c.JPEG)
		want := [...]int{320, 1200, 64, 320}[i]
		if c.Size != sizes[i] || c.Width != want || c.Height != want*3/4 || m.Bounds().Dx() != c.Width || m.Bounds().Dy() != c.Height {
			t.Errorf("copy %d is %v of %d×%d, asked %v", i, m.Bounds(), c.Width, c.Height, sizes[i])
		}
	}
	if len(dev.Copies[3].JPEG) >= len(dev.Copies[0].JPEG) {
		t.Error("quality 30 is no smaller than the thumb's")
	}
}

// Hidden parts are grey in every copy, with no rim of what was there.
func TestHide(t *testing.T) {
	red := painted(800, 600, func(x, y int) color.NRGBA { return color.NRGBA{230, 30, 30, 255} })
	dev, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(asJPEG(t, red, 95)), photo.Order{
		Sizes: []photo.Size{{Side: 800, Quality: 95}, {Side: 200, Quality: 95}},
		Hide:  []photo.Box{{X: 0.25, Y: 0.5, W: 0.1251, H: 0.2}, {X: 0.9, Y: 0.9, W: 5, H: 5}, {X: -3, Y: -3, W: 3.1, H: 3.1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range dev.Copies {
		m := decoded(t, c.JPEG)
		shade := func(u, v float64) color.NRGBA {
			return color.NRGBAModel.Convert(m.At(int(u*float64(c.Width)), int(v*float64(c.Height)))).(color.NRGBA)
		}
		for _, p := range [][2]float64{{0.3, 0.6}, {0.26, 0.52}, {0.365, 0.69}, {0.95, 0.95}, {0.05, 0.05}} {
			if got := shade(p[0], p[1]); max(got.R, got.G, got.B)-min(got.R, got.G, got.B) > 24 {
				t.Errorf("side %d: at %v the hidden colour shows: %v", c.Size.Side, p, got)
			}
		}
		if got := shade(0.6, 0.3); got.R < 200 || got.G > 60 {
			t.Errorf("side %d: what need not be hidden is %v", c.Size.Side, got)
		}
	}
}

// A decoder that panics is an unreadable photo, and its seat is free again.
func TestPanicIsAnError(t *testing.T) {
	b := asJPEG(t, scenery(40, 30), 80)
	d := photo.NewDarkroom(1)
	undo := photo.WithDecoder(photo.JPEG, func(io.Reader) (image.Image, error) { panic("index out of range") })
	_, err := d.Derive(t.Context(), bytes.NewReader(b), 320, 80)
	undo()
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a panicking decoder: %v; want Invalid", err)
	}
	if _, err := d.Derive(t.Context(), bytes.NewReader(b), 320, 80); err != nil {
		t.Errorf("the next photo: %v", err)
	}
}

// A decoder whose picture is not of the size the header promised is not believed.
func TestPictureMustMatchHeader(t *testing.T) {
	t.Cleanup(photo.WithDecoder(photo.JPEG, func(io.Reader) (image.Image, error) {
		return image.NewYCbCr(image.Rect(0, 0, 9000, 9000), image.YCbCrSubsampleRatio420), nil
	}))
	_ = refused(t, "another size", asJPEG(t, scenery(40, 30), 80))
}

// No more photos are decoded at once than there are seats, and waiting ends with the request.
func TestSeats(t *testing.T) {
	b := asJPEG(t, scenery(40, 30), 80)
	var now, most atomic.Int32
	gate := make(chan struct{})
	t.Cleanup(photo.WithDecoder(photo.JPEG, func(io.Reader) (image.Image, error) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-gate
		now.Add(-1)
		return image.NewYCbCr(image.Rect(0, 0, 40, 30), image.YCbCrSubsampleRatio420), nil
	}))
	d := photo.NewDarkroom(2)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := d.Derive(t.Context(), bytes.NewReader(b), 320, 80); err != nil {
				t.Error(err)
			}
		})
	}
	for now.Load() < 2 {
		runtime.Gosched()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := d.Derive(ctx, bytes.NewReader(b), 320, 80); !fault.Is(err, fault.Busy) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting past the deadline: %v; want Busy", err)
	}
	close(gate)
	all.Wait()
	if most.Load() != 2 {
		t.Errorf("%d were decoded at once; want 2", most.Load())
	}
}

// A 12-megapixel photo is never held as RGB: all its planes and copies together stay small.
func TestMemoryOfLargePhoto(t *testing.T) {
	b := asJPEG(t, large(4000, 3000), 85)
	used := memory(func() {
		if _, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(b), photo.Order{Sizes: []photo.Size{photo.Screen, photo.Thumb}}); err != nil {
			t.Error(err)
		}
	})
	if used > 48<<20 {
		t.Errorf("developing 12 MP allocated %d MB; want at most 48", used>>20)
	}
}

// large is a picture of broad shapes with a little grain, about as heavy as a phone's photo and quick to make.
func large(w, h int) image.Image {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	for y := range h {
		for x := range w {
			m.Y[y*w+x] = uint8(90 + (x/37+y/29)%80 + (x*7919+y*104729)>>3%6)
		}
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = uint8(110+i/(w*20)%30), uint8(150-i/(w*31)%30)
	}
	return m
}

func BenchmarkDevelop(b *testing.B) {
	for _, size := range [][2]int{{2048, 1536}, {4000, 3000}, {8064, 6048}} {
		b.Run(fmt.Sprintf("%dMP", size[0]*size[1]/1_000_000), func(b *testing.B) {
			source := asJPEG(b, large(size[0], size[1]), 85)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := photo.NewDarkroom(1).Develop(b.Context(), bytes.NewReader(source), photo.Order{Sizes: []photo.Size{photo.Screen, photo.Thumb}}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(source))/1e6, "MB/photo")
		})
	}
}

// The thumbnail of a photo that the browser has already made smaller.
func BenchmarkThumb(b *testing.B) {
	source := asJPEG(b, large(2048, 1536), 80)
	for b.Loop() {
		if _, err := photo.NewDarkroom(1).Derive(b.Context(), bytes.NewReader(source), photo.Thumb.Side, photo.Thumb.Quality); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInspect(b *testing.B) {
	source := sketch.DrawWithEXIF(1, sketch.Panorama, "", time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC), 34, 112)
	for b.Loop() {
		if _, err := photo.Inspect(bytes.NewReader(source)); err != nil {
			b.Fatal(err)
		}
	}
}
