package accounts

import (
	"context"
	"fmt"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	actForSQL    = `update session set assistance_id = nullif(@assistance, '')::uuid where token_hash = @hash and person_id = @person::uuid`
	lockByIDSQL  = `select ` + personColumns + personFrom + `where p.id = @id::uuid and p.state = 'active' for no key update of p`
	plainSQL     = `insert into person (id, name, created_at, home, home_state) values (@id, @name, @at, @home::text::ltree, 'claimed')`
	claimHomeSQL = `update person set name = case when name = '' then @name else name end, home = @home::text::ltree, home_state = 'claimed', version = version + 1 where id = @id::uuid`
	plainListSQL = `select ` + personColumns + personFrom + `where p.phone_index is null and p.erased_at is null and p.state = 'active' and p.home <@ any(@sight::text[]::ltree[]) order by p.name, p.id limit 200`
)

// ActFor makes a session act for the person of an assistance, "" for its own again.
func (a *Accounts) ActFor(ctx context.Context, tx pg.Tx, staff identity.Actor, token, assistance string) error {
	_, err := pg.Do(ctx, tx, actForSQL, pg.Args{"hash": digest(token), "person": staff.ID, "assistance": assistance})
	return err
}

// LockPerson is an active account, held to the end of the transaction; whoever asks decides who may see it.
func (a *Accounts) LockPerson(ctx context.Context, tx pg.Tx, id string) (Person, error) {
	return pg.One[Person](ctx, tx, lockByIDSQL, pg.Args{"id": id})
}

// WithoutPhone lists the people of the actor's places who were entered by staff and have no phone.
func (a *Accounts) WithoutPhone(ctx context.Context, by identity.Actor) ([]Person, error) {
	return pg.All[Person](ctx, a.db, plainListSQL, pg.Args{"sight": by.Sight(identity.HelpResidents)})
}

// Newcomer is somebody who has no account yet: staff write down the least of them.
type Newcomer struct {
	Name  string
	Phone string // eleven digits, "" for who has none
	Home  string
}

// Admit makes an account for a newcomer whom staff help, with the community they say they
// live in still to be confirmed by somebody else. The caller leaves the line in the trail.
func (a *Accounts) Admit(ctx context.Context, tx pg.Tx, n Newcomer, now time.Time) (Person, error) {
	id := newID()
	if n.Phone != "" {
		found, err := a.enter(ctx, tx, n.Phone, a.vault.Index("phone", n.Phone), now)
		if err != nil {
			return Person{}, err
		}
		if _, err := pg.Do(ctx, tx, claimHomeSQL, pg.Args{"id": found, "name": n.Name, "home": n.Home}); err != nil {
			return Person{}, err
		}
		return a.LockPerson(ctx, tx, found)
	}
	_, wrapped := a.vault.NewKey()
	if _, err := pg.Do(ctx, tx, plainSQL, pg.Args{"id": id, "name": n.Name, "at": now, "home": n.Home}); err != nil {
		return Person{}, err
	}
	if _, err := pg.Do(ctx, tx, keySQL, pg.Args{"id": id, "wrapped": wrapped}); err != nil {
		return Person{}, err
	}
	return a.LockPerson(ctx, tx, id)
}

const phoneSQL = `select p.phone_sealed, k.wrapped from person p join person_key k on k.person_id = p.id where p.id = @id::uuid and p.phone_sealed is not null`

// phoneOf opens a person's own number; "" when there is none.
func (a *Accounts) phoneOf(ctx context.Context, person string) (string, error) {
	type sealed struct{ PhoneSealed, Wrapped []byte }
	s, ok, err := pg.Maybe[sealed](ctx, a.db, phoneSQL, pg.Args{"id": person})
	if err != nil || !ok {
		return "", err
	}
	key, err := a.vault.Unwrap(s.Wrapped)
	if err != nil {
		return "", err
	}
	return key.Open("phone", s.PhoneSealed)
}

// Text sends a short message to a person's own phone, which the caller never sees; it tells whether they have one.
func (a *Accounts) Text(ctx context.Context, person, text string) (bool, error) {
	phone, err := a.phoneOf(ctx, person)
	if err != nil || phone == "" {
		return false, err
	}
	return true, a.sender.Send(ctx, phone, text)
}

// Sign is a keyed digest of a purpose and a value: what makes a link that nobody can guess.
func (a *Accounts) Sign(purpose, value string) []byte { return a.vault.Index(purpose, value) }

// OwnPhone is the actor's own number in full, for the copy of their data.
func (a *Accounts) OwnPhone(ctx context.Context, by identity.Actor) (string, error) {
	if _, err := by.Must(identity.OwnHands, ""); err != nil {
		return "", err
	}
	return a.phoneOf(ctx, by.ID)
}

// SendOwnCode sends a code to the actor's own phone, to be sure that it is they who ask; who has a second factor uses
// that and needs none.
func (a *Accounts) SendOwnCode(ctx context.Context, by identity.Actor) error {
	phone, err := a.OwnPhone(ctx, by)
	if err != nil {
		return err
	}
	if phone == "" {
		return fault.Field("code", "您的账号没有手机号，收不到验证码。请到社区窗口提出申请")
	}
	code, err := a.freshCode(ctx, phone)
	if err != nil {
		if said, wrong := fault.InFields(err)["phone"]; wrong {
			return fault.Field("code", said.Text, said.Args...)
		}
		return err
	}
	return a.sender.Send(ctx, phone, fmt.Sprintf("【苗圃】您在取自己的资料，验证码是 %s，15 分钟内有效。不要告诉别人。", code))
}

// CheckOwn takes a fresh code of the actor: of the second factor where they have one, else the one sent to their phone.
func (a *Accounts) CheckOwn(ctx context.Context, by identity.Actor, code string) error {
	if _, err := by.Must(identity.OwnHands, ""); err != nil {
		return err
	}
	if err := a.Throttle(ctx, "own:"+by.ID, 10, 10*time.Minute); err != nil {
		return err
	}
	if code = onlyDigits(code); len(code) != 6 {
		return fault.Field("code", "验证码是 6 位数字")
	}
	enrolled, err := a.Enrolled(ctx, by)
	if err != nil {
		return err
	}
	if !enrolled {
		phone, err := a.phoneOf(ctx, by.ID)
		if err != nil {
			return err
		}
		return a.useCode(ctx, a.vault.Index("phone", phone), a.vault.Index("code", phone+code))
	}
	return a.db.Change(ctx, func(tx pg.Tx) error {
		f, err := pg.One[factor](ctx, tx, factorSQL, pg.Args{"id": by.ID})
		if err != nil {
			return err
		}
		key, err := a.vault.Unwrap(f.Wrapped)
		if err != nil {
			return err
		}
		return useFactor(ctx, tx, by.ID, key, f, code, a.clock.Now())
	})
}
