package proposal

import (
	"seedbed/domain/identity"
	"seedbed/server/web"
)

// teamRoutes are the pages about who stands behind a proposal.
func (h handlers) teamRoutes() []web.Route {
	write := identity.DraftProposals
	return []web.Route{
		{Method: "GET", Path: "/proposals/:id/team", May: write, Handle: h.team},
		{Method: "POST", Path: "/proposals/:id/members", May: write, Handle: h.invite},
		{Method: "POST", Path: "/proposals/:id/members/:member/remove", May: write, Handle: h.remove},
		{Method: "POST", Path: "/proposals/:id/members/:member/admit", May: write, Handle: h.admit},
		{Method: "POST", Path: "/proposals/:id/members/:member/turn-down", May: write, Handle: h.turnDown},
		{Method: "POST", Path: "/proposals/:id/members/:member/rights", May: write, Handle: h.allow},
		{Method: "POST", Path: "/proposals/:id/org", May: write, Handle: h.inName},
		{Method: "GET", Path: "/invitations", May: identity.BeHere, Handle: h.invitations},
		{Method: "POST", Path: "/invitations/:id/accept", May: write, Handle: h.accept},
		{Method: "POST", Path: "/invitations/:id/decline", May: write, Handle: h.decline},
		{Method: "POST", Path: "/invitations/:id/leave", May: write, Handle: h.leave},

		{Method: "GET", Path: "/proposals/:id/recruit", May: write, Handle: h.recruiting},
		{Method: "POST", Path: "/proposals/:id/wants", May: write, Handle: h.setWant},
		{Method: "POST", Path: "/proposals/:id/wants/:want/turn", May: write, Handle: h.turnWant},
		{Method: "POST", Path: "/proposals/:id/post", May: write, Handle: h.publish},
		{Method: "POST", Path: "/proposals/:id/post/close", May: write, Handle: h.unpublish},
		{Method: "GET", Path: "/proposals/:id/poster", May: write, Handle: h.poster},
		{Method: "POST", Path: "/proposals/:id/links", May: write, Handle: h.makeLink},
		{Method: "GET", Path: "/proposals/:id/links/:link", May: write, Handle: h.showLink},
		{Method: "POST", Path: "/proposals/:id/links/:link/revoke", May: write, Handle: h.revokeLink},
		{Method: "GET", Path: "/recruit", May: identity.Look, Handle: h.recruits},
		{Method: "GET", Path: "/recruit/:id", May: identity.Look, Handle: h.recruit},
		{Method: "POST", Path: "/recruit/:id", May: write, Handle: h.apply},
		{Method: "GET", Path: "/r/:code", May: identity.Look, Handle: h.short},
		{Method: "GET", Path: "/join", May: identity.Look, Handle: h.offer},
		{Method: "POST", Path: "/join", May: write, Handle: h.join},

		{Method: "GET", Path: "/guardian", May: identity.Look, Handle: h.guardian},
		{Method: "POST", Path: "/guardian/code", May: identity.Look, Handle: h.guardianCode},
		{Method: "POST", Path: "/guardian", May: identity.Look, Handle: h.guardianAgrees},
		{Method: "POST", Path: "/guardian/refuse", May: identity.Look, Handle: h.guardianRefuses},
		{Method: "GET", Path: "/guardians/:id", May: identity.BeHere, Handle: h.myGuardian},
		{Method: "GET", Path: "/desk/guardians", May: identity.RecordGuardians, Handle: h.deskGuardians},
		{Method: "GET", Path: "/desk/guardians/:id", May: identity.RecordGuardians, Handle: h.deskGuardian},
		{Method: "POST", Path: "/desk/guardians/:id/reveal", May: identity.RecordGuardians, Handle: h.revealGuardian},
		{Method: "POST", Path: "/desk/guardians/:id/paper", May: identity.RecordGuardians, Handle: h.guardianPaper, Upload: true},

		{Method: "GET", Path: "/proposals/:id/handover", May: write, Handle: h.handover},
		{Method: "POST", Path: "/proposals/:id/handover", May: write, Handle: h.propose},
		{Method: "POST", Path: "/proposals/:id/handover/:vote/cast", May: write, Handle: h.cast},
		{Method: "POST", Path: "/proposals/:id/handover/:vote/withdraw", May: write, Handle: h.takeBack},
		{Method: "GET", Path: "/desk/handovers", May: identity.ConfirmLeads, Handle: h.deskHandovers},
		{Method: "POST", Path: "/desk/handovers/:id", May: identity.ConfirmLeads, Handle: h.confirmLead},

		{Method: "GET", Path: "/proposals/:id/comments", May: write, Handle: h.remarks},
		{Method: "POST", Path: "/proposals/:id/comments", May: write, Handle: h.say},
		{Method: "POST", Path: "/proposals/:id/comments/:remark/hide", May: write, Handle: h.hideRemark},
	}
}
