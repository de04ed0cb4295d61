package proposal

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestTheWayToTheJudges(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	if f.State != Endorsed || f.Opinion == "" {
		t.Fatalf("endorsed: %s %q", f.State, f.Opinion)
	}
	list := answers(f.Version)
	for range 2 { // a double click hears the same
		if err := w.book.Examine(ctx, w.street, f.ID, list); err != nil {
			t.Fatal(err)
		}
	}
	c, err := w.book.See(ctx, w.street, f.ID)
	if err != nil || c.State != Eligible || len(c.Checks) != 1 || !c.Checks[0].Passed || len(c.Checks[0].Items) != len(CheckItems) {
		t.Fatalf("examined: %s %+v, %v", c.State, c.Checks, err)
	}
}

func TestOutOfSightIsNotThere(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	other := w.desk(identity.CommunityHead, "qy")
	for name, err := range map[string]error{
		"sees":     second(w.book.See(ctx, w.head2, f.ID)),
		"endorses": w.book.Endorse(ctx, w.head2, f.ID, Opinion{Version: f.Version, Text: "好"}),
		"returns":  w.book.Return(ctx, other, f.ID, Returning{Version: f.Version, Note: "改"}),
		"refuses":  w.book.Refuse(ctx, other, f.ID, Opinion{Version: f.Version, Text: "不好"}),
		"visitor":  w.book.Endorse(ctx, identity.Actor{}, f.ID, Opinion{Version: f.Version, Text: "好"}),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("the head of another community %s: %v", name, err)
		}
	}
	if err := w.book.Endorse(ctx, w.street, f.ID, Opinion{Version: f.Version, Text: "好"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff of the street endorse: %v", err)
	}
	weak := w.head
	weak.Strong = false
	if _, err := w.book.See(ctx, weak, f.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("without the second factor: %v", err)
	}
	rows, err := w.book.Desk(ctx, w.head2, Filter{})
	if err != nil || len(rows) != 0 {
		t.Errorf("the other community's list has %d rows, %v", len(rows), err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestDeskListFiltersAndPages(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a := w.submitted(w.lead, w.edition)
	b := w.submitted(w.resident("王二", hood2), w.edition)
	w.draft(w.neighbour, w.edition)
	ids := func(f Filter) []string {
		rows, err := w.book.Desk(ctx, w.street, f)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, r := range rows {
			got = append(got, r.ID)
		}
		return got
	}
	for name, c := range map[string]struct {
		f    Filter
		want []string
	}{
		"all":           {Filter{}, []string{b.ID, a.ID}},
		"one community": {Filter{Place: hood}, []string{a.ID}},
		"a state":       {Filter{State: Endorsed}, []string{}},
		"next page":     {Filter{Last: b.ID}, []string{a.ID}},
		"an edition":    {Filter{Edition: newID()}, []string{}},
		"nonsense":      {Filter{Edition: "x'", State: "x", Place: "x y", Last: "0"}, []string{b.ID, a.ID}},
	} {
		if got := ids(c.f); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestRefusedByTheCommunityTheStreetMayDecide(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	if err := w.book.Endorse(ctx, w.chief, f.ID, Opinion{Version: f.Version, Text: "同意"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the street steps over the community: %v", err)
	}
	if err := w.book.Refuse(ctx, w.head, f.ID, Opinion{Version: f.Version, Text: ""}); !fault.Is(err, fault.Invalid) {
		t.Errorf("refused without a reason: %v", err)
	}
	if err := w.book.Refuse(ctx, w.head, f.ID, Opinion{Version: f.Version, Text: "活动室已经排满"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if f.State != Submitted || !f.Refused {
		t.Fatalf("refused: %s, flag %v", f.State, f.Refused)
	}
	if err := w.book.Endorse(ctx, w.chief, f.ID, Opinion{Version: f.Version, Text: "街道另有场地"}); err != nil {
		t.Fatal(err)
	}
	if f = w.own(w.lead, f.ID); f.State != Endorsed || *f.OpinionBy != w.chief.ID {
		t.Errorf("overruled: %s by %v", f.State, *f.OpinionBy)
	}
}

// §5.2: who wrote a proposal, or helped to enter it (I-F8), does not decide about it; the step falls to the next level.
func TestWhoWroteItDoesNotDecide(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	head := w.head
	head.Home = hood
	w.run(`update person set home = @home::text::ltree, home_state = 'confirmed' where id = @id::uuid`, pg.Args{"home": hood, "id": head.ID})
	w.joins(f.ID, w.lead, identity.Actor{ID: head.ID, Name: head.Name})
	f, err := w.book.Submit(ctx, w.lead, f.ID, f.Saves, noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.book.Endorse(ctx, head, f.ID, Opinion{Version: f.Version, Text: "很好"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member endorses: %v", err)
	}
	if err := w.book.Endorse(ctx, w.chief, f.ID, Opinion{Version: f.Version, Text: "社区负责人是团队成员，由街道推荐"}); err != nil {
		t.Errorf("the street may not step in though the community has nobody: %v", err)
	}

	helped := w.submitted(w.neighbour, w.edition)
	helper := w.desk(identity.CommunityHead, hood)
	w.run(`with a as (insert into attachment (id, digest, size, mime, kind, uploaded_at, state) values (@paper, 'x', 1, 'image/jpeg', 'paper', @at, 'stored') returning id)
  select id from a`, pg.Args{"paper": newID(), "at": noon})
	w.run(`update proposal set acting_helper = @helper, acting_reason = '不会用手机', acting_paper = (select id from attachment limit 1) where id = @id::uuid`,
		pg.Args{"helper": helper.ID, "id": helped.ID})
	if err := w.book.Endorse(ctx, helper, helped.ID, Opinion{Version: helped.Version, Text: "很好"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who entered it endorses it: %v", err)
	}
	if err := w.book.Endorse(ctx, w.head, helped.ID, Opinion{Version: helped.Version, Text: "很好"}); err == nil {
		if got := w.own(w.neighbour, helped.ID); got.State != Endorsed {
			t.Errorf("a colleague endorsed it and it is %s", got.State)
		}
	} else {
		t.Error(err)
	}
	w.run(`insert into role_grant (id, person_id, role, place, since) values (gen_random_uuid(), @id, 'subdistrict_staff', 'jz.wuhan', @at)`, pg.Args{"id": helper.ID, "at": noon})
	helper.Grants = append(helper.Grants, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.wuhan"})
	w.head.Grants = append(w.head.Grants, identity.Grant{Role: identity.SubdistrictStaff, Place: "jz.wuhan"})
	helped = w.own(w.neighbour, helped.ID)
	if err := w.book.Examine(ctx, helper, helped.ID, answers(helped.Version)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who entered it examines it: %v", err)
	}
	if err := w.book.Examine(ctx, w.head, helped.ID, answers(helped.Version)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who endorsed it examines it: %v", err)
	}
}

func TestIneligibleMayAppeal(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	missing := answers(f.Version, "venue")
	missing.Reason, missing.Items[9].Note = "", ""
	missing.Items = missing.Items[:12]
	if got := fault.InFields(w.book.Examine(ctx, w.street, f.ID, missing)).Names(); !slices.Equal(got, []string{"items.12.result", "items.9.note", "reason"}) {
		t.Errorf("wrong fields are %v", got)
	}
	if err := w.book.Examine(ctx, w.street, f.ID, answers(f.Version, "venue")); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	// Wednesday 20 May 2026 and three working days: until the end of Monday the 25th.
	if want := time.Date(2026, 5, 26, 0, 0, 0, 0, noon.Location()); f.State != Ineligible || !f.AppealUntil.Equal(want) {
		t.Fatalf("%s, appeal before %v, want %v", f.State, f.AppealUntil, want)
	}
	lodge := func(by identity.Actor) error {
		return w.book.Lodge(ctx, by, f.ID, Plea{ID: newID(), Version: w.own(w.lead, f.ID).Version, Text: "场地已经借到了"})
	}
	if err := w.book.Uphold(ctx, w.district, f.ID, Answering{newID(), f.Version, "补了场地证明"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("upheld though nobody appealed: %v", err)
	}
	w.clock.Set(*f.AppealUntil)
	if err := lodge(w.lead); !fault.Is(err, fault.Conflict) {
		t.Errorf("appealed after the days: %v", err)
	}
	w.clock.Set(f.AppealUntil.Add(-time.Microsecond))
	plea := Plea{ID: newID(), Version: f.Version, Text: "场地已经借到了"}
	for range 2 { // a double click is one appeal
		if err := w.book.Lodge(ctx, w.lead, f.ID, plea); err != nil {
			t.Fatal(err)
		}
	}
	if err := lodge(w.lead); !fault.Is(err, fault.Conflict) {
		t.Errorf("appealed twice: %v", err)
	}
	w.clock.Set(f.AppealUntil.AddDate(0, 0, 1)) // what was lodged in time may be answered later
	f = w.own(w.lead, f.ID)
	both := w.street
	both.Grants = append(both.Grants, identity.Grant{Role: identity.DistrictStaff, Place: "jz"})
	if err := w.book.Uphold(ctx, both, f.ID, Answering{newID(), f.Version, "补了场地证明"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("who refused it upholds the appeal: %v", err)
	}
	if err := w.book.Uphold(ctx, w.district, f.ID, Answering{newID(), f.Version, ""}); !fault.Is(err, fault.Invalid) {
		t.Errorf("upheld without a reason: %v", err)
	}
	answer := Answering{newID(), f.Version, "补了场地证明"}
	for range 2 {
		if err := w.book.Uphold(ctx, w.district, f.ID, answer); err != nil {
			t.Fatal(err)
		}
	}
	c, err := w.book.See(ctx, w.district, f.ID)
	if err != nil || len(c.Checks) != 2 || !c.Checks[1].Appeal || c.State != Eligible || len(c.Appeals) != 1 || c.Appeals[0].State != AppealUpheld || c.Checks[0].Code != "venue" {
		t.Errorf("after the appeal: %s %+v %+v, %v", c.State, c.Checks, c.Appeals, err)
	}
	if n := w.count(`select count(*) from notice where code = 'N04' and person_id = @me::uuid`, pg.Args{"me": w.lead.ID}); n != 2 {
		t.Errorf("the lead has heard %d times", n)
	}
}

func TestDismissedAppealIsFinal(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	if err := w.book.Examine(ctx, w.street, f.ID, answers(f.Version, "venue")); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if err := w.book.Lodge(ctx, w.neighbour, f.ID, Plea{Version: f.Version, Text: "不同意"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a stranger appeals: %v", err)
	}
	if err := w.book.Lodge(ctx, w.lead, f.ID, Plea{Version: f.Version, Text: "不同意"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if err := w.book.Dismiss(ctx, w.district, f.ID, Answering{newID(), f.Version, "场地确实不能用"}); err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if f.State != Ineligible || f.AppealUntil != nil {
		t.Errorf("dismissed: %s until %v", f.State, f.AppealUntil)
	}
	if err := w.book.Lodge(ctx, w.lead, f.ID, Plea{Version: f.Version, Text: "还是不同意"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("appealed again: %v", err)
	}
}

func TestStaleDeskPage(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	colleague := w.desk(identity.CommunityHead, hood)
	if err := w.book.Refuse(ctx, colleague, f.ID, Opinion{Version: f.Version, Text: "再商量"}); err != nil {
		t.Fatal(err)
	}
	if err := w.book.Endorse(ctx, w.head, f.ID, Opinion{Version: f.Version, Text: "同意"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided on a page that is out of date: %v", err)
	}
	if err := w.book.Refuse(ctx, w.head, f.ID, Opinion{Version: f.Version, Text: "我也不同意"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a colleague's decision passes for one's own: %v", err)
	}
}

func TestPublicOnlyAfterTheResults(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.endorsed(w.lead)
	if err := w.book.Examine(ctx, w.street, f.ID, answers(f.Version)); err != nil {
		t.Fatal(err)
	}
	house, err := identity.House().Must(identity.KeepCalendar, "jz")
	if err != nil {
		t.Fatal(err)
	}
	public := func() error { return second(w.book.Public(ctx, f.ID)) }
	step := func(to string) {
		t.Helper()
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return Move(ctx, tx, house, Step{ID: f.ID, To: to, At: noon}) }); err != nil {
			t.Fatal(err)
		}
	}
	turn := func(to string) {
		t.Helper()
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return edition.Move(ctx, tx, house, w.edition.ID, to, "", noon) }); err != nil {
			t.Fatal(err)
		}
	}
	turn(edition.Closed)
	turn(edition.Reviewing)
	for _, to := range []string{Shortlisted, Ranked, Selected} {
		if err := public(); !fault.Is(err, fault.NotFound) {
			t.Errorf("public before it is %s: %v", to, err)
		}
		step(to)
	}
	if err := public(); !fault.Is(err, fault.NotFound) {
		t.Errorf("chosen, but public before the results are: %v", err)
	}
	turn(edition.Publicizing)
	s, err := w.book.Public(ctx, f.ID)
	if err != nil || s.Lead != "周**" || s.PerLine["M"] != 1_600_00 {
		t.Errorf("the public reads %+v, %v", s, err)
	}
}

func TestCalledOffIsToldToEveryTeam(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.submitted(w.lead, w.edition)
	e, err := edition.Get(ctx, w.db, w.edition.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.editions.Cancel(ctx, w.director, e.ID, edition.Pressed{Version: e.Version, Reason: "资金未落实"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.db.Change(ctx, func(tx pg.Tx) error { return TellCalledOff(ctx, tx, edition.CalledOff{EditionID: e.ID}) }); err != nil {
			t.Fatal(err)
		}
	}
	texts, err := pg.Values[string](ctx, w.db, `select args::text from notice where code = 'N01' and person_id = any(select person_id from team_member where team_id = @team::uuid)`, pg.Args{"team": f.TeamID})
	if err != nil || len(texts) != 3 || !strings.Contains(texts[0], f.Title) {
		t.Errorf("the team of three reads %v, %v", texts, err)
	}
}
