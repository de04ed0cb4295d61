package money

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/vault"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
	"seedbed/storage/pg/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var noon = time.Date(2026, 9, 21, 12, 0, 0, 0, clock.Shanghai) // a Monday

// world is a district with one street of two communities, the people of its desks, and an edition with money in it.
type world struct {
	t       testing.TB
	ctx     context.Context
	db      *pg.DB
	owner   *pgx.Conn // past the guards, for what other areas would have written
	clock   *clock.Manual
	book    *Book
	edition string
	fund    string

	lead, treasurer, member                    identity.Actor
	staff, staff2, head, street, dhead, dhead2 identity.Actor
	finance, nearFinance, cashier, cashier2    identity.Actor
	outsider, farStaff, farFinance, supervisor identity.Actor
}

// job is a project with its money: its row's id, its award's and its two budget lines.
type job struct {
	id, award, agreement, goods, food, activity string
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := context.Background()
	db, url := pgtest.Lend(t)
	owner, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(ctx) })
	v, err := vault.New([]byte("a test's secret of at least 32 bytes."))
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewManual(noon)
	w := &world{t: t, ctx: ctx, db: db, owner: owner, clock: c, book: New(db, c, v), edition: newID(), fund: newID()}
	w.raw(`insert into place (path, level, name, name_en, code, valid_from) values ('jz','district','锦州路区','Jinzhou','jz','2020-01-01'),('jz.wuhan','subdistrict','武汉路街道','Wuhan','wh','2020-01-01'),
  ('jz.wuhan.dianchang','community','电厂社区','Dianchang','dc','2020-01-01'),('jz.wuhan.changle','community','长乐社区','Changle','cl','2020-01-01')`)
	home := "jz.wuhan.dianchang"
	w.lead, w.treasurer, w.member = w.person("周桂兰", "", ""), w.person("何淑芬", "", ""), w.person("王建国", "", "")
	w.staff, w.staff2, w.head = w.person("李敏", identity.CommunityStaff, home), w.person("钱芳", identity.CommunityStaff, home), w.person("赵红", identity.CommunityHead, home)
	w.street, w.dhead, w.dhead2 = w.person("孙立", identity.SubdistrictHead, "jz.wuhan"), w.person("陈强", identity.DistrictHead, "jz"), w.person("林静", identity.DistrictHead, "jz")
	w.finance, w.nearFinance = w.person("吴静", identity.Finance, "jz"), w.person("郑会计", identity.Finance, home)
	w.cashier, w.cashier2 = w.person("冯出纳", identity.Cashier, "jz"), w.person("褚出纳", identity.Cashier, "jz")
	w.outsider, w.farStaff, w.farFinance = w.person("路人", "", ""), w.person("卫工", identity.CommunityStaff, "jz.wuhan.changle"), w.person("蒋会计", identity.Finance, "jz.wuhan.changle")
	w.supervisor = w.person("沈监督", identity.Supervisor, "jz")
	rules, err := json.Marshal(edition.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	w.raw(`insert into edition (id, place, no, title, state, rules, created_by, created_at) values ('%s','jz',3,'第三届','running','%s','%s','2026-01-01');
  insert into fund_source (id, edition_id, name, kind, amount) values ('%s','%s','区财政','budget',10000000000)`, w.edition, strings.ReplaceAll(string(rules), "'", "''"), w.dhead.ID, w.fund, w.edition)
	w.ok(db.Change(ctx, func(tx pg.Tx) error {
		_, err := ledger.Post(ctx, tx, w.house(), ledger.Movement{Kind: "fund", Entity: "fund_source", Source: w.fund, Place: "jz", At: noon,
			Entries: ledger.Move(100_000_000_00, ledger.Pot{Kind: ledger.Fund, Edition: w.edition, Owner: w.fund}, ledger.Pot{Kind: ledger.Pool, Edition: w.edition, Owner: w.fund})})
		return err
	}))
	return w
}

func (w *world) house() identity.Warrant {
	h, err := identity.House().Must(identity.KeepCalendar, "jz")
	w.ok(err)
	return h
}

// raw writes as the owner, triggers asleep: what other areas have done before.
func (w *world) raw(sql string, args ...any) {
	w.t.Helper()
	if _, err := w.owner.Exec(w.ctx, "set session_replication_role = replica; "+fmt.Sprintf(sql, args...)+"; set session_replication_role = default"); err != nil {
		w.t.Fatalf("%v in %s", err, fmt.Sprintf(sql, args...))
	}
}

