package judging

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// plan is where the round of these tests is assigned.
const plan = desk + "/rounds/" + round + "/plan"

// planned asks judges 11 to last and plans a round.
func (h house) planned(last int) {
	h.Helper()
	for n := 11; n <= last; n++ {
		h.ask("01", desk+"/judges", 303, "id", judgeID(n), "person_id", fmt.Sprintf("00000000-0000-7000-8000-0000000000%d", n), "expertise", "expert")
		h.ask(fmt.Sprint(n), "/review/judges/"+judgeID(n)+"/answer", 303, "version", "1", "answer", "yes", "ties", "true", "secret", "true")
	}
	h.ask("01", desk+"/rounds", 303, "id", round, "kind", "desk", "closes_at", "2026-06-30T18:00")
}

func hidden(page, name string) string {
	found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)
	if found == nil {
		return ""
	}
	return found[1]
}

func TestTheDeskAssigns(t *testing.T) {
	h := newHouse(t)
	h.ask("01", plan, 404)
	h.planned(16)
	h.ask("04", plan, 404)
	h.ask("03", plan, 403)
	h.ask("11", plan, 403)
	page, _ := h.ask("01", plan, 200)
	h.has(page, "几种方式比一比", "总体最合适", "最吃亏的项目也照顾到", "10 / 10", "没有社工", "没有居民代表")
	page, _ = h.ask("01", plan+"?mode=nonsense", 422)
	h.has(page, "请选择怎么分配")
	page, _ = h.ask("01", plan+"?mode=random&q=5&load=0.02", 422)
	h.has(page, "请填写 10 到 100 之间的整数")
	page, _ = h.ask("01", plan+"?mode=fair&q=50&load=0", 200)
	text, _ := h.ask("01", plan+"/instance?mode=fair&q=50&load=0", 200)
	h.has(text, `"mode":"fair"`, `"load_penalty":0`)
	fields := []string{"id", hidden(page, "id"), "hash", hidden(page, "hash"), "mode", "fair", "q", "50", "load", "0"}
	h.ask("01", plan, 409, "id", hidden(page, "id"), "hash", "of something else", "mode", "fair", "q", "50", "load", "0")
	for range 2 {
		h.ask("01", plan, 303, fields...)
	}
	page, _ = h.ask("01", plan, 200)
	h.has(page, "存下的方案", "第 1 号：整个方案")
	kept := regexp.MustCompile(desk + `/plans/[0-9a-f-]{36}`).FindString(page)
	text, _ = h.ask("01", kept, 200)
	h.has(text, `"kind":"assign"`, `"certificate"`)
	h.ask("04", kept, 404)
	h.ask("03", kept, 403)
	h.ask("01", desk+"/rounds/"+round+"/open", 303, "version", "1")
	h.ask("01", plan, 409, "id", "", "hash", hidden(page, "hash"), "mode", "best", "q", "0", "load", "0.02")
	h.ask("01", desk+"/rounds/"+round+"/refill", 303, "_", "")
	page, _ = h.ask("01", plan, 200)
	h.has(page, "评审已经开始，方案不能再换")
}

// A pair with a tie is not assigned by a form that was made by hand.
func TestACraftedFormAssignsNoTie(t *testing.T) {
	h := newHouse(t)
	h.planned(16)
	page, _ := h.ask("11", "/review/judges/"+judgeID(11), 200)
	project := regexp.MustCompile(`<option value="([0-9a-f-]{36})">`).FindStringSubmatch(page)[1]
	h.ask("01", plan+"/lock", 422, "judge_id", "x", "proposal_id", "y")
	for range 2 {
		h.ask("01", plan+"/lock", 303, "judge_id", judgeID(11), "proposal_id", project)
	}
	page, _ = h.ask("01", plan, 200)
	h.has(page, "（已定）")
	for range 2 {
		h.ask("01", plan+"/unlock", 303, "judge_id", judgeID(11), "proposal_id", project)
	}
	h.ask("11", "/review/judges/"+judgeID(11)+"/ties", 303, "proposal_id", project, "reason", "邻居")
	page, _ = h.ask("01", plan+"/lock", 422, "judge_id", judgeID(11), "proposal_id", project)
	h.has(page, "这位评委和这个项目有利害关系，不能安排")
	h.ask("04", plan+"/lock", 404, "judge_id", judgeID(12), "proposal_id", project)
	h.ask("03", plan+"/lock", 403, "judge_id", judgeID(12), "proposal_id", project)
	page, _ = h.ask("01", desk+"/ties", 200)
	h.has(page, "评委甲", "邻居", "评委自己说明")
	h.ask("03", desk+"/ties", 403)
	h.ask("04", desk+"/ties", 404)
}

