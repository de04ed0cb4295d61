package sketch

import "image/color"

// panorama is everybody in the courtyard before the houses, with the banner over them.
func (s *sketcher) panorama(text string) {
	horizon := s.between(400, 560)
	s.sky(horizon)
	s.fill(s.mood.far, oval(s.between(0, width), horizon+30, s.between(400, 900), s.between(60, 160)))
	switch s.IntN(3) {
	case 0:
		s.blocks(horizon, 220, 420)
	case 1:
		s.blocks(horizon, 120, 240)
	default:
		s.house(s.between(-60, 120), horizon, s.between(300, 460), s.between(260, 400))
		s.house(s.between(700, 860), horizon, s.between(260, 420), s.between(140, 380))
	}
	s.ground(horizon)
	for range 2 + s.IntN(4) {
		s.tree(s.between(-40, width+40), horizon+s.between(0, 40), s.between(200, 430))
	}
	s.hedge(s.between(-60, 500), horizon+24, s.between(200, 600), s.between(36, 60))
	if s.chance(50) {
		s.flags(point{-20, s.between(60, 200)}, point{width + 20, s.between(60, 200)})
	}
	w := s.between(620, 900)
	x := s.between(60, width-w-60)
	s.banner(x, horizon-s.between(215, 290), w, s.between(78, 100), horizon+s.between(20, 60), text)
	front := horizon + s.between(170, 240)
	s.crowd(front-60, s.between(190, 225), 4+s.IntN(6), 0)
	if s.chance(60) {
		left := s.between(120, 560)
		s.table(left, front+40, s.between(300, 520), 130)
		for n := range 3 + s.IntN(3) {
			s.thing(s.IntN(9), left+70+float64(n)*80, front+34, s.between(58, 84))
		}
	}
	s.crowd(front+s.between(90, 150), s.between(230, 300), 3+s.IntN(5), 30)
	s.foreground()
}

// crowd stands people in a row at base; some of them are children.
func (s *sketcher) crowd(base, h float64, count, children int) {
	step := width / float64(count)
	shift := s.between(-step*0.3, step*0.3)
	for n := range count {
		if s.chance(12) {
			continue // a gap, as in every row of people
		}
		child := s.chance(children)
		tall := h * s.between(0.92, 1.05)
		if child {
			tall *= 0.66
		}
		s.stand(s.person(child), shift+step*(float64(n)+0.5)+s.between(-18, 18), base+s.between(-14, 14), tall, s.chance(22), s.holding())
	}
}

// holding is something to hold, or nothing.
func (s *sketcher) holding() func(x, y, size float64) {
	if !s.chance(28) {
		return nil
	}
	kind := s.IntN(3)
	return func(x, y, size float64) { s.thing(kind, x, y+size*0.4, size) }
}

// foreground frames some pictures with something close to the camera.
func (s *sketcher) foreground() {
	switch s.IntN(5) {
	case 0:
		s.pots(s.between(30, 200), height-10, s.between(100, 150), 2+s.IntN(4))
	case 1:
		s.hedge(-40, height+30, width+120, s.between(90, 140))
	case 2:
		leaf := darker(s.pick(s.mood.leaves), 0.25)
		x := float64(s.IntN(2) * width)
		for range 9 {
			s.fill(mix(leaf, lighter(leaf, 0.2), s.Float64()), disc(x+s.between(-190, 190), s.between(-40, 150), s.between(50, 100)))
		}
	}
}

// process is a group at work around a table, in the activity room or outside.
func (s *sketcher) process(text string) {
	edge := s.between(520, 640)
	if s.chance(65) {
		s.room(edge, text)
	} else {
		s.sky(edge - 120)
		s.blocks(edge-120, 160, 380)
		s.ground(edge - 120)
		for range 3 {
			s.tree(s.between(0, width), edge-90, s.between(220, 380))
		}
		s.banner(s.between(80, 240), s.between(70, 150), s.between(600, 760), 84, edge, text)
	}
	count := 3 + s.IntN(4)
	size := s.between(150, 205)
	step := (width - 120.0) / float64(count)
	for n := range count {
		if s.chance(10) && count > 3 {
			continue
		}
		p := s.person(s.chance(18))
		w := size * s.between(0.9, 1.08)
		if p.child {
			w *= 0.74
		}
		s.bust(p, 60+step*(float64(n)+0.5)+s.between(-20, 20), edge+s.between(0, 34), w, s.between(-0.12, 0.12))
	}
	s.worktop(edge, text != "")
}

