package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var at = time.Date(2026, 9, 21, 12, 0, 0, 0, time.UTC)

// book is an edition's fund and awards, with no story around them.
type book struct {
	t       testing.TB
	ctx     context.Context
	db      *pg.DB
	owner   *pgx.Conn
	w       identity.Warrant
	edition string
	fund    string
	awards  []string
}

func id() string { return uuid.Must(uuid.NewV7()).String() }

func newBook(t testing.TB, awards int) *book {
	t.Helper()
	db, url := pgtest.Lend(t)
	ctx := context.Background()
	owner, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(ctx) })
	w, err := identity.House().Must(identity.KeepCalendar, "jz")
	if err != nil {
		t.Fatal(err)
	}
	b := &book{t: t, ctx: ctx, db: db, owner: owner, w: w, edition: id(), fund: id()}
	person := id()
	b.raw(`insert into place (path, level, name, name_en, code, valid_from) values ('jz','district','区','D','jz','2020-01-01'); insert into person (id, name, created_at) values ('%s','甲','2026-01-01');
  insert into edition (id, place, no, title, rules, created_by, created_at) values ('%s','jz',1,'届','{}','%s','2026-01-01'); insert into fund_source (id, edition_id, name, kind, amount) values ('%s','%s','财政','budget',100000000)`,
		person, b.edition, person, b.fund, b.edition)
	b.post("fund", b.fund, Move(1_000_000_00, b.pot(Fund, b.fund), b.pot(Pool, b.fund)))
	for range awards {
		award := id()
		b.raw(`insert into award (id, edition_id, proposal_id, place, result, amount, rank, score, fund_source_id, state) values ('%s','%s','%s','jz','selected',100000,1,9000,'%s','confirmed')`, award, b.edition, id(), b.fund)
		b.post("award", award, Move(1_000_00, b.pot(Pool, b.fund), b.pot(Committed, award)))
		b.awards = append(b.awards, award)
	}
	return b
}

// raw writes as the owner, triggers asleep.
func (b *book) raw(sql string, args ...any) {
	b.t.Helper()
	if _, err := b.owner.Exec(b.ctx, "set session_replication_role = replica; "+fmt.Sprintf(sql, args...)+"; set session_replication_role = default"); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) pot(kind Kind, owner string) Pot {
	return Pot{Kind: kind, Edition: b.edition, Owner: owner}
}

func (b *book) try(kind, source string, entries []Entry) error {
	return b.db.Change(b.ctx, func(tx pg.Tx) error {
		_, err := Post(b.ctx, tx, b.w, Movement{Kind: kind, Entity: "test", Source: source, Place: "jz", At: at, Entries: entries})
		return err
	})
}

func (b *book) post(kind, source string, entries []Entry) {
	b.t.Helper()
	if err := b.try(kind, source, entries); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) undo(kind, source string) error {
	return b.db.Change(b.ctx, func(tx pg.Tx) error {
		_, err := Reverse(b.ctx, tx, b.w, kind, source, Movement{Kind: "undo_" + kind, Entity: "test", Source: source, Place: "jz", At: at})
		return err
	})
}

func (b *book) holds(pot Pot) yuan.Fen {
	b.t.Helper()
	fen, err := Balance(b.ctx, b.db, pot.Kind, pot.Owner)
	if err != nil {
		b.t.Fatal(err)
	}
	return fen
}

func (b *book) broken() []string {
	b.t.Helper()
	_, broken, err := Verify(b.ctx, b.db)
	if err != nil {
		b.t.Fatal(err)
	}
	return broken
}

func TestPostAndReverse(t *testing.T) {
	b := newBook(t, 1)
	award := b.awards[0]
	committed, released := b.pot(Committed, award), b.pot(Released, award)
	release := id()
	b.post("release", release, Move(600_00, committed, released))
	if err := b.try("release", release, Move(1, committed, released)); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same document was posted twice: %v", err)
	}
	if err := b.try("release", id(), Move(400_01, committed, released)); !fault.Is(err, fault.Conflict) || fault.MessageOf(err).Text != "钱不够，这一笔没有记账" {
		t.Errorf("more than the pot holds: %v", err)
	}
	if err := b.try("release", id(), Move(0, committed, released)); !fault.Is(err, fault.Conflict) {
		t.Errorf("a movement of nothing: %v", err)
	}
	if err := b.try("release", id(), []Entry{{committed, -5}, {released, 4}}); err == nil {
		t.Error("a movement that does not sum to zero was kept")
	}
	if b.holds(committed) != 400_00 || b.holds(released) != 600_00 {
		t.Errorf("committed %s, released %s", b.holds(committed), b.holds(released))
	}
	if err := b.undo("release", release); err != nil {
		t.Fatal(err)
	}
	if err := b.undo("release", release); !fault.Is(err, fault.Conflict) {
		t.Errorf("undone twice: %v", err)
	}
	if b.holds(committed) != 1_000_00 || b.holds(released) != 0 {
		t.Errorf("after undoing: committed %s, released %s", b.holds(committed), b.holds(released))
	}
	if broken := b.broken(); len(broken) > 0 {
		t.Error(broken)
	}
}

