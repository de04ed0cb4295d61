package award

import (
	"math/rand/v2"
	"sync"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Shares add up to the award exactly, are whole yuan when it is, and never exceed a line by more than rounding.
func TestSharesAddUp(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 8))
	for range 500 {
		lines := []proposal.Line{}
		for range 1 + rng.IntN(12) {
			lines = append(lines, proposal.Line{UnitPrice: yuan.Fen(1 + rng.IntN(900_00)), Qty: 1 + rng.IntN(60)})
		}
		total := proposal.Total(lines)
		amount := yuan.Fen(1 + rng.Int64N(int64(total)))
		if rng.IntN(2) == 0 {
			amount = max(amount/100*100, 100)
		}
		sum := yuan.Fen(0)
		for i, s := range Share(lines, amount) {
			sum += s
			exact := float64(lines[i].Amount()) * float64(amount) / float64(total)
			if d := float64(s) - exact; d <= -101 || d >= 101 || (amount%100 == 0 && s%100 != 0) {
				t.Fatalf("share %s of %s, exactly %.2f", s, amount, exact/100)
			}
		}
		if sum != amount {
			t.Fatalf("shares add up to %s of %s", sum, amount)
		}
	}
	if got := Share([]proposal.Line{{UnitPrice: yuan.Max, Qty: 1}}, yuan.Max); got[0] != yuan.Max {
		t.Errorf("the largest sum became %s", got[0])
	}
}

func TestTranchesFollowTheRules(t *testing.T) {
	r := edition.DefaultRules()
	for _, v := range []struct {
		amount yuan.Fen
		parts  []yuan.Fen
	}{{3_000_00, []yuan.Fen{3_000_00}}, {4_999_99, []yuan.Fen{2_499_99, 1_999_99, 500_01}}} { // DOMAIN §10.2
		got, err := Tranches(v.amount, r)
		if err != nil || len(got) != len(v.parts) {
			t.Fatalf("%s: %v, %v", v.amount, got, err)
		}
		for i, p := range v.parts {
			if got[i].Amount != p {
				t.Errorf("%s: part %d is %s, want %s", v.amount, i, got[i].Amount, p)
			}
		}
	}
	r.Tranches = []int{6000, 4000}
	if got, _ := Tranches(5_000_00, r); len(got) != 2 || got[1].Condition != "on_final_pass" {
		t.Errorf("two parts: %v", got)
	}
}

