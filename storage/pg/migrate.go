package pg

import (
	"context"
	"database/sql"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // goose speaks database/sql
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"seedbed/migrations"
)

// Migrate brings the schema forward to this binary's version, one process at a time, and tells the version. A schema
// newer than the binary is refused: an old binary must not write into it.
func Migrate(ctx context.Context, url string) (int64, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return 0, err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, err
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return 0, err
	}
	if current > target {
		return current, fmt.Errorf("the database is at schema %d, this program knows only %d: use a newer program", current, target)
	}
	if _, err := provider.Up(ctx); err != nil {
		return current, err
	}
	return target, nil
}
