package proposal

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"seedbed/storage/pg"
)

// scanned opens a scanned address and gives the cookie that carries its secret part on.
func (h *house) scanned(who, address string) string {
	h.Helper()
	_, path, _ := strings.Cut(address, "localhost")
	r := httptest.NewRequest("GET", path, nil)
	a := h.checked(h.send(r, who), 303)
	if to := a.Header.Get("Location"); strings.Contains(to, "k=") {
		h.Errorf("the secret part stays in the address: %s", to)
	}
	for _, cookie := range a.Header["Set-Cookie"] {
		if strings.HasPrefix(cookie, "seedbed_join=") || strings.HasPrefix(cookie, "seedbed_guardian=") {
			return strings.Split(cookie, ";")[0]
		}
	}
	h.Fatal("nothing carries the secret part on")
	return ""
}

// with asks as somebody whose browser carries a cookie more.
func (h *house) with(who, cookie, method, path string, values url.Values, status int) answer {
	h.Helper()
	kept := h.cookies
	h.cookies = "; " + cookie
	defer func() { h.cookies = kept }()
	if method == http.MethodGet {
		return h.get(who, path, status)
	}
	return h.post(who, path, values, status)
}

// seatOf is the id of somebody's membership.
func (h *house) seatOf(who string) string {
	h.Helper()
	id, err := pg.Value[string](context.Background(), h.db, `select id::text from team_member where person_id = @me::uuid and state = 'accepted'`, pg.Args{"me": h.people[who].ID})
	h.do(err)
	return id
}

var (
	toScan   = regexp.MustCompile(`data-copy="(http://localhost/[^"]+)"`)
	applyFor = regexp.MustCompile(`name="want" type="radio" value="([0-9a-f-]+)"|value="([0-9a-f-]+)"[^>]*name="want"|name="want"[^>]*value="([0-9a-f-]+)"`)
)

func firstOf(m []string) string {
	for _, s := range m[1:] {
		if s != "" {
			return s
		}
	}
	return ""
}

func TestATeamFindsItsPeople(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			h.lang = lang
			at := h.started()
			h.post("Zhou", at, filled(h.get("Zhou", at+"/edit", 200).version(t, at)), 303)
			h.joined(at)
			h.get("Zhou", at+"/recruit?skill=craft&time=nonsense", 200).says(h.T, map[string]string{"zh": "能人库里可能合适的邻居", "en": "Neighbours of the talent bank"}[h.lang])
			h.get("Chen", at+"/recruit", 403)
			h.get("Wang", at+"/recruit", 404)
			want := url.Values{"version": {"0"}, "id": {newID()}, "task": {"Teach sewing"}, "time_text": {"Saturdays"}, "place_text": {"Room"}, "risk": {"Scissors"}, "want_role": {"member"}, "least": {"adult"}, "wanted": {"1"}}
			h.post("Zhou", at+"/post", url.Values{"version": {"0"}, "post_title": {"Sewers wanted"}, "intro": {"Bags"}}, 422)
			bad := url.Values{"version": {"0"}, "task": {"Teach sewing"}}
			h.post("Zhou", at+"/wants", bad, 422).says(t, "Teach sewing")
			h.post("Zhou", at+"/wants", want, 303)
			h.post("Zhou", at+"/post", url.Values{"version": {"0"}, "post_title": {"Sewers wanted"}, "intro": {"Bags"}}, 303)
			h.get("Zhou", at+"/recruit", 200)
			h.get("Zhou", at+"/poster", 200).says(t, `class="qr"`)
			h.get("", "/recruit?skill=sewing", 200).says(t, "Sewers wanted")
			public := "/recruit/" + strings.TrimPrefix(at, "/proposals/")
			visitor := h.get("", public, 200)
			visitor.says(t, "/login?next="+public)
			if strings.Contains(visitor.text, "Zhou") || strings.Contains(visitor.text, "Old clothes") {
				t.Error("the public page shows more than the lead chose")
			}
			page := h.get("Wang", public, 200)
			form := url.Values{"id": {newID()}, "want": {firstOf(applyFor.FindStringSubmatch(page.text))}}
			h.post("Wang", public, form, 422)
			form.Set("age", "adult")
			form.Set("agree", "true")
			form.Set("wish", "I sew well")
			h.post("Wang", public, form, 303)
			h.get("Wang", "/invitations", 200)
			team := h.get("Zhou", at+"/team", 200)
			team.says(t, "I sew well")
			admit := regexp.MustCompile(regexp.QuoteMeta(at) + `/members/[0-9a-f-]+/admit`).FindString(team.text)
			h.post("Zhou", strings.Replace(admit, "/admit", "/turn-down", 1), url.Values{"version": {"1"}}, 422)
			h.post("Zhou", admit, url.Values{"version": {"1"}}, 303)
			h.post("Zhou", at+"/comments", url.Values{"section": {"plan"}}, 422)
			h.post("Zhou", at+"/comments", url.Values{"id": {newID()}, "section": {"plan"}, "body": {"Fewer lessons?"}}, 303)
			h.get("Wang", at+"/comments", 200).says(t, "Fewer lessons?")
			h.votes(at)
		})
	}
}

