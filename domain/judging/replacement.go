package judging

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Replacement is a judge's chair in a reopening, as the district sees it.
type Replacement struct {
	ID         string // of the assignment
	Chair      int
	JudgeID    string
	PersonID   string
	Judge      string
	State      string // of the assignment
	Reason     string // why it was given up
	SheetState string // "" for nothing marked yet
}

// Live tells whether the judge is to mark the project.
func (p Replacement) Live() bool { return p.State == Assigned || p.State == Taken }

// In tells whether the sheet is handed in.
func (p Replacement) In() bool { return p.SheetState == Submitted || p.SheetState == Locked }

const (
	replacementsSQL = `select a.id::text, a.chair, a.judge_id::text, j.person_id::text, u.name as judge, a.state, a.reason, coalesce(s.state, '') as sheet_state
  from assignment a join judge j on j.id = a.judge_id join person u on u.id = j.person_id left join sheet s on s.assignment_id = a.id where a.reopening_id = @id::uuid order by a.at, a.id`
	replaceSeatSQL = `insert into assignment (id, round_id, judge_id, proposal_id, place, reopening_id, chair, at) values (@id, @round, @judge, @proposal, @place::text::ltree, @reopening, @chair, @at)`
	pickedSQL      = `update reopening set closes_at = @closes, version = version + 1 where id = @id::uuid`
)

// Picked is a judge chosen to mark a reopened project, and until when.
type Picked struct {
	JudgeID  string    `form:"judge_id"`
	ClosesAt time.Time `form:"closes_at,datetime"`
	Version  int       `form:"version"`
}

func (n Picked) check(now time.Time) error {
	var wrong fault.Fields
	if n.JudgeID == "" {
		wrong.Add("judge_id", "请选一位评委")
	}
	if !n.ClosesAt.After(now) {
		wrong.Add("closes_at", "请填写以后的时间，评委要在这之前交评分表")
	}
	return wrong.Err()
}

// Pick gives a chair of a reopening to a judge without a tie to the project, who has the ordinary notice and the ordinary sheet. The
// plan is stored with its certificate: as it was suggested, or with the choice held fixed.
func (b *Book) Pick(ctx context.Context, by identity.Actor, reopeningID string, n Picked) error {
	o, r, w, err := b.reopening(ctx, by, reopeningID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	if err := n.check(h.at); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, r.ID); err != nil {
			return err
		}
		if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
			return err
		}
		if o, err = pg.One[Reopening](ctx, tx, lockReopeningSQL, pg.Args{"id": o.ID}); err != nil {
			return err
		}
		if o.Version != n.Version {
			return pickedBefore(ctx, tx, by, o, n)
		}
		if o.State != Open {
			return fault.New(fault.Conflict, "这个项目的补评已经结束了")
		}
		if err := detect(ctx, tx, h, r.EditionID); err != nil {
			return err
		}
		return seatReplacement(ctx, tx, h, r, o, n)
	})
}

// pickedBefore answers a button that was shown at another version: the same choice by the same person is well, anything else is stale.
func pickedBefore(ctx context.Context, tx pg.Tx, by identity.Actor, o Reopening, n Picked) error {
	done, err := audit.Did(ctx, tx, by, "reopening", o.ID, n.Version+1, "pick")
	if err != nil {
		return err
	}
	seats, err := pg.All[Replacement](ctx, tx, replacementsSQL, pg.Args{"id": o.ID})
	if err == nil && (!done || !slices.ContainsFunc(seats, func(p Replacement) bool { return p.JudgeID == n.JudgeID && p.Live() })) {
		err = stale()
	}
	return err
}

// seatReplacement puts a judge on the first free chair.
func seatReplacement(ctx context.Context, tx pg.Tx, h hand, r Round, o Reopening, n Picked) error {
	taken, err := pg.All[Replacement](ctx, tx, replacementsSQL, pg.Args{"id": o.ID})
	if err != nil {
		return err
	}
	free := freeChairs(o, taken)
	if len(free) == 0 {
		return fault.New(fault.Conflict, "补评的评委已经选好了。要换人的话，请先把原来的换下")
	}
	s, err := survey(ctx, tx, r, o.ProposalID)
	if err != nil {
		return err
	}
	pair := Seat{n.JudgeID, o.ProposalID}
	switch {
	case s.barred[pair] || s.seated[pair]:
		return fault.Field("judge_id", "这位评委和这个项目有利害关系，或者已经评过它，不能补评")
	case !s.may(pair):
		return fault.Field("judge_id", "请选一位已经接受邀请的评委")
	}
	if err := s.certify(ctx, tx, h, pair); err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7()).String()
	if _, err := pg.Do(ctx, tx, replaceSeatSQL, pg.Args{"id": id, "round": r.ID, "judge": n.JudgeID, "proposal": o.ProposalID, "place": o.Place, "reopening": o.ID,
		"chair": free[0], "at": h.at}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "assignment", ID: id, Version: 1, Action: "assign", To: Assigned, Place: o.Place,
		Data: map[string]string{"judge": n.JudgeID, "proposal": o.ProposalID, "reopening": o.ID}, At: h.at}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, pickedSQL, pg.Args{"id": o.ID, "closes": n.ClosesAt}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "reopening", ID: o.ID, Version: o.Version + 1, Action: "pick", From: Open, To: Open, Place: o.Place,
		Data: map[string]any{"judge": n.JudgeID, "closes": n.ClosesAt}, At: h.at}); err != nil {
		return err
	}
	return callReplacement(ctx, tx, h, id, n, o)
}

