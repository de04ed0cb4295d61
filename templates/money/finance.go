package money

import (
	"context"

	"seedbed/domain/money"
	"seedbed/templates/words"
)

// Accounts is a project's money on the desk.
type Accounts struct {
	money.Sheet
	Community string
	Open      int    // claims that still have to come to their end
	HoldID    string // of the hold this form would make
}

// NewAccounts puts a project's money and claims together for the desk.
func NewAccounts(s money.Sheet, claims []money.Claim, community, holdID string) Accounts {
	return Accounts{Sheet: s, Community: community, Open: openClaims(claims), HoldID: holdID}
}

// moneyPage is where the reader looks at a project's money.
func moneyPage(projectID string, ledger bool) string {
	if ledger {
		return deskMoney(projectID)
	}
	return "/projects/" + projectID + "/money"
}

func keeper(ctx context.Context, m money.Movement) string {
	if m.Who == "" {
		return words.T(ctx, "系统")
	}
	return m.Who
}
