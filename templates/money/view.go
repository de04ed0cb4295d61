// Package money holds the pages of a project's money: what it may spend, claims with their papers, the desks that
// examine and pay them, tranches and the book.
package money

import (
	"context"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/money"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func options(choices []edition.Choice) []ui.Option {
	list := make([]ui.Option, len(choices))
	for i, c := range choices {
		list[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return list
}

func itoa(n int) string { return strconv.Itoa(n) }

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// tone is the colour of a state's tag, of claims and tranches alike.
func tone(state string) string {
	switch state {
	case money.Paid, money.Confirmed, money.Released, money.Transferred:
		return "ok"
	case money.Returned, money.Held:
		return "warn"
	case money.Rejected, money.Voided, money.Cancelled:
		return "bad"
	case money.Draft, money.Planned:
		return ""
	}
	return "info"
}

// withWhom says in whose hands a claim is.
func withWhom(state, level string) string {
	switch state {
	case money.Draft:
		return "还没有交"
	case money.Submitted:
		return "在社区，正在核实"
	case money.Returned:
		return "在团队，补好再交一次"
	case money.Verified:
		return "在会计，正在审票据"
	case money.Approved:
		return "在出纳，等付款"
	case money.Paid:
		return "钱付出去了，等您确认收到"
	case money.Passed:
		switch level {
		case money.LevelStreet:
			return "等街道负责人批准"
		case money.LevelDistrict:
			return "等区里批准"
		case money.LevelTwo:
			return "金额大，等两位负责人批准"
		}
		return "等尾款拨下来"
	}
	return ""
}

// beside puts short texts on one line, leaving out the empty ones; they are translated where they are sentences.
func beside(ctx context.Context, texts ...string) string {
	var said []string
	for _, t := range texts {
		if t != "" {
			said = append(said, words.T(ctx, t))
		}
	}
	return strings.Join(said, " · ")
}

func late(due *time.Time, now time.Time) bool { return due != nil && now.After(*due) }

// stages are the steps of a claim with the action that ends each.
var stages = []struct{ label, action, from string }{{"交报销单", "submit", money.Draft}, {"社区核实过", "verify", money.Submitted}, {"会计审过票据", "pass", money.Verified},
	{"负责人批准", "approve", money.Passed}, {"出纳付款", "pay", money.Approved}, {"收款人确认收到", "receive", money.Paid}}

// steps shows how far a claim has come, with who did what on the way; a claim that went back begins anew.
func steps(ctx context.Context, p money.Paper) []ui.Step {
	at := len(stages)
	for i, s := range stages {
		if p.Claim.State == s.from || p.Claim.State == money.Returned && i == 0 {
			at = i
		}
	}
	list := make([]ui.Step, len(stages))
	for i, s := range stages {
		list[i].Label = s.label
		if i == at {
			list[i].State = "now"
		}
		if i >= at {
			continue
		}
		list[i].State = "done"
		for _, e := range p.Trail {
			if e.Action == s.action || s.action == "approve" && e.Action == "approve_small" {
				list[i].At = who(ctx, e) + " " + ui.DateTime(ctx, e.At)
			}
		}
	}
	return list
}

func who(ctx context.Context, e audit.Entry) string {
	if e.Who == "" {
		return words.T(ctx, "系统")
	}
	return e.Who
}

// acts names what is done with a claim or a tranche.
var acts = []edition.Choice{{Code: "save", Name: "存了草稿"}, {Code: "submit", Name: "交了报销单"}, {Code: "verify", Name: "核实了"}, {Code: "pass", Name: "审过票据"}, {Code: "approve", Name: "批准了"},
	{Code: "approve_small", Name: "小额不用批准，转给出纳"}, {Code: "return", Name: "退回补充"}, {Code: "reject", Name: "不予报销"}, {Code: "pay", Name: "付款了"}, {Code: "receive", Name: "确认收到了"},
	{Code: "ask_void", Name: "申请作废"}, {Code: "void", Name: "同意作废"}, {Code: "reveal_account", Name: "看了收款账号"}}

// trail is a claim's history, newest first.
func trail(ctx context.Context, list []audit.Entry) []ui.FeedItem {
	feed := make([]ui.FeedItem, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		by := words.T(ctx, "系统")
		if e.Who != "" {
			by = words.T(ctx, "%s（%s）", e.Who, words.Word(identity.Names[identity.Role(e.Role)]))
		}
		text := words.T(ctx, "%s %s", by, words.Word(edition.NameOf(acts, e.Action)))
		if e.Reason != "" {
			text = words.T(ctx, "%s：%s", text, e.Reason)
		}
		feed = append(feed, ui.FeedItem{At: ui.DateTime(ctx, e.At), Text: text})
	}
	return feed
}

// hand is who did a step of a claim last, "" for nobody yet.
func hand(list []audit.Entry, action string) string {
	name := ""
	for _, e := range list {
		if e.Action == action {
			name = e.Who
		}
	}
	return name
}

func claimTitle(ctx context.Context, c money.Claim) string {
	if c.Number == "" {
		return words.T(ctx, "报销单草稿")
	}
	return words.T(ctx, "报销单 %s", c.Number)
}

func claimPage(c money.Claim) string { return "/claims/" + c.ID }

// bought says where an item's money comes from, what it was for and how it was paid.
func bought(ctx context.Context, i money.Item) string {
	what := i.Activity
	if what == "" {
		what = words.T(ctx, "提前买：%s", i.PrepReason)
	}
	return words.T(ctx, "%s · %s · %s · %s %s", words.Word(edition.NameOf(edition.BudgetLines, i.Category)), i.Line, what, ui.Date(ctx, i.PaidOn), words.Word(edition.NameOf(money.Methods, i.Method)))
}

// invoiced is an item's invoice in one line, "" for none.
func invoiced(ctx context.Context, i money.Item) string {
	if i.InvoiceForm == "" {
		return ""
	}
	number := i.InvoiceNumber
	if i.InvoiceCode != "" {
		number = i.InvoiceCode + " " + number
	}
	return words.T(ctx, "发票 %s · 开票 %s · 销售方 %s · 抬头 %s · 价税合计 %s", number, ui.Date(ctx, moment(i.IssuedOn)), i.Seller, i.Buyer, i.InvoiceTotal.Show())
}

// pictures are the files that can be looked at, papers the others.
func pictures(ctx context.Context, files []evidence.Attachment) []ui.Photo {
	var list []ui.Photo
	for _, f := range files {
		if f.Photo() && f.Counts() {
			kind := words.T(ctx, edition.NameOf(money.FileKinds, f.Kind))
			list = append(list, ui.Photo{Src: "/photos/" + f.ID + "/thumb", Full: "/files/" + f.ID, Alt: words.T(ctx, "%s：%s", kind, f.Name), Caption: kind})
		}
	}
	return list
}

func papers(files []evidence.Attachment) []evidence.Attachment {
	var list []evidence.Attachment
	for _, f := range files {
		if !f.Photo() || !f.Counts() {
			list = append(list, f)
		}
	}
	return list
}

// touched are the budget lines a claim takes from.
func touched(p money.Paper) []money.Line {
	var list []money.Line
	for _, l := range p.Lines {
		for _, i := range p.Items {
			if i.LineID == l.ID {
				list = append(list, l)
				break
			}
		}
	}
	return list
}

var potNames = []edition.Choice{{Code: string(ledger.Fund), Name: "出资方"}, {Code: string(ledger.Pool), Name: "资金池"}, {Code: string(ledger.Committed), Name: "已立项未拨"}, {Code: string(ledger.Released), Name: "已拨可用"},
	{Code: string(ledger.Advance), Name: "备用金"}, {Code: string(ledger.Payable), Name: "待付款"}, {Code: string(ledger.Spent), Name: "已花"}, {Code: string(ledger.Refund), Name: "已退回"},
	{Code: string(ledger.HostFee), Name: "管理费"}, {Code: string(ledger.OwnFund), Name: "自筹"}}

var movementKinds = []edition.Choice{{Code: "fund", Name: "资金到位"}, {Code: "award", Name: "立项"}, {Code: "release", Name: "拨付"}, {Code: "approve", Name: "报销批准"}, {Code: "pay", Name: "出纳付款"}, {Code: "refund", Name: "结余退回"},
	{Code: "return", Name: "未拨的退回资金池"}, {Code: "undo_approve", Name: "撤销批准"}, {Code: "undo_pay", Name: "撤销付款"}}

// pots names the pots of one side of a movement; what was spent says on what.
func pots(ctx context.Context, codes []string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		category, spent := strings.CutPrefix(code, string(ledger.Spent))
		if spent && category != "" {
			names[i] = words.T(ctx, "已花 · %s", words.Word(edition.NameOf(edition.BudgetLines, category)))
			continue
		}
		names[i] = words.T(ctx, edition.NameOf(potNames, code))
	}
	return strings.Join(names, words.T(ctx, "、"))
}

// faulty tells whether a field beginning so is wrong: then its fold is open.
func faulty(f ui.Form, prefix string) bool {
	for name := range f.Wrong {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
