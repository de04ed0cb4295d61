// Package award keeps what follows the ranking (立项): who gets how much from which source, the public notice and the
// objections to it, the refined plan, and the agreement of the three parties.
package award

import (
	"cmp"
	"slices"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// The results of an allocation.
const (
	Selected    = "selected"
	Reserve     = "reserve"
	NotSelected = "not_selected"
)

// Candidate is a ranked proposal that asks for money.
type Candidate struct {
	ID        string
	Track     string
	Category  string
	Rank      int // inside the track
	Score     int
	Requested yuan.Fen
}

// Source is a pool of money; no categories means any.
type Source struct {
	ID         string
	Amount     yuan.Fen
	Categories []string
}

func (s Source) fits(category string) bool {
	return len(s.Categories) == 0 || slices.Contains(s.Categories, category)
}

// Decision is what a candidate gets, and why when it is nothing.
type Decision struct {
	ID     string
	Result string
	Grade  string
	Amount yuan.Fen
	Source string
	Reason fault.Message
}

// GradeOf is the grade of a score in hundredths (DOMAIN §9.4).
func GradeOf(score int) string {
	switch {
	case score >= 90_00:
		return "A"
	case score >= 80_00:
		return "B"
	}
	return "C"
}

// Most is the most a candidate may get: what it asks for, its track's cap, and for resident teams the cap of its grade
// (DOMAIN §16).
func Most(c Candidate, r edition.Rules) yuan.Fen {
	most := c.Requested
	if limit := r.Caps[c.Track]; limit > 0 {
		most = min(most, limit)
	}
	if limit := r.GradeCaps[GradeOf(c.Score)]; limit > 0 && c.Track == "resident_team" {
		most = min(most, limit)
	}
	return most
}

// Allocate walks down the ranking of every track until the money ends: the rule `rank` of DOMAIN §9.4. Money a project
// cannot have whole is not jumped over: from there on the sources it could have drawn on are closed to lower ranks of
// its track. The tracks take turns, rank by rank. Decisions come in the order of the candidates' tracks and ranks.
func Allocate(candidates []Candidate, sources []Source, r edition.Rules) []Decision {
	list := slices.Clone(candidates)
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(trackNo(a.Track), trackNo(b.Track)), cmp.Compare(a.ID, b.ID))
	})
	purse := newPurse(sources)
	waiting := map[string]int{}
	decisions := make([]Decision, 0, len(list))
	tracks := map[string]Candidate{}
	for _, c := range list {
		tracks[c.ID] = c
		d := purse.decide(c, r)
		if d.Result == Reserve {
			if waiting[c.Track]++; waiting[c.Track] > r.Reserves {
				d.Result = NotSelected
			}
		}
		decisions = append(decisions, d)
	}
	slices.SortStableFunc(decisions, func(a, b Decision) int { return cmp.Compare(trackNo(tracks[a.ID].Track), trackNo(tracks[b.ID].Track)) })
	return decisions
}

func trackNo(track string) int {
	return slices.IndexFunc(edition.Tracks, func(c edition.Choice) bool { return c.Code == track })
}

// purse is what is left of the sources, and which of them a track has come to the end of.
type purse struct {
	sources []Source
	left    map[string]yuan.Fen
	closed  map[[2]string]bool
}

// newPurse puts bound money first, so that free money lasts for what only it may pay.
func newPurse(sources []Source) *purse {
	p := &purse{sources: slices.Clone(sources), left: map[string]yuan.Fen{}, closed: map[[2]string]bool{}}
	width := func(s Source) int {
		if len(s.Categories) == 0 {
			return 1 << 30
		}
		return len(s.Categories)
	}
	slices.SortStableFunc(p.sources, func(a, b Source) int { return cmp.Compare(width(a), width(b)) })
	for _, s := range p.sources {
		p.left[s.ID] = s.Amount
	}
	return p
}

func (p *purse) decide(c Candidate, r edition.Rules) Decision {
	d := Decision{ID: c.ID, Result: NotSelected, Grade: GradeOf(c.Score)}
	if c.Score < r.MinScore {
		d.Grade, d.Reason = "", fault.Say("得分低于最低分 %s", points(r.MinScore))
		return d
	}
	amount := Most(c, r)
	if amount <= 0 {
		d.Reason = fault.Say("没有申请资金")
		return d
	}
	able := slices.DeleteFunc(slices.Clone(p.sources), func(s Source) bool { return !s.fits(c.Category) })
	if len(able) == 0 {
		d.Reason = fault.Say("没有能用于这个类别的资金")
		return d
	}
	left, ended := yuan.Fen(0), false
	for _, s := range able {
		if p.closed[[2]string{c.Track, s.ID}] {
			ended = true
			continue
		}
		if left = max(left, p.left[s.ID]); p.left[s.ID] >= amount {
			p.left[s.ID] -= amount
			d.Result, d.Amount, d.Source = Selected, amount, s.ID
			return d
		}
	}
	for _, s := range able {
		p.closed[[2]string{c.Track, s.ID}] = true
	}
	d.Result, d.Reason = Reserve, fault.Say("能用的资金还剩 %s，不够 %s", left.Show(), amount.Show())
	if ended && left == 0 {
		d.Reason = fault.Say("按名次分配，资金到前面的项目已经用完")
	}
	return d
}

// points writes hundredths of a point: 88.50.
func points(hundredths int) string { return yuan.Fen(hundredths).String() }
