package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/photo/sketch"
)

// sendFile posts a form with one photo.
func sendFile(t *testing.T, app *fiber.App, path, cookies, field string, photo []byte, form url.Values) (string, int, string) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		if err := w.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile(field, "纸.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(photo); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost"+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", cookies)
	req.Header.Set("Content-Type", w.FormDataContentType())
	res, err := app.Test(req, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), res.StatusCode, res.Header.Get("Location")
}

// Staff begin to help on their own page; from then on every page says for whom they write, the pages that are nobody
// else's are shut, and the paper opens the way to the end.
func TestHelpingThroughThePages(t *testing.T) {
	h, _ := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	tokens, app := cast(t, h), h.App()
	cookies := "seedbed=" + tokens[identity.CommunityStaff]
	token := func(page string) string {
		m := formToken.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no form on\n%s", page)
		}
		return m[1]
	}
	page, status, _ := send(t, app, http.MethodGet, "/desk/assist", cookies, nil)
	if status != 200 {
		t.Fatal(status, page)
	}
	before := token(page)
	form := url.Values{"_token": {before}, "name": {"李爷爷"}, "home": {"jz.w.a"}, "why": {"no_phone"}, "method": {"face"}}
	bad := url.Values{"_token": {before}, "name": {"李爷爷"}}
	if page, status, _ = send(t, app, http.MethodPost, "/desk/assist", cookies, bad); status != 422 || !strings.Contains(page, `value="李爷爷"`) {
		t.Fatalf("%d: what was typed is lost", status)
	}
	page, status, location := send(t, app, http.MethodPost, "/desk/assist", cookies, form)
	if status != 303 || location != "/assisting" {
		t.Fatal(status, location, page)
	}
	for _, path := range []string{"/", "/me", "/editions", "/assisting", "/help"} {
		if page, status, _ = send(t, app, http.MethodGet, path, cookies, nil); status != 200 || !strings.Contains(page, "您正在帮 李爷爷 填写") {
			t.Errorf("%s: %d, nothing says for whom", path, status)
		}
	}
	for _, path := range []string{"/second-factor", "/me/notices", "/me/privacy", "/me/privacy/file", "/me/assisted", "/desk/assist", "/desk/residents"} {
		if _, status, _ = send(t, app, http.MethodGet, path, cookies, nil); status != 403 {
			t.Errorf("%s opens while helping: %d", path, status)
		}
	}
	// A form of before, still open in another window, is not sent in the resident's name.
	if _, status, location = send(t, app, http.MethodPost, "/me/profile", cookies, url.Values{"_token": {before}, "name": {"别的"}}); status != 403 {
		t.Errorf("an old form was taken: %d %s", status, location)
	}
	page, _, _ = send(t, app, http.MethodGet, "/assisting", cookies, nil)
	now := token(page)
	if page, status, _ = send(t, app, http.MethodPost, "/assisting/finish", cookies, url.Values{"_token": {now}}); status != 422 || !strings.Contains(page, "还没有签字的纸") {
		t.Errorf("ended without a paper: %d", status)
	}
	photo := sketch.Draw(1, sketch.Receipt, "字")
	if page, status, location = sendFile(t, app, "/assisting/sign", cookies, "paper", photo, url.Values{"_token": {now}, "signed_by": {"signature"}, "read_back": {"true"}}); status != 303 {
		t.Fatalf("the paper: %d %s %s", status, location, page)
	}
	if page, _, _ = send(t, app, http.MethodGet, "/assisting", cookies, nil); !strings.Contains(page, "/files/") {
		t.Error("the paper is not shown")
	}
	if _, status, location = send(t, app, http.MethodPost, "/assisting/finish", cookies, url.Values{"_token": {now}}); status != 303 || location != "/desk/assist" {
		t.Errorf("the end: %d %s", status, location)
	}
	if page, status, _ = send(t, app, http.MethodGet, "/desk/assisted", cookies, nil); status != 200 || !strings.Contains(page, "李爷爷") || strings.Contains(page, "您正在帮") {
		t.Errorf("afterwards: %d", status)
	}
}
