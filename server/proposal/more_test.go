package proposal

import (
	"net/url"
	"strings"
	"testing"
)

// What comes from elsewhere is written without any script, a row at a time, and is on every page that shows the proposal.
func TestFundingFromTheFormToThePrintedBook(t *testing.T) {
	langs(t, func(h *house) {
		at := h.started()
		edit := h.get("Zhou", at+"/edit/budget", 200)
		first := filled(edit.version(t, at))
		for name, value := range map[string]string{"then": "add-funding", "funding.0.source": "Union", "funding.0.kind": "public", "funding.0.amount": "2000"} {
			first.Set(name, value)
		}
		a := h.post("Zhou", at, first, 303)
		if got := a.Header.Get("Location"); got != at+"/edit/budget?add=funding#elsewhere" {
			t.Errorf("one more row leads to %s", got)
		}
		more := h.get("Zhou", at+"/edit/budget?add=funding", 200)
		for _, text := range []string{`value="Union"`, `name="funding.1.source"`, `<details class="sec" id="elsewhere" open>`} {
			if !strings.Contains(more.text, text) {
				t.Errorf("the step lacks %s", text)
			}
		}
		wrong := url.Values{"version": {more.version(t, at)}, "step": {"budget"}, "funding.0.source": {"Union"}, "funding.0.kind": {"public"}, "funding.0.amount": {"two thousand"}}
		if back := h.post("Zhou", at, wrong, 422); !strings.Contains(back.text, `value="two thousand"`) {
			t.Error("what was typed wrongly is gone")
		}
		for _, page := range []string{at + "/check", at + "/print", at} {
			h.get("Zhou", page, 200).says(t, "Union")
		}
		h.get("Zhou", at+"/print", 200).says(t, map[string]string{"zh": "别处来的支持", "en": "Support from elsewhere"}[h.lang])
	})
}

func TestReturnedFormListsEachThingToChange(t *testing.T) {
	langs(t, func(h *house) {
		at := h.submitted()
		desk := "/desk" + at
		page := h.get("Head", desk, 200)
		h.post("Head", desk+"/return", url.Values{"version": {page.version(t, desk+"/return")}, "reasons": {"price", "venue"}, "parts.2.section": {"plan"}, "parts.2.text": {"Say who opens the door"},
			"note": {"Come by on Monday"}}, 303)
		edit := h.get("Zhou", at+"/edit/budget", 200)
		edit.says(t, map[string]string{"zh": "请您改这 4 处：", "en": "Please change these 4 things:"}[h.lang])
		edit.says(t, "Say who opens the door")
		edit.says(t, "Come by on Monday")
		edit.says(t, map[string]string{"zh": "就在这一步", "en": "It is on this step"}[h.lang]) // the price is a matter of this one
		list := edit.text[strings.Index(edit.text, `class="points"`):]
		list = list[:strings.Index(list, "</ul>")]
		for _, link := range []string{at + "/edit/card", at + "/edit/plan"} {
			if strings.Count(list, `href="`+link+`"`) != 1 {
				t.Errorf("no way to %s in %s", link, list)
			}
		}
	})
}

func TestStandingWishOnTheCheckPage(t *testing.T) {
	langs(t, func(h *house) {
		at := h.started()
		hasty := filled(h.get("Zhou", at+"/edit", 200).version(t, at))
		hasty.Del("declared")
		h.post("Zhou", at, hasty, 303)
		check := h.get("Zhou", at+"/check", 200)
		if strings.Contains(check.text, `action="`+at+`/standing"`) {
			t.Error("offered before the promises are ticked")
		}
		h.post("Zhou", at+"/standing", url.Values{}, 409).says(t, map[string]string{"zh": "请先逐条看过", "en": "Please read and tick the promises first"}[h.lang])
		edit := h.get("Zhou", at+"/edit", 200)
		h.post("Zhou", at, filled(edit.version(t, at)), 303)
		if check = h.get("Zhou", at+"/check", 200); !strings.Contains(check.text, `action="`+at+`/standing"`) {
			t.Fatal("not offered")
		}
		for range 2 {
			h.post("Zhou", at+"/standing", url.Values{"id": {"01900000-0000-7000-8000-000000000001"}}, 303)
		}
		asked := h.get("Zhou", at+"/check", 200)
		asked.says(t, map[string]string{"zh": "已经选了", "en": "Chosen"}[h.lang])
		h.joined(at)
		if strings.Contains(h.get("Chen", at+"/check", 200).text, "/standing") {
			t.Error("a member may take the lead's wish back")
		}
		h.post("Chen", at+"/standing/drop", url.Values{"version": {"1"}}, 403)
		h.post("Zhou", at+"/standing/drop", url.Values{"version": {asked.version(t, at+"/standing/drop")}}, 303)
		if got := h.get("Zhou", at+"/check", 200); !strings.Contains(got.text, `action="`+at+`/standing"`) {
			t.Error("taken back and not offered again")
		}
	})
}
