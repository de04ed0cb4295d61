package money

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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
	"golang.org/x/net/html"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/money"
	"seedbed/domain/vault"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// The people, by the last two figures of their ids, which are also their sessions.
const (
	lead, treasurer, stranger           = "01", "02", "03"
	staff, head, street, dhead, dhead2  = "04", "05", "06", "07", "12"
	bookkeeper, cashier, watcher, other = "08", "09", "10", "11"
)

const (
	secret  = "secret"
	project = "00000000-0000-7000-8000-0000000000d1"
	goods   = "00000000-0000-7000-8000-0000000000f1"
	sewing  = "00000000-0000-7000-8000-0000000000a1"
)

var began = time.Date(2026, 9, 21, 12, 0, 0, 0, clock.Shanghai) // a Monday

// groundSQL lays out one project with its team and desks, as the areas before would have.
const groundSQL = `
insert into place (path, level, name, name_en, code, valid_from) values ('jz','district','区','District','1','2020-01-01'), ('jz.a','subdistrict','街道','Street','2','2020-01-01'),
  ('jz.a.x','community','电厂社区','Plant','3','2020-01-01'), ('jz.b','subdistrict','东街','East','4','2020-01-01'), ('jz.b.y','community','花园社区','Garden','5','2020-01-01');
insert into person (id, name, created_at) select ('00000000-0000-7000-8000-0000000000' || n)::uuid, name, now() from (values ('01','陈领办'),('02','何记账'),('03','李居民'),('04','周社区'),('05','赵主任'),
  ('06','孙街道'),('07','沈主任'),('08','蒋会计'),('09','冯出纳'),('10','韩监督'),('11','吴邻区'),('12','林主任')) p(n, name);
insert into role_grant (id, person_id, role, place, since) select gen_random_uuid(), ('00000000-0000-7000-8000-0000000000' || n)::uuid, role, place::ltree, now() from (values ('04','community_staff','jz.a.x'),('05','community_head','jz.a.x'),
  ('06','subdistrict_head','jz.a'),('07','district_head','jz'),('08','finance_reviewer','jz'),('09','cashier','jz'),('10','supervisor','jz'),('11','community_staff','jz.b.y'),('12','district_head','jz')) g(n, role, place);
insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) select sha256(right(id::text, 2)::bytea), id, true, now(), now(), '2100-01-01' from person;
insert into edition (id, place, no, title, state, rules, created_by, created_at) values ('00000000-0000-7000-8000-0000000000e1', 'jz', 3, '第三届', 'running', '{}', '00000000-0000-7000-8000-000000000007', now());
insert into team (id, place, lead_id, state, created_at) values ('00000000-0000-7000-8000-0000000000b1', 'jz.a.x', '00000000-0000-7000-8000-000000000001', 'active', now());
insert into team_member (id, team_id, person_id, name, role, state, at) values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-000000000001', '陈领办', 'lead', 'accepted', now()),
  (gen_random_uuid(), '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-000000000002', '何记账', 'treasurer', 'accepted', now());
insert into proposal (id, number, edition_id, team_id, place, title, state, lead_id, created_at, saved_at) values ('00000000-0000-7000-8000-0000000000c1', 'A1', '00000000-0000-7000-8000-0000000000e1',
  '00000000-0000-7000-8000-0000000000b1', 'jz.a.x', '旧衣改造坊', 'contracted', '00000000-0000-7000-8000-000000000001', now(), now());
insert into award (id, edition_id, proposal_id, place, result, amount, rank, score, fund_source_id, state) values ('00000000-0000-7000-8000-0000000000c2','00000000-0000-7000-8000-0000000000e1','00000000-0000-7000-8000-0000000000c1','jz.a.x','selected',1000000,1,9000,'00000000-0000-7000-8000-0000000000e2','confirmed');
insert into fund_source (id, edition_id, name, kind, amount) values ('00000000-0000-7000-8000-0000000000e2','00000000-0000-7000-8000-0000000000e1','区财政','budget',5000000);
insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest, state) values ('00000000-0000-7000-8000-0000000000c3','XY1','00000000-0000-7000-8000-0000000000c2','00000000-0000-7000-8000-0000000000c1','00000000-0000-7000-8000-0000000000e1','jz.a.x','jz.a.x',1000000,'2026-09-01','2026-12-31','','','effective');
insert into project (id, number, agreement_id, award_id, proposal_id, edition_id, team_id, place, host, title, category, starts_on, ends_on, lead_id, award, created_at) values
  ('00000000-0000-7000-8000-0000000000d1', 'PA1', '00000000-0000-7000-8000-0000000000c3', '00000000-0000-7000-8000-0000000000c2', '00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000e1', '00000000-0000-7000-8000-0000000000b1',
  'jz.a.x', 'jz.a.x', '旧衣改造坊', 'environment', '2026-09-01', '2026-12-31', '00000000-0000-7000-8000-000000000001', 1000000, now());
insert into budget_line (id, project_id, seq, category, item, amount) values ('00000000-0000-7000-8000-0000000000f1','00000000-0000-7000-8000-0000000000d1',1,'M','布料',1000000);
insert into activity (id, project_id, place, theme, starts_at, ends_at, place_text, state, created_by) values ('00000000-0000-7000-8000-0000000000a1','00000000-0000-7000-8000-0000000000d1','jz.a.x','周六改造课','2026-09-12 14:00+8','2026-09-12 16:00+8','活动室','verified','00000000-0000-7000-8000-000000000001');
insert into audit_event (chain, n, at, role, role_place, entity, entity_id, version, action, place, hash) values ('x', 1, now(), 'system', 'jz', 'project', '00000000-0000-7000-8000-0000000000d1', 1, 'open', 'jz.a.x', '')`

