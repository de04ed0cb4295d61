package home

import (
	"context"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"seedbed/domain/clock"
)

// The feed is well-formed Atom with an id, a time and an absolute link to each entry.
func TestTheFeedIsAtom(t *testing.T) {
	at := time.Date(2026, 5, 20, 12, 0, 0, 0, clock.Shanghai)
	body, err := xml.Marshal(atom(context.Background(), "https://seedbed.example", []fresh{
		{Kind: "notice", ID: "01890000-0000-7000-8000-0000000000b1", Title: "第一届 <春> & 夏", Number: "GS1", State: "open", Until: &at, At: at},
		{Kind: "call", ID: "01890000-0000-7000-8000-0000000000a1", Title: "第一届", State: "open", Until: &at, At: at.Add(-time.Hour)},
		{Kind: "call", ID: "01890000-0000-7000-8000-0000000000a2", Title: "前一届", State: "closed", At: at.AddDate(-1, 0, 0)},
	}))
	if err != nil {
		t.Fatal(err)
	}
	var f atomFeed
	if err := xml.Unmarshal(body, &f); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if f.XMLName.Space != "http://www.w3.org/2005/Atom" || f.ID == "" || f.Title == "" || f.Author == "" || len(f.Links) != 2 || len(f.Entries) != 3 || f.Updated != "2026-05-20T04:00:00Z" {
		t.Errorf("%s", body)
	}
	seen := map[string]bool{}
	for _, e := range f.Entries {
		if _, err := time.Parse(time.RFC3339, e.Updated); err != nil || seen[e.ID] || !strings.HasPrefix(e.ID, "urn:uuid:") || e.Title == "" || e.Summary == "" ||
			!strings.HasPrefix(e.Link.Href, "https://seedbed.example/") || e.Link.Rel != "alternate" {
			t.Errorf("%+v %v", e, err)
		}
		seen[e.ID] = true
	}
	if !strings.Contains(f.Entries[0].Title, "<春> & 夏") || !strings.HasSuffix(f.Entries[0].Link.Href, "/notices/01890000-0000-7000-8000-0000000000b1") {
		t.Errorf("%+v", f.Entries[0])
	}
}
