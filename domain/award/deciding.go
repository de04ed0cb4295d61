package award

import (
	"context"
	"slices"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Weighed is a ranked project with the advice beside its published rank.
type Weighed struct {
	judging.Standing
	Estimate judging.Estimate
	Known    bool // there is an estimate
	Gap      int  // hundredths between its highest and lowest sheet, where that is wide; else 0
	Band     bool // its 50 % interval crosses the line of money
	Spoken   bool
	Said     judging.Deliberation
	Voted    bool // a panel round has voted on it
	Vote     judging.PanelWord
}

// Lane is a track's ranking with the line of money.
type Lane struct {
	Track  string
	Line   int // projects the published money reaches down to by rank, without any word of the panel
	Rows   []Weighed
	Advice judging.Calibration
}

// Marker is a judge as the district sees them.
type Marker struct {
	judging.Severity
	Name string
	Far  judging.Far // zero when their sheets are near the panel's
}

// Deciding is a closed round with all that stands beside its result. None of it decides.
type Deciding struct {
	Edition edition.Edition
	Round   judging.Round
	Stored  bool // the advice was stored when the round closed
	Lanes   []Lane
	Whole   judging.Calibration
	Judges  []Marker
	Seats   []Seat // that have accepted: who may have been present
	Draws   []judging.Draw
	Titles  map[string]string
	May     bool // the reader may write down what the panel says
}

// Band lists the projects near the line of all tracks.
func (d Deciding) Band() []Weighed {
	var list []Weighed
	for _, l := range d.Lanes {
		for _, r := range l.Rows {
			if r.Band {
				list = append(list, r)
			}
		}
	}
	return list
}

// Seat is a judge of an edition by name.
type Seat struct{ ID, Name string }

const seatsSQL = `select j.id::text as id, u.name from judge j join person u on u.id = j.person_id where j.edition_id = @edition::uuid and j.state = 'accepted' order by u.name, j.id`

const markerSQL = `select j.id::text as id, u.name from judge j join person u on u.id = j.person_id where j.edition_id = @edition::uuid`

// Deciding is the advice beside an edition's result, for those who may read its sheets.
func (b *Book) Deciding(ctx context.Context, by identity.Actor, editionID string) (Deciding, error) {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return Deciding{}, err
	}
	d := Deciding{Edition: e}
	rounds, err := judging.Rounds(ctx, b.db, editionID)
	r, found := judging.Ranking(rounds)
	if err != nil || !found || r.State != judging.Closed {
		return d, err
	}
	d.Round = r
	d.May = e.State == edition.Reviewing && by.Can(identity.RunRounds, e.Place)
	advice, stored, err := judging.AdviceOf(ctx, b.db, d.Round.ID)
	if err != nil {
		return d, err
	}
	if d.Stored = stored; stored && len(advice.All) > 0 {
		if d.Whole, err = judging.Calibrated(advice.All); err != nil {
			return d, err
		}
	}
	votes, err := judging.PanelWords(ctx, b.db, rounds)
	if err != nil {
		return d, err
	}
	if err := b.lanes(ctx, &d, advice, votes); err != nil {
		return d, err
	}
	if err := b.markers(ctx, &d, advice); err != nil {
		return d, err
	}
	if d.Titles, err = titles(ctx, b.db, editionID); err != nil {
		return d, err
	}
	d.Draws, err = judging.Draws(ctx, b.db, d.Round.ID)
	return d, err
}

// lines is how far down each track the money of the call reaches by rank.
func lines(e edition.Edition, funds []edition.Fund, list []judging.Standing) map[string]int {
	p := planUnder(e.Rules)
	for _, f := range funds {
		p.Sources = append(p.Sources, Source{ID: f.ID, Amount: f.Amount, Categories: f.Categories})
	}
	tracks := map[string]string{}
	for _, s := range list {
		p.Candidates = append(p.Candidates, Candidate{ID: s.ProposalID, Track: s.Track, Category: s.Category, Rank: s.Rank, Score: s.Score, Requested: s.Requested})
		tracks[s.ProposalID] = s.Track
	}
	p.StreetAwards, p.StreetShare = 0, 0 // of the ranking alone
	last := map[string]int{}
	for _, d := range p.walk(p.turns()) {
		if d.Result == Selected {
			last[tracks[d.ID]]++
		}
	}
	return last
}

func (b *Book) lanes(ctx context.Context, d *Deciding, advice judging.Advice, votes map[string]judging.PanelWord) error {
	list, err := judging.Standings(ctx, b.db, d.Round.ID)
	if err != nil {
		return err
	}
	funds, err := edition.Funds(ctx, b.db, d.Edition.ID)
	if err != nil {
		return err
	}
	said, err := judging.Deliberations(ctx, b.db, d.Round.ID)
	if err != nil {
		return err
	}
	last, wide := lines(d.Edition, funds, list), map[string]int{}
	for _, w := range advice.Wide {
		wide[w.ID] = w.Gap
	}
	for _, s := range list {
		if n := len(d.Lanes); n == 0 || d.Lanes[n-1].Track != s.Track {
			lane := Lane{Track: s.Track, Line: last[s.Track]}
			if file := advice.Tracks[s.Track]; len(file) > 0 {
				if lane.Advice, err = judging.Calibrated(file); err != nil {
					return err
				}
			}
			d.Lanes = append(d.Lanes, lane)
		}
		lane := &d.Lanes[len(d.Lanes)-1]
		w := Weighed{Standing: s, Gap: wide[s.ProposalID]}
		w.Estimate, w.Known = lane.Advice.Of(s.ProposalID)
		w.Said, w.Spoken = said[s.ProposalID]
		w.Vote, w.Voted = votes[s.ProposalID]
		w.Band = slices.Contains(lane.Advice.Band(lane.Line), s.ProposalID)
		lane.Rows = append(lane.Rows, w)
	}
	return nil
}

