package award

import (
	"regexp"
	"strings"
	"testing"

	"seedbed/domain/award"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

const deciding = "/desk/editions/" + call + "/deciding"

// panelForm has the deciding page offer its judges: all three were there.
func (h *house) panelForm(action string, typed ...string) answer {
	h.Helper()
	page := h.status(h.get(staff, deciding), 200)
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`<input[^>]*name="present"[^>]*>`).FindAllString(page.text, -1) {
		id := regexp.MustCompile(`value="([0-9a-f-]{36})"`).FindStringSubmatch(m)
		if id != nil && !seen[id[1]] {
			seen[id[1]] = true
			typed = append(typed, "present", id[1])
		}
	}
	return h.post(staff, action, with(h.form(page, action), typed...)...)
}

// The panel wants the second first: its word with reasons and who was there is on record, the allocation follows it, and notice and
// minute print it. The ranks stay.
func TestThePanelsWordIsRecordedFollowedAndPrinted(t *testing.T) {
	h := newHouse(t)
	h.past(`update fund_source set amount = 200000`)
	said := "/desk/editions/" + call + "/deliberations"
	h.wellFormed(staff, deciding, "/desk/editions/"+call+"/what-if")
	h.says(h.status(h.get(dhead, deciding), 200), "这一页只供参考，不决定任何结果", "评委松紧", `class="ivl"`, "ICC(1)")
	h.status(h.get(other, deciding), 404)
	h.status(h.get(lead, deciding), 403)
	h.says(h.status(h.panelForm(said, "proposal_id", next, "verdict", "fund", "reason", "好"), 422), "至少 5 个字")
	h.says(h.status(h.post(staff, said, "id", newID(), "proposal_id", next, "verdict", "fund", "reason", "居民最需要这一个"), 422), "请勾选到场的评委")
	h.status(h.panelForm(said, "proposal_id", next, "verdict", "fund", "amount", "1500", "reason", "居民最需要这一个，走访时反复提到"), 303)
	h.says(h.get(staff, deciding), "居民最需要这一个", "评委一", "合议：优先")
	h.says(h.status(h.panelForm("/desk/editions/"+call+"/draws", "proposals", first, "reason", "两个分数一样近"), 422), "至少两个")
	h.drawn()
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate", "rule", "rank"), 303)
	h.wants(`select amount::text from award where proposal_id = '`+next+`'`, "150000")
	h.wants(`select rank::text from award where proposal_id = '`+next+`'`, "2")
	h.says(h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate", "rule", "greedy", "reason", ""), 422), "公告里定的规则是「按名次，钱用完为止」，不能换")
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/publish-results"), 303)
	notice := "/notices/" + h.value(`select id::text from publicity`)
	h.hides(h.says(h.status(h.get("", notice), 200), "居民最需要这一个", "3 位评委到场", "round-1.json", "award-1.json"), "评委一")
	h.status(h.panelForm2(said), 409)
	minute := h.status(h.get(dhead, "/desk/editions/"+call+"/minute.pdf"), 200)
	if !strings.HasPrefix(minute.text, "%PDF") {
		t.Error("no minute")
	}
}

// drawn draws lots through the form, twice the same form: one draw, on the page with its seed, and its file replays. A judge with a tie
// to one of the projects may be no part of it, nor speak of it.
func (h *house) drawn() {
	h.Helper()
	lots, deciding := "/desk/editions/"+call+"/draws", "/desk/editions/"+call+"/deciding"
	kept := h.says(h.status(h.panelForm(lots, "proposals", first, "proposals", next, "reason", "一样"), 422), "至少 5 个字")
	if len(regexp.MustCompile(`<input[^>]*checked[^>]*name="proposals"`).FindAllString(kept.text, -1)) != 2 {
		h.Error("what was ticked is not kept")
	}
	tied := h.value(`select id::text from judge where person_id = '` + person("13", "").ID + `'`)
	h.past(`insert into conflict (judge_id, proposal_id, kind, at) values ('` + tied + `', '` + first + `', 'declared', now())`)
	h.says(h.status(h.panelForm(lots, "proposals", first, "proposals", next, "reason", "两个分数一样近"), 422), "讨论时要回避")
	h.says(h.status(h.panelForm("/desk/editions/"+call+"/deliberations", "proposal_id", first, "verdict", "keep", "reason", "大家都同意保持名次"), 422), "评委三", "讨论时要回避")
	h.past(`delete from conflict where judge_id = '` + tied + `'`)
	form := []string{"id", newID(), "proposals", first, "proposals", next, "reason", "两个分数一样近"}
	for range 2 {
		h.status(h.panelForm(lots, form...), 303)
	}
	h.wants(`select count(*)::text from round_draw`, "1")
	h.says(h.status(h.get(staff, deciding), 200), "两个分数一样近", h.value(`select seed from round_draw`))
	body := h.status(h.get(staff, "/desk/editions/"+call+"/protocols/draw-1.json"), 200)
	if v, err := replay.Replay(strings.NewReader(body.text), nil); err != nil || !v.Same {
		h.Errorf("the draw does not replay: %+v, %v", v, err)
	}
}

// panelForm2 sends a word after the results are public.
func (h *house) panelForm2(said string) answer {
	h.Helper()
	typed := []string{"id", newID(), "proposal_id", first, "verdict", "keep", "reason", "再讨论一次也没有意见"}
	ids, err := pg.Values[string](h.ctx, h.db, `select id::text from judge`, nil)
	h.must(err)
	for _, id := range ids {
		typed = append(typed, "present", id)
	}
	return h.post(staff, said, typed...)
}

// What if there were half the money? The answer says who would differ; nothing is stored.
func TestWhatIfChangesNothing(t *testing.T) {
	h := newHouse(t)
	before := h.value(`select count(*)::text from audit_event`)
	h.says(h.status(h.get(dhead, "/desk/editions/"+call+"/what-if?rule=rank&money=50&least=60"), 200), "有 1 个项目会不一样", "旧衣改造坊2", "¥2,000")
	h.says(h.status(h.get(dhead, "/desk/editions/"+call+"/what-if?rule=rank&money=100&least=95"), 200), "得分低于最低分")
	h.says(h.status(h.get(dhead, "/desk/editions/"+call+"/what-if?rule=nonsense&money=x"), 200), "都不变")
	h.wants(`select count(*)::text from award`, "0")
	h.wants(`select count(*)::text from audit_event`, before)
}

// The books and papers of the district open for those who may read sheets and for nobody else; the workbook's ranking names nobody.
func TestBooksAndPapersAreForTheDistrict(t *testing.T) {
	h := newHouse(t)
	for path, head := range map[string]string{"ranking.xlsx": "PK", "sheets.xlsx": "PK", "minute.pdf": "%PDF", "sheets.pdf": "%PDF"} {
		at := "/desk/editions/" + call + "/" + path
		if a := h.status(h.get(staff, at), 200); !strings.HasPrefix(a.text, head) {
			t.Errorf("%s begins %q", path, a.text[:4])
		}
		h.status(h.get(other, at), 404)
		h.status(h.get(lead, at), 403)
		h.status(h.get(street, at), 403)
	}
	h.wants(`select count(*)::text from audit_event where action = 'export'`, "4")
	h.says(h.status(h.get(staff, "/desk/editions/"+call+"/protocols/calibrate-all.json"), 200), `"kind":"calibrate"`)
	h.status(h.get(staff, "/desk/editions/"+call+"/protocols/nonsense.json"), 404)
	h.status(h.get(lead, "/desk/editions/"+call+"/protocols/round-1.json"), 403)
}

// A comment is mended or kept back with a reason; the team reads what is left, on its page and in its letter, and never who wrote it.
func TestAWithheldCommentDoesNotReachTheTeam(t *testing.T) {
	h := newHouse(t)
	page := "/desk/proposals/" + first + "/feedback"
	h.wellFormed(staff, page)
	ids, err := pg.Values[string](h.ctx, h.db, `select id::text from sheet where proposal_id = '`+first+`' order by md5(id::text)`, nil)
	h.must(err)
	at := func(i int) string { return "/desk/sheets/" + ids[i] + "/feedback" }
	h.says(h.status(h.press(staff, page, at(0), "action", judging.Withhold, "reason", ""), 422), "请写明为什么")
	h.status(h.press(staff, page, at(0), "action", judging.Withhold, "reason", "说到了别人家的事"), 303)
	h.status(h.press(staff, page, at(1), "action", judging.Mend, "text", "建议先走访邻居", "reason", "原话太重"), 303)
	h.status(h.post(other, at(2), "id", newID(), "no", "0", "action", judging.Withhold, "reason", "不是我的区"), 404)
	h.status(h.post(lead, at(2), "id", newID(), "no", "0", "action", judging.Withhold, "reason", "我不想看到它"), 403)
	h.says(h.get(staff, page), "说到了别人家的事", "建议先走访邻居")
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate", "rule", "rank"), 303)
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/publish-results"), 303)
	mine := h.says(h.status(h.get(lead, "/proposals/"+first+"/result"), 200), "建议先走访邻居", "另有 1 条评语没有转达")
	h.hides(mine, "评委一", "说到了别人家的事")
	if n := strings.Count(mine.text, "请先和邻居谈谈"); n != 1 {
		t.Errorf("the plain comment stands there %d times", n)
	}
	if a := h.status(h.get(lead, "/proposals/"+first+"/feedback.pdf"), 200); !strings.HasPrefix(a.text, "%PDF") {
		t.Error("no letter")
	}
	h.status(h.get(neighbour, "/proposals/"+first+"/feedback.pdf"), 404)
}

// A sheet is struck out on the objection's page: the correction is published and the first notice points to it.
func TestAnUpheldObjectionIsPublishedAsACorrection(t *testing.T) {
	h := newHouse(t)
	h.past(`update edition set rules = rules || '{"min_valid_sheets": 2}'`, `update review_round set min_valid = 2`)
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate", "rule", "rank"), 303)
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/publish-results"), 303)
	notice := "/notices/" + h.value(`select id::text from publicity`)
	target := h.value(`select id::text from award where proposal_id = '` + first + `'`)
	h.status(h.press(neighbour, notice, notice+"/objections", "award_id", target, "facts", "队长和一位评委是亲戚，应该回避。"), 303)
	one := "/desk/objections/" + h.value(`select id::text from objection`)
	h.status(h.press(staff, one, one+"/take"), 303)
	h.wellFormed(staff, one)
	sheet := h.value(`select id::text from sheet where proposal_id = '` + first + `' order by id limit 1`)
	form := with(h.form(h.get(staff, one), one+"/dismiss"), "answer", "查实评委没有回避，这份评分表作废。", "remedy", award.Strike)
	h.says(h.status(h.post(staff, one+"/uphold", form...), 422), "请选要作废的评分表", "查实评委没有回避")
	h.status(h.post(staff, one+"/uphold", append(form, "sheets", sheet)...), 303)
	h.wants(`select state from sheet where id = '`+sheet+`'`, "invalid")
	h.wants(`select count(*)::text from round_run`, "2")
	h.wants(`select count(*)::text from publicity`, "1") // the score stays 95: nothing changed, nothing is published again
	h.wants(`select state from award where id = '`+target+`'`, "publicized")
	h.status(h.press(neighbour, notice, notice+"/objections", "award_id", target, "facts", "他们去年已经拿过同样的钱，我知道。"), 303)
	one = "/desk/objections/" + h.value(`select id::text from objection where state = 'received'`)
	h.past(`update audit_event set actor = null where action = 'recompute'`)
	h.status(h.press(staff, one, one+"/take"), 303)
	h.status(h.post(staff, one+"/uphold", with(h.form(h.get(staff, one), one+"/dismiss"), "answer", "查过台账，情况属实，结果撤销。", "remedy", award.Revoke)...), 303)
	later := "/notices/" + h.value(`select id::text from publicity where cause = 'correction'`)
	h.says(h.status(h.get("", later), 200), "这是更正公示", "原来：第 2 名", "round-3.json", "award-2.json")
	h.says(h.status(h.get("", later+"/print"), 200), "这是更正公示", `class="qr"`)
	h.says(h.status(h.get("", notice), 200), "以后面的公示为准", later, "结果已撤销")
	h.hides(h.get("", notice), "round-3.json")
	h.says(h.status(h.get(dhead, results), 200), "撤销的结果", "原来第 1 名")
	h.wellFormed("", notice, later, later+"/print")
	h.wellFormed(dhead, results)
}
