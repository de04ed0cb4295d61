package judging

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/assign"
	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// The kinds of stored plans.
const (
	Whole    = "whole"  // of a round before it opens
	Part     = "part"   // of the seats that were open, the others held
	Imported = "import" // computed elsewhere from our instance, and checked here
)

// Stored is an assignment as it was kept: what it followed from, what came out, and the fingerprints of both.
type Stored struct {
	ID         string
	RoundID    string
	No         int
	Kind       string
	Mode       string
	Instance   string
	Result     string
	InputHash  string
	ResultHash string
	Filled     int
	Needed     int
	At         time.Time
}

const (
	planColumns = `a.id::text, a.round_id::text, a.no, a.kind, a.mode, a.instance::text, a.result::text, a.input_hash, a.result_hash, a.filled, a.needed, a.at`
	lastPlanSQL = `select ` + planColumns + ` from assignment_plan a where a.round_id = @round::uuid and a.kind <> 'part' order by a.no desc limit 1`
	storedSQL   = `select ` + planColumns + ` from assignment_plan a where a.id = @id::uuid`
	plansSQL    = `select a.id::text, a.round_id::text, a.no, a.kind, a.mode, '' as instance, '' as result, a.input_hash, a.result_hash, a.filled, a.needed, a.at from assignment_plan a
  where a.round_id = @round::uuid order by a.no desc limit 50`
	storePlanSQL = `insert into assignment_plan (id, round_id, no, kind, mode, instance, result, input_hash, result_hash, filled, needed, made_by, at)
  values (@id, @round, (select coalesce(max(no), 0) + 1 from assignment_plan where round_id = @round), @kind, @mode, @instance::text::json, @result::text::json, @input, @output, @filled, @needed, nullif(@by, '')::uuid, @at)`
)

// sums are the fingerprints of an instance and a result, as a protocol file gives them.
func sums(plan Solved) (input, result string, err error) {
	a, err := replay.Compact(plan.Instance)
	if err != nil {
		return "", "", err
	}
	b, err := replay.Compact(plan.Result)
	return replay.Sum(a), replay.Sum(b), err
}

// store keeps a plan for good, with its certificate, and notes it in the round's trail.
func (s *state) store(ctx context.Context, tx pg.Tx, h hand, id, kind, mode string, plan Solved) error {
	input, result, err := sums(plan)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, storePlanSQL, pg.Args{"id": id, "round": s.round.ID, "kind": kind, "mode": mode, "instance": string(plan.Instance), "result": string(plan.Result),
		"input": input, "output": result, "filled": plan.Filled, "needed": plan.Needed, "by": h.w.By.ID, "at": h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "review_round", ID: s.round.ID, Action: "assign_" + kind, Place: s.round.Place,
		Data: map[string]any{"plan": id, "mode": mode, "input": input, "result": result, "filled": plan.Filled, "needed": plan.Needed}, At: h.at})
}

// decide is the plan whose seats are to be given now. A round that is being opened takes the one that was confirmed, as far
// as it still holds; where nobody confirmed one, it is made in mode best.
func (s *state) decide(ctx context.Context, tx pg.Tx, h hand) (Solved, error) {
	if s.round.State != Planned {
		return s.part(ctx, tx, h, usual, nil)
	}
	stored, found, err := pg.Maybe[Stored](ctx, tx, lastPlanSQL, pg.Args{"round": s.round.ID})
	if err != nil {
		return Solved{}, err
	}
	if !found {
		text, err := s.write(usual, nil)
		if err != nil {
			return Solved{}, err
		}
		plan, err := solve(text)
		if err != nil {
			return plan, err
		}
		return plan, s.store(ctx, tx, h, uuid.Must(uuid.NewV7()).String(), Whole, usual.Mode, plan)
	}
	aim, err := stored.aim()
	if err != nil {
		return Solved{}, err
	}
	plan, err := read([]byte(stored.Instance), []byte(stored.Result))
	if err != nil {
		return plan, err
	}
	if now, err := s.write(aim, nil); err != nil || bytes.Equal(now, plan.Instance) {
		return plan, err
	}
	kept := slices.DeleteFunc(plan.Pairs, func(p Seat) bool { return !s.may(p) })
	return s.part(ctx, tx, h, Aim{Mode: usual.Mode, Load: aim.Load}, kept)
}

// may tells whether a pair can still be seated.
func (s *state) may(p Seat) bool {
	return s.places[p.Project] != "" && !s.barred[p] && slices.ContainsFunc(s.judges, func(j able) bool { return j.ID == p.Judge && j.State == Accepted })
}

// part solves what is open with everything else held where it is. Where nothing new comes of it nothing is stored.
func (s *state) part(ctx context.Context, tx pg.Tx, h hand, aim Aim, kept []Seat) (Solved, error) {
	text, err := s.write(aim, kept)
	if err != nil {
		return Solved{}, err
	}
	plan, err := solve(text)
	if err != nil || !slices.ContainsFunc(plan.Pairs, func(p Seat) bool { return !s.seated[p] }) {
		return plan, err
	}
	return plan, s.store(ctx, tx, h, uuid.Must(uuid.NewV7()).String(), Part, aim.Mode, plan)
}

