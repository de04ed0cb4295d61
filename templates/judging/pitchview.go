package judging

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// PitchPage is a pitch round's room on the desk.
type PitchPage struct {
	View     judging.HostView
	Edition  edition.Edition
	Form     ui.Form // hall, time, draw
	Poll     judging.Poll
	PollForm ui.Form
	Options  []judging.Option
	Counts   []judging.Count
	CanRun   bool
	CanKey   bool
}

func (p PitchPage) wrong() *ui.Form { return wrongOf(p.Form, p.PollForm) }

// HostPage is the host's screen; Form is a step that was not taken.
type HostPage struct {
	View judging.HostView
	Form ui.Form
}

// of is the form of one button: what was typed, when it was this one.
func (p HostPage) of(slot, do string) ui.Form {
	f := ui.Form{Apart: do + "-" + slot + "-"}
	if p.Form.Value("slot") == slot && p.Form.Value("do") == do {
		f.Values, f.Wrong = p.Form.Values, p.Form.Wrong
	}
	return f
}

// MinutesPage is where the minutes are written.
type MinutesPage struct {
	View   judging.HostView
	Form   ui.Form
	Scan   ui.Form
	CanRun bool
}

func pitchCrumbs(v judging.HostView) []ui.Link {
	return []ui.Link{{Href: "/desk", Label: "工作台"}, {Href: "/desk/editions/" + v.Round.EditionID + "/judging", Label: "评审安排"}}
}

func stageTag(s judging.Stage) ui.TagItem {
	switch s.State {
	case judging.Running:
		return ui.TagItem{Kind: "ok", Text: "正在路演"}
	case judging.Ended:
		return ui.TagItem{Kind: "info", Text: "已结束"}
	}
	return ui.TagItem{Kind: "warn", Text: "还没开始"}
}

func slotTag(state string) ui.TagItem {
	switch state {
	case judging.Up:
		return ui.TagItem{Kind: "ok", Text: "台上"}
	case judging.Heard:
		return ui.TagItem{Kind: "warn", Text: "等亮分"}
	case judging.Shown:
		return ui.TagItem{Kind: "info", Text: "已亮分"}
	case judging.Absent:
		return ui.TagItem{Kind: "bad", Text: "没有到场"}
	}
	return ui.TagItem{Text: "等上台"}
}

func handTag(h judging.Hand) ui.TagItem {
	if h.In() {
		return ui.TagItem{Kind: "ok", Text: "已交"}
	}
	return ui.TagItem{Kind: "warn", Text: "没交"}
}

func twiceTag(state string, mine bool) ui.TagItem {
	switch {
	case state == judging.Settled:
		return ui.TagItem{Kind: "ok", Text: "核对好了"}
	case state == judging.Differs:
		return ui.TagItem{Kind: "bad", Text: "两遍不一样"}
	case state == judging.Once && mine:
		return ui.TagItem{Text: "等另一个人录"}
	case state == judging.Once:
		return ui.TagItem{Kind: "warn", Text: "等您录第二遍"}
	}
	return ui.TagItem{Text: "还没录"}
}

func minuteTag(m judging.Minute) ui.TagItem {
	if m.State == judging.Signed {
		return ui.TagItem{Kind: "ok", Text: "签好字了"}
	}
	return ui.TagItem{Kind: "warn", Text: "等签字"}
}

func sealTitle(m judging.Minute) string {
	if m.ID != "" {
		return "重新写纪要"
	}
	return "写纪要"
}

func signedText(ctx context.Context, s judging.MinuteSeal) string {
	if s.SignedAt == nil {
		return words.T(ctx, "还没有签字")
	}
	return words.T(ctx, "%s 收到签好字的纪要", ui.DateTime(ctx, *s.SignedAt))
}

func waiting(slots []judging.Slot) int {
	n := 0
	for _, t := range slots {
		if t.State == judging.Waiting {
			n++
		}
	}
	return n
}

func unshown(slots []judging.Slot) int {
	n := 0
	for _, t := range slots {
		if t.State != judging.Shown && t.State != judging.Absent {
			n++
		}
	}
	return n
}

func startLabel(s judging.Stage) string {
	if s.UsedMs > 0 {
		return "继续计时"
	}
	return "开始计时"
}

