package award

import (
	"context"
	"encoding/json"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/ledger"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Book is the door to the awards.
type Book struct {
	db    *pg.DB
	clock clock.Clock
	font  string
	votes func(ctx context.Context, q pg.Reader, editionID string) ([][]string, error)
	more  func(ctx context.Context, q pg.Reader, editionID string) ([]File, error)
}

// New makes the awards' door.
func New(db *pg.DB, c clock.Clock) *Book { return &Book{db: db, clock: c} }

// PrintWith names the font file that has the characters the product's own lacks; "" for none.
func (b *Book) PrintWith(font string) { b.font = font }

// CountVotes hands in what residents have voted: for each ballot the proposals on it, nobody named.
func (b *Book) CountVotes(votes func(ctx context.Context, q pg.Reader, editionID string) ([][]string, error)) {
	b.votes = votes
}

// The states of an award (DOMAIN §7.5). Only a funded one is ever confirmed; a reserve stays publicized.
const (
	Proposed   = "proposed"
	Publicized = "publicized"
	Objected   = "objected"
	Confirmed  = "confirmed"
	Declined   = "declined"
	Revoked    = "revoked"

	// Again is no state of its own: the project is being marked again, and nothing about it is confirmed meanwhile.
	Again = "again"
)

// Award is what a proposal got.
type Award struct {
	ID           string
	EditionID    string
	ProposalID   string
	Place        string
	Result       string
	Grade        string
	Amount       yuan.Fen
	Rank         int
	Score        int
	FundSourceID string // "" when nothing was given
	Reason       string
	State        string
	OfferedAt    *time.Time // of what became free, to a reserve
	AnswerBy     *time.Time // the first instant too late
	OfferAmount  yuan.Fen
	OfferSource  string
	OfferedBy    string
	AnsweredAt   *time.Time
	Version      int
}

// Offered tells whether a reserve has been offered money and still has to answer.
func (a Award) Offered() bool {
	return a.OfferedAt != nil && a.AnsweredAt == nil && a.State == Publicized && a.Result == Reserve
}

// Why is the reason of a result in a reader's words: an allocation's own sentence, or what a person wrote.
func (a Award) Why() fault.Message {
	var m fault.Message
	if json.Unmarshal([]byte(a.Reason), &m) != nil || m.Text == "" {
		return fault.Say(a.Reason)
	}
	return m
}

// Pressed is a button on a page: at which version it was shown.
type Pressed struct {
	Version int `form:"version"`
}

const (
	awardColumns = `a.id::text, a.edition_id::text, a.proposal_id::text, a.place::text, a.result, a.grade, a.amount, a.rank, a.score,
  coalesce(a.fund_source_id::text, '') as fund_source_id, a.reason, a.state,
  a.offered_at, a.answer_by, coalesce(a.offer_amount, 0)::bigint as offer_amount, coalesce(a.offer_source::text, '') as offer_source, coalesce(a.offered_by::text, '') as offered_by, a.answered_at, a.version`
	lockAwardSQL = `select ` + awardColumns + ` from award a where a.id = @id::uuid for no key update`
	ofSQL        = `select ` + awardColumns + ` from award a where a.proposal_id = @proposal::uuid`
	lockAllSQL   = `select ` + awardColumns + ` from award a where a.edition_id = @edition::uuid order by a.id for no key update`
	moveAwardSQL = `update award set state = @to, reason = case when @reason = '' then reason else @reason end, version = version + 1 where id = @id::uuid`
)

// Of is the award of a proposal, if there is one.
func Of(ctx context.Context, q pg.Reader, proposalID string) (Award, bool, error) {
	return pg.Maybe[Award](ctx, q, ofSQL, pg.Args{"proposal": proposalID})
}

// Get is an award by its id, whoever asks: callers decide who may see it.
func Get(ctx context.Context, q pg.Reader, id string) (Award, error) {
	return pg.One[Award](ctx, q, awardSQL, pg.Args{"id": id})
}

// hand is what a verb carries: who by which right, and when.
type hand struct {
	w  identity.Warrant
	at time.Time
}

// move takes a locked award to another state, with its audit event.
func move(ctx context.Context, tx pg.Tx, h hand, a Award, to, action, reason string) error {
	if _, err := pg.Do(ctx, tx, moveAwardSQL, pg.Args{"id": a.ID, "to": to, "reason": reason}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: a.ID, Version: a.Version + 1, Action: action, From: a.State, To: to,
		Place: a.Place, Reason: reason, At: h.at})
}

// seen is an edition whose results the actor may read before they are public.
func seen(ctx context.Context, q pg.Reader, by identity.Actor, editionID string) (edition.Edition, error) {
	e, err := edition.Get(ctx, q, editionID)
	if err == nil && !by.Sees(identity.ReadSheets, e.Place) {
		err = fault.Missing()
	}
	return e, err
}

