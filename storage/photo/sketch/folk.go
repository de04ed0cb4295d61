package sketch

import (
	"image/color"
	"math"
)

// person is a neighbour: no one in particular.
type person struct {
	skin, hair, top, legs color.NRGBA
	cut                   int // hair: 0 short, 1 bob, 2 bun, 3 thin, 4 cap, 5 tails
	child, vest, glasses  bool
}

func (s *sketcher) person(child bool) person {
	p := person{skin: s.lit(s.pick(skins)), hair: s.lit(s.pick(darkHair)), top: s.lit(s.pick(clothes)), legs: s.lit(s.pick(trousers)), cut: s.IntN(6), child: child}
	if child {
		if p.cut == 3 {
			p.cut = 0
		}
		return p
	}
	if s.chance(45) {
		p.hair = s.lit(s.pick(greyHair))
	}
	if p.vest = s.chance(22); p.vest {
		p.top = s.lit(vestRed)
	}
	p.glasses = s.chance(25)
	return p
}

// stand draws a person standing at (x, y), h tall. Wave lifts the right arm; hold puts something in both hands.
func (s *sketcher) stand(p person, x, y, h float64, wave bool, hold func(x, y, size float64)) {
	u := h / 8
	head := 0.92 * u
	if p.child {
		head = 1.2 * u
	}
	s.within(x, y, 0, 1, func() {
		s.fill(faded(ink, 0.18), oval(0, 0.05*u, 1.9*u, 0.35*u))
		for _, side := range [...]float64{-1, 1} {
			s.fill(p.legs, rounded(side*0.62*u-0.5*u, -3.7*u, u, 3.6*u, 0.1*u, 0.2*u))
			s.fill(darker(p.legs, 0.5), rounded(side*0.66*u-0.58*u, -0.42*u, 1.16*u, 0.46*u, 0.3*u, 0.1*u))
		}
		arm := darker(p.top, 0.14)
		if hold == nil {
			s.arm(p, arm, -1, wave && p.cut%2 == 0, false, u)
		}
		s.fill(p.skin, rounded(-0.32*u, -6.9*u, 0.64*u, 0.9*u, 0.1*u, 0.2*u))
		s.fill(p.top, rounded(-1.22*u, -6.4*u, 2.44*u, 3.2*u, 0.75*u, 0.3*u))
		if p.vest {
			s.fill(lighter(p.top, 0.85), polygon(point{-0.4 * u, -6.4 * u}, point{0.4 * u, -6.4 * u}, point{0, -5.4 * u}))
			s.fill(faded(white, 0.8), rect(-1.2*u, -4.6*u, 2.4*u, 0.22*u))
		}
		s.arm(p, arm, 1, wave && hold == nil, hold != nil, u)
		s.head(p, 0, -6.75*u-head*0.75, head)
		if hold != nil {
			s.arm(p, arm, -1, false, true, u)
			hold(0, -4.9*u, 1.3*u)
		}
	})
}

// arm draws one arm from the shoulder: hanging, lifted, or bent to hold something before the chest.
func (s *sketcher) arm(p person, sleeve color.NRGBA, side float64, up, bent bool, u float64) {
	shoulder := point{side * 1.02 * u, -5.95 * u}
	elbow, hand := point{side * 1.4 * u, -4.7 * u}, point{side * 1.3 * u, -3.5 * u}
	switch {
	case up:
		elbow, hand = point{side * 1.75 * u, -6.7 * u}, point{side * 1.9 * u, -8.1 * u}
	case bent:
		elbow, hand = point{side * 1.5 * u, -4.7 * u}, point{side * 0.75 * u, -4.7 * u}
	}
	s.fill(sleeve, line(0.72*u, shoulder, elbow))
	s.fill(sleeve, line(0.6*u, elbow, hand))
	s.fill(p.skin, disc(hand.x, hand.y, 0.36*u))
}