func (w *world) person(name string, role identity.Role, place string) identity.Actor {
	a := identity.Actor{ID: newID(), Name: name, Lang: "zh", Strong: true}
	_, wrapped := w.book.vault.NewKey()
	w.raw(`insert into person (id, name, created_at) values ('%s','%s','2026-01-01'); insert into person_key values ('%s','\x%s')`, a.ID, name, a.ID, hex.EncodeToString(wrapped))
	if role != "" {
		a.Grants = []identity.Grant{{Role: role, Place: place}}
		w.raw(`insert into role_grant (id, person_id, role, place, since) values ('%s','%s','%s','%s','2026-01-01')`, newID(), a.ID, role, place)
	}
	return a
}

// project opens a project with an award, all of it in the goods line and a tenth of it in the food line.
func (w *world) project(award yuan.Fen) job {
	w.t.Helper()
	j := job{id: newID(), award: newID(), agreement: newID(), goods: newID(), food: newID(), activity: newID()}
	team, proposal := newID(), newID()
	no := j.id[24:]
	w.raw(`insert into team (id, name, lead_id, created_at) values ('%s','旧衣改造坊','%s','2026-01-01');
  insert into team_member (id, team_id, person_id, name, role, state, at) values ('%s','%s','%s','周','lead','accepted','2026-01-01'),('%s','%s','%s','何','treasurer','accepted','2026-01-01'),('%s','%s','%s','王','member','accepted','2026-01-01')`,
		team, w.lead.ID, newID(), team, w.lead.ID, newID(), team, w.treasurer.ID, newID(), team, w.member.ID)
	w.raw(`insert into proposal (id, edition_id, team_id, place, lead_id, created_at, saved_at, state) values ('%s','%s','%s','jz.wuhan.dianchang','%s','2026-01-01','2026-01-01','contracted');
  insert into award (id, edition_id, proposal_id, place, result, amount, rank, score, fund_source_id, state) values ('%s','%s','%s','jz.wuhan.dianchang','selected',%d,1,9000,'%s','confirmed');
  insert into agreement (id, number, award_id, proposal_id, edition_id, place, host, total, starts_on, ends_on, annex, digest, state) values ('%s','XY%s','%s','%s','%s','jz.wuhan.dianchang','jz.wuhan.dianchang',%d,'2026-09-01','2026-12-31','','','effective')`,
		proposal, w.edition, team, w.lead.ID, j.award, w.edition, proposal, award, w.fund, j.agreement, no, j.award, proposal, w.edition, award)
	w.raw(`insert into project (id, number, agreement_id, award_id, proposal_id, edition_id, team_id, place, host, title, category, starts_on, ends_on, lead_id, award, created_at)
  values ('%s','P%s','%s','%s','%s','%s','%s','jz.wuhan.dianchang','jz.wuhan.dianchang','楼道口的旧衣改造坊','environment','2026-09-01','2026-12-31','%s',%d,'2026-09-01');
  insert into budget_line (id, project_id, seq, category, item, amount) values ('%s','%s',1,'M','布料',%d),('%s','%s',2,'F','茶歇',%d)`,
		j.id, no, j.agreement, j.award, proposal, w.edition, team, w.lead.ID, award, j.goods, j.id, award, j.food, j.id, max(award/10, 1))
	w.raw(`insert into activity (id, project_id, place, theme, starts_at, ends_at, place_text, state, created_by) values ('%s','%s','jz.wuhan.dianchang','周六改造课','2026-09-12 14:00+8','2026-09-12 16:00+8','活动室','verified','%s')`, j.activity, j.id, w.lead.ID)
	w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error {
		_, err := ledger.Post(w.ctx, tx, w.house(), ledger.Movement{Kind: "award", Entity: "award", Source: j.award, Place: "jz.wuhan.dianchang", At: noon,
			Entries: ledger.Move(award, ledger.Pot{Kind: ledger.Pool, Edition: w.edition, Owner: w.fund}, ledger.Pot{Kind: ledger.Committed, Edition: w.edition, Owner: j.award})})
		return err
	}))
	w.audited("project", j.id, 1)
	w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error { return w.book.Plan(w.ctx, tx, delivery.Opened{ProjectID: j.id}) }))
	return j
}

