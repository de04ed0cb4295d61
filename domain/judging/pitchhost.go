package judging

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// StageStep is a button of the host's screen: pressed at which version of the room, on which pitch.
type StageStep struct {
	Do      string `form:"do"`
	Slot    string `form:"slot"`
	Reason  string `form:"reason"`
	Sure    bool   `form:"sure"`
	Version int    `form:"version"`
}

// The host's buttons.
const (
	DoNext    = "next"    // the pitch on the stage is over, the next one is called
	DoStart   = "start"   // the clock runs
	DoPause   = "pause"   // the clock stands
	DoBack    = "back"    // the last call was a mistake
	DoAbsent  = "absent"  // nobody came: the project is withdrawn
	DoReveal  = "reveal"  // the marks are shown
	DoPublish = "publish" // everybody may see the board
	DoHide    = "hide"
	DoEnd     = "end"
)

const (
	stageMovedSQL = `update pitch_room set state = @state, since = @since, used_ms = @used, public_at = @public, started_at = @started, ended_at = @ended, events = events + 1, version = version + 1 where id = @id::uuid`
	callSQL       = `update pitch_slot set state = 'up', called_at = coalesce(called_at, @at), ended_at = null, version = version + 1 where id = @id::uuid`
	uncallSQL     = `update pitch_slot set state = 'waiting', called_at = null, version = version + 1 where id = @id::uuid`
	heardSQL      = `update pitch_slot set state = 'heard', ended_at = @at, used_ms = @used, version = version + 1 where id = @id::uuid`
	absentSQL     = `update pitch_slot set state = 'absent', ended_at = @at, version = version + 1 where id = @id::uuid`
)

// turn is one press of the host's: the room and its pitches as they are locked.
type turn struct {
	h     hand
	by    identity.Actor
	r     Round
	s     Stage
	slots []Slot
	step  StageStep
}

// Step answers a button of the host's screen. Two windows do not disagree: whoever presses on an old screen is told so,
// and the same press sent twice counts once.
func (b *Book) Step(ctx context.Context, by identity.Actor, roundID string, p StageStep) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	act, known := acts[p.Do]
	if !known {
		return fault.New(fault.Invalid, "请从页面上的按钮操作")
	}
	h := hand{w, r.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if p.Do == DoReveal { // in the jury's order of locks: what is being handed in is waited for
			if r, err = lockRound(ctx, tx, roundID); err != nil {
				return err
			}
			if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
				return err
			}
		}
		t := &turn{h: h, by: by, r: r, step: p}
		if t.s, err = pg.One[Stage](ctx, tx, lockStageSQL, pg.Args{"id": roundID}); err != nil {
			return err
		}
		if t.s.Version != p.Version {
			return stageAgain(ctx, tx, by, t.s, p.Version, p.Do)
		}
		if t.s.RoundState != Open || t.s.State == Ended && p.Do != DoPublish && p.Do != DoHide {
			return fault.New(fault.Conflict, "这场路演已经结束了")
		}
		if t.slots, err = pg.All[Slot](ctx, tx, slotsSQL, pg.Args{"id": roundID}); err != nil {
			return err
		}
		from := t.s.State
		slot, err := act(ctx, tx, t)
		if err != nil {
			return err
		}
		return t.keep(ctx, tx, from, slot)
	})
}

var acts = map[string]func(context.Context, pg.Tx, *turn) (string, error){
	DoNext: next, DoStart: start, DoPause: pause, DoBack: back, DoAbsent: absent, DoReveal: reveal, DoPublish: publish, DoHide: hide, DoEnd: end}

// keep writes the room as the step leaves it, its line of news and its line in the trail.
func (t *turn) keep(ctx context.Context, tx pg.Tx, from, slot string) error {
	s := t.s
	if _, err := pg.Do(ctx, tx, stageMovedSQL, pg.Args{"id": s.ID, "state": s.State, "since": s.Since, "used": s.UsedMs, "public": s.PublicAt, "started": s.StartedAt, "ended": s.EndedAt}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, newsSQL, pg.Args{"id": s.ID, "n": s.Events + 1, "kind": t.step.Do, "slot": slot, "at": t.h.at}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, t.h.w, audit.Event{Entity: "pitch_room", ID: s.ID, Version: s.Version + 1, Action: t.step.Do, From: from, To: s.State, Place: s.Place,
		Reason: t.step.Reason, Data: map[string]string{"slot": slot}, At: t.h.at})
}

// move takes a pitch to another state with a statement of its own.
func (t *turn) move(ctx context.Context, tx pg.Tx, slot Slot, to, sql string, args pg.Args) error {
	args["id"] = slot.ID
	if _, err := pg.Do(ctx, tx, sql, args); err != nil {
		return err
	}
	return audit.Record(ctx, tx, t.h.w, audit.Event{Entity: "pitch_slot", ID: slot.ID, Version: slot.Version + 1, Action: t.step.Do, From: slot.State, To: to, Place: t.s.Place, Reason: t.step.Reason, At: t.h.at})
}

// stop stands the clock and takes what it showed.
func (t *turn) stop() {
	t.s.UsedMs, t.s.Since = t.s.Used(t.h.at).Milliseconds(), nil
}