// bust draws a person whose lower half is hidden by a table or the picture's edge; (x, y) is the middle of the waist
// and w the width of the shoulders.
func (s *sketcher) bust(p person, x, y, w float64, lean float64) {
	r := w * 0.36
	s.within(x, y, lean, 1, func() {
		s.fill(p.skin, rounded(-0.13*w, -1.12*w, 0.26*w, 0.35*w, 0.05*w, 0.1*w))
		s.fill(p.top, rounded(-0.5*w, -0.9*w, w, 1.7*w, 0.34*w, 0.05*w))
		s.fill(darker(p.top, 0.12), rounded(-0.5*w, -0.62*w, 0.2*w, 1.4*w, 0.1*w, 0.05*w))
		s.fill(darker(p.top, 0.12), rounded(0.3*w, -0.62*w, 0.2*w, 1.4*w, 0.1*w, 0.05*w))
		s.fill(p.skin, oval(0, -0.9*w, 0.15*w, 0.1*w))
		if p.vest {
			s.fill(lighter(p.top, 0.85), polygon(point{-0.17 * w, -0.9 * w}, point{0.17 * w, -0.9 * w}, point{0, -0.55 * w}))
			s.fill(faded(white, 0.8), rect(-0.3*w, -0.3*w, 0.6*w, 0.07*w))
		}
		s.head(p, 0, -1.28*w, r)
	})
}

// head draws hair, face and what sits on them around (x, y).
func (s *sketcher) head(p person, x, y, r float64) {
	switch p.cut {
	case 1:
		s.fill(p.hair, rounded(x-1.12*r, y-1.1*r, 2.24*r, 2.2*r, 1.1*r, 0.4*r))
	case 2:
		s.fill(p.hair, disc(x, y-1.15*r, 0.45*r))
		s.fill(p.hair, disc(x, y-0.1*r, 1.07*r))
	case 5:
		s.fill(p.hair, disc(x-1.15*r, y+0.1*r, 0.38*r))
		s.fill(p.hair, disc(x+1.15*r, y+0.1*r, 0.38*r))
	}
	s.fill(darker(p.skin, 0.06), append(disc(x-0.98*r, y+0.1*r, 0.2*r), disc(x+0.98*r, y+0.1*r, 0.2*r)...))
	s.fill(p.skin, oval(x, y, r, 1.04*r))
	s.hair(p, x, y, r)
	for _, side := range [...]float64{-1, 1} {
		s.fill(hex(0x33291F), disc(x+side*0.36*r, y+0.12*r, 0.09*r))
		s.fill(faded(hex(0xE2725B), 0.28), oval(x+side*0.55*r, y+0.38*r, 0.2*r, 0.13*r))
		if p.glasses {
			s.fill(ink, line(0.07*r, arc(point{x + side*0.36*r - 0.26*r, y + 0.12*r}, point{x + side*0.36*r + 0.26*r, y + 0.12*r}, 0.25*r)...))
			s.fill(ink, line(0.07*r, arc(point{x + side*0.36*r - 0.26*r, y + 0.12*r}, point{x + side*0.36*r + 0.26*r, y + 0.12*r}, -0.25*r)...))
		}
	}
	s.fill(hex(0x8C3B2E), line(0.09*r, arc(point{x - 0.26*r, y + 0.48*r}, point{x + 0.26*r, y + 0.48*r}, 0.16*r)...))
}

// hair is what covers the forehead.
func (s *sketcher) hair(p person, x, y, r float64) {
	cover := func(low float64) shape { // the part of the head above a line
		var points []point
		for i := range 19 {
			sin, cos := math.Sincos(math.Pi * (1 + float64(i)/18))
			points = append(points, point{x + 1.06*r*cos, y + 1.12*r*sin - 0.02*r})
		}
		return polygon(append(points, point{x + 0.9*r, y - low*r}, point{x - 0.9*r, y - low*r})...)
	}
	switch p.cut {
	case 3: // thin: only at the sides
		s.fill(p.hair, append(oval(x-0.95*r, y-0.25*r, 0.2*r, 0.42*r), oval(x+0.95*r, y-0.25*r, 0.2*r, 0.42*r)...))
	case 4:
		s.fill(p.hair, cover(0.2))
		s.fill(p.top, cover(0.42))
		s.fill(darker(p.top, 0.25), rounded(x-1.15*r, y-0.52*r, 2.3*r, 0.22*r, 0.1*r, 0.1*r))
	default:
		s.fill(p.hair, cover(0.32))
	}
}
