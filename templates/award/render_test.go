package award

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

var now = time.Date(2026, 6, 26, 12, 0, 0, 0, clock.Shanghai)

func wrong(field string) ui.Form {
	f := ui.Form{Values: map[string][]string{"id": {"x"}, "version": {"3"}, "lines.0.amount": {"1200"}, "lines.1.amount": {"a lot"}}, Wrong: fault.Fields{}}
	f.Wrong.Add(field, "请选择")
	return f
}

// samples are all pages of the area in all their states, their content in English letters so that what is left
// untranslated shows.
func samples() map[string]templ.Component {
	pages := map[string]templ.Component{}
	addResults(pages)
	addNotices(pages)
	addObjections(pages)
	addPlans(pages)
	addPacts(pages)
	return pages
}

func addResults(pages map[string]templ.Component) {
	e := edition.Edition{ID: "e1", Title: "Third", State: edition.Reviewing, Rules: edition.DefaultRules()}
	r := award.Results{Edition: e, Same: true}
	pages["results before the end"] = Results(ResultsPage{Results: r, ID: "n1"})
	r.Round = judging.Round{Name: "路演评审", State: judging.Closed, ClosedAt: &now, Digest: strings.Repeat("ab12", 16)}
	for i, track := range []string{"resident_team", "resident_team", "filed_org"} {
		r.Rows = append(r.Rows, award.Ranked{Standing: judging.Standing{ProposalID: "p1", Number: "A1", Title: "Workshop", Track: track, TeamName: "Team", PlaceName: "Plant", Requested: 3_000_00,
			State: proposal.Ranked, Score: 88_50, Rank: i + 1, N: 5, Dropped: []string{"a", "b"}}})
	}
	r.Pools = []award.PoolOf{{Fund: edition.Fund{ID: "f1", Name: "District"}, Held: 10_000_00, Given: 3_000_00}}
	r.Allocate = true
	pages["results to allocate"] = Results(ResultsPage{Results: r, ID: "n1"})
	states := []string{award.Proposed, award.Publicized, award.Objected, award.Confirmed, award.Declined, award.Revoked}
	for _, s := range states {
		for i, result := range []string{award.Selected, award.Reserve, award.NotSelected} {
			r.Rows[i].Award = award.Award{ID: "a1", Result: result, State: s, Amount: yuan.Fen(i) * 100, FundSourceID: "f1", Reason: `{"text":"没有申请资金"}`}
		}
		r.Publish, r.Same = s == award.Proposed, s != award.Proposed
		pages["results "+s] = Results(ResultsPage{Results: award.Results{Edition: r.Edition, Round: r.Round, Rows: append([]award.Ranked{}, r.Rows...), Pools: r.Pools, Publish: r.Publish, Same: r.Same, Allocate: r.Publish}})
		for _, result := range []string{award.Selected, award.Reserve, award.NotSelected} {
			o := award.Outcome{Proposal: proposal.Proposal{ID: "p1", Title: "Workshop"}, Award: award.Award{Result: result, State: s, Score: 88_50, Rank: 2, Amount: 100, Reason: "by hand"}, NoticeID: "n1", Declines: true,
				Feedback: judging.Feedback{Averages: []judging.Average{{Criterion: judging.DefaultRubric(judging.Pitch)[0], Mean: 84_50}}, Comments: []string{"Talk to them"}}}
			pages["result "+s+result] = Result(ResultPage{Outcome: o, Form: wrong("reason")})
		}
	}
	r.Allocate, r.Publish, r.Notice = false, false, award.Publicity{ID: "n1", Number: "GS1", ClosesAt: now}
	pages["results published"] = Results(ResultsPage{Results: r})
	r.Notice = award.Publicity{}
	pages["results to look at"] = Results(ResultsPage{Results: r})
}

