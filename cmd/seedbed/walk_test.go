package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/photo/sketch"
)

// town is everybody the walk meets.
type town struct {
	*browser
	edition, proposal, project string
	dir                        string
}

const (
	home   = "jz.wuhan.dianchang"
	street = "jz.wuhan"
)

// phones of the walk's people; every one signs in as people do.
var phones = map[string]string{"周桂兰": "13800000001", "陈秀珍": "13800000002", "刘建国": "13800000003", "邻居一": "13800000004", "邻居二": "13800000005", "邻居三": "13800000006",
	"社区社工": "13900000001", "社区主任": "13900000002", "街道干事": "13900000003", "街道主任": "13900000004", "区干事": "13900000005", "区主任": "13900000006", "会计": "13900000007", "出纳": "13900000008",
	"监督员": "13900000009", "辅导社工": "13900000010", "评委1": "13900000011", "评委2": "13900000012", "评委3": "13900000013", "评委4": "13900000014", "评委5": "13900000015", "管理员": "13900000016"}

// TestScreensWalkTheYear walks one proposal through the whole year in a real browser, every step by the person whose it
// is: call, proposal and team, eligibility, five judges, ranking, public notice, agreement, tranche, activity with photos,
// receipt paid, acceptance, organisation, its public page. Each page is also held to what every page owes.
func TestScreensWalkTheYear(t *testing.T) {
	if testing.Short() {
		t.Skip("the walk takes a minute")
	}
	h, hand := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	w := &town{browser: startBrowser(t, h, hand), dir: t.TempDir()}
	w.year()
	w.check()
	t.Logf("%d steps", w.step)
	if w.step < 40 {
		t.Errorf("the walk has only %d steps", w.step)
	}
}

// year is the whole walk, from the empty district to the organisation's public page.
func (w *town) year() {
	w.t.Helper()
	w.lay()
	for _, part := range []func(){w.callAndProposal, w.screening, w.judging, w.notice, w.agreement, w.activities, w.receipt, w.acceptance, w.organisation, w.watchers} {
		part()
		w.settle()
	}
}

func (w *town) lay() {
	w.t.Helper()
	ctx, day := w.t.Context(), w.hand.Now()
	places := []place.Place{{Path: "jz", Level: "district", Name: "京州市", NameEn: "Jingzhou", Code: "410399"}, {Path: street, Level: "subdistrict", Name: "武汉路街道", NameEn: "Wuhan Road", Code: "410399001"},
		{Path: home, Level: "community", Name: "电厂新村社区", NameEn: "Power Plant Village", Code: "410399001002"}}
	for i := range places {
		places[i].ValidFrom = day
	}
	if err := w.house.lay(ctx, places); err != nil {
		w.t.Fatal(err)
	}
	grant := func(name string, role identity.Role, at string) {
		if _, err := w.house.Accounts.Enlist(ctx, name, phones[name], "", identity.Grant{Role: role, Place: at}); err != nil {
			w.t.Fatal(err)
		}
	}
	grant("社区社工", identity.CommunityStaff, home)
	grant("社区主任", identity.CommunityHead, home)
	grant("街道干事", identity.SubdistrictStaff, street)
	grant("街道主任", identity.SubdistrictHead, street)
	grant("区干事", identity.DistrictStaff, "jz")
	grant("区主任", identity.DistrictHead, "jz")
	grant("会计", identity.Finance, "jz")
	grant("出纳", identity.Cashier, "jz")
	grant("监督员", identity.Supervisor, "jz")
	grant("管理员", identity.Sysadmin, "jz")
	for i := range 5 {
		grant("评委"+strconv.Itoa(i+1), identity.Judge, "jz")
	}
}

func (w *town) person(name string) *tab { return w.as(name, phones[name]) }

// staff is a person with a second factor, signed in afresh: their sessions end after two idle hours, and the walk moves
// through a year.
func (w *town) staff(name string) *tab { return w.person(name).signIn(true) }

func (w *town) resident(name string) *tab { return w.person(name).signIn(false) }

// days moves the clock on and lets the calendar do what is due.
func (w *town) days(n int) {
	w.hand.Advance(time.Duration(n) * 24 * time.Hour)
	w.settle()
}

