package award

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"seedbed/domain/judging"
)

// described is a JSON Schema as far as it names fields.
type described struct {
	Properties map[string]described `json:"properties"`
	Required   []string             `json:"required"`
	Items      *described           `json:"items"`
	Examples   []json.RawMessage    `json:"examples"`
}

func schemaOf(t *testing.T, name string) described {
	t.Helper()
	text, err := os.ReadFile("../../docs/schema/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var d described
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d
}

// The schemas of the kinds "round" and "award" name exactly the fields that are read and written, say which of them are
// always there, and their examples compute to each other.
func TestTheSchemasOfTheProductsOwnKinds(t *testing.T) {
	for _, k := range []struct {
		name       string
		in, out    reflect.Type
		replay     func([]byte) ([]byte, error)
		unknownAsk string
	}{{"award", reflect.TypeFor[Sharing](), reflect.TypeFor[allocated](), Replay, `{"rule":"rank","nonsense":1}`}, {"round", reflect.TypeFor[judging.Input](), reflect.TypeFor[judging.Outcome](), judging.Replay, `{"round":"r","nonsense":1}`}} {
		in, out := schemaOf(t, k.name+"-input"), schemaOf(t, k.name+"-result")
		alike(t, k.name+"-input", in, k.in)
		alike(t, k.name+"-result", out, k.out)
		if len(in.Examples) == 0 || len(out.Examples) == 0 {
			t.Fatalf("%s has no example", k.name)
		}
		got, err := k.replay(in.Examples[0])
		var want bytes.Buffer
		if err == nil {
			err = json.Compact(&want, out.Examples[0])
		}
		if err != nil || !bytes.Equal(bytes.TrimSpace(got), want.Bytes()) {
			t.Errorf("%s: %v\n%s\nthe schema's example says\n%s", k.name, err, got, want.String())
		}
		if _, err := k.replay([]byte(k.unknownAsk)); err == nil {
			t.Errorf("%s takes a field that no schema names", k.name)
		}
	}
}

// alike holds a schema to a type, field by field and into lists.
func alike(t *testing.T, at string, d described, of reflect.Type) {
	t.Helper()
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
		if of = of.Elem(); d.Items != nil {
			d = *d.Items
		}
	}
	if of.Kind() != reflect.Struct {
		return
	}
	named := map[string]bool{}
	for i := range of.NumField() {
		name, options, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
		part, known := d.Properties[name]
		if !known {
			t.Errorf("%s: the schema does not name %s", at, name)
			continue
		}
		named[name] = true
		if always := options == ""; always != slices.Contains(d.Required, name) {
			t.Errorf("%s: %s is always there: %v, the schema says %v", at, name, always, !always)
		}
		alike(t, at+"."+name, part, of.Field(i).Type)
	}
	for name := range d.Properties {
		if !named[name] {
			t.Errorf("%s: the schema's %s is not a field", at, name)
		}
	}
}
