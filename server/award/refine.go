package award

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/ui"
)

// fitted is the plan as the form asks for it: what each line costs altogether, which is what the bounds are about.
type fitted struct {
	Version      int          `form:"version"`
	Lines        []fittedLine `form:"lines"`
	ActTarget    int          `form:"act_target"`
	ServedTarget int          `form:"served_target"`
}

type fittedLine struct {
	Amount yuan.Fen `form:"amount"`
	Qty    int      `form:"qty"`
	Note   string   `form:"note"`
}

// refinement splits each line into pieces; a sum that does not divide is a fault of its line.
func (f fitted) refinement() (award.Refinement, error) {
	r := award.Refinement{Version: f.Version, ActTarget: f.ActTarget, ServedTarget: f.ServedTarget}
	var wrong fault.Fields
	for i, l := range f.Lines {
		piece := award.RefinedLine{UnitPrice: l.Amount, Qty: l.Qty, Note: l.Note}
		if l.Qty > 0 {
			piece.UnitPrice = l.Amount / yuan.Fen(l.Qty)
			if l.Amount%yuan.Fen(l.Qty) != 0 {
				wrong.Add("lines."+strconv.Itoa(i)+".qty", "%s 分成 %d 份除不尽，请改一改金额或者数量", l.Amount.Show(), l.Qty)
			}
		}
		r.Lines = append(r.Lines, piece)
	}
	return r, wrong.Err()
}

// fit is the form of a plan as the house suggests it, or as it was saved.
func fit(r award.Refinement) ui.Form {
	f := fitted{Version: r.Version, ActTarget: r.ActTarget, ServedTarget: r.ServedTarget}
	for _, l := range r.Lines {
		f.Lines = append(f.Lines, fittedLine{Amount: l.UnitPrice * yuan.Fen(l.Qty), Qty: l.Qty, Note: l.Note})
	}
	return web.Fill(f)
}

// plan is the lead's form while the plan is being fitted, and the comparison for everybody else and afterwards.
func (h handlers) plan(c *fiber.Ctx) error {
	p, err := h.readPlan(c)
	if err != nil {
		return err
	}
	if p.Leads && p.State == proposal.Refining {
		p.Form = fit(p.Suggest())
		return web.Page(c, view.Refine(p))
	}
	return web.Page(c, view.Refinement(p))
}

func (h handlers) readPlan(c *fiber.Ctx) (view.RefinePage, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return view.RefinePage{}, err
	}
	p, err := h.book.Plan(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return view.RefinePage{}, err
	}
	page := view.RefinePage{Plan: p, ID: newID()}
	page.Handed, err = h.book.Handed(c.UserContext(), p)
	return page, err
}

func (h handlers) refine(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[fitted](c)
	var r award.Refinement
	if err == nil {
		r, err = typed.refinement()
	}
	if err == nil {
		err = h.book.Refine(c.UserContext(), web.Actor(c), id, r)
	}
	if web.Wrong(&form, err) {
		return h.retype(c, fiber.StatusUnprocessableEntity, form)
	}
	if fault.Is(err, fault.Conflict) {
		return h.overtaken(c, form, err)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经交给区社区办，看过会告诉您")
	return web.See(c, "/proposals/"+id+"/refine")
}

// retype shows the form again with what was typed; the domain's complaints about a price belong to the line's sum.
func (h handlers) retype(c *fiber.Ctx, status int, form ui.Form) error {
	p, err := h.readPlan(c)
	if err != nil {
		return err
	}
	for field, m := range form.Wrong {
		if at, price := strings.CutSuffix(field, ".unit_price"); price {
			delete(form.Wrong, field)
			form.Wrong[at+".amount"] = m
		}
	}
	p.Form = form
	return web.Show(c, status, view.Refine(p))
}

// overtaken keeps what was typed when the plan has moved on meanwhile. While it may still be fitted, the next press
// knows of the other's version.
func (h handlers) overtaken(c *fiber.Ctx, form ui.Form, conflict error) error {
	p, err := h.readPlan(c)
	if err != nil {
		return err
	}
	if !p.Leads || p.State != proposal.Refining {
		return conflict
	}
	form = kept(form, conflict)
	form.Values.Set("version", strconv.Itoa(p.Version))
	return h.retype(c, fiber.StatusConflict, form)
}

func (h handlers) deskPlan(c *fiber.Ctx) error {
	return h.deskPlanPage(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) deskPlanPage(c *fiber.Ctx, status int, form ui.Form) error {
	p, err := h.readPlan(c)
	if err != nil {
		return err
	}
	p.Desk, p.Form = true, form
	return web.Show(c, status, view.Refinement(p))
}

func (h handlers) acceptPlan(c *fiber.Ctx) error {
	id, press, err := pressed(c)
	if err == nil {
		err = h.book.AcceptPlan(c.UserContext(), web.Actor(c), id, press)
	}
	if err != nil {
		return err
	}
	web.Said(c, "计划定下来了，可以起草协议")
	return web.See(c, "/desk/proposals/"+id+"/refinement")
}

func (h handlers) sendPlanBack(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	s, form, err := web.Bind[award.SentBack](c)
	if err == nil {
		err = h.book.SendPlanBack(c.UserContext(), web.Actor(c), id, s)
	}
	if web.Wrong(&form, err) {
		return h.deskPlanPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if fault.Is(err, fault.Conflict) {
		return h.deskPlanPage(c, fiber.StatusConflict, kept(form, err))
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经退回，领办人会收到您写的原因")
	return web.See(c, "/desk/proposals/"+id+"/refinement")
}
