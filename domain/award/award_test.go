package award

import (
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

func TestFromRankingToPublicNotice(t *testing.T) {
	w := newWorld(t, 4, 7_000_00)
	p := w.publicized()
	for i, want := range []struct{ result, state string }{{Selected, proposal.Selected}, {Selected, proposal.Selected}, {Reserve, proposal.Reserve}, {Reserve, proposal.Reserve}} {
		a := w.award(i)
		if a.Result != want.result || a.State != Publicized || w.state(i) != want.state || (a.Result == Selected) != (a.Amount == 3_000_00) {
			t.Errorf("project %d: %+v, proposal %s", i, a, w.state(i))
		}
		if a.Result != Selected && a.Why().Text == "" {
			t.Errorf("project %d was passed over without a reason", i)
		}
	}
	if w.year() != edition.Publicizing {
		t.Errorf("the edition is %s", w.year())
	}
	// Published on Thursday 16:00 for five working days: closes on the next Thursday, 24:00.
	if want := time.Date(2026, 7, 3, 0, 0, 0, 0, clock.Shanghai); !p.ClosesAt.Equal(want) {
		t.Errorf("closes %v, want %v", p.ClosesAt, want)
	}
	if !p.Sealed() || !strings.HasPrefix(p.Number, "GS202606") {
		t.Errorf("number %s, sealed %v", p.Number, p.Sealed())
	}
	c, err := p.Read()
	if err != nil || len(c.Rows) != 4 || c.Rows[0].Lead != "张**" || c.Rows[0].Score != 95_00 || c.Seed == "" || c.Digest == "" {
		t.Errorf("content %+v, %v", c, err)
	}
	for _, secret := range []string{"桂兰", "评委0"} {
		if strings.Contains(p.Content, secret) {
			t.Errorf("the notice names %q", secret)
		}
	}
	if n := w.count(`select count(*) from notice where code = 'N08'`, nil); n != 4 {
		t.Errorf("%d teams were told", n)
	}
	if n := w.count(`select count(*) from notice where code = 'N09' and person_id = @p`, pg.Args{"p": w.host.ID}); n != 1 {
		t.Errorf("the community was told %d times", n)
	}
	w.refused(`update publicity set content = 'x', version = version + 1`, nil)
	w.refused(`update publicity set closes_at = now(), version = version + 1`, nil)
}

func TestAllocationIsGuardedAndRepeatable(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	w.wants(w.book.Allocate(w.ctx, w.staff, w.edition), fault.Forbidden)
	w.wants(w.book.Allocate(w.ctx, w.other, w.edition), fault.NotFound)
	w.wants(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{id()}), fault.Conflict)
	for range 2 {
		w.must(w.book.Allocate(w.ctx, w.head, w.edition))
	}
	if n := w.count(`select count(*) from audit_event where entity = 'award'`, nil); n != 3 {
		t.Errorf("%d decisions on record, want 3", n)
	}
	// The second withdraws: published decisions would no longer fit, a new allocation moves the third up.
	w.change(func(tx pg.Tx) error {
		return proposal.Move(w.ctx, tx, w.house(home), proposal.Step{ID: w.ids[1], To: proposal.Withdrawn, At: thursday})
	})
	w.wants(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{id()}), fault.Conflict)
	w.must(w.book.Allocate(w.ctx, w.head, w.edition))
	if a := w.award(1); a.State != Declined || a.Amount != 0 {
		t.Errorf("the withdrawn project holds %+v", a)
	}
	if a := w.award(2); a.Result != Selected || a.Amount != 3_000_00 {
		t.Errorf("the third holds %+v", a)
	}
	form := NewNotice{id()}
	for range 2 { // pressed twice
		w.must(w.book.Publish(w.ctx, w.head, w.edition, form))
	}
	w.wants(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{id()}), fault.Conflict)
	if n := w.count(`select count(*) from publicity`, nil); n != 1 {
		t.Errorf("%d notices", n)
	}
	w.wants(w.book.Allocate(w.ctx, w.head, w.edition), fault.Conflict)
}

