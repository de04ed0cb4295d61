package assist_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// A neighbour without a phone of the mind for it: staff write, the neighbour signs, and all of it is in the trail.
func TestHelpedFromTheFirstWordToTheReceipt(t *testing.T) {
	w := newTown(t)
	a, by := w.begins()
	if by.ID != w.elder.ID || by.Helper != w.staff.ID || len(by.Grants) != 0 || by.Strong || by.Home != hood {
		t.Fatalf("the session acts as %+v", by)
	}
	id, saves := w.writes(by)
	_, err := w.proposals.Submit(w.ctx, by, id, saves, w.clock.Now())
	w.refused(err, fault.Invalid) // no paper yet
	w.refused(w.book.Finish(w.ctx, w.staff, w.token, a.ID), fault.Invalid)
	w.refused(w.book.Drop(w.ctx, w.staff, w.token, a.ID), fault.Invalid)
	w.refused(w.book.Sign(w.ctx, w.staff, a.ID, assist.Paper{SignedBy: "signature"}, paper()), fault.Invalid)                   // not read back
	w.refused(w.book.Sign(w.ctx, w.staff, a.ID, assist.Paper{SignedBy: "fingerprint", ReadBack: true}, paper()), fault.Invalid) // no witnesses
	w.refused(w.book.Sign(w.ctx, w.staff, a.ID, assist.Paper{SignedBy: "signature", ReadBack: true}, nil), fault.Invalid)       // no photo
	w.refused(w.book.Sign(w.ctx, w.head, a.ID, assist.Paper{SignedBy: "signature", ReadBack: true}, paper()), fault.NotFound)   // somebody else's
	w.refused(w.book.Sign(w.ctx, w.staff, a.ID, assist.Paper{SignedBy: "signature", ReadBack: true}, strings.NewReader("GIF89a")), fault.Invalid)
	w.signs(a)
	f, err := w.proposals.Submit(w.ctx, by, id, saves, w.clock.Now())
	w.must(err)
	if f.ActingHelper == nil || *f.ActingHelper != w.staff.ID || f.ActingPaper == nil || f.ActingReason != "no_phone" || f.LeadID != w.elder.ID {
		t.Errorf("handed in as %+v", f.Proposal)
	}
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID)) // a second press
	if now := w.acting(); now.ID != w.staff.ID || now.Helped() {
		t.Errorf("after the end the session is %+v", now)
	}
	// The old actor is of no use any more, whatever page is still open somewhere.
	_, err = w.proposals.Start(w.ctx, by, w.call.ID, proposal.Beginning{ID: newID()})
	if err == nil {
		if n := w.count(`select count(*) from audit_event where assistance = @id::uuid and at > @at`, pg.Args{"id": a.ID, "at": w.clock.Now()}); n > 0 {
			t.Error("something was written after the end")
		}
	}
	if n := w.count(`select count(*) from audit_event where actor = @who::uuid and helper = @helper::uuid and assistance = @a::uuid`,
		pg.Args{"who": w.elder.ID, "helper": w.staff.ID, "a": a.ID}); n < 5 {
		t.Errorf("only %d lines name the helper", n)
	}
	if n := w.count(`select count(*) from notice where code = 'N33' and person_id = @id::uuid`, pg.Args{"id": w.elder.ID}); n != 2 {
		t.Errorf("%d messages to the person", n)
	}
	if _, err := w.book.Told(w.ctx, assist.Done{AssistanceID: a.ID}); err != nil || len(w.phone.texts) != 1 || !strings.Contains(w.phone.texts[0], "https://miaopu.example/assisted/"+a.ID+"/"+w.book.LinkKey(a.ID)) {
		t.Errorf("short message: %v %v", w.phone.texts, err)
	}
	w.whole()
}

