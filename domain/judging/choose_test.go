package judging

import (
	"context"
	"fmt"
	"testing"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// chosen has n proposals in an open desk round that lets so many go on.
func (w *world) chosen(n, judges int, plan NewRound) ([]string, []identity.Actor, Round) {
	w.t.Helper()
	var proposals []string
	var jury []identity.Actor
	for i := range n {
		proposals = append(proposals, w.proposal(i+1, home, w.person(fmt.Sprint("周桂兰", i), "", "")))
	}
	for i := range judges {
		a, _ := w.judge(fmt.Sprint("评委", i))
		jury = append(jury, a)
	}
	plan.ID, plan.Kind, plan.ClosesAt = id(), Desk, noon.AddDate(0, 0, 7)
	ctx := context.Background()
	if err := w.book.Plan(ctx, w.staff, w.edition, plan); err != nil {
		w.t.Fatal(err)
	}
	r := w.get(plan.ID)
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		w.t.Fatal(err)
	}
	return proposals, jury, w.get(r.ID)
}

// deskMarks has every judge submit every open sheet of the desk round.
func (w *world) deskMarks(jury []identity.Actor, kind string, mark func(Task) int) {
	w.t.Helper()
	for _, a := range jury {
		q, err := w.book.MyQueue(context.Background(), a)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, task := range q.Tasks {
			if task.Done() || task.RoundState != Open {
				continue
			}
			d := SheetDraft{Comment: "请把场地定下来"}
			for _, c := range DefaultRubric(kind) {
				d.Marks = append(d.Marks, MarkText{Code: c.Code, Mark: fmt.Sprint(mark(task))})
			}
			w.clock.Advance(time.Second)
			if err := w.book.Submit(context.Background(), a, task.ID, d); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func byTitle(task Task) int { return 50 + 10*int(task.Title[len(task.Title)-1]-'0') }

func TestADeskRoundChoosesAndThePitchTakesTheChosen(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, desk := w.chosen(4, 4, NewRound{Cut: CutByTop, CutTop: 2})
	if n := w.count(`select count(*) from proposal where state = 'eligible'`, nil); n != 4 {
		t.Errorf("%d are still eligible while the desk reads", n)
	}
	w.deskMarks(jury, Desk, byTitle)
	pitch := NewRound{ID: id(), Kind: Pitch, ClosesAt: noon.AddDate(0, 0, 9)}
	for range 2 { // the next round may be planned before this one is over; pressed twice
		if err := w.book.Plan(ctx, w.staff, w.edition, pitch); err != nil {
			t.Fatal(err)
		}
	}
	wants(t, w.book.OpenRound(ctx, w.staff, pitch.ID, Pressed{1}), fault.Conflict) // the desk is not over
	third := pitch
	third.ID = id()
	wants(t, w.book.Plan(ctx, w.staff, w.edition, third), fault.Conflict) // nothing follows a round that ranks
	for range 2 {
		if err := w.book.CloseRound(ctx, w.staff, desk.ID, Pressed{desk.Version}); err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []string{"not_shortlisted", "not_shortlisted", "shortlisted", "shortlisted"} {
		if n := w.count(`select count(*) from proposal where id = @id and state = @state and score is null and rank is null`, pg.Args{"id": proposals[i], "state": want}); n != 1 {
			t.Errorf("proposal %d is not %s", i+1, want)
		}
	}
	if n := w.count(`select count(*) from notice where code = 'N08'`, nil); n != 4 {
		t.Errorf("%d leads were told", n)
	}
	if out, err := Recompute(ctx, w.db, w.get(desk.ID)); err != nil || Digest(out) != w.get(desk.ID).Digest {
		t.Errorf("the desk round does not recompute: %v", err)
	}
	if err := w.book.OpenRound(ctx, w.staff, pitch.ID, Pressed{1}); err != nil {
		t.Fatal(err)
	}
	q, _ := w.book.MyQueue(ctx, jury[0])
	now := 0
	for _, task := range q.Tasks {
		if task.RoundState == Open {
			now++
		}
	}
	if now != 2 || len(q.Tasks) != 6 {
		t.Errorf("%d projects to pitch of %d on the list", now, len(q.Tasks))
	}
	// A judge who finds a tie now gives up this seat; what they marked at the desk stays as it was counted.
	w.deskMarks(jury[1:], Pitch, byTitle)
	w.deskMarks(jury[:1], Pitch, byTitle)
	if err := w.book.CloseRound(ctx, w.staff, pitch.ID, Pressed{2}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from proposal where state = 'ranked' and score is not null`, nil); n != 2 {
		t.Errorf("%d are ranked", n)
	}
	if out, err := Recompute(ctx, w.db, w.get(desk.ID)); err != nil || Digest(out) != w.get(desk.ID).Digest {
		t.Errorf("the desk round does not recompute after the pitch: %v", err)
	}
	room, err := w.book.Room(ctx, w.staff, w.edition)
	if err != nil || len(room.Rounds) != 2 || room.Round.ID != pitch.ID || len(room.Projects) != 2 {
		t.Errorf("the room shows %d rounds, %d projects: %v", len(room.Rounds), len(room.Projects), err)
	}
}

func TestAScoreMayBeTheLine(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, desk := w.chosen(3, 3, NewRound{Cut: CutByScore, CutScore: 70})
	w.deskMarks(jury, Desk, byTitle)
	if err := w.book.CloseRound(ctx, w.staff, desk.ID, Pressed{desk.Version}); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select count(*) from proposal where state = 'shortlisted'`, nil); n != 2 { // 70 itself is enough
		t.Errorf("%d reach 70", n)
	}
	q, _ := w.book.MyQueue(ctx, jury[0])
	wants(t, w.book.Reopen(ctx, jury[0], q.Tasks[0].ID, Reason{"看漏了"}), fault.Conflict)
}

func TestWhatARoundAnnouncedStands(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	for name, bad := range map[string]NewRound{"kind": {Kind: "raffle"}, "cut": {Kind: Pitch, Cut: CutByTop, CutTop: 3}, "cut_score": {Kind: Desk, Cut: CutByScore, CutScore: 101}, "cut_top": {Kind: Desk, Cut: CutByTop}} {
		bad.ID, bad.ClosesAt = id(), noon.AddDate(0, 0, 7)
		if err := w.book.Plan(ctx, w.staff, w.edition, bad); fault.InFields(err)[name].Text == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, _, r := w.chosen(1, 3, NewRound{Cut: CutByTop, CutTop: 1})
	for _, change := range []string{"cut_top = 2", "cut_top = null, cut_score = 5000", "blind = false", "panel = 1", "trim_at = 3", "seq = 2", "kind = 'pitch', cut_top = null"} {
		w.refused(`update review_round set `+change+`, version = version + 1 where id = @id`, pg.Args{"id": r.ID})
	}
	w.refused(`update round_entry set seq = seq + 1`, nil)
	w.refused(`delete from round_entry`, nil)
}

func TestARubricIsWrittenUntilItsRoundOpens(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_ = w.proposal(1, home, w.person("周桂兰", "", ""))
	r := w.round()
	rubric, _ := Criteria(ctx, w.db, r.ID)
	d := DraftOf(r, rubric)
	if d.Lines[0].Fair != "说得通" || d.Lines[0].Good != "和居民谈过、有例子" || d.Lines[0].Best != "有数据、很迫切" {
		t.Errorf("the anchors read %+v", d.Lines[0])
	}
	same, turned := d.Turned()
	if turned || len(same.Lines) != len(d.Lines) {
		t.Error("no button turned the draft")
	}
	for then, n := range map[string]int{"add": 8, "drop.6": 6, "up.1": 7, "down.0": 7, "drop.99": 7, "up.x": 7} {
		d.Then = then
		if got, turned := d.Turned(); !turned || len(got.Lines) != n {
			t.Errorf("%s leaves %d lines", then, len(got.Lines))
		}
	}
	d.Then = "up.1"
	d, _ = d.Turned()
	d.Then = "drop.6"
	d, _ = d.Turned()
	d.Lines = append(d.Lines, DraftLine{Name: "邻里口碑", Weight: 11, Fair: "有人说好", Good: "很多人说好"})
	fields := fault.InFields(w.book.SetRubric(ctx, w.staff, r.ID, d))
	if fields["lines.6.best"].Text == "" || fields[""].Text == "" {
		t.Errorf("a wrong rubric was told as %v", fields)
	}
	d.Lines[6].Best, d.Lines[6].Weight = "都说好", 10
	d.Lines[6].NameEn, d.Lines[6].FairEn, d.Lines[6].GoodEn = "Word of mouth", "some speak well of it", "many do"
	if fields := fault.InFields(w.book.SetRubric(ctx, w.staff, r.ID, d)); fields["lines.6.best_en"].Text == "" || len(fields) != 1 {
		t.Errorf("half an English rubric was told as %v", fields)
	}
	d.Lines[6].BestEn = "everybody does"
	wants(t, w.book.SetRubric(ctx, w.other, r.ID, d), fault.NotFound)
	without := d
	without.Lines = append([]DraftLine{}, d.Lines...)
	without.Lines[1].Code = ""
	if fields := fault.InFields(w.book.SetRubric(ctx, w.staff, r.ID, without)); fields[""].Text == "" {
		t.Errorf("the first breaker of ties was left out: %v", fields)
	}
	for range 2 {
		if err := w.book.SetRubric(ctx, w.staff, r.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	kept, _ := Criteria(ctx, w.db, r.ID)
	if len(kept) != 7 || kept[0].Code != PartCode || kept[1].Code != NeedCode || kept[6].Code != "own1" || kept[6].Hint != "60 有人说好；80 很多人说好；95 都说好" || kept[1].HintEn == "" {
		t.Errorf("kept: %+v", kept)
	}
	if kept[6].NameEn != "Word of mouth" || kept[6].HintEn != "60 some speak well of it; 80 many do; 95 everybody does" || DraftOf(r, kept).Lines[6] != (DraftLine{Code: "own1", Name: "邻里口碑", NameEn: "Word of mouth", Weight: 10,
		Fair: "有人说好", Good: "很多人说好", Best: "都说好", FairEn: "some speak well of it", GoodEn: "many do", BestEn: "everybody does"}) {
		t.Errorf("kept in English: %+v", kept[6])
	}
	for i := range 3 {
		w.judge(fmt.Sprint("评委", i))
	}
	if err := w.book.OpenRound(ctx, w.staff, r.ID, Pressed{2}); err != nil {
		t.Fatal(err)
	}
	d.Version = 3
	wants(t, w.book.SetRubric(ctx, w.staff, r.ID, d), fault.Conflict)
	w.refused(`delete from criterion where round_id = @id`, pg.Args{"id": r.ID})
	w.refused(`update criterion set seq = seq + 1 where round_id = @id`, pg.Args{"id": r.ID})
	w.refused(`update criterion set name_en = 'x' where round_id = @id`, pg.Args{"id": r.ID})
	w.refused(`update criterion set hint_en = 'x' where round_id = @id`, pg.Args{"id": r.ID})
}

func TestJudgesAreRemindedOnce(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(2, 3)
	silent := w.person("忙人", identity.Judge, district)
	if err := w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: id(), PersonID: silent.ID, Expertise: "media"}); err != nil {
		t.Fatal(err)
	}
	w.deskMarks(jury[:1], Pitch, byTitle)
	told := func(who identity.Actor, word string) int64 {
		return w.count(`select count(*) from notice where person_id = @who and code = 'N06' and text like '%' || @word || '%'`, pg.Args{"who": who.ID, "word": word})
	}
	remind := func(at time.Time) {
		t.Helper()
		w.change(func(ctx context.Context, tx pg.Tx) error { return Remind(ctx, tx, at) })
	}
	remind(r.ClosesAt.Add(-25 * time.Hour))
	if told(jury[1], "没有交") != 0 || told(silent, "等您答复") != 1 { // asked six days ago
		t.Error("the time for sheets had not come, the time for the statement had")
	}
	for range 3 {
		remind(r.ClosesAt.Add(-24 * time.Hour))
	}
	if told(jury[0], "没有交") != 0 || told(jury[1], "没有交") != 1 || told(jury[2], "没有交") != 1 || told(w.staff, "已经提醒他们") != 1 || told(silent, "等您答复") != 1 {
		t.Errorf("told %d %d %d, staff %d, silent %d", told(jury[0], "没有交"), told(jury[1], "没有交"), told(jury[2], "没有交"), told(w.staff, "已经提醒他们"), told(silent, "等您答复"))
	}
}

func TestPhrasesAreOnesOwn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a, _ := w.judge("评委甲")
	b, _ := w.judge("评委乙")
	wants(t, w.book.KeepPhrase(ctx, a, NewPhrase{}), fault.Invalid)
	for range 2 {
		if err := w.book.KeepPhrase(ctx, a, NewPhrase{"请先把场地定下来。"}); err != nil {
			t.Fatal(err)
		}
	}
	mine, _ := w.book.Phrases(ctx, a)
	if theirs, _ := w.book.Phrases(ctx, b); len(mine) != 1 || len(theirs) != 0 {
		t.Fatalf("%d and %d sentences", len(mine), len(theirs))
	}
	if err := w.book.DropPhrase(ctx, b, mine[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.book.Phrase(ctx, b, mine[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's sentence: %v", err)
	}
	if mine, _ = w.book.Phrases(ctx, a); len(mine) != 1 {
		t.Error("another dropped it")
	}
	if err := w.book.DropPhrase(ctx, a, mine[0].ID); err != nil {
		t.Fatal(err)
	}
}
