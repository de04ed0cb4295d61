package ui_test

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// with gives a component its children.
func with(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func raw(html string) templ.Component { return templ.Raw(html) }

// say writes text made when the reader's language is known.
func say(text func(ctx context.Context) string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<p>"+templ.EscapeString(text(ctx))+"</p>")
		return err
	})
}

var noon = time.Date(2026, 10, 21, 12, 0, 0, 0, clock.Shanghai)

func frame() ui.Frame {
	said := fault.Say("最多 %d 字", 500)
	return ui.Frame{Path: "/projects/7", Token: "tok", Demo: true, Unread: 3, Flash: &said, Now: "2026-10-21 12:00",
		Actor: identity.Actor{ID: "p1", Name: "李敏", Strong: true, Grants: []identity.Grant{
			{Role: identity.SubdistrictStaff, Place: "jz.wuhan"}}}}
}

func faulty() ui.Form {
	f := ui.Form{Values: url.Values{"title": {"楼道口的旧衣改造坊"}, "why": {"我们电厂新村 7 号院有 312 户，每到换季，楼道里堆着没人要的旧衣服。"},
		"phone": {"1380000041"}, "theme": {"orange"}, "help": {"sew", "cook"}, "agree": {"true"}, "people": {"180"}, "place": {"b"},
		"day": {"2026-10-24"}, "at": {"2026-10-24T14:30"}, "lines.0.amount": {"2,400"}, "lines.1.amount": {"600"}}}
	f.Wrong.Add("phone", "手机号应该是 %d 位，现在是 %d 位", 11, 10)
	f.Wrong.Add("lines.1.amount", "管理费最多占总额的 10%，现在是 20%。这一项降到 266 元以内就可以提交")
	f.Wrong.Add("theme", "请选一个类别")
	f.Wrong.Add("agree", "请先勾选承诺")
	return f
}

var hues = []ui.Option{{Value: "red", Label: "党建先锋", Hint: "党员带头做的事"}, {Value: "orange", Label: "邻里互助", Hint: "互相帮一把的事"},
	{Value: "yellow", Label: "少年成长"}, {Value: "green", Label: "环境美化", Disabled: true}}

func fields(f ui.Form) []templ.Component {
	return []templ.Component{
		ui.Text(f, "title", "项目名称", ui.FieldOpts{Hint: "一句话说清楚做什么", Max: 20, Required: true}),
		ui.TextArea(f, "why", "说说您看到的情况，和您想改变什么", ui.FieldOpts{Hint: "像跟邻居聊天一样写就行", Max: 500}),
		ui.Radios(f, "theme", "类别", hues, ui.FieldOpts{Hint: "最像哪一类就选哪一类"}),
		ui.Checks(f, "help", "您会什么", []ui.Option{{Value: "sew", Label: "缝纫"}, {Value: "cook", Label: "做饭"}, {Value: "photo", Label: "拍照"}}, ui.FieldOpts{Optional: true}),
		ui.Select(f, "place", "社区", []ui.Option{{Value: "a", Label: "长乐社区"}, {Value: "b", Label: "电厂新村社区"}}, ui.FieldOpts{}),
		ui.Number(f, "people", "直接受益", ui.FieldOpts{Unit: "人"}),
		ui.DateField(f, "day", "哪一天", ui.FieldOpts{From: "2026-10-01", To: "2026-12-31"}),
		ui.DateTimeField(f, "at", "几点开始", ui.FieldOpts{}),
		ui.Phone(f, "phone", "手机号", ui.FieldOpts{}),
		ui.Code(f, "code", "验证码", ui.FieldOpts{Hint: "15 分钟内有效"}),
		ui.Password(f, "password", "密码", ui.FieldOpts{}),
		ui.File(f, "photos", "照片", ui.FileOpts{Accept: "image/*", Multiple: true, Optional: true, Hint: "1–6 张，拍一拍现在的样子"}),
		with(ui.Budget(300000, 500000),
			ui.Amount(f, "lines.0.amount", "布料、针线包（60 套）", ui.FieldOpts{Counts: true}),
			ui.Amount(f, "lines.1.amount", "交通与饮水", ui.FieldOpts{Counts: true})),
		ui.Check(f, "agree", "我承诺以上都是真的", ui.FieldOpts{}),
		with(ui.Buttons(), ui.Submit("检查并提交申报", ui.SubmitOpts{Kind: "pri"}), ui.Submit("保存草稿", ui.SubmitOpts{Name: "save", Value: "draft"})),
	}
}

