package judging

import (
	"context"
	"slices"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Sitter is a judge of a panel by name.
type Sitter struct{ ID, Name string }

// Deliberating is a ranked project of a panel with what was said of it.
type Deliberating struct {
	ProposalID string
	Number     string
	Title      string
	TeamName   string
	Track      string
	State      string
	Requested  yuan.Fen
	Score      int // hundredths
	Rank       int
	TiedIDs    []string    // judges of the panel who must step out
	Words      []PanelWord `db:"-"` // in their order; the last one counts
	Ceiling    yuan.Fen    `db:"-"` // of its track, 0 for none
	Seats      []Sitter    `db:"-"` // who may be present
	Apart      []Sitter    `db:"-"` // who must step out
}

// Word is what the panel said last of it.
func (d Deliberating) Word() (PanelWord, bool) {
	if len(d.Words) == 0 {
		return PanelWord{}, false
	}
	return d.Words[len(d.Words)-1], true
}

// Done tells whether nothing more has to be said of it.
func (d Deliberating) Done() bool {
	w, said := d.Word()
	return said && len(w.Tainted) == 0
}

// Stands tells whether it is still in the contest, or was to the end.
func (d Deliberating) Stands() bool { return d.State != "withdrawn" && d.State != "void" }

// Quorum is how many judges have to be present for it.
func (d Deliberating) Quorum() int { return Quorum(len(d.Seats)+len(d.Apart), len(d.Apart)) }

// Again is the word on it as a form begins with: as it was said last, without those who have a tie now; on a project nothing was
// said of, those who were present for the project before it.
func (d Deliberating) Again(v PanelView) NewPanelWord {
	n := NewPanelWord{Seen: len(d.Words)}
	here := []string{}
	if w, said := d.Word(); said {
		n.Yes, n.Nay, n.Abstain, n.Amount, n.Conditions, n.Reason = w.Yes, w.Nay, w.Abstain, w.Amount, strings.Join(w.Conditions, "\n"), w.Reason
		here = w.PresentIDs
	} else if w, said := v.latest(); said {
		here = slices.Clone(w.PresentIDs)
		for _, id := range w.ApartIDs { // who stepped out of that one, and has been there for another, is back
			if v.came(id) {
				here = append(here, id)
			}
		}
	}
	for _, s := range d.Seats {
		if slices.Contains(here, s.ID) {
			n.Present = append(n.Present, s.ID)
		}
	}
	return n
}

// came tells whether a judge was present for any project.
func (v PanelView) came(judge string) bool {
	return slices.ContainsFunc(v.Projects, func(p Deliberating) bool {
		return slices.ContainsFunc(p.Words, func(w PanelWord) bool { return slices.Contains(w.PresentIDs, judge) })
	})
}

// latest is the word that was said last of any project.
func (v PanelView) latest() (PanelWord, bool) {
	var last PanelWord
	for _, p := range v.Projects {
		if w, said := p.Word(); said && !w.At.Before(last.At) {
			last = w
		}
	}
	return last, last.ID != ""
}

// PanelView is a panel for its desk, or for a judge who sits on it.
type PanelView struct {
	Round    Round
	Edition  edition.Edition
	Seats    []Sitter
	Projects []Deliberating
	Runs     []Run
	Signed   []PanelMinute // the minutes that came back signed, for the desk
	May      bool          // the reader may write down what is said
	Me       string        // the reader's own seat, "" for the desk
}

// Left counts the projects on which a word is still missing, or has to be said again.
func (v PanelView) Left() int {
	n := 0
	for _, p := range v.Projects {
		if p.Stands() && !p.Done() {
			n++
		}
	}
	return n
}

// Passed counts the projects that passed and those that failed.
func (v PanelView) Passed() (passed, failed int) {
	for _, p := range v.Projects {
		switch w, said := p.Word(); {
		case !said || !p.Stands():
		case w.Passed:
			passed++
		default:
			failed++
		}
	}
	return passed, failed
}

// Reopens tells whether the reader may have the panel meet again.
func (v PanelView) Reopens() bool {
	return v.May && v.Round.State == Closed && v.Edition.State == edition.Reviewing
}

const (
	sitterNamesSQL  = `select j.id::text, u.name from judge j join person u on u.id = j.person_id where j.edition_id = @edition::uuid and j.state = 'accepted' order by u.name, j.id`
	deliberatingSQL = `select p.id::text as proposal_id, coalesce(p.number, '') as number, p.title, t.name as team_name, p.track, p.state, p.requested, coalesce(p.score, 0) as score, coalesce(p.rank, 0) as rank,
    array(select c.judge_id::text from conflict c join judge j on j.id = c.judge_id and j.edition_id = p.edition_id and j.state = 'accepted' where c.proposal_id = p.id) as tied_ids
  from round_entry e join proposal p on p.id = e.proposal_id join team t on t.id = p.team_id where e.round_id = @round::uuid order by e.seq limit 500`
	mySeatSQL = `select j.id::text from judge j where j.edition_id = @edition::uuid and j.person_id = @me::uuid and j.state = 'accepted'`
)

// Panel is a panel round for those who may read its edition's sheets.
func (b *Book) Panel(ctx context.Context, by identity.Actor, roundID string) (PanelView, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err == nil && (!by.Sees(identity.ReadSheets, r.Place) || r.Scores()) {
		err = fault.Missing()
	}
	if err != nil {
		return PanelView{}, err
	}
	v, err := b.panelView(ctx, r)
	if err != nil {
		return v, err
	}
	v.May = by.Can(identity.RunRounds, r.Place)
	v.Signed, err = pg.All[PanelMinute](ctx, b.db, panelMinutesSQL, pg.Args{"round": roundID})
	return v, err
}

// SitOn is a panel for a judge who sits on it. Of a project they are tied to they read that they step out, and nothing else.
func (b *Book) SitOn(ctx context.Context, by identity.Actor, roundID string) (PanelView, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err != nil {
		return PanelView{}, err
	}
	me, found, err := pg.Maybe[struct{ ID string }](ctx, b.db, mySeatSQL, pg.Args{"edition": r.EditionID, "me": by.ID})
	if err == nil && (!found || r.Scores() || r.State == Planned || !by.Can(identity.Score, r.Place)) {
		err = fault.Missing()
	}
	if err != nil {
		return PanelView{}, err
	}
	v, err := b.panelView(ctx, r)
	v.Me = me.ID
	for i, p := range v.Projects {
		if slices.Contains(p.TiedIDs, me.ID) {
			v.Projects[i].Words = nil
		}
	}
	return v, err
}

// Deliberating is one project of a panel that the actor may run.
func (b *Book) Deliberating(ctx context.Context, by identity.Actor, roundID, proposalID string) (PanelView, Deliberating, error) {
	v, err := b.Panel(ctx, by, roundID)
	if err != nil {
		return v, Deliberating{}, err
	}
	i := slices.IndexFunc(v.Projects, func(p Deliberating) bool { return p.ProposalID == proposalID })
	if i < 0 || !v.May {
		return v, Deliberating{}, fault.Missing()
	}
	return v, v.Projects[i], nil
}

func (b *Book) panelView(ctx context.Context, r Round) (PanelView, error) {
	v := PanelView{Round: r}
	var err error
	if v.Edition, err = edition.Get(ctx, b.db, r.EditionID); err != nil {
		return v, err
	}
	if v.Seats, err = pg.All[Sitter](ctx, b.db, sitterNamesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return v, err
	}
	if v.Runs, err = Runs(ctx, b.db, r.ID); err != nil {
		return v, err
	}
	if v.Projects, err = pg.All[Deliberating](ctx, b.db, deliberatingSQL, pg.Args{"round": r.ID}); err != nil {
		return v, err
	}
	list, err := pg.All[PanelWord](ctx, b.db, panelWordsSQL, pg.Args{"round": r.ID})
	if err != nil {
		return v, err
	}
	said := map[string][]PanelWord{}
	for _, w := range list {
		said[w.ProposalID] = append(said[w.ProposalID], w)
	}
	for i := range v.Projects {
		p := &v.Projects[i]
		p.Words, p.Ceiling = said[p.ProposalID], v.Edition.Rules.Caps[p.Track]
		for _, s := range v.Seats {
			if slices.Contains(p.TiedIDs, s.ID) {
				p.Apart = append(p.Apart, s)
			} else {
				p.Seats = append(p.Seats, s)
			}
		}
	}
	return v, nil
}
