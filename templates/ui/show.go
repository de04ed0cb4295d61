package ui

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// colours are the seven of 七彩: the character always stands beside the colour, so nobody needs to see it.
var colours = []struct{ name, char, label string }{
	{"red", "红", "党建先锋"}, {"orange", "橙", "邻里互助"}, {"yellow", "黄", "少年成长"}, {"green", "绿", "环境美化"},
	{"cyan", "青", "自管自治"}, {"blue", "蓝", "平安守护"}, {"purple", "紫", "文化乐享"},
}

// hueOf gives the class, the character and the default name of a colour; an unknown colour is green's neighbour, none.
func hueOf(colour string) (class, char, label string) {
	for i, c := range colours {
		if c.name == colour {
			return "h" + strconv.Itoa(i+1), c.char, c.label
		}
	}
	return "h0", "·", ""
}

func hueClass(colour string) string { class, _, _ := hueOf(colour); return class }
func hueChar(colour string) string  { _, char, _ := hueOf(colour); return char }

// hueLabel is the district's own name of the colour, or the default.
func hueLabel(colour, label string) string {
	if label == "" {
		_, _, label = hueOf(colour)
	}
	return label
}

// stages are the growth of a project, beside the official term.
var stages = []struct{ icon, name, term string }{
	{"seed", "播种", "提案申报"}, {"sprout", "发芽", "评审立项"}, {"leaf", "长叶", "实施交付"},
	{"flower", "开花", "结项验收"}, {"tree", "成苗", "孵化成组织"},
}

func stageClass(n, stage int) string {
	switch {
	case n < stage:
		return "done"
	case n == stage:
		return "now"
	}
	return ""
}

func stepNow(here bool) templ.Attributes {
	if here {
		return templ.Attributes{"aria-current": "step"}
	}
	return nil
}

// Fact is a term and what it is: a Text, or a Body for anything richer.
type Fact struct {
	Term string
	Text string
	Body templ.Component
}

// Col is a column of a table.
type Col struct {
	Label string
	Num   bool // figures stand on the right
}

// CardItem is one card of a CardList.
type CardItem struct {
	Href, Title, Sub string
	Colour, Hue      string // 七彩 and the district's name for it
	Photo            *Photo
	Tags             []TagItem
	Facts            []Fact
}

// TagItem is a Tag as a value.
type TagItem struct{ Kind, Text string }

// Photo is a picture: Src small, Full large.
type Photo struct {
	Src, Full string
	Alt       string
	Caption   string
}

// FeedItem is one line of what happened.
type FeedItem struct {
	At   string // ready text
	Text string
	Href string
	Body templ.Component // instead of Text
}

// Step is one point of a timeline.
type Step struct {
	Label, At, Note string
	State           string // "done", "now" or ""
}

// Tab is one view of a page; Count is shown when it is above zero.
type Tab struct {
	Href, Label string
	Count       int
	Current     bool
}

// percent is part of whole in whole percent, rounded down so that 100 means all of it.
func percent(part, whole int64) int {
	if whole <= 0 || part <= 0 {
		return 0
	}
	return int(min(part*100/whole, 999))
}

func initial(name string) string {
	for _, r := range strings.TrimSpace(name) {
		return string(r)
	}
	return "·"
}

func cellClass(c Col) string {
	if c.Num {
		return "num"
	}
	return ""
}

func noteIcon(kind, icon string) string {
	if icon != "" {
		return icon
	}
	switch kind {
	case "ok":
		return "check"
	case "warn", "bad":
		return "alert"
	}
	return "info"
}

// pictured tells whether any card has a photo: then those without get a drawing, so that the row is even.
func pictured(list []CardItem) bool {
	for _, c := range list {
		if c.Photo != nil {
			return true
		}
	}
	return false
}
