package replay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/fault"
)

// round is a score file of one project whose sheets have the totals given, in points.
func round(trim string, totals ...string) string {
	var sheets []string
	for i, t := range totals {
		sheets = append(sheets, fmt.Sprintf(`{"project":"p","judge":"j%d","marks":{"need":%s,"plan":"%s"},"state":"locked"}`, i, t, t))
	}
	return fmt.Sprintf(`{"rubric":[{"id":"need","weight":60,"min":0,"max":100},{"id":"plan","weight":"40","min":0,"max":100}],"scale":100,"trim":%q,"trim_at":5,"min_valid":3,"decimals":2,"sheets":[%s]}`, trim, strings.Join(sheets, ","))
}

type result struct {
	Results []struct {
		Project  string
		Score    *string
		Rank     *int
		N        int
		Dropped  []any
		Criteria map[string]*string
		Reason   string
	}
}

func scoreText(t *testing.T, text string) result {
	t.Helper()
	out, err := Score(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var r result
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// The published vectors of DOMAIN §9.2.
func TestPublishedVectors(t *testing.T) {
	for _, v := range []struct {
		totals []string
		score  string
		cuts   int
	}{
		{[]string{"86.00", "91.50", "78.25", "88.00", "95.00"}, "88.50", 2},
		{[]string{"80", "85", "90", "70"}, "81.25", 0},
		{[]string{"79.05", "83.40", "81.15", "90.00", "77.70", "86.25", "84.60"}, "82.89", 2},
		{[]string{"80", "80", "80", "80", "80"}, "80.00", 2},
	} {
		for _, trim := range []string{"sheet", "criterion"} {
			cuts := v.cuts
			if trim == "criterion" {
				cuts *= 2 // one highest and one lowest of each of two criteria
			}
			if r := scoreText(t, round(trim, v.totals...)).Results[0]; r.Score == nil || *r.Score != v.score || len(r.Dropped) != cuts || r.N != len(v.totals) {
				t.Errorf("%s of %v: %+v, want %s", trim, v.totals, r, v.score)
			}
		}
	}
	if r := scoreText(t, round("none", "1", "2", "2.005")).Results[0]; *r.Score != "1.67" {
		t.Errorf("untrimmed: %s", *r.Score)
	}
}

func TestAMissingMarkIsNotZero(t *testing.T) {
	text := strings.Replace(round("none", "80", "80", "80"), `"plan":"80"}`, `"plan":null}`, 1)
	if r := scoreText(t, text).Results[0]; *r.Score != "80.00" || *r.Criteria["plan"] != "80.00" || r.N != 3 {
		t.Errorf("with a mark missing: %+v", r)
	}
	text = strings.ReplaceAll(round("none", "80", "80", "80"), `"plan":"80"`, `"plan":null`)
	if r := scoreText(t, text).Results[0]; r.Score != nil || r.Reason != noMarks {
		t.Errorf("a criterion that nobody marked gave a score: %+v", r)
	}
}

func TestInvalidSheetsAndTooFew(t *testing.T) {
	text := strings.Replace(round("none", "80", "80", "10"), `"locked"}]`, `"invalid"}]`, 1)
	if r := scoreText(t, text).Results[0]; r.Score != nil || r.Rank != nil || r.N != 2 || r.Reason != tooFew {
		t.Errorf("two valid sheets of three: %+v", r)
	}
}

func TestEqualScoresShareARank(t *testing.T) {
	text := `{"rubric":[{"id":"a","weight":1}],"min_valid":1,"sheets":[{"project":"x","judge":"j","marks":{"a":80.001}},{"project":"y","judge":"j","marks":{"a":80}},{"project":"z","judge":"j","marks":{"a":70}},{"project":"b","judge":"j","marks":{"a":90}}]}`
	got := ""
	for _, r := range scoreText(t, text).Results {
		got += fmt.Sprint(r.Project, *r.Rank, " ")
	}
	if got != "b1 x2 y2 z4 " {
		t.Errorf("ranks %s", got)
	}
}

// Each wrong input is refused, and the complaint names the field.
func TestWrongInputNamesTheField(t *testing.T) {
	good := round("sheet", "80", "81", "82")
	for name, v := range map[string]struct{ old, new, want string }{
		"unknown field":     {`"scale":100`, `"scale":100,"shape":1`, "shape"},
		"field twice":       {`"scale":100`, `"scale":100,"scale":100`, "“scale”写了两次"},
		"unknown criterion": {`"need":80`, `"nees":80`, "sheets[0].marks.nees"},
		"mark too high":     {`"need":81`, `"need":100.5`, "sheets[1].marks.need"},
		"NaN":               {`"need":81`, `"need":NaN`, "sheets[1].marks.need"},
		"huge exponent":     {`"need":81`, `"need":1e999999999`, "sheets[1].marks.need"},
		"mark a list":       {`"need":81`, `"need":[]`, "sheets[1].marks.need"},
		"sheet twice":       {`"judge":"j2"`, `"judge":"j1"`, "sheets[2]"},
		"state":             {`"state":"locked"}]`, `"state":"open"}]`, "sheets[2].state"},
		"trim":              {`"trim":"sheet"`, `"trim":"some"`, "trim"},
		"weight":            {`"weight":60`, `"weight":0`, "rubric[0].weight"},
		"no rubric":         {`"rubric":`, `"x":`, "x"},
		"half a file":       {good[len(good)-40:], "", "sheets[2]"},
		"left over":         {good, good + "x", "多余"},
		"leading nought":    {`"need":81`, `"need":081`, "sheets[1].marks.need"},
		"control character": {`"judge":"j2"`, "\"judge\":\"j\n2\"", "sheets[2].judge"},
		"not UTF-8":         {`"judge":"j2"`, "\"judge\":\"j\xff\"", "sheets[2].judge"},
	} {
		if !strings.Contains(good, v.old) {
			t.Fatalf("%s: the file has no %q", name, v.old)
		}
		_, err := Score(strings.NewReader(strings.Replace(good, v.old, v.new, 1)))
		if err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v, want it to name %s", name, err, v.want)
		}
	}
}

func TestWrongInstancesNameTheField(t *testing.T) {
	good := `{"judges":[{"id":"a","min":0,"max":2},{"id":"b","min":0,"max":2}],"projects":[{"id":"x","need":1}],"suitability":[["a","x",0.5],["b","x",0.7]],"conflicts":[["b","x"]],"mode":"best"}`
	for name, v := range map[string]struct{ old, new, want string }{
		"judge twice":        {`"id":"b"`, `"id":"a"`, "judges[1]"},
		"unknown judge":      {`["b","x",0.7]`, `["c","x",0.7]`, "suitability[1][0]"},
		"unknown project":    {`[["b","x"]]`, `[["b","y"]]`, "conflicts[0][1]"},
		"pair twice":         {`["b","x",0.7]`, `["a","x",0.7]`, "suitability[1]"},
		"above one":          {`0.7`, `1.7`, "suitability[1][2]"},
		"three":              {`["b","x",0.7]`, `["b","x"]`, "suitability[1]"},
		"min above max":      {`"min":0,"max":2},{`, `"min":3,"max":2},{`, "judges[0]"},
		"locked in conflict": {`"mode":"best"`, `"locked":[["b","x"]]`, "locked[0]"},
		"no q":               {`"mode":"best"`, `"mode":"random"`, "q"},
		"q with three":       {`"mode":"best"`, `"mode":"random","seed":"s","q":0.333`, "q"},
		"half a need":        {`"need":1`, `"need":1.5`, "projects[0].need"},
	} {
		if !strings.Contains(good, v.old) {
			t.Fatalf("%s: the file has no %q", name, v.old)
		}
		_, err := Assign(strings.NewReader(strings.Replace(good, v.old, v.new, 1)))
		if err == nil || !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: %v, want it to name %s", name, err, v.want)
		}
	}
}

