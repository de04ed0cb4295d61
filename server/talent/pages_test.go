package talent

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/talent"
	"seedbed/domain/vault"
	"seedbed/server/web"
	"seedbed/server/web/webtest"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo/sketch"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, clock.Shanghai)

const home = "jz.w.a"

// house is the pages of the talent bank over a district of one community.
type house struct {
	*testing.T
	app    *fiber.App
	book   *talent.Book
	tokens map[string]string
	people map[string]identity.Actor
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, ctx := pgtest.New(t), context.Background()
	v, err := vault.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	store, err := objects.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	acc := accounts.New(db, c, v, nil, nil)
	h := &house{T: t, book: talent.New(db, store, c, v, acc), tokens: map[string]string{}, people: map[string]identity.Actor{}}
	if err := db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `insert into place (path, level, name, name_en, code, valid_from) values ('jz', 'district', '京州区', 'Jingzhou', 'jz', '2020-01-01'),
  ('jz.w', 'subdistrict', '武汉路街道', 'Wuhan Road', 'w', '2020-01-01'), ('jz.w.a', 'community', '甲社区', 'A', 'a', '2020-01-01')`, nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i, p := range []struct {
		name, home string
		grants     []identity.Grant
	}{{"Wang", home, nil}, {"Li", home, nil}, {"Staff", "", []identity.Grant{{Role: identity.CommunityStaff, Place: home}}}, {"District", "", []identity.Grant{{Role: identity.DistrictStaff, Place: "jz"}}}} {
		who, err := acc.Enlist(ctx, p.name, "1380000000"+string(rune('0'+i)), p.home, p.grants...)
		if err != nil {
			t.Fatal(err)
		}
		h.people[p.name] = who
		if h.tokens[p.name], err = acc.EnterSample(ctx, who.ID); err != nil {
			t.Fatal(err)
		}
	}
	h.app = web.New(&web.Site{Accounts: acc, Clock: c, Log: slog.New(slog.DiscardHandler), Secret: []byte(webtest.Secret)}, Routes(h.book, db, c))
	return h
}

func (h *house) token(who string) string { return webtest.Token(h.tokens[who]) }

// ask sends a request as somebody and wants this status; a body is a form, of files when kind says so.
func (h *house) ask(who, method, path, kind string, body io.Reader, status int) string {
	h.Helper()
	return webtest.Ask(h, h.app, h.tokens[who], method, path, kind, body, status)
}

func (h *house) get(who, path string, status int) string {
	h.Helper()
	return h.ask(who, "GET", path, "", nil, status)
}

func (h *house) post(who, path string, v url.Values, status int) string {
	h.Helper()
	v.Set("_token", h.token(who))
	return h.ask(who, "POST", path, fiber.MIMEApplicationForm, strings.NewReader(v.Encode()), status)
}

var anEntry = regexp.MustCompile(`/desk/talents/([0-9a-f-]{36})"`)

