// Package accounts keeps people: sign-in by phone and one-time code, the second factor of those who decide, sessions,
// the community a resident belongs to, and who was given which role where.
package accounts

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math/big"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

// Sender carries a short text to a phone: a console and file in the demo, an HTTP gateway in a city.
type Sender interface {
	Send(ctx context.Context, phone, text string) error
}

// Accounts is the door to people's accounts.
type Accounts struct {
	db     *pg.DB
	clock  clock.Clock
	vault  *vault.Vault
	sender Sender
	joined func(ctx context.Context, tx pg.Tx, personID string, phoneIndex []byte) error
}

// New makes the accounts' door. joined is told of every sign-in, in its transaction, so that a later area can hand
// over what waited for the number (an invitation); nil for nothing.
func New(db *pg.DB, c clock.Clock, v *vault.Vault, s Sender, joined func(ctx context.Context, tx pg.Tx, personID string, phoneIndex []byte) error) *Accounts {
	if joined == nil {
		joined = func(context.Context, pg.Tx, string, []byte) error { return nil }
	}
	return &Accounts{db, c, v, s, joined}
}

const (
	codeLife  = 15 * time.Minute
	codeTries = 5
)

const (
	addCodeSQL   = `insert into login_code (id, phone_index, code_hash, sent_at, expires_at) values (@id, @index, @hash, @at, @expires)`
	liveCodesSQL = `select id::text, code_hash, tries from login_code where phone_index = @index and used_at is null and expires_at > @at and tries < @tries order by sent_at desc limit 5 for no key update`
	triedSQL     = `update login_code set tries = tries + 1 where id = any(@ids::uuid[])`
	usedSQL      = `update login_code set used_at = @at where id = @id`
)

// SendCode sends a one-time code to a typed phone number: once a minute, five times an hour. An earlier code stays
// valid, for the message that arrives late.
func (a *Accounts) SendCode(ctx context.Context, typed string) error {
	phone, err := Normal(typed)
	if err != nil {
		return err
	}
	code, err := a.freshCode(ctx, phone)
	if err != nil {
		return err
	}
	return a.sender.Send(ctx, phone, fmt.Sprintf("【苗圃】您的登录验证码是 %s，15 分钟内有效。不要告诉别人。", code))
}

// freshCode makes a code for a number, within what may be sent to it.
func (a *Accounts) freshCode(ctx context.Context, phone string) (string, error) {
	now, index := a.clock.Now(), a.vault.Index("phone", phone)
	number, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", err
	}
	code := fmt.Sprintf("%06d", number)
	return code, a.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Value[bool](ctx, tx, lockPhoneSQL, pg.Args{"key": lockKey(index)}); err != nil {
			return err
		}
		type recent struct {
			Minute, Hour int
			Last         time.Time
		}
		seen, err := pg.One[recent](ctx, tx, recentSQL, pg.Args{"index": index, "minute": now.Add(-time.Minute), "hour": now.Add(-time.Hour)})
		if err != nil {
			return err
		}
		if seen.Minute > 0 {
			return fault.Field("phone", "一分钟内只能发一条短信，请 %d 秒后再试", int(seen.Last.Add(time.Minute).Sub(now)/time.Second)+1)
		}
		if seen.Hour >= 5 {
			return fault.Field("phone", "这个号码一小时内发了太多短信，请过一会儿再试，或请社区工作人员帮忙")
		}
		_, err = pg.Do(ctx, tx, addCodeSQL, pg.Args{"id": newID(), "index": index, "hash": a.vault.Index("code", phone+code), "at": now, "expires": now.Add(codeLife)})
		return err
	})
}

const (
	recentSQL    = `select count(*) filter (where sent_at > @minute) as minute, count(*) filter (where sent_at > @hour) as hour, coalesce(max(sent_at), 'epoch'::timestamptz) as last from login_code where phone_index = @index`
	lockPhoneSQL = `select pg_advisory_xact_lock(@key::bigint) is not null`
)

