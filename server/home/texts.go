package home

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/server/web"
	view "seedbed/templates/home"
)

type page struct {
	title, lead string
	parts       []view.Part
}

func text(p page) fiber.Handler {
	return func(c *fiber.Ctx) error { return web.Page(c, view.Text(p.title, p.lead, p.parts)) }
}

var help = page{"帮助", "找人问，比看说明快。", []view.Part{
	{Title: "怎么报名", Lines: []string{"先用手机号登录，选好住在哪个社区，等社区确认。", "然后在「大赛」里找到正在征集的一届，点「我要申报」，一段一段地写。写一半也不要紧，会存着。", "团队要有三位邻居同意加入，才能提交。"}},
	{Title: "不会用手机怎么办", Lines: []string{"到社区窗口，工作人员可以帮您填。帮您填的每一条都会记下是谁帮的。"}},
	{Title: "钱怎么报", Lines: []string{"签了协议、钱拨下来以后才能花。买东西要开发票，拍照传上来，社区核实、会计审票以后付款。", "每一步在谁手里、最晚哪天办完，报销单上都写着。"}},
	{Title: "觉得结果不公平", Lines: []string{"公示期内，登录后可以在公示页上提出异议。社区办要在规定的工作日内答复您。"}},
}}

var accessibility = page{"无障碍声明", "让每位邻居都能用，是我们的本分。", []view.Part{
	{Title: "做到了什么", Lines: []string{"右上角的「大字」把所有字放大；颜色旁边总有文字；全部用键盘也能操作；关掉脚本也能办事。", "验证码是短信数字，不用看图认字。", "按照 WCAG 2.2 的 AA 级来做，深色和浅色都检查过对比度。"}},
	{Title: "还有不方便的地方", Lines: []string{"请告诉社区工作人员，我们会改。急着办的事，社区窗口可以代您办。"}},
}}
