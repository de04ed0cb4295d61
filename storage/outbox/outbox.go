// Package outbox keeps the facts of the year: written in the same transaction as what they tell of, carried to their
// listeners afterwards, at least once. PostgreSQL is the record; Redis is only a hint that something waits.
package outbox

import (
	"context"
	"encoding/json"
	"time"

	"seedbed/storage/pg"
)

// Fact is something that has happened. Kind names it ("award.signed"); the struct's JSON is its body and holds opaque
// ids, never names or numbers of people.
type Fact interface{ Kind() string }

const putSQL = `insert into outbox (kind, body, at) values (@kind, @body, @at)`

// Put leaves a fact in the caller's transaction.
func Put(ctx context.Context, tx pg.Tx, at time.Time, fact Fact) error {
	body, err := json.Marshal(fact)
	if err != nil {
		return err
	}
	_, err = pg.Do(ctx, tx, putSQL, pg.Args{"kind": fact.Kind(), "body": body, "at": at})
	return err
}
