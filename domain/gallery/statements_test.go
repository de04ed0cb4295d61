package gallery

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

// tally counts statements, without those by which the pool opens a connection.
type tally struct{ n atomic.Int64 }

func (t *tally) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if strings.Contains(d.SQL, " from ") {
		t.n.Add(1)
	}
	return ctx
}

func (t *tally) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// A page of a search is three statements, two when the numbers beside it are fresh, however much there is.
func TestAPageIsFewStatements(t *testing.T) {
	ctx := t.Context()
	db, url := pgtest.Lend(t)
	err := db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, `insert into place (path, level, name, name_en, code, valid_from) values ('jz.s.c', 'community', '社区', 'C', 'c', '2020-01-01')`, nil)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var counts []string
	for _, more := range []int{5, 45, 450} {
		if err := db.Change(ctx, func(tx pg.Tx) error {
			_, err := pg.Do(ctx, tx, `insert into gallery_item (kind, id, place, category, colour, stage, state, number, title, pitch, goal, team, lead, fen, at)
      select 'project', gen_random_uuid(), 'jz.s.c', 'culture', 'red', 'running', 'in_progress', '', '楼道里的旧衣', '', '', '', '', 1, now() from generate_series(1, @n::int)`, pg.Args{"n": more})
			if err == nil {
				err = Read(ctx, tx, noon)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var seen tally
		watched, err := pg.Open(ctx, url, pg.Options{Tracer: &seen})
		if err != nil {
			t.Fatal(err)
		}
		book := New(watched, clock.NewManual(noon), nil)
		for range 2 {
			seen.n.Store(0)
			if p, err := book.List(ctx, identity.Actor{}, Filter{Text: "旧衣", Colour: "red", Place: "jz"}, nil); err != nil || len(p.Items) < 5 {
				t.Fatalf("%d %v", len(p.Items), err)
			}
			if _, err := book.Counts(ctx); err != nil {
				t.Fatal(err)
			}
			counts = append(counts, fmt.Sprint(seen.n.Load()))
		}
		watched.Close()
	}
	if got := fmt.Sprint(counts); got != "[3 2 3 2 3 2]" {
		t.Errorf("statements of a page: %s", got)
	}
}
