package proposal

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// edit shows a step of the form: the one of the address, else the first that needs something.
func (h handlers) edit(c *fiber.Ctx) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	if closed := h.book.Writable(f); closed != nil {
		m := fault.MessageOf(closed)
		web.Said(c, m.Text, m.Args...)
		return web.See(c, "/proposals/"+f.ID)
	}
	if !f.Edits(web.Actor(c)) {
		web.Said(c, "领办人请您看看、提意见，内容由别的成员修改")
		return web.See(c, "/proposals/"+f.ID)
	}
	gaps := f.Gaps()
	step := c.Params("step")
	if step == "" {
		step = first(gaps)
	}
	if !known(step) {
		return fault.Missing()
	}
	p := view.EditPage{Full: f, Form: answers(f, web.Fill(f.Draft())), Step: step, Page: proposal.RowName(), Now: h.clock.Now(), Leads: f.Leads(web.Actor(c)), Gaps: gaps}
	p.Add = map[string]string{"activity": "activities", "line": "lines", "funding": "funding"}[web.Query(c, "add")]
	if p.Because, err = h.because(c, f); err != nil {
		return err
	}
	return web.Page(c, view.Edit(p))
}

// because is what the desk that sent a proposal back wants to have changed; nil when it was not sent back.
func (h handlers) because(c *fiber.Ctx, f proposal.Full) (*proposal.Return, error) {
	if f.State != proposal.Returned {
		return nil, nil
	}
	r, err := h.book.Story(c.UserContext(), web.Actor(c), f.ID)
	if err != nil || len(r.Returns) == 0 {
		return nil, err
	}
	return &r.Returns[len(r.Returns)-1], nil
}

func known(step string) bool {
	return slices.ContainsFunc(proposal.Sections, func(s proposal.Section) bool { return s.ID == step })
}

// first is the step where something is missing first, the last one when nothing is.
func first(gaps []proposal.Gap) string {
	if len(gaps) == 0 {
		return proposal.Sections[len(proposal.Sections)-1].ID
	}
	return gaps[0].Section
}

// typed reads what a page of the form sends.
func typed(c *fiber.Ctx) (proposal.Edit, ui.Form, error) {
	draft, form, err := web.Bind[proposal.Draft](c)
	if err != nil && len(form.Wrong) == 0 {
		return proposal.Edit{}, form, err
	}
	draft.Answers = edition.Typed(form.Values)
	e := proposal.Edit{Draft: draft, Step: form.Value("step"), Page: form.Value("page"), Broken: form.Wrong.Names()}
	if !known(e.Step) {
		e.Step = ""
	}
	if len(e.Page) > 40 {
		e.Page = ""
	}
	for _, key := range form.Values["clash"] {
		switch form.Value("keep." + key) {
		case "mine":
		case "theirs":
			e.Held = append(e.Held, key)
		default:
			e.Open = append(e.Open, key)
		}
	}
	if form.Value("then") == "promise" {
		e.Declared = nil
		for _, d := range proposal.Declarations {
			e.Declared = append(e.Declared, d.Code)
		}
	}
	return e, form, nil
}

// save keeps what was typed and goes where the pressed button leads.
func (h handlers) save(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	e, form, err := typed(c)
	if err != nil {
		return err
	}
	kept, err := h.book.Edit(c.UserContext(), web.Actor(c), id, e)
	if form.Value("autosave") != "" {
		return h.answer(c, id, e, form, kept, err)
	}
	if fault.Is(err, fault.Conflict) {
		m := fault.MessageOf(err)
		return h.again(c, fiber.StatusConflict, e, form, &m, nil)
	}
	if err == nil {
		err = kept.Wrong.Err()
	}
	if web.Wrong(&form, err) {
		return h.again(c, fiber.StatusUnprocessableEntity, e, form, nil, kept.Clashes)
	}
	switch {
	case err != nil:
		return err
	case len(form.Wrong) > 0:
		return h.again(c, fiber.StatusUnprocessableEntity, e, form, nil, kept.Clashes)
	case len(kept.Clashes) > 0:
		m := fault.Say("刚才有人也改了这一页，有 %d 处和您写的不一样。请选好再保存，其他的都存好了", len(kept.Clashes))
		return h.again(c, fiber.StatusConflict, e, form, &m, kept.Clashes)
	}
	if kept.Others {
		web.Said(c, "草稿已保存，也带上了别人刚才的改动")
	} else {
		web.Said(c, "草稿已保存")
	}
	f, err := h.own(c)
	if err != nil {
		return err
	}
	return web.See(c, onward(f, e.Step, form.Value("then")))
}

