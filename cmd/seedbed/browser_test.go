package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seedbed/domain/clock"
)

// browser is one Chromium; every person has a window of their own with cookies of their own.
type browser struct {
	t     *testing.T
	ctx   context.Context
	house *House
	hand  *clock.Manual
	base  string
	shots string // folder for screenshots, "" for none
	step  int
	tabs  map[string]*tab
	// patient people ask for another code when the first was used up by an answer that never came.
	patient bool
	waits   bool // a page that does not answer is asked again: somebody waits for what it will say
}

type tab struct {
	*browser
	who   string
	phone string
	page  context.Context
}

func startBrowser(t *testing.T, h *House, hand *clock.Manual) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("Chromium is not installed; ./dev test installs it")
		}
		t.Skip("Chromium is not installed; ./dev test installs it")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-gpu", true), chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN,zh"))
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(end)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return &browser{t: t, ctx: ctx, house: h, hand: hand, base: h.serve(t), shots: os.Getenv("SEEDBED_TEST_SCREENS"), tabs: map[string]*tab{}}
}

// as gives the window of a person.
func (b *browser) as(who, phone string) *tab {
	if w, ok := b.tabs[who]; ok {
		return w
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(cancel)
	w := &tab{browser: b, who: who, phone: phone, page: ctx}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)); err != nil {
		b.t.Fatal(err)
	}
	b.tabs[who] = w
	return w
}

func (w *tab) fail(format string, args ...any) {
	w.t.Helper()
	body, _ := chromedp.Run(w.page, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 3000)`))
	w.t.Fatalf("step %d, %s: %s\n%s", w.step, w.who, fmt.Sprintf(format, args...), body)
}

func js[T any](w *tab, script string) T {
	w.t.Helper()
	if !w.waits {
		v, err := chromedp.Run(w.page, chromedp.Evaluate[T](script))
		for end := time.Now().Add(10 * time.Second); err != nil && unasked(err) && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			v, err = chromedp.Run(w.page, chromedp.Evaluate[T](script))
		}
		if err != nil {
			w.fail("%v in %s", err, script)
		}
		return v
	}
	ctx, cancel := context.WithTimeout(w.page, 5*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		panic(unanswered{})
	}
	return v
}

// unasked tells whether a script never ran, because the page it was for was just on its way out.
func unasked(err error) bool {
	return strings.Contains(err.Error(), "Cannot find context") || strings.Contains(err.Error(), "Cannot find default execution context")
}

// unanswered is what a page on its way out says.
type unanswered struct{}

// answers asks pages that may just be on their way out; a question without an answer is a no.
func (b *browser) answers(is func() bool) (yes bool) {
	b.waits = true
	defer func() {
		b.waits = false
		if e := recover(); e != nil {
			if _, ok := e.(unanswered); !ok {
				panic(e)
			}
			yes = false
		}
	}()
	return is()
}

// open goes to a page and expects it to be there. Where the page that is left came anew in the same moment, the address
// is entered again, as a person would.
func (w *tab) open(path string) *tab {
	w.t.Helper()
	w.step++
	res, err := chromedp.Run(w.page, chromedp.NavigateResponse(w.base+path))
	for try := 0; try < 3 && err != nil && strings.Contains(err.Error(), "net::ERR_ABORTED"); try++ {
		res, err = chromedp.Run(w.page, chromedp.NavigateResponse(w.base+path))
	}
	if err != nil {
		w.fail("opening %s: %v", path, err)
	}
	if res != nil && res.Status != 200 {
		w.fail("opening %s: status %d", path, res.Status)
	}
	w.sane()
	return w
}

// sane holds every page that is walked over to what all pages owe: one heading, no sideways scroll on a phone, no
// policy broken.
func (w *tab) sane() {
	w.t.Helper()
	if n := js[int](w, `document.querySelectorAll("h1").length`); n != 1 {
		w.t.Errorf("step %d: %s has %d headings", w.step, w.path(), n)
	}
	if over := js[int](w, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		w.t.Errorf("step %d: %s scrolls sideways by %d px at 390 px", w.step, w.path(), over)
	}
	if bare := js[int](w, `[...document.querySelectorAll("input:not([type=hidden]),select,textarea")].filter(e => !e.labels?.length && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")).length`); bare > 0 {
		w.t.Errorf("step %d: %s has %d fields without a label", w.step, w.path(), bare)
	}
}

