package sketch

import (
	"image/color"
	"math"
)

// sky fills the picture down to the horizon, with the sun and clouds of the day.
func (s *sketcher) sky(horizon float64) {
	s.wash(0, int(horizon)+1, s.mood.skyHigh, s.mood.skyLow)
	if s.mood.sun.A > 0 && s.chance(70) {
		x, y, r := s.between(120, 1080), s.between(60, horizon*0.4), s.between(36, 60)
		s.fill(faded(s.mood.sun, 0.35), disc(x, y, r*1.7))
		s.fill(s.mood.sun, disc(x, y, r))
	}
	for range s.IntN(4) {
		x, y, w := s.between(0, width), s.between(40, horizon*0.45), s.between(60, 130)
		cloud := append(oval(x, y, w, w*0.22), disc(x-w*0.35, y-w*0.12, w*0.28)...)
		s.fill(faded(lighter(s.mood.skyLow, 0.5), 0.75), append(cloud, disc(x+w*0.2, y-w*0.2, w*0.34)...))
	}
}

// blocks draws a row of houses with their feet at base; low and high bound their height.
func (s *sketcher) blocks(base, low, high float64) {
	for x := s.between(-160, -20); x < width; {
		w, h := s.between(180, 340), s.between(low, high)
		s.house(x, base, w, h)
		x += w + s.between(6, 90)
	}
}

func (s *sketcher) house(x, base, w, h float64) {
	wall := s.pick(s.mood.walls)
	s.fill(wall, rect(x, base-h, w, h+4))
	s.fill(darker(wall, 0.12), rect(x+w*0.86, base-h, w*0.14, h+4))
	if s.chance(40) {
		roof := s.lit(s.pick(palette(0xA4553E, 0x7C5B4B, 0x5F6E77)))
		s.fill(roof, polygon(point{x - 14, base - h}, point{x + w*0.12, base - h - 46}, point{x + w*0.88, base - h - 46}, point{x + w + 14, base - h}))
	} else {
		s.fill(darker(wall, 0.2), rect(x-6, base-h-12, w+12, 14))
	}
	columns := int(w / s.between(54, 72))
	rows := int(h / s.between(66, 86))
	stepX, stepY := w*0.86/float64(columns), (h-20)/float64(rows)
	for row := range rows {
		for col := range columns {
			s.window(x+stepX*(float64(col)+0.5), base-h+20+stepY*(float64(row)+0.45), min(stepX*0.56, 40), min(stepY*0.5, 44), wall)
		}
	}
	door := s.lit(s.pick(palette(0x6B4F3A, 0x4F6B5E, 0x7A3B34)))
	middle := x + stepX*(float64(s.IntN(columns))+0.5)
	s.fill(darker(wall, 0.25), rect(middle-30, base-74, 60, 78))
	s.fill(door, rect(middle-24, base-66, 48, 70))
	s.fill(darker(door, 0.3), rect(middle-1, base-66, 2, 70))
	s.fill(darker(wall, 0.35), rect(middle-42, base-82, 84, 9))
}

// window draws a window around (x, y), some with a balcony, an air conditioner or something hung out to dry.
func (s *sketcher) window(x, y, w, h float64, wall color.NRGBA) {
	glass := s.mood.window
	if s.mood.dusk > 0.1 && s.chance(55) {
		glass = hex(0x3B4258) // nobody home
	}
	s.fill(lighter(wall, 0.5), rect(x-w/2-3, y-h/2-3, w+6, h+6))
	s.fill(glass, rect(x-w/2, y-h/2, w, h))
	s.fill(lighter(wall, 0.4), rect(x-1.5, y-h/2, 3, h))
	s.fill(faded(white, 0.22), polygon(point{x - w/2, y - h/2}, point{x - w/5, y - h/2}, point{x - w/2, y + h/5}))
	switch s.IntN(9) {
	case 0:
		s.fill(darker(wall, 0.1), rect(x+w/2+5, y, 20, 18))
		s.fill(darker(wall, 0.35), disc(x+w/2+15, y+9, 6))
	case 1, 2:
		s.fill(darker(wall, 0.18), rect(x-w/2-8, y+h/2-2, w+16, 14))
		for n := range 4 {
			s.fill(s.pick(s.mood.leaves), disc(x-w/2+float64(n)*w/3, y+h/2-6, 7))
		}
	case 3:
		for n := range 3 {
			s.fill(s.lit(s.pick(clothes)), rect(x-w/2+float64(n)*w/3, y+h/2+3, w/4, 20))
		}
	}
}

// tree stands with its foot at (x, base).
func (s *sketcher) tree(x, base, h float64) {
	leaf := s.pick(s.mood.leaves)
	trunk := s.lit(hex(0x7A5C43))
	s.fill(faded(ink, 0.15), oval(x, base, h*0.25, h*0.035))
	s.fill(trunk, polygon(point{x - h*0.035, base}, point{x - h*0.022, base - h*0.5}, point{x + h*0.022, base - h*0.5}, point{x + h*0.035, base}))
	switch s.IntN(3) {
	case 0: // round
		s.fill(leaf, disc(x, base-h*0.66, h*0.32))
		s.fill(lighter(leaf, 0.14), disc(x-h*0.09, base-h*0.74, h*0.17))
	case 1: // three balls
		s.fill(darker(leaf, 0.1), append(disc(x-h*0.17, base-h*0.55, h*0.2), disc(x+h*0.18, base-h*0.57, h*0.19)...))
		s.fill(leaf, disc(x, base-h*0.74, h*0.25))
		s.fill(lighter(leaf, 0.14), disc(x-h*0.07, base-h*0.8, h*0.11))
	default: // pointed
		for n := range 3 {
			at, half := base-h*(0.25+0.22*float64(n)), h*(0.25-0.05*float64(n))
			s.fill(mix(leaf, lighter(leaf, 0.2), float64(n)/2), polygon(point{x - half, at}, point{x, at - h*0.34}, point{x + half, at}))
		}
	}
}

