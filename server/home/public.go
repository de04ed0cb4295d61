package home

import (
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/openbook"
	"seedbed/domain/place"
	servegallery "seedbed/server/gallery"
	"seedbed/server/web"
	"seedbed/storage/pg"
	viewgallery "seedbed/templates/gallery"
	view "seedbed/templates/home"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

const openVotesSQL = `select v.id::text, e.title, e.title_en, v.closes_at from poll v join review_round r on r.id = v.id join edition e on e.id = r.edition_id
  where v.state = 'planned' and v.opens_at <= @now and v.closes_at > @now order by v.closes_at, v.id limit 5`

const openCallsSQL = `select id::text, title, title_en, closes_at from edition where state = 'open' order by closes_at, id limit 5`

func (h handlers) front(c *fiber.Ctx) error {
	ctx := c.UserContext()
	figures, err := h.book.Figures(ctx)
	if err != nil {
		return err
	}
	recent, err := h.book.Newest(ctx, 25)
	if err != nil {
		return err
	}
	type call struct {
		ID, Title, TitleEn string
		ClosesAt           time.Time
	}
	open, err := all[call](c, h.db, openCallsSQL)
	if err != nil {
		return err
	}
	calls := make([]view.OpenCall, len(open))
	for i, e := range open {
		calls[i] = view.OpenCall{ID: e.ID, Title: words.Pick(ctx, e.Title, e.TitleEn), Until: ui.Until(ctx, e.ClosesAt), Left: ui.Left(ctx, e.ClosesAt, h.clock.Now())}
	}
	votes, err := pg.All[call](ctx, h.db, openVotesSQL, pg.Args{"now": h.clock.Now()})
	if err != nil {
		return err
	}
	asked := make([]view.OpenCall, len(votes))
	for i, v := range votes {
		asked[i] = view.OpenCall{ID: v.ID, Title: words.Pick(ctx, v.Title, v.TitleEn), Until: ui.Until(ctx, v.ClosesAt), Left: ui.Left(ctx, v.ClosesAt, h.clock.Now())}
	}
	return web.Page(c, view.Front(figures, calls, asked, mixed(recent, 6)))
}

// mixed picks n projects to show off: first the newest with a photo of each colour, then the newest of the rest.
func mixed(list []openbook.Project, n int) []openbook.Project {
	seen := map[string]bool{}
	var first, rest []openbook.Project
	for _, p := range list {
		if p.Cover != "" && !seen[p.Colour] {
			seen[p.Colour] = true
			first = append(first, p)
		} else {
			rest = append(rest, p)
		}
	}
	picked := append(first, rest...)
	return picked[:min(n, len(picked))]
}

func (h handlers) project(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	p, err := h.book.Project(ctx, id)
	if err != nil {
		return err
	}
	spending, err := h.book.Spending(ctx, id)
	if err != nil {
		return err
	}
	activities, err := h.book.Activities(ctx, id)
	if err != nil {
		return err
	}
	photos, err := h.book.Photos(ctx, id)
	if err != nil {
		return err
	}
	below, err := h.supporters(c, p.ProposalID)
	if err != nil {
		return err
	}
	return web.Page(c, view.Project(p, spending, activities, photos, below))
}

// supporters is the box in which neighbours support a project.
func (h handlers) supporters(c *fiber.Ctx, proposalID string) (templ.Component, error) {
	i, err := h.gallery.One(c.UserContext(), web.Actor(c), proposalID)
	if err != nil {
		return nil, err
	}
	s, err := servegallery.Supporters(c, h.gallery, i)
	return viewgallery.Supporters(s), err
}

func (h handlers) org(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	o, err := h.book.Org(c.UserContext(), id)
	if fault.Is(err, fault.NotFound) && web.Actor(c).SignedIn() {
		return web.See(c, "/orgs/"+id+"/room") // not public yet: its own people are led inside
	}
	if err != nil {
		return err
	}
	by := web.Actor(c)
	return web.Page(c, view.Org(o, by.Home != "" && place.Subdistrict(by.Home) == place.Subdistrict(o.Place)))
}
