package judging

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// The states of a pitch room (路演现场): the order is drawn, pitches are heard, all is over.
const (
	Drawn   = "drawn"
	Running = "running"
	Ended   = "ended"
)

// The states of a pitch: it waits, stands on the stage, was heard and is being marked, its marks are shown, or nobody came.
const (
	Waiting = "waiting"
	Up      = "up"
	Heard   = "heard"
	Shown   = "shown"
	Absent  = "absent"
)

// Stage is a pitch round's room. Its id is the round's.
type Stage struct {
	ID          string
	EditionID   string
	Edition     string // its title
	EditionEn   string
	Place       string
	RoundState  string
	MinValid    int
	TrimAt      int
	Seed        string // of the round
	State       string
	Hall        string
	StartsAt    time.Time
	PresentMin  int
	QuestionMin int
	Draws       int
	Since       *time.Time // since when the clock of the pitch on the stage runs, nil while it stands
	UsedMs      int64      // what that clock had used before
	PublicAt    *time.Time // since when everybody may see the board
	StartedAt   *time.Time
	EndedAt     *time.Time
	Events      int // lines of news so far
	Version     int
}

// Used is what the pitch on the stage has used of its time.
func (s Stage) Used(now time.Time) time.Duration {
	used := time.Duration(s.UsedMs) * time.Millisecond
	if s.Since != nil && now.After(*s.Since) {
		used += now.Sub(*s.Since)
	}
	return used
}

// Slot is a project's turn.
type Slot struct {
	ID         string
	ProposalID string
	Number     string
	Title      string
	Team       string
	Track      string
	LeadID     string
	Seq        int
	State      string
	CalledAt   *time.Time
	EndedAt    *time.Time
	UsedMs     int64
	ShownAt    *time.Time
	Reason     string
	Score      *int // hundredths, once shown
	Marks      []ShownMark
	In         int        // sheets handed in
	Seats      int        // judges who mark it
	JoinedAt   *time.Time // set where it joined after the order was drawn, and so stands behind it
	Version    int
}

// ShownMark is a judge's total when it is shown in the room: without the name.
type ShownMark struct {
	Total   int  `json:"total"`
	Dropped bool `json:"dropped"`
}

const (
	stageColumns = `s.id::text, r.edition_id::text, e.title as edition, e.title_en as edition_en, s.place::text, r.state as round_state, r.min_valid, r.trim_at, r.seed, s.state, s.hall, s.starts_at,
  s.present_min, s.question_min, s.draws, s.since, s.used_ms, s.public_at, s.started_at, s.ended_at, s.events, s.version`
	stageFrom    = ` from pitch_room s join review_round r on r.id = s.id join edition e on e.id = r.edition_id`
	stageSQL     = `select ` + stageColumns + stageFrom + ` where s.id = @id::uuid`
	lockStageSQL = `select ` + stageColumns + stageFrom + ` where s.id = @id::uuid for no key update of s`
	slotsSQL     = `select t.id::text, t.proposal_id::text, coalesce(p.number, '') as number, p.title, m.name as team, p.track, p.lead_id::text, t.seq, t.state, t.called_at, t.ended_at, t.used_ms, t.shown_at,
    t.reason, t.score, t.marks, t.joined_at, t.version,
    (select count(*) from sheet x where x.round_id = t.room_id and x.proposal_id = t.proposal_id and x.state in ('submitted', 'locked'))::int as "in",
    (select count(*) from assignment a where a.round_id = t.room_id and a.proposal_id = t.proposal_id and a.state in ('assigned', 'accepted'))::int as seats
  from pitch_slot t join proposal p on p.id = t.proposal_id join team m on m.id = p.team_id where t.room_id = @id::uuid order by t.seq`
	drawableSQL = `select p.id::text from round_entry e join proposal p on p.id = e.proposal_id and p.state in ('shortlisted', 'pitched') where e.round_id = @round::uuid order by 1`
	drawTiesSQL = `select c.judge_id::text as judge, c.proposal_id::text as project from conflict c join judge j on j.id = c.judge_id and j.state = 'accepted'
  where j.edition_id = @edition::uuid order by 1, 2`
	newRoomSQL = `insert into pitch_room (id, place, hall, starts_at, present_min, question_min, events) values (@id, @place::text::ltree, @hall, @starts, @present, @question, 1)
  on conflict do nothing`
	movedRoomSQL = `update pitch_room set hall = @hall, starts_at = @starts, draws = @draws, events = events + 1, version = version + 1 where id = @id::uuid`
	drawSQL      = `insert into pitch_draw (room_id, n, seed, input, result, reason, drawn_by, at) values (@id, @n, @seed, @input, @result, @reason, @by, @at)`
	newSlotSQL   = `insert into pitch_slot (id, room_id, proposal_id, seq) values (@id, @room, @proposal, @seq)`
	reseqSQL     = `update pitch_slot set seq = @seq, joined_at = null, version = version + 1 where room_id = @room::uuid and proposal_id = @proposal::uuid returning id::text`
	newsSQL      = `insert into board_event (room_id, n, kind, slot_id, at) values (@id, @n, @kind, nullif(@slot, '')::uuid, @at)`
)

