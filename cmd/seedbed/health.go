package main

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/server/web"
)

// health answers the machines that watch the house: whether the process lives, and whether it can do its work.
func (h *House) health() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/healthz", May: identity.Look, Handle: func(c *fiber.Ctx) error { return c.SendString("ok\n") }},
		{Method: "GET", Path: "/readyz", May: identity.Look, Handle: h.ready},
	}
}

func (h *House) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
	defer cancel()
	parts := map[string]string{"database": "ok", "objects": "ok", "process": "ok"}
	status := fiber.StatusOK
	fail := func(part string) { parts[part], status = "not ready", fiber.StatusServiceUnavailable }
	if err := h.Engines.DB.Ping(ctx); err != nil {
		fail("database")
	}
	if err := h.Engines.Objects.Ready(ctx); err != nil {
		fail("objects")
	}
	if h.draining.Load() {
		fail("process")
	}
	return c.Status(status).JSON(parts)
}
