package award

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/net/html"

	"seedbed/domain/accounts"
	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	servejudging "seedbed/server/judging"
	"seedbed/server/web"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// The people, by the last two figures of their ids, which are also their sessions.
const (
	lead, second, neighbour = "01", "02", "03"
	staff, host, street     = "04", "05", "06"
	dhead, other            = "07", "08"
)

const (
	secret = "secret"
	call   = "00000000-0000-7000-8000-0000000000e1"
	fund   = "00000000-0000-7000-8000-0000000000e2"
	first  = "00000000-0000-7000-8000-0000000000c1"
	next   = "00000000-0000-7000-8000-0000000000c2"
)

// Thursday afternoon: five working days end on the next Thursday.
var thursday = time.Date(2026, 6, 25, 16, 0, 0, 0, clock.Shanghai)

const groundSQL = `
insert into place (path, level, name, name_en, code, valid_from) values ('jz','district','京州区','Jingzhou','1','2020-01-01'), ('jz.a','subdistrict','武汉路街道','Wuhan Road','2','2020-01-01'),
  ('jz.a.x','community','电厂社区','Plant','3','2020-01-01'), ('qy','district','青云区','Qingyun','4','2020-01-01');
insert into person (id, name, created_at) select ('00000000-0000-7000-8000-0000000000' || n)::uuid, name, now() from (values ('01','周桂兰'),('02','陈秀珍'),('03','李居民'),('04','刘建国'),('05','王书记'),
  ('06','孙街道'),('07','沈主任'),('08','外区主任'),('11','评委一'),('12','评委二'),('13','评委三')) p(n, name);
insert into role_grant (id, person_id, role, place, since) select gen_random_uuid(), ('00000000-0000-7000-8000-0000000000' || n)::uuid, role, place::ltree, now() from (values ('04','district_staff','jz'),('05','community_head','jz.a.x'),
  ('06','subdistrict_staff','jz.a'),('07','district_head','jz'),('08','district_head','qy'),('08','district_staff','qy'),('11','judge','jz'),('12','judge','jz'),('13','judge','jz')) g(n, role, place);
insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) select sha256(right(id::text, 2)::bytea), id, true, now(), now(), '2100-01-01' from person;
insert into edition (id, place, no, title, title_en, state, rules, closes_at, contact, created_by, created_at) values ('00000000-0000-7000-8000-0000000000e1', 'jz', 3, '第三届社区公益微创投大赛', 'Third Competition', 'closed', '{}',
  '2026-06-16 00:00+8', '0379-6512345', '00000000-0000-7000-8000-000000000004', now());
insert into fund_source (id, edition_id, name, kind, amount) values ('00000000-0000-7000-8000-0000000000e2','00000000-0000-7000-8000-0000000000e1','区财政专项','budget',400000);
insert into audit_event (chain, n, at, role, role_place, entity, entity_id, version, action, place, hash) values ('x', 1, now(), 'system', 'jz', 'edition', '00000000-0000-7000-8000-0000000000e1', 1, 'create', 'jz', '')`

// house is the product's pages of awards over a district whose judging is over.
type house struct {
	*testing.T
	ctx   context.Context
	db    *pg.DB
	owner *pg.DB
	app   *fiber.App
	clock *clock.Manual
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, ownerURL := pgtest.Lend(t)
	h := &house{T: t, ctx: context.Background(), db: db, clock: clock.NewManual(thursday)}
	var err error
	h.owner, err = pg.Open(h.ctx, ownerURL, pg.Options{Owner: true, MaxConns: 1})
	h.must(err)
	t.Cleanup(h.owner.Close)
	rules := edition.DefaultRules()
	rules.GradeCaps = map[string]yuan.Fen{"A": 2_000_00, "B": 2_000_00, "C": 2_000_00}
	raw, err := json.Marshal(rules)
	h.must(err)
	h.past(append(strings.Split(groundSQL, ";\n"), `update edition set rules = '`+strings.ReplaceAll(string(raw), "'", "''")+`'`)...)
	h.propose(first, lead, 1)
	h.propose(next, second, 2)
	w, err := identity.House().Must(identity.KeepCalendar, "jz")
	h.must(err)
	h.must(h.db.Change(h.ctx, func(tx pg.Tx) error {
		_, err := ledger.Post(h.ctx, tx, w, ledger.Movement{Kind: "fund", Entity: "fund_source", Source: fund, Place: "jz", At: thursday,
			Entries: ledger.Move(4_000_00, ledger.Pot{Kind: ledger.Fund, Edition: call, Owner: fund}, ledger.Pot{Kind: ledger.Pool, Edition: call, Owner: fund})})
		return err
	}))
	h.judge()
	site := &web.Site{Accounts: accounts.New(db, clock.System{}, nil, nil, nil), Clock: h.clock, Log: slog.New(slog.DiscardHandler), Secret: []byte(secret)}
	book := award.New(db, h.clock)
	jury := judging.New(db, h.clock)
	h.app = web.New(site, slices.Concat(Routes(book, db, h.clock), DecideRoutes(book, jury, db, h.clock), AgainRoutes(book, jury, db, h.clock), servejudging.Routes(jury, nil, db, h.clock)))
	return h
}

