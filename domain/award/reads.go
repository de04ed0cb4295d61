package award

import (
	"context"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Ranked is a ranked project with what it got; the award is zero before the money is allocated.
type Ranked struct {
	judging.Standing
	Award Award
}

// PoolOf is a source of money with what the ledger holds and what the decisions take.
type PoolOf struct {
	edition.Fund
	Held  yuan.Fen
	Given yuan.Fen // by decisions not yet confirmed
}

// Results is an edition's ranking and money for its desk.
type Results struct {
	Edition  edition.Edition
	Round    judging.Round // that ranks; zero when none was planned
	Panel    judging.Round // that votes on what was ranked; zero for none
	Rows     []Ranked
	Pools    []PoolOf
	Notice   Publicity // the latest, zero before
	Same     bool      // the stored sheets still come to the published result
	Allocate bool      // the reader may allocate now
	Publish  bool      // and publish what was allocated
	Awards   []Award
	Titles   map[string]string   // of all its proposals, by id
	Chances  []Chance            // reserves whose windows have closed
	Turn     map[string]bool     // whose turn it is, when the reader may offer
	Votes    int                 // residents' ballots there are
	Again    []judging.Reopening // projects that are being marked again
	Apart    int                 // ballot boxes that were counted by project and not by ballot: they cannot share money out
}

// Decided tells whether the money is allocated.
func (r Results) Decided() bool {
	for _, row := range r.Rows {
		if row.Award.ID == "" && row.State == proposal.Ranked {
			return false
		}
	}
	return len(r.Rows) > 0
}

const (
	awardsSQL       = `select ` + awardColumns + ` from award a where a.edition_id = @edition::uuid order by a.id`
	latestNoticeSQL = `select ` + publicityColumns + ` from publicity n where n.edition_id = @edition::uuid and n.state <> 'void' order by n.opens_at desc limit 1`
)

// Results is an edition's results for those who may read its sheets.
func (b *Book) Results(ctx context.Context, by identity.Actor, editionID string) (Results, error) {
	e, err := seen(ctx, b.db, by, editionID)
	if err != nil {
		return Results{}, err
	}
	r := Results{Edition: e, Same: true}
	rounds, err := judging.Rounds(ctx, b.db, editionID)
	if err != nil || len(rounds) == 0 {
		return r, err
	}
	r.Round, _ = judging.Ranking(rounds)
	r.Panel, _ = judging.PanelOf(rounds)
	if r.Round.State != judging.Closed {
		return r, nil
	}
	out, err := judging.Recompute(ctx, b.db, r.Round)
	if err != nil {
		return r, err
	}
	r.Same = judging.Digest(out) == r.Round.Digest
	if err := b.rows(ctx, &r); err != nil {
		return r, err
	}
	if r.Notice, _, err = pg.Maybe[Publicity](ctx, b.db, latestNoticeSQL, pg.Args{"edition": editionID}); err != nil {
		return r, err
	}
	if r.Again, err = judging.Reopened(ctx, b.db, editionID); err != nil {
		return r, err
	}
	over := r.Panel.ID == "" || r.Panel.State == judging.Closed
	r.Allocate = over && e.State == edition.Reviewing && by.Can(identity.AllocateAwards, e.Place)
	r.Publish = over && e.State == edition.Reviewing && r.Decided() && by.Can(identity.PublishNotices, e.Place)
	if b.votes != nil {
		ballots, err := b.votes(ctx, b.db, editionID)
		if err != nil {
			return r, err
		}
		r.Votes = len(ballots)
		if r.Apart, err = judging.BoxesApart(ctx, b.db, editionID); err != nil {
			return r, err
		}
	}
	return r, b.waiting(ctx, by, &r)
}

func (b *Book) rows(ctx context.Context, r *Results) error {
	standings, err := judging.Standings(ctx, b.db, r.Round.ID)
	if err != nil {
		return err
	}
	awards, err := pg.All[Award](ctx, b.db, awardsSQL, pg.Args{"edition": r.Edition.ID})
	if err != nil {
		return err
	}
	r.Awards = awards
	byProposal, given := map[string]Award{}, map[string]yuan.Fen{}
	for _, a := range awards {
		byProposal[a.ProposalID] = a
		if a.State == Proposed || a.State == Publicized || a.State == Objected {
			given[a.FundSourceID] += a.Amount
		}
	}
	for _, s := range standings {
		r.Rows = append(r.Rows, Ranked{s, byProposal[s.ProposalID]})
	}
	funds, err := edition.Funds(ctx, b.db, r.Edition.ID)
	if err != nil {
		return err
	}
	for _, f := range funds {
		held, err := ledger.Balance(ctx, b.db, ledger.Pool, f.ID)
		if err != nil {
			return err
		}
		r.Pools = append(r.Pools, PoolOf{f, held, given[f.ID]})
	}
	return nil
}

// Case is an objection as its desk sees it.
type Case struct {
	Objection
	Title       string // of the target
	ProposalID  string
	Result      string
	AwardState  string
	Objector    string
	HandlerName string
	Notice      string // its number
}

const (
	caseColumns = objectionColumns + `, p.title, p.id::text as proposal_id, a.result, a.state as award_state, u.name as objector, coalesce(h.name, '') as handler_name, n.number as notice`
	caseTables  = ` from objection o join award a on a.id = o.award_id join proposal p on p.id = a.proposal_id join person u on u.id = o.person_id
  left join person h on h.id = o.handler join publicity n on n.id = o.publicity_id`
	casesSQL = `select ` + caseColumns + caseTables + ` where o.place <@ any(@sight::text[]::ltree[]) and (not @open or o.state in ('received', 'investigating'))
  and (o.received_at, o.id) < (@before, @last::uuid) order by o.received_at desc, o.id desc limit @n`
	caseSQL = `select ` + caseColumns + caseTables + ` where o.id = @id::uuid`
)

// Cases lists the objections of the actor's places, newest first, from before one; open tells to leave out the answered.
func (b *Book) Cases(ctx context.Context, by identity.Actor, open bool, before time.Time, last string, n int) ([]Case, error) {
	return pg.All[Case](ctx, b.db, casesSQL, pg.Args{"sight": by.Sight(identity.HandleObjects), "open": open, "before": before, "last": last, "n": n})
}

// Case is one objection of the actor's places.
func (b *Book) Case(ctx context.Context, by identity.Actor, id string) (Case, error) {
	c, err := pg.One[Case](ctx, b.db, caseSQL, pg.Args{"id": id})
	if err == nil && !by.Sees(identity.HandleObjects, c.Place) {
		err = fault.Missing()
	}
	return c, err
}

// Own is an objection as the person who filed it sees it.
type Own struct {
	Number  string
	AwardID string
	Title   string
	State   string
	Answer  string
	DueAt   time.Time
}

const ownSQL = `select o.number, o.award_id::text, p.title, o.state, o.answer, o.due_at from objection o join award a on a.id = o.award_id join proposal p on p.id = a.proposal_id
  where o.publicity_id = @publicity::uuid and o.person_id = @me::uuid order by o.received_at desc limit 20`

// Mine lists the actor's own objections to a notice.
func (b *Book) Mine(ctx context.Context, by identity.Actor, noticeID string) ([]Own, error) {
	if !by.SignedIn() {
		return nil, nil
	}
	return pg.All[Own](ctx, b.db, ownSQL, pg.Args{"publicity": noticeID, "me": by.ID})
}

// Contract is a funded project on its way to an agreement.
type Contract struct {
	ProposalID  string
	Number      string
	Title       string
	PlaceName   string
	PlaceNameEn string
	State       string // of the proposal
	AwardState  string
	Amount      yuan.Fen
	Budget      yuan.Fen // of its lines today
	AgreementID string   // "" before it is drafted
	Agreement   string   // its number
	SignState   string   // of the agreement
	Signed      int      // parties that have signed
}

// Outcome is a team's own result.
type Outcome struct {
	Proposal proposal.Proposal
	Award    Award
	Feedback judging.Feedback
	Panel    judging.PanelWord // what the panel said last of it; its votes are not for this page
	Panelled bool              // it said something
	NoticeID string            // of the public notice it is in
	Declines bool              // the reader may still give the award back
	Answers  bool              // the reader answers for the team
	Again    bool              // it is being marked again
}

const noticeOfSQL = `select i.publicity_id::text from publicity_item i join publicity n on n.id = i.publicity_id where i.award_id = @award::uuid and n.state <> 'void' order by n.opens_at desc limit 1`

const markedAgainSQL = `select exists (select from reopening where proposal_id = @proposal::uuid and state = 'open')`

// Outcome is a proposal's result for its team and its desks, from the publication on; before that it does not exist.
func (b *Book) Outcome(ctx context.Context, by identity.Actor, proposalID string) (Outcome, error) {
	p, err := proposal.Get(ctx, b.db, proposalID)
	if err != nil {
		return Outcome{}, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return Outcome{}, err
	}
	a, found, err := Of(ctx, b.db, proposalID)
	if err != nil {
		return Outcome{}, err
	}
	if !found || a.State == Proposed || !by.Tied(p.Place, ties...).Sees(identity.ReadProjects, p.Place) {
		return Outcome{}, fault.Missing()
	}
	o := Outcome{Proposal: p, Award: a}
	if o.Again, err = pg.Value[bool](ctx, b.db, markedAgainSQL, pg.Args{"proposal": p.ID}); err != nil {
		return o, err
	}
	if o.NoticeID, err = pg.Value[string](ctx, b.db, noticeOfSQL, pg.Args{"award": a.ID}); err != nil {
		return o, err
	}
	if o.Feedback, err = judging.FeedbackOf(ctx, b.db, p); err != nil {
		return o, err
	}
	if o.Panel, o.Panelled, err = judging.PanelWordOf(ctx, b.db, p.ID); err != nil {
		return o, err
	}
	pact, drafted, err := pg.Maybe[Agreement](ctx, b.db, ofAwardSQL, pg.Args{"award": a.ID})
	o.Answers = p.LeadID == by.ID
	o.Declines = p.LeadID == by.ID && a.Result == Selected && (a.State == Publicized || a.State == Confirmed) && (!drafted || pact.State == Signing)
	return o, err
}
