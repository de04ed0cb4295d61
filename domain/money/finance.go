package money

import (
	"context"
	"math"
	"time"

	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Pots is what an edition's pots hold together, by kind.
type Pots struct {
	EditionID string
	Title     string
	Pool      yuan.Fen
	Committed yuan.Fen
	Released  yuan.Fen
	Payable   yuan.Fen
	Spent     yuan.Fen
	Refund    yuan.Fen
}

// Movement is a line of the book as people read it: from which pots into which.
type Movement struct {
	ID      int64
	Kind    string
	At      time.Time
	Who     string // "" for what happened by itself
	Note    string
	Project string
	Fen     yuan.Fen
	From    []string `db:"out_of"`
	To      []string `db:"into_pots"`
	Undoes  int64    // the movement it reverses, 0 for none
}

// Fund, pool and the outside world belong to a whole edition: who sees only a street sees the pots of its awards.
const (
	potsSQL = `select e.id::text as edition_id, e.title, coalesce(sum(a.balance) filter (where a.kind = 'pool'), 0)::bigint as pool, coalesce(sum(a.balance) filter (where a.kind = 'committed'), 0)::bigint as committed,
  coalesce(sum(a.balance) filter (where a.kind = 'released'), 0)::bigint as released, coalesce(sum(a.balance) filter (where a.kind = 'payable'), 0)::bigint as payable,
  coalesce(sum(a.balance) filter (where a.kind = 'spent'), 0)::bigint as spent, coalesce(sum(a.balance) filter (where a.kind = 'refund'), 0)::bigint as refund
  from ledger_account a join edition e on e.id = a.edition_id left join award w on w.id = a.owner_id
  where coalesce(w.place, e.place) <@ any(@sight::text[]::ltree[]) group by e.id order by e.id desc limit 20`
	movementsSQL = `select t.id, t.kind, t.at, coalesce(r.name, '') as who, t.note, coalesce((select p.title from ledger_entry e join ledger_account a on a.id = e.account_id join project p on p.award_id = a.owner_id where e.tx_id = t.id limit 1), '') as project,
  s.fen, s.out_of, s.into_pots, coalesce(t.reverses, 0) as undoes from ledger_tx t left join person r on r.id = t.actor
  join lateral (select coalesce(sum(e.fen) filter (where e.fen > 0), 0)::bigint as fen, coalesce(array_agg(a.kind || a.category order by e.seq) filter (where e.fen < 0), '{}') as out_of,
    coalesce(array_agg(a.kind || a.category order by e.seq) filter (where e.fen > 0), '{}') as into_pots, bool_or(@edition = '' or a.edition_id::text = @edition) as wanted
    from ledger_entry e join ledger_account a on a.id = e.account_id where e.tx_id = t.id) s on s.wanted
  where t.place <@ any(@sight::text[]::ltree[]) and t.id < @before order by t.id desc limit @most`
)

// Pots lists the pots of the editions the reader may see, newest first.
func (b *Book) Pots(ctx context.Context, by identity.Actor) ([]Pots, error) {
	return pg.All[Pots](ctx, b.db, potsSQL, pg.Args{"sight": by.Sight(identity.ReadLedger)})
}

// Movements lists the book's movements of the reader's places, newest first, of one edition or ("") of all, from before
// a number (0 for the newest). next is where the list goes on, 0 at its end.
func (b *Book) Movements(ctx context.Context, by identity.Actor, editionID string, before int64) (list []Movement, next int64, err error) {
	if before <= 0 {
		before = math.MaxInt64
	}
	list, err = pg.All[Movement](ctx, b.db, movementsSQL, pg.Args{"sight": by.Sight(identity.ReadLedger), "edition": editionID, "before": before, "most": page + 1})
	if err != nil || len(list) <= page {
		return list, 0, err
	}
	return list[:page], list[page-1].ID, nil
}
