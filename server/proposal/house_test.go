package proposal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/vault"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

// house is the product's pages of proposals over a district with an open call. What people wrote is in English here, so
// that any Chinese on an English page is a sentence nobody translated.
type house struct {
	*testing.T
	app      *fiber.App
	db       *pg.DB
	clock    *clock.Manual
	accounts *accounts.Accounts
	edition  edition.Edition
	store    objects.Store
	tokens   map[string]string // of whom is asked for by name
	phones   map[string]string
	people   map[string]identity.Actor
	lang     string
	cookies  string // beside the session's and the language's
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
	h := &house{T: t, db: db, clock: c, tokens: map[string]string{}, phones: map[string]string{}, people: map[string]identity.Actor{}, lang: "zh"}
	h.accounts = accounts.New(db, c, v, nil, proposal.ClaimInvitations)
	h.do(db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '锦州路区', 'Jinzhou', 'jz', '2020-01-01'),
  ('jz.wuhan', 'subdistrict', '武汉路街道', 'Wuhan Road', 'wh', '2020-01-01'), ('jz.wuhan.dianchang', 'community', '电厂社区', 'Dianchang', 'dc', '2020-01-01'),
  ('jz.wuhan.changle', 'community', '长乐社区', 'Changle', 'cl', '2020-01-01')`, nil)
		return err
	}))
	home := "jz.wuhan.dianchang"
	for _, name := range []string{"Zhou", "Chen", "Liu", "Wang"} {
		h.enlist(name, home)
	}
	h.enlist("Head", home, identity.Grant{Role: identity.CommunityHead, Place: home})
	h.enlist("Other", "jz.wuhan.changle", identity.Grant{Role: identity.CommunityHead, Place: "jz.wuhan.changle"})
	h.enlist("Street", home, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.wuhan"})
	h.enlist("Staff", home, identity.Grant{Role: identity.DistrictStaff, Place: "jz"})
	h.enlist("Director", home, identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	editions := edition.New(db, c)
	e, err := editions.Create(ctx, h.people["Staff"], edition.NewEdition{Title: "Fourth edition"})
	h.do(err)
	h.do(editions.Edit(ctx, h.people["Staff"], e.ID, edition.Plan{Version: 1, Title: e.Title, CallText: "Come", Contact: "0379-1234567", OpensAt: noon, ClosesAt: noon.AddDate(0, 0, 24),
		RunsFrom: clock.Day(noon).AddDate(0, 0, 60), RunsTo: clock.Day(noon).AddDate(0, 8, 0), Funds: []edition.Fund{{Name: "Budget", Kind: "budget", Amount: 100_000_00}}}))
	h.do(editions.Publish(ctx, h.people["Director"], e.ID, edition.Pressed{Version: 2}))
	h.edition, err = edition.Get(ctx, db, e.ID)
	h.do(err)
	h.store, err = objects.NewDisk(t.TempDir())
	h.do(err)
	site := &web.Site{Accounts: h.accounts, Clock: c, Log: slog.New(slog.DiscardHandler), Secret: []byte("secret")}
	h.app = web.New(site, Routes(proposal.New(db, c, h.accounts), db, h.store, c))
	return h
}

func (h *house) do(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) enlist(name, home string, grants ...identity.Grant) {
	h.Helper()
	phone := "1390000" + strconv.Itoa(1000+len(h.phones))
	actor, err := h.accounts.Enlist(context.Background(), name, phone, home, grants...)
	h.do(err)
	h.phones[name], h.people[name] = phone, actor
	h.enter(name)
}

func (h *house) enter(name string) {
	h.Helper()
	token, err := h.accounts.EnterSample(context.Background(), h.people[name].ID)
	h.do(err)
	h.tokens[name] = token
}

type answer struct {
	*http.Response
	text string
}

func (h *house) send(r *http.Request, who string) answer {
	h.Helper()
	r.Host = "localhost"
	r.Header.Set("Cookie", "seedbed="+h.tokens[who]+"; seedbed_lang="+h.lang+h.cookies)
	res, err := h.app.Test(r, 30_000)
	h.do(err)
	body, err := io.ReadAll(res.Body)
	h.do(err)
	h.do(res.Body.Close())
	return answer{res, string(body)}
}

// get reads a page and wants this status.
func (h *house) get(who, path string, status int) answer {
	h.Helper()
	a := h.send(httptest.NewRequest("GET", path, nil), who)
	return h.checked(a, status)
}

func (h *house) post(who, path string, values url.Values, status int) answer {
	h.Helper()
	m := hmac.New(sha256.New, []byte("secret"))
	m.Write([]byte("form\x00" + h.tokens[who]))
	values.Set("_token", hex.EncodeToString(m.Sum(nil)[:16]))
	r := httptest.NewRequest("POST", path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.checked(h.send(r, who), status)
}

var (
	headings = regexp.MustCompile(`<h1[ >]`)
	han      = regexp.MustCompile(`[^<>\n]{0,30}\p{Han}[^<>\n]{0,30}`)
	// The seven characters of the colours and the switch back to Chinese are Chinese on purpose.
	meant = regexp.MustCompile(`<span class="z"[^>]*>.</span>|<button[^>]*lang="zh-CN">中文</button>`)
	ids   = regexp.MustCompile(` id="([^"]+)"`)
	fors  = regexp.MustCompile(` for="([^"]+)"`)
)

// checked wants the status, and of every page: one h1, no sentence with its arguments amiss, no id twice, every label at
// a field, no inline style, and in English no Chinese.
func (h *house) checked(a answer, status int) answer {
	h.Helper()
	if a.StatusCode != status {
		h.Fatalf("%s %s: %d, want %d\n%s", a.Request.Method, a.Request.URL, a.StatusCode, status, plain(a.text))
	}
	if !strings.Contains(a.Header.Get("Content-Type"), "html") || a.text == "" {
		return a
	}
	where := a.Request.URL.Path + " (" + h.lang + ")"
	if n := len(headings.FindAllString(a.text, -1)); n != 1 {
		h.Errorf("%s has %d h1", where, n)
	}
	if strings.Contains(a.text, "%!") || strings.Contains(a.text, "EXTRA") || strings.Contains(a.text, "MISSING") || strings.Contains(a.text, " style=") {
		h.Errorf("%s: a sentence with its arguments amiss, or an inline style:\n%s", where, a.text)
	}
	have := map[string]int{}
	for _, m := range ids.FindAllStringSubmatch(a.text, -1) {
		if have[m[1]]++; have[m[1]] == 2 {
			h.Errorf("%s has the id %s twice", where, m[1])
		}
	}
	for _, m := range fors.FindAllStringSubmatch(a.text, -1) {
		if have[m[1]] == 0 {
			h.Errorf("%s has a label for %s, which is not there", where, m[1])
		}
	}
	if h.lang == "en" {
		for _, text := range han.FindAllString(meant.ReplaceAllString(a.text, ""), 3) {
			h.Errorf("%s is not all English: %s", where, text)
		}
	}
	return a
}

var tags = regexp.MustCompile(`(?s)<head>.*</head>|<[^>]*>|\s+`)

func plain(page string) string { return tags.ReplaceAllString(page, " ") }

func (a answer) says(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(plain(a.text), text) && !strings.Contains(a.text, text) {
		t.Errorf("%s does not say %q:\n%s", a.Request.URL.Path, text, plain(a.text))
	}
}

// version is the hidden version of the form that posts to an address.
func (a answer) version(t *testing.T, action string) string {
	t.Helper()
	m := regexp.MustCompile(`(?s)action="` + regexp.QuoteMeta(action) + `".*?name="version" value="(\d+)"`).FindStringSubmatch(a.text)
	if m == nil {
		t.Fatalf("no form to %s on the page:\n%s", action, plain(a.text))
	}
	return m[1]
}
