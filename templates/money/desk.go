package money

import (
	"strconv"
	"time"

	"seedbed/domain/money"
)

// Examined is a claim on the desk.
type Examined struct {
	money.Paper
	Community string
	Account   string // the payee's, when it has just been asked for
	Ledger    bool   // the reader sees the desk's page of the project's money
	Now       time.Time
}

func (v Examined) page(verb string) string { return "/desk/claims/" + v.Claim.ID + "/" + verb }

func cut(k int, field string) string { return "cuts." + strconv.Itoa(k) + "." + field }

// returnable tells whether the claim is at a step that can send it back.
func returnable(c money.Claim) bool {
	return c.State == money.Submitted || c.State == money.Verified || c.State == money.Passed
}
