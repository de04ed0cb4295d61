// Package home holds the pages that mix areas: the front page, what the public sees of projects and organisations, one's
// own page, and the desk.
package home

import (
	"context"

	"seedbed/domain/desk"
	"seedbed/domain/openbook"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// OpenCall is an edition that takes proposals now.
type OpenCall struct{ ID, Title, Until, Left string }

// Item is one line of a person's own page, in ready text; Ways are the short cuts to what is done there most.
type Item struct {
	Href, Title, Sub, Kind, Tag string
	Ways                        []ui.Link
}

// Mine is everything of a person's own page.
type Mine struct {
	Name      string
	HomeState string
	Todo      []Item
	Proposals []Item
	Projects  []Item
	Orgs      []Item
}

// Part is a heading with its paragraphs.
type Part struct {
	Title string
	Lines []string
}

func total(waiting []desk.Waiting) int {
	n := 0
	for _, w := range waiting {
		n += w.Count
	}
	return n
}

// today says how much waits on a desk.
func today(ctx context.Context, waiting []desk.Waiting) string {
	if n := total(waiting); n > 0 {
		return words.T(ctx, "有 %d 件事等您办，点一下就去办。", n)
	}
	return words.T(ctx, "今天没有等着您办的事。")
}

// waits says how much waits for a person; who belongs to nothing yet is not told of nothing.
func waits(ctx context.Context, m Mine) string {
	switch {
	case len(m.Todo) > 0:
		return words.T(ctx, "有 %d 件事等您办，点一下就去办。", len(m.Todo))
	case len(m.Projects)+len(m.Proposals)+len(m.Orgs) > 0:
		return words.T(ctx, "现在没有要您办的事。有了会写在这里，也会发消息给您。")
	}
	return ""
}

// stateNames say how a project stands, as a neighbour would.
var stateNames = map[string]string{"preparing": "准备中", "in_progress": "进行中", "suspended": "暂停", "mid_due": "中期评估中", "mid_passed": "中期通过", "mid_failed": "整改中",
	"closing": "正在结项", "accepted": "已结项", "failed": "未通过验收", "terminated": "已终止", "archived": "已归档"}

func stateName(state string) string {
	if name, ok := stateNames[state]; ok {
		return name
	}
	return state
}

// StateName is stateName for the pages of other packages.
func StateName(state string) string { return stateName(state) }

// turns are the stages of ui.Grow with what people do in each.
var turns = []struct{ icon, name, what string }{
	{"seed", "播种", "写下想法，请至少两位邻居一起"},
	{"sprout", "发芽", "评委打分，结果贴出来大家看"},
	{"leaf", "长叶", "领到钱，办活动，晒照片"},
	{"flower", "开花", "对着当初的打算，请大家验收"},
	{"tree", "成苗", "队伍留下来，成为社区里的组织"},
}

// growth is the stage of ui.Grow: 长叶, 开花, 成苗.
func growth(p openbook.Project) int {
	switch {
	case p.OrgID != "":
		return 5
	case p.State == "closing" || p.State == "accepted" || p.State == "archived":
		return 4
	}
	return 3
}

// about is what is to be known of an organisation.
func about(ctx context.Context, o openbook.Org) []ui.Fact {
	list := []ui.Fact{{Term: "社区", Text: o.PlaceName}, {Term: "队里", Text: words.T(ctx, "%d 人", o.MembersN)}, {Term: "成立", Text: ui.Date(ctx, o.FoundedOn)}, {Term: "编号", Text: o.Number}}
	if o.ProjectID != "" && o.Project != "" {
		list = append(list, ui.Fact{Term: "从哪个项目长出来", Body: project(o)})
	}
	return list
}

func projectCards(ctx context.Context, list []openbook.Project) []ui.CardItem {
	cards := make([]ui.CardItem, len(list))
	for i, p := range list {
		cards[i] = ui.CardItem{Href: "/projects/" + p.ID, Title: p.Title, Sub: p.Pitch, Colour: p.Colour,
			Tags:  []ui.TagItem{{Kind: "brand", Text: words.T(ctx, stateName(p.State))}, {Text: p.PlaceName}},
			Facts: []ui.Fact{{Term: "资助", Text: p.Award.Show()}, {Term: "活动", Text: words.T(ctx, "%d 场", p.ActN)}, {Term: "服务", Text: words.T(ctx, "%d 人次", p.ServedTimes)}}}
		if p.Cover != "" {
			cards[i].Photo = &ui.Photo{Src: "/photos/" + p.Cover + "/thumb"}
		}
	}
	return cards
}

func photoGrid(ctx context.Context, p openbook.Project, photos []openbook.Photo) []ui.Photo {
	grid := make([]ui.Photo, len(photos))
	for i, ph := range photos {
		grid[i] = ui.Photo{Src: "/photos/" + ph.ID + "/thumb", Full: "/photos/" + ph.ID, Alt: words.T(ctx, "「%s」的活动照片 %d", p.Title, i+1)}
	}
	return grid
}

// proposalStates say how a proposal stands, as a neighbour would.
var proposalStates = map[string]string{"draft": "草稿，还没提交", "submitted": "等社区意见", "returned": "要您修改", "endorsed": "等资格审查", "eligible": "等评审", "ineligible": "没通过资格审查",
	"shortlisted": "评审中", "not_shortlisted": "没入围", "pitched": "评审中", "ranked": "评审完成", "selected": "入选，公示中", "reserve": "候补", "not_selected": "这次没入选",
	"refining": "要您优化预算", "refined": "等签协议", "contracted": "已签协议", "withdrawn": "已撤回", "void": "已作废"}

// ProposalState is the plain name of a proposal's state.
func ProposalState(state string) string {
	if name, ok := proposalStates[state]; ok {
		return name
	}
	return state
}
