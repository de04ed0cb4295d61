package accounts

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// NewGrant gives a role at a place to the person of a phone number.
type NewGrant struct {
	ID    string `form:"id"`
	Phone string `form:"phone"`
	Name  string `form:"name"` // used when the number has no account yet
	Role  string `form:"role"`
	Place string `form:"place"`
}

// Held is a role somebody holds.
type Held struct {
	ID        string
	PersonID  string
	Name      string
	PhoneTail string
	Role      string
	Place     string
	PlaceName string
	Since     time.Time
	Version   int
}

const (
	heldSQL = `select g.id::text, g.person_id::text, p.name, p.phone_tail, g.role, g.place::text, l.name as place_name, g.since, g.version
  from role_grant g join person p on p.id = g.person_id join place l on l.path = g.place where g.until is null and g.place <@ any(@sight::text[]::ltree[]) order by g.place, g.role, p.name, g.id`
	grantSQL  = `insert into role_grant (id, person_id, role, place, granted_by, since) values (@id, @person, @role, @place::text::ltree, @by::uuid, @at) on conflict do nothing`
	lockSQL   = `select g.id::text, g.person_id::text, '' as name, '' as phone_tail, g.role, g.place::text, '' as place_name, g.since, g.version from role_grant g where g.id = @id and g.until is null for no key update`
	revokeSQL = `update role_grant set until = @at, version = version + 1 where id = @id`
)

// Held lists the roles given in the actor's places.
func (a *Accounts) Held(ctx context.Context, by identity.Actor) ([]Held, error) {
	return pg.All[Held](ctx, a.db, heldSQL, pg.Args{"sight": by.Sight(identity.GrantRoles)})
}

// Grant gives a role at a place. Nobody gives a role to themself, and system administrators cannot be made by anybody
// but system administrators.
func (a *Accounts) Grant(ctx context.Context, by identity.Actor, draft NewGrant) error {
	if !by.Somewhere(identity.GrantRoles) {
		_, err := by.Must(identity.GrantRoles, draft.Place)
		return err
	}
	var wrong fault.Fields
	if !slices.Contains(identity.Granted, identity.Role(draft.Role)) {
		wrong.Add("role", "请选一个角色")
	}
	if _, err := place.One(ctx, a.db, draft.Place); err != nil {
		wrong.Add("place", "请选一个地方")
	}
	if draft.Role == string(identity.Sysadmin) && !by.Has(identity.Sysadmin) {
		wrong.Add("role", "只有系统管理员能添加系统管理员")
	}
	phone, err := Normal(draft.Phone)
	if err != nil {
		wrong.Add("phone", fault.InFields(err)["phone"].Text, fault.InFields(err)["phone"].Args...)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	w, err := by.Must(identity.GrantRoles, draft.Place)
	if err != nil {
		return err
	}
	now := a.clock.Now()
	return a.db.Change(ctx, func(tx pg.Tx) error {
		index := a.vault.Index("phone", phone)
		id, err := a.enter(ctx, tx, phone, index, now)
		if err != nil {
			return err
		}
		if id == by.ID {
			return fault.Field("phone", "不能给自己加角色，请同事来办")
		}
		if err := a.nameIfNew(ctx, tx, id, draft.Name); err != nil {
			return err
		}
		n, err := pg.Do(ctx, tx, grantSQL, pg.Args{"id": draft.ID, "person": id, "role": draft.Role, "place": draft.Place, "by": by.ID, "at": now})
		if err != nil || n == 0 { // already given: a second click
			return err
		}
		name := identity.Names[identity.Role(draft.Role)]
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N00", To: []string{id}, Text: fault.Say("您有了新的角色：%s", name), Link: "/desk", Key: draft.ID, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "role_grant", ID: draft.ID, Version: 1, Action: "grant", To: draft.Role, Place: draft.Place, Data: map[string]string{"person": id}, At: now})
	})
}

const unnamedSQL = `update person set name = @name where id = @id and name = ''`

func (a *Accounts) nameIfNew(ctx context.Context, tx pg.Tx, id, name string) error {
	if name == "" {
		return nil
	}
	_, err := pg.Do(ctx, tx, unnamedSQL, pg.Args{"id": id, "name": name})
	return err
}

// Revoke ends a role and the person's sessions, so that the next request no longer has it.
func (a *Accounts) Revoke(ctx context.Context, by identity.Actor, id string) error {
	now := a.clock.Now()
	return a.db.Change(ctx, func(tx pg.Tx) error {
		g, err := pg.One[Held](ctx, tx, lockSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if !by.Sees(identity.GrantRoles, g.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.GrantRoles, g.Place)
		if err != nil {
			return err
		}
		if g.PersonID == by.ID {
			return fault.New(fault.Forbidden, "不能收回自己的角色，请同事来办")
		}
		if _, err := pg.Do(ctx, tx, revokeSQL, pg.Args{"id": id, "at": now}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, endAllSQL, pg.Args{"person": g.PersonID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "role_grant", ID: id, Version: g.Version + 1, Action: "revoke", From: g.Role, Place: g.Place, Data: map[string]string{"person": g.PersonID}, At: now})
	})
}

// Enlist makes an account, a home and roles for a person whose papers the district has, without a message to their
// phone: how a district's first staff and the sample's people come in. It is the house's own act.
func (a *Accounts) Enlist(ctx context.Context, name, phone, home string, grants ...identity.Grant) (identity.Actor, error) {
	phone, err := Normal(phone)
	if err != nil {
		return identity.Actor{}, err
	}
	w, err := identity.House().Must(identity.KeepCalendar, place.District(home))
	if err != nil {
		return identity.Actor{}, err
	}
	now := a.clock.Now()
	actor := identity.Actor{Name: name, Lang: "zh", Home: home, Strong: true, Grants: grants}
	err = a.db.Change(ctx, func(tx pg.Tx) error {
		if actor.ID, err = a.enter(ctx, tx, phone, a.vault.Index("phone", phone), now); err != nil {
			return err
		}
		me, err := pg.One[Person](ctx, tx, lockPersonSQL, pg.Args{"id": actor.ID})
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, profileSQL, pg.Args{"id": actor.ID, "name": name, "home": home, "state": homeState(home)}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "person", ID: actor.ID, Version: me.Version + 1, Action: "enlist", To: homeState(home), Place: home, At: now}); err != nil {
			return err
		}
		for _, g := range grants {
			id := newID()
			n, err := pg.Do(ctx, tx, grantSQL, pg.Args{"id": id, "person": actor.ID, "role": string(g.Role), "place": g.Place, "by": nil, "at": now})
			if err != nil || n == 0 {
				return err
			}
			if err := audit.Record(ctx, tx, w, audit.Event{Entity: "role_grant", ID: id, Version: 1, Action: "grant", To: string(g.Role), Place: g.Place, Data: map[string]string{"person": actor.ID}, At: now}); err != nil {
				return err
			}
		}
		return nil
	})
	return actor, err
}

func homeState(home string) string {
	if home == "" {
		return "none"
	}
	return "confirmed"
}
