// Package incubation answers the pages of founding and growing an organisation.
package incubation

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/incubation"
	"seedbed/server/web"
	view "seedbed/templates/incubation"
	"seedbed/templates/ui"
)

type handlers struct{ book *incubation.Book }

// Routes lists the pages.
func Routes(book *incubation.Book) []web.Route {
	h := handlers{book}
	return []web.Route{
		{Method: "GET", Path: "/projects/:id/found", May: identity.FoundOrgs, Handle: h.draft},
		{Method: "POST", Path: "/projects/:id/found", May: identity.FoundOrgs, Handle: h.found},
		{Method: "GET", Path: "/orgs/:id/room", May: identity.BeHere, Handle: h.room},
		{Method: "GET", Path: "/orgs/:id/join", May: identity.JoinOrgs, Handle: h.welcome},
		{Method: "POST", Path: "/orgs/:id/join", May: identity.JoinOrgs, Handle: h.join},
		{Method: "POST", Path: "/orgs/:id/leave", May: identity.JoinOrgs, Handle: h.leave},
		{Method: "POST", Path: "/orgs/:id/bud", May: identity.LeadOrgs, Handle: h.bud},
		{Method: "POST", Path: "/orgs/:id/recognize", May: identity.RecognizeOrgs, Handle: h.recognize},
		{Method: "GET", Path: "/desk/orgs", May: identity.ReadOrgs, Handle: h.desk},
	}
}

func (h handlers) draft(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, p, err := h.book.Draft(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Found(web.Fill(draft), p))
}

func (h handlers) found(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[incubation.NewOrg](c)
	draft.ProjectID = id
	if err == nil {
		_, err = h.book.Found(c.UserContext(), web.Actor(c), draft)
	}
	if web.Wrong(&form, err) {
		_, p, err := h.book.Draft(c.UserContext(), web.Actor(c), id)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Found(form, p))
	}
	if err != nil {
		return err
	}
	web.Said(c, "组织成立了，已经问每位队员要不要加入")
	return web.See(c, "/orgs/"+draft.ID+"/room")
}

func (h handlers) room(c *fiber.Ctx) error { return h.show(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) show(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	o, members, err := h.book.See(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	needs, err := h.book.Needs(c.UserContext(), o)
	if err != nil {
		return err
	}
	v := view.View{Org: o, Members: members, Needs: needs}
	if o.LeaderID == by.ID && o.State != "dissolved" {
		v.Link = web.Base(c) + "/orgs/" + o.ID + "/join"
	}
	for _, m := range members {
		if m.PersonID == by.ID {
			v.Asked, v.Belongs = m.State == "asked", o.LeaderID != by.ID
		}
	}
	v.CanBud = o.State == incubation.Seedling && o.LeaderID == by.ID && len(needs) == 0
	v.CanRecognize = o.State == incubation.Budding && by.Can(identity.RecognizeOrgs, o.Place)
	return web.Show(c, status, view.Room(form, v))
}

// welcome is where a leader's link leads a neighbour.
func (h handlers) welcome(c *fiber.Ctx) error { return h.invited(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) invited(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	o, state, err := h.book.Welcome(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	if state != "" {
		return web.See(c, "/orgs/"+id+"/room")
	}
	return web.Show(c, status, view.Welcome(form, o, by.Home != ""))
}

func (h handlers) join(c *fiber.Ctx) error {
	type answer struct {
		Consent bool `form:"consent"`
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[answer](c)
	if err == nil {
		err = h.book.Join(c.UserContext(), web.Actor(c), id, typed.Consent)
	}
	if web.Wrong(&form, err) {
		if shown := h.show(c, fiber.StatusUnprocessableEntity, form); !fault.Is(shown, fault.NotFound) {
			return shown
		}
		return h.invited(c, fiber.StatusUnprocessableEntity, form) // somebody who does not belong yet
	}
	if err != nil {
		return err
	}
	web.Said(c, "欢迎加入")
	return web.See(c, "/orgs/"+id+"/room")
}

func (h handlers) leave(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Leave(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "已经记下，您没有加入这个组织")
	return web.See(c, "/me")
}

type step struct {
	Version int `form:"version"`
}

func (h handlers) bud(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, _, err := web.Bind[step](c)
	if err != nil {
		return err
	}
	if err := h.book.Bud(c.UserContext(), web.Actor(c), id, typed.Version); err != nil {
		return err
	}
	web.Said(c, "已经请社区纳管")
	return web.See(c, "/orgs/"+id+"/room")
}

func (h handlers) recognize(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, _, err := web.Bind[step](c)
	if err != nil {
		return err
	}
	if err := h.book.Recognize(c.UserContext(), web.Actor(c), id, typed.Version); err != nil {
		return err
	}
	web.Said(c, "已纳管，组织的公开页面能看到了")
	return web.See(c, "/orgs/"+id)
}

func (h handlers) desk(c *fiber.Ctx) error {
	state := web.Query(c, "state")
	if !edition.Known(incubation.Stages, state) {
		state = ""
	}
	list, err := h.book.Desk(c.UserContext(), web.Actor(c), state)
	if err != nil {
		return err
	}
	tabs := []ui.Tab{{Href: "/desk/orgs", Label: "全部", Current: state == ""}}
	for _, s := range incubation.Stages[:3] {
		tabs = append(tabs, ui.Tab{Href: "/desk/orgs?state=" + s.Code, Label: s.Name, Current: state == s.Code})
	}
	return web.Page(c, view.Desk(list, tabs))
}
