package sketch

import (
	"encoding/binary"
	"math"
	"time"
)

// Notes are what a camera writes into a photo; zero values are left out.
type Notes struct {
	TakenAt     time.Time
	Lat, Lon    float64 // degrees; both 0 leaves the place out
	Orientation int     // EXIF's 1 to 8
	Camera      string
}

// Annotate adds the notes to a JPEG, as an EXIF segment right after its start, where cameras put it.
func Annotate(jpeg []byte, n Notes) []byte {
	tiff := n.tiff()
	segment := []byte{0xff, 0xe1, 0, 0, 'E', 'x', 'i', 'f', 0, 0}
	binary.BigEndian.PutUint16(segment[2:], uint16(len(segment)-2+len(tiff)))
	out := make([]byte, 0, len(jpeg)+len(segment)+len(tiff))
	out = append(out, jpeg[:2]...)
	out = append(out, segment...)
	out = append(out, tiff...)
	return append(out, jpeg[2:]...)
}

// The field types of TIFF that the notes need.
const (
	ascii     = 2
	short     = 3
	long      = 4
	rational  = 5
	headBytes = 8
)

// field is one entry of a TIFF directory; data longer than four bytes is kept behind the directory.
type field struct {
	tag, kind uint16
	count     uint32
	data      []byte
}

func textField(tag uint16, s string) field {
	return field{tag, ascii, uint32(len(s) + 1), append([]byte(s), 0)}
}

func shortField(tag, v uint16) field {
	return field{tag, short, 1, binary.LittleEndian.AppendUint16(nil, v)}
}

func longField(tag uint16, v int) field {
	return field{tag, long, 1, binary.LittleEndian.AppendUint32(nil, uint32(v))}
}

// degreesField writes degrees, minutes and hundredths of seconds.
func degreesField(tag uint16, d float64) field {
	hundredths := int(math.Round(math.Abs(d) * 3600 * 100))
	var data []byte
	for _, part := range [...][2]int{{hundredths / 360000, 1}, {hundredths / 6000 % 60, 1}, {hundredths % 6000, 100}} {
		data = binary.LittleEndian.AppendUint32(data, uint32(part[0]))
		data = binary.LittleEndian.AppendUint32(data, uint32(part[1]))
	}
	return field{tag, rational, 3, data}
}

// tiff lays out the main directory, then the camera's and the place's, each followed by its longer data.
func (n Notes) tiff() []byte {
	var main, camera, place []field
	if n.Camera != "" {
		main = append(main, textField(0x0110, n.Camera))
	}
	if n.Orientation != 0 {
		main = append(main, shortField(0x0112, uint16(n.Orientation)))
	}
	if !n.TakenAt.IsZero() {
		camera = append(camera, textField(0x9003, n.TakenAt.Format("2006:01:02 15:04:05")), textField(0x9011, n.TakenAt.Format("-07:00")))
	}
	if n.Lat != 0 || n.Lon != 0 {
		north, east := "N", "E"
		if n.Lat < 0 {
			north = "S"
		}
		if n.Lon < 0 {
			east = "W"
		}
		place = append(place, textField(1, north), degreesField(2, n.Lat), textField(3, east), degreesField(4, n.Lon))
	}
	main = append(main, longField(0x8769, 0), longField(0x8825, 0)) // addresses of the other two, set below
	cameraAt := headBytes + size(main)
	placeAt := cameraAt + size(camera)
	main[len(main)-2], main[len(main)-1] = longField(0x8769, cameraAt), longField(0x8825, placeAt)
	out := append([]byte("II"), 42, 0, headBytes, 0, 0, 0)
	out = appendDirectory(out, main)
	out = appendDirectory(out, camera)
	return appendDirectory(out, place)
}

// size is a directory's length with its data.
func size(fields []field) int {
	n := 2 + 12*len(fields) + 4
	for _, f := range fields {
		if len(f.data) > 4 {
			n += len(f.data)
		}
	}
	return n
}

func appendDirectory(out []byte, fields []field) []byte {
	data := len(out) + 2 + 12*len(fields) + 4
	var behind []byte
	out = binary.LittleEndian.AppendUint16(out, uint16(len(fields)))
	for _, f := range fields {
		out = binary.LittleEndian.AppendUint16(out, f.tag)
		out = binary.LittleEndian.AppendUint16(out, f.kind)
		out = binary.LittleEndian.AppendUint32(out, f.count)
		if len(f.data) > 4 {
			out = binary.LittleEndian.AppendUint32(out, uint32(data+len(behind)))
			behind = append(behind, f.data...)
		} else {
			out = append(out, append(f.data, make([]byte, 4-len(f.data))...)...)
		}
	}
	out = append(out, 0, 0, 0, 0) // no further directory
	return append(out, behind...)
}
