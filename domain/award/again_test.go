package award

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// struck has a neighbour object to a project, and staff uphold it by striking its first sheet out.
func (w *world) struck(p Publicity, i int) string {
	w.t.Helper()
	sheet := w.sheets(i)[0]
	o, err := w.book.Object(w.ctx, w.person(fmt.Sprint("邻居", i), "", ""), p.ID, NewObjection{ID: id(), AwardID: w.award(i).ID, Facts: "有一位评委和这个队的队长是亲戚"})
	w.must(err)
	w.must(w.book.Take(w.ctx, w.staff, o.ID, Pressed{1}))
	r := Ruling{Version: 2, Outcome: Upheld, Remedy: Strike, Sheets: []string{sheet}, Answer: "查实评委没有回避，这份评分表作废。"}
	for range 2 { // pressed twice
		w.must(w.book.Rule(w.ctx, w.staff, o.ID, r))
	}
	return sheet
}

func (w *world) sheets(i int) []string {
	w.t.Helper()
	list, err := pg.Values[string](w.ctx, w.db, `select id::text from sheet where proposal_id = @p and state = 'locked' order by id`, pg.Args{"p": w.ids[i]})
	w.must(err)
	return list
}

func (w *world) reopened() judging.Reopening {
	w.t.Helper()
	list, err := judging.Reopened(w.ctx, w.db, w.edition)
	w.must(err)
	if len(list) != 1 {
		w.t.Fatalf("%d reopenings", len(list))
	}
	return list[0]
}

