package proposal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// langs walks a story in both languages.
func langs(t *testing.T, walk func(h *house)) {
	for _, lang := range []string{"zh", "en"} {
		t.Run(lang, func(t *testing.T) {
			h := newHouse(t)
			h.lang = lang
			walk(h)
		})
	}
}

var (
	merges     = regexp.MustCompile(`/merges/[0-9a-f-]+/agree`)
	accepts    = regexp.MustCompile(`/invitations/[0-9a-f-]+/accept`)
	chiefGrant = identity.Grant{Role: identity.SubdistrictHead, Place: "jz.wuhan"}
)

// paper is the smallest PDF a person could scan.
const paper = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// sends posts a form with a file.
func (h *house) sends(who, path string, values map[string]string, field, content string, status int) answer {
	h.Helper()
	m := hmac.New(sha256.New, []byte("secret"))
	m.Write([]byte("form\x00" + h.tokens[who]))
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	h.do(w.WriteField("_token", hex.EncodeToString(m.Sum(nil)[:16])))
	for name, v := range values {
		h.do(w.WriteField(name, v))
	}
	part, err := w.CreateFormFile(field, "minutes.pdf")
	h.do(err)
	_, err = part.Write([]byte(content))
	h.do(err)
	h.do(w.Close())
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return h.checked(h.send(r, who), status)
}

func TestTheStreetLooksAtARefusal(t *testing.T) {
	langs(t, func(h *house) {
		h.enlist("Chief", "jz.wuhan.dianchang", chiefGrant)
		at := h.submitted()
		desk := "/desk" + at
		page := h.get("Head", desk, 200)
		h.sends("Head", desk+"/refuse", map[string]string{"version": page.version(h.T, desk+"/endorse"), "opinion": "No room"}, "meeting", "not a paper", 422)
		h.sends("Head", desk+"/refuse", map[string]string{"version": page.version(h.T, desk+"/endorse"), "opinion": "No room", "held_on": "2026-05-19"}, "meeting", paper, 303)
		h.get("Head", desk, 200).says(h.T, "minutes.pdf")
		own := h.get("Zhou", at, 200)
		if strings.Contains(own.text, "minutes.pdf") {
			h.Error("the team sees the community's minutes")
		}
		h.post("Zhou", at+"/ask", url.Values{"version": {own.version(h.T, at+"/ask")}, "plea": {"The hall is free"}}, 303)
		h.get("Zhou", at, 200)
		h.get("Chief", "/desk/proposals?flag=asked", 200).says(h.T, "JZ-01-R0001")
		page = h.get("Chief", desk, 200)
		page.says(h.T, "The hall is free")
		h.post("Chief", desk+"/refuse", url.Values{"version": {page.version(h.T, desk+"/endorse")}}, 422)
		h.post("Chief", desk+"/endorse", url.Values{"version": {page.version(h.T, desk+"/endorse")}, "opinion": {"The hall it is"}}, 303)
		h.get("Head", desk, 200).says(h.T, "No room")
		h.get("Zhou", at, 200).says(h.T, "The hall it is")
	})
}

func TestWhatWasChangedIsShown(t *testing.T) {
	langs(t, func(h *house) {
		lang := h.lang
		at := h.submitted()
		desk := "/desk" + at
		page := h.get("Head", desk, 200)
		h.post("Head", desk+"/return", url.Values{"version": {page.version(h.T, desk+"/return")}, "reasons": {"price"}, "parts.3.section": {"budget"}, "parts.3.text": {"Ask two shops"}}, 303)
		h.get("Head", desk+"/changes", 404)
		h.lang = "zh" // the form shows the reason as it was written, ready sentences too
		edit := h.get("Zhou", at+"/edit", 200)
		values := filled(edit.version(h.T, at))
		values.Set("goal", "Three hundred Bags")
		values.Set("lines.0.unit_price", "35")
		values.Set("activities.0.times", "9")
		h.post("Zhou", at, values, 303)
		edit = h.get("Zhou", at+"/edit", 200)
		h.lang = lang
		h.get("Zhou", at+"/changes", 200).says(h.T, "Ask two shops")
		h.post("Zhou", at+"/submit", url.Values{"version": {edit.version(h.T, at)}}, 303)
		h.get("Head", desk, 200).says(h.T, desk+"/changes")
		changes := h.get("Head", desk+"/changes", 200)
		for _, text := range []string{"Three", "¥35", "¥40", "−¥200", "<del class=\"gone\">", "<ins class=\"come\">"} {
			changes.says(h.T, text)
		}
		h.get("Head", desk+"/changes?from=1&to=2", 200)
		h.get("Head", desk+"/changes?from=2&to=1", 404)
		h.get("Head", desk+"/changes?from=x", 404)
		h.get("Other", desk+"/changes", 404)
		h.get("Chen", at+"/changes", 200)
		h.get("Wang", at+"/changes", 404)
	})
}

