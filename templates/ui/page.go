package ui

import (
	"context"
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"seedbed/domain/identity"
	"seedbed/templates/words"
)

// Head is what a page says about itself. Every text is a Chinese key or ready text.
type Head struct {
	Title   string          // of the browser tab; the h1 is written by Title
	Narrow  bool            // one reading column, for forms and single texts
	Bar     templ.Component // the main action, fixed at the bottom of a phone
	Form    *Form           // when it has faults the tab says so first
	Crumbs  []Link          // the way back, without the page itself
	Print   bool            // paper: no bars around it
	Board   bool            // the hall's screen: dark, large, no bars around it
	NoIndex bool            // not for search engines
	Script  string          // a script of its own besides seedbed.js, or ""
	Feed    bool            // readers find the calls and notices from here
	Dates   string          // address of a calendar (iCalendar) of what the page is about, or ""
}

// FeedPath is where the calls and public notices are for feed readers.
const FeedPath = "/feed.atom"

// Link is somewhere to go.
type Link struct {
	Href, Label string
	Icon        string // a name in icons.svg, or ""
	Current     bool   // we are there
}

// tabTitle is the text of the browser tab: trouble first, then the page, then the house.
func tabTitle(ctx context.Context, h Head) string {
	title := words.T(ctx, h.Title)
	if h.Form != nil && len(h.Form.Wrong) > 0 {
		title = words.T(ctx, "有误：%s", title)
	}
	name := words.T(ctx, "苗圃")
	if title == "" || title == name {
		return name
	}
	return title + " – " + name
}

// Navigation lists where the actor can go: the public pages for everyone, then one entry for each hat they wear.
func Navigation(f Frame) []Link {
	links := []Link{{Href: "/", Label: "首页"}, {Href: "/editions", Label: "大赛"}, {Href: "/projects", Label: "项目"},
		{Href: "/notices", Label: "公示"}, {Href: "/orgs", Label: "组织"}}
	a := f.Actor
	if a.SignedIn() {
		links = append(links, Link{Href: "/me", Label: "我的"})
	}
	for _, hat := range hats {
		for _, role := range hat.roles {
			if a.Has(role) {
				links = append(links, hat.link)
				break
			}
		}
	}
	best, at := 0, -1
	for i, l := range links {
		if under(f.Path, l.Href) && len(l.Href) > best {
			best, at = len(l.Href), i
		}
	}
	if at >= 0 {
		links[at].Current = true
	}
	return links
}

var hats = []struct {
	link  Link
	roles []identity.Role
}{
	{Link{Href: "/review", Label: "评审"}, []identity.Role{identity.Judge}},
	{Link{Href: "/desk", Label: "工作台"}, []identity.Role{identity.CommunityStaff, identity.CommunityHead,
		identity.SubdistrictStaff, identity.SubdistrictHead, identity.DistrictStaff, identity.DistrictHead, identity.Mentor}},
	{Link{Href: "/finance", Label: "财务"}, []identity.Role{identity.Finance, identity.Cashier}},
	{Link{Href: "/supervision", Label: "监督"}, []identity.Role{identity.Supervisor}},
	{Link{Href: "/admin", Label: "管理"}, []identity.Role{identity.Sysadmin}},
}

func under(path, href string) bool {
	if href == "/" {
		return path == "/"
	}
	return path == href || strings.HasPrefix(path, href+"/")
}

// htmlLang is the language tag of the document.
func htmlLang(ctx context.Context) string {
	if words.Lang(ctx) == "en" {
		return "en"
	}
	return "zh-CN"
}

// rootAttrs are the reader's own settings, which the stylesheet hears.
func rootAttrs(f Frame) templ.Attributes {
	attrs := templ.Attributes{}
	if f.Large {
		attrs["data-size"] = "large"
	}
	if f.Theme == "light" || f.Theme == "dark" {
		attrs["data-theme"] = f.Theme
	}
	return attrs
}

func current(here bool) templ.Attributes {
	if here {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// otherSize is the size the button asks for.
func otherSize(f Frame) string {
	if f.Large {
		return ""
	}
	return "large"
}

var themes = []Option{{Value: "", Label: "跟随系统"}, {Value: "light", Label: "浅色"}, {Value: "dark", Label: "深色"}}

func troubleTitle(status int) string {
	switch status {
	case 401:
		return "请先登录"
	case 403:
		return "这里不归您的账号管"
	case 404:
		return "没有找到这个页面"
	case 409:
		return "情况刚刚变了"
	case 413:
		return "传的东西太大了"
	case 429, 503:
		return "请稍等一下"
	}
	if status >= 500 {
		return "系统出了问题"
	}
	return "这样办不成"
}

// troubleLead leaves out a message that only repeats the title.
func troubleLead(status int, message string) string {
	if message == troubleTitle(status) {
		return ""
	}
	return message
}

func troubleAdvice(status int) string {
	switch status {
	case 401:
		return "登录以后，会回到刚才的页面。"
	case 403:
		return "如果这是您的工作，请找区社区办开通。"
	case 404:
		return "请看看网址有没有少字，或者从首页重新找。"
	case 409:
		return "请返回上一页刷新，看过最新情况再办一次。您填的内容浏览器还留着。"
	case 413:
		return "请分几次传，或者选小一点的文件。"
	case 429, 503:
		return "过一分钟再试就好。"
	}
	if status >= 500 {
		return "不是您的错，我们已经记下来了。请稍后再试，或者把编号告诉社区。"
	}
	return "请返回上一页看看，或者打社区电话问一问。"
}

func troubleIcon(status int) string {
	switch {
	case status == 404:
		return "search"
	case status == 401, status == 403:
		return "lock"
	case status == 409, status == 429, status == 503:
		return "clock"
	}
	return "alert"
}

// plant is one seedling of the garden.
type plant struct {
	At, Stem string
	Leaves   []string // where its leaves are, each a transform
}

var plants = grow(28, 40, 54, 66, 80, 94, 112)

// grow makes a seedling of each height, with a pair of leaves for every 30 of it.
func grow(heights ...int) []plant {
	list := make([]plant, len(heights))
	for i, height := range heights {
		p := plant{At: fmt.Sprintf("translate(%d 148)", 26+i*50), Stem: fmt.Sprintf("M0 0v-%d", height-8)}
		for at := height - 8; at >= 14; at -= 30 {
			size := 1 - float64(height-at)/220
			p.Leaves = append(p.Leaves, fmt.Sprintf("translate(0 -%d) scale(%.2f)", at-6, size),
				fmt.Sprintf("translate(0 -%d) scale(-%.2f %.2f)", at-12, size*.85, size*.85))
		}
		list[i] = p
	}
	return list
}
