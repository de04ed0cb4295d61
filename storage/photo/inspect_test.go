package photo_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

func inspected(t *testing.T, b []byte) photo.Info {
	t.Helper()
	info, err := photo.Inspect(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func TestInspectKinds(t *testing.T) {
	for name, kind := range map[string]photo.Kind{
		"plain.png": photo.PNG, "deep.png": photo.PNG, "interlaced.png": photo.PNG, "progressive.jpg": photo.JPEG,
		"cmyk.jpg": photo.JPEG, "lossy.webp": photo.WebP, "lossless.webp": photo.WebP, "alpha.webp": photo.WebP,
	} {
		info := inspected(t, file(t, name))
		if info.Kind != kind || info.Width != 96 || info.Height != 72 || info.Orientation != 1 || info.TakenAt != nil || info.Lat != nil {
			t.Errorf("%s: %+v", name, info)
		}
	}
}

// The camera's clock: with its offset, and without one, where the district's time is meant.
func TestTakenAt(t *testing.T) {
	plain := asJPEG(t, scenery(40, 30), 80)
	tokyo := time.FixedZone("", 9*3600)
	at := time.Date(2026, 6, 1, 23, 30, 5, 0, tokyo)
	withOffset := sketch.Annotate(plain, sketch.Notes{TakenAt: at})
	info := inspected(t, withOffset)
	if info.TakenAt == nil || !info.TakenAt.Equal(at) || !info.ZoneKnown {
		t.Errorf("with an offset: %v (known: %t); want %v", info.TakenAt, info.ZoneKnown, at)
	}
	withoutOffset := bytes.Replace(withOffset, []byte("+09:00"), []byte("      "), 1)
	want := time.Date(2026, 6, 1, 23, 30, 5, 0, clock.Shanghai)
	if info = inspected(t, withoutOffset); info.TakenAt == nil || !info.TakenAt.Equal(want) || info.ZoneKnown {
		t.Errorf("without an offset: %v (known: %t); want %v", info.TakenAt, info.ZoneKnown, want)
	}
	for _, never := range []string{"0000:00:00 00:00:00", "1970:01:01 00:00:00", "2026:13:45 99:00:00", "                   "} {
		b := bytes.Replace(withOffset, []byte("2026:06:01 23:30:05"), []byte(never), 1)
		if info = inspected(t, b); info.TakenAt != nil {
			t.Errorf("a clock that says %q was read as %v", never, info.TakenAt)
		}
	}
}

func TestPlace(t *testing.T) {
	plain := asJPEG(t, scenery(40, 30), 80)
	for _, c := range []struct{ lat, lon float64 }{{34.663041, 112.434468}, {-33.85678, -70.64827}, {0.5, -0.25}} {
		info := inspected(t, sketch.Annotate(plain, sketch.Notes{Lat: c.lat, Lon: c.lon}))
		if info.Lat == nil || info.Lon == nil || math.Abs(*info.Lat-c.lat) > 1e-5 || math.Abs(*info.Lon-c.lon) > 1e-5 {
			t.Errorf("%v came back as %v, %v", c, info.Lat, info.Lon)
		}
	}
	for _, c := range []struct{ lat, lon float64 }{{0, 1e-9}, {95, 10}, {10, 200}} {
		if info := inspected(t, sketch.Annotate(plain, sketch.Notes{Lat: c.lat, Lon: c.lon})); info.Lat != nil || info.Lon != nil {
			t.Errorf("the impossible place %v was believed: %v, %v", c, *info.Lat, *info.Lon)
		}
	}
}

// Notes in a PNG and a WebP are read as well; broken ones hide nothing of the photo itself.
func TestNotesElsewhereAndBroken(t *testing.T) {
	at := time.Date(2026, 6, 1, 8, 0, 0, 0, clock.Shanghai)
	annotated := sketch.Annotate(asJPEG(t, scenery(40, 30), 80), sketch.Notes{TakenAt: at, Lat: 34, Lon: 112, Camera: "Cam\x07era", Orientation: 6})
	length := int(binary.BigEndian.Uint16(annotated[4:]))
	tiff := string(annotated[2+4+6 : 4+length])
	info := inspected(t, annotated)
	if w, h := info.Upright(); w != 30 || h != 40 || info.Camera != "Camera" {
		t.Errorf("upright %d×%d, camera %q", w, h, info.Camera)
	}
	p := file(t, "plain.png")
	withNotes := append(append(bytes.Clone(p[:33]), chunk("eXIf", tiff)...), p[33:]...)
	if info := inspected(t, withNotes); info.TakenAt == nil || !info.TakenAt.Equal(at) || info.Lat == nil {
		t.Errorf("PNG notes: %+v", info)
	}
	for n := range len(tiff) {
		broken := []byte(tiff)
		broken[n] ^= 0xff
		b := append(append([]byte("\xff\xd8"), segment(0xe1, "Exif\x00\x00"+string(broken))...), annotated[4+length:]...)
		if info, err := photo.Inspect(bytes.NewReader(b)); err != nil || info.Width != 40 {
			t.Errorf("with byte %d of its notes broken the photo is %+v, %v", n, info, err)
		}
	}
}

// Sizes are judged by the header: a few hundred bytes that claim gigabytes cost next to nothing.
func TestBombsAreRefusedFromTheHeader(t *testing.T) {
	webp := []byte("RIFF\x2a\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\xff\x3f\x00\xff\x3f\x00VP8 \x0a\x00\x00\x00\x00\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f")
	for what, b := range map[string][]byte{
		"JPEG 65535²":         jpegClaiming(t, 65535, 65535),
		"JPEG 12001×10":       jpegClaiming(t, 12001, 10),
		"JPEG 8000×6251":      jpegClaiming(t, 8000, 6251),
		"PNG 65535²":          pngClaiming(65535, 65535, 8, 6),
		"PNG 30000²":          pngClaiming(30000, 30000, 8, 2),
		"PNG 50 MP of 16 bit": pngClaiming(10000, 5000, 16, 6),
		"WebP 16384²":         webp,
	} {
		used := memory(func() {
			if err := refused(t, what, b); !strings.Contains(fault.MessageOf(err).String(), "太大") {
				t.Errorf("%s was not refused for its size: %v", what, err)
			}
		})
		if used > 2<<20 {
			t.Errorf("%s: refusing took %d KB", what, used>>10)
		}
	}
	if _, err := photo.Inspect(bytes.NewReader(jpegClaiming(t, 8000, 6250))); err != nil {
		t.Errorf("exactly 50 MP: %v", err)
	}
}

// A small progressive JPEG of thousands of scans would keep a decoder busy for minutes.
func TestScanBomb(t *testing.T) {
	b := file(t, "progressive.jpg")
	at := bytes.LastIndex(b, []byte{0xff, 0xda})
	last := b[at : len(b)-2]
	bomb := append(bytes.Clone(b[:len(b)-2]), bytes.Repeat(last, 3000)...)
	bomb = append(bomb, 0xff, 0xd9)
	if _, err := photo.Inspect(bytes.NewReader(bomb)); !fault.Is(err, fault.Invalid) {
		t.Errorf("3,000 scans: %v; want Invalid before anything is decoded", err)
	}
	if _, err := photo.Inspect(bytes.NewReader(b)); err != nil {
		t.Errorf("the progressive photo itself: %v", err)
	}
}

// Inspecting asks a far-away store only for a few pages, whatever the headers' readers jump about.
func TestInspectReadsLittle(t *testing.T) {
	b := sketch.DrawWithEXIF(1, sketch.Panorama, "", time.Date(2026, 6, 1, 8, 0, 0, 0, clock.Shanghai), 34, 112)
	b = append(b, make([]byte, 8<<20)...)
	far := &counted{ReadSeeker: bytes.NewReader(b)}
	info, err := photo.Inspect(far)
	if err != nil || info.TakenAt == nil {
		t.Fatalf("%+v, %v", info, err)
	}
	if far.seeks > 6 || far.bytes > 1<<20 {
		t.Errorf("%d jumps and %d KB read of %d KB", far.seeks, far.bytes>>10, len(b)>>10)
	}
}

type counted struct {
	io.ReadSeeker
	seeks, bytes int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.bytes += n
	return n, err
}

func (c *counted) Seek(offset int64, whence int) (int64, error) {
	c.seeks++
	return c.ReadSeeker.Seek(offset, whence)
}

// A store that fails while the photo is read is not the photo's fault, and says so.
func TestReaderFaultPassesThrough(t *testing.T) {
	away := fault.New(fault.Busy, "暂时连不上")
	whole := asJPEG(t, scenery(900, 700), 95)
	for _, good := range []int{0, 100, len(whole) - 100} {
		r := &failing{Reader: bytes.NewReader(whole), good: good, err: away}
		_, err := photo.NewDarkroom(1).Develop(t.Context(), r, photo.Order{Sizes: []photo.Size{photo.Thumb}})
		if !fault.Is(err, fault.Busy) {
			t.Errorf("a reader that fails after %d bytes: %v; want its own fault", good, err)
		}
	}
}

type failing struct {
	*bytes.Reader
	good int
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	at := f.Size() - int64(f.Len())
	if at >= int64(f.good) {
		return 0, f.err
	}
	return f.Reader.Read(p[:min(len(p), f.good-int(at))])
}
