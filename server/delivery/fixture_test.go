package delivery

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
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	files "seedbed/server/evidence"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// house is the product's pages of projects and files over a district with one project.
type house struct {
	*testing.T
	ctx   context.Context
	db    *pg.DB
	app   *fiber.App
	clock *clock.Manual
	files *evidence.Book
	store *objects.Disk
}

const secret = "secret"

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)

// groundSQL lays out one project with its team and desks, as the areas before would have.
const groundSQL = `
insert into place (path, level, name, name_en, code, valid_from) values ('jz','district','区','District','1','2020-01-01'), ('jz.a','subdistrict','街道','Street','2','2020-01-01'),
  ('jz.a.x','community','电厂社区','Plant','3','2020-01-01'), ('jz.b','subdistrict','东街','East','4','2020-01-01'), ('jz.b.y','community','花园社区','Garden','5','2020-01-01');
insert into person (id, name, created_at) select ('00000000-0000-7000-8000-0000000000' || n)::uuid, name, now() from (values ('01','陈领办'),('02','王成员'),('03','李居民'),('04','周社区'),
  ('05','吴邻区'),('06','郑街道'),('07','冯区办'),('08','蒋会计'),('09','沈主任'),('10','韩监督')) p(n, name);
insert into role_grant (id, person_id, role, place, since) select gen_random_uuid(), ('00000000-0000-7000-8000-0000000000' || n)::uuid, role, place::ltree, now() from (values ('04','community_staff','jz.a.x'),
  ('05','community_staff','jz.b.y'),('06','subdistrict_staff','jz.a'),('07','district_staff','jz'),('08','finance_reviewer','jz'),('09','district_head','jz'),('10','supervisor','jz')) g(n, role, place);
insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) select sha256(right(id::text, 2)::bytea), id, true, now(), now(), '2100-01-01' from person;
insert into edition (id, place, no, title, state, rules, created_by, created_at) values ('00000000-0000-7000-8000-0000000000e1', 'jz', 1, '第一届', 'running', '{}', '00000000-0000-7000-8000-000000000009', now());
insert into team (id, place, lead_id, state, created_at) values ('00000000-0000-7000-8000-0000000000b1', 'jz.a.x', '00000000-0000-7000-8000-000000000001', 'active', now());
insert into team_member (id, team_id, person_id, name, role, state, at) values (gen_random_uuid(), '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-000000000001', '陈领办', 'lead', 'accepted', now()),
  (gen_random_uuid(), '00000000-0000-7000-8000-0000000000b1', '00000000-0000-7000-8000-000000000002', '王成员', 'member', 'accepted', now());
insert into proposal (id, number, edition_id, team_id, place, title, state, lead_id, created_at, saved_at) values ('00000000-0000-7000-8000-0000000000c1', 'A1', '00000000-0000-7000-8000-0000000000e1',
  '00000000-0000-7000-8000-0000000000b1', 'jz.a.x', '楼道变花园', 'contracted', '00000000-0000-7000-8000-000000000001', now(), now());
insert into project (id, number, agreement_id, award_id, proposal_id, edition_id, team_id, place, host, title, category, state, starts_on, ends_on, lead_id, award, act_target, published, created_at) values
  ('00000000-0000-7000-8000-0000000000d1', 'PA1', gen_random_uuid(), gen_random_uuid(), '00000000-0000-7000-8000-0000000000c1', '00000000-0000-7000-8000-0000000000e1', '00000000-0000-7000-8000-0000000000b1',
  'jz.a.x', 'jz.a.x', '楼道变花园', 'environment', 'in_progress', '2026-03-01', '2026-08-31', '00000000-0000-7000-8000-000000000001', 300000, 4, true, now())`

const project = "00000000-0000-7000-8000-0000000000d1"

