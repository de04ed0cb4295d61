package gallery

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// A text is cut into units: a Chinese character is one, and so is a run of letters and digits. Two units side by side
// make a word of the index, with its place; the last of a run also stands alone. A search for several characters is then
// a phrase of such pairs: exact, and quick even for two rare characters, without comparing any text again.
//
// Pinyin stands at the same places, behind a dot that no text can hold: ".jiu.yi" for both syllables and, for the short
// texts, ".jiu.y", ".j.yi" and ".j.y" for those who type first letters. A character with several readings has all of them.

// unit is a piece of a text: where it stands in its runes, and whether it is a Chinese character.
type unit struct {
	text     string // lower case, half width
	from, to int    // runes
	han      bool
}

// longestUnit bounds a run of letters, in runes: nobody searches for more, and the index keeps short words.
const longestUnit = 40

func letter(r rune) bool { return r != utfBad && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

const utfBad = '�'

// plain is a text as it is compared: half width, lower case.
func plain(text string) string { return strings.ToLower(width.Fold.String(text)) }

// runs cuts a text into runs of units; whatever is neither a letter nor a digit parts them.
func runs(text string) [][]unit {
	var all [][]unit
	var run []unit
	add := func(u unit) {
		u.text = strings.Map(func(r rune) rune {
			if letter(r) {
				return r
			}
			return -1
		}, plain(u.text))
		if u.text != "" {
			run = append(run, u)
		}
	}
	chars := []rune(text)
	for i := 0; i < len(chars); {
		r := chars[i]
		switch {
		case unicode.Is(unicode.Han, r):
			add(unit{string(r), i, i + 1, true})
			i++
		case letter(r):
			k := i
			for k < len(chars) && k-i < longestUnit && letter(chars[k]) && !unicode.Is(unicode.Han, chars[k]) {
				k++
			}
			add(unit{string(chars[i:k]), i, k, false})
			i = k
		default:
			if len(run) > 0 {
				all, run = append(all, run), nil
			}
			i++
		}
	}
	if len(run) > 0 {
		all = append(all, run)
	}
	return all
}

// Texts are what a thing is found by. Short ones are found by first letters too.
type Texts struct{ Short, Long []string }

// The bounds of a tsvector: a place above the last is cut to it, a word has at most that many places.
const (
	lastPlace  = 16_000
	mostPlaces = 250
)

// Vector writes the words of a thing as a tsvector. Its words are letters, digits and dots alone, so it needs no quoting
// that could go wrong.
func (t Texts) Vector() string {
	places, at := map[string][]int{}, 1
	put := func(word string) {
		if list := places[word]; len(list) < mostPlaces && (len(list) == 0 || list[len(list)-1] != at) {
			places[word] = append(list, at)
		}
	}
	for i, text := range slices.Concat(t.Short, t.Long) {
		for _, run := range runs(text) {
			for k, u := range run {
				if at >= lastPlace {
					break
				}
				next := unit{}
				if k+1 < len(run) {
					next = run[k+1]
				}
				put(u.text + next.text)
				if !u.han && next.text != "" {
					put(u.text) // a whole word of letters is found without what is glued to it
				}
				sounds(put, u, next, i < len(t.Short))
				at++
			}
			at += 2 // no phrase reaches over the end of a run
		}
	}
	var b strings.Builder
	for _, word := range slices.Sorted(keys(places)) {
		b.WriteString("'" + word + "':")
		for i, p := range places[word] {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(strconv.Itoa(p))
		}
		b.WriteByte(' ')
	}
	return strings.TrimSpace(b.String())
}

func keys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// sounds puts the pinyin of a character and the next one.
func sounds(put func(string), u, next unit, short bool) {
	if !u.han {
		return
	}
	seconds := []string{""}
	if next.han {
		seconds = forms(next.text, short)
		if len(seconds) == 0 {
			seconds = []string{""}
		}
	}
	for _, a := range forms(u.text, short) {
		for _, b := range seconds {
			put("." + a + "." + b)
		}
	}
}

// forms are a character's readings and, for short texts, their first letters.
func forms(char string, short bool) []string {
	all := readings(char)
	if short {
		for _, r := range all[:len(all):len(all)] {
			if first := r[:1]; !slices.Contains(all, first) {
				all = append(all, first)
			}
		}
	}
	return all
}
