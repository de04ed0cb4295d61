package judging

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

func TestALockedSheetIsImmutable(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, r := w.opened(1, 3)
	w.markAll(jury, func(int, Task) int { return 80 })
	if err := w.book.CloseRound(ctx, w.staff, r.ID, Pressed{r.Version}); err != nil {
		t.Fatal(err)
	}
	q, _ := w.book.MyQueue(ctx, jury[0])
	task := q.Tasks[0].ID
	wants(t, w.book.Submit(ctx, jury[0], task, SheetDraft{Saves: 1, Marks: marks(99)}), fault.Conflict)
	wants(t, w.book.Reopen(ctx, jury[0], task, Reason{"看错了"}), fault.Conflict)
	// A tie told now is written down, and the district hears which sheet it touches; the sheet itself stays as it is.
	if err := w.book.Recuse(ctx, jury[0], task, Reason{"邻居"}); err != nil {
		t.Fatal(err)
	}
	if late, err := LateTies(ctx, w.db, w.edition); err != nil || len(late) != 1 || late[0].Kind != "declared" || !late[0].Ranks {
		t.Errorf("%+v, %v", late, err)
	}
	if n := w.count(`select count(*) from notice where person_id = @p and link like '/desk/late-ties/%'`, pg.Args{"p": w.staff.ID}); n != 1 {
		t.Errorf("the district was told %d times", n)
	}
	w.refused(`update sheet set total = 9999, version = version + 1`, nil)
	w.refused(`update sheet set marks = '{}', version = version + 1`, nil)
	w.refused(`update sheet set comment = 'x', version = version + 1`, nil)
	w.refused(`update sheet set state = 'draft', version = version + 1`, nil)
	w.refused(`update sheet set state = 'invalid', version = version + 1`, nil) // no reason given
}

func TestNoSheetWithATieOrBeforeTheStatement(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	proposals, jury, seats, r := w.opened(1, 4)
	q, _ := w.book.MyQueue(ctx, jury[0])
	task := q.Tasks[0].ID
	if err := w.book.Submit(ctx, jury[0], task, SheetDraft{Marks: marks(80)}); err != nil {
		t.Fatal(err)
	}
	w.refused(`insert into conflict (judge_id, proposal_id, kind, at) values (@j, @p, 'declared', now())`, pg.Args{"j": seats[0], "p": proposals[0]})
	// Giving up the seat alone is not enough: a sheet that still counts forbids the tie.
	wants(t, w.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, recuseSQL, pg.Args{"id": task, "reason": "x"}); err != nil {
			return err
		}
		_, err := pg.Do(ctx, tx, tieSQL, pg.Args{"judge": seats[0], "proposal": proposals[0], "kind": "declared", "reason": "", "at": noon})
		return err
	}), fault.Conflict)
	if err := w.book.Recuse(ctx, jury[0], task, Reason{"我们是亲戚"}); err != nil {
		t.Fatal(err)
	}
	wants(t, w.book.Submit(ctx, jury[0], task, SheetDraft{Saves: 1, Marks: marks(99)}), fault.Conflict)
	w.refused(`update sheet set state = 'submitted', version = version + 1 where judge_id = @j`, pg.Args{"j": seats[0]})
	newcomer := w.person("新评委", identity.Judge, district)
	unsigned, seat := id(), id()
	if err := w.book.Invite(ctx, w.staff, w.edition, NewJudge{ID: unsigned, PersonID: newcomer.ID, Expertise: "media"}); err != nil {
		t.Fatal(err)
	}
	w.change(func(ctx context.Context, tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, seatSQL, pg.Args{"id": seat, "round": r.ID, "judge": unsigned, "proposal": proposals[0], "place": home, "at": noon}); err != nil {
			return err
		}
		return w.record(ctx, tx, "assignment", seat, home)
	})
	w.refused(`insert into sheet (id, assignment_id, round_id, proposal_id, judge_id) values (gen_random_uuid(), @a, @r, @p, @j)`,
		pg.Args{"a": seat, "r": r.ID, "p": proposals[0], "j": unsigned})
	wants(t, w.book.Answer(ctx, newcomer, unsigned, Reply{Answer: "yes", Ties: true, Version: 1}), fault.Invalid)
}

