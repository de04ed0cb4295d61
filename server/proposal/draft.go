package proposal

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/topic"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// show is the one address of a proposal: its team sees everything, the desks their case, everybody the summary once the
// results are public.
func (h handlers) show(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f, err := h.book.Own(c.UserContext(), web.Actor(c), id)
	if err == nil {
		return h.ownPage(c, fiber.StatusOK, f, ui.Form{})
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if web.Actor(c).Somewhere(identity.ReadProposals) {
		if _, err := h.book.See(c.UserContext(), web.Actor(c), id); err == nil {
			return web.See(c, "/desk/proposals/"+id)
		}
	}
	s, err := h.book.Public(c.UserContext(), id)
	if err != nil {
		return err
	}
	from, _, err := topic.LinkOf(c.UserContext(), h.db, id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Public(s, from))
}

func (h handlers) ownPage(c *fiber.Ctx, status int, f proposal.Full, form ui.Form) error {
	return h.ownPageAt(c, status, f, form, "")
}

// ownPageAt is ownPage with the form that was not taken, by its name; "" is the withdrawal.
func (h handlers) ownPageAt(c *fiber.Ctx, status int, f proposal.Full, form ui.Form, at string) error {
	from, _, err := topic.LinkOf(c.UserContext(), h.db, f.ID)
	if err != nil {
		return err
	}
	record, err := h.book.Story(c.UserContext(), web.Actor(c), f.ID)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Own(view.OwnPage{Full: f, Topic: from, Form: form, At: at, Now: h.clock.Now(), Leads: f.Leads(web.Actor(c)), Writable: h.book.Writable(f) == nil && f.Edits(web.Actor(c)),
		Record: record, PleaID: newID()}))
}

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
	p := view.EditPage{Full: f, Form: answers(f, web.Fill(f.Draft())), Now: h.clock.Now(), Leads: f.Leads(web.Actor(c))}
	switch web.Query(c, "add") {
	case "activity":
		p.AddActivities = 1
	case "line":
		p.AddLines = 1
	}
	return web.Page(c, view.Edit(p))
}

// own is the proposal of the address, for somebody of its team.
func (h handlers) own(c *fiber.Ctx) (proposal.Full, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return proposal.Full{}, err
	}
	return h.book.Own(c.UserContext(), web.Actor(c), id)
}

// save keeps what was typed and goes where the pressed button leads.
func (h handlers) save(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[proposal.Draft](c)
	saves := 0
	draft.Answers = edition.Typed(form.Values)
	if err == nil {
		saves, err = h.book.Save(c.UserContext(), web.Actor(c), id, draft)
	}
	if form.Value("autosave") != "" {
		return kept(c, h.clock.Now(), saves, err)
	}
	if web.Wrong(&form, err) {
		return h.typed(c, fiber.StatusUnprocessableEntity, form, nil)
	}
	if fault.Is(err, fault.Conflict) {
		return h.typed(c, fiber.StatusConflict, form, err)
	}
	if err != nil {
		return err
	}
	to := "/proposals/" + id
	if key, ok := strings.CutPrefix(form.Value("then"), "file-"); ok {
		return web.See(c, to+"/answers/"+url.PathEscape(key))
	}
	switch form.Value("then") {
	case "add-activity":
		return web.See(c, to+"/edit?add=activity#s-plan")
	case "add-line":
		return web.See(c, to+"/edit?add=line#s-budget")
	case "team", "check":
		return web.See(c, to+"/"+form.Value("then"))
	}
	web.Said(c, "草稿已保存")
	return web.See(c, to+"/edit")
}

// kept answers the script that saves while somebody types.
func kept(c *fiber.Ctx, now time.Time, saves int, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"saved": now.In(clock.Shanghai).Format("15:04"), "version": saves})
}

// typed shows the form again with what was typed. After a conflict the next save knows of the other's, so that nothing
// is overwritten unseen and nothing typed is lost.
func (h handlers) typed(c *fiber.Ctx, status int, form ui.Form, conflict error) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	p := view.EditPage{Full: f, Form: form, Now: h.clock.Now(), Leads: f.Leads(web.Actor(c))}
	if conflict != nil {
		m := fault.MessageOf(conflict)
		if form.Value("version") != strconv.Itoa(f.Saves) && h.book.Writable(f) == nil {
			m = fault.Say("刚才有人也改了这一页，所以您的改动还没有存上。看过以后再点一次保存，就以您的这一版为准")
		}
		p.Kept = &m
		form.Values.Set("version", strconv.Itoa(f.Saves))
	}
	return web.Show(c, status, view.Edit(p))
}
