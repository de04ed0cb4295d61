package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/url"
	"time"

	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

// Typed is a form that was sent when its session had ended: nothing a person typed is lost.
type Typed struct {
	Path   string
	Values url.Values
}

const typedLife = 2 * time.Hour

const (
	keepTypedSQL  = `insert into typed_form (visit, sealed, at) values (@visit, @sealed, @at) on conflict (visit) do update set sealed = @sealed, at = @at`
	typedSQL      = `select sealed from typed_form where visit = @visit and at > @since`
	dropTypedSQL  = `delete from typed_form where visit = @visit`
	sweepTypedSQL = `delete from typed_form where at < @before`
)

// KeepTyped holds a form for the browser with this visit cookie, sealed under the cookie itself: only that browser can
// read it back.
func (a *Accounts) KeepTyped(ctx context.Context, visit string, t Typed) error {
	body, err := json.Marshal(t)
	if err != nil {
		return err
	}
	sealed, err := typedKey(visit).Seal("typed", string(body))
	if err != nil {
		return err
	}
	return a.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, keepTypedSQL, pg.Args{"visit": digest(visit), "sealed": sealed, "at": a.clock.Now()})
		return err
	})
}

// TypedBefore is the form that waits for this browser, if one does.
func (a *Accounts) TypedBefore(ctx context.Context, visit string) (Typed, bool, error) {
	if visit == "" {
		return Typed{}, false, nil
	}
	found, err := pg.Values[[]byte](ctx, a.db, typedSQL, pg.Args{"visit": digest(visit), "since": a.clock.Now().Add(-typedLife)})
	if err != nil || len(found) == 0 {
		return Typed{}, false, err
	}
	body, err := typedKey(visit).Open("typed", found[0])
	if err != nil {
		return Typed{}, false, err
	}
	var t Typed
	return t, true, json.Unmarshal([]byte(body), &t)
}

// DropTyped forgets the waiting form.
func (a *Accounts) DropTyped(ctx context.Context, visit string) error {
	return a.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, dropTypedSQL, pg.Args{"visit": digest(visit)})
		return err
	})
}

// SweepTyped removes the forms nobody came back for.
func (a *Accounts) SweepTyped(ctx context.Context, tx pg.Tx, now time.Time) error {
	_, err := pg.Do(ctx, tx, sweepTypedSQL, pg.Args{"before": now.Add(-typedLife)})
	return err
}

func typedKey(visit string) vault.Key {
	sum := sha256.Sum256([]byte("typed\x00" + visit))
	return sum[:]
}
