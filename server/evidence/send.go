package evidence

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/evidence"
)

// ahead is the request's context without its end: the file is still being sent when the handler has returned, and the
// server's own write deadline bounds that.
func ahead(c *fiber.Ctx) context.Context { return context.WithoutCancel(c.UserContext()) }

// describe sets what a file's answer says about it, whole or in part.
func describe(c *fiber.Ctx, content evidence.Content) {
	c.Set("Content-Type", content.Mime)
	c.Set("Content-Disposition", disposition(content.Mime, content.Name))
	// Opened by itself, a file can run nothing and load nothing.
	c.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Accept-Ranges", "bytes")
	c.Set("ETag", content.ETag())
	if content.Public {
		c.Set("Cache-Control", "public, no-cache") // kept, but asked about every time: a hidden photo is gone at once
	} else {
		c.Set("Cache-Control", "private, no-store")
	}
}

// Send answers with a file, or a part of it, or that the browser has it already. The framework's own SendFile knows
// neither our store nor our permissions. A large file may take as long as its reader needs: whoever takes nothing for a
// minute is let go.
func Send(c *fiber.Ctx, content evidence.Content) error {
	describe(c, content)
	if matches(c.Get("If-None-Match"), content.ETag()) {
		c.Status(fiber.StatusNotModified)
		return content.Close()
	}
	asked := c.Get("Range")
	if given := c.Get("If-Range"); given != "" && given != content.ETag() {
		asked = ""
	}
	from, to, part, err := span(asked, content.Size())
	if err != nil {
		c.Set("Content-Range", fmt.Sprintf("bytes */%d", content.Size()))
		c.Status(fiber.StatusRequestedRangeNotSatisfiable)
		return content.Close()
	}
	if part {
		if _, err := content.Seek(from, io.SeekStart); err != nil {
			_ = content.Close()
			return err
		}
		c.Status(fiber.StatusPartialContent)
		c.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, content.Size()))
	}
	// The server closes the stream when it has been sent.
	c.Response().SetBodyStream(struct {
		io.Reader
		io.Closer
	}{&steady{io.LimitReader(content, to-from+1), c.Context().Conn()}, content}, int(to-from+1)) //nolint:forbidigo // only the connection, for its write deadline
	return nil
}

// stall is how long a reader may take nothing.
const stall = time.Minute

// steady moves the connection's write deadline on with every piece that was taken.
type steady struct {
	from io.Reader
	conn net.Conn
}

func (s *steady) Read(p []byte) (int, error) {
	if s.conn != nil {
		_ = s.conn.SetWriteDeadline(clock.System{}.Now().Add(stall)) // a connection without deadlines needs none
	}
	return s.from.Read(p)
}

// Save answers with a file made for this request, to be saved under a name.
func Save(c *fiber.Ctx, mime, name string, body []byte) error {
	c.Set("Content-Type", mime)
	c.Set("Content-Disposition", disposition(mime, name))
	c.Set("Cache-Control", "private, no-store")
	return c.Send(body)
}

// matches tells whether an If-None-Match header names the tag.
func matches(header, tag string) bool {
	for _, have := range strings.Split(header, ",") {
		have = strings.TrimPrefix(strings.TrimSpace(have), "W/")
		if have == tag || have == "*" {
			return true
		}
	}
	return false
}

// span reads a Range header of one range; several at once, or nonsense, is answered with the whole file, as RFC 9110
// allows. The error is a range beyond the end.
func span(header string, size int64) (from, to int64, part bool, err error) {
	whole := func() (int64, int64, bool, error) { return 0, size - 1, false, nil }
	text, ok := strings.CutPrefix(header, "bytes=")
	first, last, dash := strings.Cut(strings.TrimSpace(text), "-")
	if !ok || !dash || strings.Contains(text, ",") || size == 0 {
		return whole()
	}
	if first == "" { // the last n bytes
		n, err := strconv.ParseInt(last, 10, 64)
		switch {
		case err != nil || n < 0:
			return whole()
		case n == 0:
			return 0, 0, false, fiber.ErrRequestedRangeNotSatisfiable
		}
		return max(0, size-n), size - 1, true, nil
	}
	from, err = strconv.ParseInt(first, 10, 64)
	if err != nil || from < 0 {
		return whole()
	}
	to = size - 1
	if last != "" {
		if to, err = strconv.ParseInt(last, 10, 64); err != nil || to < from {
			return whole()
		}
	}
	if from >= size {
		return 0, 0, false, fiber.ErrRequestedRangeNotSatisfiable
	}
	return from, min(to, size-1), true, nil
}

// disposition shows pictures and saves everything else, under the name its sender gave it (RFC 6266, RFC 8187).
func disposition(mime, name string) string {
	kind := "attachment"
	if strings.HasPrefix(mime, "image/") {
		kind = "inline"
	}
	if name == "" {
		return kind
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%/`, r) {
			return '_'
		}
		return r
	}, name)
	return fmt.Sprintf(`%s; filename="%s"; filename*=UTF-8''%s`, kind, plain, strings.ReplaceAll(url.QueryEscape(name), "+", "%20"))
}