// votes has the team vote for Chen and the community confirm it.
func (h *house) votes(at string) {
	h.Helper()
	h.post("Zhou", at+"/submit", url.Values{"version": {"2"}}, 303)
	h.get("Chen", at+"/handover", 200)
	h.post("Chen", at+"/handover", url.Values{}, 422)
	form := url.Values{"handover_id": {newID()}, "member": {h.seatOf("Chen")}, "reason": {"Zhou moves away"}}
	h.post("Chen", at+"/handover", form, 303)
	h.get("Liu", at+"/handover", 200).says(h.T, "Zhou moves away")
	cast := at + "/handover/" + form.Get("handover_id") + "/cast"
	h.post("Chen", cast, url.Values{"yes": {"true"}}, 422)
	h.post("Chen", cast, url.Values{"yes": {"true"}, "adult": {"true"}}, 303)
	for _, who := range []string{"Liu", "Wang"} {
		h.post(who, cast, url.Values{"yes": {"true"}}, 303)
	}
	h.get("Zhou", at+"/handover", 200)
	h.get("Head", "/desk/handovers", 200).says(h.T, "Zhou moves away")
	confirm := "/desk/handovers/" + form.Get("handover_id")
	h.post("Head", confirm, url.Values{"version": {"2"}, "yes": {"false"}}, 422)
	h.post("Head", confirm, url.Values{"version": {"2"}, "yes": {"true"}}, 303)
	h.get("Chen", at+"/recruit", 200)
	h.get("Zhou", at+"/recruit", 403)
}

func TestScanningOneCodeIsEnough(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			h.lang = lang
			at := h.started()
			h.post("Zhou", at, filled("1"), 303)
			h.post("Zhou", at+"/links", url.Values{"link_role": {"member"}}, 422)
			made := h.post("Zhou", at+"/links", url.Values{"link_role": {"helper"}, "most": {"3"}, "days": {"7"}}, 303)
			page := h.get("Zhou", made.Header.Get("Location"), 200)
			page.says(t, `class="qr"`)
			address := toScan.FindStringSubmatch(page.text)
			if address == nil {
				t.Fatal("no address to scan on the page")
			}
			h.get("", "/join", 200) // without a code it says so
			cookie := h.scanned("", address[1])
			h.with("", cookie, "GET", "/join", nil, 200).says(t, "/login?next=/join")
			h.with("Wang", cookie, "GET", "/join", nil, 200)
			h.with("Wang", cookie, "POST", "/join", url.Values{}, 422)
			in := h.with("Wang", cookie, "POST", "/join", url.Values{"id": {newID()}, "age": {"14_15"}, "agree": {"true"}, "guardian_name": {"Mother"}, "guardian_phone": {"13700000001"}}, 303)
			if to := in.Header.Get("Location"); to != "/invitations" {
				t.Errorf("a child was sent to %s", to)
			}
			mine := h.get("Wang", "/invitations", 200)
			code := h.get("Wang", regexp.MustCompile(`/guardians/[0-9a-f-]+`).FindString(mine.text), 200)
			care := h.scanned("", toScan.FindStringSubmatch(code.text)[1])
			h.with("", care, "GET", "/guardian", nil, 200).says(t, "W**")
			h.get("Liu", regexp.MustCompile(`/guardians/[0-9a-f-]+`).FindString(mine.text), 404)
			h.get("", "/guardian", 200)
		})
	}
}
