package proposal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestSubmitNumbersAndSeals(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if !regexp.MustCompile(`^JZ-01-R0001$`).MatchString(f.Number) || f.State != Submitted || f.Revision != 1 || !f.SubmittedAt.Equal(noon) {
		t.Fatalf("submitted: %s %s revision %d at %v", f.Number, f.State, f.Revision, f.SubmittedAt)
	}
	_, revisions, err := w.book.Receipt(ctx, w.lead, f.ID)
	if err != nil || len(revisions) != 1 {
		t.Fatal(revisions, err)
	}
	sum := sha256.Sum256([]byte(revisions[0].Body))
	if revisions[0].Digest != hex.EncodeToString(sum[:]) || f.Digest != revisions[0].Digest {
		t.Error("the digest is not that of the sealed text")
	}
	if strings.Contains(revisions[0].Body, "周桂兰") {
		t.Error("the seal, which can never be erased, names a person")
	}
	if n := w.count(`select count(*) from notice where code = 'N05' and person_id = @me::uuid`, pg.Args{"me": w.head.ID}); n != 1 {
		t.Errorf("the community's head has %d notices", n)
	}
	if n := w.count(`select proposals_n from edition where id = @id::uuid`, pg.Args{"id": w.edition.ID}); n != 1 {
		t.Errorf("the edition counts %d proposals", n)
	}
	second := w.submitted(w.resident("王二", hood2), w.edition)
	if second.Number != "JZ-01-R0002" {
		t.Errorf("the second number is %s", second.Number)
	}
}

// I-F1: only listed moves, and one audit event for every change; the database itself refuses the rest.
func TestIllegalMovesAreRefusedByTheDatabase(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	warrant, err := w.district.Must(identity.RunRounds, "jz")
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.Change(ctx, func(tx pg.Tx) error { return Move(ctx, tx, warrant, Step{ID: f.ID, To: Ranked, At: noon}) })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a submitted proposal was ranked: %v", err)
	}
	err = w.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `update proposal set state = 'endorsed', version = version + 1 where id = @id::uuid`, pg.Args{"id": f.ID})
		return err
	})
	if err == nil {
		t.Error("a state changed without an audit event")
	}
	if got := w.own(w.lead, f.ID); got.State != Submitted || got.Version != f.Version {
		t.Errorf("after the refusals it is %s at version %d", got.State, got.Version)
	}
	for entity, id := range map[string]string{"proposal": f.ID, "team": f.TeamID} {
		versions := w.count(`select version from `+entity+` where id = @id::uuid`, pg.Args{"id": id})
		if n := w.count(`select count(*) from audit_event where entity = @entity and entity_id = @id::uuid and version is not null`, pg.Args{"entity": entity, "id": id}); n != versions {
			t.Errorf("%s: %d audit events for version %d", entity, n, versions)
		}
	}
}

func TestOnlyTheStampDecidesTheDeadline(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	early, late := w.draft(w.lead, w.edition), w.draft(w.neighbour, w.edition)
	closes := *w.edition.ClosesAt

	w.clock.Set(closes) // at the deadline itself it is too late
	if _, err := w.book.Submit(ctx, w.neighbour, late.ID, late.Saves, w.clock.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("received at the deadline: %v", err)
	}
	w.clock.Set(closes.Add(time.Microsecond))
	if _, err := w.book.Submit(ctx, w.neighbour, late.ID, late.Saves, w.clock.Now()); !fault.Is(err, fault.Conflict) {
		t.Errorf("received a microsecond after the deadline: %v", err)
	}
	// Received a microsecond before, but written only after the calendar has closed the call.
	if err := w.db.Change(ctx, func(tx pg.Tx) error { return edition.CloseDue(ctx, tx, w.clock.Now()) }); err != nil {
		t.Fatal(err)
	}
	f, err := w.book.Submit(ctx, w.lead, early.ID, early.Saves, closes.Add(-time.Microsecond))
	if err != nil || !f.SubmittedAt.Equal(closes.Add(-time.Microsecond)) {
		t.Errorf("received a microsecond before the deadline: %v, %v", f.SubmittedAt, err)
	}
	if _, err := w.book.Save(ctx, w.neighbour, late.ID, good(late.Saves)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draft is changed after the deadline: %v", err)
	}
}

