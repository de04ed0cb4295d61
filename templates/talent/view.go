// Package talent holds the pages of the talent bank (能人库).
package talent

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/talent"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// ListPage is the public list of cards.
type ListPage struct {
	Form   ui.Form
	Cards  []talent.Card
	Places []ui.Option
	Listed int
	Next   string
}

// CardPage is one public card, with the form that asks the community to pass a wish on.
type CardPage struct {
	Card talent.Card
	Form ui.Form
}

// OwnPage is a person's own page in the talent bank; At names the form that Form is about.
type OwnPage struct {
	File talent.File
	Has  bool // there is an entry
	Form ui.Form
	At   string
	Now  time.Time
}

// DeskPage is the community's list.
type DeskPage struct {
	Form   ui.Form
	List   []talent.Talent
	Cards  []talent.Card // for those who see only what was consented to
	Tabs   []ui.Tab
	Listed int
	Keeps  bool // the reader may enter somebody
	Now    time.Time
}

// CasePage is one entry on the desk; At names the form that Form is about.
type CasePage struct {
	File  talent.File
	Form  ui.Form
	At    string
	Keeps bool
	Now   time.Time
	IDs   [3]string
	Phone string // the number, just revealed
}

// The forms of the pages.
const (
	About   = "about"
	Agree   = "agree"
	Contact = "contact"
	Verify  = "verify"
	Paper   = "paper"
	Vouch   = "vouch"
	Remove  = "remove"
	Reveal  = "reveal"
)

// only gives a form what was typed into it, and the others an empty one.
func only(form ui.Form, at, name string) ui.Form {
	if at == name {
		return form
	}
	return ui.Form{}
}

func choices(list []talent.Choice) []ui.Option {
	options := []ui.Option{}
	for _, c := range list {
		options = append(options, ui.Option{Value: c.Code, Label: c.Name})
	}
	return options
}

func withAll(all string, list []talent.Choice) []ui.Option {
	return append([]ui.Option{{Value: "", Label: all}}, choices(list)...)
}

