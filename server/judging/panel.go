package judging

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/evidence"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

// panelRoutes are the pages of a panel round: the desk that writes down what is said, and the judges who sit on it.
func panelRoutes(h handlers) []web.Route {
	const panel = "/desk/panels/:round"
	return []web.Route{
		{Method: "GET", Path: panel, May: identity.ReadSheets, Handle: h.panel},
		{Method: "POST", Path: panel + "/open", May: identity.RunRounds, Handle: h.panelPress(h.book.OpenPanel, "合议开始了，已经通知每位评委")},
		{Method: "POST", Path: panel + "/close", May: identity.RunRounds, Handle: h.panelPress(h.book.ClosePanel, "合议结束了，已经锁定。可以分配资金了")},
		{Method: "POST", Path: panel + "/meet-again", May: identity.RunRounds, Handle: h.meetAgain},
		{Method: "GET", Path: panel + "/minutes.pdf", May: identity.ReadSheets, Handle: h.panelMinutes},
		{Method: "POST", Path: panel + "/minutes/scan", May: identity.RunRounds, Handle: h.signPanel, Upload: true},
		{Method: "GET", Path: panel + "/projects/:project", May: identity.RunRounds, Handle: h.panelWord},
		{Method: "POST", Path: panel + "/projects/:project", May: identity.RunRounds, Handle: h.sayPanelWord},
		{Method: "GET", Path: "/review/panels/:round", May: identity.Score, Handle: h.sitting},
	}
}

func (h handlers) panel(c *fiber.Ctx) error {
	return h.panelPage(c, fiber.StatusOK, ui.Form{}, ui.Form{})
}

// panelPage shows a panel; form and scan are forms that were not taken.
func (h handlers) panelPage(c *fiber.Ctx, status int, form, scan ui.Form) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	v, err := h.book.Panel(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	scan.Apart = "scan-"
	return web.Show(c, status, view.Panel(view.PanelPage{PanelView: v, Form: form, Scan: scan}))
}

// panelPress answers a button of the panel.
func (h handlers) panelPress(verb func(context.Context, identity.Actor, string, judging.Pressed) error, said string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := web.ID(c, "round")
		if err != nil {
			return err
		}
		typed, _, err := web.Bind[judging.Pressed](c)
		if err == nil {
			err = verb(c.UserContext(), web.Actor(c), id, typed)
		}
		if err != nil {
			return err
		}
		web.Said(c, said)
		return web.See(c, "/desk/panels/"+id)
	}
}

func (h handlers) meetAgain(c *fiber.Ctx) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.MeetAgain](c)
	if err == nil {
		err = h.book.ReopenPanel(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.panelPage(c, fiber.StatusUnprocessableEntity, form, ui.Form{})
	}
	if err != nil {
		return err
	}
	web.Said(c, "合议重新打开了。改好以后请再结束一次，再分配资金")
	return web.See(c, "/desk/panels/"+id)
}

func (h handlers) panelMinutes(c *fiber.Ctx) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	p, err := h.book.PanelPDF(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return evidence.Save(c, "application/pdf", p.Name, p.Body)
}

func (h handlers) signPanel(c *fiber.Ctx) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.PanelScan](c)
	if err == nil {
		err = withFile(c, "scan", func(p *judging.Photo) error {
			return h.book.SignPanel(c.UserContext(), web.Actor(c), id, draft, p)
		})
	}
	if web.Wrong(&form, err) {
		return h.panelPage(c, fiber.StatusUnprocessableEntity, ui.Form{}, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "收到签字的合议纪要")
	return web.See(c, "/desk/panels/"+id)
}

func (h handlers) panelWord(c *fiber.Ctx) error { return h.panelWordPage(c, fiber.StatusOK, nil) }

// panelWordPage shows one project of a panel with the form for what is decided: empty, as it was decided last, or as it was typed.
func (h handlers) panelWordPage(c *fiber.Ctx, status int, form *ui.Form) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	project, err := web.ID(c, "project")
	if err != nil {
		return err
	}
	v, p, err := h.book.Deliberating(c.UserContext(), web.Actor(c), id, project)
	if err != nil {
		return err
	}
	if form == nil {
		first := web.Fill(p.Again(v))
		first.Values.Set("id", newID())
		for field, votes := range map[string]int{"seen": len(p.Words), "yes": p.Again(v).Yes, "nay": p.Again(v).Nay, "abstain": p.Again(v).Abstain} {
			if len(p.Words) > 0 || field == "seen" { // a nought is an answer, but not before there was one
				first.Values.Set(field, strconv.Itoa(votes))
			}
		}
		form = &first
	}
	return web.Show(c, status, view.PanelWord(view.PanelWordPage{PanelView: v, Project: p, Form: *form}))
}

func (h handlers) sayPanelWord(c *fiber.Ctx) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	project, err := web.ID(c, "project")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.NewPanelWord](c)
	n.ID = fromForm(n.ID)
	if err == nil {
		err = h.book.RecordPanel(c.UserContext(), web.Actor(c), id, project, n)
	}
	if web.Wrong(&form, err) {
		return h.panelWordPage(c, fiber.StatusUnprocessableEntity, &form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "记下来了。结束合议以前还可以更正")
	return web.See(c, "/desk/panels/"+id)
}

// sitting is a panel as a judge who sits on it sees it.
func (h handlers) sitting(c *fiber.Ctx) error {
	id, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	v, err := h.book.SitOn(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Sitting(v))
}
