// Package assist shows the pages of filling in for somebody (帮办代填).
package assist

import (
	"context"

	"seedbed/domain/assist"
	"seedbed/templates/accounts"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// StartPage is what staff see before they help: what is still open, the form, and the last times.
type StartPage struct {
	Form    ui.Form
	Open    *assist.Assistance
	Places  []ui.Option
	Known   []ui.Option // people without a phone who were helped before
	Grace   []ui.Option // papers received in time that are not entered yet
	List    []assist.Assistance
	ByGrace bool // it begins from a paper of the grace list
}

// SignPage is an assistance under way.
type SignPage struct {
	Form  ui.Form
	Now   assist.Assistance
	Lines []assist.Line
	Calls []assist.Call // where a paper of the grace list may be begun
	Fresh string        // an id for a proposal to be begun
}

// MinePage is what others wrote in one's name.
type MinePage struct {
	List     []assist.Assistance
	Lines    map[string][]assist.Line
	Disputes map[string]assist.Dispute
}

func options(list []assist.Choice) []ui.Option {
	all := make([]ui.Option, len(list))
	for i, c := range list {
		all[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return all
}

func stateTag(a assist.Assistance) (kind, text string) {
	switch {
	case a.Dispute == assist.DisputeOpen:
		return "warn", "本人有异议，街道在核实"
	case a.Dispute == assist.Upheld:
		return "bad", "不是本人的意思"
	case a.Dispute == assist.Explained:
		return "ok", "街道已说明"
	case a.State == assist.Open && a.Signed():
		return "info", "已签字，还没结束"
	case a.State == assist.Open:
		return "warn", "还没签字"
	case a.State == assist.Dropped:
		return "", "没有办"
	}
	return "ok", "已结束"
}

// deeds says in words what was done, each thing once, in the order it was first done.
func deeds(ctx context.Context, lines []assist.Line) []string {
	var list []string
	seen := map[string]bool{}
	for _, l := range lines {
		text := words.T(ctx, accounts.Deed(l.Entity, l.Action, l.ToState))
		if !seen[text] {
			seen[text], list = true, append(list, text)
		}
	}
	return list
}

// did is something that was done, once, and whether all of it was taken back by itself.
type did struct {
	Text   string
	Undone bool
}

func disputed(ctx context.Context, lines []assist.Line) []did {
	left := map[string]bool{}
	for _, l := range lines {
		if !l.Undone {
			left[words.T(ctx, accounts.Deed(l.Entity, l.Action, l.ToState))] = true
		}
	}
	var list []did
	for _, text := range deeds(ctx, lines) {
		list = append(list, did{text, !left[text]})
	}
	return list
}

func disputeTag(state string) (kind, text string) {
	switch state {
	case assist.Upheld:
		return "bad", "不是本人的意思"
	case assist.Explained:
		return "ok", "街道已说明"
	}
	return "warn", "等街道核实"
}

func graceTag(state string) (kind, text string) {
	switch state {
	case assist.Used:
		return "ok", "已录入"
	case assist.Struck:
		return "", "已划去"
	}
	return "warn", "等录入"
}

var rulings = []ui.Option{{Value: assist.Upheld, Label: "确实不是本人的意思", Hint: "写明要撤回、改正什么，由谁来办。"}, {Value: assist.Explained, Label: "是本人的意思，已经说明"}}
