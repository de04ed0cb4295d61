package incubation

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/consent"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	foundSQL = `insert into org (id, number, name, type, colour, place, purpose, founded_on, project_id, team_id, leader_id, members_n, created_by, created_at)
  values (@id, @number, @name, @type, @colour, @place::text::ltree, @purpose, @on, @project, @team, @leader, 1, @leader, @at) on conflict do nothing`
	seriesSQL = `select next_number(@series)`
	askSQL    = `insert into org_member (org_id, person_id, name, role, state, asked_at) select @org, p.id, p.name, 'founder', 'asked', @at from person p where p.id = any(@people::uuid[]) and p.id <> @leader::uuid on conflict do nothing`
	leaderSQL = `insert into org_member (org_id, person_id, name, role, state, asked_at, answered_at, consent_id) select @org, p.id, p.name, 'leader', 'accepted', @at, @at, @consent from person p where p.id = @person`
)

// Draft proposes an organisation from what is known of its project: the lead changes what they like.
func (b *Book) Draft(ctx context.Context, by identity.Actor, projectID string) (NewOrg, delivery.Project, error) {
	p, _, err := b.leads(ctx, by, projectID)
	if err != nil {
		return NewOrg{}, p, err
	}
	source, err := proposal.Get(ctx, b.db, p.ProposalID)
	if err != nil {
		return NewOrg{}, p, err
	}
	return NewOrg{ID: uuid.Must(uuid.NewV7()).String(), ProjectID: p.ID, Name: p.Title, Type: source.OrgType, Colour: p.Colour, Purpose: source.Goal}, p, nil
}

// leads finds a project in the actor's sight and the warrant of its lead.
func (b *Book) leads(ctx context.Context, by identity.Actor, projectID string) (delivery.Project, identity.Warrant, error) {
	p, err := delivery.Get(ctx, b.db, projectID)
	if err != nil {
		return p, identity.Warrant{}, err
	}
	roles, err := proposal.TeamTies(ctx, b.db, p.TeamID, by)
	if err != nil {
		return p, identity.Warrant{}, err
	}
	if len(roles) == 0 && !by.Sees(identity.ReadProjects, p.Place) {
		return p, identity.Warrant{}, fault.Missing()
	}
	w, err := by.Tied(p.Place, roles...).Must(identity.FoundOrgs, p.Place)
	return p, w, err
}

// check says what is wrong with a founding form.
func (d NewOrg) check() error {
	var wrong fault.Fields
	switch n := utf8.RuneCountInString(strings.TrimSpace(d.Name)); {
	case n == 0:
		wrong.Add("name", "请给组织起个名字，例如「电厂新村巧手队」")
	case n > 30:
		wrong.Add("name", "名字最多 30 个字，现在是 %d 个", n)
	}
	if !edition.Known(Types, d.Type) {
		wrong.Add("type", "请选一种：自治、自乐或志愿服务")
	}
	if d.Colour != "" && !edition.Known(Colours, d.Colour) {
		wrong.Add("colour", "请在七种颜色里选一种")
	}
	switch n := utf8.RuneCountInString(d.Purpose); {
	case n == 0:
		wrong.Add("purpose", "请写一两句，这个组织打算做什么")
	case n > 200:
		wrong.Add("purpose", "最多 200 个字，现在是 %d 个", n)
	}
	if !d.Consent {
		wrong.Add("consent", "您自己也要同意加入，请打勾")
	}
	return wrong.Err()
}

// Found turns an accepted project's team into an organisation. The lead consents here and now; every other member is
// asked afresh (I-F6): having been in the team is no consent to the organisation.
func (b *Book) Found(ctx context.Context, by identity.Actor, d NewOrg) (Org, error) {
	p, w, err := b.leads(ctx, by, d.ProjectID)
	if err != nil {
		return Org{}, err
	}
	if err := d.check(); err != nil {
		return Org{}, err
	}
	now := b.clock.Now()
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		p, err = delivery.Lock(ctx, tx, p.ID)
		if err != nil {
			return err
		}
		if born, ok, err := OfProject(ctx, tx, p.ID); err != nil || ok {
			if err == nil && born.ID != d.ID {
				err = fault.New(fault.Conflict, "这个项目已经转化成组织「%s」了", born.Name)
			}
			return err
		}
		if p.State != delivery.Done {
			return fault.New(fault.Conflict, "项目结项验收通过以后，才能转化成组织")
		}
		return b.found(ctx, tx, w, p, d, now)
	})
	if err != nil {
		return Org{}, err
	}
	return Get(ctx, b.db, d.ID)
}

func (b *Book) found(ctx context.Context, tx pg.Tx, w identity.Warrant, p delivery.Project, d NewOrg, now time.Time) error {
	people, err := proposal.TeamPeople(ctx, tx, p.TeamID)
	if err != nil {
		return err
	}
	if len(people) < foundersMin {
		return fault.New(fault.Conflict, "成立组织至少要 %d 位核心成员，现在团队里有 %d 位", foundersMin, len(people))
	}
	home, err := place.One(ctx, tx, p.Place)
	if err != nil {
		return err
	}
	n, err := pg.Value[int](ctx, tx, seriesSQL, pg.Args{"series": "ZZ" + home.Code})
	if err != nil {
		return err
	}
	args := pg.Args{"id": d.ID, "number": fmt.Sprintf("ZZ%s%02d", home.Code, n), "name": strings.TrimSpace(d.Name), "type": d.Type, "colour": d.Colour, "place": p.Place,
		"purpose": d.Purpose, "on": now, "project": p.ID, "team": p.TeamID, "leader": w.By.ID, "at": now}
	if _, err := pg.Do(ctx, tx, foundSQL, args); err != nil {
		return err
	}
	agreed, err := consent.Give(ctx, tx, w.By, consent.OrgMember, d.ID, now)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, leaderSQL, pg.Args{"org": d.ID, "person": w.By.ID, "consent": agreed, "at": now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, askSQL, pg.Args{"org": d.ID, "people": people, "leader": w.By.ID, "at": now}); err != nil {
		return err
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N26", To: others(people, w.By.ID), Text: fault.Say("团队要成立组织「%s」了，请您回答要不要加入", d.Name), Link: "/orgs/" + d.ID + "/room", Key: d.ID, At: now}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "org", ID: d.ID, Version: 1, Action: "found", To: Seedling, Place: p.Place, Data: map[string]string{"project": p.ID}, At: now})
}

func others(people []string, me string) []string {
	out := make([]string, 0, len(people))
	for _, p := range people {
		if p != me {
			out = append(out, p)
		}
	}
	return out
}
