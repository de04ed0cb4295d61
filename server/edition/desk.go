package edition

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/edition"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func (h handlers) desk(c *fiber.Ctx) error {
	by := web.Actor(c)
	list, err := h.book.Desk(c.UserContext(), by)
	if err != nil {
		return err
	}
	return web.Page(c, view.Desk(list, h.clock.Now(), len(by.Sight(identity.PlanEditions)) > 0))
}

func (h handlers) blank(c *fiber.Ctx) error {
	return h.newPage(c, fiber.StatusOK, ui.Form{Values: url.Values{"id": {newID()}}})
}

func (h handlers) newPage(c *fiber.Ctx, status int, form ui.Form) error {
	sight := web.Actor(c).Sight(identity.PlanEditions)
	var places []ui.Option
	if len(sight) > 1 {
		for _, path := range sight {
			p, err := place.One(c.UserContext(), h.db, path)
			if err != nil {
				return err
			}
			places = append(places, ui.Option{Value: path, Label: words.Pick(c.UserContext(), p.Name, p.NameEn)})
		}
	}
	return web.Show(c, status, view.New(form, places))
}

func (h handlers) create(c *fiber.Ctx) error {
	draft, form, err := web.Bind[edition.NewEdition](c)
	var made edition.Edition
	if err == nil {
		if uuid.Validate(draft.ID) != nil || len(draft.ID) != 36 { // not from our form
			draft.ID = newID()
		}
		made, err = h.book.Create(c.UserContext(), web.Actor(c), draft)
	}
	if web.Wrong(&form, err) {
		return h.newPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经照上一届的样子起草好了，请往下看，改好再公布")
	return web.See(c, "/desk/editions/"+made.ID)
}

func (h handlers) one(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	return h.onePage(c, fiber.StatusOK, call, web.Fill(edition.PlanOf(call.Edition, call.Funds)))
}

// onePage shows an edition on the desk. Of another district's it says nothing that its public page does not.
func (h handlers) onePage(c *fiber.Ctx, status int, call edition.Call, form ui.Form) error {
	return h.onePageWith(c, status, call, form, ui.Form{})
}

// onePageWith is onePage with what was wrong with a file.
func (h handlers) onePageWith(c *fiber.Ctx, status int, call edition.Call, form, file ui.Form) error {
	by, ctx := web.Actor(c), c.UserContext()
	p := view.DeskPage{Call: call, Form: form, FileForm: file, Missing: h.book.Missing(call), Now: h.clock.Now(),
		CanPlan: by.Can(identity.PlanEditions, call.Place), CanPublish: by.Can(identity.PublishEditions, call.Place),
		CanReview: by.Can(identity.RunRounds, call.Place), CanJudge: by.Sees(identity.ReadSheets, call.Place), CanPapers: len(by.Sight(identity.ExportProposals)) > 0, CanAttach: edition.MayAttach(by, call.Edition)}
	cal, err := place.Calendar(ctx, h.db)
	if err != nil {
		return err
	}
	p.Slots, p.Grace = call.Timetable(cal), call.Grace(cal)
	if p.Files, err = h.book.Files(ctx, call.ID); err != nil {
		return err
	}
	return web.Show(c, status, view.One(p))
}

// plan saves the plan of a draft, or shows it with one more row for a fund source.
func (h handlers) plan(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[edition.Plan](c)
	if form.Value("add") != "" {
		form.Values.Set("funds."+strconv.Itoa(form.Rows("funds", 1))+".name", "")
		form.Wrong = nil
		return h.onePage(c, fiber.StatusOK, call, form)
	}
	if err == nil {
		err = h.book.Edit(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.onePage(c, fiber.StatusUnprocessableEntity, call, form)
	}
	if fault.Is(err, fault.Conflict) {
		return h.crossed(c, draft, form, err)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/desk/editions/"+id)
}

// crossed answers a plan that came after somebody else's: a long text is not lost because a colleague was faster, and
// the same form sent twice is well.
func (h handlers) crossed(c *fiber.Ctx, draft edition.Plan, form ui.Form, cause error) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	if settled(edition.PlanOf(call.Edition, call.Funds), draft) {
		return web.See(c, "/desk/editions/"+id)
	}
	if call.State != edition.Draft {
		return cause
	}
	form.Wrong = fault.Fields{}
	form.Wrong.Add("", "同事刚才也改了这一页。您填的都在下面，请另开一页看看最新的，再决定怎么合在一起")
	return h.onePage(c, fiber.StatusConflict, call, form)
}

// settled tells whether what is stored is what was typed.
func settled(stored, typed any) bool {
	have, want := web.Fill(stored).Values, web.Fill(typed).Values
	for _, passing := range []string{"version", "reason"} {
		have.Del(passing)
		want.Del(passing)
	}
	return maps.EqualFunc(have, want, slices.Equal)
}

// publish makes the call public; what is missing is shown beside the fields of its plan.
func (h handlers) publish(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	pressed, _, err := web.Bind[edition.Pressed](c)
	if err == nil {
		err = h.book.Publish(c.UserContext(), web.Actor(c), id, pressed)
	}
	form := web.Fill(edition.PlanOf(call.Edition, call.Funds))
	if web.Wrong(&form, err) {
		return h.onePage(c, fiber.StatusUnprocessableEntity, call, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "公布了，社区工作人员和全区居民都会收到消息")
	return web.See(c, "/desk/editions/"+id)
}

func (h handlers) terms(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	return web.Page(c, view.Terms(web.Fill(edition.TermsOf(call.Edition)), call.Edition, mayChange(web.Actor(c), call.Edition)))
}

// mayChange tells whether the actor may change the rules as things stand: a draft's who plans it, a published call's
// who published it.
func mayChange(by identity.Actor, e edition.Edition) bool {
	switch e.State {
	case edition.Draft:
		return by.Can(identity.PlanEditions, e.Place)
	case edition.Open, edition.Closed:
		return by.Can(identity.PublishEditions, e.Place)
	}
	return false
}

func (h handlers) setTerms(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.Terms](c)
	if err == nil {
		err = h.book.SetTerms(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Terms(form, call.Edition, mayChange(web.Actor(c), call.Edition)))
	}
	stored := edition.TermsOf(call.Edition)
	if typed.Gallery == "" { // left as it is
		typed.Gallery = stored.Gallery
	}
	if typed.Sharing == "" {
		typed.Sharing, typed.SharingUtility, typed.SharingComplete, typed.BallotMost = stored.Sharing, stored.SharingUtility, stored.SharingComplete, stored.BallotMost
	}
	if fault.Is(err, fault.Conflict) && settled(stored, typed) {
		err = nil // the same form came twice
	}
	if err != nil {
		return err
	}
	web.Said(c, "规则已保存")
	return web.See(c, "/desk/editions/"+id+"/terms")
}

// ask shows the page of a decision that needs a reason.
func (h handlers) ask(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		_, call, err := h.see(c)
		if err != nil {
			return err
		}
		if _, err := web.Actor(c).Must(identity.PublishEditions, call.Place); err != nil {
			return err
		}
		return web.Page(c, view.Decide(web.Fill(edition.Pressed{Version: call.Version}), call.Edition, kind))
	}
}

func (h handlers) extend(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.Extension](c)
	if err == nil {
		err = h.book.Extend(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Decide(form, call.Edition, view.Extend))
	}
	if err != nil {
		return err
	}
	web.Said(c, "申报时间已延长，社区工作人员和全区居民都会收到消息")
	return web.See(c, "/desk/editions/"+id)
}

// press answers a decision with a reason and nothing else.
func (h handlers) press(kind string, verb func(context.Context, identity.Actor, string, edition.Pressed) error, said string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, call, err := h.see(c)
		if err != nil {
			return err
		}
		typed, form, err := web.Bind[edition.Pressed](c)
		if err == nil {
			err = verb(c.UserContext(), web.Actor(c), id, typed)
		}
		if web.Wrong(&form, err) {
			return web.Show(c, fiber.StatusUnprocessableEntity, view.Decide(form, call.Edition, kind))
		}
		if err != nil {
			return err
		}
		web.Said(c, said)
		return web.See(c, "/desk/editions/"+id)
	}
}
