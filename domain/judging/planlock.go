package judging

import (
	"bytes"
	"context"
	"fmt"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// Pairing names a judge and a project.
type Pairing struct {
	JudgeID    string `form:"judge_id"`
	ProposalID string `form:"proposal_id"`
}

const (
	lockSQL   = `insert into seat_lock (round_id, judge_id, proposal_id, by_person, at) values (@round, @judge, @proposal, @by, @at) on conflict do nothing`
	unlockSQL = `delete from seat_lock where round_id = @round::uuid and judge_id::text = @judge and proposal_id::text = @proposal`
)

// Lock fixes a pair by hand before the round opens; every plan then holds it. A pair in conflict is refused, here and by
// the database.
func (b *Book) Lock(ctx context.Context, by identity.Actor, roundID string, n Pairing) error {
	return b.pairing(ctx, by, roundID, n, "lock_pair", func(ctx context.Context, tx pg.Tx, h hand, s *state) (int64, error) {
		pair := Seat{n.JudgeID, n.ProposalID}
		var wrong fault.Fields
		if s.places[n.ProposalID] == "" {
			wrong.Add("proposal_id", "请选一个项目")
		}
		if s.places[n.ProposalID] != "" && s.barred[pair] {
			wrong.Add("judge_id", "这位评委和这个项目有利害关系，不能安排")
		} else if s.places[n.ProposalID] != "" && !s.may(pair) {
			wrong.Add("judge_id", "请选一位已经接受邀请的评委")
		}
		per := 0
		for _, l := range s.locks {
			if l.Project == n.ProposalID && l != pair {
				per++
			}
		}
		if per >= s.round.Panel {
			wrong.Add("proposal_id", "这个项目的 %d 个位置都已经定好了", s.round.Panel)
		}
		if err := wrong.Err(); err != nil {
			return 0, err
		}
		return pg.Do(ctx, tx, lockSQL, pg.Args{"round": roundID, "judge": n.JudgeID, "proposal": n.ProposalID, "by": by.ID, "at": h.at})
	})
}

// Unlock lets a pair go.
func (b *Book) Unlock(ctx context.Context, by identity.Actor, roundID string, n Pairing) error {
	return b.pairing(ctx, by, roundID, n, "unlock_pair", func(ctx context.Context, tx pg.Tx, _ hand, _ *state) (int64, error) {
		return pg.Do(ctx, tx, unlockSQL, pg.Args{"round": roundID, "judge": n.JudgeID, "proposal": n.ProposalID})
	})
}

func (b *Book) pairing(ctx context.Context, by identity.Actor, roundID string, n Pairing, action string, change func(context.Context, pg.Tx, hand, *state) (int64, error)) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.State != Planned {
			return fault.New(fault.Conflict, "评审已经开始，不能再换整个方案。空着的位置可以补排")
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		s, err := survey(ctx, tx, r, "")
		if err != nil {
			return err
		}
		changed, err := change(ctx, tx, h, s)
		if err != nil || changed == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: roundID, Action: action, Place: r.Place,
			Data: map[string]string{"judge": n.JudgeID, "proposal": n.ProposalID}, At: h.at})
	})
}

// Limits are how many projects a judge may get, at least and at most; 0 at most for no limit.
type Limits struct {
	Least int `form:"least"`
	Most  int `form:"most"`
}

const limitsSQL = `update judge set load_min = @least, load_max = @most where id = @id::uuid`

// Limit sets a judge's load before or during a round; seats they have stay.
func (b *Book) Limit(ctx context.Context, by identity.Actor, judgeID string, n Limits) error {
	j, e, w, err := b.chair(ctx, by, judgeID)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if n.Least < 0 || n.Least > 500 {
		wrong.Add("least", "请填写 0 到 500 之间的整数")
	}
	if n.Most < 0 || n.Most > 500 {
		wrong.Add("most", "请填写 1 到 500 之间的整数，不填就是不限")
	} else if n.Most > 0 && n.Most < n.Least {
		wrong.Add("most", "最多不能比最少还少")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Do(ctx, tx, limitsSQL, pg.Args{"id": judgeID, "least": n.Least, "most": n.Most}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "judge", ID: j.ID, Action: "limit", Place: e.Place, Data: n, At: b.clock.Now()})
	})
}

const (
	allPlansSQL = `select ` + planColumns + ` from assignment_plan a order by a.round_id, a.no`
	bothSQL     = `select 'assignment ' || a.id || ': a seat in spite of a tie' from assignment a join review_round r on r.id = a.round_id and r.state <> 'closed'
    join conflict c on c.judge_id = a.judge_id and c.proposal_id = a.proposal_id where a.state in ('assigned', 'accepted')
  union all select 'sheet ' || s.id || ': counts in spite of a tie' from sheet s join review_round r on r.id = s.round_id and r.state <> 'closed'
    join conflict c on c.judge_id = s.judge_id and c.proposal_id = s.proposal_id where s.state <> 'invalid' order by 1 limit 100`
)

// VerifyPlans checks every stored plan anew, with a checker that shares nothing with what made it, its fingerprints, and that
// nobody has a seat in spite of a tie. It tells how many plans there are and what is broken.
func VerifyPlans(ctx context.Context, q pg.Reader) (n int64, broken []string, err error) {
	if broken, err = pg.Values[string](ctx, q, bothSQL, nil); err != nil {
		return 0, nil, err
	}
	err = pg.Each(ctx, q, allPlansSQL, nil, func(p Stored) error {
		n++
		input, result, err := sums(Solved{Instance: []byte(p.Instance), Result: []byte(p.Result)})
		if err == nil && (input != p.InputHash || result != p.ResultHash) {
			err = fmt.Errorf("its fingerprints are of something else")
		}
		if err == nil {
			err = replay.CheckPlan(bytes.NewReader([]byte(p.Result)), bytes.NewReader([]byte(p.Instance)))
		}
		if err != nil {
			broken = append(broken, fmt.Sprintf("plan %s: %v", p.ID, err))
		}
		return nil
	})
	return n, broken, err
}
