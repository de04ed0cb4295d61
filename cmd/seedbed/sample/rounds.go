package sample

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

const (
	lastRankedSQL = `select proposal_id::text from round_result where round_id = @round::uuid order by rank desc, proposal_id limit 1`
	untiedSQL     = `select j.id::text from judge j where j.id::text = any(@ids::text[]) and not exists (select from conflict c where c.judge_id = j.id and c.proposal_id = @project::uuid) order by j.id limit 3`
)

// twoRounds judges an edition at the desk, which chooses, and then in the hall, where residents vote too.
func (g *garden) twoRounds(ctx context.Context, s season, e edition.Edition, list []grown) error {
	g.at(e.ClosesAt.AddDate(0, 0, 1), 9)
	if err := g.pool(ctx, list); err != nil {
		return fmt.Errorf("the pool: %w", err)
	}
	if err := g.wishes(ctx, e); err != nil {
		return fmt.Errorf("wishes: %w", err)
	}
	g.at(e.ClosesAt.AddDate(0, 0, 3), 9)
	if err := g.desk(ctx, e, s.projects+1); err != nil { // one of them will not come to the pitch
		return fmt.Errorf("the desk round: %w", err)
	}
	h, err := g.hall(ctx, e, 3)
	if err != nil {
		return fmt.Errorf("the hall: %w", err)
	}
	if err := h.wholeDay(ctx); err != nil {
		return fmt.Errorf("the pitches: %w", err)
	}
	if err := h.count(ctx); err != nil {
		return err
	}
	if err := g.deliberate(ctx, e, h.round); err != nil {
		return err
	}
	if err := g.panel(ctx, e); err != nil {
		return fmt.Errorf("the panel: %w", err)
	}
	return nil
}

// panel has the judges vote on what was ranked: all of it passes, some of it under conditions, one by a narrow vote.
//
//words:none
func (g *garden) panel(ctx context.Context, e edition.Edition) error {
	round := id()
	if err := g.Juries.Plan(ctx, g.district, e.ID, judging.NewRound{ID: round, Kind: judging.Deliberated, ClosesAt: g.Clock.Now().AddDate(0, 0, 1)}); err != nil {
		return err
	}
	g.at(g.Clock.Now().AddDate(0, 0, 1), 20)
	if err := g.Juries.OpenPanel(ctx, g.district, round, judging.Pressed{Version: 1}); err != nil {
		return err
	}
	v, err := g.Juries.Panel(ctx, g.district, round)
	if err != nil {
		return err
	}
	for i, p := range v.Projects {
		n := judging.NewPanelWord{ID: id(), Yes: len(p.Seats)}
		for _, s := range p.Seats {
			n.Present = append(n.Present, s.ID)
		}
		switch i % 10 {
		case 3:
			n.Yes, n.Abstain, n.Conditions = n.Yes-1, 1, "场地先和物业签好字\n每次活动都请一位邻居做安全员"
		case 7:
			n.Yes, n.Nay, n.Reason = n.Yes-1, 1, "有一位评委担心雨天办不成，请准备室内的地方。"
		}
		if err := g.Juries.RecordPanel(ctx, g.district, round, p.ProposalID, n); err != nil {
			return fmt.Errorf("project %d: %w", i, err)
		}
	}
	if err := g.Juries.ClosePanel(ctx, g.district, round, judging.Pressed{Version: 2}); err != nil {
		return err
	}
	return g.Juries.SignPanel(ctx, g.district, round, judging.PanelScan{Run: 1}, g.paper("签字的合议纪要.jpg", 98))
}

// deliberate has three judges put down what they said of a project near the line; the ranks stay as they are.
func (g *garden) deliberate(ctx context.Context, e edition.Edition, round string) error {
	seats, err := pg.All[seat](ctx, g.DB, seatsSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return err
	}
	n := judging.NewDeliberation{ID: id(), Verdict: judging.Keep, Reason: "两位评委分差大，合议时对照申报书又看了一遍，都同意按名次。"} //words:none
	for _, s := range seats {
		n.Present = append(n.Present, s.ID)
	}
	if n.ProposalID, err = pg.Value[string](ctx, g.DB, lastRankedSQL, pg.Args{"round": round}); err != nil {
		return err
	}
	if n.Present, err = pg.Values[string](ctx, g.DB, untiedSQL, pg.Args{"ids": n.Present, "project": n.ProposalID}); err != nil {
		return err
	}
	return g.Juries.Deliberate(ctx, g.district, round, n)
}

