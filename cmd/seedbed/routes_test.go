package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/server/web"
)

// compare holds a text to its golden file, or rewrites the file.
func compare(t *testing.T, path, got string) {
	t.Helper()
	if os.Getenv("SEEDBED_TEST_GOLDEN") == "write" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is out of date; ./dev golden rewrites it", path)
	}
}

// cast is one signed-in person of every role, in a district of one community a street.
func cast(t *testing.T, h *House) map[identity.Role]string {
	t.Helper()
	day := h.Clock.Now()
	err := h.lay(t.Context(), []place.Place{{Path: "jz", Level: "district", Name: "京州区", Code: "1", ValidFrom: day}, {Path: "jz.w", Level: "subdistrict", Name: "武汉路街道", Code: "2", ValidFrom: day},
		{Path: "jz.w.a", Level: "community", Name: "甲社区", Code: "3", ValidFrom: day}})
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[identity.Role]string{identity.Visitor: ""}
	at := map[identity.Role]string{identity.CommunityStaff: "jz.w.a", identity.CommunityHead: "jz.w.a", identity.SubdistrictStaff: "jz.w", identity.SubdistrictHead: "jz.w"}
	for i, role := range append([]identity.Role{identity.Resident}, identity.Granted...) {
		var grants []identity.Grant
		if role != identity.Resident {
			where := at[role]
			if where == "" {
				where = "jz"
			}
			grants = []identity.Grant{{Role: role, Place: where}}
		}
		who, err := h.Accounts.Enlist(t.Context(), "某人", fmt.Sprintf("138000000%02d", i), "jz.w.a", grants...)
		if err != nil {
			t.Fatal(err)
		}
		if tokens[role], err = h.Accounts.EnterSample(t.Context(), who.ID); err != nil {
			t.Fatal(err)
		}
	}
	return tokens
}

const nobody = "01990000-0000-7000-8000-000000000000"

// request asks a route as somebody, with a well-formed form for a post.
func request(t *testing.T, app *fiber.App, r web.Route, session string) (int, string) {
	t.Helper()
	path := strings.NewReplacer(":id", nobody, ":member", nobody).Replace(r.Path)
	cookies := "seedbed=" + session
	form := url.Values{}
	if r.Method != http.MethodGet {
		page, _, visit := send(t, app, http.MethodGet, "/help", cookies, nil)
		cookies += "; " + visit
		form.Set("_token", formToken.FindStringSubmatch(page)[1])
	}
	_, status, location := send(t, app, r.Method, path, cookies, form)
	return status, location
}

func send(t *testing.T, app *fiber.App, method, path, cookies string, form url.Values) (body string, status int, location string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://localhost"+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Cookie", cookies)
	if method != http.MethodGet {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := app.Test(req, 20_000)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if location = res.Header.Get("Location"); location == "" {
		location = strings.Split(res.Header.Get("Set-Cookie"), ";")[0]
	}
	return string(raw), res.StatusCode, location
}

// Every role asks every route and gets exactly what the permission table says: whoever may not is refused before the
// verb is reached, whoever may is never refused by the route.
func TestGoldenEveryRoleAsksEveryRoute(t *testing.T) {
	h, _ := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	tokens, app := cast(t, h), h.App()
	roles := append([]identity.Role{identity.Visitor, identity.Resident}, identity.Granted...)
	var table strings.Builder
	fmt.Fprintf(&table, "# Who may ask what\n\nMade by a test from the route table and the permission table (`domain/identity/permission.go`). ● the route opens; the verb asks again, at the place. · refused.\n\n| route | permission |")
	for _, role := range roles {
		fmt.Fprintf(&table, " %s |", role)
	}
	fmt.Fprintf(&table, "\n|---|---|%s\n", strings.Repeat("---|", len(roles)))
	routes := h.Routes
	sort.SliceStable(routes, func(i, j int) bool { return routes[i].Path+routes[i].Method < routes[j].Path+routes[j].Method })
	for _, r := range routes {
		fmt.Fprintf(&table, "| %s %s | %s |", r.Method, r.Path, r.May)
		for _, role := range roles {
			if r.Path == "/logout" && role != identity.Visitor {
				table.WriteString(" ● |") // it would end the session this test still needs
				continue
			}
			actor := identity.Actor{Strong: true}
			if role != identity.Visitor {
				actor.ID = nobody
				actor.Grants = []identity.Grant{{Role: role, Place: "jz"}}
			}
			allowed := actor.Somewhere(r.May)
			status, location := request(t, app, r, tokens[role])
			door := status == 303 && (strings.HasPrefix(location, "/login?") || strings.HasPrefix(location, "/continue"))
			refused := status == 403 || (role == identity.Visitor && (door || status == 401))
			switch {
			case status >= 500:
				t.Errorf("%s %s as %s: %d", r.Method, r.Path, role, status)
			case allowed && refused:
				t.Errorf("%s %s as %s: refused with %d %s, the table says %s may", r.Method, r.Path, role, status, location, r.May)
			case !allowed && !refused:
				t.Errorf("%s %s as %s: answered %d, the table says no", r.Method, r.Path, role, status)
			}
			mark := "·"
			if allowed {
				mark = "●"
			}
			fmt.Fprintf(&table, " %s |", mark)
		}
		table.WriteString("\n")
	}
	compare(t, "../../docs/permissions.md", table.String())
}

// Somebody else's row and a row that does not exist read the same: a malformed id does too.
func TestMalformedIdsAreNotFound(t *testing.T) {
	h, _ := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	tokens, app := cast(t, h), h.App()
	for _, r := range h.Routes {
		if !strings.Contains(r.Path, ":id") || r.Method != http.MethodGet {
			continue
		}
		for role, token := range tokens {
			actor := identity.Actor{ID: nobody, Strong: true, Grants: []identity.Grant{{Role: role, Place: "jz"}}}
			if role == identity.Visitor || !actor.Somewhere(r.May) {
				continue
			}
			for _, bad := range []string{"x", "1%27%20or%201=1", strings.Repeat("9", 300), "%00", "..%2f..%2fetc", nobody + "x"} {
				r := r
				r.Path = strings.ReplaceAll(r.Path, ":id", bad)
				if status, _ := request(t, app, r, token); status != 404 {
					t.Errorf("GET %s as %s: %d", r.Path, role, status)
				}
			}
			break // one role that may is enough
		}
	}
}

func TestGoldenSettings(t *testing.T) {
	var out strings.Builder
	out.WriteString("# Settings\n\nMade from `cmd/seedbed/config.go`; `seedbed config` prints the same. Secrets may also be given as a file: `SEEDBED_SECRET_FILE`, `SEEDBED_S3_SECRET_FILE`, `SEEDBED_SMS_TOKEN_FILE`, `SEEDBED_DATABASE_URL_FILE`, `SEEDBED_REDIS_URL_FILE`.\n\n")
	printConfig(&out)
	compare(t, "../../docs/config.md", out.String())
	if _, err := readConfig([]string{"SEEDBED_LISTN=x"}); err == nil {
		t.Error("a misspelt setting is not noticed")
	}
}
