package edition

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

func TestCreateCopiesTheLastEdition(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	first := d.draft(t)
	if first.No != 1 || first.Rules.TeamMin != 3 || first.State != Draft {
		t.Fatalf("the first edition is %+v", first)
	}
	terms := TermsOf(first)
	terms.TeamMin, terms.CapTeam = 5, 4_000_00
	if err := d.book.SetTerms(ctx, d.staff, first.ID, terms); err != nil {
		t.Fatal(err)
	}
	second, err := d.book.Create(ctx, d.staff, NewEdition{ID: newID(), Title: "第五届"})
	if err != nil {
		t.Fatal(err)
	}
	funds, err := Funds(ctx, d.db, second.ID)
	if err != nil {
		t.Fatal(err)
	}
	if second.No != 2 || second.Rules.TeamMin != 5 || second.Rules.Caps["resident_team"] != 4_000_00 || len(funds) != 2 || Total(funds) != 0 || funds[1].Categories[0] != "mutual_aid" {
		t.Errorf("the second edition is %+v with %d fen", second, Total(funds))
	}
	if want := first.ClosesAt.AddDate(1, 0, 0); !second.ClosesAt.Equal(want) {
		t.Errorf("it closes at %v, want a year after the first, %v", second.ClosesAt, want)
	}
	if second.CallText != first.CallText || second.Contact != first.Contact || second.MadeFrom != first.ID {
		t.Errorf("its texts are %q and %q, made from %q", second.CallText, second.Contact, second.MadeFrom)
	}
	if err := d.book.Publish(ctx, d.head, second.ID, Pressed{Version: second.Version}); !slices.Equal(fault.InFields(err).Names(), []string{"funds.0.amount", "funds.1.amount"}) {
		t.Errorf("published without its money: %v", err)
	}
}

