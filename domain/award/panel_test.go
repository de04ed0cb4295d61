package award

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// sits plans and opens a panel, and gives it with the seats that may vote.
func (w *world) sits() (panel string, seats []string) {
	w.t.Helper()
	panel = id()
	w.must(w.jury.Plan(w.ctx, w.staff, w.edition, judging.NewRound{ID: panel, Kind: judging.Deliberated, ClosesAt: w.clock.Now().AddDate(0, 0, 3)}))
	w.must(w.jury.OpenPanel(w.ctx, w.staff, panel, judging.Pressed{Version: 1}))
	seats, err := pg.Values[string](w.ctx, w.db, `select id::text from judge where edition_id = @e and state = 'accepted' order by id`, pg.Args{"e": w.edition})
	w.must(err)
	return panel, seats
}

// vote has the panel vote on a project; change makes it say more than yes.
func (w *world) vote(panel string, seats []string, i int, change func(*judging.NewPanelWord)) {
	w.t.Helper()
	n := judging.NewPanelWord{ID: id(), Present: seats, Yes: len(seats)}
	if change != nil {
		change(&n)
	}
	w.must(w.jury.RecordPanel(w.ctx, w.staff, panel, w.ids[i], n))
}

func (w *world) agreed(panel string, version int) {
	w.t.Helper()
	w.must(w.jury.ClosePanel(w.ctx, w.staff, panel, judging.Pressed{Version: version}))
}

func against(n *judging.NewPanelWord) {
	n.Yes, n.Nay, n.Reason = 0, len(n.Present), "和社区已有的服务重了"
}

func less(amount yuan.Fen, terms ...string) func(*judging.NewPanelWord) {
	return func(n *judging.NewPanelWord) {
		n.Amount, n.Conditions, n.Reason = amount, strings.Join(terms, "\n"), "场地费可以省下来"
	}
}

// DOMAIN §9.4: amount = min(requested, grade cap, panel suggestion); who the panel votes against is passed over with the reason.
func TestAPanelDecidesWhoAndHowMuch(t *testing.T) {
	w := newWorld(t, 4, 7_000_00)
	panel, seats := w.sits()
	w.wants(w.book.Allocate(w.ctx, w.head, w.edition), fault.Conflict) // the panel is not over
	if r, err := w.book.Results(w.ctx, w.head, w.edition); err != nil || r.Allocate || r.Publish || len(r.Rows) != 4 || r.Round.Kind != judging.Pitch || r.Panel.ID != panel {
		t.Errorf("%+v %v", r, err)
	}
	w.vote(panel, seats, 0, against)
	w.vote(panel, seats, 1, less(2_500_00, "活动要开在社区里", "每月报一次账"))
	w.vote(panel, seats, 2, nil)
	w.vote(panel, seats, 3, less(1_500_00))
	w.agreed(panel, 2)
	w.must(w.book.Allocate(w.ctx, w.head, w.edition))
	for i, want := range map[int]struct {
		result string
		amount yuan.Fen
	}{0: {NotSelected, 0}, 1: {Selected, 2_500_00}, 2: {Selected, 3_000_00}, 3: {Selected, 1_500_00}} {
		if a := w.award(i); a.Result != want.result || a.Amount != want.amount || a.Rank != i+1 {
			t.Errorf("project %d: %+v", i, a)
		}
	}
	if why := w.award(0).Why(); why.Text != "评委合议没有通过" {
		t.Errorf("passed over because %q", why.String())
	}
	s, err := w.book.WhatIf(w.ctx, w.staff, w.edition, Question{Rule: Greedily, Extra: 200, MinScore: -1})
	if err != nil || s.Now != 7_000_00 || s.Rows[0].Then.Result != NotSelected || s.Rows[1].Then.Amount != 2_500_00 || s.Panel.ID != panel {
		t.Errorf("what if: %+v %v", s, err)
	}
	d, err := w.book.Deciding(w.ctx, w.staff, w.edition)
	if err != nil || d.Round.Kind != judging.Pitch || !d.Lanes[0].Rows[0].Voted || d.Lanes[0].Rows[0].Vote.Passed {
		t.Errorf("deciding: %v", err)
	}
	if n, broken, err := Verify(w.ctx, w.db); err != nil || n != 1 || len(broken) > 0 {
		t.Errorf("%d %v %v", n, broken, err)
	}
	w.told(panel)
}

