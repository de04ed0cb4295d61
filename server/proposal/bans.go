package proposal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	view "seedbed/templates/proposal"
	"seedbed/templates/ui"
)

// void takes the decision that a proposal is void, with its document.
func (h handlers) void(c *fiber.Ctx) error {
	return deed(h, c, "void", "已作废，并告诉了团队和社区", func(ctx context.Context, by identity.Actor, id string, n proposal.Voiding) (err error) {
		if n.Papers, err = h.papers(c, "decision", "decision"); err != nil {
			return err
		}
		return h.book.Void(ctx, by, id, n)
	})
}

func (h handlers) bans(c *fiber.Ctx) error { return h.bansPage(c, fiber.StatusOK, ui.Form{}, "") }

func (h handlers) bansPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	list, err := h.book.Bans(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Bans(view.BansPage{List: list, Form: form, At: at, Now: h.clock.Now(), By: web.Actor(c)}))
}

// lift ends a ban before its day.
func (h handlers) lift(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.Lifting](c)
	if err == nil {
		err = h.book.Lift(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.bansPage(c, fiber.StatusUnprocessableEntity, form, id)
	}
	if fault.Is(err, fault.Conflict) {
		return h.bansPage(c, fiber.StatusConflict, refused(form, err), id)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已解除，并告诉了本人")
	return web.See(c, "/desk/bans")
}
