// Package award answers the pages from the ranking to the agreement.
package award

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/award"
	"seedbed/domain/clock"
	"seedbed/domain/identity"
	"seedbed/server/web"
	"seedbed/storage/pg"
	"seedbed/templates/ui"
)

type handlers struct {
	book  *award.Book
	db    *pg.DB
	clock clock.Clock
}

// Routes lists the pages.
func Routes(book *award.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := handlers{book, db, c}
	return []web.Route{
		{Method: "GET", Path: "/desk/editions/:id/results", May: identity.ReadSheets, Handle: h.results},
		{Method: "POST", Path: "/desk/editions/:id/allocate", May: identity.AllocateAwards, Handle: h.allocate},
		{Method: "POST", Path: "/desk/editions/:id/publish-results", May: identity.PublishNotices, Handle: h.publish},

		{Method: "GET", Path: "/notices", May: identity.Look, Handle: h.notices},
		{Method: "GET", Path: "/notices/:id", May: identity.Look, Handle: h.notice},
		{Method: "GET", Path: "/notices/:id/print", May: identity.Look, Handle: h.noticePaper},
		{Method: "POST", Path: "/notices/:id/objections", May: identity.Object, Handle: h.object},
		{Method: "GET", Path: "/objections", May: identity.BeHere, Handle: h.filed},
		{Method: "GET", Path: "/desk/objections", May: identity.HandleObjects, Handle: h.cases},
		{Method: "GET", Path: "/desk/objections/:id", May: identity.HandleObjects, Handle: h.oneCase},
		{Method: "POST", Path: "/desk/objections/:id/take", May: identity.HandleObjects, Handle: h.take},
		{Method: "POST", Path: "/desk/objections/:id/uphold", May: identity.HandleObjects, Handle: h.uphold},
		{Method: "POST", Path: "/desk/objections/:id/dismiss", May: identity.HandleObjects, Handle: h.dismiss},

		{Method: "GET", Path: "/proposals/:id/result", May: identity.ReadProjects, Handle: h.result},
		{Method: "GET", Path: "/proposals/:id/refine", May: identity.ReadProjects, Handle: h.plan},
		{Method: "POST", Path: "/proposals/:id/refine", May: identity.DraftProposals, Handle: h.refine},
		{Method: "POST", Path: "/proposals/:id/decline", May: identity.DraftProposals, Handle: h.decline},
		{Method: "GET", Path: "/desk/proposals/:id/refinement", May: identity.ReadProposals, Handle: h.deskPlan},
		{Method: "POST", Path: "/desk/proposals/:id/accept-refinement", May: identity.AcceptRefinements, Handle: h.acceptPlan},
		{Method: "POST", Path: "/desk/proposals/:id/send-refinement-back", May: identity.AcceptRefinements, Handle: h.sendPlanBack},

		{Method: "GET", Path: "/desk/agreements", May: identity.ReadProposals, Handle: h.papers},
		{Method: "POST", Path: "/desk/proposals/:id/agreement", May: identity.DraftAgreements, Handle: h.draft},
		{Method: "GET", Path: "/agreements/:id", May: identity.ReadProjects, Handle: h.pact},
		{Method: "GET", Path: "/agreements/:id/print", May: identity.ReadProjects, Handle: h.pactPaper},
		{Method: "POST", Path: "/agreements/:id/sign", May: identity.ReadProjects, Handle: h.sign},
	}
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// made is the id a form brought, or a new one when it is not from our form.
func made(id string) string {
	if uuid.Validate(id) != nil || len(id) != 36 {
		return newID()
	}
	return id
}

// fresh is an empty form with an id of its own, so that sending it twice is sending it once.
func fresh() ui.Form { return ui.Form{Values: map[string][]string{"id": {newID()}}} }

// pressed reads a button on a page: on which row, at which version.
func pressed(c *fiber.Ctx) (string, award.Pressed, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return "", award.Pressed{}, err
	}
	p, _, err := web.Bind[award.Pressed](c)
	return id, p, err
}

const perPage = 50

// from reads where a page of a list by time begins: before which moment and row.
func (h handlers) from(c *fiber.Ctx) (before time.Time, last string) {
	if at, id, ok := strings.Cut(web.Query(c, "before"), "_"); ok {
		micros, err := strconv.ParseInt(at, 10, 64)
		if err == nil && uuid.Validate(id) == nil && len(id) == 36 {
			return time.UnixMicro(micros), id
		}
	}
	return h.clock.Now().Add(time.Second), uuid.Max.String()
}

// mark writes what from reads.
func mark(at time.Time, id string) string {
	return "before=" + strconv.FormatInt(at.UnixMicro(), 10) + "_" + id
}