// The award is less than was asked: the plan is scaled, may move a little, and must come to the award to the fen.
func TestRefinementFitsTheAward(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	w.run(`update edition set rules = jsonb_set(rules, '{grade_caps,A}', '200000')`, nil) // cap of grade A: 2,000 yuan
	w.over(w.publicized())
	lead, p := w.leads[0], w.plan(0)
	if p.Award.Amount != 2_000_00 || len(p.Bounds) != 3 || p.Bounds[0].Base != 1_200_00 || p.Bounds[0].From != 960_00 || p.Bounds[0].To != 1_440_00 {
		t.Fatalf("award %s, bounds %+v", p.Award.Amount, p.Bounds)
	}
	good := p.Suggest()
	if good.Lines[0].Qty != 45 && good.Lines[0].UnitPrice*yuan.Fen(good.Lines[0].Qty) != 1_200_00 {
		t.Errorf("suggested %+v", good.Lines[0])
	}
	change := func(f func(r *Refinement)) Refinement {
		r := good
		r.Lines = append([]RefinedLine{}, good.Lines...)
		f(&r)
		return r
	}
	set := func(i int, fen yuan.Fen) func(r *Refinement) {
		return func(r *Refinement) { r.Lines[i].UnitPrice, r.Lines[i].Qty = fen, 1 }
	}
	w.wants(w.book.Refine(w.ctx, lead, w.ids[0], change(set(1, 599_99))), fault.Invalid) // a fen short
	w.wants(w.book.Refine(w.ctx, lead, w.ids[0], change(set(1, 800_00))), fault.Invalid) // beyond ±20 %
	w.wants(w.book.Refine(w.ctx, lead, w.ids[0], change(func(r *Refinement) { r.Lines = r.Lines[:2] })), fault.Invalid)
	w.wants(w.book.Refine(w.ctx, lead, w.ids[0], change(func(r *Refinement) { r.ActTarget = 1 })), fault.Invalid)
	w.wants(w.book.Refine(w.ctx, lead, w.ids[0], change(func(r *Refinement) { set(0, 1_200_00)(r) })), fault.Invalid) // one lot of 1,200 is a fixed asset
	// The sum is right, but two lines are beyond ±20 % of their shares.
	beyond := w.book.Refine(w.ctx, lead, w.ids[0], change(func(r *Refinement) { r.Lines[0].UnitPrice, r.Lines[0].Qty = 750_00, 2; set(1, 300_00)(r) }))
	if fields := fault.InFields(beyond); fields["lines.0.unit_price"].Text == "" || fields["lines.1.unit_price"].Text == "" || fields["lines.2.unit_price"].Text != "" {
		t.Errorf("lines beyond their bounds: %v", beyond)
	}
	// Posters may take 15 % at most: 240 of 2,000 within their own bounds is 12 %, the E line takes the rest.
	w.must(w.book.Refine(w.ctx, lead, w.ids[0], change(func(r *Refinement) {
		set(2, 240_00)(r)
		r.Lines[0].UnitPrice, r.Lines[0].Qty = 42_00, 30
		set(1, 500_00)(r)
		r.ActTarget = 8
	})))
	if w.plan(0).Version == p.Version || !w.plan(0).Balanced() || w.plan(0).ActTarget != 8 {
		t.Errorf("the refined plan: %+v", w.plan(0).Lines)
	}
	w.must(w.book.Refine(w.ctx, lead, w.ids[0], change(func(r *Refinement) {
		set(2, 240_00)(r)
		r.Lines[0].UnitPrice, r.Lines[0].Qty = 42_00, 30
		set(1, 500_00)(r)
		r.ActTarget = 8
	}))) // pressed twice
	w.wants(w.book.Refine(w.ctx, w.staff, w.ids[0], w.plan(0).Suggest()), fault.Forbidden)
	w.wants(w.book.Refine(w.ctx, w.other, w.ids[0], w.plan(0).Suggest()), fault.NotFound)
	// The bounds stay those of what was handed in, however often it is saved.
	if b := w.plan(0).Bounds[2]; b.Base != 200_00 || b.To != 240_00 {
		t.Errorf("the bounds moved along: %+v", b)
	}
}

func TestAFittedPlanIsAcceptedAndSealed(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	w.over(w.publicized())
	w.must(w.book.Refine(w.ctx, w.leads[0], w.ids[0], w.plan(0).Suggest()))
	w.wants(w.book.AcceptPlan(w.ctx, w.head, w.ids[0], Pressed{w.plan(0).Version}), fault.Forbidden)
	w.wants(w.book.AcceptPlan(w.ctx, w.staff, w.ids[0], Pressed{1}), fault.Conflict)
	press := Pressed{w.plan(0).Version}
	for range 2 {
		w.must(w.book.AcceptPlan(w.ctx, w.staff, w.ids[0], press))
	}
	if n := w.count(`select count(*) from proposal_revision where kind = 'refinement' and no = 2`, nil); n != 1 || w.state(0) != proposal.Refined {
		t.Errorf("%d sealed plans, proposal %s", n, w.state(0))
	}
	w.wants(w.book.Refine(w.ctx, w.leads[0], w.ids[0], w.plan(0).Suggest()), fault.Conflict)
	w.wants(w.book.Draft(w.ctx, w.head, w.ids[0], NewAgreement{id()}), fault.Forbidden)
}

func TestAPlanIsNotAcceptedBeforeItFits(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	w.run(`update edition set rules = jsonb_set(rules, '{grade_caps,A}', '200000')`, nil)
	w.over(w.publicized())
	w.wants(w.book.AcceptPlan(w.ctx, w.staff, w.ids[0], Pressed{w.plan(0).Version}), fault.Conflict)
	w.wants(w.book.Draft(w.ctx, w.staff, w.ids[0], NewAgreement{id()}), fault.Conflict)
}

