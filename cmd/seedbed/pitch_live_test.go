package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/pg"
)

// asked is a number of the environment.
func asked(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// pitching is a district whose pitch round is drawn.
type pitching struct {
	t      *testing.T
	h      *House
	hand   *clock.Manual
	round  string
	staff  identity.Actor
	host   string // sessions
	judges []string
	people []identity.Actor
}

func newPitching(t *testing.T, judges, projects int) *pitching {
	t.Helper()
	noon := time.Date(2026, 6, 15, 12, 0, 0, 0, clock.Shanghai)
	h, hand := newHouse(t, noon)
	ctx, w := t.Context(), &pitching{t: t, h: h, hand: hand, round: uuid.Must(uuid.NewV7()).String()}
	cast(t, h)
	enter := func(name, phone string, role identity.Role) (identity.Actor, string) {
		a, err := h.Accounts.Enlist(ctx, name, phone, "", identity.Grant{Role: role, Place: "jz"})
		w.ok(err)
		token, err := h.Accounts.EnterSample(ctx, a.ID)
		w.ok(err)
		a.Strong = true
		return a, token
	}
	w.staff, w.host = enter("主持", "13900000001", identity.DistrictStaff)
	call := uuid.Must(uuid.NewV7()).String()
	rules := edition.DefaultRules()
	rules.Panel = judges
	w.row("edition", call, "jz", `insert into edition (id, place, no, title, state, rules, closes_at, created_by, created_at) values (@id, 'jz', 3, '第三届社区公益微创投大赛', 'closed', @rules, @at, @by, @at)`,
		pg.Args{"id": call, "rules": rules, "at": noon.AddDate(0, 0, -1), "by": w.staff.ID})
	for i := range projects {
		lead, err := h.Accounts.Enlist(ctx, fmt.Sprint("周桂兰", i), fmt.Sprintf("137%08d", i), "jz.w.a")
		w.ok(err)
		team, project := uuid.Must(uuid.NewV7()).String(), uuid.Must(uuid.NewV7()).String()
		w.row("team", team, "jz.w.a", `insert into team (id, name, place, lead_id, state, created_at) values (@id, @name, 'jz.w.a', @lead, 'ready', @at)`,
			pg.Args{"id": team, "name": fmt.Sprintf("第%d队", i+1), "lead": lead.ID, "at": noon})
		w.row("proposal", project, "jz.w.a", `insert into proposal (id, number, edition_id, team_id, place, category, title, state, lead_id, requested, problem, submitted_at, created_at, saved_at)
  values (@id, @number, @edition, @team, 'jz.w.a', 'mutual_aid', @title, 'eligible', @lead, 300000, '楼道里堆着旧衣服', @at, @at, @at)`,
			pg.Args{"id": project, "number": fmt.Sprintf("JZ-03-A%04d", i+1), "edition": call, "team": team, "title": fmt.Sprintf("旧衣改造坊之%s", string(rune('甲'+i%10))+fmt.Sprint(i+1)), "lead": lead.ID,
				"at": noon.AddDate(0, 0, -10)})
	}
	for i := range judges {
		a, token := enter(fmt.Sprint("评委", i+1), fmt.Sprintf("136%08d", i), identity.Judge)
		seat := uuid.Must(uuid.NewV7()).String()
		w.ok(h.Juries.Invite(ctx, w.staff, call, judging.NewJudge{ID: seat, PersonID: a.ID, Expertise: "expert"}))
		w.ok(h.Juries.Answer(ctx, a, seat, judging.Reply{Answer: "yes", Ties: true, Secret: true, Version: 1}))
		w.judges, w.people = append(w.judges, token), append(w.people, a)
	}
	w.ok(h.Juries.Plan(ctx, w.staff, call, judging.NewRound{ID: w.round, Kind: judging.Pitch, ClosesAt: noon.AddDate(0, 0, 7)}))
	w.ok(h.Juries.OpenRound(ctx, w.staff, w.round, judging.Pressed{Version: 1}))
	w.ok(h.Juries.Draw(ctx, w.staff, w.round, judging.NewStage{Hall: "区文化馆三楼报告厅", StartsAt: noon.Add(time.Hour)}))
	return w
}

func (w *pitching) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// row writes a row with its line in the trail.
func (w *pitching) row(entity, id, place, sql string, args pg.Args) {
	w.t.Helper()
	house, err := identity.House().Must(identity.KeepCalendar, place)
	w.ok(err)
	w.ok(w.h.Engines.DB.Change(w.t.Context(), func(tx pg.Tx) error {
		if _, err := pg.Do(w.t.Context(), tx, sql, args); err != nil {
			return err
		}
		return audit.Record(w.t.Context(), tx, house, audit.Event{Entity: entity, ID: id, Version: 1, Action: "test", Place: place, At: w.hand.Now()})
	}))
}

func (w *pitching) view() judging.HostView {
	w.t.Helper()
	v, err := w.h.Juries.Host(w.t.Context(), w.staff, w.round)
	w.ok(err)
	return v
}

// visit is somebody's browser on a line that may break: it tries again until it is answered.
type visit struct {
	base, session, token string
	client               *http.Client
}

func newVisit(base, session string) *visit {
	return &visit{base: base, session: session, client: &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (v *visit) do(ctx context.Context, method, path string, form url.Values) (status int, location, body string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, v.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", "", err
	}
	req.Header.Set("Cookie", "seedbed="+v.session)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	var text strings.Builder
	_, err = bufio.NewReader(res.Body).WriteTo(&text)
	return res.StatusCode, res.Header.Get("Location"), text.String(), err
}

// until asks until the line holds.
func (v *visit) until(ctx context.Context, method, path string, form url.Values) (status int, location, body string, tries int) {
	for tries = 1; ctx.Err() == nil; tries++ {
		if method == http.MethodPost {
			if v.token == "" {
				if _, _, page, err := v.do(ctx, http.MethodGet, "/help", nil); err == nil {
					if m := formToken.FindStringSubmatch(page); m != nil {
						v.token = m[1]
					}
				}
			}
			form.Set("_token", v.token)
		}
		var err error
		if status, location, body, err = v.do(ctx, method, path, form); err == nil && status < 500 {
			return status, location, body, tries
		}
		time.Sleep(20 * time.Millisecond)
	}
	return 0, "", "", tries
}

// marksOf is what a judge gives a project: different for every pair.
func marksOf(judge int, project string) url.Values {
	seed := sha256.Sum256([]byte(fmt.Sprint(judge, project)))
	form := url.Values{"version": {"0"}, "comment": {"讲得清楚"}}
	for i, c := range judging.DefaultRubric(judging.Pitch) {
		form.Set(fmt.Sprintf("marks.%d.code", i), c.Code)
		form.Set(fmt.Sprintf("marks.%d.mark", i), strconv.Itoa(60+int(seed[i])%40))
	}
	return form
}

// seen is what all boards together have received.
type seen struct {
	mu      sync.Mutex
	html    map[int]map[string]string // by number of the board, then by digest
	first   map[int]time.Time         // when a change was first received anywhere
	delays  []time.Duration
	pressed map[int]time.Time // when the host's press that made a change was sent
	joins   int
	bytes   int64
}

// watching is one board in the hall or at home.
type watching struct {
	numbers []int
	last    int
	digest  string
}

// watch keeps a board open until the last change is there, whatever becomes of its line.
func (s *seen) watch(ctx context.Context, address string, me *watching, over func(n int) bool) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for ctx.Err() == nil && !over(me.last) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return
		}
		if me.last > 0 {
			req.Header.Set("Last-Event-ID", strconv.Itoa(me.last))
		}
		res, err := client.Do(req)
		if err != nil {
			time.Sleep(time.Duration(20+rand.IntN(80)) * time.Millisecond)
			continue
		}
		s.mu.Lock()
		s.joins++
		s.mu.Unlock()
		s.read(res, me, over)
		_ = res.Body.Close()
	}
}

