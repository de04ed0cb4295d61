// Package judging shows the jury and its rounds: the desk that runs them, and the judge's own queue and score sheet.
package judging

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/domain/proposal"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// The forms of the desk's page, to say which of them was not taken.
const (
	Invite  = "invite"
	Plan    = "plan"
	Weights = "weights"
)

// RoomPage is the judging of an edition on the desk.
type RoomPage struct {
	Edition    edition.Edition
	Room       judging.Room
	Candidates []judging.Candidate
	Forms      map[string]ui.Form // by the names above
	CanRun     bool
	CanKey     bool // may type what came on paper
	Staged     bool // the round has its pitch room
	Now        time.Time
}

// SheetPage is a project beside its score sheet.
type SheetPage struct {
	judging.Reading
	Form ui.Form
	Now  time.Time
}

// QueuePage is a judge's list, or what was looked for in it.
type QueuePage struct {
	judging.Queue
	Shown []judging.Task
	Find  string
}

// RubricPage is the editor of a round's rubric.
type RubricPage struct {
	Edition edition.Edition
	Round   judging.Round
	Rubric  []judging.Criterion // as it is stored
	Draft   judging.RubricDraft
	Form    ui.Form
}

// SeatPage is a judge's seat at a project that the desk is about to give to somebody else.
type SeatPage struct {
	Edition edition.Edition
	Project judging.Progress
	Chair   judging.Chair
}

// The steps a judge takes with a reason, each on a page of its own.
const (
	Recuse = "recuse"
	Reopen = "reopen"
)

// step is how the page of such a step speaks.
type step struct{ title, lead, ask, hint, button, kind string }

var becauses = map[string]step{
	Recuse: {"我要回避", "和申报的人是亲属、朋友、邻居，或者一起写过申报书，就不打这个项目的分。回避以后，这个项目会换别的评委，您也看不到它了。", "是什么关系", "例如：申报人是我的邻居。不用写得很细", "确定回避", "bad"},
	Reopen: {"修改已经交的评分表", "改好以后要再交一次，没交就不算数。", "为什么要改", "例如：预算那一项看漏了。会记录下来", "开始修改", "pri"},
}

// points writes hundredths of a point: 84.50.
func points(hundredths int) string { return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100) }

func itoa(n int) string { return strconv.Itoa(n) }

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

