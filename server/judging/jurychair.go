package judging

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

func (h handlers) ties(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p := view.TiesPage{}
	if p.List, err = h.book.Conflicts(c.UserContext(), web.Actor(c), id, ""); err != nil {
		return err
	}
	if p.Edition, err = edition.Get(c.UserContext(), h.db, id); err != nil {
		return err
	}
	return web.Page(c, view.Ties(p))
}

func (h handlers) chair(c *fiber.Ctx) error { return h.chairPage(c, fiber.StatusOK, "", ui.Form{}) }

func (h handlers) chairPage(c *fiber.Ctx, status int, at string, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	judge, err := web.ID(c, "judge")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	p := view.ChairPage{}
	if p.Chaired, err = h.book.Chaired(c.UserContext(), by, judge); err != nil {
		return err
	}
	if p.EditionID != id {
		return fault.Missing()
	}
	p.CanRun = by.Can(identity.RunRounds, p.Edition.Place)
	if p.CanRun {
		if p.Candidates, err = h.book.Candidates(c.UserContext(), by, id); err != nil {
			return err
		}
	}
	swap := fresh()
	swap.Values.Set("version", strconv.Itoa(p.Version))
	p.Forms = map[string]ui.Form{view.Limits: web.Fill(judging.Limits{Least: p.LoadMin, Most: p.LoadMax}), view.SwapForm: swap}
	if at != "" {
		p.Forms[at] = form
	}
	return web.Show(c, status, view.Chair(p))
}

func (h handlers) limit(c *fiber.Ctx) error {
	judge, err := web.ID(c, "judge")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.Limits](c)
	if err == nil {
		err = h.book.Limit(c.UserContext(), web.Actor(c), judge, n)
	}
	if web.Wrong(&form, err) {
		return h.chairPage(c, fiber.StatusUnprocessableEntity, view.Limits, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/desk/editions/"+c.Params("id")+"/judging/judges/"+judge)
}

// swapped is the form of an exchange, field by field as web.Bind reads it.
type swapped struct {
	ID        string `form:"id"`
	PersonID  string `form:"person_id"`
	Unit      string `form:"unit"`
	Expertise string `form:"expertise"`
	Reason    string `form:"reason"`
	Version   int    `form:"version"`
}

func (h handlers) swap(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	judge, err := web.ID(c, "judge")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[swapped](c)
	if err == nil {
		who := judging.NewJudge{ID: fromForm(n.ID), PersonID: n.PersonID, Unit: n.Unit, Expertise: n.Expertise}
		err = h.book.Swap(c.UserContext(), web.Actor(c), judge, judging.Swap{NewJudge: who, Reason: n.Reason, Version: n.Version})
	}
	if web.Wrong(&form, err) {
		return h.chairPage(c, fiber.StatusUnprocessableEntity, view.SwapForm, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经换下，邀请发出去了，等对方答复")
	return web.See(c, "/desk/editions/"+id+"/judging")
}
