package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httputil"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// witness stands between the phones and the house and writes down every save that was sent and what was answered.
type witness struct {
	id    string
	mu    sync.Mutex
	pages map[string]string // whose each open page is
	sent  []saving
}

// saving is one save as a phone sent it and the house acknowledged it.
type saving struct {
	who     string
	page    string
	base    string            // the save it began from
	typed   map[string]string // by place
	held    []string          // places decided for the other's version
	Version int
	Clashes []struct{ Key, Mine, Theirs string }
	Wrong   map[string]string
}

// watch is the way of one phone to the house.
func (l *witness) watch(who, to string) http.Handler {
	target, err := url.Parse(to)
	if err != nil {
		panic(err)
	}
	type bodyKey struct{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
		r.Out.Header.Del("Accept-Encoding")
	}, ModifyResponse: func(r *http.Response) error {
		sent, watched := r.Request.Context().Value(bodyKey{}).(url.Values)
		if !watched || r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Content-Type"), "json") {
			return nil
		}
		answer, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		r.Body = io.NopCloser(bytes.NewReader(answer))
		s := saving{who: who, page: sent.Get("page"), base: sent.Get("version"), typed: typedIn(sent)}
		if err := json.Unmarshal(answer, &s); err != nil {
			return err
		}
		for _, key := range sent["clash"] {
			if sent.Get("keep."+key) == "theirs" {
				s.held = append(s.held, key)
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.sent = append(l.sent, s)
		return nil
	}, ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path == "/proposals/"+l.id {
			raw, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			if sent, err := url.ParseQuery(string(raw)); err == nil {
				l.mu.Lock()
				l.pages[sent.Get("page")] = who
				l.mu.Unlock()
				r = r.WithContext(context.WithValue(r.Context(), bodyKey{}, sent))
			}
			r.Body = io.NopCloser(bytes.NewReader(raw))
		}
		proxy.ServeHTTP(w, r)
	})
}

var inRow = regexp.MustCompile(`^(activities|lines|funding)\.(\d+)\.(\w+)$`)

// typedIn is what a form says, by place; a row that says nothing is not there.
func typedIn(form url.Values) map[string]string {
	out := map[string]string{}
	for name, values := range form {
		if m := inRow.FindStringSubmatch(name); m != nil {
			row := m[1] + "@" + form.Get(m[1]+"."+m[2]+".row")
			if m[3] != "row" && values[0] != "" {
				out[row], out[row+"."+m[3]] = "there", values[0]
			}
		} else {
			out[name] = values[0]
		}
	}
	return out
}

// stored is what a save has left in the house.
type stored struct {
	saves  int
	page   string
	places map[string]string
}

// savesOf reads the remembered saves of a proposal, oldest first.
func savesOf(ctx context.Context, q pg.Reader, id string) ([]stored, error) {
	rows, err := pg.All[struct {
		Saves int
		Page  string
		Body  string
	}](ctx, q, `select saves, page, body from proposal_save where proposal_id = @id::uuid order by saves`, pg.Args{"id": id})
	if err != nil {
		return nil, err
	}
	list := []stored{}
	for _, r := range rows {
		var d proposal.Draft
		if err := json.Unmarshal([]byte(r.Body), &d); err != nil {
			return nil, err
		}
		list = append(list, stored{r.Saves, r.Page, placesOf(d)})
	}
	return list, nil
}

// placesOf is every text and every row of a draft with what it says.
func placesOf(d proposal.Draft) map[string]string {
	out := map[string]string{"title": d.Title, "pitch": d.Pitch, "venue": d.Venue, "problem": d.Problem, "goal": d.Goal, "method": d.Method, "risks": d.Risks, "partners": d.Partners}
	for group, list := range map[string]any{"activities": d.Activities, "lines": d.Lines, "funding": d.Funding} {
		rows := reflect.ValueOf(list)
		for i := range rows.Len() {
			row := rows.Index(i)
			key := group + "@" + row.FieldByName("Row").String()
			out[key] = "there"
			for k := range row.NumField() {
				if name := row.Type().Field(k).Tag.Get("form"); name != "row" && wordsIn(row.Field(k)) != "" {
					out[key+"."+name] = wordsIn(row.Field(k))
				}
			}
		}
	}
	return out
}

