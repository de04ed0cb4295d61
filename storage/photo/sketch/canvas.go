package sketch

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"

	"golang.org/x/image/vector"
)

// The size of every picture, that of a phone's photo as a chat app sends it.
const (
	width  = 1200
	height = 900
)

// canvas is a picture being drawn. Shapes are given in the coordinates of its frame, which can be moved, turned and
// scaled like a sheet under the hand.
type canvas struct {
	img   *image.RGBA
	brush vector.Rasterizer
	mask  image.Alpha // how much of each pixel the shape being painted covers; kept to be used again
	frame frame
}

func newCanvas() *canvas {
	return &canvas{img: image.NewRGBA(image.Rect(0, 0, width, height)), frame: frame{a: 1, d: 1}}
}

// frame maps (x, y) to (ax+cy+e, bx+dy+f).
type frame struct{ a, b, c, d, e, f float64 }

func (m frame) apply(p point) point { return point{m.a*p.x + m.c*p.y + m.e, m.b*p.x + m.d*p.y + m.f} }

// within draws in a frame of its own: moved to (x, y), turned by an angle, scaled.
func (c *canvas) within(x, y, angle, scale float64, what func()) {
	sin, cos := math.Sincos(angle)
	inner := frame{scale * cos, scale * sin, -scale * sin, scale * cos, x, y}
	outer := c.frame
	o := outer.apply(point{x, y})
	c.frame = frame{
		outer.a*inner.a + outer.c*inner.b, outer.b*inner.a + outer.d*inner.b,
		outer.a*inner.c + outer.c*inner.d, outer.b*inner.c + outer.d*inner.d, o.x, o.y,
	}
	what()
	c.frame = outer
}

type point struct{ x, y float64 }

// shape is one or several closed outlines given by their corners. Outlines that overlap run the same way round.
type shape [][]point

func polygon(points ...point) shape { return shape{points} }

func rect(x, y, w, h float64) shape {
	return polygon(point{x, y}, point{x + w, y}, point{x + w, y + h}, point{x, y + h})
}

// oval approximates an ellipse by enough corners for its size.
func oval(cx, cy, rx, ry float64) shape {
	n := 12 + int(math.Sqrt(max(rx, ry))*3)
	points := make([]point, n)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		points[i] = point{cx + rx*cos, cy + ry*sin}
	}
	return shape{points}
}

func disc(cx, cy, r float64) shape { return oval(cx, cy, r, r) }

// rounded is a rectangle with round corners, those above and those below.
func rounded(x, y, w, h, above, below float64) shape {
	var points []point
	corner := func(cx, cy, r, from float64) {
		for i := range 7 {
			sin, cos := math.Sincos(from + float64(i)*math.Pi/12)
			points = append(points, point{cx + r*cos, cy + r*sin})
		}
	}
	corner(x+above, y+above, above, math.Pi)
	corner(x+w-above, y+above, above, 1.5*math.Pi)
	corner(x+w-below, y+h-below, below, 0)
	corner(x+below, y+h-below, below, 0.5*math.Pi)
	return shape{points}
}

// line is a stroke with round ends through the points.
func line(thick float64, points ...point) shape {
	var s shape
	r := thick / 2
	for i, p := range points {
		s = append(s, oval(p.x, p.y, r, r)...)
		if i == 0 {
			continue
		}
		q := points[i-1]
		long := math.Hypot(p.x-q.x, p.y-q.y)
		if long == 0 {
			continue
		}
		nx, ny := (p.y-q.y)/long*r, -(p.x-q.x)/long*r
		s = append(s, []point{{q.x + nx, q.y + ny}, {p.x + nx, p.y + ny}, {p.x - nx, p.y - ny}, {q.x - nx, q.y - ny}})
	}
	return s
}

// arc gives the points of a bow from a to b that hangs by sag.
func arc(a, b point, sag float64) []point {
	points := make([]point, 17)
	for i := range points {
		t := float64(i) / 16
		points[i] = point{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t + sag*4*t*(1-t)}
	}
	return points
}

