package photo_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"seedbed/domain/fault"
	"seedbed/storage/photo"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func asJPEG(t testing.TB, m image.Image, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func decoded(t testing.TB, b []byte) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// develop makes one copy and gives it decoded.
func develop(t testing.TB, b []byte, side int) image.Image {
	t.Helper()
	out, err := photo.NewDarkroom(1).Derive(t.Context(), bytes.NewReader(b), side, 90)
	if err != nil {
		t.Fatalf("Derive: %v", err)
	}
	return decoded(t, out)
}

// refused wants an Invalid fault with a sentence from developing, and the same from inspecting or none.
func refused(t testing.TB, what string, b []byte) error {
	t.Helper()
	_, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(b), photo.Order{Sizes: []photo.Size{photo.Thumb}})
	if !fault.Is(err, fault.Invalid) || fault.MessageOf(err).Text == "" {
		t.Errorf("%s: %v; want Invalid with a sentence", what, err)
	}
	return err
}

// difference is the mean distance of two pictures' colours, in levels of 255. Both are halved first: a JPEG keeps
// colour at half the detail of brightness, and that is not what any test here is about.
func difference(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("sizes %v and %v", a.Bounds(), b.Bounds())
	}
	w, h := (a.Bounds().Dx()+1)/2, (a.Bounds().Dy()+1)/2
	p, q := averaged(a, w, h), averaged(b, w, h)
	sum := 0.0
	for i := range p.Pix {
		sum += math.Abs(float64(p.Pix[i]) - float64(q.Pix[i]))
	}
	return sum / float64(3*w*h)
}

// averaged shrinks a picture the slow, obvious way: every pixel is the average of the area it covers.
func averaged(from image.Image, w, h int) *image.NRGBA {
	b := from.Bounds()
	m := painted(b.Dx(), b.Dy(), func(x, y int) color.NRGBA {
		return color.NRGBAModel.Convert(from.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA)
	})
	sx, sy := float64(b.Dx())/float64(w), float64(b.Dy())/float64(h)
	overlap := func(i int, from, to float64) float64 { return max(0, min(float64(i+1), to)-max(float64(i), from)) }
	return painted(w, h, func(x, y int) color.NRGBA {
		var sum [3]float64
		for v := int(float64(y) * sy); v < min(b.Dy(), int(math.Ceil(float64(y+1)*sy))); v++ {
			for u := int(float64(x) * sx); u < min(b.Dx(), int(math.Ceil(float64(x+1)*sx))); u++ {
				weight := overlap(u, float64(x)*sx, float64(x+1)*sx) * overlap(v, float64(y)*sy, float64(y+1)*sy) / (sx * sy)
				for i := range sum {
					sum[i] += weight * float64(m.Pix[m.PixOffset(u, v)+i])
				}
			}
		}
		return color.NRGBA{uint8(sum[0] + .5), uint8(sum[1] + .5), uint8(sum[2] + .5), 255}
	})
}

// segment is one JPEG segment outside the coded picture.
func segment(marker byte, data string) []byte {
	b := []byte{0xff, marker, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(data)+2))
	return append(b, data...)
}

// chunk is one PNG chunk.
func chunk(kind, data string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(b, kind...)
	b = append(b, data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// pngClaiming is the beginning of a PNG of that size, and no picture.
func pngClaiming(w, h uint32, depth, colour byte) []byte {
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	head = append(head, depth, colour, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", string(head))...)
	return append(b, chunk("IDAT", "")...)
}

// jpegClaiming is a real small JPEG whose header says another size.
func jpegClaiming(t testing.TB, w, h uint16) []byte {
	b := asJPEG(t, image.NewGray(image.Rect(0, 0, 8, 8)), 50)
	at := bytes.Index(b, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(b[at+5:], h)
	binary.BigEndian.PutUint16(b[at+7:], w)
	return b
}

// painted is a picture made by a function of x and y.
func painted(w, h int, at func(x, y int) color.NRGBA) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetNRGBA(x, y, at(x, y))
		}
	}
	return m
}

// scenery is a smooth picture with a bit of everything, like a photo.
func scenery(w, h int) *image.NRGBA {
	return painted(w, h, func(x, y int) color.NRGBA {
		u, v := float64(x)/float64(w), float64(y)/float64(h)
		wave := func(a, b, c float64) uint8 { return uint8(128 + 100*math.Sin(a*u*6+c)*math.Cos(b*v*5-c)) }
		return color.NRGBA{wave(1, 2, 0.3), wave(2, 1, 1.1), wave(1.5, 2.5, 2), 255}
	})
}
