package topic

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
	"seedbed/domain/topic"
	"seedbed/domain/vault"
	"seedbed/server/web"
	"seedbed/server/web/webtest"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/photo/sketch"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const home = "jz.w.a"

// house is the pages of deliberation over a district of one community.
type house struct {
	*testing.T
	app    *fiber.App
	clock  *clock.Manual
	tokens map[string]string
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
	h := &house{T: t, clock: clock.NewManual(time.Date(2026, 3, 2, 12, 0, 0, 0, clock.Shanghai)), tokens: map[string]string{}}
	acc := accounts.New(db, h.clock, v, nil, nil)
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
	}{{"Zhang", home, nil}, {"Li", home, nil}, {"Staff", "", []identity.Grant{{Role: identity.CommunityStaff, Place: home}}}} {
		who, err := acc.Enlist(ctx, p.name, "1380000000"+string(rune('0'+i)), p.home, p.grants...)
		if err != nil {
			t.Fatal(err)
		}
		if h.tokens[p.name], err = acc.EnterSample(ctx, who.ID); err != nil {
			t.Fatal(err)
		}
	}
	onward := func(context.Context, pg.Reader, identity.Actor, string, string, time.Time) (topic.Onward, error) {
		return topic.Onward{Calls: []topic.Call{{ID: "01990000-0000-7000-8000-000000000000", Title: "第一届"}}}, nil
	}
	h.app = web.New(&web.Site{Accounts: acc, Clock: h.clock, Log: slog.New(slog.DiscardHandler), Secret: []byte(webtest.Secret)}, Routes(topic.New(db, store, h.clock), db, h.clock, onward))
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

// record sends the minutes with their paper.
func (h *house) record(path string, fields map[string]string, status int) string {
	h.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	fields["_token"] = h.token("Staff")
	for name, v := range fields {
		if err := m.WriteField(name, v); err != nil {
			h.Fatal(err)
		}
	}
	part, err := m.CreateFormFile("papers", "minutes.jpg")
	if err != nil {
		h.Fatal(err)
	}
	if _, err := part.Write(sketch.Draw(3, sketch.Sheet, "")); err != nil {
		h.Fatal(err)
	}
	if err := m.Close(); err != nil {
		h.Fatal(err)
	}
	return h.ask("Staff", "POST", path, m.FormDataContentType(), &body, status)
}

var (
	anEntry = regexp.MustCompile(`/desk/topics/([0-9a-f-]{36})"`)
	aTask   = regexp.MustCompile(`<option value="([0-9a-f-]{36})"`)
)

// The whole way without a script: proposed, taken up, cared for, discussed, decided, done, answered, closed.
func TestFromTheFirstWordToSatisfied(t *testing.T) {
	h := newHouse(t)
	matter := url.Values{"title": {"三号楼门口总积水"}, "body": {"一下雨就积水，老人出不了门。"}, "where_text": {"三号楼门口"}}
	if page := h.post("Zhang", "/topics", matter, 422); !strings.Contains(page, "请选是哪一类的事") || !strings.Contains(page, "一下雨就积水") {
		t.Error("what was typed is lost, or nothing says what is wrong")
	}
	matter.Set("kind", "facility")
	h.post("Zhang", "/topics", matter, 303)
	id := anEntry.FindStringSubmatch(h.get("Staff", "/desk/topics", 200))[1]
	desk, open := "/desk/topics/"+id, "/topics/"+id
	h.get("Li", open, 404)
	matter.Set("version", "1")
	if page := h.post("Staff", desk+"/screen", matter, 422); !strings.Contains(page, "请先看过") {
		t.Error("taken up unread")
	}
	matter.Set("clean", "true")
	h.post("Staff", desk+"/screen", matter, 303)
	if page := h.get("", "/topics?q="+url.QueryEscape("积水"), 200); !strings.Contains(page, "三号楼门口总积水") {
		t.Error("two characters do not find it")
	}
	h.post("Li", open+"/support", url.Values{}, 303)
	if page := h.get("Li", open, 200); !strings.Contains(page, "Z**") || strings.Contains(page, "Zhang") {
		t.Error("a neighbour reads the proposer's name")
	}
	h.post("Staff", desk+"/schedule", url.Values{"version": {"2"}, "meets_at": {"2026-03-02T12:30"}, "meets_where": {"议事厅"}, "host": {"社区书记"}, "invited": {"物业"}}, 303)
	h.clock.Advance(time.Hour)
	if page := h.record(desk+"/record", map[string]string{"version": "3", "people": "x", "host": "社区书记", "discussion": "物业说能修"}, 422); !strings.Contains(page, "物业说能修") {
		t.Error("the record lost what was typed")
	}
	h.record(desk+"/record", map[string]string{"version": "3", "people": "10", "host": "社区书记", "discussion": "物业说能修"}, 303)
	decision := url.Values{"version": {"4"}, "passed": {"yes"}, "decision": {"挖排水沟"}, "for": {"9"}, "against": {"1"}, "abstain": {"1"}, "tasks.0.what": {"挖沟"}, "tasks.0.owner": {"物业公司"}, "tasks.0.due": {"2026-03-12"}}
	if page := h.post("Staff", desk+"/resolve", decision, 422); !strings.Contains(page, "到会 10 人，票数加起来是 11") || !strings.Contains(page, "挖沟") {
		t.Error("more votes than people")
	}
	decision.Set("abstain", "0")
	h.post("Staff", desk+"/resolve", decision, 303)
	if page := h.get("Li", open, 200); !strings.Contains(page, "赞成 9 · 反对 1 · 弃权 0") || !strings.Contains(page, `name="topic_id" value="`+id) || strings.Contains(page, "物业说能修") {
		t.Error("the public page lacks the decision or the way to a proposal, or says too much")
	}
	task := aTask.FindStringSubmatch(h.get("Staff", desk, 200))[1]
	h.post("Staff", desk+"/report", url.Values{"version": {"5"}, "text": {"挖好了"}, "task": {task}}, 303)
	h.get("Staff", desk+"?do=answer", 200)
	h.post("Staff", desk+"/answer", url.Values{"version": {"6"}, "text": {"沟挖好了"}}, 303)
	h.post("Li", open+"/judge", url.Values{"version": {"7"}, "satisfied": {"yes"}}, 404)
	h.post("Zhang", open+"/judge", url.Values{"version": {"7"}, "satisfied": {"yes"}, "text": {"谢谢"}}, 303)
	if page := h.get("", open, 200); !strings.Contains(page, "提议人：满意") || strings.Contains(page, "谢谢") {
		t.Error("the public page lacks the verdict, or shows the proposer's words")
	}
}
