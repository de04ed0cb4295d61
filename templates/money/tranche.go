package money

import (
	"context"

	"seedbed/domain/edition"
	"seedbed/domain/money"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// trancheSteps are the steps that are one button.
var trancheSteps = map[string]string{"request": "申请拨付", "review": "审核通过", "approve": "批准拨付"}

func deskMoney(projectID string) string { return "/desk/projects/" + projectID + "/money" }

// nextOf is the step of a tranche that is the reader's, by what they may do in the project.
func nextOf(s money.Sheet, t money.Tranche) string {
	switch {
	case s.Hold != nil:
	case t.State == money.Due && s.Hands.Request:
		return "request"
	case t.State == money.Requested && s.Hands.Review:
		return "review"
	case t.State == money.Reviewed && s.Hands.Approve:
		return "approve"
	case t.State == money.Approved && s.Hands.Transfer:
		return "transfer"
	}
	return ""
}

// trancheWhen says what a tranche waits for, or since when it may be spent.
func trancheWhen(ctx context.Context, t money.Tranche) string {
	switch {
	case t.ReleasedAt != nil:
		return words.T(ctx, "%s 拨付", ui.Date(ctx, *t.ReleasedAt))
	case t.DueOn != nil:
		return words.T(ctx, "%s 以后可以申请", ui.Date(ctx, *t.DueOn))
	case t.PromisedOn != nil:
		return words.T(ctx, "签约后，最晚 %s 拨付", ui.Date(ctx, *t.PromisedOn))
	}
	return words.T(ctx, edition.NameOf(money.Conditions, t.Condition))
}

// sendable is the tranche that may be sent back to be asked for again, nil for none.
func sendable(s money.Sheet) *money.Tranche {
	for _, t := range s.Tranches {
		if t.State == money.Requested && s.Hands.Review || t.State == money.Reviewed && (s.Hands.Review || s.Hands.Approve) {
			return &t
		}
	}
	return nil
}

// payable is the tranche the reader may pay out, nil for none.
func payable(s money.Sheet) *money.Tranche {
	for _, t := range s.Tranches {
		if nextOf(s, t) == "transfer" {
			return &t
		}
	}
	return nil
}

// transferred tells whether the award goes to the host's own account: then what is left has to come back.
func transferred(s money.Sheet) bool { return len(s.Tranches) > 0 && s.Tranches[0].Mode == "transfer" }

// openClaims counts the claims that still have to come to their end.
func openClaims(list []money.Claim) int {
	n := 0
	for _, c := range list {
		switch c.State {
		case money.Submitted, money.Returned, money.Verified, money.Passed, money.Approved:
			n++
		}
	}
	return n
}
