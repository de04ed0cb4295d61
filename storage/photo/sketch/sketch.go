// Package sketch draws the sample district's photos: small flat scenes of a courtyard, a table of neighbours, a sign-in
// sheet, a receipt. No real person is in them, nothing needs to be downloaded or licensed, and the same seed always
// draws the same picture. They are real JPEG files, with a camera's notes when wanted, so everything that photos go
// through can be shown and tested with them.
package sketch

import (
	"image/color"
	"math/rand/v2"
	"time"
)

// Scene is what a picture shows.
type Scene string

// The scenes that the evidence of an activity needs, and two papers.
const (
	Panorama Scene = "panorama" // everybody in the courtyard, with the banner
	Process  Scene = "process"  // at work around a table
	People   Scene = "people"   // a few neighbours close by
	Result   Scene = "result"   // what was made of it
	Sheet    Scene = "sheet"    // the sign-in sheet on a desk
	Receipt  Scene = "receipt"  // a shop's receipt
)

// Scenes lists all scenes.
func Scenes() []Scene { return []Scene{Panorama, Process, People, Result, Sheet, Receipt} }

// Draw draws a scene as a JPEG of 1200×900. Text is what is written in it: on the banner, as the sheet's title, or, by
// lines, the receipt's shop and its items. Text with a character the embedded font lacks is left out.
func Draw(seed int64, scene Scene, text string) []byte {
	c := newCanvas()
	r := rand.New(rand.NewPCG(uint64(seed), 0x5eedbed)) //nolint:gosec // a drawing's variety is no secret
	s := &sketcher{canvas: c, Rand: r, mood: moods[r.IntN(len(moods))]}
	switch scene {
	case Process:
		s.process(text)
	case People:
		s.people(text)
	case Result:
		s.result(text)
	case Sheet:
		s.sheet(text)
	case Receipt:
		s.receipt(text)
	default:
		s.panorama(text)
	}
	return c.jpeg()
}

// DrawWithEXIF is Draw with the notes of the phone that might have taken the picture.
func DrawWithEXIF(seed int64, scene Scene, text string, takenAt time.Time, lat, lon float64) []byte {
	return Annotate(Draw(seed, scene, text), Notes{TakenAt: takenAt, Lat: lat, Lon: lon, Camera: "Seedbed Sketch"})
}

// sketcher draws one picture: the canvas, the picture's own chance, and its light.
type sketcher struct {
	*canvas
	*rand.Rand
	mood mood
}

// between is a number from low to high.
func (s *sketcher) between(low, high float64) float64 { return low + (high-low)*s.Float64() }

// chance is true in so many of a hundred cases.
func (s *sketcher) chance(percent int) bool { return s.IntN(100) < percent }

func (s *sketcher) pick(colours []color.NRGBA) color.NRGBA { return colours[s.IntN(len(colours))] }

// mood is the light of a day.
type mood struct {
	skyHigh, skyLow color.NRGBA
	far, ground     color.NRGBA
	leaves          []color.NRGBA
	walls           []color.NRGBA
	window          color.NRGBA
	sun             color.NRGBA // transparent when it does not show
	dusk            float64     // how much everything darkens
}

func palette(rgb ...uint32) []color.NRGBA {
	out := make([]color.NRGBA, len(rgb))
	for i, v := range rgb {
		out[i] = hex(v)
	}
	return out
}

var moods = []mood{
	{ // morning
		skyHigh: hex(0xBBDDEB), skyLow: hex(0xF6EFDD), far: hex(0xB9CDBE), ground: hex(0xD8CDB4), leaves: palette(0x6E9E5E, 0x4F7F57, 0x86AD64),
		walls: palette(0xE9E2D3, 0xD9CDB8, 0xEFE8DA, 0xE6CDB4), window: hex(0x6E8796), sun: hex(0xFFF3D8),
	},
	{ // noon
		skyHigh: hex(0x7DBCE3), skyLow: hex(0xDFF1F6), far: hex(0x9CC3A4), ground: hex(0xCFCBBE), leaves: palette(0x5C9A55, 0x3E7A48, 0x7DB35F),
		walls: palette(0xF3EDE0, 0xE3D6BE, 0xDCE3E4, 0xF0D9C0), window: hex(0x5E8199), sun: hex(0xFFFBEA),
	},
	{ // late afternoon
		skyHigh: hex(0xEFA77C), skyLow: hex(0xFBE3C2), far: hex(0xC69A7C), ground: hex(0xB2937A), leaves: palette(0x7F8350, 0x5F6B45, 0x9A8A4C),
		walls: palette(0xE8C7A0, 0xD9AE86, 0xEED5B2, 0xC99878), window: hex(0x7B6A66), sun: hex(0xFFE9B8), dusk: 0.08,
	},
	{ // autumn
		skyHigh: hex(0xAFCFDE), skyLow: hex(0xF1E9D4), far: hex(0xCDB98A), ground: hex(0xC9B697), leaves: palette(0xE0A93B, 0xC9772E, 0xD9BE4F),
		walls: palette(0xE5DBC8, 0xD3C2A6, 0xDFD9CE, 0xC98F6E), window: hex(0x71808A), sun: hex(0xFFF0CF),
	},
	{ // overcast
		skyHigh: hex(0xB4C0C6), skyLow: hex(0xE2E6E4), far: hex(0x9BAAA0), ground: hex(0xA7AAA2), leaves: palette(0x5F7F62, 0x47684E, 0x76916B),
		walls: palette(0xD8D6CE, 0xC4C5C0, 0xE1DDD2, 0xB9B4A8), window: hex(0x65757E), dusk: 0.05,
	},
	{ // lamps just lit
		skyHigh: hex(0x2C3F63), skyLow: hex(0x8A86A0), far: hex(0x4D5B66), ground: hex(0x5E5F6B), leaves: palette(0x3C5A4B, 0x2E483F, 0x4C6A52),
		walls: palette(0x80798A, 0x6E6C7F, 0x8E8390, 0x756A78), window: hex(0xF4D58A), dusk: 0.16,
	},
}

// lit is a colour as it looks in this light.
func (s *sketcher) lit(c color.NRGBA) color.NRGBA { return darker(c, s.mood.dusk) }

// Colours of clothes and cloth: the seven themes of the competition and some quiet ones.
var (
	clothes  = palette(0xB4232A, 0xD9772B, 0xE2B33C, 0x4C8F4F, 0x1F8A8A, 0x2F66B8, 0x7D53B0, 0xE9E4D8, 0x5B6670, 0xC96F7E, 0x8FB7C9, 0x3B4A5E)
	trousers = palette(0x3B4A5E, 0x2F3640, 0x5E5348, 0x6B7480, 0x48506B, 0x7A6A58)
	skins    = palette(0xF3CFAE, 0xEBBE96, 0xE0AC82)
	darkHair = palette(0x2E2622, 0x3A302A, 0x1F1B1A)
	greyHair = palette(0xB9B6B0, 0xDAD7D0, 0x8C8882)
	vestRed  = hex(0xC8272D)
	white    = hex(0xFFFFFF)
	ink      = hex(0x2B2F36)
)
