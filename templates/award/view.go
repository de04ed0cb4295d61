// Package award holds the pages from the ranking to the agreement: results, public notices, objections, the fitted
// plan, and the paper the three parties sign.
package award

import (
	"context"
	"strconv"
	"time"

	"seedbed/domain/award"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

var (
	results = []edition.Choice{{Code: award.Selected, Name: "入选"}, {Code: award.Reserve, Name: "候补"}, {Code: award.NotSelected, Name: "未入选"}, {Code: award.Revoked, Name: "撤销"}}
	fates   = []edition.Choice{{Code: award.Proposed, Name: "还没有公示"}, {Code: award.Publicized, Name: "公示中"}, {Code: award.Objected, Name: "有异议，核实中"},
		{Code: award.Confirmed, Name: "已立项"}, {Code: award.Declined, Name: "团队放弃了"}, {Code: award.Revoked, Name: "结果已撤销"},
		{Code: award.Again, Name: "正在补评，还没有立项"}}
	objections = []edition.Choice{{Code: award.Received, Name: "收到了，等人接手"}, {Code: award.Investigating, Name: "正在核实"}, {Code: award.Upheld, Name: "成立"},
		{Code: award.Dismissed, Name: "不成立"}}
	pacts = []edition.Choice{{Code: award.Signing, Name: "签字中"}, {Code: award.Effective, Name: "已生效"}, {Code: award.Terminated, Name: "已终止"}, {Code: "suspended", Name: "已中止"},
		{Code: "completed", Name: "已完成"}}
	conditions = []edition.Choice{{Code: "on_sign", Name: "三方签齐以后"}, {Code: "on_mid_pass", Name: "中期评估通过以后"}, {Code: "on_final_pass", Name: "结项评估通过以后"}, {Code: "date", Name: "项目过半的时候"}}
	parties    = []edition.Choice{{Code: award.Sponsor, Name: "甲方（资助方）"}, {Code: award.Team, Name: "乙方（团队）"}, {Code: award.Host, Name: "丙方（代管方）"}}
)

func tag(choices []edition.Choice, code string) ui.TagItem {
	kind := "info"
	switch code {
	case award.Selected, award.Confirmed, award.Effective, "completed":
		kind = "ok"
	case award.NotSelected, award.Declined, award.Terminated, award.Proposed, award.Dismissed:
		kind = ""
	case award.Reserve, award.Objected, award.Received, award.Signing, award.Upheld, "suspended":
		kind = "warn"
	case award.Revoked:
		kind = "bad"
	}
	return ui.TagItem{Kind: kind, Text: edition.NameOf(choices, code)}
}

func name(ctx context.Context, choices []edition.Choice, code string) string {
	return words.T(ctx, edition.NameOf(choices, code))
}

func itoa(n int) string { return strconv.Itoa(n) }

// points writes hundredths of a point: 88.50.
func points(hundredths int) string { return yuan.Fen(hundredths).String() }

// money is an amount, or a dash for none.
func money(fen yuan.Fen) string {
	if fen == 0 {
		return "—"
	}
	return fen.Show()
}

// official is an amount in figures and in capitals, as contracts write it.
func official(ctx context.Context, fen yuan.Fen) string {
	return words.T(ctx, "%s（人民币%s）", fen.Show(), fen.Capitals())
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// ResultsPage is an edition's results on the desk.
type ResultsPage struct {
	award.Results
	ID    string // of the notice that would be published
	Form  ui.Form
	Files []Listing
}

// titleOf is a project's title by its id.
func (p ResultsPage) titleOf(id string) string { return p.Titles[id] }

// gone are results that were taken back.
func (p ResultsPage) gone() []award.Award {
	var list []award.Award
	for _, a := range p.Awards {
		if a.State == award.Revoked {
			list = append(list, a)
		}
	}
	return list
}

// rules are the rules the money may be shared out by: by votes only where there are any.
func (p ResultsPage) rules(ctx context.Context) []ui.Option {
	var list []ui.Option
	for _, r := range award.RuleNames {
		if !award.ByVotes(r.Code) || p.Votes > 0 {
			list = append(list, ui.Option{Value: r.Code, Label: words.T(ctx, r.Name)})
		}
	}
	return list
}

func (p ResultsPage) address() string { return "/desk/editions/" + p.Edition.ID }

// byTrack splits the ranking, which comes in the order of tracks, into one list for each.
func byTrack[T any](rows []T, track func(T) string) [][]T {
	var lists [][]T
	for i, r := range rows {
		if i == 0 || track(rows[i-1]) != track(r) {
			lists = append(lists, nil)
		}
		lists[len(lists)-1] = append(lists[len(lists)-1], r)
	}
	return lists
}

func trackOf(r award.Ranked) string                         { return r.Track }
func contentTrack(r award.ContentRow) string                { return r.Track }
func objectionPage(o award.Objection) string                { return "/desk/objections/" + o.ID }
func refinePage(p proposal.Proposal) string                 { return "/proposals/" + p.ID + "/refine" }
func noticePage(p award.Publicity) string                   { return "/notices/" + p.ID }
func pactPage(a award.Agreement) string                     { return "/agreements/" + a.ID }
func line(i int, name string) string                        { return "lines." + strconv.Itoa(i) + "." + name }
func roundName(ctx context.Context, r judging.Round) string { return words.T(ctx, r.Name) }

// source names the pool an award is paid from.
func (p ResultsPage) source(id string) string {
	for _, s := range p.Pools {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

// chosen counts the funded projects and adds up what they get.
func (p ResultsPage) chosen() (n int, sum yuan.Fen) {
	for _, r := range p.Rows {
		if r.Award.Result == award.Selected && r.Award.State != award.Declined && r.Award.State != award.Revoked {
			n++
			sum += r.Award.Amount
		}
	}
	return n, sum
}

func (p ResultsPage) totals(ctx context.Context) []ui.Fact {
	n, sum := p.chosen()
	facts := []ui.Fact{{Term: "排名的项目", Text: words.T(ctx, "%d 个", len(p.Rows))}}
	if p.Decided() {
		facts = append(facts, ui.Fact{Term: "资助的项目", Text: words.T(ctx, "%d 个", n)}, ui.Fact{Term: "资助总额", Text: sum.Show()})
	}
	return facts
}

// Listed is a notice in the public list.
type Listed struct {
	award.Publicity
	Content award.Content
}

// NoticePage is a public notice with what its reader may do.
type NoticePage struct {
	award.Publicity
	Content  award.Content
	Fates    map[string]string // what has become of its projects, by award
	Mine     []award.Own
	Form     ui.Form
	Now      time.Time
	SignedIn bool
	Base     string // the address people reach us by
	Files    []Listing
	Later    []award.Publicity // notices that follow this one
}

func (p NoticePage) address() string { return p.Base + noticePage(p.Publicity) }

func heading(ctx context.Context, c award.Content) string {
	return words.T(ctx, "%s评审结果公示", words.Pick(ctx, c.Edition, c.EditionEn))
}

// window says from when until when a notice is up.
func window(ctx context.Context, c award.Content) string {
	return words.T(ctx, "%s 至 %s（%d 个工作日）", ui.DateTime(ctx, c.Opens), ui.Until(ctx, c.Closes), c.Days)
}

func noticeTag(p award.Publicity, now time.Time) ui.TagItem {
	if p.Open(now) {
		return ui.TagItem{Kind: "ok", Text: "公示中"}
	}
	return ui.TagItem{Text: "公示已结束"}
}

// settled tells what has become of a project since, "" while there is nothing a passer-by should know.
func (p NoticePage) settled(r award.ContentRow) string {
	switch s := p.Fates[r.AwardID]; s {
	case award.Confirmed, award.Declined, award.Revoked, award.Again:
		return s
	}
	return ""
}

func (p NoticePage) targets(ctx context.Context) []ui.Option {
	list := []ui.Option{}
	for _, r := range p.Content.Rows {
		list = append(list, ui.Option{Value: r.AwardID, Label: words.T(ctx, "第 %d 名 %s", r.Rank, r.Title)})
	}
	return list
}

// marking says how the scores came about.
func marking(ctx context.Context, c award.Content) string {
	return words.T(ctx, "每个项目由几位评委分别打分，取平均分。评分表满 %d 份时，去掉一个最高分和一个最低分。", c.TrimAt)
}

func sheets(ctx context.Context, n, dropped int) string {
	if dropped > 0 {
		return words.T(ctx, "%d 份评分表，去掉高低分 %d 份", n, dropped)
	}
	return words.T(ctx, "%d 份评分表", n)
}

func resultCols() []ui.Col {
	return []ui.Col{{Label: "名次", Num: true}, {Label: "项目"}, {Label: "团队"}, {Label: "得分", Num: true}, {Label: "结果"}, {Label: "金额", Num: true}}
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// grouped is the beginning of a fingerprint in groups of four, as people compare it.
func grouped(digest string) string {
	text := ""
	for i := 0; i+4 <= min(len(digest), 16); i += 4 {
		if i > 0 {
			text += " "
		}
		text += digest[i : i+4]
	}
	return orDash(text)
}

// allocateLook makes the button the main one only while it is the next thing to do.
func allocateLook(p ResultsPage) ui.SubmitOpts {
	if p.Publish {
		return ui.SubmitOpts{Small: true, Icon: "undo"}
	}
	return ui.SubmitOpts{Kind: "pri", Icon: "check"}
}

// office is who published a notice.
func office(ctx context.Context, c award.Content) string {
	return words.T(ctx, "%s社区办", words.Pick(ctx, c.District, c.DistrictEn))
}

func caseFacts(ctx context.Context, p CasePage) []ui.Fact {
	facts := []ui.Fact{{Term: "谁提的", Text: words.T(ctx, "%s（请替提的人保密）", p.Objector)}, {Term: "什么时候提的", Text: ui.DateTime(ctx, p.ReceivedAt)}, {Term: "哪份公示", Text: p.Notice}}
	if p.Open() {
		facts = append(facts, ui.Fact{Term: "最晚答复", Text: ui.Until(ctx, p.DueAt) + " · " + ui.Left(ctx, p.DueAt, p.Now)})
	}
	if p.HandlerName != "" {
		facts = append(facts, ui.Fact{Term: "谁在核实", Text: p.HandlerName})
	}
	return facts
}

func (p RefinePage) crumbs() []ui.Link {
	if p.Desk {
		return []ui.Link{{Href: "/desk", Label: "工作台"}, {Href: "/desk/agreements?view=" + award.ToRefine, Label: "协议"}}
	}
	return []ui.Link{{Href: "/proposals/" + p.Full.ID, Label: p.Title}}
}

// typed adds up the amounts in the form, those that can be read.
func (p RefinePage) typed() yuan.Fen {
	var sum yuan.Fen
	for i := range p.Bounds {
		if fen, err := yuan.Parse(p.Form.Value(line(i, "amount"))); err == nil {
			sum += fen
		}
	}
	return sum
}

// before is the budget's total as it was handed in.
func (p RefinePage) before() yuan.Fen {
	var sum yuan.Fen
	for _, b := range p.Bounds {
		sum += b.Line.Amount()
	}
	return sum
}

func itemName(ctx context.Context, l proposal.Line) string {
	return words.T(ctx, "%s（%s）", l.Item, words.Word(edition.NameOf(edition.BudgetLines, l.Category)))
}

func stateKind(state string) string {
	if state == proposal.Refining {
		return "warn"
	}
	return "ok"
}

// resultWords is what a result means for its team.
func resultWords(ctx context.Context, a award.Award) string {
	switch {
	case a.State == award.Declined:
		return words.T(ctx, "你们放弃了这次资助，谢谢告诉我们。欢迎下一届再来。")
	case a.State == award.Revoked:
		return words.T(ctx, "经核实，原来的结果撤销了。有疑问请联系区社区办。")
	case a.Result == award.Selected && a.State == award.Confirmed:
		return words.T(ctx, "恭喜，项目立项了！下一步是按批准的金额把预算调好，再签协议。")
	case a.Result == award.Selected:
		return words.T(ctx, "恭喜，项目入选了，正在公示。公示期满没有异议就立项。")
	case a.Result == award.Reserve:
		return words.T(ctx, "项目进了候补。前面的项目有空出来的，会按名次递补，到时给您发消息。")
	}
	return words.T(ctx, "这次没有入选，别灰心。下面是评委的建议，改一改，下一届再来。")
}

func resultFigures(ctx context.Context, p ResultPage) []ui.Fact {
	facts := []ui.Fact{{Term: "得分", Text: points(p.Award.Score)}, {Term: "名次", Text: words.T(ctx, "第 %d 名", p.Award.Rank)}}
	if p.Award.Amount > 0 {
		facts = append(facts, ui.Fact{Term: "资助金额", Text: p.Award.Amount.Show()})
	}
	return facts
}

func averages(ctx context.Context, f judging.Feedback) []ui.Fact {
	list := make([]ui.Fact, len(f.Averages))
	for i, a := range f.Averages {
		list[i] = ui.Fact{Term: words.Pick(ctx, a.Name, a.NameEn), Text: points(a.Mean)}
	}
	return list
}
