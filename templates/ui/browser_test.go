package ui_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"seedbed/templates/static"
)

var shots = flag.String("shots", "", "folder to put pictures of the gallery into")

// house serves the gallery under the house's content policy: /<page>?lang=&size=&theme=. What is posted is remembered.
type house struct {
	*httptest.Server
	mu     sync.Mutex
	posted []string
	sent   []byte // the last photo
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'")
		if a, ok := static.Find(r.URL.Path); ok {
			w.Header().Set("Content-Type", a.Type)
			_, _ = w.Write(a.Body)
			return
		}
		if r.Method == http.MethodPost {
			_ = r.ParseMultipartForm(8 << 20)
			h.mu.Lock()
			if r.MultipartForm != nil && len(r.MultipartForm.File["photos"]) > 0 {
				if f, err := r.MultipartForm.File["photos"][0].Open(); err == nil {
					h.sent, _ = io.ReadAll(f)
				}
			}
			h.posted = append(h.posted, r.URL.Path+" "+r.PostForm.Encode())
			h.mu.Unlock()
			if r.PostForm.Get("autosave") == "" {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			_, _ = fmt.Fprint(w, `{"saved": "10:42", "version": 4}`)
			return
		}
		page, ok := gallery()[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			w.Header().Set("Content-Type", "image/svg+xml") // a photo
			_, _ = fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><rect width="3" height="2" fill="#9BB8A5"/></svg>`)
			return
		}
		f := frame()
		f.Large, f.Theme = r.URL.Query().Get("size") == "large", r.URL.Query().Get("theme")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, render(t, page, r.URL.Query().Get("lang"), f))
	}))
	t.Cleanup(h.Close)
	return h
}

func (h *house) photo() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sent
}

func (h *house) got() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.posted...)
}

// tab is a page in a browser, with what its console says: that is where a broken policy shows.
type tab struct {
	t    *testing.T
	ctx  context.Context
	mu   sync.Mutex
	said []string
}

func browse(t *testing.T) *tab {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("no chromium on this machine")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.ExecPath("chromium"))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	ctx, shut := chromedp.NewContext(ctx)
	t.Cleanup(shut)
	b := &tab{t: t, ctx: ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.said = append(b.said, m.String())
			b.mu.Unlock()
		}
	}()
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// tell is what a script expression says, as text.
func (b *tab) tell(expression string) string {
	b.t.Helper()
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatal(err)
	}
	return text
}

// text is what an element says to the eye.
func (b *tab) text(selector string) string {
	return b.tell("document.querySelector(" + strconv.Quote(selector) + ").textContent.trim()")
}

// until waits for what the page does by itself.
func (b *tab) until(what string, so func() bool) {
	b.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); b.do(chromedp.Sleep(50 * time.Millisecond)) {
		if time.Now().After(end) {
			b.t.Fatalf("waited in vain: %s", what)
		}
	}
}

func (b *tab) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.said {
		b.t.Errorf("the browser complains: %s", m)
	}
}

func (b *tab) open(address string, width int64) {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if width < 500 {
		options = append(options, chromedp.EmulateMobile)
	}
	b.do(chromedp.EmulateViewport(width, 900, options...), chromedp.Navigate(address))
}

// Every page, on a small phone with big type as on a desk, fits its window and keeps to the policy.
func TestPagesFitTheirWindows(t *testing.T) {
	h, b := open(t), browse(t)
	settings := []struct {
		name  string
		width int64
		query string
	}{{"320-large", 320, "size=large"}, {"390", 390, ""}, {"390-dark", 390, "theme=dark"}, {"390-en", 390, "lang=en"}, {"768", 768, ""},
		{"1280", 1280, ""}, {"1280-dark", 1280, "theme=dark"}, {"1280-large", 1280, "size=large"}, {"1280-en", 1280, "lang=en"}}
	for _, s := range settings {
		for name := range gallery() {
			b.open(h.URL+"/"+name+"?"+s.query, s.width)
			if wide := b.tell(`Math.max(0, document.documentElement.scrollWidth - ` + strconv.FormatInt(s.width, 10) + `)`); wide != "0" {
				t.Errorf("%s at %s is %s px too wide: %s", name, s.name, wide, b.tell(wideParts))
			}
			if small := b.tell(smallTargets); small != "" {
				t.Errorf("%s at %s: too small to hit: %s", name, s.name, small)
			}
			if *shots != "" {
				b.keep(filepath.Join(*shots, name+"-"+s.name+".png"))
			}
		}
	}
	b.quiet()
}

func (b *tab) keep(file string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(file, picture, 0o600)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// smallTargets lists buttons and boxes lower than 40 px, which a thumb misses; wideParts what sticks out of the page.
const (
	smallTargets = `[...document.querySelectorAll("button,a.btn,.in,.pick,.tabs a,.nav a")].filter(e => e.offsetParent &&
		(e.getBoundingClientRect().height < 39.5 || e.getBoundingClientRect().width < 24)).map(e => e.className + " " + e.textContent.trim() + " " + e.getBoundingClientRect().height).join("; ")`
	wideParts = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll,.nav,.tabs,.vh")).slice(0, 5).map(e => e.tagName + "." + e.className).join("; ")`
)

func TestScriptHelpsWithForms(t *testing.T) {
	h, b := open(t), browse(t)
	b.open(h.URL+"/form", 390)
	if got := b.tell(`document.activeElement.className`); got != "summary" {
		t.Errorf("focus is on %q", got)
	}
	b.do(chromedp.Clear("#f-lines-0-amount"), chromedp.SendKeys("#f-lines-0-amount", "4,500.5"),
		chromedp.SendKeys("#f-title", "再加上十几个字就会超过二十个字的限制"), chromedp.Click(".tools [name=size]"))
	for _, c := range []struct{ what, got, want string }{{"first fault", b.text(".summary li"), "请选一个类别"}, {"sum", b.text("[data-sum]"), "¥5,100.50"},
		{"left", b.text("[data-left]"), "超出 ¥100.50"}, {"count", b.text("#f-title-n"), "超出 7 字"},
		{"size", b.tell(`document.documentElement.dataset.size`), "large"}, {"pressed", b.tell(`document.querySelector("[name=size]").ariaPressed`), "true"}} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	b.until("autosave says so", func() bool { return b.text("#proposal > [role=status]") == "已保存 10:42" })
	b.do(chromedp.Click("[name=save]"))
	b.until("the form is posted", func() bool { return strings.Contains(strings.Join(h.got(), "\n"), "save=draft") })
	posted := strings.Join(h.got(), "\n")
	for _, want := range []string{"/settings _token=tok&back=%2Fprojects%2F7&size=large", "autosave=1", "save=draft"} {
		if !strings.Contains(posted, want) {
			t.Errorf("%q was not posted in\n%s", want, posted)
		}
	}
	b.quiet()
}

func TestASecondPressIsTheSamePress(t *testing.T) {
	h, b := open(t), browse(t)
	b.open(h.URL+"/desk", 1280)
	const button = `document.querySelector('form[action="/c/1/approve"] button')`
	b.tell(button + `.click(), setTimeout(() => { ` + button + `.click(); window.twice = true }, 200)`)
	b.until("both presses are made", func() bool { return b.tell("window.twice") == "true" && len(h.got()) > 0 })
	b.do(chromedp.Sleep(1500 * time.Millisecond)) // a second post would have come by now, and the button lives again
	if got := h.got(); len(got) != 1 || got[0] != "/c/1/approve _token=tok&version=3" {
		t.Errorf("posted %q", got)
	}
	b.tell(button + `.click()`)
	b.until("a second later the button works again", func() bool { return len(h.got()) == 2 })
}

func TestRubricAddsUp(t *testing.T) {
	h, b := open(t), browse(t)
	b.open(h.URL+"/judge", 1280)
	b.do(chromedp.Click(`[name=join_band][data-low="15"]`), chromedp.SendKeys("#f-cost", "9"),
		chromedp.Click(`.crit:nth-of-type(5) [data-by="1"]`))
	for _, c := range []struct{ got, want string }{{b.tell(`document.getElementById("f-join").value`), "16"}, {b.tell(`document.getElementById("f-cost").value`), "10"},
		{b.text("[data-total]"), "68"}, {b.text("[data-marked]"), "已打 4 / 5 项"}, {b.tell(`document.querySelector("[name=cost_band][data-low='9']").checked`), "true"}} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	b.quiet()
}

// A photo becomes smaller but keeps when it was taken, and is upright.
func TestPhotosTravelLight(t *testing.T) {
	h, b := open(t), browse(t)
	file := filepath.Join(t.TempDir(), "big.jpg")
	if err := os.WriteFile(file, photo(t, 3000, 2000), 0o600); err != nil {
		t.Fatal(err)
	}
	b.open(h.URL+"/form", 390)
	b.do(chromedp.SetUploadFiles("#f-photos", []string{file}))
	b.until("the photo is smaller", func() bool { return b.text("[data-shrunk]") != "" })
	b.do(chromedp.Click("[name=save]"))
	b.until("the photo has come", func() bool { return len(h.photo()) > 0 })
	sent := h.photo()
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(sent))
	if err != nil || max(cfg.Width, cfg.Height) != 1600 || min(cfg.Width, cfg.Height) != 1066 && min(cfg.Width, cfg.Height) != 1067 {
		t.Fatalf("sent %d bytes, %dx%d: %v", len(sent), cfg.Width, cfg.Height, err)
	}
	if cfg.Height < cfg.Width {
		t.Error("the photo was taken upright and lies on its side")
	}
	if !bytes.Contains(sent[:400], []byte("2026:10:18 14:30:00")) {
		t.Error("the photo forgot when it was taken")
	}
	if !bytes.Contains(sent[:400], exifOrientation(1)) {
		t.Error("the photo says it has to be turned again")
	}
	b.quiet()
}

// Nobody needs the script: without it no button that does nothing is to be seen.
func TestWithoutScript(t *testing.T) {
	h, b := open(t), browse(t)
	switchScript := func(off bool) {
		if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"desk", "judge", "paper"} {
		switchScript(true)
		b.open(h.URL+"/"+name, 1280)
		switchScript(false)
		if dead := b.tell(`[...document.querySelectorAll("button[type=button]")].filter(b => b.offsetParent).map(b => b.textContent).join()`); dead != "" {
			t.Errorf("%s has dead buttons: %q", name, dead)
		}
		if b.tell(`document.querySelectorAll("[type=button]").length`) == "0" {
			t.Errorf("%s has no such button at all", name)
		}
	}
}