func (s *seen) read(res *http.Response, me *watching, over func(n int) bool) {
	lines := bufio.NewScanner(res.Body)
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	id, kind, data := 0, "", ""
	for lines.Scan() {
		text := lines.Text()
		switch {
		case strings.HasPrefix(text, "id: "):
			id, _ = strconv.Atoi(text[4:])
		case strings.HasPrefix(text, "event: "):
			kind = text[7:]
		case strings.HasPrefix(text, "data: "):
			data = text[6:]
		case text == "" && kind != "":
			s.take(me, id, kind, data)
			if kind == "board" && over(me.last) {
				return
			}
			kind, data = "", ""
		}
	}
}

func (s *seen) take(me *watching, id int, kind, data string) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += int64(len(data))
	switch kind {
	case "change":
		me.numbers, me.last = append(me.numbers, id), id
		if s.first[id].IsZero() {
			s.first[id] = now
		}
		if at, ok := s.pressed[id]; ok {
			s.delays = append(s.delays, now.Sub(at))
		}
	case "board":
		var html string
		_ = json.Unmarshal([]byte(data), &html)
		sum := sha256.Sum256([]byte(html))
		me.digest = hex.EncodeToString(sum[:8])
		if s.html[id] == nil {
			s.html[id] = map[string]string{}
		}
		s.html[id][me.digest] = html
	}
}

var (
	shownNumber = regexp.MustCompile(`\d+\.\d\d`)
	shownRow    = regexp.MustCompile(`<td class="num">`)
)

