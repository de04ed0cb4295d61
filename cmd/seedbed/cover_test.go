package main

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/photo/sketch"
)

// A lead lets neighbours see the cover photo, staff look through it, hide it with a reason, the lead takes it back: by forms alone.
func TestACoverPhotoByFormsAlone(t *testing.T) {
	var photo string
	h, tokens, lead, pid := showcase(t, func(h *House, lead identity.Actor, pid string) {
		var err error
		file := sketch.Annotate(sketch.Draw(3, sketch.Result, ""), sketch.Notes{TakenAt: h.Clock.Now(), Orientation: 1, Camera: "SECRETPHONE"})
		if photo, err = proposal.NewAlbum(h.Proposals, h.Evidence, h.Engines.Objects).Add(t.Context(), lead, pid, proposal.NewPhoto{Kind: "cover", Name: "a.jpg"}, bytes.NewReader(file)); err != nil {
			t.Fatal(err)
		}
		if err := h.Jobs.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	app := h.App()
	get := func(path, session string, want int) string {
		t.Helper()
		text, status, _ := send(t, app, http.MethodGet, path, "seedbed="+session, nil)
		if status != want {
			t.Errorf("GET %s: %d, want %d", path, status, want)
		}
		return text
	}
	post := func(path, session string, want int, fields ...string) string {
		t.Helper()
		page, _, visit := send(t, app, http.MethodGet, "/help", "seedbed="+session, nil)
		form := url.Values{"_token": {formToken.FindStringSubmatch(page)[1]}}
		for i := 0; i+1 < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		text, status, _ := send(t, app, http.MethodPost, path, "seedbed="+session+"; "+visit, form)
		if status != want {
			t.Errorf("POST %s: %d, want %d", path, status, want)
		}
		return text
	}
	holds := func(text string, want bool, words ...string) {
		t.Helper()
		for _, w := range words {
			if strings.Contains(text, w) != want {
				t.Errorf("%q is there: %v", w, !want)
			}
		}
	}
	neighbour, staff, wish, desk := tokens[identity.Resident], tokens[identity.CommunityStaff], "/proposals/"+pid+"/gallery", "/desk/proposals/"+pid
	thumb := "/photos/" + photo + "/thumb"
	post(wish, lead, 303, "agree", "1")
	holds(get("/desk", staff, 200), false, "封面照片待看")
	holds(get("/desk/proposals?flag=cover", staff, 200), false, "旧衣改造坊")
	holds(get(wish, lead, 200), true, "愿意给街坊看封面照片")
	post(wish+"/cover", neighbour, 404, "agree", "1")
	post(wish+"/cover", lead, 303, "agree", "1")
	holds(get(wish, lead, 200), true, "社区会先看一遍", "不再给街坊看照片")
	get(thumb, "", 404)
	holds(get("/desk", staff, 200), true, "封面照片待看")
	holds(get("/desk/proposals?flag=cover", staff, 200), true, "旧衣改造坊")
	holds(get(desk, staff, 200), true, desk+"/cover", "等社区看")
	get(desk+"/cover", neighbour, 403)
	get(desk+"/cover", tokens[identity.CommunityHead], 403)
	holds(get(desk+"/cover", staff, 200), true, "没有孩子的脸", photo)
	holds(post(desk+"/cover/clear", staff, 422, "photo", photo, "version", "0", "agreed", "1"), true, "三项都确认了")
	post(desk+"/cover/clear", staff, 409, "photo", nobody, "version", "0", "agreed", "1", "no_minors", "1", "private", "1")
	holds(post(desk+"/cover/refuse", staff, 422, "photo", photo, "version", "0"), true, "请写明原因")
	post(desk+"/cover/clear", staff, 303, "photo", photo, "version", "0", "agreed", "1", "no_minors", "1", "private", "1")
	post(desk+"/cover/clear", staff, 303, "photo", photo, "version", "0", "agreed", "1", "no_minors", "1", "private", "1") // a double click
	for _, path := range []string{thumb, "/photos/" + photo} {
		holds(get(path, "", 200), false, "SECRETPHONE", "Exif")
	}
	get("/files/"+photo, "", 404)
	holds(get("/gallery", "", 200), true, thumb)
	holds(get("/gallery/"+pid, "", 200), true, "/photos/"+photo, "「楼道口的旧衣改造坊」的封面照片")
	holds(get(wish, lead, 200), true, "街坊现在看得到这张照片。")
	holds(post(desk+"/cover/hide", staff, 422, "photo", photo, "version", "1", "reason", "x"), true, "请写明原因", "value=\"x\"")
	post(desk+"/cover/hide", staff, 303, "photo", photo, "version", "1", "reason", "有位邻居不愿意")
	get(thumb, "", 404)
	holds(get("/gallery", "", 200), false, thumb)
	holds(get(wish, lead, 200), true, "有位邻居不愿意")
	holds(get("/me/notices", lead, 200), true, "有位邻居不愿意")
	post(desk+"/cover/clear", staff, 303, "photo", photo, "version", "2", "agreed", "1", "no_minors", "1", "private", "1")
	get(thumb, "", 200)
	post(wish+"/cover", lead, 303)
	get(thumb, "", 404)
	holds(get("/gallery/"+pid, "", 200), false, photo)
	var said strings.Builder
	if err := h.check(t.Context(), &said); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
}
