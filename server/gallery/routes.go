// Package gallery answers the pages of the public gallery.
package gallery

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/edition"
	"seedbed/domain/gallery"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/gallery"
	"seedbed/templates/ui"
)

type handlers struct{ book *gallery.Book }

// Routes lists the pages.
func Routes(book *gallery.Book) []web.Route {
	h := handlers{book}
	return []web.Route{
		{Method: "GET", Path: "/gallery", May: identity.Look, Handle: h.list("")},
		{Method: "GET", Path: "/projects", May: identity.Look, Handle: h.list(gallery.Project)},
		{Method: "GET", Path: "/orgs", May: identity.Look, Handle: h.list(gallery.Org)},
		{Method: "GET", Path: "/gallery/map", May: identity.Look, Handle: h.plots},
		{Method: "GET", Path: "/gallery/:id", May: identity.Look, Handle: h.one},
		{Method: "POST", Path: "/gallery/:id/support", May: identity.SupportProjects, Handle: h.support},
		{Method: "POST", Path: "/gallery/:id/unsupport", May: identity.SupportProjects, Handle: h.unsupport},
		{Method: "POST", Path: "/gallery/:id/follow", May: identity.FollowProjects, Handle: h.follow},
		{Method: "POST", Path: "/gallery/:id/unfollow", May: identity.FollowProjects, Handle: h.unfollow},
		{Method: "GET", Path: "/me/following", May: identity.FollowProjects, Handle: h.following},
		{Method: "GET", Path: "/gallery/:id/hide", May: identity.HideWords, Handle: h.hiding},
		{Method: "POST", Path: "/gallery/:id/hide", May: identity.HideWords, Handle: h.hide},
		{Method: "GET", Path: "/proposals/:id/gallery", May: identity.DraftProposals, Handle: h.wish},
		{Method: "POST", Path: "/proposals/:id/gallery", May: identity.DraftProposals, Handle: h.agree},
		{Method: "POST", Path: "/proposals/:id/gallery/cover", May: identity.DraftProposals, Handle: h.agreeCover},
	}
}

// filter reads an address; what is not a choice narrows nothing.
func filter(c *fiber.Ctx, kind string) gallery.Filter {
	f := view.Read(kind, func(name string) string { return web.Query(c, name) })
	if f.Place != "" && !place.Valid(f.Place) {
		f.Place = ""
	}
	if _, err := uuid.Parse(f.Edition); err != nil || len(f.Edition) != 36 {
		f.Edition = ""
	}
	for _, one := range []struct {
		code  *string
		among []edition.Choice
	}{{&f.Kind, gallery.Kinds}, {&f.Stage, gallery.Stages}, {&f.Category, edition.Categories}, {&f.Colour, incubation.Colours}, {&f.Type, incubation.Types}} {
		if !edition.Known(one.among, *one.code) {
			*one.code = ""
		}
	}
	return f
}

// after reads where a list goes on.
func after(c *fiber.Ctx) *gallery.Cursor {
	at, id, ok := strings.Cut(web.Query(c, "after"), "_")
	micros, err := strconv.ParseInt(at, 10, 64)
	if _, bad := uuid.Parse(id); !ok || err != nil || bad != nil || micros < 0 || micros > 1<<52 {
		return nil
	}
	return &gallery.Cursor{At: time.UnixMicro(micros), ID: id}
}

// onward is the address of a list's next page.
func onward(path string, f gallery.Filter, last gallery.Item) string {
	to := view.Address(path, f)
	sign := "?"
	if strings.Contains(to, "?") {
		sign = "&"
	}
	return to + sign + "after=" + url.QueryEscape(strconv.FormatInt(last.At.UnixMicro(), 10)+"_"+last.ID)
}

func (h handlers) list(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		path, ctx := c.Path(), c.UserContext()
		f := filter(c, kind)
		if kind == "" {
			if f.Kind = web.Query(c, "kind"); !edition.Known(gallery.Kinds, f.Kind) {
				f.Kind = ""
			}
		}
		from := after(c)
		page, err := h.book.List(ctx, web.Actor(c), f, from)
		if err != nil {
			return err
		}
		items := page.Items
		p := view.ListPage{Path: strings.Clone(path), Filter: f, Items: items, Found: page.Found}
		if p.Counts, err = h.book.Counts(ctx); err != nil {
			return err
		}
		if len(items) > gallery.PageSize {
			p.Items = items[:gallery.PageSize]
			p.Next = onward(p.Path, f, p.Items[gallery.PageSize-1])
		}
		if len(items) == 0 && f.Text != "" {
			if p.Suggest, err = h.book.Suggest(ctx, web.Actor(c), f.Text); err != nil {
				return err
			}
		}
		return web.Page(c, view.List(p))
	}
}

func (h handlers) plots(c *fiber.Ctx) error {
	counts, err := h.book.Counts(c.UserContext())
	if err != nil {
		return err
	}
	f := filter(c, web.Query(c, "kind"))
	f.Text, f.Place, f.Type = "", "", ""
	return web.Page(c, view.Map(view.MapPage{Filter: f, Counts: counts}))
}

func (h handlers) one(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	i, err := h.book.One(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if i.Kind != gallery.Proposal { // it has become a project
		return web.See(c, view.Where(i))
	}
	return h.show(c, fiber.StatusOK, i, ui.Form{})
}

func (h handlers) show(c *fiber.Ctx, status int, i gallery.Item, form ui.Form) error {
	s, err := Supporters(c, h.book, i)
	if err != nil {
		return err
	}
	s.Form = form
	return web.Show(c, status, view.One(s))
}

// Supporters gathers what the box of supporters shows of a thing, for its own page and for the project's.
func Supporters(c *fiber.Ctx, book *gallery.Book, i gallery.Item) (view.Support, error) {
	by, ctx := web.Actor(c), c.UserContext()
	s := view.Support{Item: i, MayHide: by.Can(identity.HideWords, i.Place)}
	var err error
	if s.Standing, err = book.Standing(ctx, by, i.ProposalID); err != nil {
		return s, err
	}
	if s.Follows, s.Followers, err = book.Follows(ctx, by, i.ProposalID); err != nil {
		return s, err
	}
	s.Words, err = book.Words(ctx, by, i)
	return s, err
}
