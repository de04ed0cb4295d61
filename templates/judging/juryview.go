package judging

import (
	"context"
	"fmt"
	"strings"

	"seedbed/domain/assign"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// PoolPage is a district's pool of judges.
type PoolPage struct {
	Jurors     []judging.Juror
	Past       map[string]judging.Past // by person
	Candidates []judging.Candidate
	Form       ui.Form
	CanKeep    bool
}

// The forms of a judge's page, to say which of them was not taken.
const (
	Describe = "describe"
	Reveal   = "reveal"
	Limits   = "limits"
	SwapForm = "swap"
)

// JurorPage is one judge of the pool.
type JurorPage struct {
	judging.Juror
	Records     []judging.Record
	Ties        []judging.Tie
	Memberships []judging.Membership
	Forms       map[string]ui.Form
	Account     string // revealed just now
	CanKeep     bool
	CanReveal   bool
}

// ChairPage is a judge of an edition.
type ChairPage struct {
	judging.Chaired
	Candidates []judging.Candidate
	Forms      map[string]ui.Form
	CanRun     bool
}

// TiesPage lists an edition's ties.
type TiesPage struct {
	Edition edition.Edition
	List    []judging.Conflict
}

// PlanPage is the assignment of a round before it opens.
type PlanPage struct {
	judging.Preview
	Form    ui.Form // how to assign
	Confirm ui.Form
	Lock    ui.Form
}

// MinePage is what a judge keeps of themself.
type MinePage struct {
	Pools  []judging.Own
	Places []ui.Option
	At     string             // the pool whose form was not taken
	Forms  map[string]ui.Form // fee and tie
}

// The forms of a judge's own page.
const (
	FeeForm = "fee"
	TieForm = "tie"
)

// form is a pool's form: what was typed where it was not taken, else a fresh one. Ids of several are set apart.
func (p MinePage) form(pool, kind string) ui.Form {
	f := ui.Form{}
	if p.At == pool {
		f = p.Forms[kind]
	}
	f.Apart = kind + "-" + pool + "-"
	return f
}

// evidence says what shows a tie.
func evidence(ctx context.Context, e judging.Evidence) string {
	arg := func(i int) string {
		if i < len(e.Args) {
			return e.Args[i]
		}
		return ""
	}
	switch e.Kind {
	case "same_person":
		return words.T(ctx, "就是这个项目的领办人")
	case "team":
		return words.T(ctx, "在「%s」队里，或者加入过", arg(0))
	case "mentor":
		return words.T(ctx, "辅导过「%s」", arg(0))
	case "helper":
		return words.T(ctx, "帮忙填过这份申报书")
	case "endorser":
		if arg(0) == "support" {
			return words.T(ctx, "公开附议过这个项目")
		}
		return words.T(ctx, "给这份申报写过意见")
	case "community_staff":
		return words.T(ctx, "是%s的工作人员", arg(0))
	case "community":
		return words.T(ctx, "住在%s", arg(0))
	case "org":
		return words.T(ctx, "是「%s」的成员", arg(0))
	case "employer":
		return words.T(ctx, "单位「%s」和申报书里的「%s」对得上", arg(0), arg(1))
	case "past_partner":
		return words.T(ctx, "和团队里的人同在「%s」做过", arg(0))
	case "household":
		return words.T(ctx, "事先说明过：%s（%s）", arg(1), arg(2))
	}
	return e.Kind
}

// modeNames say how an assignment is made.
var modeNames = map[string]string{string(assign.Best): "总体最合适", string(assign.Fair): "最吃亏的项目也照顾到", string(assign.Random): "随机抽签，谁都没把握"}

var modeHints = map[string]string{string(assign.Best): "位置先排满，再让专长和意愿加起来最高", string(assign.Fair): "先保证最不合适的一对也尽量合适，再看总体",
	string(assign.Random): "每一对的机会都不超过上限，抽签决定，防止串通"}

func modes() []ui.Option {
	list := []ui.Option{}
	for _, m := range judging.Modes {
		list = append(list, ui.Option{Value: string(m), Label: modeNames[string(m)], Hint: modeHints[string(m)]})
	}
	return list
}

var loadNames = []ui.Option{{Value: judging.Loads[0], Label: "一般：差不多合适时就分得一样多"}, {Value: judging.Loads[1], Label: "尽量一样多"}, {Value: judging.Loads[2], Label: "不管多少，只看合适"}}

// points of a suitability, or a dash.
func figure(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// tags are a judge's expertise in words.
func tags(ctx context.Context, codes []string) string {
	return names(ctx, judging.Expertise, codes...)
}

func gapText(ctx context.Context, codes []string) string {
	return names(ctx, judging.GapNames, codes...)
}

// planPath is where a round is assigned.
func planPath(p PlanPage) string {
	return "/desk/editions/" + p.Edition.ID + "/judging/rounds/" + p.Round.ID + "/plan"
}

// query is the address of what is chosen.
func query(o judging.Outlook) string {
	return fmt.Sprintf("?mode=%s&q=%d&load=%s", o.Mode, o.Q, o.Load)
}

// lacking are the panels that miss a rule or a judge.
func lacking(list []judging.Panel) []judging.Panel {
	some := []judging.Panel{}
	for _, p := range list {
		if len(p.Gaps) > 0 || p.Short > 0 {
			some = append(some, p)
		}
	}
	return some
}

// crew lists a panel's judges, a lock behind those fixed by hand.
func crew(ctx context.Context, p judging.Panel) string {
	list := []string{}
	for _, j := range p.Judges {
		name := j.Name
		if j.Locked {
			name += words.T(ctx, "（已定）")
		}
		list = append(list, name)
	}
	if len(list) == 0 {
		return "—"
	}
	return strings.Join(list, words.T(ctx, "、"))
}

func judgeOptions(list []judging.Load) []ui.Option {
	options := make([]ui.Option, len(list))
	for i, j := range list {
		options[i] = ui.Option{Value: j.ID, Label: j.Name}
	}
	return options
}

// severity says how strict a judge was: so many points below or above the average judge.
func severity(ctx context.Context, points float64, known bool) string {
	switch {
	case !known:
		return words.T(ctx, "看不出来")
	case points >= 0.05:
		return words.T(ctx, "严 %s 分", fmt.Sprintf("%.1f", points))
	case points <= -0.05:
		return words.T(ctx, "松 %s 分", fmt.Sprintf("%.1f", -points))
	}
	return words.T(ctx, "不严不松")
}

func tenths(v float64) string { return fmt.Sprintf("%.1f", v) }

// limitText says how many projects a judge takes.
func limitText(ctx context.Context, least, most int) string {
	if most == 0 {
		return words.T(ctx, "至少 %d 个，不封顶", least)
	}
	return words.T(ctx, "%d 到 %d 个", least, most)
}

func wishName(ctx context.Context, code string) string {
	return words.T(ctx, edition.NameOf(judging.Wishes, code))
}

func line(i int, field string) string { return "lines." + itoa(i) + "." + field }

func phone(tail string) string {
	if tail == "" {
		return "—"
	}
	return "•••• " + tail
}

func chairPath(editionID, judgeID string) string {
	return "/desk/editions/" + editionID + "/judging/judges/" + judgeID
}

// expertise are a judge's tags; one who was asked before there were several has one.
func expertise(j judging.Judge) []string {
	if len(j.Tags) == 0 {
		return []string{j.Expertise}
	}
	return j.Tags
}

// vacant counts the seats of a round under way that nobody has.
func vacant(r judging.Room) int {
	n := 0
	for _, p := range r.Projects {
		_, live := p.Count()
		n += max(r.Round.Panel-live, 0)
	}
	return n
}