func TestSubmitOnceHoweverOften(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	var wait sync.WaitGroup
	errs := make(chan error, 50)
	for range 50 {
		wait.Go(func() {
			got, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, w.clock.Now())
			if err == nil && got.Number != "JZ-01-R0001" {
				err = errors.New("another number: " + got.Number)
			}
			errs <- err
		})
	}
	wait.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	for what, sql := range map[string]string{"revisions": `select count(*) from proposal_revision`, "numbers": `select last from number_series where key like 'proposal:%'`,
		"counted": `select proposals_n from edition`, "audited": `select count(*) from audit_event where action = 'submit'`, "notices": `select count(*) from notice where code = 'N05'`} {
		if n := w.count(sql, nil); n != 1 {
			t.Errorf("%s: %d", what, n)
		}
	}
}

func TestLimitsOfALeadUnderConcurrency(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	calls := []edition.Edition{w.edition, w.call(1), w.call(2), w.call(3)} // limits count across open editions
	drafts := make([]Full, len(calls))
	for i, e := range calls {
		drafts[i] = w.draft(w.lead, e)
	}
	// The trail's chain is held, so that every submission is past its checks, or waits for another's, before any is kept.
	held, release := make(chan struct{}), make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		warrant, _ := w.lead.Must(identity.BeHere, hood)
		if err := w.db.Change(ctx, func(tx pg.Tx) error {
			defer func() { close(held); <-release }()
			return audit.Record(ctx, tx, warrant, audit.Event{Entity: "person", ID: w.lead.ID, Action: "look", Place: hood, At: noon})
		}); err != nil {
			t.Error(err)
		}
	})
	<-held
	errs := make(chan error, len(drafts)*3)
	for _, f := range drafts {
		for range 3 {
			wait.Go(func() {
				_, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, w.clock.Now())
				errs <- err
			})
		}
	}
	time.Sleep(300 * time.Millisecond)
	close(release)
	wait.Wait()
	close(errs)
	for err := range errs {
		if err != nil && !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if n := w.count(`select count(*) from proposal where state = 'submitted'`, nil); n != 1 {
		t.Errorf("a lead has %d proposals taking part, the limit is 1", n)
	}
}

