package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/domain/yuan"
	"seedbed/storage/pg/pgtest"
	"seedbed/templates/ui"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

type draft struct {
	Title  string   `form:"title"`
	Amount yuan.Fen `form:"amount"`
}

type site struct {
	*Site
	address string
	logged  *bytes.Buffer
	kept    chan string
}

var formPage = templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
	return ui.FormTo("/write", ui.FormOpts{}).Render(ctx, w)
})

// open serves a small site with all guards on a real port.
func open(t *testing.T, change func(*Site)) *site {
	t.Helper()
	db := pgtest.New(t)
	v, err := vault.New(bytes.Repeat([]byte("k"), 32))
	if err != nil {
		t.Fatal(err)
	}
	s := &site{logged: &bytes.Buffer{}, kept: make(chan string, 500)}
	s.Site = &Site{Accounts: accounts.New(db, clock.System{}, v, nil, nil), Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(&locked{w: s.logged}, nil)), Secret: []byte("secret")}
	if change != nil {
		change(s.Site)
	}
	app := New(s.Site, []Route{
		{Method: "GET", Path: "/form", May: identity.Look, Handle: func(c *fiber.Ctx) error { return Page(c, formPage) }},
		{Method: "POST", Path: "/write", May: identity.Look, Handle: func(c *fiber.Ctx) error {
			_, form, err := Bind[draft](c)
			if Wrong(&form, err) {
				return c.Status(422).SendString(form.Wrong.Names()[0])
			}
			return c.SendString("title=" + form.Value("title"))
		}},
		{Method: "POST", Path: "/upload", May: identity.Look, Upload: true, Handle: func(c *fiber.Ctx) error {
			files, err := Files(c, "photo")
			if err != nil {
				return err
			}
			return c.SendString(fmt.Sprintf("%d %s", files[0].Size, files[0].Name))
		}},
		{Method: "GET", Path: "/panic", May: identity.Look, Handle: func(*fiber.Ctx) error { panic("password=hunter2") }},
		{Method: "GET", Path: "/error", May: identity.Look, Handle: func(*fiber.Ctx) error { return errors.New("password=hunter2") }},
		{Method: "GET", Path: "/busy", May: identity.Look, Handle: func(*fiber.Ctx) error {
			return fault.New(fault.Busy, "系统现在有点忙，请过一会儿再试一次")
		}},
		{Method: "GET", Path: "/keep/:word", May: identity.Look, Handle: func(c *fiber.Ctx) error { s.kept <- c.Params("word"); return nil }},
		{Method: "GET", Path: "/seen", May: identity.Look, Handle: func(c *fiber.Ctx) error {
			return c.SendString(c.IP() + " " + c.Protocol() + " " + Base(c))
		}},
		{Method: "GET", Path: "/staff", May: identity.PayClaims, Handle: func(c *fiber.Ctx) error { return c.SendString("money") }},
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(l) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(time.Second) })
	s.address = "http://" + l.Addr().String()
	return s
}

type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

type answer struct {
	status int
	head   http.Header
	body   string
}