// house is the product's pages of money over a district with one project.
type house struct {
	*testing.T
	ctx   context.Context
	db    *pg.DB
	owner *pg.DB
	app   *fiber.App
	clock *clock.Manual
	book  *money.Book
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, ownerURL := pgtest.Lend(t)
	h := &house{T: t, ctx: context.Background(), db: db, clock: clock.NewManual(began)}
	var err error
	h.owner, err = pg.Open(h.ctx, ownerURL, pg.Options{Owner: true, MaxConns: 1})
	h.must(err)
	t.Cleanup(h.owner.Close)
	safe, err := vault.New([]byte("a test's secret of at least 32 bytes."))
	h.must(err)
	_, wrapped := safe.NewKey()
	rules, err := json.Marshal(edition.DefaultRules())
	h.must(err)
	h.past(append(strings.Split(groundSQL, ";\n"), `update edition set rules = '`+strings.ReplaceAll(string(rules), "'", "''")+`'`, `insert into person_key select id, '\x`+hex.EncodeToString(wrapped)+`' from person`)...)
	store, err := objects.NewDisk(t.TempDir())
	h.must(err)
	h.book = money.New(db, h.clock, safe)
	h.funded()
	site := &web.Site{Accounts: accounts.New(db, clock.System{}, nil, nil, nil), Clock: h.clock, Log: slog.New(slog.DiscardHandler), Secret: []byte(secret)}
	h.app = web.New(site, Routes(h.book, db, store, h.clock))
	return h
}

// funded gives the edition its money, awards it and plans the tranches.
func (h *house) funded() {
	h.Helper()
	w, err := identity.House().Must(identity.KeepCalendar, "jz")
	h.must(err)
	pot := func(kind ledger.Kind, owner string) ledger.Pot {
		return ledger.Pot{Kind: kind, Edition: "00000000-0000-7000-8000-0000000000e1", Owner: "00000000-0000-7000-8000-0000000000" + owner}
	}
	h.must(h.db.Change(h.ctx, func(tx pg.Tx) error {
		if _, err := ledger.Post(h.ctx, tx, w, ledger.Movement{Kind: "fund", Entity: "fund_source", Source: pot("", "e2").Owner, Place: "jz", At: began, Entries: ledger.Move(50_000_00, pot(ledger.Fund, "e2"), pot(ledger.Pool, "e2"))}); err != nil {
			return err
		}
		if _, err := ledger.Post(h.ctx, tx, w, ledger.Movement{Kind: "award", Entity: "award", Source: pot("", "c2").Owner, Place: "jz.a.x", At: began, Entries: ledger.Move(10_000_00, pot(ledger.Pool, "e2"), pot(ledger.Committed, "c2"))}); err != nil {
			return err
		}
		return h.book.Plan(h.ctx, tx, delivery.Opened{ProjectID: project})
	}))
}

