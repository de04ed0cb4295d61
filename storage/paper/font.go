package paper

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// face is a TrueType font read from its bytes: which glyph draws a character, how wide it is, and its outline.
type face struct {
	name    string
	units   int // of the em square
	ascent  int
	descent int
	box     [4]int16
	glyphs  int // how many there are
	widths  []byte
	wide    int // entries of widths with a width of their own
	loca    []byte
	long    bool // loca has 32-bit entries
	outline []byte
	head    []byte
	hhea    []byte
	maxp    []byte
	cmap    map[rune]uint16
}

var errFont = errors.New("not a TrueType font with outlines")

// readFace reads a font; name is what the PDF calls it.
func readFace(name string, data []byte) (f *face, err error) {
	defer func() { // a font is a file like any other: a broken one is an error, not a crash
		if r := recover(); r != nil {
			f, err = nil, fmt.Errorf("font %s: %w: %v", name, errFont, r)
		}
	}()
	tables, err := tablesOf(data)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	for _, need := range []string{"head", "hhea", "maxp", "hmtx", "loca", "glyf", "cmap"} {
		if tables[need] == nil {
			return nil, fmt.Errorf("font %s: %w: no table %s", name, errFont, need)
		}
	}
	be := binary.BigEndian
	f = &face{name: name, head: tables["head"], hhea: tables["hhea"], maxp: tables["maxp"], widths: tables["hmtx"], loca: tables["loca"], outline: tables["glyf"]}
	f.units = int(be.Uint16(f.head[18:]))
	for i := range f.box {
		f.box[i] = int16(be.Uint16(f.head[36+2*i:])) //nolint:gosec // the format's own signed numbers
	}
	f.long = be.Uint16(f.head[50:]) != 0
	f.ascent, f.descent = int(int16(be.Uint16(f.hhea[4:]))), int(int16(be.Uint16(f.hhea[6:]))) //nolint:gosec // signed in the format
	f.wide = int(be.Uint16(f.hhea[34:]))
	f.glyphs = int(be.Uint16(f.maxp[4:]))
	f.cmap, err = readCmap(tables["cmap"])
	if err == nil && (f.units == 0 || f.wide == 0 || len(f.widths) < 4*f.wide) {
		err = errFont
	}
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	return f, nil
}

// tablesOf cuts a font file into its tables. Of a collection it takes the first font.
func tablesOf(data []byte) (map[string][]byte, error) {
	be, at := binary.BigEndian, 0
	if string(data[:4]) == "ttcf" {
		at = int(be.Uint32(data[12:]))
	}
	if v := be.Uint32(data[at:]); v != 0x00010000 && v != 0x74727565 { // "true"
		return nil, errFont
	}
	tables := map[string][]byte{}
	for i := range int(be.Uint16(data[at+4:])) {
		entry := data[at+12+16*i:]
		from, size := int(be.Uint32(entry[8:])), int(be.Uint32(entry[12:]))
		if from+size > len(data) {
			return nil, errFont
		}
		tables[string(entry[:4])] = data[from : from+size]
	}
	return tables, nil
}

// readCmap reads the table from characters to glyphs: all of Unicode (format 12) where there is one, else its first plane.
func readCmap(t []byte) (map[rune]uint16, error) {
	be := binary.BigEndian
	best, format := []byte(nil), uint16(0)
	for i := range int(be.Uint16(t[2:])) {
		entry := t[4+8*i:]
		platform, sub := be.Uint16(entry), t[be.Uint32(entry[4:]):]
		if f := be.Uint16(sub); (platform == 0 || platform == 3) && (f == 4 || f == 12) && f > format {
			best, format = sub, f
		}
	}
	switch format {
	case 12:
		return cmapAll(best), nil
	case 4:
		return cmapPlane(best), nil
	}
	return nil, errFont
}

func cmapAll(t []byte) map[rune]uint16 {
	be, m := binary.BigEndian, map[rune]uint16{}
	for i := range int(be.Uint32(t[12:])) {
		group := t[16+12*i:]
		from, to, glyph := be.Uint32(group), be.Uint32(group[4:]), be.Uint32(group[8:])
		for c := from; c <= to && c-from < 0x10000; c++ {
			if g := uint16(glyph + c - from); g != 0 { //nolint:gosec // a font has at most 65,536 glyphs
				m[rune(c)] = g
			}
		}
	}
	return m
}

func cmapPlane(t []byte) map[rune]uint16 {
	be, m := binary.BigEndian, map[rune]uint16{}
	n := int(be.Uint16(t[6:])) // twice the number of segments
	ends, starts, deltas, offsets := t[14:], t[16+n:], t[16+2*n:], t[16+3*n:]
	for i := 0; i < n; i += 2 {
		end, start, delta, offset := be.Uint16(ends[i:]), be.Uint16(starts[i:]), be.Uint16(deltas[i:]), int(be.Uint16(offsets[i:]))
		for c := int(start); c <= int(end) && c != 0xFFFF; c++ {
			glyph := uint16(c) + delta //nolint:gosec // it wraps on purpose
			if offset != 0 {
				if glyph = be.Uint16(offsets[i+offset+2*(c-int(start)):]); glyph != 0 {
					glyph += delta
				}
			}
			if glyph != 0 {
				m[rune(c)] = glyph
			}
		}
	}
	return m
}

// advance is how far a glyph moves the pen, in the font's units.
func (f *face) advance(glyph uint16) uint16 {
	return binary.BigEndian.Uint16(f.widths[4*min(int(glyph), f.wide-1):])
}

// width is a glyph's advance in thousandths of the em.
func (f *face) width(glyph uint16) int { return int(f.advance(glyph)) * 1000 / f.units }

// bearing is how far right of its origin a glyph's outline begins, in the font's units.
func (f *face) bearing(glyph uint16) int16 {
	at := 4*int(glyph) + 2
	if int(glyph) >= f.wide {
		at = 4*f.wide + 2*(int(glyph)-f.wide)
	}
	if at+2 > len(f.widths) {
		return 0
	}
	return int16(binary.BigEndian.Uint16(f.widths[at:])) //nolint:gosec // signed in the format
}

// shape is a glyph's outline as it stands in the font; nothing for a blank.
func (f *face) shape(glyph uint16) []byte {
	be, i := binary.BigEndian, int(glyph)
	if i >= f.glyphs {
		return nil
	}
	var from, to int
	if f.long {
		from, to = int(be.Uint32(f.loca[4*i:])), int(be.Uint32(f.loca[4*i+4:]))
	} else {
		from, to = 2*int(be.Uint16(f.loca[2*i:])), 2*int(be.Uint16(f.loca[2*i+2:]))
	}
	if from >= to || to > len(f.outline) {
		return nil
	}
	return f.outline[from:to]
}
