package accounts

import (
	"context"
	"strings"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// What other areas borrow of the accounts' keys and sender, without ever holding them.

const wrappedSQL = `select wrapped from person_key where person_id = @id::uuid`

// SealFor seals a value under a person's key: erasing the person erases it.
func (a *Accounts) SealFor(ctx context.Context, q pg.Reader, personID, purpose, value string) ([]byte, error) {
	wrapped, err := pg.Value[[]byte](ctx, q, wrappedSQL, pg.Args{"id": personID})
	if err != nil {
		return nil, err
	}
	key, err := a.vault.Unwrap(wrapped)
	if err != nil {
		return nil, err
	}
	return key.Seal(purpose, value)
}

// OpenFor reads what SealFor sealed. The caller has asked for the right and leaves the line in the trail.
func (a *Accounts) OpenFor(ctx context.Context, q pg.Reader, personID, purpose string, sealed []byte) (string, error) {
	wrapped, err := pg.Value[[]byte](ctx, q, wrappedSQL, pg.Args{"id": personID})
	if err != nil {
		return "", err
	}
	key, err := a.vault.Unwrap(wrapped)
	if err != nil {
		return "", err
	}
	return key.Open(purpose, sealed)
}

// TextTo sends a short message to a number. How often is the caller's business.
func (a *Accounts) TextTo(ctx context.Context, phone, text string) error {
	digits, err := Normal(phone)
	if err != nil {
		return err
	}
	return a.sender.Send(ctx, digits, text)
}

const nameOnceSQL = `update person set name = @name, version = version + 1 where id = @id`

// GiveName keeps the name of somebody whose account has none yet, in the caller's transaction, and tells the name the
// account has now. Who has a name already keeps it.
func (a *Accounts) GiveName(ctx context.Context, tx pg.Tx, by identity.Actor, name string) (string, error) {
	w, err := by.Must(identity.BeHere, "")
	if err != nil {
		return "", err
	}
	me, err := pg.One[Person](ctx, tx, lockPersonSQL, pg.Args{"id": by.ID})
	if err != nil || me.Name != "" {
		return me.Name, err
	}
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return "", fault.Field("name", "请填写您的姓名")
	case n > 20:
		return "", fault.Field("name", "姓名最多 20 个字，现在是 %d 个", n)
	}
	if _, err := pg.Do(ctx, tx, nameOnceSQL, pg.Args{"id": by.ID, "name": name}); err != nil {
		return "", err
	}
	return name, audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: by.ID, Version: me.Version + 1, Action: "profile", From: me.HomeState, To: me.HomeState, Place: me.Home, At: a.clock.Now()})
}
