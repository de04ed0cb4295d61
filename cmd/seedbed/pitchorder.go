package main

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"seedbed/domain/fault"
	"seedbed/domain/judging"
)

// mostOrder is the largest input of a draw, in bytes: two thousand projects and their ties need far less.
const mostOrder = 4 << 20

// pitchOrderCommand draws the order of a pitch round again from its published input: the field "input" of a recorded draw.
func pitchOrderCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "pitch-order [FILE]", Short: "Draw the order of a pitch round again from its published seed and ties", Args: cobra.MaximumNArgs(1)}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		in, err := opened(cmd, args, mostOrder)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }() // it was only read
		out, err := pitchOrder(in)
		if err == nil {
			_, err = cmd.OutOrStdout().Write(out)
		}
		return err
	}
	return cmd
}

func pitchOrder(r io.Reader) ([]byte, error) {
	limited := &io.LimitedReader{R: r, N: mostOrder + 1}
	read := json.NewDecoder(limited)
	read.DisallowUnknownFields()
	var in judging.OrderInput
	if err := read.Decode(&in); err != nil || limited.N == 0 {
		return nil, fault.Wrap(err, fault.Invalid, "抽签的输入读不出来。要一个 JSON，里面有 seed、projects 和 conflicts")
	}
	if _, err := read.Token(); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "抽签的输入读不出来。要一个 JSON，里面有 seed、projects 和 conflicts")
	}
	out, err := judging.PitchOrder(in)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(out)
	return append(body, '\n'), err
}