// room is a wall with what hangs on it.
func (s *sketcher) room(edge float64, text string) {
	wall := s.lit(s.pick(palette(0xF3E7CF, 0xDCE8E4, 0xE7E1EE, 0xF4DCCB, 0xCBDDE8, 0x9DB7A6, 0xC9B08F, 0x7F95A8)))
	s.wash(0, height, lighter(wall, 0.15), darker(wall, 0.08))
	s.fill(darker(wall, 0.18), rect(0, edge-60, width, 400))
	for range 1 + s.IntN(2) {
		x, w := s.between(20, 800), s.between(220, 380)
		y, h := s.between(60, 130), s.between(200, 300)
		s.fill(lighter(wall, 0.6), rect(x-12, y-12, w+24, h+24))
		s.fill(s.mood.skyLow, rect(x, y, w, h))
		s.fill(s.pick(s.mood.leaves), append(disc(x+w*0.3, y+h, h*0.3), disc(x+w*0.62, y+h*1.05, h*0.42)...).clip(x, y, w, h))
		s.fill(lighter(wall, 0.6), append(rect(x+w/2-5, y, 10, h), rect(x, y+h*0.45, w, 8)...))
	}
	if s.chance(60) {
		s.board(s.between(60, 640), s.between(130, 170), s.between(380, 480), s.between(230, 300), "")
	}
	if text != "" {
		s.banner(s.between(100, 260), s.between(24, 60), s.between(600, 780), 82, 0, text)
	} else if s.chance(40) {
		x := s.between(200, 1000)
		s.fill(ink, rect(x-2, 0, 4, 70))
		s.fill(s.lit(s.pick(clothes)), polygon(point{x - 20, 70}, point{x + 20, 70}, point{x + 66, 120}, point{x - 66, 120}))
		s.fill(hex(0xFFF0B8), oval(x, 122, 40, 14))
	}
}

// clip keeps a shape's corners inside a rectangle.
func (sh shape) clip(x, y, w, h float64) shape {
	for _, outline := range sh {
		for i, p := range outline {
			outline[i] = point{min(max(p.x, x), x+w), min(max(p.y, y), y+h)}
		}
	}
	return sh
}

// worktop is the table everybody sits around, seen from the near side, with the work on it.
func (s *sketcher) worktop(edge float64, hands bool) {
	top := s.lit(s.pick(palette(0xC98B5E, 0xB9A27A, 0xE6DDCB, 0x8FA9A0, 0x7C5B45, 0xD8C7A8, 0xA7B8C6)))
	s.fill(top, polygon(point{s.between(20, 140), edge}, point{width - s.between(20, 140), edge}, point{width + 160, height}, point{-160, height}))
	s.fill(darker(top, 0.2), rect(-10, height-24, width+20, 30))
	kind := s.IntN(9)
	for range 5 + s.IntN(5) {
		y := s.between(edge+70, height-40)
		size := 60 + (y-edge)*0.32
		if s.chance(40) {
			s.within(s.between(120, width-120), y, s.between(-0.5, 0.5), 1, func() {
				s.fill(faded(ink, 0.12), rect(-size*0.5+4, -size*0.3+5, size, size*0.6))
				s.fill(s.lit(lighter(s.pick(clothes[:7]), s.between(0.2, 0.8))), rect(-size*0.5, -size*0.3, size, size*0.6))
			})
			continue
		}
		s.thing(kind+s.IntN(2), s.between(120, width-120), y, size)
	}
	if hands {
		s.workingHands(edge)
	}
}

// workingHands reach in from the near side.
func (s *sketcher) workingHands(edge float64) {
	x := s.between(200, 900)
	p := s.person(false)
	for _, side := range [...]float64{-1, 1} {
		hand := point{x + side*s.between(50, 90), s.between(edge+120, height-110)}
		s.fill(p.top, line(64, point{x + side*170, height + 60}, point{hand.x + side*36, hand.y + 64}))
		s.fill(p.skin, line(40, point{hand.x + side*26, hand.y + 46}, hand))
		s.fill(p.skin, disc(hand.x, hand.y, 27))
	}
}

// people is a few neighbours close by.
func (s *sketcher) people(text string) {
	backs := []func(){
		func() { s.sky(height); s.blocks(s.between(620, 760), 300, 560); s.ground(s.between(700, 780)) },
		func() { s.room(s.between(600, 900), "") },
		func() {
			s.sky(500)
			s.ground(480)
			for range 7 {
				s.tree(s.between(0, width), s.between(480, 640), s.between(300, 620))
			}
		},
		func() {
			c := s.lit(s.pick(clothes))
			s.wash(0, height, lighter(c, 0.5), lighter(c, 0.2))
			s.board(s.between(-100, 420), s.between(20, 120), s.between(500, 760), s.between(380, 520), text)
		},
	}
	backs[s.IntN(len(backs))]()
	if s.chance(45) {
		s.banner(s.between(60, 220), s.between(30, 90), s.between(640, 860), 92, float64(s.IntN(2)*700), text)
	}
	count := 2 + s.IntN(4)
	step := width / float64(count)
	for row := range 1 + s.IntN(2) {
		for n := range count {
			p := s.person(s.chance(20))
			w := min(step*0.82, 330) * s.between(0.82, 1.06)
			base := height + 20 - w*0.2 + float64(row)*w*0.35
			if p.child {
				w *= 0.72
				base += w * 0.2
			}
			x := step*(float64(n)+0.5) + s.between(-step, step)*0.12 + float64(row)*step*0.4
			s.bust(p, x, base, w, s.between(-0.08, 0.08))
			if s.chance(30) {
				s.thing(s.IntN(3), x, base-w*0.05, w*0.55)
				s.fill(p.skin, append(disc(x-w*0.26, base-w*0.22, w*0.085), disc(x+w*0.26, base-w*0.22, w*0.085)...))
			}
		}
	}
}

