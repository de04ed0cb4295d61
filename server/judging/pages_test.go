package judging

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const (
	secret = "secret"
	year   = "00000000-0000-7000-8000-0000000000e1"
	desk   = "/desk/editions/" + year + "/judging"
	round  = "01900000-0000-7000-8000-0000000000f1"
)

// The people: 01 runs the judging, 02 leads the first project, 03 supervises, 04 runs another district, 11 to 16 may judge.
const groundSQL = `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州', 'Jingzhou', '1', '2020-01-01'), ('jz.a', 'subdistrict', '街道', 'Street', '2', '2020-01-01'),
  ('jz.a.x', 'community', '电厂社区', 'Plant', '3', '2020-01-01'), ('qy', 'district', '青云', 'Qingyun', '4', '2020-01-01');
insert into person (id, name, created_at) select ('00000000-0000-7000-8000-0000000000' || n)::uuid, name, now() from (values ('01', '冯区办'), ('02', '周桂兰'), ('03', '韩监督'), ('04', '吴邻区'),
  ('11', '评委甲'), ('12', '评委乙'), ('13', '评委丙'), ('14', '评委丁'), ('15', '评委戊'), ('16', '评委己')) p(n, name);
insert into role_grant (id, person_id, role, place, since) select gen_random_uuid(), ('00000000-0000-7000-8000-0000000000' || n)::uuid, role, place::ltree, now()
  from (values ('01', 'district_staff', 'jz'), ('03', 'supervisor', 'jz'), ('04', 'district_staff', 'qy'), ('11', 'judge', 'jz'), ('12', 'judge', 'jz'), ('13', 'judge', 'jz'), ('14', 'judge', 'jz'), ('15', 'judge', 'jz'), ('16', 'judge', 'jz')) g(n, role, place);
insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) select sha256(right(id::text, 2)::bytea), id, true, now(), now(), '2100-01-01' from person;
insert into edition (id, place, no, title, state, rules, closes_at, created_by, created_at) values ('` + year + `', 'jz', 3, '第三届', 'closed', @rules, now(), '00000000-0000-7000-8000-000000000001', now());
insert into team (id, name, place, lead_id, state, created_at) select ('00000000-0000-7000-8000-0000000000b' || n)::uuid, '巧手姐妹队', 'jz.a.x', '00000000-0000-7000-8000-000000000002', 'ready', now() from generate_series(1, 2) n;
insert into team_member (id, team_id, person_id, name, role, state, at) select gen_random_uuid(), id, lead_id, '周桂兰', 'lead', 'accepted', now() from team;
insert into proposal (id, number, edition_id, team_id, place, category, title, state, lead_id, requested, problem, submitted_at, created_at, saved_at) select ('00000000-0000-7000-8000-0000000000c' || n)::uuid, 'A' || n, '` + year + `',
  ('00000000-0000-7000-8000-0000000000b' || n)::uuid, 'jz.a.x', 'mutual_aid', '旧衣改造坊' || n, 'eligible', '00000000-0000-7000-8000-000000000002', 300000, '请打 13812340417 找周桂兰', now(), now(), now() from generate_series(1, 2) n`

type house struct {
	*testing.T
	app   *fiber.App
	clock *clock.Manual
	owner string // the database's owner, for what other areas do
	book  *judging.Book
}

