package proposal

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Application is a neighbour who asks to join a team that looks for people.
type Application struct {
	ID            string `form:"id"`
	Want          string `form:"want"`
	Name          string `form:"name"` // kept only when the account has none yet
	Skill         string `form:"skill"`
	Wish          string `form:"wish"`
	Age           string `form:"age"`
	GuardianName  string `form:"guardian_name"`
	GuardianPhone string `form:"guardian_phone"`
	Agree         bool   `form:"agree"`
}

func (n Application) check() error {
	wrong := fault.Fields{}
	if err := (newcomer{n.Agree, n.Age, n.GuardianName, n.GuardianPhone}).check(); err != nil {
		for field, m := range fault.InFields(err) {
			wrong.Add(field, m.Text, m.Args...)
		}
	}
	short(&wrong, "name", n.Name, 20)
	short(&wrong, "skill", n.Skill, 30)
	short(&wrong, "wish", n.Wish, 100)
	return wrong.Err()
}

const (
	joinSQL = `insert into team_member (id, team_id, person_id, name, role, rights, skill, wish, age, want_id, link_id, phone_tail, state, at, answered_at)
  select @id, @team, @me, @name, @role, @rights, @skill, @wish, @age, nullif(@want, '')::uuid, nullif(@link, '')::uuid, phone_tail, @to, @at, case when @to = 'accepted' then @at::timestamptz end
  from person where id = @me::uuid on conflict (id) do nothing`
	hereSQL = `select count(*) as n, count(*) filter (where person_id = @me::uuid) as mine, count(*) filter (where id = @id::uuid) as same
  from team_member where team_id = @team::uuid and (state in ('invited', 'applied', 'accepted') or id = @id::uuid)`
)

// joinable locks a proposal somebody from outside wants to join, and tells why they cannot; same tells that this very
// form has come before.
func (b *Book) joinable(ctx context.Context, tx pg.Tx, by identity.Actor, proposalID, memberID string) (p Proposal, w identity.Warrant, same bool, err error) {
	if p, err = Lock(ctx, tx, proposalID); err != nil {
		return p, w, false, err
	}
	if w, err = by.Must(identity.DraftProposals, p.Place); err != nil {
		return p, w, false, err
	}
	here, err := pg.One[struct{ N, Mine, Same int }](ctx, tx, hereSQL, pg.Args{"team": p.TeamID, "me": by.ID, "id": memberID})
	switch {
	case err != nil:
		return p, w, false, err
	case here.Same > 0:
		return p, w, true, nil
	case p.State == Withdrawn || p.State == Void:
		return p, w, false, fault.New(fault.Conflict, "这份申报书已经撤回，团队不再变动")
	case here.Mine > 0:
		return p, w, false, fault.New(fault.Conflict, "您已经在这个团队的名单里了，不用再报名。请到「我的」里看看")
	case here.N >= mostMembers:
		return p, w, false, fault.New(fault.Conflict, "这个团队已经满员了，最多 %d 人", mostMembers)
	}
	return p, w, false, nil
}

// arrival is somebody new in a team, whichever way they came.
type arrival struct {
	Application
	role, link, to, action string
}

// arrive puts somebody new into a team with their consent, and asks a minor's guardian.
func (b *Book) arrive(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, n arrival) (name string, err error) {
	if name, err = b.phones.GiveName(ctx, tx, w.By, n.Name); err != nil {
		return "", err
	}
	if minor(n.Age) {
		n.role = "helper"
	}
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, joinSQL, pg.Args{"id": n.ID, "team": p.TeamID, "me": w.By.ID, "name": name, "role": n.role, "rights": rightsOf(n.role), "skill": n.Skill, "wish": n.Wish, "age": n.Age,
		"want": n.Want, "link": n.link, "to": n.to, "at": now}); err != nil {
		return "", err
	}
	if _, err := consent.Give(ctx, tx, w.By, consent.TeamMember, p.TeamID, now); err != nil {
		return "", err
	}
	if minor(n.Age) {
		if err := b.askGuardian(ctx, tx, w, p, n.ID, w.By.ID, n.GuardianName, n.GuardianPhone); err != nil {
			return "", err
		}
	}
	return name, audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: n.ID, Version: 1, Action: n.action, To: n.to, Place: p.Place, At: now})
}

