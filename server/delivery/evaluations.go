package delivery

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/delivery"
	"seedbed/server/web"
	view "seedbed/templates/delivery"
	"seedbed/templates/ui"
)

func (h handlers) reportForm(c *fiber.Ctx) error {
	return h.reportPage(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) reportPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	page, err := h.book.ReportPage(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Report(form, page))
}

func (h handlers) report(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[delivery.NewReport](c)
	if err == nil {
		err = h.book.Report(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.reportPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "报告交上去了，结果会发消息告诉您")
	return web.See(c, "/projects/"+id+"/room")
}

func (h handlers) evaluations(c *fiber.Ctx) error {
	done := web.Query(c, "done") != ""
	list, next, err := h.book.EvaluationDesk(c.UserContext(), web.Actor(c), done, web.Query(c, "after"))
	if err != nil {
		return err
	}
	return web.Page(c, view.EvaluationDesk(list, done, next))
}

func (h handlers) evaluation(c *fiber.Ctx) error {
	return h.evaluationPage(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) evaluationPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	page, err := h.book.Evaluation(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Evaluation(form, page))
}

func (h handlers) mark(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[delivery.NewMarks](c)
	if err == nil {
		err = h.book.Mark(c.UserContext(), web.Actor(c), id, draft)
	}
	return h.judged(c, id, &form, err, "评分交上去了")
}

func (h handlers) close(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[delivery.NewClose](c)
	if err == nil {
		err = h.book.Close(c.UserContext(), web.Actor(c), id, draft)
	}
	return h.judged(c, id, &form, err, "评审办结了，团队会收到结果")
}

// judged answers what was done to a review.
func (h handlers) judged(c *fiber.Ctx, id string, form *ui.Form, err error, said string) error {
	if web.Wrong(form, err) {
		return h.evaluationPage(c, fiber.StatusUnprocessableEntity, *form)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/evaluations/"+id)
}

func (h handlers) accept(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	step, _, err := web.Bind[delivery.Step](c)
	if err == nil {
		err = h.book.Accept(c.UserContext(), web.Actor(c), id, step)
	}
	if err != nil {
		return err
	}
	web.Said(c, "项目验收办结了")
	return web.See(c, "/desk/evaluations?done=1")
}