func formPage() templ.Component {
	f := faulty()
	return with(ui.Page(ui.Head{Title: "填写申报", Narrow: true, Form: &f, Crumbs: []ui.Link{{Href: "/me", Label: "我的"}, {Href: "/me/7", Label: "楼道口的旧衣改造坊"}},
		Bar: ui.Submit("检查并提交", ui.SubmitOpts{Kind: "pri", Form: "proposal"})}),
		ui.Title("填写申报", "截止前都可以改，填多少存多少。"),
		ui.Grow(1),
		with(ui.Note("warn", "lock"), raw("<b>现在还是草稿，评委看不到。</b>填好后到最后点「提交申报」才算报名。")),
		with(ui.FormTo("/proposals/7", ui.FormOpts{Form: f, Files: true, ID: "proposal", Autosave: true}), fields(f)...))
}

func homePage() templ.Component {
	link := ui.Link{Href: "/proposals/new", Label: "写第一个想法", Icon: "pen"}
	return with(ui.Page(ui.Head{Title: "首页"}),
		with(ui.Hero("第四届社区公益微创投大赛 · 邻里同心", "把小区里的小事，办成大家的好事", "想到一件让邻居过得更好的事，就可以写下来。立项的项目最高支持 5,000 元。"),
			ui.LinkBtn("/proposals/new", "我要申报", "pri", "sprout"), ui.LinkBtn("/editions/4", "看看规则", "", "")),
		with(ui.KPIs(), ui.KPI("离截止", "5", "天", "6 月 30 日 24:00 截止", "/editions/4"), ui.KPI("已立项", "52", "个项目", "三届累计", "/projects"),
			ui.KPI("惠及居民", "8,940", "人次", "按签到，3,112 人", ""), ui.KPI("资助金额", "31.2", "万元", "", "")),
		ui.Chips("按类别看", []ui.Link{{Href: "/projects", Label: "全部", Current: true}, {Href: "/projects?c=red", Label: "党建先锋"}, {Href: "/projects?c=orange", Label: "邻里互助"}}),
		ui.CardList([]ui.CardItem{
			{Href: "/projects/1", Title: "楼道口的旧衣改造坊", Sub: "电厂新村社区", Colour: "orange", Tags: []ui.TagItem{{Kind: "ok", Text: "实施中"}}, Facts: []ui.Fact{{Term: "资助", Text: "¥4,733"}, {Term: "活动", Text: "6 次"}}},
			{Href: "/projects/2", Title: "小小河长巡河队", Sub: "长乐社区", Colour: "green", Tags: []ui.TagItem{{Kind: "brand", Text: "已成苗"}}, Facts: []ui.Fact{{Term: "资助", Text: "¥3,200"}}},
			{Href: "/projects/3", Title: "老戏台周末票友会", Sub: "武汉路社区", Colour: "purple", Photo: &ui.Photo{Src: "/p/3", Alt: "票友们在老戏台上唱戏"}, Tags: []ui.TagItem{{Kind: "warn", Text: "待验收"}}},
		}),
		ui.Empty("还没有项目。想到一件让小区更好的事，就可以写下来。", &link))
}