func wordsIn(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case string:
		return x
	case yuan.Fen:
		if x == 0 {
			return ""
		}
		return strings.TrimSuffix(x.String(), ".00")
	}
	if v.IsZero() {
		return ""
	}
	raw, _ := json.Marshal(v.Interface())
	return string(raw)
}

func sameText(a, b map[string]string) bool {
	for _, key := range slices.Concat(slices.Collect(maps.Keys(a)), slices.Collect(maps.Keys(b))) {
		if a[key] != b[key] {
			return false
		}
	}
	return true
}

// rowOf is the row a place lies in, the place itself for a text.
func rowOf(place string) string {
	row, _, _ := strings.Cut(place, ".")
	return row
}

// touches tells whether a place is what a clash or a choice is about.
func touches(place, key string) bool { return place == key || rowOf(place) == key }

func (s saving) offered(place string) bool {
	return slices.ContainsFunc(s.Clashes, func(c struct{ Key, Mine, Theirs string }) bool { return touches(place, c.Key) })
}

// verify holds what was sent against what was stored.
//
// An acknowledged edit is a value that a phone sent and the house answered with a save, without naming its place as wrong
// or as a choice. Then
//
//  1. the value stands in that very save, or stood in one before it whose answer was lost on the way;
//  2. wherever a later save replaces a value, its writer wrote the old value too, or had it before their eyes in the field
//     when they typed over it or dropped the row, or chose against it when it was offered in these words;
//  3. every edit was acknowledged, or offered as a choice that was then decided, or overtaken on the phone itself by the
//     same person before it was sent.
func (l *witness) verify(t *testing.T, history []stored, deeds []deed) {
	t.Helper()
	began := time.Now()
	at := map[int]stored{}
	for _, s := range history {
		at[s.saves] = s
	}
	l.acknowledgedIsStored(t, at, deeds)
	replaced := l.nothingUnseen(t, history, at, deeds)
	kept, overwritten, declined, overtaken := 0, 0, 0, 0
	last := history[len(history)-1].places
	for i, d := range deeds {
		if d.Kind != "type" {
			continue
		}
		acked, asked := false, false
		for _, s := range l.sent {
			if s.who == d.who && s.typed[d.Place] == d.value {
				acked = acked || !s.offered(d.Place)
				asked = asked || s.offered(d.Place)
			}
		}
		switch {
		case last[d.Place] == d.value:
			kept++
		case acked:
			overwritten++
		case asked && decided(deeds, i):
			declined++
		case overtook(deeds, i):
			overtaken++
		default:
			t.Errorf("%s typed %q into %s: never acknowledged, never offered", d.who, d.value, d.Place)
		}
	}
	choices := 0
	for _, d := range deeds {
		if d.Kind == "choose" {
			choices++
		}
	}
	t.Logf("%d edits in %d acknowledged savings and %d saves: %d stand in the end, %d were replaced knowingly, %d declined by choice, %d overtaken before they were sent; %d choices, %d replacements looked at, in %v",
		kept+overwritten+declined+overtaken, len(l.sent), len(history), kept, overwritten, declined, overtaken, choices, replaced, time.Since(began).Round(time.Millisecond))
}

