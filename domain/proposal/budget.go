package proposal

import (
	"slices"
	"strconv"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// Gap is something that still stands between a draft and its submission, with the field to mend it in.
type Gap struct {
	Section string
	Field   string
	Text    fault.Message
}

// goods are the budget categories under which a fixed asset could be bought.
var goods = []string{"M", "O"}

// ceilings tells where a budget goes beyond the rules, in words, with the number that passes.
func ceilings(lines []Line, own yuan.Fen, track string, r edition.Rules) []Gap {
	var gaps []Gap
	add := func(field, text string, args ...any) {
		gaps = append(gaps, Gap{Section: "budget", Field: field, Text: fault.Say(text, args...)})
	}
	total := Total(lines)
	for i, l := range lines {
		if r.AssetLine > 0 && slices.Contains(goods, l.Category) && l.UnitPrice >= r.AssetLine {
			add(field(i, "unit_price"), "「%s」单价 %s，到了 %s 就算固定资产，不能买。请改成租借，或换便宜的", l.Item, l.UnitPrice.Show(), r.AssetLine.Show())
		}
	}
	keys := make([]string, 0, len(r.LineShares))
	for key := range r.LineShares {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if g, over := share(lines, total, key, r.LineShares[key]); over {
			gaps = append(gaps, g)
		}
	}
	switch most := r.Caps[track]; {
	case own > total:
		add("own", "自己出的 %s 比总预算 %s 还多，请检查", own.Show(), total.Show())
	case total > 0 && own == total:
		add("own", "全部由自己出，就不用申请资金了。请检查")
	case most > 0 && total-own > most:
		add("own", "这个赛道最多支持 %s，现在申请 %s。请减少 %s，或由团队自己出这一部分", most.Show(), (total - own).Show(), (total - own - most).Show())
	}
	return gaps
}

// share tells whether the lines of a category, or of categories joined by "+", take more than points of the total.
func share(lines []Line, total yuan.Fen, key string, points int) (Gap, bool) {
	var sum yuan.Fen
	first, names := -1, []string{}
	categories := strings.Split(key, "+")
	for _, c := range categories {
		names = append(names, edition.NameOf(edition.BudgetLines, c))
	}
	for i, l := range lines {
		if slices.Contains(categories, l.Category) {
			sum += l.Amount()
			if first < 0 {
				first = i
			}
		}
	}
	if sum*10000 <= total*yuan.Fen(points) {
		return Gap{}, false
	}
	name := fault.Say(names[0])
	if len(names) > 1 {
		name = fault.Say("「%s」和「%s」合起来", fault.Say(names[0]), fault.Say(names[1]))
	}
	// What passes when nothing else changes: x ≤ points·(others + x).
	passes := (total - sum) * yuan.Fen(points) / yuan.Fen(10000-points)
	text := fault.Say("%s最多占总额的 %s，现在是 %s。降到 %s 以内就可以提交", name, percent(points), shown(sum, total, points), passes.Show())
	if passes == 0 {
		text = fault.Say("%s最多占总额的 %s，现在是 %s。请把别的开支也列上，或去掉这一项", name, percent(points), shown(sum, total, points))
	}
	return Gap{Section: "budget", Field: field(first, "unit_price"), Text: text}, true
}

func field(row int, name string) string { return "lines." + strconv.Itoa(row) + "." + name }

// percent writes basis points as people do: 10%, 7.5%.
func percent(points int) string {
	whole := strconv.Itoa(points / 100)
	if rest := points % 100; rest != 0 {
		whole += "." + strings.TrimRight(string([]byte{'0' + byte(rest/10), '0' + byte(rest%10)}), "0")
	}
	return whole + "%"
}

// shown is a share as a percentage with one decimal. A share just above its ceiling is not rounded down onto it, which
// would read as if it passed.
func shown(sum, total yuan.Fen, points int) string {
	tenths := int((sum*1000*2 + total) / (total * 2))
	if tenths*10 > points {
		return percent(tenths * 10)
	}
	return percent(int((sum*10000 + total - 1) / total))
}