func next(ctx context.Context, tx pg.Tx, t *turn) (string, error) {
	up, on := currentOf(t.slots)
	if on {
		t.stop()
		if err := t.move(ctx, tx, up, Heard, heardSQL, pg.Args{"at": t.h.at, "used": t.s.UsedMs}); err != nil {
			return "", err
		}
	}
	t.s.UsedMs, t.s.Since = 0, nil
	if t.s.State == Drawn {
		t.s.State, t.s.StartedAt = Running, &t.h.at
	}
	for _, s := range t.slots {
		if s.State == Waiting {
			return s.ID, t.move(ctx, tx, s, Up, callSQL, pg.Args{"at": t.h.at})
		}
	}
	if !on {
		return "", fault.New(fault.Conflict, "后面没有项目了")
	}
	return up.ID, nil
}

func start(_ context.Context, _ pg.Tx, t *turn) (string, error) {
	up, on := currentOf(t.slots)
	if !on {
		return "", fault.New(fault.Conflict, "台上没有项目，请先点「下一个」")
	}
	if t.s.Since == nil {
		t.s.Since = &t.h.at
	}
	return up.ID, nil
}

func pause(_ context.Context, _ pg.Tx, t *turn) (string, error) {
	up, on := currentOf(t.slots)
	if !on {
		return "", fault.New(fault.Conflict, "台上没有项目，请先点「下一个」")
	}
	t.stop()
	return up.ID, nil
}

// back takes back the last call: the project on the stage waits again, and the one before stands there again unless its
// marks are shown already.
func back(ctx context.Context, tx pg.Tx, t *turn) (string, error) {
	up, on := currentOf(t.slots)
	if on && (t.s.UsedMs > 0 || t.s.Since != nil) {
		return "", fault.New(fault.Conflict, "这个项目已经开始讲了，不能退回。讲错了顺序，请讲完再叫")
	}
	var last Slot
	for _, s := range t.slots {
		if s.State == Heard && (!on || s.Seq < up.Seq) {
			last = s
		}
	}
	if !on && last.ID == "" {
		return "", fault.New(fault.Conflict, "前面没有可以退回的项目")
	}
	if on {
		if err := t.move(ctx, tx, up, Waiting, uncallSQL, pg.Args{}); err != nil {
			return "", err
		}
	}
	t.s.UsedMs, t.s.Since = 0, nil
	if last.ID == "" {
		return up.ID, nil
	}
	t.s.UsedMs = last.UsedMs
	return last.ID, t.move(ctx, tx, last, Up, callSQL, pg.Args{"at": t.h.at})
}

// absentReason is what a team that did not come reads: it is withdrawn (DOMAIN §7.2).
const absentReason = "路演没有到场，按退出处理"

func absent(ctx context.Context, tx pg.Tx, t *turn) (string, error) {
	slot, err := t.named()
	if err != nil {
		return "", err
	}
	if !t.step.Sure {
		return "", fault.Field("sure", "没有到场就按退出处理，不能恢复。确定的话请打勾")
	}
	if slot.State == Up {
		if t.s.UsedMs > 0 || t.s.Since != nil {
			return "", fault.New(fault.Conflict, "这个项目已经开始讲了，不能算没有到场")
		}
		t.s.Since = nil
	}
	if err := t.move(ctx, tx, slot, Absent, absentSQL, pg.Args{"at": t.h.at}); err != nil {
		return "", err
	}
	p, err := proposal.Lock(ctx, tx, slot.ProposalID)
	if err != nil {
		return "", err
	}
	if p.State == proposal.Shortlisted || p.State == proposal.Pitched {
		if err := proposal.Move(ctx, tx, t.h.w, proposal.Step{ID: slot.ProposalID, To: proposal.Withdrawn, Reason: absentReason, At: t.h.at}); err != nil {
			return "", err
		}
	}
	text := fault.Say("项目「%s」路演没有到场，按退出处理了。有疑问请联系区社区办", slot.Title)
	return slot.ID, notice.Tell(ctx, tx, notice.Letter{Code: "N07", To: []string{slot.LeadID}, Text: text, Link: "/proposals/" + slot.ProposalID, Key: slot.ID + "/absent", At: t.h.at})
}

// named is the pitch the button stands beside.
func (t *turn) named() (Slot, error) {
	for _, s := range t.slots {
		if s.ID == t.step.Slot {
			return s, nil
		}
	}
	return Slot{}, fault.Missing()
}

func publish(_ context.Context, _ pg.Tx, t *turn) (string, error) {
	if t.s.PublicAt == nil {
		t.s.PublicAt = &t.h.at
	}
	return "", nil
}

func hide(_ context.Context, _ pg.Tx, t *turn) (string, error) {
	t.s.PublicAt = nil
	return "", nil
}

func end(ctx context.Context, tx pg.Tx, t *turn) (string, error) {
	if err := awaited(ctx, tx, t.r); err != nil {
		return "", err
	}
	for _, s := range t.slots {
		if s.State != Shown && s.State != Absent {
			return "", fault.New(fault.Conflict, "「%s」还没有亮分，路演还不能结束", s.Title)
		}
	}
	t.s.State, t.s.EndedAt, t.s.Since, t.s.UsedMs = Ended, &t.h.at, nil, 0
	return "", nil
}

const stageStateSQL = `select s.state from pitch_room s where s.id = @id::uuid`

// stageOver refuses to close a round whose pitches are still going on.
func stageOver(ctx context.Context, q pg.Reader, r Round) error {
	state, err := pg.Values[string](ctx, q, stageStateSQL, pg.Args{"id": r.ID})
	if err == nil && len(state) > 0 && state[0] != Ended {
		err = fault.New(fault.Conflict, "路演还没有结束。请在路演主持页点「路演结束」以后，再结束评审")
	}
	return err
}

// clockOf is a pitch's whole time.
func (s Stage) clockOf() time.Duration {
	return time.Duration(s.PresentMin+s.QuestionMin) * time.Minute
}
