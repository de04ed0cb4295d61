package proposal

import (
	"context"
	"slices"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestInvitationWaitsForItsPhone(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	ask := NewMember{ID: newID(), Name: "刘建国", Phone: "138 0000 4417", Role: "treasurer", Skill: "记账"}
	for range 2 { // a double click is one invitation
		if err := w.book.Invite(ctx, w.lead, id, ask); err != nil {
			t.Fatal(err)
		}
	}
	again := ask
	again.ID = newID()
	if err := w.book.Invite(ctx, w.lead, id, again); fault.InFields(err)["phone"].Text == "" {
		t.Errorf("the same number twice: %v", err)
	}
	members := w.own(w.lead, id).Members
	if len(members) != 2 || members[1].PhoneTail != "4417" || members[1].PersonID != "" || members[1].State != "invited" {
		t.Fatalf("members are %+v", members)
	}
	// He signs in with that number: the invitation is his.
	person := w.resident("刘建国", hood)
	index, _, err := w.accounts.Index(ask.Phone)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return ClaimInvitations(ctx, tx, person.ID, index) }); err != nil {
			t.Fatal(err)
		}
	}
	mine, err := w.book.Invitations(ctx, person)
	if err != nil || len(mine) != 1 || mine[0].LeadName != "周桂兰" || mine[0].State != "invited" {
		t.Fatalf("his invitations are %+v, %v", mine, err)
	}
	if n := w.count(`select count(*) from notice where code = 'N16' and person_id = @me::uuid`, pg.Args{"me": person.ID}); n != 1 {
		t.Errorf("he has %d notices", n)
	}
	if n := w.count(`select count(*) from team_member where phone_index is not null`, nil); n != 0 {
		t.Error("the digest of his number is kept though it is no longer needed")
	}
	if ties, err := TeamTies(ctx, w.db, w.own(w.lead, id).TeamID, person); err != nil || len(ties) != 0 {
		t.Errorf("before he says yes his ties are %v, %v", ties, err)
	}
	if err := w.book.Accept(ctx, person, mine[0].ID, Answer{Version: 1, Age: "adult"}); fault.InFields(err)["agree"].Text == "" {
		t.Errorf("joined without consent: %v", err)
	}
	for range 2 {
		if err := w.book.Accept(ctx, person, mine[0].ID, Answer{Version: 1, Agree: true, Age: "adult"}); err != nil {
			t.Fatal(err)
		}
	}
	if ties, err := TeamTies(ctx, w.db, w.own(w.lead, id).TeamID, person); err != nil || !slices.Equal(ties, []identity.Role{identity.TeamTreasurer}) {
		t.Errorf("his ties are %v, %v", ties, err)
	}
	if n := w.count(`select count(*) from consent where person_id = @me::uuid and purpose = 'team_member' and withdrawn_at is null`, pg.Args{"me": person.ID}); n != 1 {
		t.Errorf("%d consents", n)
	}
}

func TestInvitationsAreTheirOwnersBusiness(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	p, err := Get(ctx, w.db, id)
	if err != nil {
		t.Fatal(err)
	}
	asked := w.resident("刘建国", hood)
	member := w.invited(p, w.lead, asked)
	for name, err := range map[string]error{
		"somebody else accepts":    w.book.Accept(ctx, w.neighbour, member, Answer{Version: 1, Agree: true, Age: "adult"}),
		"the lead accepts for him": w.book.Accept(ctx, w.lead, member, Answer{Version: 1, Agree: true, Age: "adult"}),
		"somebody else removes":    w.book.Remove(ctx, w.neighbour, member, Answer{Version: 1}),
		"a visitor declines":       w.book.Decline(ctx, identity.Actor{}, member, Answer{Version: 1}),
		"a stranger invites":       w.book.Invite(ctx, w.neighbour, id, NewMember{ID: newID(), Name: "甲", Phone: "13900000001", Role: "member"}),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.book.Leave(ctx, asked, member, Answer{Version: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("left a team he is not in: %v", err)
	}
	if err := w.book.Decline(ctx, asked, member, Answer{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.Accept(ctx, asked, member, Answer{Version: 2, Agree: true, Age: "adult"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("accepted after declining: %v", err)
	}
	if n := len(w.own(w.lead, id).Members); n != 1 {
		t.Errorf("%d members after he declined", n)
	}
	lead := w.own(w.lead, id).Members[0]
	if err := w.book.Leave(ctx, w.lead, lead.ID, Answer{Version: 1}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the lead leaves: %v", err)
	}
}

func TestTeamIsReadyWhileItHasItsPeople(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	if f.TeamState != "ready" {
		t.Fatalf("three accepted, the team is %s", f.TeamState)
	}
	gone := f.Members[2]
	if err := w.book.Remove(ctx, w.lead, gone.ID, Answer{Version: gone.Version}); err != nil {
		t.Fatal(err)
	}
	after := w.own(w.lead, f.ID)
	if after.TeamState != "forming" || after.Accepted() != 2 {
		t.Errorf("two accepted, the team is %s", after.TeamState)
	}
	if n := w.count(`select count(*) from consent where person_id = @me::uuid and withdrawn_at is not null`, pg.Args{"me": gone.PersonID}); n != 1 {
		t.Error("the consent of somebody who is out of the team still stands")
	}
	people, err := TeamPeople(ctx, w.db, f.TeamID)
	if err != nil || slices.Contains(people, gone.PersonID) || len(people) != 2 {
		t.Errorf("the team's people are %v, %v", people, err)
	}
}

func TestInviteChecksFields(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	err = w.book.Invite(ctx, w.lead, id, NewMember{ID: newID(), Role: "king"})
	if got := fault.InFields(err).Names(); !slices.Equal(got, []string{"name", "role"}) {
		t.Errorf("wrong fields are %v", got)
	}
	if err := w.book.Invite(ctx, w.lead, id, NewMember{ID: newID(), Name: "甲", Role: "member", Phone: "123"}); fault.InFields(err)["phone"].Text == "" {
		t.Errorf("a number of three digits: %v", err)
	}
}