// newcomer is a judge asked while a project is marked again.
func (w *world) newcomer(name string) (identity.Actor, string) {
	w.t.Helper()
	a, seat := w.person(name, identity.Judge, "jz"), id()
	w.must(w.jury.Invite(w.ctx, w.staff, w.edition, judging.NewJudge{ID: seat, PersonID: a.ID, Expertise: "expert"}))
	w.must(w.jury.Answer(w.ctx, a, seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
	return a, seat
}

func (w *world) pick(o judging.Reopening, judge string) error {
	return w.jury.Pick(w.ctx, w.staff, o.ID, judging.Picked{JudgeID: judge, ClosesAt: w.clock.Now().AddDate(0, 0, 3), Version: o.Version})
}

// marked has a replacement mark the project with one mark.
func (w *world) marked(a identity.Actor, mark int) {
	w.t.Helper()
	q, err := w.jury.MyQueue(w.ctx, a)
	w.must(err)
	d := judging.SheetDraft{Comment: "请先和邻居谈谈"}
	for _, c := range judging.DefaultRubric(judging.Pitch) {
		d.Marks = append(d.Marks, judging.MarkText{Code: c.Code, Mark: fmt.Sprint(mark)})
	}
	if len(q.Tasks) != 1 || q.Tasks[0].RoundState != judging.Open {
		w.t.Fatalf("the replacement has %+v", q.Tasks)
	}
	r, err := w.jury.Read(w.ctx, a, q.Tasks[0].ID)
	w.must(err)
	if !r.Editable() {
		w.t.Fatal("the replacement cannot mark")
	}
	w.must(w.jury.Submit(w.ctx, a, q.Tasks[0].ID, d))
}

func (w *world) verified() {
	w.t.Helper()
	for _, verify := range []func() (int64, []string, error){
		func() (int64, []string, error) { return judging.Verify(w.ctx, w.db) },
		func() (int64, []string, error) { return judging.VerifyPlans(w.ctx, w.db) },
		func() (int64, []string, error) { return Verify(w.ctx, w.db) }} {
		if _, broken, err := verify(); err != nil || len(broken) > 0 {
			w.t.Errorf("%v, %v", broken, err)
		}
	}
}

// DOMAIN §7.4: struck out, too few sheets are left, one judge takes the place at that project alone, the result is computed anew
// and what it changes is published; nothing is confirmed or paid before.
func TestAReplacementJudgeMarksOneProjectAgain(t *testing.T) {
	w := newWorld(t, 4, 7_000_00) // two of 3,000 yuan
	p := w.publicized()
	entries := w.count(`select count(*) from ledger_entry`, nil)
	sheet := w.struck(p, 1)
	o := w.reopened()
	if o.ProposalID != w.ids[1] || o.Need != 1 || o.Struck[0] != sheet || o.Cause != judging.ByObjection {
		t.Fatalf("%+v", o)
	}
	if n := w.count(`select count(*) from round_run`, nil); n != 1 {
		t.Errorf("%d runs before the project is marked again", n)
	}
	if w.count(`select count(*) from notice where code = 'N06' and person_id = @p and link = @link`, pg.Args{"p": w.staff.ID, "link": "/desk/reopenings/" + o.ID}) != 1 {
		t.Error("the district was not told")
	}
	w.verified()
	// The window ends: others go on, this one waits, by SQL too.
	w.over(p)
	if w.award(0).State != Confirmed || w.award(1).State != Publicized || w.year() != edition.Publicizing {
		t.Fatalf("%s, %s, %s", w.award(0).State, w.award(1).State, w.year())
	}
	w.refused(`update award set state = 'confirmed', version = version + 1 where id = @id`, pg.Args{"id": w.award(1).ID})
	if w.balance(ledger.Committed, w.award(1).ID) != 0 {
		t.Error("money was set aside")
	}
	a, seat := w.newcomer("新评委")
	w.must(w.pick(o, seat))
	w.must(w.pick(o, seat)) // pressed twice
	if n := w.count(`select count(*) from notice where code = 'N06' and person_id = @p and link like '/review/%' and link not like '/review/judges/%'`, pg.Args{"p": a.ID}); n != 1 {
		t.Errorf("the replacement was told %d times", n)
	}
	w.wants(w.book.EndReopening(w.ctx, w.staff, o.ID, Pressed{w.reopened().Version}), fault.Conflict) // not handed in
	w.marked(a, 60)
	o = w.reopened()
	w.wants(w.book.EndReopening(w.ctx, w.other, o.ID, Pressed{o.Version}), fault.NotFound)
	for range 2 {
		w.must(w.book.EndReopening(w.ctx, w.staff, o.ID, Pressed{o.Version}))
	}
	// (94 + 94 + 60) / 3: below the third, which is chosen in its place.
	if x := w.award(1); x.Rank != 4 || x.Score != 82_67 || x.Result != Reserve {
		t.Errorf("marked again: rank %d, %d, %s", x.Rank, x.Score, x.Result)
	}
	if x := w.award(2); x.Rank != 2 || x.Result != Selected || w.award(0).Rank != 1 {
		t.Errorf("the next: rank %d, %s", x.Rank, x.Result)
	}
	c, err := w.correction().Read()
	w.must(err)
	if len(c.Rows) != 3 || c.Run != 2 || c.Follows != p.Number {
		t.Errorf("the correction has %d rows, run %d", len(c.Rows), c.Run)
	}
	if w.count(`select count(*) from ledger_entry`, nil) != entries+2 { // the first's confirmation
		t.Error("marking again moved money")
	}
	w.replays(sheet)
	w.verified()
	w.over(w.correction())
	if w.award(2).State != Confirmed || w.year() != edition.Contracting {
		t.Errorf("%s, %s", w.award(2).State, w.year())
	}
}

// replays computes every run again from its file; the last tells of the sheet that was struck out.
func (w *world) replays(sheet string) {
	w.t.Helper()
	rounds, err := judging.Rounds(w.ctx, w.db, w.edition)
	w.must(err)
	runs, err := judging.Runs(w.ctx, w.db, rounds[0].ID)
	w.must(err)
	for _, r := range runs {
		v, err := replay.Replay(bytes.NewReader([]byte(r.Protocol)), map[string]replay.Compute{"round": judging.Replay})
		if err != nil || !v.Same || v.Result != r.Digest {
			w.t.Errorf("run %d: %+v, %v", r.Run, v, err)
		}
	}
	last := runs[len(runs)-1]
	if !strings.Contains(last.Protocol, `"marked_again":[{"project":`) || !strings.Contains(last.Protocol, `"struck":["`+sheet+`"]`) || strings.Contains(runs[0].Protocol, "marked_again") {
		w.t.Error("the protocol does not tell that a project was marked again")
	}
}

// Whoever presses at once, one judge takes the chair; nobody takes a chair at another project, and no other sheet opens.
func TestTwoReplacementsAtOnce(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	w.struck(w.publicized(), 1)
	o := w.reopened()
	_, one := w.newcomer("新评委一")
	_, two := w.newcomer("新评委二")
	var wg sync.WaitGroup
	done := make([]error, 2)
	for i, judge := range []string{one, two} {
		wg.Go(func() { done[i] = w.pick(o, judge) })
	}
	wg.Wait()
	if (done[0] == nil) == (done[1] == nil) {
		t.Fatalf("both or neither: %v", done)
	}
	taken := `select count(*) from assignment where reopening_id = @o and state in ('assigned', 'accepted')`
	if n := w.count(taken, pg.Args{"o": o.ID}); n != 1 {
		t.Fatalf("%d on one chair", n)
	}
	free := map[bool]string{true: two, false: one}[done[0] == nil]
	w.wants(w.pick(w.reopened(), free), fault.Conflict) // no chair is left
	seat := `insert into assignment (id, round_id, judge_id, proposal_id, place, reopening_id, chair, at) values (gen_random_uuid(), @round, @judge, @p, 'jz.wuhan.dianchang', @o, @chair, now())`
	args := func(project string, reopening any, chair any) pg.Args {
		return pg.Args{"round": o.RoundID, "judge": free, "p": project, "o": reopening, "chair": chair}
	}
	w.refused(seat, args(w.ids[0], o.ID, 1)) // another project
	w.refused(seat, args(w.ids[1], o.ID, 2)) // a chair there is not
	w.refused(seat, args(w.ids[1], nil, nil))
	w.refused(`update assignment set proposal_id = @p, version = version + 1 where reopening_id is not null`, pg.Args{"p": w.ids[0]})
	w.refused(`update sheet set state = 'draft', version = version + 1 where proposal_id = @p and state = 'locked'`, pg.Args{"p": w.ids[0]})
	w.refused(`update sheet set marks = '{}' where proposal_id = @p and state = 'locked'`, pg.Args{"p": w.ids[1]})
	w.refused(`insert into sheet (id, assignment_id, round_id, proposal_id, judge_id) select gen_random_uuid(), a.id, a.round_id, @other, a.judge_id from assignment a where a.reopening_id = @o`,
		pg.Args{"o": o.ID, "other": w.ids[0]})
	w.refused(`update reopening set state = 'closed', ended_at = now(), version = version + 1`, nil) // too few sheets
	w.refused(`update reopening set proposal_id = @p, version = version + 1`, pg.Args{"p": w.ids[0]})
	w.refused(`insert into conflict (judge_id, proposal_id, kind, at) select judge_id, proposal_id, 'declared', now() from assignment where reopening_id = @o`, pg.Args{"o": o.ID})
}

// A replacement who has a tie or falls ill gives the chair up, the district hears of it and picks another; whose sheet was struck
// out does not come back.
func TestAReplacementGivesUpTheChair(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	w.struck(w.publicized(), 1)
	first, seat := w.newcomer("新评委一")
	second, other := w.newcomer("新评委二")
	third, last := w.newcomer("新评委三")
	old, err := pg.Value[string](w.ctx, w.db, `select judge_id::text from sheet where proposal_id = @p and state = 'invalid'`, pg.Args{"p": w.ids[1]})
	w.must(err)
	w.wants(w.pick(w.reopened(), old), fault.Invalid)
	w.wants(w.pick(w.reopened(), ""), fault.Invalid)
	w.must(w.pick(w.reopened(), seat))
	q, err := w.jury.MyQueue(w.ctx, first)
	w.must(err)
	w.must(w.jury.Recuse(w.ctx, first, q.Tasks[0].ID, judging.Reason{Reason: "队长是我表妹"}))
	if w.count(`select count(*) from notice where code = 'N06' and person_id = @p and text::text like '%补评的评委不能评了%'`, pg.Args{"p": w.staff.ID}) != 1 {
		t.Error("the district was not told")
	}
	w.wants(w.pick(w.reopened(), seat), fault.Invalid)
	w.must(w.pick(w.reopened(), other))
	v, err := w.jury.Reopening(w.ctx, w.staff, w.reopened().ID)
	w.must(err)
	w.must(w.jury.Excuse(w.ctx, w.staff, v.Seats[1].ID, judging.Reason{Reason: "生病住院"}))
	w.wants(w.jury.Submit(w.ctx, second, v.Seats[1].ID, judging.SheetDraft{}), fault.Invalid)
	if v, err = w.jury.Reopening(w.ctx, w.staff, w.reopened().ID); err != nil || v.Free != 1 || len(v.Able) != 1 || !v.Able[0].Suggested || v.Able[0].ID != last || v.CertHash == "" {
		t.Fatalf("%+v, %v", v, err)
	}
	w.must(w.pick(w.reopened(), last))
	w.marked(third, 94)
	w.endedAtOnce()
	// The same score as before: nothing to correct, and the project goes on with its own window.
	if w.count(`select count(*) from publicity where cause = 'correction'`, nil) != 0 || w.award(1).State != Publicized {
		t.Errorf("%s", w.award(1).State)
	}
	w.verified()
}

// endedAtOnce has two people end the reopening in the same moment: it ends once, and the result is computed anew once.
func (w *world) endedAtOnce() {
	w.t.Helper()
	o, second := w.reopened(), w.person("另一位工作人员", identity.DistrictStaff, "jz")
	var wg sync.WaitGroup
	done := make([]error, 2)
	for i, by := range []identity.Actor{w.staff, second} {
		wg.Go(func() { done[i] = w.book.EndReopening(w.ctx, by, o.ID, Pressed{o.Version}) })
	}
	wg.Wait()
	if (done[0] == nil) == (done[1] == nil) {
		w.t.Errorf("both or neither: %v", done)
	}
	if n := w.count(`select count(*) from round_run`, nil); n != 2 {
		w.t.Errorf("%d runs", n)
	}
}

// A team that leaves while it is marked again ends it; an objection to another project is computed with the result it had.
func TestOthersGoOnWhileAProjectIsMarkedAgain(t *testing.T) {
	w := newWorld(t, 4, 7_000_00)
	p := w.publicized()
	w.struck(p, 1)
	w.upheld(p, 0, Ruling{})
	if w.award(1).Rank != 1 || w.award(1).Score != 94_00 {
		t.Errorf("rank %d, %d", w.award(1).Rank, w.award(1).Score)
	}
	w.verified()
	o, err := w.book.Object(w.ctx, w.leads[3], p.ID, NewObjection{ID: id(), AwardID: w.award(1).ID, Facts: "他们去年已经拿过一次同样的钱"})
	w.must(err)
	second := w.person("另一位工作人员", identity.DistrictStaff, "jz")
	w.must(w.book.Take(w.ctx, second, o.ID, Pressed{1}))
	w.must(w.book.Rule(w.ctx, second, o.ID, Ruling{Version: 2, Outcome: Upheld, Answer: "查过台账，同样的开支已经得到别的公共资金。"}))
	if n := w.count(`select count(*) from reopening where state = 'void'`, nil); n != 1 {
		t.Errorf("%d dropped", n)
	}
	w.verified()
}

// A tie learnt after the round has closed: the district is told and strikes the sheet out. Enough sheets are left before the results
// are public, so the ranking and what was allocated follow at once.
func TestALateTieStrikesASheetBeforeTheResultsArePublic(t *testing.T) {
	w := newWorldOf(t, 3, 4, 7_000_00)
	w.must(w.book.Allocate(w.ctx, w.head, w.edition))
	late := w.tied(0)
	if _, err := w.book.StrikeTied(w.ctx, w.other, late.SheetID, TiedSheet{"和队长是表姐妹"}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	if _, err := w.book.StrikeTied(w.ctx, w.staff, late.SheetID, TiedSheet{"嗯"}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if _, err := w.book.StrikeTied(w.ctx, w.staff, w.sheets(1)[0], TiedSheet{"没有关系的评分表"}); !fault.Is(err, fault.Conflict) {
		t.Error(err)
	}
	for range 2 {
		s, err := w.book.StrikeTied(w.ctx, w.staff, late.SheetID, TiedSheet{"和队长是表姐妹"})
		if err != nil || s.Reopening != "" {
			t.Fatal(s, err)
		}
	}
	runs, err := judging.Runs(w.ctx, w.db, late.RoundID)
	w.must(err)
	if len(runs) != 2 || runs[1].Cause != judging.ByConflict {
		t.Errorf("%d runs", len(runs))
	}
	if n := w.count(`select count(*) from allocation`, nil); n > 2 {
		t.Errorf("%d allocations", n)
	}
	w.verified()
	w.must(w.book.Publish(w.ctx, w.head, w.edition, NewNotice{id()}))
}

// tied has a judge tell of a tie to a project after the round has closed.
func (w *world) tied(i int) judging.LateTie {
	w.t.Helper()
	sheet := w.sheets(i)[0]
	type row struct{ Judge, Person string }
	j, err := pg.One[row](w.ctx, w.db, `select j.id::text as judge, j.person_id::text as person from sheet s join judge j on j.id = s.judge_id where s.id = @id`, pg.Args{"id": sheet})
	w.must(err)
	a := identity.Actor{ID: j.Person, Strong: true, Grants: []identity.Grant{{Role: identity.Judge, Place: "jz"}}}
	w.must(w.jury.Declare(w.ctx, a, j.Judge, judging.Declaration{ProposalID: w.ids[i], Reason: "后来才知道是表姐"}))
	list, err := judging.LateTies(w.ctx, w.db, w.edition)
	w.must(err)
	if len(list) != 1 || list[0].SheetID != sheet {
		w.t.Fatalf("%+v", list)
	}
	if w.count(`select count(*) from notice where code = 'N06' and person_id = @p and link = @link`, pg.Args{"p": w.staff.ID, "link": "/desk/late-ties/" + sheet}) != 1 {
		w.t.Error("the district was not told")
	}
	return list[0]
}

// With too few sheets left the money is not shared out before the project was marked again; a confirmed project is not touched.
func TestALateTieReopensBeforeAndAfterTheResultsArePublic(t *testing.T) {
	w := newWorld(t, 3, 7_000_00)
	late := w.tied(0)
	s, err := w.book.StrikeTied(w.ctx, w.staff, late.SheetID, TiedSheet{"和队长是表姐妹"})
	if err != nil || s.Reopening != w.reopened().ID {
		t.Fatal(s, err)
	}
	w.wants(w.book.Allocate(w.ctx, w.head, w.edition), fault.Conflict)
	a, seat := w.newcomer("新评委")
	w.must(w.pick(w.reopened(), seat))
	w.marked(a, 50)
	w.must(w.book.EndReopening(w.ctx, w.staff, w.reopened().ID, Pressed{w.reopened().Version}))
	if q := w.rank(0); q != 3 {
		t.Errorf("rank %d", q)
	}
	p := w.publicized()
	again := w.tied(1)
	w.over(p)
	_, err = w.book.StrikeTied(w.ctx, w.staff, again.SheetID, TiedSheet{"和队长是表姐妹"})
	if fault.MessageOf(err).Text != "这个项目已经立项或者已经结束，评分表不能再作废。有违规的，请按违规处理" { // the verb says so, not the database behind it
		t.Errorf("a confirmed project: %v", err)
	}
	w.refused(`insert into reopening (id, round_id, proposal_id, edition_id, place, cause, reason, struck, need, opened_at)
    values (gen_random_uuid(), @round, @p, @e, 'jz', 'conflict', 'x', array[@sheet::uuid], 1, now())`, pg.Args{"round": again.RoundID, "p": w.ids[1], "e": w.edition, "sheet": again.SheetID})
	w.verified()
}

func (w *world) rank(i int) int {
	w.t.Helper()
	n, err := pg.Value[int](w.ctx, w.db, `select rank from proposal where id = @id`, pg.Args{"id": w.ids[i]})
	w.must(err)
	return n
}
