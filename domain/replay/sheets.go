package replay

import (
	"cmp"
	"encoding/json"
	"io"
	"math/big"
	"slices"

	"seedbed/domain/decimal"
	"seedbed/domain/fault"
	"seedbed/domain/score"
)

// criterion is a line of a rubric.
type criterion struct {
	id               string
	weight, min, max *big.Rat
}

// sheet is one judge's marks; Order is its place in the file, which is the order of handing in.
type sheet struct {
	project, judge string
	order          int
	marks          map[string]*big.Rat // nil is missing
	invalid        bool
}

// scoring is the input of score and of calibrate.
type scoring struct {
	rubric   []criterion
	scale    *big.Rat
	trim     score.Trim
	trimAt   int64
	minValid int64
	decimals int64
	seed     string
	sheets   []sheet
}

// readScoring reads the input that score and calibrate share; the seed is calibrate's, and score leaves it alone.
func readScoring(s *scan) (*scoring, error) {
	in := &scoring{scale: big.NewRat(100, 1), trim: score.None, trimAt: 5, minValid: 3, decimals: 2}
	readers := map[string]func() error{
		"rubric": func() error { return s.array(func(int) error { return in.criterion(s) }) },
		"scale":  func() (err error) { in.scale, err = positive(s); return err },
		"trim": func() error {
			t, err := s.oneOf("none", "sheet", "criterion")
			in.trim = score.Trim(t)
			return err
		},
		"trim_at":   func() (err error) { in.trimAt, err = s.whole(0, 1000); return err },
		"min_valid": func() (err error) { in.minValid, err = s.whole(1, 1000); return err },
		"decimals":  func() (err error) { in.decimals, err = s.whole(0, 6); return err },
		"seed":      func() (err error) { in.seed, err = s.text1(); return err },
		"sheets":    func() error { return s.array(func(at int) error { return in.sheet(s, at) }) },
	}
	seen, err := s.fields(readers)
	if err == nil {
		err = s.require(seen, "rubric", "sheets")
	}
	if err == nil {
		err = s.end()
	}
	if err == nil {
		err = in.check()
	}
	return in, err
}

func positive(s *scan) (*big.Rat, error) {
	r, err := s.number()
	if err == nil && r.Sign() <= 0 {
		err = s.wrong("要大于 0")
	}
	return r, err
}

func (in *scoring) criterion(s *scan) error {
	c := criterion{min: new(big.Rat)}
	seen, err := s.fields(map[string]func() error{
		"id":     func() (err error) { c.id, err = s.id(); return err },
		"weight": func() (err error) { c.weight, err = positive(s); return err },
		"min":    func() (err error) { c.min, err = s.number(); return err },
		"max":    func() (err error) { c.max, err = positive(s); return err },
	})
	if err == nil {
		err = s.require(seen, "id", "weight")
	}
	if err == nil && slices.ContainsFunc(in.rubric, func(o criterion) bool { return o.id == c.id }) {
		err = s.wrong("“%s”写了两次", c.id)
	}
	if err == nil && c.max != nil && c.min.Cmp(c.max) >= 0 {
		err = s.wrong("min 要小于 max")
	}
	if err == nil && len(in.rubric) == 1000 {
		err = s.wrong("太多了，最多 %d 个", 1000)
	}
	in.rubric = append(in.rubric, c)
	return err
}

func (in *scoring) sheet(s *scan, at int) error {
	sh := sheet{order: at, marks: map[string]*big.Rat{}}
	seen, err := s.fields(map[string]func() error{
		"project": func() (err error) { sh.project, err = s.id(); return err },
		"judge":   func() (err error) { sh.judge, err = s.id(); return err },
		"state": func() error {
			state, err := s.oneOf("locked", "invalid")
			sh.invalid = state == "invalid"
			return err
		},
		"marks": func() error {
			return s.object(func(key string) error {
				none, err := s.null()
				if err != nil || none {
					sh.marks[key] = nil
					return err
				}
				sh.marks[key], err = s.number()
				return err
			})
		},
	})
	if err == nil {
		err = s.require(seen, "project", "judge", "marks")
	}
	in.sheets = append(in.sheets, sh)
	return err
}

// at puts a complaint at a sheet, after reading.
func at(list string, i int, keys ...string) *scan {
	path := []step{{key: list}, {at: i}}
	for _, k := range keys {
		path = append(path, step{key: k})
	}
	return &scan{path: path, plain: true}
}

// check holds sheets against the rubric, which may stand behind them in the file, and finds the second of a pair.
func (in *scoring) check() error {
	if len(in.rubric) == 0 {
		return (&scan{path: []step{{key: "rubric"}}, plain: true}).wrong("不能空着")
	}
	slices.SortFunc(in.rubric, func(a, b criterion) int { return cmp.Compare(a.id, b.id) })
	known := map[string]criterion{}
	for i := range in.rubric {
		if in.rubric[i].max == nil {
			in.rubric[i].max = in.scale
		}
		known[in.rubric[i].id] = in.rubric[i]
	}
	seen := map[[2]string]int{}
	for i, sh := range in.sheets {
		pair := [2]string{sh.project, sh.judge}
		if _, twice := seen[pair]; twice {
			return at("sheets", i).wrong("评委“%s”给项目“%s”交了两份", clip(sh.judge), clip(sh.project))
		}
		seen[pair] = i
		keys := make([]string, 0, len(sh.marks))
		for k := range sh.marks {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			c, ok := known[k]
			if !ok {
				return at("sheets", i, "marks", k).wrong("评分细则里没有这一项")
			}
			if m := sh.marks[k]; m != nil && !sh.invalid && (m.Cmp(c.min) < 0 || m.Cmp(c.max) > 0) {
				return at("sheets", i, "marks", k).wrong("要从 %s 到 %s", decimal.Write(c.min), decimal.Write(c.max))
			}
		}
	}
	return nil
}

