package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

// StreamLife is the longest a stream of events stays open: less than the server's write deadline, after which it would be
// cut in the middle of a line. The browser comes back by itself and says what it knows.
const StreamLife = 50 * time.Second

// Events is a stream of server-sent events on its way to one browser. It knows nothing of the request: when it is written
// the handler has returned and fiber has given the request to somebody else.
type Events struct{ w *bufio.Writer }

// Send sends one event and tells whether the browser is still there, as far as that can be known. An event without a
// number leaves the browser's last number as it is.
func (e Events) Send(n int, kind string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return err
	}
	if n > 0 {
		if _, err := fmt.Fprintf(e.w, "id: %d\n", n); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", kind, body); err != nil {
		return err
	}
	return e.w.Flush()
}

// Breathe keeps the line open and finds out whether somebody is still at its other end.
func (e Events) Breathe() error {
	if _, err := e.w.WriteString(": \n\n"); err != nil {
		return err
	}
	return e.w.Flush()
}

// LastEvent is the number of the last event the browser knows, from its header or, after a new start of its own, from the
// address; 0 for none.
func LastEvent(c *fiber.Ctx) int {
	for _, text := range []string{c.Get("Last-Event-ID"), c.Query("last")} {
		if n, err := strconv.Atoi(strings.Clone(text)); err == nil && n >= 0 && n < mostInt {
			return n
		}
	}
	return 0
}

// Stream answers with server-sent events that write sends until it returns. Everything it needs must be copied out of
// the request before: write runs when the handler has returned.
func Stream(c *fiber.Ctx, write func(Events)) error {
	c.Set("Content-Type", "text/event-stream; charset=utf-8")
	c.Set("Cache-Control", "no-cache, no-store")
	c.Set("X-Accel-Buffering", "no") // a proxy in front must not collect it
	log, id := of(c).site.Log, of(c).id
	//nolint:forbidigo // the only way to a streamed body; nothing of the context is kept
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer func() {
			if p := recover(); p != nil { // a fault in one stream ends that stream alone
				log.LogAttrs(context.Background(), slog.LevelError, "failed", slog.String("id", id), slog.String("error", fmt.Sprint("panic in a stream: ", p)))
			}
		}()
		write(Events{w})
	})
	return nil
}
