package sketch

import (
	"fmt"
	"math"
	"strings"
)

// desk is the surface a paper lies on, with a few things around it.
func (s *sketcher) desk() {
	wood := s.lit(s.pick(palette(0x9A6B45, 0xC79A6A, 0xE3D5BC, 0x5C6B70, 0x3F4B52, 0x7E5A48, 0xB7C4C0, 0xD7B3A0)))
	s.wash(0, height, lighter(wood, s.between(0, 0.25)), darker(wood, s.between(0, 0.3)))
	step := s.between(60, 170)
	for y := s.between(-60, 0); y < height; y += step {
		s.fill(faded(darker(wood, 0.4), 0.35), line(3, arc(point{-20, y}, point{width + 20, y + s.between(-30, 30)}, s.between(-16, 16))...))
	}
	for range 1 + s.IntN(3) {
		edge := point{s.between(-40, width+40), float64(s.IntN(2))*(height-60) + s.between(-30, 90)}
		s.thing(s.IntN(9), edge.x, edge.y+60, s.between(150, 260))
	}
}

// sheet is the sign-in sheet, photographed on the desk.
func (s *sketcher) sheet(text string) {
	s.desk()
	w, h := s.between(560, 760), s.between(640, 800)
	s.within(s.between(420, 780), s.between(400, 500), s.between(-0.3, 0.3), s.between(0.85, 1.2), func() {
		x, y := -w/2, -h/2
		s.shadowOf(x, y, w, h)
		s.fill(s.lit(s.pick(palette(0xFDFCF7, 0xF7F3E6, 0xFFFFFF))), rect(x, y, w, h))
		title := text
		if title == "" || !writable(title) {
			title = "活动签到表"
		}
		s.writeCentred(ink, 0, y+56, 40, w*0.84, title)
		s.scribble(x+50, y+98, w*0.5, 6, 1, 20)
		s.ledger(x+40, y+124, w-80, h-170)
	})
	s.pen()
}

// ledger rules a table and fills its upper rows in many hands.
func (s *sketcher) ledger(x, y, w, h float64) {
	rows := 9 + s.IntN(7)
	columns := [...]float64{0, 0.12, 0.42, 0.68, 1}
	step := h / float64(rows)
	s.fill(s.lit(hex(0xE9EEF0)), rect(x, y, w, step))
	for n := range rows + 1 {
		s.fill(faded(ink, 0.6), rect(x, y+float64(n)*step-1, w, 2))
	}
	for i, at := range columns {
		s.fill(faded(ink, 0.6), rect(x+w*at-1, y, 2, h))
		if i < 4 {
			middle := x + w*(at+columns[i+1])/2
			s.writeCentred(ink, middle, y+step*0.5, min(24, step*0.5), w*0.2, [...]string{"序号", "姓名", "楼栋", "签到"}[i])
		}
	}
	filled := rows * (50 + s.IntN(51)) / 100
	for n := 1; n < filled; n++ {
		middle := y + (float64(n)+0.5)*step
		s.writeCentred(ink, x+w*0.06, middle, min(20, step*0.42), w*0.1, fmt.Sprint(n))
		s.hand(x+w*0.16, middle, w*0.2, step*0.6)
		s.writeCentred(faded(ink, 0.8), x+w*0.55, middle, min(22, step*0.46), w*0.2, fmt.Sprintf("%d-%d", 1+s.IntN(12), 101+s.IntN(5)*100+s.IntN(4)))
		s.hand(x+w*0.73, middle, w*0.18, step*0.66)
	}
}

// pen lies somewhere across the paper's edge.
func (s *sketcher) pen() {
	s.within(s.between(200, 1000), s.between(500, 820), s.between(0, math.Pi), 1, func() {
		body := s.lit(s.pick(clothes))
		s.fill(faded(ink, 0.2), rounded(-146, 8, 300, 26, 12, 12))
		s.fill(body, rounded(-150, -12, 260, 24, 10, 10))
		s.fill(s.lit(hex(0xD8DCDF)), polygon(point{110, -11}, point{152, 0}, point{110, 11}))
		s.fill(darker(body, 0.3), rounded(-150, -12, 90, 24, 10, 2))
	})
}

