package judging

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// mostCriteria is how many lines a rubric may have: more than a judge can hold in mind.
const mostCriteria = 12

// Anchors are the words for a mark of 60, of 80 and of 95 (DOMAIN §9.1).
type Anchors struct {
	Fair, Good, Best string
}

var anchored = regexp.MustCompile(`^60 (.*?)[；;] ?80 (.*?)[；;] ?95 (.*)$`)

// AnchorsOf takes a criterion's hint apart; a hint of another shape is all about 60.
func AnchorsOf(hint string) Anchors {
	if m := anchored.FindStringSubmatch(hint); m != nil {
		return Anchors{m[1], m[2], m[3]}
	}
	return Anchors{Fair: hint}
}

// Hint writes the anchors as a criterion keeps them.
func (a Anchors) Hint() string {
	if a == (Anchors{}) {
		return ""
	}
	return "60 " + a.Fair + "；80 " + a.Good + "；95 " + a.Best
}

// HintEn writes English anchors as a criterion keeps them.
func (a Anchors) HintEn() string {
	if a == (Anchors{}) {
		return ""
	}
	return "60 " + a.Fair + "; 80 " + a.Good + "; 95 " + a.Best
}

// DraftLine is a criterion in the editor.
type DraftLine struct {
	Code   string `form:"code"` // "" for a new one
	Name   string `form:"name"`
	NameEn string `form:"name_en"`
	Weight int    `form:"weight"`
	Fair   string `form:"fair"`
	Good   string `form:"good"`
	Best   string `form:"best"`
	FairEn string `form:"fair_en"` // what pages in English show; all three or none, as the Chinese then
	GoodEn string `form:"good_en"`
	BestEn string `form:"best_en"`
}

// longestAnchor is how many characters an anchor may have, in Chinese and in English, where the same takes more letters.
const longestAnchor, longestAnchorEn = 60, 100

func (l DraftLine) english() Anchors { return Anchors{l.FairEn, l.GoodEn, l.BestEn} }

// check looks at one line's texts; at begins the names of its fields.
func (l DraftLine) check(wrong *fault.Fields, at string) {
	for field, text := range map[string]string{"name": l.Name, "name_en": l.NameEn, "fair": l.Fair, "good": l.Good, "best": l.Best} {
		if n := utf8.RuneCountInString(text); n > longestAnchor {
			wrong.Add(at+field, "最多 %d 个字，现在是 %d 个字", longestAnchor, n)
		}
	}
	for field, text := range map[string]string{"fair": l.Fair, "good": l.Good, "best": l.Best} {
		if text == "" {
			wrong.Add(at+field, "请写一句话，评委才知道这个分是什么样子")
		}
	}
	for field, text := range map[string]string{"fair_en": l.FairEn, "good_en": l.GoodEn, "best_en": l.BestEn} {
		if n := utf8.RuneCountInString(text); n > longestAnchorEn {
			wrong.Add(at+field, "最多 %d 个字，现在是 %d 个字", longestAnchorEn, n)
		}
		if text == "" && l.english() != (Anchors{}) {
			wrong.Add(at+field, "三句英文要么都写，要么都不写")
		}
	}
}

// RubricDraft is a round's rubric as it is being written. Then is the button that was pressed: "" keeps it, and
// "add", "up.2", "down.2" and "drop.2" only change what is shown.
type RubricDraft struct {
	Version int         `form:"version"`
	Then    string      `form:"then"`
	Lines   []DraftLine `form:"lines"`
}

// DraftOf is a stored rubric for the editor.
func DraftOf(r Round, rubric []Criterion) RubricDraft {
	d := RubricDraft{Version: r.Version}
	for _, c := range rubric {
		a, en := AnchorsOf(c.Hint), AnchorsOf(c.HintEn)
		d.Lines = append(d.Lines, DraftLine{c.Code, c.Name, c.NameEn, c.Weight, a.Fair, a.Good, a.Best, en.Fair, en.Good, en.Best})
	}
	return d
}

