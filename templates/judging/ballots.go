package judging

import (
	"context"
	"maps"
	"slices"

	"seedbed/domain/judging"
	"seedbed/templates/words"
)

// boxLead says how a box is typed.
func boxLead(v judging.PaperView) string {
	if v.ByPaper {
		return "这一届按居民投票分钱，纸质票要一张一张录，和网上的票一样算。"
	}
	return "照着计票单，填每个项目得了几张票。没有就填 0。"
}

// countedOptions are the projects whose sums are typed: none where the papers are typed one by one.
func countedOptions(v judging.PaperView) []judging.Option {
	if v.ByPaper {
		return nil
	}
	return v.Options
}

// paperLines set both typings of a box's papers side by side: how many have which projects.
func paperLines(ctx context.Context, v judging.PaperView) []differingLine {
	one, two := v.Passes[0].Kinds(v.Options), v.Passes[1].Kinds(v.Options)
	lines := []differingLine{{words.T(ctx, "一共几张票"), len(v.Passes[0].Ballots), len(v.Passes[1].Ballots)}}
	all := maps.Clone(one)
	maps.Copy(all, two)
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		lines = append(lines, differingLine{words.T(ctx, "投了 %s 号的", kind), one[kind], two[kind]})
	}
	return lines
}