func ask(t *testing.T, client *http.Client, method, address, kind, body string, head ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(head); i += 2 {
		if head[i] == "Host" {
			req.Host = head[i+1]
		} else {
			req.Header.Set(head[i], head[i+1])
		}
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

var tokenField = regexp.MustCompile(`name="_token" value="([0-9a-f]+)"`)

func token(t *testing.T, s *site, client *http.Client) string {
	t.Helper()
	m := tokenField.FindStringSubmatch(ask(t, client, "GET", s.address+"/form", "", "").body)
	if m == nil {
		t.Fatal("the form has no token")
	}
	return m[1]
}

const urlencoded = "application/x-www-form-urlencoded"

func TestForgedFormsAreRefused(t *testing.T) {
	s, mine, other := open(t, nil), browser(), browser()
	good := token(t, s, mine)
	if got := ask(t, mine, "POST", s.address+"/write", urlencoded, "title=a&_token="+good); got.body != "title=a" {
		t.Fatalf("an honest form: %+v", got)
	}
	theirs := token(t, s, other)
	for name, got := range map[string]answer{
		"another browser's token": ask(t, mine, "POST", s.address+"/write", urlencoded, "_token="+theirs),
		"another origin":          ask(t, mine, "POST", s.address+"/write", urlencoded, "title=a&_token="+good, "Origin", "https://evil.example"),
		"a cross-site request":    ask(t, mine, "POST", s.address+"/write", urlencoded, "title=a&_token="+good, "Sec-Fetch-Site", "cross-site"),
		"no token, no values":     ask(t, mine, "POST", s.address+"/write", urlencoded, ""),
		"token in the address":    ask(t, mine, "POST", s.address+"/write?_token="+good, urlencoded, ""),
		"JSON":                    ask(t, mine, "POST", s.address+"/write", "application/json", `{"_token":"`+good+`"}`),
		"plain text":              ask(t, mine, "POST", s.address+"/write", "text/plain", "_token="+good),
	} {
		if got.status != 403 && got.status != 415 {
			t.Errorf("%s: %d %s", name, got.status, got.body[:min(80, len(got.body))])
		}
	}
	if got := ask(t, mine, "POST", s.address+"/write", urlencoded, "title=mine&_token="+theirs); got.status != 303 || got.head.Get("Location") != "/continue" {
		t.Errorf("a stale form with something typed is held: %d %s", got.status, got.head.Get("Location"))
	}
}

func TestTheBodyAloneCounts(t *testing.T) {
	s, mine := open(t, nil), browser()
	if got := ask(t, mine, "POST", s.address+"/write?title=evil", urlencoded, "_token="+token(t, s, mine)); got.body != "title=" {
		t.Errorf("a title from the query string: %q", got.body)
	}
}

func TestBadBytesAndNumbersAreWrongFields(t *testing.T) {
	s, mine := open(t, nil), browser()
	good := token(t, s, mine)
	for body, field := range map[string]string{"title=%00": "title", "title=%ff%fe": "title", "amount=abc": "amount", "amount=99999999999999999999": "amount", "amount=1.234": "amount"} {
		if got := ask(t, mine, "POST", s.address+"/write", urlencoded, body+"&_token="+good); got.status != 422 || got.body != field {
			t.Errorf("%s: %d %q, want 422 %q", body, got.status, got.body, field)
		}
	}
}

func TestTroubleTellsNothing(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{"/panic", "/error"} {
		got := ask(t, browser(), "GET", s.address+path, "", "")
		if got.status != 500 || strings.Contains(got.body, "hunter2") || !strings.Contains(got.body, "编号") {
			t.Errorf("%s: %d %s", path, got.status, got.body[:min(200, len(got.body))])
		}
	}
	if !strings.Contains(s.logged.String(), "hunter2") {
		t.Error("the log does not say what happened")
	}
	if got := ask(t, browser(), "GET", s.address+"/busy", "", ""); got.status != 503 || got.head.Get("Retry-After") == "" {
		t.Errorf("busy: %d", got.status)
	}
}

func TestEveryAnswerHasItsGuards(t *testing.T) {
	s := open(t, nil)
	for _, path := range []string{"/form", "/nowhere", "/error", "/staff", "/static/nothing.css"} {
		got := ask(t, browser(), "GET", s.address+path, "", "")
		csp := got.head.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") || got.head.Get("X-Content-Type-Options") != "nosniff" ||
			!strings.Contains(csp, "frame-ancestors 'none'") || got.head.Get("Referrer-Policy") == "" || got.head.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, got.head)
		}
		if got.head.Get("Server") != "" || got.head.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s says too much: %v", path, got.head)
		}
	}
}

func TestBodiesAreHeldToTheirLimit(t *testing.T) {
	s, mine := open(t, nil), browser()
	good := token(t, s, mine)
	big := strings.Repeat("x", formLimit+1)
	if got := ask(t, mine, "POST", s.address+"/write", urlencoded, "_token="+good+"&title="+big); got.status != 413 {
		t.Errorf("a form over the limit: %d", got.status)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("_token", good)
	part, err := w.CreateFormFile("photo", "../../etc/\u202epasswd\".jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(bytes.Repeat([]byte("j"), 3<<20))
	_ = w.Close()
	if got := ask(t, mine, "POST", s.address+"/upload", w.FormDataContentType(), form.String()); got.body != "3145728 passwd.jpg" {
		t.Errorf("an upload: %d %q", got.status, got.body)
	}
	if got := ask(t, mine, "POST", s.address+"/write", w.FormDataContentType(), form.String()); got.status != 413 {
		t.Errorf("an upload where none belongs: %d", got.status)
	}
	res, err := raw(s, "POST /write HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Type: "+urlencoded+"\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
	if err != nil || !strings.Contains(res, " 411 ") {
		t.Errorf("a body of unsaid length: %q %v", res, err)
	}
}

func TestForwardedHeadersOfStrangersAreIgnored(t *testing.T) {
	s := open(t, nil)
	got := ask(t, browser(), "GET", s.address+"/seen", "", "", "X-Forwarded-For", "6.6.6.6", "X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example")
	if !strings.HasPrefix(got.body, "127.0.0.1 http http://127.0.0.1") {
		t.Errorf("seen as %q", got.body)
	}
	trusting := open(t, func(s *Site) { s.Proxies = []string{"127.0.0.1"} })
	if got := ask(t, browser(), "GET", trusting.address+"/seen", "", "", "X-Forwarded-For", "6.6.6.6, <script>", "X-Forwarded-Proto", "https"); !strings.HasPrefix(got.body, "6.6.6.6 https") {
		t.Errorf("behind our proxy seen as %q", got.body)
	}
}

func TestOnlyOurHostIsAnswered(t *testing.T) {
	public, _ := url.Parse("https://seedbed.example.cn")
	s := open(t, func(s *Site) { s.Public = public })
	if got := ask(t, browser(), "GET", s.address+"/form", "", "", "Host", "evil.example"); got.status != 421 {
		t.Errorf("another host: %d", got.status)
	}
	got := ask(t, browser(), "GET", s.address+"/form", "", "", "Host", "seedbed.example.cn")
	cookie := got.head.Get("Set-Cookie")
	if got.status != 200 || !strings.HasPrefix(cookie, "__Host-") || !strings.Contains(cookie, "secure") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("our host: %d %s", got.status, cookie)
	}
	if got.head.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS behind TLS")
	}
}

// Kept parameters stay what they were: without Immutable they become other requests' bytes.
func TestKeptParametersStay(t *testing.T) {
	s := open(t, nil)
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() { ask(t, http.DefaultClient, "GET", fmt.Sprintf("%s/keep/word-%03d", s.address, i), "", "") })
	}
	wg.Wait()
	close(s.kept)
	seen := map[string]bool{}
	for word := range s.kept {
		seen[word] = true
	}
	if len(seen) != 200 || !seen["word-000"] || !seen["word-199"] {
		t.Errorf("%d different words of 200", len(seen))
	}
}

