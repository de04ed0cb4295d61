package photo

import (
	"image"
	"math"
	"math/bits"
)

// Fingerprint is a photo's look in 64 bits: smaller copies, other qualities, other brightness and chat apps leave it
// nearly the same. Each bit is the sign of one slow wave across the picture (the discrete cosine transform, waves 1 to
// 8 each way), so a mirrored or turned copy has the same bits in a known other order.
type Fingerprint uint64

// Same is the distance up to which two fingerprints are taken for the same photo and a person is asked.
const Same = 8

const (
	waves = 8
	grid  = 32 // brightness is averaged to grid×grid before it is transformed
)

// oddColumns are the bits of waves that change sign when the picture is mirrored left to right.
const oddColumns, oddRows = 0x5555555555555555, 0x00ff00ff00ff00ff

// cosines[u][x] is wave u+1 at grid point x.
var cosines = func() (c [waves][grid]float64) {
	for u := range c {
		for x := range c[u] {
			c[u][x] = math.Cos(float64(u+1) * (float64(x) + 0.5) * math.Pi / grid)
		}
	}
	return c
}()

// fingerprint reads the brightness of an upright picture.
func fingerprint(m *image.YCbCr) Fingerprint {
	var cells [grid * grid]byte
	s := newScaler(m.Rect.Dx(), m.Rect.Dy(), grid, grid, cells[:], grid)
	for y := range m.Rect.Dy() {
		s.add(m.Y[y*m.YStride : y*m.YStride+m.Rect.Dx()])
	}
	var across [grid][waves]float64
	for y := range grid {
		for u := range waves {
			for x := range grid {
				across[y][u] += float64(cells[y*grid+x]) * cosines[u][x]
			}
		}
	}
	var f Fingerprint
	for v := range waves {
		for u := range waves {
			wave := 0.0
			for y := range grid {
				wave += across[y][u] * cosines[v][y]
			}
			if wave > 0 {
				f |= 1 << (v*waves + u)
			}
		}
	}
	return f
}

// HashImage is the fingerprint of a picture already decoded.
func HashImage(m image.Image) Fingerprint {
	b := m.Bounds()
	w, h := fit(b.Dx(), b.Dy(), Screen.Side)
	return fingerprint(project(m, Unknown, w, h))
}

// Turns are the fingerprints of the picture in its eight positions, the picture as it is first: whoever looks for a
// photo looks for all eight.
func (f Fingerprint) Turns() [8]Fingerprint {
	t := f.transpose()
	return [8]Fingerprint{
		f, f ^ oddColumns, f ^ oddRows, f ^ oddColumns ^ oddRows,
		t, t ^ oddColumns, t ^ oddRows, t ^ oddColumns ^ oddRows,
	}
}

// transpose swaps the waves across with the waves down.
func (f Fingerprint) transpose() (t Fingerprint) {
	for v := range waves {
		for u := range waves {
			t |= f >> (v*waves + u) & 1 << (u*waves + v)
		}
	}
	return t
}

// Distance counts the bits by which two photos differ in whichever position they are most alike: 0 for copies, about
// 24 for strangers.
func Distance(a, b Fingerprint) int {
	least := 64
	for _, turned := range b.Turns() {
		least = min(least, bits.OnesCount64(uint64(a^turned)))
	}
	return least
}