func TestCreateTwiceIsOnce(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	form := NewEdition{ID: newID(), Title: "第四届"}
	for range 2 {
		if _, err := d.book.Create(ctx, d.staff, form); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, d.db, `select count(*) from edition`, nil); n != 1 {
		t.Errorf("%d editions from one form", n)
	}
	if _, err := d.book.Create(ctx, d.other, NewEdition{ID: form.ID, Title: "别区的"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("another district's staff with the same id: %v", err)
	}
}

func TestWhoMayPlan(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	if err := d.book.Edit(ctx, d.other, e.ID, goodPlan(e.Version)); !fault.Is(err, fault.NotFound) {
		t.Errorf("staff of another district edit: %v", err)
	}
	if err := d.book.Edit(ctx, d.hood, e.ID, goodPlan(e.Version)); !fault.Is(err, fault.NotFound) {
		t.Errorf("community staff edit a draft out of their sight: %v", err)
	}
	if err := d.book.Publish(ctx, d.staff, e.ID, Pressed{Version: e.Version}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff publish: %v", err)
	}
	if _, err := d.book.See(ctx, identity.Actor{}, e.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a visitor sees a draft: %v", err)
	}
	if _, err := d.book.Create(ctx, d.hood, NewEdition{ID: newID(), Place: "jz", Title: "第四届"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("community staff create: %v", err)
	}
	if list, err := d.book.Desk(ctx, d.hood); err != nil || len(list) != 0 {
		t.Errorf("community staff see %d drafts, %v", len(list), err)
	}
}

func TestEditChecksFields(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	bad := goodPlan(e.Version)
	bad.Title = strings.Repeat("字", 61)
	bad.ClosesAt = bad.OpensAt
	bad.RunsTo = bad.RunsFrom
	bad.Funds = []Fund{{}, {Name: "福彩", Kind: "lottery", Amount: 1}, {Name: "", Kind: "x"}}
	got := fault.InFields(d.book.Edit(ctx, d.staff, e.ID, bad)).Names()
	want := []string{"closes_at", "funds.1.categories", "funds.2.kind", "funds.2.name", "runs_to", "title"}
	if !slices.Equal(got, want) {
		t.Errorf("wrong fields are %v, want %v", got, want)
	}
	if err := d.book.Edit(ctx, d.staff, e.ID, goodPlan(e.Version-1)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale page is saved: %v", err)
	}
}

func TestTermsAreChecked(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	terms := TermsOf(e)
	terms.First, terms.MinJudges, terms.TeamMin, terms.CapTeam = 60, 9, 0, -1
	got := fault.InFields(d.book.SetTerms(ctx, d.staff, e.ID, terms)).Names()
	if want := []string{"cap_team", "first", "min_judges", "team_min"}; !slices.Equal(got, want) {
		t.Errorf("wrong fields are %v, want %v", got, want)
	}
	same := TermsOf(e).over(e.Rules)
	if again := TermsOf(Edition{Version: e.Version, Rules: same}); again != TermsOf(e) {
		t.Errorf("rules changed by saving them unchanged: %+v", again)
	}
}

func TestPublishGuards(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	for name, c := range map[string]struct {
		spoil func(*Plan)
		field string
	}{
		"no text":       {func(p *Plan) { p.CallText = "" }, "call_text"},
		"no money":      {func(p *Plan) { p.Funds = nil }, "funds.0.amount"},
		"no date":       {func(p *Plan) { p.RunsTo = time.Time{} }, "runs_to"},
		"already over":  {func(p *Plan) { p.OpensAt, p.ClosesAt = noon.AddDate(0, 0, -9), noon }, "closes_at"},
		"nobody to ask": {func(p *Plan) { p.Contact = "" }, "contact"},
	} {
		p := goodPlan(e.Version)
		c.spoil(&p)
		if err := d.book.Edit(ctx, d.staff, e.ID, p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		e = d.get(t, e.ID)
		err := d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version})
		if names := fault.InFields(err).Names(); !slices.Contains(names, c.field) {
			t.Errorf("%s: published with fault in %v: %v", name, names, err)
		}
	}
	if n := count(t, d.db, `select count(*) from ledger_tx`, nil); n != 0 {
		t.Errorf("%d postings of a call that was never published", n)
	}
}

func TestPublishFillsThePools(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.open(t)
	if e.State != Open {
		t.Fatalf("state is %s", e.State)
	}
	funds, err := Funds(ctx, d.db, e.ID)
	if err != nil || len(funds) != 2 {
		t.Fatal(funds, err)
	}
	for _, f := range funds {
		if pool, err := ledger.Balance(ctx, d.db, ledger.Pool, f.ID); err != nil || pool != f.Amount {
			t.Errorf("the pool of %s holds %v, want %v, %v", f.Name, pool, f.Amount, err)
		}
	}
	for what, sql := range map[string]string{
		"fact":    `select count(*) from outbox where kind = 'edition.published' and body->>'EditionID' = @id`,
		"history": `select count(*) from edition_rules_past p join edition e on e.id = p.edition_id and e.version = p.version where e.id = @id::uuid`,
		"notice":  `select count(*) from notice where code = 'N01' and link = '/editions/' || @id`,
		"audit":   `select count(*) from audit_event where entity_id = @id::uuid and action = 'publish' and from_state = 'draft' and to_state = 'open'`,
	} {
		if n := count(t, d.db, sql, pg.Args{"id": e.ID}); n != 1 {
			t.Errorf("%d rows of %s", n, what)
		}
	}
	if err := d.book.Edit(ctx, d.staff, e.ID, goodPlan(e.Version)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a published call is rewritten: %v", err)
	}
}

func TestPublishedRulesChangeWithHistory(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.open(t)
	terms := TermsOf(e)
	terms.CapTeam = 2_500_00
	if err := d.book.SetTerms(ctx, d.staff, e.ID, terms); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff change published rules: %v", err)
	}
	if fields := fault.InFields(d.book.SetTerms(ctx, d.head, e.ID, terms)).Names(); !slices.Equal(fields, []string{"reason"}) {
		t.Errorf("without a reason: %v", fields)
	}
	terms.Reason = "资金调整"
	if err := d.book.SetTerms(ctx, d.head, e.ID, terms); err != nil {
		t.Fatal(err)
	}
	past, err := pg.Values[int64](ctx, d.db, `select (rules->'caps'->>'resident_team')::bigint from edition_rules_past where edition_id = @id::uuid order by version`, pg.Args{"id": e.ID})
	if err != nil || !slices.Equal(past, []int64{3_000_00, 2_500_00}) {
		t.Errorf("kept caps %v, %v", past, err)
	}
	e = d.get(t, e.ID)
	d.move(t, e.ID, Closed, Reviewing)
	terms = TermsOf(d.get(t, e.ID))
	terms.Reason = "又改"
	if err := d.book.SetTerms(ctx, d.head, e.ID, terms); !fault.Is(err, fault.Conflict) {
		t.Errorf("rules change during the review: %v", err)
	}
}

