package judging

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

func (h pitchHandlers) papers(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.book.PapersOf(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.PitchPapers(v))
}

func (h pitchHandlers) paper(c *fiber.Ctx) error { return h.paperPage(c, fiber.StatusOK, nil) }

func (h pitchHandlers) paperPage(c *fiber.Ctx, status int, form *ui.Form) error {
	seat, err := web.ID(c, "seat")
	if err != nil {
		return err
	}
	v, err := h.book.PaperSheetOf(c.UserContext(), web.Actor(c), seat)
	if err != nil {
		return err
	}
	if form == nil {
		fresh := web.Fill(judging.PaperSheet{Pass: v.Pass})
		form = &fresh
	}
	return web.Show(c, status, view.PaperSheet(*form, v))
}

func (h pitchHandlers) keySheet(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	seat, err := web.ID(c, "seat")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.PaperSheet](c)
	if err == nil {
		err = withFile(c, "photo", func(p *judging.Photo) error {
			return h.book.KeySheet(c.UserContext(), web.Actor(c), seat, draft, p)
		})
	}
	if web.Wrong(&form, err) {
		return h.paperPage(c, fiber.StatusUnprocessableEntity, &form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "录好了。两个人录得一样，评分表就自动锁定")
	return web.See(c, "/desk/rounds/"+id+"/pitch/papers")
}

func (h pitchHandlers) box(c *fiber.Ctx) error {
	return h.boxPage(c, fiber.StatusOK, web.Query(c, "box"), nil)
}

func (h pitchHandlers) boxPage(c *fiber.Ctx, status int, box string, form *ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.book.BoxOf(c.UserContext(), web.Actor(c), id, box)
	if err != nil {
		return err
	}
	if form == nil {
		form = &ui.Form{Values: url.Values{"box": {box}, "pass": {strconv.Itoa(v.Pass)}}}
	}
	return web.Show(c, status, view.BallotBox(*form, v))
}

func (h pitchHandlers) keyBox(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.BoxCount](c)
	if err == nil {
		err = withFile(c, "photo", func(p *judging.Photo) error {
			return h.book.KeyBox(c.UserContext(), web.Actor(c), id, draft, p)
		})
	}
	if web.Wrong(&form, err) {
		return h.boxPage(c, fiber.StatusUnprocessableEntity, draft.Box, &form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "录好了。两个人录得一样，这个票箱就核对好了")
	return web.See(c, "/desk/rounds/"+id+"/pitch/papers")
}

func (h pitchHandlers) planPoll(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.NewPoll](c)
	if err == nil {
		err = h.book.PlanPoll(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.roomPage(c, fiber.StatusUnprocessableEntity, nil, &form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "居民投票安排好了")
	return web.See(c, "/desk/rounds/"+id+"/pitch")
}

func (h pitchHandlers) countPoll(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, _, err := web.Bind[judging.Pressed](c)
	if err != nil {
		return err
	}
	if err := h.book.CountPoll(c.UserContext(), web.Actor(c), id, typed); err != nil {
		return err
	}
	web.Said(c, "计票完成")
	return web.See(c, "/desk/rounds/"+id+"/pitch")
}

func (h pitchHandlers) polls(c *fiber.Ctx) error {
	list, err := h.book.Polls(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.Polls(list))
}

func (h pitchHandlers) poll(c *fiber.Ctx) error { return h.pollPage(c, fiber.StatusOK, ui.Form{}) }

func (h pitchHandlers) pollPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.book.Poll(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Poll(form, v, web.Actor(c).SignedIn()))
}

func (h pitchHandlers) cast(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.Vote](c)
	if err == nil {
		err = h.book.Cast(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.pollPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "投好了。投票结束前可以改")
	return web.See(c, "/vote/"+id)
}
