package judging

import (
	"context"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	lockSeatSQL   = `select ` + seatColumns + ` from assignment a join review_round r on r.id = a.round_id join judge j on j.id = a.judge_id where a.id = @id::uuid for no key update of a`
	recuseSQL     = `update assignment set state = 'recused', reason = @reason, version = version + 1 where id = @id::uuid`
	seatSheetSQL  = `select ` + sheetColumns + ` from sheet s where s.assignment_id = @id::uuid for no key update`
	invalidateSQL = `update sheet set state = 'invalid', reason = @reason, version = version + 1 where id = @id::uuid`
)

// unseat takes a judge off a project with a reason; what they marked is invalid but stays on record (I-R2).
func unseat(ctx context.Context, tx pg.Tx, h hand, assignmentID, reason string) error {
	a, err := pg.One[Assignment](ctx, tx, lockSeatSQL, pg.Args{"id": assignmentID})
	if err != nil || !a.Live() {
		return err
	}
	s, marked, err := pg.Maybe[Sheet](ctx, tx, seatSheetSQL, pg.Args{"id": assignmentID})
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, recuseSQL, pg.Args{"id": assignmentID, "reason": reason}); err != nil {
		return err
	}
	if marked {
		if _, err := pg.Do(ctx, tx, invalidateSQL, pg.Args{"id": s.ID, "reason": reason}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "invalidate", From: s.State, To: Invalid,
			Place: a.Place, Reason: reason, At: h.at}); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: a.ID, Version: a.Version + 1, Action: "recuse", From: a.State, To: Recused,
		Place: a.Place, Reason: reason, At: h.at})
}

// Declaration says that the judge has a tie to a proposal.
type Declaration struct {
	ProposalID string `form:"proposal_id"`
	Reason     string `form:"reason"`
}

func (d Declaration) check() error {
	var wrong fault.Fields
	if _, err := uuid.Parse(d.ProposalID); err != nil {
		wrong.Add("proposal_id", "请选一个项目")
	}
	if d.Reason == "" {
		wrong.Add("reason", "请简单写一下是什么关系，例如亲属、邻居、一起写过申报书")
	}
	if utf8.RuneCountInString(d.Reason) > 200 {
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 200, utf8.RuneCountInString(d.Reason))
	}
	return wrong.Err()
}

const (
	liveRoundsSQL = `select ` + roundColumns + ` from review_round r where r.edition_id = @edition::uuid order by r.seq for share`
	liveSeatSQL   = `select a.id::text, a.round_id::text, case when o.state = 'open' then o.state else r.state end as state, coalesce(a.reopening_id::text, '') as reopening_id
  from assignment a join review_round r on r.id = a.round_id left join reopening o on o.id = a.reopening_id
  where a.judge_id = @judge::uuid and a.proposal_id = @proposal::uuid and a.state in ('assigned', 'accepted') order by r.seq, a.id`
)

// heldSeat is a judge's live seat at a project, with the state of its round or of its reopening.
type heldSeat struct{ ID, RoundID, State, ReopeningID string }

// vacated tells the district when the seat that was given up is a replacement's: they pick another themselves.
func (s heldSeat) vacated(ctx context.Context, tx pg.Tx, h hand, proposalID string) error {
	if s.ReopeningID == "" {
		return nil
	}
	p, err := proposal.Get(ctx, tx, proposalID)
	if err != nil {
		return err
	}
	return vacant(ctx, tx, h, p, s.ReopeningID, s.ID)
}

// Declare records a tie. A seat the judge already has there is given up, what they marked becomes invalid, and
// somebody else takes over if anybody may.
func (b *Book) Declare(ctx context.Context, by identity.Actor, judgeID string, d Declaration) error {
	j, e, err := own(ctx, b.db, by, judgeID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.Score, e.Place)
	if err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	p, err := proposal.Get(ctx, b.db, d.ProposalID)
	if err != nil || p.EditionID != j.EditionID {
		return fault.Field("proposal_id", "请选一个项目")
	}
	h := hand{w, e.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error { return declare(ctx, tx, h, j, p, d.Reason) })
}

func declare(ctx context.Context, tx pg.Tx, h hand, j Judge, p proposal.Proposal, reason string) error {
	// The rounds first, whatever their state: one that is just being opened or closed is waited for.
	rounds, err := pg.All[Round](ctx, tx, liveRoundsSQL, pg.Args{"edition": j.EditionID})
	if err != nil {
		return err
	}
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": j.EditionID}); err != nil {
		return err
	}
	seats, err := pg.All[heldSeat](ctx, tx, liveSeatSQL, pg.Args{"judge": j.ID, "proposal": p.ID})
	if err != nil {
		return err
	}
	left := map[string][]string{} // by round
	for _, s := range seats {
		if s.State == Closed {
			continue // its sheet is locked: recorded here, decided by the district
		}
		if err := unseat(ctx, tx, h, s.ID, reason); err != nil {
			return err
		}
		if err := s.vacated(ctx, tx, h, p.ID); err != nil {
			return err
		}
		if s.ReopeningID == "" {
			left[s.RoundID] = append(left[s.RoundID], s.ID)
		}
	}
	added, err := pg.Do(ctx, tx, tieSQL, pg.Args{"judge": j.ID, "proposal": p.ID, "kind": "declared", "reason": reason, "at": h.at})
	if err != nil || added == 0 {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "judge", ID: j.ID, Action: "declare_tie", Place: h.place, Reason: reason,
		Data: map[string]string{"proposal": p.ID}, At: h.at}); err != nil {
		return err
	}
	if err := tellLate(ctx, tx, h, j.ID, p.ID); err != nil {
		return err
	}
	for _, r := range rounds {
		if len(left[r.ID]) == 0 {
			continue
		}
		if err := replace(ctx, tx, h, r, p, left[r.ID]); err != nil {
			return err
		}
	}
	return nil
}
