package proposal

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// rush is how many proposals the tests of the last hour hand in: as many as a variable says, else a few.
func rush(t *testing.T, variable string, few int) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv(variable))
	if err != nil {
		return few
	}
	return n
}

// clones leaves n drafts like the one given, each with people of its own, as their owners would have written them.
func (w *world) clones(f Full, n int) (leads []identity.Actor, drafts []string) {
	w.Helper()
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, w.url)
	if err != nil {
		w.Fatal(err)
	}
	defer func() { _ = owner.Close(ctx) }()
	// The clone's ids say what they are: 1 persons, 2 teams, 3 memberships, 4 proposals.
	_, err = owner.Exec(ctx, fmt.Sprintf(`set session_replication_role = replica;
create function pg_temp.clone(kind int, n int, k int) returns uuid language sql immutable as $$ select ('0000000' || kind || '-0000-7000-8000-' || lpad((n * 10 + k)::text, 12, '0'))::uuid $$;
insert into person (id, name, home, home_state, created_at) select pg_temp.clone(1, n, k), '邻居' || n || '之' || k, '%[1]s', 'confirmed', now() from generate_series(1, %[3]d) n, generate_series(0, 2) k;
insert into team (id, name, lead_id, state, created_at) select pg_temp.clone(2, n, 0), '巧手队' || n, pg_temp.clone(1, n, 0), 'ready', now() from generate_series(1, %[3]d) n;
insert into team_member (id, team_id, person_id, name, role, state, at) select pg_temp.clone(3, n, k), pg_temp.clone(2, n, 0), pg_temp.clone(1, n, k), '邻居' || n || '之' || k,
  case k when 0 then 'lead' else 'member' end, 'accepted', now() from generate_series(1, %[3]d) n, generate_series(0, 2) k;
create temp table one as select * from proposal where id = '%[2]s';
do $$ declare c int; begin for c in 1..%[3]d loop
  update one set id = pg_temp.clone(4, c, 0), team_id = pg_temp.clone(2, c, 0), lead_id = pg_temp.clone(1, c, 0);
  insert into proposal select * from one;
end loop; end $$;
insert into proposal_activity (proposal_id, seq, name, times, month, place_text, people) select pg_temp.clone(4, n, 0), seq, name, times, month, place_text, people from generate_series(1, %[3]d) n, proposal_activity where proposal_id = '%[2]s';
insert into proposal_line (proposal_id, seq, category, item, unit_price, qty, note) select pg_temp.clone(4, n, 0), seq, category, item, unit_price, qty, note from generate_series(1, %[3]d) n, proposal_line where proposal_id = '%[2]s';
insert into audit_event (chain, n, at, role, role_place, entity, entity_id, version, action, place, hash)
  select gen_random_uuid()::text, 1, now(), 'system', 'jz', 'proposal', pg_temp.clone(4, n, 0), 1, 'start', '%[1]s', '\x00' from generate_series(1, %[3]d) n;
set session_replication_role = default`, hood, f.ID, n))
	if err != nil {
		w.Fatal(err)
	}
	for i := 1; i <= n; i++ {
		leads = append(leads, identity.Actor{ID: fmt.Sprintf("00000001-0000-7000-8000-%012d", i*10), Name: "邻居", Home: hood})
		drafts = append(drafts, fmt.Sprintf("00000004-0000-7000-8000-%012d", i*10))
	}
	return leads, drafts
}

// In the last instant of a call, five milliseconds to either side of the deadline, only the stamp of arrival decides, to
// the microsecond, and it is the stamp that is kept. SEEDBED_TEST_SUBMISSIONS sets how many, 200 unless told.
func TestTheLastInstantIsJudgedByItsStamp(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	n := rush(t, "SEEDBED_TEST_SUBMISSIONS", 200)
	f := w.draft(w.lead, w.edition)
	leads, drafts := w.clones(f, n)
	closes := *w.edition.ClosesAt
	w.clock.Set(closes.Add(time.Second)) // the work itself is done when the deadline has long passed
	stamps := make([]time.Time, n)
	for i := range stamps {
		stamps[i] = closes.Add(time.Duration(rand.IntN(10_001)-5_000) * time.Microsecond) //nolint:gosec // any instant will do
	}
	next := make(chan int)
	var hands sync.WaitGroup
	var mu sync.Mutex
	misjudged, accepted := 0, 0
	for range 16 {
		hands.Go(func() {
			for i := range next {
				done, err := w.book.Submit(ctx, leads[i], drafts[i], f.Saves, stamps[i])
				in := err == nil && done.SubmittedAt != nil && done.SubmittedAt.Equal(stamps[i])
				if err != nil && !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
				mu.Lock()
				if in != stamps[i].Before(closes) {
					misjudged++
				}
				if in {
					accepted++
				}
				mu.Unlock()
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	hands.Wait()
	if misjudged != 0 {
		t.Errorf("%d of %d misjudged", misjudged, n)
	}
	// What is stored tells the same: nobody in who came late, nobody out who came in time.
	type row struct {
		ID string
		At *time.Time
	}
	rows, err := pg.All[row](ctx, w.db, `select id::text, submitted_at as at from proposal where id <> @id::uuid order by id`, pg.Args{"id": f.ID})
	if err != nil || len(rows) != n {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, r := range rows {
		if (r.At != nil) != stamps[i].Before(closes) || (r.At != nil && !r.At.Equal(stamps[i])) {
			t.Errorf("arrived %s, deadline %s, stored %v", stamps[i], closes, r.At)
		}
	}
	t.Logf("%d submissions within 5 ms of the deadline: %d accepted, %d refused, %d misjudged", n, accepted, n-accepted, misjudged)
}

// However often the button of each of many proposals is pressed at once, each is handed in once: one number, one seal, one
// line in the trail, one notice. SEEDBED_TEST_COPIES sets how many proposals, 12 unless told; 50 presses each.
func TestFiftyPressesAreOneSubmission(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	n := rush(t, "SEEDBED_TEST_COPIES", 12)
	f := w.draft(w.lead, w.edition)
	leads, drafts := w.clones(f, n)
	presses := make(chan int)
	var hands sync.WaitGroup
	var mu sync.Mutex
	numbers := map[string]map[string]bool{}
	for range 100 {
		hands.Go(func() {
			for i := range presses {
				done, err := w.book.Submit(ctx, leads[i], drafts[i], f.Saves, w.clock.Now())
				if err != nil {
					t.Error(err)
					continue
				}
				mu.Lock()
				if numbers[drafts[i]] == nil {
					numbers[drafts[i]] = map[string]bool{}
				}
				numbers[drafts[i]][done.Number] = true
				mu.Unlock()
			}
		})
	}
	for start := 0; start < n; start += 20 { // twenty proposals' copies at a time, all mixed
		for range 50 {
			for i := start; i < min(start+20, n); i++ {
				presses <- i
			}
		}
	}
	close(presses)
	hands.Wait()
	for id, told := range numbers {
		if len(told) != 1 {
			t.Errorf("%s was told %d numbers", id, len(told))
		}
	}
	for what, sql := range map[string]string{"submitted": `select count(*) from proposal where state = 'submitted'`, "numbers": `select count(distinct number) from proposal`,
		"seals": `select count(*) from proposal_revision`, "counted": `select proposals_n from edition`, "trail": `select count(*) from audit_event where action = 'submit'`,
		"notices": `select count(*) from notice where code = 'N05'`} {
		if got := w.count(sql, nil); got != n {
			t.Errorf("%s: %d of %d", what, got, n)
		}
	}
	t.Logf("%d presses on %d proposals: %d submissions", 50*n, n, n)
}
