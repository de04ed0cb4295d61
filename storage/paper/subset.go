package paper

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// subset is the part of a face that a document uses: glyphs numbered anew in the order in which they were needed. Every
// character gets a number of its own, even where two share an outline, so that text copied out of the PDF is what was
// written.
type subset struct {
	face   *face
	source []uint16        // the face's glyph of each new number; the first is .notdef
	chars  []rune          // what each new number stands for
	number map[rune]uint16 // of a character
}

func newSubset(f *face) *subset {
	return &subset{face: f, source: []uint16{0}, chars: []rune{0}, number: map[rune]uint16{}}
}

// use gives the number of a character that the face has.
func (s *subset) use(c rune) uint16 {
	n, ok := s.number[c]
	if !ok {
		n = uint16(len(s.source)) //nolint:gosec // no more than the face's characters
		s.number[c] = n
		s.source, s.chars = append(s.source, s.face.cmap[c]), append(s.chars, c)
	}
	return n
}

// The flags of a component of a glyph that is put together from others.
const (
	argsAreWords  = 1 << 0
	hasScale      = 1 << 3
	more          = 1 << 5
	hasTwoScales  = 1 << 6
	hasFourScales = 1 << 7
)

// file writes the subset as a TrueType file of the tables a PDF needs.
func (s *subset) file() []byte {
	be := binary.BigEndian
	source, part := slices.Clone(s.source), map[uint16]uint16{}
	var glyf, loca, hmtx bytes.Buffer
	for i := 0; i < len(source); i++ { // grows by the parts that glyphs are put together from
		_ = binary.Write(&loca, be, uint32(glyf.Len())) //nolint:gosec // a few megabytes
		shape := slices.Clone(s.face.shape(source[i]))
		eachPart(shape, func(glyph []byte) {
			old := be.Uint16(glyph)
			n, ok := part[old]
			if !ok {
				n = uint16(len(source)) //nolint:gosec // no more than the face's glyphs
				part[old], source = n, append(source, old)
			}
			be.PutUint16(glyph, n)
		})
		glyf.Write(shape)
		for glyf.Len()%4 != 0 {
			glyf.WriteByte(0)
		}
		_ = binary.Write(&hmtx, be, s.face.advance(source[i]))
		_ = binary.Write(&hmtx, be, s.face.bearing(source[i]))
	}
	_ = binary.Write(&loca, be, uint32(glyf.Len())) //nolint:gosec // a few megabytes
	n := uint16(len(source))                        //nolint:gosec // no more than the face's glyphs
	head, hhea, maxp := slices.Clone(s.face.head), slices.Clone(s.face.hhea), slices.Clone(s.face.maxp)
	be.PutUint32(head[8:], 0)
	be.PutUint16(head[50:], 1) // long loca
	be.PutUint16(hhea[34:], n)
	be.PutUint16(maxp[4:], n)
	return assemble([]table{{"glyf", glyf.Bytes()}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx.Bytes()}, {"loca", loca.Bytes()}, {"maxp", maxp}})
}

// eachPart hands f the two bytes that name each component of a glyph put together from others.
func eachPart(shape []byte, f func(glyph []byte)) {
	be := binary.BigEndian
	if len(shape) < 10 || int16(be.Uint16(shape)) >= 0 { //nolint:gosec // negative: put together
		return
	}
	for at := 10; at+4 <= len(shape); {
		flags := be.Uint16(shape[at:])
		f(shape[at+2 : at+4])
		at += 6
		if flags&argsAreWords != 0 {
			at += 2
		}
		switch {
		case flags&hasScale != 0:
			at += 2
		case flags&hasTwoScales != 0:
			at += 4
		case flags&hasFourScales != 0:
			at += 8
		}
		if flags&more == 0 {
			return
		}
	}
}

type table struct {
	tag  string
	body []byte
}

// assemble writes tables, given in the order of their tags, as a font file.
func assemble(tables []table) []byte {
	be := binary.BigEndian
	var out, body bytes.Buffer
	n := uint16(len(tables)) //nolint:gosec // a handful
	power, log := uint16(1), uint16(0)
	for power*2 <= n {
		power, log = power*2, log+1
	}
	_ = binary.Write(&out, be, uint32(0x00010000))
	_ = binary.Write(&out, be, [4]uint16{n, power * 16, log, n*16 - power*16})
	start := 12 + 16*len(tables)
	for _, t := range tables {
		out.WriteString(t.tag)
		_ = binary.Write(&out, be, [3]uint32{checksum(t.body), uint32(start + body.Len()), uint32(len(t.body))}) //nolint:gosec // a few megabytes
		body.Write(t.body)
		for body.Len()%4 != 0 {
			body.WriteByte(0)
		}
	}
	out.Write(body.Bytes())
	return out.Bytes()
}

func checksum(b []byte) uint32 {
	var sum uint32
	for len(b) >= 4 {
		sum += binary.BigEndian.Uint32(b)
		b = b[4:]
	}
	var last [4]byte
	copy(last[:], b)
	return sum + binary.BigEndian.Uint32(last[:])
}