func nextLabel(v judging.HostView) string {
	switch {
	case v.Stage.State == judging.Drawn:
		return "开始，请第一个上台"
	case waiting(v.Slots) == 0:
		return "讲完了"
	}
	if _, on := v.Current(); on {
		return "讲完了，请下一个上台"
	}
	return "请下一个上台"
}

func currentSlot(slots []judging.Slot) (judging.Slot, bool) {
	return judging.HostView{Slots: slots}.Current()
}

// comingUp is the pitch that is called next.
func comingUp(b judging.Board) (judging.Slot, bool) {
	for _, t := range b.Slots {
		if t.State == judging.Waiting {
			return t, true
		}
	}
	return judging.Slot{}, false
}

func scoreOf(t judging.Slot) int {
	if t.Score == nil {
		return 0
	}
	return *t.Score
}

// boardRows is how many ranks fit on the hall's screen.
const boardRows = 9

// first10 are the best, and the one the board speaks of in any case.
func first10(list []judging.Ranked, focus string) []judging.Ranked {
	if len(list) <= boardRows {
		return list
	}
	best := slices.Clone(list[:boardRows])
	for _, r := range list[boardRows:] {
		if r.ID == focus {
			best[boardRows-1] = r
		}
	}
	return best
}

// trackOf is the track whose ranks the board shows: that of the pitch it speaks of, else of the first.
func trackOf(b judging.Board) string {
	if t, ok := b.Focus(); ok {
		return t.Track
	}
	if len(b.Slots) > 0 {
		return b.Slots[0].Track
	}
	return ""
}

func ruleText(ctx context.Context, t judging.Slot) string {
	cut := 0
	for _, m := range t.Marks {
		if m.Dropped {
			cut++
		}
	}
	if cut == 0 {
		return words.T(ctx, "%d 位评委的平均分", len(t.Marks))
	}
	return words.T(ctx, "%d 位评委，去掉一个最高分和一个最低分，取平均", len(t.Marks))
}

func millis(n int64) string { return strconv.FormatInt(n, 10) }

// since is the moment the clock was started, in milliseconds since 1970; "" while it stands.
func since(s judging.Stage) string {
	if s.Since == nil {
		return ""
	}
	return millis(s.Since.UnixMilli())
}

// face is the clock as it stands when a pitch has used so much: "讲 7:59", "答 4:10", "超时 0:12".
func face(ctx context.Context, s judging.Stage, used time.Duration) string {
	present, question := time.Duration(s.PresentMin)*time.Minute, time.Duration(s.QuestionMin)*time.Minute
	word, left := words.T(ctx, "讲"), present-used
	switch {
	case used >= present+question:
		word, left = words.T(ctx, "超时"), used-present-question
	case used >= present:
		word, left = words.T(ctx, "答"), present+question-used
	}
	sec := int(left / time.Second)
	return fmt.Sprintf("%s %d:%02d", word, sec/60, sec%60)
}

type differingLine struct {
	name     string
	one, two int
}

func sheetLines(ctx context.Context, v judging.PaperView) []differingLine {
	var lines []differingLine
	for _, c := range v.Rubric {
		lines = append(lines, differingLine{criterion(ctx, c), v.Passes[0].Marks[c.Code], v.Passes[1].Marks[c.Code]})
	}
	return lines
}

func boxLines(ctx context.Context, v judging.PaperView) []differingLine {
	if v.ByPaper {
		return paperLines(ctx, v)
	}
	var lines []differingLine
	for _, o := range v.Options {
		lines = append(lines, differingLine{o.Number + " " + o.Title, v.Passes[0].Marks[o.ID], v.Passes[1].Marks[o.ID]})
	}
	return lines
}

func boxPath(round, box string) string {
	return pitchPath(round) + "/boxes?box=" + url.QueryEscape(box)
}

func juryOptions(jury []judging.Judge) []ui.Option {
	list := make([]ui.Option, len(jury))
	for i, j := range jury {
		list[i] = ui.Option{Value: j.ID, Label: j.Name}
	}
	return list
}

func optionName(options []judging.Option, id string) string {
	for _, o := range options {
		if o.ID == id {
			return o.Number + " " + o.Title
		}
	}
	return id
}

func hourMinute(t time.Time) string { return t.In(clock.Shanghai).Format("15:04") }
