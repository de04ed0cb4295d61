package money

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/money"
	"seedbed/server/web"
	view "seedbed/templates/money"
)

func (h handlers) sheet(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	sheet, err := h.book.Sheet(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Sheet(sheet))
}

func (h handlers) claims(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	sheet, list, err := h.book.ClaimsOf(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Claims(sheet, list, h.clock.Now()))
}

// paper gives the claim of the address.
func (h handlers) paper(c *fiber.Ctx) (money.Paper, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return money.Paper{}, err
	}
	return h.book.Paper(c.UserContext(), web.Actor(c), id)
}

func (h handlers) claim(c *fiber.Ctx) error {
	paper, err := h.paper(c)
	if err != nil {
		return err
	}
	return web.Page(c, view.Claim(paper, h.clock.Now()))
}

func (h handlers) print(c *fiber.Ctx) error {
	paper, err := h.paper(c)
	if err != nil {
		return err
	}
	community, err := h.named(c, paper.Project.Place)
	if err != nil {
		return err
	}
	return web.Page(c, view.Print(paper, community, web.Base(c)))
}

func (h handlers) receive(c *fiber.Ctx) error {
	id, step, _, err := pressed[money.Step](c)
	if err == nil {
		err = h.book.Receive(c.UserContext(), web.Actor(c), id, step)
	}
	if err != nil {
		return err
	}
	web.Said(c, "记下了，钱已经收到")
	return web.See(c, "/claims/"+id)
}
