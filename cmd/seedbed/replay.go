package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"seedbed/domain/award"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
)

// arithmetic are the commands that compute a decision again from its published file: no database, no settings.
func arithmetic() []*cobra.Command {
	plain := func(kind, short string, most int64, f replay.Compute) *cobra.Command {
		cmd := &cobra.Command{Use: kind + " [FILE]", Short: short, Args: cobra.MaximumNArgs(1)}
		cmd.Flags().Bool("protocol", false, "write a whole protocol file: input, result and their hashes")
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			return computed(cmd, args, kind, most, nil, f)
		}
		return cmd
	}
	return []*cobra.Command{
		plain("score", "Compute a round's scores from its sheets", replay.MostInput, reading(replay.Score)),
		assignCommand(),
		plain("calibrate", "Say what the scores would be had all judges been equally lenient, and how sure they are", replay.MostInput, reading(replay.Calibrate)),
		plain("draw", "Put ids into the order of their lots", replay.MostInput, reading(replay.Draw)),
		allocateCommand(), pitchOrderCommand(), replayCommand(), simulateCommand(),
	}
}

func reading(f func(io.Reader) ([]byte, error)) replay.Compute {
	return func(input []byte) ([]byte, error) { return f(bytes.NewReader(input)) }
}

// opened is the file that is named, or standard input. A file that is too large is refused before it is read.
func opened(cmd *cobra.Command, args []string, most int64) (io.ReadCloser, error) {
	if len(args) == 0 || args[0] == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	f, err := os.Open(args[0])
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "打不开文件 %s", args[0])
	}
	if info, err := f.Stat(); err == nil && (info.IsDir() || info.Size() > most) {
		_ = f.Close() // it was only looked at
		return nil, fault.New(fault.Invalid, "%s 是文件夹，或者太大：最多 %d MB", args[0], most>>20)
	}
	return f, nil
}

// computed runs one computation over the file and prints its result. The input is kept only for a protocol.
func computed(cmd *cobra.Command, args []string, kind string, most int64, o *replay.Options, f replay.Compute) error {
	in, err := opened(cmd, args, most)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	whole, _ := cmd.Flags().GetBool("protocol")
	var out []byte
	switch {
	case whole:
		input, readErr := io.ReadAll(io.LimitReader(in, most+1))
		if readErr != nil {
			return readErr
		}
		if out, err = f(input); err == nil {
			out, err = replay.Write(kind, input, out, o)
		}
	default:
		out, err = streamed[kind](in, o)
	}
	if err != nil {
		return err
	}
	_, err = cmd.OutOrStdout().Write(out)
	return err
}

// streamed are the computations as they read, so that the first wrong sign of an endless input ends it.
var streamed = map[string]func(io.Reader, *replay.Options) ([]byte, error){
	"score":     func(r io.Reader, _ *replay.Options) ([]byte, error) { return replay.Score(r) },
	"assign":    func(r io.Reader, _ *replay.Options) ([]byte, error) { return replay.Assign(r) },
	"calibrate": func(r io.Reader, _ *replay.Options) ([]byte, error) { return replay.Calibrate(r) },
	"draw":      func(r io.Reader, _ *replay.Options) ([]byte, error) { return replay.Draw(r) },
	"allocate":  func(r io.Reader, o *replay.Options) ([]byte, error) { return replay.Allocate(r, *o) },
}

func assignCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "assign [FILE] | assign --check PLAN INSTANCE", Short: "Give projects their judges, with a proof that no assignment is better", Args: cobra.MaximumNArgs(2)}
	cmd.Flags().Bool("protocol", false, "write a whole protocol file: input, result and their hashes")
	check := cmd.Flags().Bool("check", false, "verify a plan against its instance, by a checker that shares nothing with the solver")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*check {
			if len(args) > 1 {
				return fault.New(fault.Invalid, "这里只要一个文件")
			}
			return computed(cmd, args, "assign", replay.MostInstance, nil, reading(replay.Assign))
		}
		if len(args) != 2 {
			return fault.New(fault.Invalid, "核对要两个文件：先是方案，再是问题")
		}
		plan, err := opened(cmd, args[:1], replay.MostInstance)
		if err != nil {
			return err
		}
		defer func() { _ = plan.Close() }() // it was only read
		instance, err := opened(cmd, args[1:], replay.MostInstance)
		if err != nil {
			return err
		}
		defer func() { _ = instance.Close() }() // it was only read
		if err := replay.CheckPlan(plan, instance); err != nil {
			if fault.MessageOf(err).Text != "" {
				return err
			}
			return fault.Wrap(err, fault.Conflict, "方案没有通过核对")
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), `{"valid":true}`)
		return err
	}
	return cmd
}

func allocateCommand() *cobra.Command {
	o := replay.Defaults()
	cmd := &cobra.Command{Use: "allocate --rule RULE [FILE.pb]", Short: "Share out a budget by residents' ballots (a file in the Pabulib format)", Args: cobra.MaximumNArgs(1)}
	flags := map[string]*string{"rule": &o.Rule, "utility": &o.Utility, "complete": &o.Complete, "ties": &o.Ties}
	for _, name := range []string{"rule", "utility", "complete", "ties"} {
		cmd.Flags().StringVar(flags[name], name, *flags[name], strings.Join(replay.Choices[name], " | "))
	}
	cmd.Flags().StringVar(&o.Seed, "seed", "", "published seed of the draw among equals")
	cmd.Flags().Bool("protocol", false, "write a whole protocol file: input, options, result and hashes")
	_ = cmd.MarkFlagRequired("rule") // it was just defined
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		for _, name := range []string{"rule", "utility", "complete", "ties"} {
			if !slices.Contains(replay.Choices[name], *flags[name]) {
				return fault.New(fault.Invalid, "--%s：“%s”不行，要 %s 中的一个", name, *flags[name], strings.Join(replay.Choices[name], "、"))
			}
		}
		return computed(cmd, args, "allocate", replay.MostInstance, &o, func(input []byte) ([]byte, error) { return replay.Allocate(bytes.NewReader(input), o) })
	}
	return cmd
}

func replayCommand() *cobra.Command {
	return &cobra.Command{Use: "replay [FILE]", Short: "Compute a published protocol file again and say whether the result is the same, byte for byte", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := opened(cmd, args, replay.MostInstance)
			if err != nil {
				return err
			}
			defer func() { _ = in.Close() }() // it was only read
			v, err := replay.Replay(in, map[string]replay.Compute{"round": judging.Replay, "panel": judging.ReplayPanel, "award": award.Replay})
			if err != nil {
				return err
			}
			if !v.Same {
				return fault.New(fault.Conflict, "重新计算的结果不同。第一处在 %s：文件里是 %s，算出来是 %s", v.Where, v.Said, v.Found)
			}
			out, err := json.Marshal(map[string]any{"same": true, "kind": v.Kind, "input": v.Input, "result": v.Result})
			if err == nil {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), string(out))
			}
			return err
		}}
}

func simulateCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "simulate", Short: "Show on made-up rounds what calibration brings: Kendall's τ with the truth, and how often intervals hold it", Args: cobra.NoArgs}
	rounds := cmd.Flags().Int("rounds", 200, "made-up rounds with, and as many without, biased judges")
	seed := cmd.Flags().String("seed", "seedbed", "seed of the made-up rounds")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		out, err := replay.Simulate(*rounds, *seed)
		if err == nil {
			_, err = cmd.OutOrStdout().Write(out)
		}
		return err
	}
	return cmd
}
