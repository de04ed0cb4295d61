// Package edition shows the editions of the competition: the public call, and the desk that plans it.
package edition

import (
	"context"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// CallPage is the public page of an edition.
type CallPage struct {
	Call  edition.Call
	Fresh string // the id of a proposal that may be begun here
	Now   time.Time

	Slots     []edition.Slot // the timetable
	Files     []evidence.Attachment
	Questions []edition.Question // what the district asks
	Changes   []edition.Change   // of the rules since the call was published
	Places    []ui.Option        // the names of regions

	Happenings []edition.Happening // boards and votes everybody may look at
}

// DeskPage is an edition on the desk that runs it.
type DeskPage struct {
	Call       edition.Call
	Form       ui.Form      // the plan, while it is a draft
	Missing    fault.Fields // what a draft needs before it may be published
	Now        time.Time
	CanPlan    bool
	CanPublish bool
	CanReview  bool
	CanJudge   bool // may see the jury and its results
	CanPapers  bool // may export, or import, proposals of some place
	CanAttach  bool
	Slots      []edition.Slot
	Grace      time.Time // until when paper received in time may be entered
	Files      []evidence.Attachment
	FileForm   ui.Form
}

// The decisions that ask for a reason on a page of their own.
const (
	Extend = "extend"
	Close  = "close"
	Cancel = "cancel"
)

// decision is how the page of such a decision speaks.
type decision struct{ title, lead, ask, hint, button, kind string }

var decisions = map[string]decision{
	Extend: {"延长申报时间", "一届只能延长一次。延长后，社区工作人员和全区居民会收到消息，公告上会写明原因。", "为什么延长", "例如：赶上长假，不少居民还没来得及写", "延长", "pri"},
	Close:  {"提前截止申报", "截止以后居民就不能再提交申报书了。", "为什么提前截止", "例如：资金已经够不上更多项目", "现在截止", "bad"},
	Cancel: {"取消这一届", "取消以后不能恢复。已经公布的，资金会退回，社区、居民和申报的团队都会收到消息。", "为什么取消", "所有参加的人都会看到这句话", "确定取消", "bad"},
}

// title is an edition's title in the language of the reader, if it has one.
func title(ctx context.Context, e edition.Edition) string {
	return words.Pick(ctx, e.Title, e.TitleEn)
}

func theme(ctx context.Context, e edition.Edition) string {
	return words.Pick(ctx, e.Theme, e.ThemeEn)
}

// takes tells whether a proposal may be begun now.
func takes(e edition.Edition, now time.Time) bool {
	return e.State == edition.Open && e.ClosesAt != nil && now.Before(*e.ClosesAt)
}

// stateTag is an edition's state in a word and its colour.
func stateTag(e edition.Edition) ui.TagItem {
	kind := "info"
	switch e.State {
	case edition.Open:
		kind = "ok"
	case edition.Draft:
		kind = "warn"
	case edition.Cancelled:
		kind = "bad"
	case edition.Archived:
		kind = ""
	}
	return ui.TagItem{Kind: kind, Text: edition.NameOf(edition.States, e.State)}
}

// apart parts the list of editions: where something can still be sent in, and the others.
func apart(list []edition.Edition, now time.Time) (open, past []edition.Edition) {
	for _, e := range list {
		if takes(e, now) {
			open = append(open, e)
		} else {
			past = append(past, e)
		}
	}
	return open, past
}

func cards(ctx context.Context, list []edition.Edition, now time.Time, base string) []ui.CardItem {
	items := make([]ui.CardItem, len(list))
	for i, e := range list {
		tag := stateTag(e)
		items[i] = ui.CardItem{Href: base + e.ID, Title: title(ctx, e), Sub: theme(ctx, e), Tags: []ui.TagItem{tag}}
		if e.ClosesAt != nil {
			items[i].Facts = append(items[i].Facts, ui.Fact{Term: "申报截止", Text: ui.Until(ctx, *e.ClosesAt)})
		}
		if takes(e, now) {
			items[i].Tags = append(items[i].Tags, ui.TagItem{Kind: "warn", Text: ui.Left(ctx, *e.ClosesAt, now)})
		}
		if e.ProposalsN > 0 {
			items[i].Facts = append(items[i].Facts, ui.Fact{Term: "收到申报书", Text: words.T(ctx, "%d 份", e.ProposalsN)})
		}
	}
	return items
}

// path is the order of the year on the timeline: in which states each step is the present one.
var path = [][]string{{edition.Open}, {edition.Closed}, {edition.Reviewing}, {edition.Publicizing}, {edition.Contracting}, {edition.Running}, {edition.Closing, edition.Archived}}

// steps is the year of an edition and where it stands.
func steps(ctx context.Context, e edition.Edition, slots []edition.Slot) []ui.Step {
	list := []ui.Step{{Label: "居民申报", At: span(ctx, e.OpensAt, e.ClosesAt, ui.Until), Note: "写下想法，找齐伙伴，截止前提交"},
		{Label: "社区推荐、街道审查", At: slotDays(slots, "fix", "check"), Note: words.T(ctx, "退回修改的，有 %d 个工作日改好再交", e.Rules.FixDays)},
		{Label: "评委打分", At: slotDays(slots, "desk", "pitch"), Note: words.T(ctx, "每个项目由 %d 位评委打分，评委看不到是谁申报的", e.Rules.Panel)},
		{Label: "结果公示", At: slotDays(slots, "public", "public"), Note: words.T(ctx, "公示 %d 个工作日，谁都可以提异议", e.Rules.PublicDays)},
		{Label: "签协议、拨第一笔钱", At: slotDays(slots, "sign", "sign")},
		{Label: "办活动", At: span(ctx, e.RunsFrom, e.RunsTo, ui.Date), Note: "每场活动留照片和签到，花的每一笔都公开"},
		{Label: "结项验收", At: slotDays(slots, "end", "end"), Note: "做得好的队伍，可以长成社区的常在组织"}}
	now := -1
	for i, states := range path {
		for _, s := range states {
			if s == e.State {
				now = i
			}
		}
	}
	for i := range list {
		switch {
		case i < now || e.State == edition.Archived:
			list[i].State = "done"
		case i == now:
			list[i].State = "now"
		}
	}
	return list
}

// span says from when to when; a date not yet known is left out.
func span(ctx context.Context, from, to *time.Time, end func(context.Context, time.Time) string) string {
	switch {
	case from == nil && to == nil:
		return ""
	case from == nil:
		return words.T(ctx, "到 %s", end(ctx, *to))
	case to == nil:
		return words.T(ctx, "%s 起", ui.Date(ctx, *from))
	}
	return words.T(ctx, "%s 到 %s", ui.Date(ctx, *from), end(ctx, *to))
}

// next says what happens after the call has closed.
func next(e edition.Edition) string {
	switch e.State {
	case edition.Open:
		return "申报时间已经到了，正在收尾。已经交的申报书由社区和街道接着看。"
	case edition.Closed:
		return "申报已经截止。社区和街道正在看每一份申报书，通过的会交给评委打分。"
	case edition.Reviewing:
		return "评委正在打分。结果出来以后会先公示，谁都可以看、可以提异议。"
	case edition.Publicizing:
		return "结果正在公示。有不同意见，请在公示期内提出来。"
	case edition.Contracting:
		return "结果已经定了，入选的团队正在签协议。"
	case edition.Running, edition.Closing:
		return "项目正在进行。办了什么活动、花了多少钱，都能在项目里看到。"
	case edition.Archived:
		return "这一届已经结束。做成的项目和长成的组织都还在。"
	}
	return ""
}

func options(choices []edition.Choice) []ui.Option {
	list := make([]ui.Option, len(choices))
	for i, c := range choices {
		list[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return list
}

// names lists choices by their names.
func names(ctx context.Context, choices []edition.Choice, codes []string) string {
	list := make([]string, len(codes))
	for i, c := range codes {
		list[i] = words.T(ctx, edition.NameOf(choices, c))
	}
	return strings.Join(list, words.T(ctx, "、"))
}

func itoa(n int) string { return strconv.Itoa(n) }

func percent(points int) string { return itoa(points/100) + "%" }

// shares says how much of a budget some categories may take at most.
func shares(ctx context.Context, r edition.Rules) []string {
	list := []string{}
	for _, key := range []string{"P", "V", "F", "O", "G", "E+S"} {
		if most, ok := r.LineShares[key]; ok {
			list = append(list, words.T(ctx, "%s最多占总预算的 %s", names(ctx, edition.BudgetLines, strings.Split(key, "+")), percent(most)))
		}
	}
	return list
}

// releases says in how many parts the money comes.
func releases(ctx context.Context, r edition.Rules) string {
	if len(r.Tranches) != 3 {
		return ""
	}
	return words.T(ctx, "不超过 %s 的项目一次拨付；多的分三次：签协议后 %s，中期 %s，验收后 %s。", r.MicroUpTo.Show(), percent(r.Tranches[0]), percent(r.Tranches[1]), percent(r.Tranches[2]))
}

// gap is one thing a draft still needs, with the field to mend it in.
type gap struct {
	Href string
	Text fault.Message
}

func gaps(e edition.Edition, missing fault.Fields) []gap {
	list := make([]gap, 0, len(missing))
	for _, name := range missing.Names() {
		href := desk(e) + "#" + ui.ID(name)
		switch name {
		case "rubric":
			href = desk(e) + "/rubric/desk"
		case "tracks":
			href = desk(e) + "/terms"
		}
		list = append(list, gap{href, missing[name]})
	}
	return list
}

// row is the name of a field in a row of the fund sources.
func row(i int, name string) string { return "funds." + itoa(i) + "." + name }

func desk(e edition.Edition) string { return "/desk/editions/" + e.ID }

// galleries offers what the public gallery may show before the results.
func galleries() []ui.Option {
	list := make([]ui.Option, len(edition.Galleries))
	for i, c := range edition.Galleries {
		list[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return list
}

// categoryName is a category's name in the reader's language.
func categoryName(ctx context.Context, r edition.Rules, c edition.Choice) string {
	for _, own := range r.Own {
		if own.Name == c.Code {
			return words.Pick(ctx, own.Name, own.NameEn)
		}
	}
	return words.T(ctx, c.Name)
}

func hostFacts(e edition.Edition) []ui.Fact {
	var facts []ui.Fact
	for _, f := range []ui.Fact{{Term: "主办单位", Text: e.Organiser}, {Term: "承办单位", Text: e.Operator}, {Term: "协办单位", Text: e.Partners}} {
		if f.Text != "" {
			facts = append(facts, f)
		}
	}
	return facts
}

func happeningPath(h edition.Happening) string { return "/" + h.Kind + "/" + h.ID }

func happeningName(h edition.Happening) string {
	switch {
	case h.Kind == "board":
		return "路演的大屏幕"
	case h.Live:
		return "居民投票：选您看好的项目"
	}
	return "居民投票的结果"
}

// happeningText says when it is, or until when.
func happeningText(ctx context.Context, h edition.Happening) string {
	switch {
	case h.Until != nil && h.Live:
		return words.T(ctx, "%s 截止", ui.Until(ctx, *h.Until))
	case h.Until != nil:
		return words.T(ctx, "投票 %s 结束", ui.DateTime(ctx, *h.Until))
	case h.At != nil:
		return ui.DateTime(ctx, *h.At)
	}
	return ""
}
