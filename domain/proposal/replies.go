package proposal

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// replyPrefix begins the places of the district's answers among the fields of the form: "q.<key>".
const replyPrefix = "q."

// replies joins the district's answers question by question, as Combine does the fields.
func (m *joining) replies(base *Draft, mine, theirs edition.Answers) edition.Answers {
	out := maps.Clone(theirs)
	keys := slices.Sorted(maps.Keys(mine))
	for key := range theirs {
		if _, both := mine[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		my, their := mine[key], theirs[key]
		var was edition.Answer
		if base != nil {
			was = base.Answers[key]
		}
		switch {
		case sameReply(my, their):
		case base == nil && replyText(my) == "" && len(my.Files) == 0, base != nil && sameReply(my, was):
		case base == nil && replyText(their) == "" && len(their.Files) == 0, base != nil && sameReply(their, was):
			out = withReply(out, key, my)
		default:
			m.clashes = append(m.clashes, Clash{Key: replyPrefix + key, Mine: replyText(my), Theirs: replyText(their)})
		}
	}
	return out
}

// withReply is the answers with another one in its place; an empty one is taken out.
func withReply(a edition.Answers, key string, reply edition.Answer) edition.Answers {
	out := maps.Clone(a)
	if out == nil {
		out = edition.Answers{}
	}
	if sameReply(reply, edition.Answer{}) {
		delete(out, key)
	} else {
		out[key] = reply
	}
	return out
}

func sameReply(a, b edition.Answer) bool {
	return replyText(a) == replyText(b) && (len(a.Files)+len(b.Files) == 0 || reflect.DeepEqual(a.Files, b.Files))
}

// replyText is an answer in one line: what is compared, and what a clash shows.
func replyText(a edition.Answer) string {
	switch {
	case len(a.Rows) > 0:
		rows := make([]string, len(a.Rows))
		for i, r := range a.Rows {
			rows[i] = strings.TrimRight(strings.Join(r, " · "), " ·")
		}
		return strings.Join(rows, "；")
	case len(a.Picks) > 0:
		return strings.Join(a.Picks, "、")
	}
	return a.Text
}

// sameReplies tells whether two sets of answers say the same.
func sameReplies(a, b edition.Answers) bool {
	for key := range a {
		if !sameReply(a[key], b[key]) {
			return false
		}
	}
	for key := range b {
		if !sameReply(a[key], b[key]) {
			return false
		}
	}
	return true
}

// replied tells whether the page carries the district's part.
func (e Edit) replied() bool {
	return e.Draft.Answers != nil && (e.Step == "" || e.Step == "district")
}

// reply puts the typed answers into mine, brought to the shape of their questions. Those that cannot be kept are named in
// wrong and left as they were, and so are those that were decided, or not yet, for the other's version.
func reply(ctx context.Context, q pg.Reader, f Full, e Edit, from edition.Answers, mine *Draft, wrong fault.Fields) error {
	shown := f.District.Form.Questions
	if e.Form > 0 && e.Form < f.District.Form.Version {
		old, err := edition.FormAt(ctx, q, f.EditionID, e.Form)
		if err != nil {
			return err
		}
		if old.Version > 0 {
			shown = old.Questions
		}
	}
	given := edition.Merge(f.District.Form.Questions, shown, from, e.Draft.Answers)
	restore := slices.Concat(e.Held, e.Open)
	for field, m := range edition.Check(f.District.Form.Questions, given, false) {
		wrong[field] = m
		restore = append(restore, field)
	}
	for _, place := range restore {
		if key, ok := strings.CutPrefix(place, replyPrefix); ok {
			key, _, _ = strings.Cut(key, ".")
			given = withReply(given, key, from[key])
		}
	}
	mine.Answers = given
	return nil
}
