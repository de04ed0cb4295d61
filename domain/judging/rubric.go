package judging

import (
	"context"
	"strconv"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Criterion is a line of a rubric in both languages; the hint says what 60, 80 and 95 look like.
type Criterion struct {
	Code   string
	Seq    int
	Name   string
	NameEn string
	Hint   string
	HintEn string
	Weight int
}

// Kinds of rounds: a reading at the desk or a pitch in the hall.
const (
	Desk  = "desk"
	Pitch = "pitch"
)

// roundNames are the kinds' names, also the keys of their translations.
var roundNames = map[string]string{Desk: "书面初评", Pitch: "路演评审"}

// DefaultRubric is the rubric of DOMAIN §9.1 for a kind of round.
func DefaultRubric(kind string) []Criterion {
	list := pitchRubric
	if kind == Desk {
		list = deskRubric
	}
	rubric := make([]Criterion, len(list))
	for i, c := range list {
		c.Seq = i + 1
		rubric[i] = c
	}
	return rubric
}

var deskRubric = []Criterion{
	{Code: NeedCode, Weight: 25, Name: "需求真实", NameEn: "Real need", Hint: "60 说得通；80 和居民谈过、有例子；95 有数据、很迫切", HintEn: "60 plausible; 80 shown by talks with residents; 95 measured and urgent"},
	{Code: "fit", Weight: 15, Name: "公益与本地", NameEn: "Public benefit and locality", Hint: "60 对大家有好处；80 合这个社区的情况；95 只有在这里才做得成", HintEn: "60 of general use; 80 fits this community; 95 could only grow here"},
	{Code: "plan", Weight: 25, Name: "方案可行", NameEn: "Feasible plan", Hint: "60 列出步骤；80 时间地点人都定了；95 风险也想好了", HintEn: "60 steps listed; 80 dates, place and people fixed; 95 risks handled"},
	{Code: "indicators", Weight: 10, Name: "指标清楚", NameEn: "Clear indicators", Hint: "60 有数字；80 数得出来；95 说明怎么数、谁来数", HintEn: "60 has figures; 80 can be counted; 95 says who counts and how"},
	{Code: "budget", Weight: 15, Name: "预算合理", NameEn: "Reasonable budget", Hint: "60 加得对；80 有询价；95 节省，还有自带的人和物", HintEn: "60 adds up; 80 priced; 95 frugal with in-kind help"},
	{Code: "continuity", Weight: 10, Name: "可持续", NameEn: "Continuity", Hint: "60 办一次；80 能再办；95 会长成一个组织", HintEn: "60 one-off; 80 repeatable; 95 becomes an organisation"},
}

var pitchRubric = []Criterion{
	{Code: NeedCode, Weight: 20, Name: "需求与公益性", NameEn: "Need and public benefit", Hint: "60 说得通；80 和居民谈过、有例子；95 有数据、很迫切", HintEn: "60 plausible; 80 shown by talks with residents; 95 measured and urgent"},
	{Code: PartCode, Weight: 20, Name: "居民参与", NameEn: "Residents' participation", Hint: "60 列了帮手；80 邻居们有分工；95 从头到尾居民自己办", HintEn: "60 helpers named; 80 roles for neighbours; 95 residents run it end to end"},
	{Code: "plan", Weight: 20, Name: "可行性", NameEn: "Feasibility", Hint: "60 列出步骤；80 时间地点人都定了；95 风险也想好了", HintEn: "60 steps listed; 80 dates, place and people fixed; 95 risks handled"},
	{Code: "team", Weight: 10, Name: "团队力量", NameEn: "Team", Hint: "60 愿意做；80 各有所长；95 做成过", HintEn: "60 willing; 80 complementary skills; 95 proven record"},
	{Code: "novelty", Weight: 10, Name: "创新与特色", NameEn: "Novelty", Hint: "60 常见；80 本社区头一回；95 别处也能学", HintEn: "60 usual; 80 new for this community; 95 a transferable idea"},
	{Code: "continuity", Weight: 10, Name: "可持续", NameEn: "Continuity", Hint: "60 办一次；80 能再办；95 会长成一个组织", HintEn: "60 one-off; 80 repeatable; 95 becomes an organisation"},
	{Code: "budget", Weight: 10, Name: "预算合理", NameEn: "Reasonable budget", Hint: "60 加得对；80 有询价；95 节省，还有自带的人和物", HintEn: "60 adds up; 80 priced; 95 frugal with in-kind help"},
}

const (
	criteriaSQL  = `select code, seq, name, name_en, hint, hint_en, weight from criterion where round_id = @round::uuid order by seq`
	criterionSQL = `insert into criterion (round_id, code, seq, name, name_en, hint, hint_en, weight) values (@round, @code, @seq, @name, @name_en, @hint, @hint_en, @weight)`
	weighSQL     = `update criterion set weight = @weight where round_id = @round::uuid and code = @code`
	weighedSQL   = `update review_round set version = version + 1 where id = @id::uuid`
)

// Criteria lists a round's rubric.
func Criteria(ctx context.Context, q pg.Reader, roundID string) ([]Criterion, error) {
	return pg.All[Criterion](ctx, q, criteriaSQL, pg.Args{"round": roundID})
}

// Weighing changes the weights of a rubric that is not yet in use.
type Weighing struct {
	Version int           `form:"version"`
	Lines   []WeighedLine `form:"lines"`
}

// WeighedLine is a criterion's new weight.
type WeighedLine struct {
	Code   string `form:"code"`
	Weight int    `form:"weight"`
}

func (w Weighing) check(rubric []Criterion) error {
	var wrong fault.Fields
	known, sum := map[string]bool{}, 0
	for _, c := range rubric {
		known[c.Code] = true
	}
	for i, l := range w.Lines {
		at := "lines." + strconv.Itoa(i) + ".weight"
		if !known[l.Code] {
			wrong.Add(at, "评分细则里没有这一项，请刷新页面")
		}
		if l.Weight < 1 || l.Weight > 100 {
			wrong.Add(at, "请填写 1 到 100 之间的整数")
		}
		delete(known, l.Code)
		sum += l.Weight
	}
	if len(known) > 0 {
		wrong.Add("", "评分细则里没有这一项，请刷新页面")
	}
	if sum != 100 {
		wrong.Add("", "各项权重加起来要等于 100，现在是 %d", sum)
	}
	return wrong.Err()
}

// Weigh sets a rubric's weights. From the moment the round opens the database refuses it (I-R1).
func (b *Book) Weigh(ctx context.Context, by identity.Actor, roundID string, n Weighing) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	rubric, err := Criteria(ctx, b.db, roundID)
	if err != nil {
		return err
	}
	if err := n.check(rubric); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.State != Planned {
			return fault.New(fault.Conflict, "评分细则在评审开始后不能再改")
		}
		if r.Version != n.Version {
			return stale()
		}
		weights := map[string]int{}
		for _, l := range n.Lines {
			weights[l.Code] = l.Weight
			if _, err := pg.Do(ctx, tx, weighSQL, pg.Args{"round": roundID, "code": l.Code, "weight": l.Weight}); err != nil {
				return err
			}
		}
		if _, err := pg.Do(ctx, tx, weighedSQL, pg.Args{"id": roundID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: roundID, Version: r.Version + 1, Action: "weigh", From: Planned, To: Planned,
			Place: r.Place, Data: weights, At: b.clock.Now()})
	})
}
