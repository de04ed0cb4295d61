// Package prose makes up what neighbours write in a proposal, so that the search for copies can be tried on as many
// texts as a district has in a hundred years. It is a grammar: sentences with places in them, and words for the places.
package prose

import (
	"math/rand/v2"
	"strings"
)

// Text is a made-up proposal.
type Text struct {
	Title, Pitch, Problem, Goal, Method, Activity, Future string
}

// Parts are the fields in the order of the form.
func (t Text) Parts() []string {
	return []string{t.Title, t.Pitch, t.Problem, t.Goal, t.Method, t.Activity, t.Future}
}

// Write makes up a proposal; the same chance makes the same text.
func Write(r *rand.Rand) Text {
	w := writer{r, map[string]string{}}
	return Text{Title: w.some(titles, 1), Pitch: w.some(pitches, 1), Problem: w.some(problems, 4), Goal: w.some(goals, 2), Method: w.some(methods, 6),
		Activity: w.some(activities, 1), Future: w.some(futures, 2)}
}

// Problem makes up n sentences about what is wrong, Method about what to do.
func Problem(r *rand.Rand, n int) string { return writer{r, map[string]string{}}.some(problems, n) }

// Method is Problem for what to do.
func Method(r *rand.Rand, n int) string { return writer{r, map[string]string{}}.some(methods, n) }

type writer struct {
	r    *rand.Rand
	said map[string]string // a text stays with its place, group and thing
}

func (w writer) some(from []string, n int) string {
	var b strings.Builder
	for _, i := range w.r.Perm(len(from))[:n] {
		b.WriteString(w.fill(from[i]))
	}
	return b.String()
}

// fill puts words into the places of a sentence: {p} is always the same place in one text, {P} any.
func (w writer) fill(sentence string) string {
	for {
		at := strings.IndexByte(sentence, '{')
		if at < 0 {
			return sentence
		}
		key := sentence[at+1 : at+2]
		words, steady := slots[strings.ToLower(key)], key != strings.ToUpper(key)
		word := words[w.r.IntN(len(words))]
		if steady {
			if have, ok := w.said[key]; ok {
				word = have
			}
			w.said[key] = word
		}
		sentence = sentence[:at] + word + sentence[at+3:]
	}
}
