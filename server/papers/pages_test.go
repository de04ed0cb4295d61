package papers

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/papers"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

type house struct {
	*testing.T
	app     *fiber.App
	db      *pg.DB
	book    *papers.Book
	edition string
	tokens  map[string]string
	people  map[string]identity.Actor
	acc     *accounts.Accounts
	lang    string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	ctx := context.Background()
	db := pgtest.New(t)
	v, err := vault.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &house{T: t, db: db, tokens: map[string]string{}, people: map[string]identity.Actor{}, lang: "zh"}
	h.acc = accounts.New(db, c, v, nil, proposal.ClaimInvitations)
	h.book = papers.New(db, store, c, h.acc, proposal.New(db, c, h.acc), "")
	h.do(db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '锦州路区', 'Jinzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', 'dc', '2020-01-01')`, nil)
		return err
	}))
	home := "jz.wuhan.dianchang"
	h.enlist("Worker", "13900001001", home, identity.Grant{Role: identity.CommunityStaff, Place: home})
	h.enlist("Head", "13900001002", home, identity.Grant{Role: identity.CommunityHead, Place: home})
	h.enlist("Staff", "13900001003", home, identity.Grant{Role: identity.DistrictStaff, Place: "jz"})
	h.enlist("Director", "13900001004", home, identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	h.enlist("Resident", "13900001005", home)
	editions := edition.New(db, c)
	e, err := editions.Create(ctx, h.people["Staff"], edition.NewEdition{Title: "Fourth edition"})
	h.do(err)
	h.do(editions.Edit(ctx, h.people["Staff"], e.ID, edition.Plan{Version: 1, Title: e.Title, CallText: "Come", Contact: "0379-1234567", OpensAt: noon, ClosesAt: noon.AddDate(0, 0, 24),
		RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0), Funds: []edition.Fund{{Name: "Budget", Kind: "budget", Amount: 100_000_00}}}))
	h.do(editions.Publish(ctx, h.people["Director"], e.ID, edition.Pressed{Version: 2}))
	h.edition = e.ID
	site := &web.Site{Accounts: h.acc, Clock: c, Log: slog.New(slog.DiscardHandler), Secret: []byte("secret")}
	h.app = web.New(site, Routes(h.book, db, store))
	return h
}

func (h *house) do(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) enlist(name, phone, home string, grants ...identity.Grant) {
	h.Helper()
	actor, err := h.acc.Enlist(context.Background(), name, phone, home, grants...)
	h.do(err)
	h.people[name] = actor
	h.tokens[name], err = h.acc.EnterSample(context.Background(), actor.ID)
	h.do(err)
}

type answer struct {
	*http.Response
	text string
}

func (h *house) send(r *http.Request, who string, status int) answer {
	h.Helper()
	r.Host = "localhost"
	r.Header.Set("Cookie", "seedbed="+h.tokens[who]+"; seedbed_lang="+h.lang)
	res, err := h.app.Test(r, 60_000)
	h.do(err)
	body, err := io.ReadAll(res.Body)
	h.do(err)
	h.do(res.Body.Close())
	if res.StatusCode != status {
		h.Fatalf("%s %s as %s: %d, want %d\n%s", r.Method, r.URL, who, res.StatusCode, status, body)
	}
	return answer{res, string(body)}
}

func (h *house) get(who, path string, status int) answer {
	h.Helper()
	return h.send(httptest.NewRequest("GET", path, nil), who, status)
}

// post sends a form with files, if there are any: a file's name, then its content.
func (h *house) post(who, path string, fields map[string]string, status int, files ...[3]string) answer {
	h.Helper()
	m := hmac.New(sha256.New, []byte("secret"))
	m.Write([]byte("form\x00" + h.tokens[who]))
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h.do(w.WriteField("_token", hex.EncodeToString(m.Sum(nil)[:16])))
	for name, v := range fields {
		h.do(w.WriteField(name, v))
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f[0], f[1])
		h.do(err)
		_, err = part.Write([]byte(f[2]))
		h.do(err)
	}
	h.do(w.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return h.send(r, who, status)
}

func (a answer) says(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			t.Errorf("%s does not say %q:\n%s", a.Request.URL.Path, text, regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>|\s+`).ReplaceAllString(a.text, " "))
		}
	}
}