// Turned is the draft after one of the editor's buttons, and whether it was one.
func (d RubricDraft) Turned() (RubricDraft, bool) {
	what, at, _ := strings.Cut(d.Then, ".")
	i, err := strconv.Atoi(at)
	in := err == nil && i >= 0 && i < len(d.Lines)
	d.Lines = slices.Clone(d.Lines)
	switch {
	case what == "add":
		if len(d.Lines) < mostCriteria {
			d.Lines = append(d.Lines, DraftLine{Weight: max(1, min(100, 100-d.sum()))})
		}
	case what == "up" && in && i > 0:
		d.Lines[i-1], d.Lines[i] = d.Lines[i], d.Lines[i-1]
	case what == "down" && in && i+1 < len(d.Lines):
		d.Lines[i+1], d.Lines[i] = d.Lines[i], d.Lines[i+1]
	case what == "drop" && in:
		d.Lines = slices.Delete(d.Lines, i, i+1)
	case what == "":
		return d, false
	}
	d.Then = ""
	return d, true
}

func (d RubricDraft) sum() int {
	sum := 0
	for _, l := range d.Lines {
		sum += l.Weight
	}
	return sum
}

func (d RubricDraft) check(known []Criterion) error {
	var wrong fault.Fields
	codes, names := map[string]bool{}, map[string]bool{}
	for i, l := range d.Lines {
		at := "lines." + strconv.Itoa(i) + "."
		if l.Name == "" {
			wrong.Add(at+"name", "请写这一项叫什么")
		}
		if names[l.Name] {
			wrong.Add(at+"name", "有两项叫同一个名字")
		}
		names[l.Name] = true
		l.check(&wrong, at)
		if l.Weight < 1 || l.Weight > 100 {
			wrong.Add(at+"weight", "请填写 1 到 100 之间的整数")
		}
		if l.Code != "" && (codes[l.Code] || !slices.ContainsFunc(known, func(c Criterion) bool { return c.Code == l.Code })) {
			wrong.Add(at+"name", "评分细则里没有这一项，请刷新页面")
		}
		codes[l.Code] = true
	}
	switch {
	case len(d.Lines) == 0 || len(d.Lines) > mostCriteria:
		wrong.Add("", "评分细则要有 1 到 %d 项", mostCriteria)
	case !codes[NeedCode]:
		wrong.Add("", "「需求」这一项不能去掉：分数相同时，先看它")
	case d.sum() != 100:
		wrong.Add("", "各项权重加起来要等于 100，现在是 %d", d.sum())
	}
	return wrong.Err()
}

// criteria is the draft as rows. A new line gets a code of its own.
func (d RubricDraft) criteria(known []Criterion) []Criterion {
	used := map[string]bool{}
	for _, c := range known {
		used[c.Code] = true
	}
	list := make([]Criterion, len(d.Lines))
	for i, l := range d.Lines {
		c := Criterion{Code: l.Code, Seq: i + 1, Name: l.Name, NameEn: l.NameEn, Weight: l.Weight, Hint: Anchors{l.Fair, l.Good, l.Best}.Hint(), HintEn: l.english().HintEn()}
		for n := 1; c.Code == ""; n++ {
			if code := "own" + strconv.Itoa(n); !used[code] {
				c.Code, used[code] = code, true
			}
		}
		list[i] = c
	}
	return list
}

const clearSQL = `delete from criterion where round_id = @round::uuid`

// SetRubric writes a planned round's rubric: criteria may come, go and change places until it opens. From then on the
// database refuses every change (I-R1).
func (b *Book) SetRubric(ctx context.Context, by identity.Actor, roundID string, d RubricDraft) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	known, err := Criteria(ctx, b.db, roundID)
	if err != nil {
		return err
	}
	if err := d.check(known); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.State != Planned {
			return fault.New(fault.Conflict, "评分细则在评审开始后不能再改")
		}
		if r.Version != d.Version {
			return again(ctx, tx, by, r, d.Version+1, "set_rubric")
		}
		if _, err := pg.Do(ctx, tx, clearSQL, pg.Args{"round": roundID}); err != nil {
			return err
		}
		rubric := d.criteria(known)
		if err := writeRubric(ctx, tx, roundID, rubric); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, weighedSQL, pg.Args{"id": roundID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: roundID, Version: r.Version + 1, Action: "set_rubric", From: Planned, To: Planned,
			Place: r.Place, Data: rubric, At: b.clock.Now()})
	})
}

// RubricFor is a round the actor may run, with its edition and its rubric.
func (b *Book) RubricFor(ctx context.Context, by identity.Actor, roundID string) (Round, edition.Edition, []Criterion, error) {
	r, _, err := b.mine(ctx, by, roundID)
	if err != nil {
		return r, edition.Edition{}, nil, err
	}
	e, err := edition.Get(ctx, b.db, r.EditionID)
	if err != nil {
		return r, e, nil, err
	}
	rubric, err := Criteria(ctx, b.db, roundID)
	return r, e, rubric, err
}