func TestThreeDifferentPeopleSign(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	g := w.drafted()
	pact, err := w.book.Pact(w.ctx, w.leads[0], g)
	w.must(err)
	if !pact.Sealed() || pact.Total != 3_000_00 || pact.Annex.RevisionSum == "" || len(pact.Annex.Tranches) != 1 || len(pact.Parties) != 1 || pact.Parties[0] != Team {
		t.Errorf("%+v", pact)
	}
	pen := func(party string) Pen { return Pen{Party: party, Agree: true, Digest: pact.Digest} }
	w.wants(w.book.Sign(w.ctx, w.leads[0], g, Pen{Party: Team, Digest: pact.Digest}), fault.Invalid)
	w.wants(w.book.Sign(w.ctx, w.leads[0], g, Pen{Party: Team, Agree: true, Digest: "another"}), fault.Conflict)
	w.wants(w.book.Sign(w.ctx, w.leads[0], g, pen(Sponsor)), fault.Forbidden)
	w.wants(w.book.Sign(w.ctx, w.staff, g, pen(Sponsor)), fault.Forbidden)
	w.wants(w.book.Sign(w.ctx, w.head, g, pen(Host)), fault.Forbidden)
	w.wants(w.book.Sign(w.ctx, w.other, g, pen(Sponsor)), fault.NotFound)
	w.wants(w.book.Sign(w.ctx, w.person("路人", "", ""), g, pen(Team)), fault.NotFound)
	elsewhere := w.person("长乐书记", identity.CommunityHead, "jz.wuhan.changle")
	w.wants(w.book.Sign(w.ctx, elsewhere, g, pen(Host)), fault.NotFound)
	w.must(w.book.Sign(w.ctx, w.leads[0], g, pen(Team)))
	w.must(w.book.Sign(w.ctx, w.leads[0], g, pen(Team))) // pressed twice
	// The same person in another office does not sign for a second party.
	both := w.leads[0]
	both.Grants = []identity.Grant{{Role: identity.DistrictHead, Place: "jz"}}
	w.wants(w.book.Sign(w.ctx, both, g, pen(Sponsor)), fault.Conflict)
	w.refused(`insert into agreement_sign (agreement_id, party, person_id, at, digest) values (@g, 'A', @p, now(), 'x')`, pg.Args{"g": g, "p": both.ID})
	w.refused(`update agreement set state = 'effective', version = version + 1`, nil)
	w.refused(`update agreement set total = 1, version = version + 1`, nil)
	w.must(w.book.Sign(w.ctx, w.head, g, pen(Sponsor)))
	w.wants(w.book.Sign(w.ctx, w.chief, g, pen(Sponsor)), fault.Conflict)
	if w.state(0) != proposal.Refined || w.year() != edition.Contracting {
		t.Errorf("in force with two signatures: %s, %s", w.state(0), w.year())
	}
	w.must(w.book.Sign(w.ctx, w.host, g, pen(Host)))
	w.must(w.book.Sign(w.ctx, w.host, g, pen(Host)))
	if w.state(0) != proposal.Contracted || w.year() != edition.Running {
		t.Errorf("after three signatures: proposal %s, edition %s", w.state(0), w.year())
	}
	if n := w.count(`select count(*) from outbox where kind = 'award.signed'`, nil); n != 1 {
		t.Errorf("the fact was left %d times", n)
	}
	if n := w.count(`select count(*) from team where state = 'active'`, nil); n != 1 {
		t.Error("the team is not active")
	}
	w.wants(w.book.Decline(w.ctx, w.leads[0], w.ids[0], Leaving{"不做了"}), fault.Conflict)
}

