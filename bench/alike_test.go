// Package bench measures what must stay quick as the house fills: run it with go test -bench . ./bench
package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/alike"
	"seedbed/domain/alike/prose"
	"seedbed/domain/proposal"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func made(n int) prose.Text {
	return prose.Write(rand.New(rand.NewPCG(1, uint64(n)))) //nolint:gosec // a made-up text, not a secret
}

// BenchmarkMark is what a submission costs before the database is asked.
func BenchmarkMark(b *testing.B) {
	parts := made(1).Parts()
	for b.Loop() {
		alike.Of(parts)
	}
}

func idOf(n int) string { return fmt.Sprintf("00000000-0000-7000-8000-%012d", n) }

const (
	stockSQL = `insert into proposal_mark (proposal_id, revision, grams, sampled, at) values (@id, 1, @grams, cardinality(@sample::int[]), now())`
	pieceSQL = `with b as (insert into proposal_band (band, proposal_id) select distinct s, @id::uuid from unnest(@bands::int[]) s)
  insert into proposal_piece (piece, proposal_id) select distinct s, @id::uuid from unnest(@sample::int[]) s`
)

// BenchmarkFindAmongTenThousand looks for the like of a text among 10 000 marked proposals: every other one is new, every
// other one a copy of the text of a proposal that is there.
func BenchmarkFindAmongTenThousand(b *testing.B) {
	ctx := context.Background()
	db, url := pgtest.Lend(b)
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close(ctx)
	// The marks alone are measured; the proposals they would belong to are left out.
	if _, err := conn.Exec(ctx, `set session_replication_role = replica`); err != nil {
		b.Fatal(err)
	}
	const stock = 10_000
	for n := range stock {
		m := alike.Of(made(n).Parts())
		if _, err := conn.Exec(ctx, stockSQL, pgx.StrictNamedArgs{"id": idOf(n), "grams": m.Grams, "sample": m.Sample}); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Exec(ctx, pieceSQL, pgx.StrictNamedArgs{"id": idOf(n), "bands": m.Bands, "sample": m.Sample}); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := conn.Exec(ctx, `analyze proposal_mark, proposal_band, proposal_piece`); err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		text, copied := made(stock+n), n%2 == 0
		if copied {
			text = made(n % stock)
		}
		found, err := proposal.Resembling(ctx, db, "00000000-0000-0000-0000-000000000000", alike.Of(text.Parts()))
		if err != nil || copied != (len(found) > 0) {
			b.Fatalf("text %d, a copy: %v, found %d, %v", n, copied, len(found), err)
		}
	}
}
