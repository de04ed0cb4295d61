package sketch_test

import (
	"bytes"
	"image/jpeg"
	"testing"
	"time"

	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

const title = "楼道口的旧衣改造坊"

func look(t *testing.T, b []byte) photo.Fingerprint {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return photo.HashImage(m)
}

// Two hundred pictures, a third of a hundred of each scene, are two hundred different pictures, within a scene and across
// scenes: otherwise the sample district would be full of false warnings about reused photos.
func TestSeedsDiffer(t *testing.T) {
	const each = 34
	var prints []photo.Fingerprint
	for _, scene := range sketch.Scenes() {
		first := len(prints)
		for seed := range int64(each) {
			b := sketch.Draw(seed, scene, title)
			if len(b) > 120<<10 {
				t.Errorf("%s %d takes %d KB; want at most 120", scene, seed, len(b)>>10)
			}
			prints = append(prints, look(t, b))
		}
		mostlyApart(t, string(scene), prints[first:])
	}
	mostlyApart(t, "all scenes", prints)
}

func mostlyApart(t *testing.T, what string, prints []photo.Fingerprint) {
	t.Helper()
	alike, pairs := 0, 0
	for i := range prints {
		for j := range i {
			pairs++
			if photo.Distance(prints[i], prints[j]) <= 10 {
				alike++
			}
		}
	}
	if alike*20 > pairs {
		t.Errorf("%s: %d of %d pairs look alike; want at most one in twenty", what, alike, pairs)
	}
}

func TestSameSeedSamePicture(t *testing.T) {
	for _, scene := range sketch.Scenes() {
		if !bytes.Equal(sketch.Draw(7, scene, title), sketch.Draw(7, scene, title)) {
			t.Errorf("%s: seed 7 drew two pictures", scene)
		}
	}
}

// Text shows when the font has all of it; with a character it lacks the banner stays blank, never misspelt.
func TestTextIsWhole(t *testing.T) {
	blank := sketch.Draw(3, sketch.Panorama, "")
	if bytes.Equal(sketch.Draw(3, sketch.Panorama, title), blank) {
		t.Error("the banner's text does not show")
	}
	if !bytes.Equal(sketch.Draw(3, sketch.Panorama, title+"𠮷"), blank) {
		t.Error("a text with a character the font lacks was drawn in part")
	}
}

func TestNotesReadBack(t *testing.T) {
	at := time.Date(2026, 8, 15, 9, 41, 7, 0, time.FixedZone("", 8*3600))
	b := sketch.DrawWithEXIF(1, sketch.Process, title, at, 34.663041, 112.434468)
	info, err := photo.Inspect(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if info.TakenAt == nil || !info.TakenAt.Equal(at) || !info.ZoneKnown {
		t.Errorf("taken at %v (zone known: %t); want %v", info.TakenAt, info.ZoneKnown, at)
	}
	if info.Lat == nil || abs(*info.Lat-34.663041) > 1e-5 || abs(*info.Lon-112.434468) > 1e-5 {
		t.Errorf("taken at %v, %v", info.Lat, info.Lon)
	}
	if info.Camera != "Seedbed Sketch" || info.Width != 1200 || info.Height != 900 || info.Orientation != 1 {
		t.Errorf("info = %+v", info)
	}
}

func abs(f float64) float64 { return max(f, -f) }

func BenchmarkDraw(b *testing.B) {
	for _, scene := range sketch.Scenes() {
		b.Run(string(scene), func(b *testing.B) {
			size := 0
			for n := range b.N {
				size += len(sketch.Draw(int64(n), scene, title))
			}
			b.ReportMetric(float64(size)/float64(b.N)/1024, "KB/picture")
		})
	}
}
