package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// One changed byte in any one of 10,000 lines of the trail is found and named by the check that operators run.
func TestCheckNamesATamperedLine(t *testing.T) {
	const lines = 10_000
	h, hand := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	w, err := identity.House().Must(identity.KeepCalendar, "jz")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Engines.DB.Change(t.Context(), func(tx pg.Tx) error {
		for i := range lines {
			err := audit.Record(t.Context(), tx, w, audit.Event{Entity: "note", ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), Action: "reveal", Place: fmt.Sprintf("jz.s%d", i%3), Reason: "理由", At: hand.Now()})
			if err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var clean strings.Builder
	if err := h.check(t.Context(), &clean); err != nil {
		t.Fatalf("%v\n%s", err, clean.String())
	}
	owner, err := pgx.Connect(t.Context(), h.Engines.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	dice := rand.New(rand.NewPCG(5, 19)) //nolint:gosec // which rows are tried
	for _, column := range []string{"reason", "action", "entity", "role", "to_state", "data", "request"} {
		i := dice.IntN(lines)
		chain, n := fmt.Sprintf("jz.s%d", i%3), i/3+1
		change := func(value string) {
			if _, err := owner.Exec(t.Context(), "set session_replication_role = replica"); err != nil {
				t.Fatal(err)
			}
			if _, err := owner.Exec(t.Context(), "update audit_event set "+column+" = "+value+" where chain = $1 and n = $2", chain, n); err != nil {
				t.Fatal(err)
			}
		}
		var before string
		if err := owner.QueryRow(t.Context(), "select "+column+" from audit_event where chain = $1 and n = $2", chain, n).Scan(&before); err != nil {
			t.Fatal(err)
		}
		change(column + " || '.'")
		var said strings.Builder
		want := fmt.Sprintf("audit chain %s: line %d ", chain, n)
		if err := h.check(t.Context(), &said); err == nil || !strings.Contains(said.String(), want) {
			t.Errorf("%s of %s/%d changed: %v\n%s", column, chain, n, err, said.String())
		}
		change("'" + before + "'")
	}
}
