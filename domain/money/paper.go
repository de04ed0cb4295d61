package money

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Paper is a claim with everything beside it: what one looks at before deciding.
type Paper struct {
	Claim    Claim
	Project  delivery.Project
	Items    []Item
	Files    []evidence.Attachment
	Lines    []Line
	Trail    []audit.Entry
	Payment  *Payment
	Void     *Void
	Host     string // the name vouchers must be made out to
	Warnings []fault.Message
	Can      Can
}

// Can tells what the reader may do with a claim now.
type Can struct {
	Edit, Verify, Pass, Approve, Pay, Refuse, Receive, AskVoid, AgreeVoid, Reveal bool
	Had                                                                           string // the step the reader has done in it, in words
}

// beside is what one statement tells about a claim besides itself.
type beside struct {
	Host   string
	Mine   string
	Reused []string
	Alike  []string
	Held   bool
}

const besideSQL = `select (select name from place where path = p.host) as host, coalesce((select step from claim_hand where claim_id = c.id and person_id = nullif(@me, '')::uuid), '') as mine,
  array(select distinct o.number from claim_item m join claim_item x on x.invoice_id = m.invoice_id and x.claim_id <> m.claim_id join claim o on o.id = x.claim_id and o.state not in ('draft','rejected','voided')
    where m.claim_id = c.id and o.number is not null order by 1) as reused,
  array(select distinct o.number from claim_item m join invoice v on v.id = m.invoice_id join invoice w on w.number = v.number and w.id <> v.id and w.total = v.total and w.seller = v.seller
    join claim_item x on x.invoice_id = w.id join claim o on o.id = x.claim_id and o.state not in ('draft','rejected','voided') where m.claim_id = c.id and o.id <> c.id and o.number is not null order by 1) as alike,
  exists (select from money_hold h where h.project_id = p.id and h.state = 'on') as held
  from claim c join project p on p.id = c.project_id where c.id = @id::uuid`

// Paper gives a claim to whoever may read it.
func (b *Book) Paper(ctx context.Context, by identity.Actor, id string) (Paper, error) {
	c, p, tied, err := b.seenClaim(ctx, by, id)
	if err != nil {
		return Paper{}, err
	}
	s := Paper{Claim: c, Project: p}
	if s.Items, err = Items(ctx, b.db, id); err != nil {
		return s, err
	}
	if s.Files, err = evidence.Of(ctx, b.db, id); err != nil {
		return s, err
	}
	if s.Lines, err = Lines(ctx, b.db, p.ID); err != nil {
		return s, err
	}
	if s.Trail, err = audit.Of(ctx, b.db, id); err != nil {
		return s, err
	}
	if y, found, err := PaymentOf(ctx, b.db, id); err != nil || found {
		s.Payment = &y
		if err != nil {
			return s, err
		}
	}
	if v, found, err := VoidOf(ctx, b.db, id); err != nil || found {
		s.Void = &v
		if err != nil {
			return s, err
		}
	}
	also, err := pg.One[beside](ctx, b.db, besideSQL, pg.Args{"id": id, "me": by.ID})
	if err != nil {
		return s, err
	}
	s.Host = also.Host
	s.Warnings = warnings(s, also)
	s.Can = b.can(by, tied, s, also)
	return s, nil
}

func (b *Book) can(by, tied identity.Actor, s Paper, also beside) Can {
	c, p := s.Claim, s.Project
	team := len(tied.Grants) > len(by.Grants)
	can := Can{Had: edition.NameOf(handNames, also.Mine)}
	may := func(permission identity.Permission, step string, states ...string) bool {
		for _, state := range states {
			if c.State == state && !team && (also.Mine == "" || also.Mine == step) {
				_, err := b.mayStep(press{by: by, may: permission}, tied, p)
				return err == nil
			}
		}
		return false
	}
	can.Edit = c.Open() && tied.Can(identity.SubmitClaims, p.Place)
	can.Receive = c.State == Paid && tied.Can(identity.SubmitClaims, p.Place)
	can.Verify = may(identity.VerifyClaims, "verify", Submitted)
	can.Pass = may(identity.ReviewVouchers, "finance", Verified)
	can.Approve = may(identity.ApproveClaims, "approve", Passed) && c.ApprovedBy != by.ID && (c.Level != LevelDistrict || tied.Can(identity.ApproveLargeClaim, p.Place))
	can.Pay = may(identity.PayClaims, "pay", Approved)
	can.Refuse = can.Verify || can.Pass || can.Approve || can.Pay || !team && c.State == Returned && tied.Can(identity.ReviewVouchers, p.Place)
	paid := c.State == Paid || c.State == Confirmed
	can.AskVoid = paid && !team && s.Void == nil && by.Can(identity.VoidClaims, p.Place)
	can.AgreeVoid = paid && !team && s.Void != nil && s.Void.AskedBy != by.ID && by.Can(identity.ApproveLargeClaim, p.Place)
	can.Reveal = c.AccountTail != "" && !team && (by.Can(identity.PayClaims, p.Place) || by.Can(identity.ReviewVouchers, p.Place))
	return can
}