// Apply asks to join a team that looks for people. The lead answers.
func (b *Book) Apply(ctx context.Context, by identity.Actor, proposalID string, n Application) error {
	if err := n.check(); err != nil {
		return err
	}
	n.ID = formID(n.ID)
	if _, err := b.Recruit(ctx, proposalID); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, same, err := b.joinable(ctx, tx, by, proposalID, n.ID)
		if err != nil || same {
			return err
		}
		want, err := wanted(ctx, tx, p, n)
		if err != nil {
			return err
		}
		name, err := b.arrive(ctx, tx, w, p, arrival{n, want.Role, "", "applied", "apply"})
		if err != nil {
			return err
		}
		return b.tellTeam(ctx, tx, n.ID, 1, []string{p.LeadID}, "/proposals/"+p.ID+"/team", "%s 想加入您的团队，请看看并答复", name)
	})
}

// wanted is the role somebody asks for, when it is open and they are old enough.
func wanted(ctx context.Context, tx pg.Tx, p Proposal, n Application) (Want, error) {
	if formID(n.Want) != n.Want {
		return Want{}, fault.Field("want", "请选择想做哪一项")
	}
	w, there, err := pg.Maybe[Want](ctx, tx, wantSQL, pg.Args{"id": n.Want, "team": p.TeamID})
	band := func(code string) int {
		return slices.IndexFunc(Ages, func(c edition.Choice) bool { return c.Code == code })
	}
	switch {
	case err != nil:
		return w, err
	case !there:
		return w, fault.Field("want", "请选择想做哪一项")
	case w.State != "open" || w.Left() == 0:
		return w, fault.Field("want", "这一项已经招满了，谢谢您。看看别的")
	case band(n.Age) > band(w.Least):
		return w, fault.Field("age", "这一项要求%s", fault.Say(edition.NameOf(Leasts, w.Least)))
	}
	return w, nil
}

// Applicant is somebody who asked to join, as the lead reads it.
type Applicant struct {
	ID        string
	Name      string
	Skill     string
	Wish      string
	Age       string
	Role      string
	Task      string // what they would do, "" when they were invited
	PhoneTail string
	HomeName  string
	HomeEn    string
	Guardian  string // asked, agreed or refused; "" for who needs none
	GuardID   string
	At        time.Time
	Version   int
}

const applicantsSQL = `select m.id::text, m.name, m.skill, m.wish, m.age, m.role, coalesce(w.task, '') as task, m.phone_tail, coalesce(h.name, '') as home_name, coalesce(h.name_en, '') as home_en,
  coalesce(g.state, '') as guardian, coalesce(g.id::text, '') as guard_id, m.at, m.version
  from team_member m join person x on x.id = m.person_id left join place h on h.path = x.home left join team_want w on w.id = m.want_id left join guardian g on g.member_id = m.id
  where m.team_id = @team::uuid and m.state = 'applied' order by m.at, m.id`

// TeamRoom is everything on the page of a team, as far as the actor may see it.
type TeamRoom struct {
	Full
	Own        Seat
	Post       Post
	Posted     bool
	Wants      []Want
	Applicants []Applicant // only for the lead
	Links      []Link      // only for the lead
	Handover   *Handover   // the one under way, nil when there is none
	Remarks    int
	Orgs       []OrgChoice // only for the lead of an organisation's proposal
	OrgID      string
}

// Room is the page of a team for somebody in it.
func (b *Book) Room(ctx context.Context, by identity.Actor, proposalID string) (TeamRoom, error) {
	f, err := b.Own(ctx, by, proposalID)
	if err != nil {
		return TeamRoom{}, err
	}
	r := TeamRoom{Full: f, Own: f.SeatOf(by)}
	if r.Post, r.Posted, err = pg.Maybe[Post](ctx, b.db, postSQL, pg.Args{"team": f.TeamID}); err != nil {
		return r, err
	}
	if r.Wants, err = pg.All[Want](ctx, b.db, wantsSQL, pg.Args{"team": f.TeamID}); err != nil {
		return r, err
	}
	if r.Handover, err = b.handoverOf(ctx, b.db, f.TeamID); err != nil {
		return r, err
	}
	if r.Remarks, err = pg.Value[int](ctx, b.db, remarksSQL, pg.Args{"id": f.ID}); err != nil {
		return r, err
	}
	if !f.Leads(by) {
		return r, nil
	}
	if r.Applicants, err = pg.All[Applicant](ctx, b.db, applicantsSQL, pg.Args{"team": f.TeamID}); err != nil {
		return r, err
	}
	if r.Links, err = b.links(ctx, f.TeamID); err != nil {
		return r, err
	}
	r.OrgID, err = pg.Value[string](ctx, b.db, orgOfSQL, pg.Args{"id": f.ID})
	if err == nil && b.orgs != nil {
		r.Orgs, err = b.orgs(ctx, by)
	}
	return r, err
}