func TestLimitOfAMember(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	busy := w.resident("忙人", hood)
	var last Full
	for i := range 3 {
		lead := w.resident(fmt.Sprintf("领办%d", i), hood)
		f := w.draft(lead, w.edition)
		w.joins(f.ID, lead, busy)
		var err error
		if last, err = w.book.Submit(ctx, lead, f.ID, f.Saves, w.clock.Now()); (err == nil) != (i < 2) {
			t.Errorf("proposal %d of a member with a limit of 2: %v", i+1, err)
		}
	}
	if last.ID != "" {
		t.Error("the third came in")
	}
	lead := w.resident("领办四", hood)
	f := w.submitted(lead, w.edition)
	member := w.invited(f.Proposal, lead, busy)
	if err := w.book.Accept(ctx, busy, member, Answer{Version: 1, Agree: true, Age: "adult"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("joined a third project that is already taking part: %v", err)
	}
}

// What the team leaves to the house is filled in when it is handed in, and what it wrote stays as it is.
func TestTheHouseFillsInWhatWasLeftToIt(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	d := f.Draft()
	d.Pitch, d.Colour, d.Venue, d.TeamName, d.ActTarget, d.PeopleTarget = "", "", "", "", 0, 0
	d.Goal, d.ServedTarget = "让旧衣有用。让楼道通畅。", 90
	saves, err := w.book.Save(ctx, w.lead, f.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, saves, noon); err != nil {
		t.Fatal(err)
	}
	got := w.own(w.lead, f.ID)
	if got.Pitch != "让旧衣有用" || got.Colour != "orange" || got.Venue != "电厂社区" || got.TeamName != "电厂邻里队" || got.ActTarget != 8 || got.ServedTarget != 90 || got.PeopleTarget != 20 {
		t.Errorf("filled in %q %q %q %q %d %d %d", got.Pitch, got.Colour, got.Venue, got.TeamName, got.ActTarget, got.ServedTarget, got.PeopleTarget)
	}
}

func TestSubmitNeedsEverything(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	id, err := w.book.Start(ctx, w.lead, w.edition.ID, Beginning{ID: newID()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.book.Submit(ctx, w.lead, id, 1, noon)
	for _, field := range []string{"title", "category", "problem", "affected", "how_found", "goal", "method", "activities.0.name", "lines.0.item", "team", "declared"} {
		if _, missing := fault.InFields(err)[field]; !missing {
			t.Errorf("an empty draft misses nothing in %s", field)
		}
	}
	f := w.draft(w.neighbour, w.edition)
	w.run(`update person set home_state = 'claimed' where id = @id::uuid`, pg.Args{"id": w.neighbour.ID})
	if _, err := w.book.Submit(ctx, w.neighbour, f.ID, f.Saves, noon); fault.InFields(err)["home"].Text == "" {
		t.Errorf("the lead's home is not confirmed: %v", err)
	}
	w.run(`update person set home_state = 'confirmed' where id = @id::uuid`, pg.Args{"id": w.neighbour.ID})
	if err := w.book.Leave(ctx, identity.Actor{ID: f.Members[1].PersonID}, f.Members[1].ID, Answer{Version: f.Members[1].Version}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Submit(ctx, w.neighbour, f.ID, f.Saves, noon); fault.InFields(err)["team"].Text == "" {
		t.Errorf("two members are enough: %v", err)
	}
}

func TestOnlyTheLeadSubmitsWhatTheLeadSaw(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	member := identity.Actor{ID: f.Members[1].PersonID}
	if _, err := w.book.Submit(ctx, member, f.ID, f.Saves, noon); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member submits: %v", err)
	}
	change := good(f.Saves)
	change.Goal = "改出五百个布袋"
	if _, err := w.book.Save(ctx, member, f.ID, change); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon); !fault.Is(err, fault.Conflict) {
		t.Errorf("submitted something the lead had not seen: %v", err)
	}
	if _, err := w.book.Submit(ctx, w.neighbour, f.ID, f.Saves+1, noon); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger submits: %v", err)
	}
}

func TestReturnedComesBackAsTheNextRevision(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if err := w.book.Return(ctx, w.head, f.ID, Returning{Version: f.Version, Reasons: []string{"budget"}, Note: "海报请便宜些"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if f.State != Returned || !strings.Contains(f.Reason, "海报请便宜些") || f.FixUntil.Before(*w.edition.ClosesAt) {
		t.Fatalf("returned: %s %q until %v", f.State, f.Reason, f.FixUntil)
	}
	change := good(f.Saves)
	change.Title = "改过的名字"
	if _, err := w.book.Save(ctx, w.lead, f.ID, change); err != nil {
		t.Fatal(err)
	}
	// What is being rewritten is not yet what was handed in.
	seen, err := w.book.See(ctx, w.head, f.ID)
	if err != nil || seen.Title != good(0).Title {
		t.Errorf("the desk reads %q, %v", seen.Title, err)
	}
	f = w.own(w.lead, f.ID)
	w.clock.Set(f.FixUntil.Add(-time.Microsecond))
	again, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, w.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	if again.Number != f.Number || again.Revision != 2 || again.State != Submitted || !again.SubmittedAt.Equal(noon) || again.Digest == f.Digest {
		t.Errorf("came back as %s revision %d, first received %v", again.Number, again.Revision, again.SubmittedAt)
	}
	if n := w.count(`select proposals_n from edition`, nil); n != 1 {
		t.Errorf("it is counted %d times", n)
	}
	if err := w.book.Return(ctx, w.head, f.ID, Returning{Version: again.Version, Note: "再改"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if _, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, *f.FixUntil); !fault.Is(err, fault.Conflict) {
		t.Errorf("came back after its day: %v", err)
	}
	w.clock.Set(*f.FixUntil)
	if _, err := w.book.Save(ctx, w.lead, f.ID, good(f.Saves)); !fault.Is(err, fault.Conflict) {
		t.Errorf("rewritten after its day: %v", err)
	}
}

func TestFixUntilCountsWorkingDays(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	w.clock.Set(w.edition.ClosesAt.Add(-time.Hour)) // Saturday 13 June 2026, 11:00
	w.run(`insert into calendar_day (day, working, note, version) values ('2026-06-15', false, '调休', 7)`, nil)
	if err := w.book.Return(ctx, w.head, f.ID, Returning{Version: f.Version, Note: "改"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	// Five working days after the 13th, the 15th being off: 16, 17, 18, 19, 22 — until the end of the 22nd.
	if want := time.Date(2026, 6, 23, 0, 0, 0, 0, noon.Location()); !f.FixUntil.Equal(want) {
		t.Errorf("to be mended before %v, want %v", f.FixUntil, want)
	}
	if n := w.count(`select count(*) from audit_event where action = 'return' and data like '%"calendar":7%'`, nil); n != 1 {
		t.Error("the trail does not say by which calendar the day was counted")
	}
}

func TestWithdraw(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if err := w.book.Withdraw(ctx, w.lead, f.ID, Leaving{Version: f.Version}); !fault.Is(err, fault.Invalid) {
		t.Errorf("taken back without a reason: %v", err)
	}
	if err := w.book.Withdraw(ctx, identity.Actor{ID: f.Members[1].PersonID}, f.ID, Leaving{f.Version, "不想做了"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member takes it back: %v", err)
	}
	for range 2 { // the second press hears the same
		if err := w.book.Withdraw(ctx, w.lead, f.ID, Leaving{f.Version, "搬家了"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.own(w.lead, f.ID); got.State != Withdrawn || got.Reason != "搬家了" {
		t.Errorf("%s %q", got.State, got.Reason)
	}
	if n := w.count(`select count(*) from outbox where kind = 'proposal.taken_back'`, nil); n != 1 {
		t.Errorf("%d facts", n)
	}
	// The lead may begin again.
	if again := w.submitted(w.lead, w.edition); again.Number != "JZ-01-R0002" {
		t.Errorf("the new one is %s", again.Number)
	}
}

// A submission that was received in time, but is overtaken by the start of the review, does not slip in afterwards.
func TestNothingComesInOnceTheReviewHasBegun(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	house, err := identity.House().Must(identity.KeepCalendar, "jz")
	if err != nil {
		t.Fatal(err)
	}
	moved, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 2)
	go func() {
		done <- w.db.Change(ctx, func(tx pg.Tx) error {
			defer func() { close(moved); <-release }()
			if err := edition.Move(ctx, tx, house, w.edition.ID, edition.Closed, "", noon); err != nil {
				return err
			}
			return edition.Move(ctx, tx, house, w.edition.ID, edition.Reviewing, "", noon)
		})
	}()
	<-moved
	late := make(chan error, 1)
	go func() {
		_, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon)
		late <- err
	}()
	time.Sleep(200 * time.Millisecond) // it has read an open edition by now, and waits for the row
	close(release)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := <-late; !fault.Is(err, fault.Conflict) {
		t.Errorf("it came in: %v", err)
	}
}
