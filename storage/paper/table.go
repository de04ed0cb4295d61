package paper

import "slices"

// Cell is one field of a table.
type Cell struct {
	Text  string
	Align Align
	Bold  bool
	Span  int // columns it takes, 0 for one
	Link  int // for contents: the number of the entry it leads to, from 1
}

// Table is a ruled table as official papers have them. A row goes on over the page where it must, and the head is
// printed again.
type Table struct {
	Widths []float64 // of the columns, as parts of the whole
	Head   []string
	Rows   [][]Cell
}

// laid is a cell with its place and its lines.
type laid struct {
	x, wide float64
	lines   []string
	st      style
	link    int
	shade   bool
}

// Table draws a table at the full width of the text.
func (s *Section) Table(t Table) {
	total := 0.0
	for _, w := range t.Widths {
		total += w
	}
	edges := []float64{margin}
	for _, w := range t.Widths {
		edges = append(edges, edges[len(edges)-1]+w/total*textWide)
	}
	var head []laid
	if len(t.Head) > 0 {
		cells := make([]Cell, len(t.Head))
		for i, h := range t.Head {
			cells[i] = Cell{Text: h, Align: Middle, Bold: true}
		}
		head = s.lay(cells, edges)
		for i := range head {
			head[i].shade = true
		}
	}
	if len(head) > 0 {
		s.room(highOf(head) + 2*bodySize*leading)
		s.row(head, nil)
	}
	for _, r := range t.Rows {
		s.row(s.lay(r, edges), head)
	}
	s.y += 6
}

// lay breaks the cells of a row into lines.
func (s *Section) lay(cells []Cell, edges []float64) []laid {
	out, column := make([]laid, 0, len(cells)), 0
	for _, c := range cells {
		span := max(c.Span, 1)
		end := min(column+span, len(edges)-1)
		l := laid{x: edges[column], wide: edges[end] - edges[column], st: style{size: bodySize, bold: c.Bold, align: c.Align}, link: c.Link}
		l.lines = s.fonts.wrap(s.clean(c.Text), l.wide-2*cellPad, bodySize)
		out, column = append(out, l), end
	}
	return out
}

func highOf(row []laid) float64 {
	most := 1
	for _, c := range row {
		most = max(most, len(c.lines))
	}
	return float64(most)*bodySize*leading + 2*cellPad
}

// row draws a row: whole on this page, whole on the next, or, when it is higher than a page, line by line over several.
func (s *Section) row(row, head []laid) {
	full := bodyEnd - bodyTop
	if len(head) > 0 {
		full -= highOf(head)
	}
	if high := highOf(row); s.y+high > bodyEnd && high <= full {
		s.overleaf(head)
	}
	for {
		fits := int((bodyEnd - s.y - 2*cellPad) / (bodySize * leading))
		if fits < 1 {
			s.overleaf(head)
			continue
		}
		part, rest, left := slices.Clone(row), slices.Clone(row), false
		for i, c := range row {
			n := min(fits, len(c.lines))
			part[i].lines, rest[i].lines = c.lines[:n], c.lines[n:]
			left = left || len(rest[i].lines) > 0
		}
		s.box(part)
		if !left {
			return
		}
		row = rest
		s.overleaf(head)
	}
}

func (s *Section) overleaf(head []laid) {
	s.turn()
	if len(head) > 0 {
		s.box(head)
	}
}

// box draws the cells of a row with the lines around them.
func (s *Section) box(row []laid) {
	high := highOf(row)
	for _, c := range row {
		if c.shade {
			s.put(mark{x: c.x, y: s.y, wide: c.wide, high: high, grey: 0.94, fill: true})
		}
	}
	for _, c := range row {
		top := s.y + cellPad
		if c.st.align == Middle { // short fields stand in the middle of a high row
			top = s.y + (high-float64(len(c.lines))*bodySize*leading)/2
		}
		for i, l := range c.lines {
			s.line(l, c.x+cellPad, top+float64(i)*bodySize*leading+bodySize*1.1, c.wide-2*cellPad, c.st)
		}
		for _, edge := range []mark{{x: c.x, y: s.y, wide: c.wide}, {x: c.x, y: s.y + high, wide: c.wide}, {x: c.x, y: s.y, high: high}, {x: c.x + c.wide, y: s.y, high: high}} {
			edge.line = ruleThin
			s.put(edge)
		}
		if c.link > 0 {
			p := s.page()
			p.links = append(p.links, spot{c.x, s.y, c.wide, high, c.link - 1})
		}
	}
	s.y += high
}
