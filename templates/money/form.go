package money

import (
	"context"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/money"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// Writing is a claim being written: a new one, or one that may still be changed.
type Writing struct {
	Form  ui.Form
	Blank money.Blank
	Claim *money.Claim // nil for a new one
	Files []evidence.Attachment
	Kept  []Kept // files of this form that wait for its mistakes to be mended
	Rows  int
}

// Add gives the form one more line.
func (w *Writing) Add() {
	w.Rows = w.Form.Rows("items", 1) + 1
	w.Form.Values.Set(at(w.Rows-1, "buyer"), w.Blank.Host)
}

// Kept is a file carried along, with its place in the form.
type Kept struct {
	money.Kept
	N int
}

func (k Kept) at(field string) string { return "kept." + strconv.Itoa(k.N) + "." + field }

func at(i int, field string) string { return "items." + strconv.Itoa(i) + "." + field }

func writingTitle(w Writing) string {
	if w.Claim == nil {
		return "写报销单"
	}
	return "改报销单"
}

func writingAction(w Writing) string {
	if w.Claim == nil {
		return "/projects/" + w.Blank.Project.ID + "/claims/new"
	}
	return claimPage(*w.Claim) + "/edit"
}

// total adds up what was typed, as far as it can be read.
func total(f ui.Form) yuan.Fen {
	var sum yuan.Fen
	for i := range f.Rows("items", 0) {
		if fen, err := yuan.Parse(f.Value(at(i, "amount"))); err == nil {
			sum += fen
		}
	}
	return sum
}

func accountHint(ctx context.Context, w Writing) string {
	if w.Claim != nil && w.Claim.AccountTail != "" {
		return words.T(ctx, "已经存了尾号 %s 的账号，不改就空着。账号加密保存，只有会计和出纳能看", w.Claim.AccountTail)
	}
	return "转账才要填。账号加密保存，只有会计和出纳能看"
}

func prepHint(w Writing) string {
	if len(w.Blank.Activities) == 0 {
		return "还没有核验过的活动，请写一句为什么现在就要买"
	}
	return "选了活动就不用写"
}

func lineOptions(ctx context.Context, lines []money.Line) []ui.Option {
	list := make([]ui.Option, len(lines))
	for i, l := range lines {
		list[i] = ui.Option{Value: l.ID, Label: words.T(ctx, "%s · %s（还剩 %s）", words.Word(edition.NameOf(edition.BudgetLines, l.Category)), l.Item, l.Left().Show())}
	}
	return list
}

func activityOptions(ctx context.Context, list []money.Ready) []ui.Option {
	options := []ui.Option{{Value: "", Label: "没有，提前买的"}}
	for _, a := range list {
		options = append(options, ui.Option{Value: a.ID, Label: ui.Day(ctx, a.StartsAt) + " " + a.Theme})
	}
	return options
}

var fileHints = map[string]string{"receipt": "一张一张拍清楚，也可以传电子发票原件（PDF、OFD）。至少一张", "goods": "物品 500 元以上要有", "sheet": "付给讲师、志愿者的要有签收表；没有发票的要有付款截图", "quote": "2000 元以上的采购要有"}

// arrived lists the files there are already, each to be taken off again with a tick.
func arrived(ctx context.Context, w Writing) []ui.Option {
	var list []ui.Option
	name := func(kind, name string) string {
		return words.T(ctx, "去掉：%s %s", words.Word(edition.NameOf(money.FileKinds, kind)), name)
	}
	for _, f := range w.Files {
		list = append(list, ui.Option{Value: f.ID, Label: name(f.Kind, f.Name)})
	}
	for _, k := range w.Kept {
		list = append(list, ui.Option{Value: k.Mark, Label: name(k.Kind, k.Name)})
	}
	return list
}

// openInvoice tells whether the part for the invoice stands open: it is wanted, filled in or wrong.
func openInvoice(w Writing, i int) bool {
	form := w.Form.Value(at(i, "invoice_form"))
	if form == "digital20" || form == "legacy" || faulty(w.Form, at(i, "i")) {
		return true
	}
	for _, field := range []string{"buyer", "seller", "split"} {
		if _, wrong := w.Form.Fault(at(i, field)); wrong {
			return true
		}
	}
	return form == ""
}
