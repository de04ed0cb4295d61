package photo

import (
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"

	"seedbed/domain/clock"
)

// The camera's notes the house reads. All others are passed over.
const (
	noteTaken, noteDigitised, noteChanged       = "DateTimeOriginal", "DateTimeDigitized", "DateTime"
	offsetTaken, offsetDigitised, offsetChanged = "OffsetTimeOriginal", "OffsetTimeDigitized", "OffsetTime"
	noteOrientation, noteMake, noteModel        = "Orientation", "Make", "Model"
	noteLat, noteLatRef, noteLon, noteLonRef    = "GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef"
	earliestYear                                = 1990 // older than any digital camera: a clock that was never set
	latestYear                                  = 2200
	longestCamera                               = 80
)

var wanted = map[string]bool{
	noteTaken: true, noteDigitised: true, noteChanged: true, offsetTaken: true, offsetDigitised: true, offsetChanged: true,
	noteOrientation: true, noteMake: true, noteModel: true, noteLat: true, noteLatRef: true, noteLon: true, noteLonRef: true,
}

var formats = map[Kind]imagemeta.ImageFormat{JPEG: imagemeta.JPEG, PNG: imagemeta.PNG, WebP: imagemeta.WebP}

// notes are the EXIF values of one photo.
type notes map[string]any

// readNotes adds what the camera wrote. Damaged or missing notes are no reason to refuse a photo, so whatever was
// understood before the damage is kept.
func (i *Info) readNotes(p *pages) {
	found := notes{}
	func() {
		defer func() { _ = recover() }() // a reader of hostile notes may panic; the photo itself is still good
		p.rewind()
		_, _ = imagemeta.Decode(imagemeta.Options{
			R: p, ImageFormat: formats[i.Kind], Sources: imagemeta.EXIF,
			ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
				return wanted[tag.Tag] && strings.HasPrefix(tag.Namespace, "IFD0") // IFD1 describes the thumbnail
			},
			HandleTag: func(tag imagemeta.TagInfo) error {
				if _, twice := found[tag.Tag]; !twice {
					found[tag.Tag] = tag.Value
				}
				return nil
			},
		})
	}()
	if o, ok := found[noteOrientation].(uint16); ok && o >= 1 && o <= 8 {
		i.Orientation = int(o)
	}
	i.TakenAt, i.ZoneKnown = found.taken()
	i.Lat, i.Lon = found.place()
	i.Camera = found.camera()
}

func (n notes) text(name string) string {
	s, _ := n[name].(string)
	return strings.TrimSpace(s)
}

// taken reads the time the shutter was pressed. EXIF keeps the wall clock and, in newer cameras, its offset beside it.
func (n notes) taken() (*time.Time, bool) {
	for _, names := range [][2]string{{noteTaken, offsetTaken}, {noteDigitised, offsetDigitised}, {noteChanged, offsetChanged}} {
		zone, known := clock.Shanghai, false
		if at, err := time.Parse("-07:00", n.text(names[1])); err == nil {
			zone, known = at.Location(), true
		}
		at, err := time.ParseInLocation("2006:01:02 15:04:05", n.text(names[0]), zone)
		if err == nil && at.Year() >= earliestYear && at.Year() < latestYear {
			at = at.In(clock.Shanghai)
			return &at, known
		}
	}
	return nil, false
}

// place reads where the camera was. Exactly 0°, 0° is what cameras write before they have found out.
func (n notes) place() (lat, lon *float64) {
	north, okNorth := n.degrees(noteLat, noteLatRef, "S", 90)
	east, okEast := n.degrees(noteLon, noteLonRef, "W", 180)
	if !okNorth || !okEast || (north == 0 && east == 0) {
		return nil, nil
	}
	return &north, &east
}

func (n notes) degrees(value, ref, negative string, limit float64) (float64, bool) {
	d, ok := n[value].(float64)
	if !ok || math.IsNaN(d) || math.Abs(d) > limit {
		return 0, false
	}
	if strings.EqualFold(n.text(ref), negative) {
		d = -d
	}
	return d, true
}

// camera is maker and model, without the maker's name twice.
func (n notes) camera() string {
	maker, model := n.text(noteMake), n.text(noteModel)
	name := model
	if !strings.HasPrefix(strings.ToLower(model), strings.ToLower(maker)) {
		name = strings.TrimSpace(maker + " " + model)
	}
	name = strings.Map(printable, strings.ToValidUTF8(name, ""))
	if runes := []rune(name); len(runes) > longestCamera {
		name = string(runes[:longestCamera])
	}
	return name
}

// printable drops control characters: the name goes into logs and pages.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}
