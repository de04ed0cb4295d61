package judging

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// past writes as the owner with triggers asleep: what other areas have done.
func (h house) past(statements ...string) {
	h.Helper()
	ctx := context.Background()
	owner, err := pg.Open(ctx, h.owner, pg.Options{Owner: true, MaxConns: 1})
	if err != nil {
		h.Fatal(err)
	}
	defer owner.Close()
	err = owner.Change(ctx, func(tx pg.Tx) error {
		for _, sql := range append([]string{`set local session_replication_role = replica`}, statements...) {
			if _, err := pg.Do(ctx, tx, sql, nil); err != nil {
				return fmt.Errorf("%s: %w", sql, err)
			}
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
}

// rename gives every proposal other authors: other names, team, organisation, community, phone and file names, in the
// texts too. What is proposed stays as it is.
func (h house) rename(lead, member, team, org, place string) {
	h.Helper()
	h.past(`update person set name = '`+lead+`' where id = '00000000-0000-7000-8000-000000000002'`,
		`update team set name = '`+team+`'`, `delete from team_member where role = 'member'`, `update team_member set name = '`+lead+`'`,
		`insert into team_member (id, team_id, name, role, state, at) select gen_random_uuid(), id, '`+member+`', 'member', 'accepted', now() from team`,
		`update place set name = '`+place+`', name_en = 'Place `+place+`' where path = 'jz.a.x'`,
		`insert into org (id, number, name, type, place, founded_on, leader_id, created_by, created_at) values ('00000000-0000-7000-8000-0000000000d1', 'X', '`+org+`', 'volunteer', 'jz.a.x', '2020-01-01', '00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000002', now())
      on conflict (id) do update set name = excluded.name`,
		`update proposal set org_id = '00000000-0000-7000-8000-0000000000d1', number = 'Z-`+org+`' || right(id::text, 1), submitted_at = now() - random() * interval '9 days',
      problem = '`+lead+`和`+member+`（`+team+`，`+org+`）在`+place+`，电话 13812340417', title = '`+team+`的旧衣坊' || right(id::text, 1)`,
		`delete from attachment`,
		`insert into attachment (id, digest, size, mime, kind, owner, owner_id, place, name, uploader, uploaded_at, large, thumb, state)
      select gen_random_uuid(), md5(random()::text), 10, 'image/jpeg', 'need', 'proposal', id, 'jz.a.x', '`+lead+`.jpg', lead_id, now(), 'abc', 'abd', 'derived' from proposal`)
}

var formToken = regexp.MustCompile(`name="_token" value="[0-9a-f]*"`)

// seen is everything a judge may look at: the list, what is looked for, every sheet, the pages of their steps, the
// invitation, and the workbook.
func (h house) seen(who string, words ...string) string {
	h.Helper()
	var all strings.Builder
	page := func(path string) string {
		body, _ := h.ask(who, path, 200)
		all.WriteString(path + "\n" + formToken.ReplaceAllString(body, "") + "\n")
		return body
	}
	list := page("/review")
	for _, w := range words {
		page("/review?q=" + w)
	}
	for _, m := range regexp.MustCompile(`<a href="(/review/[0-9a-f-]{36})"><span`).FindAllStringSubmatch(list, -1) {
		page(m[1])
		page(m[1] + "/recuse")
	}
	page("/review/judges/" + judgeID(11))
	book, _ := h.ask(who, "/review/rounds/"+round+"/sheets.xlsx", 200)
	f, err := excelize.OpenReader(strings.NewReader(book))
	if err != nil {
		h.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows("评分表")
	if err != nil {
		h.Fatal(err)
	}
	props, _ := f.GetDocProps()
	fmt.Fprint(&all, rows, props.Creator, props.LastModifiedBy, props.Title)
	return all.String()
}

// TRUST: nothing a judge can reach of a blind round tells who proposes. The same house is looked at twice; in between
// only the authors' identity is another.
func TestWhoeverProposesTheJudgeSeesTheSame(t *testing.T) {
	h := newHouse(t)
	h.rename("周桂兰", "陈秀珍", "巧手姐妹队", "银龄互助社", "电厂新村社区")
	h.opened(16)
	before := h.seen("11", "周桂兰", "旧衣", "Z-银", "02")
	if !strings.Contains(before, "某人和某人（本团队，本团队）在本社区，电话 （号码已隐去）") || !strings.Contains(before, "/photos/1/thumb") {
		t.Errorf("the sheet does not show what it should: %s", regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(before, ""))
	}
	for _, told := range []string{"周桂兰", "陈秀珍", "巧手", "银龄", "电厂", "0417", ".jpg"} {
		if i := strings.Index(strings.ReplaceAll(before, `value="周桂兰"`, ""), told); i >= 0 && !strings.Contains(before[max(0, i-20):i], "q=") {
			t.Errorf("the judge reads %s: …%s…", told, before[max(0, i-60):min(len(before), i+60)])
		}
	}
	h.rename("欧阳建设", "司马光明", "春风缝纫组", "夕阳红协会", "长乐社区")
	after := h.seen("11", "周桂兰", "旧衣", "Z-银", "02")
	if strip(before) != strip(after) {
		a, b := strip(before), strip(after)
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("the two differ:\n…%s…\n…%s…", a[max(0, i-200):min(len(a), i+100)], b[max(0, i-200):min(len(b), i+100)])
			}
		}
		t.Errorf("%d and %d bytes", len(a), len(b))
	}
}

// strip takes out the clock of the page's foot, which goes on between two looks.
func strip(text string) string {
	return regexp.MustCompile(`\d{4}[-年]\d{1,2}[-月]\d{1,2}日? ?\d{1,2}:\d{2}(:\d{2})?`).ReplaceAllString(text, "")
}

func TestARubricIsEdited(t *testing.T) {
	h := newHouse(t)
	h.ask("01", desk+"/rounds", 303, "id", round, "kind", "desk", "closes_at", "2026-06-30T18:00", "cut", "top", "cut_top", "1")
	at := desk + "/rounds/" + round + "/rubric"
	page, _ := h.ask("01", at, 200)
	h.has(page, `value="和居民谈过、有例子"`, "再加一项")
	fields := []string{"version", "1"}
	for i, l := range judging.DraftOf(judging.Round{}, judging.DefaultRubric(judging.Desk)).Lines {
		p := fmt.Sprintf("lines.%d.", i)
		fields = append(fields, p+"code", l.Code, p+"name", l.Name, p+"name_en", l.NameEn, p+"weight", fmt.Sprint(l.Weight), p+"fair", l.Fair, p+"good", l.Good, p+"best", l.Best,
			p+"fair_en", l.FairEn, p+"good_en", l.GoodEn, p+"best_en", l.BestEn)
	}
	h.has(page, `value="Real need"`, `value="shown by talks with residents"`)
	page, _ = h.ask("01", at, 200, append(fields, "then", "add")...)
	h.has(page, `name="lines.6.name"`)
	page, _ = h.ask("01", at, 200, append(fields, "then", "down.0")...)
	if strings.Index(page, "公益与本地") > strings.Index(page, "需求真实") {
		t.Error("the first line did not go down")
	}
	page, _ = h.ask("01", at, 422, append(fields, "lines.6.code", "", "lines.6.name", "邻里口碑", "lines.6.weight", "5")...)
	h.has(page, "各项权重加起来要等于 100，现在是 105", "请写一句话，评委才知道这个分是什么样子", `value="邻里口碑"`)
	half, _ := h.ask("01", at, 422, append(fields, "lines.6.code", "", "lines.6.name", "邻里口碑", "lines.6.weight", "5", "lines.6.fair_en", "some")...)
	h.has(half, "三句英文要么都写，要么都不写", `value="some"`)
	for range 2 {
		h.ask("01", at, 303, fields...)
	}
	h.ask("04", at, 404)
	h.ask("11", at, 403)
	page, _ = h.ask("01", desk, 200)
	h.has(page, "每个赛道前 1 名进入下一轮", "匿名评审", "安排下一轮评审")
}

func TestADeskRoundIsChosenOnTheDesk(t *testing.T) {
	h := newHouse(t)
	for n := 11; n <= 14; n++ {
		h.ask("01", desk+"/judges", 303, "id", judgeID(n), "person_id", fmt.Sprintf("00000000-0000-7000-8000-0000000000%d", n), "expertise", "expert")
		h.ask(fmt.Sprint(n), "/review/judges/"+judgeID(n)+"/answer", 303, "version", "1", "answer", "yes", "ties", "true", "secret", "true")
	}
	page, _ := h.ask("01", desk+"/rounds", 422, "id", round, "kind", "desk", "closes_at", "2026-06-30T18:00", "cut", "top", "cut_top", "0")
	h.has(page, "请填写 1 到 500 之间的整数")
	h.ask("01", desk+"/rounds", 303, "id", round, "kind", "desk", "closes_at", "2026-06-30T18:00", "cut", "top", "cut_top", "1")
	h.ask("01", desk+"/rounds/"+round+"/open", 303, "version", "1")
	for n := 11; n <= 14; n++ {
		who := fmt.Sprint(n)
		list, _ := h.ask(who, "/review", 200)
		for i, m := range regexp.MustCompile(`<a href="(/review/[0-9a-f-]{36})"><span`).FindAllStringSubmatch(list, -1) {
			h.ask(who, m[1]+"/submit", 303, sheet("0", fmt.Sprint(90-20*i), "comment", "请先把场地定下来")...)
		}
	}
	page, _ = h.ask("01", desk, 200)
	h.has(page, "结束初评，选出入围的")
	h.ask("01", desk+"/rounds/"+round+"/close", 303, "version", "2")
	page, _ = h.ask("01", desk, 200)
	h.has(page, "入围的和没有入围的都已经通知", "安排下一轮评审")
	feedback := ""
	for n := 1; n <= 2; n++ {
		at := fmt.Sprintf("/proposals/00000000-0000-7000-8000-0000000000c%d/feedback", n)
		r := httptest.NewRequest("GET", at, nil)
		r.Host = "localhost"
		r.Header.Set("Cookie", "seedbed=02")
		res, err := h.app.Test(r, 30_000)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == 200 {
			feedback += at
		}
	}
	page, _ = h.ask("02", feedback, 200)
	h.has(page, "结果公示以后，这里会有评委的建议")
	if strings.Contains(page, "请先把场地定下来") {
		t.Error("the advice is told before the results are public")
	}
	h.ask("11", feedback, 404)
	h.past(`update edition set state = 'publicizing'`)
	page, _ = h.ask("02", feedback, 200)
	h.has(page, "请先把场地定下来", "70.00")
	if strings.Contains(page, "评委甲") {
		t.Error("the advice has a judge's name on it")
	}
}

func TestPhrases(t *testing.T) {
	h := newHouse(t)
	h.opened(16)
	page, _ := h.ask("11", "/review/my/phrases", 422, "text", "")
	h.has(page, "请先写一句话")
	h.ask("11", "/review/my/phrases", 303, "text", "请先把场地定下来。")
	at := h.task("11", 0)
	page, _ = h.ask("11", at, 200)
	phrase := regexp.MustCompile(`value="(phrase\.[0-9a-f-]{36})"`).FindStringSubmatch(page)
	if phrase == nil {
		t.Fatal("the sentence is not offered")
	}
	h.ask("11", at+"/save", 303, sheet("0", "80", "comment", "写得好。", "then", phrase[1])...)
	page, _ = h.ask("11", at, 200)
	h.has(page, "写得好。请先把场地定下来。")
	h.ask("11", at+"/save", 303, sheet("2", "80", "comment", "预算清楚。", "then", "keep")...)
	page, _ = h.ask("11", "/review/my/phrases", 200)
	h.has(page, "预算清楚。")
	drop := regexp.MustCompile(`/review/my/phrases/[0-9a-f-]{36}/drop`).FindString(page)
	for range 2 {
		h.ask("11", drop, 303, "x", "")
	}
}

// send brings a workbook back as the form does.
func (h house) send(who string, body []byte, want int) (page, to string) {
	h.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("form\x00" + who))
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	_ = form.WriteField("_token", hex.EncodeToString(mac.Sum(nil)[:16]))
	if body != nil {
		part, _ := form.CreateFormFile("workbook", "评分表.xlsx")
		_, _ = part.Write(body)
	}
	_ = form.Close()
	r := httptest.NewRequest("POST", "/review/rounds/"+round+"/sheets", &out)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Host = "localhost"
	r.Header.Set("Cookie", "seedbed="+who)
	res, err := h.app.Test(r, 30_000)
	if err != nil {
		h.Fatal(err)
	}
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode != want {
		h.Fatalf("%d, want %d: %s", res.StatusCode, want, text)
	}
	return string(text), res.Header.Get("Location")
}

func TestAWorkbookIsBroughtBack(t *testing.T) {
	h := newHouse(t)
	h.opened(16)
	h.ask("01", "/review/rounds/"+round+"/sheets.xlsx", 403)
	page, _ := h.send("11", nil, 422)
	h.has(page, "请选择填好的表格文件")
	data, _ := h.ask("11", "/review/rounds/"+round+"/sheets.xlsx", 200)
	f, err := excelize.OpenReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_ = f.SetCellValue("评分表", "C2", 101)
	var bad bytes.Buffer
	_ = f.Write(&bad)
	_, to := h.send("11", bad.Bytes(), 303)
	page, _ = h.ask("11", to, 200)
	h.has(page, "请填写 0 到 100 之间的整数", "现在什么都没有存", "改好再传")
	h.ask("11", to, 409, "version", "1")
	for _, column := range "CDEFGH" {
		_ = f.SetCellValue("评分表", string(column)+"2", 88)
	}
	var good bytes.Buffer
	_ = f.Write(&good)
	_, to = h.send("11", good.Bytes(), 303)
	page, _ = h.ask("11", to, 200)
	h.has(page, "会存进去", "88.00", "打完了的一起提交")
	h.ask("12", to, 404)
	h.ask("11", h.task("11", 0)+"/save", 303, sheet("0", "70")...)
	page, _ = h.ask("11", to, 422, "version", "1")
	h.has(page, "网上也改过，请选一份", "请选哪一份算数")
	for range 2 {
		h.ask("11", to, 303, "version", "1", "choices.0.assignment", strings.TrimPrefix(h.task("11", 0), "/review/"), "choices.0.take", "file", "submit", "true")
	}
	page, _ = h.ask("11", "/review", 200)
	h.has(page, "88.00")
	page, _ = h.ask("11", to, 200)
	h.has(page, "这份表格已经存好了")
}
