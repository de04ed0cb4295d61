package award

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/proposal"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// chosenWorld is a district whose desk round let the better two of four projects go on; the first judge's 100 kept the second
// above the third, which is at 85 by everybody.
type chosenWorld struct {
	*world
	desk string
	jury []identity.Actor
	last string // the row of the last who was asked to judge
}

func newChosenWorld(t *testing.T, judges int) *chosenWorld {
	t.Helper()
	w := &chosenWorld{world: newWorldUnder(t, 4, 0, 7_000_00, edition.DefaultRules(), nil), desk: id()}
	for i := range judges {
		w.ask(fmt.Sprint("评委", i))
	}
	w.opens(w.desk, judging.NewRound{Kind: judging.Desk, Cut: judging.CutByTop, CutTop: 2})
	w.read(w.jury, func(judge, project int) int {
		if judge == 0 && project == 1 {
			return 100
		}
		return []int{95, 84, 85, 70}[project]
	})
	w.must(w.world.jury.CloseRound(w.ctx, w.staff, w.desk, judging.Pressed{Version: 2}))
	w.wantStates("shortlisted", "shortlisted", "not_shortlisted", "not_shortlisted")
	return w
}

func (w *chosenWorld) ask(name string) identity.Actor {
	w.t.Helper()
	a, seat := w.newcomer(name)
	w.jury, w.last = append(w.jury, a), seat
	return a
}

func (w *chosenWorld) opens(round string, n judging.NewRound) {
	w.t.Helper()
	n.ID, n.ClosesAt, n.Named = round, thursday.AddDate(0, 0, 7), true
	w.must(w.world.jury.Plan(w.ctx, w.staff, w.edition, n))
	w.must(w.world.jury.OpenRound(w.ctx, w.staff, round, judging.Pressed{Version: 1}))
}

// read has judges hand in every open sheet.
func (w *chosenWorld) read(jury []identity.Actor, mark func(judge, project int) int) {
	w.t.Helper()
	for i, a := range jury {
		q, err := w.world.jury.MyQueue(w.ctx, a)
		w.must(err)
		for _, task := range q.Tasks {
			if task.Done() || task.RoundState != judging.Open {
				continue
			}
			r, err := w.world.jury.Read(w.ctx, a, task.ID)
			w.must(err)
			d := judging.SheetDraft{Comment: "请先和邻居谈谈"}
			for _, c := range r.Rubric {
				d.Marks = append(d.Marks, judging.MarkText{Code: c.Code, Mark: fmt.Sprint(mark(i, int(task.Title[len(task.Title)-1]-'1')))})
			}
			w.clock.Advance(time.Second)
			w.must(w.world.jury.Submit(w.ctx, a, task.ID, d))
		}
	}
}

func (w *chosenWorld) wantStates(want ...string) {
	w.t.Helper()
	for i, s := range want {
		if got := w.state(i); got != s {
			w.t.Errorf("project %d is %s, not %s", i+1, got, s)
		}
	}
}

// late has the first judge tell of a tie to the second project.
func (w *chosenWorld) late() judging.LateTie {
	w.t.Helper()
	seat, err := pg.Value[string](w.ctx, w.db, `select id::text from judge where person_id = @p`, pg.Args{"p": w.jury[0].ID})
	w.must(err)
	w.must(w.world.jury.Declare(w.ctx, w.jury[0], seat, judging.Declaration{ProposalID: w.ids[1], Reason: "后来才知道是表姐"}))
	list, err := judging.LateTies(w.ctx, w.db, w.edition)
	w.must(err)
	if len(list) == 0 || list[0].RoundID != w.desk || list[0].Ranks {
		w.t.Fatalf("%+v", list)
	}
	return list[0]
}

func (w *chosenWorld) strike(sheet string) (Struckness, error) {
	return w.book.StrikeTied(w.ctx, w.staff, sheet, TiedSheet{"和队长是表姐妹"})
}

