package sample

import (
	"context"
	"fmt"
	"slices"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
)

// underWay is the edition that is judged today.
type underWay struct {
	edition edition.Edition
	hall    *hall
}

// specialCall opens the small edition that is judged today and brings its proposals to the jury. The fourth edition is
// being prepared already, so that its number is its own.
func (g *garden) specialCall(ctx context.Context) error {
	var err error
	g.at(g.now.AddDate(0, 0, -40), 8)
	if g.drafts[fourth.no], err = g.draft(ctx, fourth); err != nil {
		return err
	}
	opens := clock.Day(g.now).AddDate(0, 0, -40).Add(9 * time.Hour)
	if g.special.edition, err = g.begin(ctx, special, opens, 17*24*time.Hour+9*time.Hour); err != nil {
		return err
	}
	list := make([]grown, special.projects+special.out)
	from := first
	for i := range list {
		list[i] = g.seed(from, 36+i) // whose projects of the first year never were
	}
	g.at(opens.AddDate(0, 0, 1), 10)
	if err := each(ctx, list, func(ctx context.Context, i int, _ grown) error { return g.propose(ctx, g.special.edition, &list[i]) }); err != nil {
		return fmt.Errorf("proposing: %w", err)
	}
	g.at(opens.AddDate(0, 0, 2), 10)
	return each(ctx, list, func(ctx context.Context, _ int, p grown) error { return g.screen(ctx, p) })
}

// specialDesk chooses at the desk who may pitch; one judge has not answered yet.
func (g *garden) specialDesk(ctx context.Context) error {
	e := g.special.edition
	if err := g.closeCall(ctx, e); err != nil {
		return err
	}
	if err := g.inviteJury(ctx, e, len(g.judges)-1); err != nil {
		return err
	}
	g.at(e.ClosesAt.AddDate(0, 0, 2), 9)
	if err := g.wishes(ctx, e); err != nil {
		return fmt.Errorf("wishes: %w", err)
	}
	g.at(e.ClosesAt.AddDate(0, 0, 3), 9)
	if err := g.desk(ctx, e, special.projects); err != nil {
		return fmt.Errorf("the desk round: %w", err)
	}
	g.at(g.Clock.Now().AddDate(0, 0, 1), 10)
	starts := g.now.Add(-70 * time.Minute).Truncate(10 * time.Minute)
	vote := judging.NewPoll{OpensAt: clock.Day(g.now).AddDate(0, 0, -2).Add(8 * time.Hour), ClosesAt: clock.Day(g.now).AddDate(0, 0, 10).Add(18 * time.Hour)}
	var err error
	g.special.hall, err = g.hallAt(ctx, e, starts, vote)
	return err
}

// specialPitch is today: two projects have their marks, the third waits for two sheets, the fourth stands on the stage with
// its clock stopped. Residents have begun to vote, and a ballot box was typed in once.
func (g *garden) specialPitch(ctx context.Context) error {
	h := g.special.hall
	if g.Clock.Now().Before(h.vote.OpensAt) {
		g.Clock.Set(h.vote.OpensAt.Add(time.Hour))
	}
	if err := h.cast(ctx, 3); err != nil {
		return fmt.Errorf("voting: %w", err)
	}
	if err := h.box(ctx, g.district, "电厂新村社区活动室", 1, 0); err != nil { //words:none
		return fmt.Errorf("the ballot box: %w", err)
	}
	g.Clock.Set(g.now.Add(-time.Hour))
	if err := h.press(ctx, judging.DoPublish, ""); err != nil {
		return err
	}
	late := []string{g.judges[0].ID, g.judges[3].ID}
	for n := range 3 {
		if err := h.hear(ctx, func(t task) bool { return n == 2 && slices.Contains(late, t.Judge) }); err != nil {
			return fmt.Errorf("pitch %d: %w", n+1, err)
		}
	}
	for _, do := range []string{judging.DoNext, judging.DoStart} {
		if err := h.press(ctx, do, ""); err != nil {
			return err
		}
	}
	g.Clock.Advance(3 * time.Minute)
	return h.press(ctx, judging.DoPause, "")
}
