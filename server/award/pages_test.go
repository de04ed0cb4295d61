package award

import (
	"regexp"
	"strings"
	"testing"
)

const results = "/desk/editions/" + call + "/results"

// The year from the ranking to the agreement in force, every step by the person whose it is, every button twice.
func TestFromTheRankingToTheAgreement(t *testing.T) {
	h := newHouse(t)
	notice := h.published()
	h.objected(notice)
	h.closeNotices()
	h.wants(`select state from award where proposal_id = '`+first+`'`, "confirmed")
	h.says(h.status(h.get("", notice), 200), "公示已结束", "已立项", "不能再提异议")
	h.refined()
	h.signed()
}

func (h *house) published() string {
	h.Helper()
	h.wellFormed(dhead, results)
	h.says(h.status(h.get(dhead, results), 200), "旧衣改造坊1", "95.00", "还没有排", "按规则排出结果")
	h.hides(h.get(staff, results), "按规则排出结果")
	h.status(h.get(other, results), 404)
	h.status(h.get(lead, results), 403)
	h.status(h.post(staff, "/desk/editions/"+call+"/publish-results"), 403)
	for range 2 {
		h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate"), 303)
	}
	h.says(h.status(h.get(dhead, results), 200), "入选", "¥2,000", "区财政专项", "公示结果")
	h.wellFormed(dhead, results)
	form := h.form(h.get(dhead, results), "/desk/editions/"+call+"/publish-results")
	for range 2 {
		h.status(h.post(dhead, "/desk/editions/"+call+"/publish-results", form...), 303)
	}
	notice := "/notices/" + h.value(`select id::text from publicity`)
	h.says(h.status(h.get(dhead, results), 200), notice, "/desk/agreements")
	h.hides(h.get(dhead, results), "按规则排出结果")
	h.wellFormed("", "/notices", notice, notice+"/print")
	page := h.says(h.status(h.get("", notice), 200), "公示中", "GS202606", "5 个工作日", "周**", "登录以后提异议", "0379-6512345")
	h.hides(page, "周桂兰")
	h.says(h.status(h.get("", notice+"/print"), 200), "周**", `class="qr"`, "内容指纹")
	h.says(h.status(h.get("", "/notices"), 200), notice)
	h.wellFormed(lead, "/proposals/"+first+"/result")
	h.says(h.status(h.get(lead, "/proposals/"+first+"/result"), 200), "恭喜", "请先和邻居谈谈")
	h.status(h.get(neighbour, "/proposals/"+first+"/result"), 404)
	return notice
}

// objected has a neighbour object and staff answer.
func (h *house) objected(notice string) {
	h.Helper()
	target := h.value(`select id::text from award where proposal_id = '` + first + `'`)
	facts := "上个月他们在别处也拿过一样的钱，我在公示栏看到过。"
	h.says(h.status(h.press(neighbour, notice, notice+"/objections", "award_id", "", "facts", "不公平，我要投诉"), 422), "不公平，我要投诉", "请选您有异议的项目", "至少 10 个字")
	h.says(h.status(h.press(neighbour, notice, notice+"/objections", "award_id", target, "facts", "不公平"), 422), "不公平", `value="`+target+`" selected`)
	form := with(h.form(h.get(neighbour, notice), notice+"/objections"), "award_id", target, "facts", facts)
	for range 2 {
		h.status(h.post(neighbour, notice+"/objections", form...), 303)
	}
	h.status(h.post(neighbour, notice+"/objections", "id", "nonsense", "award_id", target, "facts", facts), 422) // it is being handled already
	h.wants(`select count(*)::text from objection`, "1")
	h.says(h.status(h.get(neighbour, "/objections"), 200), "旧衣改造坊1", facts, "前会答复您")
	h.hides(h.get(lead, "/objections"), facts)
	h.hides(h.get("", notice), facts, "有异议")
	h.wellFormed(neighbour, "/objections", notice)
	one := "/desk/objections/" + h.value(`select id::text from objection`)
	h.status(h.get(other, one), 404)
	h.status(h.get(host, one), 403)
	h.says(h.status(h.get(dhead, one), 200), "请同事来办")
	h.status(h.post(dhead, one+"/take", "version", "1"), 403)
	h.wellFormed(staff, "/desk/objections", one)
	for range 2 {
		h.status(h.post(staff, one+"/take", h.taking(one)...), 303)
	}
	h.wellFormed(staff, one)
	h.says(h.status(h.press(staff, one, one+"/dismiss", "answer", "查过了"), 422), "查过了", "至少 10 个字")
	stale := h.says(h.status(h.press(staff, one, one+"/dismiss", "version", "1", "answer", "去财政查过，没有重复拿钱的事。"), 409), "没有重复拿钱", "已经有人改过了")
	for range 2 {
		h.status(h.post(staff, one+"/dismiss", with(h.form(stale, one+"/dismiss"), "answer", "去财政查过，没有重复拿钱的事。")...), 303)
	}
	h.says(h.status(h.get(neighbour, "/objections"), 200), "没有重复拿钱", "不成立")
	h.says(h.status(h.get(staff, "/desk/objections?all=1"), 200), one)
	h.hides(h.get(staff, "/desk/objections"), one)
}

