package judging

import (
	"context"

	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// ReopeningPage is a project that is marked again after its round has closed.
type ReopeningPage struct {
	judging.ReopeningView
	Form ui.Form // of picking a judge
}

// LateTiePage is a locked sheet that is to be struck out.
type LateTiePage struct {
	judging.SheetToStrike
	Form ui.Form
}

// againWord says what waits for a project that is marked again.
func againWord(ctx context.Context, room judging.Room, o judging.Reopening) string {
	for _, r := range room.Rounds {
		if r.ID == o.RoundID && r.Selects() {
			return words.T(ctx, "初评有一个项目正在补评，补评结束以前，下一轮评审不能结束。")
		}
	}
	return words.T(ctx, "有一个项目正在补评，补评结束以前它不能立项。")
}

// entering says how a project that goes on late comes into the next round.
func entering(t judging.LateTie) string {
	switch {
	case t.Next == judging.Open && t.NextKind == judging.Desk:
		return "下一轮正在评审：它们排在最后，马上安排评委。"
	case t.Next == judging.Open && t.Stage == "":
		return "路演还没有抽签：马上安排评委，抽签时一起排顺序。"
	case t.Next == judging.Open:
		return "路演已经抽过签：它们排在最后，别人的顺序不变，抽签记录也不变。马上安排评委。"
	}
	return "下一轮还没有开始：开始的时候一起进入。"
}

func reopeningPath(id string) string { return "/desk/reopenings/" + id }

// reopeningTag is the state of a reopening.
func reopeningTag(o judging.Reopening) ui.TagItem {
	switch o.State {
	case judging.Closed:
		return ui.TagItem{Kind: "ok", Text: "补评结束"}
	case judging.Voided:
		return ui.TagItem{Text: "不用再补评"}
	}
	return ui.TagItem{Kind: "warn", Text: "正在补评"}
}

// ableOptions are the judges who may take a chair.
func ableOptions(ctx context.Context, list []judging.Choosing) []ui.Option {
	options := make([]ui.Option, len(list))
	for i, j := range list {
		options[i] = ui.Option{Value: j.ID, Label: j.Name}
		if j.Unit != "" {
			options[i].Label += " · " + j.Unit
		}
		if j.Suggested {
			options[i].Label = words.T(ctx, "%s（系统建议）", options[i].Label)
		}
	}
	return options
}

func deskCrumbs(ctx context.Context, e edition.Edition) []ui.Link {
	return append(crumbs(ctx, e), ui.Link{Href: room(e), Label: "评审安排"})
}

func reopeningFacts(ctx context.Context, p ReopeningPage) []ui.Fact {
	facts := []ui.Fact{{Term: "项目", Text: p.Number + " " + p.Title}, {Term: "作废的评分表", Text: words.T(ctx, "%d 份", len(p.Struck))}, {Term: "为什么作废", Text: p.Reason},
		{Term: "还有效的评分表", Text: words.T(ctx, "%d 份，至少要 %d 份", p.Valid, p.Round.MinValid)}}
	if p.ClosesAt != nil {
		facts = append(facts, ui.Fact{Term: "补评截止", Text: ui.DateTime(ctx, *p.ClosesAt)})
	}
	return facts
}

func lateFacts(ctx context.Context, p LateTiePage) []ui.Fact {
	facts := []ui.Fact{{Term: "评委", Text: p.Judge}, {Term: "项目", Text: p.Number + " " + p.Title}, {Term: "什么关系", Text: words.T(ctx, judging.ConflictKinds[p.Kind])},
		{Term: "什么时候知道的", Text: ui.DateTime(ctx, p.At)}}
	if p.LateTie.Reason != "" {
		facts = append(facts, ui.Fact{Term: "评委的说明", Text: p.LateTie.Reason})
	}
	for _, e := range p.Evidence {
		facts = append(facts, ui.Fact{Term: "依据", Text: evidence(ctx, e)})
	}
	return facts
}