func newHouse(t *testing.T) *house {
	t.Helper()
	db, ownerURL := pgtest.Lend(t)
	h := &house{T: t, ctx: context.Background(), db: db, clock: clock.NewManual(began)}
	owner, err := pg.Open(h.ctx, ownerURL, pg.Options{Owner: true, MaxConns: 1})
	h.must(err)
	defer owner.Close()
	rules, err := json.Marshal(edition.DefaultRules())
	h.must(err)
	h.must(owner.Change(h.ctx, func(tx pg.Tx) error {
		for _, sql := range append([]string{`set local session_replication_role = replica`}, strings.Split(groundSQL, ";\n")...) {
			if _, err := pg.Do(h.ctx, tx, sql, nil); err != nil {
				return err
			}
		}
		if _, err := pg.Do(h.ctx, tx, `update edition set rules = @rules`, pg.Args{"rules": string(rules)}); err != nil {
			return err
		}
		// The project's first version was audited when it was opened.
		_, err := pg.Do(h.ctx, tx, `insert into audit_event (chain, n, at, role, role_place, entity, entity_id, version, action, place, hash) values ('x', 1, now(), 'system', 'jz', 'project', @p::uuid, 1, 'open', 'jz.a.x', '')`, pg.Args{"p": project})
		return err
	}))
	h.store, err = objects.NewDisk(t.TempDir())
	h.must(err)
	book := delivery.New(db, h.store, h.clock)
	h.files = evidence.NewBook(db, h.store, h.clock, photo.NewDarkroom(1), map[string]evidence.Owner{"activity": {Read: identity.ReadProjects, Page: "/activities/", Ties: delivery.ActivityTies}})
	site := &web.Site{Accounts: accounts.New(db, clock.System{}, nil, nil, nil), Clock: h.clock, Log: slog.New(slog.DiscardHandler), Secret: []byte(secret)}
	h.app = web.New(site, append(Routes(book), files.Routes(h.files)...))
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	*http.Response
	text string
}

func (h *house) send(r *http.Request, who string) answer {
	h.Helper()
	r.Host = "localhost"
	if who != "" && r.Header.Get("Cookie") == "" {
		r.Header.Set("Cookie", "seedbed="+who)
	}
	res, err := h.app.Test(r, 30_000)
	h.must(err)
	body, err := io.ReadAll(res.Body)
	h.must(err)
	h.must(res.Body.Close())
	return answer{res, string(body)}
}

func (h *house) get(who, path string, headers ...string) answer {
	h.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.send(r, who)
}

func formToken(who string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte("form\x00" + who))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

func (h *house) post(who, path string, fields ...string) answer {
	h.Helper()
	values := url.Values{"_token": {formToken(who)}}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(r, who)
}

func (h *house) upload(who, path, kind string, photos ...[]byte) answer {
	h.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h.must(w.WriteField("_token", formToken(who)))
	h.must(w.WriteField("kind", kind))
	for _, p := range photos {
		part, err := w.CreateFormFile("photos", "花\u202e园.jpg")
		h.must(err)
		_, err = part.Write(p)
		h.must(err)
	}
	h.must(w.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return h.send(r, who)
}

// status fails unless the answer has it.
func (h *house) status(a answer, want int) answer {
	h.Helper()
	if a.StatusCode != want {
		h.Fatalf("%s %s: %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, want, plain(a.text))
	}
	return a
}

var tags = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>|\s+`)

func plain(page string) string { return tags.ReplaceAllString(page, " ") }

// version is the first hidden version on a page that posts to the address.
func (h *house) version(page answer, action string) string {
	h.Helper()
	m := regexp.MustCompile(`(?s)action="` + regexp.QuoteMeta(action) + `".*?name="version" value="(\d+)"`).FindStringSubmatch(page.text)
	if m == nil {
		h.Fatalf("no form to %s on the page:\n%s", action, plain(page.text))
	}
	return m[1]
}

func (h *house) examine() {
	h.Helper()
	ids, err := pg.Values[string](h.ctx, h.db, `select id::text from attachment where state = 'stored'`, nil)
	h.must(err)
	for _, id := range ids {
		effect, err := h.files.Examine(h.ctx, evidence.Kept{AttachmentID: id})
		h.must(err)
		h.must(h.db.Change(h.ctx, func(tx pg.Tx) error { return effect(h.ctx, tx) }))
	}
}

// wellFormed checks what every page owes in both languages: one h1, no id twice, labels on fields.
func (h *house) wellFormed(who, path string) {
	h.Helper()
	for _, lang := range []string{"zh", "en"} {
		page := h.status(h.get(who, path, "Cookie", "seedbed="+who+"; seedbed_lang="+lang), 200)
		doc, err := html.Parse(strings.NewReader(page.text))
		h.must(err)
		ids, labels, titles := map[string]int{}, map[string]bool{}, 0
		var fields []string
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
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
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(doc)
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

// english tells whether a page read in English says the text.
func (h *house) english(who, path, text string) {
	h.Helper()
	page := h.status(h.get(who, path, "Cookie", "seedbed="+who+"; seedbed_lang=en"), 200)
	if !strings.Contains(page.text, text) {
		h.Errorf("%s does not say %q in English:\n%s", path, text, plain(page.text))
	}
}