func newHouse(t *testing.T) house {
	t.Helper()
	ctx := context.Background()
	db, ownerURL := pgtest.Lend(t)
	owner, err := pg.Open(ctx, ownerURL, pg.Options{Owner: true, MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	rules, err := json.Marshal(edition.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	err = owner.Change(ctx, func(tx pg.Tx) error {
		for _, sql := range append([]string{`set local session_replication_role = replica`}, strings.Split(groundSQL, ";\n")...) {
			args := pg.Args{}
			if strings.Contains(sql, "@rules") {
				args["rules"] = string(rules)
			}
			if _, err := pg.Do(ctx, tx, sql, args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 6, 15, 12, 0, 0, 0, clock.Shanghai))
	site := &web.Site{Accounts: accounts.New(db, clock.System{}, nil, nil, nil), Clock: c, Log: slog.New(slog.DiscardHandler), Secret: []byte(secret)}
	disk, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	book := judging.New(db, c)
	book.KeepPapers(judging.Papers{Store: disk})
	return house{t, web.New(site, append(Routes(book, edition.New(db, c), db, c), SheetRoutes(book, db, nil, c)...)), c, ownerURL, book}
}

// ask sends a request of a person; fields make it a post. It fails unless the answer has the status.
func (h house) ask(who, path string, want int, fields ...string) (page, to string) {
	h.Helper()
	r := httptest.NewRequest("GET", path, nil)
	if fields != nil {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("form\x00" + who))
		values := url.Values{"_token": {hex.EncodeToString(mac.Sum(nil)[:16])}}
		for i := 0; i+1 < len(fields); i += 2 {
			values.Add(fields[i], fields[i+1])
		}
		r = httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if values.Has(photoField) || values.Has(scanField) {
			r = withPhoto(path, values)
		}
	}
	r.Host = "localhost"
	r.Header.Set("Cookie", "seedbed="+who)
	h.clock.Advance(time.Second)
	res, err := h.app.Test(r, 30_000)
	if err != nil {
		h.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.Fatal(err)
	}
	if res.StatusCode != want {
		h.Fatalf("%s %s: %d, want %d\n%s", who, path, res.StatusCode, want, regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>|\s+`).ReplaceAllString(string(body), " "))
	}
	return string(body), res.Header.Get("Location")
}

// photoField is the field of a form that may bring a file: its value is what is in it, "" for none.
const photoField = "photo"

// scanField is photoField for signed minutes.
const scanField = "scan"

func withPhoto(path string, values url.Values) *http.Request {
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for name, list := range values {
		for _, value := range list {
			if name != photoField && name != scanField {
				_ = form.WriteField(name, value)
				continue
			}
			if value == "" {
				continue
			}
			part, _ := form.CreateFormFile(name, "唱票.pdf")
			_, _ = io.WriteString(part, value)
		}
	}
	_ = form.Close()
	r := httptest.NewRequest(http.MethodPost, path, &out)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func (h house) has(page string, texts ...string) {
	h.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			h.Errorf("the page does not say %q", text)
		}
	}
}

func judgeID(n int) string { return fmt.Sprintf("01900000-0000-7000-8000-0000000000%d", n) }

// opened asks judges 11 to last, plans a round and opens it.
func (h house) opened(last int) {
	h.Helper()
	for n := 11; n <= last; n++ {
		h.ask("01", desk+"/judges", 303, "id", judgeID(n), "person_id", fmt.Sprintf("00000000-0000-7000-8000-0000000000%d", n), "expertise", "expert")
		h.ask(fmt.Sprint(n), "/review/judges/"+judgeID(n)+"/answer", 303, "version", "1", "answer", "yes", "ties", "true", "secret", "true")
	}
	h.ask("01", desk+"/rounds", 303, "id", round, "kind", "desk", "closes_at", "2026-06-30T18:00")
	for range 2 {
		h.ask("01", desk+"/rounds/"+round+"/open", 303, "version", "1")
	}
}

// task is the n-th project on a judge's list.
func (h house) task(who string, n int) string {
	h.Helper()
	page, _ := h.ask(who, "/review", 200)
	found := regexp.MustCompile(`<a href="(/review/[0-9a-f-]{36})"><span`).FindAllStringSubmatch(page, -1)
	if len(found) <= n {
		h.Fatalf("%s has %d projects", who, len(found))
	}
	return found[n][1]
}

// sheet fills every line of the desk rubric with one mark.
func sheet(version, mark string, more ...string) []string {
	fields := append([]string{"version", version}, more...)
	for i, c := range judging.DefaultRubric(judging.Desk) {
		fields = append(fields, fmt.Sprintf("marks.%d.code", i), c.Code, fmt.Sprintf("marks.%d.mark", i), mark)
	}
	return fields
}

func TestInvitations(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", desk+"/judges", 422, "id", judgeID(11), "person_id", "", "expertise", "", "unit", "社工站")
	h.has(page, "请选一位评委", "请选这位评委的专长", `value="社工站"`)
	for range 2 {
		h.ask("01", desk+"/judges", 303, "id", judgeID(11), "person_id", "00000000-0000-7000-8000-000000000011", "expertise", "expert")
	}
	at := "/review/judges/" + judgeID(11)
	h.ask("12", at, 404)
	page, _ = h.ask("11", at+"/answer", 422, "version", "1", "answer", "yes", "ties", "true")
	h.has(page, "请先承诺：申报内容、打分和讨论都不外传")
	if !regexp.MustCompile(`<input[^>]*checked[^>]*name="ties"`).MatchString(page) {
		t.Error("the tick that was given is lost")
	}
	for range 2 {
		h.ask("11", at+"/answer", 303, "version", "1", "answer", "yes", "ties", "true", "secret", "true")
	}
	page, _ = h.ask("11", at+"/ties", 422, "proposal_id", "", "reason", "邻居")
	h.has(page, "请选一个项目", "邻居")
	page, _ = h.ask("11", at, 200)
	id := regexp.MustCompile(`<option value="([0-9a-f-]{36})">旧衣改造坊1`).FindStringSubmatch(page)
	if id == nil {
		t.Fatal("the project is not offered")
	}
	for range 2 {
		h.ask("11", at+"/ties", 303, "proposal_id", id[1], "reason", "邻居")
	}
}

func TestTheDeskRunsARound(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", desk+"/rounds", 422, "id", round, "kind", "", "closes_at", "2020-01-01T00:00")
	h.has(page, "请选择评审方式", `value="2020-01-01T00:00"`)
	h.ask("01", desk+"/rounds", 303, "id", round, "kind", "desk", "closes_at", "2026-06-30T18:00")
	weights := []string{"version", "1"}
	for i, c := range judging.DefaultRubric(judging.Desk) {
		weights = append(weights, fmt.Sprintf("lines.%d.code", i), c.Code, fmt.Sprintf("lines.%d.weight", i), fmt.Sprint([]int{20, 20, 25, 10, 15, 10}[i]))
	}
	page, _ = h.ask("01", desk+"/rounds/"+round+"/weights", 422, append([]string{"lines.0.weight", "90"}, weights...)...)
	h.has(page, "各项权重加起来要等于 100，现在是 170", `value="90"`)
	for range 2 {
		h.ask("01", desk+"/rounds/"+round+"/weights", 303, weights...)
	}
	h.ask("01", desk+"/rounds/"+round+"/open", 409, "version", "2") // nobody has accepted yet
	h.ask("04", desk, 404)
	page, _ = h.ask("03", desk, 200)
	if strings.Contains(page, `action="`+desk) {
		t.Error("the supervisor is offered a form")
	}
}

func TestMarking(t *testing.T) {
	h := newHouse(t)
	h.opened(15) // five judges for five seats: each has both projects
	at := h.task("11", 0)
	page, _ := h.ask("11", at, 200)
	h.has(page, `rel="next"`, "申报人信息已隐去")
	for _, told := range []string{"周桂兰", "13812340417", "巧手姐妹队"} {
		if strings.Contains(page, told) {
			t.Errorf("the judge reads %s", told)
		}
	}
	h.ask("12", at, 404)
	answer, _ := h.ask("11", at+"/save", 200, append([]string{"autosave", "1"}, sheet("0", "")...)...)
	if !strings.Contains(answer, `"version":1`) {
		t.Errorf("kept by itself: %s", answer)
	}
	page, _ = h.ask("11", at+"/submit", 422, sheet("1", "", "comment", "写得好")...)
	h.has(page, "这一项还没有打分", "写得好")
	page, _ = h.ask("11", at+"/save", 422, sheet("1", "101")...)
	h.has(page, "请填写 0 到 100 之间的整数", `value="101"`)
	page, _ = h.ask("11", at+"/save", 409, sheet("0", "77", "comment", "旧窗口里的话")...)
	h.has(page, "在别的窗口改过", "旧窗口里的话", `name="version" value="1"`)
	for range 2 {
		_, to := h.ask("11", at+"/submit", 303, sheet("1", "84")...)
		if to != h.task("11", 1) {
			t.Errorf("led to %s and not to the next project", to)
		}
	}
	page, _ = h.ask("11", at, 200)
	h.has(page, "84.00", at+"/reopen")
	h.ask("11", at+"/save", 409, sheet("2", "90")...)
	h.ask("11", at+"/reopen", 422, "reason", "")
	for range 2 {
		h.ask("11", at+"/reopen", 303, "reason", "看漏了")
	}
	h.ask("11", at+"/recuse", 422, "reason", "")
	for range 2 {
		h.ask("11", at+"/recuse", 303, "reason", "邻居")
	}
	h.ask("11", at, 404)
}

func TestReplacingAndClosing(t *testing.T) {
	h := newHouse(t)
	h.opened(16)
	page, _ := h.ask("01", desk, 200)
	seat := regexp.MustCompile(desk + `/seats/[0-9a-f-]{36}`).FindString(page)
	h.ask("03", seat, 403)
	page, _ = h.ask("01", seat, 422, "reason", "")
	h.has(page, "请写明为什么换下")
	for range 2 {
		h.ask("01", seat, 303, "reason", "生病")
	}
	h.ask("01", seat, 404) // nobody sits there now
	h.ask("01", desk+"/rounds/"+round+"/close", 409, "version", "2")
	for n := 11; n <= 16; n++ {
		who := fmt.Sprint(n)
		page, _ := h.ask(who, "/review", 200)
		for _, m := range regexp.MustCompile(`<a href="(/review/[0-9a-f-]{36})"><span`).FindAllStringSubmatch(page, -1) {
			h.ask(who, m[1]+"/submit", 303, sheet("0", fmt.Sprint(60+n), "comment", "很好")...)
		}
	}
	page, _ = h.ask("01", desk, 200)
	h.has(page, "已交 10 / 10 份评分表", desk+"/rounds/"+round+"/close")
	for range 2 {
		h.ask("01", desk+"/rounds/"+round+"/close", 303, "version", "2")
	}
	page, _ = h.ask("01", desk, 200)
	h.has(page, "2 个项目已经排名", "结果的指纹")
	page, _ = h.ask("12", h.task("12", 0), 200)
	h.has(page, "只能看，不能改")
}
