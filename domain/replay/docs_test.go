package replay

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The examples of docs/protocol.md run, and print what stands there.
func TestTheDocumentsExamplesRun(t *testing.T) {
	doc, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```(?:json|pb) ([^\n]+)\n(.*?)```\n\n```json result\n(.*?)```").FindAllStringSubmatch(string(doc), -1)
	if len(blocks) != 5 {
		t.Fatalf("%d examples, want 5", len(blocks))
	}
	for _, b := range blocks {
		words := strings.Fields(b[1])
		o := Defaults()
		for i := 1; i < len(words); i += 2 {
			*map[string]*string{"--rule": &o.Rule, "--complete": &o.Complete, "--ties": &o.Ties, "--utility": &o.Utility}[words[i]] = words[i+1]
		}
		f := map[string]func(io.Reader) ([]byte, error){"score": Score, "assign": Assign, "calibrate": Calibrate, "draw": Draw,
			"allocate": func(r io.Reader) ([]byte, error) { return Allocate(r, o) }}[words[0]]
		got, err := f(strings.NewReader(b[2]))
		if err != nil || string(got) != b[3] {
			t.Errorf("%s: %v\n%s\nthe document says\n%s", b[1], err, got, b[3])
		}
	}
}

// The schemas are JSON, their examples run, and they name exactly the fields that are read or written.
func TestSchemasKeepStepWithTheFormats(t *testing.T) {
	files, err := filepath.Glob("../../docs/schema/*.json")
	if err != nil || len(files) != 14 {
		t.Fatalf("%d schemas, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var schema struct {
			Schema     string `json:"$schema"`
			Title      string
			Properties map[string]any
			Required   []string
			Examples   []json.RawMessage
		}
		if err := json.Unmarshal(text, &schema); err != nil || schema.Schema == "" || schema.Title == "" || len(schema.Examples) == 0 {
			t.Errorf("%s: %v", file, err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		for _, example := range schema.Examples {
			follows(t, name, schema.Properties, schema.Required, example)
			kind, what, _ := strings.Cut(name, "-")
			switch {
			case name == "protocol":
				if v, err := Replay(bytes.NewReader(example), nil); err != nil || !v.Same {
					t.Errorf("%s: %+v, %v", name, v, err)
				}
			case kind == "round" || kind == "award": // the product's own, see domain/award
			case what == "input":
				f := map[string]func(io.Reader) ([]byte, error){"score": Score, "assign": Assign, "calibrate": Calibrate, "draw": Draw}[kind]
				_, err := f(bytes.NewReader(example))
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				// Every field of the schema is known to the reader: it complains of no such name.
				for field := range schema.Properties {
					if _, err := f(strings.NewReader(`{"` + field + `":`)); err == nil || strings.Contains(err.Error(), "没有这一项") {
						t.Errorf("%s: the reader does not know %s", name, field)
					}
				}
			}
		}
	}
}

func follows(t *testing.T, name string, properties map[string]any, required []string, example []byte) {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal(example, &fields); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for f := range fields {
		if _, known := properties[f]; !known {
			t.Errorf("%s: the example's %s is not in the schema", name, f)
		}
	}
	for _, r := range required {
		if _, there := fields[r]; !there {
			t.Errorf("%s: the example lacks %s", name, r)
		}
	}
}
