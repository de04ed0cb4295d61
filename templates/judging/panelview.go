package judging

import (
	"context"
	"slices"
	"strings"

	"seedbed/domain/award"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// PanelPage is a panel round on the desk; Form is that of meeting again.
type PanelPage struct {
	judging.PanelView
	Form ui.Form
	Scan ui.Form // the signed minutes
}

// unsigned tells whether the minutes of the panel's last end wait for their signatures.
func (p PanelPage) unsigned() bool {
	n := len(p.Signed)
	return len(p.Runs) > 0 && (n == 0 || p.Signed[n-1].Run < len(p.Runs))
}

// PanelWordPage is where the panel's decision on one project is written down.
type PanelWordPage struct {
	judging.PanelView
	Project judging.Deliberating
	Form    ui.Form
}

func panelPath(roundID string) string { return "/desk/panels/" + roundID }

func panelCrumbs(ctx context.Context, v judging.PanelView) []ui.Link {
	return append(crumbs(ctx, v.Edition), ui.Link{Href: room(v.Edition), Label: "评审安排"})
}

// panelTag says how far the panel is with a project.
func panelTag(v judging.PanelView, p judging.Deliberating) ui.TagItem {
	w, said := p.Word()
	switch {
	case !p.Stands():
		return ui.TagItem{Text: "已退出"}
	case v.Me != "" && tied(v, p):
		return ui.TagItem{Text: "您要回避"}
	case !said:
		return ui.TagItem{Kind: "warn", Text: "还没有合议"}
	case len(w.Tainted) > 0 && v.Round.State == judging.Open:
		return ui.TagItem{Kind: "bad", Text: "要重新合议"}
	case w.Passed:
		return ui.TagItem{Kind: "ok", Text: "通过"}
	}
	return ui.TagItem{Text: "没有通过"}
}

// votes is how the panel voted, in a sentence.
func votes(ctx context.Context, w judging.PanelWord) string {
	return words.T(ctx, "到场 %d 位：同意 %d，不同意 %d，弃权 %d", len(w.Present), w.Yes, w.Nay, w.Abstain)
}

// gives is what the panel would give a project it voted for.
func gives(ctx context.Context, p judging.Deliberating, w judging.PanelWord) string {
	if w.Amount > 0 {
		return words.T(ctx, "建议资助 %s", w.Amount.Show())
	}
	return words.T(ctx, "建议按申请的 %s 资助", p.Requested.Show())
}

func joinNames(ctx context.Context, names []string) string {
	return strings.Join(names, words.T(ctx, "、"))
}

func sitterNames(ctx context.Context, list []judging.Sitter) string {
	names := make([]string, len(list))
	for i, s := range list {
		names[i] = s.Name
	}
	return joinNames(ctx, names)
}

func sitterOptions(list []judging.Sitter) []ui.Option {
	options := make([]ui.Option, len(list))
	for i, s := range list {
		options[i] = ui.Option{Value: s.ID, Label: s.Name}
	}
	return options
}

// gradeCap is the most the grade of a project's score allows, 0 for no limit; only teams of residents have one.
func gradeCap(e edition.Edition, p judging.Deliberating) yuan.Fen {
	if p.Track != "resident_team" {
		return 0
	}
	return e.Rules.GradeCaps[award.GradeOf(p.Score)]
}

// bounds are the limits a project's money has, as the form shows them.
func bounds(ctx context.Context, p PanelWordPage) []ui.Fact {
	list := []ui.Fact{{Term: "申请金额", Text: p.Project.Requested.Show()}, {Term: "得分", Text: words.T(ctx, "%s 分，第 %d 名", points(p.Project.Score), p.Project.Rank)}}
	if p.Project.Ceiling > 0 {
		list = append(list, ui.Fact{Term: "这条赛道的上限", Text: p.Project.Ceiling.Show()})
	}
	if limit := gradeCap(p.Edition, p.Project); limit > 0 {
		list = append(list, ui.Fact{Term: words.T(ctx, "%s 等的上限", award.GradeOf(p.Project.Score)), Text: limit.Show()})
	}
	return list
}

// plansPanel tells whether the next round to plan can only be a panel: the last one ranks.
func (p RoomPage) plansPanel() bool {
	rounds, s := p.Room.Rounds, p.Edition.State
	if !p.CanRun || len(rounds) == 0 {
		return false
	}
	last := rounds[len(rounds)-1]
	return last.Scores() && !last.Selects() && (s == edition.Open || s == edition.Closed || s == edition.Reviewing)
}

func inTrack(v judging.PanelView, track string) []judging.Deliberating {
	var list []judging.Deliberating
	for _, p := range v.Projects {
		if p.Track == track {
			list = append(list, p)
		}
	}
	return list
}

// tied tells whether the judge who reads must step out of a project.
func tied(v judging.PanelView, p judging.Deliberating) bool { return slices.Contains(p.TiedIDs, v.Me) }

func panelMove(p judging.Deliberating) string {
	if len(p.Words) > 0 {
		return "更正"
	}
	return "记录合议"
}

func passedSays(w judging.PanelWord) string {
	if w.Passed {
		return "通过"
	}
	return "没有通过"
}

// untainted is a word that was replaced: what is wrong with it is no longer asked to be mended.
func untainted(w judging.PanelWord) judging.PanelWord {
	w.Tainted = nil
	return w
}
