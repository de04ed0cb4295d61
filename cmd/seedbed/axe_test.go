package main

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"seedbed/cmd/seedbed/sample"
)

// stop is a page to be measured: its address and whose session opens it.
type stop struct{ who, token, path string }

// The sample's pages as a person with a screen reader, a keyboard, large letters or a dark room meets them: one page of
// each address, by the first role that finds it, in both languages, light and dark, measured by axe-core; and no sideways
// scroll at 320 px nor with letters of twice the size; and the tabulator key comes to everything and shows where it is. ./dev axe brings axe-core; SEEDBED_TEST_AXE_ONLY narrows the
// addresses to those with one of some words.
func TestAxeFindsNothing(t *testing.T) {
	script, err := os.ReadFile(os.Getenv("SEEDBED_TEST_AXE"))
	if err != nil {
		t.Skip("./dev axe brings axe-core")
	}
	h := plantHere(t)
	b := startBrowser(t, h, nil)
	w := b.as("reader", "")
	stops := slices.DeleteFunc(append(b.everyPage(), b.rare()...), func(s stop) bool { return !measured(s.path) })
	found := 0
	for _, look := range []struct {
		lang, theme string
		width       int64
	}{{"zh", "light", 390}, {"en", "dark", 390}, {"zh", "dark", 1280}, {"en", "light", 1280}} {
		for _, s := range stops {
			w.dress(s.token, look.lang, look.theme, look.width)
			if res, err := chromedp.Run(w.page, chromedp.NavigateResponse(b.base+s.path)); err != nil || res.Status != http.StatusOK {
				t.Errorf("%s as %s: %+v, %v", s.path, s.who, res, err)
				continue
			}
			for _, v := range w.axe(string(script)) {
				found++
				t.Errorf("%s as %s, %s %s %d px: %s", s.path, s.who, look.lang, look.theme, look.width, v)
			}
			w.stretch(s, look.width)
			if look.lang == "zh" {
				for _, wrong := range (hands{w}).everyStop() {
					found++
					t.Errorf("%s as %s by keyboard at %d px: %s", s.path, s.who, look.width, wrong)
				}
			}
		}
	}
	t.Logf("%d pages, each four ways: %d violations", len(stops), found)
}

// measured tells whether an address is to be measured: SEEDBED_TEST_AXE_ONLY names words, between commas, of those that are.
func measured(address string) bool {
	return slices.ContainsFunc(strings.Split(os.Getenv("SEEDBED_TEST_AXE_ONLY"), ","), func(word string) bool { return strings.Contains(address, word) })
}

// everyPage is one page of each address that the people of the sample find by following links.
func (b *browser) everyPage() []stop {
	b.t.Helper()
	people, err := sample.People(b.t.Context(), b.house.Engines.DB)
	if err != nil {
		b.t.Fatal(err)
	}
	var stops []stop
	known := map[string]bool{}
	follow := func(who, token string, starts []string, most int) {
		queue, queued := slices.Clone(starts), map[string]bool{}
		for n := 0; len(queue) > 0 && n < most; n++ {
			path := queue[0]
			queue = queue[1:]
			address := idInPath.ReplaceAllString(strings.Split(path, "?")[0], ":id")
			links, ok := b.linksOf(path, token)
			if !ok {
				continue
			}
			if !known[address] && measured(address) {
				known[address] = true
				stops = append(stops, stop{who, token, path})
			}
			for _, link := range links {
				kind := idInPath.ReplaceAllString(strings.Split(link, "?")[0], ":id")
				if strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "/static") && !queued[link] && !queued[kind] {
					queued[link], queued[kind] = true, true
					queue = append(queue, link)
				}
			}
		}
	}
	follow("visitor", "", []string{"/"}, 80)
	for _, p := range people {
		token, err := b.house.Accounts.EnterSample(b.t.Context(), p.ID)
		if err != nil {
			b.t.Fatal(err)
		}
		follow(string(p.Kind), token, append([]string{"/me"}, firstPages[p.Kind]...), 80)
	}
	return stops
}

func (b *browser) linksOf(path, token string) ([]string, bool) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.AddCookie(&http.Cookie{Name: "seedbed", Value: token})
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		return nil, false
	}
	doc, err := html.Parse(res.Body)
	if err != nil {
		return nil, false
	}
	return read(doc).links, true
}

// dress gives the window a session, a language, a theme and a width.
func (w *tab) dress(token, lang, theme string, width int64) {
	w.t.Helper()
	u, err := url.Parse(w.base)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, value := range map[string]string{"seedbed": token, "seedbed_lang": lang, "seedbed_theme": theme} {
		if _, err := chromedp.Call(w.page, network.SetCookie, network.SetCookieParams{Name: name, Value: value, Domain: u.Hostname(), Path: "/"}); err != nil {
			w.t.Fatal(err)
		}
	}
	w.wide(width)
}

func (w *tab) wide(width int64) {
	w.t.Helper()
	if err := chromedp.Do(w.page, chromedp.EmulateViewport(width, 844)); err != nil {
		w.t.Fatal(err)
	}
}

// axe measures the page and tells each violation with its first place.
func (w *tab) axe(script string) []string {
	w.t.Helper()
	v, err := chromedp.Run(w.page, chromedp.Evaluate[[]string](script+`;axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " — " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 160)).join(" | ")))`, chromedp.EvalAwaitPromise))
	if err != nil {
		return []string{err.Error()}
	}
	return v
}

// stretch looks at the page in the narrowest window and with letters of twice the size (WCAG 1.4.10, 1.4.4).
func (w *tab) stretch(s stop, width int64) {
	w.t.Helper()
	over := `Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)`
	if width < 600 {
		w.wide(320)
		if n := js[int](w, over); n > 0 {
			w.t.Errorf("%s as %s scrolls sideways by %d px at 320 px", s.path, s.who, n)
		}
		w.wide(width)
	}
	// A page that nobody touches asks the house for little: the form of a proposal fetches its other steps, once.
	if n := js[int](w, `performance.getEntriesByType("resource").filter(e => e.initiatorType === "fetch").length`); n > 20 {
		w.t.Errorf("%s as %s has asked the house %d times while it was looked at", s.path, s.who, n)
	}
	js[bool](w, `(document.documentElement.style.fontSize = "32px", dispatchEvent(new Event("resize")), true)`)
	if n := js[int](w, over); n > 0 {
		widest := js[string](w, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".nav,.tabs,.scroll,.chips,svg,.vh") && [...e.children].every(c => c.getBoundingClientRect().right <= document.documentElement.clientWidth + 1)).slice(0, 3).map(e => e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 20)).join(", ")`)
		w.t.Errorf("%s as %s with letters twice the size scrolls sideways by %d px at %d px: %s", s.path, s.who, n, width, widest)
	}
}
