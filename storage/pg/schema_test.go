package pg_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"seedbed/storage/pg/embedded"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noise = regexp.MustCompile(`(?m)^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)\n`)

// migrations/schema.sql is what all migrations add up to, to be read in one file.
func TestGoldenSchema(t *testing.T) {
	_, url := pgtest.Lend(t)
	bin, err := embedded.Find()
	if err != nil {
		t.Skip("pg_dump comes with PostgreSQL's programs, which are not here")
	}
	out, err := exec.Command(filepath.Join(bin, "pg_dump"), "--schema-only", "--no-owner", "--no-comments", "--exclude-table=goose*", url).Output()
	if err != nil {
		t.Fatal(err)
	}
	got := regexp.MustCompile(`\n{3,}`).ReplaceAllString(noise.ReplaceAllString(string(out), ""), "\n\n")
	version, err := exec.Command(filepath.Join(bin, "pg_dump"), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	major := regexp.MustCompile(`\d+`).FindString(string(version))
	got = "-- What migrations/0*.sql add up to, as PostgreSQL " + major + " tells it. Made by ./dev golden.\n\n" + strings.TrimLeft(got, "\n")
	const path = "../../migrations/schema.sql"
	if os.Getenv("SEEDBED_TEST_GOLDEN") == "write" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err == nil && strings.SplitN(string(want), "\n", 2)[0] != strings.SplitN(got, "\n", 2)[0] {
		t.Skip("the golden was made by another major version of PostgreSQL, which words the same schema in other ways")
	}
	if err != nil || string(want) != got {
		t.Errorf("%s is out of date (%v); ./dev golden rewrites it", path, err)
	}
}
