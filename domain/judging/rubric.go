package judging

import (
	"context"
	"strconv"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Criterion is a line of a rubric.
type Criterion = edition.Criterion

// Kinds of rounds: a reading at the desk, a pitch in the hall, and a panel that votes on what was ranked and marks nothing.
const (
	Desk        = "desk"
	Pitch       = "pitch"
	Deliberated = "panel"
)

// roundNames are the kinds' names, also the keys of their translations.
var roundNames = map[string]string{Desk: "书面初评", Pitch: "路演评审", Deliberated: "合议"}

// DefaultRubric is the rubric of DOMAIN §9.1 for a kind of round.
func DefaultRubric(kind string) []Criterion { return edition.DefaultRubrics()[kind] }

const (
	criteriaSQL  = `select code, seq, name, name_en, hint, hint_en, weight from criterion where round_id = @round::uuid order by seq`
	criterionSQL = `insert into criterion (round_id, code, seq, name, name_en, hint, hint_en, weight) values (@round, @code, @seq, @name, @name_en, @hint, @hint_en, @weight)`
	weighSQL     = `update criterion set weight = @weight where round_id = @round::uuid and code = @code`
	weighedSQL   = `update review_round set version = version + 1 where id = @id::uuid`
)

// writeRubric gives a round its criteria, in their order.
func writeRubric(ctx context.Context, tx pg.Tx, roundID string, rubric []Criterion) error {
	for i, c := range rubric {
		if _, err := pg.Do(ctx, tx, criterionSQL, pg.Args{"round": roundID, "code": c.Code, "seq": i + 1, "name": c.Name, "name_en": c.NameEn,
			"hint": c.Hint, "hint_en": c.HintEn, "weight": c.Weight}); err != nil {
			return err
		}
	}
	return nil
}

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