// aim reads what a stored plan aimed at.
func (p Stored) aim() (Aim, error) {
	var in instance
	if err := json.Unmarshal([]byte(p.Instance), &in); err != nil {
		return Aim{}, err
	}
	a := Aim{Mode: in.Mode, Load: in.Load.String(), Seed: in.Seed}
	if q, ok := new(big.Rat).SetString(in.Q.String()); ok {
		q.Mul(q, big.NewRat(100, 1))
		a.Q = int(q.Num().Int64())
	}
	return a, nil
}

// Confirmed is a plan chosen on the desk.
type Confirmed struct {
	ID   string `form:"id"`   // made by the form
	Hash string `form:"hash"` // of the instance that was shown
	Mode string `form:"mode"`
	Q    int    `form:"q"`
	Load string `form:"load"`
	Plan string `form:"-"` // the text of a plan computed elsewhere; "" computes it here
}

// Aim is what the form chose.
func (c Confirmed) Aim() Aim { return Aim{Mode: c.Mode, Q: c.Q, Load: c.Load} }

// check looks at an aim; seed stands in for the one that is drawn when a plan is confirmed.
func (a Aim) check() (Aim, error) {
	var wrong fault.Fields
	if !slices.Contains(Modes, assign.Mode(a.Mode)) {
		wrong.Add("mode", "请选择怎么分配")
	}
	if !slices.Contains(Loads, a.Load) {
		wrong.Add("load", "请选择要多平均")
	}
	if a.Mode == string(assign.Random) && (a.Q < 10 || a.Q > 100) {
		wrong.Add("q", "请填写 10 到 100 之间的整数")
	}
	if a.Mode == string(assign.Random) {
		a.Seed = trialSeed
	} else {
		a.Q = 0
	}
	return a, wrong.Err()
}

// trialSeed is the seed of a preview in mode random. The one that counts is drawn when the plan is confirmed, so that
// nobody can try seeds until they like one.
const trialSeed = "preview"

// Confirm computes the plan that was shown and keeps it: the opening of the round uses it. It is refused when anything it
// follows from has changed since it was shown.
func (b *Book) Confirm(ctx context.Context, by identity.Actor, roundID string, c Confirmed) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	aim, err := c.Aim().check()
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, done, err := b.ready(ctx, tx, h, roundID, c.ID)
		if err != nil || done {
			return err
		}
		text, err := s.write(aim, nil)
		if err != nil {
			return err
		}
		if replay.Sum(text) != c.Hash {
			return fault.New(fault.Conflict, "刚才有评委、项目或利害关系变了，请再看一遍预览，再确定")
		}
		plan, kind, err := s.settled(aim, text, c.Plan)
		if err != nil {
			return err
		}
		return s.store(ctx, tx, h, c.ID, kind, aim.Mode, plan)
	})
}

// ready is the round's state for a plan that is about to be kept; done tells that the same form came twice.
func (b *Book) ready(ctx context.Context, tx pg.Tx, h hand, roundID, planID string) (s *state, done bool, err error) {
	r, err := lockRound(ctx, tx, roundID)
	if err != nil {
		return nil, false, err
	}
	if _, done, err = pg.Maybe[Stored](ctx, tx, storedSQL, pg.Args{"id": planID}); err != nil || done {
		return nil, done, err
	}
	if r.State != Planned {
		return nil, false, fault.New(fault.Conflict, "评审已经开始，不能再换整个方案。空着的位置可以补排")
	}
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return nil, false, err
	}
	if err := detect(ctx, tx, h, r.EditionID); err != nil {
		return nil, false, err
	}
	s, err = survey(ctx, tx, r, "")
	return s, false, err
}

// settled is the plan to keep: computed here, or brought along and checked.
func (s *state) settled(aim Aim, text []byte, brought string) (Solved, string, error) {
	if brought != "" {
		plan, err := s.brought(aim, text, []byte(brought))
		return plan, Imported, err
	}
	if aim.Mode == string(assign.Random) {
		seed := make([]byte, 16)
		_, _ = rand.Read(seed) // never fails
		aim.Seed = hex.EncodeToString(seed)
		var err error
		if text, err = s.write(aim, nil); err != nil {
			return Solved{}, "", err
		}
	}
	plan, err := solve(text)
	return plan, Whole, err
}

// brought checks a plan that was computed elsewhere: only pairs that may be, and proved to be the best.
func (s *state) brought(aim Aim, text, result []byte) (Solved, error) {
	if aim.Mode == string(assign.Random) {
		return Solved{}, fault.Field("plan", "随机分配的签只能在这里抽，不能带方案来")
	}
	plan, err := read(text, result)
	if err != nil {
		return plan, fault.Field("plan", "这不是一份分配方案，请检查文件")
	}
	for _, p := range plan.Pairs {
		if s.barred[p] {
			return plan, fault.Field("plan", "方案里有一位评委和项目有利害关系，不能用")
		}
	}
	if err := replay.CheckPlan(bytes.NewReader(result), bytes.NewReader(text)); err != nil {
		return plan, fault.Field("plan", "方案没有通过核对：它不是从现在的评委和项目算出来的，或者证明不了最好")
	}
	return plan, nil
}
