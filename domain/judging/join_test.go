package judging

import (
	"context"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// A project that becomes eligible while the desk reads joins its round and is judged with the others; afterwards it is too late, in
// words that say what to do, and nothing slips into the next round.
func TestWhatBecomesEligibleLateJoinsTheDeskRound(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, desk := w.chosen(2, 4, NewRound{Cut: CutByTop, CutTop: 2, Named: true})
	late := w.proposalIn(proposal.Endorsed, 3, home, w.person("迟到的领办人", "", ""))
	later := w.proposalIn(proposal.Endorsed, 4, home, w.person("更迟的领办人", "", ""))
	checker := w.person("街道审查员", identity.SubdistrictStaff, "jz.wuhan")
	door := proposal.New(w.db, w.clock, nil)
	door.JoinReview(Join)
	examine := func(id, result, reason string) error {
		version, err := pg.Value[int](ctx, w.db, `select version from proposal where id = @id`, pg.Args{"id": id})
		if err != nil {
			t.Fatal(err)
		}
		list := proposal.Checklist{ID: id, Version: version, Reason: reason}
		for i, item := range proposal.CheckItems {
			p := proposal.Point{Code: item.Code, Result: "pass"}
			if i == 0 && result == "fail" {
				p.Result, p.Note = "fail", "赶不上评审"
			}
			list.Items = append(list.Items, p)
		}
		return door.Examine(ctx, checker, id, list)
	}
	if err := examine(late, "pass", ""); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select seq from round_entry where proposal_id = @p`, pg.Args{"p": late}); n != 3 {
		t.Errorf("it is number %d of the round", n)
	}
	if n := w.count(`select count(*) from assignment where round_id = @r and proposal_id = @p`, pg.Args{"r": desk.ID, "p": late}); n != 4 {
		t.Errorf("it has %d judges", n)
	}
	if n := w.count(`select count(*) from notice where code = 'N06' and text::text like '%刚通过资格审查%'`, nil); n != 4 {
		t.Errorf("%d judges were told", n)
	}
	// Who gives it up is replaced by the ordinary door, as far as anybody is left; here nobody is.
	w.deskMarks(jury, Desk, byTitle)
	if err := w.book.CloseRound(ctx, w.staff, desk.ID, Pressed{2}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from round_result where proposal_id = @p`, pg.Args{"p": late}); n != 1 {
		t.Error("it was not judged")
	}
	err := examine(later, "pass", "")
	if !fault.Is(err, fault.Conflict) || fault.MessageOf(err).Text == "" {
		t.Errorf("too late: %v", err)
	}
	if n := w.count(`select count(*) from proposal where id = @p and state = 'endorsed'`, pg.Args{"p": later}); n != 1 {
		t.Error("it became eligible all the same")
	}
	if err := examine(later, "fail", "书面评审已经结束，请报下一届"); err != nil {
		t.Errorf("what the sentence says to do: %v", err)
	}
	// Even a row that says so does not slip into the next round.
	stray := w.proposalIn(proposal.Eligible, 5, home, w.person("没有评过的", "", ""))
	pitch := NewRound{ID: id(), Kind: Pitch, ClosesAt: noon.AddDate(0, 0, 9), Named: true}
	if err := w.book.Plan(ctx, w.staff, w.edition, pitch); err != nil {
		t.Fatal(err)
	}
	if err := w.book.OpenRound(ctx, w.staff, pitch.ID, Pressed{1}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from round_entry where round_id = @r and (proposal_id = @p or proposal_id = @q)`, pg.Args{"r": pitch.ID, "p": stray, "q": later}); n != 0 {
		t.Error("it came into the next round without being read")
	}
	if n := w.count(`select count(*) from round_entry where round_id = @r`, pg.Args{"r": pitch.ID}); n != 2 {
		t.Errorf("%d of %d go on", n, len(proposals)+1)
	}
}

// In a desk round that chooses, a seat given up goes to another as in any round.
func TestAChoosingRoundFillsSeatsGivenUp(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, desk := w.chosen(2, 6, NewRound{Cut: CutByTop, CutTop: 1, Named: true})
	q, err := w.book.MyQueue(ctx, jury[0])
	if err != nil || len(q.Tasks) == 0 {
		t.Fatal(err)
	}
	before := w.count(`select count(*) from assignment where round_id = @r and state in ('assigned', 'accepted')`, pg.Args{"r": desk.ID})
	if err := w.book.Recuse(ctx, jury[0], q.Tasks[0].ID, Reason{"邻居"}); err != nil {
		t.Fatal(err)
	}
	if after := w.count(`select count(*) from assignment where round_id = @r and state in ('assigned', 'accepted')`, pg.Args{"r": desk.ID}); after != before || len(proposals) != 2 {
		t.Errorf("%d seats of %d", after, before)
	}
}

// A tie that becomes visible after the end, without anybody telling, is found by the calendar, and the district is told once.
func TestTheCalendarFindsLateTies(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, _, r := w.opened(1, 3)
	w.markAll(jury, func(int, Task) int { return 80 })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	w.run(`update person set home = @home::text::ltree, home_state = 'confirmed', version = version + 1 where id = @p`, pg.Args{"home": home, "p": jury[0].ID})
	for range 2 {
		w.change(func(ctx context.Context, tx pg.Tx) error { return Remind(ctx, tx, w.clock.Now()) })
	}
	late, err := LateTies(ctx, w.db, w.edition)
	if err != nil || len(late) != 1 || late[0].Kind != "community" || late[0].ProposalID != proposals[0] {
		t.Errorf("%+v, %v", late, err)
	}
	if n := w.count(`select count(*) from notice where person_id = @p and link like '/desk/late-ties/%'`, pg.Args{"p": w.staff.ID}); n != 1 {
		t.Errorf("the district was told %d times", n)
	}
}