// told publishes and finds the sums in the notice, the conditions with the teams, and the votes with neither.
func (w *world) told(panel string) {
	w.t.Helper()
	n := id()
	w.must(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{n}))
	p, err := Notice(w.ctx, w.db, n)
	w.must(err)
	c, err := p.Read()
	w.must(err)
	if !c.ByPanel || c.Rows[1].Amount != 2_500_00 || c.Rows[0].Reason.Text != "评委合议没有通过" {
		w.t.Errorf("%+v", c)
	}
	for _, secret := range []string{"yes", "nay", "abstain", "present", "每月报一次账", "场地费可以省下来", "和社区已有的服务重了"} {
		if strings.Contains(p.Content, secret) {
			w.t.Errorf("the notice tells %q", secret)
		}
	}
	public, err := w.book.NoticeFiles(w.ctx, n)
	w.must(err)
	desk, err := w.book.DeskFiles(w.ctx, w.staff, w.edition)
	w.must(err)
	find := func(list []File, name string) bool {
		return slices.ContainsFunc(list, func(f File) bool { return f.Name == name })
	}
	if find(public, "panel-1.json") || !find(desk, "panel-1.json") || !find(public, "round-1.json") || !find(public, "award-1.json") {
		w.t.Errorf("public %d files, desk %d", len(public), len(desk))
	}
	for _, f := range desk {
		v, err := replay.Replay(bytes.NewReader(f.Body), map[string]replay.Compute{"round": judging.Replay, "award": Replay, "panel": judging.ReplayPanel})
		if err != nil || !v.Same {
			w.t.Errorf("%s does not replay: %+v %v", f.Name, v, err)
		}
	}
	if n := w.count(`select count(*) from notice where code = 'N08' and person_id = @p and text::text like '%附 %%d 个条件%'`, pg.Args{"p": w.leads[1].ID}); n != 1 {
		w.t.Errorf("the team was told of its conditions %d times", n)
	}
	o, err := w.book.Outcome(w.ctx, w.leads[0], w.ids[0])
	if err != nil || !o.Panelled || o.Panel.Passed || o.Panel.Reason != "和社区已有的服务重了" {
		w.t.Errorf("%+v %v", o.Panel, err)
	}
	w.over(p)
	plan := w.plan(1)
	if !slices.Equal(plan.Terms, []string{"活动要开在社区里", "每月报一次账"}) || plan.Award.Amount != 2_500_00 {
		w.t.Errorf("%+v", plan.Terms)
	}
	w.must(w.book.Refine(w.ctx, w.leads[1], w.ids[1], plan.Suggest()))
	w.must(w.book.AcceptPlan(w.ctx, w.staff, w.ids[1], Pressed{w.plan(1).Version}))
	w.must(w.book.Draft(w.ctx, w.staff, w.ids[1], NewAgreement{id()}))
	if n := w.count(`select count(*) from agreement where annex like '%"conditions":["活动要开在社区里","每月报一次账"]%'`, nil); n != 1 {
		w.t.Error("the agreement does not name the conditions")
	}
	for _, made := range []func() (Printed, error){
		func() (Printed, error) { return w.book.Letter(w.ctx, w.leads[1], w.ids[1], "https://x") },
		func() (Printed, error) { return w.book.Minute(w.ctx, w.staff, w.edition, "https://x") },
		func() (Printed, error) { return w.book.RankingBook(w.ctx, w.staff, w.edition) },
	} {
		if f, err := made(); err != nil || len(f.Body) < 1000 {
			w.t.Errorf("%s: %v", f.Name, err)
		}
	}
}

// Without a panel an allocation's file is the one it always was: no key is added.
func TestAPlanWithoutAPanelKeepsItsBytes(t *testing.T) {
	file, _, err := five().file()
	if err != nil || bytes.Contains(file, []byte("failed")) {
		t.Error(err)
	}
	p := five()
	p.Candidates[0].Failed = true
	if file, _, err = p.file(); err != nil || !bytes.Contains(file, []byte(`"failed":true`)) {
		t.Error(err)
	}
	if got := selected(t, p); strings.Contains(got, "a") {
		t.Errorf("selected %s", got)
	}
	p.Rule, p.Ballots = EqualShares, [][]string{{"a"}, {"a"}, {"b", "c"}}
	if got := selected(t, p); strings.Contains(got, "a") {
		t.Errorf("by votes: %s", got)
	}
}

