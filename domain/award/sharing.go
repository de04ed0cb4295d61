package award

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"seedbed/domain/allot"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/replay"
	"seedbed/domain/yuan"
)

// The rules by which money is shared out (JUDGING §3).
const (
	ByRank      = "rank"         // down the ranking until the money ends: what a call says unless it says something else
	Greedily    = "greedy"       // down the ranking, leaving out what does not fit
	EqualShares = "equal-shares" // by the residents' votes, everybody with the same share of the money
	Phragmen    = "phragmen"     // by the residents' votes, the load of what is chosen spread evenly
)

// RuleNames names the rules.
var RuleNames = edition.Sharings

// ByVotes tells whether a rule follows the residents' votes.
func ByVotes(rule string) bool { return edition.Rules{Sharing: rule}.ByVotes() }

// Sharing is everything an allocation follows from. It names proposals, pools and streets by their ids and nobody at all.
type Sharing struct {
	Rule           string              `json:"rule"`
	Utility        string              `json:"utility,omitempty"`  // by votes: what a vote is worth; "" for cost
	Complete       string              `json:"complete,omitempty"` // by votes: what becomes of money that is left; "" for utilitarian
	Seed           string              `json:"seed,omitempty"`     // of the draw among equals, of the round
	MinScore       int                 `json:"min_score"`          // hundredths
	Caps           map[string]yuan.Fen `json:"caps,omitempty"`
	GradeCaps      map[string]yuan.Fen `json:"grade_caps,omitempty"`
	Reserves       int                 `json:"reserve_n"`
	TrackAwards    int                 `json:"track_awards,omitempty"` // most projects of a track, category, street; 0 for no limit
	CategoryAwards int                 `json:"category_awards,omitempty"`
	StreetAwards   int                 `json:"street_awards,omitempty"`
	StreetShare    int                 `json:"street_share,omitempty"` // most of the money one street may have, in percent
	Candidates     []Candidate         `json:"candidates"`
	Sources        []Source            `json:"sources"`
	Ballots        [][]string          `json:"ballots,omitempty"` // each resident's projects; whose they are is nobody's to know
}

// planUnder is a plan by the rules of an edition.
func planUnder(r edition.Rules) Sharing {
	return Sharing{Rule: cmp.Or(r.Sharing, ByRank), Utility: r.SharingUtility, Complete: r.SharingComplete, MinScore: r.MinScore, Caps: r.Caps, GradeCaps: r.GradeCaps, Reserves: r.Reserves, TrackAwards: r.TrackAwards, CategoryAwards: r.CategoryAwards,
		StreetAwards: r.StreetAwards, StreetShare: r.StreetShare}
}

// Most is the most a candidate may get: what it asks for, its track's cap, for resident teams the cap of its grade
// (DOMAIN §16), and what the panel has suggested.
func Most(c Candidate, r edition.Rules) yuan.Fen { return planUnder(r).most(c) }

func (p Sharing) most(c Candidate) yuan.Fen {
	most := c.Requested
	if limit := p.Caps[c.Track]; limit > 0 {
		most = min(most, limit)
	}
	if limit := p.GradeCaps[GradeOf(c.Score)]; limit > 0 && c.Track == "resident_team" {
		most = min(most, limit)
	}
	if c.Suggested > 0 {
		most = min(most, c.Suggested)
	}
	return most
}

// sorted puts a plan's lists into one order, so that one plan has one fingerprint.
func (p Sharing) sorted() Sharing {
	p.Candidates = slices.SortedFunc(slices.Values(p.Candidates), func(a, b Candidate) int { return cmp.Compare(a.ID, b.ID) })
	p.Sources = slices.Clone(p.Sources)
	ballots := make([][]string, len(p.Ballots))
	for i, b := range p.Ballots {
		ballots[i] = slices.Sorted(slices.Values(b))
	}
	slices.SortFunc(ballots, slices.Compare)
	if p.Ballots = ballots; len(ballots) == 0 {
		p.Ballots = nil
	}
	return p
}

// Decide shares the money out. The order of the lists does not matter, except that of the sources.
func (p Sharing) Decide() ([]Decision, error) {
	p = p.sorted()
	switch p.Rule {
	case ByRank, Greedily:
		return p.walk(p.turns()), nil
	case EqualShares, Phragmen:
		return p.shares()
	}
	return nil, fault.New(fault.Invalid, "不认识分配规则“%s”", p.Rule)
}

