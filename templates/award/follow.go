package award

import (
	"context"

	"seedbed/domain/award"
	"seedbed/domain/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// causeWords says why a notice follows another.
func causeWords(ctx context.Context, c award.Content) string {
	if c.Cause == award.Promotion {
		return words.T(ctx, "这是递补公示，跟在公示 %s 后面。", c.Follows)
	}
	return words.T(ctx, "这是更正公示，只写和公示 %s 不一样的行。", c.Follows)
}

// wasWords says what a corrected row said before.
func wasWords(ctx context.Context, w award.ContentWas) string {
	result := name(ctx, results, w.Result)
	if w.Amount > 0 {
		return words.T(ctx, "原来：第 %d 名，%s 分，%s %s", w.Rank, points(w.Score), result, w.Amount.Show())
	}
	return words.T(ctx, "原来：第 %d 名，%s 分，%s", w.Rank, points(w.Score), result)
}

// ruleWords says how the money was shared out.
func ruleWords(ctx context.Context, c award.Content) string {
	text := words.T(ctx, "按名次从高到低安排资金，钱用完为止。候补的项目，前面有空出来的才轮到。")
	switch c.Rule {
	case award.Greedily:
		text = words.T(ctx, "按名次从高到低安排资金，放不下的跳过，看后面的能不能放下。候补的项目，前面有空出来的才轮到。")
	case award.Phragmen:
		text = words.T(ctx, "按居民投票安排资金：每位居民手里的钱一点点多起来，支持同一个项目的居民凑够了就选它。候补的项目，前面有空出来的才轮到。")
	case award.EqualShares:
		text = words.T(ctx, "按居民投票安排资金：每位投票的居民手里有一份相等的钱，支持同一个项目的居民把钱凑起来。候补的项目，前面有空出来的才轮到。")
	}
	if c.RuleWhy != "" {
		text += words.T(ctx, "依据：%s。", c.RuleWhy)
	}
	return text
}

func panelWords(ctx context.Context, d award.ContentPanel) string {
	verdict := name(ctx, judging.Verdicts, d.Verdict)
	if d.Amount > 0 {
		return words.T(ctx, "合议：「%s」%s，最多资助 %s。理由：%s。%d 位评委到场。", d.Title, verdict, d.Amount.Show(), d.Reason, d.Present)
	}
	return words.T(ctx, "合议：「%s」%s。理由：%s。%d 位评委到场。", d.Title, verdict, d.Reason, d.Present)
}

func lotWords(ctx context.Context, l award.ContentLot) string {
	return words.T(ctx, "抽签：%s。种子 %s，先后是 %s。", l.Reason, l.Seed, join(ctx, l.Titles))
}

func remedies(ctx context.Context, p CasePage) []ui.Option {
	list := []ui.Option{{Value: award.Revoke, Label: words.T(ctx, "撤销这个项目的结果，后面的往前排"), Hint: "项目本身不该参加，或者情况不实。"}}
	if len(p.Sheets) > 0 {
		list = append(list, ui.Option{Value: award.Strike, Label: words.T(ctx, "作废有问题的评分表，重新计分"), Hint: "评委该回避没有回避，或者分数有错。"})
	}
	return list
}

func struckOptions(ctx context.Context, p CasePage) []ui.Option {
	var list []ui.Option
	for _, s := range p.Sheets {
		list = append(list, ui.Option{Value: s.ID, Label: words.T(ctx, "%s：%s 分", s.Judge, points(s.Total))})
	}
	return list
}
