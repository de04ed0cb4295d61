// Package topic holds the pages of deliberation (协商议事).
package topic

import (
	"context"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/topic"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// ListPage is the public list of topics.
type ListPage struct {
	Form   ui.Form
	List   []topic.Topic
	Mine   []topic.Topic // what the reader has proposed, in any state
	Places []ui.Option
	Next   string
}

// OnePage is a topic for everybody and for its proposer.
type OnePage struct {
	topic.Page
	Onward topic.Onward
	Form   ui.Form // of the proposer's verdict
	Fresh  string  // an id for a proposal begun from here
	Now    time.Time
}

// DeskPage is the community's list.
type DeskPage struct {
	Form ui.Form
	List []topic.Topic
	Tabs []ui.Tab
}

// CasePage is a topic on the desk; At names the form that Form is about.
type CasePage struct {
	topic.Page
	Onward topic.Onward
	Form   ui.Form
	At     string
	Runs   bool
	Fresh  string
	Now    time.Time
}

// The forms of the desk.
const (
	Screen   = "screen"
	Decline  = "decline"
	Schedule = "schedule"
	Record   = "record"
	Resolve  = "resolve"
	Report   = "report"
	Answer   = "answer"
)

// only gives a form what was typed into it, and the others an empty one.
func only(form ui.Form, at, name string) ui.Form {
	if at == name {
		return form
	}
	return ui.Form{}
}

func choices(list []topic.Choice) []ui.Option {
	options := []ui.Option{}
	for _, c := range list {
		options = append(options, ui.Option{Value: c.Code, Label: c.Name})
	}
	return options
}

func withAll(all string, list []topic.Choice) []ui.Option {
	return append([]ui.Option{{Value: "", Label: all}}, choices(list)...)
}

func isOpen(c topic.Choice) bool {
	return c.Code != topic.Collected && c.Code != topic.Declined
}

// openStates are the states a public list can be narrowed to.
func openStates() []topic.Choice {
	return slices.DeleteFunc(slices.Clone(topic.States), func(c topic.Choice) bool { return !isOpen(c) })
}

// kinds are the colours of the states' tags.
var kinds = map[string]string{topic.Collected: "warn", topic.Screened: "info", topic.Scheduled: "info", topic.Discussed: "info", topic.Resolved: "brand", topic.Executing: "brand", topic.Feedback: "warn", topic.Closed: "ok"}

func cards(ctx context.Context, list []topic.Topic) []ui.CardItem {
	items := make([]ui.CardItem, len(list))
	for i, t := range list {
		items[i] = ui.CardItem{Href: "/topics/" + t.ID, Title: t.Title, Sub: t.WhereText,
			Tags:  []ui.TagItem{{Kind: kinds[t.State], Text: topic.NameOf(topic.States, t.State)}, {Text: topic.NameOf(topic.Kinds, t.Kind)}, {Text: words.Pick(ctx, t.PlaceName, t.PlaceNameEn)}},
			Facts: []ui.Fact{{Term: "关心的邻居", Text: words.T(ctx, "%d 位", t.SupportersN)}, {Term: "提出时间", Text: ui.Date(ctx, t.CreatedAt)}}}
	}
	return items
}

// facts are what a topic says.
func facts(ctx context.Context, t topic.Topic) []ui.Fact {
	list := []ui.Fact{{Term: "在哪里", Text: t.WhereText}}
	if t.Affected != "" {
		list = append(list, ui.Fact{Term: "影响谁", Text: t.Affected})
	}
	return append(list, ui.Fact{Term: "谁提的", Text: t.Proposer}, ui.Fact{Term: "社区", Text: words.Pick(ctx, t.PlaceName, t.PlaceNameEn)}, ui.Fact{Term: "提出时间", Text: ui.Date(ctx, t.CreatedAt)}, ui.Fact{Term: "编号", Text: t.Number})
}

// way is the order of the states a topic that is taken up goes through.
var way = []string{topic.Collected, topic.Screened, topic.Scheduled, topic.Discussed, topic.Resolved, topic.Executing, topic.Feedback, topic.Closed}

var stops = map[string]string{topic.Collected: "提出", topic.Screened: "社区收下", topic.Scheduled: "定开会时间", topic.Discussed: "开会商量", topic.Resolved: "作出决定", topic.Executing: "办理", topic.Feedback: "答复提议人", topic.Closed: "办结"}

// steps is the way from the first word to the answer, and where the topic is.
func steps(ctx context.Context, t topic.Topic) []ui.Step {
	at := slices.Index(way, t.State)
	list := make([]ui.Step, len(way))
	for i, state := range way {
		list[i] = ui.Step{Label: stops[state]}
		switch {
		case i < at || t.State == topic.Closed:
			list[i].State = "done"
		case i == at:
			list[i].State = "now"
		}
	}
	list[0].At = ui.Date(ctx, t.CreatedAt)
	if t.MeetsAt != nil {
		list[3].At = ui.DateTime(ctx, *t.MeetsAt)
	}
	if t.FeedbackAt != nil {
		list[6].At = ui.Date(ctx, *t.FeedbackAt)
	}
	return list
}

func meeting(ctx context.Context, t topic.Topic) []ui.Fact {
	if t.MeetsAt == nil {
		return nil
	}
	list := []ui.Fact{{Term: "什么时候", Text: ui.DateTime(ctx, *t.MeetsAt)}, {Term: "在哪里开", Text: t.MeetsWhere}, {Term: "谁主持", Text: t.Host}}
	if t.Invited != "" {
		list = append(list, ui.Fact{Term: "请了谁", Text: t.Invited})
	}
	if t.People != nil {
		list = append(list, ui.Fact{Term: "到会", Text: words.T(ctx, "%d 人", *t.People)})
	}
	return list
}

func votes(ctx context.Context, t topic.Topic) string {
	if t.VotesFor == nil || t.VotesAgainst == nil || t.VotesAbstain == nil {
		return ""
	}
	return words.T(ctx, "赞成 %d · 反对 %d · 弃权 %d", *t.VotesFor, *t.VotesAgainst, *t.VotesAbstain)
}

var deeds = map[string]string{"propose": "居民提出议题", "support": "邻居表示关心", "screen": "社区收下议题", "decline": "没有采纳议题", "schedule": "定了议事会", "record": "记录议事会", "resolve": "写下决定", "report": "记下进展", "answer": "答复提议人", "judge": "提议人答复满意不满意", "close": "议题自动办结"}

func trail(ctx context.Context, list []audit.Entry) []ui.FeedItem {
	items := []ui.FeedItem{}
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		if e.Action == "support" {
			continue // who cares is counted, not listed
		}
		who := e.Who
		if who == "" {
			who = words.T(ctx, "系统")
		}
		items = append(items, ui.FeedItem{At: ui.Date(ctx, e.At), Text: who + " · " + words.T(ctx, deeds[e.Action])})
	}
	return items
}

