package proposal

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/redline"
	"seedbed/domain/topic"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// CasePage is a proposal on the desk. At names the form that was not taken.
type CasePage struct {
	proposal.Case
	Form   ui.Form
	At     string
	IDs    [5]string // ids for a check, an answer to an appeal, an opinion, a return and a merge
	Over   bool      // the opinion would stand over the community's refusal
	Preset bool      // the points are filled in with "passed"
	Sight  []string  // where the reader may open proposals

	Topic topic.Link // the deliberated topic it came from, zero for none
}

// form is the typed form where it belongs, an empty one elsewhere.
func (p CasePage) form(at string) ui.Form { return only(p.Form, p.At, at) }

// checklist is the typed check, or one filled in where nothing speaks against a point.
func (p CasePage) checklist() ui.Form {
	form := p.form("examine")
	if !p.Preset || p.At == "examine" {
		return form
	}
	form.Values = url.Values{}
	for i, item := range proposal.CheckItems {
		if !p.doubtful(item.Code) {
			form.Values.Set(field("items", i, "result"), "pass")
		}
	}
	return form
}

// Decides tells whether this person has something to decide here.
func (p CasePage) Decides() bool {
	return !p.Conflicted && (p.CanEndorse || p.CanCheck || p.CanDecide || p.CanReturn)
}

func (p CasePage) hintsAt(code string) []proposal.Hint {
	return slices.DeleteFunc(slices.Clone(p.Hints), func(h proposal.Hint) bool { return h.Code != code })
}

// doubtful tells whether the data speak against a point, or call for a look at it.
func (p CasePage) doubtful(code string) bool {
	return slices.ContainsFunc(p.Hints, func(h proposal.Hint) bool { return h.Code == code && (h.Kind == "bad" || h.Kind == "warn") })
}

func (p CasePage) sees(place string) bool {
	return slices.ContainsFunc(p.Sight, func(under string) bool { return identity.Within(place, under) })
}

func (p CasePage) mates() []ui.Option {
	list := make([]ui.Option, len(p.Mates))
	for i, m := range p.Mates {
		list[i] = ui.Option{Value: m.ID, Label: m.Title + "　" + m.Number}
	}
	return list
}

// ListPage is the desk's list with what narrows it.
type ListPage struct {
	Rows     []proposal.Queued
	Counts   []proposal.Count
	Form     ui.Form
	Editions []ui.Option
	Places   []ui.Option
	Next     string

	CanExport bool
}

// papers is where what the list shows is exported; "" while no edition is chosen.
func (p ListPage) papers() string {
	for _, e := range p.Editions {
		if e.Value != "" && e.Value == p.Form.Value("edition") {
			return "/desk/editions/" + e.Value + "/papers?" + url.Values{"state": {p.Form.Value("state")}, "place": {p.Form.Value("place")}}.Encode()
		}
	}
	return ""
}

// chips are the states with how many there are, each the way to its rows under the same filter.
func (p ListPage) chips(ctx context.Context) []ui.Link {
	total, list := 0, []ui.Link{}
	at := func(state string) string {
		query := url.Values{}
		for name := range p.Form.Values {
			query.Set(name, p.Form.Value(name))
		}
		query.Del("state")
		if state != "" {
			query.Set("state", state)
		}
		return "/desk/proposals?" + query.Encode()
	}
	for _, c := range p.Counts {
		total += c.N
		list = append(list, ui.Link{Href: at(c.State), Label: words.T(ctx, "%s %d", words.Word(edition.NameOf(proposal.States, c.State)), c.N), Current: p.Form.Value("state") == c.State})
	}
	return append([]ui.Link{{Href: at(""), Label: words.T(ctx, "全部 %d", total), Current: p.Form.Value("state") == ""}}, list...)
}

func waits(ctx context.Context) []ui.Option {
	var list []ui.Option
	for _, n := range []int{1, 3, 5, 10} {
		list = append(list, ui.Option{Value: strconv.Itoa(n), Label: words.T(ctx, "满 %d 个工作日", n)})
	}
	return list
}

// marks are what marks a row beside its state.
func marks(ctx context.Context, r proposal.Queued) []ui.TagItem {
	var list []ui.TagItem
	if r.Asked {
		list = append(list, ui.TagItem{Kind: "warn", Text: "请街道再看"})
	}
	if r.Appealed {
		list = append(list, ui.TagItem{Kind: "warn", Text: "申诉待答复"})
	}
	if r.Alikes > 0 {
		list = append(list, ui.TagItem{Kind: "warn", Text: words.T(ctx, "相近 %d 份", r.Alikes)})
	}
	if r.Merging {
		list = append(list, ui.TagItem{Kind: "info", Text: "在商量合并"})
	}
	if r.Revision > 1 {
		list = append(list, ui.TagItem{Text: words.T(ctx, "第 %d 次提交", r.Revision)})
	}
	return list
}

// points are the points of the check, for naming the one that decided.
func points() []ui.Option { return Options(proposal.CheckItems) }

func hintIcon(kind string) string {
	return map[string]string{"ok": "check", "bad": "alert", "warn": "alert"}[kind]
}

func opinionTitle(p CasePage) string {
	if p.Over {
		return "街道的意见"
	}
	return "写社区意见"
}

func endorseLabel(p CasePage) string {
	if p.Over {
		return "改为推荐"
	}
	return "同意推荐"
}