// The whole way without a script: offered, contacted, verified, listed, seen, asked for, taken down and gone.
func TestFromAnOfferToTheLastTap(t *testing.T) {
	h := newHouse(t)
	page := h.post("Wang", "/talents/me", url.Values{"skill_note": {"修老收音机"}, "times": {"weekend"}, "version": {"0"}}, 422)
	if !strings.Contains(page, "请至少选一样会做的事") || !strings.Contains(page, "修老收音机") {
		t.Error("what was typed is lost, or nothing says what is wrong")
	}
	h.post("Wang", "/talents/me", url.Values{"skills": {"repair", "teaching"}, "skill_note": {"修老收音机"}, "times": {"weekend"}}, 303)
	list := h.get("Staff", "/desk/talents", 200)
	id := anEntry.FindStringSubmatch(list)[1]
	desk := "/desk/talents/" + id
	if page := h.post("Staff", desk+"/contact", url.Values{"version": {"1"}, "said": {"上门谈过"}}, 422); !strings.Contains(page, "上门谈过") || !strings.Contains(page, "请选是怎么联系的") {
		t.Error("the contact's form lost what was typed")
	}
	h.post("Staff", desk+"/contact", url.Values{"version": {"1"}, "on_day": {"2026-03-02"}, "how": {"visit"}, "said": {"上门谈过"}}, 303)
	h.post("Staff", desk+"/verify", url.Values{"version": {"2"}, "found": {"看过"}}, 303)
	if page := h.post("Wang", "/talents/me/agree", url.Values{"version": {"3"}, "name_shown": {"surname"}, "shown": {"times"}}, 422); !strings.Contains(page, "公开前请先打勾表示同意") {
		t.Error("published without a tick")
	}
	h.get("Li", "/talents/"+id, 404)
	h.post("Wang", "/talents/me/agree", url.Values{"version": {"3"}, "name_shown": {"surname"}, "shown": {"times"}, "agree": {"true"}}, 303)
	card := h.get("", "/talents?q="+url.QueryEscape("收音"), 200)
	if !strings.Contains(card, "W**") || strings.Contains(card, "Wang") {
		t.Error("the list shows another name than she chose")
	}
	if page := h.get("Li", "/talents/"+id, 200); strings.Contains(page, "Wang") || strings.Contains(page, "甲社区") {
		t.Error("the card shows what she did not choose")
	}
	h.post("Li", "/talents/"+id+"/ask", url.Values{"text": {"请教修电扇"}}, 303)
	own := h.get("Wang", "/talents/me", 200)
	for _, said := range []string{"上门谈过", "看过", "Staff", "请教修电扇", "L**"} {
		if !strings.Contains(own, said) {
			t.Errorf("her page does not tell her %q", said)
		}
	}
	h.post("Wang", "/talents/me/hide", url.Values{"version": {"4"}}, 303)
	h.get("", "/talents/"+id, 404)
	h.post("Wang", "/talents/me/leave", url.Values{"version": {"5"}}, 303)
	if page := h.get("Wang", "/talents/me", 200); strings.Contains(page, "上门谈过") {
		t.Error("something is left")
	}
}

func TestAPaperIsPhotographedAtTheCounter(t *testing.T) {
	h := newHouse(t)
	h.post("Staff", "/desk/talents", url.Values{"name": {"孙大爷"}, "why": {"会木工"}, "skills": {"craft"}, "source": {"visit"}}, 303)
	id := anEntry.FindStringSubmatch(h.get("Staff", "/desk/talents?state=nominated", 200))[1]
	desk := "/desk/talents/" + id
	h.post("Staff", desk+"/contact", url.Values{"version": {"1"}, "on_day": {"2026-03-02"}, "how": {"visit"}, "said": {"愿意"}}, 303)
	h.post("Staff", desk+"/verify", url.Values{"version": {"2"}, "found": {"看过"}}, 303)
	send := func(photo []byte, status int) string {
		t.Helper()
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for name, v := range map[string]string{"_token": h.token("Staff"), "version": "3", "name_shown": "full", "shown": "area", "signed_on": "2026-03-01", "agree": "true"} {
			if err := m.WriteField(name, v); err != nil {
				t.Fatal(err)
			}
		}
		if photo != nil {
			part, err := m.CreateFormFile("paper", "paper.jpg")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write(photo); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		return h.ask("Staff", "POST", desk+"/paper", m.FormDataContentType(), &body, status)
	}
	if page := send(nil, 422); !strings.Contains(page, "请拍一张签了字的纸") || !strings.Contains(page, "2026-03-01") {
		t.Error("without a photo nothing says so, or what was typed is lost")
	}
	send(sketch.Draw(3, sketch.Sheet, ""), 303)
	if page := h.get("", "/talents/"+id, 200); !strings.Contains(page, "孙大爷") || !strings.Contains(page, "甲社区") {
		t.Error("the card does not show what he chose")
	}
}

func TestTheDistrictCountsAndSeesConsentedCardsOnly(t *testing.T) {
	h := newHouse(t)
	h.post("Li", "/talents", url.Values{"name": {"赵师傅"}, "why": {"会理发"}}, 303)
	page := h.get("District", "/desk/talents", 200)
	if strings.Contains(page, "赵师傅") {
		t.Error("the district sees a name nobody agreed to")
	}
	id := anEntry.FindStringSubmatch(h.get("Staff", "/desk/talents", 200))[1]
	h.get("District", "/desk/talents/"+id, 403)
	h.get("Li", "/desk/talents", 403)
}
