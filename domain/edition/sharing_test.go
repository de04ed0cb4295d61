package edition

import (
	"context"
	"testing"

	"seedbed/domain/fault"
)

// The rule by which the money is shared out is set while the call is a draft, needs a vote where it follows votes, and stays as it was
// announced.
func TestTheSharingRuleFreezesWithTheCall(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	if e.Rules.Sharing != SharingByRank || e.Rules.ByVotes() {
		t.Fatalf("a new call shares by %q", e.Rules.Sharing)
	}
	terms := TermsOf(e)
	terms.Sharing, terms.SharingUtility, terms.SharingComplete = SharingEqual, "cardinality", "exhaust"
	if fields := fault.InFields(d.book.SetTerms(ctx, d.staff, e.ID, terms)); fields["sharing"].Text == "" {
		t.Errorf("by votes without a vote: %v", fields)
	}
	terms.PublicVote = 20
	if err := d.book.SetTerms(ctx, d.staff, e.ID, terms); err != nil {
		t.Fatal(err)
	}
	if r := d.get(t, e.ID).Rules; r.Sharing != SharingEqual || r.SharingUtility != "cardinality" || r.SharingComplete != "exhaust" || !r.ByVotes() {
		t.Errorf("%+v", r)
	}
	terms = TermsOf(d.get(t, e.ID))
	terms.Sharing = "lottery"
	if fields := fault.InFields(d.book.SetTerms(ctx, d.staff, e.ID, terms)); fields["sharing"].Text == "" {
		t.Error("an unknown rule was taken")
	}
	open := d.open(t)
	terms = TermsOf(open)
	terms.Reason, terms.Sharing = "想换一种分法", SharingGreedy // not what either kind of edition here has
	if fields := fault.InFields(d.book.SetTerms(ctx, d.head, open.ID, terms)); fields["sharing"].Text == "" {
		t.Error("the rule of a published call was changed")
	}
	terms.Sharing, terms.Reserves = "", terms.Reserves+1
	if err := d.book.SetTerms(ctx, d.head, open.ID, terms); err != nil {
		t.Fatal(err)
	}
	if r := d.get(t, open.ID).Rules; r.Sharing != open.Rules.Sharing {
		t.Errorf("%+v", r.Sharing)
	}
}

// How many projects a ballot may name is a term of calls whose votes share the money out: five unless the call says otherwise, and frozen
// with it.
func TestTheBallotsLimitIsATermOfTheCall(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	terms := TermsOf(e)
	if terms.BallotMost != 5 || e.Rules.BallotMost != 0 {
		t.Errorf("the form begins with %d, the rules have %d", terms.BallotMost, e.Rules.BallotMost)
	}
	terms.Sharing, terms.PublicVote = SharingLoad, 20
	for _, bad := range []int{-1, 0, 21} {
		terms.BallotMost = bad
		if fields := fault.InFields(d.book.SetTerms(ctx, d.staff, e.ID, terms)); fields["ballot_most"].Text == "" {
			t.Errorf("%d projects: %v", bad, fields)
		}
	}
	terms.BallotMost = 3
	if err := d.book.SetTerms(ctx, d.staff, e.ID, terms); err != nil {
		t.Fatal(err)
	}
	if r := d.get(t, e.ID).Rules; r.BallotMost != 3 {
		t.Errorf("kept %d", r.BallotMost)
	}
	terms = TermsOf(d.get(t, e.ID))
	terms.Sharing = SharingByRank
	if err := d.book.SetTerms(ctx, d.staff, e.ID, terms); err != nil {
		t.Fatal(err)
	}
	if r := d.get(t, e.ID).Rules; r.BallotMost != 0 {
		t.Errorf("by rank a ballot has %d", r.BallotMost)
	}
	byVotes := Rules{Sharing: SharingEqual, BallotMost: 3}
	var r Rules
	if err := (Terms{BallotMost: 4}).share(&r, byVotes, true); fault.InFields(err)["sharing"].Text == "" {
		t.Errorf("the limit of a published call was changed: %v", err)
	}
	if err := (Terms{}).share(&r, byVotes, true); err != nil || r.BallotMost != 3 {
		t.Errorf("left as it is: %d, %v", r.BallotMost, err)
	}
}
