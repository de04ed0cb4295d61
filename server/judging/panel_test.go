package judging

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

const (
	meeting = "01900000-0000-7000-8000-0000000000f2"
	panelAt = "/desk/panels/" + meeting
	project = "00000000-0000-7000-8000-0000000000c"
)

// ranked has five judges mark both projects at the desk: the second is better.
func (h house) ranked() {
	h.Helper()
	h.opened(15)
	for n := 11; n <= 15; n++ {
		who := fmt.Sprint(n)
		page, _ := h.ask(who, "/review", 200)
		for _, m := range regexp.MustCompile(`<a href="(/review/[0-9a-f-]{36})"><span`).FindAllStringSubmatch(page, -1) {
			h.ask(who, m[1]+"/submit", 303, sheet("0", fmt.Sprint(60+n), "comment", "很好")...)
		}
	}
	h.ask("01", desk+"/rounds/"+round+"/close", 303, "version", "2")
}

// vote is a form of the panel: who was there, and how they voted.
func vote(last int, yes, nay string, more ...string) []string {
	fields := append([]string{"yes", yes, "nay", nay}, more...)
	for n := 11; n <= last; n++ {
		fields = append(fields, "present", judgeID(n))
	}
	return fields
}

func ticked(page string, judge int) bool {
	for _, in := range regexp.MustCompile(`<input[^>]*name="present"[^>]*>`).FindAllString(page, -1) {
		if strings.Contains(in, judgeID(judge)) {
			return strings.Contains(in, "checked")
		}
	}
	return false
}

func TestAPanelFromPlanToMinutes(t *testing.T) {
	h := newHouse(t)
	h.ranked()
	page, _ := h.ask("01", desk, 200)
	h.has(page, "安排合议", `name="kind" value="panel"`)
	page, _ = h.ask("01", desk+"/rounds", 422, "id", meeting, "kind", "panel", "closes_at", "2020-01-01T00:00")
	h.has(page, "请填写以后的时间，合议会在这时开", `value="2020-01-01T00:00"`)
	for range 2 {
		h.ask("01", desk+"/rounds", 303, "id", meeting, "kind", "panel", "closes_at", "2026-07-02T09:00")
	}
	page, _ = h.ask("01", desk, 200)
	h.has(page, panelAt, "还没开始")
	h.ask("04", panelAt, 404)
	h.ask("02", panelAt, 403)
	h.ask("11", "/review/panels/"+meeting, 404) // not yet
	page, _ = h.ask("03", panelAt, 200)         // the supervisor reads, and is offered nothing
	if strings.Contains(page, `action="/desk/panels`) {
		t.Error("the supervisor is offered a form")
	}
	h.ask("03", panelAt+"/open", 403, "version", "1")
	for range 2 {
		h.ask("01", panelAt+"/open", 303, "version", "1")
	}
	page, _ = h.ask("01", panelAt, 200)
	h.has(page, "还有 2 个项目要商量", "旧衣改造坊1", "旧衣改造坊2", "评委甲")
	h.ask("01", panelAt+"/close", 409, "version", "2")
	h.ask("01", panelAt+"/minutes.pdf", 409)
	h.record(t)
	page, _ = h.ask("01", panelAt, 200)
	h.has(page, "结束合议", "到场 4 位：同意 3，不同意 1，弃权 0", "建议资助 ¥2,500", "活动要开在社区里", "回避：评委甲", "以前记的（1 次）", "没有通过")
	for range 2 {
		h.ask("01", panelAt+"/close", 303, "version", "2")
	}
	page, _ = h.ask("01", panelAt, 200)
	h.has(page, "通过 1 个，没有通过 1 个。", "要重新合议", panelAt+"/minutes.pdf")
	h.ask("01", panelAt+"/projects/"+project+"1", 200)
	h.ask("01", panelAt+"/projects/"+project+"1", 409, vote(15, "5", "0", "id", newID(), "seen", "1", "abstain", "0")...)
	pdf, _ := h.ask("03", panelAt+"/minutes.pdf", 200)
	if !strings.HasPrefix(pdf, "%PDF") {
		t.Error("no minutes")
	}
	h.has(page, panelAt+"/minutes/scan", `name="run" value="1"`)
	page, _ = h.ask("01", panelAt+"/minutes/scan", 422, "run", "1", scanField, "")
	h.has(page, "请先选签好字的纪要")
	h.ask("03", panelAt+"/minutes/scan", 403, "run", "1", scanField, tally)
	for range 2 {
		h.ask("01", panelAt+"/minutes/scan", 303, "run", "1", scanField, tally)
	}
	page, _ = h.ask("03", panelAt, 200)
	h.has(page, "看签好字的纪要", `href="/files/`)
	if strings.Contains(page, panelAt+"/minutes/scan") {
		t.Error("signed minutes are asked for again")
	}
	page, _ = h.ask("01", panelAt+"/meet-again", 422, "version", "3", "reason", "")
	h.has(page, "请写明为什么要重新合议")
	for range 2 {
		h.ask("01", panelAt+"/meet-again", 303, "version", "3", "reason", "刚知道评委乙和项目有关系")
	}
	page, _ = h.ask("01", panelAt, 200)
	h.has(page, "合议中")
}

