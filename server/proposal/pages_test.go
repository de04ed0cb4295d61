package proposal

import (
	"log/slog"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/proposal"
	"seedbed/server/web"
)

func filled(version string) url.Values {
	return url.Values{"version": {version}, "title": {"Old clothes workshop"}, "pitch": {"Bags from old clothes"}, "track": {"resident_team"}, "category": {"mutual_aid"}, "colour": {"orange"},
		"team_name": {"Deft hands"}, "venue": {"Room"}, "starts_on": {"2026-07-20"}, "ends_on": {"2026-12-01"}, "problem": {"Old clothes\r\non the stairs"}, "affected": {"elders", "all"},
		"how_found": {"own_life"}, "goal": {"Bags"}, "method": {"Sewing"}, "activities.0.name": {"Lesson"}, "activities.0.times": {"８"}, "activities.0.people": {"20"},
		"act_target": {"8"}, "served_target": {"160"}, "people_target": {"60"}, "lines.0.item": {"Cloth"}, "lines.0.category": {"M"}, "lines.0.unit_price": {"¥40"}, "lines.0.qty": {"40"},
		"lines.2.item": {"Posters"}, "lines.2.category": {"P"}, "lines.2.unit_price": {"100"}, "lines.2.qty": {"2"},
		"declared": {"own_idea", "one_fund", "audit", "adult", "no_conflict", "privacy"}}
}

// started begins a draft of Zhou's and gives its address.
func (h *house) started() string {
	h.Helper()
	a := h.post("Zhou", "/editions/"+h.edition.ID+"/proposals", url.Values{}, 303)
	return strings.TrimSuffix(a.Header.Get("Location"), "/edit")
}

// joined has Chen and Liu asked into the team, and both say yes.
func (h *house) joined(at string) {
	h.Helper()
	for _, name := range []string{"Chen", "Liu"} {
		h.post("Zhou", at+"/members", url.Values{"name": {name}, "phone": {h.phones[name]}, "role": {"member"}}, 303)
		page := h.get(name, "/invitations", 200)
		action := regexp.MustCompile(`/invitations/[0-9a-f-]+/accept`).FindString(page.text)
		h.post(name, action, url.Values{"version": {page.version(h.T, action)}, "age": {"adult"}}, 422).says(h.T, map[string]string{"zh": "打勾", "en": "tick the box"}[h.lang])
		h.post(name, action, url.Values{"version": {page.version(h.T, action)}, "age": {"adult"}, "agree": {"true"}}, 303)
	}
}

func TestFromIdeaToReceipt(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			h.lang = lang
			at := h.started()
			edit := h.get("Zhou", at+"/edit", 200)
			a := h.post("Zhou", at, filled(edit.version(t, at)), 303)
			if a.Header.Get("Location") != at+"/edit" {
				t.Errorf("saved and sent to %s", a.Header.Get("Location"))
			}
			h.get("Zhou", at+"/check", 200)
			h.joined(at)
			h.get("Zhou", at+"/team", 200)
			h.get("Zhou", at, 200)
			check := h.get("Zhou", at+"/check", 200)
			button := url.Values{"version": {check.version(t, at+"/submit")}}
			for range 2 { // pressed twice
				if a := h.post("Zhou", at+"/submit", button, 303); a.Header.Get("Location") != at+"/receipt" {
					t.Errorf("submitted and sent to %s", a.Header.Get("Location"))
				}
			}
			receipt := h.get("Zhou", at+"/receipt", 200)
			receipt.says(t, "JZ-01-R0001")
			receipt.says(t, "2026-05-20 12:00:00")
			h.get("Zhou", at+"/print", 200).says(t, "JZ-01-R0001")
			h.get("Zhou", at, 200)
			h.get("Zhou", at+"/edit", 303)
		})
	}
}

