package proposal

import (
	"net/url"
	"strings"
	"testing"
)

// From the district's page a proposal is declared void with its document; the lead reads why, the list is the district's,
// and the ban is lifted there with a reason.
func TestADecisionThatAProposalIsVoid(t *testing.T) {
	langs(t, func(h *house) {
		at := h.submitted()
		desk := "/desk" + at
		if page := h.get("Head", desk, 200); strings.Contains(page.text, desk+"/void") {
			h.Error("the community is offered the decision")
		}
		page := h.get("Director", desk, 200)
		values := map[string]string{"version": page.version(h.T, desk+"/void"), "code": "false", "reason": "The photos are of another street"}
		h.sends("Head", desk+"/void", values, "decision", paper, 403)
		h.sends("Director", desk+"/void", values, "decision", paper, 422).says(h.T, "another street") // not ticked: what was typed stays
		values["sure"] = "true"
		h.sends("Director", desk+"/void", values, "decision", paper, 303)
		h.get("Director", desk, 200).says(h.T, "another street")
		h.get("Zhou", at, 200).says(h.T, "another street")
		h.get("Zhou", "/desk/bans", 403)
		h.get("Street", "/desk/bans", 403)
		list := h.get("Director", "/desk/bans", 200)
		list.says(h.T, "JZ-01-R0001")
		_, lift, _ := strings.Cut(list.text, `action="/desk/bans/`)
		lift, _, _ = strings.Cut(lift, `"`)
		h.post("Staff", "/desk/bans/"+lift, url.Values{"reason": {"I think so"}}, 403)
		h.post("Director", "/desk/bans/"+lift, url.Values{}, 422)
		h.post("Director", "/desk/bans/"+lift, url.Values{"reason": {"Not theirs"}}, 303)
		h.get("Director", "/desk/bans", 200).says(h.T, "Not theirs")
	})
}