func deskPage() templ.Component {
	return with(ui.Page(ui.Head{Title: "工作台"}),
		ui.Title("李敏，上午好", "今天有 18 件事等您"),
		ui.Tabs("待办类型", []ui.Tab{{Href: "?k=claims", Label: "报销待审", Count: 6, Current: true}, {Href: "?k=acts", Label: "活动核验", Count: 9}, {Href: "?k=late", Label: "逾期未填"}}),
		with(ui.FilterForm("/desk"), ui.Text(ui.Form{}, "q", "搜索", ui.FieldOpts{Placeholder: "项目、姓名、单号"}),
			ui.Select(ui.Form{}, "state", "状态", []ui.Option{{Value: "", Label: "全部"}, {Value: "x", Label: "待审"}}, ui.FieldOpts{})),
		raw(`<div class="two"><div class="stack">`),
		with(ui.Table("报销待审", []ui.Col{{Label: "单号"}, {Label: "项目"}, {Label: "状态"}, {Label: "金额", Num: true}}),
			raw(`<tbody><tr><td><a href="/c/1">BX-0427</a></td><td>楼道口的旧衣改造坊</td><td><span class="tag ok">发票已查验</span></td><td class="num">¥1,286.00</td></tr><tr><td><a href="/c/2">BX-0426</a></td><td>小小河长巡河队</td><td><span class="tag bad">发票号重复</span></td><td class="num">¥432.00</td></tr></tbody><tfoot><tr><td colspan="3">合计</td><td class="num">¥1,718.00</td></tr></tfoot>`)),
		ui.Pager("/desk?after=2", "/desk?before=1"),
		with(ui.Card("费用报销单 BX-0427"),
			ui.Figures([]ui.Fact{{Term: "金额", Text: "¥1,286.00"}, {Term: "科目余额", Text: "¥1,114.00"}, {Term: "发票", Text: "2 张"}}),
			ui.Facts([]ui.Fact{{Term: "收款人", Text: "周桂兰"}, {Term: "用途", Text: "布料采购"}, {Term: "状态", Body: ui.Tag("warn", "等街道审核")}}),
			with(ui.Buttons(), with(ui.ButtonTo("/c/1/approve", "通过", ui.SubmitOpts{Kind: "pri"}), ui.Hidden("version", "3")),
				ui.Submit("退回补充", ui.SubmitOpts{Kind: "bad", Icon: "undo"}), ui.Submit("小按钮", ui.SubmitOpts{Small: true}), ui.LinkBtn("/c/1", "查看", "quiet", "eye"))),
		with(ui.Fold("s4", "预算", "1 处要改", ui.TagItem{Kind: "warn", Text: "待完善"}, false), raw("<p>内容</p>")),
		raw(`</div><aside class="stack">`),
		with(ui.Card("七彩经费进度"), ui.MeterHue("red", "", 64, 100), ui.MeterHue("orange", "", 71, 100), ui.MeterHue("cyan", "自管自治", 38, 100), ui.Meter("管理费", 12, 10)),
		with(ui.Card("每月活动场次"), ui.Bars("每月活动场次", []ui.Bar{{Label: "5 月", Value: 21}, {Label: "6 月", Value: 34}, {Label: "7 月", Value: 48}, {Label: "8 月", Value: 41}, {Label: "9 月", Value: 37}, {Label: "10 月", Value: 25, Now: true}})),
		with(ui.Card("刚刚发生"), ui.Feed([]ui.FeedItem{{At: "9:42", Text: "何淑芬补交了签到表", Href: "/a/1"}, {At: "昨天 16:20", Text: "吴静付款 4 笔，共 ¥3,105.00"}})),
		with(ui.Card("时间表"), ui.Timeline([]ui.Step{{Label: "申报", At: "6 月 1 日 – 30 日", State: "done"}, {Label: "评审", At: "7 月 1 日 – 5 日", State: "now", Note: "评委正在打分"}, {Label: "公示", At: "7 月 10 日起"}})),
		raw(`</aside></div>`),
		ui.PhotoGrid([]ui.Photo{{Src: "/p/1", Full: "/p/1/full", Alt: "居民在活动室改旧衣", Caption: "10 月 18 日"}, {Src: "/p/2", Alt: "缝纫机"}}),
		ui.QR("https://example.org/verify/9f3c71ae", "核验二维码"),
		with(ui.Buttons(), ui.CopyButton("https://example.org/join/1", "复制链接"), ui.PrintButton(), ui.Avatar("周桂兰")),
		with(ui.Note("", ""), raw("网络有点慢，照片联网后自动续传。")), with(ui.Note("bad", ""), raw("这张发票号在 BX-0398 用过。")),
		say(func(ctx context.Context) string {
			return strings.Join([]string{ui.Date(ctx, noon), ui.DateTime(ctx, noon), ui.Day(ctx, noon), ui.Until(ctx, clock.Day(noon)),
				ui.Ago(ctx, noon.Add(-3*time.Minute), noon), ui.Left(ctx, noon.AddDate(0, 0, 5), noon)}, " · ")
		}))
}

