package sketch

import "math"

// table is a folding table with a cloth, its top edge from (x, y) and w wide.
func (s *sketcher) table(x, y, w, drop float64) {
	cloth := s.lit(s.pick(palette(0xB4232A, 0x2F66B8, 0xE9E4D8, 0x1F8A8A, 0xD9B25A, 0x7D53B0)))
	s.fill(faded(ink, 0.18), oval(x+w/2, y+drop, w*0.54, drop*0.12))
	s.fill(cloth, rect(x, y, w, drop))
	s.fill(lighter(cloth, 0.18), polygon(point{x + 30, y - 34}, point{x + w - 30, y - 34}, point{x + w, y}, point{x, y}))
	for n := 1; n < int(w/70); n++ {
		s.fill(faded(ink, 0.07), rect(x+float64(n)*70, y+6, 5, drop-6))
	}
}

// thing draws one of the things neighbours make, use or give away, standing at (x, y).
func (s *sketcher) thing(kind int, x, y, size float64) {
	tone := s.lit(s.pick(clothes[:7]))
	switch kind % 9 {
	case 0: // cloth bag
		s.fill(darker(tone, 0.2), line(size*0.07, arc(point{x - size*0.2, y - size*0.7}, point{x + size*0.2, y - size*0.7}, -size*0.3)...))
		s.fill(tone, rounded(x-size*0.36, y-size*0.75, size*0.72, size*0.75, size*0.05, size*0.12))
		s.fill(lighter(tone, 0.6), disc(x, y-size*0.38, size*0.15))
	case 1: // books
		for n := range 3 {
			s.fill(s.lit(s.pick(clothes)), rect(x-size*0.4+float64(n%2)*size*0.06, y-size*0.2*float64(n+1), size*0.8, size*0.17))
		}
	case 2: // plant
		s.pots(x, y, size*0.75, 1)
	case 3: // sewing machine
		s.fill(s.lit(hex(0x3D4650)), append(rect(x-size*0.5, y-size*0.16, size, size*0.16), rect(x+size*0.22, y-size*0.62, size*0.22, size*0.5)...))
		s.fill(s.lit(hex(0x3D4650)), rounded(x-size*0.45, y-size*0.75, size*0.9, size*0.24, size*0.1, size*0.04))
		s.fill(s.lit(hex(0x3D4650)), rect(x-size*0.4, y-size*0.55, size*0.14, size*0.24))
		s.fill(s.lit(hex(0xE2B33C)), disc(x+size*0.5, y-size*0.6, size*0.11))
	case 4: // rolls of cloth
		for n := range 3 {
			roll := s.lit(s.pick(clothes[:7]))
			s.fill(roll, rounded(x-size*0.5+float64(n)*size*0.34, y-size*0.9+float64(n%2)*size*0.1, size*0.28, size*0.9-float64(n%2)*size*0.1, size*0.1, size*0.02))
			s.fill(lighter(roll, 0.4), oval(x-size*0.36+float64(n)*size*0.34, y-size*0.86+float64(n%2)*size*0.1, size*0.1, size*0.05))
		}
	case 5: // plate of dumplings
		s.fill(s.lit(hex(0xF4F1EA)), oval(x, y-size*0.08, size*0.6, size*0.15))
		for n := range 6 {
			s.fill(s.lit(hex(0xFBE9C8)), oval(x-size*0.38+float64(n%3)*size*0.38, y-size*0.16-float64(n/3)*size*0.1, size*0.17, size*0.11))
		}
	case 6: // paint and brushes
		for n := range 4 {
			at := x - size*0.42 + float64(n)*size*0.28
			s.fill(s.lit(clothes[n]), rect(at-size*0.1, y-size*0.34, size*0.2, size*0.34))
			s.fill(s.lit(hex(0xD6D9DB)), oval(at, y-size*0.34, size*0.1, size*0.04))
		}
		s.fill(s.lit(hex(0x8A6A44)), line(size*0.05, point{x, y - size*0.34}, point{x + size*0.2, y - size}))
	case 7: // toolbox
		s.fill(s.lit(hex(0xC8452D)), rounded(x-size*0.5, y-size*0.5, size, size*0.5, size*0.05, size*0.03))
		s.fill(s.lit(hex(0x3D4650)), append(rect(x-size*0.5, y-size*0.34, size, size*0.05), rounded(x-size*0.16, y-size*0.66, size*0.32, size*0.18, size*0.06, 0)...))
	default: // kettle and cups
		s.fill(s.lit(hex(0xB9C2C8)), rounded(x-size*0.34, y-size*0.6, size*0.5, size*0.6, size*0.2, size*0.06))
		s.fill(s.lit(hex(0x4A5560)), line(size*0.06, arc(point{x - size*0.28, y - size*0.55}, point{x + size*0.1, y - size*0.55}, -size*0.3)...))
		for n := range 2 {
			s.fill(s.lit(white), rounded(x+size*(0.26+0.22*float64(n)), y-size*0.22, size*0.17, size*0.22, 0, size*0.06))
		}
	}
}

