package award

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"seedbed/domain/award"
	"seedbed/domain/edition"
	"seedbed/domain/proposal"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// partyShort names a party inside a sentence.
var partyShort = []edition.Choice{{Code: award.Sponsor, Name: "甲方"}, {Code: award.Team, Name: "乙方"}, {Code: award.Host, Name: "丙方"}}

func partyName(party string) string { return edition.NameOf(partyShort, party) }

func paperTabs(view string) []ui.Tab {
	tabs := []ui.Tab{}
	for _, v := range paperViews {
		tabs = append(tabs, ui.Tab{Href: "/desk/agreements?view=" + v.Code, Label: v.Name, Current: v.Code == view})
	}
	return tabs
}

var paperViews = []edition.Choice{{Code: award.ToSign, Name: "待签字"}, {Code: award.ToDraft, Name: "待起草"}, {Code: award.ToRefine, Name: "调整预算中"}, {Code: award.Drawn, Name: "全部协议"}}

// PaperView is the view an address asks for, the signing one when it asks for none there is.
func PaperView(asked string) string {
	if edition.Known(paperViews, asked) {
		return asked
	}
	return award.ToSign
}

func emptyPapers(view string) string {
	switch view {
	case award.ToRefine:
		return "没有正在调整预算的项目。公示期满立项的项目，会先到这里。"
	case award.ToDraft:
		return "没有等着起草的协议。计划定下来的项目会出现在这里。"
	case award.ToSign:
		return "没有等着签字的协议。"
	}
	return "还没有协议。"
}

func paperHref(p award.Paper) string {
	if p.AgreementID != "" {
		return "/agreements/" + p.AgreementID
	}
	return "/desk/proposals/" + p.ProposalID + "/refinement"
}

func paperNumber(p award.Paper) string {
	if p.Agreement != "" {
		return p.Agreement
	}
	return p.Number
}

func paperTag(p award.Paper) ui.TagItem {
	if p.SignState != "" {
		return tag(pacts, p.SignState)
	}
	if p.State == proposal.Refining && p.Budget == p.Amount {
		return ui.TagItem{Kind: "info", Text: "预算合适，可以看了"}
	}
	return ui.TagItem{Kind: stateKind(p.State), Text: edition.NameOf(proposal.States, p.State)}
}

// missing says whose signatures are not there yet.
func missing(ctx context.Context, p award.Paper) string {
	var names []string
	for _, party := range partyShort {
		if p.Lacks(party.Code) {
			names = append(names, words.T(ctx, party.Name))
		}
	}
	return words.T(ctx, "还差%s签字", strings.Join(names, words.T(ctx, "、")))
}

// bar leads a phone to the place to sign, for who is asked to.
func (p PactPage) bar() templ.Component {
	if len(p.Parties) == 0 || !p.Sealed() {
		return nil
	}
	return signBar()
}

func (p PactPage) choices() []ui.Option {
	list := make([]ui.Option, len(p.Parties))
	for i, party := range p.Parties {
		list[i] = ui.Option{Value: party, Label: edition.NameOf(parties, party)}
	}
	return list
}

func term(ctx context.Context, x award.Annex) string {
	return words.T(ctx, "%s 至 %s", ui.Date(ctx, x.From), ui.Date(ctx, x.To))
}

// party is who stands behind a letter of the agreement.
func party(ctx context.Context, p PactPage, code string) string {
	switch code {
	case award.Sponsor:
		return words.T(ctx, "%s社区办", words.Pick(ctx, p.Annex.Sponsor, p.Annex.SponsorEn))
	case award.Team:
		return words.T(ctx, "%s（领办人 %s）", p.Annex.Team, p.Lead)
	}
	return words.T(ctx, "%s居民委员会", words.Pick(ctx, p.Annex.Host, p.Annex.HostEn))
}

func partyFacts(ctx context.Context, p PactPage) []ui.Fact {
	facts := make([]ui.Fact, len(parties))
	for i, c := range parties {
		facts[i] = ui.Fact{Term: c.Name, Text: party(ctx, p, c.Code)}
	}
	return facts
}

// clauses are the agreement's terms, version 1.
func clauses(ctx context.Context, x award.Annex) []string {
	list := []string{
		words.T(ctx, "甲方从「%s」资助乙方做「%s」这个项目，金额 %s（人民币%s），按附件一分 %d 次拨付。", x.Fund, x.Project, x.Total.Show(), x.Total.Capitals(), len(x.Tranches)),
		words.T(ctx, "钱由丙方代管。花钱凭票据，经核实、审票、批准以后由丙方付出，不经过乙方的手，也不发给个人当报酬。"),
		words.T(ctx, "乙方照附件二的预算和指标做项目，钱只花在预算列出的地方。要改计划先商量，得到同意再改，总金额不增加。"),
		words.T(ctx, "乙方每次活动如实记下时间、地点、人数，留好照片和签到，票据交齐。"),
		words.T(ctx, "项目的预算、花费、活动和成果在公开页面上让居民看得到。照片里的人同意了才公开。"),
		words.T(ctx, "安全第一。有孩子、老人参加的活动要有人看护。居民的个人信息只用在这个项目上，不给别人。"),
		words.T(ctx, "甲方和丙方可以随时来看，帮乙方解决难处。评估合格，才拨后面的款。"),
		words.T(ctx, "没花完的钱退回资金池。弄虚作假、把钱挪作他用的，停止拨款，追回已经花掉的钱，并按规定处理。"),
		words.T(ctx, "碰到问题三方先商量；商量不成，请街道调解；还不行，依法解决。"),
		words.T(ctx, "三方都签了字，协议就生效。在网上签字和在纸上签字一样算数。内容以指纹对得上的这一份为准。"),
	}
	for i, c := range x.Conditions {
		list = slices.Insert(list, 3+i, words.T(ctx, "评委合议时同意资助，附了条件，乙方照着做：%s", c))
	}
	return list
}

func indicators(ctx context.Context, x award.Annex) []ui.Fact {
	return []ui.Fact{{Term: "活动场次", Text: words.T(ctx, "%d 场", x.Acts)}, {Term: "服务人次", Text: words.T(ctx, "%d 人次", x.Served)}, {Term: "直接受益", Text: words.T(ctx, "%d 人", x.People)}}
}

// signSteps shows the three signatures, those there are and those awaited.
func signSteps(ctx context.Context, p PactPage) []ui.Step {
	steps := make([]ui.Step, len(parties))
	for i, c := range parties {
		steps[i] = ui.Step{Label: c.Name, Note: party(ctx, p, c.Code), At: words.T(ctx, "还没有签")}
		if s, ok := p.SignedBy(c.Code); ok {
			steps[i].State, steps[i].At = "done", words.T(ctx, "%s 签于 %s", s.Name, ui.DateTime(ctx, s.At))
		}
	}
	return steps
}

func signatures(ctx context.Context, p PactPage) []ui.Signature {
	list := make([]ui.Signature, len(parties))
	for i, c := range parties {
		list[i].Role = c.Name
		if s, ok := p.SignedBy(c.Code); ok {
			list[i].Name = s.Name + " " + ui.Date(ctx, s.At)
		}
	}
	return list
}
