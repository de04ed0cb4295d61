package main

import (
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"seedbed/cmd/seedbed/sample"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
)

// plantHere plants the sample district in a lent database and opens the house on it.
func plantHere(t *testing.T) *House {
	t.Helper()
	now := clock.System{}.Now()
	h, hand := newHouse(t, now)
	said, err := sample.Plant(t.Context(), h.tools(hand), now)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(said)
	live, err := wire(h.Config, h.Engines, clock.System{}, slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})), demoParts(h.Engines))
	if err != nil {
		t.Fatal(err)
	}
	return live
}

var (
	phoneNumber = regexp.MustCompile(`(^|[^0-9A-Za-z])1[3-9]\d{9}([^0-9A-Za-z]|$)`) // a digest may hold such digits too
	badFormat   = regexp.MustCompile(`%!\w?\(|%[dsv]\b`)
)

// The sample district is crawled as every role, in both languages: every page opens, is sound HTML, shows no phone
// number, and staff of one street see nothing of another's.
func TestCrawlTheSampleDistrict(t *testing.T) {
	h := plantHere(t)
	t.Run("its decisions are computed again", func(t *testing.T) { sampleIsReplayed(t, h) })
	t.Run("its rounds have every part", func(t *testing.T) { sampleIsJudged(t, h) })
	t.Run("its people find their way", func(t *testing.T) { sampleLeads(t, h) })
	app := h.App()
	var said strings.Builder
	if err := h.check(t.Context(), &said); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
	people, err := sample.People(t.Context(), h.Engines.DB)
	if err != nil {
		t.Fatal(err)
	}
	if len(people) < len(identity.Granted) {
		t.Errorf("only %d roles have somebody", len(people))
	}
	t.Cleanup(func() { t.Logf("%d forms had their garbage", len(spoiled)) })
	for _, lang := range []string{"zh", "en"} {
		pages := crawl(t, app.Test, "seedbed_lang="+lang, lang, "/", 120)
		t.Logf("visitor in %s: %d pages", lang, len(pages))
	}
	for _, p := range people {
		token, err := h.Accounts.EnterSample(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		lang := map[bool]string{true: "en", false: "zh"}[len(p.Kind)%2 == 0]
		starts := append([]string{"/me"}, firstPages[p.Kind]...)
		seen := map[string]string{}
		for _, start := range starts {
			for path, text := range crawl(t, app.Test, "seedbed_lang="+lang+"; seedbed="+token, lang, start, 40) {
				seen[path] = text
			}
		}
		t.Logf("%s in %s: %d pages", p.Kind, lang, len(seen))
		if p.Kind == identity.CommunityStaff || p.Kind == identity.CommunityHead || p.Kind == identity.SubdistrictStaff || p.Kind == identity.SubdistrictHead {
			blinkered(t, p.Kind, seen)
		}
	}
}

// TestScreensOfTheSample takes the pictures of a district that has lived a few years; without a folder for them there is
// nothing to do.
func TestScreensOfTheSample(t *testing.T) {
	if os.Getenv("SEEDBED_TEST_SCREENS") == "" {
		t.Skip("./dev screens asks for pictures")
	}
	h := plantHere(t)
	b := startBrowser(t, h, nil)
	visitor := b.as("visitor", "")
	visitor.open("/").shot("front").open("/projects").shot("projects").pressFirst("/projects/").shot("project")
	visitor.open("/notices").pressFirst("/notices/").shot("notice-sample").open("/demo").shot("demo")
	people, err := sample.People(t.Context(), h.Engines.DB)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		w := b.as(p.Role, "").open("/demo")
		js[bool](w, `(() => { window.before = true; document.querySelector("input[name=person][value='`+p.ID+`']").form.querySelector("button").click(); return true })()`)
		w.arrived("进入")
		for _, page := range firstPages[p.Kind] {
			w.open(page).shot(string(p.Kind) + strings.ReplaceAll(page, "/", "-"))
		}
		if p.Kind == identity.CommunityStaff {
			w.open("/desk").shot("desk")
		}
	}
}

// blinkered holds the desks of the first street to their sight: no word of the other streets' communities.
func blinkered(t *testing.T, role identity.Role, pages map[string]string) {
	t.Helper()
	for path, text := range pages {
		if !strings.HasPrefix(path, "/desk") && !strings.HasPrefix(path, "/finance") {
			continue
		}
		for _, other := range []string{"玉华社区", "纺织新村社区", "南苑社区", "古渡社区", "滨河社区", "桥头社区"} {
			if strings.Contains(text, other) {
				t.Errorf("%s sees %s on %s", role, other, path)
			}
		}
	}
}