// board is a notice board with papers and drawings on it.
func (s *sketcher) board(x, y, w, h float64, title string) {
	s.fill(s.lit(hex(0x7C6A55)), rounded(x-12, y-12, w+24, h+24, 8, 8))
	s.fill(s.lit(s.pick(palette(0xE6D9BE, 0xDDE7E2, 0xF0E4D2))), rect(x, y, w, h))
	top := 24.0
	if title != "" && writable(title) {
		s.writeCentred(s.lit(hex(0xB4232A)), x+w/2, y+44, 44, w*0.86, title)
		top = 84
	}
	columns := int(w / s.between(120, 170))
	rows := max(1, int((h-top)/s.between(110, 160)))
	cellW, cellH := w/float64(columns), (h-top)/float64(rows)
	for row := range rows {
		for col := range columns {
			s.within(x+cellW*(float64(col)+0.5), y+top+cellH*(float64(row)+0.5), s.between(-0.06, 0.06), 1, func() {
				s.card(cellW*0.8, cellH*0.82)
			})
		}
	}
}

// card is a paper of that size around the origin: a small picture, or lines of writing.
func (s *sketcher) card(w, h float64) {
	s.fill(faded(ink, 0.12), rect(-w/2+4, -h/2+5, w, h))
	s.fill(s.lit(lighter(s.pick(clothes[:7]), 0.82)), rect(-w/2, -h/2, w, h))
	tone := s.lit(s.pick(clothes[:7]))
	switch s.IntN(4) {
	case 0:
		s.fill(lighter(tone, 0.55), rect(-w*0.42, -h*0.4, w*0.84, h*0.52))
		s.fill(tone, polygon(point{-w * 0.42, h * 0.12}, point{-w * 0.1, -h * 0.25}, point{w * 0.12, h * 0.02}, point{w * 0.25, -h * 0.1}, point{w * 0.42, h * 0.12}))
	case 1:
		s.fill(tone, disc(0, -h*0.12, min(w, h)*0.24))
		s.fill(lighter(tone, 0.6), disc(0, -h*0.12, min(w, h)*0.1))
	default:
		s.fill(tone, rect(-w*0.4, -h*0.4, w*0.8, h*0.13))
		s.scribble(-w*0.4, -h*0.16, w*0.8, 6, 3, h*0.14)
	}
	s.scribble(-w*0.4, h*0.28, w*0.7, 5, 2, h*0.12)
	s.fill(s.lit(hex(0xC8272D)), disc(0, -h*0.46, 5))
}

// scribble is writing too small to read: lines of short strokes.
func (s *sketcher) scribble(x, y, w, thick float64, lines int, step float64) {
	for n := range lines {
		end := x + w*s.between(0.6, 1)
		for at := x; at < end; at += thick * s.between(2.5, 4.5) {
			s.fill(faded(ink, 0.55), rect(at, y+float64(n)*step, thick*s.between(1.2, 2.6), thick*0.7))
		}
	}
}

// hand writes a name the way pens do: illegible on purpose, for no neighbour's name belongs in a sample.
func (s *sketcher) hand(x, y, w, h float64) {
	colour := s.pick(palette(0x23324F, 0x1C1E22, 0x2A3E7A))
	strokes := 2 + s.IntN(3)
	for n := range strokes {
		at := x + w*float64(n)/float64(strokes)
		var points []point
		for i := range 7 {
			sin, _ := math.Sincos(float64(i)*s.between(1.1, 2.2) + s.Float64())
			points = append(points, point{at + float64(i)*w/float64(strokes)/8, y + sin*h*0.4})
		}
		s.fill(colour, line(3.2, points...))
		s.fill(colour, line(3, point{at + w*0.04, y - h*0.45}, point{at + w*0.06, y + h*s.between(0.2, 0.5)}))
	}
}