// From the empty page to entered proposals with their signed papers, and a list taken out, as a community worker does it.
func TestPapersInAndOut(t *testing.T) {
	h := newHouse(t)
	at := "/desk/editions/" + h.edition
	h.get("Worker", at+"/papers", 200).says(t, "导入纸质申报书", "下载模板", "开始准备")
	h.get("Head", at+"/papers", 200).says(t, "纸质申报书由社区、街道和区的工作人员录入")
	h.get("Resident", at+"/papers", 403)
	if a := h.get("Worker", at+"/import/template.xlsx", 200); !strings.HasPrefix(a.text, "PK") || !strings.Contains(a.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the template comes as %v", a.Header)
	}
	h.post("Worker", at+"/import", map[string]string{"reason": "Paper"}, 422).says(t, "请选择填好的表格文件")
	h.post("Worker", at+"/import", map[string]string{}, 422, [3]string{"workbook", "a.csv", "x"}).says(t, "请写明为什么由您代录")
	h.post("Worker", at+"/import", map[string]string{"reason": "Paper"}, 422, [3]string{"workbook", "a.xlsx", "PK\x03\x04nothing"}).says(t, "这个文件打不开")
	head := "序号,项目名称,领办人,手机号,社区\n"
	a := h.post("Worker", at+"/import", map[string]string{"reason": "Paper"}, 303, [3]string{"workbook", "a.csv", head + "1,Bags,Zhou,123,Dianchang\n"})
	bad := a.Header.Get("Location")
	h.get("Worker", bad, 200).says(t, "有 2 处要改，一份也没有导入", "手机号应该是 11 位", "errors.xlsx")
	if a := h.get("Worker", bad+"/errors.xlsx", 200); !strings.HasPrefix(a.text, "PK") {
		t.Error("no workbook with the reasons")
	}
	h.get("Staff", bad, 404)
	h.post("Worker", bad+"/confirm", map[string]string{"version": "1"}, 409).says(t, "要改好")
	a = h.post("Worker", at+"/import", map[string]string{"reason": "Paper"}, 303, [3]string{"workbook", "a.csv", head + "1,Bags,Zhou,13911110001,电厂社区\n"})
	good := a.Header.Get("Location")
	h.get("Worker", good, 200).says(t, "检查过了，没有问题", "确认导入", "Bags")
	h.post("Worker", good+"/confirm", map[string]string{"version": "1"}, 303)
	h.post("Worker", good+"/confirm", map[string]string{"version": "1"}, 303)
	page := h.get("Worker", good, 200)
	page.says(t, "还有 1 份没有签字的纸")
	id := regexp.MustCompile(`/proposals/([0-9a-f-]{36})/book.pdf`).FindStringSubmatch(page.text)[1]
	if a := h.get("Worker", "/proposals/"+id+"/book.pdf", 200); !strings.HasPrefix(a.text, "%PDF") {
		t.Error("no PDF for who entered it")
	}
	h.get("Head", "/proposals/"+id+"/book.pdf", 404)
	h.post("Worker", "/desk/proposals/"+id+"/scan", nil, 303)
	h.post("Worker", "/desk/proposals/"+id+"/scan", nil, 303, [3]string{"scan", "x.exe", "MZ"})
	h.get("Worker", good, 200).says(t, "还有 1 份没有签字的纸")
	h.post("Staff", "/desk/proposals/"+id+"/scan", nil, 404, [3]string{"scan", "签字.pdf", "%PDF-1.4 signed"})
	h.post("Worker", "/desk/proposals/"+id+"/scan", nil, 303, [3]string{"scan", "签字.pdf", "%PDF-1.4 signed"})
	h.get("Worker", good, 200).says(t, "每一份签字的纸都在")
	h.lang = "en"
	for _, path := range []string{at + "/papers", bad, good} {
		text := h.get("Worker", path, 200).text
		for _, word := range []string{"手机号应该", "导入纸质", "确认导入", "签字的纸"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %q in English", path, word)
			}
		}
	}
}

func TestTakingOut(t *testing.T) {
	h := newHouse(t)
	at := "/desk/editions/" + h.edition
	h.post("Head", at+"/exports", map[string]string{"kind": "book"}, 422).says(t, "请写明拿去做什么")
	h.post("Resident", at+"/exports", map[string]string{"kind": "list"}, 403)
	id := newID()
	h.post("Head", at+"/exports", map[string]string{"kind": "list", "id": id}, 303)
	h.get("Head", at+"/papers", 200).says(t, "正在准备")
	h.get("Head", "/desk/exports/"+id+"/file", 409)
	effect, err := h.book.Make(context.Background(), papers.Asked{ExportID: id})
	h.do(err)
	h.do(h.db.Change(context.Background(), func(tx pg.Tx) error { return effect(context.Background(), tx) }))
	h.get("Head", at+"/papers", 200).says(t, "/desk/exports/"+id+"/file")
	a := h.get("Head", "/desk/exports/"+id+"/file", 200)
	if !strings.HasPrefix(a.text, "PK") || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("the file comes as %v", a.Header)
	}
	h.get("Staff", "/desk/exports/"+id+"/file", 404)
}
