package judging

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// The states of an assignment.
const (
	Assigned = "assigned"
	Taken    = "accepted"
	Recused  = "recused"
	Replaced = "replaced"
)

// Assignment is a judge's seat at a project.
type Assignment struct {
	ID         string
	RoundID    string
	JudgeID    string
	ProposalID string
	Place      string
	State      string
	Reason     string
	At         time.Time
	Version    int
	RoundState string // "open" too where a replacement marks in a closed round
	PersonID   string
	EditionID  string
	// ReopeningID is set where the judge marks in place of another after the round has closed.
	ReopeningID string
}

// Live tells whether the judge is to mark the project.
func (a Assignment) Live() bool { return a.State == Assigned || a.State == Taken }

const (
	seatColumns = `a.id::text, a.round_id::text, a.judge_id::text, a.proposal_id::text, a.place::text, a.state, a.reason, a.at, a.version,
  coalesce((select o.state from reopening o where o.id = a.reopening_id and o.state = 'open'), r.state) as round_state, j.person_id::text, j.edition_id::text,
  coalesce(a.reopening_id::text, '') as reopening_id`
	seatSQL = `insert into assignment (id, round_id, judge_id, proposal_id, place, at) values (@id, @round, @judge, @proposal, @place::text::ltree, @at)`
)

// Seat is a judge at a project.
type Seat struct{ Judge, Project string }

// fill gives every open seat of the round, or of one project, to a judge without a tie: by the stored plan when the round
// is being opened, else by the same computation with every seat that is taken held where it is. The caller holds the
// jury's rows, so no tie can be declared in between.
func fill(ctx context.Context, tx pg.Tx, h hand, r Round, only string) ([]Seat, error) {
	s, err := survey(ctx, tx, r, only)
	if err != nil {
		return nil, err
	}
	plan, err := s.decide(ctx, tx, h)
	if err != nil {
		return nil, err
	}
	seats := []Seat{}
	for _, pair := range plan.Pairs {
		if s.seated[pair] {
			continue
		}
		id, place := uuid.Must(uuid.NewV7()).String(), s.places[pair.Project]
		if _, err := pg.Do(ctx, tx, seatSQL, pg.Args{"id": id, "round": r.ID, "judge": pair.Judge, "proposal": pair.Project, "place": place, "at": h.at}); err != nil {
			return nil, err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: id, Version: 1, Action: "assign", To: Assigned, Place: place,
			Data: map[string]string{"judge": pair.Judge, "proposal": pair.Project}, At: h.at}); err != nil {
			return nil, err
		}
		seats = append(seats, pair)
	}
	return seats, nil
}

const (
	replacedSQL = `update assignment set state = 'replaced', version = version + 1 where id = @id::uuid`
	personSQL   = `select person_id::text from judge where id = @id::uuid`
	leftSQL     = `select a.id::text from assignment a where a.round_id = @round::uuid and a.proposal_id = @proposal::uuid and a.state = 'recused' order by a.at, a.id for no key update`
)

// replace looks for somebody for the seats given up at one project. Where nobody may, the district's staff are told.
func replace(ctx context.Context, tx pg.Tx, h hand, r Round, p proposal.Proposal, left []string) error {
	seats, err := fill(ctx, tx, h, r, p.ID)
	if err != nil {
		return err
	}
	for i, s := range seats {
		if err := succeed(ctx, tx, h, r, s, left[min(i, len(left)):]); err != nil {
			return err
		}
	}
	if len(seats) >= len(left) {
		return nil
	}
	staff, err := notice.Holders(ctx, tx, r.Place, identity.DistrictStaff)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」有评委回避，一时没有别的评委能接。请看看还要不要邀请评委", p.Title)
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: staff, Text: text, Link: "/desk/editions/" + r.EditionID + "/judging", Key: left[0], At: h.at})
}

// succeed marks the first seat given up as taken over by another and tells the judge who has it now.
func succeed(ctx context.Context, tx pg.Tx, h hand, r Round, s Seat, left []string) error {
	if len(left) > 0 {
		a, err := pg.One[Assignment](ctx, tx, lockSeatSQL, pg.Args{"id": left[0]})
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, replacedSQL, pg.Args{"id": a.ID}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: a.ID, Version: a.Version + 1, Action: "replace", From: Recused, To: Replaced,
			Place: a.Place, Data: map[string]string{"judge": s.Judge}, At: h.at}); err != nil {
			return err
		}
	}
	person, err := pg.Value[string](ctx, tx, personSQL, pg.Args{"id": s.Judge})
	if err != nil {
		return err
	}
	p, err := proposal.Get(ctx, tx, s.Project)
	if err != nil {
		return err
	}
	title, err := titleOf(ctx, tx, p)
	if err != nil {
		return err
	}
	text := fault.Say("有一位评委回避，项目「%s」请您补评，%s 前交评分表", title, stamp(*r.ClosesAt))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{person}, Text: text, Link: "/review", Key: s.Project + "/" + s.Judge, At: h.at})
}

// refill fills what is open anywhere in the round and tells how many seats that were.
func refill(ctx context.Context, tx pg.Tx, h hand, r Round) (int, error) {
	seats, err := fill(ctx, tx, h, r, "")
	if err != nil {
		return 0, err
	}
	for _, s := range seats {
		left, err := pg.Values[string](ctx, tx, leftSQL, pg.Args{"round": r.ID, "proposal": s.Project})
		if err != nil {
			return 0, err
		}
		if err := succeed(ctx, tx, h, r, s, left); err != nil {
			return 0, err
		}
	}
	return len(seats), nil
}

// Refill gives the open seats of a round under way to whoever may take them, for example a judge who was asked later.
// Seats that are taken stay. It tells how many were filled; none is no fault.
func (b *Book) Refill(ctx context.Context, by identity.Actor, roundID string) (n int, err error) {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return 0, err
	}
	h := hand{w, r.Place, b.clock.Now()}
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.State != Open {
			return fault.New(fault.Conflict, "评审没有在进行，不能补排")
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		if err := detect(ctx, tx, h, r.EditionID); err != nil {
			return err
		}
		n, err = refill(ctx, tx, h, r)
		return err
	})
	return n, err
}

// stamp writes a moment so that it reads the same in every language.
func stamp(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }
