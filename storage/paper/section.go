package paper

import (
	"fmt"

	"rsc.io/qr"
)

// The page's margins and type sizes, in points.
const (
	margin   = 56.7 // 2 cm
	topLine  = 42.0 // where the header stands
	bodyTop  = 62.0
	bodyEnd  = pageHigh - 62.0
	footLine = pageHigh - 36.0
	textWide = pageWide - 2*margin

	titleSize = 18.0
	headSize  = 12.5
	bodySize  = 10.5
	smallSize = 8.5
	leading   = 1.5 // of the size, from line to line
	cellPad   = 4.0
	ruleThin  = 0.6
	greyText  = 0.35
)

// mark is something on a page: a line of text, a line, or a filled rectangle. y grows downwards.
type mark struct {
	x, y, wide, high float64
	text             string
	size, grey, line float64
	bold, fill       bool
}

type spot struct {
	x, y, wide, high float64
	target           int
}

type sheet struct {
	marks []mark
	links []spot
}

// Section is a run of pages that are numbered together: one document of its own, or one part of a book.
type Section struct {
	Name   string // in the reader's outline; "" for no line there
	Left   string // above every page, left
	Right  string // above every page, right
	Mark   string // set apart above every page and behind its text: 草稿
	Number func(page, of int) string

	fonts *Fonts
	pages []*sheet
	y     float64
	err   error
	done  bool
}

// NewSection begins a section with its first, empty page.
func NewSection(fonts *Fonts) *Section {
	s := &Section{fonts: fonts}
	s.turn()
	return s
}

// Err is what has gone wrong so far: a Missing for a letter that cannot be printed.
func (s *Section) Err() error { return s.err }

func (s *Section) turn() {
	s.pages = append(s.pages, &sheet{})
	s.y = bodyTop
}

func (s *Section) page() *sheet { return s.pages[len(s.pages)-1] }

func (s *Section) put(m mark) { p := s.page(); p.marks = append(p.marks, m) }

// clean makes a text printable and keeps the first letter that is not.
func (s *Section) clean(text string) string {
	out, err := s.fonts.clean(text)
	if s.err == nil {
		s.err = err
	}
	return out
}

// room turns the page when less than high is left of it.
func (s *Section) room(high float64) {
	if s.y+high > bodyEnd && s.y > bodyTop {
		s.turn()
	}
}

// style is how a text looks.
type style struct {
	size, grey float64
	bold       bool
	align      Align
}

// Align is where a text stands in its column.
type Align int

// Left is where text stands when nothing is said.
const (
	Left Align = iota
	Middle
	Right
)

// line puts one line of text into a column and moves nothing.
func (s *Section) line(text string, x, y, wide float64, st style) {
	if text == "" {
		return
	}
	switch long := s.fonts.measure(text, st.size); st.align {
	case Middle:
		x += (wide - long) / 2
	case Right:
		x += wide - long
	case Left:
	}
	s.put(mark{x: x, y: y, text: text, size: st.size, grey: st.grey, bold: st.bold})
}

// text flows a text over the page and on to the next.
func (s *Section) text(text string, st style) {
	high := st.size * leading
	for _, l := range s.fonts.wrap(s.clean(text), textWide, st.size) {
		s.room(high)
		s.line(l, margin, s.y+st.size, textWide, st)
		s.y += high
	}
}

// Title is the document's name, large and in the middle.
func (s *Section) Title(text string) {
	s.y += 6
	s.text(text, style{size: titleSize, bold: true, align: Middle})
	s.y += 8
}

// Caption is a line of small texts below the title, spread from left to right.
func (s *Section) Caption(texts ...string) {
	if len(texts) == 0 {
		return
	}
	s.room(bodySize * leading)
	for i, t := range texts {
		st := style{size: bodySize, align: Middle}
		switch {
		case i == 0 && len(texts) > 1:
			st.align = Left
		case i == len(texts)-1 && len(texts) > 1:
			st.align = Right
		}
		s.line(s.clean(t), margin, s.y+bodySize, textWide, st)
	}
	s.y += bodySize*leading + 4
}

// Heading is the name of a part. It is not left alone at the foot of a page.
func (s *Section) Heading(text string) {
	s.y += 8
	s.room(headSize*leading + 3*bodySize*leading)
	s.text(text, style{size: headSize, bold: true})
	s.y += 2
}

// Paragraph is running text; new lines in it stay.
func (s *Section) Paragraph(text string) {
	s.text(text, style{size: bodySize})
	s.y += 3
}

// Small is a note in small grey type.
func (s *Section) Small(text string) { s.text(text, style{size: smallSize, grey: greyText}) }

// Gap leaves some room, in points.
func (s *Section) Gap(points float64) { s.y += points }

// Signatures is a row of places to sign, each with its role and, where it is known, a name.
func (s *Section) Signatures(roles ...string) {
	const high = 54
	s.room(high)
	column := textWide / float64(len(roles))
	for i, r := range roles {
		s.line(s.clean(r), margin+float64(i)*column, s.y+28, column, style{size: bodySize})
		x := margin + float64(i)*column + s.fonts.measure(s.clean(r), bodySize) + 2
		if end := margin + float64(i+1)*column - 12; x < end {
			s.put(mark{x: x, y: s.y + 31, wide: end - x, line: ruleThin, grey: greyText})
		}
	}
	s.y += high
}

// Seal ties the paper to its live record: a code to scan that opens address, and beside it some lines.
func (s *Section) Seal(address string, lines ...string) {
	const side = 72.0
	s.room(side + 8)
	s.y += 4
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		if s.err == nil {
			s.err = fmt.Errorf("code for %s: %w", address, err)
		}
		return
	}
	dot := side / float64(code.Size+8) // four dots of quiet on each side
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			run := 0
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			if run > 0 {
				s.put(mark{x: margin + dot*float64(x+4), y: s.y + dot*float64(y+4), wide: dot * float64(run), high: dot * 1.02, fill: true})
				x += run
			}
		}
	}
	at := s.y + 10
	for _, text := range append(lines, address) {
		for _, l := range s.fonts.wrap(s.clean(text), textWide-side-10, smallSize) {
			s.line(l, margin+side+10, at+smallSize, textWide-side-10, style{size: smallSize, grey: greyText})
			at += smallSize * leading
		}
	}
	s.y = max(s.y+side, at) + 6
}

// Close lays out what is around the text and tells whether the section can be printed; Book.Add does it too.
func (s *Section) Close() error { return s.finish() }

// finish draws what stands around the text of each page, now that it is known how many there are.
func (s *Section) finish() error {
	if s.done || s.err != nil {
		return s.err
	}
	s.done = true
	left, right, note := s.clean(s.Left), s.clean(s.Right), s.clean(s.Mark)
	for i, p := range s.pages {
		small := style{size: smallSize, grey: greyText}
		around := &Section{fonts: s.fonts, pages: []*sheet{{}}}
		around.line(left, margin, topLine, textWide, small)
		small.align = Right
		around.line(right, margin, topLine, textWide, small)
		around.put(mark{x: margin, y: topLine + 5, wide: textWide, line: ruleThin, grey: 0.7})
		if note != "" {
			around.line(note, margin, topLine, textWide, style{size: smallSize + 2, bold: true, align: Middle})
			around.line(note, 0, pageHigh/2, pageWide, style{size: 96, grey: 0.93, align: Middle})
		}
		if s.Number != nil {
			small.align = Middle
			around.line(s.clean(s.Number(i+1, len(s.pages))), margin, footLine, textWide, small)
		}
		p.marks = append(around.pages[0].marks, p.marks...) // behind the text
	}
	return s.err
}
