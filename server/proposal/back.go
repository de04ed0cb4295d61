package proposal

import (
	"strconv"
	"strings"

	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/templates/ui"
)

// back puts what was typed and could not be kept into the form of what is stored. Rows go by their names: others may have
// added some and taken some away.
type back struct {
	stored ui.Form
	typed  ui.Form
}

// everything takes the typed form as it was: nothing of it was kept.
func (b *back) everything() {
	for name := range b.stored.Values {
		if group, rest, inRow := strings.Cut(name, "."); inRow && b.typed.Rows(group, 0) > 0 && rest != "" {
			delete(b.stored.Values, name)
		}
	}
	for name, values := range b.typed.Values {
		if name != "version" {
			b.stored.Values[name] = values
		}
	}
}

// field takes a typed field with what is wrong with it.
func (b *back) field(name string) {
	to := name
	if strings.HasPrefix(name, "q.") { // the district's questions are no rows
		for typed, values := range b.typed.Values {
			if strings.HasPrefix(typed+".", name+".") {
				b.stored.Values[typed] = values
			}
		}
	} else if group, rest, inRow := strings.Cut(name, "."); inRow {
		at, part, _ := strings.Cut(rest, ".")
		n, err := strconv.Atoi(at)
		if err != nil {
			return
		}
		to = group + "." + strconv.Itoa(b.row(group, n)) + "." + part
	}
	if values, typed := b.typed.Values[name]; typed {
		b.stored.Values[to] = values
	}
	if m, wrong := b.typed.Wrong[name]; wrong {
		if b.stored.Wrong == nil {
			b.stored.Wrong = fault.Fields{}
		}
		b.stored.Wrong[to] = m
	}
}

// row is where the typed row n stands in the stored form; one that is not there is put at the end.
func (b *back) row(group string, n int) int {
	prefix := group + "." + strconv.Itoa(n) + "."
	name := b.typed.Value(prefix + "row")
	count := b.stored.Rows(group, 0)
	for k := range count {
		if name != "" && b.stored.Value(group+"."+strconv.Itoa(k)+".row") == name {
			return k
		}
	}
	if name == "" && n < count {
		return n
	}
	for field, values := range b.typed.Values {
		if rest, ok := strings.CutPrefix(field, prefix); ok {
			b.stored.Values[group+"."+strconv.Itoa(count)+"."+rest] = values
		}
	}
	return count
}

// clash takes my version of a place into the form; the other's is shown beside it.
func (b *back) clash(c proposal.Clash) {
	group, rest, inRow := strings.Cut(c.Key, "@")
	if !inRow {
		b.field(c.Key)
		return
	}
	row, part, inField := strings.Cut(rest, ".")
	switch {
	case c.Gone == "mine":
		b.drop(group, row)
		return
	case !inField:
		part = "row"
	}
	for n := range b.typed.Rows(group, 0) {
		if b.typed.Value(group+"."+strconv.Itoa(n)+".row") == row {
			b.field(group + "." + strconv.Itoa(n) + "." + part)
		}
	}
}

// drop empties a row of the stored form, so that it is sent as one that was taken away.
func (b *back) drop(group, row string) {
	for n := range b.stored.Rows(group, 0) {
		prefix := group + "." + strconv.Itoa(n) + "."
		if b.stored.Value(prefix+"row") != row {
			continue
		}
		for name := range b.stored.Values {
			if strings.HasPrefix(name, prefix) && name != prefix+"row" {
				delete(b.stored.Values, name)
			}
		}
	}
}
