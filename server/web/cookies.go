package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/fault"
)

// The cookies, all strictly needed: none follows anybody.
const (
	sessionCookie = "seedbed"
	anonCookie    = "seedbed_visit"
	saidCookie    = "seedbed_said"
	langCookie    = "seedbed_lang"
	sizeCookie    = "seedbed_size"
	themeCookie   = "seedbed_theme"
)

// name adds the __Host- prefix when we are behind TLS: such a cookie cannot be planted by a neighbour domain.
func (s *Site) name(cookie string) string {
	if s.secure() {
		return "__Host-" + cookie
	}
	return cookie
}

func (s *Site) cookie(c *fiber.Ctx, name, value string, life time.Duration) {
	ck := &fiber.Cookie{Name: s.name(name), Value: value, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: s.secure()}
	if life > 0 {
		ck.MaxAge = int(life / time.Second)
	}
	if life < 0 {
		ck.Expires = time.Unix(1, 0)
	}
	c.Cookie(ck)
}

// SignedIn puts a new session's token into the browser.
func SignedIn(c *fiber.Ctx, token string) {
	s := of(c).site
	s.cookie(c, sessionCookie, token, 30*24*time.Hour)
}

// SignedOut takes it out again.
func SignedOut(c *fiber.Ctx) { of(c).site.cookie(c, sessionCookie, "", -1) }

// Remember keeps a reader's choice in the browser for a year: "lang", "size" or "theme".
func Remember(c *fiber.Ctx, what, value string) {
	if name := map[string]string{"lang": langCookie, "size": sizeCookie, "theme": themeCookie}[what]; name != "" {
		c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 365 * 24 * 3600, Secure: of(c).site.secure()})
	}
}

// Said leaves one sentence for the next page.
func Said(c *fiber.Ctx, text string, args ...any) {
	body, err := json.Marshal(fault.Say(text, args...))
	if err != nil || len(body) > 2000 {
		return
	}
	of(c).site.cookie(c, saidCookie, base64.RawURLEncoding.EncodeToString(body), time.Minute)
}

func takeSaid(c *fiber.Ctx) *fault.Message {
	s := of(c).site
	raw := c.Cookies(s.name(saidCookie))
	if raw == "" || c.Method() != fiber.MethodGet {
		return nil
	}
	s.cookie(c, saidCookie, "", -1)
	var m fault.Message
	body, err := base64.RawURLEncoding.DecodeString(raw)
	if err != nil || json.Unmarshal(body, &m) != nil || m.Text == "" {
		return nil
	}
	for i, a := range m.Args {
		if f, ok := a.(float64); ok && f == float64(int64(f)) {
			m.Args[i] = int64(f)
		}
	}
	return &m
}

// formToken binds a form to its session, or to the visitor's own cookie before sign-in.
func formToken(r *request) string {
	bound := r.token
	if bound == "" {
		bound = r.anon
	}
	if bound == "" || len(r.site.Secret) == 0 {
		return ""
	}
	h := hmac.New(sha256.New, r.site.Secret)
	// A page opened for one person is of no use for another: the form of before an assistance began is not sent after.
	h.Write([]byte("form\x00" + bound + r.visit.Actor.Assistance))
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// guardForm refuses a change that did not come from our own page: another origin, or a form without our token.
func (s *Site) guardForm(c *fiber.Ctx) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Next()
	}
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return forged()
	}
	if origin := c.Get("Origin"); origin != "" && origin != "null" {
		u, err := url.Parse(origin)
		if err != nil || !(strings.EqualFold(u.Host, c.Hostname()) || (s.Public != nil && strings.EqualFold(u.Host, s.Public.Host))) {
			return forged()
		}
	}
	kind, _, _ := strings.Cut(c.Get("Content-Type"), ";")
	if kind == PartType { // another origin could not set the header without asking us first
		if !hmac.Equal([]byte(c.Get("X-Form-Token")), []byte(formToken(of(c)))) {
			return fault.New(fault.SignIn, "请先登录，再办这件事")
		}
		return c.Next()
	}
	if kind != fiber.MIMEApplicationForm && kind != fiber.MIMEMultipartForm {
		return fiber.NewError(fiber.StatusUnsupportedMediaType)
	}
	values, err := typed(c)
	if err != nil {
		return err
	}
	given := values.Get("_token")
	if !hmac.Equal([]byte(given), []byte(formToken(of(c)))) {
		return s.stale(c, values)
	}
	return c.Next()
}

func forged() error {
	return fault.New(fault.Forbidden, "这次提交不是从苗圃的页面发来的，没有保存。请回到原来的页面再试一次")
}

// stale answers a form whose session has ended: what was typed is held for this browser until its person has signed in
// again, and then offered back.
func (s *Site) stale(c *fiber.Ctx, values url.Values) error {
	values.Del("_token")
	if values.Get("autosave") != "" { // the script keeps it on the phone, and sends it again
		return fault.New(fault.SignIn, "请先登录，再办这件事")
	}
	visit := c.Cookies(s.name(anonCookie))
	if r := of(c); r.anon != "" {
		visit = r.anon
	}
	if visit == "" || len(values) == 0 {
		return forged()
	}
	if err := s.Accounts.KeepTyped(c.UserContext(), visit, accounts.Typed{Path: c.Path(), Values: values}); err != nil {
		return err
	}
	Said(c, "登录已经过期。您填的内容没有丢，请接着提交")
	return See(c, "/continue")
}

// Visit is the browser's own cookie, under which a held form waits.
func Visit(c *fiber.Ctx) string {
	if r := of(c); r.anon != "" {
		return r.anon
	}
	return c.Cookies(of(c).site.name(anonCookie))
}