// NewStage draws the order, or changes hall and time; a second draw needs a reason, which is published with it.
type NewStage struct {
	Hall     string    `form:"hall"`
	StartsAt time.Time `form:"starts_at,datetime"`
	Redraw   bool      `form:"redraw"`
	Reason   string    `form:"reason"`
	Version  int       `form:"version"`
}

func (n NewStage) check(now time.Time) error {
	var wrong fault.Fields
	if n.Hall == "" {
		wrong.Add("hall", "请写明在哪里路演，例如：区文化馆三楼报告厅")
	}
	if utf8.RuneCountInString(n.Hall) > 60 {
		wrong.Add("hall", "最多 %d 个字，现在是 %d 个字", 60, utf8.RuneCountInString(n.Hall))
	}
	if n.StartsAt.Before(now) {
		wrong.Add("starts_at", "请填写以后的时间")
	}
	if n.Redraw && n.Reason == "" {
		wrong.Add("reason", "请写明为什么要重新抽签，会和结果一起公布")
	}
	if utf8.RuneCountInString(n.Reason) > 200 {
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 200, utf8.RuneCountInString(n.Reason))
	}
	return wrong.Err()
}

// Draw sets up a pitch round's room: it draws the order from the seed that was published when the round opened, so that
// nobody can draw until they like it, and tells leads and judges. The n-th draw uses the seed with "/n" behind it: that
// too is fixed beforehand.
func (b *Book) Draw(ctx context.Context, by identity.Actor, roundID string, n NewStage) error {
	r, w, err := b.mine(ctx, by, roundID)
	if err != nil {
		return err
	}
	h := hand{w, r.Place, b.clock.Now()}
	if err := n.check(h.at); err != nil {
		return err
	}
	e, err := edition.Get(ctx, b.db, r.EditionID)
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if r, err = lockRound(ctx, tx, roundID); err != nil {
			return err
		}
		if r.Kind != Pitch || r.State != Open {
			return fault.New(fault.Conflict, "路演这一轮开始评审以后，才能抽签排顺序")
		}
		s, found, err := pg.Maybe[Stage](ctx, tx, lockStageSQL, pg.Args{"id": roundID})
		if err != nil {
			return err
		}
		switch {
		case found && s.Version != n.Version:
			return stageAgain(ctx, tx, by, s, n.Version, "arrange")
		case found && s.State != Drawn:
			return fault.New(fault.Conflict, "路演已经开始，顺序和时间不能再改")
		case found:
			return rearrange(ctx, tx, h, r, s, n)
		}
		if _, err := pg.Do(ctx, tx, newRoomSQL, pg.Args{"id": roundID, "place": r.Place, "hall": n.Hall, "starts": n.StartsAt, "present": max(e.Rules.PresentMin, 1),
			"question": e.Rules.QuestionMin}); err != nil {
			return err
		}
		order, err := drawOrder(ctx, tx, h, r, 1, "")
		if err != nil {
			return err
		}
		for i, p := range order {
			id := uuid.Must(uuid.NewV7()).String()
			if _, err := pg.Do(ctx, tx, newSlotSQL, pg.Args{"id": id, "room": roundID, "proposal": p, "seq": i + 1}); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, w, audit.Event{Entity: "pitch_slot", ID: id, Version: 1, Action: "draw", To: Waiting, Place: r.Place, Data: map[string]any{"proposal": p, "seq": i + 1}, At: h.at}); err != nil {
				return err
			}
		}
		if _, err := pg.Do(ctx, tx, newsSQL, pg.Args{"id": roundID, "n": 1, "kind": "draw", "slot": "", "at": h.at}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "pitch_room", ID: roundID, Version: 1, Action: "arrange", To: Drawn, Place: r.Place,
			Data: map[string]any{"seed": r.Seed, "projects": len(order)}, At: h.at}); err != nil {
			return err
		}
		return tellOrder(ctx, tx, roundID, h.at, "/1")
	})
}

