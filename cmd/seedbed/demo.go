package main

import (
	"context"

	"github.com/spf13/cobra"
)

func runDemo(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error { return runServe(ctx, c, cmd, nil) }
func runCheck(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error { return nil }
func runDoctor(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error { return nil }
func runFound(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error { return nil }
func routesCommand() *cobra.Command { return &cobra.Command{Use: "routes"} }
