package papers

import (
	"strings"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/proposal"
)

// entry is a proposal as a workbook tells it, with the rows it stands in.
type entry struct {
	proposal.Entry
	Seq      string
	Row      int
	Phone    string
	Place    string // as it was typed: 电厂社区, 武汉路街道电厂社区
	Promised string // 是: every promise was signed on the paper
	Received time.Time
	Known    string // the number it has in the house, in a workbook that was taken out of it
	Stamp    string // the file in the zip that shows the stamp of receipt
	late     bool   // received in time and typed after the call has closed: it goes through the grace list
	stamped  scan

	acts, lines, funds, members []int // the rows of the other sheets
	faces                       []proposal.NewMember
}

// column is a column of a sheet: its name in the file, the names people give it, the field it fills.
type column struct {
	head    string
	also    []string
	field   string // of the form, by which the proposal's own checks name it
	note    string
	need    bool
	wide    float64
	words   bool
	choices []edition.Choice
	into    func(e *entry) any // *string, *int, *yuan.Fen, *time.Time, *[]string
}

// tab is a sheet of the workbook.
type tab struct {
	name    string
	also    []string
	columns []column
}

// Yes and no as people write them; what a column holds and how; the workbook is in Chinese as the paper is: words:none.
var (
	affirm  = []string{"是", "有", "√", "✓", "y", "yes", "1", "对", "已承诺"}
	deny    = []string{"否", "没有", "无", "×", "n", "no", "0", ""}
	example = "例"
	reasons = "原因"

	yesNo = []edition.Choice{{Code: "yes", Name: "是"}, {Code: "no", Name: "否"}}

	mainTab = tab{"申报书", []string{"项目", "申报表", "proposals"}, []column{
		{head: "序号", also: []string{"编号", "no"}, need: true, wide: 6, note: "从 1 开始，每份申报书一个号。另外几张表用同一个号", into: func(e *entry) any { return &e.Seq }},
		{head: "项目名称", also: []string{"名称", "题目", "title"}, field: "title", need: true, wide: 24, note: "最多 30 个字", into: func(e *entry) any { return &e.Draft.Title }},
		{head: "领办人", also: []string{"姓名", "名字", "负责人", "领办人姓名", "lead"}, field: "lead", need: true, wide: 10, words: true, note: "纸上签字的人", into: func(e *entry) any { return &e.Lead }},
		{head: "手机号", also: []string{"电话", "手机", "联系电话", "phone"}, field: "phone", need: true, wide: 14, words: true, note: "领办人自己的手机号，11 位", into: func(e *entry) any { return &e.Phone }},
		{head: "社区", also: []string{"所在社区", "community"}, field: "home", need: true, wide: 14, note: "领办人住的社区", into: func(e *entry) any { return &e.Place }},
		{head: "团队名称", also: []string{"团队", "team"}, field: "team_name", wide: 14, note: "最多 30 个字", into: func(e *entry) any { return &e.Draft.TeamName }},
		{head: "一句话介绍", also: []string{"简介", "pitch"}, field: "pitch", wide: 30, note: "最多 60 个字", into: func(e *entry) any { return &e.Draft.Pitch }},
		{head: "赛道", field: "track", wide: 12, choices: edition.Tracks, into: func(e *entry) any { return &e.Draft.Track }},
		{head: "项目类别", also: []string{"类别"}, field: "category", wide: 12, choices: edition.Categories, into: func(e *entry) any { return &e.Draft.Category }},
		{head: "七彩服务", also: []string{"颜色"}, field: "colour", wide: 12, choices: proposal.Colours, into: func(e *entry) any { return &e.Draft.Colour }},
		{head: "在哪里做", also: []string{"地点", "实施地点"}, field: "venue", wide: 18, note: "最多 60 个字", into: func(e *entry) any { return &e.Draft.Venue }},
		{head: "开始日期", also: []string{"开始"}, field: "starts_on", wide: 12, note: "例如 2026-07-20", into: func(e *entry) any { return &e.Draft.StartsOn }},
		{head: "结束日期", also: []string{"结束"}, field: "ends_on", wide: 12, note: "例如 2026-12-01，最长一年", into: func(e *entry) any { return &e.Draft.EndsOn }},
		{head: "想解决的问题", also: []string{"问题", "需求"}, field: "problem", wide: 40, note: "最多 500 个字", into: func(e *entry) any { return &e.Draft.Problem }},
		{head: "谁会受益", also: []string{"受益人群", "服务对象"}, field: "affected", wide: 18, note: "可以写几种，用顿号隔开：老年人、儿童和少年、残疾人、困难家庭、新就业群体、全体居民", choices: proposal.AffectedBy, into: func(e *entry) any { return &e.Draft.Affected }},
		{head: "怎么发现的", field: "how_found", wide: 16, choices: proposal.WaysFound, into: func(e *entry) any { return &e.Draft.HowFound }},
		{head: "问过多少人", field: "asked", wide: 8, into: func(e *entry) any { return &e.Draft.Asked }},
		{head: "目标", field: "goal", wide: 30, note: "最多 200 个字", into: func(e *entry) any { return &e.Draft.Goal }},
		{head: "做法", also: []string{"实施办法"}, field: "method", wide: 40, note: "最多 800 个字", into: func(e *entry) any { return &e.Draft.Method }},
		{head: "安全安排", also: []string{"安全", "风险"}, field: "risks", wide: 20, note: "最多 300 个字", into: func(e *entry) any { return &e.Draft.Risks }},
		{head: "合作和资源", also: []string{"合作", "资源"}, field: "partners", wide: 20, note: "最多 300 个字", into: func(e *entry) any { return &e.Draft.Partners }},
		{head: "活动场次", also: []string{"场次"}, field: "act_target", wide: 8, into: func(e *entry) any { return &e.Draft.ActTarget }},
		{head: "服务人次", also: []string{"人次"}, field: "served_target", wide: 8, into: func(e *entry) any { return &e.Draft.ServedTarget }},
		{head: "受益人数", field: "people_target", wide: 8, into: func(e *entry) any { return &e.Draft.PeopleTarget }},
		{head: "志愿者人数", also: []string{"志愿者"}, field: "volunteer_target", wide: 8, into: func(e *entry) any { return &e.Draft.VolunteerTarget }},
		{head: "满意度", field: "satisfaction_target", wide: 8, note: "百分之几，只写数字，例如 90", into: func(e *entry) any { return &e.Draft.SatisfactionTarget }},
		{head: "留下什么", also: []string{"成果"}, field: "product", wide: 20, note: "最多 200 个字", into: func(e *entry) any { return &e.Draft.Product }},
		{head: "自己出的钱", also: []string{"自筹", "自筹资金"}, field: "own", wide: 10, note: "单位：元", into: func(e *entry) any { return &e.Draft.OwnFen }},
		{head: "以后怎么办", field: "future", wide: 20, note: "最多 300 个字", into: func(e *entry) any { return &e.Draft.Future }},
		{head: "想成立组织吗", also: []string{"成立组织"}, field: "org_wish", wide: 12, choices: proposal.OrgWishes, into: func(e *entry) any { return &e.Draft.OrgWish }},
		{head: "组织类型", field: "org_type", wide: 12, choices: proposal.OrgTypes, into: func(e *entry) any { return &e.Draft.OrgType }},
		{head: "承诺都签了吗", also: []string{"承诺"}, field: "declared", wide: 10, choices: yesNo, note: "纸上的每一条承诺，领办人都签字确认了吗", into: func(e *entry) any { return &e.Promised }},
		{head: "收件时间", also: []string{"收到时间"}, field: "received", wide: 18, note: "纸质件交来的时间，例如 2026-06-01 16:30。可以不填", into: func(e *entry) any { return &e.Received }},
		{head: "收件照片", also: []string{"盖章照片"}, field: "stamp", wide: 14, words: true, note: "zip 里盖了收件章的那张照片，写文件名，例如 1.jpg。截止以后才录的一定要有", into: func(e *entry) any { return &e.Stamp }},
		{head: "申报书编号", also: []string{"申报编号"}, field: "number", wide: 16, words: true, note: "系统里导出来的才有，新交来的纸空着", into: func(e *entry) any { return &e.Known }},
	}}
	actTab = tab{"活动", []string{"活动安排"}, []column{seqColumn,
		{head: "做什么", also: []string{"活动", "内容", "活动名称"}, field: "name", need: true, wide: 30, into: func(e *entry) any { return &lastOf(&e.Draft.Activities).Name }},
		{head: "几次", also: []string{"次数"}, field: "times", wide: 8, into: func(e *entry) any { return &lastOf(&e.Draft.Activities).Times }},
		{head: "什么时候", also: []string{"时间"}, field: "month", wide: 14, words: true, into: func(e *entry) any { return &lastOf(&e.Draft.Activities).Month }},
		{head: "在哪里", also: []string{"地点"}, field: "place", wide: 18, into: func(e *entry) any { return &lastOf(&e.Draft.Activities).Place }},
		{head: "每次多少人", also: []string{"人数"}, field: "people", wide: 10, into: func(e *entry) any { return &lastOf(&e.Draft.Activities).People }},
	}}
	lineTab = tab{"预算", []string{"预算表"}, []column{seqColumn,
		{head: "科目", field: "category", need: true, wide: 14, choices: edition.BudgetLines, into: func(e *entry) any { return &lastOf(&e.Draft.Lines).Category }},
		{head: "买什么、做什么用", also: []string{"内容", "项目", "买什么"}, field: "item", need: true, wide: 30, into: func(e *entry) any { return &lastOf(&e.Draft.Lines).Item }},
		{head: "单价", field: "unit_price", wide: 10, note: "单位：元", into: func(e *entry) any { return &lastOf(&e.Draft.Lines).UnitPrice }},
		{head: "数量", field: "qty", wide: 8, into: func(e *entry) any { return &lastOf(&e.Draft.Lines).Qty }},
		{head: "备注", also: []string{"说明"}, field: "note", wide: 20, into: func(e *entry) any { return &lastOf(&e.Draft.Lines).Note }},
	}}
	fundTab = tab{"别处来的支持", []string{"其他资金", "其他支持"}, []column{seqColumn,
		{head: "谁给的", also: []string{"来源", "单位"}, field: "source", need: true, wide: 24, note: "最多 40 个字", into: func(e *entry) any { return &lastOf(&e.Draft.Funding).Source }},
		{head: "给的是什么", also: []string{"类型", "性质"}, field: "kind", need: true, wide: 26, choices: proposal.FundingKinds, into: func(e *entry) any { return &lastOf(&e.Draft.Funding).Kind }},
		{head: "多少钱", also: []string{"金额"}, field: "amount", need: true, wide: 10, note: "单位：元。东西、场地、人手按市价折算", into: func(e *entry) any { return &lastOf(&e.Draft.Funding).Amount }},
		{head: "备注", also: []string{"说明"}, field: "note", wide: 20, into: func(e *entry) any { return &lastOf(&e.Draft.Funding).Note }},
	}}
	faceTab = tab{"成员", []string{"团队成员"}, []column{seqColumn,
		{head: "姓名", also: []string{"名字", "成员"}, field: "name", need: true, wide: 10, words: true, into: func(e *entry) any { return &lastOf(&e.faces).Name }},
		{head: "手机号", also: []string{"电话", "手机", "联系电话"}, field: "phone", need: true, wide: 14, words: true, into: func(e *entry) any { return &lastOf(&e.faces).Phone }},
		{head: "做什么", also: []string{"分工", "角色"}, field: "role", wide: 12, choices: proposal.Roles, into: func(e *entry) any { return &lastOf(&e.faces).Role }},
		{head: "会什么", also: []string{"特长"}, field: "skill", wide: 18, into: func(e *entry) any { return &lastOf(&e.faces).Skill }},
	}}
	seqColumn = column{head: "序号", also: []string{"编号", "申报书序号"}, need: true, wide: 6, note: "「申报书」表里的序号", into: func(e *entry) any { return &e.Seq }}

	notesTab = "说明"
	tabs     = []tab{mainTab, actTab, lineTab, fundTab, faceTab}
)

func lastOf[T any](list *[]T) *T { return &(*list)[len(*list)-1] }

// plain is a heading as people may have changed it: without spaces, stars, brackets.
func plain(head string) string {
	head, _, _ = strings.Cut(strings.ReplaceAll(head, "(", "（"), "（")
	return strings.ToLower(strings.Map(func(c rune) rune {
		if strings.ContainsRune(" 　*＊:：\n、", c) {
			return -1
		}
		return c
	}, head))
}

func (c column) is(head string) bool {
	if plain(c.head) == head {
		return true
	}
	for _, a := range c.also {
		if plain(a) == head {
			return true
		}
	}
	return false
}

func (t tab) is(name string) bool {
	name = plain(name)
	if plain(t.name) == name {
		return true
	}
	for _, a := range t.also {
		if plain(a) == name {
			return true
		}
	}
	return false
}

// title is the heading as the template writes it.
func (c column) title() string {
	if c.need {
		return c.head + " *"
	}
	return c.head
}
