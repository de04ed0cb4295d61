package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// A resident stays signed in for a month on their own phone; a session that has passed the second factor ends after a
// working day, or after two idle hours.
const (
	residentLife = 30 * 24 * time.Hour
	strongLife   = 12 * time.Hour
	strongIdle   = 2 * time.Hour
)

const (
	openSessionSQL = `insert into session (token_hash, person_id, strong, created_at, seen_at, expires_at) values (@hash, @person, @strong, @at, @at, @expires)`
	endSessionSQL  = `delete from session where token_hash = @hash`
	endAllSQL      = `delete from session where person_id = @person`
	sweepSQL       = `delete from session where expires_at < @at`
	seenSQL        = `update session set seen_at = @at where token_hash = @hash`
	visitSQL       = `select s.strong, s.seen_at, s.expires_at, p.id::text, p.name, p.lang, case when p.home_state = 'confirmed' then p.home::text else '' end as home,
  coalesce((select array_agg(g.role || ' ' || g.place::text order by g.role, g.place) from role_grant g where g.person_id = p.id and g.until is null), '{}') as grants,
  (select count(*) from notice n where n.person_id = p.id and n.read_at is null) as unread,
  coalesce(a.id::text, '') as assistance, coalesce(r.id::text, '') as helped, coalesce(r.name, '') as helped_name,
  case when r.home_state = 'confirmed' then r.home::text else '' end as helped_home
  from session s join person p on p.id = s.person_id left join assistance a on a.id = s.assistance_id and a.state = 'open' and a.helper_id = p.id
  left join person r on r.id = a.person_id and r.state = 'active' where s.token_hash = @hash and p.state = 'active'`
)

// open makes a session and gives its token: 256 random bits, of which only the digest is stored.
func (a *Accounts) open(ctx context.Context, tx pg.Tx, person string, strong bool, now time.Time) (string, error) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw)
	token := base64.RawURLEncoding.EncodeToString(raw)
	life := residentLife
	if strong {
		life = strongLife
	}
	_, err := pg.Do(ctx, tx, openSessionSQL, pg.Args{"hash": digest(token), "person": person, "strong": strong, "at": now, "expires": now.Add(life)})
	return token, err
}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// Visit is a session's person as a request needs them.
type Visit struct {
	Actor  identity.Actor
	Unread int
	// Staff is whose session it is while they fill in for somebody: then Actor is the resident. A visitor otherwise.
	Staff identity.Actor
}

// Visit finds who a session's token belongs to; an unknown, ended or expired token is a visitor.
func (a *Accounts) Visit(ctx context.Context, token string) (Visit, error) {
	if token == "" {
		return Visit{}, nil
	}
	type row struct {
		Strong            bool
		SeenAt, ExpiresAt time.Time
		ID, Name, Lang    string
		Home              string
		Grants            []string
		Unread            int
		Assistance        string
		Helped            string
		HelpedName        string
		HelpedHome        *string
	}
	now := a.clock.Now()
	r, ok, err := pg.Maybe[row](ctx, a.db, visitSQL, pg.Args{"hash": digest(token)})
	if err != nil || !ok || !now.Before(r.ExpiresAt) {
		return Visit{}, err
	}
	if r.Strong && now.Sub(r.SeenAt) > strongIdle {
		return Visit{}, a.End(ctx, token)
	}
	if now.Sub(r.SeenAt) > time.Minute {
		err = a.db.Change(ctx, func(tx pg.Tx) error {
			_, err := pg.Do(ctx, tx, seenSQL, pg.Args{"hash": digest(token), "at": now})
			return err
		})
	}
	actor := identity.Actor{ID: r.ID, Name: r.Name, Lang: r.Lang, Home: r.Home, Strong: r.Strong}
	for _, g := range r.Grants {
		role, place, _ := strings.Cut(g, " ")
		actor.Grants = append(actor.Grants, identity.Grant{Role: identity.Role(role), Place: place})
	}
	if r.Helped == "" {
		return Visit{Actor: actor, Unread: r.Unread}, err
	}
	v := Visit{Staff: actor, Actor: identity.Actor{ID: r.Helped, Name: r.HelpedName, Lang: r.Lang, Helper: r.ID, HelperName: r.Name, Assistance: r.Assistance}}
	if r.HelpedHome != nil {
		v.Actor.Home = *r.HelpedHome
	}
	return v, err
}

// End closes a session.
func (a *Accounts) End(ctx context.Context, token string) error {
	return a.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, endSessionSQL, pg.Args{"hash": digest(token)})
		return err
	})
}

// SweepSessions removes what has expired; the night's job.
func (a *Accounts) SweepSessions(ctx context.Context, tx pg.Tx, now time.Time) error {
	_, err := pg.Do(ctx, tx, sweepSQL, pg.Args{"at": now})
	return err
}

const throttleSQL = `insert into throttle (key, window_start, count) values (@key, @at, 1)
  on conflict (key) do update set
    count = case when throttle.window_start <= @since then 1 else throttle.count + 1 end,
    window_start = case when throttle.window_start <= @since then @at else throttle.window_start end returning count`

// Throttle counts an attempt under a key and refuses the ones beyond most within a window. It is shared by every
// process, since it lives in the database.
func (a *Accounts) Throttle(ctx context.Context, key string, most int, window time.Duration) error {
	now, count := a.clock.Now(), 0
	err := a.db.Change(ctx, func(tx pg.Tx) error {
		n, err := pg.Value[int](ctx, tx, throttleSQL, pg.Args{"key": key, "at": now, "since": now.Add(-window)})
		count = n
		return err
	})
	if err == nil && count > most {
		return fault.New(fault.Busy, "试的次数太多了，请过几分钟再来")
	}
	return err
}
