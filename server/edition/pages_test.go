package edition

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	serveevidence "seedbed/server/evidence"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const secret = "secret"

// The people: 01 plans, 02 publishes, 03 is community staff, 04 plans in another district, 05 lives here.
const groundSQL = `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州', 'Jingzhou', '1', '2020-01-01'), ('jz.a', 'subdistrict', '街道', 'Street', '2', '2020-01-01'),
  ('jz.a.x', 'community', '电厂社区', 'Plant', '3', '2020-01-01'), ('qy', 'district', '青云', 'Qingyun', '4', '2020-01-01');
insert into person (id, name, created_at) select ('00000000-0000-7000-8000-0000000000' || n)::uuid, name, now() from (values ('01', '冯区办'), ('02', '沈主任'), ('03', '周社区'), ('04', '吴邻区'), ('05', '李居民')) p(n, name);
insert into role_grant (id, person_id, role, place, since) select gen_random_uuid(), ('00000000-0000-7000-8000-0000000000' || n)::uuid, role, place::ltree, now()
  from (values ('01', 'district_staff', 'jz'), ('02', 'district_head', 'jz'), ('03', 'community_staff', 'jz.a.x'), ('04', 'district_staff', 'qy')) g(n, role, place);
insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) select sha256(right(id::text, 2)::bytea), id, true, now(), now(), '2100-01-01' from person`

type house struct {
	*testing.T
	app   *fiber.App
	clock *clock.Manual
}

func newHouse(t *testing.T) house {
	t.Helper()
	db := pgtest.New(t)
	err := db.Change(context.Background(), func(tx pg.Tx) error {
		for _, sql := range strings.Split(groundSQL, ";\n") {
			if _, err := pg.Do(context.Background(), tx, sql, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai))
	site := &web.Site{Accounts: accounts.New(db, clock.System{}, nil, nil, nil), Clock: c, Log: slog.New(slog.DiscardHandler), Secret: []byte(secret)}
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := evidence.NewBook(db, store, c, photo.NewDarkroom(1), map[string]evidence.Owner{"edition": {Read: identity.ReadEditions, Page: "/desk/editions/", Open: edition.FilesOpen}})
	book := edition.New(db, c)
	return house{t, web.New(site, slices.Concat(Routes(book, db, c), CallRoutes(book, db, store, c), serveevidence.Routes(files))), c}
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
	}
	r.Host = "localhost"
	if who != "" {
		r.Header.Set("Cookie", "seedbed="+who)
	}
	h.clock.Advance(time.Minute)
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

func (h house) has(page string, texts ...string) {
	h.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			h.Errorf("the page does not say %q", text)
		}
	}
}

const one = "01900000-0000-7000-8000-000000000001"

var plan = []string{"title", "第四届", "call_text", "一起来", "contact", "0379", "opens_at", "2026-05-21T09:00", "closes_at", "2026-06-20T18:00", "runs_from", "2026-08-01", "runs_to", "2027-01-31",
	"funds.0.name", "区财政", "funds.0.kind", "budget", "funds.0.amount", "30000"}

func with(fields []string, more ...string) []string {
	return append(append([]string{}, fields...), more...)
}

