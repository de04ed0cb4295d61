// Package webtest asks an area's pages as a signed-in person would, for tests.
package webtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// Secret signs the forms of the sites under test.
const Secret = "secret"

// Token is the form token of a session.
func Token(session string) string {
	m := hmac.New(sha256.New, []byte(Secret))
	m.Write([]byte("form\x00" + session))
	return hex.EncodeToString(m.Sum(nil)[:16])
}

var markup = regexp.MustCompile(`(?s)<[^>]*>|\s+`)

// Ask sends a request in a session and fails unless the answer has this status; a body is a form, of files when kind says
// so. It gives the page.
func Ask(t testing.TB, app *fiber.App, session, method, path, kind string, body io.Reader, status int) string {
	t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Host = "localhost"
	r.Header.Set("Cookie", "seedbed="+session)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := app.Test(r, 30_000)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != status {
		t.Fatalf("%s %s: %d, want %d\n%s", method, path, res.StatusCode, status, markup.ReplaceAllString(string(text), " "))
	}
	return string(text)
}
