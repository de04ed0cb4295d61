package accounts

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Profile is what a person writes about themself.
type Profile struct {
	Name    string `form:"name"`
	Home    string `form:"home"` // path of the community they say they live in, "" for none
	Version int    `form:"version"`
}

// Person is an account as its own person and the staff in scope see it; the phone is never more than its tail.
type Person struct {
	ID        string
	Name      string
	PhoneTail string
	Home      string
	HomeName  string
	HomeState string // none, claimed, confirmed, rejected
	State     string
	Lang      string
	CreatedAt time.Time
	Version   int
}

const (
	personColumns = `p.id::text, p.name, p.phone_tail, coalesce(p.home::text, '') as home, coalesce(h.name, '') as home_name, p.home_state, p.state, p.lang, p.created_at, p.version`
	personFrom    = ` from person p left join place h on h.path = p.home `
	onePersonSQL  = `select ` + personColumns + personFrom + `where p.id = @id`
	lockPersonSQL = `select ` + personColumns + personFrom + `where p.id = @id for no key update of p`
	waitingSQL    = `select ` + personColumns + personFrom + `where p.home_state = 'claimed' and p.home <@ any(@sight::text[]::ltree[]) order by p.created_at, p.id limit 200`

	nameSQL    = `update person set name = @name where id = @id`
	profileSQL = `update person set name = @name, home = nullif(@home, '')::text::ltree, home_state = @state, version = version + 1 where id = @id`
	homeSQL    = `update person set home_state = @state, version = version + 1 where id = @id`
	langSQL    = `update person set lang = @lang where id = @id`
)

// Me is the actor's own account.
func (a *Accounts) Me(ctx context.Context, by identity.Actor) (Person, error) {
	return pg.One[Person](ctx, a.db, onePersonSQL, pg.Args{"id": by.ID})
}

// SaveProfile keeps a person's name and the community they claim. Claiming another community than the confirmed one
// waits for that community's staff; they are told.
func (a *Accounts) SaveProfile(ctx context.Context, by identity.Actor, draft Profile) error {
	w, err := by.Must(identity.BeHere, "")
	if err != nil {
		return err
	}
	var wrong fault.Fields
	draft.Name = strings.TrimSpace(draft.Name)
	switch n := utf8.RuneCountInString(draft.Name); {
	case n == 0:
		wrong.Add("name", "请填写您的姓名")
	case n > 20:
		wrong.Add("name", "姓名最多 20 个字，现在是 %d 个", n)
	}
	if draft.Home != "" {
		p, err := place.One(ctx, a.db, draft.Home)
		if fault.Is(err, fault.NotFound) || (err == nil && (p.Level != "community" || p.ValidTo != nil)) {
			wrong.Add("home", "请在列表里选一个社区")
		} else if err != nil {
			return err
		}
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	now := a.clock.Now()
	return a.db.Change(ctx, func(tx pg.Tx) error {
		me, err := pg.One[Person](ctx, tx, lockPersonSQL, pg.Args{"id": by.ID})
		if err != nil {
			return err
		}
		state := me.HomeState
		if draft.Home != me.Home {
			state = "claimed"
			if draft.Home == "" {
				state = "none"
			}
		}
		if draft.Name == me.Name && draft.Home == me.Home {
			return nil
		}
		if _, err := pg.Do(ctx, tx, profileSQL, pg.Args{"id": by.ID, "name": draft.Name, "home": draft.Home, "state": state}); err != nil {
			return err
		}
		if state == "claimed" && me.HomeState != "claimed" {
			staff, err := notice.Holders(ctx, tx, draft.Home, identity.CommunityStaff)
			if err != nil {
				return err
			}
			if err := notice.Tell(ctx, tx, notice.Letter{Code: "N00", To: staff, Text: fault.Say("有居民请您确认住在本社区"), Link: "/desk/residents", Key: by.ID + draft.Home, At: now}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: by.ID, Version: me.Version + 1, Action: "profile", From: me.HomeState, To: state, Place: draft.Home, At: now})
	})
}

// SetLang keeps the language a person reads in.
func (a *Accounts) SetLang(ctx context.Context, by identity.Actor, lang string) error {
	if lang != "zh" && lang != "en" {
		return fault.Field("lang", "只有中文和英文两种")
	}
	return a.db.Change(ctx, func(tx pg.Tx) error {
		_, err := pg.Do(ctx, tx, langSQL, pg.Args{"id": by.ID, "lang": lang})
		return err
	})
}

// WaitingResidents lists the people who say they live in the actor's communities.
func (a *Accounts) WaitingResidents(ctx context.Context, by identity.Actor) ([]Person, error) {
	return pg.All[Person](ctx, a.db, waitingSQL, pg.Args{"sight": by.Sight(identity.ConfirmResidents)})
}

// ConfirmResident answers a claim: staff know the person or were shown a paper; no copy of it is kept.
func (a *Accounts) ConfirmResident(ctx context.Context, by identity.Actor, id string, version int, yes bool) error {
	now := a.clock.Now()
	return a.db.Change(ctx, func(tx pg.Tx) error {
		p, err := pg.One[Person](ctx, tx, lockPersonSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !by.Sees(identity.ConfirmResidents, p.Home) || p.Home == "" {
			return fault.Missing()
		}
		w, err := by.Must(identity.ConfirmResidents, p.Home)
		if err != nil {
			return err
		}
		if id == by.ID {
			return fault.New(fault.Forbidden, "不能确认自己，请同事来办")
		}
		state, text := "confirmed", fault.Say("社区已确认您是本社区居民，现在可以申报项目了")
		if !yes {
			state, text = "rejected", fault.Say("社区没能确认您住在本社区，请带证件到社区问一问")
		}
		if p.HomeState == state {
			return nil
		}
		if p.HomeState != "claimed" || p.Version != version {
			return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
		}
		if _, err := pg.Do(ctx, tx, homeSQL, pg.Args{"id": id, "state": state}); err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N00", To: []string{id}, Text: text, Link: "/me", Key: id + state + p.Home, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: id, Version: p.Version + 1, Action: "confirm_home", From: "claimed", To: state, Place: p.Home, At: now})
	})
}