// fill paints a shape.
func (c *canvas) fill(ink color.NRGBA, s shape) {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	placed := make(shape, len(s))
	for i, outline := range s {
		placed[i] = make([]point, len(outline))
		for j, p := range outline {
			p = c.frame.apply(p)
			placed[i][j] = p
			low = point{min(low.x, p.x), min(low.y, p.y)}
			high = point{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	area := image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x))+1, int(math.Ceil(high.y))+1).Intersect(c.img.Rect)
	if area.Empty() {
		return
	}
	c.brush.Reset(area.Dx(), area.Dy())
	c.brush.DrawOp = draw.Src
	for _, outline := range placed {
		for j, p := range outline {
			x, y := float32(p.x-float64(area.Min.X)), float32(p.y-float64(area.Min.Y))
			if j == 0 {
				c.brush.MoveTo(x, y)
			} else {
				c.brush.LineTo(x, y)
			}
		}
		c.brush.ClosePath()
	}
	c.stain(ink, area)
}

// stain mixes the colour into the area by the shape on the brush. Most of an area is empty or covered entirely, so
// both are quick.
func (c *canvas) stain(ink color.NRGBA, area image.Rectangle) {
	w, h := area.Dx(), area.Dy()
	if cap(c.mask.Pix) < w*h {
		c.mask.Pix = make([]byte, w*h)
	}
	c.mask.Pix, c.mask.Stride, c.mask.Rect = c.mask.Pix[:w*h], w, image.Rect(0, 0, w, h)
	c.brush.Draw(&c.mask, c.mask.Rect, image.Opaque, image.Point{})
	for y := range h {
		row := c.img.Pix[c.img.PixOffset(area.Min.X, area.Min.Y+y):]
		for x, covered := range c.mask.Pix[y*w : (y+1)*w] {
			if covered == 0 {
				continue
			}
			p := row[4*x : 4*x+3 : 4*x+3]
			if covered == 255 && ink.A == 255 {
				p[0], p[1], p[2] = ink.R, ink.G, ink.B
				continue
			}
			a := int(covered) * int(ink.A)
			p[0] = byte(int(p[0]) + (int(ink.R)-int(p[0]))*a/65025)
			p[1] = byte(int(p[1]) + (int(ink.G)-int(p[1]))*a/65025)
			p[2] = byte(int(p[2]) + (int(ink.B)-int(p[2]))*a/65025)
		}
	}
}

// wash paints a band of the whole picture's width, fading from one colour above to another below.
func (c *canvas) wash(top, bottom int, above, below color.NRGBA) {
	for y := max(0, top); y < min(height, bottom); y++ {
		ink := mix(above, below, float64(y-top)/float64(bottom-top))
		draw.Draw(c.img, image.Rect(0, y, width, y+1), image.NewUniform(ink), image.Point{}, draw.Src)
	}
}

// jpeg develops the picture.
func (c *canvas) jpeg() []byte {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, c.img, &jpeg.Options{Quality: 75}); err != nil {
		panic("sketch: " + err.Error()) // a picture of fixed size into memory cannot fail
	}
	return out.Bytes()
}

// hex reads a colour the way the style sheet writes it.
func hex(rgb uint32) color.NRGBA {
	return color.NRGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 255}
}

// faded is a colour that lets what lies beneath shine through.
func faded(c color.NRGBA, opacity float64) color.NRGBA {
	c.A = uint8(opacity * 255)
	return c
}

func mix(a, b color.NRGBA, t float64) color.NRGBA {
	blend := func(x, y uint8) uint8 { return uint8(float64(x) + (float64(y)-float64(x))*t + 0.5) }
	return color.NRGBA{blend(a.R, b.R), blend(a.G, b.G), blend(a.B, b.B), blend(a.A, b.A)}
}

func darker(c color.NRGBA, t float64) color.NRGBA { return mix(c, color.NRGBA{20, 24, 30, c.A}, t) }

func lighter(c color.NRGBA, t float64) color.NRGBA { return mix(c, color.NRGBA{255, 255, 255, c.A}, t) }