// move walks an edition through states, as later areas do.
func (d *district) move(t *testing.T, id string, states ...string) {
	t.Helper()
	ctx := context.Background()
	for _, to := range states {
		w, err := identity.House().Must(identity.KeepCalendar, "jz")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.db.Change(ctx, func(tx pg.Tx) error { return Move(ctx, tx, w, id, to, "", d.clock.Now()) }); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMoveKnowsTheYear(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.open(t)
	w, _ := d.head.Must(identity.PublishEditions, "jz")
	err := d.db.Change(ctx, func(tx pg.Tx) error { return Move(ctx, tx, w, e.ID, Publicizing, "", noon) })
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("an open call goes straight to publicity: %v", err)
	}
	d.move(t, e.ID, Closed, Closed, Reviewing, Publicizing, Contracting, Running, Closing, Archived)
	after := d.get(t, e.ID)
	if after.State != Archived || after.Version != e.Version+7 {
		t.Errorf("the year ends in %s at version %d", after.State, after.Version)
	}
	if n := count(t, d.db, `select count(*) from audit_event where entity_id = @id::uuid`, pg.Args{"id": e.ID}); n != int64(after.Version) {
		t.Errorf("%d audit events for version %d", n, after.Version)
	}
}

func TestExtendOnce(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.open(t)
	later := e.ClosesAt.AddDate(0, 0, 7)
	if err := d.book.Extend(ctx, d.head, e.ID, Extension{Version: e.Version, ClosesAt: *e.ClosesAt, Reason: "下雨"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("extended to the same time: %v", err)
	}
	d.clock.Set(*e.ClosesAt)
	d.closeDue(t)
	if e = d.get(t, e.ID); e.State != Closed {
		t.Fatalf("state is %s after the deadline", e.State)
	}
	if err := d.book.Extend(ctx, d.head, e.ID, Extension{Version: e.Version, ClosesAt: later, Reason: "连日大雨"}); err != nil {
		t.Fatal(err)
	}
	if e = d.get(t, e.ID); e.State != Open || !e.ClosesAt.Equal(later) {
		t.Fatalf("after the extension: %s until %v", e.State, e.ClosesAt)
	}
	err := d.book.Extend(ctx, d.head, e.ID, Extension{Version: e.Version, ClosesAt: later.AddDate(0, 0, 1), Reason: "再等等"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("extended twice: %v", err)
	}
}

func (d *district) closeDue(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	if err := d.db.Change(ctx, func(tx pg.Tx) error { return CloseDue(ctx, tx, d.clock.Now()) }); err != nil {
		t.Fatal(err)
	}
}

func TestCloseDueOnlyWhenDue(t *testing.T) {
	d := newDistrict(t)
	e := d.open(t)
	d.clock.Set(e.ClosesAt.Add(-time.Microsecond))
	d.closeDue(t)
	if got := d.get(t, e.ID).State; got != Open {
		t.Errorf("a microsecond before its time the call is %s", got)
	}
	d.clock.Set(*e.ClosesAt)
	d.closeDue(t)
	d.closeDue(t)
	if got := d.get(t, e.ID); got.State != Closed || got.Version != e.Version+1 {
		t.Errorf("at its time the call is %s, version %d", got.State, got.Version)
	}
}

func TestCloseEarly(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.open(t)
	d.clock.Advance(time.Hour)
	if err := d.book.Close(ctx, d.head, e.ID, Pressed{Version: e.Version}); !fault.Is(err, fault.Invalid) {
		t.Errorf("closed without a reason: %v", err)
	}
	if err := d.book.Close(ctx, d.head, e.ID, Pressed{Version: e.Version, Reason: "名额已满"}); err != nil {
		t.Fatal(err)
	}
	if got := d.get(t, e.ID); got.State != Closed || !got.ClosesAt.Equal(d.clock.Now()) {
		t.Errorf("closed: %s at %v", got.State, got.ClosesAt)
	}
}

func TestCancelReturnsTheMoney(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.open(t)
	if err := d.book.Cancel(ctx, d.head, e.ID, Pressed{Version: e.Version, Reason: "资金未落实"}); err != nil {
		t.Fatal(err)
	}
	funds, _ := Funds(ctx, d.db, e.ID)
	var left yuan.Fen
	for _, f := range funds {
		pool, err := ledger.Balance(ctx, d.db, ledger.Pool, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		left += pool
	}
	if left != 0 {
		t.Errorf("%v is left in the pools", left)
	}
	call, err := d.book.See(ctx, identity.Actor{}, e.ID)
	if err != nil || call.Why != "资金未落实" {
		t.Errorf("the public reads %q, %v", call.Why, err)
	}
	never := d.draft(t)
	if err := d.book.Cancel(ctx, d.head, never.ID, Pressed{Version: never.Version, Reason: "不办了"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.book.See(ctx, identity.Actor{}, never.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the public sees a call that was never published: %v", err)
	}
}

func TestPublishAtOnceByMany(t *testing.T) {
	d, ctx := newDistrict(t), context.Background()
	e := d.draft(t)
	second := d.grant(t, identity.DistrictHead, "jz")
	var wait sync.WaitGroup
	mine, theirs := make(chan error, 10), make(chan error, 10)
	for range 10 {
		wait.Go(func() { mine <- d.book.Publish(ctx, d.head, e.ID, Pressed{Version: e.Version}) })
		wait.Go(func() { theirs <- d.book.Publish(ctx, second, e.ID, Pressed{Version: e.Version}) })
	}
	wait.Wait()
	first, other := <-mine, <-theirs
	if (first == nil) == (other == nil) {
		t.Errorf("the two heads got %v and %v; one of them published", first, other)
	}
	// A head who pressed ten times hears ten times the same.
	for range 9 {
		if err := <-mine; (err == nil) != (first == nil) {
			t.Errorf("the first head hears %v and %v", first, err)
		}
		if err := <-theirs; (err == nil) != (other == nil) {
			t.Errorf("the second head hears %v and %v", other, err)
		}
	}
	if n := count(t, d.db, `select count(*) from ledger_tx`, nil); n != 2 {
		t.Errorf("%d postings for two sources", n)
	}
}
