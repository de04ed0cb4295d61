package photo_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/photo"
	"seedbed/storage/photo/sketch"
)

const secret = "CANARY-13800000417"

// talkative is a photo with everything a camera or an editor may leave in it.
func talkative(t *testing.T) []byte {
	t.Helper()
	b := sketch.DrawWithEXIF(5, sketch.People, "邻里同心", time.Date(2026, 8, 15, 9, 0, 0, 0, clock.Shanghai), 34.663041, 112.434468)
	rest := b[2:]
	out := append([]byte("\xff\xd8"), segment(0xe0, "JFXX\x00\x10"+string(asJPEG(t, scenery(16, 12), 50)))...) // a thumbnail
	out = append(out, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>"+secret+"</x:xmpmeta>")...)
	out = append(out, segment(0xe2, "MPF\x00"+secret)...)
	out = append(out, segment(0xed, "Photoshop 3.0\x008BIM\x04\x04"+secret)...)
	out = append(out, segment(0xfe, "comment "+secret)...)
	for marker := byte(0xe3); marker <= 0xef; marker++ {
		if marker != 0xee { // Adobe's, which changes how the colours are read
			out = append(out, segment(marker, secret)...)
		}
	}
	out = append(out, rest...)
	return append(out, "trailer "+secret...)
}

// parts lists the markers of a JPEG and counts the bytes after its end.
func parts(t *testing.T, b []byte) (markers []byte, trailing int) {
	t.Helper()
	if !bytes.HasPrefix(b, []byte("\xff\xd8")) {
		t.Fatalf("no JPEG: % x", b[:min(8, len(b))])
	}
	at := 2
	for at < len(b) {
		if b[at] != 0xff {
			t.Fatalf("no marker at %d: %x", at, b[at])
		}
		marker := b[at+1]
		markers = append(markers, marker)
		if marker == 0xd9 {
			return markers, len(b) - at - 2
		}
		at += 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		if marker == 0xda { // the coded picture: up to the next real marker
			for b[at] != 0xff || b[at+1] == 0 || (b[at+1] >= 0xd0 && b[at+1] <= 0xd7) {
				at++
			}
		}
	}
	t.Fatal("the JPEG has no end")
	return nil, 0
}

// A copy is the picture and nothing else: no notes, no thumbnail, no comment, not a byte after its end.
func TestCopiesCarryNothing(t *testing.T) {
	source := talkative(t)
	info := inspected(t, source)
	if info.TakenAt == nil || info.Lat == nil || info.Camera == "" {
		t.Fatalf("the test's photo does not talk: %+v", info)
	}
	for what, b := range map[string][]byte{"talkative.jpg": source, "plain.png": file(t, "plain.png"), "lossy.webp": file(t, "lossy.webp")} {
		dev, err := photo.NewDarkroom(1).Develop(t.Context(), bytes.NewReader(b), photo.Order{Sizes: []photo.Size{photo.Screen, photo.Thumb, {Side: 5000, Quality: 100}}})
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, c := range dev.Copies {
			markers, trailing := parts(t, c.JPEG)
			if trailing != 0 {
				t.Errorf("%s: %d bytes after the end", what, trailing)
			}
			for _, m := range markers {
				if (m >= 0xe0 && m <= 0xef) || m == 0xfe {
					t.Errorf("%s: a copy carries segment %x", what, m)
				}
			}
			if bytes.Contains(c.JPEG, []byte("CANARY")) || bytes.Contains(c.JPEG, []byte("Exif")) {
				t.Errorf("%s: a copy carries the camera's notes", what)
			}
			if again := inspected(t, c.JPEG); again.TakenAt != nil || again.Lat != nil || again.Camera != "" || again.Orientation != 1 {
				t.Errorf("%s: a copy still says %+v", what, again)
			}
		}
	}
}
