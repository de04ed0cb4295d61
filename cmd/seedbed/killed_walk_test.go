package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/storage/pg"
)

// fileClock tells the time that stands in a file: a process of its own walks through the year with the test.
type fileClock struct{ path string }

func (f fileClock) Now() time.Time {
	raw, err := os.ReadFile(f.path)
	if err != nil {
		panic(err)
	}
	at, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		panic(err)
	}
	return time.UnixMicro(at).In(clock.Shanghai)
}

// set puts the time into the file, whole or not at all.
func (f fileClock) set(at time.Time) error {
	if err := os.WriteFile(f.path+".new", []byte(strconv.FormatInt(at.UnixMicro(), 10)), 0o600); err != nil {
		return err
	}
	return os.Rename(f.path+".new", f.path)
}

// serveByFileClock is `seedbed serve` with the time of a file.
func serveByFileClock(ctx context.Context, environ []string, path string) error {
	c, err := readConfig(environ)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	h, err := build(ctx, c, fileClock{path}, log)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.live(ctx, log, true, true, func(address string) { fmt.Println("苗圃 Seedbed:", address) })
}

// lethal stands between the browser and the product. It kills the product with SIGKILL while it works on a write, starts
// it again, and sends the very same request once more, as a person does whose page did not answer. So every write of the
// walk may be lost before it is kept, or kept and its answer lost.
type lethal struct {
	t        *testing.T
	l        *living
	time     fileClock
	hand     *clock.Manual
	mu       sync.Mutex // one request at a time: a kill has one victim
	child    *process
	every    int // a kill at every so many writes
	writes   int
	kills    int
	resent   int // kills that left the browser without an answer
	slowest  time.Duration
	verified time.Duration
}

func (k *lethal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := k.time.set(k.hand.Now()); err != nil {
		k.t.Error(err)
	}
	dying := make(chan struct{})
	doomed := false
	if r.Method == http.MethodPost {
		k.writes++
		doomed = k.writes%k.every == 0
	}
	if doomed {
		victim := k.child
		wait := time.Duration(rand.Int64N(int64(20 * time.Millisecond))) //nolint:gosec // a random moment
		time.AfterFunc(wait, func() { victim.kill(); close(dying) })
	}
	res, answer, err := k.pass(r, body)
	if doomed {
		<-dying
		k.kills++
		k.revive()
		if err != nil {
			k.resent++
			res, answer, err = k.pass(r, body)
		}
	}
	if err != nil {
		k.t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	if res.StatusCode >= 500 {
		k.t.Errorf("%s %s: %d after %d kills\n%.500s", r.Method, r.URL.Path, res.StatusCode, k.kills, answer)
	}
	for name, values := range res.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(res.StatusCode)
	_, _ = w.Write(answer)
}

// pass hands the request to the product and takes the whole answer, so that the browser hears all of it or nothing.
func (k *lethal) pass(r *http.Request, body []byte) (*http.Response, []byte, error) {
	out, err := http.NewRequestWithContext(r.Context(), r.Method, k.child.base+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	out.Header, out.Host = r.Header.Clone(), r.Host
	out.Header.Del("Accept-Encoding")
	res, err := throughOnce.RoundTrip(out)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	return res, answer, err
}

// throughOnce opens a connection for every request: one that was cut by a kill is not used again.
var throughOnce = &http.Transport{DisableKeepAlives: true, DisableCompression: true}

// revive starts the product again and runs every invariant over what was left.
func (k *lethal) revive() {
	began := time.Now()
	k.child = k.start()
	k.slowest = max(k.slowest, time.Since(began))
	began = time.Now()
	var said strings.Builder
	if err := k.l.h.check(context.Background(), &said); err != nil {
		k.t.Errorf("after kill %d: %v\n%s", k.kills, err, said.String())
	}
	k.verified += time.Since(began)
}

func (k *lethal) start() *process {
	return k.l.startWith([]string{"SEEDBED_DATABASE_URL=" + k.l.url, "SEEDBED_DATA=" + k.l.dir, "SEEDBED_SECRET=" + testSecret, "SEEDBED_LISTEN=127.0.0.1:0", "SEEDBED_MIGRATE=false",
		"SEEDBED_TEST_CLOCK=" + k.time.path})
}

// newLethal serves a house by a process of its own that is killed at every so many writes.
func newLethal(t *testing.T, h *House, hand *clock.Manual, every int) *lethal {
	t.Helper()
	k := &lethal{t: t, l: &living{t: t, h: h, url: h.Engines.URL, dir: h.Config.Data}, time: fileClock{filepath.Join(t.TempDir(), "now")}, hand: hand, every: every}
	if err := k.time.set(hand.Now()); err != nil {
		t.Fatal(err)
	}
	k.child = k.start()
	t.Cleanup(func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.child.kill()
	})
	return k
}

// listen gives the address the browser goes to.
func (k *lethal) listen() string {
	k.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		k.t.Fatal(err)
	}
	server := &http.Server{Handler: k, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }()
	k.t.Cleanup(func() { _ = server.Close() })
	return "http://" + l.Addr().String()
}