func refuseLabel(p CasePage) string {
	if p.Over {
		return "维持社区意见"
	}
	return "不推荐"
}

func wordTag(kind string) ui.TagItem {
	return map[string]ui.TagItem{"endorse": {Kind: "ok", Text: "同意推荐"}, "refuse": {Kind: "bad", Text: "不推荐"}, "ask": {Kind: "info", Text: "领办人请街道再看"},
		"stand": {Kind: "bad", Text: "街道维持社区意见"}, "overrule": {Kind: "ok", Text: "街道改为推荐"}}[kind]
}

// signedBy is who said it: the desks read the name, the team the office.
func signedBy(ctx context.Context, w proposal.Word, desk bool) string {
	office := words.T(ctx, identity.Names[w.Role])
	if desk {
		return w.ByName + " " + office
	}
	return office
}

func roleOf(role string) string { return identity.Names[identity.Role(role)] }

func appealTag(state string) ui.TagItem {
	return map[string]ui.TagItem{proposal.AppealOpen: {Kind: "warn", Text: "等区里答复"}, proposal.AppealUpheld: {Kind: "ok", Text: "申诉成立"}, proposal.AppealDismissed: {Kind: "bad", Text: "申诉不成立"}}[state]
}

func mergeTag(state string) ui.TagItem {
	return map[string]ui.TagItem{proposal.MergeAsked: {Kind: "warn", Text: "等两边答复"}, proposal.MergeDone: {Kind: "ok", Text: "已经合并"}, proposal.MergeDeclined: {Text: "没有合并"}, proposal.MergeLapsed: {Text: "到时间没有答复，不合并"}}[state]
}

func agreed(at *time.Time) fault.Message {
	if at != nil {
		return fault.Say("同意了")
	}
	return fault.Say("还没有答复")
}

// fileName is what a paper is called: by its sender, or by what it is.
func fileName(ctx context.Context, f proposal.Filed) string {
	if f.Name != "" {
		return f.Name
	}
	return words.T(ctx, edition.NameOf(proposal.PaperKinds, f.Kind))
}

func likeTitle(ctx context.Context, l proposal.Like) string {
	if l.Title == "" {
		return words.T(ctx, "别的社区的一份申报书")
	}
	return l.Title
}

// likePlace is the community of one within sight; of another's street a desk reads no community.
func likePlace(ctx context.Context, l proposal.Like) string {
	if !l.Seen {
		return ""
	}
	return words.Pick(ctx, l.PlaceName, l.PlaceNameEn)
}

// likeShare is how much is the same, in percent: of both, or of the shorter one where only a part was taken.
func likeShare(l proposal.Like) int { return max(l.Shared, l.Part) / 10 }

func verdictTag(l proposal.Like) ui.TagItem {
	switch {
	case l.At == nil:
		return ui.TagItem{Kind: "warn", Text: "还没有看过"}
	case l.Same:
		return ui.TagItem{Kind: "bad", Text: "是同一个"}
	}
	return ui.TagItem{Kind: "ok", Text: "不是同一个"}
}

// ChangesPage is what was changed, for the desk or for the team.
type ChangesPage struct {
	proposal.Compared
	Desk bool
}

func (p ChangesPage) base() string {
	if p.Desk {
		return "/desk/proposals/" + p.ID
	}
	return "/proposals/" + p.ID
}

func (p ChangesPage) crumbs(ctx context.Context) []ui.Link {
	if p.Desk {
		return []ui.Link{{Href: "/desk", Label: "工作台"}, {Href: "/desk/proposals", Label: "申报书"}, {Href: p.base(), Label: title(ctx, p.Title)}}
	}
	return []ui.Link{{Href: "/me", Label: "我的"}, {Href: p.base(), Label: title(ctx, p.Title)}}
}

// pairs are the ways to other pairs of versions: each with the one before it.
func (p ChangesPage) pairs(ctx context.Context) []ui.Link {
	var list []ui.Link
	for _, n := range p.Numbers[1:] {
		list = append(list, ui.Link{Href: p.base() + "/changes?from=" + strconv.Itoa(n-1) + "&to=" + strconv.Itoa(n), Label: words.T(ctx, "第 %d 次 → 第 %d 次", n-1, n),
			Current: p.From == n-1 && p.To == n})
	}
	return list
}

// shownList is a field's values in the reader's language.
func shownList(ctx context.Context, values []string, choices []edition.Choice) string {
	list := make([]string, len(values))
	for i, v := range values {
		if list[i] = v; choices != nil {
			list[i] = words.T(ctx, v)
		}
	}
	return strings.Join(list, words.T(ctx, "、"))
}

func rowTag(kind redline.Kind) ui.TagItem {
	switch kind {
	case redline.Added:
		return ui.TagItem{Kind: "ok", Text: "新加"}
	case redline.Removed:
		return ui.TagItem{Kind: "bad", Text: "删去"}
	case redline.Changed:
		return ui.TagItem{Kind: "warn", Text: "改过"}
	default:
		return ui.TagItem{Text: "没变"}
	}
}

// amendName is what a changed field is called: a question of the district by its own words.
func amendName(ctx context.Context, a proposal.Amendment) string {
	if a.NameEn != "" {
		return words.Pick(ctx, a.Name, a.NameEn)
	}
	return a.Name
}
