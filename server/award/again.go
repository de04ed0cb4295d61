package award

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

// AgainRoutes lists the pages of what is learnt after a round has closed: sheets that are struck out, and projects marked again.
func AgainRoutes(book *award.Book, jury *judging.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := deciders{handlers{book, db, c}, jury}
	return []web.Route{
		{Method: "GET", Path: "/desk/late-ties/:id", May: identity.RunRounds, Handle: h.lateTie},
		{Method: "POST", Path: "/desk/late-ties/:id", May: identity.RunRounds, Handle: h.strikeTied},
		{Method: "GET", Path: "/desk/reopenings/:id", May: identity.ReadSheets, Handle: h.reopening},
		{Method: "POST", Path: "/desk/reopenings/:id/pick", May: identity.RunRounds, Handle: h.pick},
		{Method: "POST", Path: "/desk/reopenings/:id/close", May: identity.RunRounds, Handle: h.endReopening},
	}
}

func (h deciders) lateTie(c *fiber.Ctx) error { return h.lateTiePage(c, fiber.StatusOK, ui.Form{}) }

func (h deciders) lateTiePage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	s, err := h.jury.ToStrike(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.LateTie(view.LateTiePage{SheetToStrike: s, Form: form}))
}

func (h deciders) strikeTied(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[award.TiedSheet](c)
	var s award.Struckness
	if err == nil {
		s, err = h.book.StrikeTied(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.lateTiePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if s.Reopening != "" {
		web.Said(c, "作废了。剩下的评分表不够，请选一位评委补评")
		return web.See(c, "/desk/reopenings/"+s.Reopening)
	}
	if s.Chose {
		web.Said(c, "作废了，谁进入下一轮已经重新计算。新进入的项目都收到了通知")
	} else {
		web.Said(c, "作废了，结果已经重新计算")
	}
	return web.See(c, "/desk/editions/"+s.EditionID+"/judging")
}

func (h deciders) reopening(c *fiber.Ctx) error { return h.reopeningPage(c, fiber.StatusOK, ui.Form{}) }

func (h deciders) reopeningPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.jury.Reopening(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Reopening(view.ReopeningPage{ReopeningView: v, Form: form}))
}

func (h deciders) pick(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.Picked](c)
	if err == nil {
		err = h.jury.Pick(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.reopeningPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if fault.Is(err, fault.Conflict) {
		return h.reopeningPage(c, fiber.StatusConflict, kept(form, err))
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经请这位评委补评，通知发出去了")
	return web.See(c, "/desk/reopenings/"+id)
}

func (h deciders) endReopening(c *fiber.Ctx) error {
	id, press, err := pressed(c)
	if err == nil {
		err = h.book.EndReopening(c.UserContext(), web.Actor(c), id, press)
	}
	if err != nil {
		return err
	}
	web.Said(c, "补评结束，结果已经重新计算")
	return web.See(c, "/desk/reopenings/"+id)
}
