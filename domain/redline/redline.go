// Package redline tells what was changed in a text or a table (修订痕迹), by arithmetic alone. Chinese is compared
// character by character, Latin words and numbers as wholes.
package redline

import (
	"strings"
	"unicode"
)

// Kind says what happened to a piece or a row.
type Kind int

// The kinds. Changed is for rows only: the same row with other figures.
const (
	Kept Kind = iota
	Removed
	Added
	Changed
)

// Piece is a stretch of a text.
type Piece struct {
	Kind Kind
	Text string
}

// Text tells how old became new. The kept and removed pieces together are the old text, the kept and added ones the new;
// a removed piece stands before the added one in its place.
func Text(old, new string) []Piece {
	a, b := tokens(old), tokens(new)
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var w writer
	w.put(Kept, a[:head]...)
	middle(&w, a[head:len(a)-tail], b[head:len(b)-tail])
	w.put(Kept, a[len(a)-tail:]...)
	return w.pieces()
}

// tokens cuts a text into what is compared as one: a Latin word or number, or a single other character.
func tokens(text string) []string {
	var list []string
	start := -1
	for i, r := range text {
		if wordy(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			list, start = append(list, text[start:i]), -1
		}
		list = append(list, text[i:i+len(string(r))])
	}
	if start >= 0 {
		list = append(list, text[start:])
	}
	return list
}

func wordy(r rune) bool {
	return r < unicode.MaxLatin1 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// middle writes the change between two lists by their longest common subsequence. The forms bound every text to some
// hundred characters, so the plain table is quick enough.
func middle(w *writer, a, b []string) {
	longest := make([][]int32, len(a)+1)
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for k := len(b) - 1; k >= 0; k-- {
			if a[i] == b[k] {
				longest[i][k] = longest[i+1][k+1] + 1
			} else {
				longest[i][k] = max(longest[i+1][k], longest[i][k+1])
			}
		}
	}
	i, k := 0, 0
	for i < len(a) || k < len(b) {
		switch {
		case i < len(a) && k < len(b) && a[i] == b[k]:
			w.put(Kept, a[i])
			i, k = i+1, k+1
		case k == len(b) || i < len(a) && longest[i+1][k] >= longest[i][k+1]:
			w.put(Removed, a[i])
			i++
		default:
			w.put(Added, b[k])
			k++
		}
	}
}

// hunk is a stretch that was kept, or that took another's place.
type hunk struct {
	kept           bool
	text, old, new string
	n              int // tokens
}

type writer struct{ list []hunk }

func (w *writer) put(kind Kind, parts ...string) {
	for _, part := range parts {
		if last := len(w.list) - 1; last < 0 || w.list[last].kept != (kind == Kept) {
			w.list = append(w.list, hunk{kept: kind == Kept})
		}
		h := &w.list[len(w.list)-1]
		h.n++
		switch kind {
		case Removed:
			h.old += part
		case Added:
			h.new += part
		default:
			h.text += part
		}
	}
}

// island is how many kept tokens between two changes are swallowed by them: a lone 的 that happens to stand in both is
// harder to read than one change.
const island = 1

func (w *writer) pieces() []Piece {
	var merged []hunk
	for i, h := range w.list {
		swallow := h.kept && h.n <= island && i > 0 && i < len(w.list)-1 && w.list[i-1].n+w.list[i+1].n > 2 && strings.TrimSpace(h.text) != ""
		if last := len(merged) - 1; last >= 0 && !merged[last].kept && (swallow || !h.kept) {
			merged[last].old += h.text + h.old
			merged[last].new += h.text + h.new
			continue
		}
		merged = append(merged, h)
	}
	var list []Piece
	for _, h := range merged {
		for _, p := range []Piece{{Kept, h.text}, {Removed, h.old}, {Added, h.new}} {
			if p.Text != "" {
				list = append(list, p)
			}
		}
	}
	return list
}

// Same tells whether nothing was changed.
func Same(pieces []Piece) bool {
	for _, p := range pieces {
		if p.Kind != Kept {
			return false
		}
	}
	return true
}