// audited writes the trail's line of a row that was put there past the guards.
func (w *world) audited(entity, id string, version int) {
	w.raw(`insert into audit_event (chain, n, at, role, role_place, entity, entity_id, version, action, place, hash) values ('%s', 1, now(), 'system', 'jz', '%s', '%s', %d, 'test', 'jz', '\x00')`, newID(), entity, id, version)
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused wants a fault of a kind whose sentence, or a field's, holds a text.
func (w *world) refused(err error, kind fault.Kind, text string) {
	w.t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(err.Error(), text) {
		w.t.Fatalf("got %v (kind %d); want kind %d with %q", err, fault.KindOf(err), kind, text)
	}
}

// whole wants the book to agree with itself.
func (w *world) whole() {
	w.t.Helper()
	n, broken, err := ledger.Verify(w.ctx, w.db)
	if err != nil || len(broken) > 0 || n == 0 {
		w.t.Fatalf("%d movements, %v, broken: %s", n, err, strings.Join(broken, "\n"))
	}
}

func (w *world) tranches(j job) []Tranche {
	w.t.Helper()
	list, err := Tranches(w.ctx, w.db, j.id)
	w.ok(err)
	return list
}

// release takes a due tranche through its three people.
func (w *world) release(j job, seq int) {
	w.t.Helper()
	t := w.tranches(j)[seq-1]
	w.ok(w.book.Request(w.ctx, w.head, t.ID, Step{Version: t.Version}))
	w.ok(w.book.Review(w.ctx, w.finance, t.ID, Step{Version: t.Version + 1}))
	w.ok(w.book.ApproveTranche(w.ctx, w.dhead, t.ID, Step{Version: t.Version + 2}))
}

func (w *world) get(j job) delivery.Project {
	w.t.Helper()
	p, err := delivery.Get(w.ctx, w.db, j.id)
	w.ok(err)
	return p
}

func digits(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	for i := range raw {
		raw[i] = '0' + raw[i]%10
	}
	return string(raw)
}

func receipt(kind string) File {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	return File{Taken: evidence.Taken{Digest: hex.EncodeToString(raw), Size: 1000, Mime: "image/jpeg"}, Kind: kind, Name: "IMG_1.jpg"}
}

// draft is a good claim of some lines of the goods line, each with an invoice of its own.
func (w *world) draft(j job, sums ...yuan.Fen) NewClaim {
	n := NewClaim{ID: newID(), PayeeKind: "member_reimburse", Payee: "周桂兰", Files: []File{receipt("receipt"), receipt("goods")}}
	for _, sum := range sums {
		n.Items = append(n.Items, NewItem{Line: j.goods, Activity: j.activity, Description: "棉布里布", Qty: 10000, Amount: sum, PaidOn: noon.AddDate(0, 0, -3), Method: "wechat_alipay",
			InvoiceForm: "digital20", InvoiceNumber: digits(20), IssuedOn: noon.AddDate(0, 0, -3), Buyer: "电厂社区", Seller: "红星布行", InvoiceTotal: sum})
	}
	return n
}

func (w *world) submit(j job, sums ...yuan.Fen) Claim {
	w.t.Helper()
	c, err := w.book.Submit(w.ctx, w.treasurer, j.id, w.draft(j, sums...))
	w.ok(err)
	return c
}

func (w *world) claim(id string) Claim {
	w.t.Helper()
	c, err := pg.One[Claim](w.ctx, w.db, claimSQL, pg.Args{"id": id})
	w.ok(err)
	return c
}

// forward takes a claim on to a state, by the right people.
func (w *world) forward(c Claim, to string) Claim {
	w.t.Helper()
	for c = w.claim(c.ID); c.State != to; c = w.claim(c.ID) {
		switch c.State {
		case Submitted:
			w.ok(w.book.Verify(w.ctx, w.staff, c.ID, Verification{Version: c.Version, Real: true}))
		case Verified:
			w.ok(w.book.PassVouchers(w.ctx, w.finance, c.ID, VoucherReview{Version: c.Version}))
		case Passed:
			by := w.dhead
			if c.ApprovedBy != "" {
				by = w.street
			}
			w.ok(w.book.Approve(w.ctx, by, c.ID, Step{Version: c.Version}))
		case Approved:
			w.ok(w.book.Pay(w.ctx, w.cashier, c.ID, NewPayment{Version: c.Version, Method: "transfer", BankRef: digits(16), PaidOn: noon}))
		case Paid:
			w.ok(w.book.Receive(w.ctx, w.lead, c.ID, Step{Version: c.Version}))
		default:
			w.t.Fatalf("claim stands at %s on its way to %s", c.State, to)
		}
	}
	return c
}

func (w *world) count(sql string) int64 {
	w.t.Helper()
	n, err := pg.Value[int64](w.ctx, w.db, sql, nil)
	w.ok(err)
	return n
}

// evaluated writes a closed review, as delivery would have.
func (w *world) evaluated(j job, kind, state string, passed bool) {
	w.t.Helper()
	w.raw(`insert into evaluation (id, project_id, place, kind, state, due_at) values ('%s','%s','jz.wuhan.dianchang','%s','%s',now()) on conflict (project_id, kind) do update set state = excluded.state`, newID(), j.id, kind, state)
	w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error {
		return w.book.HearReview(w.ctx, tx, delivery.Reviewed{ProjectID: j.id, Review: kind, Passed: passed})
	}))
}

// plan has the tranches of a project planned.
func (w *world) plan(j job) {
	w.t.Helper()
	w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error { return w.book.Plan(w.ctx, tx, delivery.Opened{ProjectID: j.id}) }))
}
