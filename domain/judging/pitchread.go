package judging

import (
	"context"
	"encoding/json"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// DrawRecord is a recorded draw, as it is published.
type DrawRecord struct {
	N      int
	Seed   string
	Input  string // JSON of an OrderInput
	Result string // JSON of an OrderResult
	Reason string
	By     string
	At     time.Time
}

// Exits are how often the tied judges leave the room, in all.
func (d DrawRecord) Exits() int {
	var out OrderResult
	_ = json.Unmarshal([]byte(d.Result), &out) // it was written by drawOrder
	sum := 0
	for _, n := range out.Exits {
		sum += n
	}
	return sum
}

// Hand tells how far a judge is with the pitch that is being marked: whether the sheet is in, never what is on it.
type Hand struct {
	AssignmentID string
	JudgeID      string
	Judge        string
	State        string // of the sheet: "" for none yet
}

// In tells whether the sheet is handed in.
func (h Hand) In() bool { return h.State == Submitted || h.State == Locked }

// HostView is the room for who runs it.
type HostView struct {
	Round  Round
	Stage  Stage // zero until the order is drawn
	Slots  []Slot
	Draws  []DrawRecord
	Hands  map[string][]Hand // by proposal: those on the stage, or heard and not yet shown
	Minute Minute
	Jury   []Judge
	Now    time.Time
}

// Current is the pitch on the stage.
func (v HostView) Current() (Slot, bool) { return currentOf(v.Slots) }

func currentOf(slots []Slot) (Slot, bool) {
	for _, t := range slots {
		if t.State == Up {
			return t, true
		}
	}
	return Slot{}, false
}

const (
	orderDrawsSQL = `select d.n, d.seed, d.input::text, d.result::text, d.reason, p.name as by, d.at from pitch_draw d join person p on p.id = d.drawn_by where d.room_id = @id::uuid order by d.n`
	handsSQL      = `select t.proposal_id::text as project, a.id::text as assignment_id, a.judge_id::text, u.name as judge, coalesce(x.state, '') as state from pitch_slot t
    join assignment a on a.round_id = t.room_id and a.proposal_id = t.proposal_id and a.state in ('assigned', 'accepted') join judge j on j.id = a.judge_id join person u on u.id = j.person_id
    left join sheet x on x.assignment_id = a.id where t.room_id = @id::uuid and t.state in ('up', 'heard') order by t.seq, u.name, a.id`
	roundJurySQL = `select ` + judgeColumns + ` from judge j join person p on p.id = j.person_id where j.edition_id = @edition::uuid and j.state = 'accepted' order by p.name, j.id`
)

// Host is the room of a pitch round, for those who may read its sheets. Nobody's marks are in it before they are shown.
func (b *Book) Host(ctx context.Context, by identity.Actor, roundID string) (HostView, error) {
	v := HostView{Hands: map[string][]Hand{}, Now: b.clock.Now()}
	var err error
	if v.Round, err = pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	if !by.Sees(identity.ReadSheets, v.Round.Place) || v.Round.Kind != Pitch {
		return v, fault.Missing()
	}
	if v.Jury, err = pg.All[Judge](ctx, b.db, roundJurySQL, pg.Args{"edition": v.Round.EditionID}); err != nil {
		return v, err
	}
	s, found, err := pg.Maybe[Stage](ctx, b.db, stageSQL, pg.Args{"id": roundID})
	if err != nil || !found {
		return v, err
	}
	v.Stage = s
	if v.Slots, err = pg.All[Slot](ctx, b.db, slotsSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	if v.Draws, err = pg.All[DrawRecord](ctx, b.db, orderDrawsSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	type row struct {
		Project string
		Hand
	}
	hands, err := pg.All[row](ctx, b.db, handsSQL, pg.Args{"id": roundID})
	for _, r := range hands {
		v.Hands[r.Project] = append(v.Hands[r.Project], r.Hand)
	}
	if err != nil {
		return v, err
	}
	v.Minute, _, err = pg.Maybe[Minute](ctx, b.db, minuteSQL, pg.Args{"id": roundID})
	return v, err
}

// FollowView is the room on a judge's phone.
type FollowView struct {
	Stage  Stage
	Slots  []Slot
	Seat   string // the judge's assignment for the pitch on the stage, "" when they have none
	Sheet  string // the state of their sheet for it
	Tied   bool   // the judge is tied to it and leaves the room
	Owed   []Owed // heard before, and the judge's sheet is not in
	EndsAt *time.Time
}

// Owed is a pitch that was heard and waits for the judge's sheet.
type Owed struct {
	ID     string // of the assignment
	Number string
	Title  string
}

const (
	myJudgeSQL = `select j.id::text from judge j where j.edition_id = @edition::uuid and j.person_id = @me::uuid and j.state = 'accepted'`
	mySeatsSQL = `select a.id::text, a.proposal_id::text, coalesce(x.state, '') as sheet from assignment a left join sheet x on x.assignment_id = a.id
  where a.round_id = @round::uuid and a.judge_id = @judge::uuid and a.state in ('assigned', 'accepted')`
	myTieSQL = `select exists (select from conflict c where c.judge_id = @judge::uuid and c.proposal_id = @proposal::uuid)`
)

// Follow is the room for one of its judges; to anybody else it does not exist.
func (b *Book) Follow(ctx context.Context, by identity.Actor, roundID string) (FollowView, error) {
	var v FollowView
	var err error
	if v.Stage, err = pg.One[Stage](ctx, b.db, stageSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	judge, err := pg.Value[string](ctx, b.db, myJudgeSQL, pg.Args{"edition": v.Stage.EditionID, "me": by.ID})
	if err != nil {
		return v, err
	}
	if _, err := by.Must(identity.Score, v.Stage.Place); err != nil {
		return v, err
	}
	if v.Slots, err = pg.All[Slot](ctx, b.db, slotsSQL, pg.Args{"id": roundID}); err != nil {
		return v, err
	}
	type seat struct{ ID, ProposalID, Sheet string }
	seats, err := pg.All[seat](ctx, b.db, mySeatsSQL, pg.Args{"round": roundID, "judge": judge})
	if err != nil {
		return v, err
	}
	mine := map[string]seat{}
	for _, s := range seats {
		mine[s.ProposalID] = s
	}
	for _, t := range v.Slots {
		s, has := mine[t.ProposalID]
		switch {
		case t.State == Up:
			v.Seat, v.Sheet = s.ID, s.Sheet
			if v.Tied, err = pg.Value[bool](ctx, b.db, myTieSQL, pg.Args{"judge": judge, "proposal": t.ProposalID}); err != nil {
				return v, err
			}
		case t.State == Heard && has && s.Sheet != Submitted && s.Sheet != Locked:
			v.Owed = append(v.Owed, Owed{s.ID, t.Number, t.Title})
		}
	}
	return v, nil
}

const liveRoomsSQL = `select distinct s.id::text, e.title as edition, s.hall, s.starts_at from pitch_room s join review_round r on r.id = s.id join edition e on e.id = r.edition_id
  join judge j on j.edition_id = r.edition_id and j.person_id = @me::uuid and j.state = 'accepted' where s.state in ('drawn', 'running') order by s.starts_at, 1`

// LiveRoom is a pitch room that a judge is expected in.
type LiveRoom struct {
	ID       string
	Edition  string
	Hall     string
	StartsAt time.Time
}

// MyRooms lists the pitch rooms the actor is expected in.
func (b *Book) MyRooms(ctx context.Context, by identity.Actor) ([]LiveRoom, error) {
	return pg.All[LiveRoom](ctx, b.db, liveRoomsSQL, pg.Args{"me": by.ID})
}

const roomOfSeatSQL = `select s.id::text from assignment a join pitch_room s on s.id = a.round_id and s.state in ('drawn', 'running') where a.id = @id::uuid`

// RoomOf is the live pitch room an assignment belongs to, "" when there is none.
func RoomOf(ctx context.Context, q pg.Reader, assignmentID string) (string, error) {
	ids, err := pg.Values[string](ctx, q, roomOfSeatSQL, pg.Args{"id": assignmentID})
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}
