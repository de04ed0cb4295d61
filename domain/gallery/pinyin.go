package gallery

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// mostReadings bounds what a character with many readings costs the index: the dictionary has the usual ones first.
const mostReadings = 3

var toneless = strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v", "ń", "n", "ň", "n", "ǹ", "n")

func latin(s string) bool { return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" }

// spell gives the toneless syllables of an entry of the dictionary, each once.
func spell(entry string) []string {
	var all []string
	for toned := range strings.SplitSeq(entry, ",") {
		if s := toneless.Replace(toned); latin(s) && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// readings are the usual ways to read a character, without tones: 重 is zhong and chong. None for what is no character.
func readings(char string) []string {
	r, _ := utf8.DecodeRuneInString(char)
	all := spell(pinyin.PinyinDict[int(r)])
	return all[:min(len(all), mostReadings)]
}

// syllables are all that are read in Chinese, and starts all beginnings of one.
var syllables = sync.OnceValues(func() (whole, starts map[string]bool) {
	whole, starts = map[string]bool{}, map[string]bool{}
	seen := map[string]bool{}
	for _, entry := range pinyin.PinyinDict {
		if seen[entry] {
			continue
		}
		seen[entry] = true
		for _, s := range spell(entry) {
			if !strings.ContainsAny(s, "aeiouv") {
				continue // m, n, ng: sounds, not what anybody types for a word
			}
			whole[s] = true
			for i := 1; i <= len(s); i++ {
				starts[s[:i]] = true
			}
		}
	}
	return whole, starts
})

// piece is a part of what was typed in letters: a syllable, the beginning of one at the end, or a first letter.
type piece struct {
	text  string
	first bool // a first letter
	open  bool // the last one: more may follow
}

// readingsKept is how many ways to read what was typed are searched for; the likely ones come first.
const readingsKept = 8

// pieces reads letters as pinyin in every sensible way: xian is xian and xi'an, jygz four first letters, jiuygz both mixed.
func pieces(typed string) [][]piece {
	if !latin(typed) || len(typed) < 2 || len(typed) > 30 {
		return nil
	}
	whole, starts := syllables()
	memo := map[int][][]piece{}
	var from func(i int) [][]piece
	from = func(i int) [][]piece {
		if i == len(typed) {
			return [][]piece{nil}
		}
		if done, ok := memo[i]; ok {
			return done
		}
		var all [][]piece
		follow := func(n int, p piece) {
			for _, rest := range from(i + n) {
				all = append(all, append([]piece{p}, rest...))
			}
		}
		for n := min(6, len(typed)-i); n >= 1; n-- {
			s := typed[i : i+n]
			last := i+n == len(typed)
			switch {
			case whole[s]:
				follow(n, piece{text: s, open: last})
			case last && n > 1 && starts[s]:
				follow(n, piece{text: s, open: true})
			case n == 2 && s[1] == 'h' && starts[s]: // zh, ch, sh for a first letter
				follow(n, piece{text: s[:1], first: true})
			case n == 1 && starts[s] && !strings.Contains("iuv", s):
				follow(n, piece{text: s, first: true, open: last})
			}
		}
		slices.SortStableFunc(all, func(a, b []piece) int { return cost(a) - cost(b) })
		memo[i] = all[:min(len(all), readingsKept)]
		return memo[i]
	}
	return from(0)
}

// cost prefers few pieces, and whole syllables to first letters.
func cost(list []piece) int {
	n := 0
	for _, p := range list {
		n += 2
		if p.first {
			n++
		}
	}
	return n
}

// phrase is one way of reading as a search: pairs of pieces one after the other.
func phrase(list []piece) string {
	if len(list) == 1 {
		if list[0].first {
			return ""
		}
		return "'." + list[0].text + ".':*"
	}
	var pairs []string
	for i := range len(list) - 1 {
		pair := "'." + list[i].text + "." + list[i+1].text + "'"
		if list[i+1].open {
			pair += ":*" // the syllable may go on
		}
		pairs = append(pairs, pair)
	}
	return "(" + strings.Join(pairs, " <-> ") + ")"
}
