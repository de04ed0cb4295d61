package home

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"seedbed/domain/openbook"
	"seedbed/templates/words"
)

// Every kind of task the statement finds has words, an address and its English; no words are for nothing.
func TestEveryTaskHasWords(t *testing.T) {
	found := map[string]bool{"report_mid": true, "report_final": true} // made in the statement from the review's kind
	for _, m := range regexp.MustCompile(`select \d+, '([a-z_]+)'(,| \|\|)`).FindAllStringSubmatch(todoSQL, -1) {
		if m[2] == "," {
			found[m[1]] = true
		}
	}
	if len(found) != len(asks) {
		t.Errorf("%d kinds of task, words for %d", len(found), len(asks))
	}
	for kind := range found {
		ask, ok := asks[kind]
		if !ok || !strings.HasPrefix(ask.before, "/") || strings.Count(ask.text, "%s") != 1 {
			t.Errorf("%s: %+v", kind, ask)
		}
		if english := words.T(words.With(context.Background(), "en"), ask.text, "X"); english == fmt.Sprintf(ask.text, "X") {
			t.Errorf("%s has no English", kind)
		}
	}
}

func TestTheFrontShowsEveryColourBeforeOneTwice(t *testing.T) {
	list := []openbook.Project{{ID: "1", Colour: "red", Cover: "a"}, {ID: "2", Colour: "red", Cover: "b"}, {ID: "3", Colour: "green"}, {ID: "4", Colour: "blue", Cover: "c"}}
	var got []string
	for _, p := range mixed(list, 3) {
		got = append(got, p.ID)
	}
	if strings.Join(got, "") != "142" {
		t.Errorf("picked %v", got)
	}
	if n := len(mixed(list[:1], 6)); n != 1 {
		t.Errorf("picked %d of one", n)
	}
}
