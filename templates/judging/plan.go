package judging

import (
	"context"
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// totalOr is a total, or that not everything is marked.
func totalOr(ctx context.Context, total *int) string {
	if total == nil {
		return words.T(ctx, "没有打完")
	}
	return words.T(ctx, "%s 分", points(*total))
}

func rowTitle(ctx context.Context, row judging.Weighed) string {
	if row.Title == "" {
		return words.T(ctx, "第 %d 行", row.Line)
	}
	return row.Title
}

// averages are a project's means by criterion.
func averages(ctx context.Context, f judging.Feedback) []ui.Fact {
	list := make([]ui.Fact, len(f.Averages))
	for i, a := range f.Averages {
		list[i] = ui.Fact{Term: criterion(ctx, a.Criterion), Text: words.T(ctx, "平均 %s 分", points(a.Mean))}
	}
	return list
}

// cutSays is how a round chooses, in a sentence; "" where it ranks.
func cutSays(ctx context.Context, r judging.Round) string {
	switch {
	case r.CutScore != nil:
		return words.T(ctx, "%s 分以上的进入下一轮", strconv.Itoa(*r.CutScore/100))
	case r.CutTop != nil:
		return words.T(ctx, "每个赛道前 %d 名进入下一轮", *r.CutTop)
	}
	return ""
}

// plans tells whether a round can be planned as things stand: the first, or the one after a round that chooses.
func (p RoomPage) plans() bool {
	rounds := p.Room.Rounds
	if !p.CanRun {
		return false
	}
	if len(rounds) == 0 {
		return p.Edition.State == edition.Open || p.Edition.State == edition.Closed
	}
	return rounds[len(rounds)-1].Selects() && (p.Edition.State == edition.Open || p.Edition.State == edition.Closed || p.Edition.State == edition.Reviewing)
}