// A whole evening over lines that break: nine judges mark on their phones, many boards watch. No mark is lost, none is
// shown early, no change is missed, and in the end every board is the same.
func TestAnEveningOfPitchesOnBrokenLines(t *testing.T) {
	watchers, pitches := asked("SEEDBED_TEST_WATCHERS", 20), asked("SEEDBED_TEST_PITCHES", 6)
	const jury = 9
	w := newPitching(t, jury, pitches)
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	base := w.h.serve(t)
	t.Cleanup(w.h.Juries.Hub().Close)
	s := &seen{html: map[int]map[string]string{}, first: map[int]time.Time{}, pressed: map[int]time.Time{}}
	host := newVisit(base, w.host)
	press := func(do, slot string) {
		t.Helper()
		v := w.view()
		s.mu.Lock()
		s.pressed[v.Stage.Events+1] = time.Now() // the next change, be it this press or a sheet that comes in at the same moment
		s.mu.Unlock()
		w.hand.Advance(time.Second)
		status, _, page, _ := host.until(ctx, http.MethodPost, "/desk/rounds/"+w.round+"/pitch/host", url.Values{"do": {do}, "slot": {slot}, "version": {fmt.Sprint(v.Stage.Version)}})
		if status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", do, status, page)
		}
	}
	began := time.Now()
	press(judging.DoPublish, "")

	lines, near := make([]*line, 6), make([]string, 6)
	for i := range lines {
		lines[i], near[i] = layLine(t, base)
	}
	storm, calm := context.WithCancel(ctx)
	drops := 0
	var weather, phones, boards sync.WaitGroup
	weather.Go(func() {
		for storm.Err() == nil {
			l := lines[rand.IntN(len(lines))]
			l.set(true)
			drops++
			time.Sleep(time.Duration(30+rand.IntN(250)) * time.Millisecond)
			l.set(false)
			time.Sleep(time.Duration(50+rand.IntN(400)) * time.Millisecond)
		}
	})
	var end struct {
		sync.Mutex
		n int
	}
	over := func(n int) bool {
		end.Lock()
		defer end.Unlock()
		return end.n > 0 && n >= end.n
	}
	all := make([]*watching, watchers)
	for i := range all {
		all[i] = &watching{}
		boards.Go(func() { s.watch(ctx, near[i%len(near)]+"/board/"+w.round+"/events", all[i], over) })
	}
	retries, mu := 0, sync.Mutex{}
	for i, session := range w.judges {
		phones.Go(func() {
			phone := newVisit(near[i%len(near)], session)
			for storm.Err() == nil {
				_, to, _, _ := phone.until(storm, http.MethodGet, "/review/pitch/"+w.round, nil)
				if !strings.HasPrefix(to, "/review/") {
					time.Sleep(50 * time.Millisecond)
					continue
				}
				status, _, page, tries := phone.until(ctx, http.MethodPost, to+"/submit", marksOf(i, to))
				if status != http.StatusSeeOther && status != http.StatusConflict {
					t.Errorf("judge %d: %d %s", i, status, page)
				}
				mu.Lock()
				retries += tries - 1
				mu.Unlock()
			}
		})
	}

	press(judging.DoNext, "")
	for range pitches {
		v := w.view()
		up, on := v.Current()
		if !on {
			t.Fatal("nobody stands on the stage")
		}
		press(judging.DoStart, up.ID)
		for {
			if v = w.view(); v.Slots[up.Seq-1].In == jury {
				break
			}
			if ctx.Err() != nil {
				t.Fatalf("%s has %d of %d sheets", up.Title, v.Slots[up.Seq-1].In, jury)
			}
			time.Sleep(20 * time.Millisecond)
		}
		press(judging.DoNext, "")
		press(judging.DoReveal, up.ID)
	}
	press(judging.DoEnd, "")
	end.Lock()
	end.n = w.view().Stage.Events
	end.Unlock()
	boards.Wait()
	calm()
	phones.Wait()
	weather.Wait()
	if ctx.Err() != nil {
		t.Fatal("the boards did not all see the end")
	}
	took := time.Since(began)
	w.compare(s, all, jury*pitches)
	slices.Sort(s.delays)
	at := func(share int) time.Duration {
		return s.delays[min(len(s.delays)-1, len(s.delays)*share/100)].Round(time.Millisecond)
	}
	t.Logf("%d boards, %d judges, %d pitches, %d changes in %s: lines cut %d times, boards joined %d times (%d each at most by need), phones tried again %d times, %.1f MB sent; a host's press reached the boards in %s (median), %s (95 %%), %s (99 %%), %s (last, over a broken line); %d statements for all boards",
		watchers, jury, pitches, end.n, took.Round(time.Second), drops, s.joins, s.joins/watchers, retries, float64(s.bytes)/1e6, at(50), at(95), at(99), at(100), w.h.Juries.Hub().Asks())
}