// acknowledgedIsStored looks at the first acknowledgement of every edit: later the same text may come again from a page
// that has not heard of its replacement.
func (l *witness) acknowledgedIsStored(t *testing.T, at map[int]stored, deeds []deed) {
	t.Helper()
	for _, d := range deeds {
		i := slices.IndexFunc(l.sent, func(s saving) bool {
			return d.Kind == "type" && s.who == d.who && s.typed[d.Place] == d.value && !s.offered(d.Place) && !slices.ContainsFunc(s.held, func(key string) bool { return touches(d.Place, key) })
		})
		if i < 0 {
			continue
		}
		s := l.sent[i]
		if len(s.Wrong) > 0 {
			t.Errorf("%s: refused %v", d.who, s.Wrong)
		}
		stood := false // in that save, or in an earlier one of which the phone has not heard
		for n := s.Version; !stood && n > 0; n-- {
			stood = at[n].places[d.Place] == d.value
		}
		if !stood {
			t.Errorf("%s: save %d was acknowledged with %s = %q, stored is %q\n%s", s.who, s.Version, d.Place, d.value, at[s.Version].places[d.Place], l.trace(at, deeds, d.Place))
		}
	}
}

// nothingUnseen looks at every value that a save has replaced.
func (l *witness) nothingUnseen(t *testing.T, history []stored, at map[int]stored, deeds []deed) int {
	t.Helper()
	replaced := 0
	for i := 1; i < len(history); i++ {
		was, is := history[i-1], history[i]
		if is.saves != was.saves+1 {
			t.Fatalf("the saves between %d and %d are forgotten", was.saves, is.saves)
		}
		who := l.pages[is.page]
		for place, old := range was.places {
			if is.places[place] == old || old == "there" || old == "" {
				continue
			}
			replaced++
			if who == "" {
				t.Errorf("nobody wrote save %d, which replaces %s = %q", is.saves, place, old)
			} else if !knew(deeds, who, place, old) {
				t.Errorf("%s replaced %s = %q by %q in save %d without having seen it\n%s", who, place, old, is.places[place], is.saves, l.trace(at, deeds, place))
			}
		}
	}
	return replaced
}

// trace tells the story of one place, for whoever has to find out what went wrong.
func (l *witness) trace(at map[int]stored, deeds []deed, place string) string {
	var out strings.Builder
	before := ""
	for _, n := range slices.Sorted(maps.Keys(at)) {
		if is := at[n].places[place]; is != before {
			fmt.Fprintf(&out, "  save %d by %s (page %s): %q\n", n, l.pages[at[n].page], at[n].page, is)
			before = is
		}
	}
	for _, s := range l.sent {
		if value, there := s.typed[place]; there {
			fmt.Fprintf(&out, "  %s sent %q from page %s, begun at %s, answered %d, offered %t, held %v\n", s.who, value, s.page, s.base, s.Version, s.offered(place), s.held)
		}
	}
	for _, d := range deeds {
		if touches(place, d.Place) || d.Place == place {
			fmt.Fprintf(&out, "  %s: %s %s %q over %q %s\n", d.who, d.Kind, d.Place, d.value, d.Before, d.took)
		}
	}
	return out.String()
}

// knew tells whether somebody wrote a value themself, saw it in the field before they typed over it, or chose against it.
func knew(deeds []deed, who, place, value string) bool {
	_, field, _ := strings.Cut(place, ".")
	return slices.ContainsFunc(deeds, func(d deed) bool {
		switch {
		case d.who != who:
			return false
		case d.Kind == "type":
			return d.Place == place && (d.value == value || d.Before == value)
		case d.Kind == "drop":
			return d.Place == rowOf(place) && d.Row[field] == value
		}
		return touches(place, d.Place) && slices.Contains(strings.Split(d.Before, " · "), value)
	})
}

// decided tells whether the person of a deed chose, or typed on, at its place later.
func decided(deeds []deed, i int) bool {
	return slices.ContainsFunc(deeds[i+1:], func(d deed) bool {
		return d.who == deeds[i].who && (d.Kind == "choose" && touches(deeds[i].Place, d.Place) || d.Kind == "type" && d.Place == deeds[i].Place)
	})
}

// overtook tells whether the person of a deed typed over it, or dropped its row, later.
func overtook(deeds []deed, i int) bool {
	return slices.ContainsFunc(deeds[i+1:], func(d deed) bool {
		return d.who == deeds[i].who && (d.Kind == "type" && d.Place == deeds[i].Place || d.Kind == "drop" && d.Place == rowOf(deeds[i].Place))
	})
}
