package accounts

import (
	"context"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/vault"
	"seedbed/storage/pg"
)

// Enrolment is a new second factor before it is confirmed: shown once, as text and QR.
type Enrolment struct {
	Secret string
	URL    string
}

const (
	factorSQL    = `select p.totp_sealed, p.totp_step, p.version, k.wrapped from person p join person_key k on k.person_id = p.id where p.id = @id for no key update of p`
	setFactorSQL = `update person set totp_sealed = @sealed, totp_step = @step, version = version + 1 where id = @id`
	stepSQL      = `update person set totp_step = @step where id = @id`
	enrolledSQL  = `select totp_sealed is not null from person where id = @id`
)

type factor struct {
	TotpSealed []byte
	TotpStep   int64
	Version    int
	Wrapped    []byte
}

// Enrolled tells whether the person has a second factor.
func (a *Accounts) Enrolled(ctx context.Context, by identity.Actor) (bool, error) {
	return pg.Value[bool](ctx, a.db, enrolledSQL, pg.Args{"id": by.ID})
}

// NewFactor makes a secret to enrol with; nothing is stored until Enrol confirms it with a code.
func (a *Accounts) NewFactor(by identity.Actor) (Enrolment, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "Seedbed", AccountName: by.Name + " " + by.ID[:4]})
	if err != nil {
		return Enrolment{}, err
	}
	return Enrolment{key.Secret(), key.URL()}, nil
}

// Enrol stores a first second factor after its first code, and opens a strong session in place of the weak one.
func (a *Accounts) Enrol(ctx context.Context, by identity.Actor, token, secret, code string) (string, error) {
	w, err := by.Must(identity.OwnHands, "")
	if err != nil {
		return "", err
	}
	now := a.clock.Now()
	step, ok := matches(secret, code, now)
	if !ok {
		return "", fault.Field("code", "验证码不对。请看手机上验证器里现在的 6 位数字")
	}
	fresh := ""
	err = a.db.Change(ctx, func(tx pg.Tx) error {
		f, err := pg.One[factor](ctx, tx, factorSQL, pg.Args{"id": by.ID})
		if err != nil {
			return err
		}
		if f.TotpSealed != nil {
			return fault.New(fault.Conflict, "您已经设过第二步验证了。换手机请找系统管理员重设")
		}
		key, err := a.vault.Unwrap(f.Wrapped)
		if err != nil {
			return err
		}
		sealed, err := key.Seal("totp", secret)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, setFactorSQL, pg.Args{"id": by.ID, "sealed": sealed, "step": step}); err != nil {
			return err
		}
		if fresh, err = a.strengthen(ctx, tx, by.ID, token, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: by.ID, Version: f.Version + 1, Action: "enrol_factor", At: now})
	})
	return fresh, err
}

// Strengthen checks a second-factor code and replaces the session by a strong one with a new token.
func (a *Accounts) Strengthen(ctx context.Context, by identity.Actor, token, code string) (string, error) {
	if _, err := by.Must(identity.OwnHands, ""); err != nil {
		return "", err
	}
	if err := a.Throttle(ctx, "totp:"+by.ID, 10, 10*time.Minute); err != nil {
		return "", err
	}
	now, fresh := a.clock.Now(), ""
	err := a.db.Change(ctx, func(tx pg.Tx) error {
		f, err := pg.One[factor](ctx, tx, factorSQL, pg.Args{"id": by.ID})
		if err != nil {
			return err
		}
		if f.TotpSealed == nil {
			return fault.New(fault.Conflict, "您还没有设第二步验证")
		}
		key, err := a.vault.Unwrap(f.Wrapped)
		if err != nil {
			return err
		}
		if err := useFactor(ctx, tx, by.ID, key, f, code, now); err != nil {
			return err
		}
		fresh, err = a.strengthen(ctx, tx, by.ID, token, now)
		return err
	})
	return fresh, err
}

// useFactor spends a second-factor code: it counts once, a replayed one is refused.
func useFactor(ctx context.Context, tx pg.Tx, person string, key vault.Key, f factor, code string, now time.Time) error {
	secret, err := key.Open("totp", f.TotpSealed)
	if err != nil {
		return err
	}
	step, ok := matches(secret, code, now)
	if !ok || step <= f.TotpStep {
		return fault.Field("code", "验证码不对或已经用过。请看验证器里现在的 6 位数字")
	}
	_, err = pg.Do(ctx, tx, stepSQL, pg.Args{"id": person, "step": step})
	return err
}

func (a *Accounts) strengthen(ctx context.Context, tx pg.Tx, person, token string, now time.Time) (string, error) {
	if _, err := pg.Do(ctx, tx, endSessionSQL, pg.Args{"hash": digest(token)}); err != nil {
		return "", err
	}
	return a.open(ctx, tx, person, true, now)
}

// matches finds the 30-second step whose code this is: the current one or its neighbours (RFC 6238 §5.2).
func matches(secret, code string, now time.Time) (int64, bool) {
	code = onlyDigits(code)
	for _, d := range []int64{0, -1, 1} {
		step := now.Unix()/30 + d
		ok, err := totp.ValidateCustom(code, secret, time.Unix(step*30, 0), totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok {
			return step, true
		}
	}
	return 0, false
}

// FactorCode is the code of the moment for a secret, as a phone's authenticator shows it: for tests and the sample district.
func FactorCode(secret string, at time.Time) (string, error) { return totp.GenerateCode(secret, at) }

// FactorURL is the otpauth address of a secret that is being enrolled, for its QR code.
func (a *Accounts) FactorURL(by identity.Actor, secret string) string {
	return "otpauth://totp/Seedbed:" + url.PathEscape(by.Name) + "?issuer=Seedbed&secret=" + url.QueryEscape(secret)
}

// EnterSample opens a session for somebody of the sample district without a code; only the demo mounts a page for it.
func (a *Accounts) EnterSample(ctx context.Context, person string) (string, error) {
	token := ""
	err := a.db.Change(ctx, func(tx pg.Tx) error {
		var err error
		token, err = a.open(ctx, tx, person, true, a.clock.Now())
		return err
	})
	return token, err
}
