package money

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/money"
	"seedbed/server/web"
)

// The forms of the desk's page that share their fields' names with others, under names of their own.
type (
	returnForm struct {
		Version int    `form:"version"`
		Code    string `form:"return_code"`
		Reason  string `form:"return_reason"`
	}
	rejectForm struct {
		Version int    `form:"version"`
		Code    string `form:"reject_code"`
		Reason  string `form:"reject_reason"`
	}
	voidForm struct {
		Version   int    `form:"version"`
		Reason    string `form:"void_reason"`
		RepaidRef string `form:"void_repaid_ref"`
	}
	accountForm struct {
		Reason string `form:"account_reason"`
	}
)

func (h handlers) sendBack(c *fiber.Ctx) error {
	id, said, form, err := pressed[returnForm](c)
	if err == nil {
		err = under("return_", h.book.Return(c.UserContext(), web.Actor(c), id, money.Refusal(said)))
	}
	return h.handled(c, form, err, "退回去了，团队会收到原因")
}

func (h handlers) reject(c *fiber.Ctx) error {
	id, said, form, err := pressed[rejectForm](c)
	if err == nil {
		err = under("reject_", h.book.Reject(c.UserContext(), web.Actor(c), id, money.Refusal(said)))
	}
	return h.handled(c, form, err, "这张单子不予报销，团队会收到原因")
}

func (h handlers) askVoid(c *fiber.Ctx) error {
	id, said, form, err := pressed[voidForm](c)
	if err == nil {
		err = under("void_", h.book.AskVoid(c.UserContext(), web.Actor(c), id, money.NewVoid(said)))
	}
	return h.handled(c, form, err, "作废申请交上去了，等区里同意")
}

func (h handlers) agreeVoid(c *fiber.Ctx) error {
	id, step, form, err := pressed[money.Step](c)
	if err == nil {
		err = h.book.AgreeVoid(c.UserContext(), web.Actor(c), id, step)
	}
	return h.handled(c, form, err, "作废了，账已经冲掉")
}

// account shows a payee's whole account on the page itself: it goes into no address and no cookie.
func (h handlers) account(c *fiber.Ctx) error {
	id, said, form, err := pressed[accountForm](c)
	account := ""
	if err == nil {
		account, err = h.book.Reveal(c.UserContext(), web.Actor(c), id, said.Reason)
		err = under("account_", err)
	}
	if web.Wrong(&form, err) {
		return h.deskPage(c, fiber.StatusUnprocessableEntity, form, "")
	}
	if err != nil {
		return err
	}
	return h.deskPage(c, fiber.StatusOK, web.Fill(money.NewPayment{PaidOn: h.clock.Now()}), account)
}
