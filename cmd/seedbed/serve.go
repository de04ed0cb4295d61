package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/spf13/cobra"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
)

// drain is how long a stopping process waits for requests and listeners under way.
const drain = 20 * time.Second

func runServe(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	return live(ctx, c, cmd, true, true)
}

func runWeb(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	return live(ctx, c, cmd, true, false)
}

func runWork(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	return live(ctx, c, cmd, false, true)
}

func runMigrate(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	if c.DatabaseURL == "" {
		return errors.New("seedbed: SEEDBED_DATABASE_URL is not set; the embedded database is brought forward at every start")
	}
	version, err := pg.Migrate(ctx, c.DatabaseURL)
	if err == nil {
		fmt.Fprintf(cmd.OutOrStdout(), "schema is at version %d\n", version)
	}
	return err
}

// live runs the parts of a house until ctx ends, then drains them.
func live(ctx context.Context, c Config, cmd *cobra.Command, web, work bool) error {
	log := logger(c, cmd.ErrOrStderr())
	h, err := build(ctx, c, clock.System{}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.live(ctx, log, web, work, func(address string) { fmt.Fprintln(cmd.OutOrStdout(), "苗圃 Seedbed:", address) })
}

func (h *House) live(ctx context.Context, log *slog.Logger, web, work bool, ready func(address string)) error {
	if work {
		if err := h.Jobs.Start(ctx); err != nil {
			return err
		}
		defer func() {
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
			defer cancel()
			if err := h.Jobs.Stop(stop); err != nil {
				log.WarnContext(stop, "worker stopped late", "error", err)
			}
		}()
	}
	if !web {
		<-ctx.Done()
		return nil
	}
	listener, err := net.Listen("tcp", h.Config.Listen)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w (another address: SEEDBED_LISTEN=127.0.0.1:8081)", h.Config.Listen, err)
	}
	address := (&url.URL{Scheme: "http", Host: listener.Addr().String()}).String()
	if h.Config.PublicURL != "" {
		address = h.Config.PublicURL
	}
	app := h.App()
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(listener) }()
	ready(address)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		h.draining.Store(true)
		h.Juries.Hub().Close() // open boards would be waited for
		return stopWeb(app)
	}
}

func stopWeb(app *fiber.App) error {
	err := app.ShutdownWithTimeout(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil // those still reading had their twenty seconds
	}
	return err
}