func (w *town) callAndProposal() {
	w.person("访客").open("/").see("社区公益微创投大赛").shot("front-empty")
	admin := w.staff("管理员")
	admin.open("/admin").fill("phone", phones["辅导社工"]).fill("name", "辅导社工").pick("role", "mentor").pick("place", "jz").press("添加").see("已添加").shot("admin-roles")
	district := w.staff("区干事")
	district.open("/desk").shot("desk-district").open("/desk/editions").shot("desk-editions")
	district.open("/desk/editions/new").fill("title", "第一届社区公益微创投大赛").press("开始起草").see("第一届社区公益微创投大赛")
	w.edition = district.id()
	now := w.hand.Now()
	date := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	district.fill("theme", "文明社区居民好项目").fill("title_en", "First Micro-Venture Competition").fill("call_text", "想到一件让小区更好的事，就写下来。三位邻居一起就能报名。").fill("contact", "社区办 0379-0000 0000").
		fill("opens_at", now.Add(-time.Hour).Format("2006-01-02T15:04")).fill("closes_at", now.AddDate(0, 0, 24).Format("2006-01-02T15:04")).fill("runs_from", date(40)).fill("runs_to", date(300)).
		fill("funds.0.name", "区财政社区治理资金").pick("funds.0.kind", "budget").fill("funds.0.amount", "50000").press("保存").shot("edition-draft")
	head := w.staff("区主任")
	head.open("/desk/editions/" + w.edition).press("预览并公布").shot("edition-preview").press("公布").shot("edition-open")
	w.person("访客").open("/editions").shot("editions").open("/editions/" + w.edition).see("第一届社区公益微创投大赛").shot("edition-public")

	lead := w.resident("周桂兰")
	lead.see("我的资料").fill("name", "周桂兰").pick("home", home).press("保存").see("社区正在确认").shot("me")
	staff := w.staff("社区社工")
	staff.open("/desk/residents").see("周桂兰").shot("desk-residents").press("确认")
	for _, name := range []string{"陈秀珍", "刘建国"} {
		w.resident(name).fill("name", name).pick("home", home).press("保存")
		w.staff("社区社工").open("/desk/residents").press("确认")
	}
	w.hand.Advance(time.Minute)
	lead.open("/editions/" + w.edition).press("我要申报")
	w.proposal = lead.id()
	lead.shot("proposal-empty")
	w.write(lead)
	lead.see("楼道口的旧衣改造坊").shot("proposal-draft")
	w.team(lead)
	lead.open("/proposals/" + w.proposal + "/check").shot("proposal-check").press("提交申报").see("JZ-01-R0001").shot("proposal-receipt")
	lead.open("/proposals/" + w.proposal + "/print").shot("proposal-print")
}

func (w *town) write(lead *tab) {
	now := w.hand.Now()
	step := func(id string) *tab { return lead.open("/proposals/" + w.proposal + "/edit/" + id) }
	step("card").fill("title", "楼道口的旧衣改造坊").fill("pitch", "旧衣堵了楼道，大家一起改布袋、围裙，送给独居老人").tick("track", "resident_team").tick("category", "mutual_aid").tick("colour", "orange").
		fill("venue", "电厂新村活动室").fill("starts_on", now.AddDate(0, 0, 40).Format(time.DateOnly)).fill("ends_on", now.AddDate(0, 0, 200).Format(time.DateOnly)).press("下一步")
	lead.fill("problem", "老院子三百多户，每到换季，楼道里堆着没人要的旧衣服，扔了可惜，放着又堵路。").tick("affected", "elders", "all").tick("how_found", "own_life").fill("asked", "30").press("下一步")
	lead.fill("goal", "让楼道通畅，让旧衣有用。").fill("method", "每周六在活动室教大家把旧衣改成布袋、围裙和坐垫，做好的送给独居老人。").
		fill("activities.0.name", "周六改造课").fill("activities.0.times", "8").fill("activities.0.month", "每周六").fill("activities.0.place", "活动室").fill("activities.0.people", "20").fill("risks", "剪刀针线有人管，志愿者买保险。").press("下一步")
	lead.pick("lines.0.category", "M").fill("lines.0.item", "布料和针线").fill("lines.0.unit_price", "40").fill("lines.0.qty", "20").press("下一步")
	lead.fill("team_name", "巧手队").press("下一步")
	lead.fill("act_target", "8").fill("served_target", "160").fill("people_target", "60").fill("volunteer_target", "6").fill("satisfaction_target", "90").press("下一步").shot("proposal-photos")
	step("promise").fill("future", "做成了就一直做下去。").tick("org_wish", "yes").tick("org_type", "volunteer")
	for _, d := range proposal.Declarations {
		lead.tick("declared", d.Code)
	}
	lead.press("检查并提交").see("楼道口的旧衣改造坊")
	step("card")
}

func (w *town) team(lead *tab) {
	for i, name := range []string{"陈秀珍", "刘建国"} {
		lead.open("/proposals/"+w.proposal+"/team").fill("name", name).fill("phone", phones[name]).tick("role", []string{"treasurer", "deputy"}[i]).fill("skill", "裁缝").press("发出邀请")
		mate := w.person(name).open("/invitations").see("楼道口的旧衣改造坊")
		if i == 0 {
			mate.shot("invitation")
		}
		mate.tick("age", "adult").tick("agree").press("加入团队")
	}
	lead.open("/proposals/"+w.proposal+"/team").see("陈秀珍", "刘建国").shot("team")
}

func (w *town) screening() {
	head := w.staff("社区主任")
	head.open("/desk/proposals").see("楼道口的旧衣改造坊").shot("desk-proposals").open("/desk/proposals/"+w.proposal).fill("opinion", "走访过，确有需要，同意申报。").press("同意推荐").shot("desk-proposal-endorsed")
	clerk := w.staff("街道干事")
	clerk.open("/desk/proposals/" + w.proposal)
	for i := range proposal.CheckItems {
		clerk.tick(fmt.Sprintf("items.%d.result", i), "pass")
	}
	clerk.tick("looked").shot("eligibility").press("交审查结果").see("资格通过")
}

// picture draws a photo into a file.
func (w *town) picture(name string, scene sketch.Scene, seed int64) string {
	path := filepath.Join(w.dir, name+".jpg")
	if err := os.WriteFile(path, sketch.DrawWithEXIF(seed, scene, "周六改造课", w.hand.Now(), 34.66, 112.43), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}