func addNotices(pages map[string]templ.Component) {
	p := award.Publicity{ID: "n1", Number: "GS1", State: "open", OpensAt: now.AddDate(0, 0, -1), ClosesAt: now.AddDate(0, 0, 6), Content: "{}", Digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}
	c := award.Content{Number: "GS1", Edition: "Third", District: "Jingzhou", Opens: p.OpensAt, Closes: p.ClosesAt, Days: 5, Round: "路演评审", TrimAt: 5, Seed: "5e", Digest: "d1", Contact: "0379",
		Sources: []award.ContentSource{{Name: "District", Amount: 10_000_00}}}
	for i, result := range []string{award.Selected, award.Reserve, award.NotSelected, award.Selected} {
		c.Rows = append(c.Rows, award.ContentRow{AwardID: string(rune('a' + i)), Number: "A1", Title: "Workshop", Team: "Team", Lead: "Z**", Community: "Plant", Track: []string{"filed_org", "resident_team"}[i/2],
			Category: "mutual_aid", Rank: i + 1, Score: 90_00, Sheets: 5, Dropped: i, Result: result, Amount: yuan.Fen(i) * 100, Reason: fault.Say("得分低于最低分 %s", "60.00")})
	}
	mine := []award.Own{{Number: "YY1", Title: "Workshop", State: award.Received, DueAt: now}, {Number: "YY2", Title: "Garden", State: award.Dismissed, Answer: "No"}}
	page := NoticePage{Publicity: p, Content: c, Fates: map[string]string{"a": award.Confirmed, "b": award.Declined, "c": award.Revoked, "d": award.Objected}, Mine: mine, Form: wrong("facts"), Now: now, SignedIn: true, Base: "https://example.cn"}
	pages["notice"], pages["notice on paper"] = Notice(page), NoticePaper(page)
	page.SignedIn, page.Mine = false, nil
	pages["notice for a passer-by"] = Notice(page)
	page.State, page.Content.Contact = "closed", ""
	page.Publicity.Content = "{ }" // not what was sealed
	pages["notice tampered with and over"] = Notice(page)
	pages["notices"] = Notices([]Listed{{p, c}, {page.Publicity, c}}, now, "/notices?before=1")
	pages["no notices"] = Notices(nil, now, "")
}

func addObjections(pages map[string]templ.Component) {
	filed := []award.Filed{}
	for _, s := range []string{award.Received, award.Investigating, award.Upheld, award.Dismissed} {
		o := award.Objection{ID: "o1", Number: "YY1", PublicityID: "n1", Facts: "They were paid twice.", State: s, DueAt: now.AddDate(0, 0, 3), ReceivedAt: now, Version: 1}
		own := award.Own{Number: "YY1", Title: "Workshop", State: s, DueAt: now}
		c := award.Case{Objection: o, Title: "Workshop", ProposalID: "p1", Result: award.Selected, AwardState: award.Objected, Objector: "Li", Notice: "GS1"}
		if s != award.Received {
			c.HandlerName = "Liu"
		}
		if !o.Open() {
			own.Answer, c.Answer, c.DecidedAt = "Checked", "Checked", &now
		}
		filed = append(filed, award.Filed{Own: own, NoticeID: "n1", Notice: "GS1", Facts: o.Facts, ReceivedAt: now})
		for _, may := range []bool{true, false} {
			p := CasePage{Case: c, Now: now, Takes: may, Rules: may && s == award.Investigating, Form: wrong("answer")}
			pages["case "+s+itoa(len(pages))] = Case(p)
		}
		pages["cases "+s] = Cases(CasesPage{List: []award.Case{c}, All: true, Now: now, Next: "/next"})
	}
	pages["filed"], pages["nothing filed"], pages["no cases"] = Filed(filed), Filed(nil), Cases(CasesPage{Now: now})
}

func addPlans(pages map[string]templ.Component) {
	lines := []proposal.Line{{Category: "M", Item: "Cloth", UnitPrice: 40_00, Qty: 45, Note: "each"}, {Category: "E", Item: "Tailor", UnitPrice: 300_00, Qty: 4}}
	for _, state := range []string{proposal.Refining, proposal.Refined, proposal.Contracted} {
		for _, amount := range []yuan.Fen{3_000_00, 2_000_00} {
			for _, back := range []bool{true, false} {
				full := proposal.Full{Proposal: proposal.Proposal{ID: "p1", Number: "A1", Title: "Workshop", State: state, Requested: 3_000_00, Version: 7}}
				full.Lines = lines
				plan := award.Plan{Full: full, Award: award.Award{Amount: amount}, ActFrom: 6, Served: 90, Accepts: back, Drafts: back}
				for _, l := range lines {
					plan.Bounds = append(plan.Bounds, award.Bound{Line: l, From: 100, Base: 200, To: 300})
				}
				p := RefinePage{Plan: plan, Form: wrong("lines.0.amount"), Handed: award.Handed{Back: back, Reason: "less", At: now}, ID: "g1", Desk: back}
				name := state + amount.String() + map[bool]string{true: " back"}[back]
				pages["refine "+name], pages["refinement "+name] = Refine(p), Refinement(p)
				p.Pact = "g1"
				pages["refinement with agreement "+name] = Refinement(p)
			}
		}
	}
}

