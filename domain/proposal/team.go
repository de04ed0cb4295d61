package proposal

import (
	"context"
	"strconv"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Roles names what somebody may be in a team, the lead apart.
var Roles = []edition.Choice{{Code: "member", Name: "成员"}, {Code: "deputy", Name: "副领办人"}, {Code: "treasurer", Name: "记账员"}}

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
	inviteSQL = `insert into team_member (id, team_id, person_id, name, role, skill, phone_index, phone_tail, state, invited_by, at)
  values (@id, @team, nullif(@person, '')::uuid, @name, @role, @skill, @index, @tail, 'invited', @me, @at) on conflict (id) do nothing`
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
		if _, err := pg.Do(ctx, tx, inviteSQL, pg.Args{"id": n.ID, "team": p.TeamID, "person": person, "name": n.Name, "role": n.Role, "skill": n.Skill,
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
	return notice.Tell(ctx, tx, notice.Letter{Code: "N16", To: to, Text: fault.Say(text, args...), Link: "/invitations", Key: id + "/" + strconv.Itoa(version), At: b.clock.Now()})
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

// seat is a membership with what decides about it.
type seat struct {
	ID         string
	PersonID   string
	Name       string
	Role       string
	State      string
	Version    int
	TeamID     string
	ProposalID string
	LeadID     string
}

const seatSQL = `select m.id::text, coalesce(m.person_id::text, '') as person_id, m.name, m.role, m.state, m.version, m.team_id::text, p.id::text as proposal_id, p.lead_id::text
  from team_member m join proposal p on p.team_id = m.team_id where m.id = @id::uuid`

// Answer is what is decided about a membership, at the version that was seen.
type Answer struct {
	Version int  `form:"version"`
	Agree   bool `form:"agree"` // the consent to be a member, only for accepting
}

// change is one move of a membership: who may, from where to where.
type change struct {
	action, to string
	from       []string
	lead       bool // the lead decides, else the person themselves
}

var (
	accepting = change{"accept", "accepted", []string{"invited"}, false}
	declining = change{"decline", "declined", []string{"invited"}, false}
	leaving   = change{"leave", "left", []string{"accepted"}, false}
	removing  = change{"remove", "removed", []string{"invited", "accepted"}, true}
)

// Accept joins the team: the person says yes, and consents to the team seeing their name and role.
func (b *Book) Accept(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	if !a.Agree {
		return fault.Field("agree", "请先看过说明并打勾，再点加入")
	}
	return b.answer(ctx, by, memberID, a, accepting)
}

// Decline says no to an invitation.
func (b *Book) Decline(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	return b.answer(ctx, by, memberID, a, declining)
}

// Leave ends the actor's own membership; nobody has to be asked.
func (b *Book) Leave(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	return b.answer(ctx, by, memberID, a, leaving)
}

// Remove takes somebody off the team, by its lead.
func (b *Book) Remove(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	return b.answer(ctx, by, memberID, a, removing)
}

const answerSQL = `update team_member set state = @to, name = case when @name = '' then name else @name end, answered_at = @at, version = version + 1 where id = @id::uuid`

func (b *Book) answer(ctx context.Context, by identity.Actor, id string, a Answer, c change) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, err := pg.One[seat](ctx, tx, seatSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		p, err := Lock(ctx, tx, s.ProposalID)
		if err != nil {
			return err
		}
		if s, err = pg.One[seat](ctx, tx, seatSQL, pg.Args{"id": id}); err != nil { // as it is now that the lock is held
			return err
		}
		if (c.lead && s.LeadID != by.ID) || (!c.lead && s.PersonID != by.ID) || !by.SignedIn() {
			return fault.Missing()
		}
		w, err := by.Tied(p.Place, ties(c, s)...).Must(identity.DraftProposals, p.Place)
		if err != nil {
			return err
		}
		if s.Version != a.Version {
			if done, err := audit.Did(ctx, tx, by, "team_member", id, a.Version+1, c.action); err != nil || done {
				return err
			}
			return stale()
		}
		if s.Role == "lead" {
			return fault.New(fault.Conflict, "领办人不能退出团队。不想做了，可以撤回申报书")
		}
		return b.seat(ctx, tx, w, p, s, c)
	})
}

func ties(c change, s seat) []identity.Role {
	switch {
	case c.lead:
		return []identity.Role{identity.TeamLead}
	case s.State != "accepted":
		return nil
	case s.Role == "treasurer":
		return []identity.Role{identity.TeamTreasurer}
	}
	return []identity.Role{identity.TeamMember}
}

// seat makes the move and what follows from it: consent, the team's readiness, notices.
func (b *Book) seat(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, s seat, c change) error {
	now, name := b.clock.Now(), ""
	e, err := edition.Get(ctx, tx, p.EditionID)
	if err != nil {
		return err
	}
	if c.to == "accepted" {
		name = w.By.Name
		if err := room(ctx, tx, p, e, s.PersonID); err != nil {
			return err
		}
	}
	if _, err := pg.Do(ctx, tx, answerSQL, pg.Args{"id": s.ID, "to": c.to, "name": name, "at": now}); err != nil {
		return err
	}
	switch { // a person who comes back after leaving consents anew
	case c.to == "accepted":
		_, err = consent.Give(ctx, tx, w.By, consent.TeamMember, p.TeamID, now)
	case s.PersonID != "":
		_, err = consent.Withdraw(ctx, tx, s.PersonID, consent.TeamMember, p.TeamID, now)
	}
	if err != nil {
		return err
	}
	if err := b.tellSeat(ctx, tx, p, s, c); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: s.ID, Version: s.Version + 1, Action: c.action, From: s.State, To: c.to,
		Place: p.Place, At: now}); err != nil {
		return err
	}
	return b.settle(ctx, tx, w, p, e)
}

// room holds the limit of a person's projects when they join one that already takes part.
func room(ctx context.Context, tx pg.Tx, p Proposal, e edition.Edition, person string) error {
	if p.State == Withdrawn || p.State == Void {
		return fault.New(fault.Conflict, "这份申报书已经撤回，团队不再变动")
	}
	if p.State == Drafted {
		return nil // counted when it is handed in
	}
	if err := alone(ctx, tx, person); err != nil {
		return err
	}
	most := e.Rules.PerMember
	busy, err := pg.All[joined](ctx, tx, joinedSQL, pg.Args{"people": []string{person}, "id": p.ID, "live": Live, "most": most})
	if err == nil && len(busy) > 0 {
		err = fault.New(fault.Conflict, "一个人最多参加 %d 个项目，您已经满了。想加入这个，可以先退出一个", most)
	}
	return err
}

func (b *Book) tellSeat(ctx context.Context, tx pg.Tx, p Proposal, s seat, c change) error {
	switch c.to {
	case "accepted":
		return b.tellMember(ctx, tx, s.ID, s.Version+1, []string{p.LeadID}, "%s 加入了您的团队", s.Name)
	case "declined":
		return b.tellMember(ctx, tx, s.ID, s.Version+1, []string{p.LeadID}, "%s 这次不参加。您可以再请一位邻居", s.Name)
	case "left":
		return b.tellMember(ctx, tx, s.ID, s.Version+1, []string{p.LeadID}, "%s 退出了团队。请看看人数够不够", s.Name)
	}
	return b.tellMember(ctx, tx, s.ID, s.Version+1, []string{s.PersonID}, "领办人把您从团队名单里移出了。有疑问请问领办人或社区")
}

type standing struct {
	State   string
	Version int
}

const (
	acceptedSQL = `select count(*) from team_member where team_id = @team::uuid and state = 'accepted'`
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
