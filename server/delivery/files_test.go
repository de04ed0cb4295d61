package delivery

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

// TestFilesAreServedWithCare is TRUST §3 rows 20 and 35: type, sandbox, name, range, and the browser's own copy.
func TestFilesAreServedWithCare(t *testing.T) {
	h := newHouse(t)
	h.clock.Set(time.Date(2026, 3, 3, 17, 0, 0, 0, clock.Shanghai))
	id := uuid.Must(uuid.NewV7()).String()
	h.status(h.post("01", "/projects/"+project+"/activities", "id", id, "theme", "种花", "starts_at", "2026-03-03T14:00", "ends_at", "2026-03-03T16:00", "place_text", "3 号楼前"), 303)
	content := string(sketch.Draw(1, sketch.Panorama, ""))
	h.status(h.upload("01", "/activities/"+id+"/photos", "panorama", []byte(content)), 303)
	h.examine()
	photo, err := pg.Value[string](h.ctx, h.db, `select id::text from attachment`, nil)
	h.must(err)
	file := "/files/" + photo
	for _, who := range []string{"", "03", "05"} { // a visitor, a resident, another street
		for _, path := range []string{file, "/photos/" + photo, "/photos/" + photo + "/thumb"} {
			h.status(h.get(who, path), 404)
		}
	}
	h.status(h.get("01", "/files/"+uuid.NewString()), 404)
	h.status(h.get("01", "/files/nonsense"), 404)
	whole := h.status(h.get("01", file), 200)
	for name, want := range map[string]string{"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "Accept-Ranges": "bytes",
		"Content-Disposition": `inline; filename="__.jpg"; filename*=UTF-8''%E8%8A%B1%E5%9B%AD.jpg`} {
		if have := whole.Header.Get(name); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
	if csp := whole.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox;") {
		t.Errorf("policy is %q", csp)
	}
	if whole.text != content {
		t.Error("the original is not what was sent")
	}
	tag := whole.Header.Get("ETag")
	if a := h.status(h.get("01", file, "If-None-Match", `"x", W/`+tag), 304); a.text != "" {
		t.Error("304 has a body")
	}
	h.status(h.get("05", file, "If-None-Match", tag), 404) // knowing the tag is no right to the file
	size := len(content)
	for asked, want := range map[string]string{"bytes=0-9": content[:10], "bytes=10-": content[10:], "bytes=-7": content[size-7:], "bytes=5-99999999": content[5:]} {
		if a := h.status(h.get("01", file, "Range", asked), 206); a.text != want || !strings.HasPrefix(a.Header.Get("Content-Range"), "bytes ") {
			t.Errorf("%s gives %d bytes, %q", asked, len(a.text), a.Header.Get("Content-Range"))
		}
	}
	for _, asked := range []string{"bytes=0-1,3-4", "bytes=9-1", "lines=1-2", "bytes=x-y", "bytes=--1", ""} {
		if a := h.status(h.get("01", file, "Range", asked), 200); a.text != content {
			t.Errorf("%q gives %d bytes", asked, len(a.text))
		}
	}
	h.status(h.get("01", file, "Range", "bytes=99999999-"), 416)
	h.status(h.get("01", file, "Range", "bytes=-0"), 416)
	h.status(h.get("01", file, "Range", "bytes=0-9", "If-Range", `"old"`), 200)
	h.status(h.get("01", file, "Range", "bytes=0-9", "If-Range", tag), 206)
	thumb := h.status(h.get("04", "/photos/"+photo+"/thumb"), 200)
	if thumb.Header.Get("Content-Type") != "image/jpeg" || len(thumb.text) >= size || thumb.Header.Get("Content-Disposition") != "inline" {
		t.Errorf("the thumbnail has %d of %d bytes, %v", len(thumb.text), size, thumb.Header)
	}
	if thumb.Header.Get("Cache-Control") != "private, no-store" {
		t.Error("a photo that is not public may be cached")
	}
}