// callReplacement tells a judge that a project waits for them.
func callReplacement(ctx context.Context, tx pg.Tx, h hand, seat string, n Picked, o Reopening) error {
	person, err := pg.Value[string](ctx, tx, personSQL, pg.Args{"id": n.JudgeID})
	if err != nil {
		return err
	}
	p, err := proposal.Get(ctx, tx, o.ProposalID)
	if err != nil {
		return err
	}
	title, err := titleOf(ctx, tx, p)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」有评分表作废，请您补评，%s 前交评分表。和它有关系的话，请回避", title, stamp(n.ClosesAt))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{person}, Text: text, Link: "/review/" + seat, Key: seat, At: h.at})
}

// freeChairs are the chairs nobody sits on.
func freeChairs(o Reopening, seats []Replacement) []int {
	var free []int
	for chair := 1; chair <= o.Need; chair++ {
		if !slices.ContainsFunc(seats, func(p Replacement) bool { return p.Chair == chair && p.Live() }) {
			free = append(free, chair)
		}
	}
	return free
}

// suggestion is the plan that gives the free chairs of a reopening to those who suit the project best.
func (s *state) suggestion(free int) (Solved, error) {
	s.again, s.want = true, free
	text, err := s.write(usual, nil)
	if err != nil {
		return Solved{}, err
	}
	return solve(text)
}

// certify stores the plan by which a judge takes a chair: the best one where it says the same, else one that holds the choice.
func (s *state) certify(ctx context.Context, tx pg.Tx, h hand, pair Seat) error {
	plan, err := s.suggestion(1)
	if err != nil {
		return err
	}
	if slices.Contains(plan.Pairs, pair) {
		return s.store(ctx, tx, h, uuid.Must(uuid.NewV7()).String(), Part, usual.Mode, plan)
	}
	s.want = 0
	_, err = s.part(ctx, tx, h, usual, []Seat{pair})
	return err
}

// Choosing is a judge who may take a chair of a reopening.
type Choosing struct {
	ID        string
	Name      string
	Unit      string
	Suggested bool // by the plan: nobody suits better
}

// ReopeningView is a reopening on the desk.
type ReopeningView struct {
	Reopening
	Edition  edition.Edition
	Round    Round
	Number   string
	Title    string
	Valid    int // locked sheets that count
	Seats    []Replacement
	Free     int        // chairs nobody sits on
	Able     []Choosing // who may take one, the suggested first
	May      bool       // the reader may pick and close
	Now      time.Time
	CertHash string // fingerprint of the plan behind the suggestion
}

// Ready tells whether the reopening can be closed.
func (v ReopeningView) Ready() bool {
	in := 0
	for _, s := range v.Seats {
		if s.Live() && s.In() {
			in++
		}
	}
	return v.State == Open && v.Free == 0 && in == v.Need
}

// Reopening is one reopening for those who may read the sheets.
func (b *Book) Reopening(ctx context.Context, by identity.Actor, id string) (ReopeningView, error) {
	v := ReopeningView{Now: b.clock.Now()}
	var err error
	if v.Reopening, err = pg.One[Reopening](ctx, b.db, reopeningSQL, pg.Args{"id": id}); err != nil {
		return v, err
	}
	if v.Edition, err = seen(ctx, b.db, by, v.EditionID); err != nil {
		return v, err
	}
	if v.Round, err = pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": v.RoundID}); err != nil {
		return v, err
	}
	p, err := proposal.Get(ctx, b.db, v.ProposalID)
	if err != nil {
		return v, err
	}
	v.Number, v.Title = p.Number, p.Title
	if v.Valid, err = pg.Value[int](ctx, b.db, validSQL, pg.Args{"round": v.RoundID, "proposal": v.ProposalID}); err != nil {
		return v, err
	}
	if v.Seats, err = pg.All[Replacement](ctx, b.db, replacementsSQL, pg.Args{"id": id}); err != nil {
		return v, err
	}
	v.May = v.State == Open && by.Can(identity.RunRounds, v.Round.Place)
	if v.State == Open {
		v.Free = len(freeChairs(v.Reopening, v.Seats))
	}
	if v.May && v.Free > 0 {
		err = v.able(ctx, b.db)
	}
	return v, err
}

// able lists who may take a free chair, by the same computation that gives a round its judges.
func (v *ReopeningView) able(ctx context.Context, q pg.Reader) error {
	s, err := survey(ctx, q, v.Round, v.ProposalID)
	if err != nil {
		return err
	}
	plan, err := s.suggestion(v.Free)
	if err != nil {
		return err
	}
	if _, v.CertHash, err = sums(plan); err != nil {
		return err
	}
	jury, err := pg.All[Judge](ctx, q, judgesSQL, pg.Args{"edition": v.EditionID})
	if err != nil {
		return err
	}
	for _, j := range jury {
		pair := Seat{j.ID, v.ProposalID}
		if s.may(pair) && !s.seated[pair] {
			v.Able = append(v.Able, Choosing{ID: j.ID, Name: j.Name, Unit: j.Unit, Suggested: slices.Contains(plan.Pairs, pair)})
		}
	}
	slices.SortStableFunc(v.Able, func(a, b Choosing) int {
		switch {
		case a.Suggested == b.Suggested:
			return 0
		case a.Suggested:
			return -1
		}
		return 1
	})
	return nil
}

// vacant tells the district's staff that a replacement has given the project up: somebody else has to be picked.
func vacant(ctx context.Context, tx pg.Tx, h hand, p proposal.Proposal, reopeningID, seatID string) error {
	text := fault.Say("「%s」补评的评委不能评了，请再选一位", p.Title)
	return tellStaff(ctx, tx, h, h.place, text, "/desk/reopenings/"+reopeningID, seatID+"/vacant")
}
