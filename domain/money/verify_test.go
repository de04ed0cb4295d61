package money

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Whoever changes the books past the guards, as an owner of the database could, is found, and the thing is named.
func TestVerifyNamesWhatWasTamperedWith(t *testing.T) {
	w := newWorld(t)
	j := w.project(5_000_00)
	w.release(j, 1)
	paid, open := w.forward(w.submit(j, 1_000_00), Paid), w.forward(w.submit(j, 600_00), Approved)
	shared := w.draft(j, 50_00)
	shared.Items[0].InvoiceTotal = 100_00
	_, err := w.book.Submit(w.ctx, w.lead, j.id, shared)
	w.ok(err)
	w.whole()
	release := w.tranches(j)[0].ID
	for name, c := range map[string]struct{ sql, want string }{
		"an entry":           {`update ledger_entry set fen = fen + 1 where tx_id = (select max(tx_id) from ledger_entry) and seq = 1`, "ledger movement"},
		"a balance":          {`update ledger_account set balance = balance + 1 where kind = 'released'`, "ledger account"},
		"a pot below zero":   {`update ledger_account set balance = -5 where kind = 'payable'`, "owes 5 fen"},
		"a movement deleted": {`delete from ledger_entry where tx_id = (select id from ledger_tx where kind = 'pay'); delete from ledger_tx where kind = 'pay'`, "claim " + paid.ID},
		"the award":          {fmt.Sprintf(`update award set amount = amount + 1 where id = '%s'`, j.award), "award " + j.award},
		"the fund":           {fmt.Sprintf(`update fund_source set amount = amount - 1 where id = '%s'`, w.fund), "fund source " + w.fund},
		"released":           {fmt.Sprintf(`update project set released = released + 1 where id = '%s'`, j.id), "project " + j.id},
		"claimed":            {fmt.Sprintf(`update project set claimed = claimed - 1 where id = '%s'`, j.id), "project " + j.id},
		"paid":               {fmt.Sprintf(`update project set paid = paid - 1 where id = '%s'`, j.id), "project " + j.id},
		"award raised":       {fmt.Sprintf(`update project set award = award + 1 where id = '%s'`, j.id), "project " + j.id},
		"a line":             {fmt.Sprintf(`update budget_line set claimed = claimed + 1 where id = '%s'`, j.goods), "budget line " + j.goods},
		"a tranche":          {fmt.Sprintf(`update tranche set amount = amount + 1 where id = '%s'`, release), "tranches of 500001 fen"},
		"a tranche's hands":  {fmt.Sprintf(`alter table tranche drop constraint tranche_check; update tranche set reviewed_by = requested_by where id = '%s'`, release), "tranche " + release},
		"an approved sum":    {fmt.Sprintf(`update claim set approved = approved - 1 where id = '%s'`, paid.ID), "claim " + paid.ID},
		"a payment's sum":    {`update payment set amount = amount - 1`, "claim " + paid.ID},
		"a payment gone":     {`delete from payment`, "claim " + paid.ID},
		"paid by hand":       {fmt.Sprintf(`update claim set state = 'paid' where id = '%s'`, open.ID), "claim " + open.ID},
		"a hand gone":        {fmt.Sprintf(`delete from claim_hand where claim_id = '%s' and step = 'verify'`, paid.ID), "without all its hands"},
		"an approval gone":   {fmt.Sprintf(`delete from claim_hand where claim_id = '%s' and step = 'approve'`, paid.ID), "approved by too few"},
		"an invoice":         {`update invoice set total = 1`, "invoice "},
		"a receipt":          {fmt.Sprintf(`update attachment set digest = 'x' where owner_id in ('%s', '%s')`, paid.ID, open.ID), "same receipt"},
	} {
		tx, err := w.owner.Begin(w.ctx)
		w.ok(err)
		if _, err := tx.Exec(w.ctx, "set local session_replication_role = replica; alter table ledger_account drop constraint ledger_account_check; "+c.sql); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, broken, err := ledger.Verify(w.ctx, tx)
		w.ok(err)
		if !slices.ContainsFunc(broken, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%s: not found among %q; want %q", name, broken, c.want)
		}
		w.ok(tx.Rollback(w.ctx))
	}
	w.whole()
}