// result shows what the project left behind: shelves of things made, a garden, a painted wall, an exhibition.
func (s *sketcher) result(text string) {
	switch s.IntN(4) {
	case 0:
		s.shelves(text)
	case 1:
		s.garden(text)
	case 2:
		s.mural(text)
	default:
		s.room(s.between(700, 800), "")
		s.board(s.between(60, 160), s.between(60, 120), s.between(760, 980), s.between(440, 560), text)
		s.pots(s.between(40, 300), 890, s.between(90, 140), 3+s.IntN(5))
		if s.chance(60) {
			s.stand(s.person(false), s.between(150, 1050), 880, s.between(400, 480), true, nil)
		}
	}
}

func (s *sketcher) shelves(text string) {
	s.room(900, "")
	wood := s.lit(s.pick(palette(0x8A6242, 0xC29A6B, 0xEDE6D8, 0x5B6670)))
	x, w := s.between(40, 260), s.between(720, 900)
	rows := 2 + s.IntN(3)
	top := s.between(140, 240)
	step := (height - 60 - top) / float64(rows)
	s.fill(darker(wood, 0.25), rect(x, top-20, w, step*float64(rows)+40))
	columns := 4 + s.IntN(4)
	for row := range rows {
		base := top + step*float64(row+1) - 14
		kind := s.IntN(9)
		for n := range columns {
			if s.chance(85) {
				s.thing(kind+s.IntN(2), x+w*(float64(n)+0.5)/float64(columns), base, min(step*0.8, w/float64(columns)*0.8))
			}
		}
		s.fill(wood, rect(x-10, base, w+20, 16))
	}
	s.fill(wood, append(rect(x-14, top-30, 18, step*float64(rows)+60), rect(x+w-4, top-30, 18, step*float64(rows)+60)...))
	s.banner(x+40, top-s.between(110, 125), w-80, 78, 0, text)
}

func (s *sketcher) garden(text string) {
	horizon := s.between(300, 420)
	s.sky(horizon)
	s.blocks(horizon, 140, 300)
	s.ground(horizon)
	s.hedge(-30, horizon+30, width+60, s.between(50, 90))
	soil := s.lit(hex(0x6B4A35))
	beds := 2 + s.IntN(3)
	for n := range beds {
		y := horizon + 110 + float64(n)*(height-horizon-110)/float64(beds)
		deep := (y - horizon) * 0.24
		x := s.between(-40, 200)
		w := s.between(700, 1050)
		s.fill(s.lit(hex(0xB08A5E)), rect(x-10, y-deep-10, w+20, deep+24))
		s.fill(soil, rect(x, y-deep, w, deep))
		size := deep * s.between(0.9, 1.3)
		for at := x + size; at < x+w-size*0.5; at += size * s.between(0.9, 1.3) {
			s.plant(at, y-deep*0.3, size)
		}
	}
	s.sign(s.between(700, 1000), horizon+s.between(120, 220), text)
	if s.chance(55) {
		s.stand(s.person(s.chance(30)), s.between(100, 1100), height-s.between(40, 140), s.between(280, 380), s.chance(40), nil)
	}
}

// sign is a board on a post.
func (s *sketcher) sign(x, y float64, text string) {
	s.fill(s.lit(hex(0x6B4F3A)), rect(x-9, y, 18, 220))
	s.fill(s.lit(hex(0x17624A)), rounded(x-170, y-70, 340, 116, 12, 12))
	if text != "" && writable(text) {
		s.writeCentred(white, x, y-12, 46, 300, text)
	}
}

func (s *sketcher) mural(text string) {
	horizon := s.between(600, 720)
	s.sky(200)
	wall := s.lit(s.pick(palette(0xEDE4D0, 0xCFE0E6, 0xF2D9C4, 0xD7E3C8)))
	s.fill(wall, rect(0, s.between(60, 150), width, horizon))
	for range 4 + s.IntN(4) {
		tone := s.lit(s.pick(clothes[:7]))
		x, y, r := s.between(50, 1150), s.between(220, horizon-40), s.between(60, 210)
		s.fill(faded(tone, 0.85), disc(x, y, r))
		s.fill(faded(lighter(tone, 0.35), 0.9), disc(x-r*0.2, y-r*0.2, r*0.55))
	}
	for range 5 {
		s.plant(s.between(60, 1140), horizon, s.between(120, 320))
	}
	s.ground(horizon)
	if text != "" && writable(text) {
		s.writeCentred(s.lit(hex(0xB4232A)), width/2, s.between(240, horizon-160), s.between(86, 120), 1000, text)
	}
	s.crowd(height-s.between(20, 80), s.between(240, 320), 2+s.IntN(4), 30)
}

// shadowOf is a soft shadow under a sheet of paper.
func (s *sketcher) shadowOf(x, y, w, h float64) {
	for n := range 3 {
		d := float64(n) * 6
		s.fill(color.NRGBA{20, 16, 10, 28}, rounded(x-8+d, y-6+d, w+28-2*d, h+30-2*d, 12, 12))
	}
}
