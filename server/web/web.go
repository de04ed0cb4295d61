// Package web is what every handler needs, and the one place that knows fiber's hazards: who is asking, reading forms,
// showing pages, turning faults into answers, and the guards around every request.
package web

import (
	"log/slog"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/objects"
	"seedbed/templates/ui"
)

// Site is what the guards need to know.
type Site struct {
	Accounts *accounts.Accounts
	Clock    clock.Clock
	Log      *slog.Logger
	Secret   []byte   // signs forms
	Public   *url.URL // the address people use, nil when it is not fixed
	Proxies  []string // addresses whose X-Forwarded-* headers are believed
	Demo     bool
	Store    objects.Store // holds the files of a form that has to be mended; nil holds none
}

// Route is one line of the route table: method, path, who may, and what answers.
type Route struct {
	Method string
	Path   string
	May    identity.Permission
	Handle fiber.Handler `json:"-"`
	Upload bool          // a multipart form with files: a larger body is let in
}

// What one request may send, in bytes, and how long it may take.
const (
	formLimit    = 512 << 10
	uploadLimit  = 40 << 20
	requestLimit = 30 * time.Second
)

type key int

const (
	requestKey key = iota
)

type request struct {
	id       string
	received time.Time
	visit    accounts.Visit
	token    string // the session's, "" for a visitor
	anon     string // the visitor's own cookie, binds forms before sign-in
	site     *Site
	files    []Upload
}

func of(c *fiber.Ctx) *request {
	r, _ := c.Locals(requestKey).(*request)
	if r == nil {
		r = &request{site: &Site{}}
	}
	return r
}

// Actor is who is asking.
func Actor(c *fiber.Ctx) identity.Actor {
	r := of(c)
	a := r.visit.Actor
	a.Request = r.id
	return a
}

// Helper is whose session it is while they fill in for the actor; a visitor when the actor acts themself.
func Helper(c *fiber.Ctx) identity.Actor {
	r := of(c)
	a := r.visit.Staff
	a.Request = r.id
	return a
}

// Received is when the request reached us: what decides whether something came in time, however long the rest takes.
func Received(c *fiber.Ctx) time.Time { return of(c).received }

// Token is the session's token, for the handlers that end or strengthen it.
func Token(c *fiber.Ctx) string { return of(c).token }

// Base is the address people reach us by, for QR codes and printed papers: "https://host".
func Base(c *fiber.Ctx) string {
	if p := of(c).site.Public; p != nil {
		return p.Scheme + "://" + p.Host
	}
	return c.Protocol() + "://" + c.Hostname()
}

// New makes the hardened fiber application with all guards, and mounts the routes.
func New(s *Site, routes []Route) *fiber.App {
	app := fiber.New(fiber.Config{
		AppName:                 "seedbed",
		Immutable:               true, // stored parameters would become other requests' bytes
		StreamRequestBody:       true, // uploads spool to disk; guardBody caps what BodyLimit no longer does
		BodyLimit:               uploadLimit,
		ReadTimeout:             15 * time.Second, // a stalled body does not hold a connection for ever
		WriteTimeout:            60 * time.Second,
		IdleTimeout:             75 * time.Second,
		ReadBufferSize:          16 << 10,
		ErrorHandler:            s.fail,
		EnableTrustedProxyCheck: true, // X-Forwarded-* from anybody else is ignored
		TrustedProxies:          s.Proxies,
		ProxyHeader:             fiber.HeaderXForwardedFor,
		EnableIPValidation:      true,
		DisableStartupMessage:   true,
		StrictRouting:           false,
		CaseSensitive:           true,
		UnescapePath:            true,
		GETOnly:                 false,
	})
	app.Use(s.guard, guardBody(uploads(routes)), assets)
	app.Use(s.enter, s.guardForm)
	for _, r := range sorted(routes) {
		app.Add(r.Method, r.Path, s.allow(r), r.Handle)
	}
	app.Use(func(c *fiber.Ctx) error { return missing(c, routes) })
	return app
}

// frame is what every page of the request shares.
func frame(c *fiber.Ctx) ui.Frame {
	r := of(c)
	f := ui.Frame{Actor: Actor(c), Path: c.Path(), Token: formToken(r), Demo: r.site.Demo, Unread: r.visit.Unread,
		Large: c.Cookies(sizeCookie) == "large", Theme: theme(c.Cookies(themeCookie)), Flash: takeSaid(c)}
	if r.site.Clock != nil {
		f.Now = r.site.Clock.Now().In(clock.Shanghai).Format("2006-01-02 15:04")
	}
	return f
}

func theme(t string) string {
	if t == "light" || t == "dark" {
		return t
	}
	return ""
}
