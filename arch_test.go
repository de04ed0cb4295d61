package seedbed

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The order of the year: an area may import those before it, never one after it (reads look back, facts go forward).
var year = []string{"place", "identity", "audit", "notice", "consent", "ledger", "evidence", "accounts", "assist", "talent", "topic", "edition", "proposal", "papers",
	"draw", "score", "assign", "calibrate", "allot", "replay", "judging", "award", "delivery", "money", "incubation", "openbook", "gallery", "privacy", "desk"}

// vocabulary is imported by everyone and imports nothing of ours but itself.
var vocabulary = []string{"domain/fault", "domain/yuan", "domain/clock", "domain/vault", "domain/decimal"}

// Only these folders may import these modules.
var kept = map[string][]string{
	"github.com/gofiber/fiber":      {"server/", "cmd/"},
	"github.com/jackc/pgx":          {"storage/pg"},
	"github.com/hibiken/asynq":      {"jobs"},
	"github.com/alicebob/miniredis": {"jobs"},
	"github.com/redis/go-redis":     {"jobs"},
	"github.com/minio/minio-go":     {"storage/objects"},
	"github.com/xuri/excelize":      {"storage/sheet"},
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// floor is how high a package stands; imports go down. The server and the jobs stand beside each other and never meet.
func floor(path string) int {
	for i, prefix := range []string{"migrations", "storage", "domain", "templates", "server", "cmd"} {
		if path == prefix || strings.HasPrefix(path, prefix+"/") {
			return i
		}
	}
	if path == "jobs" {
		return 4
	}
	return -1
}

func TestImportsPointDown(t *testing.T) {
	all := packages(t)
	if len(all) < 10 {
		t.Fatalf("only %d packages seen", len(all))
	}
	for _, p := range all {
		from, ours := strings.CutPrefix(p.ImportPath, "seedbed/")
		if !ours {
			continue
		}
		for _, imported := range p.Imports {
			for module, allowed := range kept {
				if strings.HasPrefix(imported, module) && !slices.ContainsFunc(allowed, func(a string) bool { return strings.HasPrefix(from, a) }) {
					t.Errorf("%s imports %s, which only %s may", from, module, strings.Join(allowed, " and "))
				}
			}
			to, ours := strings.CutPrefix(imported, "seedbed/")
			if !ours || slices.Contains(vocabulary, to) {
				continue
			}
			if complaint := forbidden(from, to); complaint != "" {
				t.Error(complaint)
			}
		}
	}
}

// forbidden says what is wrong with from importing to, "" for nothing.
func forbidden(from, to string) string {
	if slices.Contains(vocabulary, from) {
		return from + " is vocabulary and may import nothing but vocabulary, not " + to
	}
	a, b := floor(from), floor(to)
	switch {
	case a < 0 || b < 0:
		return ""
	case b > a || (a == 4 && b == 4 && (from == "jobs") != (to == "jobs")):
		return from + " imports " + to + ", which stands above or beside it"
	case strings.HasPrefix(from, "templates/") && strings.HasPrefix(to, "storage"):
		return from + " imports " + to + ": a template asks no database"
	}
	return outOfOrder(from, to)
}

func outOfOrder(from, to string) string {
	area := func(path string) int {
		parts := strings.Split(path, "/")
		if len(parts) < 2 || (parts[0] != "domain" && parts[0] != "server") {
			return -1
		}
		return slices.Index(year, parts[1])
	}
	a, b := area(from), area(to)
	if a >= 0 && b > a {
		return from + " imports " + to + ", which comes later in the year"
	}
	return ""
}

func TestForbidden(t *testing.T) {
	for _, c := range []struct {
		from, to string
		bad      bool
	}{
		{"domain/edition", "domain/money", true}, {"domain/money", "domain/edition", false}, {"storage/pg", "domain/place", true},
		{"domain/fault", "storage/pg", true}, {"server/edition", "jobs", true}, {"jobs", "server/web", true}, {"templates/ui", "storage/pg", true},
		{"cmd/seedbed", "jobs", false}, {"server/home", "domain/money", false}, {"domain/award", "server/web", true},
	} {
		if got := forbidden(c.from, c.to) != ""; got != c.bad {
			t.Errorf("%s → %s: forbidden = %v, want %v", c.from, c.to, got, c.bad)
		}
	}
}
