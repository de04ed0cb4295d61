package sketch

import (
	_ "embed" // the font of banners and papers
	"image/color"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// signs.otf holds the characters that banners, lists and receipts are written with, some 3,900: the first level of
// GB 2312 and what neighbourhoods need besides. It is a subset of Noto Sans CJK SC Bold made with pyftsubset, under the
// SIL Open Font License in OFL.txt.
//
//go:embed signs.otf
var signs []byte

var signFont = sync.OnceValue(func() *sfnt.Font {
	f, err := sfnt.Parse(signs)
	if err != nil {
		panic("sketch: the embedded font: " + err.Error())
	}
	return f
})

// writable tells whether every character of the text can be drawn. A banner is left blank rather than misspelt.
func writable(text string) bool {
	var buf sfnt.Buffer
	for _, r := range text {
		if glyph, err := signFont().GlyphIndex(&buf, r); err != nil || glyph == 0 {
			return false
		}
	}
	return true
}

// glyphs is a text as one shape with its left end at (0, 0) on the base line, and how wide it is.
func glyphs(text string, size float64) (shape, float64) {
	var (
		buf sfnt.Buffer
		out shape
		at  float64
	)
	ppem := fixed.Int26_6(size * 64)
	for _, r := range text {
		glyph, err := signFont().GlyphIndex(&buf, r)
		if err != nil || glyph == 0 {
			continue
		}
		if advance, err := signFont().GlyphAdvance(&buf, glyph, ppem, font.HintingNone); err == nil {
			if segments, err := signFont().LoadGlyph(&buf, glyph, ppem, nil); err == nil {
				out = append(out, outlines(segments, at)...)
			}
			at += float64(advance) / 64
		}
	}
	return out, at
}

// outlines turns a glyph's curves into corners close enough for the eye.
func outlines(segments sfnt.Segments, at float64) (out shape) {
	place := func(p fixed.Point26_6) point { return point{at + float64(p.X)/64, float64(p.Y) / 64} }
	var last point
	for _, s := range segments {
		end := place(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			out = append(out, nil)
		case sfnt.SegmentOpLineTo: // straight to its end
		case sfnt.SegmentOpQuadTo:
			control := end
			end = place(s.Args[1])
			mid := point{(last.x + 2*control.x + end.x) / 4, (last.y + 2*control.y + end.y) / 4}
			out[len(out)-1] = append(out[len(out)-1], mid)
		case sfnt.SegmentOpCubeTo:
			first, second := end, place(s.Args[1])
			end = place(s.Args[2])
			for _, t := range [...]float64{0.25, 0.5, 0.75} {
				out[len(out)-1] = append(out[len(out)-1], cubic(last, first, second, end, t))
			}
		}
		out[len(out)-1] = append(out[len(out)-1], end)
		last = end
	}
	return out
}

func cubic(a, b, c, d point, t float64) point {
	u := 1 - t
	w := [4]float64{u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t}
	return point{w[0]*a.x + w[1]*b.x + w[2]*c.x + w[3]*d.x, w[0]*a.y + w[1]*b.y + w[2]*c.y + w[3]*d.y}
}

// writeCentred puts a text in the middle of (x, y), made smaller if it would be wider than room.
func (c *canvas) writeCentred(ink color.NRGBA, x, y, size, room float64, text string) {
	s, w := glyphs(text, size)
	if w == 0 {
		return
	}
	scale := min(1, room/w)
	c.within(x-w*scale/2, y+size*scale*0.36, 0, scale, func() { c.fill(ink, s) })
}
