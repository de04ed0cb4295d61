package proposal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
)

func (h handlers) stand(c *fiber.Ctx) error {
	return h.wish(c, "选好了：截止前 10 分钟，都填齐了，系统就替您提交", h.book.AskStanding)
}

func (h handlers) unstand(c *fiber.Ctx) error {
	return h.wish(c, "取消了，到时候请您自己提交", h.book.DropStanding)
}

// wish takes the lead's press of a button on the check page.
func (h handlers) wish(c *fiber.Ctx, said string, verb func(context.Context, identity.Actor, string, proposal.Wish) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[proposal.Wish](c)
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, n)
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		f, oops := h.own(c)
		if oops != nil {
			return oops
		}
		m := fault.MessageOf(err)
		return h.checkPage(c, fiber.StatusConflict, f, &m)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/proposals/"+id+"/check")
}