func TestFromDraftToCall(t *testing.T) {
	h := newHouse(t)
	page, _ := h.ask("01", "/desk/editions/new", 422, "id", one, "title", "", "theme", "邻里")
	h.has(page, "请填写标题", `value="邻里"`, one)
	for range 2 { // the second click makes nothing new
		if _, to := h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届"); to != "/desk/editions/"+one {
			t.Errorf("led to %s", to)
		}
	}
	h.ask("04", "/desk/editions/"+one, 404)
	h.ask("", "/editions/"+one, 404)
	page, _ = h.ask("01", "/desk/editions/"+one, 200)
	h.has(page, "公布以前还要补", "请写好公告正文再发布", "#f-call_text")

	page, _ = h.ask("01", "/desk/editions/"+one+"/plan", 200, with(plan, "version", "1", "add", "fund")...)
	h.has(page, `name="funds.1.name"`, "一起来")
	page, _ = h.ask("01", "/desk/editions/"+one+"/plan", 422, with(plan, "version", "1", "funds.1.name", "福彩", "funds.1.kind", "lottery", "funds.1.amount", "十块")...)
	h.has(page, "请填写金额", `value="十块"`, "一起来")
	for range 2 { // the same form twice is well
		h.ask("01", "/desk/editions/"+one+"/plan", 303, with(plan, "version", "1")...)
	}
	page, _ = h.ask("01", "/desk/editions/"+one+"/plan", 409, with(plan, "version", "1", "theme", "没存上的话")...)
	h.has(page, "同事刚才也改了这一页", `value="没存上的话"`)

	h.ask("01", "/desk/editions/"+one+"/publish", 403, "version", "2")
	for range 2 {
		h.ask("02", "/desk/editions/"+one+"/publish", 303, "version", "2")
	}
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "一起来", "登录后申报", "¥30,000")
	page, _ = h.ask("05", "/editions/"+one, 200)
	h.has(page, `action="/editions/`+one+`/proposals"`)
	page, _ = h.ask("03", "/desk/editions", 200)
	h.has(page, "第四届")
}

func TestAnUnreadyDraftIsNotPublished(t *testing.T) {
	h := newHouse(t)
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	page, _ := h.ask("02", "/desk/editions/"+one+"/publish", 422, "version", "1")
	h.has(page, "请写好公告正文再发布")
	h.ask("", "/editions/"+one, 404)
}

func TestDecisionsAskForAReason(t *testing.T) {
	h := newHouse(t)
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	h.ask("01", "/desk/editions/"+one+"/plan", 303, with(plan, "version", "1")...)
	h.ask("02", "/desk/editions/"+one+"/publish", 303, "version", "2")
	page, _ := h.ask("02", "/desk/editions/"+one+"/extend", 422, "version", "3", "closes_at", "2026-06-30T18:00", "reason", "")
	h.has(page, "请写明为什么延长", `value="2026-06-30T18:00"`)
	h.ask("02", "/desk/editions/"+one+"/extend", 303, "version", "3", "closes_at", "2026-06-30T18:00", "reason", "赶上长假")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "赶上长假")
	h.ask("01", "/desk/editions/"+one+"/close", 403)
	h.ask("02", "/desk/editions/"+one+"/close", 422, "version", "4", "reason", "")
	for range 2 {
		h.ask("02", "/desk/editions/"+one+"/close", 303, "version", "4", "reason", "资金够不上了")
	}
	page, _ = h.ask("05", "/editions/"+one, 200)
	h.has(page, "申报已经截止")
	page, _ = h.ask("01", "/desk/editions/"+one, 200)
	h.has(page, "开始评审", "/desk/editions/"+one+"/judging")
	h.ask("02", "/desk/editions/"+one+"/cancel", 409, "version", "1", "reason", "旧页面")
	h.ask("02", "/desk/editions/"+one+"/cancel", 303, "version", "5", "reason", "暂停一年")
	page, _ = h.ask("", "/editions/"+one, 200)
	h.has(page, "暂停一年")
}

func TestRules(t *testing.T) {
	h := newHouse(t)
	h.ask("01", "/desk/editions/new", 303, "id", one, "title", "第四届")
	page, _ := h.ask("01", "/desk/editions/"+one+"/terms", 200)
	terms := []string{}
	for _, m := range regexp.MustCompile(`<input[^>]*>`).FindAllString(page, -1) {
		name, value := regexp.MustCompile(`name="(\w+)"`).FindStringSubmatch(m), regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(m)
		if name != nil && value != nil && name[1] != "_token" && name[1] != "back" {
			terms = append(terms, name[1], value[1])
		}
	}
	page, _ = h.ask("01", "/desk/editions/"+one+"/terms", 422, with([]string{"first", "60"}, terms...)...)
	h.has(page, "加起来要等于 100%", `value="60"`)
	for range 2 {
		h.ask("01", "/desk/editions/"+one+"/terms", 303, with([]string{"min_score", "70"}, terms...)...)
	}
	page, _ = h.ask("03", "/desk/editions/"+one+"/terms", 404)
	h.has(page, "没有找到这个页面")
}
