package money

import (
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/money"
	"seedbed/server/web"
	view "seedbed/templates/money"
	"seedbed/templates/ui"
)

// The forms around a tranche: where to go back to, or the project on whose page what is wrong is shown.
type (
	trancheForm struct {
		Version int    `form:"version"`
		Back    string `form:"back"`
	}
	returnTrancheForm struct {
		Version int    `form:"version"`
		Project string `form:"project"`
		Reason  string `form:"back_reason"`
	}
	transferForm struct {
		Version int    `form:"version"`
		Project string `form:"project"`
		BankRef string `form:"bank_ref"`
	}
	holdForm struct {
		ID     string `form:"id"`
		Code   string `form:"hold_code"`
		Reason string `form:"hold_reason"`
	}
	clearForm struct {
		Reason string `form:"clear_reason"`
	}
)

func (h handlers) request(c *fiber.Ctx) error {
	id, said, _, err := pressed[trancheForm](c)
	if err == nil {
		err = h.book.Request(c.UserContext(), web.Actor(c), id, money.Step{Version: said.Version})
	}
	return moved(c, said, err, "申请交上去了，等会计审核")
}

func (h handlers) review(c *fiber.Ctx) error {
	id, said, _, err := pressed[trancheForm](c)
	if err == nil {
		err = h.book.Review(c.UserContext(), web.Actor(c), id, money.Step{Version: said.Version})
	}
	return moved(c, said, err, "审核通过，等区里批准")
}

func (h handlers) approveTranche(c *fiber.Ctx) error {
	id, said, _, err := pressed[trancheForm](c)
	if err == nil {
		err = h.book.ApproveTranche(c.UserContext(), web.Actor(c), id, money.Step{Version: said.Version})
	}
	return moved(c, said, err, "批准了")
}

func moved(c *fiber.Ctx, said trancheForm, err error, text string) error {
	if err != nil {
		return err
	}
	web.Said(c, text)
	if said.Back == "" {
		said.Back = "/finance/tranches"
	}
	return web.See(c, said.Back)
}

func (h handlers) returnTranche(c *fiber.Ctx) error {
	id, said, form, err := pressed[returnTrancheForm](c)
	if err == nil {
		err = under("back_", h.book.SendBack(c.UserContext(), web.Actor(c), id, money.Step{Version: said.Version, Reason: said.Reason}))
	}
	return h.settled(c, said.Project, form, err, "退回去了，社区会收到原因")
}

func (h handlers) transfer(c *fiber.Ctx) error {
	id, said, form, err := pressed[transferForm](c)
	if err == nil {
		err = h.book.Transfer(c.UserContext(), web.Actor(c), id, money.NewTransfer{Version: said.Version, BankRef: said.BankRef})
	}
	return h.settled(c, said.Project, form, err, "转账登记好了，团队会收到消息")
}

func (h handlers) project(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.projectPage(c, fiber.StatusOK, id, ui.Form{})
}

func (h handlers) projectPage(c *fiber.Ctx, status int, id string, form ui.Form) error {
	sheet, err := h.book.Sheet(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	_, claims, err := h.book.ClaimsOf(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	community, err := h.named(c, sheet.Project.Place)
	if err != nil {
		return err
	}
	hold := form.Value("id")
	if uuid.Validate(hold) != nil {
		hold = uuid.Must(uuid.NewV7()).String()
	}
	return web.Show(c, status, view.Project(form, view.NewAccounts(sheet, claims, community, hold)))
}

// settled answers what was done to a project's money on its page.
func (h handlers) settled(c *fiber.Ctx, project string, form ui.Form, err error, said string) error {
	if web.Wrong(&form, err) && uuid.Validate(project) == nil {
		return h.projectPage(c, fiber.StatusUnprocessableEntity, project, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	if uuid.Validate(project) != nil {
		return web.See(c, "/finance/tranches")
	}
	return web.See(c, "/desk/projects/"+project+"/money")
}

func (h handlers) hold(c *fiber.Ctx) error {
	id, said, form, err := pressed[holdForm](c)
	if uuid.Validate(said.ID) != nil {
		said.ID = uuid.Must(uuid.NewV7()).String()
	}
	if err == nil {
		err = under("hold_", h.book.Hold(c.UserContext(), web.Actor(c), id, money.NewHold(said)))
	}
	return h.settled(c, id, form, err, "暂停了，团队和社区会收到消息")
}

func (h handlers) clear(c *fiber.Ctx) error {
	id, said, form, err := pressed[clearForm](c)
	if err == nil {
		err = under("clear_", h.book.Clear(c.UserContext(), web.Actor(c), id, money.Step{Reason: said.Reason}))
	}
	return h.settled(c, id, form, err, "恢复了，团队和社区会收到消息")
}

func (h handlers) settle(c *fiber.Ctx) error {
	id, said, form, err := pressed[money.Settlement](c)
	if err == nil {
		err = h.book.Settle(c.UserContext(), web.Actor(c), id, said)
	}
	return h.settled(c, id, form, err, "项目的钱结清了")
}
