package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

// Lines from before there were helpers keep their bytes: here written as the program of then writes them, with a line of
// now after them in the same chain.
func TestLinesOfBeforeVerify(t *testing.T) {
	db := pgtest.New(t)
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai)
	l := Line{Chain: "jz.w", At: at, Role: "system", RolePlace: "jz", Entity: "proposal", EntityID: "00000000-0000-7000-8000-000000000001", Action: "submit", Place: "jz.w.a"}
	if sum := sha256.Sum256(l.canon()); hex.EncodeToString(sum[:]) != bytesOfBefore {
		t.Errorf("the bytes of an old line have changed: %x", sum)
	}
	const before = `select audit_append(@chain, @canon, @at, null::uuid, 'system', 'jz'::ltree, 'proposal', @id::uuid, null::int, 'submit', '', '', 'jz.w.a'::ltree, '', '', '')`
	err := db.Change(t.Context(), func(tx pg.Tx) error {
		_, err := pg.Value[int64](t.Context(), tx, before, pg.Args{"chain": l.Chain, "canon": l.canon(), "at": at, "id": l.EntityID})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	fill(t, db, 3)
	if broken := verify(t, db); len(broken) > 0 {
		t.Errorf("%v", broken)
	}
	// The helper is under the hash: with or without one, and with another, a line reads differently.
	one, other, assistance := "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b", "00000000-0000-7000-8000-00000000000c"
	seen := map[string]bool{}
	for _, helper := range []*string{nil, &one, &other} {
		m := l
		if m.Helper = helper; helper != nil {
			m.Assistance = &assistance
		}
		seen[string(m.canon())] = true
	}
	if len(seen) != 3 {
		t.Error("two of them read alike")
	}
}

const bytesOfBefore = "692001ce1a3e63a7795416499dd1b4ac8c8ae846cd69d7ec19847759db59389c"