// past writes as the owner with triggers asleep: what other areas have done before.
func (h *house) past(statements ...string) {
	h.Helper()
	h.must(h.owner.Change(h.ctx, func(tx pg.Tx) error {
		for _, sql := range append([]string{`set local session_replication_role = replica`}, statements...) {
			if _, err := pg.Do(h.ctx, tx, sql, nil); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// value asks the database for one text.
func (h *house) value(sql string) string {
	h.Helper()
	v, err := pg.Value[string](h.ctx, h.db, sql, nil)
	h.must(err)
	return v
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

func (h *house) send(r *http.Request, who, lang string) answer {
	h.Helper()
	r.Host = "localhost"
	r.Header.Set("Cookie", "seedbed="+who+"; seedbed_lang="+lang)
	res, err := h.app.Test(r, 30_000)
	h.must(err)
	body, err := io.ReadAll(res.Body)
	h.must(err)
	h.must(res.Body.Close())
	return answer{res, string(body)}
}

func (h *house) get(who, path string) answer {
	h.Helper()
	return h.send(httptest.NewRequest("GET", path, nil), who, "zh")
}

func token(who string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("form\x00" + who))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

func (h *house) post(who, path string, fields ...string) answer {
	h.Helper()
	values := url.Values{"_token": {token(who)}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(r, who, "zh")
}

// upload posts a form with files, each under its field's name.
func (h *house) upload(who, path string, files map[string][]byte, fields ...string) answer {
	h.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h.must(w.WriteField("_token", token(who)))
	for i := 0; i+1 < len(fields); i += 2 {
		h.must(w.WriteField(fields[i], fields[i+1]))
	}
	for name, content := range files {
		part, err := w.CreateFormFile(name, name+".jpg")
		h.must(err)
		_, err = part.Write(content)
		h.must(err)
	}
	h.must(w.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return h.send(r, who, "zh")
}

// status fails unless the answer has it.
func (h *house) status(a answer, want int) answer {
	h.Helper()
	if a.StatusCode != want {
		h.Fatalf("%s %s: %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, want, plain(a.text))
	}
	return a
}

// says wants texts on a page.
func (h *house) says(a answer, texts ...string) answer {
	h.Helper()
	for _, t := range texts {
		if !strings.Contains(a.text, t) {
			h.Errorf("%s does not say %q:\n%s", a.Request.URL.Path, t, plain(a.text))
		}
	}
	return a
}

var tags = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>|\s+`)

func plain(page string) string { return tags.ReplaceAllString(page, " ") }

// version is the hidden version of the form that posts to the address.
func (h *house) version(page answer, action string) string {
	h.Helper()
	m := regexp.MustCompile(`(?s)action="` + regexp.QuoteMeta(action) + `".*?name="version" value="(\d+)"`).FindStringSubmatch(page.text)
	if m == nil {
		h.Fatalf("no form to %s on the page:\n%s", action, plain(page.text))
	}
	return m[1]
}

// press presses the button a page offers, with what is typed beside it.
func (h *house) press(who, page, action string, fields ...string) answer {
	h.Helper()
	version := h.version(h.status(h.get(who, page), 200), action)
	return h.post(who, action, append([]string{"version", version}, fields...)...)
}

// wellFormed checks what every page owes in both languages: one h1, no id twice, labels on fields.
func (h *house) wellFormed(who, path string) {
	h.Helper()
	for _, lang := range []string{"zh", "en"} {
		page := h.status(h.send(httptest.NewRequest("GET", path, nil), who, lang), 200)
		doc, err := html.Parse(strings.NewReader(page.text))
		h.must(err)
		ids, labels, titles := map[string]int{}, map[string]bool{}, 0
		var fields []string
		for n := range doc.Descendants() {
			at := map[string]string{}
			for _, a := range n.Attr {
				at[a.Key] = a.Val
			}
			if at["id"] != "" {
				ids[at["id"]]++
			}
			switch {
			case n.Type == html.ElementNode && n.Data == "h1":
				titles++
			case n.Type == html.ElementNode && n.Data == "label":
				labels[at["for"]] = true
			case n.Type == html.ElementNode && (n.Data == "textarea" || n.Data == "select" || n.Data == "input" && at["type"] != "hidden"):
				fields = append(fields, at["id"])
			}
		}
		if titles != 1 {
			h.Errorf("%s has %d h1", path, titles)
		}
		for id, n := range ids {
			if n > 1 {
				h.Errorf("%s has id %q %d times", path, id, n)
			}
		}
		for _, id := range fields {
			if !labels[id] {
				h.Errorf("%s: field %q has no label", path, id)
			}
		}
	}
}