func TestThePoolOnTheDesk(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", "/desk/judges", 200)
	h.has(page, "还没有评委", "添一位评委")
	page, _ = h.ask("01", "/desk/judges", 422, "person_id", "", "unit", "社工站")
	h.has(page, "请选一位评委", "请选这位评委的专长", `value="社工站"`)
	for range 2 {
		h.ask("01", "/desk/judges", 303, "person_id", "00000000-0000-7000-8000-000000000011", "tags", "finance", "tags", "expert", "unit", "社工站")
	}
	page, _ = h.ask("01", "/desk/judges", 200)
	at := regexp.MustCompile(`/desk/judges/[0-9a-f-]{36}`).FindString(page)
	h.has(page, "评委甲", "财务、专家")
	page, _ = h.ask("01", at, 200)
	h.has(page, "还没有评完的场次", "由评委自己填写，加密保存", `name="saves" value="1"`)
	h.ask("04", at, 404)
	h.ask("03", at, 403)
	page, _ = h.ask("01", at, 422, "saves", "1", "unit", strings.Repeat("长", 41))
	h.has(page, "单位最多 40 个字", "请选这位评委的专长")
	h.ask("01", at, 303, "saves", "1", "unit", "财政局", "tags", "finance", "fields", "culture")
	h.ask("01", at, 409, "saves", "1", "unit", "财政局", "tags", "finance")
	h.ask("01", at+"/fee", 409, "reason", "发评审费")
	h.ask("01", at+"/fee", 422, "reason", "")
}

func TestAJudgesOwnDetailsAndWishes(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("11", "/review/profile", 200)
	h.has(page, "您还没有被请当过评委")
	h.planned(16)
	page, _ = h.ask("11", "/review/profile", 200)
	at := regexp.MustCompile(`/review/profile/[0-9a-f-]{36}`).FindString(page)
	page, _ = h.ask("11", at+"/ties", 422, "kind", "person", "name", "周", "relation", "")
	h.has(page, "请写姓名或者单位的全称", "请简单写一下是什么关系", `value="周"`)
	h.ask("12", at+"/ties", 404, "kind", "person", "name", "周桂兰", "relation", "表姐")
	h.ask("11", at+"/ties", 303, "kind", "person", "name", "周桂兰", "relation", "表姐")
	page, _ = h.ask("11", "/review/profile", 200)
	h.has(page, "表姐", "不再有这层关系")
	page, _ = h.ask("01", desk+"/judges/"+judgeID(11), 200)
	h.has(page, "事先说明过：周桂兰（表姐）")
	h.ask("11", regexp.MustCompile(at+`/ties/[0-9a-f-]{36}/end`).FindString(func() string { p, _ := h.ask("11", "/review/profile", 200); return p }()), 303, "_", "")
	page, _ = h.ask("11", at+"/fee", 422, "bank", "", "account", "12")
	h.has(page, "请填写银行卡号", "请填写开户银行", "存卡号要您单独同意")
	wishes := "/review/judges/" + judgeID(12) + "/wishes"
	h.ask("11", wishes, 404)
	page, _ = h.ask("12", wishes, 200)
	h.has(page, "旧衣改造坊1", "想评")
	if strings.Contains(page, "周桂兰") || strings.Contains(page, "巧手姐妹队") {
		t.Error("the list of titles names somebody")
	}
	project := hidden(page, "lines.0.id")
	page, _ = h.ask("12", wishes, 422, "lines.0.id", project, "lines.0.wish", "conflict", "reason", "")
	h.has(page, "有要回避的项目，请简单写一下是什么关系")
	for range 2 {
		h.ask("12", wishes, 303, "lines.0.id", project, "lines.0.wish", "like", "most", "3")
	}
	page, _ = h.ask("01", desk+"/judges/"+judgeID(12), 200)
	h.has(page, "想评 1 个", "0 到 3 个")
	page, _ = h.ask("01", desk+"/judges/"+judgeID(12)+"/limits", 422, "least", "4", "most", "3")
	h.has(page, "最多不能比最少还少")
	h.ask("01", desk+"/judges/"+judgeID(12)+"/limits", 303, "least", "1", "most", "0")
	page, _ = h.ask("01", desk+"/judges/"+judgeID(12)+"/replace", 422, "id", judgeID(19), "version", "2", "person_id", "", "reason", "")
	h.has(page, "请写明为什么换下")
	h.ask("04", desk+"/judges/"+judgeID(12), 404)
	h.ask("03", desk+"/judges/"+judgeID(12), 403)
}

func TestDecliningNeedsAWord(t *testing.T) {
	h := newHouse(t)
	h.ask("01", desk+"/judges", 303, "id", judgeID(11), "person_id", "00000000-0000-7000-8000-000000000011", "expertise", "expert")
	at := "/review/judges/" + judgeID(11) + "/answer"
	page, _ := h.ask("11", at, 422, "version", "1", "answer", "no")
	h.has(page, "请简单写一下为什么不接受")
	for range 2 {
		h.ask("11", at, 303, "version", "1", "answer", "no", "why", "那几天没空")
	}
	page, _ = h.ask("01", desk+"/judges/"+judgeID(11), 200)
	h.has(page, "那几天没空", "不接受")
}
