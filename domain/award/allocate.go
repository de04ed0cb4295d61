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
	ID        string   `json:"id"`
	Track     string   `json:"track"`
	Category  string   `json:"category"`
	Street    string   `json:"street,omitempty"` // path of its subdistrict
	Rank      int      `json:"rank"`             // inside the track
	Turn      int      `json:"turn,omitempty"`   // in which it is asked, where the panel or a draw has moved it; 0 for its rank
	Score     int      `json:"score"`            // hundredths
	Requested yuan.Fen `json:"requested"`
	Suggested yuan.Fen `json:"suggested,omitempty"`     // most the panel would give, 0 when it said nothing
	Failed    bool     `json:"failed,omitempty" db:"-"` // a panel has voted against it
}

func (c Candidate) turn() int {
	if c.Turn > 0 {
		return c.Turn
	}
	return c.Rank
}

// Source is a pool of money; no categories means any.
type Source struct {
	ID         string   `json:"id"`
	Amount     yuan.Fen `json:"amount"`
	Categories []string `json:"categories,omitempty"`
}

func (s Source) fits(category string) bool {
	return len(s.Categories) == 0 || slices.Contains(s.Categories, category)
}

// Decision is what a candidate gets, and why when it is nothing.
type Decision struct {
	ID     string        `json:"id"`
	Result string        `json:"result"`
	Grade  string        `json:"grade"`
	Amount yuan.Fen      `json:"amount"`
	Source string        `json:"source,omitempty"`
	Reason fault.Message `json:"reason,omitzero"`
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

// Allocate walks down the ranking of every track until the money ends: the rule `rank` of DOMAIN §9.4. Money a project
// cannot have whole is not jumped over: from there on the sources it could have drawn on are closed to lower ranks of
// its track. The tracks take turns, rank by rank. Decisions come in the order of the candidates' tracks and ranks.
func Allocate(candidates []Candidate, sources []Source, r edition.Rules) []Decision {
	p := planUnder(r)
	p.Candidates, p.Sources = candidates, sources
	return p.walk(p.turns())
}

func trackNo(track string) int {
	return slices.IndexFunc(edition.Tracks, func(c edition.Choice) bool { return c.Code == track })
}

// turns is the order in which candidates are asked: by turn, the tracks in theirs.
func (p Sharing) turns() []Candidate {
	return slices.SortedFunc(slices.Values(p.Candidates), func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.turn(), b.turn()), cmp.Compare(a.Rank, b.Rank), cmp.Compare(trackNo(a.Track), trackNo(b.Track)), cmp.Compare(a.ID, b.ID))
	})
}

// walk asks the candidates one after the other.
func (p Sharing) walk(list []Candidate) []Decision {
	purse := newPurse(p)
	waiting := map[string]int{}
	decisions := make([]Decision, 0, len(list))
	of := map[string]Candidate{}
	for _, c := range list {
		of[c.ID] = c
		d := purse.decide(c)
		if d.Result == Reserve {
			if waiting[c.Track]++; waiting[c.Track] > p.Reserves {
				d.Result = NotSelected
			}
		}
		decisions = append(decisions, d)
	}
	slices.SortStableFunc(decisions, func(a, b Decision) int {
		x, y := of[a.ID], of[b.ID]
		return cmp.Or(cmp.Compare(trackNo(x.Track), trackNo(y.Track)), cmp.Compare(x.Rank, y.Rank))
	})
	return decisions
}

// purse is what is left of the sources and quotas, and which sources a track has come to the end of.
type purse struct {
	Sharing
	sources []Source
	left    map[string]yuan.Fen
	closed  map[[2]string]bool
	taken   map[string]int      // projects, by quota
	spent   map[string]yuan.Fen // by street
	whole   yuan.Fen
}

