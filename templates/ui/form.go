package ui

import (
	"net/url"
	"strconv"

	"seedbed/domain/fault"
)

// Form is what a form shows: what was typed, as it was typed, and what is wrong with it. Values come from web.Bind
// after a post, or from web.Fill for a form about a stored row.
type Form struct {
	Values url.Values
	Wrong  fault.Fields
	Apart  string // sets the ids of a second form on the page apart from the first one's
}

// Value is the typed text of a field, "" when there is none.
func (f Form) Value(name string) string { return f.Values.Get(name) }

// Checked tells whether a tick box or radio with this value was chosen.
func (f Form) Checked(name, value string) bool {
	for _, v := range f.Values[name] {
		if v == value {
			return true
		}
	}
	return false
}

// Fault is what is wrong with a field.
func (f Form) Fault(name string) (fault.Message, bool) {
	m, ok := f.Wrong[name]
	return m, ok
}

// Rows counts the rows of a repeated group ("lines" for lines.0.item, lines.1.item …), at least least.
func (f Form) Rows(group string, least int) int {
	n := least
	for name := range f.Values {
		if len(name) > len(group)+1 && name[:len(group)+1] == group+"." {
			rest := name[len(group)+1:]
			for i := range len(rest) {
				if rest[i] == '.' {
					if k, err := strconv.Atoi(rest[:i]); err == nil && k < 200 && k+1 > n {
						n = k + 1
					}
					break
				}
			}
		}
	}
	return n
}