// The same in small for the application itself: it may write new lines and nothing else (I-M9).
func TestTheApplicationCannotRewriteMoney(t *testing.T) {
	w, j := running(t, 3_000_00)
	c := w.forward(w.submit(j, 100_00), Paid)
	for _, sql := range []string{
		`update payment set amount = 1`, `delete from payment`, `update claim_hand set person_id = person_id`, `delete from claim_hand`,
		`insert into claim_hand (claim_id, person_id, step, at) select claim_id, person_id, 'pay', at from claim_hand where step = 'submit'`,
		`insert into payment (claim_id, bank_ref, method, amount, paid_on, cashier, at) select claim_id, 'again', method, amount, paid_on, cashier, at from payment`,
		`update claim set state = 'draft', version = version + 1`, `update claim set state = 'voided', version = version + 1`, // no line in the trail
		`update claim set state = 'payee_confirmed'`, // no version
		`update project set released = award + 1`, `update project set claimed = award + 1`, `update project set paid = released + 1`,
		`update budget_line set claimed = amount + amount / 10 + 1`,
		`update claim_item set amount = amount + 1`, // more than its invoice
		`insert into tranche (id, project_id, place, seq, condition, amount, requested_by, reviewed_by) select gen_random_uuid(), project_id, place, 9, 'on_sign', 1, requested_by, requested_by from tranche limit 1`,
	} {
		err := w.db.Change(w.ctx, func(tx pg.Tx) error { _, err := pg.Do(w.ctx, tx, sql, nil); return err })
		if err == nil {
			t.Errorf("the application may: %s", sql)
		}
	}
	if got := w.claim(c.ID); got.State != Paid {
		t.Errorf("the claim is %s", got.State)
	}
	w.whole()
}

// Whatever people do, in whatever order, the books agree with themselves.
func TestAnyOrderOfVerbsKeepsTheBooksWhole(t *testing.T) {
	steps := 600
	for _, seed := range []uint64{1, 20260921} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newWorld(t)
			walk := &walk{world: w, rand: rand.New(rand.NewPCG(seed, 7)), done: map[string]int{}}
			for _, award := range []yuan.Fen{1_000_00, 4_999_99, 9_000_00} {
				walk.jobs = append(walk.jobs, w.project(award))
			}
			for n := range steps {
				walk.step()
				if n%50 == 49 {
					w.whole()
				}
			}
			walk.finish()
			w.whole()
			for _, verb := range []string{"release", "submit", "verify", "pass", "cut", "approve", "pay", "receive", "return", "reject", "ask_void", "void", "hold", "clear", "settle"} {
				if walk.done[verb] == 0 {
					t.Errorf("nobody did %q in %d steps: %v", verb, steps, walk.done)
				}
			}
		})
	}
}

type walk struct {
	*world
	rand   *rand.Rand
	jobs   []job
	claims []string
	done   map[string]int
}

// did counts what worked; a refusal must be one the house knows.
func (k *walk) did(verb string, err error) {
	k.t.Helper()
	switch {
	case err == nil:
		k.done[verb]++
	case fault.Is(err, fault.Internal) || fault.Is(err, fault.Busy):
		k.t.Fatalf("%s: %v", verb, err)
	}
}

func (k *walk) step() {
	j := k.jobs[k.rand.IntN(len(k.jobs))]
	switch k.rand.IntN(12) {
	case 0, 1:
		k.tranche(j)
	case 2, 3, 4:
		n := k.draft(j, yuan.Fen(1+k.rand.IntN(700_00)), yuan.Fen(1+k.rand.IntN(90_00)))
		if k.rand.IntN(3) == 0 {
			n.Items[1].Line = j.food
		}
		if _, err := k.book.Submit(k.ctx, k.lead, j.id, n); err == nil {
			k.claims = append(k.claims, n.ID)
			k.done["submit"]++
		} else {
			k.did("submit", err)
		}
	case 5:
		if k.rand.IntN(6) == 0 {
			k.did("hold", k.book.Hold(k.ctx, k.finance, j.id, NewHold{ID: newID(), Code: "other", Reason: "看一看"}))
		} else {
			k.did("clear", k.book.Clear(k.ctx, k.dhead, j.id, Step{Reason: "没事"}))
		}
	default:
		if len(k.claims) > 0 {
			k.onClaim(k.claim(k.claims[k.rand.IntN(len(k.claims))]))
		}
	}
}

func (k *walk) tranche(j job) {
	list := k.tranches(j)
	t := list[k.rand.IntN(len(list))]
	if t.State == Planned && k.rand.IntN(3) == 0 {
		kind := delivery.Mid
		if t.Condition == OnFinal {
			kind = delivery.Final
		}
		k.evaluated(j, kind, "passed", true)
		return
	}
	s := Step{Version: t.Version}
	switch t.State {
	case Due:
		k.did("request", k.book.Request(k.ctx, k.head, t.ID, s))
	case Requested:
		k.did("review", k.book.Review(k.ctx, k.finance, t.ID, s))
	case Reviewed:
		k.did("release", k.book.ApproveTranche(k.ctx, k.dhead, t.ID, s))
	}
}

