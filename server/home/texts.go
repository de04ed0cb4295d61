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

var privacy = page{"隐私说明", "我们只收办事一定要用的，看得到的人越少越好。", []view.Part{
	{Title: "收什么", Lines: []string{"手机号：用来登录和通知您，加密保存，页面上只显示后四位。", "姓名和社区：给社区和您的团队看；公开的地方只显示姓。", "收款账号：只有领钱的人才填，加密保存，只显示末四位。", "活动照片：原图只给团队和社区看。社区检查过、没有不该露的，才公开；公开的照片去掉了拍摄地点等信息。"}},
	{Title: "不收什么", Lines: []string{"不收身份证照片，不做人脸识别，不记录您在哪里。", "不用别家的统计、地图和广告，打开页面不会告诉任何别的网站。"}},
	{Title: "您可以做什么", Lines: []string{"随时退出团队或组织，退出的同时就收回了同意。", "想看、想改、想删自己的资料，请找社区，十五个工作日内答复。按规定要留的票据会封存到期满。"}},
}}

var accessibility = page{"无障碍声明", "让每位邻居都能用，是我们的本分。", []view.Part{
	{Title: "做到了什么", Lines: []string{"右上角的「大字」把所有字放大；颜色旁边总有文字；全部用键盘也能操作；关掉脚本也能办事。", "验证码是短信数字，不用看图认字。", "按照 WCAG 2.2 的 AA 级来做，深色和浅色都检查过对比度。"}},
	{Title: "还有不方便的地方", Lines: []string{"请告诉社区工作人员，我们会改。急着办的事，社区窗口可以代您办。"}},
}}
