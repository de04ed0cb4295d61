package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/yuan"
)

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

func TestARequestKeepsTheMomentItCame(t *testing.T) {
	s := open(t, func(s *Site) { s.Clock = clock.NewManual(time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)) })
	if got := ask(t, browser(), "GET", s.address+"/received", "", ""); got.body != "2026-05-20 12:00:00" {
		t.Errorf("received %q", got.body)
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
