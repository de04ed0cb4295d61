// Package delivery holds the pages of projects being carried out: the team's room, activities, reports and reviews.
package delivery

import (
	"context"
	"net/url"
	"strconv"

	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
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

// projectStates says in a word where a project stands.
var projectStates = []edition.Choice{{Code: delivery.Preparing, Name: "准备中"}, {Code: delivery.InProgress, Name: "进行中"}, {Code: delivery.Suspended, Name: "暂停"},
	{Code: delivery.MidDue, Name: "中期评估"}, {Code: delivery.MidPassed, Name: "中期通过"}, {Code: delivery.MidFailed, Name: "中期整改"}, {Code: delivery.Closing, Name: "结项中"},
	{Code: delivery.Done, Name: "已验收"}, {Code: delivery.Failed, Name: "验收不合格"}, {Code: delivery.Terminated, Name: "已终止"}, {Code: delivery.Archived, Name: "已归档"}}

var memberRoles = []edition.Choice{{Code: "lead", Name: "领办人"}, {Code: "deputy", Name: "副领办人"}, {Code: "treasurer", Name: "记账员"}, {Code: "member", Name: "成员"}, {Code: "helper", Name: "帮手"}, {Code: "mentor", Name: "辅导社工"}}

// tone is the colour of a state's tag.
func tone(state string) string {
	switch state {
	case delivery.Verified, delivery.Done, delivery.Passed, delivery.MidPassed, delivery.Finalized:
		return "ok"
	case delivery.Returned, delivery.Suspended, delivery.MidFailed, delivery.Rectification:
		return "warn"
	case delivery.Rejected, delivery.Failed, delivery.Terminated, delivery.Cancelled:
		return "bad"
	case delivery.Submitted, delivery.MidDue, delivery.Closing, delivery.SelfSubmitted, delivery.UnderReview:
		return "info"
	}
	return ""
}

func room(p delivery.Project) ui.Link {
	return ui.Link{Href: "/projects/" + p.ID + "/room", Label: p.Title}
}

func page(a delivery.Activity) string { return "/activities/" + a.ID }

func itoa(n int) string { return strconv.Itoa(n) }

// span is when an activity is: one day, from and to.
func span(ctx context.Context, a delivery.Activity) string {
	return ui.DateTime(ctx, a.StartsAt) + "–" + clockTime(a)
}

// alt describes a photo for who cannot see it.
func alt(ctx context.Context, p evidence.Attachment, a delivery.Activity) string {
	return words.T(ctx, "「%s」的照片：%s", a.Theme, words.Word(edition.NameOf(delivery.PhotoKinds, p.Kind)))
}

// photoState says what became of a photo, "" when there is nothing to say.
func photoState(p evidence.Attachment) (kind, text string) {
	switch p.State {
	case evidence.Stored:
		return "", "正在处理"
	case evidence.Cleared:
		return "ok", "可以公开"
	case evidence.Public:
		return "ok", "已公开"
	case evidence.Hidden:
		return "warn", "已隐藏"
	case evidence.Unreadable:
		return "bad", "打不开，请重传"
	}
	return "", ""
}

// counts are an activity's figures with what they mean.
func counts(ctx context.Context, a delivery.Activity) []ui.Fact {
	return []ui.Fact{
		{Term: "服务人次", Text: itoa(a.ServedTimes)}, {Term: "其中新来的", Text: itoa(a.Newcomers)}, {Term: "其中孩子", Text: itoa(a.Minors)},
		{Term: "其中 60 岁以上", Text: itoa(a.Elders)}, {Term: "其中残疾人", Text: itoa(a.Disabled)}, {Term: "志愿者", Text: itoa(a.Volunteers)},
		{Term: "志愿服务时长", Text: words.T(ctx, "%s 小时", strconv.FormatFloat(float64(a.VolunteerHalves)/2, 'f', -1, 64))},
		{Term: "签到方式", Text: edition.NameOf(delivery.SignIns, a.SignIn)}, {Term: "签了名的", Text: itoa(a.Signed)},
	}
}

// figures are a project's own.
func figures(p delivery.Project) []ui.Fact {
	target := itoa(p.ActN)
	if p.ActTarget > 0 {
		target += " / " + itoa(p.ActTarget)
	}
	return []ui.Fact{{Term: "已核验活动", Text: target}, {Term: "服务人次", Text: itoa(p.ServedTimes)}, {Term: "志愿者人次", Text: itoa(p.VolunteerTimes)}}
}

// deskTabs are the views of the verifier's list.
func deskTabs(state string) []ui.Tab {
	tabs := []ui.Tab{}
	for _, s := range []string{delivery.Submitted, delivery.Returned, delivery.Verified, delivery.Rejected} {
		tabs = append(tabs, ui.Tab{Href: "/desk/activities?state=" + s, Label: edition.NameOf(delivery.ActivityStates, s), Current: s == state})
	}
	return tabs
}

func more(base, next string) string {
	if next == "" {
		return ""
	}
	return base + "after=" + url.QueryEscape(next)
}

// parts pairs a review's parts with the names of their fields.
type part struct {
	Field, Name, Hint string
}

func parts(ctx context.Context, kind string) []part {
	list := []part{}
	for i, p := range delivery.Parts[kind] {
		list = append(list, part{"m" + itoa(i+1), p.Name, words.T(ctx, "0 到 %d 分", p.Most)})
	}
	return list
}

func roleName(role string) string {
	if role == "finance" {
		return identity.Names[identity.Finance]
	}
	return "评审"
}

func twinText(t evidence.Twin) string {
	if t.Exact {
		return "和另一场活动的照片一模一样"
	}
	return "和另一场活动的照片很像"
}

func reportTitle(v delivery.ReportPage) string {
	if v.Review == delivery.Mid {
		return "中期报告"
	}
	return "结项报告"
}

func evaluationsPage(done bool) string {
	if done {
		return "/desk/evaluations?done=1&"
	}
	return "/desk/evaluations?"
}

func sheetCols(kind string) []ui.Col {
	cols := []ui.Col{{Label: "评审"}}
	for _, p := range delivery.Parts[kind] {
		cols = append(cols, ui.Col{Label: p.Name, Num: true})
	}
	return append(cols, ui.Col{Label: "合计", Num: true}, ui.Col{Label: "评语"})
}

// whose tells where an activity belongs and who handed it in and verified it.
func whose(ctx context.Context, d delivery.DeskActivity) []ui.Fact {
	facts := []ui.Fact{{Term: "项目", Text: d.Project.Title + " " + d.Project.Number}, {Term: "社区", Text: words.Pick(ctx, d.Place, d.PlaceEn)}}
	if at := d.Activity.SubmittedAt; at != nil {
		facts = append(facts, ui.Fact{Term: "提交", Text: d.SubmittedBy + " " + ui.DateTime(ctx, *at)})
	}
	if at := d.Activity.VerifiedAt; at != nil {
		facts = append(facts, ui.Fact{Term: "核验", Text: d.VerifiedBy + " " + ui.DateTime(ctx, *at)})
	}
	return facts
}
