package paper

import "strconv"

// Entry is a line of the contents.
type Entry struct {
	Number string
	Text   string
	Note   string // what stands in the third column: the community
	Page   int    // on which it begins, counted from the first after the contents
}

// First is the number of the next page to be added, for an Entry.
func (b *Book) First() int { return len(b.pages) + 1 }

// Contents writes the list of what is in the book in front of it. head names the columns: number, text, note, page. It
// comes last, when all pages are known.
func (b *Book) Contents(s *Section, head [4]string, entries []Entry) error {
	targets := make([]int, len(entries))
	t := Table{Widths: []float64{20, 44, 24, 12}, Head: head[:]}
	for i, e := range entries {
		targets[i] = b.pages[e.Page-1]
		t.Rows = append(t.Rows, []Cell{{Text: e.Number, Link: i + 1}, {Text: e.Text, Link: i + 1}, {Text: e.Note}, {Text: strconv.Itoa(e.Page), Align: Middle}})
	}
	s.Table(t)
	b.front = append(b.front, b.write(s, targets)...)
	return b.err
}