func options(choices []edition.Choice) []ui.Option {
	list := make([]ui.Option, len(choices))
	for i, c := range choices {
		list[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return list
}

// names lists codes by their names, a dash when there are none.
func names(ctx context.Context, choices []edition.Choice, codes ...string) string {
	var list []string
	for _, c := range codes {
		if c != "" {
			list = append(list, words.T(ctx, edition.NameOf(choices, c)))
		}
	}
	if len(list) == 0 {
		return "—"
	}
	return strings.Join(list, words.T(ctx, "、"))
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// people are the candidates of the invitation, told apart by the end of their numbers.
func people(list []judging.Candidate) []ui.Option {
	options := make([]ui.Option, len(list))
	for i, c := range list {
		options[i] = ui.Option{Value: c.ID, Label: c.Name}
		if c.PhoneTail != "" {
			options[i].Label += " · " + c.PhoneTail
		}
	}
	return options
}

func judgeTag(state string) ui.TagItem {
	switch state {
	case judging.Accepted:
		return ui.TagItem{Kind: "ok", Text: "已接受"}
	case judging.Declined:
		return ui.TagItem{Text: "不接受"}
	case judging.Stood:
		return ui.TagItem{Text: "已换人"}
	}
	return ui.TagItem{Kind: "warn", Text: "等答复"}
}

// sheetTag says how far a sheet is.
func sheetTag(state string) ui.TagItem {
	switch state {
	case judging.Submitted:
		return ui.TagItem{Kind: "ok", Text: "已提交"}
	case judging.Locked:
		return ui.TagItem{Kind: "ok", Text: "已锁定"}
	case judging.Drafted:
		return ui.TagItem{Kind: "info", Text: "打了一半"}
	}
	return ui.TagItem{Kind: "warn", Text: "还没打分"}
}

func chairTag(c judging.Chair) ui.TagItem {
	switch c.State {
	case judging.Recused:
		return ui.TagItem{Kind: "bad", Text: "回避，还没有人接"}
	case judging.Replaced:
		return ui.TagItem{Text: "已换人"}
	}
	return sheetTag(c.Sheet)
}

func roundTag(r judging.Round) ui.TagItem {
	if !r.Scores() {
		return panelRoundTag(r)
	}
	switch r.State {
	case judging.Open:
		return ui.TagItem{Kind: "ok", Text: "正在打分"}
	case judging.Closed:
		return ui.TagItem{Kind: "info", Text: "已结束"}
	}
	return ui.TagItem{Kind: "warn", Text: "还没开始"}
}

// accepted counts the judges who will come.
func accepted(list []judging.Judge) int {
	n := 0
	for _, j := range list {
		if j.State == judging.Accepted {
			n++
		}
	}
	return n
}

// progress counts the sheets that are in, of how many, and the projects that have too few judges for a score.
func progress(r judging.Room) (done, live int, thin []string) {
	for _, p := range r.Projects {
		d, l := p.Count()
		done, live = done+d, live+l
		if l < r.Round.MinValid {
			thin = append(thin, orDash(p.Number)+" "+p.Title)
		}
	}
	return done, live, thin
}

// first lists some names, for a sentence.
func first(ctx context.Context, list []string) string {
	const most = 5
	if len(list) > most {
		return strings.Join(list[:most], words.T(ctx, "、")) + "…"
	}
	return strings.Join(list, words.T(ctx, "、"))
}

// apart parts a judge's list: what can be marked now, and what is over.
func apart(list []judging.Task) (now, over []judging.Task) {
	for _, t := range list {
		if t.RoundState == judging.Open {
			now = append(now, t)
		} else {
			over = append(over, t)
		}
	}
	return now, over
}

// criteria is the rubric as the score sheet's lines.
func criteria(ctx context.Context, rubric []judging.Criterion) []ui.Criterion {
	list := make([]ui.Criterion, len(rubric))
	for i, c := range rubric {
		list[i] = ui.Criterion{Name: "marks." + itoa(i) + ".mark", Label: words.T(ctx, "%s（占 %d%%）", criterion(ctx, c), c.Weight),
			Hint: words.Pick(ctx, c.Hint, c.HintEn), Max: judging.TopMark, Weight: c.Weight}
	}
	return list
}

func criterion(ctx context.Context, c judging.Criterion) string {
	return words.Pick(ctx, c.Name, c.NameEn)
}

// total is the stored sheet's total by weight, a dash while a criterion is open.
func total(s judging.Sheet) string {
	if s.Total == nil {
		return "—"
	}
	return points(*s.Total)
}

// marked is a sheet that cannot be written any more, line by line.
func marked(ctx context.Context, r judging.Reading) []ui.Fact {
	list := []ui.Fact{}
	for _, c := range r.Rubric {
		mark := "—"
		if m, ok := r.Sheet.Marks[c.Code]; ok {
			mark = itoa(m)
		}
		list = append(list, ui.Fact{Term: words.T(ctx, "%s（占 %d%%）", criterion(ctx, c), c.Weight), Text: mark})
	}
	return append(list, ui.Fact{Term: "总分", Text: total(r.Sheet)}, ui.Fact{Term: "给项目方的一句建议", Text: orDash(r.Sheet.Comment)},
		ui.Fact{Term: "只给自己看的备注", Text: orDash(r.Sheet.PrivateNote)})
}

// figures are a project's short facts.
func figures(ctx context.Context, b judging.Blind) []ui.Fact {
	return []ui.Fact{{Term: "申请金额", Text: b.Requested.Show()}, {Term: "受益", Text: words.T(ctx, "%d 人", b.People)}, {Term: "活动", Text: words.T(ctx, "%d 场", b.Acts)},
		{Term: "团队", Text: words.T(ctx, "%d 人", b.Team)}, {Term: "周期", Text: orDash(b.Months)}}
}

// passage is a text of a proposal under its heading.
type passage struct{ title, text string }

func passages(b judging.Blind) []passage {
	list := []passage{}
	for _, p := range []passage{{"想解决的问题", b.Problem}, {"想做成什么", b.Goal}, {"打算怎么做", b.Method}, {"可能遇到的困难", b.Risks}, {"谁来帮忙", b.Partners},
		{"留下什么", b.Product}, {"钱花完以后", b.Future}} {
		if p.text != "" {
			list = append(list, p)
		}
	}
	return list
}

func hue(ctx context.Context, colour string) string {
	return words.T(ctx, edition.NameOf(proposal.Colours, colour))
}

// choices are the projects a tie can still be declared to.
func choices(list []judging.Choice) []ui.Option {
	options := []ui.Option{}
	for _, c := range list {
		if !c.Declared {
			options = append(options, ui.Option{Value: c.ID, Label: strings.Trim(c.Number+" "+c.Title+" · "+c.Place, " ·")})
		}
	}
	return options
}

func declared(list []judging.Choice) []judging.Choice {
	ties := []judging.Choice{}
	for _, c := range list {
		if c.Declared {
			ties = append(ties, c)
		}
	}
	return ties
}

// roundsOf are the rounds of a judge's projects.
func roundsOf(list []judging.Task) []string {
	var ids []string
	for _, t := range list {
		if !slices.Contains(ids, t.RoundID) {
			ids = append(ids, t.RoundID)
		}
	}
	return ids
}

// pictures are a project's photos under the judge's own address: neither it nor the words beside a picture say who took it.
func pictures(ctx context.Context, p SheetPage) []ui.Photo {
	list := make([]ui.Photo, len(p.Project.Photos))
	for i := range list {
		at := sheetPath(p.ID) + "/photos/" + itoa(i+1)
		list[i] = ui.Photo{Src: at + "/thumb", Full: at, Alt: words.T(ctx, "照片 %d", i+1)}
	}
	return list
}

// answer is what was answered to a question of the district, as a text.
func answer(ctx context.Context, a judging.Answered) string {
	switch a.Question.Kind {
	case edition.AskYesNo:
		return names(ctx, edition.YesNo, a.Answer.Text)
	case edition.AskMany:
		return orDash(strings.Join(a.Answer.Picks, words.T(ctx, "、")))
	case edition.AskFile:
		return words.T(ctx, "交了 %d 个文件，评审时不显示", len(a.Answer.Files))
	}
	return orDash(a.Answer.Text)
}

func questionColumns(q edition.Question) []ui.Col {
	list := make([]ui.Col, len(q.Columns))
	for i, c := range q.Columns {
		list[i] = ui.Col{Label: c}
	}
	return list
}

// sheetData is what the sheet's script must know.
func sheetData(ctx context.Context, p SheetPage) templ.Attributes {
	return templ.Attributes{"data-sheet": p.ID, "data-who": ui.FrameOf(ctx).Actor.ID, "data-saved-say": words.T(ctx, "已存好 {t}"),
		"data-kept-say": words.T(ctx, "没有网络：分数已存在这台手机上，有网马上送"), "data-submit-say": words.T(ctx, "没有网络：这份评分表会在有网时自动提交"),
		"data-sent-say": words.T(ctx, "已提交 {t}"), "data-wrong-say": words.T(ctx, "有一项没有填对，请看一下")}
}

// codes are the judge's projects of the round, to jump to, with how far each sheet is.
func codes(p SheetPage) []ui.Link {
	list := make([]ui.Link, len(p.Around))
	for i, t := range p.Around {
		list[i] = ui.Link{Href: sheetPath(t.ID), Label: t.Code, Current: t.ID == p.ID}
		if t.Done() {
			list[i].Icon = "check"
		}
	}
	return list
}

// dotOf is the mark before a project in the judge's list: done, begun, or neither.
func dotOf(t judging.Task) string {
	switch {
	case t.Done():
		return "ok"
	case t.SheetState == judging.Drafted:
		return "half"
	}
	return ""
}

func sheetPath(id string) string { return "/review/" + id }

func room(e edition.Edition) string { return "/desk/editions/" + e.ID + "/judging" }

func roundPath(p RoomPage) string { return room(p.Edition) + "/rounds/" + p.Room.Round.ID }