func addPacts(pages map[string]templ.Component) {
	x := award.Annex{Number: "XY1", Sponsor: "Jingzhou", Team: "Team", Host: "Plant", Project: "Workshop", Proposal: "A1", Total: 2_000_00, Fund: "District", From: now, To: now.AddDate(0, 3, 0), Acts: 8, Served: 90, People: 60,
		Lines: []proposal.Line{{Category: "M", Item: "Cloth", UnitPrice: 40_00, Qty: 50}}, Tranches: []award.Tranche{{Condition: "on_sign", Amount: 1_000_00}, {Condition: "on_mid_pass", Amount: 600_00}, {Condition: "on_final_pass", Amount: 400_00}}}
	for _, state := range []string{award.Signing, award.Effective, award.Terminated, "suspended", "completed"} {
		g := award.Agreement{ID: "g1", Number: "XY1", Total: 2_000_00, State: state, Annex: "{}", Digest: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", EffectiveAt: &now}
		pact := award.Pact{Agreement: g, Annex: x, Lead: "Zhou", Signatures: []award.Signature{{Party: award.Team, Name: "Zhou", At: now}}}
		for _, parties := range [][]string{nil, {award.Host}, {award.Sponsor, award.Host}} {
			pact.Parties = parties
			p := PactPage{Pact: pact, Form: wrong("agree"), Base: "https://example.cn"}
			pages["pact "+state+itoa(len(parties))], pages["paper "+state] = Pact(p), PactPaper(p)
		}
		pact.Agreement.Annex = "{ }"
		pages["tampered pact "+state] = Pact(PactPage{Pact: pact})
	}
	for _, view := range paperViews {
		list := []PaperItem{}
		for _, s := range []string{"", award.Signing, award.Effective} {
			c := award.Contract{ProposalID: "p1", Number: "A1", Title: "Workshop", PlaceName: "Plant", State: proposal.Refining, Amount: 100, Budget: 100, SignState: s}
			if s != "" {
				c.AgreementID, c.Agreement = "g1", "XY1"
			}
			list = append(list, PaperItem{Paper: award.Paper{Contract: c, Parties: []string{award.Team}}, NewID: "n", Mine: s == award.Signing})
		}
		list[2].State, list[2].Budget = proposal.Refined, 50
		pages["papers "+view.Code], pages["no papers "+view.Code] = Papers(PapersPage{List: list, View: view.Code, Drafts: true, Next: "/next"}), Papers(PapersPage{View: view.Code})
	}
}

func render(t *testing.T, lang string, page templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := page.Render(words.With(context.Background(), lang), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	capitals = regexp.MustCompile(`[零壹贰叁肆伍陆柒捌玖拾佰仟万元角分整]+|中文`)
	ids      = regexp.MustCompile(` id="([^"]*)"`)
)

func TestEveryPageShowsInBothLanguages(t *testing.T) {
	for name, page := range samples() {
		for _, lang := range []string{"zh", "en"} {
			text := render(t, lang, page)
			if n := strings.Count(text, "<h1"); n != 1 {
				t.Errorf("%s (%s): %d h1", name, lang, n)
			}
			if strings.Contains(text, " style=") || strings.Contains(text, "%!") {
				t.Errorf("%s (%s): an inline style or a sentence without its arguments", name, lang)
			}
			seen := map[string]bool{}
			for _, m := range ids.FindAllStringSubmatch(text, -1) {
				if seen[m[1]] {
					t.Errorf("%s (%s): id %q twice", name, lang, m[1])
				}
				seen[m[1]] = true
			}
			text = capitals.ReplaceAllString(text, "")
			if at := strings.IndexFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }); lang == "en" && at >= 0 {
				t.Errorf("%s: Chinese in English: %s", name, text[max(0, at-80):min(len(text), at+60)])
			}
		}
	}
}

// Who has not signed yet and whose turn it is decides what the agreement asks.
func TestThePactAsksOnlyWhoMaySign(t *testing.T) {
	pages := samples()
	for name, asks := range map[string]bool{"pact signing0": false, "pact signing1": true, "tampered pact signing": false} {
		if got := strings.Contains(render(t, "zh", pages[name]), `name="agree"`); got != asks {
			t.Errorf("%s: asks to sign %v, want %v", name, got, asks)
		}
	}
	if text := render(t, "zh", pages["pact signing2"]); strings.Count(text, `type="radio"`) != 2 {
		t.Error("who stands for two parties does not choose one")
	}
	if text := render(t, "zh", pages["paper signing"]); !strings.Contains(text, "人民币贰仟元整") || !strings.Contains(text, `class="qr"`) {
		t.Error("the paper lacks the capitals or the code")
	}
}
