// Package paper lays out A4 documents and writes them as PDF: Chinese text, official tables, places to sign, codes to
// scan. It knows no rule of the domain; what stands on the paper is its caller's.
//
// No character is ever lost: each is drawn from the first font that has it, a symbol that none has is printed by its
// number, and a letter that none has stops the work with an error that names it (Missing).
package paper

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"os"
	"sync"
	"unicode"
)

// The fonts' making and licences: fonts/README.md.
var (
	//go:embed fonts/body.ttf.gz
	bodyFont []byte
	//go:embed fonts/rare.ttf.gz
	rareFont []byte
)

// Fonts are the faces text is drawn from, the first that has a character drawing it. They are read once and used by
// any number of documents at a time.
type Fonts struct{ faces []*face }

// Missing is the error about a letter that no font has.
type Missing struct{ Char rune }

// Error names the letter.
func (m Missing) Error() string {
	return fmt.Sprintf("no font has the character %q (U+%04X)", m.Char, m.Char)
}

var embedded = sync.OnceValues(func() ([]*face, error) {
	var faces []*face
	for _, f := range []struct {
		name string
		data []byte
	}{{"SeedbedBody", bodyFont}, {"SeedbedRare", rareFont}} {
		z, err := gzip.NewReader(bytes.NewReader(f.data))
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(z)
		if err != nil {
			return nil, err
		}
		parsed, err := readFace(f.name, data)
		if err != nil {
			return nil, err
		}
		faces = append(faces, parsed)
	}
	return faces, nil
})

// OpenFonts gives the two embedded faces, and after them the font file extra, "" for none: a TrueType font (.ttf, .ttc)
// with the letters the embedded ones lack.
func OpenFonts(extra string) (*Fonts, error) {
	faces, err := embedded()
	if err != nil || extra == "" {
		return &Fonts{faces}, err
	}
	data, err := os.ReadFile(extra) //nolint:gosec // named by the operator
	if err != nil {
		return nil, err
	}
	more, err := readFace("SeedbedExtra", data)
	if err != nil {
		return nil, err
	}
	return &Fonts{append(append([]*face{}, faces...), more)}, nil
}

// has finds the first face with a character, -1 for none.
func (f *Fonts) has(c rune) int {
	for i, face := range f.faces {
		if _, ok := face.cmap[c]; ok {
			return i
		}
	}
	return -1
}

// Check tells whether a text can be printed: a Missing for the first letter that cannot.
func (f *Fonts) Check(text string) error {
	_, err := f.clean(text)
	return err
}

// clean makes a text printable: controls, joiners and selectors of a variant go, a symbol without a glyph is written as
// its number. A letter or mark without a glyph is a Missing.
func (f *Fonts) clean(text string) (string, error) {
	var out []rune
	for _, c := range text {
		switch {
		case c == '\t':
			out = append(out, ' ', ' ')
		case c == '\n':
			out = append(out, c)
		case unicode.Is(unicode.Cc, c), unicode.Is(unicode.Cf, c), unicode.Is(unicode.Variation_Selector, c):
		case f.has(c) >= 0:
			out = append(out, c)
		case unicode.IsSpace(c):
			out = append(out, ' ')
		case unicode.IsLetter(c), unicode.IsMark(c), unicode.IsNumber(c):
			return "", Missing{c}
		default:
			out = append(out, []rune(fmt.Sprintf("〔U+%04X〕", c))...)
		}
	}
	return string(out), nil
}

// width is how wide a character is at a size of one point, in thousandths.
func (f *Fonts) width(c rune) int {
	i := f.has(c)
	if i < 0 {
		return 0
	}
	face := f.faces[i]
	return face.width(face.cmap[c])
}

// measure is the width of a text in points.
func (f *Fonts) measure(text string, size float64) float64 {
	sum := 0
	for _, c := range text {
		sum += f.width(c)
	}
	return float64(sum) * size / 1000
}
