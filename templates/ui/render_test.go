package ui_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// page is what a rendered document holds, as far as these tests ask.
type page struct {
	h1, title   int
	ids         map[string]int
	fors, refs  []string
	controls    []string // ids of fields a person fills in
	unlabelled  []string
	forbidden   []string // attributes a strict policy refuses
	formsBare   int      // posting forms without a token
	externalRef []string
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func read(t *testing.T, doc string) *page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	p := &page{ids: map[string]int{}}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			p.see(n)
		}
	}
	return p
}

func (p *page) see(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
			p.forbidden = append(p.forbidden, n.Data+" "+a.Key)
		case a.Key == "id":
			p.ids[a.Val]++
		case a.Key == "for":
			p.fors = append(p.fors, a.Val)
		case a.Key == "aria-describedby":
			p.refs = append(p.refs, strings.Fields(a.Val)...)
		case (a.Key == "src" || a.Key == "href" || a.Key == "action") && (strings.Contains(a.Val, "//") || strings.HasPrefix(a.Val, "data:")):
			p.externalRef = append(p.externalRef, a.Val)
		}
	}
	switch n.Data {
	case "h1":
		p.h1++
	case "title":
		p.title++
	case "style":
		p.forbidden = append(p.forbidden, "style element")
	case "script":
		if _, ok := attr(n, "src"); !ok {
			p.forbidden = append(p.forbidden, "inline script")
		}
	case "input", "select", "textarea":
		kind, _ := attr(n, "type")
		_, named := attr(n, "aria-label")
		if id, ok := attr(n, "id"); ok {
			p.controls = append(p.controls, id)
		} else if kind != "hidden" && !named && n.Parent.Data != "label" {
			p.unlabelled = append(p.unlabelled, n.Data+" "+kind)
		}
	case "form":
		if method, _ := attr(n, "method"); method == "post" && !hasToken(n) {
			p.formsBare++
		}
	}
}

func hasToken(form *html.Node) bool {
	for n := range form.Descendants() {
		if name, _ := attr(n, "name"); name == "_token" {
			return true
		}
	}
	return false
}

func TestEveryPageIsWhole(t *testing.T) {
	for name, component := range gallery() {
		for _, lang := range []string{"zh", "en"} {
			p := read(t, render(t, component, lang, frame()))
			labelled := map[string]bool{}
			for _, id := range p.fors {
				labelled[id] = true
				if p.ids[id] != 1 {
					t.Errorf("%s %s: label for %q, which is there %d times", name, lang, id, p.ids[id])
				}
			}
			for _, id := range p.controls {
				if !labelled[id] {
					t.Errorf("%s %s: field %q has no label", name, lang, id)
				}
			}
			for _, id := range p.refs {
				if p.ids[id] != 1 {
					t.Errorf("%s %s: described by %q, which is there %d times", name, lang, id, p.ids[id])
				}
			}
			for id, n := range p.ids {
				if n > 1 {
					t.Errorf("%s %s: id %q is there %d times", name, lang, id, n)
				}
			}
			if p.h1 != 1 || p.title != 1 {
				t.Errorf("%s %s: %d h1, %d title", name, lang, p.h1, p.title)
			}
			if len(p.forbidden)+len(p.unlabelled)+len(p.externalRef)+p.formsBare > 0 {
				t.Errorf("%s %s: %v %v %v, %d forms without token", name, lang, p.forbidden, p.unlabelled, p.externalRef, p.formsBare)
			}
		}
	}
}

var han = regexp.MustCompile(`\p{Han}`)

// The house's own words, as opposed to what people wrote, must all have an English sentence.
func TestEveryWordOfTheUIHasEnglish(t *testing.T) {
	raw, err := os.ReadFile("../words/en/ui.json")
	if err != nil {
		t.Fatal(err)
	}
	var own map[string]string
	if err := json.Unmarshal(raw, &own); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*")
	if err != nil {
		t.Fatal(err)
	}
	literal := regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	said := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasSuffix(file, "_templ.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			code, _, _ := strings.Cut(line, "//")
			for _, m := range literal.FindAllStringSubmatch(code, -1) {
				if han.MatchString(m[1]) && !strings.Contains(m[1], "年 1 月") && m[1] != "1 月 2 日" && len([]rune(m[1])) > 1 {
					said[m[1]] = true
				}
			}
		}
	}
	if len(said) < 60 {
		t.Fatalf("found only %d sentences, the search is broken", len(said))
	}
	for text := range said {
		if own[text] == "" {
			t.Errorf("no English for %q", text)
		}
	}
}