const (
	placeSQL  = `select p.place::text from proposal p where p.id = @id::uuid`
	decideSQL = `insert into award (id, edition_id, proposal_id, place, result, grade, amount, rank, score, fund_source_id, reason)
  values (gen_random_uuid(), @edition, @proposal, @place::text::ltree, @result, @grade, @amount, @rank, @score, nullif(@source, '')::uuid, @reason) returning id::text`
	redecideSQL = `update award set result = @result, grade = @grade, amount = @amount, rank = @rank, score = @score, fund_source_id = nullif(@source, '')::uuid,
  reason = @reason, version = version + 1 where id = @id::uuid`
	droppedSQL = `update award set result = 'not_selected', amount = 0, fund_source_id = null, state = 'declined', reason = @reason, version = version + 1 where id = @id::uuid`
)

// sources are an edition's pools with what the ledger says is in them.
func sources(ctx context.Context, q pg.Reader, editionID string) ([]Source, error) {
	funds, err := edition.Funds(ctx, q, editionID)
	if err != nil {
		return nil, err
	}
	list := make([]Source, len(funds))
	for i, f := range funds {
		held, err := ledger.Balance(ctx, q, ledger.Pool, f.ID)
		if err != nil {
			return nil, err
		}
		list[i] = Source{ID: f.ID, Amount: held, Categories: f.Categories}
	}
	return list, nil
}

// keep stores a decision, or nothing when it is the one there is.
func keep(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, c Candidate, d Decision, past Award) error {
	reason := ""
	if d.Reason.Text != "" {
		raw, err := json.Marshal(d.Reason)
		if err != nil {
			return err
		}
		reason = string(raw)
	}
	if past.ID != "" && past.Result == d.Result && past.Grade == d.Grade && past.Amount == d.Amount && past.Rank == c.Rank && past.Score == c.Score &&
		past.FundSourceID == d.Source && past.Reason == reason {
		return nil
	}
	place, err := pg.Value[string](ctx, tx, placeSQL, pg.Args{"id": c.ID})
	if err != nil {
		return err
	}
	args := pg.Args{"result": d.Result, "grade": d.Grade, "amount": d.Amount, "rank": c.Rank, "score": c.Score, "source": d.Source, "reason": reason}
	event := audit.Event{Entity: "award", ID: past.ID, Version: past.Version + 1, Action: "allocate", From: past.State, To: Proposed, Place: place, At: h.at,
		Data: map[string]any{"result": d.Result, "amount": d.Amount, "source": d.Source}}
	if past.ID == "" {
		args["edition"], args["proposal"], args["place"] = e.ID, c.ID, place
		event.ID, err = pg.Value[string](ctx, tx, decideSQL, args)
	} else {
		args["id"] = past.ID
		_, err = pg.Do(ctx, tx, redecideSQL, args)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, event)
}

// drop takes back the decision about a proposal that is no longer in the running.
func drop(ctx context.Context, tx pg.Tx, h hand, a Award, reason string) error {
	if _, err := pg.Do(ctx, tx, droppedSQL, pg.Args{"id": a.ID, "reason": reason}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: a.ID, Version: a.Version + 1, Action: "allocate", From: a.State, To: Declined,
		Place: a.Place, Reason: reason, At: h.at})
}

// letGo ends an award whose team no longer wants it; committed money goes back to its pool in the same transaction.
func letGo(ctx context.Context, tx pg.Tx, h hand, a Award, reason string) error {
	if err := judging.DropReopenings(ctx, tx, h.w, h.at, a.ProposalID, reason); err != nil {
		return err
	}
	switch a.State {
	case Proposed:
		return drop(ctx, tx, h, a, reason)
	case Declined, Revoked:
		return nil
	}
	if a.State == Confirmed {
		if _, err := ledger.Reverse(ctx, tx, h.w, "award", a.ID, ledger.Movement{Kind: "return", Entity: "award", Source: a.ID, Place: a.Place, At: h.at, Note: reason}); err != nil {
			return err
		}
		if err := endAgreement(ctx, tx, h, a, reason); err != nil {
			return err
		}
	}
	return move(ctx, tx, h, a, Declined, "decline", reason)
}

// Release hears that a lead took a proposal back: what was reserved for it is let go.
func Release(ctx context.Context, tx pg.Tx, fact proposal.TakenBack) error {
	a, found, err := Of(ctx, tx, fact.ProposalID)
	if err != nil || !found {
		return err
	}
	w, err := identity.House().Must(identity.KeepCalendar, a.Place)
	if err != nil {
		return err
	}
	at, err := pg.Value[time.Time](ctx, tx, leftSQL, pg.Args{"id": fact.ProposalID})
	if err != nil {
		return err
	}
	if _, err := edition.Lock(ctx, tx, a.EditionID); err != nil {
		return err
	}
	if a, err = pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": a.ID}); err != nil {
		return err
	}
	h := hand{w, at}
	why := "团队已经退出"
	if p, err := proposal.Get(ctx, tx, fact.ProposalID); err != nil {
		return err
	} else if p.State == proposal.Void {
		why = "申报书已经作废"
	}
	if err := letGo(ctx, tx, h, a, why); err != nil {
		return err
	}
	return advance(ctx, tx, h, a.EditionID)
}

const leftSQL = `select at from audit_event where entity = 'proposal' and entity_id = @id::uuid and to_state in ('withdrawn','void') order by at desc limit 1`
