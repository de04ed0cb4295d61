package proposal

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// seat is a membership with what decides about it.
type seat struct {
	ID         string
	PersonID   string
	Name       string
	Role       string
	State      string
	Age        string
	WantID     string
	Version    int
	TeamID     string
	ProposalID string
	LeadID     string
}

const seatSQL = `select m.id::text, coalesce(m.person_id::text, '') as person_id, m.name, m.role, m.state, m.age, coalesce(m.want_id::text, '') as want_id, m.version, m.team_id::text,
  p.id::text as proposal_id, p.lead_id::text from team_member m join proposal p on p.team_id = m.team_id where m.id = @id::uuid`

// Answer is what is decided about a membership, at the version that was seen.
type Answer struct {
	Version       int    `form:"version"`
	Agree         bool   `form:"agree"` // the consent to be a member, only for accepting
	Age           string `form:"age"`   // a band of Ages, only for accepting
	GuardianName  string `form:"guardian_name"`
	GuardianPhone string `form:"guardian_phone"`
	Word          string `form:"word"` // the lead's, to somebody who asked to join
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
	leaving   = change{"leave", "left", []string{"accepted", "applied"}, false}
	removing  = change{"remove", "removed", []string{"invited", "accepted"}, true}
	admitting = change{"admit", "accepted", []string{"applied"}, true}
	refusing  = change{"refuse", "declined", []string{"applied"}, true}
)

// Accept joins the team: the person says yes, consents to the team seeing their name and role, and says how old they
// are by a band. Who is under 16 is in the team only when a guardian has agreed and the lead has said yes.
func (b *Book) Accept(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	n := newcomer{Agree: a.Agree, Age: a.Age, GuardianName: a.GuardianName, GuardianPhone: a.GuardianPhone}
	if err := n.check(); err != nil {
		return err
	}
	c := accepting
	if Young(a.Age) {
		c.to = "applied"
	}
	return b.answer(ctx, by, memberID, a, c)
}

// Decline says no to an invitation.
func (b *Book) Decline(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	return b.answer(ctx, by, memberID, a, declining)
}

// Leave ends the actor's own membership, or takes back their wish to join; nobody has to be asked.
func (b *Book) Leave(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	return b.answer(ctx, by, memberID, a, leaving)
}

// Remove takes somebody off the team, by its lead.
func (b *Book) Remove(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	return b.answer(ctx, by, memberID, a, removing)
}

// Admit takes in somebody who asked to join, by the lead.
func (b *Book) Admit(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	var wrong fault.Fields
	short(&wrong, "word", a.Word, 100)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.answer(ctx, by, memberID, a, admitting)
}

// TurnDown says no to somebody who asked to join, with a word to them.
func (b *Book) TurnDown(ctx context.Context, by identity.Actor, memberID string, a Answer) error {
	var wrong fault.Fields
	if a.Word == "" {
		wrong.Add("word", "请给这位邻居留一句话，说说为什么")
	}
	short(&wrong, "word", a.Word, 100)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.answer(ctx, by, memberID, a, refusing)
}

const (
	answerSQL = `update team_member set state = @to, name = case when @name = '' then name else @name end, age = case when @age = '' then age else @age end, role = @role,
  rights = case when @role = role then rights else @rights end, word = case when @word = '' then word else @word end, answered_at = @at, version = version + 1 where id = @id::uuid`
)

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
		if err := b.fits(ctx, tx, s, a, c); err != nil {
			return err
		}
		return b.seat(ctx, tx, w, p, s, a, c)
	})
}

// fits tells why a membership cannot make a move now, in words for whoever pressed the button.
func (b *Book) fits(ctx context.Context, tx pg.Tx, s seat, a Answer, c change) error {
	switch {
	case s.Role == "lead":
		return fault.New(fault.Conflict, "领办人不能退出团队。不想做了，可以撤回申报书，或者请大家投票换一位领办人")
	case c.action == "accept" && minor(a.Age) && s.Role != "member" && s.Role != "helper":
		return fault.Field("age", "未满 18 岁只能当帮手。请领办人改成邀请您当帮手")
	case c.action == "remove" && s.State == "accepted":
		return b.noVote(ctx, tx, s.TeamID)
	case c.action == "admit":
		if err := guarded(ctx, tx, s); err != nil {
			return err
		}
		return roomFor(ctx, tx, s.WantID)
	}
	return nil
}

func ties(c change, s seat) []identity.Role {
	switch {
	case c.lead:
		return []identity.Role{identity.TeamLead}
	case s.State != "accepted", s.Role == "mentor", minor(s.Age):
		return nil
	case s.Role == "treasurer":
		return []identity.Role{identity.TeamTreasurer}
	}
	return []identity.Role{identity.TeamMember}
}

// seat makes the move and what follows from it: consent, guardian, the team's readiness, notices.
func (b *Book) seat(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, s seat, a Answer, c change) error {
	now, name := b.clock.Now(), ""
	e, err := edition.Get(ctx, tx, p.EditionID)
	if err != nil {
		return err
	}
	if c.to == "accepted" || c.to == "applied" {
		if err := b.mayJoin(ctx, tx, w.By, p, e, s, c); err != nil {
			return err
		}
	}
	role := s.Role
	if c.action == "accept" {
		name = w.By.Name
		if minor(a.Age) {
			role = "helper"
		}
	}
	if _, err := pg.Do(ctx, tx, answerSQL, pg.Args{"id": s.ID, "to": c.to, "name": name, "age": a.Age, "role": role, "rights": rightsOf(role), "word": a.Word, "at": now}); err != nil {
		return err
	}
	if err := b.consented(ctx, tx, w, p, s, a, c); err != nil {
		return err
	}
	if err := b.tellSeat(ctx, tx, p, s, a, c); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: s.ID, Version: s.Version + 1, Action: c.action, From: s.State, To: c.to,
		Place: p.Place, Reason: a.Word, At: now}); err != nil {
		return err
	}
	return b.settle(ctx, tx, w, p, e)
}

// consented keeps the yes of whoever says it, and ends it when a membership ends. Who asked to join has consented then.
func (b *Book) consented(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, s seat, a Answer, c change) error {
	now := b.clock.Now()
	switch {
	case c.action == "accept":
		if _, err := consent.Give(ctx, tx, w.By, consent.TeamMember, p.TeamID, now); err != nil {
			return err
		}
		if minor(a.Age) {
			return b.askGuardian(ctx, tx, w, p, s.ID, w.By.ID, a.GuardianName, a.GuardianPhone)
		}
	case c.action != "admit" && s.PersonID != "":
		return takeBack(ctx, tx, s.PersonID, p.TeamID, now)
	}
	return nil
}

// takeBack ends what somebody and their guardian have agreed to in a team.
func takeBack(ctx context.Context, tx pg.Tx, person, team string, at time.Time) error {
	for _, purpose := range []consent.Purpose{consent.TeamMember, consent.Guardian14} {
		if _, err := consent.Withdraw(ctx, tx, person, purpose, team, at); err != nil {
			return err
		}
	}
	return nil
}

// mayJoin holds what a new member must fit into: an open proposal, the limits of their projects, a mentor's role.
func (b *Book) mayJoin(ctx context.Context, tx pg.Tx, by identity.Actor, p Proposal, e edition.Edition, s seat, c change) error {
	if p.State == Withdrawn || p.State == Void {
		return fault.New(fault.Conflict, "这份申报书已经撤回，团队不再变动")
	}
	if s.Role == "mentor" {
		if !by.Has(identity.Mentor) {
			return fault.New(fault.Conflict, "辅导社工要先由区里登记。请和区社区办联系")
		}
		return nil
	}
	return room(ctx, tx, p, e, s.PersonID, c.lead)
}

func (b *Book) tellSeat(ctx context.Context, tx pg.Tx, p Proposal, s seat, a Answer, c change) error {
	lead, version, team := []string{p.LeadID}, s.Version+1, "/proposals/"+p.ID+"/team"
	switch {
	case c.action == "admit":
		return b.tellMember(ctx, tx, s.ID, version, []string{s.PersonID}, "您已经是「%s」的一员了，欢迎", p.named())
	case c.action == "refuse":
		return b.tellMember(ctx, tx, s.ID, version, []string{s.PersonID}, "「%s」这次没能请您加入：%s", p.named(), a.Word)
	case c.to == "accepted":
		return b.tellTeam(ctx, tx, s.ID, version, lead, team, "%s 加入了您的团队", s.Name)
	case c.to == "applied":
		return b.tellTeam(ctx, tx, s.ID, version, lead, team, "%s 愿意加入，还没到 16 岁，要等家长同意", s.Name)
	case c.to == "declined":
		return b.tellTeam(ctx, tx, s.ID, version, lead, team, "%s 这次不参加。您可以再请一位邻居", s.Name)
	case c.to == "left" && s.State == "applied":
		return b.tellTeam(ctx, tx, s.ID, version, lead, team, "%s 不再申请加入了", s.Name)
	case c.to == "left":
		return b.tellTeam(ctx, tx, s.ID, version, lead, team, "%s 退出了团队。请看看人数够不够", s.Name)
	}
	return b.tellMember(ctx, tx, s.ID, version, []string{s.PersonID}, "领办人把您从团队名单里移出了。有疑问请问领办人或社区")
}