// endless repeats a text for ever and counts what was read of it.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.text[(e.read+i)%len(e.text)]
	}
	e.read += len(p)
	return len(p), nil
}

func TestNonsenseWithoutEndIsRefusedEarly(t *testing.T) {
	for _, text := range []string{"[", "a", " ", "{\"", "\x00", `{"judges":[`, "9"} {
		for name, f := range map[string]func(io.Reader) ([]byte, error){"score": Score, "assign": Assign, "calibrate": Calibrate, "draw": Draw} {
			in := &endless{text: text}
			if _, err := f(in); !fault.Is(err, fault.Invalid) || in.read > 3<<20 {
				t.Errorf("%s of %q without end: %v after %d bytes", name, text, err, in.read)
			}
		}
		in := &endless{text: text}
		if _, err := Replay(in, nil); err == nil || in.read > 3<<20 {
			t.Errorf("replay of %q without end: %v after %d bytes", text, err, in.read)
		}
	}
	deep := strings.NewReader(`{"kind":"score","input":` + strings.Repeat("[", 1<<20))
	if _, err := Replay(deep, nil); err == nil {
		t.Error("a million brackets were taken")
	}
}

// reordered writes a JSON value with its objects' keys in another order.
func reordered(rng *rand.Rand, v any) string {
	switch v := v.(type) {
	case map[string]any:
		keys := []string{}
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		parts := []string{}
		for _, k := range keys {
			name, _ := json.Marshal(k)
			parts = append(parts, string(name)+" : "+reordered(rng, v[k]))
		}
		return "{" + strings.Join(parts, ",\n") + "}"
	case []any:
		parts := []string{}
		for _, x := range v {
			parts = append(parts, reordered(rng, x))
		}
		return "[ " + strings.Join(parts, ", ") + "]"
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// golden are the example files: name.json goes in, name.printed must come out, byte for byte.
func golden(t *testing.T, each func(t *testing.T, f func(io.Reader) ([]byte, error), in, want []byte)) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d example files, %v", len(files), err)
	}
	for _, file := range files {
		kind, _, _ := strings.Cut(filepath.Base(file), "-")
		f := map[string]func(io.Reader) ([]byte, error){"score": Score, "assign": Assign, "calibrate": Calibrate, "draw": Draw}[kind]
		in, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		out := strings.TrimSuffix(file, ".json") + ".printed"
		if os.Getenv("SEEDBED_TEST_GOLDEN") == "write" {
			made, err := f(bytes.NewReader(in))
			if err != nil {
				t.Fatal(file, err)
			}
			if err := os.WriteFile(out, made, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(file), func(t *testing.T) { each(t, f, in, want) })
	}
}

func TestExamplesComeOutByteForByte(t *testing.T) {
	golden(t, func(t *testing.T, f func(io.Reader) ([]byte, error), in, want []byte) {
		if got, err := f(bytes.NewReader(in)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v\n%s\nwant\n%s", err, got, want)
		}
	})
}

func TestTheOrderOfKeysIsOfNoMatter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	golden(t, func(t *testing.T, f func(io.Reader) ([]byte, error), in, want []byte) {
		var v any
		if err := decode(in, &v); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			text := reordered(rng, v)
			if got, err := f(strings.NewReader(text)); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%v\n%s\ngave\n%s\nwant\n%s", err, text, got, want)
			}
		}
	})
}

