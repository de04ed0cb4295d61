package paper

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// A4 in points.
const (
	pageWide = 595.28
	pageHigh = 841.89
)

// Info is what a document says about itself.
type Info struct {
	Title string
	Lang  string // "zh-CN", "en"
	At    time.Time
}

// Book is a PDF being written: every page goes out as soon as it is known, so that a book of any length needs the memory
// of its longest section and of the glyphs it uses.
type Book struct {
	fonts *Fonts
	info  Info
	out   *counter
	marks []int64 // where each object begins; object n is marks[n-1]
	pages []int   // the pages' objects, in reading order
	front []int   // pages that are written last and read first
	used  []*subset
	names []int  // the object of each face
	outer []link // the outline: one line for each section that has a name
	err   error
}

type link struct {
	text string
	page int // its object
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// The objects every book has, in front of what grows.
const (
	catalogObject = iota + 1
	pagesObject
	infoObject
	fontObjects // the first face; the others follow
)

// Begin starts a document on w. End finishes it; what went wrong in between is told there too.
func Begin(w io.Writer, fonts *Fonts, info Info) *Book {
	b := &Book{fonts: fonts, info: info, out: &counter{w: w}}
	b.marks = make([]int64, fontObjects-1)
	for _, f := range fonts.faces {
		b.used = append(b.used, newSubset(f))
		b.names = append(b.names, b.reserve())
	}
	b.print("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	return b
}

func (b *Book) print(format string, args ...any) {
	if b.err == nil {
		_, b.err = fmt.Fprintf(b.out, format, args...)
	}
}

// reserve gives the number of an object to be written later.
func (b *Book) reserve() int {
	b.marks = append(b.marks, 0)
	return len(b.marks)
}

func (b *Book) object(n int, body string) {
	b.marks[n-1] = b.out.n
	b.print("%d 0 obj\n%s\nendobj\n", n, body)
}

// stream writes an object of bytes, packed.
func (b *Book) stream(n int, dict string, body []byte) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(body)
	_ = z.Close()
	b.marks[n-1] = b.out.n
	b.print("%d 0 obj\n<<%s/Filter/FlateDecode/Length %d>>\nstream\n", n, dict, packed.Len())
	if b.err == nil {
		_, b.err = b.out.Write(packed.Bytes())
	}
	b.print("\nendstream\nendobj\n")
}

// Pages is how many pages have been added.
func (b *Book) Pages() int { return len(b.pages) + len(b.front) }

// Add writes a section. A section with a name is a line in the reader's outline.
func (b *Book) Add(s *Section) error {
	b.pages = append(b.pages, b.write(s, nil)...)
	return b.err
}

// write puts a section's pages out and gives their objects. targets are where the section's links lead.
func (b *Book) write(s *Section, targets []int) []int {
	if b.err == nil {
		b.err = s.finish()
	}
	if b.err != nil {
		return nil
	}
	var objects []int
	for _, p := range s.pages {
		content, page := b.reserve(), b.reserve()
		b.stream(content, "", b.draw(p))
		annots := ""
		for _, a := range p.links {
			if a.target < len(targets) {
				annots += fmt.Sprintf("<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[%s %s %s %s]/Dest[%d 0 R/Fit]>>",
					num(a.x), num(pageHigh-a.y-a.high), num(a.x+a.wide), num(pageHigh-a.y), targets[a.target])
			}
		}
		if annots != "" {
			annots = "/Annots[" + annots + "]"
		}
		var fonts strings.Builder
		for i, n := range b.names {
			fmt.Fprintf(&fonts, "/F%d %d 0 R", i, n)
		}
		b.object(page, fmt.Sprintf("<</Type/Page/Parent %d 0 R/MediaBox[0 0 %s %s]/Contents %d 0 R/Resources<</Font<<%s>>>>%s>>",
			pagesObject, num(pageWide), num(pageHigh), content, fonts.String(), annots))
		objects = append(objects, page)
	}
	if s.Name != "" && len(objects) > 0 {
		b.outer = append(b.outer, link{s.Name, objects[0]})
	}
	return objects
}

// draw writes a page's marks in the language of PDF.
func (b *Book) draw(p *sheet) []byte {
	var out bytes.Buffer
	for _, m := range p.marks {
		switch {
		case m.text != "":
			b.drawText(&out, m)
		case m.fill:
			fmt.Fprintf(&out, "%s g %s %s %s %s re f\n", num(m.grey), num(m.x), num(pageHigh-m.y-m.high), num(m.wide), num(m.high))
		default:
			fmt.Fprintf(&out, "%s w %s G %s %s m %s %s l S\n", num(m.line), num(m.grey), num(m.x), num(pageHigh-m.y), num(m.x+m.wide), num(pageHigh-m.y-m.high))
		}
	}
	return out.Bytes()
}

// drawText draws one line of text, changing the face where the next character needs another.
func (b *Book) drawText(out *bytes.Buffer, m mark) {
	fmt.Fprintf(out, "BT %s g %s G ", num(m.grey), num(m.grey))
	if m.bold { // the fonts have one weight: a bold letter is its outline drawn too
		fmt.Fprintf(out, "2 Tr %s w ", num(m.size*0.035))
	} else {
		out.WriteString("0 Tr ")
	}
	fmt.Fprintf(out, "1 0 0 1 %s %s Tm ", num(m.x), num(pageHigh-m.y))
	at := -1
	for _, c := range m.text {
		i := b.fonts.has(c)
		if i < 0 {
			continue // clean has seen to it
		}
		if i != at {
			if at >= 0 {
				out.WriteString("> Tj ")
			}
			fmt.Fprintf(out, "/F%d %s Tf <", i, num(m.size))
			at = i
		}
		fmt.Fprintf(out, "%04X", b.used[i].use(c))
	}
	if at >= 0 {
		out.WriteString("> Tj ")
	}
	out.WriteString("ET\n")
}

// End writes the fonts and the tables that hold the document together.
func (b *Book) End() error {
	for i, s := range b.used {
		b.font(b.names[i], s)
	}
	var kids strings.Builder
	for _, n := range append(append([]int{}, b.front...), b.pages...) {
		fmt.Fprintf(&kids, "%d 0 R ", n)
	}
	b.object(pagesObject, fmt.Sprintf("<</Type/Pages/Kids[%s]/Count %d>>", kids.String(), b.Pages()))
	outline := ""
	if len(b.outer) > 1 {
		outline = fmt.Sprintf("/Outlines %d 0 R/PageMode/UseOutlines", b.outline())
	}
	b.object(catalogObject, fmt.Sprintf("<</Type/Catalog/Pages %d 0 R/Lang(%s)/ViewerPreferences<</DisplayDocTitle true>>%s>>", pagesObject, b.info.Lang, outline))
	b.object(infoObject, fmt.Sprintf("<</Title %s/Producer(Seedbed)/CreationDate(D:%s)>>", wide(b.info.Title), b.info.At.UTC().Format("20060102150405Z")))
	start := b.out.n
	b.print("xref\n0 %d\n0000000000 65535 f \n", len(b.marks)+1)
	for _, at := range b.marks {
		b.print("%010d 00000 n \n", at)
	}
	b.print("trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(b.marks)+1, catalogObject, infoObject, start)
	return b.err
}

func (b *Book) outline() int {
	root, items := b.reserve(), make([]int, len(b.outer))
	for i := range items {
		items[i] = b.reserve()
	}
	for i, l := range b.outer {
		around := ""
		if i > 0 {
			around += fmt.Sprintf("/Prev %d 0 R", items[i-1])
		}
		if i+1 < len(items) {
			around += fmt.Sprintf("/Next %d 0 R", items[i+1])
		}
		b.object(items[i], fmt.Sprintf("<</Title %s/Parent %d 0 R%s/Dest[%d 0 R/Fit]>>", wide(l.text), root, around, l.page))
	}
	b.object(root, fmt.Sprintf("<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>", items[0], items[len(items)-1], len(items)))
	return root
}

// font writes a face with the glyphs that were used, and what each of them says.
func (b *Book) font(n int, s *subset) {
	f := s.face
	under, about, file, says := b.reserve(), b.reserve(), b.reserve(), b.reserve()
	name := "SEEDBD+" + f.name
	var widths strings.Builder
	for i := range s.source {
		fmt.Fprintf(&widths, "%d ", f.width(s.source[i]))
	}
	em := func(v int) int { return v * 1000 / f.units }
	b.object(n, fmt.Sprintf("<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, under, says))
	b.object(under, fmt.Sprintf("<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/CIDToGIDMap/Identity/DW 1000/W[0[%s]]>>",
		name, about, widths.String()))
	b.object(about, fmt.Sprintf("<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
		name, em(int(f.box[0])), em(int(f.box[1])), em(int(f.box[2])), em(int(f.box[3])), em(f.ascent), em(f.descent), em(f.ascent), file))
	ttf := s.file()
	b.stream(file, fmt.Sprintf("/Length1 %d", len(ttf)), ttf)
	b.stream(says, "", s.unicode())
}

// unicode is the table from glyphs back to characters, for copying, searching and reading aloud.
func (s *subset) unicode() []byte {
	var out bytes.Buffer
	out.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	for from := 1; from < len(s.chars); from += 100 {
		part := s.chars[from:min(from+100, len(s.chars))]
		fmt.Fprintf(&out, "%d beginbfchar\n", len(part))
		for i, c := range part {
			fmt.Fprintf(&out, "<%04X><%s>\n", from+i, hex16(string(c)))
		}
		out.WriteString("endbfchar\n")
	}
	out.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return out.Bytes()
}

// hex16 writes a text as UTF-16 in hexadecimal.
func hex16(text string) string {
	var out strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&out, "%04X", u)
	}
	return out.String()
}

// wide is a string of the document's own data, such as its title.
func wide(text string) string { return "<FEFF" + hex16(text) + ">" }

// num writes a measure with two decimals at most.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}
