package judging

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
)

// voting has a pitch round with a residents' vote that is open; 05 types papers beside 01, 06 and 07 are confirmed residents.
func (h house) voting(rules string) {
	h.Helper()
	h.past(`update edition set rules = rules || '`+rules+`'`,
		`insert into person (id, name, created_at, home, home_state) select ('00000000-0000-7000-8000-0000000000' || n)::uuid, name, now(), 'jz.a.x', state from (values ('05', '钱区办', 'confirmed'), ('06', '李居民', 'confirmed'), ('07', '赵居民', 'confirmed'), ('08', '新来的', 'claimed')) p(n, name, state)`,
		`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), '00000000-0000-7000-8000-000000000005', 'district_staff', 'jz', now())`,
		`insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) select sha256(n::bytea), ('00000000-0000-7000-8000-0000000000' || n)::uuid, true, now(), now(), '2100-01-01' from (values ('05'), ('06'), ('07'), ('08')) x(n)`)
	h.pitched()
	page, _ := h.ask("01", pitchDesk+"/poll", 422, "version", "0", "opens_at", "2026-06-20T10:00", "closes_at", "2026-06-20T09:00")
	h.has(page, "结束要在开始以后", `value="2026-06-20T09:00"`, `value="2026-06-20T10:00"`)
	h.ask("03", pitchDesk+"/poll", 403, "version", "0")
	for range 2 {
		h.ask("01", pitchDesk+"/poll", 303, "version", "0", "opens_at", "2026-06-20T10:00", "closes_at", "2026-06-20T18:00")
	}
	h.clock.Set(time.Date(2026, 6, 20, 10, 0, 0, 0, clock.Shanghai))
}

const (
	one = "00000000-0000-7000-8000-0000000000c1"
	two = "00000000-0000-7000-8000-0000000000c2"
)

func TestTheVotePagesByForms(t *testing.T) {
	h := newHouse(t)
	h.voting(`{"public_vote": 20}`)
	page, _ := h.ask("06", "/vote", 200)
	h.has(page, "/vote/"+round)
	page, _ = h.ask("", "/vote/"+round, 200)
	h.has(page, "登录后投票")
	page, _ = h.ask("08", "/vote/"+round, 200)
	h.has(page, "社区确认过的本区居民才能投票")
	h.ask("08", "/vote/"+round, 403, "proposal_id", one)
	h.ask("11", "/vote/"+round, 403, "proposal_id", one) // a judge
	page, _ = h.ask("06", "/vote/"+round, 422, "proposal_id", "")
	h.has(page, "请选一个项目")
	for range 2 {
		h.ask("06", "/vote/"+round, 303, "proposal_id", one)
	}
	h.ask("06", "/vote/"+round, 303, "proposal_id", two) // thought better of it
	page, _ = h.ask("06", "/vote/"+round, 200)
	if !regexp.MustCompile(`<input[^>]*checked[^>]*value="` + two).MatchString(page) {
		t.Error("the page does not show what was chosen")
	}
	h.ask("07", "/vote/"+round, 303, "proposal_id", one)

	box := pitchDesk + "/boxes"
	h.ask("03", box, 403, "box", "活动室")
	page, _ = h.ask("01", box, 200)
	h.has(page, "照着计票单", `name="pass" value="1"`)
	page, _ = h.ask("01", box, 422, "box", "", "pass", "1", "counts.0.code", one, "counts.0.mark", "十二", "counts.1.code", two, "counts.1.mark", "7", photoField, "")
	h.has(page, "请写票箱的名字", "请填写这个项目的票数", `value="7"`)
	count := func(who, pass, a, b string, want int, more ...string) string {
		t.Helper()
		page, _ := h.ask(who, box, want, append([]string{"box", "活动室", "pass", pass, "counts.0.code", one, "counts.0.mark", a, "counts.1.code", two, "counts.1.mark", b}, more...)...)
		return page
	}
	h.has(count("01", "1", "3", "7", 422, photoField, ""), "请拍一张唱票记录的照片", `value="7"`)
	for range 2 {
		count("01", "1", "3", "7", 303, photoField, tally)
	}
	count("01", "2", "3", "7", 403, photoField, "")
	page, _ = h.ask("01", box+"?box=活动室", 200)
	h.has(page, "第二遍要请另一个人录")
	page, _ = h.ask("05", box+"?box=活动室", 200)
	if strings.Contains(page, `value="7"`) {
		t.Error("the second typist sees what the first typed")
	}
	count("05", "2", "3", "8", 303, photoField, "")
	page, _ = h.ask("05", box+"?box=活动室", 200)
	h.has(page, "两个人录得不一样", "以哪个为准")
	h.has(count("05", "3", "3", "8", 422, photoField, ""), "写明以哪个为准", `value="8"`)
	h.ask("01", pitchDesk+"/poll/count", 409, "version", "1") // it is not over
	count("05", "3", "3", "8", 303, photoField, "", "reason", "计票单上是 8，第一遍看错了")
	h.clock.Set(time.Date(2026, 6, 20, 18, 0, 0, 0, clock.Shanghai))
	h.ask("07", "/vote/"+round, 409, "proposal_id", two)
	for range 2 {
		h.ask("01", pitchDesk+"/poll/count", 303, "version", "1")
	}
	page, _ = h.ask("", "/vote/"+round, 200)
	h.has(page, "计票的指纹")
}

