package money

import (
	"strings"
	"testing"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
)

// Every desk sees first what it can act on, nobody sees another place's claims, and nobody's step is offered twice.
func TestDeskShowsWhatWaitsForTheReader(t *testing.T) {
	w, j := running(t, 3_000_00)
	fresh, checked := w.submit(j, 100_00), w.forward(w.submit(j, 100_00), Verified)
	passed, approved := w.forward(w.submit(j, 600_00), Passed), w.forward(w.submit(j, 100_00), Approved)
	draft := w.draft(j, 10_00)
	_, err := w.book.Save(w.ctx, w.lead, j.id, draft)
	w.ok(err)
	mine := func(by identity.Actor, tab string) string {
		list, next, err := w.book.Desk(w.ctx, by, tab, Cursor{})
		w.ok(err)
		if next != nil {
			t.Error("a short list goes on")
		}
		ids := []string{}
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return strings.Join(ids, " ")
	}
	team := w.staff2
	w.raw(`insert into team_member (id, team_id, person_id, name, role, state, at) select '%s', team_id, '%s', '钱', 'member', 'accepted', now() from project where id = '%s'`, newID(), team.ID, j.id)
	for name, c := range map[string]struct {
		by   identity.Actor
		tab  string
		want string
	}{
		"community": {w.staff, TabMine, fresh.ID}, "bookkeeper": {w.finance, TabMine, checked.ID}, "street": {w.street, TabMine, passed.ID}, "district": {w.dhead, TabMine, passed.ID},
		"cashier": {w.cashier, TabMine, approved.ID}, "supervisor": {w.supervisor, TabMine, ""}, "another community": {w.farStaff, TabAll, ""}, "a visitor": {identity.Actor{}, TabAll, ""},
		"one of the team": {team, TabMine, ""}, "one state": {w.supervisor, Passed, passed.ID},
	} {
		if got := mine(c.by, c.tab); got != c.want {
			t.Errorf("%s sees %q, want %q", name, got, c.want)
		}
	}
	if all := mine(w.supervisor, TabAll); len(strings.Fields(all)) != 4 {
		t.Errorf("all: %q", all)
	}
	counts, err := w.book.Counts(w.ctx, w.cashier)
	w.ok(err)
	for _, c := range counts {
		if want := map[bool]int{true: 1}[c.State == Approved]; c.N != 1 || c.Mine != want {
			t.Errorf("%s: %d, %d of the cashier's", c.State, c.N, c.Mine)
		}
	}
}

func TestDeskGoesOnWhereItStopped(t *testing.T) {
	w, j := running(t, 3_000_00)
	for range page + 3 {
		w.submit(j, 1)
	}
	seen := map[string]bool{}
	after := Cursor{}
	for pages := 1; ; pages++ {
		list, next, err := w.book.Desk(w.ctx, w.staff, TabAll, after)
		w.ok(err)
		for _, c := range list {
			if seen[c.ID] {
				t.Fatal("a claim was shown twice")
			}
			seen[c.ID] = true
		}
		if next == nil {
			if pages != 2 || len(seen) != page+3 {
				t.Errorf("%d claims on %d pages", len(seen), pages)
			}
			return
		}
		after = *next
	}
}

// A claim beside its evidence: what to look at twice, what the reader may do, and a fingerprint that moves with it.
func TestPaperWarnsAndOffers(t *testing.T) {
	w, j := running(t, 3_000_00)
	n := w.draft(j, 600_00)
	n.Items[0].Buyer = "周桂兰"
	n.Files = n.Files[:1]
	c, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	p, err := w.book.Paper(w.ctx, w.staff, c.ID)
	w.ok(err)
	said := []string{}
	for _, m := range p.Warnings {
		said = append(said, m.String())
	}
	all := strings.Join(said, "|")
	if !strings.Contains(all, "第 1 项的发票抬头是「周桂兰」，报账单位是「电厂社区」") || !strings.Contains(all, "¥500 以上的物品缺照片") {
		t.Errorf("warnings: %s", all)
	}
	if !p.Can.Verify || !p.Can.Refuse || p.Can.Pass || p.Can.Edit || p.Can.Reveal {
		t.Errorf("the community may %+v", p.Can)
	}
	w.refused(w.book.Verify(w.ctx, w.staff, c.ID, Verification{Version: 1}), fault.Invalid, "请先确认")
	w.refused(w.book.Verify(w.ctx, w.staff, c.ID, Verification{Version: 1, Real: true}), fault.Conflict, "要有照片")
	w.ok(w.book.Return(w.ctx, w.staff, c.ID, Refusal{Version: 1, Code: "photo_missing", Reason: "缺布料照片"}))
	mine, err := w.book.Paper(w.ctx, w.lead, c.ID)
	w.ok(err)
	again := mine.Form()
	if !mine.Can.Edit || len(again.Items) != 1 || again.Items[0].InvoiceNumber != n.Items[0].InvoiceNumber || again.Version != 2 {
		t.Errorf("the form to mend: %+v", again)
	}
	again.Files = []File{receipt("goods")}
	again.Items[0].Buyer = "电厂社区"
	_, err = w.book.Submit(w.ctx, w.treasurer, j.id, again)
	w.ok(err)
	after, err := w.book.Paper(w.ctx, w.staff, c.ID)
	w.ok(err)
	if len(after.Warnings) != 0 || after.Fingerprint() == p.Fingerprint() || len(after.Files) != 2 || len(after.Trail) < 3 {
		t.Errorf("mended: %v, files %d, trail %d", after.Warnings, len(after.Files), len(after.Trail))
	}
	w.forward(c, Passed)
	near := w.nearFinance
	if p, err := w.book.Paper(w.ctx, near, c.ID); err != nil || p.Can.Pass || p.Can.Approve {
		t.Errorf("the community's own bookkeeper may %+v, %v", p.Can, err)
	}
}