func TestAPlanSentBackIsFittedAgain(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	w.over(w.publicized())
	w.must(w.book.Refine(w.ctx, w.leads[0], w.ids[0], w.plan(0).Suggest()))
	back := SentBack{Version: w.plan(0).Version, Reason: "海报可以少印一些"}
	w.wants(w.book.SendPlanBack(w.ctx, w.staff, w.ids[0], SentBack{Version: back.Version}), fault.Invalid)
	w.wants(w.book.SendPlanBack(w.ctx, w.head, w.ids[0], back), fault.Forbidden)
	w.wants(w.book.SendPlanBack(w.ctx, w.other, w.ids[0], back), fault.NotFound)
	for range 2 { // pressed twice
		w.must(w.book.SendPlanBack(w.ctx, w.staff, w.ids[0], back))
	}
	if h, err := w.book.Handed(w.ctx, w.plan(0)); err != nil || !h.Back || h.Reason != back.Reason {
		t.Errorf("the last word is %+v, %v", h, err)
	}
	w.wants(w.book.AcceptPlan(w.ctx, w.staff, w.ids[0], Pressed{back.Version}), fault.Conflict)
	w.must(w.book.Refine(w.ctx, w.leads[0], w.ids[0], w.plan(0).Suggest()))
	w.must(w.book.AcceptPlan(w.ctx, w.staff, w.ids[0], Pressed{w.plan(0).Version}))
}

// All three press at the same moment, each twice: one agreement in force, one fact.
func TestSigningAtOnce(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	g := w.drafted()
	pact, err := w.book.Pact(w.ctx, w.head, g)
	w.must(err)
	var wg sync.WaitGroup
	for party, who := range map[string]identity.Actor{Sponsor: w.head, Team: w.leads[0], Host: w.host} {
		for range 2 {
			wg.Go(func() {
				if err := w.book.Sign(w.ctx, who, g, Pen{Party: party, Agree: true, Digest: pact.Digest}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if n := w.count(`select count(*) from agreement g where g.state = 'effective' and g.version = 4`, nil); n != 1 {
		t.Error("three signatures did not bring the agreement into force")
	}
	if n := w.count(`select count(*) from outbox where kind = 'award.signed'`, nil); n != 1 {
		t.Errorf("the fact was left %d times", n)
	}
}

func TestDraftingTwiceMakesOneAgreement(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	g := w.drafted()
	w.must(w.book.Draft(w.ctx, w.staff, w.ids[0], NewAgreement{g}))
	w.wants(w.book.Draft(w.ctx, w.staff, w.ids[0], NewAgreement{id()}), fault.Conflict)
	if n := w.count(`select count(*) from agreement`, nil); n != 1 {
		t.Errorf("%d agreements", n)
	}
}

// A winner who declines frees the money, ends the agreement that was being signed, and cannot decline twice over.
func TestDecliningReturnsTheMoney(t *testing.T) {
	w := newWorld(t, 2, 7_000_00)
	g := w.drafted()
	w.wants(w.book.Decline(w.ctx, w.leads[0], w.ids[0], Leaving{}), fault.Invalid)
	w.wants(w.book.Decline(w.ctx, w.leads[1], w.ids[0], Leaving{"x"}), fault.NotFound)
	for range 2 {
		w.must(w.book.Decline(w.ctx, w.leads[0], w.ids[0], Leaving{"领办人要搬家了"}))
	}
	a := w.award(0)
	if a.State != Declined || w.state(0) != proposal.Withdrawn || w.balance(ledger.Committed, a.ID) != 0 || w.balance(ledger.Pool, w.fund) != 4_000_00 {
		t.Errorf("award %s, proposal %s, pool %s", a.State, w.state(0), w.balance(ledger.Pool, w.fund))
	}
	pact, err := w.book.Pact(w.ctx, w.leads[0], g)
	w.must(err)
	if pact.State != Terminated || len(pact.Parties) != 0 {
		t.Errorf("the agreement is %s, still to be signed as %v", pact.State, pact.Parties)
	}
	w.wants(w.book.Sign(w.ctx, w.head, g, Pen{Party: Sponsor, Agree: true, Digest: pact.Digest}), fault.Conflict)
	if o, err := w.book.Outcome(w.ctx, w.leads[1], w.ids[1]); err != nil || !o.Declines || len(o.Feedback.Comments) != 3 || len(o.Feedback.Averages) != 7 {
		t.Errorf("the other team's result: %+v, %v", o.Feedback, err)
	}
	if _, err := w.book.Outcome(w.ctx, w.leads[0], w.ids[1]); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team's result: %v", err)
	}
}