// onward is where a pressed button leads.
func onward(f proposal.Full, step, then string) string {
	at := "/proposals/" + f.ID
	edit := at + "/edit"
	if step != "" {
		edit += "/" + step
	}
	if key, ok := strings.CutPrefix(then, "file-"); ok {
		return at + "/answers/" + url.PathEscape(key)
	}
	switch then {
	case "add-activity":
		return at + "/edit/plan?add=activity#s-plan"
	case "add-line":
		return at + "/edit/budget?add=line#s-budget"
	case "add-funding":
		return at + "/edit/budget?add=funding#elsewhere"
	case "team", "check":
		return at + "/" + then
	case "promise":
		return at + "/check"
	case "next", "back":
		by := 1
		if then == "back" {
			by = -1
		}
		if to := view.Next(f, step, by); to != "" {
			return at + "/edit/" + to
		}
	}
	return edit
}

// again shows the step again with what was typed where it could not be kept, and everything else as it is stored now:
// the next save begins from there, so nothing is overwritten unseen and nothing typed is lost.
func (h handlers) again(c *fiber.Ctx, status int, e proposal.Edit, form ui.Form, why *fault.Message, clashes []proposal.Clash) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	step := e.Step
	if step == "" {
		step = stepOf(form, clashes)
	}
	shown := back{stored: answers(f, web.Fill(f.Draft())), typed: form}
	if why != nil && len(clashes) == 0 {
		shown.everything()
	}
	for _, name := range form.Wrong.Names() {
		shown.field(name)
	}
	for _, clash := range clashes {
		shown.clash(clash)
	}
	p := view.EditPage{Full: f, Form: shown.stored, Step: step, Page: e.Page, Now: h.clock.Now(), Leads: f.Leads(web.Actor(c)), Gaps: f.Gaps(), Kept: why, Clashes: clashes}
	if p.Page == "" {
		p.Page = proposal.RowName()
	}
	if p.Because, err = h.because(c, f); err != nil {
		return err
	}
	return web.Show(c, status, view.Edit(p))
}

// stepOf finds the step to show of a form that carried all of them.
func stepOf(form ui.Form, clashes []proposal.Clash) string {
	for _, name := range form.Wrong.Names() {
		if s := proposal.StepOf(name); s != "" {
			return s
		}
	}
	for _, c := range clashes {
		if s := proposal.StepOf(c.Key); s != "" {
			return s
		}
	}
	return proposal.Sections[0].ID
}

// answer tells the script that saves while somebody types what became of it.
func (h handlers) answer(c *fiber.Ctx, id string, e proposal.Edit, form ui.Form, kept proposal.Kept, err error) error {
	ctx := c.UserContext()
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		return c.Status(fiber.StatusConflict).JSON(fiber.Map{"refused": said(c, fault.MessageOf(err))})
	}
	if err != nil {
		return err
	}
	f, err := h.book.Own(ctx, web.Actor(c), id)
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	for _, all := range []fault.Fields{form.Wrong, kept.Wrong} {
		for name, m := range all {
			wrong[name] = said(c, m)
		}
	}
	gaps := f.Gaps()
	done := 0
	for _, s := range f.Steps() {
		if proposal.GapsIn(gaps, s.ID) == 0 {
			done++
		}
	}
	return c.JSON(fiber.Map{"saved": kept.At.In(clock.Shanghai).Format("15:04"), "version": kept.Saves, "others": kept.Others, "values": stored(f, kept.Draft, e.Step),
		"clashes": view.Offer(ctx, f, kept.Clashes), "wrong": wrong, "gaps": view.Misses(ctx, id, gaps), "done": done})
}

// stored is what a step of the form shows of a draft.
func stored(f proposal.Full, d proposal.Draft, step string) url.Values {
	all := answers(f, web.Fill(d)).Values
	for name := range all {
		group, _, _ := strings.Cut(name, ".")
		if step != "" && proposal.StepOf(group) != step {
			delete(all, name)
		}
	}
	return all
}