func TestFrameShowsInEnglish(t *testing.T) {
	doc := render(t, ui.Trouble(404, "没有找到这个页面", ""), "en", ui.Frame{Demo: true, Path: "/"})
	body := regexp.MustCompile(`<button[^>]*lang="zh-CN">中文</button>`).ReplaceAllString(doc, "")
	if at := han.FindStringIndex(body); at != nil {
		t.Errorf("Chinese on an English page: …%s…", body[max(0, at[0]-60):min(len(body), at[0]+40)])
	}
}

// No template anywhere may hold what the content policy refuses.
func TestTemplatesObeyThePolicy(t *testing.T) {
	refused := regexp.MustCompile(`(?i)[\s<](style=|style>|on[a-z]+=["{]|href=["{ ]*"?javascript:|src="https?:|href="https?:|="data:)`)
	seen := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".templ" {
			return err
		}
		seen++
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			if refused.MatchString(line) {
				t.Errorf("%s:%d: %s", path, i+1, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Fatalf("%d templates: %v", seen, err)
	}
	if !refused.MatchString(`<p style="x">`) || !refused.MatchString(`<b onclick="x()">`) {
		t.Fatal("the search finds nothing")
	}
}

func TestTypedTextAndFaultsAreShown(t *testing.T) {
	doc := render(t, formPage(), "zh", frame())
	for _, want := range []string{"<title>有误：填写申报 – 苗圃</title>", `value="1380000041"`, `href="#f-lines-1-amount"`, "手机号应该是 11 位，现在是 10 位",
		`aria-invalid="true"`, `enctype="multipart/form-data"`, `<option value="b" selected>`, `name="agree" type="checkbox" value="true"`} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Count(doc, "checked") < 4 {
		t.Error("the chosen radio and tick boxes are not chosen any more")
	}
	secret := ui.Form{}
	secret.Values = map[string][]string{"password": {"geheim"}}
	if strings.Contains(render(t, ui.Password(secret, "password", "密码", ui.FieldOpts{}), "zh", frame()), "geheim") {
		t.Error("a password is shown again")
	}
}

func TestNavigationFollowsTheHats(t *testing.T) {
	labels := func(roles ...identity.Role) string {
		f := ui.Frame{Path: "/finance/batches/3", Actor: identity.Actor{ID: "p"}}
		for _, r := range roles {
			f.Actor.Grants = append(f.Actor.Grants, identity.Grant{Role: r, Place: "jz"})
		}
		var all []string
		for _, l := range ui.Navigation(f) {
			name := l.Label
			if l.Current {
				name += "*"
			}
			all = append(all, name)
		}
		return strings.Join(all, " ")
	}
	const public = "首页 大赛 项目 公示 组织"
	if got := labels(identity.Cashier, identity.Judge); got != public+" 我的 评审 财务*" {
		t.Errorf("cashier and judge: %s", got)
	}
	if got := labels(); got != public+" 我的" {
		t.Errorf("resident: %s", got)
	}
	if got := len(ui.Navigation(ui.Frame{})); got != 5 {
		t.Errorf("visitor sees %d entries", got)
	}
}

func TestAddressesAreSafe(t *testing.T) {
	doc := render(t, ui.LinkBtn("javascript:alert(1)", "x", "", ""), "zh", frame()) + render(t, ui.Text(ui.Form{Values: map[string][]string{"a": {`"><script>alert(1)</script>`}}}, "a", "甲", ui.FieldOpts{}), "zh", frame())
	if strings.Contains(doc, "javascript:") || strings.Contains(doc, "<script>") {
		t.Error(doc)
	}
}

func TestMessagesAreSaidInTheReadersLanguage(t *testing.T) {
	f := frame()
	said := fault.Say("还剩 %d 天", 5)
	f.Flash = &said
	if doc := render(t, donePage(), "en", f); !strings.Contains(doc, "5 days left") {
		t.Error("the flash is not translated")
	}
	if words.English["登录"] == "" {
		t.Error("ui.json is not loaded")
	}
}