// rule is the input's rule: a point of a criterion is worth scale·weight/(max·Σ weight) in the score.
func (in *scoring) rule() score.Rule {
	r := score.Rule{Trim: in.trim, TrimAt: int(in.trimAt)}
	all := new(big.Rat)
	for _, c := range in.rubric {
		all.Add(all, c.weight)
	}
	for _, c := range in.rubric {
		share := new(big.Rat).Mul(in.scale, c.weight)
		r.Shares = append(r.Shares, share.Quo(share, new(big.Rat).Mul(all, c.max)))
	}
	return r
}

// papers are the valid sheets of each project, projects by id. A sheet without any mark is none.
func (in *scoring) papers() (projects []string, papers map[string][]score.Paper) {
	papers = map[string][]score.Paper{}
	for _, sh := range in.sheets {
		if _, known := papers[sh.project]; !known {
			projects = append(projects, sh.project)
			papers[sh.project] = nil
		}
		p := score.Paper{ID: sh.judge, Order: int64(sh.order), Marks: make([]*big.Rat, len(in.rubric))}
		any := false
		for i, c := range in.rubric {
			p.Marks[i] = sh.marks[c.id]
			any = any || p.Marks[i] != nil
		}
		if any && !sh.invalid {
			papers[sh.project] = append(papers[sh.project], p)
		}
	}
	slices.Sort(projects)
	return projects, papers
}

// scored is a line of score's result.
type scored struct {
	Project  string             `json:"project"`
	Score    *string            `json:"score"`
	Rank     *int               `json:"rank"`
	N        int                `json:"n"`
	Dropped  any                `json:"dropped"`
	Criteria map[string]*string `json:"criteria"`
	Reason   string             `json:"reason,omitempty"`
}

// Why a project has no score.
const (
	tooFew  = "too_few_sheets"
	noMarks = "criterion_without_marks"
)

// Score computes the scores of a round from its sheets.
func Score(r io.Reader) ([]byte, error) { return scoreOf(newScan(r, MostInput)) }

func scoreOf(s *scan) ([]byte, error) {
	in, err := readScoring(s)
	if err != nil {
		return nil, err
	}
	projects, papers := in.papers()
	rule := in.rule()
	type standing struct {
		scored
		exact *big.Rat
	}
	list := make([]standing, 0, len(projects))
	for _, id := range projects {
		row := standing{scored: in.line(id, papers[id], rule.Of(papers[id]))}
		if row.Score != nil {
			row.exact, _ = new(big.Rat).SetString(*row.Score)
		}
		list = append(list, row)
	}
	// By the published score, which is the rounded one; equal scores share a rank, and ties are broken elsewhere.
	slices.SortStableFunc(list, func(a, b standing) int {
		switch {
		case a.exact == nil && b.exact == nil:
			return 0
		case a.exact == nil:
			return 1
		case b.exact == nil:
			return -1
		}
		return b.exact.Cmp(a.exact)
	})
	out := struct {
		Results []scored `json:"results"`
	}{make([]scored, len(list))}
	for i := range list {
		if list[i].exact != nil {
			rank := i + 1
			if i > 0 && list[i-1].exact.Cmp(list[i].exact) == 0 {
				rank = *list[i-1].Rank
			}
			list[i].Rank = &rank
		}
		out.Results[i] = list[i].scored
	}
	return encode(out)
}

// line writes one project.
func (in *scoring) line(id string, papers []score.Paper, sum score.Sum) scored {
	row := scored{Project: id, N: len(papers), Criteria: map[string]*string{}, Dropped: append([]string{}, sum.Dropped...)}
	text := func(r *big.Rat) *string {
		if r == nil {
			return nil
		}
		t := decimal.Format(r, int(in.decimals))
		return &t
	}
	for i, c := range in.rubric {
		row.Criteria[c.id] = text(sum.Criteria[i])
	}
	if in.trim == score.Criterion {
		cuts := make([][2]string, 0, len(sum.Cuts))
		for _, c := range sum.Cuts {
			cuts = append(cuts, [2]string{in.rubric[c.Criterion].id, c.Paper})
		}
		row.Dropped = cuts
	}
	switch {
	case int64(len(papers)) < in.minValid:
		row.Reason = tooFew
	case sum.Score == nil:
		row.Reason = noMarks
	default:
		row.Score = text(sum.Score)
	}
	return row
}

// encode writes a result: one line, no white space, keys in a fixed order.
func encode(v any) ([]byte, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "结果写不出来")
	}
	return append(body, '\n'), nil
}