func TestMostIsTheLeastOfAll(t *testing.T) {
	r := edition.Rules{GradeCaps: map[string]yuan.Fen{"A": 2_800_00}, Caps: map[string]yuan.Fen{"resident_team": 2_900_00}}
	c := Candidate{ID: "a", Track: "resident_team", Score: 95_00, Requested: 3_000_00}
	for _, v := range []struct{ near, round, want yuan.Fen }{{0, 0, 2_800_00}, {2_900_00, 0, 2_800_00}, {0, 2_000_00, 2_000_00}, {1_500_00, 2_000_00, 1_500_00}, {2_500_00, 1_000_00, 1_000_00}} {
		c.Suggested = v.near
		list := voted([]Candidate{c}, map[string]judging.PanelWord{"a": {Passed: true, Amount: v.round}})
		if got := Most(list[0], r); got != v.want || list[0].Failed {
			t.Errorf("%+v: %s", v, got)
		}
	}
}

// A panel that met after the money was shared out, or met again, is not overlooked.
func TestAnAllocationFromBeforeThePanelIsNotPublished(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	w.must(w.book.Allocate(w.ctx, w.head, w.edition))
	panel, seats := w.sits()
	w.wants(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{id()}), fault.Conflict)
	for i := range 3 {
		w.vote(panel, seats, i, nil)
	}
	w.agreed(panel, 2)
	w.must(w.jury.ReopenPanel(w.ctx, w.staff, panel, judging.MeetAgain{Version: 3, Reason: "漏看了一份材料"}))
	w.vote(panel, seats, 0, func(n *judging.NewPanelWord) { n.Seen = 1; against(n) })
	w.agreed(panel, 4)
	w.wants(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{id()}), fault.Conflict)
	p := w.publicized()
	if a := w.award(0); a.Result != NotSelected || w.state(0) != proposal.NotSelected {
		t.Errorf("%+v", a)
	}
	if p.RoundRun != 1 {
		t.Errorf("the notice follows run %d", p.RoundRun)
	}
	w.wants(w.jury.ReopenPanel(w.ctx, w.staff, panel, judging.MeetAgain{Version: 5, Reason: "再商量一次"}), fault.Conflict)
}

// An objection upheld after a panel: the ranking is computed anew, and the panel's word goes on counting.
func TestAnObjectionKeepsThePanelsWord(t *testing.T) {
	w := newWorld(t, 4, 6_000_00)
	panel, seats := w.sits()
	w.vote(panel, seats, 0, nil)
	w.vote(panel, seats, 1, nil)
	w.vote(panel, seats, 2, against)
	w.vote(panel, seats, 3, less(1_800_00, "先和居民开一次会"))
	w.agreed(panel, 2)
	p := w.publicized()
	if a := w.award(3); a.Result != Reserve {
		t.Fatalf("%+v", a)
	}
	pool := w.balance(ledger.Pool, w.fund)
	w.upheld(p, 0, Ruling{})
	if a := w.award(3); a.Result != Selected || a.Amount != 1_800_00 || a.Rank != 3 {
		t.Errorf("%+v", a)
	}
	if a := w.award(2); a.Result != NotSelected || a.Why().Text != "评委合议没有通过" || a.Rank != 2 {
		t.Errorf("%+v", a)
	}
	if w.balance(ledger.Pool, w.fund) != pool {
		t.Error("the objection moved money")
	}
	if _, broken, err := Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("%v %v", broken, err)
	}
	if _, broken, err := judging.VerifyPanels(w.ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("%v %v", broken, err)
	}
}

// A reserve is offered no more than the panel would give.
func TestAReserveIsOfferedWhatThePanelWouldGive(t *testing.T) {
	w := newWorld(t, 3, 6_000_00)
	panel, seats := w.sits()
	w.vote(panel, seats, 0, nil)
	w.vote(panel, seats, 1, nil)
	w.vote(panel, seats, 2, less(1_200_00))
	w.agreed(panel, 2)
	w.over(w.publicized())
	w.must(w.book.Decline(w.ctx, w.leads[0], w.ids[0], Leaving{Reason: "人手不够了，做不下来"}))
	r, err := w.book.Results(w.ctx, w.head, w.edition)
	if err != nil || len(r.Chances) != 1 || r.Chances[0].Most != 1_200_00 {
		t.Errorf("%+v %v", r.Chances, err)
	}
}

