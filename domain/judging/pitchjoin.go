package judging

import (
	"context"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/storage/pg"
)

const (
	lastSlotSQL   = `select coalesce(max(seq), 0)::int from pitch_slot where room_id = @room::uuid`
	behindSQL     = `insert into pitch_slot (id, room_id, proposal_id, seq, joined_at) values (@id, @room, @proposal, @seq, @at)`
	joinedRoomSQL = `update pitch_room set events = events + 1, version = version + 1 where id = @id::uuid`
)

// standBehind gives a project that goes on after the order was drawn the last turn, with why on record, and tells its lead. The draw
// is not touched: its seed, input and result stay as they were published, and the others keep their turns. A later draw
// takes the project in with all others. The caller holds the round, its judges and the room.
func standBehind(ctx context.Context, tx pg.Tx, h hand, roomID, proposalID, why string) error {
	s, err := pg.One[Stage](ctx, tx, lockStageSQL, pg.Args{"id": roomID})
	if err != nil {
		return err
	}
	last, err := pg.Value[int](ctx, tx, lastSlotSQL, pg.Args{"room": roomID})
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7()).String()
	if _, err := pg.Do(ctx, tx, behindSQL, pg.Args{"id": id, "room": roomID, "proposal": proposalID, "seq": last + 1, "at": h.at}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "pitch_slot", ID: id, Version: 1, Action: "take_in", To: Waiting, Place: s.Place, Reason: why,
		Data: map[string]any{"proposal": proposalID, "seq": last + 1}, At: h.at}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, joinedRoomSQL, pg.Args{"id": roomID}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, newsSQL, pg.Args{"id": roomID, "n": s.Events + 1, "kind": "draw", "slot": id, "at": h.at}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "pitch_room", ID: roomID, Version: s.Version + 1, Action: "take_in", From: s.State, To: s.State, Place: s.Place, Reason: why,
		Data: map[string]any{"proposal": proposalID, "seq": last + 1}, At: h.at}); err != nil {
		return err
	}
	slots, err := pg.All[Slot](ctx, tx, slotsSQL, pg.Args{"id": roomID})
	if err != nil {
		return err
	}
	for _, t := range slots {
		if t.ID == id {
			return tellTurn(ctx, tx, s, t, h.at, "/joined")
		}
	}
	return nil
}
