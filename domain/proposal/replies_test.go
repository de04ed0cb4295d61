package proposal

import (
	"testing"

	"seedbed/domain/edition"
)

// The district's answers join question by question: what one side changed is taken, what both changed differently stays
// as it was and is offered, and an answer taken away stays away.
func TestAnswersJoinQuestionByQuestion(t *testing.T) {
	said := func(a, b, c string) Draft {
		d := Draft{Answers: edition.Answers{}}
		for key, text := range map[string]string{"a": a, "b": b, "c": c} {
			if text != "" {
				d.Answers[key] = edition.Answer{Text: text}
			}
		}
		return d
	}
	base := said("1", "1", "1")
	got, clashes := Combine(&base, said("2", "1", ""), said("1", "3", "1"))
	if len(clashes) != 0 || !sameReplies(got.Answers, said("2", "3", "").Answers) {
		t.Errorf("joined to %v with %v", got.Answers, clashes)
	}
	got, clashes = Combine(&base, said("2", "1", "1"), said("3", "1", "1"))
	if len(clashes) != 1 || clashes[0] != (Clash{Key: "q.a", Mine: "2", Theirs: "3"}) || got.Answers["a"].Text != "3" {
		t.Errorf("both changed one: %v with %v", got.Answers, clashes)
	}
	// Nobody remembers where it began: what both have filled in differently is offered, nothing counts as taken away.
	got, clashes = Combine(nil, said("2", "", "5"), said("3", "4", ""))
	if len(clashes) != 1 || clashes[0].Key != "q.a" || got.Answers["b"].Text != "4" || got.Answers["c"].Text != "5" {
		t.Errorf("without a base: %v with %v", got.Answers, clashes)
	}
	if StepOf("q.a") != "district" {
		t.Errorf("an answer stands on the step %q", StepOf("q.a"))
	}
}
