package main

import (
	"fmt"
	"strconv"
)

func (w *town) judging() {
	room := "/desk/editions/" + w.edition + "/judging"
	w.days(25) // the call closes by itself
	staff := w.staff("区干事")
	for i := range 5 {
		name := "评委" + strconv.Itoa(i+1)
		staff.open(room).choose("person_id", name).pick("expertise", []string{"government", "social_work", "finance", "resident", "expert"}[i]).fill("unit", "市社工协会").press("发出邀请")
	}
	staff.open(room).shot("jury-room")
	for i := range 5 {
		j := w.staff("评委" + strconv.Itoa(i+1))
		j.open("/review").pressFirst("/review/judges/")
		j.tick("answer", "yes").tick("ties").tick("secret")
		if i == 0 {
			j.shot("judge-statement")
		}
		j.press("答复")
	}
	staff = w.staff("区干事")
	staff.open(room).tick("kind", "pitch").fill("closes_at", w.hand.Now().AddDate(0, 0, 5).Format("2006-01-02T15:04")).press("安排")
	staff.open(room).press("开始评审").shot("jury-open")
	for i := range 5 {
		j := w.staff("评委" + strconv.Itoa(i+1))
		j.open("/review")
		if i == 0 {
			j.shot("review-queue")
		}
		j.pressFirst("/review/")
		for k := range 7 {
			j.fill(fmt.Sprintf("marks.%d.mark", k), strconv.Itoa(78+i*3+k%3))
		}
		j.fill("comment", "步骤清楚，建议先把场地定下来。")
		if i == 0 {
			j.shot("review-sheet")
		}
		j.press("提交评分")
	}
	w.staff("区干事").open(room).press("结束评审，算出排名").shot("jury-closed")
}

func (w *town) notice() {
	head := w.staff("区主任")
	head.open("/desk/editions/" + w.edition + "/results").shot("results-ranked").press("按规则排出结果").shot("results-allocated").press("公示结果")
	public := w.person("访客").open("/notices").shot("notices")
	public.pressFirst("/notices/").see("楼道口的旧衣改造坊").shot("notice")
	public.see("周**")
	w.days(9)
}

func (w *town) agreement() {
	lead := w.resident("周桂兰")
	lead.open("/me").shot("me-refine").open("/proposals/" + w.proposal + "/refine").shot("refine").press("交给区社区办")
	staff := w.staff("区干事")
	staff.open("/desk/proposals/" + w.proposal + "/refinement").shot("refinement").press("同意这个计划")
	staff.open("/desk/proposals/" + w.proposal + "/refinement").press("起草协议")
	staff.open("/desk/agreements").shot("desk-agreements")
	for i, name := range []string{"周桂兰", "社区主任", "区主任"} {
		t := w.person(name).signIn(i > 0)
		if i == 0 {
			t.open("/me").press("签协议：楼道口的旧衣改造坊").shot("agreement")
		} else {
			t.open("/desk/agreements").pressFirst("/agreements/")
		}
		if js[bool](t, `document.getElementsByName("party").length > 0 && document.getElementsByName("party")[0].type !== "hidden"`) {
			t.tick("party")
		}
		t.tick("agree").press("签字")
	}
	w.settle()
	t := w.resident("周桂兰").open("/me").see("楼道口的旧衣改造坊")
	t.pressFirst("/projects/")
	w.project = t.id()
	t.shot("project-room")
	w.person("访客").open("/projects/" + w.project).see("楼道口的旧衣改造坊").shot("project-new")
	w.staff("社区主任").open("/finance/tranches").shot("tranches").pressLike("申请")
	w.staff("会计").open("/finance/tranches").pressLike("审核")
	w.staff("区主任").open("/finance/tranches").pressLike("批准")
	w.days(12)
}