// What the walk leaves behind, each row made exactly once however often its form was sent.
const onceSQL = `select what, n from (values
  ('editions', (select count(*) from edition)), ('proposals', (select count(*) from proposal)), ('members', (select count(*) from team_member)),
  ('eligibility checks', (select count(*) from eligibility_check)), ('judges', (select count(*) from judge)), ('rounds', (select count(*) from review_round)),
  ('assignments', (select count(*) from assignment)), ('sheets', (select count(*) from sheet)), ('awards', (select count(*) from award)),
  ('notices', (select count(*) from publicity)), ('agreements', (select count(*) from agreement)), ('signatures', (select count(*) from agreement_sign)),
  ('projects', (select count(*) from project)), ('activities', (select count(*) from activity)), ('photos', (select count(*) from attachment where owner = 'activity')),
  ('claims', (select count(*) from claim)), ('hands', (select count(*) from claim_hand)), ('payments', (select count(*) from payment)),
  ('evaluations', (select count(*) from evaluation)), ('marks', (select count(*) from evaluation_sheet)), ('organisations', (select count(*) from org)),
  ('org members', (select count(*) from org_member where state = 'accepted'))) t(what, n)`

// The product is killed with SIGKILL again and again during all the writes of the year that TestScreensWalkTheYear walks;
// each cut request is sent again as it was. After every restart each invariant holds, the walk goes on from what was
// acknowledged, and at the end everything is there once. SEEDBED_TEST_KILLS sets how often, about 10 unless told.
func TestKilledThroughTheYear(t *testing.T) {
	if testing.Short() {
		t.Skip("the walk takes a minute")
	}
	kills := 10
	if n, err := strconv.Atoi(os.Getenv("SEEDBED_TEST_KILLS")); err == nil {
		kills = n
	}
	h, hand := newHouse(t, time.Date(2026, 3, 2, 9, 0, 0, 0, clock.Shanghai))
	k := newLethal(t, h, hand, max(1, writesOfTheYear/kills))
	w := &town{browser: startBrowser(t, h, hand), dir: t.TempDir()}
	w.base, w.shots, w.patient = k.listen(), "", true
	w.year()
	w.check()
	type count struct {
		What string
		N    int
	}
	counts, err := pg.All[count](t.Context(), h.Engines.DB, onceSQL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counts {
		if c.N != onceExpected[c.What] {
			t.Errorf("%d %s after the kills, %d in a quiet year", c.N, c.What, onceExpected[c.What])
		}
	}
	t.Logf("%d kills in %d writes, %d of them left a request without its answer; slowest start %s; %d checks took %s", k.kills, k.writes, k.resent, k.slowest.Round(time.Millisecond), k.kills, k.verified.Round(time.Millisecond))
	if k.kills < kills*3/4 {
		t.Errorf("only %d of %d kills: the walk has %d writes", k.kills, kills, k.writes)
	}
}

// writesOfTheYear is about how many forms the walk sends.
const writesOfTheYear = 270

var onceExpected = map[string]int{"editions": 1, "proposals": 1, "members": 3, "eligibility checks": 1, "judges": 5, "rounds": 1, "assignments": 5, "sheets": 5, "awards": 1,
	"notices": 1, "agreements": 1, "signatures": 3, "projects": 1, "activities": 2, "photos": 6, "claims": 1, "hands": 5, "payments": 1, "evaluations": 1, "marks": 3,
	"organisations": 1, "org members": 6}