// lockKey makes an advisory lock's key of a digest.
func lockKey(index []byte) int64 { return int64(binary.BigEndian.Uint64(index[:8])) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// SignIn checks a code and opens a session; the first time it opens the account too. It gives the session's token,
// which is kept nowhere but in the browser.
func (a *Accounts) SignIn(ctx context.Context, typed, code string) (token string, err error) {
	phone, err := Normal(typed)
	if err != nil {
		return "", err
	}
	code = onlyDigits(code)
	if len(code) != 6 {
		return "", fault.Field("code", "验证码是 6 位数字")
	}
	index := a.vault.Index("phone", phone)
	if err := a.useCode(ctx, index, a.vault.Index("code", phone+code)); err != nil {
		return "", err
	}
	now := a.clock.Now()
	err = a.db.Change(ctx, func(tx pg.Tx) error {
		id, err := a.enter(ctx, tx, phone, index, now)
		if err != nil {
			return err
		}
		if err := a.joined(ctx, tx, id, index); err != nil {
			return err
		}
		token, err = a.open(ctx, tx, id, false, now)
		return err
	})
	return token, err
}

// useCode spends a code. A wrong guess is counted even though the sign-in fails, hence its own transaction.
func (a *Accounts) useCode(ctx context.Context, index, hash []byte) error {
	now, wrong := a.clock.Now(), false
	err := a.db.Change(ctx, func(tx pg.Tx) error {
		wrong = false
		type live struct {
			ID       string
			CodeHash []byte
			Tries    int
		}
		codes, err := pg.All[live](ctx, tx, liveCodesSQL, pg.Args{"index": index, "at": now, "tries": codeTries})
		if err != nil {
			return err
		}
		ids := []string{}
		for _, c := range codes {
			if hmac.Equal(c.CodeHash, hash) {
				_, err := pg.Do(ctx, tx, usedSQL, pg.Args{"id": c.ID, "at": now})
				return err
			}
			ids = append(ids, c.ID)
		}
		wrong = true
		if len(ids) == 0 {
			return nil
		}
		_, err = pg.Do(ctx, tx, triedSQL, pg.Args{"ids": ids})
		return err
	})
	if err == nil && wrong {
		return fault.Field("code", "验证码不对，或者已经过期。请核对短信，或重新获取一条")
	}
	return err
}

const (
	findSQL   = `select id::text, state from person where phone_index = @index for no key update`
	personSQL = `insert into person (id, name, phone_index, phone_sealed, phone_tail, created_at) values (@id, '', @index, @sealed, @tail, @at)`
	keySQL    = `insert into person_key (person_id, wrapped) values (@id, @wrapped)`
)

// enter finds the person of a number or makes one.
func (a *Accounts) enter(ctx context.Context, tx pg.Tx, phone string, index []byte, now time.Time) (string, error) {
	if _, err := pg.Value[bool](ctx, tx, lockPhoneSQL, pg.Args{"key": lockKey(index)}); err != nil {
		return "", err
	}
	type found struct{ ID, State string }
	p, ok, err := pg.Maybe[found](ctx, tx, findSQL, pg.Args{"index": index})
	if err != nil {
		return "", err
	}
	if ok {
		if p.State != "active" {
			return "", fault.Field("phone", "这个账号已停用，请联系社区")
		}
		return p.ID, nil
	}
	return a.create(ctx, tx, "", phone, index, now)
}

func (a *Accounts) create(ctx context.Context, tx pg.Tx, name, phone string, index []byte, now time.Time) (string, error) {
	id := newID()
	key, wrapped := a.vault.NewKey()
	sealed, err := key.Seal("phone", phone)
	if err != nil {
		return "", err
	}
	if _, err := pg.Do(ctx, tx, personSQL, pg.Args{"id": id, "index": index, "sealed": sealed, "tail": phone[7:], "at": now}); err != nil {
		return "", err
	}
	if _, err := pg.Do(ctx, tx, keySQL, pg.Args{"id": id, "wrapped": wrapped}); err != nil {
		return "", err
	}
	if name != "" {
		if _, err := pg.Do(ctx, tx, nameSQL, pg.Args{"id": id, "name": name}); err != nil {
			return "", err
		}
	}
	self := identity.Actor{ID: id, Name: name}
	w, err := self.Must(identity.BeHere, "")
	if err != nil {
		return "", err
	}
	return id, audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: id, Version: 1, Action: "join", To: "active", At: now})
}

func onlyDigits(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out = append(out, r)
		case r >= '０' && r <= '９':
			out = append(out, r-'０'+'0')
		}
	}
	return string(out)
}
