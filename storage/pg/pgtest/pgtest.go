// Package pgtest lends every test a real, migrated, empty database. A lent database is swept with DELETE when it comes
// back, which is quicker than cloning or truncating.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/storage/pg"
	"seedbed/storage/pg/embedded"
)

type lease struct {
	url   string
	db    *pg.DB
	owner *pgx.Conn
}

var pool struct {
	once   sync.Once
	err    error
	admin  string
	server *embedded.Server
	made   int
	mu     sync.Mutex
	free   chan *lease
}

// Main runs a package's tests and stops the database server it started; every TestMain of a package that lends is
// func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }.
func Main(m *testing.M) int {
	code := m.Run()
	if pool.server != nil {
		pool.server.Stop()
	}
	return code
}

// New lends a database, connected as the application's role, until the test ends.
func New(t testing.TB) *pg.DB {
	t.Helper()
	db, _ := Lend(t)
	return db
}

// Lend is New with the owner's address of the database too, for tests that start the product itself or tamper.
func Lend(t testing.TB) (db *pg.DB, ownerURL string) {
	t.Helper()
	pool.once.Do(func() { pool.err = open() })
	if pool.err != nil {
		t.Fatalf("test database: %v", pool.err)
	}
	l, err := borrow()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		if err := sweep(l); err != nil {
			t.Errorf("test database: %v", err)
			return
		}
		pool.free <- l
	})
	return l.db, l.url
}

func open() error {
	ctx := context.Background()
	pool.free = make(chan *lease, 64)
	pool.admin = os.Getenv("SEEDBED_TEST_DATABASE")
	if pool.admin == "" {
		server, err := embedded.Start(ctx, embedded.Options{Fast: true})
		if err != nil {
			return err
		}
		pool.server, pool.admin = server, server.URL()
	}
	admin, err := pgx.Connect(ctx, pool.admin)
	if err != nil {
		return err
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "create database "+template()); err != nil {
		return err
	}
	_, err = pg.Migrate(ctx, with(pool.admin, template()))
	return err
}

func template() string { return fmt.Sprintf("seedbed_template_%d", os.Getpid()) }

func borrow() (*lease, error) {
	select {
	case l := <-pool.free:
		return l, nil
	default:
	}
	pool.mu.Lock()
	if pool.made >= max(2, runtime.GOMAXPROCS(0)*2) {
		pool.mu.Unlock()
		return <-pool.free, nil
	}
	pool.made++
	name := fmt.Sprintf("seedbed_test_%d_%d", os.Getpid(), pool.made)
	defer pool.mu.Unlock()
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, pool.admin)
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	if _, err := admin.Exec(ctx, "create database "+name+" template "+template()); err != nil {
		return nil, err
	}
	l := &lease{url: with(pool.admin, name)}
	if l.owner, err = pgx.Connect(ctx, l.url); err != nil {
		return nil, err
	}
	l.db, err = pg.Open(ctx, l.url, pg.Options{MaxConns: 24})
	return l, err
}

// with is the address of another database on the same server.
func with(url, database string) string {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return url
	}
	parts := []string{"host=" + config.Host, fmt.Sprintf("port=%d", config.Port), "user=" + config.User, "dbname=" + database}
	if config.Password != "" {
		parts = append(parts, "password="+config.Password)
	}
	if config.TLSConfig == nil {
		parts = append(parts, "sslmode=disable")
	}
	return strings.Join(parts, " ")
}

const sweepSQL = `do $$ declare t text; begin
  set local session_replication_role = replica;
  for t in select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'public' and tablename not in ('goose_db_version','legal_move','assisted_draft') loop
    execute 'delete from ' || t;
  end loop;
end $$`

func sweep(l *lease) error {
	_, err := l.owner.Exec(context.Background(), sweepSQL)
	return err
}