// taking is the button's form, or what it was when it has been pressed.
func (h *house) taking(one string) []string {
	h.Helper()
	if page := h.get(staff, one); strings.Contains(page.text, one+"/take") {
		return h.form(page, one+"/take")
	}
	return []string{"version", "1"}
}

// refined has the lead fit the plan, staff send it back once and then accept it.
func (h *house) refined() {
	h.Helper()
	page, desk := "/proposals/"+first+"/refine", "/desk/proposals/"+first+"/refinement"
	h.wellFormed(lead, page)
	h.wellFormed(staff, desk, page)
	h.says(h.status(h.get(lead, page), 200), "¥2,000", "¥960 到 ¥1,440 之间，按比例是 ¥1,200", "申报时：¥40 × 45 = ¥1,800")
	h.says(h.status(h.get(staff, desk), 200), "等领办人调整好再看")
	h.status(h.get(neighbour, page), 404)
	h.status(h.get(other, desk), 404)
	h.says(h.status(h.press(lead, page, page, "lines.0.amount", "1500", "lines.0.qty", "30", "lines.0.note", "省一点"), 422), "这一行要在 ¥960 到 ¥1,440 之间，现在是 ¥1,500", `value="1500"`, "省一点", `href="#f-lines-0-amount"`)
	h.says(h.status(h.press(lead, page, page, "lines.0.amount", "1201", "lines.0.qty", "7"), 422), "除不尽", `value="1201"`)
	h.says(h.status(h.press(lead, page, page, "lines.0.amount", "一千二"), 422), "请填写金额", `value="一千二"`)
	h.says(h.status(h.press(lead, page, page, "lines.1.amount", "599", "lines.1.qty", "1"), 422), "预算合计要正好是 ¥2,000，现在是 ¥1,999")
	h.says(h.status(h.press(lead, page, page, "act_target", "1"), 422), "之间的数")
	good := []string{"lines.0.amount", "1260", "lines.0.qty", "30", "lines.1.amount", "500", "lines.1.qty", "4", "lines.2.amount", "240", "lines.2.qty", "1"}
	h.says(h.status(h.press(lead, page, page, append([]string{"version", "1"}, good...)...), 409), "已经有人改过了", `value="1260"`)
	form := with(h.form(h.get(lead, page), page), good...)
	for range 2 {
		h.status(h.post(lead, page, form...), 303)
	}
	h.status(h.post(staff, page, form...), 403)
	h.says(h.status(h.get(lead, page), 200), "已经交给区社区办", `value="1260"`)
	back := "/desk/proposals/" + first + "/send-refinement-back"
	h.status(h.post(dhead, back, "version", "1", "reason", "x"), 403)
	h.says(h.status(h.press(staff, desk, back, "reason", strings.Repeat("改", 201)), 422), strings.Repeat("改", 201), "最多 200 个字")
	form = with(h.form(h.get(staff, desk), back), "reason", "海报再少印一些")
	for range 2 {
		h.status(h.post(staff, back, form...), 303)
	}
	h.says(h.status(h.get(lead, page), 200), "请再调一调：海报再少印一些")
	h.says(h.status(h.post(staff, back, with(form, "reason", "别的原因", "version", "2")...), 409), "别的原因")
	h.status(h.press(lead, page, page), 303)
	accept := "/desk/proposals/" + first + "/accept-refinement"
	form = h.form(h.get(staff, desk), accept)
	for range 2 {
		h.status(h.post(staff, accept, form...), 303)
	}
	h.wellFormed(staff, desk)
	h.says(h.status(h.get(lead, page), 200), "计划定下来了")
}

