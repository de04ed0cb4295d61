package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/domain/yuan"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
	"seedbed/storage/sms"
)

// living is a district on a lent database that processes of their own serve.
type living struct {
	t      *testing.T
	h      *House
	url    string
	dir    string
	call   string // an open edition
	tokens []string
}

const testSecret = "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e"

// newLiving makes a district with an open call and some confirmed residents.
func newLiving(t *testing.T, residents int) *living {
	t.Helper()
	db, owner := pgtest.Lend(t)
	dir := t.TempDir()
	disk, err := objects.NewDisk(filepath.Join(dir, "objects"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := wire(Config{Data: dir, Secret: testSecret}, &Engines{DB: db, URL: owner, Objects: disk, Sender: sms.NewFile(filepath.Join(dir, "sms.log"))}, clock.System{}, slog.New(slog.DiscardHandler), Sample{})
	if err != nil {
		t.Fatal(err)
	}
	l := &living{t: t, h: h, url: owner, dir: dir}
	cast(t, h)
	l.openCall()
	for i := range residents {
		who, err := h.Accounts.Enlist(t.Context(), fmt.Sprintf("居民%d", i), fmt.Sprintf("137%08d", i), "jz.w.a")
		if err != nil {
			t.Fatal(err)
		}
		token, err := h.Accounts.EnterSample(t.Context(), who.ID)
		if err != nil {
			t.Fatal(err)
		}
		l.tokens = append(l.tokens, token)
	}
	return l
}

func (l *living) openCall() {
	l.t.Helper()
	ctx, now := l.t.Context(), l.h.Clock.Now()
	person := func(role identity.Role, phone string) identity.Actor {
		a, err := l.h.Accounts.Enlist(ctx, "某人", phone, "", identity.Grant{Role: role, Place: "jz"})
		if err != nil {
			l.t.Fatal(err)
		}
		return a
	}
	staff, head := person(identity.DistrictStaff, "13600000001"), person(identity.DistrictHead, "13600000002")
	l.call = nobody[:35] + "1"
	e, err := l.h.Editions.Create(ctx, staff, edition.NewEdition{ID: l.call, Place: place.District("jz.w.a"), Title: "第一届社区公益微创投大赛"})
	if err != nil {
		l.t.Fatal(err)
	}
	plan := edition.PlanOf(e, nil)
	plan.CallText, plan.Contact, plan.OpensAt, plan.ClosesAt = "请来申报", "社区办", now, now.AddDate(0, 0, 24)
	plan.RunsFrom, plan.RunsTo = clock.Day(now).AddDate(0, 0, 40), clock.Day(now).AddDate(0, 11, 0)
	plan.Funds = []edition.Fund{{Name: "财政资金", Kind: "budget", Amount: yuan.Fen(100_000_00)}}
	if err := l.h.Editions.Edit(ctx, staff, e.ID, plan); err != nil {
		l.t.Fatal(err)
	}
	if err := l.h.Editions.Publish(ctx, head, e.ID, edition.Pressed{Version: e.Version + 1}); err != nil {
		l.t.Fatal(err)
	}
}

// process is the product running by itself.
type process struct {
	cmd  *exec.Cmd
	base string
}

// start runs the product as a process and waits until it answers.
func (l *living) start() *process {
	l.t.Helper()
	return l.startWith([]string{"SEEDBED_DATABASE_URL=" + l.url, "SEEDBED_DATA=" + l.dir, "SEEDBED_SECRET=" + testSecret, "SEEDBED_LISTEN=127.0.0.1:0", "SEEDBED_MIGRATE=false"})
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// client is a resident's browser.
func (l *living) client(token, base string) *http.Client {
	jar, _ := cookiejar.New(nil)
	u, _ := url.Parse(base)
	jar.SetCookies(u, []*http.Cookie{{Name: "seedbed", Value: token, Path: "/"}})
	return &http.Client{Jar: jar, Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// post sends a form and tells whether it was acknowledged.
func post(ctx context.Context, c *http.Client, base, path string, form url.Values) (location string, ok bool) {
	body, err := fetch(ctx, c, base+"/help")
	if err != nil {
		return "", false
	}
	m := formToken.FindStringSubmatch(body)
	if m == nil {
		return "", false
	}
	form.Set("_token", m[1])
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return "", false
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := c.Do(req)
	if err != nil {
		return "", false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.Header.Get("Location"), res.StatusCode == http.StatusSeeOther && !strings.HasPrefix(res.Header.Get("Location"), "/login") && res.Header.Get("Location") != "/continue"
}

func fetch(ctx context.Context, c *http.Client, address string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	res, err := c.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	return string(raw), err
}

// kept is what the product has acknowledged.
type kept struct {
	mu     sync.Mutex
	drafts map[string]string // proposal → the title saved last
}

// The product is killed at random while residents write. Whatever was acknowledged is there after the restart, nothing
// is there twice, and every invariant holds. SEEDBED_TEST_KILLS sets how often, 8 unless told.
func TestKilledWhileResidentsWrite(t *testing.T) {
	kills := 8
	if n, err := strconv.Atoi(os.Getenv("SEEDBED_TEST_KILLS")); err == nil {
		kills = n
	}
	l := newLiving(t, 6)
	acknowledged := &kept{drafts: map[string]string{}}
	begun := map[string]string{} // token → proposal
	var mu sync.Mutex
	for round := range kills {
		p := l.start()
		ctx, cancel := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for i, token := range l.tokens {
			writers.Go(func() { l.writeUntil(ctx, p.base, token, round, i, acknowledged, &mu, begun) })
		}
		time.Sleep(time.Duration(150+rand.IntN(500)) * time.Millisecond) //nolint:gosec // a random moment
		p.kill()
		cancel()
		writers.Wait()
		l.compare(acknowledged)
	}
	if len(acknowledged.drafts) < len(l.tokens) {
		t.Errorf("only %d of %d residents got anything acknowledged", len(acknowledged.drafts), len(l.tokens))
	}
	if err := l.h.Jobs.Settle(t.Context()); err != nil {
		t.Error(err)
	}
	var said strings.Builder
	if err := l.h.check(t.Context(), &said); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
	t.Logf("%d kills; %s", kills, strings.ReplaceAll(said.String(), "\n", "; "))
}

// writeUntil starts a draft and saves ever new titles, with the version the house told last, until the house dies.
func (l *living) writeUntil(ctx context.Context, base, token string, round, i int, ack *kept, mu *sync.Mutex, begun map[string]string) {
	c := l.client(token, base)
	mu.Lock()
	id := begun[token]
	mu.Unlock()
	if id == "" {
		// The same id every time: a start whose answer was lost and is sent again makes no second draft.
		id = fmt.Sprintf("01990000-0000-7000-8000-%012d", i+100)
		if _, ok := post(ctx, c, base, "/editions/"+l.call+"/proposals", url.Values{"id": {id}}); !ok {
			return
		}
		mu.Lock()
		begun[token] = id
		mu.Unlock()
		ack.mu.Lock()
		ack.drafts[id] = ""
		ack.mu.Unlock()
	}
	for n := 0; ctx.Err() == nil && n < 500; n++ {
		page, err := fetch(ctx, c, base+"/proposals/"+id+"/edit")
		if err != nil {
			return
		}
		version := regexp.MustCompile(`name="version" value="(\d+)"`).FindStringSubmatch(page)
		if version == nil {
			return
		}
		title := fmt.Sprintf("第%d轮第%d次", round, n)
		if _, ok := post(ctx, c, base, "/proposals/"+id, url.Values{"version": {version[1]}, "title": {title}}); ok {
			ack.mu.Lock()
			ack.drafts[id] = title
			ack.mu.Unlock()
		}
	}
}

const titlesSQL = `select id::text, title from proposal order by id`

// compare holds what is stored to what was acknowledged: a title may be newer than the last answer that arrived, by the
// one that was on its way, never older.
func (l *living) compare(ack *kept) {
	l.t.Helper()
	type row struct{ ID, Title string }
	rows, err := pg.All[row](l.t.Context(), l.h.Engines.DB, titlesSQL, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	stored := map[string]string{}
	for _, r := range rows {
		stored[r.ID] = r.Title
	}
	if len(rows) > len(l.tokens) {
		l.t.Errorf("%d drafts of %d residents", len(rows), len(l.tokens))
	}
	for id, title := range ack.drafts {
		have, ok := stored[id]
		if !ok || later(title, have) {
			l.t.Errorf("draft %s: acknowledged %q, stored %q", id, title, have)
		}
	}
}

// later tells whether a title was written after another one.
func later(a, b string) bool {
	var ra, na, rb, nb int
	_, _ = fmt.Sscanf(a, "第%d轮第%d次", &ra, &na)
	_, _ = fmt.Sscanf(b, "第%d轮第%d次", &rb, &nb)
	return a != "" && (b == "" || ra > rb || ra == rb && na > nb)
}

// Two processes on one database: a session works on both, and each scheduled job runs once.
func TestTwoProcesses(t *testing.T) {
	l := newLiving(t, 1)
	// A call whose time has passed waits to be closed by whichever process comes first.
	if err := l.h.Engines.DB.Change(t.Context(), func(tx pg.Tx) error {
		_, err := tx.Exec(t.Context(), `update edition set closes_at = now() - interval '1 minute', opens_at = now() - interval '1 day'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	a, b := l.start(), l.start()
	defer a.kill()
	defer b.kill()
	for _, base := range []string{a.base, b.base} {
		page, err := fetch(t.Context(), l.client(l.tokens[0], base), base+"/me")
		if err != nil || !strings.Contains(page, "居民0") {
			t.Errorf("%s does not know the session: %v", base, err)
		}
	}
	deadline := time.Now().Add(30 * time.Second)
	for {
		state, err := pg.Value[string](t.Context(), l.h.Engines.DB, `select state from edition limit 1`, nil)
		if err != nil {
			t.Fatal(err)
		}
		if state == "closed" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the call is still %s", state)
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(3 * time.Second) // the other process has had its chance to do it again
	twice, err := pg.Value[int](t.Context(), l.h.Engines.DB, `select count(*) from (select 1 from audit_event where entity = 'edition' and to_state = 'closed' group by entity_id having count(*) > 1) x`, nil)
	if err != nil || twice != 0 {
		t.Errorf("closed twice: %d, %v", twice, err)
	}
	runs, err := pg.Value[int](t.Context(), l.h.Engines.DB, `select coalesce(max(n), 0)::int from (select count(*) as n from job_run group by job, due) x`, nil)
	if err != nil || runs != 1 {
		t.Errorf("a job ran %d times for one hour, %v", runs, err)
	}
}

// A second start on the same data folder says so, and harms nothing.
func TestSecondStartOnOneFolderSaysSo(t *testing.T) {
	dir, err := os.MkdirTemp("/var/tmp", "seedbed-twice-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL may run as another user
		t.Fatal(err)
	}
	l := &living{t: t, dir: dir}
	env := []string{"SEEDBED_DATA=" + dir, "SEEDBED_LISTEN=127.0.0.1:0"}
	first := l.startWith(env)
	defer first.kill()
	self, _ := os.Executable()
	second := exec.Command(self)
	second.Env = append(append(os.Environ(), "SEEDBED_TEST_CHILD=serve"), env...)
	said, err := second.CombinedOutput()
	if err == nil || strings.Contains(string(said), "goroutine") || !strings.Contains(string(said), "\n") {
		t.Errorf("the second start: %v\n%s", err, said)
	}
	if page, err := fetch(t.Context(), http.DefaultClient, first.base+"/"); err != nil || !strings.Contains(page, "<h1") {
		t.Errorf("the first no longer answers: %v", err)
	}
}

func (l *living) startWith(env []string) *process {
	l.t.Helper()
	self, err := os.Executable()
	if err != nil {
		l.t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(append(os.Environ(), "SEEDBED_TEST_CHILD=serve"), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	address := regexp.MustCompile(`http://\S+`).FindString(line)
	if err != nil || address == "" {
		l.t.Fatalf("the product does not start: %q %v", line, err)
	}
	return &process{cmd, address}
}
