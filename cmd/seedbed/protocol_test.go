package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"seedbed/domain/award"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// replayed runs "seedbed replay" over a file.
func replayed(t *testing.T, body []byte) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := replayCommand()
	cmd.SetIn(bytes.NewReader(body))
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs([]string{})
	err := cmd.Execute()
	return out.String(), err
}

var protocolLink = regexp.MustCompile(`/notices/[0-9a-f-]{36}/protocols/[a-z0-9_-]+\.json`)

// sampleIsReplayed: what the sample district's three editions have published is downloaded by a visitor from the notices and computed again:
// the results are those that are stored, byte for byte; a file that was changed is refused.
func sampleIsReplayed(t *testing.T, h *House) {
	app := h.App()
	get := func(path string) []byte {
		r := httptest.NewRequest("GET", path, nil)
		r.Host = "localhost"
		res, err := app.Test(r, 30_000)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = res.Body.Close() }() // it was only read
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("%s: %d, %v", path, res.StatusCode, err)
		}
		return body
	}
	type up struct{ ID, Edition, Round, Digest string }
	notices, err := pg.All[up](t.Context(), h.Engines.DB, `select n.id::text as id, n.edition_id::text as edition, r.id::text as round, r.digest from publicity n join review_round r on r.edition_id = n.edition_id and r.state = 'closed'
    where n.cause = 'first' and r.seq = (select max(seq) from review_round where edition_id = n.edition_id and kind <> 'panel') order by n.opens_at`, nil)
	if err != nil || len(notices) < 2 {
		t.Fatalf("%d notices, %v", len(notices), err)
	}
	for _, n := range notices {
		links := protocolLink.FindAllString(string(get("/notices/"+n.ID)), -1)
		if len(links) < 2 {
			t.Errorf("the notice of %s offers %d files", n.Edition, len(links))
		}
		for _, link := range links {
			replayOne(t, h, get(link), n.Round, n.Digest, n.Edition)
		}
	}
	editions, err := pg.Values[string](t.Context(), h.Engines.DB, `select r.id::text from review_round r where r.state = 'closed' order by r.id`, nil)
	if err != nil || len(editions) < 3 {
		t.Errorf("%d closed rounds, %v", len(editions), err)
	}
	for _, id := range editions {
		runs, err := judging.Runs(t.Context(), h.Engines.DB, id)
		if err != nil || len(runs) == 0 {
			t.Fatal(runs, err)
		}
		r := runs[0]
		if _, err := replayed(t, []byte(r.Protocol)); err != nil {
			t.Errorf("round %s: %v", id, err)
		}
		if r.Advice == "" { // a panel votes, and needs no arithmetic beside it
			continue
		}
		var a judging.Advice
		if err := json.Unmarshal([]byte(r.Advice), &a); err != nil {
			t.Fatal(err)
		}
		if _, err := replayed(t, a.All); err != nil {
			t.Errorf("advice of round %s: %v", id, err)
		}
	}
}

// replayOne replays a file, compares it with what is stored, and then with a changed copy.
func replayOne(t *testing.T, h *House, file []byte, round, digest, edition string) {
	t.Helper()
	said, err := replayed(t, file)
	if err != nil || !strings.Contains(said, `"same":true`) {
		t.Errorf("%v: %s", err, said)
		return
	}
	var p struct {
		Kind  string `json:"kind"`
		Input struct {
			Round string `json:"round"`
		} `json:"input"`
		Result json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(file, &p); err != nil {
		t.Fatal(err)
	}
	was, now := `"rank":2`, `"rank":3`
	switch p.Kind {
	case "round":
		if p.Input.Round != round { // an earlier round of the edition, which only chose
			round = p.Input.Round
			var err error
			if digest, err = pg.Value[string](t.Context(), h.Engines.DB, `select digest from review_round where id = @r::uuid and edition_id = @e::uuid`, pg.Args{"r": round, "e": edition}); err != nil {
				t.Error(err)
			}
		}
		var out judging.Outcome
		if err := json.Unmarshal(p.Result, &out); err != nil || judging.Digest(out) != digest || !strings.Contains(said, digest) {
			t.Errorf("round %s: the file comes to %s, stored is %s", round, judging.Digest(out), digest)
		}
		for _, row := range out.Rows {
			n, err := pg.Value[int64](t.Context(), h.Engines.DB, `select count(*) from round_result where round_id = @r::uuid and run = 1 and proposal_id = @p::uuid and score = @score and rank = @rank and n = @n`,
				pg.Args{"r": round, "p": row.ID, "score": row.Score, "rank": row.Rank, "n": row.N})
			if err != nil || n != 1 {
				t.Errorf("row %+v is not what is stored: %v", row, err)
			}
		}
	case "award":
		var out struct {
			Decisions []award.Decision `json:"decisions"`
		}
		if err := json.Unmarshal(p.Result, &out); err != nil || len(out.Decisions) == 0 {
			t.Errorf("allocation: %v", err)
		}
		for _, d := range out.Decisions {
			n, err := pg.Value[int64](t.Context(), h.Engines.DB, `select count(*) from award where edition_id = @e::uuid and proposal_id = @p::uuid and amount = @amount and (result = @result or @result = 'reserve' and result = 'not_selected')`, // a reserve's days end

				pg.Args{"e": edition, "p": d.ID, "amount": d.Amount, "result": d.Result})
			if err != nil || n != 1 {
				t.Errorf("decision %+v is not what is stored: %v", d, err)
			}
		}
		was, now = `"result":"selected"`, `"result":"reserve"`
	case "assign":
		was, now = `"filled":`, `"filled":1` // one digit more
	}
	changed := strings.Replace(string(file), was, now, 1)
	if changed == string(file) {
		t.Errorf("%s: nothing to change", p.Kind)
	} else if _, err := replayed(t, []byte(changed)); err == nil {
		t.Errorf("%s: a changed file was taken", p.Kind)
	}
}