func (w *tab) path() string { w.t.Helper(); return js[string](w, `location.pathname`) }

var idInPath = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// id is the row's id in the address.
func (w *tab) id() string {
	w.t.Helper()
	id := idInPath.FindString(w.path())
	if id == "" {
		w.fail("no id in the address")
	}
	return id
}

// fill types into a field by its name.
func (w *tab) fill(name, value string) *tab {
	w.t.Helper()
	ok := js[bool](w, `(() => { const e = [...document.getElementsByName(`+strconv.Quote(name)+`)].find(e => e.type !== "hidden" && e.type !== "radio" && e.type !== "checkbox"); if (!e) return false;
		e.closest("details")?.setAttribute("open", ""); e.focus(); e.value = `+strconv.Quote(value)+`; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); return e.value !== "" || `+strconv.Quote(value)+` === "" })()`)
	if !ok {
		w.fail("no field %s that takes %q", name, value)
	}
	return w
}

// tick chooses a radio or box by name and value; value "" takes the first.
func (w *tab) tick(name string, values ...string) *tab {
	w.t.Helper()
	if len(values) == 0 {
		values = []string{""}
	}
	for _, v := range values {
		if js[bool](w, `[...document.getElementsByName(`+strconv.Quote(name)+`)].some(e => e.tagName === "SELECT")`) {
			w.fill(name, v)
			continue
		}
		if !js[bool](w, `(() => { const e = [...document.getElementsByName(`+strconv.Quote(name)+`)].find(e => (e.type === "radio" || e.type === "checkbox") && (`+strconv.Quote(v)+` === "" || e.value === `+strconv.Quote(v)+`)); if (!e) return false; if (!e.checked) e.click(); return e.checked })()`) {
			w.fail("no choice %s = %s", name, v)
		}
	}
	return w
}

// pick chooses an option of a list, or a radio, by its value.
func (w *tab) pick(name, value string) *tab {
	w.t.Helper()
	if js[bool](w, `[...document.getElementsByName(`+strconv.Quote(name)+`)].some(e => e.tagName === "SELECT")`) {
		return w.fill(name, value)
	}
	return w.tick(name, value)
}

// choose picks the option of a list whose text has a word.
func (w *tab) choose(name, word string) *tab {
	w.t.Helper()
	value := js[string](w, `[...(document.getElementsByName(`+strconv.Quote(name)+`)[0]?.options || [])].find(o => o.text.includes(`+strconv.Quote(word)+`))?.value || ""`)
	if value == "" {
		w.fail("no option with %q in %s", word, name)
	}
	return w.fill(name, value)
}

// first picks the first real option of a list.
func (w *tab) first(name string) *tab {
	w.t.Helper()
	return w.fill(name, js[string](w, `[...(document.getElementsByName(`+strconv.Quote(name)+`)[0]?.options || [])].find(o => o.value)?.value || ""`))
}

// tickAll ticks every box of the page's main part.
func (w *tab) tickAll() *tab {
	w.t.Helper()
	js[bool](w, `(() => { document.querySelectorAll("main input[type=checkbox]").forEach(e => e.checked || e.click()); return true })()`)
	return w
}

// pressFirst follows the first link of the main part to an address with an id under a path.
func (w *tab) pressFirst(prefix string) *tab {
	w.t.Helper()
	href := js[string](w, `[...document.querySelectorAll("main a[href^='`+prefix+`']")].map(e => e.getAttribute("href")).find(h => /^[0-9a-f-]{36}/.test(h.slice(`+strconv.Itoa(len(prefix))+`))) || ""`)
	if href == "" {
		w.fail("no link to %s", prefix)
	}
	return w.open(href)
}

// pressLike presses the first button whose text has a word.
func (w *tab) pressLike(word string) *tab {
	w.t.Helper()
	label := js[string](w, `[...document.querySelectorAll("main button")].map(e => e.textContent.trim().replace(/\s+/g, " ")).find(t => t.includes(`+strconv.Quote(word)+`)) || ""`)
	if label == "" {
		w.fail("no button with %q", word)
	}
	return w.press(label)
}