// names writes codes out in the reader's language.
func names(ctx context.Context, list []talent.Choice, codes []string) string {
	said := make([]string, len(codes))
	for i, code := range codes {
		said[i] = words.T(ctx, talent.NameOf(list, code))
	}
	if words.Lang(ctx) == "en" {
		return strings.Join(said, ", ")
	}
	return strings.Join(said, "、")
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

// kinds are the colours of the states' tags.
var kinds = map[string]string{talent.Nominated: "warn", talent.Contacted: "info", talent.Verified: "info", talent.Listed: "ok", talent.Dormant: "", talent.Removed: ""}

func cards(ctx context.Context, list []talent.Card) []ui.CardItem {
	items := make([]ui.CardItem, len(list))
	for i, c := range list {
		items[i] = ui.CardItem{Href: "/talents/" + c.ID, Title: c.Name, Sub: c.SkillNote, Facts: []ui.Fact{{Term: "在哪里", Text: words.Pick(ctx, c.PlaceName, c.PlaceNameEn)}}}
		if len(c.Times) > 0 {
			items[i].Facts = append(items[i].Facts, ui.Fact{Term: "有空", Text: names(ctx, talent.Times, c.Times)})
		}
		for _, s := range c.Skills {
			items[i].Tags = append(items[i].Tags, ui.TagItem{Kind: "brand", Text: talent.NameOf(talent.Skills, s)})
		}
	}
	return items
}

// facts are what a card says, one under the other.
func facts(ctx context.Context, c talent.Card) []ui.Fact {
	list := []ui.Fact{{Term: "会什么", Text: names(ctx, talent.Skills, c.Skills)}}
	if c.SkillNote != "" {
		list = append(list, ui.Fact{Term: "拿手的", Text: c.SkillNote})
	}
	if len(c.Times) > 0 {
		list = append(list, ui.Fact{Term: "什么时候有空", Text: names(ctx, talent.Times, c.Times)})
	}
	if len(c.Wants) > 0 {
		list = append(list, ui.Fact{Term: "愿意", Text: names(ctx, talent.Wants, c.Wants)})
	}
	return append(list, ui.Fact{Term: "在哪里", Text: words.Pick(ctx, c.PlaceName, c.PlaceNameEn)})
}

// kept are all fields of an entry, for its own person and its staff.
func kept(ctx context.Context, f talent.File, nominator string) []ui.Fact {
	list := []ui.Fact{{Term: "姓名", Text: f.Name}, {Term: "社区", Text: words.Pick(ctx, f.PlaceName, f.PlaceNameEn)}, {Term: "怎么来的", Text: talent.NameOf(talent.Sources, f.Source)}}
	if f.Source != "self" {
		list = append(list, ui.Fact{Term: "谁登记的", Text: orDash(nominator)}, ui.Fact{Term: "推荐的话", Text: orDash(f.Why)})
	}
	if f.PhoneTail != "" {
		list = append(list, ui.Fact{Term: "电话", Text: words.T(ctx, "尾号 %s，加密保存，只有社区能看", f.PhoneTail)})
	}
	list = append(list, ui.Fact{Term: "会什么", Text: orDash(names(ctx, talent.Skills, f.Skills))}, ui.Fact{Term: "拿手的", Text: orDash(f.SkillNote)}, ui.Fact{Term: "什么时候有空", Text: orDash(names(ctx, talent.Times, f.Times))},
		ui.Fact{Term: "愿意", Text: orDash(names(ctx, talent.Wants, f.Wants))}, ui.Fact{Term: "故事", Text: orDash(f.Story)}, ui.Fact{Term: "谁在照看", Text: orDash(f.KeeperName)},
		ui.Fact{Term: "登记时间", Text: ui.Date(ctx, f.CreatedAt)})
	if f.ListedAt != nil && (f.State == talent.Listed || f.State == talent.Dormant) {
		list = append(list, ui.Fact{Term: "公开了什么", Text: shown(ctx, f.Talent)}, ui.Fact{Term: "同意的方式", Text: consentWay(f.Talent)}, ui.Fact{Term: "第一次公开", Text: ui.Date(ctx, *f.ListedAt)})
	}
	return list
}

func consentWay(t talent.Talent) string {
	if t.ConsentPaper != "" {
		return "本人签了纸，社区拍照存档"
	}
	return "本人在网上同意"
}

// fields are what else a card may show, in short.
var fields = map[string]string{"story": "故事", "times": "什么时候有空", "wants": "愿意做什么", "area": "在哪个社区"}

func shown(ctx context.Context, t talent.Talent) string {
	name := "名字只写姓"
	if t.NameShown == "full" {
		name = "名字写全"
	}
	parts := []string{words.T(ctx, name), words.T(ctx, "会什么")}
	for _, f := range t.Shown {
		parts = append(parts, words.T(ctx, fields[f]))
	}
	if words.Lang(ctx) == "en" {
		return strings.Join(parts, "; ")
	}
	return strings.Join(parts, "；")
}

// masked shows a neighbour's name as 张**.
func masked(name string) string {
	for _, first := range name {
		return string(first) + "**"
	}
	return ""
}

// recommender is who entered somebody, as that person reads it: staff by their name, a neighbour masked.
func recommender(t talent.Talent) string {
	if t.Source == "neighbour" {
		return masked(t.Nominator)
	}
	return t.Nominator
}

// deeds say in a word what was done.
var deeds = map[string]string{"nominate": "登记进能人库", "claim": "本人登录后认领", "amend": "改了能人资料", "contact": "联系能人", "verify": "核实能人", "agree": "本人同意公开名片", "list_by_paper": "按签字公开名片",
	"renew": "续了能人名片", "rest": "名片收起来了", "unlist": "同意收回，名片撤下", "hide": "本人撤下名片、要求移除", "stay": "本人收回移除要求", "leave": "本人移除资料", "remove": "移除能人资料", "reveal_phone": "看了能人的电话", "ask": "邻居请社区联系"}

func trail(ctx context.Context, list []audit.Entry) []ui.FeedItem {
	items := make([]ui.FeedItem, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		e := list[i]
		who := e.Who
		switch {
		case who == "":
			who = words.T(ctx, "系统")
		case e.Role == "resident":
			who = masked(who)
		}
		text := who + " · " + words.T(ctx, deeds[e.Action])
		if e.Reason != "" {
			text += " · " + e.Reason
		}
		items = append(items, ui.FeedItem{At: ui.Date(ctx, e.At), Text: text})
	}
	return items
}

// standing says in a sentence what happens next, for the person.
func standing(state string) string {
	switch state {
	case talent.Nominated:
		return "社区会来联系您，一般一两周。现在只有社区看得到。"
	case talent.Contacted:
		return "社区联系过您了，正在核实。现在只有社区看得到。"
	case talent.Verified:
		return "社区核实好了。要不要公开、公开哪些，您自己定。不公开也没关系。"
	case talent.Listed:
		return "邻居们看得到您的名片。想联系您的，由社区转告，不会把电话给别人。"
	case talent.Dormant:
		return "一年没有动静，名片先收起来了，现在别人看不到。"
	}
	return ""
}

func buttonKind(at string) string {
	switch at {
	case Remove:
		return "bad"
	case Verify, Vouch, Contact:
		return "pri"
	}
	return ""
}

// contactForm is the form of a contact, today unless another day was typed.
func contactForm(p CasePage) ui.Form {
	if p.At == Contact {
		return p.Form
	}
	return ui.Form{Values: map[string][]string{"on_day": {p.Now.Format(time.DateOnly)}}}
}

// aboutForm is the form of the gifts, as they are kept unless others were typed.
func aboutForm(p CasePage) ui.Form {
	if p.At == About {
		return p.Form
	}
	return Gifts(p.File.Talent)
}

// Gifts is the form of what somebody can do, as it is kept.
func Gifts(t talent.Talent) ui.Form {
	return ui.Form{Values: map[string][]string{"skills": t.Skills, "skill_note": {t.SkillNote}, "times": t.Times, "wants": t.Wants, "story": {t.Story}, "name_shown": {t.NameShown}, "shown": t.Shown}}
}