// rearrange changes hall and time, and draws again where that is wanted.
func rearrange(ctx context.Context, tx pg.Tx, h hand, r Round, s Stage, n NewStage) error {
	draws := s.Draws
	if n.Redraw {
		draws++
		order, err := drawOrder(ctx, tx, h, r, draws, n.Reason)
		if err != nil {
			return err
		}
		old, err := pg.All[Slot](ctx, tx, slotsSQL, pg.Args{"id": r.ID})
		if err != nil {
			return err
		}
		at := map[string]Slot{}
		for _, t := range old {
			at[t.ProposalID] = t
		}
		if len(order) != len(old) {
			return fault.New(fault.Conflict, "抽签以后项目有变化，不能重抽。退出的项目，到时候点「没有到场」")
		}
		for i, p := range order {
			t, ok := at[p]
			if !ok {
				return fault.New(fault.Conflict, "抽签以后项目有变化，不能重抽。退出的项目，到时候点「没有到场」")
			}
			if _, err := pg.Values[string](ctx, tx, reseqSQL, pg.Args{"room": r.ID, "proposal": p, "seq": i + 1}); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "pitch_slot", ID: t.ID, Version: t.Version + 1, Action: "draw", From: Waiting, To: Waiting, Place: r.Place,
				Data: map[string]any{"proposal": p, "seq": i + 1}, At: h.at}); err != nil {
				return err
			}
		}
	}
	if _, err := pg.Do(ctx, tx, movedRoomSQL, pg.Args{"id": r.ID, "hall": n.Hall, "starts": n.StartsAt, "draws": draws}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, newsSQL, pg.Args{"id": r.ID, "n": s.Events + 1, "kind": "draw", "slot": "", "at": h.at}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "pitch_room", ID: r.ID, Version: s.Version + 1, Action: "arrange", From: Drawn, To: Drawn, Place: r.Place, Reason: n.Reason,
		Data: map[string]any{"draws": draws}, At: h.at}); err != nil {
		return err
	}
	return tellOrder(ctx, tx, r.ID, h.at, "/"+strconv.Itoa(s.Version+1))
}

// drawOrder draws and records the n-th order of a round.
func drawOrder(ctx context.Context, tx pg.Tx, h hand, r Round, n int, reason string) ([]string, error) {
	in := OrderInput{Seed: r.Seed, Conflicts: [][2]string{}}
	if n > 1 {
		in.Seed += "/" + strconv.Itoa(n)
	}
	var err error
	if in.Projects, err = pg.Values[string](ctx, tx, drawableSQL, pg.Args{"round": r.ID}); err != nil {
		return nil, err
	}
	if len(in.Projects) == 0 {
		return nil, fault.New(fault.Conflict, "没有要路演的项目")
	}
	type tie struct{ Judge, Project string }
	ties, err := pg.All[tie](ctx, tx, drawTiesSQL, pg.Args{"edition": r.EditionID})
	if err != nil {
		return nil, err
	}
	known := strings.Join(in.Projects, " ")
	for _, t := range ties {
		if strings.Contains(known, t.Project) {
			in.Conflicts = append(in.Conflicts, [2]string{t.Judge, t.Project})
		}
	}
	out, err := PitchOrder(in)
	if err != nil {
		return nil, err
	}
	input, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	result, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	_, err = pg.Do(ctx, tx, drawSQL, pg.Args{"id": r.ID, "n": n, "seed": in.Seed, "input": input, "result": result, "reason": reason, "by": h.w.By.ID, "at": h.at})
	return out.Order, err
}

// stageAgain answers a button that was shown at another version of the room.
func stageAgain(ctx context.Context, tx pg.Tx, by identity.Actor, s Stage, version int, action string) error {
	done, err := audit.Did(ctx, tx, by, "pitch_room", s.ID, version+1, action)
	if err == nil && !done {
		err = stale()
	}
	return err
}