func (b *Book) markers(ctx context.Context, d *Deciding, advice judging.Advice) error {
	list, err := pg.All[Seat](ctx, b.db, markerSQL, pg.Args{"edition": d.Edition.ID})
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, n := range list {
		names[n.ID] = n.Name
	}
	for _, s := range d.Whole.Judges {
		m := Marker{Severity: s, Name: names[s.ID]}
		if i := slices.IndexFunc(advice.Far, func(f judging.Far) bool { return f.Judge == s.ID }); i >= 0 {
			m.Far = advice.Far[i]
		}
		d.Judges = append(d.Judges, m)
	}
	d.Seats, err = pg.All[Seat](ctx, b.db, seatsSQL, pg.Args{"edition": d.Edition.ID})
	return err
}

// Question is what somebody would like to know: what if there were more money, another rule, another least score?
type Question struct {
	Rule     string
	Extra    int // percent of every pool, 100 for as it is
	MinScore int // hundredths, negative for as it is
}

// Supposed is a project under a question.
type Supposed struct {
	judging.Standing
	Now, Then Decision
}

// Differs tells whether the question changes something for it.
func (s Supposed) Differs() bool {
	return s.Now.Result != s.Then.Result || s.Now.Amount != s.Then.Amount
}

// Supposition is the answer; it changes nothing.
type Supposition struct {
	Edition  edition.Edition
	Question Question
	Rows     []Supposed
	Now      yuan.Fen
	Then     yuan.Fen
	Votes    int // residents' ballots there are
	Asked    bool
	Panel    judging.Round // the panel whose word counts once it is closed; zero for none
}

// WhatIf answers a question about an allocation without changing anything: what the money of the call comes to by rank with the
// panel's word, and what it would come to. It is about the ranking as it stands and may be asked at any time.
func (b *Book) WhatIf(ctx context.Context, by identity.Actor, editionID string, q Question) (Supposition, error) {
	e, err := seen(ctx, b.db, by, editionID)
	s := Supposition{Edition: e, Question: q}
	if err != nil {
		return s, err
	}
	rounds, err := judging.Rounds(ctx, b.db, editionID)
	r, found := judging.Ranking(rounds)
	if err != nil || !found || r.State != judging.Closed {
		return s, err
	}
	s.Panel, _ = judging.PanelOf(rounds)
	list, err := judging.Standings(ctx, b.db, r.ID)
	if err != nil {
		return s, err
	}
	p, err := b.supposed(ctx, e, list)
	if err != nil {
		return s, err
	}
	if s.Votes = len(p.Ballots); s.Votes == 0 && ByVotes(p.Rule) {
		p.Rule = ByRank // nothing to share out by yet
	}
	now, err := p.Decide()
	if err != nil {
		return s, err
	}
	other := p
	other.Rule = q.Rule
	if q.MinScore >= 0 {
		other.MinScore = q.MinScore
	}
	other.Sources = slices.Clone(p.Sources)
	for i := range other.Sources {
		other.Sources[i].Amount = other.Sources[i].Amount * yuan.Fen(q.Extra) / 100
	}
	then, err := other.Decide()
	if err != nil {
		return s, err
	}
	s.rows(list, now, then)
	return s, nil
}

func (s *Supposition) rows(list []judging.Standing, now, then []Decision) {
	find := func(all []Decision, id string) Decision {
		i := slices.IndexFunc(all, func(d Decision) bool { return d.ID == id })
		if i < 0 {
			return Decision{}
		}
		return all[i]
	}
	for _, x := range list {
		row := Supposed{x, find(now, x.ProposalID), find(then, x.ProposalID)}
		s.Now += row.Now.Amount
		s.Then += row.Then.Amount
		s.Rows = append(s.Rows, row)
	}
}

// supposed is the plan over the whole ranking with the money of the call.
func (b *Book) supposed(ctx context.Context, e edition.Edition, list []judging.Standing) (Sharing, error) {
	p := planUnder(e.Rules)
	funds, err := edition.Funds(ctx, b.db, e.ID)
	if err != nil {
		return p, err
	}
	for _, f := range funds {
		p.Sources = append(p.Sources, Source{ID: f.ID, Amount: f.Amount, Categories: f.Categories})
	}
	for _, s := range list {
		c, err := pg.One[Candidate](ctx, b.db, candidateSQL, pg.Args{"id": s.ProposalID})
		if err != nil {
			return p, err
		}
		c.Rank, c.Score = s.Rank, s.Score
		p.Candidates = append(p.Candidates, c)
	}
	return p, b.panelled(ctx, b.db, e.ID, &p)
}
