package home

import (
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/openbook"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/home"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

const openCallsSQL = `select id::text, title, title_en, closes_at from edition where state = 'open' order by closes_at, id limit 5`

func (h handlers) front(c *fiber.Ctx) error {
	ctx := c.UserContext()
	figures, err := h.book.Figures(ctx)
	if err != nil {
		return err
	}
	recent, err := h.book.Projects(ctx, openbook.Filter{}, nil)
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
	return web.Page(c, view.Front(figures, calls, mixed(recent, 6)))
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

// filter reads a list's address; a place that is not a path or a parameter that is no id narrows to nothing found.
func filter(c *fiber.Ctx) (openbook.Filter, ui.Form) {
	f := openbook.Filter{Text: web.Query(c, "q"), Place: web.Query(c, "place"), Category: web.Query(c, "category"), Colour: web.Query(c, "colour"),
		Edition: web.Query(c, "edition"), Type: web.Query(c, "type")}
	form := ui.Form{Values: url.Values{"q": {f.Text}, "place": {f.Place}, "category": {f.Category}, "colour": {f.Colour}, "type": {f.Type}}}
	if strings.Trim(strings.ToLower(f.Place), "abcdefghijklmnopqrstuvwxyz0123456789_.") != "" || strings.Contains(f.Place, "..") || strings.HasPrefix(f.Place, ".") || strings.HasSuffix(f.Place, ".") {
		f.Place = ""
	}
	return f, form
}

func (h handlers) projects(c *fiber.Ctx) error {
	f, form := filter(c)
	var from *openbook.Project
	if at, id, ok := web.After(c); ok {
		from = &openbook.Project{ID: id, CreatedAt: at}
	}
	list, err := h.book.Projects(c.UserContext(), f, from)
	if err != nil {
		return err
	}
	places, err := web.Places(c, h.db)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > openbook.PageSize {
		list = list[:openbook.PageSize]
		last := list[len(list)-1]
		next = web.Onward(c, last.CreatedAt, last.ID)
	}
	return web.Page(c, view.Projects(form, list, places, next))
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
	return web.Page(c, view.Project(p, spending, activities, photos))
}

func (h handlers) orgs(c *fiber.Ctx) error {
	f, form := filter(c)
	var from *openbook.Org
	if at, id, ok := web.After(c); ok {
		from = &openbook.Org{ID: id, FoundedOn: at}
	}
	list, err := h.book.Orgs(c.UserContext(), f, from)
	if err != nil {
		return err
	}
	places, err := web.Places(c, h.db)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > openbook.PageSize {
		list = list[:openbook.PageSize]
		last := list[len(list)-1]
		next = web.Onward(c, last.FoundedOn, last.ID)
	}
	return web.Page(c, view.Orgs(form, list, places, next))
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
