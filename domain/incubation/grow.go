package incubation

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

const (
	joinSQL = `insert into org_member (org_id, person_id, name, role, state, asked_at, answered_at, consent_id) values (@org, @person, @name, 'member', 'accepted', @at, @at, @consent)
  on conflict (org_id, person_id) do update set state = 'accepted', answered_at = @at, consent_id = @consent, name = @name where org_member.state <> 'accepted'`
	declineSQL    = `update org_member set state = case when state = 'asked' then 'declined' else 'left' end, answered_at = @at where org_id = @org and person_id = @person and state in ('asked','accepted') and role <> 'leader'`
	countSQL      = `update org set members_n = (select count(*) from org_member where org_id = @id and state = 'accepted') where id = @id`
	moveSQL       = `update org set state = @to, version = version + 1 where id = @id`
	recognizeSQL  = `update org set state = 'recognized', recognized_by = @by, version = version + 1 where id = @id`
	activitiesSQL = `select count(*) from activity where project_id = @project and state = 'verified'`
)

// See shows an organisation to somebody who may see it before the public does: its people, and staff of its place.
func (b *Book) See(ctx context.Context, by identity.Actor, id string) (Org, []Member, error) {
	o, err := Get(ctx, b.db, id)
	if err != nil {
		return o, nil, err
	}
	members, err := Members(ctx, b.db, id)
	if err != nil {
		return o, nil, err
	}
	for _, m := range members {
		if m.PersonID == by.ID && by.SignedIn() {
			return o, members, nil
		}
	}
	if !by.Sees(identity.ReadOrgs, o.Place) {
		return Org{}, nil, fault.Missing()
	}
	return o, members, nil
}

// Join takes the actor in, with their own consent: a team member who was asked, or any confirmed resident of the
// organisation's subdistrict.
func (b *Book) Join(ctx context.Context, by identity.Actor, id string, agreed bool) error {
	if !agreed {
		return fault.Field("consent", "加入前请先打勾，同意组织保存您的姓名")
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		o, err := pg.One[Org](ctx, tx, lockOrgSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		w, err := by.Must(identity.JoinOrgs, o.Place)
		if err != nil {
			return err
		}
		state, err := membership(ctx, tx, id, by)
		if err != nil || state == "accepted" { // a second click leaves no second consent
			return err
		}
		if o.State == "dissolved" {
			return fault.New(fault.Conflict, "这个组织已经注销，不再收新成员")
		}
		if state == "" && (by.Home == "" || place.Subdistrict(by.Home) != place.Subdistrict(o.Place)) {
			return fault.New(fault.Conflict, "只有社区确认过的本街道居民才能加入。请先在「我的资料」里选社区")
		}
		given, err := consent.Give(ctx, tx, by, consent.OrgMember, id, now)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, joinSQL, pg.Args{"org": id, "person": by.ID, "name": by.Name, "consent": given, "at": now}); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N26", To: []string{o.LeaderID}, Text: fault.Say("%s 加入了「%s」", by.Name, o.Name), Link: "/orgs/" + id + "/room", Key: given, At: now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "org_member", ID: id, Action: "join", To: "accepted", Place: o.Place, Data: map[string]string{"person": by.ID, "consent": given}, At: now})
	})
}

// Welcome shows an organisation to somebody who came by its leader's link, before the public can see it: anybody who
// was asked, and every resident of its subdistrict. Somebody without a confirmed community sees it too, to be told what to
// do first.
func (b *Book) Welcome(ctx context.Context, by identity.Actor, id string) (Org, string, error) {
	o, err := Get(ctx, b.db, id)
	if err != nil {
		return Org{}, "", err
	}
	state, err := membership(ctx, b.db, id, by)
	if err != nil {
		return Org{}, "", err
	}
	away := by.Home != "" && place.Subdistrict(by.Home) != place.Subdistrict(o.Place)
	if state == "" && (away || o.State == "dissolved") {
		return Org{}, "", fault.Missing()
	}
	return o, state, nil
}

// membership is how the actor stands to an organisation: "asked", "accepted", or "" for neither.
func membership(ctx context.Context, q pg.Reader, org string, by identity.Actor) (string, error) {
	members, err := Members(ctx, q, org)
	for _, m := range members {
		if m.PersonID == by.ID {
			return m.State, err
		}
	}
	return "", err
}

// Leave declines an asking or ends a membership, and withdraws the consent with it.
func (b *Book) Leave(ctx context.Context, by identity.Actor, id string) error {
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		o, err := pg.One[Org](ctx, tx, lockOrgSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		w, err := by.Must(identity.JoinOrgs, o.Place)
		if err != nil {
			return err
		}
		if o.LeaderID == by.ID {
			return fault.New(fault.Conflict, "您是负责人，请先让大家推选新的负责人")
		}
		n, err := pg.Do(ctx, tx, declineSQL, pg.Args{"org": id, "person": by.ID, "at": now})
		if err != nil || n == 0 {
			return err
		}
		if _, err := consent.Withdraw(ctx, tx, by.ID, consent.OrgMember, id, now); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, countSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "org_member", ID: id, Action: "leave", To: "left", Place: o.Place, Data: map[string]string{"person": by.ID}, At: now})
	})
}

