package photo

import (
	"image"
	"image/color"
	"math/bits"
)

// project makes a 4:2:0 picture of w×h from a decoded one. JPEG and lossy WebP keep brightness and colour in separate
// planes; those are scaled as they are, without ever becoming a full-size RGB picture.
func project(m image.Image, kind Kind, w, h int) *image.YCbCr {
	if planes, ok := m.(*image.YCbCr); ok {
		out := shrinkPlanes(planes, w, h)
		if kind == WebP {
			widen(out)
		}
		return out
	}
	return flatten(m, w, h)
}

// shrink makes a smaller picture of a 4:2:0 one; one that fits is given back as it is.
func shrink(m *image.YCbCr, side int) *image.YCbCr {
	w, h := fit(m.Rect.Dx(), m.Rect.Dy(), side)
	if w == m.Rect.Dx() && h == m.Rect.Dy() {
		return m
	}
	return shrinkPlanes(m, w, h)
}

func shrinkPlanes(m *image.YCbCr, w, h int) *image.YCbCr {
	out := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	b := m.Rect
	luma := newScaler(b.Dx(), b.Dy(), w, h, out.Y, out.YStride)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		at := m.YOffset(b.Min.X, y)
		luma.add(m.Y[at : at+b.Dx()])
	}
	acrossBy, downBy := subsampling(m.SubsampleRatio)
	cw, ch := (b.Dx()+acrossBy-1)/acrossBy, (b.Dy()+downBy-1)/downBy
	cb := newScaler(cw, ch, out.CStride, (h+1)/2, out.Cb, out.CStride)
	cr := newScaler(cw, ch, out.CStride, (h+1)/2, out.Cr, out.CStride)
	at := m.COffset(b.Min.X, b.Min.Y)
	for range ch {
		cb.add(m.Cb[at : at+cw])
		cr.add(m.Cr[at : at+cw])
		at += m.CStride
	}
	return out
}

func subsampling(ratio image.YCbCrSubsampleRatio) (across, down int) {
	switch ratio {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	case image.YCbCrSubsampleRatio444:
	}
	return 1, 1
}

// flatten turns any other picture, row by row, into planes on white paper: screenshots, scans, grey and CMYK pictures.
func flatten(m image.Image, w, h int) *image.YCbCr {
	out := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	b := m.Bounds()
	luma := newScaler(b.Dx(), b.Dy(), w, h, out.Y, out.YStride)
	cb := newScaler(b.Dx(), b.Dy(), out.CStride, (h+1)/2, out.Cb, out.CStride)
	cr := newScaler(b.Dx(), b.Dy(), out.CStride, (h+1)/2, out.Cr, out.CStride)
	rows := make([]byte, 3*b.Dx())
	y, u, v := rows[:b.Dx()], rows[b.Dx():2*b.Dx()], rows[2*b.Dx():]
	at := pixels(m)
	for row := b.Min.Y; row < b.Max.Y; row++ {
		for x := range y {
			c := at(b.Min.X+x, row)
			paper := 0xffff - c.A // colours come multiplied by their opacity; the rest is white
			y[x], u[x], v[x] = color.RGBToYCbCr(uint8((c.R+paper)>>8), uint8((c.G+paper)>>8), uint8((c.B+paper)>>8))
		}
		luma.add(y)
		cb.add(u)
		cr.add(v)
	}
	return out
}

// pixels reads single pixels without an allocation for each.
func pixels(m image.Image) func(x, y int) color.RGBA64 {
	if fast, ok := m.(image.RGBA64Image); ok {
		return fast.RGBA64At
	}
	return func(x, y int) color.RGBA64 {
		return color.RGBA64Model.Convert(m.At(x, y)).(color.RGBA64)
	}
}

// widen stretches video-range planes (16 to 235), which is what WebP keeps, to JPEG's full range.
func widen(m *image.YCbCr) {
	var luma, chroma [256]byte
	for i := range 256 {
		luma[i] = clamp(((i-16)*255 + 109) / 219)
		chroma[i] = clamp(128 + ((i-128)*255)/224)
	}
	for i, v := range m.Y {
		m.Y[i] = luma[v]
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = chroma[m.Cb[i]], chroma[m.Cr[i]]
	}
}

func clamp(n int) byte { return byte(min(max(n, 0), 255)) }

// span is what one destination pixel covers of a row of source pixels. Every source pixel is as wide as there are
// destination pixels and every destination pixel as wide as there are source pixels, so all weights are whole numbers
// and exact.
type span struct {
	from       int    // first source pixel
	head, tail uint32 // weight of the first pixel, and of the one after the whole ones
	whole      int    // pixels covered entirely, after the first
}

func spans(src, dst int) []span {
	out := make([]span, dst)
	at, left := 0, dst // the source pixel we are in, and how much of it is not yet covered
	for i := range out {
		s, need := span{from: at}, src
		s.head = uint32(min(left, need))
		left -= int(s.head)
		need -= int(s.head)
		if left == 0 {
			s.whole = need / dst
			at += 1 + s.whole
			s.tail = uint32(need % dst)
			left = dst - int(s.tail)
		}
		out[i] = s
	}
	return out
}

// scaler shrinks one plane by averaging areas, one source row at a time, holding a single row of sums.
type scaler struct {
	across    []span
	one       uint32   // weight of a whole source pixel across
	narrow    []uint32 // the current source row, narrowed
	sums      []uint64 // the destination row being filled
	down      int      // weight of a whole source row
	full      int      // weight of a whole destination row
	need      int      // what the destination row still lacks
	half      uint64   // half of a pixel's total weight, to round
	inverse   uint64   // 2^64 over that total: exact, because the total is below 2^28 and the sums below 2^36
	out       []byte
	outStride int
}

func newScaler(srcW, srcH, dstW, dstH int, out []byte, outStride int) *scaler {
	total := uint64(srcW) * uint64(srcH)
	s := &scaler{
		across: spans(srcW, dstW), one: uint32(dstW), narrow: make([]uint32, dstW), sums: make([]uint64, dstW),
		down: dstH, full: srcH, need: srcH, half: total / 2, out: out, outStride: outStride,
	}
	if total > 1 {
		s.inverse, _ = bits.Div64(1, 0, total)
		s.inverse++
	}
	return s
}

// add takes the next source row.
func (s *scaler) add(row []byte) {
	for i, p := range s.across {
		sum := p.head * uint32(row[p.from])
		if p.whole > 0 {
			whole := uint32(0)
			for _, v := range row[p.from+1 : p.from+1+p.whole] {
				whole += uint32(v)
			}
			sum += whole * s.one
		}
		if p.tail > 0 {
			sum += p.tail * uint32(row[p.from+1+p.whole])
		}
		s.narrow[i] = sum
	}
	for left := s.down; left > 0; {
		weight := min(left, s.need)
		for i, v := range s.narrow {
			s.sums[i] += uint64(v) * uint64(weight)
		}
		left -= weight
		if s.need -= weight; s.need == 0 {
			s.finish()
		}
	}
}

// finish writes the destination row that has just been filled.
func (s *scaler) finish() {
	for i, sum := range s.sums {
		mean := sum
		if s.inverse > 0 {
			mean, _ = bits.Mul64(sum+s.half, s.inverse)
		}
		s.out[i] = byte(mean)
		s.sums[i] = 0
	}
	s.out = s.out[min(s.outStride, len(s.out)):]
	s.need = s.full
}
