package photo_test

import (
	"bytes"
	"image"
	"image/color"
	"testing"

	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

func printOf(t *testing.T, b []byte) photo.Fingerprint {
	t.Helper()
	dev, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(b), photo.Order{})
	if err != nil {
		t.Fatal(err)
	}
	return dev.Fingerprint
}

// altered is the picture after a change of every pixel's colour.
func altered(m image.Image, change func(v float64) float64) image.Image {
	b := m.Bounds()
	return painted(b.Dx(), b.Dy(), func(x, y int) color.NRGBA {
		c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
		to := func(v uint8) uint8 { return uint8(min(max(change(float64(v)), 0), 255)) }
		return color.NRGBA{to(c.R), to(c.G), to(c.B), 255}
	})
}

// cut is the picture without a rim.
func cut(m image.Image, rim int) image.Image {
	b := m.Bounds()
	return painted(b.Dx()-2*rim, b.Dy()-2*rim, func(x, y int) color.NRGBA {
		return color.NRGBAModel.Convert(m.At(x+rim, y+rim)).(color.NRGBA)
	})
}

// What people do to a photo before they send it a second time leaves its fingerprint recognisable; a stranger's
// photo stays a stranger's.
func TestCopiesAreRecognised(t *testing.T) {
	for n, scene := range sketch.Scenes() {
		m := develop(t, sketch.Draw(int64(40+n), scene, "楼道口的旧衣改造坊"), 480)
		original := printOf(t, asJPEG(t, m, 90))
		for what, copied := range map[string][]byte{
			"sent through a chat":  asJPEG(t, develop(t, asJPEG(t, m, 45), 360), 60),
			"as a screenshot":      asPNG(t, m),
			"brighter":             asJPEG(t, altered(m, func(v float64) float64 { return v*1.12 + 14 }), 80),
			"darker, less colour":  asJPEG(t, altered(m, func(v float64) float64 { return 20 + v*0.75 }), 80),
			"without its rim":      asJPEG(t, cut(m, 3), 80),
			"turned and annotated": sketch.Annotate(asJPEG(t, stored(m, 6), 85), sketch.Notes{Orientation: 6}),
		} {
			if d := photo.Distance(original, printOf(t, copied)); d > photo.Same {
				t.Errorf("%s %s: %d bits apart; want at most %d", scene, what, d, photo.Same)
			}
		}
		for orientation := 2; orientation <= 8; orientation++ {
			turned := printOf(t, asJPEG(t, stored(m, orientation), 85))
			if d := photo.Distance(original, turned); d > 4 {
				t.Errorf("%s stored in position %d: %d bits apart", scene, orientation, d)
			}
		}
		if d := photo.Distance(original, printOf(t, sketch.Draw(int64(90+n), scene, "楼道口的旧衣改造坊"))); d <= photo.Same {
			t.Errorf("%s: another picture is only %d bits away", scene, d)
		}
	}
}

// The eight fingerprints are those of the eight positions, and the way there and back is the same.
func TestTurns(t *testing.T) {
	m := develop(t, sketch.Draw(11, sketch.People, ""), 480)
	turns := photo.HashImage(m).Turns()
	for orientation := 1; orientation <= 8; orientation++ {
		f := photo.HashImage(stored(m, orientation))
		least := 64
		for _, turn := range turns {
			d := 0
			for bits := f ^ turn; bits != 0; bits &= bits - 1 {
				d++
			}
			least = min(least, d)
		}
		if least > 4 {
			t.Errorf("position %d is %d bits from each of the eight", orientation, least)
		}
	}
	seen := map[photo.Fingerprint]bool{}
	for _, turn := range turns {
		seen[turn] = true
		if photo.Distance(turns[0], turn) != 0 || photo.Distance(turn, turns[0]) != 0 {
			t.Errorf("%x and %x are not the same photo", turns[0], turn)
		}
	}
	if len(seen) != 8 || turns[0] != photo.HashImage(m) {
		t.Errorf("%d different fingerprints of eight", len(seen))
	}
}
