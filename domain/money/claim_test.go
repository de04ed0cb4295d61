package money

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// running is a world with a released micro award.
func running(t testing.TB, award yuan.Fen) (*world, job) {
	w := newWorld(t)
	j := w.project(award)
	w.release(j, 1)
	return w, j
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	w, j := running(t, 3_000_00)
	for field, spoil := range map[string]func(n *NewClaim){
		"payee_kind|请选择":               func(n *NewClaim) { n.PayeeKind = "friend" },
		"payee|请填写收款人":                 func(n *NewClaim) { n.Payee = "" },
		"account|卡号不对":                 func(n *NewClaim) { n.Account = "6222021234567890" },
		"items.0.line|哪一项预算":           func(n *NewClaim) { n.Items[0].Line = newID() },
		"items.0.description|请写买了什么":   func(n *NewClaim) { n.Items[0].Description = "" },
		"items.0.description|不能报销（烟酒）": func(n *NewClaim) { n.Items[0].Description = "慰问用白酒两瓶" },
		"items.0.amount|固定资产":          func(n *NewClaim) { n.Items[0].Qty, n.Items[0].Amount, n.Items[0].InvoiceTotal = 1, 1_000_00, 1_000_00 },
		"items.0.amount|比发票的":          func(n *NewClaim) { n.Items[0].InvoiceTotal = 10_00 },
		"items.0.method|怎么付":           func(n *NewClaim) { n.Items[0].Method = "" },
		"items.0.method|现金最多付": func(n *NewClaim) {
			n.Items[0].Method = "cash"
			n.Items[0].Amount = 1_000_01
			n.Items[0].InvoiceTotal = 1_000_01
		},
		"items.0.paid_on|还没有到":          func(n *NewClaim) { n.Items[0].PaidOn = noon.AddDate(0, 0, 1) },
		"items.0.paid_on|协议":            func(n *NewClaim) { n.Items[0].PaidOn = noon.AddDate(0, -1, 0) },
		"items.0.activity|已经核验":         func(n *NewClaim) { n.Items[0].Activity = newID() },
		"items.0.activity|请选择用在哪场活动":    func(n *NewClaim) { n.Items[0].Activity = "" },
		"items.0.invoice_form|请选择发票":    func(n *NewClaim) { n.Items[0].InvoiceForm = "" },
		"items.0.invoice_number|20 位":   func(n *NewClaim) { n.Items[0].InvoiceNumber = "123" },
		"items.0.invoice_code|10 位或 12": func(n *NewClaim) { n.Items[0].InvoiceForm, n.Items[0].InvoiceNumber = "legacy", "12345678" },
		"items.0.invoice_form|没有发票的":    func(n *NewClaim) { n.Items[0].InvoiceForm = "none" },
		"items.0.invoice_total|价税合计":    func(n *NewClaim) { n.Items[0].InvoiceTotal = 0 },
		"receipt|请拍下发票":                 func(n *NewClaim) { n.Files = nil },
	} {
		name, text, _ := strings.Cut(field, "|")
		n := w.draft(j, 486_00)
		spoil(&n)
		_, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
		if m, ok := fault.InFields(err)[name]; !ok || !strings.Contains(m.String(), text) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if n := w.count(`select count(*) from claim`); n != 0 || w.get(j).Claimed != 0 {
		t.Errorf("%d refused claims were kept, %s claimed", n, w.get(j).Claimed)
	}
	early := w.draft(j, 50_00)
	early.Items[0].Activity, early.Items[0].Prep, early.Items[0].PaidOn, early.Items[0].IssuedOn = "", "开幕前先印横幅", noon.AddDate(0, -1, 0), noon.AddDate(0, -1, 0)
	_, err := w.book.Submit(w.ctx, w.lead, j.id, early) // preparations may come before the agreement
	w.ok(err)
	w.clock.Set(time.Date(2027, 1, 31, 0, 0, 1, 0, noon.Location()))
	late := w.draft(j, 50_00)
	_, err = w.book.Submit(w.ctx, w.lead, j.id, late)
	w.refused(err, fault.Conflict, "超过 30 天")
}

func TestOnlyTheTeamsLeadAndTreasurerClaim(t *testing.T) {
	w, j := running(t, 3_000_00)
	for _, c := range []struct {
		by   identity.Actor
		kind fault.Kind
	}{{w.member, fault.Forbidden}, {w.staff, fault.Forbidden}, {w.outsider, fault.NotFound}, {w.farStaff, fault.NotFound}, {identity.Actor{}, fault.NotFound}} {
		if _, err := w.book.Submit(w.ctx, c.by, j.id, w.draft(j, 10_00)); !fault.Is(err, c.kind) {
			t.Errorf("%s: %v", c.by.Name, err)
		}
	}
	c := w.submit(j, 10_00)
	step := Verification{Version: c.Version, Real: true}
	w.refused(w.book.Verify(w.ctx, w.farStaff, c.ID, step), fault.NotFound, "没有找到")
	w.refused(w.book.Verify(w.ctx, w.finance, c.ID, step), fault.Forbidden, "不能办")
	w.refused(w.book.Pay(w.ctx, w.cashier, c.ID, NewPayment{Version: c.Version, Method: "transfer", BankRef: "1", PaidOn: noon}), fault.Conflict, "等社区核实")
	if _, err := w.book.Paper(w.ctx, w.supervisor, c.ID); err != nil {
		t.Errorf("the supervisor reads: %v", err)
	}
	_, err := w.book.Paper(w.ctx, w.outsider, c.ID)
	w.refused(err, fault.NotFound, "没有找到")
}

func TestDoubleSubmitAndStaleVersion(t *testing.T) {
	w, j := running(t, 3_000_00)
	n := w.draft(j, 100_00)
	one, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	two, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	if one.Number != two.Number || w.get(j).Claimed != 100_00 {
		t.Errorf("a double click made %s and %s, %s claimed", one.Number, two.Number, w.get(j).Claimed)
	}
	_, err = w.book.Submit(w.ctx, w.lead, j.id, n) // somebody else's id
	w.refused(err, fault.NotFound, "没有找到")
	w.ok(w.book.Verify(w.ctx, w.staff, one.ID, Verification{Version: 1, Real: true}))
	w.ok(w.book.Verify(w.ctx, w.staff, one.ID, Verification{Version: 1, Real: true}))
	w.refused(w.book.Verify(w.ctx, w.staff2, one.ID, Verification{Version: 1, Real: true}), fault.Conflict, "已经有人改过")
	w.whole()
}

// A draft takes nothing; a returned claim keeps what it took, and is counted anew when it comes again.
func TestDraftReturnResubmit(t *testing.T) {
	w, j := running(t, 1_000_00)
	n := w.draft(j, 900_00)
	n.Files = nil
	c, err := w.book.Save(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	if c.State != Draft || c.Number != "" || w.get(j).Claimed != 0 {
		t.Fatalf("draft %+v took %s", c, w.get(j).Claimed)
	}
	_, err = w.book.Paper(w.ctx, w.staff, c.ID)
	w.refused(err, fault.NotFound, "没有找到") // not yet anybody's business
	n.Version, n.Files = 1, []File{receipt("receipt"), receipt("goods")}
	c, err = w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	w.ok(w.book.Verify(w.ctx, w.staff, c.ID, Verification{Version: c.Version, Real: true}))
	w.refused(w.book.Return(w.ctx, w.staff, c.ID, Refusal{Version: 3, Code: "unclear", Reason: "照片看不清"}), fault.Forbidden, "不能办")
	w.ok(w.book.Return(w.ctx, w.finance, c.ID, Refusal{Version: 3, Code: "unclear", Reason: "照片看不清"}))
	if w.get(j).Claimed != 900_00 {
		t.Errorf("a returned claim takes %s", w.get(j).Claimed)
	}
	_, err = w.book.Submit(w.ctx, w.treasurer, j.id, w.draft(j, 200_00))
	w.refused(err, fault.Invalid, "还能报 ¥100")
	n.Version, n.Items[0].Amount = 4, 300_00
	again, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	if again.Number != c.Number || again.Reason != "" || w.get(j).Claimed != 300_00 {
		t.Errorf("came again as %+v, %s claimed", again, w.get(j).Claimed)
	}
	w.forward(again, Paid) // the same people do the same steps
	w.whole()
}

// I-M8: five different people; whoever has done one step is told which.
func TestFiveHands(t *testing.T) {
	w, j := running(t, 3_000_00)
	c := w.submit(j, 600_00)
	everything := func(a identity.Actor) identity.Actor {
		for _, r := range []identity.Role{identity.CommunityStaff, identity.Finance, identity.SubdistrictHead, identity.DistrictHead, identity.Cashier} {
			a.Grants = append(a.Grants, identity.Grant{Role: r, Place: "jz"})
		}
		return a
	}
	w.refused(w.book.Verify(w.ctx, everything(w.treasurer), c.ID, Verification{Version: 1, Real: true}), fault.Forbidden, "自己团队")
	all := everything(w.staff)
	w.ok(w.book.Verify(w.ctx, all, c.ID, Verification{Version: 1, Real: true}))
	w.refused(w.book.PassVouchers(w.ctx, all, c.ID, VoucherReview{Version: 2}), fault.Forbidden, "办过「社区核实」")
	bookkeeper := everything(w.finance)
	w.ok(w.book.PassVouchers(w.ctx, bookkeeper, c.ID, VoucherReview{Version: 2}))
	w.refused(w.book.Approve(w.ctx, bookkeeper, c.ID, Step{Version: 3}), fault.Forbidden, "办过「会计审核」")
	head := everything(w.street)
	w.ok(w.book.Approve(w.ctx, head, c.ID, Step{Version: 3}))
	pay := NewPayment{Version: 4, Method: "transfer", BankRef: "A1", PaidOn: noon}
	w.refused(w.book.Pay(w.ctx, head, c.ID, pay), fault.Forbidden, "办过「批准」")
	w.refused(w.book.Pay(w.ctx, all, c.ID, pay), fault.Forbidden, "办过「社区核实」")
	w.ok(w.book.Pay(w.ctx, w.cashier, c.ID, pay))
	if n := w.count(`select count(distinct person_id) from claim_hand`); n != 5 {
		t.Errorf("%d people", n)
	}
	w.whole()
}

// §5.2-1: where the community itself pays, its own bookkeeper does not examine.
func TestBookkeeperIsNotOfThePayingCommunity(t *testing.T) {
	w, j := running(t, 3_000_00)
	c := w.submit(j, 100_00)
	w.ok(w.book.Verify(w.ctx, w.staff, c.ID, Verification{Version: 1, Real: true}))
	w.refused(w.book.PassVouchers(w.ctx, w.nearFinance, c.ID, VoucherReview{Version: 2}), fault.Forbidden, "街道或区里的会计")
	w.refused(w.book.PassVouchers(w.ctx, w.farFinance, c.ID, VoucherReview{Version: 2}), fault.NotFound, "")
	w.ok(w.book.PassVouchers(w.ctx, w.finance, c.ID, VoucherReview{Version: 2}))
}

// F13: twenty clicks, one payment; and a slip pays one claim.
func TestPaidOnce(t *testing.T) {
	w, j := running(t, 3_000_00)
	c, other := w.forward(w.submit(j, 100_00), Approved), w.forward(w.submit(j, 100_00), Approved)
	var wg sync.WaitGroup
	var failed atomic.Int64
	for range 20 {
		wg.Go(func() {
			if err := w.book.Pay(w.ctx, w.cashier, c.ID, NewPayment{Version: c.Version, Method: "transfer", BankRef: "ICBC-1", PaidOn: noon}); err != nil {
				failed.Add(1)
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := w.count(`select count(*) from payment`); n != 1 || w.get(j).Paid != 100_00 {
		t.Errorf("%d payments, %s paid, %d clicks refused", n, w.get(j).Paid, failed.Load())
	}
	w.refused(w.book.Pay(w.ctx, w.cashier2, c.ID, NewPayment{Version: c.Version, Method: "transfer", BankRef: "ICBC-2", PaidOn: noon}), fault.Conflict, "已经有人改过")
	w.refused(w.book.Pay(w.ctx, w.cashier, other.ID, NewPayment{Version: other.Version, Method: "transfer", BankRef: "ICBC-1", PaidOn: noon}), fault.Invalid, "已经登记过")
	w.whole()
}

// F14: a cut frees money; F10: a wrong payment is reversed by two people, never deleted.
func TestCutAndVoid(t *testing.T) {
	w, j := running(t, 1_000_00)
	c := w.forward(w.submit(j, 700_00, 200_00), Verified)
	items, err := Items(w.ctx, w.db, c.ID)
	w.ok(err)
	cut := VoucherReview{Version: c.Version, Cuts: []Cut{{Item: items[0].ID, Less: 700_01, Reason: "多"}}}
	w.refused(w.book.PassVouchers(w.ctx, w.finance, c.ID, cut), fault.Invalid, "最多核减")
	cut.Cuts[0] = Cut{Item: items[0].ID, Less: 300_00}
	w.refused(w.book.PassVouchers(w.ctx, w.finance, c.ID, cut), fault.Invalid, "为什么核减")
	cut.Cuts[0].Reason = "超出市场价"
	w.ok(w.book.PassVouchers(w.ctx, w.finance, c.ID, cut))
	if p := w.get(j); p.Claimed != 600_00 {
		t.Errorf("%s claimed after a cut of 300 from 900", p.Claimed)
	}
	w.submit(j, 400_00) // what was cut may be claimed again
	c = w.forward(c, Confirmed)
	w.whole()
	w.refused(w.book.AgreeVoid(w.ctx, w.dhead, c.ID, Step{Version: c.Version}), fault.Conflict, "还没有申请作废")
	both := w.finance
	both.Grants = append(both.Grants, identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	w.ok(w.book.AskVoid(w.ctx, both, c.ID, NewVoid{Version: c.Version, Reason: "付给了别人", RepaidRef: "R1"}))
	w.refused(w.book.AgreeVoid(w.ctx, both, c.ID, Step{Version: c.Version}), fault.Forbidden, "两个人办")
	w.ok(w.book.AgreeVoid(w.ctx, w.dhead, c.ID, Step{Version: c.Version}))
	w.ok(w.book.AgreeVoid(w.ctx, w.dhead, c.ID, Step{Version: c.Version}))
	p := w.get(j)
	if w.claim(c.ID).State != Voided || p.Paid != 0 || p.Claimed != 400_00 {
		t.Errorf("after the void: %s paid, %s claimed", p.Paid, p.Claimed)
	}
	if n := w.count(`select count(*) from ledger_tx where reverses is not null`); n != 2 {
		t.Errorf("%d reversals", n)
	}
	w.whole()
}

func TestRejectFreesAlsoAfterApproval(t *testing.T) {
	w, j := running(t, 1_000_00)
	c := w.forward(w.submit(j, 1_000_00), Approved)
	w.ok(w.book.Reject(w.ctx, w.cashier, c.ID, Refusal{Version: c.Version, Code: "other_fund", Reason: "别处报过了"}))
	if p := w.get(j); p.Claimed != 0 {
		t.Errorf("%s still claimed", p.Claimed)
	}
	w.forward(w.submit(j, 1_000_00), Paid)
	w.whole()
}

// I-F9: a hold stops tranches and payments, and nothing else.
func TestHoldStopsMoneyAlone(t *testing.T) {
	w := newWorld(t)
	j := w.project(5_000_00)
	w.release(j, 1)
	c := w.forward(w.submit(j, 2_400_00), Approved)
	w.refused(w.book.Hold(w.ctx, w.staff, j.id, NewHold{ID: newID(), Code: "finding", Reason: "巡查发现虚报"}), fault.Forbidden, "不能办")
	w.ok(w.book.Hold(w.ctx, w.finance, j.id, NewHold{ID: newID(), Code: "finding", Reason: "巡查发现虚报"}))
	w.ok(w.book.Hold(w.ctx, w.dhead, j.id, NewHold{ID: newID(), Code: "finding", Reason: "又一次"}))
	pay := NewPayment{Version: c.Version, Method: "transfer", BankRef: "H1", PaidOn: noon}
	w.refused(w.book.Pay(w.ctx, w.cashier, c.ID, pay), fault.Conflict, "巡查发现虚报")
	if p := w.get(j); !p.Live() || p.State != delivery.InProgress {
		t.Errorf("the hold made the project %s", p.State)
	}
	w.submit(j, 50_00) // claims still come
	w.evaluated(j, "mid", "passed", true)
	if m := w.tranches(j)[1]; m.State != Held {
		t.Errorf("the second tranche is %s under a hold", m.State)
	}
	w.refused(w.book.Clear(w.ctx, w.finance, j.id, Step{Reason: "查清了"}), fault.Forbidden, "不能办")
	w.ok(w.book.Clear(w.ctx, w.dhead, j.id, Step{Reason: "查清了"}))
	if l := w.tranches(j); l[1].State != Due || l[2].State != Planned {
		t.Errorf("after the hold: %s, %s", l[1].State, l[2].State)
	}
	w.ok(w.book.Pay(w.ctx, w.cashier, c.ID, pay))
	w.evaluated(j, "final", "failed", false)
	w.whole()
}

func TestFailedMidTermHoldsUntilPassed(t *testing.T) {
	w := newWorld(t)
	j := w.project(5_000_00)
	w.release(j, 1)
	w.evaluated(j, "mid", "failed", false)
	if _, held, _ := OnHold(w.ctx, w.db, j.id); !held || w.tranches(j)[1].State != Held {
		t.Fatal("a failed mid-term review did not hold the money")
	}
	w.evaluated(j, "mid", "passed", true)
	if _, held, _ := OnHold(w.ctx, w.db, j.id); held || w.tranches(j)[1].State != Due {
		t.Fatal("a passed one did not let it go")
	}
}

func TestTrancheHandsAndTransfer(t *testing.T) {
	w := newWorld(t)
	j := w.project(3_000_00)
	first := w.tranches(j)[0]
	w.raw(`update tranche set mode = 'transfer' where id = '%s'`, first.ID)
	both := w.head
	both.Grants = append(both.Grants, identity.Grant{Role: identity.Finance, Place: "jz"}, identity.Grant{Role: identity.DistrictHead, Place: "jz"})
	w.ok(w.book.Request(w.ctx, both, first.ID, Step{Version: 1}))
	w.ok(w.book.Request(w.ctx, both, first.ID, Step{Version: 1}))
	w.refused(w.book.Review(w.ctx, both, first.ID, Step{Version: 2}), fault.Forbidden, "办过这笔款的「申请」")
	w.refused(w.book.Review(w.ctx, w.finance, first.ID, Step{Version: 1}), fault.Conflict, "已经有人改过")
	w.ok(w.book.SendBack(w.ctx, w.finance, first.ID, Step{Version: 2, Reason: "缺协议"}))
	w.ok(w.book.Request(w.ctx, both, first.ID, Step{Version: 3}))
	w.ok(w.book.Review(w.ctx, w.finance, first.ID, Step{Version: 4}))
	w.ok(w.book.ApproveTranche(w.ctx, w.dhead, first.ID, Step{Version: 5}))
	if w.get(j).Released != 0 {
		t.Error("a transfer was released before the cashier paid")
	}
	w.refused(w.book.Transfer(w.ctx, w.cashier, first.ID, NewTransfer{Version: 6}), fault.Invalid, "流水号")
	w.ok(w.book.Transfer(w.ctx, w.cashier, first.ID, NewTransfer{Version: 6, BankRef: "T1"}))
	if p := w.get(j); p.Released != 3_000_00 || p.State != delivery.InProgress {
		t.Errorf("released %s, %s", p.Released, p.State)
	}
	w.raw(`update agreement set state = 'suspended' where id = '%s'`, j.agreement)
	c := w.forward(w.submit(j, 100_00), Approved)
	w.refused(w.book.Pay(w.ctx, w.cashier, c.ID, NewPayment{Version: c.Version, Method: "transfer", BankRef: "S1", PaidOn: noon}), fault.Conflict, "协议现在没有生效")
	w.whole()
}

func TestAccountIsSealedAndLooksAreRecorded(t *testing.T) {
	w, j := running(t, 3_000_00)
	n := w.draft(j, 100_00)
	n.Account = "6222 0212 3456 7894"
	c, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	if c.AccountTail != "7894" || w.count(`select count(*) from claim where encode(account_sealed, 'escape') like '%6222%'`) != 0 {
		t.Errorf("tail %q, or the account lies in plain", c.AccountTail)
	}
	_, err = w.book.Reveal(w.ctx, w.staff, c.ID, "想看")
	w.refused(err, fault.Forbidden, "不能办")
	_, err = w.book.Reveal(w.ctx, w.cashier, c.ID, "")
	w.refused(err, fault.Invalid, "为什么")
	plain, err := w.book.Reveal(w.ctx, w.cashier, c.ID, "准备付款")
	w.ok(err)
	if plain != "6222021234567894" || w.count(`select count(*) from audit_event where action = 'reveal_account' and reason = '准备付款'`) != 1 {
		t.Errorf("revealed %q", plain)
	}
}

func TestKeptFilesBelongToWhoSentThem(t *testing.T) {
	w, j := running(t, 3_000_00)
	n := w.draft(j, 100_00)
	n.Kept = w.book.Keep(w.treasurer, n)
	n.Files = nil
	if _, err := w.book.Submit(w.ctx, w.lead, j.id, n); fault.InFields(err)["receipt"].Text == "" {
		t.Errorf("somebody else's files were taken: %v", err)
	}
	_, err := w.book.Submit(w.ctx, w.treasurer, j.id, n)
	w.ok(err)
	if k := w.count(`select count(*) from attachment where owner = 'claim'`); k != 2 {
		t.Errorf("%d files", k)
	}
}

func TestRemindersAreSentOnce(t *testing.T) {
	w, j := running(t, 3_000_00)
	w.submit(j, 100_00)
	paid := w.forward(w.submit(j, 100_00), Paid)
	w.clock.Advance(10 * 24 * time.Hour)
	for range 2 {
		w.ok(w.db.Change(w.ctx, func(tx pg.Tx) error { return Remind(w.ctx, tx, w.clock.Now()) }))
	}
	if n := w.count(`select count(*) from notice where code = 'N20'`); n != 1 { // so late that the community's head hears
		t.Errorf("%d reminders to desks", n)
	}
	if n := w.count(`select count(*) from notice where key like 'N19:` + paid.ID + `.confirm%'`); n != 1 {
		t.Errorf("%d reminders to confirm", n)
	}
}