// tally is a photographed count.
const tally = "%PDF-1.4 tally"

// Where votes share the money out, a box is typed ballot by ballot; a wrong line is named and the rest is kept.
func TestABoxIsTypedBallotByBallot(t *testing.T) {
	h := newHouse(t)
	h.voting(`{"public_vote": 20, "sharing": "equal-shares"}`)
	box := pitchDesk + "/boxes"
	page, _ := h.ask("01", box, 200)
	h.has(page, "纸质票要一张一张录", "一张票一行", "旧衣改造坊1")
	page, _ = h.ask("01", box, 422, "box", "活动室", "pass", "1", "ballots", "1\n2\n9", photoField, "")
	h.has(page, "第 3 行的「9」不是上面的序号", "1\n2\n9</textarea>")
	page, _ = h.ask("01", box, 422, "box", "活动室", "pass", "1", "ballots", "1 2", photoField, "")
	h.has(page, "第 1 行在同一个赛道里有两个项目")
	page, _ = h.ask("01", box, 422, "box", "", "pass", "1", "ballots", "", photoField, "")
	h.has(page, "请写票箱的名字", "请把票一张一行录进来")
	for range 2 {
		h.ask("01", box, 303, "box", "活动室", "pass", "1", "ballots", "1\n2\n2", photoField, tally)
	}
	h.ask("05", box, 303, "box", "活动室", "pass", "2", "ballots", "2\n2", photoField, "")
	page, _ = h.ask("05", box+"?box=活动室", 200)
	h.has(page, "两个人录得不一样", "一共几张票", "投了 1 号的")
	h.ask("05", box, 303, "box", "活动室", "pass", "3", "ballots", "2\n1\n2", "reason", "第二遍漏了一张", photoField, "")
	page, _ = h.ask("01", box+"?box=活动室", 200)
	h.has(page, "这一份已经核对好")
}

// Where votes share the money out a ballot is a list of boxes to tick: too many are told beside them and stay ticked, fewer are fine, and
// a paper follows the same limit.
func TestABallotOfSeveralProjectsByForms(t *testing.T) {
	h := newHouse(t)
	h.voting(`{"public_vote": 20, "sharing": "equal-shares", "ballot_most": 1}`)
	page, _ := h.ask("06", "/vote/"+round, 200)
	h.has(page, "您最多可以选 1 个", `type="checkbox"`, `data-ticks="1"`, "申请\u00a0¥")
	page, _ = h.ask("06", "/vote/"+round, 422, "x", "")
	h.has(page, "请至少选一个项目")
	page, _ = h.ask("06", "/vote/"+round, 422, "proposal_id", one, "proposal_id", two)
	h.has(page, "您选了 2 个项目，最多可以选 1 个，请去掉 1 个")
	if n := len(regexp.MustCompile(`<input[^>]*checked[^>]*value="`+one[:35]).FindAllString(page, -1)); n != 2 {
		t.Errorf("%d of both ticks are kept", n)
	}
	h.past(`update poll set most = 2`)
	for range 2 {
		h.ask("06", "/vote/"+round, 303, "proposal_id", one, "proposal_id", two)
	}
	page, _ = h.ask("06", "/vote/"+round, 200)
	h.has(page, "改投")
	if n := len(regexp.MustCompile(`<input[^>]*checked[^>]*value="`+one[:35]).FindAllString(page, -1)); n != 2 {
		t.Errorf("%d of both choices are shown", n)
	}
	h.ask("08", "/vote/"+round, 403, "proposal_id", one)
	page, _ = h.ask("01", pitchDesk+"/boxes", 200)
	h.has(page, "一张票最多 2 个项目")
	page, _ = h.ask("01", pitchDesk+"/boxes", 422, "box", "活动室", "pass", "1", "ballots", "1 2\n2 2", photoField, "")
	h.has(page, "第 2 行把 2 号写了两遍", "1 2\n2 2</textarea>")
	h.ask("01", pitchDesk+"/boxes", 303, "box", "活动室", "pass", "1", "ballots", "1 2\n2", photoField, tally)
}