// The window ends: chosen projects are confirmed, their money is set aside in the same transaction, the year goes on.
func TestTheWindowClosesAndMoneyIsSetAside(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	p := w.publicized()
	w.clock.Set(p.ClosesAt.Add(-time.Microsecond))
	w.change(func(tx pg.Tx) error { return CloseNotices(w.ctx, tx, w.clock.Now()) })
	if w.award(0).State != Publicized {
		t.Error("confirmed before the window has ended")
	}
	for range 2 { // the calendar asks twice
		w.over(p)
	}
	for i := range 2 {
		if a := w.award(i); a.State != Confirmed || w.state(i) != proposal.Refining || w.balance(ledger.Committed, a.ID) != 3_000_00 {
			t.Errorf("project %d: %s, %s, %s set aside", i, a.State, w.state(i), w.balance(ledger.Committed, a.ID))
		}
	}
	if a := w.award(2); a.State != Publicized || w.state(2) != proposal.Reserve {
		t.Errorf("the reserve is %s, %s", a.State, w.state(2))
	}
	if left := w.balance(ledger.Pool, w.fund); left != 1_000_00 {
		t.Errorf("the pool holds %s", left)
	}
	if w.year() != edition.Contracting {
		t.Errorf("the edition is %s", w.year())
	}
	if _, err := w.book.Object(w.ctx, w.leads[2], p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("an objection after the window: %v", err)
	}
}

// I-F2: nothing is confirmed before its window has closed or with an open objection, by SQL either.
func TestNoConfirmationInTheWindowOrUnderObjection(t *testing.T) {
	w := newWorld(t, 2, 7_000_00)
	p := w.publicized()
	a := w.award(0)
	w.refused(`update award set state = 'confirmed', version = version + 1 where id = @id`, pg.Args{"id": a.ID})
	o, err := w.book.Object(w.ctx, w.leads[1], p.ID, NewObjection{ID: id(), AwardID: a.ID, Facts: "他们去年已经拿过一次同样的钱"})
	w.must(err)
	w.over(p)
	if w.award(0).State != Objected || w.state(0) != proposal.Selected || w.balance(ledger.Committed, a.ID) != 0 {
		t.Errorf("the project under objection is %s, %s", w.award(0).State, w.state(0))
	}
	if w.award(1).State != Confirmed || w.year() != edition.Publicizing {
		t.Errorf("the other is %s, the edition %s", w.award(1).State, w.year())
	}
	w.refused(`update award set state = 'confirmed', version = version + 1 where id = @id`, pg.Args{"id": a.ID})
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{o.Version}))
	w.refused(`update award set state = 'confirmed', version = version + 1 where id = @id`, pg.Args{"id": a.ID})
	for range 2 { // pressed twice
		w.must(w.book.Rule(w.ctx, w.staff, o.ID, Ruling{Version: o.Version + 1, Outcome: Dismissed, Answer: "查过台账，去年资助的是另一个项目。"}))
	}
	if w.award(0).State != Confirmed || w.state(0) != proposal.Refining || w.balance(ledger.Committed, a.ID) != 3_000_00 || w.year() != edition.Contracting {
		t.Errorf("after the answer: %s, %s, edition %s", w.award(0).State, w.state(0), w.year())
	}
}

func TestADismissedObjectionLeavesTheWindowRunning(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	p := w.publicized()
	neighbour := w.person("邻居", "", "")
	o, err := w.book.Object(w.ctx, neighbour, p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"})
	w.must(err)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{o.Version}))
	w.must(w.book.Rule(w.ctx, w.staff, o.ID, Ruling{Version: 2, Outcome: Dismissed, Answer: "查过台账，去年资助的是另一个项目。"}))
	if w.award(0).State != Publicized {
		t.Errorf("the award is %s", w.award(0).State)
	}
	w.over(p)
	if w.award(0).State != Confirmed {
		t.Errorf("the award is %s", w.award(0).State)
	}
}

// Two neighbours object to one project: the first answer alone settles nothing, the second does.
func TestEveryObjectionIsAnswered(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	p := w.publicized()
	list := []Objection{}
	for _, name := range []string{"邻居甲", "邻居乙"} {
		o, err := w.book.Object(w.ctx, w.person(name, "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"})
		w.must(err)
		w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
		list = append(list, o)
	}
	w.over(p)
	for i, state := range []string{Objected, Confirmed} {
		w.must(w.book.Rule(w.ctx, w.staff, list[i].ID, Ruling{Version: 2, Outcome: Dismissed, Answer: "查过台账，去年资助的是另一个项目。"}))
		if got := w.award(0).State; got != state {
			t.Errorf("after %d answers the award is %s, want %s", i+1, got, state)
		}
	}
	if w.year() != edition.Contracting {
		t.Errorf("the edition is %s", w.year())
	}
}