// record has the first project pass with less money and a condition, after a mistake, and the second fail; the first judge has a
// tie to the first project.
func (h house) record(t *testing.T) {
	t.Helper()
	one, two := panelAt+"/projects/"+project+"1", panelAt+"/projects/"+project+"2"
	h.ask("11", "/review/judges/"+judgeID(11)+"/ties", 303, "proposal_id", project+"1", "reason", "邻居")
	page, _ := h.ask("01", one, 200)
	h.has(page, "请 评委甲 先离开会场", "这个项目至少要有 3 位到场")
	if strings.Contains(page, judgeID(11)) {
		t.Error("a judge with a tie is offered")
	}
	h.ask("03", one, 403)
	h.ask("04", one, 404)
	h.ask("11", one, 403)
	page, _ = h.ask("01", one, 422, vote(15, "4", "1", "id", newID(), "seen", "0", "abstain", "0")...)
	h.has(page, "评委甲和这个项目有利害关系，讨论时要回避", `value="4"`)
	fields := vote(15, "3", "1", "id", newID(), "seen", "0", "abstain", "0", "amount", "2500", "conditions", "活动要开在社区里", "reason", "")
	fields = remove(fields, judgeID(11))
	page, _ = h.ask("01", one, 422, fields...)
	h.has(page, "比申请的少，请写明理由", "活动要开在社区里", `value="2500"`)
	if ticked(page, 11) || !ticked(page, 12) {
		t.Error("who was ticked is lost")
	}
	page, _ = h.ask("01", one, 422, append(remove(vote(15, "x", "1", "id", newID(), "seen", "0", "abstain", "0"), judgeID(11)), "amount", "一千")...)
	h.has(page, `value="x"`, `value="一千"`)
	first := remove(vote(15, "2", "2", "id", newID(), "seen", "0", "abstain", "0", "reason", "意见还不一致"), judgeID(11))
	for range 2 {
		h.ask("01", one, 303, first...)
	}
	page, _ = h.ask("01", one, 200)
	h.has(page, "已经记过 1 次", "意见还不一致", `name="seen" value="1"`)
	h.ask("01", one, 409, remove(vote(15, "4", "0", "id", newID(), "seen", "0", "abstain", "0"), judgeID(11))...) // of an older page
	again := remove(vote(15, "3", "1", "id", newID(), "seen", "1", "abstain", "0", "amount", "2500", "conditions", "活动要开在社区里\n\n每月报账", "reason", "场地费可以省"), judgeID(11))
	h.ask("01", one, 303, again...)
	page, _ = h.ask("01", two, 200) // those who were there for the last one are ticked, and nothing else is filled in
	if ticked(page, 11) || !ticked(page, 15) || regexp.MustCompile(`name="yes"[^>]*value="[0-9]`).MatchString(page) {
		t.Error("the form does not begin with who is there")
	}
	h.ask("01", two, 303, vote(15, "2", "2", "id", newID(), "seen", "0", "abstain", "1", "reason", "和已有的服务重了")...)
	// A judge reads what was said, but not of a project they stepped out for.
	page, _ = h.ask("11", "/review/panels/"+meeting, 200)
	h.has(page, "请离开会场", "和已有的服务重了")
	if strings.Contains(page, "场地费可以省") || strings.Contains(page, "/desk/panels/") {
		t.Error("a judge with a tie reads the vote")
	}
	page, _ = h.ask("12", "/review/panels/"+meeting, 200)
	h.has(page, "场地费可以省")
	h.ask("16", "/review/panels/"+meeting, 404) // not of this jury
}

// remove takes a judge out of a form.
func remove(fields []string, judge string) []string {
	var list []string
	for i := 0; i+1 < len(fields); i += 2 {
		if fields[i+1] != judge {
			list = append(list, fields[i], fields[i+1])
		}
	}
	return list
}

func TestAPanelNeedsARanking(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", desk, 200)
	if strings.Contains(page, "安排合议") {
		t.Error("a panel is offered before anything is ranked")
	}
	h.ask("01", desk+"/rounds", 409, "id", meeting, "kind", "panel", "closes_at", "2026-07-02T09:00")
	h.ask("01", panelAt, 404)
	h.ranked()
	h.ask("01", "/desk/panels/"+round, 404) // a round with sheets is no panel
	h.ask("01", "/desk/panels/"+round+"/open", 404, "version", "3")
	h.ask("01", desk+"/rounds", 303, "id", meeting, "kind", "panel", "closes_at", "2026-07-02T09:00")
	h.ask("01", desk+"/rounds/"+meeting+"/open", 409, "version", "1")
	h.ask("01", desk+"/rounds/"+meeting+"/plan", 409)
}