func TestCopiesBesideEachOther(t *testing.T) {
	langs(t, func(h *house) {
		first := h.submittedAs("Zhou", long)
		second := h.submittedAs("Wang", long)
		h.hears(first)
		h.hears(second)
		desk := "/desk" + second
		h.get("Head", "/desk/proposals?flag=alike", 200).says(h.T, "JZ-01-R0002")
		page := h.get("Head", desk, 200)
		beside := desk + "/alike/" + strings.TrimPrefix(first, "/proposals/")
		page.says(h.T, beside)
		h.get("Head", beside, 200).says(h.T, `<mark class="both">`)
		h.get("Other", beside, 404)
		h.get("Head", desk+"/alike/"+newID(), 404)
		h.post("Head", beside, url.Values{}, 422)
		h.post("Head", beside, url.Values{"same": {"no"}, "note": {"Two houses"}}, 303)
		h.post("Street", beside, url.Values{"same": {"yes"}, "note": {"One house"}}, 409)
		h.get("Head", beside, 200).says(h.T, "Two houses")
		// Merging: asked by the community, agreed by both.
		h.post("Head", desk+"/merge", url.Values{"keep": {"this"}}, 422)
		h.post("Head", desk+"/merge", url.Values{"keep": {"this"}, "other": {strings.TrimPrefix(first, "/proposals/")}, "merge_reason": {"One idea"}}, 303)
		h.get("Head", desk, 200).says(h.T, "One idea")
		for _, who := range []string{"Zhou", "Wang"} {
			at := map[string]string{"Zhou": first, "Wang": second}[who]
			own := h.get(who, at, 200)
			own.says(h.T, "One idea")
			action := merges.FindString(own.text)
			h.post(who, action, url.Values{"version": {own.version(h.T, action)}}, 303)
			h.get(who, at, 200)
		}
		h.get("Zhou", first, 200).says(h.T, "JZ-01-R0002")
		h.get("Head", "/desk"+first, 200).says(h.T, "JZ-01-R0002")
		h.get("Zhou", "/invitations", 200)
	})
}

func TestTheLeadHearsOfSimilarOnesBeforeSubmitting(t *testing.T) {
	langs(t, func(h *house) {
		h.hears(h.submittedAs("Zhou", long))
		a := h.post("Wang", "/editions/"+h.edition.ID+"/proposals", url.Values{}, 303)
		at := strings.TrimSuffix(a.Header.Get("Location"), "/edit")
		values := filled(h.get("Wang", at+"/edit", 200).version(h.T, at))
		values.Set("method", long)
		h.post("Wang", at, values, 303)
		h.get("Wang", at+"/check", 200).says(h.T, map[string]string{"zh": "类似的项目已有 1 个", "en": "There are already 1 similar projects"}[h.lang])
	})
}

const long = "Every Saturday morning four retired tailors sit in the old bicycle shed and show whoever comes how a worn coat becomes a bag, an apron or a cushion for the bench at the gate."

// submittedAs is a proposal handed in by one lead with this method; the members are shared, as the limits allow.
func (h *house) submittedAs(who, method string) string {
	h.Helper()
	a := h.post(who, "/editions/"+h.edition.ID+"/proposals", url.Values{}, 303)
	at := strings.TrimSuffix(a.Header.Get("Location"), "/edit")
	values := filled(h.get(who, at+"/edit", 200).version(h.T, at))
	values.Set("method", method)
	h.post(who, at, values, 303)
	for _, name := range []string{"Chen", "Liu"} {
		h.post(who, at+"/members", url.Values{"name": {name}, "phone": {h.phones[name]}, "role": {"member"}}, 303)
		page := h.get(name, "/invitations", 200)
		action := accepts.FindString(page.text)
		h.post(name, action, url.Values{"version": {page.version(h.T, action)}, "age": {"adult"}, "agree": {"true"}}, 303)
	}
	check := h.get(who, at+"/check", 200)
	h.post(who, at+"/submit", url.Values{"version": {check.version(h.T, at+"/submit")}}, 303)
	return at
}

// hears compares a proposal's text, as the listener does.
func (h *house) hears(at string) {
	h.Helper()
	book := proposal.New(h.db, h.clock, h.accounts)
	h.do(h.db.Change(context.Background(), func(tx pg.Tx) error {
		return book.HearHandedIn(context.Background(), tx, proposal.HandedIn{ProposalID: strings.TrimPrefix(at, "/proposals/")})
	}))
}
