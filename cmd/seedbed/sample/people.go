package sample

import (
	"context"
	"fmt"

	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// people are the district's staff and residents.
type people struct {
	district, head             identity.Actor
	finance, cashier, overseer identity.Actor
	mentor, admin              identity.Actor
	judges                     []identity.Actor
	byRole                     map[string]identity.Actor // role + " " + place
	residents                  map[string][]identity.Actor
	communities                []place.Place
}

// role is the holder of a role at a place.
func (p people) role(r identity.Role, at string) identity.Actor { return p.byRole[string(r)+" "+at] }

// neighbours is how many residents each community of the sample has.
const neighbours = 110

func (g *garden) settlePeople(ctx context.Context) error {
	g.byRole, g.residents = map[string]identity.Actor{}, map[string][]identity.Actor{}
	staff := []struct {
		role identity.Role
		at   string
		keep *identity.Actor
	}{{identity.Sysadmin, "jz", &g.admin}, {identity.DistrictHead, "jz", &g.head}, {identity.DistrictStaff, "jz", &g.district}, {identity.Finance, "jz", &g.finance},
		{identity.Cashier, "jz", &g.cashier}, {identity.Supervisor, "jz", &g.overseer}, {identity.Mentor, "jz", &g.mentor}}
	n := 0
	enlist := func(role identity.Role, at string) (identity.Actor, error) {
		a, err := g.Accounts.Enlist(ctx, name(n*7+3), fmt.Sprintf("139%08d", n+1), "", identity.Grant{Role: role, Place: at})
		g.byRole[string(role)+" "+at] = a
		n++
		return a, err
	}
	for _, s := range staff {
		a, err := enlist(s.role, s.at)
		if err != nil {
			return err
		}
		*s.keep = a
	}
	for range 9 {
		a, err := enlist(identity.Judge, "jz")
		if err != nil {
			return err
		}
		g.judges = append(g.judges, a)
	}
	for _, p := range tree {
		roles := map[string][]identity.Role{"subdistrict": {identity.SubdistrictStaff, identity.SubdistrictHead}, "community": {identity.CommunityStaff, identity.CommunityHead}}[p.Level]
		for _, role := range roles {
			if _, err := enlist(role, p.Path); err != nil {
				return err
			}
		}
		if p.Level == "community" {
			g.communities = append(g.communities, p)
		}
	}
	for i, c := range g.communities {
		list := make([]identity.Actor, neighbours)
		err := each(ctx, list, func(ctx context.Context, k int, _ identity.Actor) error {
			a, err := g.Accounts.Enlist(ctx, name(i*neighbours+k), fmt.Sprintf("138%04d%04d", i+1, k+1), c.Path)
			list[k] = a
			return err
		})
		if err != nil {
			return err
		}
		g.residents[c.Path] = list
	}
	return nil
}

// name is the n-th name; neighbours share family names as they do everywhere.
func name(n int) string {
	return surnames[(n*11+n/len(surnames))%len(surnames)] + given[(n*7+n/(len(given)*3))%len(given)]
}

const peopleSQL = `select distinct on (g.role) p.id::text, p.name, g.role, l.name as place_name, p.phone_tail, '' as home
  from role_grant g join person p on p.id = g.person_id join place l on l.path = g.place
  where g.until is null and (g.role <> 'community_head' or g.place = 'jz.wuhan.dianchang') and (g.role <> 'community_staff' or g.place = 'jz.wuhan.dianchang') order by g.role, g.since, p.id`

const leadSQL = `select p.id::text, p.name, 'team_lead' as role, l.name as place_name, p.phone_tail, p.home::text from project j join person p on p.id = j.lead_id join place l on l.path = j.place
  where j.state = 'in_progress' order by j.created_at desc, j.id limit 1`

const residentSQL = `select p.id::text, p.name, 'resident' as role, l.name as place_name, p.phone_tail, p.home::text from person p join place l on l.path = p.home
  where p.home_state = 'confirmed' and not exists (select from team_member m where m.person_id = p.id) order by p.created_at, p.id limit 1`

type found struct{ ID, Name, Role, PlaceName, PhoneTail, Home string }

// phone is the made-up number a person of the sample was enlisted with.
func (f found) phone() string {
	n := 0
	for _, p := range tree {
		if p.Level == "community" {
			if n++; p.Path == f.Home {
				return fmt.Sprintf("138%04d%s", n, f.PhoneTail)
			}
		}
	}
	return "1390000" + f.PhoneTail
}

// order is how the roles are shown: residents first, then those who help, decide, pay and watch.
var order = []identity.Role{identity.Resident, identity.TeamLead, identity.Judge, identity.CommunityStaff, identity.CommunityHead, identity.SubdistrictStaff,
	identity.SubdistrictHead, identity.DistrictStaff, identity.DistrictHead, identity.Finance, identity.Cashier, identity.Mentor, identity.Supervisor, identity.Sysadmin}

// waits says what each role finds to do.
//
//words:none
var waits = map[identity.Role]string{identity.Resident: "可以投票，也可以写一份新提案", identity.TeamLead: "正在做项目：办活动、报销", identity.Judge: "路演有项目要打分，还有邀请要回答", identity.CommunityStaff: "要核验活动、核实报销", identity.CommunityHead: "要给提案签意见",
	identity.SubdistrictStaff: "要做资格审查", identity.SubdistrictHead: "要批报销", identity.DistrictStaff: "在主持路演，也在办第四届征集", identity.DistrictHead: "有票箱要录第二遍，要批拨款", identity.Finance: "要审发票", identity.Cashier: "要付款",
	identity.Mentor: "要给结项评分", identity.Supervisor: "查看账本和办事记录", identity.Sysadmin: "管人员和角色"}

// People lists one person a role, for the door of the demo.
func People(ctx context.Context, q pg.Reader) ([]Person, error) {
	all, err := pg.All[found](ctx, q, peopleSQL, nil)
	if err != nil {
		return nil, err
	}
	for _, sql := range []string{leadSQL, residentSQL} {
		more, err := pg.All[found](ctx, q, sql, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	var list []Person
	for _, role := range order {
		for _, f := range all {
			if f.Role == string(role) {
				list = append(list, Person{ID: f.ID, Name: f.Name, Phone: f.phone(), Role: identity.Names[role], Place: f.PlaceName, Waits: waits[role], Kind: role})
			}
		}
	}
	return list, nil
}
