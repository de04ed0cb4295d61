package award

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

func (h handlers) results(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.resultsPage(c, fiber.StatusOK, id, ui.Form{Values: map[string][]string{"rule": {award.ByRank}}})
}

func (h handlers) resultsPage(c *fiber.Ctx, status int, id string, form ui.Form) error {
	by := web.Actor(c)
	r, err := h.book.Results(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	files, err := h.book.DeskFiles(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Results(view.ResultsPage{Results: r, ID: newID(), Form: form, Files: listings(c, files, "/desk/editions/"+id)}))
}

func (h handlers) allocate(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[award.NewAllocation](c)
	if err == nil {
		err = h.book.AllocateBy(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.resultsPage(c, fiber.StatusUnprocessableEntity, id, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "结果按规则排好了，请逐行看一看，没有问题就公示")
	return web.See(c, "/desk/editions/"+id+"/results")
}

func (h handlers) publish(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[award.NewNotice](c)
	if err != nil {
		return err
	}
	n.ID = made(n.ID)
	if err := h.book.Publish(c.UserContext(), web.Actor(c), id, n); err != nil {
		return err
	}
	web.Said(c, "公示发布了，团队和社区都会收到消息")
	return web.See(c, "/desk/editions/"+id+"/results")
}

// result is a team's own page of how it went.
func (h handlers) result(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.resultPage(c, fiber.StatusOK, id, ui.Form{})
}

func (h handlers) resultPage(c *fiber.Ctx, status int, id string, form ui.Form) error {
	o, err := h.book.Outcome(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Result(view.ResultPage{Outcome: o, Form: form}))
}

// decline gives an award back, from the result or from the plan.
func (h handlers) decline(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	l, form, err := web.Bind[award.Leaving](c)
	if err == nil {
		err = h.book.Decline(c.UserContext(), web.Actor(c), id, l)
	}
	if web.Wrong(&form, err) {
		return h.resultPage(c, fiber.StatusUnprocessableEntity, id, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经放弃这笔资助，谢谢您告诉我们")
	return web.See(c, "/proposals/"+id+"/result")
}
