package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
	"seedbed/storage/pg/embedded"
)

// runDoctor says what is here, what is missing and how to get it. It changes nothing.
func runDoctor(ctx context.Context, c Config, cmd *cobra.Command, _ []string) error {
	out, sick := cmd.OutOrStdout(), 0
	say := func(ok bool, what, found, remedy string) {
		mark := "ok     "
		if !ok {
			mark, found = "MISSING", found+" — "+remedy
			sick++
		}
		fmt.Fprintf(out, "%s  %-16s %s\n", mark, what, found)
	}
	if c.DatabaseURL != "" {
		db, err := pg.Open(ctx, c.DatabaseURL, pg.Options{Owner: true, MaxConns: 2})
		say(err == nil, "database", "SEEDBED_DATABASE_URL", fmt.Sprintf("does not answer: %v", err))
		if err == nil {
			db.Close()
		}
	} else {
		bin, err := embedded.Find()
		say(err == nil, "postgresql", bin, "apt-get install postgresql, or set SEEDBED_DATABASE_URL to a server of your own")
	}
	if c.RedisURL == "" {
		say(true, "queue", "in process (PostgreSQL is the record)", "")
	} else {
		say(true, "queue", "SEEDBED_REDIS_URL", "")
	}
	if c.S3Endpoint == "" {
		at := c.Data
		for _, err := os.Stat(at); err != nil && at != filepath.Dir(at); _, err = os.Stat(at) {
			at = filepath.Dir(at) // the nearest folder there is
		}
		err := unix.Access(at, unix.W_OK)
		say(err == nil, "data folder", c.Data, fmt.Sprintf("cannot be written: %v; set SEEDBED_DATA", err))
	} else {
		_, err := bucket(ctx, c)
		say(err == nil, "object store", c.S3Endpoint, fmt.Sprintf("does not answer: %v", err))
	}
	if _, err := os.Stat(filepath.Join(c.Data, "secret")); c.Secret == "" && errors.Is(err, os.ErrNotExist) && c.DatabaseURL == "" {
		say(true, "master secret", "will be made at the first start", "")
	} else {
		_, err := c.secret()
		say(err == nil, "master secret", "set", fmt.Sprint(err))
	}
	chromium := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			chromium = path
			break
		}
	}
	say(true, "chromium", orText(chromium, "none: only the tests use it"), "")
	if sick > 0 {
		return fmt.Errorf("seedbed: %d thing(s) missing", sick)
	}
	return nil
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// runFound sets a real district up: its places from a file and its first administrator, who gives all other roles.
func runFound(ctx context.Context, c Config, cmd *cobra.Command, args []string) error {
	places, err := readPlaces(args[0])
	if err != nil {
		return err
	}
	h, err := build(ctx, c, clock.System{}, logger(c, cmd.ErrOrStderr()))
	if err != nil {
		return err
	}
	defer h.Close()
	if err := h.lay(ctx, places); err != nil {
		return err
	}
	admin, err := h.Accounts.Enlist(ctx, args[2], args[1], "", identity.Grant{Role: identity.Sysadmin, Place: places[0].Path})
	if err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d places laid out; %s is the first administrator and signs in with that phone number at /login\n", len(places), admin.Name)
	return nil
}

// lay enters the places of a district.
func (h *House) lay(ctx context.Context, places []place.Place) error {
	return h.Engines.DB.Change(ctx, func(tx pg.Tx) error {
		for _, p := range places {
			if err := place.Found(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
}

func readPlaces(path string) ([]place.Place, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	reader := csv.NewReader(f)
	reader.FieldsPerRecord = 5
	var places []place.Place
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		parent := row[0][:max(strings.LastIndex(row[0], "."), 0)]
		if parent != "" && !containsPlace(places, parent) {
			return nil, fmt.Errorf("%s, line %d: %s has no parent %s above it", path, line, row[0], parent)
		}
		places = append(places, place.Place{Path: row[0], Level: row[1], Name: row[2], NameEn: row[3], Code: row[4], Seq: line, ValidFrom: time.Date(2000, 1, 1, 0, 0, 0, 0, clock.Shanghai)})
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%s has no places", path)
	}
	return places, nil
}

func containsPlace(places []place.Place, path string) bool {
	for _, p := range places {
		if p.Path == path {
			return true
		}
	}
	return false
}

// routesCommand lists the route table; it needs no engines, since the table is made of code alone.
func routesCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "routes", Short: "List every route: method, path, permission and the roles that hold it", Args: cobra.NoArgs}
	asJSON := cmd.Flags().Bool("json", false, "as JSON")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		routes, err := allRoutes()
		if err != nil {
			return err
		}
		type line struct {
			Method     string              `json:"method"`
			Path       string              `json:"path"`
			Permission identity.Permission `json:"permission"`
			Roles      []identity.Role     `json:"roles"`
		}
		lines := make([]line, len(routes))
		for i, r := range routes {
			lines[i] = line{r.Method, r.Path, r.May, identity.May[r.May]}
		}
		if *asJSON {
			e := json.NewEncoder(cmd.OutOrStdout())
			e.SetIndent("", "  ")
			return e.Encode(lines)
		}
		for _, l := range lines {
			fmt.Fprintf(cmd.OutOrStdout(), "%-6s %-40s %s\n", l.Method, l.Path, l.Permission)
		}
		return nil
	}
	return cmd
}
