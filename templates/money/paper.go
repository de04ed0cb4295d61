package money

import (
	"context"
	"time"

	"seedbed/domain/evidence"
	"seedbed/domain/money"
	"seedbed/domain/yuan"
	"seedbed/templates/words"
)

func editLabel(c money.Claim) string {
	if c.State == money.Returned {
		return "补好再交"
	}
	return "接着写"
}

// desked tells whether the claim waits for a step of the reader's on the desk.
func desked(c money.Can) bool {
	return c.Verify || c.Pass || c.Approve || c.Pay || c.Refuse || c.AskVoid || c.AgreeVoid
}

// tail is the account as everybody sees it.
func tail(ctx context.Context, c money.Claim) string {
	if c.AccountTail == "" {
		return words.T(ctx, "没有填")
	}
	return "**** " + c.AccountTail
}

func fileName(ctx context.Context, f evidence.Attachment) string {
	if f.Name == "" {
		return words.T(ctx, "没有名字的文件")
	}
	return f.Name
}

// printed is the day on the paper: when it was handed in.
func printed(p money.Paper) time.Time {
	if p.Claim.SubmittedAt != nil {
		return *p.Claim.SubmittedAt
	}
	return p.Claim.CreatedAt
}

// shortNumber is an invoice's number as the form has room for it.
func shortNumber(i money.Item) string {
	n := i.InvoiceNumber
	if len(n) > 12 {
		return n[:5] + "…" + n[len(n)-4:]
	}
	return n
}

// balance is a budget line before and after a claim.
type balance struct {
	item          string
	before, after yuan.Fen
}

func balances(p money.Paper) []balance {
	var list []balance
	for _, l := range touched(p) {
		var sum yuan.Fen
		for _, i := range p.Items {
			if i.LineID == l.ID {
				sum += i.Sum()
			}
		}
		b := balance{l.Item, l.Left(), l.Left() - sum}
		if p.Claim.Live() { // its sum has been taken off already
			b = balance{l.Item, l.Left() + sum, l.Left()}
		}
		list = append(list, b)
	}
	return list
}
