package gallery

import (
	"strings"
	"unicode/utf8"
)

// mostTerms bounds a search: more words than these are not looked at.
const mostTerms = 6

// Query turns what somebody typed into a tsquery, "" when there is nothing to look for. All words must be found. It is
// built of quoted letters, digits and dots and of our own operators, so nothing typed can change what it means.
func Query(typed string) string {
	var terms []string
	for _, run := range runs(typed) {
		if len(terms) == mostTerms {
			break
		}
		if t := term(run); t != "" {
			terms = append(terms, t)
		}
	}
	return strings.Join(terms, " & ")
}

// term is the search for one run: as it is written, or as pinyin where it is one run of letters.
func term(run []unit) string {
	ways := []string{written(run)}
	if len(run) == 1 && !run[0].han {
		for _, way := range pieces(run[0].text) {
			if p := phrase(way); p != "" {
				ways = append(ways, p)
			}
		}
	}
	if split := mixed(run); split != nil {
		var all []string
		for _, part := range split {
			all = append(all, term(part))
		}
		ways = append(ways, "("+strings.Join(all, " & ")+")")
	}
	if len(ways) == 1 {
		return ways[0]
	}
	return "(" + strings.Join(ways, " | ") + ")"
}

// mixed parts a run of characters and pinyin, as 旧yi; nil for any other run.
func mixed(run []unit) [][]unit {
	var parts [][]unit
	typed := false
	for i, u := range run {
		if !u.han && len(pieces(u.text)) == 0 {
			return nil
		}
		typed = typed || !u.han
		if i > 0 && u.han && run[i-1].han {
			parts[len(parts)-1] = append(parts[len(parts)-1], u)
		} else {
			parts = append(parts, []unit{u})
		}
	}
	if !typed || len(parts) < 2 {
		return nil
	}
	return parts
}

// written is a run as a phrase of pairs; the last word of letters may be the beginning of a longer one, and so may a
// single character.
func written(run []unit) string {
	if len(run) == 1 {
		return "'" + run[0].text + "':*"
	}
	var pairs []string
	for i := range len(run) - 1 {
		pair := "'" + run[i].text + run[i+1].text + "'"
		if i == len(run)-2 && !run[i+1].han {
			pair += ":*"
		}
		pairs = append(pairs, pair)
	}
	if len(pairs) == 1 {
		return pairs[0]
	}
	return "(" + strings.Join(pairs, " <-> ") + ")"
}

// Span is a part of a text, and whether it is what was searched for.
type Span struct {
	Text string
	Hit  bool
}

// Mark parts a text into what was found and the rest.
func Mark(text, typed string) []Span {
	chars := []rune(text)
	hit := make([]bool, len(chars))
	found := false
	var sought [][]unit
	for _, run := range runs(typed) {
		sought = append(append(sought, run), mixed(run)...)
	}
	for _, run := range sought {
		for _, in := range runs(text) {
			for at := range in {
				if n := match(in[at:], run); n > 0 {
					found = true
					for i := in[at].from; i < in[at+n-1].to; i++ {
						hit[i] = true
					}
				}
			}
		}
	}
	if !found {
		return []Span{{Text: text}}
	}
	var spans []Span
	for i := 0; i < len(chars); {
		k := i
		for k < len(chars) && hit[k] == hit[i] {
			k++
		}
		spans = append(spans, Span{string(chars[i:k]), hit[i]})
		i = k
	}
	return spans
}

// Marked tells whether anything was found in a text.
func Marked(spans []Span) bool { return len(spans) > 1 || len(spans) == 1 && spans[0].Hit }

// match tells how many units at the beginning of a text a typed run is, 0 for none.
func match(in, run []unit) int {
	if len(run) <= len(in) {
		same := true
		for i, u := range run {
			last := i == len(run)-1 && !u.han
			if in[i].text != u.text && (!last || !strings.HasPrefix(in[i].text, u.text)) {
				same = false
				break
			}
		}
		if same {
			return len(run)
		}
	}
	if len(run) == 1 && !run[0].han {
		for _, way := range pieces(run[0].text) {
			if heard(in, way) {
				return len(way)
			}
		}
	}
	return 0
}

// heard tells whether a text begins with what was typed in pinyin.
func heard(in []unit, way []piece) bool {
	if len(way) > len(in) || len(way) == 1 && way[0].first {
		return false
	}
	for i, p := range way {
		if !in[i].han || !sounding(in[i].text, p) {
			return false
		}
	}
	return true
}

func sounding(char string, p piece) bool {
	for _, r := range readings(char) {
		if r == p.text || p.first && r[:1] == p.text || p.open && strings.HasPrefix(r, p.text) {
			return true
		}
	}
	return false
}

// Snippet is the part of a long text around what was found, nil when it is not in it.
func Snippet(text, typed string) []Span {
	spans := Mark(text, typed)
	if !Marked(spans) {
		return nil
	}
	const around = 18 // characters on each side
	for i := range spans {
		if spans[i].Hit {
			var out []Span
			if i > 0 {
				before := []rune(spans[i-1].Text)
				if cut := len(before) - around; cut > 0 {
					out = append(out, Span{Text: "…" + string(before[cut:])})
				} else {
					out = append(out, spans[i-1])
				}
			}
			out = append(out, spans[i])
			if i+1 < len(spans) {
				after := []rune(spans[i+1].Text)
				if len(after) > around {
					out = append(out, Span{Text: string(after[:around]) + "…"})
				} else {
					out = append(out, spans[i+1])
				}
			}
			return out
		}
	}
	return nil
}

// Narrower are shorter searches that a longer one holds: pairs of its characters, each once, at most six.
func Narrower(typed string) []string {
	var all []string
	seen := map[string]bool{}
	for _, run := range runs(typed) {
		for i := range run {
			word := run[i].text
			if run[i].han && i+1 < len(run) {
				word += run[i+1].text
			}
			if run[i].han && utf8.RuneCountInString(word) < 2 || seen[word] || word == plain(strings.TrimSpace(typed)) || len(all) == 6 {
				continue
			}
			seen[word] = true
			all = append(all, word)
		}
	}
	return all
}
