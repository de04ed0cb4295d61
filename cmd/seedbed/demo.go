package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/spf13/cobra"

	"seedbed/cmd/seedbed/sample"
	"seedbed/domain/clock"
	serveaccounts "seedbed/server/accounts"
	"seedbed/storage/pg"
	"seedbed/storage/sms"
)

// runDemo runs the product with the sample district, on a data folder of its own.
func runDemo(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	smoke, _ := cmd.Flags().GetBool("smoke")
	fresh, _ := cmd.Flags().GetBool("fresh")
	c.Data = filepath.Join(c.Data, "demo")
	if fresh {
		if err := forget(ctx, c); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	log := slog.New(slog.DiscardHandler)
	if !smoke {
		log = logger(c, cmd.ErrOrStderr())
	}
	if smoke {
		c.Listen = "127.0.0.1:0"
	}
	h, err := openDemo(ctx, c, log, out)
	if err != nil {
		return err
	}
	defer h.Close()
	if smoke {
		return h.smoke(ctx, out)
	}
	people, err := sample.People(ctx, h.Engines.DB)
	if err != nil {
		return err
	}
	return h.live(ctx, log, true, true, func(address string) {
		fmt.Fprintf(out, "\n苗圃 Seedbed: %s\n演示数据。打开 %s/demo 选一个人直接进入，或用下面的手机号登录（验证码显示在页面上）。\nSample data. Open %s/demo to enter as anyone, or sign in with a number below (the code is shown on the page).\n\n", address, address, address)
		for _, p := range people {
			fmt.Fprintf(out, "  %-11s  %s  %s\n", p.Phone, p.Role, p.Name)
		}
		fmt.Fprintln(out, "\nCtrl-C 停止 / stops. 数据在 / data in", c.Data)
	})
}

// openDemo builds a house with the sample district in it, made the first time.
func openDemo(ctx context.Context, c Config, log *slog.Logger, out io.Writer) (*House, error) {
	started := time.Now() //nolint:forbidigo // how long a newcomer waits is the machine's time
	engines, err := openEngines(ctx, c, log)
	if err != nil {
		return nil, err
	}
	h, err := wire(c, engines, clock.System{}, log, demoParts(engines))
	if err != nil {
		engines.Close()
		return nil, err
	}
	fmt.Fprintf(out, "engines ready in %.1f s\n", time.Since(started).Seconds()) //nolint:forbidigo // as above
	started = time.Now()                                                         //nolint:forbidigo // as above
	made, err := h.plant(ctx, c)
	if err != nil {
		h.Close()
		return nil, fmt.Errorf("sample district: %w", err)
	}
	if made != "" {
		fmt.Fprintf(out, "sample district made in %.1f s: %s\n", time.Since(started).Seconds(), made) //nolint:forbidigo // as above
	}
	return h, nil
}

// plant makes the sample district on an empty database, through the same verbs everybody uses, with a clock that walks
// through three years.
func (h *House) plant(ctx context.Context, c Config) (string, error) {
	there, err := sample.There(ctx, h.Engines.DB)
	if err != nil || there {
		return "", err
	}
	now := clock.System{}.Now()
	hand := clock.NewManual(now)
	// A sample that is cut off half made is made again, so its commits need not wait for the disk.
	db, err := pg.Open(ctx, h.Engines.URL, pg.Options{Relaxed: true})
	if err != nil {
		return "", err
	}
	defer db.Close()
	engines := *h.Engines
	engines.DB = db
	walked, err := wire(c, &engines, hand, slog.New(slog.DiscardHandler), Sample{})
	if err != nil {
		return "", err
	}
	return sample.Plant(ctx, walked.tools(hand), now)
}

var codeInText = regexp.MustCompile(`\d{6}`)

func demoParts(e *Engines) Sample {
	s := Sample{On: true}
	s.Demo.People = func(c *fiber.Ctx) ([]serveaccounts.DemoPerson, error) {
		people, err := sample.People(c.UserContext(), e.DB)
		list := make([]serveaccounts.DemoPerson, len(people))
		for i, p := range people {
			list[i] = serveaccounts.DemoPerson{ID: p.ID, Name: p.Name, Role: p.Role, Place: p.Place, Waits: p.Waits}
		}
		return list, err
	}
	if file, ok := e.Sender.(*sms.File); ok {
		s.Demo.LastCode = func(phone string) string { return codeInText.FindString(file.Last(phone)) }
	}
	return s
}

// forget removes the demo's own data; it never touches a database that was named in the settings.
func forget(_ context.Context, c Config) error {
	if c.DatabaseURL != "" {
		return errors.New("seedbed: --fresh forgets the embedded sample only, and SEEDBED_DATABASE_URL is set")
	}
	for _, part := range []string{"postgresql", "objects", "sms.log", "secret"} {
		if err := os.RemoveAll(filepath.Join(c.Data, part)); err != nil {
			return err
		}
	}
	return nil
}
