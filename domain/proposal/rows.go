package proposal

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// cloned is a draft whose lists are its own.
func (d Draft) cloned() Draft {
	d.Activities, d.Lines, d.Funding = slices.Clone(d.Activities), slices.Clone(d.Lines), slices.Clone(d.Funding)
	return d
}

var rowName = regexp.MustCompile(`^[0-9a-z]{6,16}$`)

// name gives every row of every list a name of its own: the one it brought, else that of the row that stood at its place.
func (e *Edit) name(from Draft) {
	e.Draft = e.cloned()
	before, now := reflect.ValueOf(from), reflect.ValueOf(&e.Draft).Elem()
	for i := range now.NumField() {
		if !isRows(now.Field(i).Type()) {
			continue
		}
		n := namer{seen: map[string]bool{}}
		for k := range before.Field(i).Len() {
			n.there = append(n.there, rowOf(before.Field(i).Index(k)))
		}
		for k := range now.Field(i).Len() {
			row := now.Field(i).Index(k)
			row.FieldByName("Row").SetString(n.name(rowOf(row), row.IsZero()))
		}
	}
}

// namer names the rows of a list.
type namer struct {
	there []string // the names of the rows that stand there, not yet given
	seen  map[string]bool
}

func (n *namer) name(brought string, blank bool) string {
	name := brought
	if !rowName.MatchString(name) || n.seen[name] {
		name = RowName()
		if !blank && len(n.there) > 0 && !n.seen[n.there[0]] {
			name = n.there[0]
		}
	}
	if !blank && len(n.there) > 0 {
		n.there = n.there[1:]
	}
	n.seen[name] = true
	return name
}

// RowName makes a name for a new row.
func RowName() string { return strings.ReplaceAll(uuid.NewString(), "-", "")[:10] }

// key turns a field's name in the form into that of the place: activities.1.times → activities@k3v9x2.times.
func (e *Edit) key(field string) string {
	group, rest, inRow := strings.Cut(field, ".")
	at, name, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(at)
	if !inRow || err != nil || n < 0 {
		return field
	}
	list, ok := byName(reflect.ValueOf(e.Draft), group)
	if !ok || !isRows(list.Type()) || n >= list.Len() {
		return field
	}
	return group + "@" + rowOf(list.Index(n)) + "." + name
}
