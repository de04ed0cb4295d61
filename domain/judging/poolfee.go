package judging

import (
	"context"
	"strings"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Keys seals what must not lie about in plain, under the key of the person it is about.
type Keys interface {
	SealFor(ctx context.Context, q pg.Reader, personID, purpose, value string) ([]byte, error)
	OpenFor(ctx context.Context, q pg.Reader, personID, purpose string, sealed []byte) (string, error)
}

// Seals gives the book the keys for judges' accounts and returns it.
func (b *Book) Seals(k Keys) *Book {
	b.keys = k
	return b
}

// Own is the actor's entry in a district's pool, with what they have declared there.
type Own struct {
	Juror
	District string // its name
	Ties     []Tie
}

const (
	ownJurorsSQL = `select ` + jurorColumns + ` from juror u join person p on p.id = u.person_id where u.person_id = @me::uuid order by u.place`
	placeNameSQL = `select name from place where path = @place::text::ltree`
)

// Mine lists the actor's entries in the pools.
func (b *Book) Mine(ctx context.Context, by identity.Actor) ([]Own, error) {
	list, err := pg.All[Juror](ctx, b.db, ownJurorsSQL, pg.Args{"me": by.ID})
	own := []Own{}
	for _, u := range list {
		o := Own{Juror: u}
		if o.District, err = pg.Value[string](ctx, b.db, placeNameSQL, pg.Args{"place": u.Place}); err != nil {
			return nil, err
		}
		if o.Ties, err = ties(ctx, b.db, u.ID); err != nil {
			return nil, err
		}
		own = append(own, o)
	}
	return own, err
}

// ownJuror is the actor's own entry; anybody else's does not exist for them.
func (b *Book) ownJuror(ctx context.Context, by identity.Actor, id string) (Juror, identity.Warrant, error) {
	u, err := pg.One[Juror](ctx, b.db, jurorSQL, pg.Args{"id": id})
	if err == nil && u.PersonID != by.ID {
		err = fault.Missing()
	}
	if err != nil {
		return u, identity.Warrant{}, err
	}
	w, err := by.Must(identity.Score, u.Place)
	return u, w, err
}

const (
	feeUse      = "judge account"
	keptAccount = 4 // last figures shown to the district
	feeSQL      = `update juror set bank = @bank, account_sealed = @sealed, account_tail = @tail, consent_id = nullif(@consent, '')::uuid, saves = saves + 1 where id = @id::uuid`
	feeSealSQL  = `select account_sealed from juror where id = @id::uuid and account_sealed is not null`
)

// Fee is where a judge's fee goes. Only the judge writes it.
type Fee struct {
	Bank    string `form:"bank"`
	Account string `form:"account"`
	Agree   bool   `form:"agree"` // the separate consent of DOMAIN §12.5
	Forget  bool   `form:"forget"`
}

func (f *Fee) check() error {
	var wrong fault.Fields
	f.Account = strings.NewReplacer(" ", "", "-", "").Replace(f.Account)
	if n := len(f.Account); n < 8 || n > 30 || strings.Trim(f.Account, "0123456789") != "" {
		wrong.Add("account", "请填写银行卡号，8 到 30 位数字")
	}
	if n := utf8.RuneCountInString(f.Bank); n == 0 || n > 40 {
		wrong.Add("bank", "请填写开户银行，最多 40 个字")
	}
	if !f.Agree {
		wrong.Add("agree", "存卡号要您单独同意；不同意也不影响当评委")
	}
	return wrong.Err()
}

// KeepFee seals the actor's account for their fee, or forgets it.
func (b *Book) KeepFee(ctx context.Context, by identity.Actor, jurorID string, f Fee) error {
	u, w, err := b.ownJuror(ctx, by, jurorID)
	if err != nil {
		return err
	}
	now := b.clock.Now()
	if f.Forget {
		return b.db.Change(ctx, func(tx pg.Tx) error {
			if _, err := pg.Do(ctx, tx, feeSQL, pg.Args{"id": u.ID, "bank": "", "sealed": nil, "tail": "", "consent": ""}); err != nil {
				return err
			}
			return audit.Record(ctx, tx, w, audit.Event{Entity: "juror", ID: u.ID, Action: "forget_account", Place: u.Place, At: now})
		})
	}
	if err := f.check(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		sealed, err := b.keys.SealFor(ctx, tx, u.PersonID, feeUse, f.Account)
		if err != nil {
			return err
		}
		agreed, err := consent.Give(ctx, tx, by, consent.Payment, "", now)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, feeSQL, pg.Args{"id": u.ID, "bank": f.Bank, "sealed": sealed, "tail": f.Account[len(f.Account)-keptAccount:], "consent": agreed}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "juror", ID: u.ID, Action: "keep_account", Place: u.Place, At: now})
	})
}

// RevealFee shows a judge's account to the district's staff, who say what for. Every look leaves its line in the trail
// (I-D1).
func (b *Book) RevealFee(ctx context.Context, by identity.Actor, jurorID string, r Reason) (string, error) {
	u, err := b.Juror(ctx, by, jurorID)
	if err != nil {
		return "", err
	}
	w, err := by.Must(identity.RevealFees, u.Place)
	if err != nil {
		return "", err
	}
	if err := r.check("请写明为什么要看账号"); err != nil {
		return "", err
	}
	plain := ""
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		sealed, kept, err := pg.Maybe[struct{ AccountSealed []byte }](ctx, tx, feeSealSQL, pg.Args{"id": jurorID})
		if err == nil && !kept {
			err = fault.New(fault.Conflict, "这位评委还没有留收款账号")
		}
		if err != nil {
			return err
		}
		if plain, err = b.keys.OpenFor(ctx, tx, u.PersonID, feeUse, sealed.AccountSealed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "juror", ID: jurorID, Action: "reveal_account", Place: u.Place, Reason: r.Reason, At: b.clock.Now()})
	})
	return plain, err
}