// warnings says what somebody who decides should look at twice. Nothing here stops the claim: a person decides.
func warnings(s Paper, also beside) []fault.Message {
	var list []fault.Message
	say := func(when bool, text string, args ...any) {
		if when {
			list = append(list, fault.Say(text, args...))
		}
	}
	total := s.Claim.Total
	lines := map[string]Line{}
	for _, l := range s.Lines {
		lines[l.ID] = l
	}
	over := map[string]bool{}
	for _, i := range s.Items {
		say(i.Buyer != "" && i.Buyer != s.Host, "第 %d 项的发票抬头是「%s」，报账单位是「%s」", i.Seq, i.Buyer, s.Host)
		say(i.SplitReason != "", "第 %d 项的发票分开报：%s", i.Seq, i.SplitReason)
		say(i.ActivityID == "", "第 %d 项没有关联活动：%s", i.Seq, i.PrepReason)
		l := lines[i.LineID]
		say(l.Claimed > l.Amount && !over[l.ID], "预算「%s」已超出 %s，在一成浮动以内", l.Item, (l.Claimed - l.Amount).Show())
		over[l.ID] = true
	}
	say(len(also.Reused) > 0, "同一张发票也用在 %s", strings.Join(also.Reused, ", "))
	say(len(also.Alike) > 0, "号码、金额和销售方都一样的发票用在 %s，可能是重复", strings.Join(also.Alike, ", "))
	say(needsPhoto(s.Items) && !has(s.Files, "goods"), "%s 以上的物品缺照片", yuan.Fen(goodsFrom).Show())
	say((s.Claim.PayeeKind == "expert" || s.Claim.PayeeKind == "volunteer_sheet") && !has(s.Files, "sheet"), "缺签收表")
	say(s.Claim.PayeeKind == "expert" && total > 800_00, "劳务费超过 %s，请留意个人所得税", yuan.Fen(800_00).Show())
	say(total > 2_000_00 && s.Claim.PayeeKind == "vendor" && !has(s.Files, "quote"), "%s 以上的采购缺三家报价或合同", yuan.Fen(2_000_00).Show())
	say(s.Claim.Tail && s.Claim.State != Paid && s.Claim.State != Confirmed, "这一单用的是尾款，尾款拨下来才能批准和付款")
	say(also.Held, "这个项目的拨付和付款暂停了")
	return list
}

// Fingerprint is the claim's content in twelve figures: printed on paper, it shows whether the record has changed since.
func (s Paper) Fingerprint() string {
	h := sha256.New()
	c := s.Claim
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%d\x00%d\x00", c.ID, c.Number, c.Payee, c.AccountTail, c.Total, c.Approved)
	for _, i := range s.Items {
		fmt.Fprintf(h, "%d\x00%s\x00%s\x00%d\x00%d\x00%s\x00%s\x00", i.Seq, i.LineID, i.Description, i.Amount, i.Sum(), i.InvoiceNumber, i.PaidOn.Format(time.DateOnly))
	}
	for _, f := range s.Files {
		fmt.Fprintf(h, "%s\x00", f.Digest)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	return sum[:4] + " " + sum[4:8] + " " + sum[8:12]
}

// Form is the claim as its team may write on in it.
func (s Paper) Form() NewClaim {
	c := s.Claim
	n := NewClaim{ID: c.ID, Version: c.Version, PayeeKind: c.PayeeKind, Payee: c.Payee, Remarks: c.Remarks}
	for _, i := range s.Items {
		item := NewItem{Line: i.LineID, Activity: i.ActivityID, Prep: i.PrepReason, Description: i.Description, Qty: i.Qty, Amount: i.Amount, PaidOn: i.PaidOn, Method: i.Method,
			InvoiceForm: i.InvoiceForm, InvoiceCode: i.InvoiceCode, InvoiceNumber: i.InvoiceNumber, Buyer: i.Buyer, Seller: i.Seller, InvoiceTotal: i.InvoiceTotal, Split: i.SplitReason}
		if i.InvoiceForm == "" {
			item.InvoiceForm = "none"
		}
		if i.IssuedOn != nil {
			item.IssuedOn = *i.IssuedOn
		}
		n.Items = append(n.Items, item)
	}
	return n
}