func judgePage() templ.Component {
	f := ui.Form{Values: url.Values{"need": {"22"}, "plan": {"20"}}}
	f.Wrong.Add("plan", "这一项最多 %d 分", 25)
	list := []ui.Criterion{{Name: "need", Label: "需求真实", Hint: "说得清、数得出", Max: 25}, {Name: "plan", Label: "方案可行", Hint: "人和场地都落得了地", Max: 25},
		{Name: "join", Label: "居民参与", Max: 20}, {Name: "last", Label: "能长久办下去", Max: 20}, {Name: "cost", Label: "预算合理", Max: 10}}
	return with(ui.Page(ui.Head{Title: "评分", Form: &f}),
		ui.Title("07 号 楼道口的旧衣改造坊", "申报人信息已隐去"),
		raw(`<div class="judge"><article class="card prose"><h2>想解决的问题</h2><p>我们电厂新村 7 号院有 312 户，一半以上是退休职工。</p></article><div class="side card">`),
		with(ui.FormTo("/review/7", ui.FormOpts{Form: f}), ui.Rubric(f, list), with(ui.Buttons(), ui.Submit("提交评分", ui.SubmitOpts{Kind: "pri"}), ui.Submit("先放着", ui.SubmitOpts{Name: "draft", Value: "1"}))),
		raw(`</div></div>`))
}

func donePage() templ.Component {
	return with(ui.Page(ui.Head{Title: "申报已提交", Narrow: true}),
		with(ui.Confirm("申报已提交", "您的申报编号", "WHL-DC-2026-007"), raw("<h2>接下来</h2><p>社区会在 3 个工作日内看材料，结果用短信告诉您。</p>"), ui.PrintButton()))
}

func paperPage() templ.Component {
	return with(ui.Page(ui.Head{Title: "费用报销单", Print: true}),
		raw(`<p class="row noprint">`), ui.PrintButton(), raw(`</p>`),
		with(ui.PrintSheet("费用报销单", []string{"项目：楼道口的旧衣改造坊", "2026 年 10 月 21 日", "单号：BX-0427"}),
			raw(`<table class="of"><tr><th>序号</th><th>用途</th><th>发票号码</th><th>金额（元）</th></tr><tr><td>1</td><td class="l">棉布、里布 24 米</td><td>26417…8802</td><td class="r">936.00</td></tr><tr><td colspan="3" class="l">合计（大写）：人民币壹仟贰佰捌拾陆元整</td><td class="r">1,286.00</td></tr><tr><td colspan="2" class="tall">社区意见：</td><td colspan="2" class="tall">街道意见：</td></tr></table>`),
			ui.Signatures([]ui.Signature{{Role: "经办人", Name: "周桂兰"}, {Role: "证明人"}, {Role: "复核"}, {Role: "财务"}}),
			ui.Seal("https://example.org/verify/9f3c71ae", "9f3c 71ae 02d4")))
}

func boardPage() templ.Component {
	return with(ui.Page(ui.Head{Title: "现场计分", Board: true}),
		raw(`<div class="hall" id="hall"><section class="card stack"><p class="soft">第 7 个出场，共 24 个</p><h1>楼道口的旧衣改造坊</h1>`), ui.Hue("orange", ""),
		raw(`<p class="big">86.83</p><ul class="marks"><li class="cut">94</li><li>89</li><li>88</li><li>87</li><li class="cut">80</li></ul></section><section class="stack"><h2>当前排名</h2><table class="tbl"><tbody><tr><td>1</td><td>小小河长巡河队</td><td class="num">88.67</td></tr><tr class="me"><td>2</td><td>楼道口的旧衣改造坊</td><td class="num">86.83</td></tr></tbody></table></section></div>`))
}

// gallery is one page of each kind, which between them use every component.
func gallery() map[string]templ.Component {
	return map[string]templ.Component{"form": formPage(), "home": homePage(), "desk": deskPage(), "judge": judgePage(), "done": donePage(),
		"paper": paperPage(), "board": boardPage(), "trouble": ui.Trouble(500, "系统出了问题", "7F3A")}
}

func render(t testing.TB, c templ.Component, lang string, f ui.Frame) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(words.With(ui.WithFrame(context.Background(), f), lang), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
