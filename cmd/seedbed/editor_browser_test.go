package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
	"seedbed/storage/sms"
)

// writing is a house with an open call, and the phone of a neighbour.
type writing struct {
	*town
	line *line
	tab  *tab
	id   string
}

func newWriting(t *testing.T, newcomer bool) *writing {
	t.Helper()
	h, hand := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	w := &writing{town: &town{browser: startBrowser(t, h, hand), dir: t.TempDir()}}
	w.line, w.base = layLine(t, w.base)
	w.lay()
	w.call()
	for _, name := range []string{"周桂兰", "陈秀珍", "刘建国"} {
		if newcomer && name == "周桂兰" {
			continue
		}
		if _, err := h.Accounts.Enlist(t.Context(), name, phones[name], home); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// call opens a call without walking through the desk.
func (w *writing) call() {
	w.t.Helper()
	l := &living{t: w.t, h: w.house}
	l.openCall()
	w.edition = l.call
}

// begin signs the neighbour in and starts a proposal.
func (w *writing) begin() *tab {
	w.t.Helper()
	w.tab = w.resident("周桂兰")
	w.tab.open("/editions/" + w.edition).press("我要申报")
	w.id = w.tab.id()
	return w.tab
}

func (w *writing) edit(step string) *tab {
	w.t.Helper()
	return w.tab.open("/proposals/" + w.id + "/edit/" + step)
}

// draft is what the house has stored.
func (w *writing) draft() proposal.Draft {
	w.t.Helper()
	f, err := proposal.Whole(w.t.Context(), w.house.Engines.DB, w.id)
	if err != nil {
		w.t.Fatal(err)
	}
	return f.Draft()
}

// until waits for something to become true.
func (w *writing) until(what string, is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !w.answers(is); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.tab.fail("never: %s", what)
		}
	}
}

// says waits for the state that is shown all the time.
func (w *writing) says(text string) {
	w.t.Helper()
	w.until("the page says "+text, func() bool {
		return strings.Contains(js[string](w.tab, `document.querySelector("[data-saved]")?.textContent || ""`), text)
	})
}

// worker waits until the phone keeps the form.
func (w *writing) worker() {
	w.t.Helper()
	w.until("the pages are on the phone", func() bool {
		n, err := chromedp.Run(w.tab.page, chromedp.Evaluate[int](`caches.open("seedbed-pages").then(c => c.keys()).then(k => k.length)`, chromedp.EvalAwaitPromise))
		return err == nil && n >= 8
	})
}

// The line is cut at every step while somebody writes: the form still opens, goes on and keeps what is typed, and
// everything is with the house when the line is back.
func TestScreensNothingIsLostWithoutALine(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	w.worker()
	typed := map[string][2]string{"card": {"title", "楼道口的旧衣改造坊"}, "need": {"problem", "楼道里堆着旧衣服"}, "plan": {"goal", "让旧衣有用"}, "marks": {"product", "照片墙"},
		"budget": {"lines.0.item", "布料"}, "team": {"team_name", "巧手队"}, "promise": {"future", "一直做下去"}}
	for _, s := range proposal.Sections {
		if s.ID == "photos" || s.ID == "district" { // no text, or nothing that this district asks
			continue
		}
		w.edit(s.ID)
		w.line.set(true)
		tab.fill(typed[s.ID][0], typed[s.ID][1])
		w.says("离线，已存在本机")
		// Killed while typing: another step, then back, all from the phone.
		w.edit("card")
		w.edit(s.ID)
		w.until("the text of "+s.ID+" is there again", func() bool {
			return js[string](tab, `document.getElementsByName("`+typed[s.ID][0]+`")[0].value`) == typed[s.ID][1]
		})
		w.line.set(false)
		w.edit("card")
	}
	w.until("everything is with the house", func() bool {
		d := w.draft()
		return d.Title != "" && d.Problem != "" && d.Goal != "" && d.Product != "" && len(d.Lines) == 1 && d.Lines[0].Item == "布料" && d.TeamName == "巧手队" && d.Future != ""
	})
	tab.shot("editor-card")
}

