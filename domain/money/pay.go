package money

import (
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// NewPayment is what the cashier enters when a claim has been paid.
type NewPayment struct {
	Version int       `form:"version"`
	Method  string    `form:"method"`
	BankRef string    `form:"bank_ref"` // of the bank's slip, or the signed cash receipt's number
	PaidOn  time.Time `form:"paid_on,date"`
}

// Payment is the payment of a claim: one and no more.
type Payment struct {
	BankRef string
	Method  string
	Amount  yuan.Fen
	PaidOn  time.Time
	At      time.Time
}

const (
	paymentSQL = `insert into payment (claim_id, bank_ref, method, amount, paid_on, cashier, at) values (@claim::uuid, @ref, @method, @fen, @paid_on::date, @by::uuid, @at)`
	paidSQL    = `update claim set state = 'paid', paid_at = @at, due_at = null, version = version + 1 where id = @id::uuid`
	paidOutSQL = `update project set paid = paid + @fen::bigint where id = @id::uuid`
	// What a claim spends, by budget category: one line of the ledger each.
	spendingSQL  = `select l.category, sum(coalesce(i.approved, i.amount))::bigint as fen from claim_item i join budget_line l on l.id = i.line_id where i.claim_id = @claim::uuid group by 1 order by 1`
	paymentOfSQL = `select bank_ref, method, amount, paid_on, at from payment where claim_id = @claim::uuid`
	confirmSQL   = `update claim set state = 'payee_confirmed', confirmed_at = @at, version = version + 1 where id = @id::uuid`
)

// Pay records that the cashier has paid a claim. However often the button is pressed, and in however many windows, it is
// paid once.
func (b *Book) Pay(ctx context.Context, by identity.Actor, id string, n NewPayment) error {
	var wrong fault.Fields
	sentence(&wrong, "bank_ref", n.BankRef, 40, "请填写银行流水号；付现金的填收据号")
	if !edition.Known(Methods, n.Method) {
		wrong.Add("method", "请选择怎么付的")
	}
	switch {
	case n.PaidOn.IsZero():
		wrong.Add("paid_on", "请选择付款日期")
	case clock.Day(n.PaidOn).After(clock.Day(b.clock.Now())):
		wrong.Add("paid_on", "这个日期还没有到")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.claim(ctx, id, press{by, n.Version, "pay", identity.PayClaims}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Approved); err != nil {
			return err
		}
		if err := flowing(ctx, tx, s.p); err != nil {
			return err
		}
		rules, err := rulesOf(ctx, tx, s.p)
		if err != nil {
			return err
		}
		if n.Method == "cash" && s.c.Approved > rules.CashLimit {
			return fault.Field("method", "现金最多付 %s，请改用转账、微信或支付宝", rules.CashLimit.Show())
		}
		if err := takeHand(ctx, tx, by, id, "pay", s.now); err != nil {
			return err
		}
		return b.pay(ctx, tx, s, n)
	})
}

func (b *Book) pay(ctx context.Context, tx pg.Tx, s deskStep, n NewPayment) error {
	args := pg.Args{"claim": s.c.ID, "ref": n.BankRef, "method": n.Method, "fen": s.c.Approved, "paid_on": n.PaidOn.Format(time.DateOnly), "by": s.by.ID, "at": s.now}
	if _, err := pg.Do(ctx, tx, paymentSQL, args); err != nil {
		if pg.Constraint(err) == "payment_bank_ref_key" {
			return fault.Field("bank_ref", "这个流水号已经登记过，请核对")
		}
		return err
	}
	if _, err := pg.Do(ctx, tx, paidSQL, pg.Args{"id": s.c.ID, "at": s.now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, paidOutSQL, pg.Args{"id": s.p.ID, "fen": s.c.Approved}); err != nil {
		return err
	}
	type spending struct {
		Category string
		Fen      yuan.Fen
	}
	list, err := pg.All[spending](ctx, tx, spendingSQL, pg.Args{"claim": s.c.ID})
	if err != nil {
		return err
	}
	entries := []ledger.Entry{{Pot: pot(s.p, ledger.Payable), Fen: -s.c.Approved}}
	for _, l := range list {
		spent := pot(s.p, ledger.Spent)
		spent.Category = l.Category
		entries = append(entries, ledger.Entry{Pot: spent, Fen: l.Fen})
	}
	if err := post(ctx, tx, s.w, s.p, s.c, "pay", entries, s.now); err != nil {
		return err
	}
	text := fault.Say("报销单 %s 已付款 %s，收到后请点「确认收款」", s.c.Number, s.c.Approved.Show())
	if err := b.tell(ctx, tx, "N19", []string{s.c.CreatedBy, s.p.LeadID}, text, "/claims/"+s.c.ID, s.c.ID+".paid"); err != nil {
		return err
	}
	return s.record(ctx, tx, "pay", Paid, "", map[string]any{"fen": s.c.Approved, "paid_on": n.PaidOn.Format(time.DateOnly)})
}

// Receive marks that the payee has the money, as the team's lead or treasurer says.
func (b *Book) Receive(ctx context.Context, by identity.Actor, id string, v Step) error {
	return b.claim(ctx, id, press{by, v.Version, "receive", identity.SubmitClaims}, func(tx pg.Tx, s deskStep) error {
		if err := s.at(Paid); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, confirmSQL, pg.Args{"id": id, "at": s.now}); err != nil {
			return err
		}
		return s.record(ctx, tx, "receive", Confirmed, "", nil)
	})
}

// PaymentOf is a claim's payment, false while there is none. It asks nobody for permission: the caller has.
func PaymentOf(ctx context.Context, q pg.Reader, claimID string) (Payment, bool, error) {
	return pg.Maybe[Payment](ctx, q, paymentOfSQL, pg.Args{"claim": claimID})
}

// post moves a claim's sum between two of the project's pots.
func post(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, c Claim, kind string, entries []ledger.Entry, now time.Time) error {
	_, err := ledger.Post(ctx, tx, w, ledger.Movement{Kind: kind, Entity: "claim", Source: c.ID, Place: p.Place, At: now, Note: c.Number, Entries: entries})
	return err
}
