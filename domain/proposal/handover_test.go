package proposal

import (
	"context"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func (w *world) vote(f Full, by identity.Actor, member string) string {
	w.Helper()
	n := NewHandover{ID: newID(), Member: member, Reason: "领办人搬走了"}
	for range 2 {
		if err := w.book.Propose(context.Background(), by, f.ID, n); err != nil {
			w.Fatal(err)
		}
	}
	return n.ID
}

func person(m Member) identity.Actor { return identity.Actor{ID: m.PersonID, Name: m.Name} }

// §18-1: the lead has moved away; the deputy takes over by the members' vote, without the lead's.
func TestTheMembersGiveADraftANewLead(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	next, other := f.Members[1], f.Members[2]
	if err := w.book.Propose(ctx, w.neighbour, f.ID, NewHandover{ID: newID(), Member: next.ID, Reason: "x"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger proposes: %v", err)
	}
	id := w.vote(f, person(other), next.ID)
	if err := w.book.Propose(ctx, person(other), f.ID, NewHandover{ID: newID(), Member: next.ID, Reason: "x"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("two votes at once: %v", err)
	}
	if err := w.book.Remove(ctx, w.lead, other.ID, Answer{Version: other.Version}); !fault.Is(err, fault.Conflict) {
		t.Errorf("the lead takes a voter off the team: %v", err)
	}
	late := w.account("后来的")
	if _, _, err := w.book.JoinByLink(ctx, late, w.link(f, w.lead, 1), ask("")); err != nil {
		t.Fatal(err)
	}
	if err := w.book.Cast(ctx, late, f.ID, id, Ballot{Yes: true}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who came after the roll was fixed votes: %v", err)
	}
	for range 2 {
		if err := w.book.Cast(ctx, person(other), f.ID, id, Ballot{Yes: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.book.Cast(ctx, person(other), f.ID, id, Ballot{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a vote is changed: %v", err)
	}
	if err := w.book.Cast(ctx, person(next), f.ID, id, Ballot{Yes: true}); fault.InFields(err)["adult"].Text == "" {
		t.Errorf("the new lead does not say they are of age: %v", err)
	}
	if got := w.own(w.lead, f.ID); got.LeadID != w.lead.ID {
		t.Error("half of the roll is enough")
	}
	if err := w.book.Cast(ctx, person(next), f.ID, id, Ballot{Yes: true, Adult: true}); err != nil {
		t.Fatal(err)
	}
	got := w.own(w.lead, f.ID)
	if got.LeadID != next.PersonID || got.Members[0].PersonID != next.PersonID || got.Members[0].Role != "lead" {
		t.Errorf("the lead is %s, first of the list %+v", got.LeadID, got.Members[0])
	}
	if n := w.count(`select count(*) from team where lead_id = @id::uuid`, pg.Args{"id": next.PersonID}); n != 1 {
		t.Error("the team still has its old lead")
	}
	if got.SeatOf(w.lead).Role != "member" {
		t.Errorf("the old lead is %+v", got.SeatOf(w.lead))
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, got.Saves, noon); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the old lead hands in: %v", err)
	}
	if _, err := w.book.Submit(ctx, person(next), f.ID, got.Saves, noon); err != nil {
		t.Errorf("the new lead cannot hand in: %v", err)
	}
}

func TestAfterHandingInTheCommunityConfirms(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	next, other := f.Members[1], f.Members[2]
	id := w.vote(f, person(next), next.ID)
	for _, m := range []Member{next, other} {
		if err := w.book.Cast(ctx, person(m), f.ID, id, Ballot{Yes: true, Adult: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.own(w.lead, f.ID); got.LeadID != w.lead.ID {
		t.Error("the lead changed without the community")
	}
	list, err := w.book.Handovers(ctx, w.head)
	if err != nil || len(list) != 1 || list[0].Yes() != 2 || list[0].State != "passed" {
		t.Fatalf("the desk has %+v, %v", list, err)
	}
	if list, err := w.book.Handovers(ctx, w.head2); err != nil || len(list) != 0 {
		t.Errorf("another community has %+v, %v", list, err)
	}
	if err := w.book.ConfirmLead(ctx, w.head2, id, Confirming{Version: 2, Yes: true}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another community confirms: %v", err)
	}
	if err := w.book.ConfirmLead(ctx, w.head, id, Confirming{Version: 2}); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("refused without a reason: %v", err)
	}
	// The limits of the new lead hold at this very moment.
	w.submitted(person(next), w.call(1))
	if err := w.book.ConfirmLead(ctx, w.head, id, Confirming{Version: 2, Yes: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("one person leads two: %v", err)
	}
	w.run(`update proposal set lead_id = @lead::uuid where lead_id = @next::uuid`, pg.Args{"lead": w.neighbour.ID, "next": next.PersonID})
	for range 2 {
		if err := w.book.ConfirmLead(ctx, w.head, id, Confirming{Version: 2, Yes: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.own(w.lead, f.ID); got.LeadID != next.PersonID || got.State != Submitted {
		t.Errorf("led by %s, %s", got.LeadID, got.State)
	}
	for _, entity := range []string{"proposal", "team", "handover"} {
		if n := w.count(`select count(*) from audit_event where entity = @entity and action in ('hand_over', 'end') and actor = @me::uuid`, pg.Args{"entity": entity, "me": w.head.ID}); n != 1 {
			t.Errorf("%s: the trail has %d lines", entity, n)
		}
	}
}

// Under an agreement the new lead signs it with their vote, and the community confirms (DOMAIN §7.3): later areas are told.
func TestUnderAnAgreementTheNewLeadSigns(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if err := w.db.Change(ctx, func(tx pg.Tx) error {
		warrant, err := identity.House().Must(identity.KeepCalendar, f.Place)
		for _, to := range []string{Endorsed, Eligible, Shortlisted, Ranked, Selected, Refining, Refined, Contracted} {
			if err == nil {
				err = Move(ctx, tx, warrant, Step{ID: f.ID, To: to, At: noon})
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	next, other := f.Members[1], f.Members[2]
	id := w.vote(f, person(other), next.ID)
	if err := w.book.Cast(ctx, person(next), f.ID, id, Ballot{Yes: true, Adult: true}); fault.InFields(err)["signs"].Text == "" {
		t.Errorf("the new lead does not sign: %v", err)
	}
	for _, m := range []Member{next, other} {
		if err := w.book.Cast(ctx, person(m), f.ID, id, Ballot{Yes: true, Adult: true, Signs: m.PersonID == next.PersonID}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.own(w.lead, f.ID); got.LeadID != w.lead.ID {
		t.Error("the lead changed without the community")
	}
	for range 2 {
		if err := w.book.ConfirmLead(ctx, w.head, id, Confirming{Version: 2, Yes: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.own(w.lead, f.ID); got.LeadID != next.PersonID || got.State != Contracted {
		t.Errorf("led by %s, %s", got.LeadID, got.State)
	}
	if n := w.count(`select count(*) from outbox where kind = 'proposal.lead_changed' and body->>'new_lead' = @new and body->>'by' = @head`, pg.Args{"new": next.PersonID, "head": w.head.ID}); n != 1 {
		t.Errorf("%d facts", n)
	}
}

func TestAVoteFailsLapsesAndIsCalledOff(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	next, other := f.Members[1], f.Members[2]
	state := func(id string) string {
		h, err := pg.One[Handover](ctx, w.db, handoverSQL, pg.Args{"id": id})
		if err != nil {
			t.Fatal(err)
		}
		return h.State
	}
	id := w.vote(f, person(other), next.ID)
	if err := w.book.Cast(ctx, person(next), f.ID, id, Ballot{}); err != nil {
		t.Fatal(err)
	}
	if got := state(id); got != "failed" {
		t.Errorf("who is to lead is not willing: %s", got)
	}
	id = w.vote(f, person(other), next.ID)
	if err := w.book.TakeBack(ctx, person(next), f.ID, id); !fault.Is(err, fault.Forbidden) {
		t.Errorf("somebody else calls it off: %v", err)
	}
	if err := w.book.TakeBack(ctx, person(other), f.ID, id); err != nil || state(id) != "withdrawn" {
		t.Errorf("%v, %s", err, state(id))
	}
	id = w.vote(f, person(other), next.ID)
	w.clock.Set(noon.AddDate(0, 0, voteDays))
	if err := w.book.Cast(ctx, person(other), f.ID, id, Ballot{Yes: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a vote after its time: %v", err)
	}
	for range 2 {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return w.book.LapseVotes(ctx, tx, w.clock.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
	if got := state(id); got != "lapsed" {
		t.Errorf("after its time it is %s", got)
	}
	w.run(`update person set home_state = 'claimed' where id = @id::uuid`, pg.Args{"id": next.PersonID})
	if err := w.book.Propose(ctx, person(other), f.ID, NewHandover{ID: newID(), Member: next.ID, Reason: "x"}); fault.InFields(err)["member"].Text == "" {
		t.Errorf("somebody whose home nobody has confirmed: %v", err)
	}
}

func TestRightsDecideWhoWritesAndWhoSpeaks(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	m := f.Members[1]
	set := func(rights string) {
		t.Helper()
		s := w.seat(m.ID)
		for range 2 {
			if err := w.book.Allow(ctx, w.lead, m.ID, Allowing{s.Version, rights}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.book.Allow(ctx, person(m), m.ID, Allowing{m.Version, MayEdit}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member gives themself rights: %v", err)
	}
	say := func(by identity.Actor) error {
		return w.book.Say(ctx, by, f.ID, NewRemark{ID: newID(), Section: "budget", Body: "海报可以再便宜些"})
	}
	for _, c := range []struct {
		rights          string
		writes, remarks bool
	}{{MayEdit, true, true}, {MayComment, false, true}, {MayView, false, false}} {
		set(c.rights)
		saves := w.own(w.lead, f.ID).Saves
		if _, err := w.book.Save(ctx, person(m), f.ID, good(saves)); (err == nil) != c.writes || (err != nil && !fault.Is(err, fault.Forbidden)) {
			t.Errorf("%s writes: %v", c.rights, err)
		}
		if err := say(person(m)); (err == nil) != c.remarks || (err != nil && !fault.Is(err, fault.Forbidden)) {
			t.Errorf("%s speaks: %v", c.rights, err)
		}
		if _, err := w.book.Own(ctx, person(m), f.ID); err != nil {
			t.Errorf("%s reads: %v", c.rights, err)
		}
	}
	if err := say(w.neighbour); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger speaks: %v", err)
	}
	if _, _, err := w.book.Remarks(ctx, w.head, f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the desk reads along: %v", err)
	}
	_, list, err := w.book.Remarks(ctx, w.lead, f.ID)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d remarks, %v", len(list), err)
	}
	if err := w.book.HideRemark(ctx, person(f.Members[2]), f.ID, list[0].ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another member hides it: %v", err)
	}
	for _, by := range []identity.Actor{w.lead, person(m)} {
		if err := w.book.HideRemark(ctx, by, f.ID, list[0].ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, list, _ = w.book.Remarks(ctx, w.lead, f.ID); !list[0].Hidden || list[0].Body != "" {
		t.Errorf("folded away, and still to be read: %+v", list[0])
	}
	if n := w.count(`select count(*) from notice where code = 'N16' and person_id = @me::uuid and text like '%新的留言%'`, pg.Args{"me": w.lead.ID}); n != 1 {
		t.Errorf("the lead was told of remarks %d times in a day", n)
	}
}

func TestAMentorReadsAndAdvises(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	mentor := w.resident("辅导员", hood)
	member := w.invitedAs(f.Proposal, w.lead, mentor, "mentor")
	yes := Answer{Version: 1, Agree: true, Age: "adult"}
	if err := w.book.Accept(ctx, mentor, member, yes); !fault.Is(err, fault.Conflict) {
		t.Errorf("a mentor nobody has registered: %v", err)
	}
	mentor.Grants = []identity.Grant{{Role: identity.Mentor, Place: "jz"}}
	if err := w.book.Accept(ctx, mentor, member, yes); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Save(ctx, mentor, f.ID, good(f.Saves)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a mentor writes: %v", err)
	}
	if err := w.book.Say(ctx, mentor, f.ID, NewRemark{ID: newID(), Section: "plan", Body: "次数可以少些"}); err != nil {
		t.Error(err)
	}
	if err := w.book.Allow(ctx, w.lead, member, Allowing{2, MayEdit}); fault.InFields(err)["rights"].Text == "" {
		t.Errorf("a mentor is let write: %v", err)
	}
	if people, err := TeamPeople(ctx, w.db, f.TeamID); err != nil || len(people) != 3 {
		t.Errorf("the mentor is one of the team: %v, %v", people, err)
	}
	if got := w.own(w.lead, f.ID); got.Accepted() != 3 {
		t.Errorf("a mentor counts for the size of the team: %d", got.Accepted())
	}
}
