package audit

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func fill(t *testing.T, db *pg.DB, n int) {
	t.Helper()
	w, err := identity.House().Must(identity.KeepCalendar, "jz")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)
	err = db.Change(t.Context(), func(tx pg.Tx) error {
		for i := range n {
			err := Record(t.Context(), tx, w, Event{Entity: "proposal", ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), Version: 1, Action: "submit",
				From: "draft", To: "submitted", Place: fmt.Sprintf("jz.s%d.c%d", i%3, i%9), Reason: "理由", Data: map[string]int{"fen": i}, At: at.Add(time.Duration(i) * time.Second)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func verify(t *testing.T, db *pg.DB) []string {
	t.Helper()
	_, broken, err := Verify(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return broken
}

// Every way of rewriting one row of the trail is found, and the row is named.
func TestTamperingIsFoundAndNamed(t *testing.T) {
	db, url := pgtest.Lend(t)
	ctx := t.Context()
	fill(t, db, 300)
	if broken := verify(t, db); len(broken) > 0 {
		t.Fatalf("an honest trail is broken: %v", broken)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	for _, change := range []string{
		`update audit_event set reason = '理甴' where chain = 'jz.s1' and n = 42`,
		`update audit_event set actor = gen_random_uuid() where chain = 'jz.s1' and n = 42`,
		`update audit_event set at = at + interval '1 microsecond' where chain = 'jz.s1' and n = 42`,
		`update audit_event set data = '{"fen":126}' where chain = 'jz.s1' and n = 42`,
		`update audit_event set version = 2 where chain = 'jz.s1' and n = 42`,
		`update audit_event set place = 'jz.s1.c2' where chain = 'jz.s1' and n = 42`,
		`update audit_event set hash = sha256(hash) where chain = 'jz.s1' and n = 42`,
		`update audit_event set entity_id = gen_random_uuid() where chain = 'jz.s1' and n = 42`,
		`delete from audit_event where chain = 'jz.s1' and n = 41`,
	} {
		tx, err := conn.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// The tamperer is the owner of the database and has switched the triggers off.
		if _, err := tx.Exec(ctx, "set local session_replication_role = replica"); err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, change); err != nil {
			t.Fatal(err)
		}
		_, broken, err := Verify(ctx, tx)
		if err != nil {
			t.Fatal(err)
		}
		if len(broken) != 1 || !strings.Contains(broken[0], "jz.s1: line 42") {
			t.Errorf("%s\nfound %v", change, broken)
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// The newest line cannot be cut off unseen either, and the application's own role can do none of it.
func TestTheEndIsPinnedAndTheTrailIsClosed(t *testing.T) {
	db, url := pgtest.Lend(t)
	ctx := t.Context()
	fill(t, db, 30)
	for _, change := range []string{`update audit_event set reason = ''`, `delete from audit_event`, `truncate audit_event`, `update audit_head set n = 1`,
		`insert into audit_event select chain, n + 100, at, actor, role, role_place, entity, gen_random_uuid(), version, action, from_state, to_state, place, reason, data, request, hash from audit_event limit 1`} {
		if err := db.Change(ctx, func(tx pg.Tx) error { _, err := tx.Exec(ctx, change); return err }); err == nil {
			t.Errorf("the application may %s", change)
		}
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `set session_replication_role = replica; delete from audit_event where chain = 'jz.s1' and n = 10; set session_replication_role = default`); err != nil {
		t.Fatal(err)
	}
	if broken := verify(t, db); len(broken) != 1 || !strings.Contains(broken[0], "jz.s1: ends at line 9") {
		t.Errorf("a cut end: %v", broken)
	}
}
