package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"seedbed/cmd/seedbed/sample"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// The call, the editor and the gallery as a slow phone gets them, measured by Lighthouse. A machine busy with other work
// lowers the performance figure: run it alone. ./dev lighthouse brings Lighthouse.
func TestLighthouse(t *testing.T) {
	cli := os.Getenv("SEEDBED_TEST_LIGHTHOUSE")
	if cli == "" {
		t.Skip("./dev lighthouse brings Lighthouse")
	}
	h := plantHere(t)
	base := h.serve(t)
	people, err := sample.People(t.Context(), h.Engines.DB)
	if err != nil {
		t.Fatal(err)
	}
	resident := people[slices.IndexFunc(people, func(p sample.Person) bool { return p.Kind == identity.Resident })]
	type drafted struct{ ID, Lead, Edition string }
	d, err := pg.One[drafted](t.Context(), h.Engines.DB, `select p.id::text, p.lead_id::text as lead, p.edition_id::text as edition from proposal p join edition e on e.id = p.edition_id
  where p.state = 'draft' and e.state = 'open' order by (p.lead_id = @me::uuid) desc, p.id limit 1`, pg.Args{"me": resident.ID})
	if err != nil {
		t.Fatal(err)
	}
	token, err := h.Accounts.EnterSample(t.Context(), d.Lead)
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"call": "/editions/" + d.Edition, "editor": "/proposals/" + d.ID + "/edit", "gallery": "/gallery"} {
		scores := measure(t, cli, base+path, token)
		for category, score := range scores {
			if score < 98 {
				t.Errorf("%s: %s %d", name, category, score)
			}
		}
		t.Logf("%s: %v", name, scores)
	}
}

// measure gives the scores of a page, of 100, and tells what was taken off.
func measure(t *testing.T, cli, address, token string) map[string]int {
	t.Helper()
	chrome, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	headers, err := json.Marshal(map[string]string{"Cookie": "seedbed=" + token})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", cli, address, "--quiet", "--output=json", "--only-categories=performance,accessibility,best-practices", "--form-factor=mobile",
		"--extra-headers="+string(headers), "--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --lang=zh-CN")
	cmd.Env = append(os.Environ(), "CHROME_PATH="+chrome)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	var report struct {
		Categories map[string]struct {
			Score     float64
			AuditRefs []struct {
				ID     string
				Weight float64
			}
		}
		Audits map[string]struct {
			Score *float64
			Title string
		}
	}
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatal(err)
	}
	scores := map[string]int{}
	for name, c := range report.Categories {
		scores[name] = int(c.Score*100 + .5)
		for _, ref := range c.AuditRefs {
			if a := report.Audits[ref.ID]; ref.Weight > 0 && a.Score != nil && *a.Score < .9 {
				t.Logf("%s: %s %s %.2f", address, name, a.Title, *a.Score)
			}
		}
	}
	return scores
}
