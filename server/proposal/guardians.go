package proposal

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// guardian is what a guardian's code opens; nobody need be signed in. The secret part leaves the address bar at once.
func (h handlers) guardian(c *fiber.Ctx) error {
	if token := web.Query(c, "k"); token != "" {
		web.Carry(c, "guardian", token)
		return web.See(c, "/guardian")
	}
	return h.guardianPage(c, fiber.StatusOK, ui.Form{})
}

func (h handlers) guardianPage(c *fiber.Ctx, status int, form ui.Form) error {
	token := web.Carried(c, "guardian")
	if token == "" {
		return web.Page(c, view.NoOffer())
	}
	care, err := h.book.Cared(c.UserContext(), token)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Guardian(care, form))
}

func (h handlers) guardianCode(c *fiber.Ctx) error {
	var form ui.Form
	err := h.book.SendGuardianCode(c.UserContext(), web.Carried(c, "guardian"))
	if status, again := shown(&form, err); again {
		return h.guardianPage(c, status, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "确认码已发出，请看短信")
	return web.See(c, "/guardian")
}

func (h handlers) guardianAgrees(c *fiber.Ctx) error {
	a, form, err := web.Bind[proposal.GuardianAnswer](c)
	if err == nil {
		err = h.book.GuardianAgrees(c.UserContext(), web.Carried(c, "guardian"), a)
	}
	if status, again := shown(&form, err); again {
		return h.guardianPage(c, status, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "谢谢您，已经记下您同意了")
	return web.See(c, "/guardian")
}

func (h handlers) guardianRefuses(c *fiber.Ctx) error {
	if err := h.book.GuardianRefuses(c.UserContext(), web.Carried(c, "guardian")); err != nil {
		return err
	}
	web.Said(c, "知道了，孩子这次不参加")
	return web.See(c, "/guardian")
}

func (h handlers) myGuardian(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	care, token, err := h.book.MyGuardian(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.ShowGuardian(care, web.Base(c)+"/guardian?k="+token))
}

func (h handlers) deskGuardians(c *fiber.Ctx) error {
	list, err := h.book.WaitingGuardians(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.DeskGuardians(list))
}

func (h handlers) deskGuardian(c *fiber.Ctx) error {
	return h.deskGuardianPage(c, fiber.StatusOK, fresh(), "", nil)
}

func (h handlers) deskGuardianPage(c *fiber.Ctx, status int, form ui.Form, at string, seen *proposal.Contact) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	care, err := h.book.OpenGuardian(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.DeskGuardian(view.GuardianPage{Care: care, Form: form, At: at, Seen: seen, NewID: newID()}))
}

func (h handlers) revealGuardian(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	type why struct {
		Reason string `form:"reason"`
	}
	n, form, err := web.Bind[why](c)
	var seen proposal.Contact
	if err == nil {
		seen, err = h.book.RevealGuardian(c.UserContext(), web.Actor(c), id, n.Reason)
	}
	if web.Wrong(&form, err) {
		return h.deskGuardianPage(c, fiber.StatusUnprocessableEntity, form, "reveal", nil)
	}
	if err != nil {
		return err
	}
	return h.deskGuardianPage(c, fiber.StatusOK, fresh(), "", &seen)
}

func (h handlers) guardianPaper(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.SignedPaper](c)
	if err == nil {
		err = h.takePaper(c, &n)
	}
	if err == nil {
		err = h.book.RecordPaper(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.deskGuardianPage(c, fiber.StatusUnprocessableEntity, form, "paper", nil)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已登记家长同意")
	return web.See(c, "/desk/guardians")
}

// takePaper puts the picture of a signed paper into the store, if one came.
func (h handlers) takePaper(c *fiber.Ctx, n *proposal.SignedPaper) error {
	if !strings.HasPrefix(c.Get(fiber.HeaderContentType), fiber.MIMEMultipartForm) {
		return nil // a form without its file: the verb says what is missing
	}
	files, err := web.Files(c, "paper")
	if err != nil || len(files) == 0 {
		return err
	}
	r, err := files[0].Open()
	if err != nil {
		return err
	}
	defer r.Close()
	n.File, err = h.book.TakePaper(c.UserContext(), r)
	n.FileName = files[0].Name
	if fault.Is(err, fault.Invalid) {
		m := fault.MessageOf(err)
		return fault.Field("paper", m.Text, m.Args...)
	}
	return err
}
