package judging

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// raced is a desk round of four that let two into a pitch round under way; the first judge's mark kept the second project above the
// third. Their sheet of it is given, with a tie to it already told.
func (w *world) raced() (proposals []string, jury []identity.Actor, desk, pitch Round, sheet string) {
	w.t.Helper()
	ctx := context.Background()
	proposals, jury, desk = w.chosen(4, 4, NewRound{Cut: CutByTop, CutTop: 2, Named: true})
	for i, a := range jury {
		w.deskMarks([]identity.Actor{a}, Desk, func(t Task) int {
			n := int(t.Title[len(t.Title)-1] - '1')
			if i == 0 && n == 1 {
				return 100
			}
			return []int{95, 84, 85, 70}[n]
		})
	}
	if err := w.book.CloseRound(ctx, w.staff, desk.ID, Pressed{desk.Version}); err != nil {
		w.t.Fatal(err)
	}
	n := NewRound{ID: id(), Kind: Pitch, ClosesAt: noon.AddDate(0, 0, 9), Named: true}
	if err := w.book.Plan(ctx, w.staff, w.edition, n); err != nil {
		w.t.Fatal(err)
	}
	if err := w.book.OpenRound(ctx, w.staff, n.ID, Pressed{1}); err != nil {
		w.t.Fatal(err)
	}
	type row struct{ Sheet, Judge string }
	s, err := pg.One[row](ctx, w.db, `select s.id::text as sheet, s.judge_id::text as judge from sheet s join judge j on j.id = s.judge_id where j.person_id = @me and s.proposal_id = @p`,
		pg.Args{"me": jury[0].ID, "p": proposals[1]})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.book.Declare(ctx, jury[0], s.Judge, Declaration{ProposalID: proposals[1], Reason: "后来才知道是表姐"}); err != nil {
		w.t.Fatal(err)
	}
	return proposals, jury, w.get(desk.ID), w.get(n.ID), s.Sheet
}

// strike is what the district's verb does behind its permission.
func (w *world) strike(desk Round, sheet string) error {
	ctx := context.Background()
	return w.db.Change(ctx, func(tx pg.Tx) error {
		_, err := StrikeChosen(ctx, tx, w.house(), w.clock.Now(), desk.ID, sheet, "和队长是表姐妹")
		return err
	})
}

func (w *world) order(room string) []Slot {
	w.t.Helper()
	list, err := pg.All[Slot](context.Background(), w.db, slotsSQL, pg.Args{"id": room})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) clean() {
	w.t.Helper()
	if _, broken, err := Verify(context.Background(), w.db); err != nil || len(broken) > 0 {
		w.t.Errorf("%v, %v", broken, err)
	}
}

// Before the draw, who passes late is drawn with the others.
func TestWhoPassesLateIsDrawnWithTheOthers(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, _, desk, pitch, sheet := w.raced()
	if err := w.strike(desk, sheet); err != nil {
		t.Fatal(err)
	}
	if err := w.book.Draw(ctx, w.staff, pitch.ID, NewStage{Hall: "区文化馆", StartsAt: noon.AddDate(0, 0, 8)}); err != nil {
		t.Fatal(err)
	}
	slots := w.order(pitch.ID)
	if len(slots) != 3 || slices.ContainsFunc(slots, func(s Slot) bool { return s.JoinedAt != nil }) || !slices.ContainsFunc(slots, func(s Slot) bool { return s.ProposalID == proposals[2] }) {
		t.Errorf("drawn: %+v", slots)
	}
	w.clean()
}

