package sample

import (
	"context"
	"fmt"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// hall is a pitch round: its room as the host's last press left it, and the vote beside it.
type hall struct {
	*garden
	round   string
	version int // of the room
	slots   []judging.Slot
	called  int // how many have been called
	vote    judging.NewPoll
}

// hall plans and opens an edition's pitch round, the residents' vote beside it, and draws the order; the pitches are
// so many days from now.
func (g *garden) hall(ctx context.Context, e edition.Edition, days int) (*hall, error) {
	starts := clock.Day(g.Clock.Now().AddDate(0, 0, days)).Add(9 * time.Hour)
	vote := judging.NewPoll{OpensAt: starts.AddDate(0, 0, -1), ClosesAt: starts.AddDate(0, 0, 1).Add(9 * time.Hour)}
	return g.hallAt(ctx, e, starts, vote)
}

func (g *garden) hallAt(ctx context.Context, e edition.Edition, starts time.Time, vote judging.NewPoll) (*hall, error) {
	h := &hall{garden: g, round: id(), version: 1, vote: vote}
	n := judging.NewRound{ID: h.round, Kind: judging.Pitch, ClosesAt: vote.ClosesAt.AddDate(0, 0, 1), Named: true}
	if err := g.Juries.Plan(ctx, g.district, e.ID, n); err != nil {
		return nil, err
	}
	if err := g.Juries.OpenRound(ctx, g.district, h.round, judging.Pressed{Version: 1}); err != nil {
		return nil, err
	}
	if err := g.Juries.PlanPoll(ctx, g.district, h.round, vote); err != nil {
		return nil, err
	}
	if err := g.Juries.Draw(ctx, g.district, h.round, judging.NewStage{Hall: "区文化馆三楼报告厅", StartsAt: starts}); err != nil { //words:none
		return nil, err
	}
	v, err := g.Juries.Host(ctx, g.district, h.round)
	h.slots = v.Slots
	return h, err
}

// press is a button of the host's screen.
func (h *hall) press(ctx context.Context, do, slot string) error {
	err := h.Juries.Step(ctx, h.district, h.round, judging.StageStep{Do: do, Slot: slot, Sure: do == judging.DoAbsent, Version: h.version})
	h.version++
	if err != nil {
		return fmt.Errorf("%s: %w", do, err)
	}
	return nil
}

// hear calls the next project, lets it speak and has it marked, but for some sheets; then the marks of the one before are
// shown.
func (h *hall) hear(ctx context.Context, without func(t task) bool) error {
	h.Clock.Advance(2 * time.Minute)
	if err := h.press(ctx, judging.DoNext, ""); err != nil {
		return err
	}
	if err := h.show(ctx, h.called-1); err != nil {
		return err
	}
	if err := h.press(ctx, judging.DoStart, ""); err != nil {
		return err
	}
	h.Clock.Advance(9 * time.Minute)
	h.called++
	return h.score(ctx, h.round, h.slots[h.called-1].ProposalID, without)
}

// show shows the marks of a project that was heard.
func (h *hall) show(ctx context.Context, n int) error {
	if n < 0 || h.slots[n].State == judging.Absent {
		return nil
	}
	return h.press(ctx, judging.DoReveal, h.slots[n].ID)
}

// wholeDay is a day of pitches from the first call to the signed minutes. One team does not come, and one judge marks one
// project on paper.
func (h *hall) wholeDay(ctx context.Context) error {
	h.at(h.vote.OpensAt.AddDate(0, 0, 1), 9)
	if err := h.press(ctx, judging.DoPublish, ""); err != nil {
		return err
	}
	for n := range h.slots {
		if n == 12 {
			if err := h.stayAway(ctx); err != nil {
				return err
			}
			continue
		}
		paper, without := "", func(t task) bool { return false }
		if n == 4 {
			without = func(t task) bool {
				if paper == "" {
					paper = t.ID
				}
				return t.ID == paper
			}
		}
		if err := h.hear(ctx, without); err != nil {
			return fmt.Errorf("pitch %d: %w", n+1, err)
		}
		if paper != "" {
			if err := h.keySheet(ctx, h.slots[n].ProposalID, paper); err != nil {
				return fmt.Errorf("a paper sheet: %w", err)
			}
		}
	}
	if err := h.press(ctx, judging.DoNext, ""); err != nil {
		return err
	}
	if err := h.show(ctx, len(h.slots)-1); err != nil {
		return err
	}
	if err := h.press(ctx, judging.DoEnd, ""); err != nil {
		return err
	}
	return h.minutes(ctx)
}

// stayAway is a team that does not come: it is withdrawn.
func (h *hall) stayAway(ctx context.Context) error {
	if err := h.press(ctx, judging.DoNext, ""); err != nil {
		return err
	}
	if err := h.show(ctx, h.called-1); err != nil {
		return err
	}
	h.Clock.Advance(5 * time.Minute)
	h.slots[h.called].State = judging.Absent
	h.called++
	return h.press(ctx, judging.DoAbsent, h.slots[h.called-1].ID)
}

// keySheet types a judge's paper sheet in, twice, by two people.
func (h *hall) keySheet(ctx context.Context, project, assignment string) error {
	list, err := pg.All[task](ctx, h.DB, assignedSQL, pg.Args{"round": h.round, "project": project})
	if err != nil {
		return err
	}
	rubric, err := judging.Criteria(ctx, h.DB, h.round)
	if err != nil {
		return err
	}
	for _, t := range list {
		if t.ID != assignment {
			continue
		}
		_, marks, comment := h.marks(t, rubric)
		if err := h.Juries.KeySheet(ctx, h.district, t.ID, judging.PaperSheet{Pass: 1, Marks: marks, Comment: comment}, h.paper("评分表.jpg", h.called)); err != nil { //words:none
			return err
		}
		if err := h.Juries.KeySheet(ctx, h.head, t.ID, judging.PaperSheet{Pass: 2, Marks: marks, Comment: comment}, nil); err != nil {
			return err
		}
	}
	return nil
}

// minutes are written, signed by hand, and closed by their scan.
func (h *hall) minutes(ctx context.Context) error {
	h.Clock.Advance(time.Hour)
	v, err := h.Juries.Host(ctx, h.district, h.round)
	if err != nil {
		return err
	}
	n := judging.Sealing{Others: "区财政局一人、社区居民十五人旁听"} //words:none
	for _, j := range v.Jury {
		n.Present = append(n.Present, j.ID)
	}
	if err := h.Juries.SealMinute(ctx, h.district, h.round, n); err != nil {
		return err
	}
	h.Clock.Advance(time.Hour)
	return h.Juries.SignMinute(ctx, h.district, h.round, judging.Scan{Version: 1}, h.paper("签字的纪要.jpg", 99)) //words:none
}

// count takes the residents' votes, online and on paper, counts them and ends the round.
//
//words:none
func (h *hall) count(ctx context.Context) error {
	if err := h.cast(ctx, 6); err != nil {
		return fmt.Errorf("voting: %w", err)
	}
	for _, p := range []struct {
		by        identity.Actor
		name      string
		pass, odd int
	}{{h.district, "电厂新村社区活动室", 1, 0}, {h.head, "电厂新村社区活动室", 2, 0}, {h.head, "滨河社区门口", 1, 0}, {h.district, "滨河社区门口", 2, 1}, {h.head, "滨河社区门口", 3, 0}} {
		if err := h.box(ctx, p.by, p.name, p.pass, p.odd); err != nil {
			return fmt.Errorf("the ballot box: %w", err)
		}
	}
	h.Clock.Set(h.vote.ClosesAt.Add(time.Hour))
	if err := h.Juries.CountPoll(ctx, h.district, h.round, judging.Pressed{Version: 1}); err != nil {
		return fmt.Errorf("counting: %w", err)
	}
	return h.Juries.CloseRound(ctx, h.district, h.round, judging.Pressed{Version: 2})
}