func TestSheetsAreSavedSubmittedAndReopened(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, _, _ := w.opened(1, 3)
	a := jury[0]
	q, _ := w.book.MyQueue(ctx, a)
	task := q.Tasks[0].ID
	half := SheetDraft{Marks: marks(80)[:3], Comment: "先写一点"}
	saves, err := w.book.Save(ctx, a, task, half)
	if err != nil || saves != 1 {
		t.Fatalf("%d saves, %v", saves, err)
	}
	if again, err := w.book.Save(ctx, a, task, half); err != nil || again != 1 {
		t.Errorf("the same save twice: %d, %v", again, err)
	}
	_, err = w.book.Save(ctx, a, task, SheetDraft{Marks: marks(70)})
	wants(t, err, fault.Conflict) // another tab
	err = w.book.Submit(ctx, a, task, SheetDraft{Saves: 1, Marks: marks(80)[:3]})
	if fields := fault.InFields(err); fields == nil || len(fields) != 4 {
		t.Errorf("a half-marked sheet was submitted: %v", err)
	}
	for _, bad := range []string{"101", "-1", "80.5", "八十"} {
		d := SheetDraft{Saves: 1, Marks: marks(80)}
		d.Marks[2].Mark = bad
		if err := w.book.Submit(ctx, a, task, d); fault.InFields(err)["marks.2.mark"].Text == "" {
			t.Errorf("%q passed as a mark: %v", bad, err)
		}
	}
	low := SheetDraft{Saves: 1, Marks: marks(59)}
	if fields := fault.InFields(w.book.Submit(ctx, a, task, low)); fields["comment"].Text == "" {
		t.Error("a total below 60 needs no word to the team")
	}
	whole := SheetDraft{Saves: 1, Marks: marks(60)}
	for range 2 { // pressed twice
		if err := w.book.Submit(ctx, a, task, whole); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from sheet where total = 6000 and state = 'submitted'`, nil); n != 1 {
		t.Errorf("%d submitted sheets", n)
	}
	_, err = w.book.Save(ctx, a, task, SheetDraft{Saves: 2, Marks: marks(90)})
	wants(t, err, fault.Conflict)
	wants(t, w.book.Reopen(ctx, a, task, Reason{}), fault.Invalid)
	for range 2 {
		if err := w.book.Reopen(ctx, a, task, Reason{"打错了一项"}); err != nil {
			t.Fatal(err)
		}
	}
	if n := w.count(`select count(*) from audit_event where entity = 'sheet' and action = 'reopen' and reason = '打错了一项'`, nil); n != 1 {
		t.Errorf("%d reopenings on record", n)
	}
	r, err := w.book.Read(ctx, a, task)
	if err != nil || !r.Editable() || r.Sheet.Saves != 3 {
		t.Fatalf("%+v, %v", r.Sheet, err)
	}
	if err := w.book.Submit(ctx, a, task, SheetDraft{Saves: 3, Marks: marks(0), Comment: "想法很好，请先和邻居谈谈"}); err != nil {
		t.Errorf("a sheet of noughts, typed as such: %v", err)
	}
}

func TestAJudgeSeesOnlyTheirOwn(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, seats, _ := w.opened(2, 3)
	q, _ := w.book.MyQueue(ctx, jury[0])
	if len(q.Tasks) != 2 {
		t.Fatalf("%d tasks", len(q.Tasks))
	}
	theirs := q.Tasks[0].ID
	for _, stranger := range []identity.Actor{jury[1], w.staff, w.head, w.person("路人", "", ""), {}} {
		_, err := w.book.Read(ctx, stranger, theirs)
		wants(t, err, fault.NotFound)
		_, err = w.book.Save(ctx, stranger, theirs, SheetDraft{Marks: marks(1)})
		wants(t, err, fault.NotFound)
		wants(t, w.book.Submit(ctx, stranger, theirs, SheetDraft{Marks: marks(1)}), fault.NotFound)
		wants(t, w.book.Reopen(ctx, stranger, theirs, Reason{"x"}), fault.NotFound)
		wants(t, w.book.Recuse(ctx, stranger, theirs, Reason{"x"}), fault.NotFound)
		wants(t, w.book.Answer(ctx, stranger, seats[0], Reply{Answer: "no"}), fault.NotFound)
		_, err = w.book.Invitation(ctx, stranger, seats[0])
		wants(t, err, fault.NotFound)
	}
	weak := jury[0]
	weak.Strong = false
	_, err := w.book.Read(ctx, weak, theirs)
	wants(t, err, fault.SignIn)
	_, err = w.book.Room(ctx, w.other, w.edition)
	wants(t, err, fault.NotFound)
	_, err = w.book.Room(ctx, jury[0], w.edition)
	wants(t, err, fault.NotFound)
}

func TestABlindProposalNamesNobody(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	_, jury, seats, _ := w.opened(1, 3)
	w.run(`update proposal set title = '周桂兰0的旧衣坊', method = '电话 0379-6512345，找巧手姐妹队1 的周桂兰0', venue = '+86 13900001111'`, nil)
	q, _ := w.book.MyQueue(ctx, jury[0])
	r, err := w.book.Read(ctx, jury[0], q.Tasks[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := w.book.Invitation(ctx, jury[0], seats[0])
	text := fmt.Sprintf("%+v %+v %+v", r.Project, q.Tasks, s.Projects)
	for _, secret := range []string{"周桂兰", "巧手姐妹", "1381234", "138 1234", "0417", "6512345", "1390000"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in what the judge reads: %s", secret, text)
		}
	}
	if !strings.Contains(r.Project.Title, "旧衣坊") {
		t.Errorf("the title lost too much: %q", r.Project.Title)
	}
}