// propose lays out an eligible proposal of 3,000 yuan in three lines with its sealed submission.
func (h *house) propose(id, who string, no int) {
	h.Helper()
	lines := []proposal.Line{{Category: "M", Item: "布料、针线包", UnitPrice: 40_00, Qty: 45, Note: "每套 40 元"}, {Category: "E", Item: "裁缝师傅指导", UnitPrice: 225_00, Qty: 4}, {Category: "P", Item: "海报", UnitPrice: 300_00, Qty: 1}}
	draft := proposal.Draft{Title: fmt.Sprint("旧衣改造坊", no), TeamName: fmt.Sprint("巧手姐妹队", no), Track: "resident_team", Category: "mutual_aid", ActTarget: 10, ServedTarget: 270, PeopleTarget: 180, Lines: lines,
		StartsOn: time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC)}
	person, team := "00000000-0000-7000-8000-0000000000"+who, strings.Replace(id, "0000000000c", "0000000000b", 1)
	body, err := json.Marshal(proposal.Sealed{Number: fmt.Sprintf("JZ-03-A%04d", no), Revision: 1, Edition: call, Place: "jz.a.x", Received: thursday, Lead: person, Team: []string{person}, Draft: draft})
	h.must(err)
	statements := []string{
		fmt.Sprintf(`insert into team (id, name, place, lead_id, state, created_at) values ('%s', '%s', 'jz.a.x', '%s', 'ready', now())`, team, draft.TeamName, person),
		fmt.Sprintf(`insert into team_member (id, team_id, person_id, name, role, state, at) values (gen_random_uuid(), '%s', '%s', '领办', 'lead', 'accepted', now())`, team, person),
		fmt.Sprintf(`insert into proposal (id, number, edition_id, team_id, place, track, category, title, state, lead_id, requested, starts_on, ends_on, act_target, served_target, people_target, revision, digest, submitted_at, created_at, saved_at)
      values ('%s', 'JZ-03-A%04d', '%s', '%s', 'jz.a.x', 'resident_team', 'mutual_aid', '%s', 'eligible', '%s', 300000, '2026-08-01', '2026-10-31', 10, 270, 180, 1, 'x', now(), now(), now())`, id, no, call, team, draft.Title, person),
		fmt.Sprintf(`insert into proposal_revision (proposal_id, no, kind, body, digest, sealed_at, sealed_by) values ('%s', 1, 'submission', '%s', 'x', now(), '%s')`, id, body, person),
	}
	for i, l := range lines {
		statements = append(statements, fmt.Sprintf(`insert into proposal_line (proposal_id, seq, category, item, unit_price, qty, note) values ('%s', %d, '%s', '%s', %d, %d, '%s')`, id, i+1, l.Category, l.Item, l.UnitPrice, l.Qty, l.Note))
	}
	h.past(statements...)
}

func person(who string, role identity.Role) identity.Actor {
	return identity.Actor{ID: "00000000-0000-7000-8000-0000000000" + who, Strong: true, Grants: []identity.Grant{{Role: role, Place: "jz"}}}
}