func (w *chosenWorld) told(person, word string) int64 {
	w.t.Helper()
	return w.count(`select count(*) from notice where person_id = @p and (text || args::text) like '%' || @word || '%'`, pg.Args{"p": person, "word": word})
}

// DOMAIN §7.4 for a round that chooses: with enough sheets left the choice is made anew at once. Whoever passes now goes on, who was
// told that they go on stays in, everybody is told plainly, and the page had said so before.
func TestALateTieLetsOnWhoPassesByTheNewResult(t *testing.T) {
	w := newChosenWorld(t, 4)
	late := w.late()
	if w.told(w.staff.ID, "要作废，请来处理") != 1 {
		t.Error("the district was not told to strike it out")
	}
	s, err := w.world.jury.ToStrike(w.ctx, w.staff, late.SheetID)
	if err != nil || s.Over != nil || !s.Enough() || len(s.Risen) != 1 || s.Risen[0].ID != w.ids[2] || s.Risen[0].Rank != 2 || s.Risen[0].Score != 85_00 {
		t.Fatalf("the page says %+v, %v", s.Risen, err)
	}
	w.wantStates("shortlisted", "shortlisted", "not_shortlisted", "not_shortlisted") // looking changes nothing
	for _, by := range []identity.Actor{w.other, w.host} {
		if _, err := w.book.StrikeTied(w.ctx, by, late.SheetID, TiedSheet{"和队长是表姐妹"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("out of place: %v", err)
		}
	}
	if _, err := w.book.StrikeTied(w.ctx, w.head, late.SheetID, TiedSheet{"和队长是表姐妹"}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("not theirs: %v", err)
	}
	if _, err := w.book.StrikeTied(w.ctx, w.staff, late.SheetID, TiedSheet{"嗯"}); fault.InFields(err)["reason"].Text == "" {
		t.Errorf("no reason: %v", err)
	}
	for range 2 { // pressed twice
		if s, err := w.strike(late.SheetID); err != nil || s.Reopening != "" || !s.Chose {
			t.Fatal(s, err)
		}
	}
	w.wantStates("shortlisted", "shortlisted", "shortlisted", "not_shortlisted")
	if w.told(w.leads[2].ID, "现在通过书面初评，进入下一轮评审。时间地点会另外通知") != 1 || w.told(w.leads[1].ID, "作废") != 0 || w.told(w.leads[3].ID, "作废") != 0 {
		t.Error("who goes on was not told, or others were")
	}
	if w.told(w.staff.ID, "「旧衣改造坊3」") != 1 {
		t.Error("the district was not told who goes on now")
	}
	runs, err := judging.Runs(w.ctx, w.db, w.desk)
	w.must(err)
	if len(runs) != 2 || runs[1].Cause != judging.ByConflict || runs[1].Reason != "和队长是表姐妹" || !strings.Contains(runs[1].Protocol, `"struck":["`+late.SheetID+`"]`) {
		t.Fatalf("%d runs", len(runs))
	}
	for _, r := range runs {
		v, err := replay.Replay(bytes.NewReader([]byte(r.Protocol)), map[string]replay.Compute{"round": judging.Replay})
		if err != nil || !v.Same || v.Result != r.Digest {
			t.Errorf("run %d: %+v, %v", r.Run, v, err)
		}
	}
	w.verified()
	w.opens(id(), judging.NewRound{Kind: judging.Pitch})
	if n := w.count(`select count(*) from round_entry e join review_round r on r.id = e.round_id and r.seq = 2`, nil); n != 3 {
		t.Errorf("%d are in the next round", n)
	}
	w.verified()
}

// A second sheet of another project: the files of later runs tell of both, and each run is one.
func TestLaterRunsTellOfEveryStruckSheet(t *testing.T) {
	w := newChosenWorld(t, 4)
	first := w.late()
	if _, err := w.strike(first.SheetID); err != nil {
		t.Fatal(err)
	}
	seat, err := pg.Value[string](w.ctx, w.db, `select id::text from judge where person_id = @p`, pg.Args{"p": w.jury[1].ID})
	w.must(err)
	w.must(w.world.jury.Declare(w.ctx, w.jury[1], seat, judging.Declaration{ProposalID: w.ids[3], Reason: "一起做过项目"}))
	list, err := judging.LateTies(w.ctx, w.db, w.edition)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := w.strike(list[0].SheetID); err != nil {
		t.Fatal(err)
	}
	runs, err := judging.Runs(w.ctx, w.db, w.desk)
	w.must(err)
	if len(runs) != 3 || !strings.Contains(runs[2].Protocol, first.SheetID) || !strings.Contains(runs[2].Protocol, list[0].SheetID) || len(runs[2].Struck) != 1 {
		t.Errorf("%d runs", len(runs))
	}
	if w.told(w.staff.ID, "没有变化") != 1 {
		t.Error("the district was not told that nothing changed")
	}
	w.verified()
}

// With too few sheets left the project is marked again, and the choice is made at the end; until then the next round cannot end.
func TestAChoosingRoundReopensForAProject(t *testing.T) {
	w := newChosenWorld(t, 3)
	late := w.late()
	s, err := w.world.jury.ToStrike(w.ctx, w.staff, late.SheetID)
	if err != nil || s.Enough() || s.Risen != nil {
		t.Fatalf("%+v, %v", s, err)
	}
	struck, err := w.strike(late.SheetID)
	if err != nil || struck.Reopening != w.reopened().ID {
		t.Fatal(struck, err)
	}
	w.wantStates("shortlisted", "shortlisted", "not_shortlisted", "not_shortlisted")
	w.verified()
	pitch := id()
	a := w.ask("新评委")
	w.opens(pitch, judging.NewRound{Kind: judging.Pitch})
	w.read(w.jury[:3], func(int, int) int { return 90 })
	w.must(w.pick(w.reopened(), w.last))
	w.read([]identity.Actor{a}, func(int, int) int { return 84 })
	err = w.world.jury.CloseRound(w.ctx, w.staff, pitch, judging.Pressed{Version: 2})
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err).Text, "初评还有项目在补评") {
		t.Errorf("the next round ended: %v", err)
	}
	o := w.reopened()
	w.wants(w.book.EndReopening(w.ctx, w.other, o.ID, Pressed{o.Version}), fault.NotFound)
	for range 2 {
		w.must(w.book.EndReopening(w.ctx, w.staff, o.ID, Pressed{o.Version}))
	}
	w.wantStates("shortlisted", "shortlisted", "shortlisted", "not_shortlisted")
	if n := w.count(`select count(*) from round_run where round_id = @r`, pg.Args{"r": w.desk}); n != 2 {
		t.Errorf("%d runs", n)
	}
	if w.count(`select count(*) from assignment where round_id = @r and proposal_id = @p`, pg.Args{"r": pitch, "p": w.ids[2]}) != 4 {
		t.Error("it has no judges in the round under way")
	}
	w.verified()
	w.read(w.jury, func(int, int) int { return 88 })
	w.must(w.world.jury.CloseRound(w.ctx, w.staff, pitch, judging.Pressed{Version: 2}))
	w.wantStates("ranked", "ranked", "ranked", "not_shortlisted")
	w.verified()
	// The public notice offers both computations of the desk round, beside the one of the pitches.
	list, err := w.book.NoticeFiles(w.ctx, w.publicized().ID)
	w.must(err)
	names := ""
	for _, f := range list {
		names += f.Name + " "
	}
	if !strings.Contains(names, "round-1-1.json round-1-2.json round-2-1.json") || strings.Contains(names, "round-2-2") {
		t.Errorf("the notice offers %s", names)
	}
}

