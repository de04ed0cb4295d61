package money

import (
	"context"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	handSQL   = `insert into claim_hand (claim_id, person_id, step, at) values (@claim::uuid, @by::uuid, @step, @at) on conflict do nothing`
	handOfSQL = `select step from claim_hand where claim_id = @claim::uuid and person_id = @by::uuid`
)

// handNames says a step in words.
var handNames = []edition.Choice{{Code: "submit", Name: "提交"}, {Code: "verify", Name: "社区核实"}, {Code: "finance", Name: "会计审核"}, {Code: "approve", Name: "批准"}, {Code: "pay", Name: "付款"}}

// takeHand keeps the hands of a claim apart (I-M8): one person does one kind of step in it, however often.
func takeHand(ctx context.Context, tx pg.Tx, by identity.Actor, claimID, step string, now time.Time) error {
	n, err := pg.Do(ctx, tx, handSQL, pg.Args{"claim": claimID, "by": by.ID, "step": step, "at": now})
	if err != nil || n == 1 {
		return err
	}
	had, err := pg.Value[string](ctx, tx, handOfSQL, pg.Args{"claim": claimID, "by": by.ID})
	if err == nil && had != step {
		return fault.New(fault.Forbidden, "您已经在这张报销单里办过「%s」，这一步要换一个人", fault.Say(edition.NameOf(handNames, had)))
	}
	return err
}
