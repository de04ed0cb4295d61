package alike

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Span is a stretch of a text; Common stretches stand in the other text too.
type Span struct {
	Text   string
	Common bool
}

// passage is the shortest stretch, in letters, that is worth marking: shorter ones are common to any two texts.
const passage = 6

// letter is a character that counts, and where it stands in the text.
type letter struct {
	r  rune
	at int
}

func letters(text []rune) []letter {
	var list []letter
	for i, r := range text {
		for _, f := range norm.NFKC.String(string(r)) {
			if unicode.IsLetter(f) || unicode.IsDigit(f) {
				list = append(list, letter{unicode.ToLower(f), i})
			}
		}
	}
	return list
}

// Passages marks in a text what stands in any of the others too, whatever its punctuation, spacing and place. Put
// together again the spans are the text.
func Passages(text string, others ...string) []Span {
	known := map[string]bool{}
	for _, other := range others {
		list := letters([]rune(other))
		if len(list) < passage {
			known[join(list)] = true
		}
		for i := 0; i+passage <= len(list); i++ {
			known[join(list[i:i+passage])] = true
		}
	}
	runes := []rune(text)
	list := letters(runes)
	common := make([]bool, len(runes))
	if n := len(list); n > 1 && n < passage && known[join(list)] { // a short text that is another as a whole
		for at := list[0].at; at <= list[n-1].at; at++ {
			common[at] = true
		}
	}
	for i := 0; i+passage <= len(list); i++ {
		if known[join(list[i:i+passage])] {
			// What stands between two letters of a passage belongs to it.
			for at := list[i].at; at <= list[i+passage-1].at; at++ {
				common[at] = true
			}
		}
	}
	var spans []Span
	for from := 0; from < len(runes); {
		to := from + 1
		for to < len(runes) && common[to] == common[from] {
			to++
		}
		spans = append(spans, Span{string(runes[from:to]), common[from]})
		from = to
	}
	return spans
}

func join(list []letter) string {
	runes := make([]rune, len(list))
	for i, l := range list {
		runes[i] = l.r
	}
	return string(runes)
}
