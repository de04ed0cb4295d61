// Package ledger is the double-entry book of the house, in fen. Post is its only writer; the database itself enforces
// that a movement sums to zero, that no pot but the outside world's goes below nothing, that balances are the sum of
// their entries, and that nothing written is ever changed (TRUST §1.2, L1–L10).
package ledger

import (
	"cmp"
	"context"
	"slices"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Pot is an account. Fund and Pool belong to a fund source, all others to an award; Spent has a budget category.
type Pot struct {
	Kind     Kind
	Edition  string
	Owner    string // fund source id or award id
	Category string // only Spent
}

// Kind is what a pot holds (DOMAIN §10.9).
type Kind string

// The kinds of pots.
const (
	Fund      Kind = "fund"      // the outside world, the only one that may owe
	Pool      Kind = "pool"      // given to the edition, not yet awarded
	Committed Kind = "committed" // awarded, not yet released
	Released  Kind = "released"  // may be spent
	Advance   Kind = "advance"   // petty cash handed out
	Payable   Kind = "payable"   // approved claims not yet paid
	Spent     Kind = "spent"
	Refund    Kind = "refund" // released but given back
	HostFee   Kind = "host_fee"
	OwnFund   Kind = "own_fund"
)

// Entry puts fen into a pot, or takes them out when negative.
type Entry struct {
	Pot Pot
	Fen yuan.Fen
}

// Movement is one posting with its source document. A kind and a source together may be posted once.
type Movement struct {
	Kind     string // "fund", "award", "release", "approve", "pay", "refund", "return"
	Entity   string // table of the source document
	Source   string // its id
	Place    string
	At       time.Time
	Note     string
	Reverses int64 // the movement this one undoes; 0 for none
	Entries  []Entry
}

// Move is the ordinary movement: fen from one pot into another.
func Move(fen yuan.Fen, from, to Pot) []Entry { return []Entry{{from, -fen}, {to, fen}} }

const (
	openSQL  = `insert into ledger_account (kind, edition_id, owner_id, category) values (@kind, @edition, @owner, @category) on conflict do nothing`
	findSQL  = `select id from ledger_account where kind = @kind and owner_id = @owner and category = @category`
	moveSQL  = `insert into ledger_tx (kind, source_entity, source_id, place, actor, at, note, reverses) values (@kind, @entity, @source, @place::text::ltree, @actor::uuid, @at, @note, nullif(@reverses::bigint, 0)) returning id`
	entrySQL = `insert into ledger_entry (tx_id, seq, account_id, fen) values (@tx, @seq, @account, @fen)`
	paidSQL  = `select coalesce(sum(balance), 0)::bigint from ledger_account where kind = @kind and owner_id = @owner`
	pastSQL  = `select a.kind, a.edition_id::text as edition, a.owner_id::text as owner, a.category, e.fen from ledger_entry e join ledger_account a on a.id = e.account_id where e.tx_id = @tx order by e.seq`
	idSQL    = `select id from ledger_tx where kind = @kind and source_id = @source`
)

// Post writes a movement in the caller's transaction and gives its number. Money the pot does not hold is a Conflict;
// posting the same document twice is a Conflict.
func Post(ctx context.Context, tx pg.Tx, w identity.Warrant, m Movement) (int64, error) {
	type posting struct {
		account int64
		fen     yuan.Fen
	}
	postings := make([]posting, 0, len(m.Entries))
	for _, e := range m.Entries {
		if e.Fen == 0 {
			continue
		}
		account, err := account(ctx, tx, e.Pot)
		if err != nil {
			return 0, err
		}
		postings = append(postings, posting{account, e.Fen})
	}
	if len(postings) < 2 {
		return 0, fault.New(fault.Conflict, "这一笔没有金额，没有记账")
	}
	// One order for all: two movements over the same pots wait for each other instead of dying together.
	slices.SortFunc(postings, func(a, b posting) int { return cmp.Compare(a.account, b.account) })
	var actor *string
	if w.By.ID != "" {
		actor = &w.By.ID
	}
	id, err := pg.Value[int64](ctx, tx, moveSQL, pg.Args{"kind": m.Kind, "entity": m.Entity, "source": m.Source, "place": m.Place, "actor": actor, "at": m.At, "note": m.Note, "reverses": m.Reverses})
	if err != nil {
		return 0, err
	}
	for i, p := range postings {
		if _, err := pg.Do(ctx, tx, entrySQL, pg.Args{"tx": id, "seq": i + 1, "account": p.account, "fen": int64(p.fen)}); err != nil {
			if pg.Constraint(err) == "ledger_account_check" {
				return 0, fault.Wrap(err, fault.Conflict, "钱不够，这一笔没有记账")
			}
			return 0, err
		}
	}
	return id, nil
}

func account(ctx context.Context, tx pg.Tx, p Pot) (int64, error) {
	id, ok, err := first(ctx, tx, p)
	if err != nil || ok {
		return id, err
	}
	if _, err := pg.Do(ctx, tx, openSQL, pg.Args{"kind": string(p.Kind), "edition": p.Edition, "owner": p.Owner, "category": p.Category}); err != nil {
		return 0, err
	}
	id, _, err = first(ctx, tx, p)
	return id, err
}

func first(ctx context.Context, tx pg.Tx, p Pot) (int64, bool, error) {
	ids, err := pg.Values[int64](ctx, tx, findSQL, pg.Args{"kind": string(p.Kind), "owner": p.Owner, "category": p.Category})
	if err != nil || len(ids) == 0 {
		return 0, false, err
	}
	return ids[0], true, nil
}

// Balance is what an owner's pots of a kind hold together.
func Balance(ctx context.Context, q pg.Reader, kind Kind, owner string) (yuan.Fen, error) {
	fen, err := pg.Value[int64](ctx, q, paidSQL, pg.Args{"kind": string(kind), "owner": owner})
	return yuan.Fen(fen), err
}

// Reverse undoes the movement posted for a document, as a new movement that nets it to nothing.
func Reverse(ctx context.Context, tx pg.Tx, w identity.Warrant, kind, source string, m Movement) (int64, error) {
	original, err := pg.Value[int64](ctx, tx, idSQL, pg.Args{"kind": kind, "source": source})
	if err != nil {
		return 0, err
	}
	type past struct {
		Kind, Edition, Owner, Category string
		Fen                            int64
	}
	entries, err := pg.All[past](ctx, tx, pastSQL, pg.Args{"tx": original})
	if err != nil {
		return 0, err
	}
	m.Reverses, m.Entries = original, nil
	for _, e := range entries {
		m.Entries = append(m.Entries, Entry{Pot{Kind(e.Kind), e.Edition, e.Owner, e.Category}, yuan.Fen(-e.Fen)})
	}
	return Post(ctx, tx, w, m)
}
