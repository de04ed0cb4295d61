package ui_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"testing"
)

// photo makes a camera's JPEG: noisy, lying on its side with an Exif note that says so, and with the time it was taken.
func photo(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	dice := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{uint8(x>>4) + uint8(dice.IntN(32)), uint8(y >> 4), 128, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return append(append([]byte{0xFF, 0xD8}, exifPart()...), b.Bytes()[2:]...)
}

// exifOrientation is the entry that says how to turn the picture.
func exifOrientation(value uint16) []byte {
	return binary.BigEndian.AppendUint16([]byte{0x01, 0x12, 0, 3, 0, 0, 0, 1}, value)
}

// exifPart is an APP1 segment with Orientation 6 (a quarter turn) and DateTime, big-endian as most cameras write it.
func exifPart() []byte {
	taken := "2026:10:18 14:30:00\x00"
	tiff := []byte{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 2}
	tiff = append(append(tiff, exifOrientation(6)...), 0, 0)
	tiff = append(tiff, 0x01, 0x32, 0, 2, 0, 0, 0, 20, 0, 0, 0, 38)
	tiff = append(append(tiff, 0, 0, 0, 0), taken...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, 0xE1}, uint16(len(body)+2)), body...)
}