// skipped says in words why the residents' votes leave a project out.
var skipped = map[allot.Reason]string{allot.OverBudget: "居民投票选到它时，剩下的资金不够", allot.AfterEnd: "居民投票选到它以前，资金已经用完", allot.NoVotes: "没有居民投票支持它",
	allot.TooLittle: "支持它的居民手里的份额加起来不够"}

// shares follows the method of equal shares with what is left going down the ranking of votes; what it chooses is then paid
// from the pools in that order, as far as quotas and bound money let it be.
func (p Sharing) shares() ([]Decision, error) {
	if len(p.Ballots) == 0 {
		return nil, fault.New(fault.Conflict, "还没有居民投票，不能按投票分配")
	}
	file := p.pabulib()
	e, err := allot.Read(strings.NewReader(file))
	if err != nil {
		return nil, err
	}
	options, err := p.options()
	if err != nil {
		return nil, err
	}
	res := allot.Run(e, options)
	at := map[string]int{}
	for i, id := range res.Selected {
		at[id] = i + 1
	}
	chosen := slices.DeleteFunc(p.turns(), func(c Candidate) bool { return at[c.ID] == 0 })
	slices.SortFunc(chosen, func(a, b Candidate) int { return cmp.Compare(at[a.ID], at[b.ID]) })
	rest := slices.DeleteFunc(p.turns(), func(c Candidate) bool { return at[c.ID] > 0 })
	why := map[string]string{}
	for _, s := range res.Skipped {
		why[s.ID] = skipped[s.Reason]
	}
	walk := p
	walk.Rule = Greedily
	decisions := walk.walk(chosen)
	waiting := map[string]int{}
	for _, c := range rest {
		d := Decision{ID: c.ID, Result: NotSelected, Grade: GradeOf(c.Score), Reason: p.apart(c)}
		if d.Reason.Text == "" {
			d.Reason = fault.Say(why[c.ID])
			if waiting[c.Track]++; waiting[c.Track] <= p.Reserves {
				d.Result = Reserve
			}
		}
		decisions = append(decisions, d)
	}
	of := map[string]Candidate{}
	for _, c := range p.Candidates {
		of[c.ID] = c
	}
	slices.SortStableFunc(decisions, func(a, b Decision) int {
		x, y := of[a.ID], of[b.ID]
		return cmp.Or(cmp.Compare(trackNo(x.Track), trackNo(y.Track)), cmp.Compare(x.Rank, y.Rank))
	})
	return decisions, nil
}

// pabulib writes the election of a plan in the field's own format; sums in fen.
func (p Sharing) pabulib() string {
	var text strings.Builder
	budget, open := yuan.Fen(0), map[string]bool{}
	for _, s := range p.Sources {
		budget += s.Amount
	}
	fmt.Fprintf(&text, "META\nkey;value\nbudget;%d\nvote_type;approval\nPROJECTS\nproject_id;cost\n", budget)
	for _, c := range p.Candidates {
		if p.apart(c).Text == "" {
			open[c.ID] = true
			fmt.Fprintf(&text, "%s;%d\n", c.ID, p.most(c))
		}
	}
	text.WriteString("VOTES\nvoter_id;vote\n")
	for i, b := range p.Ballots {
		kept := slices.DeleteFunc(slices.Clone(b), func(id string) bool { return !open[id] })
		fmt.Fprintf(&text, "%d;%s\n", i+1, strings.Join(kept, ","))
	}
	return text.String()
}

// allocated is the result as a protocol has it.
type allocated struct {
	Decisions []Decision `json:"decisions"`
}

// file is the allocation's protocol, of kind "award", with what came out.
func (p Sharing) file() ([]byte, []Decision, error) {
	p = p.sorted()
	decisions, err := p.Decide()
	if err != nil {
		return nil, nil, err
	}
	input, err := json.Marshal(p)
	if err != nil {
		return nil, nil, err
	}
	result, err := json.Marshal(allocated{decisions})
	if err != nil {
		return nil, nil, err
	}
	file, err := replay.Write("award", input, result, nil)
	return file, decisions, err
}

// Replay is the computation of kind "award": from an allocation's plan to its decisions, as text.
func Replay(input []byte) ([]byte, error) {
	var p Sharing
	d := json.NewDecoder(bytes.NewReader(input))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%s：%s", "input", fault.Say("不是一次资金分配的输入"))
	}
	decisions, err := p.Decide()
	if err != nil {
		return nil, err
	}
	return json.Marshal(allocated{decisions})
}
