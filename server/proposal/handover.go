package proposal

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

func (h handlers) handover(c *fiber.Ctx) error {
	return h.handoverPage(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) handoverPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	r, err := h.book.Room(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Handover(view.HandoverPage{TeamRoom: r, Form: form, NewID: newID(), Me: by.ID}))
}

func (h handlers) propose(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.NewHandover](c)
	if err == nil {
		err = h.book.Propose(c.UserContext(), web.Actor(c), id, n)
	}
	if status, again := shown(&form, err); again {
		return h.handoverPage(c, status, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "投票开始了，已经告诉每一位成员")
	return web.See(c, "/proposals/"+id+"/handover")
}

func (h handlers) cast(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	vote, err := web.ID(c, "vote")
	if err != nil {
		return err
	}
	v, form, err := web.Bind[proposal.Ballot](c)
	if err == nil {
		err = h.book.Cast(c.UserContext(), web.Actor(c), id, vote, v)
	}
	if status, again := shown(&form, err); again {
		return h.handoverPage(c, status, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "您的票已经记下")
	return web.See(c, "/proposals/"+id+"/handover")
}

func (h handlers) takeBack(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	vote, err := web.ID(c, "vote")
	if err != nil {
		return err
	}
	if err := h.book.TakeBack(c.UserContext(), web.Actor(c), id, vote); err != nil {
		return err
	}
	web.Said(c, "投票已收回")
	return web.See(c, "/proposals/"+id+"/handover")
}

func (h handlers) deskHandovers(c *fiber.Ctx) error {
	return h.deskHandoversPage(c, fiber.StatusOK, ui.Form{}, "")
}

func (h handlers) deskHandoversPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	list, err := h.book.Handovers(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Show(c, status, view.DeskHandovers(list, form, at))
}

func (h handlers) confirmLead(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.Confirming](c)
	if err == nil {
		err = h.book.ConfirmLead(c.UserContext(), web.Actor(c), id, n)
	}
	if status, again := shown(&form, err); again {
		return h.deskHandoversPage(c, status, form, id)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已办好，团队会收到消息")
	return web.See(c, "/desk/handovers")
}
