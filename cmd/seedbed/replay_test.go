package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seedbed/domain/judging"
	"seedbed/domain/replay"
)

// said runs a command and gives its exit code and what it printed.
func said(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), args, nil, &o, &e)
	return code, o.String(), e.String()
}

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	sheetsFile   = `{"rubric":[{"id":"need","weight":100}],"trim":"sheet","seed":"2026","sheets":[{"project":"p","judge":"a","marks":{"need":86}},{"project":"p","judge":"b","marks":{"need":91.5}},{"project":"p","judge":"c","marks":{"need":78.25}},{"project":"p","judge":"d","marks":{"need":88}},{"project":"p","judge":"e","marks":{"need":95}}]}`
	instanceFile = `{"judges":[{"id":"a","max":2},{"id":"b","max":2}],"projects":[{"id":"x","need":1},{"id":"y","need":1}],"suitability":[["a","x",0.9],["b","x",0.8],["a","y",0.7]]}`
	ballotFile   = "META\nkey;value\nbudget;10\nvote_type;approval\nPROJECTS\nproject_id;cost\na;4\nb;7\nVOTES\nvoter_id;vote\n1;a,b\n2;b\n"
)

// Each command computes without settings or a database, and replay finds its protocol true and a changed one false.
func TestPublishedDecisionsCanBeComputedAgain(t *testing.T) {
	for _, v := range []struct {
		file string
		args []string
	}{{sheetsFile, []string{"score"}}, {sheetsFile, []string{"calibrate"}}, {instanceFile, []string{"assign"}}, {`{"seed":"s","ids":["a","b"]}`, []string{"draw"}},
		{ballotFile, []string{"allocate", "--rule", "equal-shares", "--complete", "exhaust", "--ties", "id"}}} {
		path := written(t, "input", v.file)
		code, out, errs := said(t, append(v.args, path)...)
		if code != 0 || !json.Valid([]byte(out)) || errs != "" {
			t.Errorf("%v: %d, %s%s", v.args, code, out, errs)
		}
		code, whole, errs := said(t, append(v.args, "--protocol", path)...)
		if code != 0 || !strings.Contains(whole, `"result":`+strings.TrimSpace(out)) {
			t.Errorf("%v --protocol: %d, %s%s", v.args, code, whole, errs)
		}
		if code, out, errs = said(t, "replay", written(t, "protocol", whole)); code != 0 || !strings.Contains(out, `"same":true`) {
			t.Errorf("replay of %v: %d, %s%s", v.args, code, out, errs)
		}
		at := strings.Index(whole, `"result":`) + strings.IndexAny(whole[strings.Index(whole, `"result":`):], "123456789")
		changed := whole[:at] + string((whole[at]-'0')%9+'1') + whole[at+1:]
		if code, _, errs = said(t, "replay", written(t, "protocol", changed)); code == 0 || !strings.Contains(errs, "result") {
			t.Errorf("replay of a changed %v: %d, %s", v.args, code, errs)
		}
	}
}

func TestAPlanCanBeChecked(t *testing.T) {
	instance := written(t, "instance", instanceFile)
	_, plan, _ := said(t, "assign", instance)
	if code, out, errs := said(t, "assign", "--check", written(t, "plan", plan), instance); code != 0 {
		t.Errorf("the plan: %d, %s%s", code, out, errs)
	}
	worse := strings.Replace(plan, `["a","x"]`, `["b","x"]`, 1)
	if worse == plan {
		t.Fatalf("the plan has no pair a, x: %s", plan)
	}
	if code, _, errs := said(t, "assign", "--check", written(t, "plan", worse), instance); code == 0 || !strings.Contains(errs, "did not pass") {
		t.Errorf("a worse plan: %d, %s", code, errs)
	}
}

func TestWrongInputIsSaidInBothLanguages(t *testing.T) {
	code, out, errs := said(t, "score", written(t, "input", strings.Replace(sheetsFile, "91.5", "NaN", 1)))
	if code != 1 || out != "" || !strings.Contains(errs, "sheets[1].marks.need：不是数字") || !strings.Contains(errs, "this is no number") {
		t.Errorf("%d, %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"score", "/nowhere"}, {"score", t.TempDir()}, {"allocate", "--rule", "luck", "x"}, {"assign", "--check", "x"}, {"replay", written(t, "x", "{}")}} {
		if code, _, errs := said(t, args...); code != 1 || strings.Count(errs, "\n") < 2 {
			t.Errorf("%v: %d, %s", args, code, errs)
		}
	}
}

// A round of the product itself is one kind of protocol.
func TestARoundOfTheProductCanBeComputedAgain(t *testing.T) {
	in := judging.Input{Round: "r", Seed: "s", TrimAt: 5, MinValid: 1, Weights: []judging.Weight{{Code: "need", Weight: 100}},
		Entries: []judging.Entry{{ID: "a", Track: "t", Papers: []judging.Paper{{ID: "1", Marks: map[string]int{"need": 80}}}}, {ID: "b", Track: "t", Papers: []judging.Paper{{ID: "2", Marks: map[string]int{"need": 80}}}}}}
	out, err := judging.Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	input, _ := json.Marshal(in)
	result, _ := json.Marshal(out)
	whole, err := replay.Write("round", input, result, nil)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, errs := said(t, "replay", written(t, "protocol", string(whole))); code != 0 {
		t.Error(errs)
	}
	if code, _, _ := said(t, "replay", written(t, "protocol", strings.Replace(string(whole), `"rank":2`, `"rank":1`, 1))); code == 0 {
		t.Error("a changed rank was taken")
	}
}
