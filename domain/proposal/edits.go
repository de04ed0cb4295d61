package proposal

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/yuan"
)

// Clash is a place of the form that two people have changed differently since they last saw the same. What is stored
// stays until somebody chooses.
type Clash struct {
	Key    string `json:"key"`    // a field, or activities@row.times, or activities@row for a whole row
	Mine   string `json:"mine"`   // as a form shows it
	Theirs string `json:"theirs"` //
	Gone   string `json:"gone"`   // of a whole row: "mine" when I took it away, "theirs" when the other did
}

// Combine joins two changes of one draft: mine and theirs, both begun from base. Where only one of the two has changed a
// field, or both have written the same, that is taken; a row is known by its Row, lists of ticks are joined tick by tick.
// Where the two differ, theirs stays and the place is among the clashes. base is nil when nobody remembers it any more:
// then whatever is filled in on both sides and differs is a clash, and nothing counts as deleted.
func Combine(base *Draft, mine, theirs Draft) (Draft, []Clash) {
	theirs = theirs.cloned()
	m := joining{}
	var from reflect.Value
	if base != nil {
		from = reflect.ValueOf(*base)
	}
	m.fields("", from, reflect.ValueOf(mine), reflect.ValueOf(&theirs).Elem())
	theirs.Answers = m.replies(base, mine.Answers, theirs.Answers)
	return theirs, m.clashes
}

type joining struct{ clashes []Clash }

// part is a field of a struct that may be missing altogether.
func part(v reflect.Value, i int) reflect.Value {
	if !v.IsValid() {
		return v
	}
	return v.Field(i)
}

// nameOf is the name a field has in forms, "" for what is no field of the form.
func nameOf(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("form"), ",")
	if name == "version" || name == "row" || name == "q" || name == "-" { // q is the version of the district's questions, see reply
		return ""
	}
	return name
}

func (m *joining) fields(prefix string, base, mine, out reflect.Value) {
	for i := range out.NumField() {
		name := nameOf(out.Type().Field(i))
		if name == "" {
			continue
		}
		b, my, o := part(base, i), mine.Field(i), out.Field(i)
		switch {
		case isRows(o.Type()):
			m.rows(name, b, my, o)
		case o.Type() == reflect.TypeFor[[]string]():
			o.Set(reflect.ValueOf(ticks(b, my.Interface().([]string), o.Interface().([]string))))
		default:
			m.one(prefix+name, b, my, o)
		}
	}
}

// isRows tells whether a type is a list of rows that are known by their Row.
func isRows(t reflect.Type) bool {
	if t.Kind() != reflect.Slice || t.Elem().Kind() != reflect.Struct {
		return false
	}
	_, named := t.Elem().FieldByName("Row")
	return named
}

func (m *joining) one(key string, base, mine, out reflect.Value) {
	switch {
	case equalValue(mine, out):
	case !base.IsValid() && mine.IsZero(), base.IsValid() && equalValue(mine, base):
	case !base.IsValid() && out.IsZero(), base.IsValid() && equalValue(base, out):
		out.Set(mine)
	default:
		m.clashes = append(m.clashes, Clash{Key: key, Mine: asTyped(mine), Theirs: asTyped(out)})
	}
}

