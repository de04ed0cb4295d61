package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/clock"
	"seedbed/domain/judging"
	"seedbed/domain/replay"
)

const planID = "00000000-0000-7000-8000-0000000000a1"

// A stored assignment whose certificate no longer proves it is named by the check that operators run; so is one whose text was changed
// to another that is as good.
func TestCheckNamesAPlanThatIsNotProved(t *testing.T) {
	h, _ := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	owner, err := pgx.Connect(t.Context(), h.Engines.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close(t.Context())
	plan, err := replay.Assign(strings.NewReader(instanceFile))
	if err != nil {
		t.Fatal(err)
	}
	compact := func(text []byte) string {
		c, err := replay.Compact(text)
		if err != nil {
			t.Fatal(err)
		}
		return replay.Sum(c)
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := owner.Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec("set session_replication_role = replica")
	exec(`insert into assignment_plan (id, round_id, no, kind, mode, instance, result, input_hash, result_hash, filled, needed, at)
    values ($1, $1, 1, 'whole', 'best', $2::text::json, $3::text::json, $4, $5, 2, 2, now())`, planID, instanceFile, string(plan), compact([]byte(instanceFile)), compact(plan))
	var said strings.Builder
	if err := h.check(t.Context(), &said); err != nil || !strings.Contains(said.String(), "plans") {
		t.Fatalf("%v\n%s", err, said.String())
	}
	worse := strings.Replace(string(plan), `["a","x"]`, `["b","x"]`, 1)
	for name, broken := range map[string][2]string{"another plan": {worse, compact([]byte(worse))}, "another text": {strings.Replace(string(plan), `"filled":2`, `"filled":1`, 1), compact(plan)}} {
		exec(`update assignment_plan set result = $2::text::json, result_hash = $3 where id = $1`, planID, broken[0], broken[1])
		said.Reset()
		if err := h.check(t.Context(), &said); err == nil || !strings.Contains(said.String(), "plan "+planID) {
			t.Errorf("%s: %v\n%s", name, err, said.String())
		}
	}
}

// The order of a pitch round comes out of its published input, byte for byte; nonsense is refused in words.
func TestThePitchOrderCanBeDrawnAgain(t *testing.T) {
	in := judging.OrderInput{Seed: "2026", Projects: []string{"a", "b", "c", "d"}}
	input, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	want, err := judging.PitchOrder(in)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	path := written(t, "order", string(input))
	for range 2 {
		if code, out, errs := said(t, "pitch-order", path); code != 0 || out != string(body)+"\n" || errs != "" {
			t.Errorf("%d, %s%s, want %s", code, out, errs, body)
		}
	}
	for _, wrong := range []string{"", "{}{}", `{"seed":"x","nonsense":1}`, string(input) + "x", `{"seed":"x","projects":["a","a"]}`} {
		if code, out, errs := said(t, "pitch-order", written(t, "order", wrong)); code != 1 || out != "" || strings.Count(errs, "\n") < 2 {
			t.Errorf("%q: %d, %s%s", wrong, code, out, errs)
		}
	}
}
