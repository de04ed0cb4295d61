// Package judging keeps the jury (评委) and its rounds: who judges what, the score sheets, and what a round came to. The
// arithmetic that decides money is pure: integers only, no clock, no database, so that anybody can compute a published
// result again from its published input (DOMAIN §9).
package judging

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"slices"

	"seedbed/domain/decimal"
	"seedbed/domain/draw"
	"seedbed/domain/fault"
	"seedbed/domain/score"
	"seedbed/domain/yuan"
)

// TopMark is the best mark of a criterion.
const TopMark = 100

// The criteria that break ties (DOMAIN §9.3), by code.
const (
	NeedCode = "need"
	PartCode = "participation"
)

// Weight is a criterion's share of a sheet's total; a rubric's weights add up to 100.
type Weight struct {
	Code   string `json:"code"`
	Weight int    `json:"weight"`
}

// Paper is one judge's valid marks for one entry.
type Paper struct {
	ID        string         `json:"id"`
	Marks     map[string]int `json:"marks"`
	Submitted int64          `json:"submitted"` // microseconds since 1970
}

// Entry is a proposal with what was marked about it and what breaks its ties.
type Entry struct {
	ID        string   `json:"id"`
	Track     string   `json:"track"`
	Requested yuan.Fen `json:"requested"`
	Submitted int64    `json:"submitted"` // of the proposal, microseconds since 1970
	Papers    []Paper  `json:"papers"`
	Public    int      `json:"public,omitempty"` // the residents' vote in hundredths of a point
}

// Input is everything a round's result follows from.
type Input struct {
	Round    string   `json:"round"`
	Seed     string   `json:"seed"` // published before the first mark; draws lots among equals
	TrimAt   int      `json:"trim_at"`
	MinValid int      `json:"min_valid"`
	Share    int      `json:"public_share,omitempty"` // of the residents' vote, in percent
	Weights  []Weight `json:"weights"`
	Entries  []Entry  `json:"entries"`
	// Again tells which projects were marked again after the round had closed.
	Again []MarkedAgain `json:"marked_again,omitempty"`
	// Struck are the sheets that were struck out after the round had closed, where enough others were left.
	Struck []string `json:"struck,omitempty"`
}

// MarkedAgain is a project some of whose sheets were struck out, so that other judges took their place.
type MarkedAgain struct {
	Project string   `json:"project"`
	Struck  []string `json:"struck"` // sheets that no longer count
	Added   []string `json:"added"`  // sheets that count in their place
}

// Row is what one entry came to. Every score is in hundredths of a point.
type Row struct {
	ID      string   `json:"id"`
	Track   string   `json:"track"`
	Score   int      `json:"score"`
	Rank    int      `json:"rank"`
	N       int      `json:"n"`       // valid sheets
	Dropped []string `json:"dropped"` // sheets trimmed away: the highest, then the lowest
	Mean    int      `json:"mean"`    // of all valid sheets, untrimmed
	Need    int      `json:"need"`
	Part    int      `json:"participation"`
	Drawn   bool     `json:"drawn"` // only the draw told it from a neighbour
}

// Outcome is a round's published result.
type Outcome struct {
	Input string `json:"input"` // digest of the input it follows from
	Rows  []Row  `json:"rows"`  // by track, then rank
}

