package sample

import (
	"context"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

const (
	assignedSQL = `select a.id::text as id, j.person_id::text as judge from assignment a join judge j on j.id = a.judge_id join review_round r on r.id = a.round_id where r.edition_id = @edition::uuid and a.state in ('assigned','accepted') order by a.id`
	seatsSQL    = `select id::text, person_id::text as judge from judge where edition_id = @edition::uuid order by id`
)

type seat struct{ ID, Judge string }

// inviteJury asks the judges; they accept unless they are left to answer themselves.
func (g *garden) inviteJury(ctx context.Context, e edition.Edition, accept bool) error {
	for i, j := range g.judges {
		n := judging.NewJudge{ID: id(), PersonID: j.ID, Unit: []string{"市社工协会", "师范学院", "区财政局", "居民代表", "市慈善会"}[i%5], Expertise: judging.Expertise[i%len(judging.Expertise)].Code} //words:none
		if err := g.Juries.Invite(ctx, g.district, e.ID, n); err != nil {
			return err
		}
		if accept {
			if err := g.Juries.Answer(ctx, j, n.ID, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}); err != nil {
				return err
			}
		}
	}
	return nil
}

// judge closes the call, seats the jury and has every project scored.
func (g *garden) judge(ctx context.Context, e edition.Edition) error {
	g.Clock.Set(*e.ClosesAt)
	if err := g.Settle(ctx); err != nil {
		return err
	}
	if err := g.RunDue(ctx); err != nil {
		return err
	}
	if err := g.inviteJury(ctx, e, true); err != nil {
		return err
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
	if err := g.score(ctx, e, round); err != nil {
		return err
	}
	return g.Juries.CloseRound(ctx, g.district, round, judging.Pressed{Version: 2})
}

func (g *garden) score(ctx context.Context, e edition.Edition, round string) error {
	assigned, err := pg.All[seat](ctx, g.DB, assignedSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return err
	}
	rubric, err := judging.Criteria(ctx, g.DB, round)
	if err != nil {
		return err
	}
	return each(ctx, assigned, func(ctx context.Context, i int, s seat) error {
		d := dice("marks"+strconv.Itoa(e.No), i)
		sheet := judging.SheetDraft{Comment: "想法好，步骤清楚，建议把场地先定下来。"} //words:none
		for _, c := range rubric {
			sheet.Marks = append(sheet.Marks, judging.MarkText{Code: c.Code, Mark: strconv.Itoa(66 + d.IntN(32))})
		}
		for _, j := range g.judges {
			if j.ID == s.Judge {
				return g.Juries.Submit(ctx, j, s.ID, sheet)
			}
		}
		return nil
	})
}
