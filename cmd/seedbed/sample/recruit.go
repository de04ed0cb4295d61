package sample

import (
	"context"
	"fmt"

	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	seekersSQL = `select p.id::text, p.title, p.pitch, p.place::text, p.lead_id::text, p.state from proposal p join edition e on e.id = p.edition_id
  where e.state = 'open' and p.state in ('draft', 'submitted') order by p.created_at, p.place, p.id limit 5`
	changingSQL = `select p.id::text, p.title, p.pitch, p.place::text, p.lead_id::text, p.state from proposal p join edition e on e.id = p.edition_id
  where e.state = 'open' and p.state in ('submitted', 'endorsed') and p.place = @place::text::ltree order by p.created_at, p.id limit 1`
	votersSQL = `select id::text, person_id::text, role from team_member where team_id = (select team_id from proposal where id = @id::uuid) and state = 'accepted' order by role = 'deputy' desc, at, id`
)

type seeker struct{ ID, Title, Pitch, Place, LeadID, State string }

// tasks are what teams of the sample look for people to do.
//
//words:none
var tasks = []proposal.NewWant{
	{Task: "周六下午教邻居做手工", Skill: "手工", TimeText: "每周六下午两小时，做四个月", PlaceText: "社区活动室", Risk: "会用到剪刀和胶枪，买了保险", Role: "member", Least: "adult", Wanted: 2},
	{Task: "活动那天搬桌椅、做签到", TimeText: "每月一两次，每次半天", PlaceText: "小区院子里", Risk: "搬重物注意腰，没有别的风险", Role: "helper", Least: "under_14", Wanted: 4},
	{Task: "给活动拍照、写几句话", Skill: "拍照", TimeText: "每月一次", PlaceText: "社区活动室", Risk: "没有特别的风险", Role: "helper", Least: "14_15", Wanted: 1},
}

// recruit opens the teams of the current call to neighbours: some ask to join, a minor waits for a guardian, and one
// team votes for a new lead.
func (g *garden) recruit(ctx context.Context) error {
	list, err := pg.All[seeker](ctx, g.DB, seekersSQL, nil)
	if err != nil {
		return err
	}
	g.at(g.now.AddDate(0, 0, -2), 9)
	for i, s := range list {
		if err := g.seek(ctx, i, s); err != nil {
			return fmt.Errorf("recruiting: %w", err)
		}
	}
	return g.changeLead(ctx, g.communities[0].Path)
}

// who finds the sample's resident of an id.
func (g *garden) who(id string) identity.Actor {
	for _, list := range g.residents {
		for _, a := range list {
			if a.ID == id {
				return a
			}
		}
	}
	return identity.Actor{}
}

func (g *garden) seek(ctx context.Context, i int, s seeker) error {
	lead, wants := g.who(s.LeadID), []string{}
	for k := range 2 {
		n := tasks[(i+k)%len(tasks)]
		n.ID = id()
		wants = append(wants, n.ID)
		if err := g.Proposals.SetWant(ctx, lead, s.ID, n); err != nil {
			return err
		}
	}
	if s.Pitch == "" {
		s.Pitch = "想请几位邻居一起把这件事做起来。" //words:none
	}
	if err := g.Proposals.Publish(ctx, lead, s.ID, proposal.NewPost{Title: s.Title, Intro: s.Pitch}); err != nil {
		return err
	}
	homes := g.residents[s.Place]
	for k, age := range []string{"adult", "14_15"} {
		task := tasks[(i+k)%len(tasks)]
		if (age != "adult" && task.Least == "adult") || i > 2 && k > 0 {
			continue
		}
		n := proposal.Application{ID: id(), Want: wants[k], Skill: task.Skill, Wish: "我就住在院里，随时能来。", Age: age, Agree: true} //words:none
		if age != "adult" {
			n.GuardianName, n.GuardianPhone = "家长", fmt.Sprintf("137%08d", i+1) //words:none
		}
		if err := g.Proposals.Apply(ctx, homes[len(homes)-1-2*i-k], s.ID, n); err != nil {
			return err
		}
	}
	return nil
}

// changeLead has a team vote for its deputy, so that the community has a new lead to confirm.
func (g *garden) changeLead(ctx context.Context, at string) error {
	list, err := pg.All[seeker](ctx, g.DB, changingSQL, pg.Args{"place": at})
	if err != nil || len(list) == 0 {
		return err
	}
	p := list[0]
	seats, err := pg.All[struct{ ID, PersonID, Role string }](ctx, g.DB, votersSQL, pg.Args{"id": p.ID})
	if err != nil {
		return err
	}
	vote := proposal.NewHandover{ID: id(), Member: seats[0].ID, Reason: "领办人要去外地照顾孙子，大家商量由副领办人接手。"} //words:none
	if err := g.Proposals.Propose(ctx, g.who(seats[0].PersonID), p.ID, vote); err != nil {
		return err
	}
	for i := range len(seats)/2 + 1 {
		if err := g.Proposals.Cast(ctx, g.who(seats[i].PersonID), p.ID, vote.ID, proposal.Ballot{Yes: true, Adult: true}); err != nil {
			return err
		}
	}
	return nil
}
