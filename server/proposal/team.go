package proposal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

func (h handlers) team(c *fiber.Ctx) error { return h.teamPage(c, fiber.StatusOK, fresh()) }

func (h handlers) teamPage(c *fiber.Ctx, status int, form ui.Form) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Team(view.TeamPage{Full: f, Form: form, Leads: f.Leads(web.Actor(c))}))
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
		return h.teamPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已邀请 %s。请告诉他用这个手机号登录，答复一下", member.Name)
	return web.See(c, "/proposals/"+id+"/team")
}

func (h handlers) remove(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.seat(c, "member", h.book.Remove); err != nil {
		return err
	}
	web.Said(c, "已移出名单")
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
	var form ui.Form
	if err := h.seat(c, "id", h.book.Accept); web.Wrong(&form, err) {
		return h.invitationsPage(c, fiber.StatusUnprocessableEntity, form, c.Params("id"))
	} else if err != nil {
		return err
	}
	web.Said(c, "您已加入团队")
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
