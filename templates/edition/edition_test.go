package edition

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)

// call is an edition in a state, with everything a page can show.
func call(state string) edition.Call {
	closes, runs, ends := noon.AddDate(0, 0, 20), noon.AddDate(0, 2, 0), noon.AddDate(0, 8, 0)
	return edition.Call{Edition: edition.Edition{ID: "0190", Place: "jz", No: 4, Title: "第四届", TitleEn: "Fourth", Theme: "邻里同心", State: state, CallText: "欢迎\n申报", Contact: "0379-1234567",
		OpensAt: &noon, ClosesAt: &closes, RunsFrom: &runs, RunsTo: &ends, Rules: edition.DefaultRules(), Extended: state == edition.Open, ProposalsN: 7, Version: 3},
		Funds: []edition.Fund{{Name: "区财政专项", Kind: "budget", Amount: 100_000_00}, {Name: "福彩公益金", Kind: "lottery", Amount: 50_000_00, Categories: []string{"mutual_aid"}, DocNo: "京财 12 号"}},
		Why:   "赶上长假"}
}

func pages() map[string]templ.Component {
	missing := fault.Fields{}
	missing.Add("call_text", "请写好公告正文再发布")
	form := ui.Form{Values: map[string][]string{"version": {"3"}, "funds.0.name": {"区财政专项"}, "funds.1.categories": {"mutual_aid"}}, Wrong: missing}
	all := map[string]templ.Component{"nothing": List(nil, noon), "list": List([]edition.Edition{call(edition.Open).Edition, call(edition.Archived).Edition}, noon), "no desk": Desk(nil, noon, false),
		"desk": Desk([]edition.Edition{call(edition.Draft).Edition, call(edition.Running).Edition}, noon, true), "new": New(form, []ui.Option{{Value: "jz", Label: "京州"}, {Value: "qy", Label: "青云"}}),
		"terms": Terms(form, call(edition.Draft).Edition, true), "terms of a published call": Terms(form, call(edition.Open).Edition, true), "terms to read": Terms(form, call(edition.Running).Edition, false)}
	for _, s := range edition.States {
		all["call "+s.Code] = Call(CallPage{Call: call(s.Code), Fresh: "0191", Now: noon})
		all["desk "+s.Code] = One(DeskPage{Call: call(s.Code), Form: form, Missing: missing, Now: noon, CanPlan: true, CanPublish: true, CanReview: true, CanJudge: true})
		all["reader "+s.Code] = One(DeskPage{Call: call(s.Code), Now: noon})
	}
	for _, kind := range []string{Extend, Close, Cancel} {
		all[kind] = Decide(form, call(edition.Open).Edition, kind)
	}
	bare := edition.Call{Edition: edition.Edition{ID: "0190", Title: "第一届", State: edition.Draft}}
	all["bare call"], all["bare desk"] = Call(CallPage{Call: bare, Now: noon}), One(DeskPage{Call: bare, Now: noon})
	return all
}

func TestPages(t *testing.T) {
	for name, page := range pages() {
		for _, lang := range []string{"zh", "en"} {
			for _, by := range []identity.Actor{{}, {ID: "0192", Name: "王"}} {
				ctx := ui.WithFrame(words.With(context.Background(), lang), ui.Frame{Actor: by, Token: "t"})
				var b strings.Builder
				if err := page.Render(ctx, &b); err != nil {
					t.Fatalf("%s in %s: %v", name, lang, err)
				}
				sound(t, name+" in "+lang, b.String())
			}
		}
	}
}

// sound looks at what every page owes its readers: one heading, ids that are not repeated, labels that lead somewhere,
// and no sentence with a hole in it.
func sound(t *testing.T, name, page string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	heads, ids, fors := 0, map[string]int{}, []string{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "h1" {
			heads++
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "id":
				ids[a.Val]++
			case "for":
				fors = append(fors, a.Val)
			case "style", "onclick":
				t.Errorf("%s: %s has %s", name, n.Data, a.Key)
			}
		}
	}
	if heads != 1 {
		t.Errorf("%s has %d h1", name, heads)
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s has %d times the id %s", name, n, id)
		}
	}
	for _, f := range fors {
		if ids[f] == 0 {
			t.Errorf("%s has a label for %s, which is not there", name, f)
		}
	}
	for _, hole := range []string{"%!", "%d", "%s"} {
		if strings.Contains(page, hole) {
			t.Errorf("%s says %q", name, hole)
		}
	}
}

func TestOnlyAnOpenCallOffersTheWayIn(t *testing.T) {
	signedIn := ui.WithFrame(context.Background(), ui.Frame{Actor: identity.Actor{ID: "0192"}})
	for _, s := range edition.States {
		var b strings.Builder
		if err := Call(CallPage{Call: call(s.Code), Fresh: "0191", Now: noon}).Render(signedIn, &b); err != nil {
			t.Fatal(err)
		}
		if offered := strings.Contains(b.String(), `action="/editions/0190/proposals"`); offered != (s.Code == edition.Open) {
			t.Errorf("%s: offered = %v", s.Code, offered)
		}
	}
	var late strings.Builder
	if err := Call(CallPage{Call: call(edition.Open), Now: noon.AddDate(0, 0, 20)}).Render(signedIn, &late); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(late.String(), "/proposals") {
		t.Error("a call whose time is up offers the way in")
	}
}
