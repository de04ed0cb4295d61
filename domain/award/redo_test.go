package award

import (
	"bytes"
	"fmt"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// upheld has a neighbour object to a project and staff uphold it.
func (w *world) upheld(p Publicity, i int, r Ruling) {
	w.t.Helper()
	o, err := w.book.Object(w.ctx, w.person(fmt.Sprint("邻居", i), "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(i).ID, Facts: "他们去年已经拿过一次同样的钱"})
	w.must(err)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	r.Version, r.Outcome, r.Answer = 2, Upheld, "查过台账，同样的开支已经得到别的公共资金。"
	for range 2 { // pressed twice
		w.must(w.book.Rule(w.ctx, w.staff, o.ID, r))
	}
}

func (w *world) correction() Publicity {
	w.t.Helper()
	n, err := pg.Value[string](w.ctx, w.db, `select id::text from publicity where cause = 'correction'`, nil)
	w.must(err)
	p, err := Notice(w.ctx, w.db, n)
	w.must(err)
	return p
}

// DOMAIN §18.7: of twenty, the third's result is taken back. The fourth to the twentieth move up by one, the first reserve is
// chosen, the next project becomes a reserve; only what changed is published again, and not a fen moves.
func TestAnObjectionUpheldOnRankThreeOfTwenty(t *testing.T) {
	w := newWorld(t, 20, 16_000_00) // five of 3,000 yuan, three reserves
	p := w.publicized()
	before, entries := w.balance(ledger.Pool, w.fund), w.count(`select count(*) from ledger_entry`, nil)
	for i, want := range map[int]string{2: Selected, 4: Selected, 5: Reserve, 7: Reserve, 8: NotSelected} {
		if a := w.award(i); a.Result != want || a.Rank != i+1 {
			t.Fatalf("project %d: %+v", i, a)
		}
	}
	first, letters := w.award(0), w.count(`select count(*) from notice where code = 'N08'`, nil)
	w.upheld(p, 2, Ruling{})
	if a := w.award(2); a.State != Revoked || w.state(2) != proposal.NotSelected {
		t.Errorf("the third is %s, %s", a.State, w.state(2))
	}
	if w.award(0) != first {
		t.Error("the first changed")
	}
	for i := 3; i < 20; i++ {
		want := NotSelected
		switch {
		case i <= 5:
			want = Selected
		case i <= 8:
			want = Reserve
		}
		a := w.award(i)
		q, err := proposal.Get(w.ctx, w.db, w.ids[i])
		w.must(err)
		if a.Rank != i || a.Result != want || a.State != Publicized || q.State != want || q.Rank == nil || *q.Rank != i {
			t.Errorf("project %d: rank %d, %s, %s; proposal %s", i, a.Rank, a.Result, a.State, q.State)
		}
	}
	if w.balance(ledger.Pool, w.fund) != before || w.count(`select count(*) from ledger_entry`, nil) != entries {
		t.Error("the objection moved money")
	}
	next := w.correction()
	c, err := next.Read()
	w.must(err)
	if len(c.Rows) != 18 || c.Follows != p.Number || c.Run != 2 || c.Allotted != 2 || !next.Sealed() {
		t.Fatalf("the correction has %d rows and follows %s: run %d, allocation %d", len(c.Rows), c.Follows, c.Run, c.Allotted)
	}
	for _, r := range c.Rows {
		if r.AwardID == first.ID || r.AwardID == w.award(1).ID || r.Was == nil {
			t.Errorf("row %+v", r)
		}
	}
	if n := w.count(`select count(*) from publicity_item where publicity_id = @p`, pg.Args{"p": next.ID}); n != 17 {
		t.Errorf("%d items, want 17: nothing can be objected to a result that was taken back", n)
	}
	// Each of the seventeen teams hears of it once, the target by the answer.
	if n := w.count(`select count(*) from notice where code = 'N08'`, nil) - letters; n != 17 {
		t.Errorf("%d teams were told", n)
	}
	if n := w.count(`select count(*) from notice where code = 'N09' and person_id = @p`, pg.Args{"p": w.host.ID}); n != 2 {
		t.Errorf("the community was told %d times", n)
	}
	// Both windows run for what is in them.
	w.clock.Set(p.ClosesAt)
	w.change(func(tx pg.Tx) error { return CloseNotices(w.ctx, tx, p.ClosesAt) })
	w.over(next)
	for i := range 6 {
		want := Confirmed
		if i == 2 {
			want = Revoked
		}
		if a := w.award(i); a.State != want {
			t.Errorf("project %d is %s", i, a.State)
		}
	}
	if left := w.balance(ledger.Pool, w.fund); left != 1_000_00 {
		t.Errorf("the pool holds %s", left)
	}
	if _, broken, err := judging.Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("%v, %v", broken, err)
	}
	if _, broken, err := Verify(w.ctx, w.db); err != nil || len(broken) > 0 {
		t.Errorf("%v, %v", broken, err)
	}
}

// The old window closes first: what the correction names waits for its own, what it does not name goes on.
func TestACorrectedProjectWaitsForItsOwnWindow(t *testing.T) {
	w := newWorld(t, 4, 7_000_00)
	p := w.publicized()
	w.clock.Set(p.OpensAt.AddDate(0, 0, 4))
	w.upheld(p, 1, Ruling{})
	w.over(p)
	if w.award(0).State != Confirmed || w.award(2).State != Publicized || w.award(2).Result != Selected {
		t.Fatalf("%s, %s %s", w.award(0).State, w.award(2).State, w.award(2).Result)
	}
	// Nothing is promised or payable before the window has closed, by SQL either.
	w.refused(`update award set state = 'confirmed', version = version + 1 where id = @id`, pg.Args{"id": w.award(2).ID})
	w.wants(w.book.Draft(w.ctx, w.staff, w.ids[2], NewAgreement{id()}), fault.NotFound)
	w.refused(`insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest)
    values (gen_random_uuid(), 'X', @award, @proposal, @edition, 'jz.wuhan.dianchang', 'jz.wuhan.dianchang', 300000, '2026-08-01', '2026-10-31', 'x', 'x')`,
		pg.Args{"award": w.award(2).ID, "proposal": w.ids[2], "edition": w.edition})
	if w.balance(ledger.Committed, w.award(2).ID) != 0 {
		t.Error("money was set aside in the window")
	}
	w.over(w.correction())
	if w.award(2).State != Confirmed || w.balance(ledger.Committed, w.award(2).ID) != 3_000_00 {
		t.Errorf("after the window: %s", w.award(2).State)
	}
}

// A sheet is struck out: the score is computed anew from the others, the old run stays, and both replay.
func TestAStruckSheetIsANewRun(t *testing.T) {
	w := newWorldOf(t, 3, 4, 7_000_00)
	p := w.publicized()
	sheet, err := pg.Value[string](w.ctx, w.db, `select id::text from sheet where proposal_id = @p order by id limit 1`, pg.Args{"p": w.ids[1]})
	w.must(err)
	other, err := pg.Value[string](w.ctx, w.db, `select id::text from sheet where proposal_id = @p order by id limit 1`, pg.Args{"p": w.ids[0]})
	w.must(err)
	o, err := w.book.Object(w.ctx, w.leads[2], p.ID, NewObjection{ID: id(), AwardID: w.award(1).ID, Facts: "有一位评委和这个队的队长是亲戚"})
	w.must(err)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	rule := func(sheets ...string) error {
		return w.book.Rule(w.ctx, w.staff, o.ID, Ruling{Version: 2, Outcome: Upheld, Remedy: Strike, Sheets: sheets, Answer: "查实评委没有回避，这份评分表作废。"})
	}
	w.wants(rule(), fault.Invalid)
	w.wants(rule(other), fault.Invalid) // of another project
	w.must(rule(sheet))
	if a := w.award(1); a.State != Publicized || a.Result != Selected {
		t.Errorf("%s, %s", a.State, a.Result)
	}
	w.refused(`update sheet set total = 1, version = version + 1 where id = @id`, pg.Args{"id": sheet}) // I-R2
	rounds, err := judging.Rounds(w.ctx, w.db, w.edition)
	w.must(err)
	runs, err := judging.Runs(w.ctx, w.db, rounds[0].ID)
	w.must(err)
	if len(runs) != 2 || runs[1].Digest != rounds[0].Digest || runs[0].Digest == runs[1].Digest {
		t.Fatalf("%d runs", len(runs))
	}
	for _, r := range runs {
		v, err := replay.Replay(bytes.NewReader([]byte(r.Protocol)), map[string]replay.Compute{"round": judging.Replay})
		if err != nil || !v.Same || v.Result != r.Digest {
			t.Errorf("run %d: %+v, %v", r.Run, v, err)
		}
	}
	w.refused(`update round_run set digest = 'x'`, nil)
	w.refused(`update round_result set rank = 1`, nil)
}