// signed has the agreement drafted and signed by three.
func (h *house) signed() {
	h.Helper()
	draft := "/desk/proposals/" + first + "/agreement"
	for _, view := range []string{"refine", "draft", "sign", "all", "nonsense"} {
		h.wellFormed(staff, "/desk/agreements?view="+view)
	}
	h.hides(h.get(host, "/desk/agreements?view=draft"), draft)
	h.status(h.get(neighbour, "/desk/agreements"), 403)
	form := h.form(h.status(h.get(staff, "/desk/agreements?view=draft"), 200), draft)
	for range 2 {
		h.status(h.post(staff, draft, form...), 303)
	}
	pact := "/agreements/" + h.value(`select id::text from agreement`)
	h.says(h.status(h.get(host, "/desk/agreements"), 200), pact, "等您签字", "还差甲方、乙方、丙方签字")
	h.wellFormed(lead, pact, pact+"/print")
	h.says(h.status(h.get(lead, pact), 200), "贰仟元整", "三方签齐以后", "周桂兰", "电厂社区居民委员会", "京州区社区办", "我已看过协议")
	h.says(h.status(h.get(lead, pact+"/print"), 200), "贰仟元整", `class="qr"`)
	h.hides(h.get(staff, pact), "我已看过协议")
	h.status(h.get(neighbour, pact), 404)
	h.status(h.get(other, pact), 404)
	h.says(h.status(h.press(lead, pact, pact+"/sign"), 422), "请先看完协议和附件")
	h.status(h.post(lead, pact+"/sign", "party", "B", "agree", "true", "digest", "another"), 409)
	h.status(h.post(staff, pact+"/sign", "party", "A", "agree", "true", "digest", h.value(`select digest from agreement`)), 403)
	for _, who := range []string{lead, dhead, host} {
		form := append(h.form(h.get(who, pact), pact+"/sign"), "agree", "true")
		for range 2 {
			h.status(h.post(who, pact+"/sign", form...), 303)
		}
	}
	h.wants(`select state from agreement`, "effective")
	h.wellFormed(host, pact, pact+"/print")
	h.says(h.status(h.get(host, pact), 200), "已生效", "王书记 签于")
	h.says(h.status(h.get(host, "/desk/agreements"), 200), "没有等着签字的协议")
	h.says(h.status(h.get(host, "/desk/agreements?view=all"), 200), pact)
}

// A winner may give the award back, and must say why.
func TestGivingTheAwardBack(t *testing.T) {
	h := newHouse(t)
	h.published()
	h.closeNotices()
	result, decline := "/proposals/"+first+"/result", "/proposals/"+first+"/decline"
	h.says(h.status(h.press(lead, "/proposals/"+first+"/refine", decline), 422), "请写一下为什么不要这笔资助")
	long := strings.Repeat("忙", 201)
	h.says(h.status(h.press(lead, result, decline, "reason", long), 422), long)
	h.status(h.post(second, decline, "reason", "不是我的"), 404)
	for range 2 {
		h.status(h.post(lead, decline, "reason", "要搬家了，做不了"), 303)
	}
	h.says(h.status(h.get(lead, result), 200), "放弃了", "要搬家了")
	h.wellFormed(lead, result)
	h.wants(`select state from award where proposal_id = '`+first+`'`, "declined")
}

// An objection that is upheld takes the result back, and the notice says so.
func TestAnUpheldObjectionShowsOnTheNotice(t *testing.T) {
	h := newHouse(t)
	notice := h.published()
	target := h.value(`select id::text from award where proposal_id = '` + first + `'`)
	h.status(h.press(neighbour, notice, notice+"/objections", "award_id", target, "facts", "上个月他们在别处也拿过一样的钱。"), 303)
	one := "/desk/objections/" + h.value(`select id::text from objection`)
	h.status(h.press(staff, one, one+"/take"), 303)
	h.status(h.post(staff, one+"/uphold", with(h.form(h.get(staff, one), one+"/dismiss"), "answer", "查实重复领取，撤销结果。")...), 303)
	h.says(h.status(h.get("", notice), 200), "结果已撤销", "这份公示发布以后没有改过")
	h.says(h.status(h.get(lead, "/proposals/"+first+"/result"), 200), "撤销")
	h.wellFormed(staff, one)
}

// A long list is cut into pages that follow each other without a gap; a made-up place in it is the beginning.
func TestALongListHasPages(t *testing.T) {
	h := newHouse(t)
	h.published()
	h.past(`insert into publicity (id, number, edition_id, place, kind, state, opens_at, closes_at, calendar_version, rules_version, content, digest, publisher)
  select gen_random_uuid(), 'GSX' || n, edition_id, place, kind, 'closed', opens_at - (n / 20) * interval '1 hour', closes_at, calendar_version, rules_version, content, digest, publisher from publicity, generate_series(1, 60) n`)
	seen := map[string]bool{}
	next := regexp.MustCompile(`rel="next" href="([^"]*)"`)
	rows := regexp.MustCompile(`href="(/notices/[0-9a-f-]{36})"`)
	pages := 0
	for path := "/notices"; path != ""; pages++ {
		page := h.status(h.get("", path), 200)
		for _, m := range rows.FindAllStringSubmatch(page.text, -1) {
			if seen[m[1]] {
				t.Errorf("%s is listed twice", m[1])
			}
			seen[m[1]] = true
		}
		path = ""
		if m := next.FindStringSubmatch(page.text); m != nil {
			path = m[1]
		}
	}
	if pages != 2 || len(seen) != 61 {
		t.Errorf("%d notices on %d pages", len(seen), pages)
	}
	for _, place := range []string{"x", "1_x", "99999999999999999999_" + first, "_"} {
		h.status(h.get("", "/notices?before="+place), 200)
		h.status(h.get(staff, "/desk/objections?before="+place), 200)
		h.status(h.get(staff, "/desk/agreements?after="+place), 200)
	}
}