// After one objection was upheld the others are still answered but change nothing, and nobody objects any more.
func TestAnObjectionToARevokedResult(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	p := w.publicized()
	file := func(name string) (Objection, error) {
		return w.book.Object(w.ctx, w.person(name, "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"})
	}
	first, err := file("邻居甲")
	w.must(err)
	second, err := file("邻居乙")
	w.must(err)
	for _, r := range []struct{ id, outcome string }{{first.ID, Upheld}, {second.ID, Dismissed}} {
		w.must(w.book.Take(w.ctx, w.staff, r.id, Pressed{1}))
		w.must(w.book.Rule(w.ctx, w.staff, r.id, Ruling{Version: 2, Outcome: r.outcome, Answer: "查过台账，情况如实记录在案。"}))
		if got := w.award(0).State; got != Revoked {
			t.Errorf("after %s the award is %s", r.outcome, got)
		}
	}
	_, err = file("邻居丙")
	w.wants(err, fault.Invalid)
	w.over(p)
	if w.year() != edition.Contracting || w.state(0) != proposal.NotSelected {
		t.Errorf("edition %s, proposal %s", w.year(), w.state(0))
	}
}

func TestAnUpheldObjectionRevokes(t *testing.T) {
	w := newWorld(t, 2, 7_000_00)
	p := w.publicized()
	neighbour := w.person("邻居", "", "")
	form := NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"}
	var o Objection
	for range 2 { // the form sent twice
		var err error
		if o, err = w.book.Object(w.ctx, neighbour, p.ID, form); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from objection`, nil); n != 1 || !strings.HasPrefix(o.Number, "YY202606") {
		t.Errorf("%d objections, number %s", n, o.Number)
	}
	second := form
	second.ID = id()
	if _, err := w.book.Object(w.ctx, neighbour, p.ID, second); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same person objected twice: %v", err)
	}
	w.over(p)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	w.must(w.book.Rule(w.ctx, w.staff, o.ID, Ruling{Version: 2, Outcome: Upheld, Answer: "同样的开支已经得到别的公共资金。"}))
	a := w.award(0)
	if a.State != Revoked || w.state(0) != proposal.NotSelected || w.balance(ledger.Committed, a.ID) != 0 || w.balance(ledger.Pool, w.fund) != 4_000_00 {
		t.Errorf("award %s, proposal %s, pool %s", a.State, w.state(0), w.balance(ledger.Pool, w.fund))
	}
	if w.year() != edition.Contracting {
		t.Errorf("the edition is %s", w.year())
	}
	for _, person := range []string{neighbour.ID, w.leads[0].ID} {
		if n := w.count(`select count(*) from notice where code = 'N10' and person_id = @p`, pg.Args{"p": person}); n != 2 {
			t.Errorf("%d letters about the objection", n)
		}
	}
	w.over(p)
	if w.award(0).State != Revoked {
		t.Error("a revoked award came back")
	}
}

// Whoever endorsed, examined, marked, decided or belongs to the target may not handle the objection to it.
func TestThePartiesDoNotHandleTheirOwnCase(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	p := w.publicized()
	neighbour := w.person("邻居", "", "")
	o, err := w.book.Object(w.ctx, neighbour, p.ID, NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"})
	w.must(err)
	w.wants(w.book.Take(w.ctx, w.head, o.ID, Pressed{1}), fault.Forbidden) // allocated and published
	w.wants(w.book.Take(w.ctx, w.other, o.ID, Pressed{1}), fault.NotFound)
	w.wants(w.book.Take(w.ctx, w.host, o.ID, Pressed{1}), fault.NotFound)
	judge := identity.Actor{Strong: true, Grants: []identity.Grant{{Role: identity.DistrictStaff, Place: "jz"}}}
	judge.ID, err = pg.Value[string](w.ctx, w.db, `select person_id::text from judge order by id limit 1`, nil)
	w.must(err)
	w.wants(w.book.Take(w.ctx, judge, o.ID, Pressed{1}), fault.Forbidden)
	w.run(`update proposal set opinion_by = @p`, pg.Args{"p": w.chief.ID})
	w.wants(w.book.Take(w.ctx, w.chief, o.ID, Pressed{1}), fault.Forbidden)
	lead := w.leads[0]
	lead.Grants = []identity.Grant{{Role: identity.DistrictStaff, Place: "jz"}}
	w.wants(w.book.Take(w.ctx, lead, o.ID, Pressed{1}), fault.Forbidden)
	neighbour.Grants = lead.Grants
	w.wants(w.book.Take(w.ctx, neighbour, o.ID, Pressed{1}), fault.Forbidden)
	w.wants(w.book.Take(w.ctx, w.staff, o.ID, Pressed{7}), fault.Conflict)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1})) // pressed twice
	w.wants(w.book.Rule(w.ctx, w.chief, o.ID, Ruling{Version: 2, Outcome: Dismissed, Answer: "查过台账，没有这回事。"}), fault.Forbidden)
	w.wants(w.book.Rule(w.ctx, w.staff, o.ID, Ruling{Version: 2, Outcome: "maybe", Answer: "短"}), fault.Invalid)
}

func TestWhoMayObject(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	p := w.publicized()
	form := NewObjection{ID: id(), AwardID: w.award(0).ID, Facts: "他们去年已经拿过一次同样的钱"}
	_, err := w.book.Object(w.ctx, identity.Actor{}, p.ID, form)
	w.wants(err, fault.SignIn)
	short := form
	short.Facts = "不公平"
	_, err = w.book.Object(w.ctx, w.leads[0], p.ID, short)
	w.wants(err, fault.Invalid)
	elsewhere := form
	elsewhere.AwardID = id()
	_, err = w.book.Object(w.ctx, w.leads[0], p.ID, elsewhere)
	w.wants(err, fault.Invalid)
	_, err = w.book.Object(w.ctx, w.leads[0], id(), form)
	w.wants(err, fault.NotFound)
}

// An objection that arrives while the window closes is either in time and holds the award, or too late; never both.
func TestObjectingWhileTheWindowCloses(t *testing.T) {
	w := newWorld(t, 6, 20_000_00)
	p := w.publicized()
	w.clock.Set(p.ClosesAt.Add(-time.Millisecond))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := w.db.Change(w.ctx, func(tx pg.Tx) error { return CloseNotices(w.ctx, tx, p.ClosesAt) }); err != nil {
			t.Error(err)
		}
	})
	neighbour := w.person("邻居", "", "")
	for i := range 6 {
		wg.Go(func() {
			_, err := w.book.Object(w.ctx, neighbour, p.ID, NewObjection{ID: id(), AwardID: w.award(i).ID, Facts: "他们去年已经拿过一次同样的钱"})
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count(`select count(*) from award a join objection o on o.award_id = a.id where a.state = 'confirmed' and o.state = 'received'`, nil); n != 0 {
		t.Errorf("%d awards were confirmed in spite of an objection", n)
	}
	if n := w.count(`select count(*) from award a where a.state not in ('confirmed', 'objected')`, nil); n != 0 {
		t.Errorf("%d awards are neither confirmed nor objected", n)
	}
}

// A team that leaves during the window, by the proposals' own verb, holds no money and does not hold up the others.
func TestALeavingTeamFreesItsMoney(t *testing.T) {
	w := newWorld(t, 2, 7_000_00)
	p := w.publicized()
	w.change(func(tx pg.Tx) error {
		return proposal.Move(w.ctx, tx, w.house(home), proposal.Step{ID: w.ids[0], To: proposal.Withdrawn, At: w.clock.Now()})
	})
	w.over(p) // before the fact was heard
	if w.award(0).State != Declined || w.award(1).State != Confirmed || w.year() != edition.Contracting {
		t.Errorf("awards %s and %s, edition %s", w.award(0).State, w.award(1).State, w.year())
	}
	w.change(func(tx pg.Tx) error {
		return proposal.Move(w.ctx, tx, w.house(home), proposal.Step{ID: w.ids[1], To: proposal.Withdrawn, At: w.clock.Now()})
	})
	for range 2 { // facts come at least once
		w.change(func(tx pg.Tx) error {
			return Release(w.ctx, tx, proposal.TakenBack{ProposalID: w.ids[1], From: proposal.Refining})
		})
	}
	if w.award(1).State != Declined || w.balance(ledger.Pool, w.fund) != 7_000_00 || w.balance(ledger.Committed, w.award(1).ID) != 0 {
		t.Errorf("award %s, pool %s", w.award(1).State, w.balance(ledger.Pool, w.fund))
	}
}

func TestACancelledEditionVoidsItsNotice(t *testing.T) {
	w := newWorld(t, 1, 7_000_00)
	p := w.publicized()
	w.change(func(tx pg.Tx) error {
		if err := edition.Move(w.ctx, tx, w.house("jz"), w.edition, edition.Cancelled, "疫情", w.clock.Now()); err != nil {
			return err
		}
		return CloseNotices(w.ctx, tx, p.ClosesAt)
	})
	w.change(func(tx pg.Tx) error { return VoidNotices(w.ctx, tx, edition.CalledOff{EditionID: w.edition}) })
	if w.award(0).State != Publicized {
		t.Errorf("the award is %s", w.award(0).State)
	}
	if _, err := Notice(w.ctx, w.db, p.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the void notice is still shown: %v", err)
	}
	w.refused(`update award set state = 'confirmed', version = version + 1`, nil)
}
