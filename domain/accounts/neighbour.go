package accounts

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Neighbour is whose number somebody has written on a paper, as far as the staff who enter it must know.
type Neighbour struct {
	ID    string
	Name  string
	Home  string
	State string // of the account
}

const (
	neighbourSQL = `select id::text, name, coalesce(home::text, '') as home, state from person where phone_index = @index`
	sealedSQL    = `select p.id::text, p.phone_sealed as sealed, k.wrapped from person p join person_key k on k.person_id = p.id where p.id = any(@ids::uuid[]) and p.phone_sealed is not null`
)

// NeighbourBy finds whose a typed number is; false when nobody has it yet.
func (a *Accounts) NeighbourBy(ctx context.Context, q pg.Reader, typed string) (Neighbour, bool, error) {
	index, _, err := a.Index(typed)
	if err != nil {
		return Neighbour{}, false, err
	}
	return pg.Maybe[Neighbour](ctx, q, neighbourSQL, pg.Args{"index": index})
}

// EnterNeighbour opens the account of somebody whose paper staff enter, or finds it, in the caller's transaction. Name
// and community are only set where the person has not said theirs; whoever confirms residents of that community has
// confirmed this one by entering the paper, for anybody else it waits for the community as usual.
func (a *Accounts) EnterNeighbour(ctx context.Context, tx pg.Tx, w identity.Warrant, typed, name, home string) (string, error) {
	phone, err := Normal(typed)
	if err != nil {
		return "", err
	}
	now := a.clock.Now()
	id, err := a.enter(ctx, tx, phone, a.vault.Index("phone", phone), now)
	if err != nil {
		return "", err
	}
	p, err := pg.One[Person](ctx, tx, lockPersonSQL, pg.Args{"id": id})
	if err != nil {
		return "", err
	}
	state := p.HomeState
	if p.Home == "" {
		state = "claimed"
		if w.By.Can(identity.ConfirmResidents, home) {
			state = "confirmed"
		}
		p.Home = home
	}
	if p.Name == "" {
		p.Name = name
	} else if state == p.HomeState {
		return id, nil
	}
	if _, err := pg.Do(ctx, tx, profileSQL, pg.Args{"id": id, "name": p.Name, "home": p.Home, "state": state}); err != nil {
		return "", err
	}
	if state == "claimed" {
		staff, err := notice.Holders(ctx, tx, p.Home, identity.CommunityStaff)
		if err != nil {
			return "", err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N00", To: staff, Text: fault.Say("有居民请您确认住在本社区"), Link: "/desk/residents", Key: id + p.Home, At: now}); err != nil {
			return "", err
		}
	}
	return id, audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: id, Version: p.Version + 1, Action: "enter", From: p.HomeState, To: state, Place: p.Home, At: now})
}

// Phones opens the numbers of some people. It asks nobody for permission and leaves no trace: the caller has asked for
// RevealPhone at each one's place, and records who looked and why.
func (a *Accounts) Phones(ctx context.Context, q pg.Reader, ids []string) (map[string]string, error) {
	type sealed struct {
		ID      string
		Sealed  []byte
		Wrapped []byte
	}
	found, err := pg.All[sealed](ctx, q, sealedSQL, pg.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	phones := make(map[string]string, len(found))
	for _, s := range found {
		key, err := a.vault.Unwrap(s.Wrapped)
		if err != nil {
			return nil, err
		}
		if phones[s.ID], err = key.Open("phone", s.Sealed); err != nil {
			return nil, err
		}
	}
	return phones, nil
}