func TestSignedOutPeopleAreLedToTheDoor(t *testing.T) {
	s := open(t, nil)
	got := ask(t, browser(), "GET", s.address+"/staff?x=1", "", "")
	if got.status != 303 || got.head.Get("Location") != "/login?next=%2Fstaff%3Fx%3D1" {
		t.Errorf("%d %s", got.status, got.head.Get("Location"))
	}
}

func TestUnknownAddressesAndMethods(t *testing.T) {
	s := open(t, nil)
	for _, c := range []struct {
		method, path string
		status       int
	}{{"GET", "/nowhere", 404}, {"GET", "/write", 405}, {"DELETE", "/form", 415}, {"TRACE", "/form", 415}, {"GET", "/../../etc/passwd", 404}, {"GET", "/%2e%2e/%00", 404}} {
		if got := ask(t, browser(), c.method, s.address+c.path, "", ""); got.status != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got.status, c.status)
		}
	}
}

func raw(s *site, request string) (string, error) {
	c, err := net.Dial("tcp", strings.TrimPrefix(s.address, "http://"))
	if err != nil {
		return "", err
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(3 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	return line, err
}

// Requests that two readers could take for different ones are refused.
func TestAmbiguousRequestsAreRefused(t *testing.T) {
	s := open(t, nil)
	for name, request := range map[string]string{
		"two lengths":                "POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
		"length and chunks":          "POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"a length that is no number": "POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc",
		"a negative length":          "POST /write HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
		"a space before the colon":   "GET /form HTTP/1.1\r\nHost: h\r\nX-A : b\r\n\r\n",
		"a NUL in a header":          "GET /form HTTP/1.1\r\nHost: h\r\nX-A: a\x00b\r\n\r\n",
		"two hosts":                  "GET /form HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
	} {
		line, err := raw(s, request)
		if err == nil && !strings.Contains(line, " 4") {
			t.Errorf("%s: %q", name, strings.TrimSpace(line))
		}
	}
}

func TestOwn(t *testing.T) {
	for path, want := range map[string]string{"/me": "/me", "/a?b=c": "/a?b=c", "": "/", "//evil.example": "/", "https://evil.example": "/", "/\\evil.example": "/",
		"javascript:alert(1)": "/", "/a\r\nSet-Cookie: x": "/", "evil": "/", "/%0d%0aX:y": "/%0d%0aX:y", "/\tb": "/"} {
		if got := Own(path); got != want {
			t.Errorf("Own(%q) = %q, want %q", path, got, want)
		}
	}
}

func TestFillAndReadAreEachOthersMirror(t *testing.T) {
	type line struct {
		Item   string   `form:"item"`
		Amount yuan.Fen `form:"amount"`
	}
	type form struct {
		Title string    `form:"title"`
		On    time.Time `form:"on,date"`
		At    time.Time `form:"at,datetime"`
		Tags  []string  `form:"tags"`
		Yes   bool      `form:"yes"`
		N     int       `form:"n"`
		Lines []line    `form:"lines"`
		Held  string    `form:"-"`
	}
	in := form{"楼道", time.Date(2026, 7, 1, 0, 0, 0, 0, clock.Shanghai), time.Date(2026, 7, 1, 14, 30, 0, 0, clock.Shanghai), []string{"a", "b"}, true, 7, []line{{"布", 12345}, {"线", 100}}, ""}
	app := fiber.New()
	var out form
	app.Post("/", func(c *fiber.Ctx) error {
		var err error
		out, _, err = Bind[form](c)
		return err
	})
	req, _ := http.NewRequestWithContext(t.Context(), "POST", "http://h/", strings.NewReader(Fill(in).Values.Encode()))
	req.Header.Set("Content-Type", urlencoded)
	if _, err := app.Test(req); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(in) != fmt.Sprint(out) {
		t.Errorf("in  %v\nout %v", in, out)
	}
}