func (k *walk) onClaim(c Claim) {
	people := []identity.Actor{k.staff, k.finance, k.street, k.dhead, k.dhead2, k.cashier, k.lead}
	if k.rand.IntN(8) == 0 { // anybody tries anything
		by := people[k.rand.IntN(len(people))]
		k.did("return", k.book.Return(k.ctx, by, c.ID, Refusal{Version: c.Version, Code: "other", Reason: "补"}))
		return
	}
	if k.rand.IntN(12) == 0 {
		by := people[k.rand.IntN(len(people))]
		k.did("reject", k.book.Reject(k.ctx, by, c.ID, Refusal{Version: c.Version, Code: "window", Reason: "不行"}))
		return
	}
	switch c.State {
	case Submitted:
		k.did("verify", k.book.Verify(k.ctx, k.staff, c.ID, Verification{Version: c.Version, Real: true}))
	case Verified:
		k.pass(c)
	case Passed:
		k.did("approve", k.book.Approve(k.ctx, people[2+k.rand.IntN(3)], c.ID, Step{Version: c.Version}))
	case Approved:
		k.did("pay", k.book.Pay(k.ctx, k.cashier, c.ID, NewPayment{Version: c.Version, Method: "transfer", BankRef: digits(18), PaidOn: noon}))
	case Returned:
		p, err := k.book.Paper(k.ctx, k.lead, c.ID)
		k.ok(err)
		n := p.Form()
		n.Items[0].Amount = max(n.Items[0].Amount-1, 1)
		_, err = k.book.Submit(k.ctx, k.lead, c.ProjectID, n)
		k.did("submit", err)
	case Paid, Confirmed:
		k.afterPayment(c)
	}
}

func (k *walk) pass(c Claim) {
	r := VoucherReview{Version: c.Version}
	if k.rand.IntN(2) == 0 {
		items, err := Items(k.ctx, k.db, c.ID)
		k.ok(err)
		r.Cuts = []Cut{{Item: items[0].ID, Less: yuan.Fen(k.rand.Int64N(int64(items[0].Amount) + 1)), Reason: "贵"}}
		k.did("cut", k.book.PassVouchers(k.ctx, k.finance, c.ID, r))
		return
	}
	k.did("pass", k.book.PassVouchers(k.ctx, k.finance, c.ID, r))
}

func (k *walk) afterPayment(c Claim) {
	switch k.rand.IntN(4) {
	case 0:
		k.did("ask_void", k.book.AskVoid(k.ctx, k.finance, c.ID, NewVoid{Version: c.Version, Reason: "错", RepaidRef: "R"}))
	case 1:
		k.did("void", k.book.AgreeVoid(k.ctx, k.dhead2, c.ID, Step{Version: c.Version}))
	default:
		k.did("receive", k.book.Receive(k.ctx, k.lead, c.ID, Step{Version: c.Version}))
	}
}

// finish brings every claim to an end and settles every project; then one payment more is undone.
func (k *walk) finish() {
	for _, j := range k.jobs {
		k.ok(k.book.Clear(k.ctx, k.dhead, j.id, Step{Reason: "结束"}))
		k.evaluated(j, delivery.Final, "passed", true)
	}
	for _, id := range k.claims {
		c := k.claim(id)
		by, open := map[string]identity.Actor{Submitted: k.staff2, Verified: k.finance, Passed: k.dhead, Approved: k.cashier2, Returned: k.finance}[c.State]
		if open {
			k.did("reject", k.book.Reject(k.ctx, by, id, Refusal{Version: c.Version, Code: "window", Reason: "到期"}))
		}
	}
	for _, j := range k.jobs {
		p := k.get(j)
		k.did("settle", k.book.Settle(k.ctx, k.finance, j.id, Settlement{Version: p.Version}))
		if p = k.get(j); !p.Settled || p.Released != p.Paid+p.Refunded {
			k.t.Errorf("not settled: released %s, paid %s, refunded %s", p.Released, p.Paid, p.Refunded)
		}
	}
	for _, id := range k.claims {
		if c := k.claim(id); c.State == Paid || c.State == Confirmed {
			k.did("ask_void", k.book.AskVoid(k.ctx, k.finance, id, NewVoid{Version: c.Version, Reason: "查出来了", RepaidRef: "R2"}))
			k.did("void", k.book.AgreeVoid(k.ctx, k.dhead2, id, Step{Version: c.Version}))
			return
		}
	}
}

// Where no mid-term review is held, the middle tranche comes by its date.
func TestDatedTranche(t *testing.T) {
	w := newWorld(t)
	j := w.project(5_000_00)
	w.raw(`update edition set rules = rules || '{"mid_above": 900000}' where id = '%s'; delete from tranche where project_id = '%s'`, w.edition, j.id)
	w.plan(j)
	dated := w.tranches(j)[1]
	if dated.Condition != OnDate || dated.DueOn == nil || dated.DueOn.Format(time.DateOnly) != "2026-10-31" {
		t.Fatalf("planned %+v", dated)
	}
	for _, c := range []struct {
		day   time.Time
		state string
	}{{time.Date(2026, 10, 30, 23, 0, 0, 0, noon.Location()), Planned}, {time.Date(2026, 10, 31, 1, 0, 0, 0, noon.Location()), Due}} {
		w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error { return DueByDate(w.ctx, tx, c.day) }))
		if got := w.tranches(j)[1].State; got != c.state {
			t.Errorf("on %s: %s", c.day, got)
		}
	}
}
