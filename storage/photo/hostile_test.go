package photo_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

// corpus is every form of photo we have, small enough to be broken thousands of times.
func corpus(t testing.TB) [][]byte {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	var out [][]byte
	for _, e := range entries {
		if !e.IsDir() {
			out = append(out, file(t, e.Name()))
		}
	}
	at := time.Date(2026, 8, 15, 9, 0, 0, 0, clock.Shanghai)
	return append(out, sketch.Annotate(asJPEG(t, scenery(64, 48), 70), sketch.Notes{TakenAt: at, Lat: 34, Lon: 112, Orientation: 6, Camera: "C"}))
}

// survives develops whatever it is given: the answer is copies or an Invalid fault, never anything else.
func survives(t testing.TB, b []byte) (developed bool) {
	t.Helper()
	dev, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(b), photo.Order{Sizes: []photo.Size{photo.Thumb}})
	if err != nil {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%d bytes: %v; want Invalid", len(b), err)
		}
		return false
	}
	if len(dev.Copies) != 1 || len(dev.Copies[0].JPEG) == 0 {
		t.Errorf("%d bytes: no error and no copy", len(b))
	}
	return true
}

func TestBrokenFiles(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	files := corpus(t)
	good := 0
	for range 500 {
		b := bytes.Clone(files[r.IntN(len(files))])
		switch r.IntN(4) {
		case 0:
			b = b[:r.IntN(len(b))]
		case 1:
			at := r.IntN(len(b))
			b = append(b[:at], b[min(len(b), at+r.IntN(64)):]...)
		case 2:
			other := files[r.IntN(len(files))]
			b = append(b[:r.IntN(len(b))], other[r.IntN(len(other)):]...)
		default:
			for range 1 + r.IntN(12) {
				b[r.IntN(len(b))] = byte(r.IntN(256))
			}
		}
		if survives(t, b) {
			good++
		}
	}
	if good == 0 || good == 500 {
		t.Errorf("%d of 500 broken files developed; the damage is not of the right kind", good)
	}
}

func FuzzDevelop(f *testing.F) {
	for _, b := range corpus(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { survives(t, b) })
}
