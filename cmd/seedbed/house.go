package main

import (
	"context"
	"log/slog"
	"net/url"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/accounts"
	"seedbed/domain/clock"
	"seedbed/domain/vault"
	"seedbed/jobs"
	serveaccounts "seedbed/server/accounts"
	"seedbed/server/web"
)

// House is the product with everything wired: built once, in order, in this file.
type House struct {
	Config   Config
	Engines  *Engines
	Clock    clock.Clock
	Accounts *accounts.Accounts
	Jobs     *jobs.Runner
	Site     *web.Site
	Routes   []web.Route
	draining atomic.Bool
}

// Sample is what only the demo hands in.
type Sample struct {
	Demo serveaccounts.Demo
	On   bool
}

// build opens the engines and wires the house on them.
func build(ctx context.Context, c Config, clk clock.Clock, log *slog.Logger, sample Sample) (*House, error) {
	engines, err := openEngines(ctx, c, log)
	if err != nil {
		return nil, err
	}
	h, err := wire(c, engines, clk, log, sample)
	if err != nil {
		engines.Close()
	}
	return h, err
}

// wire makes the domain, the pages and the jobs, in the order of the year.
func wire(c Config, e *Engines, clk clock.Clock, log *slog.Logger, sample Sample) (*House, error) {
	secret, err := c.secret()
	if err != nil {
		return nil, err
	}
	safe, err := vault.New(secret)
	if err != nil {
		return nil, err
	}
	forms, err := vault.Derive(secret, "forms")
	if err != nil {
		return nil, err
	}
	h := &House{Config: c, Engines: e, Clock: clk}
	h.Accounts = accounts.New(e.DB, clk, safe, e.Sender, nil)
	h.Routes = append(h.Routes, serveaccounts.Routes(h.Accounts, e.DB, clk, sample.Demo)...)
	if h.Jobs, err = jobs.New(jobs.Options{DB: e.DB, Clock: clk, Redis: e.Redis, Log: log}); err != nil {
		return nil, err
	}
	h.Site = &web.Site{Accounts: h.Accounts, Clock: clk, Log: log, Secret: forms, Proxies: c.Proxies, Demo: sample.On}
	if c.PublicURL != "" {
		h.Site.Public, err = url.Parse(c.PublicURL)
	}
	return h, err
}

// App is the web server's application.
func (h *House) App() *fiber.App { return web.New(h.Site, h.Routes) }

// Close lets go of the engines.
func (h *House) Close() { h.Engines.Close() }
