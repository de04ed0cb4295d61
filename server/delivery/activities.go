package delivery

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/delivery"
	"seedbed/server/web"
	view "seedbed/templates/delivery"
	"seedbed/templates/ui"
)

func (h handlers) room(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	room, err := h.book.Room(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Room(room))
}

func (h handlers) newPlan(c *fiber.Ctx) error {
	return h.planPage(c, fiber.StatusOK, web.Fill(delivery.NewPlan{ID: uuid.Must(uuid.NewV7()).String()}))
}

func (h handlers) planPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	project, err := h.book.NewPage(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.PlanForm(form, project, nil))
}

func (h handlers) plan(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var activity delivery.Activity
	draft, form, err := web.Bind[delivery.NewPlan](c)
	if err == nil {
		activity, err = h.book.Plan(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.planPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/activities/"+activity.ID)
}

// shown gives the activity of the address.
func (h handlers) shown(c *fiber.Ctx) (delivery.ActivityPage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return delivery.ActivityPage{}, err
	}
	return h.book.Activity(c.UserContext(), web.Actor(c), id)
}

func (h handlers) activity(c *fiber.Ctx) error { return h.activityPage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) activityPage(c *fiber.Ctx, status int, form ui.Form) error {
	page, err := h.shown(c)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.ActivityPage(form, page))
}

func (h handlers) oldPlan(c *fiber.Ctx) error {
	page, err := h.shown(c)
	if err != nil {
		return err
	}
	a := page.Activity
	form := web.Fill(delivery.NewPlan{ID: a.ID, Version: a.Version, Theme: a.Theme, StartsAt: a.StartsAt, EndsAt: a.EndsAt, PlaceText: a.PlaceText})
	return web.Page(c, view.PlanForm(form, page.Project, &a))
}

func (h handlers) replan(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[delivery.NewPlan](c)
	if err == nil {
		err = h.book.Replan(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		page, err := h.shown(c)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.PlanForm(form, page.Project, &page.Activity))
	}
	if err != nil {
		return err
	}
	web.Said(c, "计划改好了")
	return web.See(c, "/activities/"+id)
}

func (h handlers) logForm(c *fiber.Ctx) error {
	page, err := h.shown(c)
	if err != nil {
		return err
	}
	if !page.CanLog {
		return web.See(c, "/activities/"+page.Activity.ID)
	}
	return web.Page(c, view.LogForm(web.Fill(delivery.LogOf(page.Activity)), page))
}

func (h handlers) log(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[delivery.NewLog](c)
	if err == nil {
		err = h.book.Log(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		page, err := h.shown(c)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.LogForm(form, page))
	}
	if err != nil {
		return err
	}
	web.Said(c, "记录存好了，接着传照片")
	return web.See(c, "/activities/"+id)
}

func (h handlers) announce(c *fiber.Ctx) error {
	id, step, err := h.step(c)
	if err == nil {
		err = h.book.Announce(c.UserContext(), web.Actor(c), id, step)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经预告给邻居")
	return web.See(c, "/activities/"+id)
}

func (h handlers) cancel(c *fiber.Ctx) error {
	id, step, err := h.step(c)
	if err == nil {
		err = h.book.Cancel(c.UserContext(), web.Actor(c), id, step)
	}
	return h.moved(c, id, err, "活动取消了")
}

func (h handlers) submit(c *fiber.Ctx) error {
	id, step, err := h.step(c)
	if err == nil {
		err = h.book.Submit(c.UserContext(), web.Actor(c), id, step)
	}
	return h.moved(c, id, err, "已经交给社区核验")
}

// moved answers a move of an activity: what it still lacks is shown on its page.
func (h handlers) moved(c *fiber.Ctx, id string, err error, said string) error {
	var form ui.Form
	if web.Wrong(&form, err) {
		return h.activityPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/activities/"+id)
}