func TestReplayTellsTheFirstDifference(t *testing.T) {
	in := []byte(round("sheet", "86", "91.5", "78.25", "88", "95"))
	out, err := Score(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	p, err := Write("score", in, out, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct{ old, new, where string }{
		"untouched": {"", "", ""},
		"a mark":    {`"need":78.25`, `"need":78.26`, "hashes.input"},
		"a score":   {`"88.50"`, `"88.51"`, "result.results[0].score"},
		"a number":  {`"n":5`, `"n":5.0`, "result.results[0].n"},
		"a key":     {`"rank":1,"n":5`, `"n":5,"rank":1`, "result, byte"},
	} {
		verdict, err := Replay(strings.NewReader(strings.Replace(string(p), v.old, v.new, 1)), nil)
		if err != nil || verdict.Same != (v.where == "") || !strings.HasPrefix(verdict.Where, v.where) {
			t.Errorf("%s: %+v, %v; want a difference at %q", name, verdict, err, v.where)
		}
	}
	ballots := "META\nkey;value\nbudget;10\nvote_type;approval\nPROJECTS\nproject_id;cost\na;4\nb;7\nVOTES\nvoter_id;vote\n1;a,b\n2;b\n"
	o := Defaults()
	o.Rule, o.Seed = "equal-shares", "2026"
	if out, err = Allocate(strings.NewReader(ballots), o); err != nil {
		t.Fatal(err)
	}
	if p, err = Write("allocate", []byte(ballots), out, &o); err != nil {
		t.Fatal(err)
	}
	if v, err := Replay(bytes.NewReader(p), nil); err != nil || !v.Same {
		t.Errorf("an allocation: %+v, %v", v, err)
	}
}

func TestAPlanIsCheckedFromItsFile(t *testing.T) {
	for _, mode := range []string{"best", "fair", "random"} {
		in := `{"judges":[{"id":"a","min":1,"max":2},{"id":"b","max":2},{"id":"c","max":2}],"projects":[{"id":"x","need":2},{"id":"y","need":2}],"suitability":[["a","x",0.5],["b","x",0.7],["c","y",0.9],["b","y",0.1]],"conflicts":[["c","x"]],"load_penalty":0.01,"q":1,"seed":"s","mode":"` + mode + `"}`
		plan, err := Assign(strings.NewReader(in))
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckPlan(bytes.NewReader(plan), strings.NewReader(in)); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
		worse := strings.Replace(string(plan), `["b","x"]`, `["c","x"]`, 1)
		if err := CheckPlan(strings.NewReader(worse), strings.NewReader(in)); err == nil {
			t.Errorf("%s: a plan with a conflict was taken", mode)
		}
	}
}