// A tab that is closed in the middle of a word has the text when it is opened again, and the house gets it.
func TestScreensATabClosedWhileTyping(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	w.edit("need")
	tab.fill("problem", "写到一半")
	page := tab.page
	time.Sleep(300 * time.Millisecond) // the phone writes at once, the house later
	ctx, cancel := chromedp.NewContext(page)
	defer cancel()
	tab.page = ctx
	if err := chromedp.Do(page, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	w.edit("need")
	w.until("the text is there", func() bool {
		return js[string](tab, `document.getElementsByName("problem")[0].value`) == "写到一半"
	})
	w.until("the house has it", func() bool { return w.draft().Problem == "写到一半" })
}

// Two phones change the same field: both versions are offered, and the chosen one is kept.
func TestScreensTwoPhonesOneField(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	w.edit("card")
	by := w.actor("周桂兰")
	d := w.draft()
	d.Title, d.Venue = "别人写的名字", "别人写的地方"
	if _, err := w.house.Proposals.Edit(t.Context(), by, w.id, proposal.Edit{Draft: d, Page: "other"}); err != nil {
		t.Fatal(err)
	}
	tab.fill("title", "我写的名字")
	w.says("请选一个")
	if got := js[string](tab, `document.getElementsByName("venue")[0].value`); got != "别人写的地方" {
		t.Errorf("the other's place is not shown: %q", got)
	}
	if w.draft().Title != "别人写的名字" {
		t.Error("a title was overwritten unasked")
	}
	tab.shot("editor-clash")
	js[bool](tab, `[...document.querySelectorAll(".clash button")].find(b => b.value === "mine").click() || true`)
	w.until("mine is stored", func() bool { return w.draft().Title == "我写的名字" })
}

func (w *writing) actor(name string) identity.Actor {
	w.t.Helper()
	id, err := pg.Value[string](w.t.Context(), w.house.Engines.DB, `select id::text from person where name = @name`, pg.Args{"name": name})
	if err != nil {
		w.t.Fatal(err)
	}
	return identity.Actor{ID: id, Name: name, Home: home}
}

// The session ends before the last button is pressed: after signing in again the button works.
func TestScreensSessionExpiredAtSubmit(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	d := w.draft()
	d.Title, d.Category, d.Problem, d.Affected, d.HowFound, d.Goal, d.Method = "旧衣坊", "mutual_aid", "堆着旧衣", []string{"elders"}, "own_life", "有用", "一起改"
	d.Activities, d.Lines = []proposal.Activity{{Name: "课", Times: 8, People: 20}}, []proposal.Line{{Item: "布", Category: "M", UnitPrice: 40_00, Qty: 20}}
	for _, c := range proposal.Declarations {
		d.Declared = append(d.Declared, c.Code)
	}
	if _, err := w.house.Proposals.Save(t.Context(), w.actor("周桂兰"), w.id, d); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"陈秀珍", "刘建国"} {
		tab.open("/proposals/"+w.id+"/team").fill("name", name).fill("phone", phones[name]).press("发出邀请")
		w.resident(name).open("/invitations").tick("age", "adult").tick("agree").press("加入团队")
	}
	w.edit("promise")
	w.expire()
	tab.fill("future", "一直做下去")
	w.says("登录已过期")
	w.again(tab, "/proposals/"+w.id+"/edit/promise")
	w.until("the house has it", func() bool { return w.draft().Future == "一直做下去" })
	tab.open("/proposals/" + w.id + "/check")
	w.expire()
	tab.press("提交申报")
	w.again(tab, "")
	if !strings.HasPrefix(tab.path(), "/continue") {
		tab.fail("the pressed button does not wait")
	}
	tab.pressFirstButton().see("JZ-01-R0001")
}

// pressFirstButton presses the first button of the main part.
func (w *tab) pressFirstButton() *tab {
	w.t.Helper()
	return w.press(js[string](w, `document.querySelector("main form button").textContent.trim().replace(/\s+/g, " ")`))
}

func (w *writing) expire() {
	w.t.Helper()
	if err := w.house.Engines.DB.Change(w.t.Context(), func(tx pg.Tx) error {
		_, err := tx.Exec(w.t.Context(), `delete from session`)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

// again signs the neighbour in anew, and opens a page.
func (w *writing) again(tab *tab, path string) {
	w.t.Helper()
	w.hand.Advance(2 * time.Minute)
	tab.open("/login").fill("phone", tab.phone).press("获取验证码")
	tab.fill("code", codeInText.FindString(w.code(tab.phone))).press("登录")
	if path != "" {
		tab.open(path)
	}
}

// Photos go on by themselves after the line was cut in the middle, each once.
func TestScreensPhotosGoOnAfterABreak(t *testing.T) {
	w := newWriting(t, false)
	tab := w.begin()
	w.edit("photos")
	path := filepath.Join(w.dir, "big.jpg")
	content := append(sketch.DrawWithEXIF(3, sketch.People, "", w.hand.Now(), 34.66, 112.43), make([]byte, 900<<10)...)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	tab.tick("kind", "need").files("photos", path)
	w.line.set(true)
	js[bool](tab, `document.querySelector("#photos button").click() || true`)
	w.until("it waits for the line", func() bool {
		return strings.Contains(js[string](tab, `document.querySelector("[data-queue]").textContent`), "等网络")
	})
	w.line.set(false)
	w.edit("photos") // reloaded: the photo is still on the phone
	w.until("the photo has come", func() bool {
		f, err := proposal.Whole(t.Context(), w.house.Engines.DB, w.id)
		return err == nil && len(f.Photos) == 1
	})
	n, err := pg.Value[int](t.Context(), w.house.Engines.DB, `select count(*) from attachment where owner = 'proposal'`, nil)
	if err != nil || n != 1 {
		t.Errorf("%d photos, %v", n, err)
	}
	tab.shot("editor-photos")
}

// code is the last code that was sent to a number.
func (w *writing) code(phone string) string { return w.house.Engines.Sender.(*sms.File).Last(phone) }

// scriptless switches the scripts of a window off. What the tests ask of the page goes on working.
func (w *writing) scriptless(tab *tab) {
	w.t.Helper()
	if err := chromedp.Do(tab.page, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return err
	})); err != nil {
		w.t.Fatal(err)
	}
}