// hedge is a low row of bushes.
func (s *sketcher) hedge(x, base, w, h float64) {
	leaf := s.pick(s.mood.leaves)
	for at := x; at < x+w; at += h * 0.8 {
		s.fill(mix(leaf, darker(leaf, 0.2), s.Float64()), disc(at, base-h*0.4, h*s.between(0.5, 0.65)))
	}
	s.fill(darker(leaf, 0.15), rect(x-h*0.3, base-h*0.35, w+h*0.4, h*0.38))
}

// banner hangs the text between two poles that stand at foot, or from the wall when foot is 0. Cloth without words is
// still cloth.
func (s *sketcher) banner(x, y, w, h, foot float64, text string) {
	cloth := s.lit(hex(0xC8272D))
	if s.chance(18) {
		cloth = s.lit(s.pick(palette(0x17624A, 0x1F55B5, 0xA8450B)))
	}
	if foot > 0 {
		s.fill(s.lit(hex(0x8A8F94)), append(rect(x-14, y-26, 9, foot-y+26), rect(x+w+5, y-26, 9, foot-y+26)...))
	}
	s.fill(cloth, polygon(append(arc(point{x, y}, point{x + w, y}, 7), arc(point{x + w, y + h}, point{x, y + h}, 9)...)...))
	s.fill(faded(white, 0.08), polygon(append(arc(point{x, y}, point{x + w, y}, 7), arc(point{x + w, y + h*0.3}, point{x, y + h*0.3}, 7)...)...))
	if text != "" && writable(text) {
		s.writeCentred(s.lit(hex(0xFFF6DF)), x+w/2, y+h/2+7, h*0.56, w*0.9, text)
	}
}

// flags strings small flags between two points.
func (s *sketcher) flags(a, b point) {
	points := arc(a, b, 34)
	s.fill(faded(ink, 0.5), line(2, points...))
	for i, p := range points[:len(points)-1] {
		q := points[i+1]
		s.fill(s.lit(clothes[i%7]), polygon(point{p.x + 4, p.y}, point{q.x - 4, q.y}, point{(p.x + q.x) / 2, (p.y+q.y)/2 + 34}))
	}
}

// ground fills below the horizon with paving that runs towards a far point, or with grass.
func (s *sketcher) ground(horizon float64) {
	near := darker(s.mood.ground, 0.12)
	s.wash(int(horizon), height, s.mood.ground, near)
	if s.chance(35) {
		leaf := mix(s.mood.leaves[1], s.mood.ground, 0.35)
		s.wash(int(horizon), height, lighter(leaf, 0.1), darker(leaf, 0.1))
		return
	}
	joint := faded(darker(s.mood.ground, 0.25), 0.35)
	far := s.between(300, 900)
	for n := -10; n <= 10; n++ {
		x := far + float64(n)*190
		s.fill(joint, polygon(point{far + float64(n)*46, horizon}, point{x + 3, height}, point{x - 3, height}))
	}
	for y := horizon + 14; y < height; y += (y - horizon) * 0.6 {
		s.fill(joint, rect(0, y, width, 2))
	}
}

// pots lines up flower pots.
func (s *sketcher) pots(x, base, size float64, count int) {
	for n := range count {
		at := x + float64(n)*size*1.15
		s.fill(faded(ink, 0.15), oval(at, base, size*0.5, size*0.09))
		s.plant(at, base-size*0.5, size)
		pot := s.lit(s.pick(palette(0xB5643C, 0xC98B5E, 0xE9E4D8, 0x4F7D8C)))
		s.fill(pot, polygon(point{at - size*0.36, base - size*0.55}, point{at + size*0.36, base - size*0.55}, point{at + size*0.26, base}, point{at - size*0.26, base}))
		s.fill(darker(pot, 0.15), rect(at-size*0.4, base-size*0.6, size*0.8, size*0.13))
	}
}

// plant grows leaves, often flowers, from (x, y) upwards.
func (s *sketcher) plant(x, y, size float64) {
	leaf := s.lit(s.pick(palette(0x4F8F55, 0x3E7A48, 0x6FA35A)))
	flower := s.lit(s.pick(palette(0xE0525A, 0xF0B93C, 0xE38AA6, 0xFFFFFF, 0x8C6BC0)))
	blooms := s.chance(70)
	for n := range 5 {
		sin, cos := math.Sincos(-math.Pi/2 + float64(n-2)*0.42)
		tip := point{x + cos*size*0.75, y + sin*size*0.75}
		s.fill(leaf, line(size*0.07, point{x, y}, tip))
		s.fill(leaf, oval(x+cos*size*0.5, y+sin*size*0.5, size*0.15, size*0.15))
		if blooms {
			s.fill(flower, disc(tip.x, tip.y, size*0.15))
			s.fill(hex(0xF7D774), disc(tip.x, tip.y, size*0.06))
		}
	}
}
