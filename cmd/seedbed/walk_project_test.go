package main

import (
	"fmt"
	"strconv"
	"time"

	"seedbed/storage/photo/sketch"
)

func (w *town) activities() {
	for n := range 2 {
		w.days(7)
		lead := w.resident("周桂兰")
		starts := w.hand.Now().Add(-3 * time.Hour)
		lead.open("/projects/"+w.project+"/activities/new").fill("theme", fmt.Sprintf("周六改造课（第 %d 次）", n+1)).fill("starts_at", starts.Format("2006-01-02T15:04")).
			fill("ends_at", starts.Add(2*time.Hour).Format("2006-01-02T15:04")).fill("place_text", "电厂新村活动室").press("保存")
		activity := lead.id()
		lead.open("/activities/"+activity+"/log").fill("content", "下午来了二十二位邻居，一起把旧衣服改成了布袋和坐垫，约好下周还来，做好的送给了楼上的老人。").fill("served_times", "22").fill("elders", "12").
			fill("volunteers", "3").fill("volunteer_hours", "6").tick("sign_in", "paper")
		if n == 0 {
			lead.shot("activity-log")
		}
		lead.press("保存记录")
		for i, scene := range []sketch.Scene{sketch.Panorama, sketch.Process, sketch.Sheet} {
			lead.open("/activities/" + activity)
			lead.tick("kind", string(scene)).files("photos", w.picture(fmt.Sprintf("%d-%s", n, scene), scene, int64(n*10+i))).press("上传")
		}
		if n == 0 {
			lead.open("/activities/" + activity).shot("activity-photos")
		}
		lead.open("/activities/" + activity).press("交给社区核验")
		w.settle()
		staff := w.staff("社区社工")
		staff.open("/desk/activities").see("周六改造课")
		if n == 0 {
			staff.shot("desk-activities")
		}
		staff.open("/desk/activities/" + activity).shot("desk-activity").press("核验通过")
		staff.open("/desk/activities/" + activity).pressFirst("/desk/photos/")
		staff.tickAll().shot("desk-photo").press("可以公开")
	}
	w.person("访客").open("/projects/" + w.project).see("周六改造课").shot("project-active")
}

func (w *town) receipt() {
	treasurer := w.resident("陈秀珍")
	treasurer.open("/projects/"+w.project+"/claims").shot("claims-empty").open("/projects/"+w.project+"/claims/new").tick("payee_kind", "member_reimburse").fill("payee", "陈秀珍").
		first("items.0.line").fill("items.0.description", "棉布和针线").fill("items.0.qty", "20").fill("items.0.amount", "600").fill("items.0.paid_on", w.hand.Now().AddDate(0, 0, -1).Format(time.DateOnly)).
		pick("items.0.method", "wechat_alipay").first("items.0.activity").pick("items.0.invoice_form", "digital20").fill("items.0.invoice_number", "26417000000012345678").
		fill("items.0.issued_on", w.hand.Now().AddDate(0, 0, -1).Format(time.DateOnly)).fill("items.0.buyer", "电厂新村社区").fill("items.0.seller", "便民布店").fill("items.0.invoice_total", "600")
	treasurer.files("receipt", w.picture("receipt", sketch.Receipt, 3)).files("goods", w.picture("goods", sketch.Result, 4)).shot("claim-new").press("提交报销")
	claim := treasurer.id()
	treasurer.open("/claims/" + claim).shot("claim").open("/claims/" + claim + "/print").see("陆佰元整").shot("claim-print")
	w.settle()
	w.staff("社区社工").open("/desk/claims").shot("desk-claims").open("/desk/claims/" + claim).tick("real").shot("desk-claim").press("核实通过")
	w.staff("会计").open("/finance").shot("finance").open("/desk/claims/" + claim).press("审核通过")
	w.staff("街道主任").open("/desk/claims/" + claim).press("批准这一单")
	w.staff("出纳").open("/desk/claims/"+claim).pick("method", "transfer").fill("bank_ref", "JZ2026052100017").fill("paid_on", w.hand.Now().Format(time.DateOnly)).shot("desk-claim-pay").press("已经付好，登记")
	w.resident("陈秀珍").open("/claims/" + claim).press("确认收款").shot("claim-paid")
}

func (w *town) acceptance() {
	w.days(20)
	lead := w.resident("周桂兰")
	lead.open("/projects/"+w.project+"/report").fill("report", "八次课的计划办了两次大课，居民参加得多，旧衣改成了布袋和坐垫，送给了二十四位独居老人，账目和照片都齐全。").fill("next_step", "每周六接着办。").fill("satisfaction", "95").shot("report").press("提交报告")
	var review string
	for i, name := range []string{"会计", "辅导社工", "街道干事"} {
		t := w.staff(name).open("/desk/evaluations")
		t.pressFirst("/desk/evaluations/")
		review = t.id()
		for k, m := range []string{"27", "18", "13", "23", "9"} {
			t.fill("m"+strconv.Itoa(k+1), m)
		}
		if i == 0 {
			t.shot("evaluation")
		}
		t.fill("comment", "扎实。").press("提交评分")
	}
	w.staff("区主任").open("/desk/evaluations/" + review).press("办结这次评审")
	w.settle()
	w.staff("会计").open("/desk/projects/" + w.project + "/money").shot("project-money").press("结清")
	w.staff("区主任").open("/desk/evaluations/" + review).press("验收办结").shot("evaluation-accepted")
}

func (w *town) organisation() {
	lead := w.resident("周桂兰")
	lead.open("/projects/"+w.project+"/found").fill("name", "电厂新村巧手队").tick("type", "volunteer").fill("purpose", "每周六教大家改旧衣，送给需要的人。").tick("consent").shot("found").press("成立组织")
	org := lead.id()
	for _, name := range []string{"陈秀珍", "刘建国"} {
		w.resident(name).open("/orgs/" + org + "/room").tick("consent").press("加入")
	}
	link := js[string](w.resident("周桂兰").open("/orgs/"+org+"/room").see("请邻居加入").shot("org-seedling"), `new URL(document.querySelector("main a[href$='/join']").href).pathname`)
	for i, name := range []string{"邻居一", "邻居二", "邻居三"} {
		w.resident(name).fill("name", name).pick("home", home).press("保存")
		w.staff("社区社工").open("/desk/residents").press("确认")
		neighbour := w.resident(name).open(link).see("加入「电厂新村巧手队」")
		if i == 0 {
			neighbour.shot("org-welcome")
		}
		neighbour.tick("consent").press("加入").see("队里的人")
	}
	w.resident("周桂兰").open("/orgs/" + org + "/room").press("队伍成形了，请社区纳管")
	w.staff("社区主任").open("/desk/orgs").shot("desk-orgs").open("/orgs/" + org + "/room").press("社区纳管").shot("org-recognized")
	w.person("访客").open("/orgs").see("电厂新村巧手队").shot("orgs").open("/orgs/" + org).see("楼道口的旧衣改造坊").shot("org")
	w.person("访客").open("/projects/" + w.project).see("这支队伍留了下来，成了一个组织").shot("project-grown")
}

func (w *town) watchers() {
	w.staff("监督员").open("/supervision").shot("supervision").open("/finance/ledger").shot("ledger")
	lead := w.resident("周桂兰")
	lead.open("/me/notices").shot("messages")
	js[bool](lead, `(document.cookie, true)`)
	english := w.person("访客").open("/")
	english.pressIn("header", "English").see("Competition").shot("front-english")
	english.open("/projects/" + w.project).shot("project-english")
}
