package edition

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// valued is a rule's value with its unit, "—" for nothing.
func valued(ctx context.Context, value, unit string) string {
	if value == "" {
		return "—"
	}
	if unit == "" || unit == "%" {
		return value + unit
	}
	return value + " " + words.T(ctx, unit)
}

// waits says under which answer a question is asked.
func waits(ctx context.Context, list []edition.Question, q edition.Question) string {
	i := slices.IndexFunc(list, func(l edition.Question) bool { return l.Key == q.When })
	if i < 0 {
		return ""
	}
	return words.T(ctx, "第 %d 题答「%s」才问", i+1, words.Word(edition.NameOf(list[i].Choices(), q.Is)))
}

// conditions are the answers a question can wait for: those of the choices before it.
func conditions(ctx context.Context, list []edition.Question, key string) []ui.Option {
	all := []ui.Option{{Value: "", Label: "一直都问"}}
	for i, q := range list {
		if q.Key == key {
			break
		}
		for _, c := range q.Choices() {
			if q.Leads() {
				all = append(all, ui.Option{Value: q.Key + "=" + c.Code, Label: words.T(ctx, "第 %d 题答「%s」才问", i+1, words.Word(c.Name))})
			}
		}
	}
	return all
}

// scopeFacts is an edition's scope to read.
func scopeFacts(ctx context.Context, r edition.Rules, places []ui.Option) []ui.Fact {
	var facts []ui.Fact
	for _, c := range r.Categories() {
		text := words.T(ctx, "不限")
		if most := r.CategoryQuota[c.Code]; most > 0 {
			text = words.T(ctx, "最多收 %d 份", most)
		}
		facts = append(facts, ui.Fact{Term: c.Name, Text: text})
	}
	return append(facts, ui.Fact{Term: "谁可以参加", Text: regionNames(ctx, r, places)})
}

func regionNames(ctx context.Context, r edition.Rules, places []ui.Option) string {
	if len(r.Regions) == 0 {
		return words.T(ctx, "全区居民")
	}
	var names []string
	for _, p := range places {
		if slices.Contains(r.Regions, p.Value) {
			names = append(names, p.Label)
		}
	}
	return strings.Join(names, words.T(ctx, "、"))
}

func fileName(ctx context.Context, a evidence.Attachment) string {
	name := a.Name
	if name == "" {
		name = words.T(ctx, "文件")
	}
	return name + " (" + strconv.FormatInt(max(a.Size>>10, 1), 10) + " KB)"
}

// shown are the papers of a call that are pictures to look at.
func shown(list []evidence.Attachment) []ui.Photo {
	var photos []ui.Photo
	for _, a := range list {
		if a.Shows() {
			photos = append(photos, ui.Photo{Src: "/photos/" + a.ID + "/thumb", Full: "/photos/" + a.ID, Alt: a.Name})
		}
	}
	return photos
}

// publicFile is where anybody may have a paper of a call: a picture's copy without the camera's notes, once there is one.
func publicFile(a evidence.Attachment) string {
	switch {
	case !a.Photo():
		return "/files/" + a.ID
	case a.Shows():
		return "/photos/" + a.ID
	}
	return ""
}
