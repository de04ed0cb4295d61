// Package alike tells whether two texts say the same (近似文本), by arithmetic alone: no database, no clock. A text is
// brought to one form, its pieces of three characters are hashed, and the hashes of two texts are compared. The index of
// candidates (MinHash bands and a thin sample) only says whom to compare; the exact comparison decides.
package alike

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	// SameFrom is the share of common pieces, in thousandths of all pieces of both, from which two texts are the same.
	SameFrom = 650
	// PartFrom is the share of the shorter text's pieces that stand in the longer one, in thousandths, from which one is
	// taken from the other in part.
	PartFrom = 500
	// Fewest is how many pieces a text needs before it is compared at all: two words are no copy.
	Fewest = 30

	gram    = 3  // characters of a piece
	bands   = 40 // a band that is the same makes a candidate
	rows    = 4  // minima of a band
	thinned = 8  // one piece in so many is in the sample
	word    = 32 // bits
	spread  = 0x9E3779B97F4A7C15
)

// Clean brings a text to one form: full width and half width alike, small letters, no punctuation and no spaces, and
// without what is not the writer's own (the form's sentences, names of places and people), given in any form.
func Clean(text string, without ...string) []rune {
	plain := bare(text)
	drop := make([]string, 0, len(without))
	for _, w := range without {
		if w = bare(w); len([]rune(w)) > 1 {
			drop = append(drop, w)
		}
	}
	// The longest first: a sentence of the form goes before the name within it.
	slices.SortFunc(drop, func(a, b string) int { return len(b) - len(a) })
	for _, w := range drop {
		plain = strings.ReplaceAll(plain, w, "")
	}
	return []rune(plain)
}

func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(text))
}

// Mark is what is kept of a text so that others can be compared with it.
type Mark struct {
	Grams  []int32 // hashes of its pieces, each once, ascending
	Bands  []int32 // two texts that share one may be alike
	Sample []int32 // the pieces by which a part is found
}

// Of makes the mark of a text that is given in parts: pieces never reach from one part into the next, so that parts in
// another order are the same text.
func Of(parts []string, without ...string) Mark {
	var grams []int32
	for _, part := range parts {
		runes := Clean(part, without...)
		for i := 0; i+gram <= len(runes); i++ {
			grams = append(grams, hash(runes[i:i+gram]))
		}
	}
	slices.Sort(grams)
	m := Mark{Grams: slices.Clip(slices.Compact(grams)), Bands: []int32{}, Sample: []int32{}}
	if len(m.Grams) < Fewest {
		return m
	}
	m.Bands = bandsOf(m.Grams)
	for _, g := range m.Grams {
		if mix(uint64(uint32(g)))%thinned == 0 { //nolint:gosec // 32 bits are 32 bits
			m.Sample = append(m.Sample, g)
		}
	}
	return m
}

// Enough tells whether the text is long enough to be compared.
func (m Mark) Enough() bool { return len(m.Grams) >= Fewest }

// hash is FNV-1a over a piece's characters, mixed so that its low bits can be used.
func hash(piece []rune) int32 {
	h := uint64(14695981039346656037)
	for _, r := range piece {
		h = (h ^ uint64(r)) * 1099511628211 //nolint:gosec // a character is never negative
	}
	return int32(mix(h) >> word) //nolint:gosec // 32 bits are 32 bits
}

// mix is the finalizer of splitmix64: every bit of the result depends on every bit of h.
func mix(h uint64) uint64 {
	h += spread
	h = (h ^ h>>30) * 0xBF58476D1CE4E5B9
	h = (h ^ h>>27) * 0x94D049BB133111EB
	return h ^ h>>31
}

// bandsOf takes the smallest hash under each of bands × rows orders. The chance that one minimum is the same in two texts
// is the share of their common pieces; at SameFrom at least one of the bands is the same in 9996 cases of 10000.
func bandsOf(grams []int32) []int32 {
	var least [bands * rows]uint64
	for i := range least {
		least[i] = ^uint64(0)
	}
	for _, g := range grams {
		h := mix(uint64(uint32(g))) //nolint:gosec // 32 bits are 32 bits
		for i := range least {
			n := uint64(i) //nolint:gosec // a small count
			if v := (h ^ n*spread) * (2*n*0xD1342543DE82EF95 + 0x2545F4914F6CDD1D); v < least[i] {
				least[i] = v
			}
		}
	}
	list := make([]int32, bands)
	for b := range list {
		h := uint64(b) //nolint:gosec // a small count
		for r := range rows {
			h = mix(h ^ least[b*rows+r])
		}
		list[b] = int32(h >> word) //nolint:gosec // 32 bits are 32 bits
	}
	slices.Sort(list)
	return list
}

// Score is how alike two texts are, in thousandths.
type Score struct {
	Shared int // common pieces of all pieces of both (Jaccard)
	Part   int // common pieces of those of the shorter text (containment)
}

// Same tells whether one text is the other with small changes.
func (s Score) Same() bool { return s.Shared >= SameFrom }

// Found tells whether people should look: the same text, or a good part of it.
func (s Score) Found() bool { return s.Same() || s.Part >= PartFrom }

// Compare compares two texts exactly by their pieces.
func Compare(a, b Mark) Score {
	if !a.Enough() || !b.Enough() {
		return Score{}
	}
	common, i, k := 0, 0, 0
	for i < len(a.Grams) && k < len(b.Grams) {
		switch {
		case a.Grams[i] == b.Grams[k]:
			common, i, k = common+1, i+1, k+1
		case a.Grams[i] < b.Grams[k]:
			i++
		default:
			k++
		}
	}
	return Score{Shared: 1000 * common / (len(a.Grams) + len(b.Grams) - common), Part: 1000 * common / min(len(a.Grams), len(b.Grams))}
}
