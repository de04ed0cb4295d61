// Package pg is the house's one door to PostgreSQL: open, change, read, and the naming of its complaints. It knows no
// rule of the domain.
package pg

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"seedbed/domain/fault"
)

// Args are the named arguments of a statement (@name); a missing or unused one is an error.
type Args = pgx.StrictNamedArgs

// Tx is an open transaction: what a verb's leaves (audit, notice, outbox, ledger) are handed.
type Tx interface {
	Reader
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Reader is anything that answers queries: the DB itself or a transaction.
type Reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// DB is a pool of connections that act as the application's role: it owns no table and cannot touch the ledger's or
// the audit's past.
type DB struct{ pool *pgxpool.Pool }

// Options tune Open; the zero value is right for a single house.
type Options struct {
	MaxConns int             // default 32
	Owner    bool            // keep the login role's own rights (migrations, tests' sweeping)
	Tracer   pgx.QueryTracer // counts or logs statements
	Relaxed  bool            // commits do not wait for the disk: for a load that can be made again from the start
}

// Role is the database role the product acts as after it has connected.
const Role = "seedbed_app"

// Open connects and checks that the server answers.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	config.MaxConns = 32
	if o.MaxConns > 0 {
		config.MaxConns = int32(o.MaxConns)
	}
	config.MinIdleConns = min(2, config.MaxConns)
	config.MaxConnIdleTime = 5 * time.Minute
	config.ConnConfig.Tracer = o.Tracer
	config.ConnConfig.RuntimeParams["timezone"] = "Asia/Shanghai"
	config.ConnConfig.RuntimeParams["application_name"] = "seedbed"
	if o.Relaxed {
		config.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	if !o.Owner {
		config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, "set role "+Role+"; set statement_timeout = '30s'; set idle_in_transaction_session_timeout = '60s'")
			return err
		}
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	db := &DB{pool}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, named(err)
	}
	return db, nil
}

// Close waits for borrowed connections and ends them all.
func (db *DB) Close() { db.pool.Close() }

// Ping tells whether the server answers.
func (db *DB) Ping(ctx context.Context) error { return named(db.pool.Ping(ctx)) }

// Query runs one statement outside a transaction.
func (db *DB) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return db.pool.Query(ctx, sql, args...)
}

// SendBatch sends a page's queries in one round trip.
func (db *DB) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return db.pool.SendBatch(ctx, b)
}

// Hold borrows one connection for as long as f runs: for advisory locks and LISTEN.
func (db *DB) Hold(ctx context.Context, f func(*pgx.Conn) error) error {
	return named(db.pool.AcquireFunc(ctx, func(c *pgxpool.Conn) error { return f(c.Conn()) }))
}

// Change runs f in one transaction: all of it is kept or none. A deadlock or serialization failure is tried again, so
// f must not have effects outside the transaction.
func (db *DB) Change(ctx context.Context, f func(tx Tx) error) error {
	for try := 1; ; try++ {
		err := pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error { return f(tx) })
		if err == nil || !again(err) || try == 10 {
			return named(err)
		}
		select {
		case <-ctx.Done():
			return named(err)
		case <-time.After(time.Duration(rand.IntN(50*try)+1) * time.Millisecond):
		}
	}
}

// Snapshot lets f read one and the same moment of the database, however long it takes; it can change nothing.
func (db *DB) Snapshot(ctx context.Context, f func(q Reader) error) error {
	return named(pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error { return f(tx) }))
}

func again(err error) bool {
	pe, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pe.Code == "40001" || pe.Code == "40P01")
}

// One reads exactly one row into T by column names; none is fault.NotFound.
func One[T any](ctx context.Context, q Reader, sql string, args Args) (T, error) {
	row, ok, err := Maybe[T](ctx, q, sql, args)
	if err == nil && !ok {
		err = fault.Missing()
	}
	return row, err
}

// Maybe reads one row or none.
func Maybe[T any](ctx context.Context, q Reader, sql string, args Args) (T, bool, error) {
	all, err := All[T](ctx, q, sql, args)
	if err != nil || len(all) == 0 {
		var none T
		return none, false, err
	}
	return all[0], true, nil
}

// All reads every row into T by column names; columns and fields must match one to one.
func All[T any](ctx context.Context, q Reader, sql string, args Args) ([]T, error) {
	rows, err := q.Query(ctx, sql, orNone(args))
	if err != nil {
		return nil, named(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	return all, named(err)
}

// Value reads the single column of the first row; no row is fault.NotFound.
func Value[T any](ctx context.Context, q Reader, sql string, args Args) (T, error) {
	all, err := Values[T](ctx, q, sql, args)
	if err == nil && len(all) == 0 {
		err = fault.Missing()
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// Values reads a single column of every row.
func Values[T any](ctx context.Context, q Reader, sql string, args Args) ([]T, error) {
	rows, err := q.Query(ctx, sql, orNone(args))
	if err != nil {
		return nil, named(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[T])
	return all, named(err)
}

// Do runs a statement inside a transaction and tells how many rows it touched.
func Do(ctx context.Context, tx Tx, sql string, args Args) (int64, error) {
	tag, err := tx.Exec(ctx, sql, orNone(args))
	return tag.RowsAffected(), named(err)
}

func orNone(args Args) Args {
	if args == nil {
		return Args{}
	}
	return args
}

// Each hands every row to f as it arrives, without keeping them; f's first error ends the reading.
func Each[T any](ctx context.Context, q Reader, sql string, args Args, f func(T) error) error {
	rows, err := q.Query(ctx, sql, orNone(args))
	if err != nil {
		return named(err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := pgx.RowToStructByName[T](rows)
		if err != nil {
			return named(err)
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return named(rows.Err())
}
