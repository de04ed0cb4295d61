// Package notice tells people what has happened and what to do next, in the app: one row a person, in the reader's
// language when it is read.
package notice

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Letter is one notice to some people (DOMAIN §13). The text is a Chinese sentence in fmt form; its arguments never
// hold a phone number or an address.
type Letter struct {
	Code string        // "N03"
	To   []string      // person ids; empty ids and repeats are passed over
	Text fault.Message // what happened and what to do
	Link string        // the page to open
	Key  string        // what it is about, for example the row's id and version: the same code, key and person are told once
	At   time.Time
}

const tellSQL = `insert into notice (id, person_id, code, text, args, link, key, at)
  select gen_random_uuid(), p, @code, @text, @args, @link, @code || ':' || @key || ':' || p, @at
  from (select distinct unnest(@to::uuid[]) as p) t on conflict (key) do nothing`

// Tell leaves a letter in the caller's transaction.
func Tell(ctx context.Context, tx pg.Tx, l Letter) error {
	to := make([]string, 0, len(l.To))
	for _, id := range l.To {
		if id != "" {
			to = append(to, id)
		}
	}
	if len(to) == 0 {
		return nil
	}
	args := l.Text.Args
	if args == nil {
		args = []any{}
	}
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	_, err = pg.Do(ctx, tx, tellSQL, pg.Args{"code": l.Code, "text": l.Text.Text, "args": body, "link": l.Link, "key": l.Key, "to": to, "at": l.At})
	return err
}

const holdersSQL = `select distinct g.person_id::text from role_grant g where g.until is null and g.role = any(@roles) and @place::text::ltree <@ g.place order by 1`

// Holders lists the people who hold one of the roles at a place or above it: who is to be told that work waits.
func Holders(ctx context.Context, q pg.Reader, place string, roles ...identity.Role) ([]string, error) {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return pg.Values[string](ctx, q, holdersSQL, pg.Args{"roles": names, "place": place})
}

// Note is a notice as its reader sees it.
type Note struct {
	ID     string
	Code   string
	Text   string
	Args   []any
	Link   string
	At     time.Time
	ReadAt *time.Time
}

// Message is the note's sentence. Whole numbers come back from storage as float64 and are made integers again.
func (n Note) Message() fault.Message {
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		if f, ok := a.(float64); ok && f == float64(int64(f)) {
			a = int64(f)
		}
		args[i] = a
	}
	return fault.Say(n.Text, args...)
}

const (
	noteColumns = `id::text, code, text, args, link, at, read_at`
	mineSQL     = `select ` + noteColumns + ` from notice where person_id = @me and (at, id) < (@before, @last::uuid) order by at desc, id desc limit @n`
	readSQL     = `update notice set read_at = @at where person_id = @me and read_at is null and at <= @at`
	unreadSQL   = `select count(*) from notice where person_id = @me and read_at is null`
)

// Mine lists the actor's own notices, newest first, from before a moment.
func Mine(ctx context.Context, q pg.Reader, by identity.Actor, before time.Time, last string, n int) ([]Note, error) {
	if last == "" {
		last = uuid.Max.String()
	}
	return pg.All[Note](ctx, q, mineSQL, pg.Args{"me": by.ID, "before": before, "last": last, "n": n})
}

// Unread counts the actor's unread notices.
func Unread(ctx context.Context, q pg.Reader, by identity.Actor) (int64, error) {
	return pg.Value[int64](ctx, q, unreadSQL, pg.Args{"me": by.ID})
}

// MarkRead marks all the actor's own notices up to now as read. It changes nothing but the reader's own view and so
// leaves no audit event.
func MarkRead(ctx context.Context, db *pg.DB, by identity.Actor, now time.Time) error {
	return db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, readSQL, pg.Args{"me": by.ID, "at": now})
		return err
	})
}
