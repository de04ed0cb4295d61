package web

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
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
		{Method: "POST", Path: "/paper", May: identity.Look, Upload: true, Handle: signPaper},
		{Method: "GET", Path: "/panic", May: identity.Look, Handle: func(*fiber.Ctx) error { panic("password=hunter2") }},
		{Method: "GET", Path: "/error", May: identity.Look, Handle: func(*fiber.Ctx) error { return errors.New("password=hunter2") }},
		{Method: "GET", Path: "/busy", May: identity.Look, Handle: func(*fiber.Ctx) error {
			return fault.New(fault.Busy, "系统现在有点忙，请过一会儿再试一次")
		}},
		{Method: "GET", Path: "/keep/:word", May: identity.Look, Handle: func(c *fiber.Ctx) error { s.kept <- c.Params("word"); return nil }},
		{Method: "GET", Path: "/seen", May: identity.Look, Handle: func(c *fiber.Ctx) error {
			return c.SendString(c.IP() + " " + c.Protocol() + " " + Base(c))
		}},
		{Method: "GET", Path: "/received", May: identity.Look, Handle: func(c *fiber.Ctx) error {
			s.Clock.(*clock.Manual).Advance(time.Minute)
			return c.SendString(Received(c).In(clock.Shanghai).Format(time.DateTime))
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
