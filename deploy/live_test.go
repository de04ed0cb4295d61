package deploy_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/storage/pg"
	"seedbed/storage/pg/embedded"
)

func TestHealthy(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" || r.Host != "localhost" {
			t.Errorf("asked %s of %s", r.URL.Path, r.Host)
		}
		w.WriteHeader(status)
	}))
	address := server.Listener.Addr().String()
	for _, c := range []struct {
		status int
		well   bool
	}{{http.StatusOK, true}, {http.StatusServiceUnavailable, false}} {
		status = c.status
		if err := exec.Command("bash", "healthy.sh", address).Run(); (err == nil) != c.well {
			t.Errorf("at %d: %v", c.status, err)
		}
	}
	server.Close()
	if exec.Command("bash", "healthy.sh", address).Run() == nil {
		t.Error("well, though nobody listens")
	}
}

// The database as the composition makes it: the owner migrates, the web server's role can work but not alter.
func TestRoles(t *testing.T) {
	server, err := embedded.Start(t.Context(), embedded.Options{Fast: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	bin, err := embedded.Find()
	if err != nil {
		t.Fatal(err)
	}
	owner, err := url.Parse(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "postgres/roles.sh")
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "PGHOST="+owner.Query().Get("host"), "PGPORT=5432",
		"POSTGRES_USER="+embedded.Owner, "POSTGRES_DB="+embedded.Owner, "WEB_PASSWORD=it's one")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if _, err := pg.Migrate(t.Context(), server.URL()); err != nil {
		t.Fatal(err)
	}
	owner.User = url.UserPassword("seedbed_web", "it's one")
	web := strings.Replace(server.URL(), embedded.Owner+"@", owner.User.String()+"@", 1)
	db, err := pg.Open(t.Context(), web, pg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := pg.Value[int](t.Context(), db, "select count(*)::int from place", nil); err != nil {
		t.Errorf("the web server cannot read: %v", err)
	}
	conn, err := pgx.Connect(t.Context(), web)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{"create table mine ()", "drop table place cascade", "alter table audit_event disable trigger all", "set role " + embedded.Owner} {
		if _, err := conn.Exec(t.Context(), sql); err == nil {
			t.Errorf("the web server's login may: %s", sql)
		}
	}
}
