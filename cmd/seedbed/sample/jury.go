package sample

import (
	"context"
	"slices"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

const (
	assignedSQL = `select a.id::text, j.person_id::text as judge, a.proposal_id::text as project, coalesce(p.number, '') as number from assignment a join judge j on j.id = a.judge_id join proposal p on p.id = a.proposal_id
  where a.round_id = @round::uuid and (@project = '' or a.proposal_id::text = @project) and a.state in ('assigned','accepted') order by p.number, a.id`
	seatsSQL = `select id::text as id, person_id::text as judge from judge where edition_id = @edition::uuid and state = 'accepted' order by id`
)

// seat is a row with somebody.
type seat struct{ ID, Judge string }

// task is a project in a judge's hands.
type task struct{ ID, Judge, Project, Number string }

// units are where the judges come from; who speaks for the residents of one community does not judge its projects.
//
//words:none
var units = []string{"市社工协会", "师范学院", "区财政局", "电厂新村社区居民代表", "市慈善会"}

// inviteJury asks judges; the first so many accept, the others are left to answer themselves.
func (g *garden) inviteJury(ctx context.Context, e edition.Edition, accept int) error {
	for i, j := range g.judges {
		n := judging.NewJudge{ID: id(), PersonID: j.ID, Unit: units[i%len(units)], Expertise: judging.Expertise[i%len(judging.Expertise)].Code}
		if err := g.Juries.Invite(ctx, g.district, e.ID, n); err != nil {
			return err
		}
		if i < accept {
			if err := g.Juries.Answer(ctx, j, n.ID, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge closes the call, seats the jury and has every project scored, in one round or in two.
func (g *garden) judge(ctx context.Context, s season, e edition.Edition, list []grown) error {
	if err := g.closeCall(ctx, e); err != nil {
		return err
	}
	if err := g.inviteJury(ctx, e, len(g.judges)); err != nil {
		return err
	}
	if s.out > 0 {
		return g.twoRounds(ctx, s, e, list)
	}
	g.at(e.ClosesAt.AddDate(0, 0, 3), 9)
	round := id()
	if err := g.Juries.Plan(ctx, g.district, e.ID, judging.NewRound{ID: round, Kind: "pitch", ClosesAt: g.Clock.Now().AddDate(0, 0, 5)}); err != nil {
		return err
	}
	if err := g.Juries.OpenRound(ctx, g.district, round, judging.Pressed{Version: 1}); err != nil {
		return err
	}
	g.at(e.ClosesAt.AddDate(0, 0, 5), 14)
	if err := g.score(ctx, round, "", nil); err != nil {
		return err
	}
	return g.Juries.CloseRound(ctx, g.district, round, judging.Pressed{Version: 2})
}

// closeCall lets the last day of a call pass.
func (g *garden) closeCall(ctx context.Context, e edition.Edition) error {
	if g.Clock.Now().Before(*e.ClosesAt) {
		g.Clock.Set(*e.ClosesAt)
	}
	if err := g.Settle(ctx); err != nil {
		return err
	}
	return g.RunDue(ctx)
}

// score has the sheets of a round, or of one project in it, handed in; those of some judges are left out.
func (g *garden) score(ctx context.Context, round, project string, without func(t task) bool) error {
	assigned, err := pg.All[task](ctx, g.DB, assignedSQL, pg.Args{"round": round, "project": project})
	if err != nil {
		return err
	}
	rubric, err := judging.Criteria(ctx, g.DB, round)
	if err != nil {
		return err
	}
	return each(ctx, assigned, func(ctx context.Context, _ int, t task) error {
		if without != nil && without(t) {
			return nil
		}
		judge, marks, comment := g.marks(t, rubric)
		return g.Juries.Submit(ctx, judge, t.ID, judging.SheetDraft{Marks: marks, Comment: comment})
	})
}

// leaning is how severe or lenient each judge of the sample is, in points.
var leaning = []int{-4, 2, 0, 3, -2, 1, -1, 4, -3}

// comments are what judges tell the teams.
//
//words:none
var comments = []string{"想法好，步骤清楚，建议把场地先定下来。", "需要说得实在，预算也细。志愿者怎么排班可以再写清楚。", "居民参与的办法很好，建议留一份名单交接。", "做过的事有照片有数字，让人放心。", "目标可以再具体一点：多少人、做几次。", "安全想得周到，后续怎么办也说到了。"}

// marks are what a judge gives a project: how good it is, how the judge leans, and a little chance.
func (g *garden) marks(t task, rubric []judging.Criterion) (identity.Actor, []judging.MarkText, string) {
	n := slices.IndexFunc(g.judges, func(j identity.Actor) bool { return j.ID == t.Judge })
	d, good := dice("marks"+t.Number, n+20*len(rubric)), 75+dice("quality"+t.Number, 0).IntN(19)
	var list []judging.MarkText
	for _, c := range rubric {
		list = append(list, judging.MarkText{Code: c.Code, Mark: strconv.Itoa(min(good+leaning[n]+d.IntN(9)-4, judging.TopMark))})
	}
	return g.judges[n], list, comments[d.IntN(len(comments))]
}
