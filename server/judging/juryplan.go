package judging

import (
	"io"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

// mostPlan is the largest plan file that is taken, in bytes.
const mostPlan = 16 << 20

// aim reads what is chosen off the address; anything else is the usual way.
func aim(c *fiber.Ctx) judging.Aim {
	a := judging.Usual()
	if mode := web.Query(c, "mode"); mode != "" {
		a.Mode = mode
	}
	if load := web.Query(c, "load"); load != "" {
		a.Load = load
	}
	a.Q, _ = strconv.Atoi(web.Query(c, "q")) // the verb refuses what is no chance
	if a.Q == 0 {
		a.Q = 50
	}
	return a
}

func aimForm(a judging.Aim) ui.Form {
	return ui.Form{Values: url.Values{"mode": {a.Mode}, "q": {strconv.Itoa(a.Q)}, "load": {a.Load}}}
}

func (h handlers) assignment(c *fiber.Ctx) error {
	return h.planPage(c, fiber.StatusOK, aim(c), ui.Form{}, ui.Form{})
}

// planPage shows the assignment of an aim, with the forms that were not taken.
func (h handlers) planPage(c *fiber.Ctx, status int, a judging.Aim, confirm, lock ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	p := view.PlanPage{Form: aimForm(a), Confirm: confirm, Lock: lock}
	p.Preview, err = h.book.Preview(c.UserContext(), web.Actor(c), round, a)
	if web.Wrong(&p.Form, err) {
		status = fiber.StatusUnprocessableEntity
		wrong := p.Form.Wrong
		a = judging.Usual()
		p.Preview, err = h.book.Preview(c.UserContext(), web.Actor(c), round, a)
		p.Form.Wrong = wrong
	}
	if err != nil {
		return err
	}
	if p.Edition.ID != id {
		return fault.Missing()
	}
	if p.Confirm.Values == nil {
		p.Confirm.Values = url.Values{}
	}
	if p.Confirm.Value("id") == "" {
		p.Confirm.Values.Set("id", newID())
	}
	p.Confirm.Apart, p.Lock.Apart = "confirm-", "lock-"
	return web.Show(c, status, view.Assignment(p))
}

func (h handlers) confirm(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.Confirmed](c)
	if err == nil {
		n.ID = fromForm(n.ID)
		n.Plan, err = planFile(c)
	}
	if err == nil {
		err = h.book.Confirm(c.UserContext(), web.Actor(c), round, n)
	}
	if web.Wrong(&form, err) {
		return h.planPage(c, fiber.StatusUnprocessableEntity, n.Aim(), form, ui.Form{})
	}
	if err != nil {
		return err
	}
	web.Said(c, "方案存好了，评审开始时就按它分")
	return web.See(c, "/desk/editions/"+id+"/judging/rounds/"+round+"/plan")
}

// planFile is the text of a plan computed elsewhere, "" when none was sent.
func planFile(c *fiber.Ctx) (string, error) {
	if !c.Is("multipart/form-data") && c.Get("Content-Type") == fiber.MIMEApplicationForm {
		return "", nil
	}
	files, err := web.Files(c, "plan")
	if err != nil || len(files) == 0 {
		return "", err
	}
	if files[0].Size > mostPlan {
		return "", fault.Field("plan", "文件太大了，最多 %d MB", mostPlan>>20)
	}
	r, err := files[0].Open()
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(r, mostPlan))
	if err == nil && len(text) == 0 {
		err = fault.Field("plan", "这个文件是空的")
	}
	return string(text), err
}

func (h handlers) instance(c *fiber.Ctx) error {
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	text, err := h.book.InstanceOf(c.UserContext(), web.Actor(c), round, aim(c))
	if err != nil {
		return err
	}
	return file(c, "assign-instance.json", text)
}

func (h handlers) storedPlan(c *fiber.Ctx) error {
	plan, err := web.ID(c, "plan")
	if err != nil {
		return err
	}
	p, err := h.book.StoredPlan(c.UserContext(), web.Actor(c), plan)
	if err != nil {
		return err
	}
	text, err := p.Protocol()
	if err != nil {
		return err
	}
	return file(c, "assign-protocol-"+strconv.Itoa(p.No)+".json", text)
}

// file sends a JSON text as a file to keep.
func file(c *fiber.Ctx, name string, text []byte) error {
	c.Set("Content-Type", "application/json; charset=utf-8")
	c.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Set("Cache-Control", "no-store")
	return c.Send(text)
}

func (h handlers) lock(c *fiber.Ctx) error {
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.Pairing](c)
	if err == nil {
		err = h.book.Lock(c.UserContext(), web.Actor(c), round, n)
	}
	if web.Wrong(&form, err) {
		a := judging.Usual()
		return h.planPage(c, fiber.StatusUnprocessableEntity, a, ui.Form{}, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "定下了这一对，请再看一遍结果")
	return web.See(c, "/desk/editions/"+c.Params("id")+"/judging/rounds/"+round+"/plan")
}

func (h handlers) unlock(c *fiber.Ctx) error {
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[judging.Pairing](c)
	if err == nil {
		err = h.book.Unlock(c.UserContext(), web.Actor(c), round, n)
	}
	if err != nil {
		return err
	}
	web.Said(c, "松开了这一对，请再看一遍结果")
	return web.See(c, "/desk/editions/"+c.Params("id")+"/judging/rounds/"+round+"/plan")
}
