// Package gallery holds the pages of the public gallery: the list, the map, and one proposal with its supporters.
package gallery

import (
	"context"
	"net/url"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/gallery"
	"seedbed/domain/incubation"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// ListPage is the list with what narrows it.
type ListPage struct {
	Path    string // /gallery, /projects or /orgs
	Filter  gallery.Filter
	Counts  gallery.Counts
	Items   []gallery.Item
	Next    string
	Found   int      // by words, at most gallery.Many
	Suggest []string // shorter words that do find something
}

// names are the parameters of the address, in the order of the form.
var names = []struct {
	name  string
	field func(*gallery.Filter) *string
}{
	{"q", func(f *gallery.Filter) *string { return &f.Text }}, {"place", func(f *gallery.Filter) *string { return &f.Place }},
	{"stage", func(f *gallery.Filter) *string { return &f.Stage }}, {"category", func(f *gallery.Filter) *string { return &f.Category }},
	{"colour", func(f *gallery.Filter) *string { return &f.Colour }}, {"edition", func(f *gallery.Filter) *string { return &f.Edition }},
	{"type", func(f *gallery.Filter) *string { return &f.Type }},
}

// Read fills a filter from an address.
func Read(kind string, get func(string) string) gallery.Filter {
	f := gallery.Filter{Kind: kind}
	for _, n := range names {
		*n.field(&f) = get(n.name)
	}
	return f
}

// Address is a list's address with a filter in it: it can be sent to a neighbour and says the same there.
func Address(path string, f gallery.Filter) string {
	q := url.Values{}
	for _, n := range names {
		if v := *n.field(&f); v != "" {
			q.Set(n.name, v)
		}
	}
	if f.Kind != "" && (path == "/gallery" || path == "/gallery/map") {
		q.Set("kind", f.Kind)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func (p ListPage) form() ui.Form {
	v := url.Values{}
	f := p.Filter
	for _, n := range names {
		v.Set(n.name, *n.field(&f))
	}
	return ui.Form{Values: v}
}

// lists are the three addresses of the gallery and what each is called.
var lists = []struct{ path, kind, tab, title, lead string }{
	{"/gallery", "", "全部", "街坊晒台", "邻居们想做的、正在做的、做成了的，都晒在这里。看到好的，去附议，也可以一起来做。"},
	{"/gallery?kind=proposal", gallery.Proposal, "提案", "街坊晒台", "邻居们想做的、正在做的、做成了的，都晒在这里。看到好的，去附议，也可以一起来做。"},
	{"/projects", gallery.Project, "项目", "项目", "邻居们发起、社区支持的公益小项目。钱花在哪儿，每个项目里都写着。"},
	{"/orgs", gallery.Org, "组织", "组织", "项目做完了，队伍还在。这些是在社区登记了的邻里队伍：有的管身边的事，有的一起唱跳玩，有的帮助别人。"},
}

// PathOf is the address of a kind's own list.
func PathOf(kind string) string {
	switch kind {
	case gallery.Project:
		return "/projects"
	case gallery.Org:
		return "/orgs"
	}
	return "/gallery"
}

func heading(kind string) (title, lead string) {
	for _, l := range lists {
		if l.kind == kind {
			return l.title, l.lead
		}
	}
	return lists[0].title, lists[0].lead
}

// tabs lead to the same search in the other lists.
func tabs(f gallery.Filter, c gallery.Counts, here string) []ui.Tab {
	var all []ui.Tab
	for _, l := range lists {
		to := f
		to.Kind, to.Stage, to.Type = l.kind, "", ""
		n := 0
		if f.Text == "" {
			n = c.Of(to)
		}
		all = append(all, ui.Tab{Href: Address(PathOf(l.kind), to), Label: l.tab, Count: n, Current: here == "list" && l.kind == f.Kind})
	}
	return all
}

// mapOf is the map of what a filter lets through, as far as a map can tell.
func mapOf(f gallery.Filter) string {
	f.Text, f.Place, f.Type = "", "", ""
	return Address("/gallery/map", f)
}

// colours are the seven as short cuts that keep the rest of the search.
func colours(f gallery.Filter, path string) []hueLink {
	var all []hueLink
	for _, c := range incubation.Colours {
		to := f
		to.Colour = c.Code
		if f.Colour == c.Code {
			to.Colour = "" // pressed again it lets go
		}
		all = append(all, hueLink{Address(path, to), c.Code, c.Name, f.Colour == c.Code})
	}
	return all
}

type hueLink struct {
	href, code, name string
	current          bool
}

func options(all string, choices []edition.Choice) []ui.Option {
	list := []ui.Option{{Value: "", Label: all}}
	for _, c := range choices {
		list = append(list, ui.Option{Value: c.Code, Label: c.Name})
	}
	return list
}

// stages offers the stages a kind can be in.
func stages(kind string) []ui.Option {
	fits := map[string]string{"collecting": gallery.Proposal, "judged": gallery.Proposal, "running": gallery.Project, "done": gallery.Project, "org": gallery.Org}
	list := []ui.Option{{Value: "", Label: "全部进度"}}
	for _, c := range gallery.Stages {
		if kind == "" || fits[c.Code] == kind {
			list = append(list, ui.Option{Value: c.Code, Label: c.Name})
		}
	}
	return list
}

func places(ctx context.Context, c gallery.Counts) []ui.Option {
	list := []ui.Option{{Value: "", Label: "全区"}}
	for _, s := range c.Spots {
		name := words.Pick(ctx, s.Name, s.NameEn)
		if s.Level == "community" {
			name = "　" + name
		}
		list = append(list, ui.Option{Value: s.Path, Label: name})
	}
	return list
}

func editions(ctx context.Context, c gallery.Counts) []ui.Option {
	list := []ui.Option{{Value: "", Label: "全部届次"}}
	for _, e := range c.Editions {
		list = append(list, ui.Option{Value: e.ID, Label: words.Pick(ctx, e.Title, e.TitleEn)})
	}
	return list
}

// narrowed tells whether anything in the folded part of the form is set, so that it opens.
func narrowed(f gallery.Filter) bool {
	return f.Place != "" || f.Stage != "" || f.Category != "" || f.Edition != "" || f.Type != ""
}

// found says how much there is.
func found(ctx context.Context, p ListPage) string {
	switch {
	case p.Filter.Text == "":
		return words.T(ctx, "共 %d 个", p.Counts.Of(p.Filter))
	case p.Found < gallery.Many:
		return words.T(ctx, "「%s」找到 %d 个", p.Filter.Text, p.Found)
	}
	return words.T(ctx, "「%s」找到很多，新的在前", p.Filter.Text)
}

// Where is the page of a thing.
func Where(i gallery.Item) string {
	switch i.Kind {
	case gallery.Project:
		return "/projects/" + i.ID
	case gallery.Org:
		return "/orgs/" + i.ID
	}
	return "/gallery/" + i.ID
}

func stageTag(i gallery.Item) (kind, text string) {
	switch i.Stage {
	case "collecting":
		return "info", "征集和评审中"
	case "judged":
		switch i.State {
		case "reserve":
			return "warn", "候补"
		case "not_selected":
			return "", "这次没入选"
		}
		return "ok", "入选"
	case "running":
		return "brand", "正在做"
	case "done":
		return "ok", "做完了"
	}
	return "brand", edition.NameOf(incubation.Types, i.Type)
}

// facts are the numbers of a card.
func facts(ctx context.Context, i gallery.Item) []ui.Fact {
	switch i.Kind {
	case gallery.Project:
		return []ui.Fact{{Term: "资助", Text: yuan.Fen(i.Fen).Show()}, {Term: "活动", Text: words.T(ctx, "%d 场", i.ActN)}, {Term: "服务", Text: words.T(ctx, "%d 人次", i.ServedTimes)}}
	case gallery.Org:
		return []ui.Fact{{Term: "队里", Text: words.T(ctx, "%d 人", i.MembersN)}, {Term: "成立", Text: ui.Date(ctx, i.At)}}
	}
	return []ui.Fact{{Term: "想申请", Text: yuan.Fen(i.Fen).Show()}, {Term: "领办人", Text: i.Lead}}
}

func pictured(list []gallery.Item) bool {
	for _, i := range list {
		if i.Cover != "" {
			return true
		}
	}
	return false
}

// snippet is where a long text says what was searched for, when the title and the pitch do not.
func snippet(i gallery.Item, typed string) []gallery.Span {
	if typed == "" || gallery.Marked(gallery.Mark(i.Title, typed)) || gallery.Marked(gallery.Mark(i.Pitch, typed)) {
		return nil
	}
	for _, text := range []string{i.Goal, i.Team} {
		if s := gallery.Snippet(text, typed); s != nil {
			return s
		}
	}
	return nil
}

func spans(text, typed string) []gallery.Span {
	if typed == "" {
		return []gallery.Span{{Text: text}}
	}
	return gallery.Mark(text, typed)
}

func hueNumber(code string) string {
	for i, c := range incubation.Colours {
		if c.Code == code {
			return "h" + strconv.Itoa(i+1)
		}
	}
	return "h0"
}
