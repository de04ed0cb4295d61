package judging

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// ConflictKinds names the kinds of ties (利害关系): where there is one, the judge cannot be assigned.
var ConflictKinds = map[string]string{"declared": "评委自己说明", "same_person": "评委就是领办人", "team": "评委是团队成员",
	"community_staff": "评委是这个社区的工作人员", "helper": "评委帮忙填过申报书"}

const (
	// The ties the house can see by itself (DOMAIN §5.2-2), with the live seat they make impossible, if any.
	tiesSQL = `select distinct on (t.judge_id, t.proposal_id) t.judge_id::text, t.proposal_id::text, t.kind, coalesce(a.id::text, '') as assignment_id from (
    select j.id as judge_id, p.id as proposal_id, 'same_person' as kind, 1 as weight from judge j join proposal p on p.edition_id = j.edition_id and p.lead_id = j.person_id
      where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'team', 2 from judge j join proposal p on p.edition_id = j.edition_id
      join team_member m on m.team_id = p.team_id and m.person_id = j.person_id and m.state in ('accepted', 'applied', 'left') where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'helper', 3 from judge j join proposal p on p.edition_id = j.edition_id and (p.acting_helper = j.person_id or helped(j.person_id, p.id)) where j.edition_id = @edition::uuid
    union all select j.id, p.id, 'community_staff', 4 from judge j join proposal p on p.edition_id = j.edition_id
      where j.edition_id = @edition::uuid and (p.opinion_by = j.person_id or exists (select from role_grant g
        where g.person_id = j.person_id and g.until is null and g.role in ('community_staff', 'community_head') and p.place <@ g.place))) t
  join proposal p on p.id = t.proposal_id and p.state in ('eligible', 'shortlisted', 'pitched')
  left join assignment a on a.judge_id = t.judge_id and a.proposal_id = t.proposal_id and a.state in ('assigned', 'accepted')
    and exists (select from review_round o where o.id = a.round_id and o.state <> 'closed')
  where not exists (select from conflict c where c.judge_id = t.judge_id and c.proposal_id = t.proposal_id)
  order by t.judge_id, t.proposal_id, t.weight`
	tieSQL = `insert into conflict (judge_id, proposal_id, kind, reason, at) values (@judge, @proposal, @kind, @reason, @at) on conflict do nothing`
)

// hand is what a verb of the jury carries: who by which right, where, and when.
type hand struct {
	w     identity.Warrant
	place string // the edition's
	at    time.Time
}

// detect writes down the ties that can be seen, and takes away the seats they make impossible.
func detect(ctx context.Context, tx pg.Tx, h hand, editionID string) error {
	type tie struct{ JudgeID, ProposalID, Kind, AssignmentID string }
	ties, err := pg.All[tie](ctx, tx, tiesSQL, pg.Args{"edition": editionID})
	if err != nil {
		return err
	}
	for _, t := range ties {
		if t.AssignmentID != "" {
			if err := unseat(ctx, tx, h, t.AssignmentID, ConflictKinds[t.Kind]); err != nil {
				return err
			}
		}
		if _, err := pg.Do(ctx, tx, tieSQL, pg.Args{"judge": t.JudgeID, "proposal": t.ProposalID, "kind": t.Kind, "reason": "", "at": h.at}); err != nil {
			return err
		}
	}
	return nil
}

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
	lastRoundSQL = `select ` + roundColumns + ` from review_round r where r.edition_id = @edition::uuid order by (r.state = 'open') desc, r.seq desc limit 1 for share`
	liveSeatSQL  = `select a.id::text from assignment a where a.judge_id = @judge::uuid and a.proposal_id = @proposal::uuid and a.state in ('assigned', 'accepted')
    and exists (select from review_round o where o.id = a.round_id and o.state <> 'closed') order by a.id`
)

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
	// The round first, whatever its state: one that is just being opened or closed is waited for.
	round, _, err := pg.Maybe[Round](ctx, tx, lastRoundSQL, pg.Args{"edition": j.EditionID})
	if err != nil {
		return err
	}
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": j.EditionID}); err != nil {
		return err
	}
	seats, err := pg.Values[string](ctx, tx, liveSeatSQL, pg.Args{"judge": j.ID, "proposal": p.ID})
	if err != nil {
		return err
	}
	if len(seats) > 0 && round.State != Open {
		return fault.New(fault.Conflict, "这个项目的评审已经结束。有新情况请告诉区社区办")
	}
	for _, id := range seats {
		if err := unseat(ctx, tx, h, id, reason); err != nil {
			return err
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
	if len(seats) == 0 {
		return nil
	}
	return replace(ctx, tx, h, round, p, seats)
}
