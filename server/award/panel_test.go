package award

import (
	"testing"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// sits has a panel vote: the first passes with less money and two conditions, the second fails. before is called while it sits.
func (h *house) sits(before func(panel string)) {
	h.Helper()
	jury, chair, panel := judging.New(h.db, h.clock), person(staff, identity.DistrictStaff), newID()
	h.must(jury.Plan(h.ctx, chair, call, judging.NewRound{ID: panel, Kind: judging.Deliberated, ClosesAt: thursday.AddDate(0, 0, 9)}))
	h.must(jury.OpenPanel(h.ctx, chair, panel, judging.Pressed{Version: 1}))
	before(panel)
	seats, err := pg.Values[string](h.ctx, h.db, `select id::text from judge`, nil)
	h.must(err)
	h.must(jury.RecordPanel(h.ctx, chair, panel, first, judging.NewPanelWord{ID: newID(), Present: seats, Yes: 2, Abstain: 1, Amount: yuan.Fen(1_500_00),
		Conditions: "活动要开在社区里\n每月报一次账", Reason: "场地费可以省下来"}))
	h.must(jury.RecordPanel(h.ctx, chair, panel, next, judging.NewPanelWord{ID: newID(), Present: seats, Yes: 1, Nay: 2, Reason: "和社区已有的服务重了"}))
	h.must(jury.ClosePanel(h.ctx, chair, panel, judging.Pressed{Version: 2}))
}

// From the panel to the plan: the money follows the vote, the team reads sum, reason and conditions, and nobody outside reads
// votes or reasons.
func TestAPanelsWordReachesTheTeam(t *testing.T) {
	h := newHouse(t)
	h.sits(func(panel string) {
		h.says(h.status(h.get(dhead, results), 200), "合议还没有结束", "先把合议开完", "/desk/panels/"+panel)
		h.hides(h.get(dhead, results), "按规则排出结果")
		h.status(h.post(dhead, "/desk/editions/"+call+"/allocate", "rule", "rank"), 409)
		h.says(h.status(h.get(dhead, "/desk/editions/"+call+"/what-if?rule=rank&money=100&least=60"), 200), "没有算合议的结果")
	})
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate", "rule", "rank"), 303)
	h.says(h.status(h.get(dhead, results), 200), "¥1,500", "评委合议没有通过", "panel-1.json")
	h.says(h.status(h.get(dhead, deciding), 200), "合议通过", "合议没有通过", "同意 2，不同意 0，弃权 1")
	h.wellFormed(dhead, results, deciding)
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/publish-results"), 303)
	notice := "/notices/" + h.value(`select id::text from publicity`)
	h.says(h.status(h.get("", notice), 200), "评委合议没有通过")
	for _, path := range []string{notice, notice + "/print"} {
		h.hides(h.says(h.status(h.get("", path), 200), "合议表决", "¥1,500"), "场地费可以省下来", "每月报一次账", "和社区已有的服务重了", "panel-1.json", "弃权")
	}
	h.status(h.get("", notice+"/protocols/panel-1.json"), 404)
	h.status(h.get("", notice+"/protocols/award-1.json"), 200)
	h.status(h.get(staff, "/desk/editions/"+call+"/protocols/panel-1.json"), 200)
	h.wellFormed("", notice, notice+"/print")
	h.hides(h.says(h.status(h.get(lead, "/proposals/"+first+"/result"), 200), "评委建议资助 ¥1,500，申请的是 ¥3,000。", "场地费可以省下来", "活动要开在社区里", "每月报一次账"), "弃权", "同意 2")
	h.says(h.status(h.get(second, "/proposals/"+next+"/result"), 200), "评委合议没有通过", "和社区已有的服务重了")
	h.wellFormed(lead, "/proposals/"+first+"/result")
	h.status(h.get(lead, "/proposals/"+first+"/feedback.pdf"), 200)
	h.closeNotices()
	h.says(h.status(h.get(lead, "/proposals/"+first+"/refine"), 200), "评委的条件", "活动要开在社区里", "每月报一次账", "¥1,500")
	h.wellFormed(lead, "/proposals/"+first+"/refine")
	h.says(h.status(h.get(staff, "/desk/proposals/"+first+"/refinement"), 200), "评委的条件", "每月报一次账")
}

// Who objects to the panel itself is answered by a new vote.
func TestAnObjectionIsAnsweredByANewVote(t *testing.T) {
	h := newHouse(t)
	h.sits(func(string) {})
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/allocate", "rule", "rank"), 303)
	h.status(h.press(dhead, results, "/desk/editions/"+call+"/publish-results"), 303)
	notice := "/notices/" + h.value(`select id::text from publicity`)
	target := h.value(`select id::text from award where proposal_id = '` + first + `'`)
	h.status(h.press(neighbour, notice, notice+"/objections", "award_id", target, "facts", "合议的时候，领办人的表哥也坐在里面投了票"), 303)
	one := "/desk/objections/" + h.value(`select id::text from objection`)
	h.status(h.get(staff, one+"/panel"), 404) // not taken on
	h.status(h.press(staff, one, one+"/take"), 303)
	h.says(h.status(h.get(staff, one), 200), one+"/panel", "请评委重新合议")
	h.wellFormed(staff, one+"/panel")
	h.status(h.get(dhead, one+"/panel"), 404)
	h.status(h.get(other, one+"/panel"), 404)
	h.status(h.get(host, one+"/panel"), 403)
	seats, err := pg.Values[string](h.ctx, h.db, `select id::text from judge`, nil)
	h.must(err)
	typed := []string{"yes", "0", "nay", "3", "abstain", "0", "reason", "", "answer", "查过到场名单，反映的情况属实。"}
	for _, s := range seats {
		typed = append(typed, "present", s)
	}
	form := h.form(h.status(h.get(staff, one+"/panel"), 200), one+"/panel")
	h.says(h.status(h.post(staff, one+"/panel", with(form, typed...)...), 422), "没有通过的，请写明理由", "反映的情况属实", `value="3"`)
	good := with(with(form, typed...), "reason", "和社区已有的服务重了")
	for range 2 {
		h.status(h.post(staff, one+"/panel", good...), 303)
	}
	h.wants(`select result from award where id = '`+target+`'`, "not_selected")
	h.wants(`select count(*)::text from round_run where cause = 'objection'`, "1")
	h.hides(h.get(staff, one), one+"/panel")
}
