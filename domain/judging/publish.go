package judging

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"

	"seedbed/domain/fault"
	"seedbed/domain/replay"
	"seedbed/storage/pg"
)

// Protocol is a closed round's protocol file, of kind "round": everything its result follows from, the result, and the hashes
// of both, so that "seedbed replay" computes it again without this database. Entries and sheets are named by their ids
// alone; who may have it is the caller's to say.
func Protocol(ctx context.Context, q pg.Reader, r Round) ([]byte, error) {
	if r.State != Closed {
		return nil, fault.New(fault.Conflict, "评审还没有结束，没有结果可以公布")
	}
	runs, err := Runs(ctx, q, r.ID)
	if err != nil {
		return nil, err
	}
	if len(runs) > 0 {
		return []byte(runs[len(runs)-1].Protocol), nil
	}
	in, err := protocol(ctx, q, r, true) // a round that was closed before its runs were kept
	if err != nil {
		return nil, err
	}
	out, err := Compute(in)
	if err != nil {
		return nil, err
	}
	return write(in, out)
}

// write is an outcome's protocol file.
func write(in Input, out Outcome) ([]byte, error) {
	input, err := json.Marshal(sorted(in))
	if err != nil {
		return nil, err
	}
	result, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return replay.Write("round", input, result, nil)
}

// replayed replays a protocol of a round.
func replayed(file string) (replay.Verdict, error) {
	return replay.Replay(strings.NewReader(file), map[string]replay.Compute{"round": Replay})
}

// Replay is the computation of kind "round": from a round's input to its outcome, as text.
func Replay(input []byte) ([]byte, error) {
	var in Input
	d := json.NewDecoder(bytes.NewReader(input))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "%s：%s", "input", fault.Say("不是一轮评审的输入"))
	}
	out, err := Compute(in)
	if err != nil {
		return nil, err
	}
	return json.Marshal(out)
}