// receipt is a shop's paper: the first line is the shop, each further line an item with its sum at the end.
func (s *sketcher) receipt(text string) {
	s.desk()
	shop, items, _ := strings.Cut(text, "\n")
	if shop == "" || !writable(shop) {
		shop = "便民五金店"
	}
	w, h := s.between(420, 560), s.between(640, 760)
	s.within(s.between(360, 840), s.between(400, 480), s.between(-0.34, 0.34), s.between(0.9, 1.2), func() {
		x, y := -w/2, -h/2
		s.shadowOf(x, y, w, h)
		s.slip(x, y, w, h)
		s.writeCentred(ink, 0, y+62, 38, w*0.86, shop)
		s.writeCentred(faded(ink, 0.75), 0, y+108, 24, w*0.8, "收 款 收 据")
		s.dashes(x+30, y+136, w-60)
		foot := s.items(x+34, y+178, w-68, h-330, items)
		s.dashes(x+30, foot, w-60)
		s.scribble(x+34, foot+70, w*0.5, 6, 2, 26)
		s.stamp(x+w*s.between(0.62, 0.76), y+h-s.between(110, 140), s.between(62, 78))
	})
	if s.chance(50) {
		s.pen()
	}
}

// slip is the paper with its torn lower edge.
func (s *sketcher) slip(x, y, w, h float64) {
	points := []point{{x, y}, {x + w, y}, {x + w, y + h}}
	teeth := 24
	for n := range teeth {
		at := x + w - w*float64(n)/float64(teeth)
		points = append(points, point{at - w/float64(teeth)/2, y + h - 12}, point{at - w/float64(teeth), y + h})
	}
	s.fill(s.lit(s.pick(palette(0xFFFFFF, 0xFBF8EE, 0xFFF3F0, 0xF3F7FB))), polygon(points...))
}

func (s *sketcher) dashes(x, y, w float64) {
	for at := x; at < x+w-8; at += 18 {
		s.fill(faded(ink, 0.5), rect(at, y, 11, 2.5))
	}
}

// items writes the lines of the receipt, name left and sum right, and gives the height below them.
func (s *sketcher) items(x, y, w, room float64, text string) float64 {
	lines := strings.Split(text, "\n")
	if text == "" || !writable(strings.ReplaceAll(text, "\n", "")) {
		lines = nil
	}
	if len(lines) == 0 {
		for range 3 + s.IntN(4) {
			s.scribble(x, y-12, w*0.5, 8, 1, 0)
			s.scribble(x+w*0.74, y-12, w*0.24, 8, 1, 0)
			y += 44
		}
		return y
	}
	step := min(46, room/float64(len(lines)))
	for _, l := range lines {
		name, sum := strings.TrimSpace(l), ""
		if cut := strings.LastIndexByte(name, ' '); cut >= 0 {
			name, sum = strings.TrimSpace(name[:cut]), name[cut+1:]
		}
		left, wide := glyphs(name, step*0.58)
		right, sumWide := glyphs(sum, step*0.58)
		squeeze := min(1, (w-sumWide-20)/max(wide, 1))
		s.within(x, y, 0, squeeze, func() { s.fill(ink, left) })
		s.within(x+w-sumWide, y, 0, 1, func() { s.fill(ink, right) })
		y += step
	}
	return y
}

// stamp is a shop's round red seal, turned a little, its ink uneven.
func (s *sketcher) stamp(x, y, r float64) {
	red := faded(hex(0xC8272D), 0.78)
	s.within(x, y, s.between(-0.5, 0.5), 1, func() {
		ring := make([]point, 49)
		for i := range ring {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / 48)
			ring[i] = point{r * cos, r * sin}
		}
		s.fill(red, line(r*0.08, ring...))
		star := make([]point, 10)
		for i := range star {
			sin, cos := math.Sincos(-math.Pi/2 + math.Pi*float64(i)/5)
			long := r * 0.34
			if i%2 == 1 {
				long *= 0.4
			}
			star[i] = point{long * cos, long*sin - r*0.08}
		}
		s.fill(red, polygon(star...))
		s.writeCentred(red, 0, r*0.56, r*0.3, r*1.5, "收款专用")
	})
}
