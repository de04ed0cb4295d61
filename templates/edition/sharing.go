package edition

import (
	"cmp"
	"context"

	"seedbed/domain/edition"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func sharingOptions(ctx context.Context, choices []edition.Choice) []ui.Option {
	list := make([]ui.Option, len(choices))
	for i, c := range choices {
		list[i] = ui.Option{Value: c.Code, Label: words.T(ctx, c.Name)}
	}
	return list
}

// sharingFacts say the rule of a call.
func sharingFacts(ctx context.Context, r edition.Rules) []ui.Fact {
	name := func(choices []edition.Choice, code string) string { return words.T(ctx, edition.NameOf(choices, code)) }
	facts := []ui.Fact{{Term: "分配规则", Text: name(edition.Sharings, cmp.Or(r.Sharing, edition.SharingByRank))}}
	if r.ByVotes() {
		facts = append(facts, ui.Fact{Term: "居民的一张票", Text: ballotText(ctx, r)}, ui.Fact{Term: "一票值多少", Text: name(edition.SharingUtilities, r.SharingUtility)}, ui.Fact{Term: "剩下的钱", Text: name(edition.SharingCompletes, r.SharingComplete)})
	}
	return facts
}

// ballotText says how many projects a ballot may name.
func ballotText(ctx context.Context, r edition.Rules) string {
	if r.BallotMost == 0 {
		return words.T(ctx, "每个赛道选一个项目")
	}
	return words.T(ctx, "最多选 %d 个项目，选几个都行，哪个赛道的都可以", r.BallotMost)
}