// A desk round under way takes who passes now as the last in its order, with seats by the ordinary computation.
func TestADeskRoundUnderWayTakesThemLast(t *testing.T) {
	w := newChosenWorld(t, 4)
	second := id()
	w.opens(second, judging.NewRound{Kind: judging.Desk, Cut: judging.CutByTop, CutTop: 1})
	late := w.late()
	if _, err := w.strike(late.SheetID); err != nil {
		t.Fatal(err)
	}
	if n := w.count(`select seq from round_entry where round_id = @r and proposal_id = @p`, pg.Args{"r": second, "p": w.ids[2]}); n != 3 {
		t.Errorf("it is number %d", n)
	}
	if n := w.count(`select count(*) from assignment where round_id = @r and proposal_id = @p and state = 'assigned'`, pg.Args{"r": second, "p": w.ids[2]}); n != 4 {
		t.Errorf("it has %d judges", n)
	}
	if w.told(w.leads[2].ID, "评委已经开始看申报书") != 1 || w.told(w.jury[1].ID, "现在也进入这一轮") != 1 {
		t.Error("lead and judges were not told")
	}
	w.verified()
	// This round chooses too, and leaves out some of whom the first let through.
	w.read(w.jury, func(_, project int) int { return 90 - project })
	w.must(w.world.jury.CloseRound(w.ctx, w.staff, second, judging.Pressed{Version: 2}))
	w.wantStates("shortlisted", "not_shortlisted", "not_shortlisted", "not_shortlisted")
	w.verified()
}