// pool is what the district knows of its judges, and what they say of themselves: their fields, ties and where their fee
// goes.
//
//words:none
func (g *garden) pool(ctx context.Context, list []grown) error {
	known, err := g.Juries.Pool(ctx, g.district)
	if err != nil {
		return err
	}
	for i, j := range known {
		fields := []string{edition.Categories[i%4].Code, edition.Categories[(i+1)%4].Code}
		if err := g.Juries.SaveJuror(ctx, g.district, j.ID, judging.JurorDraft{Saves: j.Saves, Unit: j.Unit, Title: []string{"会长", "副教授", "科长", "居民小组长", "秘书长"}[i%5], Tags: j.Tags, Fields: fields}); err != nil {
			return err
		}
	}
	for i, j := range g.judges {
		mine, err := g.Juries.Mine(ctx, j)
		if err != nil {
			return err
		}
		if i < 6 {
			fee := judging.Fee{Bank: "京州农商银行", Account: fmt.Sprintf("62170001%08d", 4711*(i+1)), Agree: true}
			if err := g.Juries.KeepFee(ctx, j, mine[0].ID, fee); err != nil {
				return err
			}
		}
		tie := judging.NewTie{ID: id(), Kind: "person", Name: list[7].lead.Name, Relation: "表弟"}
		if i == 6 {
			tie = judging.NewTie{ID: id(), Kind: "community", Place: list[11].at.Path, Relation: "老家在这里，父母还住着"}
		}
		if i == 2 || i == 6 {
			if err := g.Juries.DeclareTie(ctx, j, mine[0].ID, tie); err != nil {
				return err
			}
		}
	}
	return nil
}

// wishes are what the judges would like to read; one says that they had better not.
func (g *garden) wishes(ctx context.Context, e edition.Edition) error {
	seats, err := pg.All[seat](ctx, g.DB, seatsSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return err
	}
	return each(ctx, seats, func(ctx context.Context, i int, s seat) error {
		judge := g.judgeOf(s.Judge)
		titles, err := g.Juries.WishList(ctx, judge, s.ID)
		if err != nil {
			return err
		}
		d, f := dice("wishes", i), judging.WishForm{}
		for k, p := range titles.Projects {
			line := judging.WishedLine{ID: p.ID, Wish: []string{judging.Like, judging.Could, judging.Could, judging.RatherNot}[d.IntN(4)]}
			if i == 4 && k == 3 {
				line.Wish, f.Reason = judging.Tied, "和领办人是老同事" //words:none
			}
			f.Lines = append(f.Lines, line)
		}
		return g.Juries.Prefer(ctx, judge, s.ID, f)
	})
}

func (g *garden) judgeOf(person string) identity.Actor {
	for _, j := range g.judges {
		if j.ID == person {
			return j
		}
	}
	return identity.Actor{}
}

// desk is a round at the desk by a plan with its proof; so many projects go on to the next one.
func (g *garden) desk(ctx context.Context, e edition.Edition, goOn int) error {
	round, aim := id(), judging.Usual()
	n := judging.NewRound{ID: round, Kind: judging.Desk, ClosesAt: g.Clock.Now().AddDate(0, 0, 5), Cut: judging.CutByTop, CutTop: goOn}
	if err := g.Juries.Plan(ctx, g.district, e.ID, n); err != nil {
		return err
	}
	text, err := g.Juries.InstanceOf(ctx, g.district, round, aim)
	if err != nil {
		return err
	}
	if err := g.Juries.Confirm(ctx, g.district, round, judging.Confirmed{ID: id(), Hash: replay.Sum(text), Mode: aim.Mode, Load: aim.Load}); err != nil {
		return fmt.Errorf("the plan: %w", err)
	}
	if err := g.Juries.OpenRound(ctx, g.district, round, judging.Pressed{Version: 1}); err != nil {
		return err
	}
	g.at(g.Clock.Now().AddDate(0, 0, 1), 20)
	assigned, err := pg.All[task](ctx, g.DB, assignedSQL, pg.Args{"round": round, "project": ""})
	if err != nil {
		return err
	}
	// Reading, one finds that they know the team; somebody else takes the project over.
	if err := g.Juries.Recuse(ctx, g.judgeOf(assigned[1].Judge), assigned[1].ID, judging.Reason{Reason: "读着读着认出来，是我们合唱团的老搭档。"}); err != nil { //words:none
		return fmt.Errorf("recusing: %w", err)
	}
	g.at(g.Clock.Now().AddDate(0, 0, 1), 14)
	if err := g.score(ctx, round, "", nil); err != nil {
		return err
	}
	return g.Juries.CloseRound(ctx, g.district, round, judging.Pressed{Version: 2})
}

// paper is the photo of something on paper.
func (g *garden) paper(name string, n int) *judging.Photo {
	return &judging.Photo{Name: name, File: bytes.NewReader(g.picture(sketch.Sheet, 960_000+n, g.Clock.Now().Add(-time.Hour)))}
}