// newPurse puts bound money first, so that free money lasts for what only it may pay.
func newPurse(plan Sharing) *purse {
	p := &purse{Sharing: plan, sources: slices.Clone(plan.Sources), left: map[string]yuan.Fen{}, closed: map[[2]string]bool{}, taken: map[string]int{}, spent: map[string]yuan.Fen{}}
	width := func(s Source) int {
		if len(s.Categories) == 0 {
			return 1 << 30
		}
		return len(s.Categories)
	}
	slices.SortStableFunc(p.sources, func(a, b Source) int { return cmp.Compare(width(a), width(b)) })
	for _, s := range p.sources {
		p.left[s.ID] = s.Amount
		p.whole += s.Amount
	}
	return p
}

// apart is why a candidate is not asked at all; "" when it is.
func (p Sharing) apart(c Candidate) fault.Message {
	switch {
	case c.Score < p.MinScore:
		return fault.Say("得分低于最低分 %s", points(p.MinScore))
	case c.Failed:
		return fault.Say("评委合议没有通过")
	case p.most(c) <= 0:
		return fault.Say("没有申请资金")
	case !slices.ContainsFunc(p.Sources, func(s Source) bool { return s.fits(c.Category) }):
		return fault.Say("没有能用于这个类别的资金")
	}
	return fault.Message{}
}

// full is why a quota leaves no room for a candidate; "" when there is room.
func (p *purse) full(c Candidate, amount yuan.Fen) fault.Message {
	over := func(key string, most int) bool { return most > 0 && p.taken[key] >= most }
	switch {
	case over("track:"+c.Track, p.TrackAwards):
		return fault.Say("这条赛道最多资助 %d 个，名额满了", p.TrackAwards)
	case over("category:"+c.Category, p.CategoryAwards):
		return fault.Say("这个类别最多资助 %d 个，名额满了", p.CategoryAwards)
	case over("street:"+c.Street, p.StreetAwards):
		return fault.Say("这个街道最多资助 %d 个，名额满了", p.StreetAwards)
	case p.StreetShare > 0 && p.spent[c.Street]+amount > p.whole*yuan.Fen(p.StreetShare)/100:
		return fault.Say("一个街道最多用总资金的 %d%%，再加上它就超过了", p.StreetShare)
	}
	return fault.Message{}
}

func (p *purse) take(c Candidate, source string, amount yuan.Fen) {
	p.left[source] -= amount
	p.spent[c.Street] += amount
	for _, key := range []string{"track:" + c.Track, "category:" + c.Category, "street:" + c.Street} {
		p.taken[key]++
	}
}

func (p *purse) decide(c Candidate) Decision {
	d := Decision{ID: c.ID, Result: NotSelected, Grade: GradeOf(c.Score)}
	if d.Reason = p.apart(c); d.Reason.Text != "" {
		if c.Score < p.MinScore {
			d.Grade = ""
		}
		return d
	}
	amount := p.most(c)
	if d.Reason = p.full(c, amount); d.Reason.Text != "" {
		d.Result = Reserve
		return d
	}
	able := slices.DeleteFunc(slices.Clone(p.sources), func(s Source) bool { return !s.fits(c.Category) })
	left, ended := yuan.Fen(0), false
	for _, s := range able {
		if p.closed[[2]string{c.Track, s.ID}] {
			ended = true
			continue
		}
		if left = max(left, p.left[s.ID]); p.left[s.ID] >= amount {
			p.take(c, s.ID, amount)
			d.Result, d.Amount, d.Source = Selected, amount, s.ID
			return d
		}
	}
	for _, s := range able {
		p.closed[[2]string{c.Track, s.ID}] = p.Rule == ByRank
	}
	d.Result, d.Reason = Reserve, fault.Say("能用的资金还剩 %s，不够 %s", left.Show(), amount.Show())
	if ended && left == 0 {
		d.Reason = fault.Say("按名次分配，资金到前面的项目已经用完")
	}
	return d
}

// points writes hundredths of a point: 88.50.
func points(hundredths int) string { return yuan.Fen(hundredths).String() }