// When the next round is over, who went on cannot change: the verb and the page say so.
func TestAChoiceIsOverWithTheNextRound(t *testing.T) {
	w := newChosenWorld(t, 4)
	pitch := id()
	w.opens(pitch, judging.NewRound{Kind: judging.Pitch})
	w.read(w.jury, func(_, project int) int { return 90 - project })
	w.must(w.world.jury.CloseRound(w.ctx, w.staff, pitch, judging.Pressed{Version: 2}))
	late := w.late()
	s, err := w.world.jury.ToStrike(w.ctx, w.staff, late.SheetID)
	if err != nil || s.Over == nil {
		t.Errorf("the page offers it: %v", err)
	}
	_, err = w.strike(late.SheetID)
	if !fault.Is(err, fault.Conflict) || !strings.Contains(fault.MessageOf(err).Text, "下一轮评审已经结束") {
		t.Errorf("struck out: %v", err)
	}
	if w.count(`select count(*) from sheet where id = @s and state = 'locked'`, pg.Args{"s": late.SheetID}) != 1 || w.told(w.staff.ID, "谁进入下一轮已经不能再变") != 1 {
		t.Error("something changed, or the district was not told that it is over")
	}
}

// A shortlist that follows from no run is a complaint, either way.
func TestAShortlistFollowsFromARun(t *testing.T) {
	w := newChosenWorld(t, 4)
	w.must(w.strikeLate())
	moved := func(i int, to string) {
		w.change(func(tx pg.Tx) error {
			return proposal.Move(w.ctx, tx, w.house("jz"), proposal.Step{ID: w.ids[i], To: to, At: w.clock.Now()})
		})
	}
	complains := func(i int, word string) {
		t.Helper()
		_, broken, err := judging.Verify(w.ctx, w.db)
		if err != nil || len(broken) != 1 || !strings.Contains(broken[0], w.ids[i]) || !strings.Contains(broken[0], word) {
			t.Errorf("project %d: %v, %v", i+1, broken, err)
		}
	}
	moved(3, proposal.Shortlisted)
	complains(3, "passes in no run")
	moved(3, proposal.NotShortlisted)
	moved(1, proposal.NotShortlisted) // it passed by the first run alone
	complains(1, "was left out")
	moved(1, proposal.Shortlisted)
	moved(2, proposal.NotShortlisted) // it passes by the second run alone
	complains(2, "was left out")
	moved(2, proposal.Shortlisted)
	w.verified()
}

func (w *chosenWorld) strikeLate() error {
	_, err := w.strike(w.late().SheetID)
	return err
}
