package money

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

const (
	wrappedSQL  = `select wrapped from person_key where person_id = @id::uuid`
	accountSQL  = `update claim set account_sealed = @sealed, account_tail = @tail where id = @id::uuid`
	sealedSQL   = `select account_sealed from claim where id = @id::uuid and account_sealed is not null`
	ownerSQL    = `select created_by::text from claim where id = @id::uuid`
	accountUse  = "claim account"
	keptAccount = 4 // last figures shown to everybody who sees the claim
)

// keepAccount seals the payee's account number under the key of the claim's writer; what is left blank keeps the one
// there is.
func (b *Book) keepAccount(ctx context.Context, tx pg.Tx, e entry) error {
	if e.Account == "" {
		return nil
	}
	owner, err := pg.Value[string](ctx, tx, ownerSQL, pg.Args{"id": e.ID})
	if err != nil {
		return err
	}
	key, err := b.keyOf(ctx, tx, owner)
	if err != nil {
		return err
	}
	sealed, err := key.Seal(accountUse, e.Account)
	if err != nil {
		return err
	}
	_, err = pg.Do(ctx, tx, accountSQL, pg.Args{"id": e.ID, "sealed": sealed, "tail": e.Account[len(e.Account)-keptAccount:]})
	return err
}

func (b *Book) keyOf(ctx context.Context, q pg.Reader, personID string) (vault.Key, error) {
	wrapped, err := pg.Value[[]byte](ctx, q, wrappedSQL, pg.Args{"id": personID})
	if err != nil {
		return nil, fault.Wrap(err, fault.Conflict, "收款账号存不下来，请告诉技术人员")
	}
	return b.vault.Unwrap(wrapped)
}

// Reveal shows a payee's account number to the one who examines or pays the claim, who says what for. Every look leaves
// its line in the trail (I-D1).
func (b *Book) Reveal(ctx context.Context, by identity.Actor, id, reason string) (string, error) {
	c, p, _, err := b.seenClaim(ctx, by, id)
	if err != nil {
		return "", err
	}
	w, err := by.Must(identity.PayClaims, p.Place)
	if err != nil {
		if w, err = by.Must(identity.ReviewVouchers, p.Place); err != nil {
			return "", err
		}
	}
	if reason == "" {
		return "", fault.Field("reason", "请写明为什么要看账号")
	}
	plain := ""
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		sealed, err := pg.Value[[]byte](ctx, tx, sealedSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		key, err := b.keyOf(ctx, tx, c.CreatedBy)
		if err != nil {
			return err
		}
		if plain, err = key.Open(accountUse, sealed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "claim", ID: id, Action: "reveal_account", Place: c.Place, Reason: reason, At: b.clock.Now()})
	})
	return plain, err
}
