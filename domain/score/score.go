// Package score is the rule that turns judges' sheets into scores (DOMAIN §9.2): trimming and means in exact arithmetic. The
// product's rounds and the command that recomputes a published round both call it, so there is one arithmetic. No clock, no
// database, no float; the order of what is handed in matters nowhere but where it is a stated tie-break.
package score

import (
	"cmp"
	"math/big"
	"slices"
)

// Trim says what is left out before the mean is taken.
type Trim string

// The ways of trimming. Below TrimAt sheets (or marks) nothing is trimmed, and never below three.
const (
	None      Trim = "none"
	Sheet     Trim = "sheet"     // one highest and one lowest sheet total
	Criterion Trim = "criterion" // one highest and one lowest mark of each criterion
)

// Rule is how a project's sheets become its score.
type Rule struct {
	Shares []*big.Rat // what one point of each criterion's mark is worth in the score
	Trim   Trim
	TrimAt int
}

// Paper is one valid sheet. A mark that is nil is missing: it is left out, never taken for zero.
type Paper struct {
	ID    string
	Order int64      // when it was handed in: of equal totals the later one is dropped
	Marks []*big.Rat // as Rule.Shares
}

// Cut is a mark that was trimmed away.
type Cut struct {
	Criterion int
	Paper     string
}

// Sum is what a project's sheets came to, exactly; rounding is the caller's.
type Sum struct {
	Score    *big.Rat   // nil where a criterion has no mark at all
	Criteria []*big.Rat // the mean of each criterion's kept marks; nil where there is none
	Dropped  []string   // by Sheet: the highest, then the lowest
	Cuts     []Cut      // by Criterion: of each the highest, then the lowest
}

// Total is a sheet's total: Σ share·mark over the criteria it marks, scaled up to all of them where marks are missing, and
// the part of the weight that is marked. nil where nothing of weight is marked.
func (r Rule) Total(p Paper) (total, marked *big.Rat) {
	sum, have, all := new(big.Rat), new(big.Rat), new(big.Rat)
	for i, share := range r.Shares {
		all.Add(all, share)
		if p.Marks[i] != nil {
			have.Add(have, share)
			sum.Add(sum, new(big.Rat).Mul(share, p.Marks[i]))
		}
	}
	if have.Sign() == 0 {
		return nil, have
	}
	marked = have.Quo(have, all)
	return sum.Quo(sum, marked), marked
}

// Of computes one project. Its score is Σ share·(mean of the criterion's kept marks), which is the mean of the kept sheets'
// totals wherever no mark is missing.
func (r Rule) Of(papers []Paper) Sum {
	var s Sum
	if r.Trim == Sheet {
		papers, s.Dropped = r.trimSheets(papers)
	}
	s.Score, s.Criteria = new(big.Rat), make([]*big.Rat, len(r.Shares))
	for i, share := range r.Shares {
		var marks []mark
		for _, p := range papers {
			if p.Marks[i] != nil {
				marks = append(marks, mark{p.ID, p.Order, p.Marks[i]})
			}
		}
		if r.Trim == Criterion {
			var out []string
			if marks, out = cut(marks, r.TrimAt); out != nil {
				s.Cuts = append(s.Cuts, Cut{i, out[0]}, Cut{i, out[1]})
			}
		}
		if len(marks) == 0 {
			s.Score = nil
			continue
		}
		s.Criteria[i] = mean(marks)
		if s.Score != nil {
			s.Score.Add(s.Score, new(big.Rat).Mul(share, s.Criteria[i]))
		}
	}
	return s
}

// mark is something with a worth that may be trimmed: a sheet by its total, or one mark.
type mark struct {
	id    string
	order int64
	worth *big.Rat
}

func mean(marks []mark) *big.Rat {
	sum := new(big.Rat)
	for _, m := range marks {
		sum.Add(sum, m.worth)
	}
	return sum.Quo(sum, big.NewRat(int64(len(marks)), 1))
}

// trimSheets leaves out the sheets with the highest and the lowest total.
func (r Rule) trimSheets(papers []Paper) (kept []Paper, dropped []string) {
	marks := make([]mark, 0, len(papers))
	for _, p := range papers {
		total, _ := r.Total(p)
		if total == nil {
			total = new(big.Rat)
		}
		marks = append(marks, mark{p.ID, p.Order, total})
	}
	_, dropped = cut(marks, r.TrimAt)
	return slices.DeleteFunc(slices.Clone(papers), func(p Paper) bool { return slices.Contains(dropped, p.ID) }), dropped
}

// cut leaves out exactly one highest and one lowest when there are enough; of equal ones the later goes, and of two handed
// in at the same instant the one with the larger id.
func cut(marks []mark, at int) (kept []mark, dropped []string) {
	if at <= 0 || len(marks) < max(at, 3) {
		return marks, nil
	}
	rest := slices.Clone(marks)
	for _, sign := range []int{1, -1} {
		out := 0
		for i := range rest {
			if cmp.Or(sign*rest[i].worth.Cmp(rest[out].worth), cmp.Compare(rest[i].order, rest[out].order), cmp.Compare(rest[i].id, rest[out].id)) > 0 {
				out = i
			}
		}
		dropped = append(dropped, rest[out].id)
		rest = slices.Delete(rest, out, out+1)
	}
	return rest, dropped
}