// L5, I-M9: with the application's own rights nothing written can be changed, and nothing unbalanced can be added.
func TestTheApplicationOnlyAdds(t *testing.T) {
	b := newBook(t, 2)
	move := func(fen ...int) string {
		s := `with t as (insert into ledger_tx (kind, source_entity, source_id, place, at) values ('x', 'x', gen_random_uuid(), 'jz', now()) returning id) insert into ledger_entry (tx_id, seq, account_id, fen) values `
		for i, f := range fen {
			s += fmt.Sprintf("%s((select id from t), %d, (select id from ledger_account where kind = 'committed' order by id limit 1 offset %d), %d)", strings.Repeat(",", min(i, 1)), i+1, i, f)
		}
		return s
	}
	for _, c := range []struct{ sql, why string }{
		{`update ledger_entry set fen = fen + 1`, "permission denied"}, {`delete from ledger_entry`, "permission denied"}, {`truncate ledger_entry`, "permission denied"},
		{`update ledger_tx set note = 'x'`, "permission denied"}, {`delete from ledger_tx`, "permission denied"}, {`update ledger_account set balance = balance + 1`, "permission denied"},
		{`delete from ledger_account`, "permission denied"}, {`alter table ledger_entry disable trigger all`, "must be owner"},
		{`insert into ledger_account (kind, edition_id, owner_id, balance) select 'spent', edition_id, gen_random_uuid(), 5 from ledger_account limit 1`, "permission denied"},
		{`insert into ledger_tx (kind, source_entity, source_id, place, at, made_in) values ('x', 'x', gen_random_uuid(), 'jz', now(), 1)`, "permission denied"},
		{`insert into ledger_tx (kind, source_entity, source_id, place, at) values ('x', 'x', gen_random_uuid(), 'jz', now())`, "does not balance"},
		{`insert into ledger_entry (tx_id, seq, account_id, fen) select tx_id, 9, account_id, 1 from ledger_entry limit 1`, "one transaction only"},
		{move(5, -4), "does not balance"}, {move(5), "does not balance"},
		{move(5, -5) + `; set constraints all immediate; insert into ledger_entry (tx_id, seq, account_id, fen) select max(tx_id), 3, min(account_id), 1 from ledger_entry`, "does not balance"},
		{`with t as (insert into ledger_tx (kind, source_entity, source_id, place, at, reverses) select 'undo', 'x', gen_random_uuid(), 'jz', now(), max(id) from ledger_tx returning id)
  insert into ledger_entry (tx_id, seq, account_id, fen) select t.id, row_number() over (), a.id, case when a.kind = 'pool' then 1 else -1 end from t, ledger_account a where kind = 'pool' or kind = 'committed' order by a.id limit 2`, "does not net"},
	} {
		err := b.db.Hold(b.ctx, func(conn *pgx.Conn) error {
			_, err := conn.PgConn().Exec(b.ctx, c.sql).ReadAll() // one transaction, however many statements
			return err
		})
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v; want %q", c.sql, err, c.why)
		}
	}
	if broken := b.broken(); len(broken) > 0 {
		t.Error(broken)
	}
}

// After the ledgers of TRUST §1.2: many transfers over few pots at once, and every one undone twice.
func TestManyAtOnce(t *testing.T) {
	b := newBook(t, 4)
	sources := make([]string, 200)
	var wg sync.WaitGroup
	gate := make(chan struct{}, 20)
	var kept, undone, refused atomic.Int64
	run := func(f func()) {
		gate <- struct{}{}
		wg.Go(func() { f(); <-gate })
	}
	for i := range sources {
		sources[i] = id()
		from, to := b.awards[rand.IntN(4)], b.awards[rand.IntN(4)]
		kind := Released
		run(func() {
			if err := b.try("move", sources[i], Move(1, b.pot(Committed, from), b.pot(kind, to))); err != nil {
				t.Error(err)
				return
			}
			kept.Add(1)
		})
	}
	wg.Wait()
	for _, source := range append(slices.Clone(sources), sources...) {
		run(func() {
			switch err := b.undo("move", source); {
			case err == nil:
				undone.Add(1)
			case fault.Is(err, fault.Conflict):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if kept.Load() != 200 || undone.Load() != 200 || refused.Load() != 200 {
		t.Errorf("%d kept, %d undone, %d refused", kept.Load(), undone.Load(), refused.Load())
	}
	for _, award := range b.awards {
		if b.holds(b.pot(Committed, award)) != 1_000_00 {
			t.Errorf("award %s holds %s", award, b.holds(b.pot(Committed, award)))
		}
	}
	if broken := b.broken(); len(broken) > 0 {
		t.Error(broken)
	}
}

// What an award gave back to its pool is not lost to it; a revoked one may have given back all.
func TestVerifyKnowsReturns(t *testing.T) {
	b := newBook(t, 2)
	b.post("return", id(), Move(400_00, b.pot(Committed, b.awards[0]), b.pot(Pool, b.fund)))
	if err := b.undo("award", b.awards[1]); err != nil {
		t.Fatal(err)
	}
	b.raw(`update award set state = 'revoked' where id = '%s'`, b.awards[1])
	if broken := b.broken(); len(broken) > 0 {
		t.Error(broken)
	}
	b.raw(`update award set state = 'publicized' where id = '%s'`, b.awards[0])
	if broken := b.broken(); len(broken) != 1 || !strings.HasPrefix(broken[0], "award "+b.awards[0]) {
		t.Errorf("an award that is not confirmed holds money: %q", broken)
	}
	stray := id()
	b.post("release", stray, Move(1_00, b.pot(Pool, b.fund), b.pot(Committed, stray)))
	if broken := b.broken(); !slices.ContainsFunc(broken, func(s string) bool { return strings.HasPrefix(s, "award "+stray) }) {
		t.Errorf("pots without an award: %q", broken)
	}
}