// Digest is the fingerprint a result is quoted by.
func Digest(v any) string {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // only integers, strings and their maps and lists are digested
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Total is a sheet's total in hundredths of a point: Σ weight·mark, exactly.
func Total(weights []Weight, marks map[string]int) (int, error) {
	sum, all := 0, 0
	for _, w := range weights {
		mark, ok := marks[w.Code]
		if !ok || mark < 0 || mark > TopMark {
			return 0, fault.New(fault.Conflict, "评分表还没有打完，或者有分数不在 0 到 100 之间")
		}
		sum, all = sum+w.Weight*mark, all+w.Weight
	}
	if all != 100 {
		return 0, fault.New(fault.Conflict, "评分细则各项权重加起来要等于 100")
	}
	return sum, nil
}

// Mean is the round-half-up mean of hundredths, in hundredths (DOMAIN §9.2 step 5).
func Mean(totals []int) int {
	sum := 0
	for _, t := range totals {
		sum += t
	}
	return (2*sum + len(totals)) / (2 * len(totals))
}

// Mix adds the residents' vote at its share in percent, rounded half up.
func Mix(expert, public, share int) int {
	return (2*(expert*(100-share)+public*share) + 100) / 200
}

// rule is the round's rule over hundredths: a sheet's total is Σ weight·mark.
func (in Input) rule() score.Rule {
	r := score.Rule{Trim: score.Sheet, TrimAt: in.TrimAt, Shares: make([]*big.Rat, len(in.Weights))}
	for i, w := range in.Weights {
		r.Shares[i] = big.NewRat(int64(w.Weight), 1)
	}
	return r
}

// row computes one entry, rank apart.
func row(in Input, e Entry) (Row, error) {
	if len(e.Papers) == 0 || len(e.Papers) < in.MinValid {
		return Row{}, fault.New(fault.Conflict, "有项目的有效评分表不足 %d 份，还不能计分", in.MinValid)
	}
	all, totals := make([]score.Paper, 0, len(e.Papers)), make([]int, 0, len(e.Papers))
	for _, p := range e.Papers {
		total, err := Total(in.Weights, p.Marks)
		if err != nil {
			return Row{}, err
		}
		marks := make([]*big.Rat, len(in.Weights))
		for i, w := range in.Weights {
			marks[i] = big.NewRat(int64(p.Marks[w.Code]), 1)
		}
		all, totals = append(all, score.Paper{ID: p.ID, Order: p.Submitted, Marks: marks}), append(totals, total)
	}
	s := in.rule().Of(all)
	r := Row{ID: e.ID, Track: e.Track, Score: Mix(hundredths(s.Score), e.Public, in.Share), N: len(all), Dropped: s.Dropped, Mean: Mean(totals)}
	for i, w := range in.Weights {
		mark := hundredths(new(big.Rat).Mul(s.Criteria[i], big.NewRat(100, 1)))
		switch w.Code {
		case NeedCode:
			r.Need = mark
		case PartCode:
			r.Part = mark
		}
	}
	return r, nil
}

// hundredths is a sum of hundredths rounded half up to a whole one.
func hundredths(r *big.Rat) int { return int(decimal.HalfUp(r).Int64()) }

// Lot is an entry's lot in the recorded draw: the smaller goes first.
func Lot(seed, id string) string { return draw.Lot(seed, id) }

// Compute gives a round's result. The order of the input's lists does not matter.
func Compute(in Input) (Outcome, error) {
	in = sorted(in)
	type standing struct {
		Row
		entry Entry
	}
	if err := in.unstruck(); err != nil {
		return Outcome{}, err
	}
	list := make([]standing, 0, len(in.Entries))
	for _, e := range in.Entries {
		r, err := row(in, e)
		if err != nil {
			return Outcome{}, err
		}
		list = append(list, standing{r, e})
	}
	// DOMAIN §9.3: higher need mark, higher participation mark, smaller request, earlier submission; then the draw.
	merit := func(a, b standing) int {
		return cmp.Or(cmp.Compare(a.Track, b.Track), cmp.Compare(b.Score, a.Score), cmp.Compare(b.Need, a.Need), cmp.Compare(b.Part, a.Part),
			cmp.Compare(a.entry.Requested, b.entry.Requested), cmp.Compare(a.entry.Submitted, b.entry.Submitted))
	}
	slices.SortFunc(list, func(a, b standing) int {
		return cmp.Or(merit(a, b), cmp.Compare(Lot(in.Seed, a.ID), Lot(in.Seed, b.ID)), cmp.Compare(a.ID, b.ID))
	})
	out := Outcome{Input: Digest(in), Rows: make([]Row, len(list))}
	for i, s := range list {
		s.Rank = 1
		if i > 0 && out.Rows[i-1].Track == s.Track {
			s.Rank = out.Rows[i-1].Rank + 1
			if merit(list[i-1], s) == 0 {
				s.Drawn, out.Rows[i-1].Drawn = true, true
			}
		}
		out.Rows[i] = s.Row
	}
	return out, nil
}

// unstruck refuses an input in which a sheet counts that was struck out.
func (in Input) unstruck() error {
	struck := map[string]bool{}
	for _, id := range in.Struck {
		struck[id] = true
	}
	for _, a := range in.Again {
		for _, id := range a.Struck {
			struck[id] = true
		}
	}
	for _, e := range in.Entries {
		for _, p := range e.Papers {
			if struck[p.ID] {
				return fault.New(fault.Conflict, "作废的评分表不能再计分")
			}
		}
	}
	return nil
}

// sorted puts an input's lists into one order, so that one input has one digest.
func sorted(in Input) Input {
	in.Weights = slices.SortedFunc(slices.Values(in.Weights), func(a, b Weight) int { return cmp.Compare(a.Code, b.Code) })
	in.Entries = slices.SortedFunc(slices.Values(in.Entries), func(a, b Entry) int { return cmp.Compare(a.ID, b.ID) })
	for i := range in.Entries {
		in.Entries[i].Papers = slices.SortedFunc(slices.Values(in.Entries[i].Papers), func(a, b Paper) int { return cmp.Compare(a.ID, b.ID) })
	}
	if len(in.Again) > 0 {
		in.Again = slices.SortedFunc(slices.Values(in.Again), func(a, b MarkedAgain) int {
			return cmp.Or(cmp.Compare(a.Project, b.Project), slices.Compare(a.Struck, b.Struck), slices.Compare(a.Added, b.Added))
		})
	}
	if len(in.Struck) > 0 {
		in.Struck = slices.Compact(slices.Sorted(slices.Values(in.Struck)))
	}
	return in
}
