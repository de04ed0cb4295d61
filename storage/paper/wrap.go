package paper

import (
	"strings"
	"unicode"
)

// What does not begin a line, and what does not end one.
const (
	notFirst = "，。、；：？！）》」』】〕〉”’…—·～％,.;:?!)]}%"
	notLast  = "（《「『【〔〈“‘([{¥￥"
)

// wrap breaks a text into lines of at most wide points. Words and numbers in Latin letters stay whole where they fit on
// a line; a line does not begin with a comma or end with an opening bracket. It gives at least one line.
func (f *Fonts) wrap(text string, wide, size float64) []string {
	var lines []string
	for _, part := range strings.Split(text, "\n") {
		lines = append(lines, f.breakLine([]rune(part), wide, size)...)
	}
	return lines
}

func (f *Fonts) breakLine(text []rune, wide, size float64) []string {
	var lines []string
	limit := int(wide * 1000 / size)
	for {
		fits, sum := 0, 0
		for fits < len(text) {
			sum += f.width(text[fits])
			if sum > limit && fits > 0 {
				break
			}
			fits++
		}
		if fits == len(text) {
			return append(lines, string(text))
		}
		at := breakBefore(text, fits)
		lines = append(lines, strings.TrimRight(string(text[:at]), " "))
		text = text[at:]
		for len(text) > 0 && text[0] == ' ' {
			text = text[1:]
		}
	}
}

// breakBefore finds where to break at or before fits, fits itself where there is nothing better.
func breakBefore(text []rune, fits int) int {
	for at := fits; at > 0; at-- {
		before, after := text[at-1], text[at]
		if joined(before) && joined(after) || strings.ContainsRune(notFirst, after) || strings.ContainsRune(notLast, before) {
			continue
		}
		return at
	}
	return fits
}

// joined tells whether a character is part of a word that is not broken.
func joined(c rune) bool {
	return c < 0x2E80 && (unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("-_./@#'", c))
}