// equalValue compares two values of a form; of days only the day counts.
func equalValue(a, b reflect.Value) bool {
	if t, ok := a.Interface().(time.Time); ok {
		return asTyped(a) == asTyped(b) && t.IsZero() == b.Interface().(time.Time).IsZero()
	}
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// ticks joins two lists of chosen codes: what either has ticked or unticked since base. Without a base nothing was
// unticked.
func ticks(base reflect.Value, mine, theirs []string) []string {
	var before []string
	if base.IsValid() {
		before = base.Interface().([]string)
	}
	out := slices.DeleteFunc(slices.Clone(theirs), func(c string) bool { return slices.Contains(before, c) && !slices.Contains(mine, c) })
	for _, c := range mine {
		if !slices.Contains(out, c) && !slices.Contains(before, c) {
			out = append(out, c)
		}
	}
	return out
}

func rowOf(v reflect.Value) string { return v.FieldByName("Row").String() }

// find gives the row of a list that is known by this name.
func find(list reflect.Value, row string) (reflect.Value, bool) {
	if list.IsValid() {
		for i := range list.Len() {
			if rowOf(list.Index(i)) == row {
				return list.Index(i), true
			}
		}
	}
	return reflect.Value{}, false
}

// rows joins two lists row by row.
func (m *joining) rows(group string, base, mine, out reflect.Value) {
	kept := reflect.MakeSlice(out.Type(), 0, out.Len())
	for i := range out.Len() {
		theirs := out.Index(i)
		key := group + "@" + rowOf(theirs)
		old, was := find(base, rowOf(theirs))
		my, have := find(mine, rowOf(theirs))
		switch {
		case have && was:
			m.fields(key+".", old, my, theirs)
		case have && base.IsValid(): // the same new row, sent twice
			m.fields(key+".", reflect.Zero(theirs.Type()), my, theirs)
		case have:
			m.fields(key+".", reflect.Value{}, my, theirs)
		case was && sameRow(old, theirs):
			continue // I took it away and nobody has touched it since
		case was:
			m.clashes = append(m.clashes, Clash{Key: key, Theirs: rowText(theirs), Gone: "mine"})
		}
		kept = reflect.Append(kept, theirs)
	}
	before := ""
	for i := range mine.Len() {
		my := mine.Index(i)
		if _, there := find(out, rowOf(my)); !there {
			if old, was := find(base, rowOf(my)); !was {
				kept = insertAfter(kept, before, my)
			} else if !sameRow(old, my) {
				m.clashes = append(m.clashes, Clash{Key: group + "@" + rowOf(my), Mine: rowText(my), Gone: "theirs"})
			}
		}
		before = rowOf(my)
	}
	out.Set(kept)
}

// insertAfter puts a row behind the one that stood before it, at the end when that one is gone.
func insertAfter(list reflect.Value, before string, row reflect.Value) reflect.Value {
	at := list.Len()
	for i := range list.Len() {
		if rowOf(list.Index(i)) == before {
			at = i + 1
		}
	}
	out := reflect.AppendSlice(reflect.MakeSlice(list.Type(), 0, list.Len()+1), list.Slice(0, at))
	return reflect.AppendSlice(reflect.Append(out, row), list.Slice(at, list.Len()))
}

func sameRow(a, b reflect.Value) bool { return reflect.DeepEqual(a.Interface(), b.Interface()) }

// rowText is a row in one line.
func rowText(row reflect.Value) string {
	parts := []string{}
	for i := range row.NumField() {
		if name := nameOf(row.Type().Field(i)); name == "" || name == "category" || name == "kind" {
			continue
		}
		if text := asTyped(row.Field(i)); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}

// asTyped is a value as its field shows it; what is not filled in is empty.
func asTyped(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case string:
		return x
	case time.Time:
		if x.IsZero() {
			return ""
		}
		return x.Format(time.DateOnly)
	case yuan.Fen:
		if x == 0 {
			return ""
		}
		return strings.TrimSuffix(x.String(), ".00")
	case int:
		if x == 0 {
			return ""
		}
		return strconv.Itoa(x)
	}
	return ""
}

// address finds the value that a key names, making the row when it is not there and may be made; false when there is none.
func address(d *Draft, key string, make bool) (reflect.Value, bool) {
	group, rest, inRow := strings.Cut(key, "@")
	v := reflect.ValueOf(d).Elem()
	if !inRow {
		return byName(v, key)
	}
	list, ok := byName(v, group)
	if !ok || !isRows(list.Type()) {
		return list, false
	}
	row, name, inField := strings.Cut(rest, ".")
	at, ok := find(list, row)
	if !ok {
		if !make {
			return list, false
		}
		fresh := reflect.New(list.Type().Elem()).Elem()
		fresh.FieldByName("Row").SetString(row)
		list.Set(reflect.Append(list, fresh))
		at = list.Index(list.Len() - 1)
	}
	if !inField {
		return at, true
	}
	return byName(at, name)
}

func byName(v reflect.Value, name string) (reflect.Value, bool) {
	for i := range v.NumField() {
		if name != "" && nameOf(v.Type().Field(i)) == name {
			return v.Field(i), true
		}
	}
	return v, false
}

// take copies what a key names from one draft into another; a row the other does not have is taken out.
func take(into *Draft, from Draft, key string) {
	if name, ok := strings.CutPrefix(key, replyPrefix); ok {
		into.Answers = withReply(into.Answers, name, from.Answers[name])
		return
	}
	value, there := address(&from, key, false)
	group, rest, inRow := strings.Cut(key, "@")
	row, _, inField := strings.Cut(rest, ".")
	if there {
		if to, ok := address(into, key, inRow && !inField); ok {
			to.Set(value)
		}
		return
	}
	if inRow && !inField {
		if list, ok := byName(reflect.ValueOf(into).Elem(), group); ok && isRows(list.Type()) {
			kept := reflect.MakeSlice(list.Type(), 0, list.Len())
			for i := range list.Len() {
				if rowOf(list.Index(i)) != row {
					kept = reflect.Append(kept, list.Index(i))
				}
			}
			list.Set(kept)
		}
	} else if inRow {
		if to, ok := address(into, key, false); ok {
			to.SetZero()
		}
	}
}

// stepFields lists the names of the fields that a step of the form carries, all of them for "".
func stepFields(step string) []string {
	var names []string
	t := reflect.TypeFor[Draft]()
	for i := range t.NumField() {
		if name := nameOf(t.Field(i)); name != "" && (step == "" || t.Field(i).Tag.Get("step") == step) {
			names = append(names, name)
		}
	}
	return names
}

// StepOf is the step of the form that carries a field or a clash.
func StepOf(key string) string {
	name := key[:cmp.Or(strings.IndexAny(key, "@.")+1, len(key)+1)-1]
	if name == "q" {
		return "district"
	}
	t := reflect.TypeFor[Draft]()
	for i := range t.NumField() {
		if nameOf(t.Field(i)) == name {
			return t.Field(i).Tag.Get("step")
		}
	}
	return ""
}