// Whoever filled it in does nothing official about it, at any door; a colleague may.
func TestTheHelperNeverJudgesWhatTheyFilledIn(t *testing.T) {
	w := newTown(t)
	// The helper wears every hat there is.
	for _, g := range []identity.Grant{{Role: identity.CommunityHead, Place: hood}, {Role: identity.SubdistrictStaff, Place: "jz.w"}, {Role: identity.SubdistrictHead, Place: "jz.w"}} {
		w.must(w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, @role, @place::text::ltree, @at)`,
			pg.Args{"id": w.staff.ID, "role": string(g.Role), "place": g.Place, "at": noon}))
		w.staff.Grants = append(w.staff.Grants, g)
	}
	a, by := w.begins()
	id, saves := w.writes(by)
	w.must(w.book.Pause(w.ctx, w.staff, w.token))
	// The elder's own press: the helper only typed. They are a helper all the same.
	f, err := w.proposals.Submit(w.ctx, w.elder, id, saves, w.clock.Now())
	w.must(err)
	if f.ActingHelper != nil {
		t.Error("the elder handed in themself")
	}
	w.refused(w.proposals.Endorse(w.ctx, w.staff, id, proposal.Opinion{Version: f.Version, Text: "很好"}), fault.Forbidden)
	w.refused(w.proposals.Return(w.ctx, w.staff, id, proposal.Returning{Version: f.Version, Reasons: []string{"budget"}}), fault.Forbidden)
	c, err := w.proposals.See(w.ctx, w.staff, id)
	w.must(err)
	if !c.Conflicted {
		t.Error("the desk does not tell the helper")
	}
	w.must(w.proposals.Endorse(w.ctx, w.head, id, proposal.Opinion{Version: f.Version, Text: "很好"}))
	check := proposal.Checklist{ID: newID(), Version: f.Version + 1}
	for _, item := range proposal.CheckItems {
		check.Items = append(check.Items, proposal.Point{Code: item.Code, Result: "pass"})
	}
	w.refused(w.proposals.Examine(w.ctx, w.staff, id, check), fault.Forbidden)
	// Whatever a verb forgets to ask, the database does not take the line: here as if for any later area's row.
	row := newID()
	w.must(w.book.Resume(w.ctx, w.staff, w.token, a.ID))
	by = w.acting()
	record := func(who identity.Actor, p identity.Permission, action string) error {
		warrant, err := who.Must(p, hood)
		w.must(err)
		return w.db.Change(w.ctx, func(tx pg.Tx) error {
			return audit.Record(w.ctx, tx, warrant, audit.Event{Entity: "claim", ID: row, Action: action, Place: hood, At: w.clock.Now()})
		})
	}
	w.must(record(by, identity.DraftProposals, "save"))
	w.refused(record(w.staff, identity.VerifyClaims, "verify"), fault.Conflict)
	w.must(record(w.head, identity.EndorseProposals, "verify"))
	w.whole()
}

// The row of the permission table that is nobody else's, and the doors behind it.
func TestNeverInSomebodyElsesName(t *testing.T) {
	w := newTown(t)
	_, by := w.begins()
	_, err := w.accounts.Enrol(w.ctx, by, w.token, "JBSWY3DPEHPK3PXP", "000000")
	w.refused(err, fault.Forbidden)
	_, err = w.accounts.Strengthen(w.ctx, by, w.token, "000000")
	w.refused(err, fault.Forbidden)
	w.refused(w.accounts.SendOwnCode(w.ctx, by), fault.Forbidden)
	_, err = w.book.Mine(w.ctx, by)
	w.refused(err, fault.Forbidden)
	w.refused(w.book.Dispute(w.ctx, by, newID(), ""), fault.Forbidden)
	// Staff work and paying: no role counts, not even the person's own.
	by.Strong = true
	for _, role := range identity.Granted {
		by.Grants = append(by.Grants, identity.Grant{Role: role, Place: "jz"})
	}
	for p, roles := range identity.May {
		may := false
		for _, r := range roles {
			may = may || !r.Strong() && r != identity.System
		}
		if by.Somewhere(p) != (may && p != identity.OwnHands) || by.Can(p, hood) && !may {
			t.Errorf("%s while helping: %v", p, by.Somewhere(p))
		}
	}
	// Nor does a warrant that slipped through.
	w.refused(w.db.Change(w.ctx, func(tx pg.Tx) error {
		return audit.Record(w.ctx, tx, identity.Warrant{By: by, Role: identity.Cashier, Place: "jz"}, audit.Event{Entity: "claim", ID: newID(), Action: "pay", Place: hood, At: noon})
	}), fault.Conflict)
}

// Everything that decides waits for the paper, even in areas that know nothing of assistance.
func TestDecidingWaitsForThePaper(t *testing.T) {
	w := newTown(t)
	a, by := w.begins()
	warrant, err := by.Must(identity.Object, hood)
	w.must(err)
	decide := func() error {
		return w.db.Change(w.ctx, func(tx pg.Tx) error {
			if err := audit.Record(w.ctx, tx, warrant, audit.Event{Entity: "objection", ID: newID(), Version: 1, Action: "object", Place: hood, At: w.clock.Now()}); err != nil {
				return err
			}
			_, err := consent.Give(w.ctx, tx, by, consent.NamePublic, "", w.clock.Now())
			return err
		})
	}
	w.refused(decide(), fault.Conflict)
	w.signs(a)
	w.must(decide())
	if n := w.count(`select count(*) from consent where person_id = @id::uuid and granted_by = 'helper' and evidence is not null and assistance_id = @a::uuid`, pg.Args{"id": w.elder.ID, "a": a.ID}); n != 1 {
		t.Errorf("%d consents on the paper", n)
	}
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))
	w.refused(decide(), fault.Conflict)
}

func TestWhoMayBeHelped(t *testing.T) {
	w := newTown(t)
	good := assist.Start{Phone: "13800000001", Name: "王奶奶", Why: "sight", Method: "face"}
	try := func(by identity.Actor, change func(*assist.Start)) error {
		n := good
		n.ID = newID()
		change(&n)
		_, err := w.book.Start(w.ctx, by, w.token, n)
		return err
	}
	far := w.enlist("外边的人", "13800000002", hood2, "", "")
	w.refused(try(w.staff, func(n *assist.Start) { n.Phone, n.Name = "13800000002", far.Name }), fault.Invalid) // another community's
	w.refused(try(w.staff, func(n *assist.Start) { n.Name = "张奶奶" }), fault.Invalid)                            // another name
	w.refused(try(w.staff, func(n *assist.Start) { n.Phone, n.Name, n.Home = "13900000001", "帮办小王", hood }), fault.Invalid)
	w.refused(try(w.staff, func(n *assist.Start) { n.Why = "" }), fault.Invalid)
	w.refused(try(w.staff, func(n *assist.Start) { n.Why = "other" }), fault.Invalid)
	w.refused(try(w.staff, func(n *assist.Start) { n.Phone, n.Home = "", hood2 }), fault.Invalid) // a newcomer elsewhere
	w.refused(try(w.staff, func(n *assist.Start) { n.Phone, n.Home = "", "jz.w" }), fault.Invalid)
	w.refused(try(w.street, func(*assist.Start) {}), fault.Forbidden)
	w.refused(try(w.elder, func(*assist.Start) {}), fault.Forbidden)
	weak := w.staff
	weak.Strong = false
	w.refused(try(weak, func(n *assist.Start) { n.Home = hood }), fault.SignIn)
	w.must(try(w.staff, func(*assist.Start) {}))
	w.refused(try(w.staff, func(*assist.Start) {}), fault.Conflict) // one at a time
}

// An elder without a phone gets an account on the spot, on paper; somebody else confirms where they live.
func TestEnlistedOnTheSpot(t *testing.T) {
	w := newTown(t)
	n := assist.Start{ID: newID(), Name: "李爷爷", Home: hood, Why: "no_phone", Method: "face"}
	a, err := w.book.Start(w.ctx, w.staff, w.token, n)
	w.must(err)
	again, err := w.book.Start(w.ctx, w.staff, w.token, n) // a double click
	w.must(err)
	if again.PersonID != a.PersonID || !a.Enlisted || w.count(`select count(*) from person where name = '李爷爷'`, nil) != 1 {
		t.Error("enlisted twice")
	}
	w.signs(a)
	if n := w.count(`select count(*) from consent where person_id = @id::uuid and purpose = 'account' and granted_by = 'helper'`, pg.Args{"id": a.PersonID}); n != 1 {
		t.Error("no consent to the account")
	}
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))
	w.refused(w.accounts.ConfirmResident(w.ctx, w.staff, a.PersonID, 1, true), fault.Conflict)
	w.must(w.accounts.ConfirmResident(w.ctx, w.head, a.PersonID, 1, true))
	known, err := w.accounts.WithoutPhone(w.ctx, w.staff)
	w.must(err)
	if len(known) != 1 || known[0].ID != a.PersonID {
		t.Fatalf("known: %+v", known)
	}
	b, err := w.book.Start(w.ctx, w.staff, w.token, assist.Start{ID: newID(), Person: a.PersonID, Why: "no_phone", Method: "paper"})
	w.must(err)
	if b.PersonID != a.PersonID {
		t.Error("somebody else")
	}
	w.must(w.book.Drop(w.ctx, w.staff, w.token, b.ID)) // nothing was written
	if _, err := w.book.Told(w.ctx, assist.Done{AssistanceID: a.ID}); err != nil || len(w.phone.texts) != 0 {
		t.Errorf("a message to nobody: %v %v", w.phone.texts, err)
	}
	w.whole()
}

func TestDisputes(t *testing.T) {
	w := newTown(t)
	// The helper is of the subdistrict's desk too, and still may not answer.
	w.staff.Grants = append(w.staff.Grants, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.w"})
	a, by := w.begins()
	w.writes(by)
	w.signs(a)
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))
	other := w.enlist("别人", "13800000009", hood, "", "")
	w.refused(w.book.Dispute(w.ctx, other, a.ID, ""), fault.NotFound)
	w.refused(w.book.DisputeByLink(w.ctx, identity.Actor{}, a.ID, "x", ""), fault.NotFound)
	w.must(w.book.DisputeByLink(w.ctx, identity.Actor{}, a.ID, w.book.LinkKey(a.ID), "我没有说要申报"))
	w.must(w.book.Dispute(w.ctx, w.elder, a.ID, "")) // a second way to say the same
	list, err := w.book.Disputes(w.ctx, w.street)
	w.must(err)
	if len(list) != 1 || list[0].State != assist.DisputeOpen || list[0].Way != "link" {
		t.Fatalf("disputes: %+v", list)
	}
	id := list[0].ID
	v := assist.Verdict{Version: 1, Ruling: assist.Upheld, Answer: "走访过，老人确实没有说要申报"}
	w.refused(w.book.Decide(w.ctx, w.street, id, v), fault.Invalid) // what to undo is not named
	v.Undo = "社区书记退回申报书，由王奶奶撤回"
	w.refused(w.book.Decide(w.ctx, w.staff, id, v), fault.Forbidden)
	w.refused(w.book.Decide(w.ctx, w.head, id, v), fault.Forbidden)
	w.must(w.book.Decide(w.ctx, w.street, id, v))
	w.must(w.book.Decide(w.ctx, w.street, id, v)) // pressed twice
	w.refused(w.book.Decide(w.ctx, w.chief, id, assist.Verdict{Version: 1, Ruling: assist.Explained, Answer: "是"}), fault.Conflict)
	mine, err := w.book.Mine(w.ctx, w.elder)
	w.must(err)
	if len(mine) != 1 || mine[0].Dispute != assist.Upheld {
		t.Errorf("mine: %+v", mine)
	}
	w.clock.Advance(31 * 24 * time.Hour)
	_, err = w.book.ByLink(w.ctx, a.ID, w.book.LinkKey(a.ID))
	w.refused(err, fault.NotFound)
	w.whole()
}

// What was not the person's will is taken back by itself, as far as nobody has decided on it, and the desk sees the rest.
func TestWhatNobodyWantedIsTakenBack(t *testing.T) {
	w := newTown(t)
	lead := w.enlist("赵领办", "13800000008", hood, "", "")
	theirs, err := w.proposals.Start(w.ctx, lead, w.call.ID, proposal.Beginning{ID: newID()})
	w.must(err)
	seat := newID()
	w.must(w.proposals.Invite(w.ctx, lead, theirs, proposal.NewMember{ID: seat, Name: "王奶奶", Phone: "13800000001", Role: "member"}))
	a, by := w.begins()
	draft, _ := w.writes(by)
	w.signs(a)
	w.must(w.proposals.Accept(w.ctx, by, seat, proposal.Answer{Version: 1, Agree: true, Age: "adult"}))
	w.must(w.proposals.Say(w.ctx, by, theirs, proposal.NewRemark{ID: newID(), Section: proposal.Sections[0].ID, Body: "我会缝扣子"}))
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		_, err := consent.Give(w.ctx, tx, by, consent.NamePublic, "", w.clock.Now())
		return err
	}))
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))
	w.must(w.book.Dispute(w.ctx, w.elder, a.ID, ""))
	list, err := w.book.Disputes(w.ctx, w.street)
	w.must(err)
	w.must(w.book.Decide(w.ctx, w.street, list[0].ID, assist.Verdict{Version: 1, Ruling: assist.Upheld, Answer: "老人没有说过", Undo: "没有"}))
	if n := w.count(`select count(*) from outbox where kind = 'assist.refuted'`, nil); n != 1 {
		t.Fatalf("%d facts", n)
	}
	f := assist.Refuted{AssistanceID: a.ID, At: w.clock.Now()}
	for range 2 {
		w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
			for _, hear := range []func(context.Context, pg.Tx, assist.Refuted) error{assist.HearRefuted, proposal.HearRefuted} {
				if err := hear(w.ctx, tx, f); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	for what, sql := range map[string]string{
		"the draft stands":     `select count(*) from proposal where id = '` + draft + `' and state <> 'withdrawn'`,
		"still in the team":    `select count(*) from team_member where id = '` + seat + `' and state <> 'left'`,
		"the remark stands":    `select count(*) from proposal_comment where hidden_at is null`,
		"a consent stands":     `select count(*) from consent where person_id = '` + w.elder.ID + `' and withdrawn_at is null and purpose <> 'account'`,
		"a neighbour's is out": `select 1 - count(*) from proposal where id = '` + theirs + `' and state = 'draft'`,
	} {
		if n := w.count(sql, nil); n != 0 {
			t.Error(what)
		}
	}
	lines, err := w.book.Lines(w.ctx, a.ID)
	w.must(err)
	undone := map[string]bool{}
	for _, l := range lines {
		undone[l.Entity] = undone[l.Entity] || l.Undone
	}
	if !undone["proposal"] || !undone["team_member"] || !undone["proposal_comment"] || undone["team"] {
		t.Errorf("shown as taken back: %v", undone)
	}
	w.whole()
}

// What the person has gone on with by themself is theirs by now.
func TestWhatThePersonWentOnWithStays(t *testing.T) {
	w := newTown(t)
	a, by := w.begins()
	draft, saves := w.writes(by)
	w.signs(a)
	w.must(w.book.Finish(w.ctx, w.staff, w.token, a.ID))
	w.clock.Advance(time.Hour)
	_, err := w.proposals.Save(w.ctx, w.elder, draft, proposal.Draft{Saves: saves, Title: "我自己的改造坊"})
	w.must(err)
	w.must(w.db.Change(w.ctx, func(tx pg.Tx) error {
		return proposal.HearRefuted(w.ctx, tx, assist.Refuted{AssistanceID: a.ID, At: w.clock.Now()})
	}))
	if n := w.count(`select count(*) from proposal where id = @id::uuid and state = 'draft'`, pg.Args{"id": draft}); n != 1 {
		t.Error("taken from its person")
	}
}