// An objection to the panel itself: it votes anew on the one project, as another word and another run; what that changes is
// published, and nothing is posted.
func TestAnObjectionUpheldByANewVote(t *testing.T) {
	w := newWorldOf(t, 3, 5, 6_000_00)
	panel, seats := w.sits()
	for i := range 3 {
		w.vote(panel, seats, i, nil)
	}
	w.agreed(panel, 2)
	p := w.publicized()
	pool, entries := w.balance(ledger.Pool, w.fund), w.count(`select count(*) from ledger_entry`, nil)
	o, err := w.book.Object(w.ctx, w.person("邻居", "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "合议的时候，领办人的表哥也坐在里面投了票"})
	w.must(err)
	r := PanelRuling{PanelAnswer: PanelAnswer{2, "查过到场名单，反映的情况属实。"}}
	r.ID, r.Seen, r.Present, r.Nay, r.Reason = id(), 1, seats[1:], len(seats)-1, "和社区已有的服务重了"
	w.wants(w.book.RuleByPanel(w.ctx, w.staff, o.ID, r), fault.Forbidden) // nobody has taken it on
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	w.run(`insert into conflict (judge_id, proposal_id, kind, reason, at) values (@j, @p, 'declared', '表哥', @at)`, pg.Args{"j": seats[0], "p": w.ids[0], "at": w.clock.Now()})
	for name, change := range map[string]func(*PanelRuling){
		"present": func(r *PanelRuling) { r.Present, r.Nay = seats, len(seats) },
		"reason":  func(r *PanelRuling) { r.Reason = "" },
		"amount":  func(r *PanelRuling) { r.Yes, r.Nay, r.Amount = r.Nay, 0, 3_000_01 },
		"answer":  func(r *PanelRuling) { r.Answer = "好" },
	} {
		bad := r
		change(&bad)
		if wrong := fault.InFields(w.book.RuleByPanel(w.ctx, w.staff, o.ID, bad)); wrong[name].Text == "" {
			t.Errorf("%s: %v", name, wrong)
		}
	}
	w.wants(w.book.RuleByPanel(w.ctx, w.head, o.ID, r), fault.Forbidden)
	w.wants(w.book.RuleByPanel(w.ctx, w.other, o.ID, r), fault.NotFound)
	for range 2 { // pressed twice
		w.must(w.book.RuleByPanel(w.ctx, w.staff, o.ID, r))
	}
	if a := w.award(0); a.Result != NotSelected || a.Amount != 0 || a.Rank != 1 || a.Why().Text != "评委合议没有通过" || w.state(0) != proposal.NotSelected {
		t.Errorf("%+v", a)
	}
	if a := w.award(2); a.Result != Selected || a.Amount != 3_000_00 {
		t.Errorf("%+v", a)
	}
	c, err := w.correction().Read()
	w.must(err)
	if len(c.Rows) != 2 || c.Rows[0].Was == nil || c.Allotted != 2 {
		t.Errorf("the correction has %+v", c.Rows)
	}
	if w.balance(ledger.Pool, w.fund) != pool || w.count(`select count(*) from ledger_entry`, nil) != entries {
		t.Error("the objection moved money")
	}
	if n, broken, err := judging.VerifyPanels(w.ctx, w.db); err != nil || n != 2 || len(broken) > 0 {
		t.Errorf("%d %v %v", n, broken, err)
	}
	if _, broken, err := Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("%v %v", broken, err)
	}
	// Without an objection under way the database takes no more words.
	w.refused(`insert into panel_word (id, round_id, edition_id, place, proposal_id, no, yes, nay, abstain, present, seats, objection_id, by_person, at)
  select gen_random_uuid(), round_id, edition_id, place, proposal_id, 9, 3, 0, 0, @s::text[]::uuid[], 5, objection_id, by_person, at from panel_word where objection_id is not null`, pg.Args{"s": seats[1:4]})
	w.over(p)
	w.over(w.correction())
	if a := w.award(2); a.State != Confirmed {
		t.Errorf("%+v", a)
	}
}

// A new vote that changes nothing lets the award ripen with its window.
func TestANewVoteThatChangesNothing(t *testing.T) {
	w := newWorld(t, 2, 6_000_00)
	panel, seats := w.sits()
	w.vote(panel, seats, 0, nil)
	w.vote(panel, seats, 1, nil)
	w.agreed(panel, 2)
	p := w.publicized()
	o, err := w.book.Object(w.ctx, w.person("邻居", "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "合议的时候没有看预算的附件"})
	w.must(err)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	w.over(p)
	if a := w.award(0); a.State != Objected {
		t.Fatalf("%+v", a)
	}
	r := PanelRuling{PanelAnswer: PanelAnswer{2, "请评委看过附件，又表决了一次。"}}
	r.ID, r.Seen, r.Present, r.Yes = id(), 1, seats, len(seats)
	w.must(w.book.RuleByPanel(w.ctx, w.staff, o.ID, r))
	if a := w.award(0); a.State != Confirmed || a.Amount != 3_000_00 {
		t.Errorf("%+v", a)
	}
	if n := w.count(`select count(*) from publicity where cause = 'correction'`, nil); n != 0 {
		t.Error("a correction without a change")
	}
}
