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
	"seedbed/templates/words"
)

// The lists of one's own page: bounded by the person, never by a place.
const (
	myProposalsSQL = `select p.id::text, coalesce(nullif(p.title, ''), '') as title, p.state, e.title as edition from proposal p join edition e on e.id = p.edition_id
  where p.state <> 'contracted' and (p.lead_id = @me or exists (select from team_member m where m.team_id = p.team_id and m.person_id = @me and m.state = 'accepted')) order by p.created_at desc, p.id limit 30`
	myProjectsSQL = `select p.id::text, p.title, p.state, p.number as edition from project p where exists (select from team_member m where m.team_id = p.team_id and m.person_id = @me and m.state = 'accepted') order by p.created_at desc, p.id limit 30`
	mySigningSQL  = `select a.id::text, p.title, a.state, a.number as edition from agreement a join proposal p on p.id = a.proposal_id
  where a.state = 'signing' and p.lead_id = @me and not exists (select from agreement_sign s where s.agreement_id = a.id and s.party = 'B') order by a.id limit 10`
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
	signing, err := h.own(c, mySigningSQL)
	if err != nil {
		return err
	}
	for _, a := range signing {
		m.Todo = append(m.Todo, view.Item{Href: "/agreements/" + a.ID, Title: words.T(ctx, "签协议：%s", a.Title), Sub: a.Edition, Kind: "warn", Tag: "等您签"})
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
		m.Projects = append(m.Projects, view.Item{Href: "/projects/" + p.ID + "/room", Title: p.Title, Sub: p.Edition, Kind: "brand", Tag: view.StateName(p.State)})
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

func proposalItem(c *fiber.Ctx, p mine) view.Item {
	title := p.Title
	if title == "" {
		title = words.T(c.UserContext(), "还没有起名字的提案")
	}
	item := view.Item{Href: "/proposals/" + p.ID, Title: title, Sub: p.Edition, Kind: "info", Tag: view.ProposalState(p.State)}
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
	return web.Page(c, view.Desk(by.Name, waiting, hats))
}
