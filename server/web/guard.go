package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"runtime/debug"
	"sort"
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/templates/static"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// guard is around everything: the moment it came, the request's number, headers, deadline, host, log line, and panics.
func (s *Site) guard(c *fiber.Ctx) (err error) {
	received := s.Clock.Now()
	raw := make([]byte, 4)
	_, _ = rand.Read(raw)
	r := &request{id: strings.ToUpper(hex.EncodeToString(raw)), site: s, received: received}
	c.Locals(requestKey, r)
	ctx, cancel := context.WithTimeout(words.With(context.Background(), langOf(c, "")), requestLimit)
	defer cancel()
	c.SetUserContext(ctx)
	headers(c, s)
	defer func() {
		if p := recover(); p != nil {
			err = s.fail(c, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		for _, f := range r.files {
			f.remove()
		}
		s.Log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("id", r.id), slog.String("method", c.Method()), slog.String("path", c.Path()),
			slog.Int("status", c.Response().StatusCode()), slog.Duration("took", s.Clock.Now().Sub(received)))
	}()
	if !s.knows(c.Hostname()) {
		return fiber.NewError(fiber.StatusMisdirectedRequest)
	}
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}

func headers(c *fiber.Ctx, s *Site) {
	c.Set("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	c.Set("Cache-Control", "no-store")
	if s.secure() {
		c.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

func (s *Site) secure() bool { return s.Public != nil && s.Public.Scheme == "https" }

// knows tells whether a Host header is ours. Without a fixed public address any name is, so that a laptop can be
// reached over the local network.
func (s *Site) knows(host string) bool {
	if s.Public == nil || strings.EqualFold(host, s.Public.Host) || strings.EqualFold(host, s.Public.Hostname()) {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	ip := net.ParseIP(strings.Trim(name, "[]"))
	return name == "localhost" || (ip != nil && ip.IsLoopback())
}

// guardBody holds a request to its route's limit before a byte of the body is read.
func guardBody(upload func(method, path string) bool) fiber.Handler {
	return func(c *fiber.Ctx) error {
		n, limit := c.Request().Header.ContentLength(), formLimit
		if upload(c.Method(), c.Path()) {
			limit = uploadLimit
		}
		switch {
		case n == -1:
			c.Response().SetConnectionClose()
			return fiber.NewError(fiber.StatusLengthRequired)
		case n > limit:
			c.Response().SetConnectionClose()
			return fiber.NewError(fiber.StatusRequestEntityTooLarge)
		}
		return c.Next()
	}
}

// uploads tells which addresses take files.
func uploads(routes []Route) func(method, path string) bool {
	var patterns []Route
	for _, r := range routes {
		if r.Upload {
			patterns = append(patterns, r)
		}
	}
	return func(method, path string) bool {
		for _, r := range patterns {
			if r.Method == method && matches(r.Path, path) {
				return true
			}
		}
		return false
	}
}

// matches tells whether a path is of a route's pattern.
func matches(pattern, path string) bool {
	want, have := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if want[i] != have[i] && (!strings.HasPrefix(want[i], ":") || have[i] == "") {
			return false
		}
	}
	return true
}

// sorted puts fixed segments before parameters, so that the order in which areas list their routes does not matter.
func sorted(routes []Route) []Route {
	out := append([]Route(nil), routes...)
	sort.SliceStable(out, func(i, j int) bool {
		a, b := strings.Split(out[i].Path, "/"), strings.Split(out[j].Path, "/")
		for k := 0; k < len(a) && k < len(b); k++ {
			ap, bp := strings.HasPrefix(a[k], ":"), strings.HasPrefix(b[k], ":")
			if ap != bp {
				return bp
			}
			if a[k] != b[k] {
				return a[k] < b[k]
			}
		}
		return len(a) < len(b)
	})
	return out
}

// allow asks the permission table whether the actor could hold the route's permission anywhere; the verb asks again,
// at the place.
func (s *Site) allow(r Route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		actor := Actor(c)
		if actor.Somewhere(r.May) {
			return c.Next()
		}
		if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
			if values, err := typed(c); err == nil && canSignIn(actor, r.May) {
				return s.stale(c, values)
			}
		}
		strong := actor
		strong.Strong = true
		switch {
		case !actor.SignedIn():
			return fault.New(fault.SignIn, "请先登录，再办这件事")
		case strong.Somewhere(r.May):
			return fault.New(fault.SignIn, "这件事要先做第二步验证")
		}
		return fault.New(fault.Forbidden, "您的账号不能办这件事。需要的话请找区社区办")
	}
}

// canSignIn tells whether signing in, or the second factor, would open the door: then what was typed is worth keeping.
func canSignIn(actor identity.Actor, may identity.Permission) bool {
	actor.Strong = true
	return !actor.SignedIn() || actor.Somewhere(may)
}

// missing answers what no route knows: 405 when the address exists with another method, else 404.
func missing(c *fiber.Ctx, routes []Route) error {
	for _, r := range routes {
		if matches(r.Path, c.Path()) {
			return fiber.NewError(fiber.StatusMethodNotAllowed)
		}
	}
	return fault.Missing()
}

// assets serves the product's own styles, script and pictures: names carry the content's digest, so they never expire.
func assets(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return c.Next()
	}
	a, ok := static.Find(c.Path())
	if !ok {
		return c.Next()
	}
	c.Set("Content-Type", a.Type)
	c.Set("Cache-Control", "public, max-age=31536000, immutable")
	if a.Fresh {
		c.Set("Cache-Control", "no-cache")
	}
	c.Set("Vary", "Accept-Encoding")
	if len(a.Gzip) > 0 && strings.Contains(c.Get("Accept-Encoding"), "gzip") {
		c.Set("Content-Encoding", "gzip")
		return c.Send(a.Gzip)
	}
	return c.Send(a.Body)
}

// langOf is the reader's language: the account's, else what they chose here, else what their browser asks for.
func langOf(c *fiber.Ctx, account string) string {
	for _, lang := range []string{c.Cookies(langCookie), account} {
		if lang == "zh" || lang == "en" {
			return lang
		}
	}
	if strings.HasPrefix(strings.ToLower(c.Get("Accept-Language")), "en") {
		return "en"
	}
	return "zh"
}

// enter finds out who is asking.
func (s *Site) enter(c *fiber.Ctx) error {
	r := of(c)
	r.token = c.Cookies(s.name(sessionCookie))
	visit, err := s.Accounts.Visit(c.UserContext(), r.token)
	if err != nil {
		return err
	}
	r.visit = visit
	if !visit.Actor.SignedIn() {
		r.token = ""
		if r.anon = c.Cookies(s.name(anonCookie)); len(r.anon) != 32 {
			raw := make([]byte, 16)
			_, _ = rand.Read(raw)
			r.anon = hex.EncodeToString(raw)
			s.cookie(c, anonCookie, r.anon, 0)
		}
	}
	ctx := words.With(c.UserContext(), langOf(c, visit.Actor.Lang))
	c.SetUserContext(ui.WithFrame(ctx, frame(c)))
	return c.Next()
}
