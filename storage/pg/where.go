package pg

import "strings"

// Where builds the condition of a list: fixed SQL fragments in code, values always as arguments.
type Where struct {
	parts []string
	Args  Args
}

// And adds a condition with its arguments, given as name, value pairs.
func (w *Where) And(condition string, pairs ...any) {
	if w.Args == nil {
		w.Args = Args{}
	}
	w.parts = append(w.parts, condition)
	for i := 0; i+1 < len(pairs); i += 2 {
		w.Args[pairs[i].(string)] = pairs[i+1]
	}
}

// SQL is " where a and b", or "" when nothing was added.
func (w *Where) SQL() string {
	if len(w.parts) == 0 {
		return ""
	}
	return " where " + strings.Join(w.parts, " and ")
}
