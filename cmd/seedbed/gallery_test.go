package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
)

// showcase is a house with one proposal that its lead can let neighbours see; before is what happens to it while it is a draft.
func showcase(t *testing.T, before ...func(h *House, lead identity.Actor, pid string)) (h *House, tokens map[identity.Role]string, lead, pid string) {
	t.Helper()
	noon := time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)
	h, _ = newHouse(t, noon)
	tokens = cast(t, h)
	ctx, new7 := t.Context(), func() string { return uuid.Must(uuid.NewV7()).String() }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(h.lay(ctx, []place.Place{{Path: "jz.w.b", Level: "community", Name: "乙社区", NameEn: "B", Code: "4", ValidFrom: noon}}))
	staff := identity.Actor{Strong: true, Grants: []identity.Grant{{Role: identity.DistrictStaff, Place: "jz"}, {Role: identity.DistrictHead, Place: "jz"}}}
	who, err := h.Accounts.Enlist(ctx, "区长", "13900000001", "jz.w.a")
	must(err)
	staff.ID = who.ID
	e, err := h.Editions.Create(ctx, staff, edition.NewEdition{ID: new7(), Place: "jz", Title: "第一届"})
	must(err)
	plan := edition.PlanOf(e, nil)
	plan.CallText, plan.Contact, plan.OpensAt, plan.ClosesAt = "欢迎", "0379", noon, noon.AddDate(0, 0, 24)
	plan.RunsFrom, plan.RunsTo = clock.Day(noon).AddDate(0, 0, 60), clock.Day(noon).AddDate(0, 8, 0)
	plan.Funds = []edition.Fund{{Name: "财政", Kind: "budget", Amount: 100_000_00}}
	must(h.Editions.Edit(ctx, staff, e.ID, plan))
	e, err = edition.Get(ctx, h.Engines.DB, e.ID)
	must(err)
	terms := edition.TermsOf(e)
	terms.Gallery = edition.GallerySubmitted
	must(h.Editions.SetTerms(ctx, staff, e.ID, terms))
	must(h.Editions.Publish(ctx, staff, e.ID, edition.Pressed{Version: e.Version + 1}))
	led, err := h.Accounts.Enlist(ctx, "周桂兰", "13900000002", "jz.w.a")
	must(err)
	lead, err = h.Accounts.EnterSample(ctx, led.ID)
	must(err)
	pid, err = h.Proposals.Start(ctx, led, e.ID, proposal.Beginning{ID: new7()})
	must(err)
	_, err = h.Proposals.Save(ctx, led, pid, proposal.Draft{Saves: 1, Title: "楼道口的旧衣改造坊", Pitch: "把旧衣改成布袋", Track: "resident_team", Category: "mutual_aid", Colour: "orange", TeamName: "巧手队", Venue: "活动室",
		StartsOn: noon.AddDate(0, 0, 61), EndsOn: noon.AddDate(0, 5, 0), Problem: "楼道里堆着旧衣服", Affected: []string{"elders"}, HowFound: "own_life", Goal: "改出三百个布袋", Method: "每周六一起缝",
		Activities: []proposal.Activity{{Name: "缝纫课", Times: 8, Month: "每周六", Place: "活动室", People: 20}}, ActTarget: 8, ServedTarget: 160, PeopleTarget: 60, VolunteerTarget: 6, SatisfactionTarget: 90,
		Lines: []proposal.Line{{Category: "M", Item: "布料", UnitPrice: 40_00, Qty: 40}}, Declared: []string{"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}})
	must(err)
	for i := range 2 {
		phone := fmt.Sprintf("1390000001%d", i)
		friend, err := h.Accounts.Enlist(ctx, "陈秀珍", phone, "jz.w.a")
		must(err)
		n := proposal.NewMember{ID: new7(), Name: friend.Name, Phone: phone, Role: "member"}
		must(h.Proposals.Invite(ctx, led, pid, n))
		must(h.Proposals.Accept(ctx, friend, n.ID, proposal.Answer{Version: 1, Agree: true, Age: "adult"}))
	}
	for _, f := range before {
		f(h, led, pid)
	}
	_, err = h.Proposals.Submit(ctx, led, pid, 2, noon)
	must(err)
	return h, tokens, lead, pid
}

// A lead lets neighbours look, one of them supports, the community hides a word, the lead ends it: all by forms alone.
func TestTheGalleryByFormsAlone(t *testing.T) {
	h, tokens, lead, pid := showcase(t)
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
	see := func(text string, want bool, words ...string) {
		t.Helper()
		for _, w := range words {
			if strings.Contains(text, w) != want {
				t.Errorf("%q is there: %v", w, !want)
			}
		}
	}
	neighbour, staff := tokens[identity.Resident], tokens[identity.CommunityStaff]
	see(get("/gallery", "", 200), false, "旧衣改造坊")
	get("/gallery/"+pid, "", 404)
	see(get("/proposals/"+pid, lead, 200), true, "/proposals/"+pid+"/gallery")
	get("/proposals/"+pid+"/gallery", neighbour, 404)
	post("/proposals/"+pid+"/gallery", neighbour, 404, "agree", "1")
	see(get("/proposals/"+pid+"/gallery", lead, 200), true, "周**", "愿意让街坊先看看")
	post("/proposals/"+pid+"/gallery", lead, 303, "agree", "1")
	for _, path := range []string{"/gallery", "/gallery?q=" + url.QueryEscape("旧衣"), "/gallery?q=jygz", "/gallery?kind=proposal&place=jz.w&colour=orange&category=mutual_aid&stage=collecting"} {
		text := strings.NewReplacer("<mark>", "", "</mark>", "").Replace(get(path, "", 200))
		see(text, true, "旧衣改造坊")
		see(text, false, "周桂兰", "巧手队", "13900000002")
	}
	see(get("/projects", "", 200), false, "旧衣改造坊")
	see(get("/gallery?q="+url.QueryEscape("<b>河长"), "", 200), true, "没有找到「&lt;b&gt;河长」")
	see(get("/gallery/map", "", 200), true, "甲社区，1 个", "乙社区，0 个")
	see(get("/gallery/"+pid, "", 200), true, "登录后附议", "周**", "改出三百个布袋")
	see(post("/gallery/"+pid+"/support", neighbour, 422, "word", "请打 138-1234-5678"), true, "请不要写电话号码", "138-1234-5678")
	post("/gallery/"+pid+"/support", neighbour, 303, "word", "我会缝纫")
	post("/gallery/"+pid+"/support", lead, 409)
	see(get("/gallery/"+pid, "", 200), true, "我会缝纫", "某**", "<b>1</b>")
	hiding := regexp.MustCompile(`/gallery/[^"]*/hide\?person=([0-9a-f-]+)`).FindStringSubmatch(get("/gallery/"+pid, staff, 200))
	if hiding == nil {
		t.Fatal("staff cannot hide a word")
	}
	get("/gallery/"+pid+"/hide?person="+hiding[1], staff, 200)
	post("/gallery/"+pid+"/hide", neighbour, 403, "person", hiding[1], "reason", "不好")
	see(post("/gallery/"+pid+"/hide", staff, 422, "person", hiding[1]), true, "请写明为什么收起")
	post("/gallery/"+pid+"/hide", staff, 303, "person", hiding[1], "reason", "写了别人的名字")
	see(get("/gallery/"+pid, "", 200), false, "我会缝纫")
	post("/gallery/"+pid+"/unsupport", neighbour, 303)
	see(get("/gallery/"+pid, "", 200), true, "<b>0</b>")
	post("/proposals/"+pid+"/gallery", lead, 303)
	get("/gallery/"+pid, "", 404)
	see(get("/gallery", "", 200), false, "旧衣改造坊")
	var said strings.Builder
	if err := h.check(t.Context(), &said); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
}

// The first visit to the gallery, with everything a browser fetches but the photos, is at most 60 KB (UX R1), and the page
// itself stays small with a full list.
func TestTheGalleryIsLight(t *testing.T) {
	h, _, lead, pid := showcase(t)
	app := h.App()
	f, err := h.Accounts.Visit(t.Context(), lead)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Gallery.Show(t.Context(), f.Actor, pid, gallery.Wish{Agree: true}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/gallery", "/gallery/map", "/gallery/" + pid} {
		page, _, _ := send(t, app, http.MethodGet, path, "", nil)
		total, assets := zipped(t, page), 0
		for _, m := range regexp.MustCompile(`(?:href|src)="(/static/[^"#]+\.(?:css|js|svg))`).FindAllStringSubmatch(page, -1) {
			text, status, _ := send(t, app, http.MethodGet, m[1], "", nil)
			if status != 200 {
				t.Errorf("%s: %d", m[1], status)
			}
			total += zipped(t, text)
			assets++
		}
		t.Logf("%s: %d bytes zipped, page %d", path, total, zipped(t, page))
		if total > 60_000 || zipped(t, page) > 8_000 || assets < 2 {
			t.Errorf("%s: %d bytes, %d of them the page, %d other files", path, total, zipped(t, page), assets)
		}
	}
}

func zipped(t *testing.T, text string) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}
