package edition

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Criterion is a line of a rubric in both languages; the hint says what 60, 80 and 95 look like. A weight of 0 leaves
// it out.
type Criterion struct {
	Code   string `json:"code" form:"code"`
	Seq    int    `json:"seq" form:"-"`
	Name   string `json:"name" form:"name"`
	NameEn string `json:"name_en" form:"name_en"`
	Hint   string `json:"hint" form:"hint"`
	HintEn string `json:"hint_en" form:"hint_en"`
	Weight int    `json:"weight" form:"weight"`
}

// The criteria that break ties (DOMAIN §9.3): no rubric is without the first.
const (
	needCode = "need"
	partCode = "participation"
)

// Rounds names the kinds of rounds a rubric is for.
var Rounds = []Choice{{"desk", "书面初评"}, {"pitch", "路演评审"}}

// DefaultRubrics are the rubrics of DOMAIN §9.1, by kind of round.
func DefaultRubrics() map[string][]Criterion {
	all := map[string][]Criterion{"desk": slices.Clone(deskRubric), "pitch": slices.Clone(pitchRubric)}
	for _, list := range all {
		for i := range list {
			list[i].Seq = i + 1
		}
	}
	return all
}

// Rubric is the edition's rubric for a kind of round, of what counts in it.
func (r Rules) Rubric(kind string) []Criterion {
	list := slices.DeleteFunc(slices.Clone(r.Rubrics[kind]), func(c Criterion) bool { return c.Weight == 0 })
	if len(list) == 0 {
		return DefaultRubrics()[kind]
	}
	return list
}

// deskRubric has both languages in it, as data: words:none.
var deskRubric = []Criterion{
	{Code: needCode, Weight: 25, Name: "需求真实", NameEn: "Real need", Hint: "60 说得通；80 和居民谈过、有例子；95 有数据、很迫切", HintEn: "60 plausible; 80 shown by talks with residents; 95 measured and urgent"},
	{Code: "fit", Weight: 15, Name: "公益与本地", NameEn: "Public benefit and locality", Hint: "60 对大家有好处；80 合这个社区的情况；95 只有在这里才做得成", HintEn: "60 of general use; 80 fits this community; 95 could only grow here"},
	{Code: "plan", Weight: 25, Name: "方案可行", NameEn: "Feasible plan", Hint: "60 列出步骤；80 时间地点人都定了；95 风险也想好了", HintEn: "60 steps listed; 80 dates, place and people fixed; 95 risks handled"},
	{Code: "indicators", Weight: 10, Name: "指标清楚", NameEn: "Clear indicators", Hint: "60 有数字；80 数得出来；95 说明怎么数、谁来数", HintEn: "60 has figures; 80 can be counted; 95 says who counts and how"},
	{Code: "budget", Weight: 15, Name: "预算合理", NameEn: "Reasonable budget", Hint: "60 加得对；80 有询价；95 节省，还有自带的人和物", HintEn: "60 adds up; 80 priced; 95 frugal with in-kind help"},
	{Code: "continuity", Weight: 10, Name: "可持续", NameEn: "Continuity", Hint: "60 办一次；80 能再办；95 会长成一个组织", HintEn: "60 one-off; 80 repeatable; 95 becomes an organisation"},
}