// After the draw they stand behind it: the others keep their turns and the recorded draw stays what its input gives. A later draw, with
// its reason, takes them in. When the pitches are over it is too late.
func TestWhoPassesAfterTheDrawStandsBehindIt(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, _, desk, pitch, sheet := w.raced()
	n := NewStage{Hall: "区文化馆", StartsAt: noon.AddDate(0, 0, 8)}
	if err := w.book.Draw(ctx, w.staff, pitch.ID, n); err != nil {
		t.Fatal(err)
	}
	before := w.order(pitch.ID)
	if err := w.strike(desk, sheet); err != nil {
		t.Fatal(err)
	}
	after := w.order(pitch.ID)
	if len(after) != 3 || after[0].ProposalID != before[0].ProposalID || after[1].ProposalID != before[1].ProposalID || after[2].ProposalID != proposals[2] || after[2].JoinedAt == nil || after[0].JoinedAt != nil {
		t.Fatalf("the order is %+v", after)
	}
	if k := w.count(`select count(*) from notice where code = 'N07' and person_id = @p and text::text like '%路演排在第%'`, pg.Args{"p": after[2].LeadID}); k != 1 {
		t.Errorf("the lead was told their turn %d times", k)
	}
	v, err := w.book.Host(ctx, w.staff, pitch.ID)
	if err != nil || len(v.Draws) != 1 {
		t.Fatal(err)
	}
	var in OrderInput
	var was OrderResult
	if json.Unmarshal([]byte(v.Draws[0].Input), &in) != nil || json.Unmarshal([]byte(v.Draws[0].Result), &was) != nil {
		t.Fatal("the draw does not read")
	}
	if again, err := PitchOrder(in); err != nil || !slices.Equal(again.Order, was.Order) || len(was.Order) != 2 || was.Order[0] != after[0].ProposalID {
		t.Errorf("the recorded draw gives %v, it says %v: %v", again.Order, was.Order, err)
	}
	if k := w.count(`select count(*) from audit_event where entity = 'pitch_slot' and action = 'take_in' and reason = '和队长是表姐妹'`, nil); k != 1 {
		t.Errorf("%d lines say why", k)
	}
	n.Redraw, n.Reason, n.Version = true, "有项目后来进入", v.Stage.Version
	if err := w.book.Draw(ctx, w.staff, pitch.ID, n); err != nil {
		t.Fatal(err)
	}
	if again := w.order(pitch.ID); len(again) != 3 || slices.ContainsFunc(again, func(s Slot) bool { return s.JoinedAt != nil }) {
		t.Errorf("drawn again: %+v", again)
	}
	w.clean()
}

// When the pitches are over, or the residents' vote is, nobody can join, and the district reads why; a project that has left needs
// nothing.
func TestWhenAChoiceIsOver(t *testing.T) {
	past, later := noon.Add(-1), noon.Add(1)
	for word, tie := range map[string]LateTie{
		"下一轮评审已经结束": {Project: "shortlisted", Next: Closed},
		"路演已经结束":    {Project: "shortlisted", Next: Open, NextKind: Pitch, Stage: Ended},
		"居民投票已经结束":  {Project: "not_shortlisted", Next: Open, NextKind: Pitch, Stage: Running, VoteUntil: &past},
		"已经退出":      {Project: "withdrawn"},
	} {
		if err := tie.Shut(noon); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err).Text, word) {
			t.Errorf("%s: %v", word, err)
		}
	}
	for _, tie := range []LateTie{{Project: "shortlisted"}, {Project: "pitched", Next: Open, NextKind: Pitch, Stage: Running, VoteUntil: &later}, {Ranks: true, Project: "withdrawn"}} {
		if err := tie.Shut(noon); err != nil {
			t.Errorf("%+v: %v", tie, err)
		}
	}
}

// The pitches go on while a project of the desk round is marked again, and end only when that has.
func TestThePitchesWaitForWhoIsMarkedAgain(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, _, desk, pitch, sheet := w.raced()
	others, err := pg.Values[string](ctx, w.db, `select id::text from sheet where round_id = @r and proposal_id = @p and id <> @s`, pg.Args{"r": desk.ID, "p": proposals[1], "s": sheet})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.book.Draw(ctx, w.staff, pitch.ID, NewStage{Hall: "区文化馆", StartsAt: noon.AddDate(0, 0, 8)}); err != nil {
		t.Fatal(err)
	}
	w.change(func(ctx context.Context, tx pg.Tx) error { // two sheets at once leave two of three
		_, err := Strike(ctx, tx, w.house(), w.clock.Now(), desk.ID, proposals[1], Redo{Cause: ByConflict, Reason: "两位评委是一家人", Sheets: []string{sheet, others[0]}})
		return err
	})
	press := func(do string) error {
		v, err := w.book.Host(ctx, w.staff, pitch.ID)
		if err != nil {
			t.Fatal(err)
		}
		return w.book.Step(ctx, w.staff, pitch.ID, StageStep{Do: do, Version: v.Stage.Version})
	}
	if err := press(DoNext); err != nil {
		t.Fatal(err)
	}
	if err := press(DoEnd); !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err).Text, "初评还有项目在补评") {
		t.Errorf("the pitches ended: %v", err)
	}
}
