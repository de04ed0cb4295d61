// Package delivery answers the pages of projects being carried out.
package delivery

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/delivery"
	"seedbed/domain/identity"
	"seedbed/server/web"
)

type handlers struct{ book *delivery.Book }

// Routes lists the pages.
func Routes(book *delivery.Book) []web.Route {
	h := handlers{book}
	return []web.Route{
		{Method: "GET", Path: "/projects/:id/room", May: identity.ReadProjects, Handle: h.room},
		{Method: "GET", Path: "/projects/:id/activities/new", May: identity.LogActivities, Handle: h.newPlan},
		{Method: "POST", Path: "/projects/:id/activities", May: identity.LogActivities, Handle: h.plan},
		{Method: "GET", Path: "/activities/:id", May: identity.ReadProjects, Handle: h.activity},
		{Method: "GET", Path: "/activities/:id/plan", May: identity.LogActivities, Handle: h.oldPlan},
		{Method: "POST", Path: "/activities/:id/plan", May: identity.LogActivities, Handle: h.replan},
		{Method: "GET", Path: "/activities/:id/log", May: identity.LogActivities, Handle: h.logForm},
		{Method: "POST", Path: "/activities/:id/log", May: identity.LogActivities, Handle: h.log},
		{Method: "POST", Path: "/activities/:id/announce", May: identity.ReportResults, Handle: h.announce},
		{Method: "POST", Path: "/activities/:id/cancel", May: identity.ReportResults, Handle: h.cancel},
		{Method: "POST", Path: "/activities/:id/submit", May: identity.ReportResults, Handle: h.submit},
		{Method: "POST", Path: "/activities/:id/photos", May: identity.LogActivities, Handle: h.attach, Upload: true},
		{Method: "POST", Path: "/photos/:id/remove", May: identity.LogActivities, Handle: h.remove},
		{Method: "POST", Path: "/photos/:id/clear", May: identity.ClearPhotos, Handle: h.clear},
		{Method: "POST", Path: "/photos/:id/hide", May: identity.BeHere, Handle: h.hide},
		{Method: "GET", Path: "/projects/:id/report", May: identity.ReportResults, Handle: h.reportForm},
		{Method: "POST", Path: "/projects/:id/report", May: identity.ReportResults, Handle: h.report},

		{Method: "GET", Path: "/desk/activities", May: identity.ReviewActivities, Handle: h.desk},
		{Method: "GET", Path: "/desk/activities/:id", May: identity.ReviewActivities, Handle: h.deskActivity},
		{Method: "POST", Path: "/desk/activities/:id/verify", May: identity.VerifyActivities, Handle: h.verify},
		{Method: "POST", Path: "/desk/activities/:id/return", May: identity.ReviewActivities, Handle: h.sendBack},
		{Method: "POST", Path: "/desk/activities/:id/reject", May: identity.VerifyActivities, Handle: h.reject},
		{Method: "GET", Path: "/desk/photos/:id", May: identity.ClearPhotos, Handle: h.photo},
		{Method: "GET", Path: "/desk/evaluations", May: identity.ReadEvaluations, Handle: h.evaluations},
		{Method: "GET", Path: "/desk/evaluations/:id", May: identity.ReadEvaluations, Handle: h.evaluation},
		{Method: "POST", Path: "/desk/evaluations/:id/marks", May: identity.EvaluateProjects, Handle: h.mark},
		{Method: "POST", Path: "/desk/evaluations/:id/close", May: identity.CloseEvaluations, Handle: h.close},
		{Method: "POST", Path: "/desk/projects/:id/accept", May: identity.CloseEvaluations, Handle: h.accept},
	}
}

// step reads a move of an activity: who, which, and what was typed.
func (h handlers) step(c *fiber.Ctx) (string, delivery.Step, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return "", delivery.Step{}, err
	}
	step, _, err := web.Bind[delivery.Step](c)
	return id, step, err
}
