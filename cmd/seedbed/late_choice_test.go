package main

import (
	"fmt"
	"testing"

	"github.com/google/uuid"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// A tie learnt after the desk round chose: the desk is led to the sheet, reads who else would go on, strikes it out, and finds them in
// the next round. When that one is over the page says so and offers nothing.
func TestTheDeskStrikesASheetOfAChoosingRound(t *testing.T) {
	j := newJury(t)
	ctx, staff := t.Context(), j.actor("区干事", identity.DistrictStaff)
	fourth, seat := j.actor("评委4", identity.Judge), uuid.Must(uuid.NewV7()).String()
	j.must(j.house.Juries.Invite(ctx, staff, juryEdition, judging.NewJudge{ID: seat, PersonID: fourth.ID, Expertise: "expert"}))
	j.must(j.house.Juries.Answer(ctx, fourth, seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
	_, err := j.house.Juries.Refill(ctx, staff, j.round)
	j.must(err)
	j.marks(func(judge, project int) int {
		if judge == 4 && project == 2 {
			return 100 // keeps it above the third
		}
		return []int{90, 84, 85}[project-1]
	})
	j.must(j.house.Juries.CloseRound(ctx, staff, j.round, judging.Pressed{Version: 2}))
	tell := func(n int) string {
		project := fmt.Sprint("01900000-0000-7000-8000-0000000000c", n)
		j.must(j.house.Juries.Declare(ctx, fourth, seat, judging.Declaration{ProposalID: project, Reason: "后来才知道队长是表姐"}))
		sheet, err := pg.Value[string](ctx, j.house.Engines.DB, `select id::text from sheet where judge_id = @j::uuid and proposal_id = @p::uuid and round_id = @r::uuid`,
			pg.Args{"j": seat, "p": project, "r": j.round})
		j.must(err)
		return "/desk/late-ties/" + sheet
	}
	late, desk := tell(2), "/desk/editions/"+juryEdition+"/judging"
	w := j.as("desk", "")
	w.dress(j.pass(staff.ID), "zh", "light", 390)
	w.open(desk).see("这份评分表要作废").shot("late-room").press("去处理这份评分表")
	if w.path() != late {
		t.Fatalf("led to %s", w.path())
	}
	w.see("还有 3 份有效", "这 1 个项目现在也会进入下一轮", "旧衣改造坊3", "85.00 分，第 2 名", "下一轮还没有开始").shot("late-page")
	w.fill("reason", "查实是表姐妹").press("这份评分表作废").see("谁进入下一轮已经重新计算").shot("late-done")
	if n, err := pg.Value[int](ctx, j.house.Engines.DB, `select count(*)::int from proposal where state = 'shortlisted'`, nil); err != nil || n != 3 {
		t.Errorf("%d go on, %v", n, err)
	}
	w.open(tell(1)).see("没有别的项目会因此进入下一轮").shot("late-nobody")
	pitch := uuid.Must(uuid.NewV7()).String()
	j.must(j.house.Juries.Plan(ctx, staff, juryEdition, judging.NewRound{ID: pitch, Kind: judging.Pitch, Named: true, ClosesAt: j.hand.Now().AddDate(0, 0, 9)}))
	j.must(j.house.Juries.OpenRound(ctx, staff, pitch, judging.Pressed{Version: 1}))
	j.marks(func(int, int) int { return 80 })
	j.must(j.house.Juries.CloseRound(ctx, staff, pitch, judging.Pressed{Version: 2}))
	w.open(desk).see("谁进入下一轮不能再变").shot("late-over-room")
	w.dress(j.pass(staff.ID), "en", "light", 390)
	w.open(tell(1)).see("The next round has closed").shot("late-over")
}

// marks has all four judges hand in what is open; mark tells the mark of a judge for a project, both from 1.
func (j *jury) marks(mark func(judge, project int) int) {
	j.t.Helper()
	ctx := j.t.Context()
	for i := 1; i <= 4; i++ {
		judge := j.actor(fmt.Sprint("评委", i), identity.Judge)
		q, err := j.house.Juries.MyQueue(ctx, judge)
		j.must(err)
		for _, task := range q.Tasks {
			if task.Done() || task.RoundState != judging.Open {
				continue
			}
			r, err := j.house.Juries.Read(ctx, judge, task.ID)
			j.must(err)
			project, draft := 0, judging.SheetDraft{Comment: "办法实在。"}
			if _, err := fmt.Sscanf(r.ProposalID[len(r.ProposalID)-1:], "%d", &project); err != nil {
				j.t.Fatal(err)
			}
			for _, c := range r.Rubric {
				draft.Marks = append(draft.Marks, judging.MarkText{Code: c.Code, Mark: fmt.Sprint(mark(i, project))})
			}
			j.must(j.house.Juries.Submit(ctx, judge, task.ID, draft))
		}
	}
}