// crawl opens pages from a start, following links breadth first up to most pages, and gives their texts.
func crawl(t *testing.T, ask func(*http.Request, ...int) (*http.Response, error), cookies, lang, start string, most int) map[string]string {
	t.Helper()
	queue, queued, texts := []string{start}, map[string]bool{start: true}, map[string]string{}
	for len(queue) > 0 && len(texts) < most {
		path := queue[0]
		queue = queue[1:]
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Cookie", cookies)
		res, err := ask(req, 20_000)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			if res.StatusCode >= 500 {
				t.Errorf("%s: %d", path, res.StatusCode)
			}
			_ = res.Body.Close()
			continue
		}
		doc, err := html.Parse(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode >= 400 && res.StatusCode != 404 && res.StatusCode != 403 || res.StatusCode == 404 && path == start {
			t.Errorf("%s: %d %v", path, res.StatusCode, err)
			continue
		}
		p := read(doc)
		texts[path] = p.text
		spoil(t, ask, cookies, p.forms)
		for _, complaint := range p.complaints(lang) {
			t.Errorf("%s (%s): %s", path, lang, complaint)
		}
		for _, link := range p.links {
			if !queued[link] && strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "/static") {
				queued[link] = true
				queue = append(queue, link)
			}
		}
	}
	return texts
}

// garbage is what no form should choke on.
var garbage = []string{"", "-1", "abc", "\x00", "\xff\xfe", strings.Repeat("长", 3000), "99999999999999999999", "<script>alert(1)</script>", nobody, "2026-13-45"}

// spoiled remembers which forms have had their garbage, over all roles: once an address is enough.
var spoiled = map[string]bool{}

// spoil sends every kind of garbage through every form of a page: the answer may be a refusal, never our own failure.
func spoil(t *testing.T, ask func(*http.Request, ...int) (*http.Response, error), cookies string, forms []form) {
	t.Helper()
	for _, f := range forms {
		kind := idInPath.ReplaceAllString(f.action, ":id")
		if spoiled[kind] || kind == "/logout" || kind == "/settings" || kind == "/demo/enter" || !strings.Contains(cookies, "seedbed=") {
			continue
		}
		spoiled[kind] = true
		for _, g := range garbage {
			values := url.Values{}
			for name, v := range f.fields {
				if values[name] = v; name != "_token" && (name != "id" || g == "abc") && (name != "version" || g == "-1") {
					values.Set(name, g)
				}
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+f.action, strings.NewReader(values.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Cookie", cookies)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			res, err := ask(req, 20_000)
			if err != nil {
				t.Fatalf("%s: %v", f.action, err)
			}
			if res.StatusCode >= 500 {
				t.Errorf("POST %s with %q: %d", f.action, g[:min(len(g), 20)], res.StatusCode)
			}
			_ = res.Body.Close()
		}
	}
}

// page is what matters of a page's HTML.
type page struct {
	text, lang string
	h1, inline int
	unlabelled []string
	links      []string
	ids        map[string]int
	forms      []form
}

// form is a form of a page: where it goes and its fields with what is in them.
type form struct {
	action string
	fields url.Values
}

func read(doc *html.Node) page {
	p := page{ids: map[string]int{}}
	labels := map[string]bool{}
	var fields []*html.Node
	var walk func(*html.Node, bool)
	walk = func(n *html.Node, inLabel bool) {
		if n.Type == html.TextNode {
			p.text += n.Data + " "
		}
		if n.Type == html.ElementNode {
			switch n.Data {
			case "html":
				p.lang = attr(n, "lang")
			case "form":
				if attr(n, "method") == "post" {
					p.forms = append(p.forms, form{attr(n, "action"), url.Values{}})
				}
			case "h1":
				p.h1++
			case "a":
				p.links = append(p.links, strings.Split(attr(n, "href"), "#")[0])
			case "label":
				labels[attr(n, "for")] = true
				inLabel = true
			case "style":
				p.inline++
			case "script":
				if attr(n, "src") == "" {
					p.inline++
				}
				return
			case "input", "select", "textarea":
				if name := attr(n, "name"); len(p.forms) > 0 && name != "" && attr(n, "type") != "file" {
					p.forms[len(p.forms)-1].fields.Set(name, attr(n, "value"))
				}
				if attr(n, "type") != "hidden" && !inLabel {
					fields = append(fields, n)
				}
			}
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					p.inline++
				}
				if a.Key == "id" {
					p.ids[a.Val]++
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, inLabel)
		}
	}
	walk(doc, false)
	for _, f := range fields {
		if !labels[attr(f, "id")] && attr(f, "aria-label") == "" && attr(f, "aria-labelledby") == "" {
			p.unlabelled = append(p.unlabelled, attr(f, "name"))
		}
	}
	return p
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func (p page) complaints(lang string) []string {
	var list []string
	if p.h1 != 1 {
		list = append(list, "has not exactly one heading")
	}
	if p.inline > 0 {
		list = append(list, "has inline script or style")
	}
	if len(p.unlabelled) > 0 {
		list = append(list, "has fields without a label: "+strings.Join(p.unlabelled, ", "))
	}
	if want := map[string]string{"zh": "zh-CN", "en": "en"}[lang]; p.lang != want {
		list = append(list, "says its language is "+p.lang)
	}
	if m := phoneNumber.FindString(p.text); m != "" {
		list = append(list, "shows a phone number: "+m)
	}
	if m := badFormat.FindString(p.text); m != "" {
		list = append(list, "shows a broken sentence: "+m)
	}
	for id, n := range p.ids {
		if n > 1 {
			list = append(list, "uses the id "+id+" twice")
		}
	}
	return list
}
