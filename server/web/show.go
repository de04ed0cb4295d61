package web

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// Page shows a page.
func Page(c *fiber.Ctx, page templ.Component) error { return Show(c, fiber.StatusOK, page) }

// Show shows a page with a status: 422 for a form that has to be mended, which keeps the files that came with it.
func Show(c *fiber.Ctx, status int, page templ.Component) error {
	c.Set("Content-Type", "text/html; charset=utf-8")
	c.Status(status)
	ctx := c.UserContext()
	if status == fiber.StatusUnprocessableEntity {
		f := ui.FrameOf(ctx)
		f.Held = of(c).hold(c)
		ctx = ui.WithFrame(ctx, f)
	}
	return page.Render(ctx, c.Response().BodyWriter())
}

// See sends the browser on to one of our own pages after a change. Any other address becomes the front page.
func See(c *fiber.Ctx, path string) error {
	c.Set("Location", Own(path))
	c.Status(fiber.StatusSeeOther)
	return nil
}

// Own is the path itself when it is one of ours, else "/": nobody is sent away from here by a crafted link.
func Own(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsAny(path, "\\\r\n\t\x00") {
		return "/"
	}
	return u.String()
}

// Wrong takes an Invalid fault into the form, to be shown again with what was typed; false for anything else.
func Wrong(form *ui.Form, err error) bool {
	if err == nil || !fault.Is(err, fault.Invalid) {
		return false
	}
	wrong := fault.Fields{}
	maps.Copy(wrong, form.Wrong)
	fields := fault.InFields(err)
	if len(fields) == 0 {
		m := fault.MessageOf(err)
		wrong.Add("", m.Text, m.Args...)
	}
	for name, m := range fields {
		wrong.Add(name, m.Text, m.Args...)
	}
	form.Wrong = wrong
	return true
}

// ID reads a path parameter that must be a row's id; anything else is not found.
func ID(c *fiber.Ctx, name string) (string, error) {
	id, err := uuid.Parse(c.Params(name))
	if err != nil || len(c.Params(name)) != 36 {
		return "", fault.Missing()
	}
	return id.String(), nil
}

// Query reads a parameter of the address: trimmed, at most 100 characters, "" when it is not text.
func Query(c *fiber.Ctx, name string) string {
	v := strings.TrimSpace(strings.Clone(c.Query(name)))
	if !utf8.ValidString(v) || strings.ContainsRune(v, 0) || utf8.RuneCountInString(v) > 100 {
		return ""
	}
	return v
}

var statuses = map[fault.Kind]int{
	fault.NotFound: fiber.StatusNotFound, fault.Forbidden: fiber.StatusForbidden, fault.Invalid: fiber.StatusUnprocessableEntity,
	fault.Conflict: fiber.StatusConflict, fault.Busy: fiber.StatusServiceUnavailable, fault.SignIn: fiber.StatusUnauthorized,
	fault.Internal: fiber.StatusInternalServerError,
}

// httpFaults says what the framework's own refusals mean.
var httpFaults = map[int]string{
	fiber.StatusNotFound:              "没有找到这个页面，或者您看不到它",
	fiber.StatusMethodNotAllowed:      "这个地址不能这样用。请从页面上的按钮进入",
	fiber.StatusRequestEntityTooLarge: "内容太大了。照片每张不超过 15 MB，一次最多传 9 张",
	fiber.StatusLengthRequired:        "浏览器没有说明内容的大小，没有保存。请换一个浏览器再试",
	fiber.StatusUnsupportedMediaType:  "这种内容苗圃收不了。请从页面上的表单提交",
	fiber.StatusMisdirectedRequest:    "这个网址不是苗圃的地址，请用社区给您的网址打开",
	fiber.StatusBadRequest:            "这个请求不完整，请回到上一页再试一次",
}

// fail is the one place where trouble becomes an answer: it clears a half-written page, picks the status, and logs only
// what is our own fault.
func (s *Site) fail(c *fiber.Ctx, err error) error {
	c.Response().ResetBody()
	r := of(c)
	kind, message := fault.KindOf(err), fault.MessageOf(err)
	status := statuses[kind]
	if he, ok := errors.AsType[*fiber.Error](err); ok {
		status, message = he.Code, fault.Say(httpFaults[he.Code])
		if message.Text == "" {
			message = fault.Say("这个请求不完整，请回到上一页再试一次")
		}
	}
	switch {
	case status == fiber.StatusInternalServerError:
		s.Log.LogAttrs(c.UserContext(), slog.LevelError, "failed", slog.String("id", r.id), slog.String("path", c.Path()), slog.String("error", err.Error()))
		message = fault.Say("系统出了问题，编号 %s。请稍后再试，或把编号告诉社区", r.id)
	case kind == fault.Busy && status == fiber.StatusServiceUnavailable:
		c.Set("Retry-After", "5")
		s.Log.LogAttrs(c.UserContext(), slog.LevelWarn, "busy", slog.String("id", r.id), slog.String("path", c.Path()), slog.String("error", err.Error()))
	case status == fiber.StatusUnauthorized && c.Method() == fiber.MethodGet:
		return See(c, signInPath(c))
	case status == fiber.StatusForbidden || status == fiber.StatusUnauthorized:
		s.Log.LogAttrs(c.UserContext(), slog.LevelInfo, "refused", slog.String("id", r.id), slog.String("actor", r.visit.Actor.ID), slog.String("path", c.Path()))
	}
	if c.Method() == fiber.MethodHead {
		c.Status(status)
		return nil
	}
	c.SetUserContext(words.With(c.UserContext(), langOf(c, r.visit.Actor.Lang)))
	if err := Show(c, status, ui.Trouble(status, words.Say(c.UserContext(), message), r.id)); err != nil {
		c.Response().ResetBody()
		return c.Status(status).SendString(fmt.Sprintf("%d %s", status, r.id))
	}
	return nil
}

// signInPath leads to the sign-in page, or to the second factor, and back here afterwards.
func signInPath(c *fiber.Ctx) string {
	to := "/login"
	if Actor(c).SignedIn() {
		to = "/second-factor"
	}
	return to + "?next=" + url.QueryEscape(Own(c.OriginalURL()))
}