// pitchRubric is the same for the hall: words:none.
var pitchRubric = []Criterion{
	{Code: needCode, Weight: 20, Name: "需求与公益性", NameEn: "Need and public benefit", Hint: "60 说得通；80 和居民谈过、有例子；95 有数据、很迫切", HintEn: "60 plausible; 80 shown by talks with residents; 95 measured and urgent"},
	{Code: partCode, Weight: 20, Name: "居民参与", NameEn: "Residents' participation", Hint: "60 列了帮手；80 邻居们有分工；95 从头到尾居民自己办", HintEn: "60 helpers named; 80 roles for neighbours; 95 residents run it end to end"},
	{Code: "plan", Weight: 20, Name: "可行性", NameEn: "Feasibility", Hint: "60 列出步骤；80 时间地点人都定了；95 风险也想好了", HintEn: "60 steps listed; 80 dates, place and people fixed; 95 risks handled"},
	{Code: "team", Weight: 10, Name: "团队力量", NameEn: "Team", Hint: "60 愿意做；80 各有所长；95 做成过", HintEn: "60 willing; 80 complementary skills; 95 proven record"},
	{Code: "novelty", Weight: 10, Name: "创新与特色", NameEn: "Novelty", Hint: "60 常见；80 本社区头一回；95 别处也能学", HintEn: "60 usual; 80 new for this community; 95 a transferable idea"},
	{Code: "continuity", Weight: 10, Name: "可持续", NameEn: "Continuity", Hint: "60 办一次；80 能再办；95 会长成一个组织", HintEn: "60 one-off; 80 repeatable; 95 becomes an organisation"},
	{Code: "budget", Weight: 10, Name: "预算合理", NameEn: "Reasonable budget", Hint: "60 加得对；80 有询价；95 节省，还有自带的人和物", HintEn: "60 adds up; 80 priced; 95 frugal with in-kind help"},
}

// RubricForm is a rubric as a form.
type RubricForm struct {
	Version int         `form:"version"`
	Kind    string      `form:"kind"`
	Reason  string      `form:"reason"` // asked once the call is published
	Lines   []Criterion `form:"lines"`
}

// RubricOf is an edition's rubric for the form, with what was left out.
func RubricOf(e Edition, kind string) RubricForm {
	list := e.Rules.Rubrics[kind]
	if len(list) == 0 {
		list = DefaultRubrics()[kind]
	}
	return RubricForm{Version: e.Version, Kind: kind, Lines: list}
}

func (f RubricForm) check(known []Criterion) error {
	var wrong fault.Fields
	if !Known(Rounds, f.Kind) {
		return fault.Missing()
	}
	sum := 0
	for i, c := range f.Lines {
		at := "lines." + strconv.Itoa(i) + "."
		short(&wrong, at+"name", c.Name, 20)
		short(&wrong, at+"name_en", c.NameEn, 60)
		short(&wrong, at+"hint", c.Hint, 120)
		short(&wrong, at+"hint_en", c.HintEn, 240)
		if c.Name == "" {
			wrong.Add(at+"name", "请填写这一项叫什么")
		}
		if !slices.ContainsFunc(known, func(k Criterion) bool { return k.Code == c.Code }) {
			wrong.Add(at+"name", "请从列出的选项里选")
		}
		if c.Weight < 0 || c.Weight > 100 {
			wrong.Add(at+"weight", "请填写 %d 到 %d 之间的数", 0, 100)
		}
		if (c.Code == needCode || c.Code == partCode) && c.Weight < 1 {
			wrong.Add(at+"weight", "同分时要看这一项，它至少占 1 分")
		}
		sum += c.Weight
	}
	if sum != 100 {
		wrong.Add("lines.0.weight", "各项加起来要等于 100，现在是 %d", sum)
	}
	short(&wrong, "reason", f.Reason, 200)
	return wrong.Err()
}

// SetRubric changes the rubric of one kind of round, under the same rules as every other rule. Rounds that are already
// planned keep theirs: they are changed where the jury is prepared.
func (b *Book) SetRubric(ctx context.Context, by identity.Actor, id string, f RubricForm) error {
	e, err := Get(ctx, b.db, id)
	if err != nil {
		return err
	}
	stored := RubricOf(e, f.Kind).Lines
	if err := f.check(stored); err != nil {
		return err
	}
	if len(f.Lines) != len(stored) {
		return stale()
	}
	return b.rule(ctx, by, e, f.Version, f.Reason, "set_rubric", func(_ pg.Tx, r *Rules) error {
		r.Rubrics = maps.Clone(r.Rubrics)
		if r.Rubrics == nil {
			r.Rubrics = DefaultRubrics()
		}
		list := slices.Clone(f.Lines)
		for i := range list {
			list[i].Seq = i + 1
		}
		r.Rubrics[f.Kind] = list
		return nil
	})
}
