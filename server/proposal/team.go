package proposal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

func (h handlers) team(c *fiber.Ctx) error { return h.teamPage(c, fiber.StatusOK, fresh(), "") }

// teamPage shows the team; at names the row whose form was not taken, "" for the invitation.
func (h handlers) teamPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	r, err := h.book.Room(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	p := view.TeamPage{TeamRoom: r, Form: form, At: at, Leads: r.Leads(by), Me: by.ID}
	if at != "" {
		p.Form, p.RowForm = fresh(), form
	}
	return web.Show(c, status, view.Team(p))
}

func (h handlers) invite(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	member, form, err := web.Bind[proposal.NewMember](c)
	if err == nil {
		err = h.book.Invite(c.UserContext(), web.Actor(c), id, member)
	}
	if web.Wrong(&form, err) {
		return h.teamPage(c, fiber.StatusUnprocessableEntity, form, "")
	}
	if err != nil {
		return err
	}
	web.Said(c, "已邀请 %s。请告诉他用这个手机号登录，答复一下", member.Name)
	return web.See(c, "/proposals/"+id+"/team")
}

// decide hands the lead's word on a membership to a verb and comes back to the team.
func (h handlers) decide(c *fiber.Ctx, said string, verb func(context.Context, identity.Actor, string, proposal.Answer) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form ui.Form
	if err := h.seat(c, "member", verb); web.Wrong(&form, err) {
		return h.teamPage(c, fiber.StatusUnprocessableEntity, form, c.Params("member"))
	} else if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/proposals/"+id+"/team")
}

func (h handlers) remove(c *fiber.Ctx) error { return h.decide(c, "已移出名单", h.book.Remove) }

func (h handlers) admit(c *fiber.Ctx) error {
	return h.decide(c, "已请这位邻居加入团队", h.book.Admit)
}

func (h handlers) turnDown(c *fiber.Ctx) error {
	return h.decide(c, "已答复这位邻居", h.book.TurnDown)
}

func (h handlers) allow(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	member, err := web.ID(c, "member")
	if err != nil {
		return err
	}
	a, form, err := web.Bind[proposal.Allowing](c)
	if err == nil {
		err = h.book.Allow(c.UserContext(), web.Actor(c), member, a)
	}
	if web.Wrong(&form, err) {
		return h.teamPage(c, fiber.StatusUnprocessableEntity, form, member)
	}
	if err != nil {
		return err
	}
	web.Said(c, "权限已改")
	return web.See(c, "/proposals/"+id+"/team")
}

func (h handlers) inName(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.InNameOf](c)
	if err == nil {
		err = h.book.SetOrg(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.teamPage(c, fiber.StatusUnprocessableEntity, form, "org")
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/proposals/"+id+"/team")
}

// seat hands the answer of a form about a membership to one of the verbs.
func (h handlers) seat(c *fiber.Ctx, param string, verb func(context.Context, identity.Actor, string, proposal.Answer) error) error {
	id, err := web.ID(c, param)
	if err != nil {
		return err
	}
	answer, _, err := web.Bind[proposal.Answer](c)
	if err != nil {
		return err
	}
	return verb(c.UserContext(), web.Actor(c), id, answer)
}

func (h handlers) invitations(c *fiber.Ctx) error {
	return h.invitationsPage(c, fiber.StatusOK, ui.Form{}, "")
}

func (h handlers) invitationsPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	list, err := h.book.Invitations(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Invitations(list, form, at))
}

func (h handlers) accept(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	answer, form, err := web.Bind[proposal.Answer](c)
	if err == nil {
		err = h.book.Accept(c.UserContext(), web.Actor(c), id, answer)
	}
	if web.Wrong(&form, err) {
		return h.invitationsPage(c, fiber.StatusUnprocessableEntity, form, id)
	}
	if err != nil {
		return err
	}
	if proposal.Young(answer.Age) {
		web.Said(c, "收到了。家长同意、领办人答复以后，就可以参加")
	} else {
		web.Said(c, "您已加入团队")
	}
	return web.See(c, "/invitations")
}

func (h handlers) decline(c *fiber.Ctx) error {
	if err := h.seat(c, "id", h.book.Decline); err != nil {
		return err
	}
	web.Said(c, "已告诉领办人，您这次不参加")
	return web.See(c, "/invitations")
}

func (h handlers) leave(c *fiber.Ctx) error {
	if err := h.seat(c, "id", h.book.Leave); err != nil {
		return err
	}
	web.Said(c, "您已退出团队")
	return web.See(c, "/invitations")
}

// shown tells whether a form is shown again, with which status: a conflict is said on the page as well.
func shown(form *ui.Form, err error) (int, bool) {
	if web.Wrong(form, err) {
		return fiber.StatusUnprocessableEntity, true
	}
	if fault.Is(err, fault.Conflict) {
		m := fault.MessageOf(err)
		form.Wrong = fault.Fields{"": m}
		return fiber.StatusConflict, true
	}
	return 0, false
}
