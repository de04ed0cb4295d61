package home

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/desk"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/place"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/home"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// The lists of one's own page: bounded by the person, never by a place.
const (
	myProposalsSQL = `select p.id::text, coalesce(nullif(p.title, ''), '') as title, p.state, e.title as edition from proposal p join edition e on e.id = p.edition_id
  where p.state <> 'contracted' and (p.lead_id = @me or exists (select from team_member m where m.team_id = p.team_id and m.person_id = @me and m.state = 'accepted')) order by p.created_at desc, p.id limit 30`
	myProjectsSQL = `select p.id::text, p.title, p.state, p.number as edition from project p where exists (select from team_member m where m.team_id = p.team_id and m.person_id = @me and m.state = 'accepted') order by p.created_at desc, p.id limit 30`
)

type mine struct{ ID, Title, State, Edition string }

func all[T any](c *fiber.Ctx, q pg.Reader, sql string) ([]T, error) {
	return pg.All[T](c.UserContext(), q, sql, nil)
}

func (h handlers) own(c *fiber.Ctx, sql string) ([]mine, error) {
	return pg.All[mine](c.UserContext(), h.db, sql, pg.Args{"me": web.Actor(c).ID})
}

func (h handlers) me(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	me, err := h.who.Me(ctx, by)
	if err != nil {
		return err
	}
	m := view.Mine{Name: me.Name, HomeState: me.HomeState}
	if m.Todo, err = h.todo(c); err != nil {
		return err
	}
	proposals, err := h.own(c, myProposalsSQL)
	if err != nil {
		return err
	}
	for _, p := range proposals {
		m.Proposals = append(m.Proposals, proposalItem(c, p))
	}
	projects, err := h.own(c, myProjectsSQL)
	if err != nil {
		return err
	}
	for _, p := range projects {
		m.Projects = append(m.Projects, projectItem(c, p))
	}
	orgs, err := incubation.Mine(ctx, h.db, by)
	if err != nil {
		return err
	}
	for _, o := range orgs {
		m.Orgs = append(m.Orgs, view.Item{Href: "/orgs/" + o.ID + "/room", Title: o.Name, Sub: o.PlaceName})
	}
	return web.Page(c, view.Me(m))
}

// projectItem is a project of one's own; while it runs, with the two things that are done there most.
func projectItem(c *fiber.Ctx, p mine) view.Item {
	item := view.Item{Href: "/projects/" + p.ID + "/room", Title: p.Title, Sub: p.Edition, Kind: "brand", Tag: words.T(c.UserContext(), view.StateName(p.State))}
	if p.State == "in_progress" || p.State == "mid_passed" {
		item.Ways = []ui.Link{{Href: "/projects/" + p.ID + "/room", Label: "办活动", Icon: "cal"}, {Href: "/projects/" + p.ID + "/claims", Label: "报销", Icon: "receipt"}}
	}
	return item
}

func proposalItem(c *fiber.Ctx, p mine) view.Item {
	title := p.Title
	if title == "" {
		title = words.T(c.UserContext(), "还没有起名字的提案")
	}
	item := view.Item{Href: "/proposals/" + p.ID, Title: title, Sub: p.Edition, Kind: "info", Tag: words.T(c.UserContext(), view.ProposalState(p.State))}
	switch p.State {
	case "draft", "returned":
		item.Href, item.Kind = "/proposals/"+p.ID+"/edit", "warn"
	case "refining":
		item.Href, item.Kind = "/proposals/"+p.ID+"/refine", "warn"
	}
	return item
}

func (h handlers) desk(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	waiting, err := desk.Of(ctx, h.db, by)
	if err != nil {
		return err
	}
	tree, err := place.Tree(ctx, h.db)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, p := range tree {
		names[p.Path] = words.Pick(ctx, p.Name, p.NameEn)
	}
	var hats []string
	for _, g := range by.Grants {
		hats = append(hats, names[g.Place]+" · "+words.T(ctx, identity.Names[g.Role]))
	}
	return web.Page(c, view.Desk(by.Name, waiting, hats, shelvesOf(by)))
}

// shelves are the lists behind the desk, each with the right to read it.
var shelves = []struct {
	may  identity.Permission
	link ui.Link
}{
	{identity.ReadProposals, ui.Link{Href: "/desk/proposals", Label: "申报书", Icon: "file"}},
	{identity.ReadProposals, ui.Link{Href: "/desk/agreements", Label: "协议", Icon: "pen"}},
	{identity.ReviewActivities, ui.Link{Href: "/desk/activities", Label: "活动", Icon: "cal"}},
	{identity.ReadClaims, ui.Link{Href: "/desk/claims", Label: "报销单", Icon: "receipt"}},
	{identity.ReadClaims, ui.Link{Href: "/finance/tranches", Label: "拨款", Icon: "yuan"}},
	{identity.ReadEvaluations, ui.Link{Href: "/desk/evaluations", Label: "评估和验收", Icon: "chart"}},
	{identity.ReadOrgs, ui.Link{Href: "/desk/orgs", Label: "组织", Icon: "tree"}},
	{identity.ReadEditions, ui.Link{Href: "/desk/editions", Label: "各届大赛", Icon: "flower"}},
	{identity.ReadJury, ui.Link{Href: "/desk/judges", Label: "评委库", Icon: "users"}},
	{identity.ReadSheets, ui.Link{Href: "/desk/pitches", Label: "路演和投票", Icon: "clock"}},
	{identity.ConfirmResidents, ui.Link{Href: "/desk/residents", Label: "居民名单", Icon: "users"}},
	{identity.CountTalents, ui.Link{Href: "/desk/talents", Label: "能人库", Icon: "star"}},
	{identity.ReadTopics, ui.Link{Href: "/desk/topics", Label: "议题", Icon: "list"}},
	{identity.ConfirmLeads, ui.Link{Href: "/desk/handovers", Label: "新领办人", Icon: "gavel"}},
	{identity.RecordGuardians, ui.Link{Href: "/desk/guardians", Label: "家长同意", Icon: "users"}},
	{identity.HelpResidents, ui.Link{Href: "/desk/assist", Label: "帮居民填", Icon: "pen"}},
	{identity.ReadAssisted, ui.Link{Href: "/desk/assisted", Label: "帮填记录", Icon: "list"}},
	{identity.HandlePrivacy, ui.Link{Href: "/desk/privacy", Label: "个人信息申请", Icon: "lock"}},
	{identity.DeclareOutages, ui.Link{Href: "/desk/outages", Label: "系统中断", Icon: "nonet"}},
	{identity.ReadBans, ui.Link{Href: "/desk/bans", Label: "作废和禁止申报", Icon: "lock"}},
	{identity.HandleObjects, ui.Link{Href: "/desk/objections", Label: "异议", Icon: "hand"}},
}

// shelvesOf are the lists somebody may read somewhere.
func shelvesOf(by identity.Actor) []ui.Link {
	var links []ui.Link
	for _, s := range shelves {
		if len(by.Sight(s.may)) > 0 {
			links = append(links, s.link)
		}
	}
	return links
}