func TestSheetAddsUp(t *testing.T) {
	w, j := running(t, 3_000_00)
	w.forward(w.submit(j, 700_00), Paid)
	w.submit(j, 300_00)
	s, err := w.book.Sheet(w.ctx, w.head, j.id)
	w.ok(err)
	l := s.Lines[0]
	if l.Amount != 3_000_00 || l.Used != 700_00 || l.Pending() != 300_00 || l.Left() != 2_000_00 || s.Host != "电厂社区" || s.CanClaim || !s.Hands.Request || s.Hands.Settle {
		t.Errorf("%+v, %+v", l, s.Hands)
	}
	_, list, err := w.book.ClaimsOf(w.ctx, w.member, j.id)
	w.ok(err)
	if len(list) != 2 || list[0].ID < list[1].ID {
		t.Errorf("claims %+v", list)
	}
	for _, by := range []identity.Actor{w.outsider, w.farStaff} {
		_, err := w.book.Sheet(w.ctx, by, j.id)
		w.refused(err, fault.NotFound, "")
	}
	_, err = w.book.Blank(w.ctx, w.member, j.id)
	w.refused(err, fault.Forbidden, "")
	blank, err := w.book.Blank(w.ctx, w.lead, j.id)
	w.ok(err)
	if len(blank.Lines) != 2 || len(blank.Activities) != 1 {
		t.Errorf("%+v", blank)
	}
}

func TestFinanceReadsTheBook(t *testing.T) {
	w, j := running(t, 5_000_00)
	w.forward(w.submit(j, 700_00), Paid)
	pots, err := w.book.Pots(w.ctx, w.finance)
	w.ok(err)
	if len(pots) != 1 || pots[0].Spent != 700_00 || pots[0].Released != 1_800_00 || pots[0].Committed != 2_500_00 || pots[0].Pool+pots[0].Committed+pots[0].Released+pots[0].Spent != 100_000_000_00 {
		t.Errorf("%+v", pots)
	}
	list, next, err := w.book.Movements(w.ctx, w.finance, w.edition, 0)
	w.ok(err)
	if len(list) != 5 || next != 0 || list[0].Kind != "pay" || list[0].Fen != 700_00 || strings.Join(list[0].From, "") != "payable" || strings.Join(list[0].To, "") != "spentM" || list[0].Project == "" || list[0].Who != "冯出纳" {
		t.Errorf("%+v", list)
	}
	for _, by := range []identity.Actor{w.lead, w.staff, w.farFinance} {
		pots, err := w.book.Pots(w.ctx, by)
		w.ok(err)
		list, _, err := w.book.Movements(w.ctx, by, "", 0)
		w.ok(err)
		if len(pots)+len(list) > 0 {
			t.Errorf("%s reads %d pots and %d movements", by.Name, len(pots), len(list))
		}
	}
	if list, _, err := w.book.Movements(w.ctx, w.finance, newID(), 0); err != nil || len(list) != 0 {
		t.Errorf("another edition has %d movements, %v", len(list), err)
	}
}

func TestTurnsOfTranches(t *testing.T) {
	w := newWorld(t)
	j := w.project(3_000_00)
	first := w.tranches(j)[0]
	for _, c := range []struct {
		by   identity.Actor
		next string
		do   func() error
	}{{w.head, "request", func() error { return w.book.Request(w.ctx, w.head, first.ID, Step{Version: 1}) }},
		{w.finance, "review", func() error { return w.book.Review(w.ctx, w.finance, first.ID, Step{Version: 2}) }},
		{w.dhead, "approve", func() error { return w.book.ApproveTranche(w.ctx, w.dhead, first.ID, Step{Version: 3}) }}} {
		list, next, err := w.book.Turns(w.ctx, c.by, TabMine, "")
		w.ok(err)
		if len(list) != 1 || next != "" || list[0].Next != c.next || list[0].Project == "" || list[0].Community != "电厂社区" {
			t.Fatalf("%s: %+v", c.by.Name, list)
		}
		w.ok(c.do())
		if list, _, _ := w.book.Turns(w.ctx, c.by, TabMine, ""); len(list) != 0 {
			t.Errorf("%s still has %+v", c.by.Name, list)
		}
	}
	if list, _, err := w.book.Turns(w.ctx, w.farStaff, TabAll, ""); err != nil || len(list) != 0 {
		t.Errorf("another community sees %d, %v", len(list), err)
	}
	if p := w.get(j); p.State != delivery.InProgress || w.clock.Now().Sub(noon) > time.Hour {
		t.Errorf("%s", p.State)
	}
}