func TestTheDesksPages(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			h.lang = lang
			at := h.submitted()
			h.get("Head", "/desk/proposals?state=submitted&place=jz.wuhan.dianchang&edition="+h.edition.ID, 200).says(t, "JZ-01-R0001")
			desk := "/desk" + at
			page := h.get("Head", desk, 200)
			h.post("Head", desk+"/endorse", url.Values{"version": {page.version(t, desk+"/endorse")}}, 422)
			h.post("Head", desk+"/return", url.Values{"version": {page.version(t, desk+"/return")}}, 422)
			h.post("Head", desk+"/return", url.Values{"version": {page.version(t, desk+"/return")}, "note": {"Cheaper posters"}}, 303)
			h.get("Head", desk, 200)
			h.get("Zhou", at, 200)
			edit := h.get("Zhou", at+"/edit", 200)
			edit.says(t, "Cheaper posters")
			h.post("Zhou", at+"/submit", url.Values{"version": {edit.version(t, at)}}, 303)
			page = h.get("Head", desk, 200)
			h.post("Head", desk+"/endorse", url.Values{"version": {page.version(t, desk+"/endorse")}, "opinion": {"True"}}, 303)
			page = h.get("Street", desk, 200)
			list := url.Values{"version": {page.version(t, desk+"/examine")}}
			h.post("Street", desk+"/examine", list, 422)
			for i, item := range proposal.CheckItems {
				list.Set("items."+strconv.Itoa(i)+".code", item.Code)
				list.Set("items."+strconv.Itoa(i)+".result", "pass")
			}
			list.Set("items.9.result", "fail")
			list.Set("items.9.note", "No room")
			list.Set("reason", "No room")
			list.Set("preset", "1")
			h.post("Street", desk+"/examine", list, 422)
			list.Set("looked", "true")
			h.post("Street", desk+"/examine", list, 303)
			own := h.get("Zhou", at, 200)
			own.says(t, "No room")
			h.post("Zhou", at+"/appeal", url.Values{"version": {own.version(t, at+"/appeal")}}, 422)
			h.post("Zhou", at+"/appeal", url.Values{"version": {own.version(t, at+"/appeal")}, "plea": {"There is a room"}}, 303)
			h.get("Zhou", at, 200).says(t, "There is a room")
			page = h.get("Staff", desk, 200)
			h.post("Staff", desk+"/uphold", url.Values{"version": {page.version(t, desk+"/uphold")}}, 422)
			h.post("Staff", desk+"/dismiss", url.Values{"version": {"1"}, "reason": {"x"}}, 409)
			h.post("Staff", desk+"/uphold", url.Values{"version": {page.version(t, desk+"/uphold")}, "reason": {"A room was found"}}, 303)
			h.get("Staff", desk, 200)
			h.get("Zhou", at, 200)
		})
	}
}

// submitted is a proposal of Zhou's, handed in, and its address.
func (h *house) submitted() string {
	h.Helper()
	at := h.started()
	h.post("Zhou", at, filled(h.get("Zhou", at+"/edit", 200).version(h.T, at)), 303)
	h.joined(at)
	h.post("Zhou", at+"/submit", url.Values{"version": {"2"}}, 303)
	return at
}

// A busy house does not make anybody late: the moment the request came decides, and is what the receipt says.
func TestTheMomentOfArrivalDecides(t *testing.T) {
	h := newHouse(t)
	at := h.started()
	h.post("Zhou", at, filled(h.get("Zhou", at+"/edit", 200).version(t, at)), 303)
	h.joined(at)
	h.clock.Set(h.edition.ClosesAt.Add(-time.Second))
	h.enter("Zhou")                                              // the session of three weeks ago has ended
	late := clock.NewManual(h.edition.ClosesAt.Add(time.Minute)) // the hand-ins' own clock, by the time it is their turn
	site := &web.Site{Accounts: h.accounts, Clock: h.clock, Log: slog.New(slog.DiscardHandler), Secret: []byte("secret")}
	h.app = web.New(site, Routes(proposal.New(h.db, late, h.accounts), h.db, h.store, late))
	h.post("Zhou", at+"/submit", url.Values{"version": {"2"}}, 303)
	h.get("Zhou", at+"/receipt", 200).says(t, h.edition.ClosesAt.Add(-time.Second).In(clock.Shanghai).Format(time.DateTime))
}