// Needs says what an organisation still lacks for its next stage; none when it is ready.
func (b *Book) Needs(ctx context.Context, o Org) ([]fault.Message, error) {
	var needs []fault.Message
	if o.MembersN < membersMin {
		needs = append(needs, fault.Say("至少 %d 位成员同意加入，现在 %d 位", membersMin, o.MembersN))
	}
	if o.ProjectID != "" {
		n, err := pg.Value[int](ctx, b.db, activitiesSQL, pg.Args{"project": o.ProjectID})
		if err != nil {
			return nil, err
		}
		if n < activitiesMin {
			needs = append(needs, fault.Say("至少办过 %d 场核验通过的活动，现在 %d 场", activitiesMin, n))
		}
	}
	return needs, nil
}

// Bud is the leader's word that the organisation has taken shape (萌芽 → 成形); the community is asked to recognise it.
func (b *Book) Bud(ctx context.Context, by identity.Actor, id string, version int) error {
	return b.grow(ctx, by, id, version, Budding, identity.LeadOrgs, func(ctx context.Context, tx pg.Tx, o Org, w identity.Warrant, now time.Time) error {
		heads, err := notice.Holders(ctx, tx, o.Place, identity.CommunityHead)
		if err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, moveSQL, pg.Args{"id": id, "to": Budding}); err != nil {
			return err
		}
		return notice.Tell(ctx, tx, notice.Letter{Code: "N26", To: heads, Text: fault.Say("组织「%s」已经成形，请社区纳管", o.Name), Link: "/orgs/" + id + "/room", Key: id + Budding, At: now})
	})
}

// Recognize takes the organisation onto the community's list (成形 → 社区纳管): from here on it is public and counted. The
// head who recognises it is not one of its members.
func (b *Book) Recognize(ctx context.Context, by identity.Actor, id string, version int) error {
	return b.grow(ctx, by, id, version, Recognized, identity.RecognizeOrgs, func(ctx context.Context, tx pg.Tx, o Org, w identity.Warrant, now time.Time) error {
		state, err := membership(ctx, tx, id, by)
		if err != nil {
			return err
		}
		if state != "" {
			return fault.New(fault.Forbidden, "您是这个组织的成员，请街道来办")
		}
		if _, err := pg.Do(ctx, tx, recognizeSQL, pg.Args{"id": id, "by": by.ID}); err != nil {
			return err
		}
		if err := convertTeam(ctx, tx, w, o.TeamID, o.Place, now); err != nil {
			return err
		}
		return notice.Tell(ctx, tx, notice.Letter{Code: "N26", To: []string{o.LeaderID}, Text: fault.Say("社区已经纳管「%s」，大家在网上能看到了", o.Name), Link: "/orgs/" + id, Key: id + Recognized, At: now})
	})
}

// grow is one step up: the row locked, the right at its place, the guard of the stage, and one audit event.
func (b *Book) grow(ctx context.Context, by identity.Actor, id string, version int, to string, may identity.Permission,
	step func(context.Context, pg.Tx, Org, identity.Warrant, time.Time) error) error {
	if _, _, err := b.See(ctx, by, id); err != nil {
		return err
	}
	now := b.clock.Now()
	return b.db.Change(ctx, func(tx pg.Tx) error {
		o, err := pg.One[Org](ctx, tx, lockOrgSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		roles, err := ties(ctx, tx, id, by)
		if err != nil {
			return err
		}
		w, err := by.Tied(o.Place, roles...).Must(may, o.Place)
		if err != nil || o.State == to {
			return err
		}
		if o.Version != version {
			return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
		}
		needs, err := b.Needs(ctx, o)
		if err != nil {
			return err
		}
		if len(needs) > 0 {
			return fault.New(fault.Conflict, "还差一点：%s", needs[0])
		}
		if err := step(ctx, tx, o, w, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "org", ID: id, Version: o.Version + 1, Action: "grow", From: o.State, To: to, Place: o.Place, At: now})
	})
}

const (
	teamSQL    = `select state, version from team where id = @id for no key update`
	convertSQL = `update team set state = 'converted', version = version + 1 where id = @id`
)

func convertTeam(ctx context.Context, tx pg.Tx, w identity.Warrant, id, at string, now time.Time) error {
	type team struct {
		State   string
		Version int
	}
	t, ok, err := pg.Maybe[team](ctx, tx, teamSQL, pg.Args{"id": id})
	if err != nil || !ok || t.State != "active" {
		return err
	}
	if _, err := pg.Do(ctx, tx, convertSQL, pg.Args{"id": id}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "team", ID: id, Version: t.Version + 1, Action: "convert", From: t.State, To: "converted", Place: at, At: now})
}