// files puts files into a file field.
func (w *tab) files(name string, paths ...string) *tab {
	w.t.Helper()
	if err := chromedp.Do(w.page, chromedp.SetUploadFiles(`input[type=file][name="`+name+`"]`, paths)); err != nil {
		w.fail("files into %s: %v", name, err)
	}
	return w
}

// press presses the button or link with a text inside main, and waits for the page it leads to.
func (w *tab) press(label string) *tab { return w.pressIn("main", label) }

func (w *tab) pressIn(scope, label string) *tab {
	w.t.Helper()
	w.step++
	ok := js[bool](w, `(() => { window.before = true; const all = [...document.querySelectorAll(`+strconv.Quote(scope+" button,"+scope+" a,.bar button,.bar a")+`)].filter(e => e.textContent.trim().replace(/\s+/g, " ") === `+strconv.Quote(label)+`);
		const e = all.find(e => e.offsetParent !== null) || all[0]; if (!e) return false; e.closest("details")?.setAttribute("open", ""); e.click(); return true })()`)
	if !ok {
		w.fail("no button %q", label)
	}
	return w.arrived(label)
}

// arrived waits for the page that a press leads to.
func (w *tab) arrived(label string) *tab {
	w.t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for {
		ctx, cancel := context.WithTimeout(w.page, 5*time.Second) // a page on its way out does not answer
		gone, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`!window.before && document.readyState === "complete"`))
		cancel()
		if err == nil && gone {
			break
		}
		if time.Now().After(deadline) {
			w.fail("pressing %q leads nowhere", label)
		}
		time.Sleep(15 * time.Millisecond)
	}
	w.sane()
	return w
}

// see expects a text on the page, at once or in a moment: a script may just be laying it.
func (w *tab) see(texts ...string) *tab {
	w.t.Helper()
	for _, text := range texts {
		is := func() bool {
			return js[bool](w, `document.body.innerText.replace(/\s+/g, " ").includes(`+strconv.Quote(text)+`)`)
		}
		for end := time.Now().Add(10 * time.Second); !w.answers(is); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				w.fail("does not see %q", text)
			}
		}
	}
	return w
}

// shot keeps the page as it looks on a phone and on a desk.
func (w *tab) shot(name string) *tab {
	w.t.Helper()
	if w.shots == "" {
		return w
	}
	for _, width := range []int64{390, 1280} {
		height := int64(844)
		if width == 1280 {
			height = 900
		}
		if err := chromedp.Do(w.page, chromedp.EmulateViewport(width, height)); err != nil {
			w.fail("%v", err)
		}
		tall := min(js[int64](w, `document.documentElement.scrollHeight`), 6000)
		if err := chromedp.Do(w.page, chromedp.EmulateViewport(width, max(tall, height))); err != nil {
			w.fail("%v", err)
		}
		picture, err := chromedp.Run(w.page, chromedp.FullScreenshot(60))
		if err != nil {
			w.fail("%v", err)
		}
		if err := os.WriteFile(filepath.Join(w.shots, fmt.Sprintf("%s-%d.jpg", name, width)), picture, 0o644); err != nil { //nolint:gosec // pictures for everybody
			w.t.Fatal(err)
		}
	}
	if err := chromedp.Do(w.page, chromedp.EmulateViewport(390, 844)); err != nil {
		w.fail("%v", err)
	}
	return w
}

// settle lets everything that follows from what was done happen, and what the calendar asks for.
func (b *browser) settle() {
	b.t.Helper()
	for range 2 {
		err := b.house.Jobs.RunDue(b.ctx)
		for try := 0; b.patient && err != nil && try < 40; try++ { // the product's own worker is at it
			time.Sleep(50 * time.Millisecond)
			err = b.house.Jobs.RunDue(b.ctx)
		}
		if err != nil {
			b.t.Fatal(err)
		}
		if err := b.house.Jobs.Settle(b.ctx); err != nil {
			b.t.Fatal(err)
		}
	}
}

// check runs the invariants over what the walk has left.
func (b *browser) check() {
	b.t.Helper()
	var said strings.Builder
	if err := b.house.check(context.Background(), &said); err != nil {
		b.t.Errorf("%v\n%s", err, said.String())
	}
	_, _ = io.WriteString(testLog{b.t}, said.String())
}