// screening is the form of the community's first look: the text as it was written unless another was typed.
func screening(p CasePage) ui.Form {
	if p.At == Screen {
		return p.Form
	}
	t := p.Topic
	return ui.Form{Values: map[string][]string{"kind": {t.Kind}, "title": {t.Title}, "body": {t.Body}, "where_text": {t.WhereText}, "affected": {t.Affected}}}
}

// scheduling is the form of the meeting, as it stands unless another was typed.
func scheduling(p CasePage) ui.Form {
	if p.At == Schedule {
		return p.Form
	}
	t := p.Topic
	return ui.Form{Values: map[string][]string{"meets_where": {t.MeetsWhere}, "host": {t.Host}, "invited": {t.Invited}}}
}

// recording is the form of the record, with the host of the meeting unless another was typed.
func recording(p CasePage) ui.Form {
	if p.At == Record {
		return p.Form
	}
	return ui.Form{Values: map[string][]string{"host": {p.Host}}}
}

// taskRows is how many rows for tasks a decision shows at first; a browser sends the blank ones back and they are dropped.
const taskRows = 3

func field(i int, name string) string { return "tasks." + strconv.Itoa(i) + "." + name }

// undone are the tasks to choose from when one is done.
func undone(tasks []topic.Task) []ui.Option {
	options := []ui.Option{{Value: "", Label: "没有，只说进展"}}
	for _, t := range tasks {
		if t.DoneAt == nil {
			options = append(options, ui.Option{Value: t.ID, Label: t.What})
		}
	}
	return options
}

func verdict(satisfied *bool) string {
	switch {
	case satisfied == nil:
		return ""
	case *satisfied:
		return "提议人：满意"
	}
	return "提议人：不满意，接着办"
}

func buttonKind(at string) string {
	if at == Decline {
		return "bad"
	}
	return "pri"
}
