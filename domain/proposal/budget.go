package proposal

import (
	"maps"
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

// Goods are the budget categories under which a fixed asset could be bought.
var Goods = []string{"M", "O"}

// ceilings tells where a budget goes beyond the rules, in words, with the number that passes.
func ceilings(lines []Line, own yuan.Fen, track string, r edition.Rules) []Gap {
	var gaps []Gap
	add := func(field, text string, args ...any) {
		gaps = append(gaps, Gap{Section: "budget", Field: field, Text: fault.Say(text, args...)})
	}
	total := Total(lines)
	for i, l := range lines {
		if r.AssetLine > 0 && slices.Contains(Goods, l.Category) && l.UnitPrice >= r.AssetLine {
			add(field(i, "unit_price"), "「%s」单价 %s，到了 %s 就算固定资产，不能买。请改成租借，或换便宜的", l.Item, l.UnitPrice.Show(), r.AssetLine.Show())
		}
	}
	for _, s := range Shares(r) {
		if g, over := s.over(lines, total); over {
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

// Share is the most that some categories together may take of a budget.
type Share struct {
	Of     []string
	Points int           // basis points of the total
	Name   fault.Message // of the categories, at the beginning of a sentence
}

// Shares lists the shares of an edition's rules, in the order of their codes.
func Shares(r edition.Rules) []Share {
	var list []Share
	for _, key := range slices.Sorted(maps.Keys(r.LineShares)) {
		s := Share{Of: strings.Split(key, "+"), Points: r.LineShares[key]}
		s.Name = fault.Say(edition.NameOf(edition.BudgetLines, s.Of[0]))
		if len(s.Of) > 1 {
			s.Name = fault.Say("「%s」和「%s」合起来", s.Name, fault.Say(edition.NameOf(edition.BudgetLines, s.Of[1])))
		}
		list = append(list, s)
	}
	return list
}

// over tells whether the lines take more than the share.
func (s Share) over(lines []Line, total yuan.Fen) (Gap, bool) {
	var sum yuan.Fen
	first, points := -1, s.Points
	for i, l := range lines {
		if slices.Contains(s.Of, l.Category) {
			sum += l.Amount()
			if first < 0 {
				first = i
			}
		}
	}
	if sum*10000 <= total*yuan.Fen(points) {
		return Gap{}, false
	}
	// What passes when nothing else changes: x ≤ points·(others + x).
	passes := (total - sum) * yuan.Fen(points) / yuan.Fen(10000-points)
	text := fault.Say("%s最多占总额的 %s，现在是 %s。降到 %s 以内就可以提交", s.Name, percent(points), shown(sum, total, points), passes.Show())
	if passes == 0 {
		text = fault.Say("%s最多占总额的 %s，现在是 %s。请把别的开支也列上，或去掉这一项", s.Name, percent(points), shown(sum, total, points))
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
