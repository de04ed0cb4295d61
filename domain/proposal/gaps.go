package proposal

import (
	"slices"
	"strconv"
	"time"

	"seedbed/domain/fault"
)

// Section is a part of the form.
type Section struct{ ID, Name, Sub string }

// Sections are the parts of the form in their order, each a short page of its own: first what everybody has to fill in,
// then what the house fills in where it is left empty.
var Sections = []Section{{"card", "项目名片", "名称、类别、时间和地点"}, {"need", "想解决的问题", "谁遇到了什么麻烦"}, {"plan", "打算怎么做", "目标、做法和活动安排"},
	{"budget", "预算", "每一笔钱花在哪儿"}, {"team", "团队", "和谁一起做"}, {"marks", "做到什么程度", "不填就按活动安排算"}, {"photos", "照片", "现在的样子、场地，选填"},
	{"district", "区里的问题", "区里还想知道的几件事"}, {"promise", "以后和承诺", "做完以后怎样继续，要答应哪些事"}}

// Steps are the sections this proposal's form has: the district's is there only when it asks something.
func (f Full) Steps() []Section {
	if len(f.District.Form.Questions) > 0 {
		return Sections
	}
	return slices.DeleteFunc(slices.Clone(Sections), func(s Section) bool { return s.ID == "district" })
}

// Gaps lists everything that still stands between the draft and its submission, in the order of the page.
func (f Full) Gaps() []Gap {
	g := &gaps{}
	f = f.Settled()
	f.card(g)
	f.need(g)
	f.plan(g)
	f.budget(g)
	f.team(g)
	if f.OrgWish == "yes" {
		g.need("promise", "org_type", f.OrgType == "", "想成立组织的话，请选一个类型")
	}
	f.questions(g)
	f.offered(g)
	for _, d := range Declarations {
		g.need("promise", "declared", !slices.Contains(f.Declared, d.Code), "请看过并勾选每一条承诺")
	}
	g.need("promise", "paper", f.ActingHelper != nil && f.ActingPaper == nil, "这是照纸质申报书代录的，还要先传签了字的那一张。请找帮您录入的工作人员")
	return g.list
}

// GapsIn counts the gaps of a section.
func GapsIn(gaps []Gap, section string) int {
	n := 0
	for _, g := range gaps {
		if g.Section == section {
			n++
		}
	}
	return n
}

type gaps struct{ list []Gap }

// need adds a gap when something is missing; a field has one at a time.
func (g *gaps) need(section, field string, missing bool, text string, args ...any) {
	if !missing {
		return
	}
	for _, have := range g.list {
		if have.Field == field {
			return
		}
	}
	g.list = append(g.list, Gap{section, field, fault.Say(text, args...)})
}

func (f Full) card(g *gaps) {
	g.need("card", "title", f.Title == "", "请填写项目名称")
	g.need("card", "track", f.Track == "", "请选择赛道")
	g.need("card", "category", f.Category == "", "请选择项目类别")
	g.need("card", "starts_on", f.StartsOn == nil, "请填写什么时候开始")
	g.need("card", "ends_on", f.EndsOn == nil, "请填写什么时候结束")
	if f.StartsOn != nil && f.EndsOn != nil {
		g.need("card", "ends_on", !f.StartsOn.Before(*f.EndsOn), "结束的日子要在开始之后")
		g.need("card", "ends_on", f.EndsOn.After(f.StartsOn.AddDate(1, 0, 0)), "项目最长一年，请把结束的日子提前")
	}
	if from := f.Edition.RunsFrom; from != nil && f.StartsOn != nil {
		g.need("card", "starts_on", day(*f.StartsOn) < day(*from), "这一届从 %s 开始实施，请不要早于这一天", day(*from))
	}
	if to := f.Edition.RunsTo; to != nil && f.EndsOn != nil {
		g.need("card", "ends_on", day(*f.EndsOn) > day(*to), "这一届到 %s 结束，请不要晚于这一天", day(*to))
	}
}

func (f Full) need(g *gaps) {
	g.need("need", "problem", f.Problem == "", "请说说您看到的情况，和您想改变什么")
	g.need("need", "affected", len(f.Affected) == 0, "请选择谁会受益")
	g.need("need", "how_found", f.HowFound == "", "请选择您是怎么发现这个问题的")
}

func (f Full) plan(g *gaps) {
	g.need("plan", "goal", f.Goal == "", "请写明想达到什么目标")
	g.need("plan", "method", f.Method == "", "请写明打算怎么做")
	g.need("plan", "activities.0.name", len(f.Activities) == 0, "请至少列一项活动")
	times := 0
	for i, a := range f.Activities {
		at := "activities." + strconv.Itoa(i) + "."
		times += a.Times
		g.need("plan", at+"name", a.Name == "", "第 %d 项活动还没有写内容", i+1)
		g.need("plan", at+"times", a.Times == 0, "第 %d 项活动还没有写次数", i+1)
		g.need("plan", at+"people", a.People == 0, "第 %d 项活动还没有写每次多少人", i+1)
	}
	g.need("marks", "act_target", f.ActTarget > times && len(f.Activities) > 0, "目标是 %d 场，活动安排里加起来只有 %d 场，请改成一致", f.ActTarget, times)
	g.need("marks", "people_target", f.PeopleTarget > f.ServedTarget, "受益人数不会比服务人次多，请检查这两个数")
}

func (f Full) budget(g *gaps) {
	g.need("budget", "lines.0.item", len(f.Lines) == 0, "请至少列一项预算")
	for i, l := range f.Lines {
		g.need("budget", field(i, "item"), l.Item == "", "第 %d 行预算还没有写买什么", i+1)
		g.need("budget", field(i, "category"), l.Category == "", "第 %d 行预算还没有选科目", i+1)
		g.need("budget", field(i, "unit_price"), l.UnitPrice == 0, "第 %d 行预算还没有写单价", i+1)
		g.need("budget", field(i, "qty"), l.Qty == 0, "第 %d 行预算还没有写数量", i+1)
	}
	f.elsewhere(g)
	for _, over := range ceilings(f.Lines, f.OwnFen, f.Track, f.Edition.Rules) {
		g.need(over.Section, over.Field, true, over.Text.Text, over.Text.Args...)
	}
}

func (f Full) team(g *gaps) {
	g.need("team", "lead", f.LeadName == "", "请先在「我的」里填上您的姓名")
	g.need("team", "home", f.HomeState != "confirmed" && f.State == Drafted, "社区还没有确认您住在这里，请联系社区工作人员确认")
	if short := f.Edition.Rules.TeamMin - f.Accepted(); short > 0 {
		g.need("team", "team", true, "至少 %d 人确认后才能提交，还差 %d 人", f.Edition.Rules.TeamMin, short)
	}
}

func day(t time.Time) string { return t.Format(time.DateOnly) }

// perTrack is the letter of a track in a proposal's number.
var perTrack = map[string]string{"resident_team": "R", "filed_org": "F", "registered_org": "G"}

// fields turns gaps into the faults of a form.
func fields(gaps []Gap) error {
	var wrong fault.Fields
	for _, g := range gaps {
		wrong.Add(g.Field, g.Text.Text, g.Text.Args...)
	}
	return wrong.Err()
}