// judge has three judges mark both: the first project 95, the second 94.
func (h *house) judge() {
	h.Helper()
	jury, chair, round := judging.New(h.db, h.clock), person(staff, identity.DistrictStaff), newID()
	judges := []string{"11", "12", "13"}
	for _, who := range judges {
		seat := newID()
		h.must(jury.Invite(h.ctx, chair, call, judging.NewJudge{ID: seat, PersonID: person(who, "").ID, Expertise: "expert"}))
		h.must(jury.Answer(h.ctx, person(who, identity.Judge), seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
	}
	h.must(jury.Plan(h.ctx, chair, call, judging.NewRound{ID: round, Kind: judging.Pitch, ClosesAt: thursday.AddDate(0, 0, 7), Named: true}))
	h.must(jury.OpenRound(h.ctx, chair, round, judging.Pressed{Version: 1}))
	for _, who := range judges {
		q, err := jury.MyQueue(h.ctx, person(who, identity.Judge))
		h.must(err)
		for i, task := range q.Tasks {
			d := judging.SheetDraft{Comment: "请先和邻居谈谈"}
			for _, c := range judging.DefaultRubric(judging.Pitch) {
				d.Marks = append(d.Marks, judging.MarkText{Code: c.Code, Mark: fmt.Sprint(95 - i)})
			}
			h.must(jury.Submit(h.ctx, person(who, identity.Judge), task.ID, d))
		}
	}
	h.must(jury.CloseRound(h.ctx, chair, round, judging.Pressed{Version: 2}))
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

func (h *house) value(sql string) string {
	h.Helper()
	v, err := pg.Value[string](h.ctx, h.db, sql, nil)
	h.must(err)
	return v
}

func (h *house) wants(sql, want string) {
	h.Helper()
	if have := h.value(sql); have != want {
		h.Errorf("%s: %q, want %q", sql, have, want)
	}
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

func (h *house) status(a answer, want int) answer {
	h.Helper()
	if a.StatusCode != want {
		h.Fatalf("%s %s: %d, want %d\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, want, plain(a.text))
	}
	return a
}

func (h *house) says(a answer, texts ...string) answer {
	h.Helper()
	for _, t := range texts {
		if !strings.Contains(a.text, t) {
			h.Errorf("%s does not say %q:\n%s", a.Request.URL.Path, t, plain(a.text))
		}
	}
	return a
}

func (h *house) hides(a answer, texts ...string) answer {
	h.Helper()
	for _, t := range texts {
		if strings.Contains(a.text, t) {
			h.Errorf("%s says %q", a.Request.URL.Path, t)
		}
	}
	return a
}

var tags = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>|\s+`)

func plain(page string) string { return tags.ReplaceAllString(page, " ") }

// form reads what the form to an address would send as it stands.
func (h *house) form(page answer, action string) []string {
	h.Helper()
	doc, err := html.Parse(strings.NewReader(page.text))
	h.must(err)
	var fields []string
	found := false
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attr(n, "action") != action {
			continue
		}
		found = true
		for f := range n.Descendants() {
			if f.Data == "input" && attr(f, "name") != "_token" && attr(f, "type") != "checkbox" && attr(f, "type") != "radio" {
				fields = append(fields, attr(f, "name"), attr(f, "value"))
			}
		}
		break
	}
	if !found {
		h.Fatalf("no form to %s on the page:\n%s", action, plain(page.text))
	}
	return fields
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// press sends the form a page offers with what is typed beside it; what is typed comes last and wins.
func (h *house) press(who, page, action string, typed ...string) answer {
	h.Helper()
	return h.post(who, action, with(h.form(h.status(h.get(who, page), 200), action), typed...)...)
}

// with is a form with some fields typed over.
func with(fields []string, typed ...string) []string {
	out := []string{}
	over := map[string]bool{}
	for i := 0; i+1 < len(typed); i += 2 {
		over[typed[i]] = true
	}
	for i := 0; i+1 < len(fields); i += 2 {
		if !over[fields[i]] {
			out = append(out, fields[i], fields[i+1])
		}
	}
	return append(out, typed...)
}

// wellFormed checks what every page owes in both languages: one h1, no id twice, labels on fields.
func (h *house) wellFormed(who string, paths ...string) {
	h.Helper()
	for _, path := range paths {
		for _, lang := range []string{"zh", "en"} {
			h.formed(path, h.status(h.send(httptest.NewRequest("GET", path, nil), who, lang), 200))
		}
	}
}

func (h *house) formed(path string, page answer) {
	h.Helper()
	doc, err := html.Parse(strings.NewReader(page.text))
	h.must(err)
	ids, labels, titles := map[string]int{}, map[string]bool{}, 0
	var fields []string
	for n := range doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
		switch {
		case n.Type == html.ElementNode && n.Data == "h1":
			titles++
		case n.Type == html.ElementNode && n.Data == "label":
			labels[attr(n, "for")] = true
		case n.Type == html.ElementNode && (n.Data == "textarea" || n.Data == "select" || n.Data == "input" && attr(n, "type") != "hidden"):
			fields = append(fields, attr(n, "id"))
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

func (h *house) closeNotices() {
	h.Helper()
	at, err := pg.Value[time.Time](h.ctx, h.db, `select closes_at from publicity`, nil)
	h.must(err)
	h.clock.Set(at)
	h.must(h.db.Change(h.ctx, func(tx pg.Tx) error { return award.CloseNotices(h.ctx, tx, at) }))
}