func TestTheFormWorksWithoutAScript(t *testing.T) {
	h := newHouse(t)
	at := h.started()
	form := filled("1")
	form.Set("then", "add-line")
	a := h.post("Zhou", at, form, 303)
	if a.Header.Get("Location") != at+"/edit/budget?add=line#s-budget" {
		t.Fatalf("sent to %s", a.Header.Get("Location"))
	}
	page := h.get("Zhou", at+"/edit/budget?add=line", 200)
	if n := strings.Count(page.text, ".unit_price\""); n < 3 || !strings.Contains(page.text, `name="lines.2.item"`) {
		t.Error("there is no row more")
	}
	page.says(t, "¥1,800") // the blank row between the two is gone, the sum is of both
	if strings.Contains(page.text, `name="lines.3.item"`) {
		t.Error("the blank row was kept")
	}
	bad := filled(page.version(t, at))
	bad.Set("lines.0.unit_price", "forty")
	bad.Set("title", strings.Repeat("t", 31))
	wrong := h.post("Zhou", at, bad, 422)
	wrong.says(t, `value="forty"`)
	wrong.says(t, "请填写金额")
	bad.Set("lines.0.unit_price", "40")
	h.post("Zhou", at, bad, 422).says(t, "最多 30 个字，现在是 31 个字")
	if strings.Contains(h.get("Zhou", at+"/edit/card", 200).text, "ttttt") {
		t.Error("what was refused was kept")
	}
	quiet := filled(page.version(t, at))
	quiet.Set("autosave", "1")
	if a := h.post("Zhou", at, quiet, 200); !regexp.MustCompile(`"saved":"12:00".*"version":2[,}]`).MatchString(a.text) {
		t.Errorf("the script hears %s", a.text)
	}
}

func TestAStaleSaveKeepsWhatWasTyped(t *testing.T) {
	h := newHouse(t)
	at := h.started()
	h.post("Zhou", at, filled("1"), 303)
	h.joined(at)
	theirs := filled("2")
	theirs.Set("title", "Title of Chen")
	h.post("Chen", at, theirs, 303)
	mine := filled("2")
	mine.Set("title", "Title of Zhou")
	page := h.post("Zhou", at, mine, 409)
	page.says(t, `value="Title of Zhou"`)
	page.says(t, "刚才有人也改了这一页")
	page.says(t, "Title of Chen")
	mine.Set("version", page.version(t, at))
	mine.Set("clash", "title")
	h.post("Zhou", at, mine, 409).says(t, "Title of Chen") // nothing is chosen yet
	h.get("Zhou", at+"/edit/card", 200).says(t, `value="Title of Chen"`)
	mine.Set("keep.title", "mine")
	h.post("Zhou", at, mine, 303)
	h.get("Zhou", at+"/edit/card", 200).says(t, `value="Title of Zhou"`)

	h.clock.Set(*h.edition.ClosesAt)
	h.enter("Zhou") // the old session has ended meanwhile
	late := h.post("Zhou", at, filled("4"), 409)
	late.says(t, "申报已在 2026-06-13 12:00 截止")
	late.says(t, `value="Old clothes workshop"`)
	h.post("Zhou", at+"/submit", url.Values{"version": {"4"}}, 409).says(t, "截止")
	h.get("Zhou", at+"/print", 200).says(t, "草稿，没有提交")
}

func TestOutOfSight(t *testing.T) {
	h := newHouse(t)
	draft := h.started()
	for _, who := range []string{"Wang", "Head", "Staff", "Director"} {
		for _, path := range []string{draft, draft + "/edit", draft + "/check", draft + "/receipt", draft + "/print", draft + "/team"} {
			h.get(who, path, 404)
		}
		h.post(who, draft, filled("1"), 404)
		h.post(who, draft+"/submit", url.Values{"version": {"1"}}, 404)
		h.post(who, draft+"/members", url.Values{"name": {"X"}, "phone": {"13911112222"}, "role": {"member"}}, 404)
		h.post(who, draft+"/withdraw", url.Values{"version": {"1"}}, 404)
	}
	h.get("Head", "/desk"+draft, 404)
	h.get("Zhou", draft+"/receipt", 404)
	h.get("nobody", draft, 404)
	h.get("nobody", draft+"/edit", 303)
	h.get("Zhou", "/proposals/not-an-id", 404)

	h.post("Zhou", draft, filled("1"), 303)
	h.joined(draft)
	h.post("Zhou", draft+"/submit", url.Values{"version": {"2"}}, 303)
	h.get("Head", draft, 303) // the desk has its own page of it
	for _, who := range []string{"Other", "Wang"} {
		h.get(who, draft, 404)
	}
	h.get("Other", "/desk"+draft, 404)
	h.post("Other", "/desk"+draft+"/endorse", url.Values{"version": {"2"}, "opinion": {"fine"}}, 404)
	h.post("Wang", "/desk"+draft+"/endorse", url.Values{"version": {"2"}, "opinion": {"fine"}}, 403)
	h.post("Street", "/desk"+draft+"/uphold", url.Values{"version": {"2"}, "reason": {"fine"}}, 403)
	if strings.Contains(h.get("Other", "/desk/proposals?place=jz.wuhan.dianchang", 200).text, "JZ-01-R0001") {
		t.Error("the other community's list shows it")
	}
}
