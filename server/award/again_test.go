package award

import (
	"fmt"
	"testing"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
)

const desk = "/desk/editions/" + call + "/judging"

// newcomer has a fourth judge asked who accepts, by their ids' last figures.
func (h *house) newcomer(who string) string {
	h.Helper()
	h.past(`insert into person (id, name, created_at) values ('00000000-0000-7000-8000-0000000000`+who+`', '评委`+who+`', now())`,
		`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000`+who+`', 'judge', 'jz', now())`,
		`insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) values (sha256('`+who+`'::bytea), '00000000-0000-7000-8000-0000000000`+who+`', true, now(), now(), '2100-01-01')`)
	h.status(h.press(staff, desk, desk+"/judges", "person_id", person(who, "").ID, "expertise", "expert"), 303)
	seat := h.value(`select id::text from judge where person_id = '` + person(who, "").ID + `'`)
	h.must(judging.New(h.db, h.clock).Answer(h.ctx, person(who, identity.Judge), seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
	return seat
}

// A judge tells after the end that the lead is a cousin: the desk is led to the sheet, strikes it out, asks another judge, who marks on
// the ordinary page, and ends it. The public notice says meanwhile that the project is marked again.
func TestFromALateTieToTheReplacementsSheet(t *testing.T) {
	h := newHouse(t)
	h.published()
	notice := "/notices/" + h.value(`select id::text from publicity`)
	seat := h.value(`select id::text from judge where person_id = '` + person("11", "").ID + `'`)
	h.says(h.status(h.get("11", "/review/judges/"+seat), 200), "旧衣改造坊1")
	h.status(h.post("11", "/review/judges/"+seat+"/ties", "proposal_id", first, "reason", "后来才知道队长是表姐"), 303)
	sheet := h.value(`select s.id::text from sheet s join judge j on j.id = s.judge_id where j.id = '` + seat + `' and s.proposal_id = '` + first + `'`)
	late := "/desk/late-ties/" + sheet
	h.wants(`select link from notice where person_id = '`+person(staff, "").ID+`' and link like '/desk/late-ties/%'`, late)
	h.says(h.status(h.get(staff, desk), 200), "评审结束以后才知道", late)
	h.wellFormed(staff, desk, late)
	h.says(h.status(h.get(staff, late), 200), "评委自己说明", "表姐", "只剩 2 份有效，不够 3 份")
	h.status(h.get(other, late), 404)
	h.status(h.get(host, late), 403)
	h.status(h.post(dhead, late, "reason", "查实是表姐妹"), 403)
	h.says(h.status(h.press(staff, late, late, "reason", "有"), 422), "至少 5 个字", ">有</textarea>")
	for range 2 {
		h.status(h.post(staff, late, "reason", "查实是表姐妹"), 303)
	}
	h.status(h.get(staff, late), 404)
	again := "/desk/reopenings/" + h.value(`select id::text from reopening`)
	h.says(h.status(h.get(staff, desk), 200), again, "正在补评")
	h.says(h.status(h.get("", notice), 200), "正在补评，还没有立项")
	h.says(h.status(h.get(lead, "/proposals/"+first+"/result"), 200), "正在补评")
	h.says(h.status(h.get(staff, again), 200), "没有人能评它", "去邀请评委")
	h.wellFormed(staff, again)
	h.status(h.get(other, again), 404)
	h.status(h.get(lead, again), 403)
	h.replaced(again, h.newcomer("14"))
	h.says(h.status(h.get(staff, again), 200), "补评结束")
	h.wants(`select score::text || ' ' || rank::text from proposal where id = '`+first+`'`, "8667 2") // (95 + 95 + 70) / 3
	follow := "/notices/" + h.value(`select id::text from publicity where cause = 'correction'`)
	h.says(h.status(h.get("", follow), 200), "另外的评委已经补评")
	h.says(h.status(h.get("", notice), 200), follow)
}

// replaced picks a judge through the form, who marks through theirs, and ends the reopening.
func (h *house) replaced(again, judge string) {
	h.Helper()
	h.wellFormed(staff, again)
	h.says(h.status(h.get(staff, again), 200), "系统建议", "方案的指纹")
	h.says(h.status(h.press(staff, again, again+"/pick", "judge_id", judge, "closes_at", "2020-01-01T00:00"), 422), `value="`+judge+`" selected`, "2020-01-01T00:00", "请填写以后的时间")
	h.says(h.status(h.press(staff, again, again+"/pick", "judge_id", h.value(`select id::text from judge where person_id = '`+person("11", "").ID+`'`), "closes_at", "2026-07-02T12:00"), 422), "不能补评")
	h.status(h.post(dhead, again+"/pick", "judge_id", judge), 403)
	form := with(h.form(h.get(staff, again), again+"/pick"), "judge_id", judge, "closes_at", "2026-07-02T12:00")
	for range 2 {
		h.status(h.post(staff, again+"/pick", form...), 303)
	}
	h.says(h.status(h.get(staff, again), 200), "等打分", "等评委交评分表")
	h.says(h.status(h.get("14", "/review"), 200), "旧衣改造坊1")
	task := "/review/" + h.value(`select id::text from assignment where reopening_id is not null`)
	h.says(h.status(h.get("14", task), 200), "还剩 6 天")
	h.wellFormed("14", task)
	fields := []string{"saves", "0", "comment", "请先和邻居谈谈"}
	for i, c := range judging.DefaultRubric(judging.Pitch) {
		fields = append(fields, fmt.Sprintf("marks.%d.code", i), c.Code, fmt.Sprintf("marks.%d.mark", i), "70")
	}
	h.status(h.post("12", task+"/submit", fields...), 404) // somebody else's sheet
	for range 2 {
		h.status(h.post("14", task+"/submit", fields...), 303)
	}
	h.wellFormed(staff, again)
	h.status(h.post(dhead, again+"/close", "version", "2"), 403)
	form = h.form(h.says(h.status(h.get(staff, again), 200), "补评结束，重新计算"), again+"/close")
	for range 2 {
		h.status(h.post(staff, again+"/close", form...), 303)
	}
	h.status(h.post("14", task+"/submit", fields...), 409)
}
