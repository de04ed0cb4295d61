package proposal

import (
	"context"
	"strconv"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Roles names what somebody may be in a team, the lead apart.
var Roles = []edition.Choice{{Code: "member", Name: "成员"}, {Code: "deputy", Name: "副领办人"}, {Code: "treasurer", Name: "记账员"}, {Code: "helper", Name: "帮手"}, {Code: "mentor", Name: "辅导社工"}}

// mostMembers bounds a team, its open invitations counted.
const mostMembers = 30

// NewMember is somebody the lead asks into the team.
type NewMember struct {
	ID    string `form:"id"`
	Name  string `form:"name"`
	Phone string `form:"phone"`
	Role  string `form:"role"`
	Skill string `form:"skill"`
}

func (n NewMember) check() error {
	var wrong fault.Fields
	if n.Name == "" {
		wrong.Add("name", "请填写邻居的姓名")
	}
	short(&wrong, "name", n.Name, 20)
	short(&wrong, "skill", n.Skill, 30)
	if !edition.Known(Roles, n.Role) {
		wrong.Add("role", "请选择请他做什么")
	}
	return wrong.Err()
}

const (
	teamSizeSQL = `select count(*) as n, count(*) filter (where id = @id::uuid) as same,
  count(*) filter (where (phone_index = @index and person_id is null) or person_id = nullif(@person, '')::uuid) as twice
  from team_member where team_id = @team::uuid and (state in ('invited', 'applied', 'accepted') or id = @id::uuid)`
	inviteSQL = `insert into team_member (id, team_id, person_id, name, role, rights, skill, phone_index, phone_tail, state, invited_by, at)
  values (@id, @team, nullif(@person, '')::uuid, @name, @role, @rights, @skill, @index, @tail, 'invited', @me, @at) on conflict (id) do nothing`
)

// Invite asks a neighbour into the team by phone. Whether the number already has an account is not told: either way the
// invitation waits for its owner.
func (b *Book) Invite(ctx context.Context, by identity.Actor, proposalID string, n NewMember) error {
	if err := n.check(); err != nil {
		return err
	}
	n.ID = formID(n.ID)
	index, tail, err := b.phones.Index(n.Phone)
	if err != nil {
		return err
	}
	person, err := b.phones.PersonByPhone(ctx, b.db, n.Phone)
	if err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		size, err := pg.One[struct{ N, Same, Twice int }](ctx, tx, teamSizeSQL, pg.Args{"team": p.TeamID, "id": n.ID, "index": index, "person": person})
		switch {
		case err != nil || size.Same > 0: // the same form came twice
			return err
		case size.Twice > 0:
			return fault.Field("phone", "这个号码已经在团队名单里了")
		case size.N >= mostMembers:
			return fault.Field("name", "团队最多 %d 人", mostMembers)
		}
		var known []byte
		if person == "" {
			known = index // kept only until its owner signs in
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, inviteSQL, pg.Args{"id": n.ID, "team": p.TeamID, "person": person, "name": n.Name, "role": n.Role, "rights": rightsOf(n.Role), "skill": n.Skill,
			"index": known, "tail": tail, "me": by.ID, "at": now}); err != nil {
			return err
		}
		asked := asking(by.Name)
		if err := b.tellMember(ctx, tx, n.ID, 1, []string{person}, asked.Text, asked.Args...); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: n.ID, Version: 1, Action: "invite", To: "invited", Place: p.Place, At: now})
	})
}

// asking is the sentence of an invitation; a lead who has not given a name is a neighbour.
func asking(lead string) fault.Message {
	if lead == "" {
		return fault.Say("有邻居请您加入团队，请看看并答复")
	}
	return fault.Say("%s 请您加入团队，请看看并答复", lead)
}

func (b *Book) tellMember(ctx context.Context, tx pg.Tx, id string, version int, to []string, text string, args ...any) error {
	return b.tellTeam(ctx, tx, id, version, to, "/invitations", text, args...)
}

// tellTeam leaves an N16 about a row's version with the page to open.
func (b *Book) tellTeam(ctx context.Context, tx pg.Tx, id string, version int, to []string, link, text string, args ...any) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: "N16", To: to, Text: fault.Say(text, args...), Link: link, Key: id + "/" + strconv.Itoa(version), At: b.clock.Now()})
}

// lockLed locks a proposal for its lead.
func lockLed(ctx context.Context, tx pg.Tx, by identity.Actor, id string) (Proposal, identity.Warrant, error) {
	p, w, err := lockOwn(ctx, tx, by, id)
	if err == nil && p.LeadID != by.ID {
		err = fault.New(fault.Forbidden, "团队名单由领办人管理。需要的话请和领办人说")
	}
	if err == nil && (p.State == Withdrawn || p.State == Void) {
		err = fault.New(fault.Conflict, "这份申报书已经撤回，团队不再变动")
	}
	return p, w, err
}

type standing struct {
	State   string
	Version int
}

const (
	acceptedSQL = `select count(*) from team_member where team_id = @team::uuid and state = 'accepted' and role not in ('helper', 'mentor')`
	standSQL    = `update team set state = @to, version = version + 1 where id = @team::uuid`
)

// settle moves a team between 组建中 and 人数已够.
func (b *Book) settle(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, e edition.Edition) error {
	t, err := pg.One[standing](ctx, tx, lockTeamSQL, pg.Args{"team": p.TeamID})
	if err != nil {
		return err
	}
	n, err := pg.Value[int](ctx, tx, acceptedSQL, pg.Args{"team": p.TeamID})
	if err != nil {
		return err
	}
	to := "forming"
	if n >= e.Rules.TeamMin {
		to = "ready"
	}
	if t.State == to || (t.State != "forming" && t.State != "ready") {
		return nil
	}
	if _, err := pg.Do(ctx, tx, standSQL, pg.Args{"team": p.TeamID, "to": to}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "team", ID: p.TeamID, Version: t.Version + 1, Action: "settle", From: t.State, To: to, Place: p.Place, At: b.clock.Now()})
}
