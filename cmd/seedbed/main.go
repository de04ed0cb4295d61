// Seedbed (苗圃) runs a district's community micro-venture competition, from the call to the organisation that lives on.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"seedbed/domain/fault"
	"seedbed/templates/words"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run is the whole program with its surroundings handed in, so that tests can run it too.
func run(ctx context.Context, args, environ []string, out, errs io.Writer) int {
	root := commands(environ)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(errs, plain(err))
		return 1
	}
	return 0
}

// plain is an error as an operator reads it: a known one in both languages, any other as it is.
func plain(err error) string {
	m := fault.MessageOf(err)
	if m.Text == "" {
		return "seedbed: " + err.Error()
	}
	text := m.String() + "\n" + words.Say(words.With(context.Background(), "en"), m)
	if known, ok := errors.AsType[*fault.Error](err); ok && known.Cause != nil {
		text += "\n(" + known.Cause.Error() + ")"
	}
	return text
}

func commands(environ []string) *cobra.Command {
	root := &cobra.Command{Use: "seedbed", Short: "Seedbed: a district's community micro-venture competition, from the call to the organisation that lives on",
		SilenceUsage: true, SilenceErrors: true, CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true}}
	withConfig := func(f func(context.Context, Config, *cobra.Command, []string) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, args []string) error {
			c, err := readConfig(environ)
			if err != nil {
				return err
			}
			return f(cmd.Context(), c, cmd, args)
		}
	}
	demo := &cobra.Command{Use: "demo", Short: "Run with everything embedded and the sample district loaded", Args: cobra.NoArgs,
		Long: "Runs the product on this machine with its own PostgreSQL, queue and photo folder, loads the sample district 京州市 the first time,\nand prints the address and one sign-in for every role.",
		RunE: withConfig(runDemo)}
	demo.Flags().Bool("smoke", false, "walk every public page and each role's first page, print a line for each, and end")
	demo.Flags().Bool("fresh", false, "forget the sample's data and make it anew")
	root.AddCommand(demo,
		&cobra.Command{Use: "serve", Short: "Run the web server and the worker in one process", Args: cobra.NoArgs, RunE: withConfig(runServe)},
		&cobra.Command{Use: "web", Short: "Run the web server only", Args: cobra.NoArgs, RunE: withConfig(runWeb)},
		&cobra.Command{Use: "work", Short: "Run the worker only: what happens afterwards, and what the calendar asks for", Args: cobra.NoArgs, RunE: withConfig(runWork)},
		&cobra.Command{Use: "migrate", Short: "Bring the database's schema forward", Args: cobra.NoArgs, RunE: withConfig(runMigrate)},
		&cobra.Command{Use: "check", Short: "Check the invariants over live data: ledger, states, audit chain, photos and papers", Args: cobra.NoArgs, RunE: withConfig(runCheck)},
		&cobra.Command{Use: "doctor", Short: "Say what was found on this machine, what is missing and how to get it", Args: cobra.NoArgs, RunE: withConfig(runDoctor)},
		&cobra.Command{Use: "found FILE PHONE NAME", Short: "Set up a real district: its places from a CSV file and its first administrator", Args: cobra.ExactArgs(3), RunE: withConfig(runFound),
			Long: "FILE has a line a place: path,level,name,name_en,code — for example\njz,district,京州区,Jingzhou District,410305\njz.wuhan,subdistrict,武汉路街道,Wuhan Road Subdistrict,410305001\njz.wuhan.dianchang,community,电厂新村社区,Power Plant New Village,410305001002"},
		&cobra.Command{Use: "config", Short: "List every setting, its default and its meaning", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { printConfig(cmd.OutOrStdout()); return nil }},
		routesCommand(),
	)
	root.AddCommand(arithmetic()...)
	return root
}
