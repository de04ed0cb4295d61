package edition

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/storage/pg"
	view "seedbed/templates/edition"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// calls answers the pages around a call: its papers, timetable, rubric, scope, questions.
type calls struct {
	handlers
	store objects.Store
}

// CallRoutes lists the pages around a call.
func CallRoutes(book *edition.Book, db *pg.DB, store objects.Store, c clock.Clock) []web.Route {
	h := calls{handlers{book, db, c}, store}
	return []web.Route{
		{Method: "GET", Path: "/editions/:id/calendar.ics", May: identity.Look, Handle: h.ics},
		{Method: "GET", Path: "/desk/calendar", May: identity.ReadEditions, Handle: h.calendar},
		{Method: "POST", Path: "/desk/calendar", May: identity.PlanEditions, Handle: h.keepHolidays},
		{Method: "GET", Path: "/desk/editions/:id/preview", May: identity.ReadEditions, Handle: h.preview},
		{Method: "GET", Path: "/desk/editions/:id/history", May: identity.ReadEditions, Handle: h.history},
		{Method: "GET", Path: "/desk/editions/:id/days", May: identity.ReadEditions, Handle: h.days},
		{Method: "POST", Path: "/desk/editions/:id/days", May: identity.ReadEditions, Handle: h.setDays},
		{Method: "GET", Path: "/desk/editions/:id/scope", May: identity.ReadEditions, Handle: h.scope},
		{Method: "POST", Path: "/desk/editions/:id/scope", May: identity.ReadEditions, Handle: h.setScope},
		{Method: "GET", Path: "/desk/editions/:id/rubric/:kind", May: identity.ReadEditions, Handle: h.rubric},
		{Method: "POST", Path: "/desk/editions/:id/rubric/:kind", May: identity.ReadEditions, Handle: h.setRubric},
		{Method: "POST", Path: "/desk/editions/:id/files", May: identity.ReadEditions, Handle: h.attach, Upload: true},
		{Method: "POST", Path: "/desk/editions/:id/files/:file/remove", May: identity.PlanEditions, Handle: h.dropFile},
		{Method: "GET", Path: "/desk/editions/:id/questions", May: identity.ReadEditions, Handle: h.design},
		{Method: "POST", Path: "/desk/editions/:id/questions", May: identity.PlanEditions, Handle: h.arrange},
		{Method: "GET", Path: "/desk/editions/:id/questions/:key", May: identity.PlanEditions, Handle: h.question},
		{Method: "POST", Path: "/desk/editions/:id/questions/:key", May: identity.PlanEditions, Handle: h.draw},
		{Method: "POST", Path: "/desk/editions/:id/release", May: identity.PublishEditions, Handle: h.release},
	}
}

// full is everything the page of a call shows; of a draft the questions as they are designed.
func (h handlers) full(c *fiber.Ctx, call edition.Call) (view.CallPage, error) {
	ctx, p := c.UserContext(), view.CallPage{Call: call, Fresh: newID(), Now: h.clock.Now()}
	var err error
	if p.Slots, err = h.book.TimetableFor(ctx, call.Edition); err != nil {
		return p, err
	}
	if p.Files, err = h.book.Files(ctx, call.ID); err != nil {
		return p, err
	}
	if call.State == edition.Draft {
		d, err := h.book.Designed(ctx, call.ID)
		if err != nil {
			return p, err
		}
		p.Questions = d.Questions
	} else {
		f, err := edition.NewestForm(ctx, h.db, call.ID)
		if err != nil {
			return p, err
		}
		p.Questions = f.Questions
	}
	if p.Changes, err = h.book.History(ctx, call.ID); err != nil {
		return p, err
	}
	p.Places, err = h.regions(ctx, call.Edition)
	return p, err
}

func (h handlers) regions(ctx context.Context, e edition.Edition) ([]ui.Option, error) {
	places, err := h.book.Regions(ctx, e)
	list := make([]ui.Option, len(places))
	for i, p := range places {
		list[i] = ui.Option{Value: p.Path, Label: words.Pick(ctx, p.Name, p.NameEn)}
	}
	return list, err
}

func (h calls) preview(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	if !web.Actor(c).Sees(identity.ReadEditions, call.Place) && call.State == edition.Draft {
		return fault.Missing()
	}
	full, err := h.full(c, call)
	if err != nil {
		return err
	}
	by := web.Actor(c)
	return web.Page(c, view.Preview(view.DeskPage{Call: call, Missing: h.book.Missing(call), Now: h.clock.Now(), CanPlan: by.Can(identity.PlanEditions, call.Place),
		CanPublish: by.Can(identity.PublishEditions, call.Place)}, full))
}

func (h calls) history(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	list, err := h.book.History(c.UserContext(), id)
	if err != nil {
		return err
	}
	from, since, ok, err := h.book.Origin(c.UserContext(), call.Edition)
	if err != nil {
		return err
	}
	if !ok {
		return web.Page(c, view.History(call.Edition, list, nil, nil))
	}
	return web.Page(c, view.History(call.Edition, list, &from, since))
}

func (h calls) days(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	return h.daysPage(c, fiber.StatusOK, call, web.Fill(edition.DaysOf(call.Edition)))
}

func (h calls) daysPage(c *fiber.Ctx, status int, call edition.Call, form ui.Form) error {
	slots, err := h.book.TimetableFor(c.UserContext(), call.Edition)
	if err != nil {
		return err
	}
	by, may := web.Actor(c), identity.PlanEditions
	if call.State != edition.Draft {
		may = identity.PublishEditions
	}
	editable := by.Can(may, call.Place) && call.State != edition.Archived && call.State != edition.Cancelled
	return web.Show(c, status, view.DaysPage(form, call.Edition, slots, h.clock.Now(), editable))
}

func (h calls) setDays(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.Days](c)
	if err == nil {
		err = h.book.SetDays(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.daysPage(c, fiber.StatusUnprocessableEntity, call, form)
	}
	if fault.Is(err, fault.Conflict) && settled(edition.DaysOf(call.Edition), typed) {
		err = nil // the same form came twice
	}
	if err != nil {
		return err
	}
	web.Said(c, "时间表已保存")
	return web.See(c, "/desk/editions/"+id+"/days")
}

func (h calls) scope(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	return h.scopePage(c, fiber.StatusOK, call, web.Fill(edition.ScopeOf(call.Edition)))
}

func (h calls) scopePage(c *fiber.Ctx, status int, call edition.Call, form ui.Form) error {
	places, err := h.regions(c.UserContext(), call.Edition)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.ScopePage(form, call.Edition, places, mayChange(web.Actor(c), call.Edition)))
}

func (h calls) setScope(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.Scope](c)
	if err == nil {
		err = h.book.SetScope(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.scopePage(c, fiber.StatusUnprocessableEntity, call, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/desk/editions/"+id+"/scope")
}

func (h calls) rubric(c *fiber.Ctx) error {
	_, call, err := h.see(c)
	if err != nil {
		return err
	}
	kind := c.Params("kind")
	if !edition.Known(edition.Rounds, kind) {
		return fault.Missing()
	}
	return web.Page(c, view.RubricPage(web.Fill(edition.RubricOf(call.Edition, kind)), call.Edition, kind, mayChange(web.Actor(c), call.Edition)))
}

func (h calls) setRubric(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[edition.RubricForm](c)
	typed.Kind = c.Params("kind")
	if err == nil {
		err = h.book.SetRubric(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return web.Show(c, fiber.StatusUnprocessableEntity, view.RubricPage(form, call.Edition, typed.Kind, mayChange(web.Actor(c), call.Edition)))
	}
	if err != nil {
		return err
	}
	web.Said(c, "评分细则已保存")
	return web.See(c, "/desk/editions/"+id+"/rubric/"+typed.Kind)
}

func (h calls) attach(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	if !edition.MayAttach(web.Actor(c), call.Edition) {
		if _, err := web.Actor(c).Must(identity.PublishEditions, call.Place); err != nil {
			return err
		}
		return fault.New(fault.Conflict, "这一届已经结束，不能再传文件")
	}
	err = h.take(c, id)
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		err = fault.Field("file", m.Text, m.Args...)
	}
	form := ui.Form{}
	if web.Wrong(&form, err) {
		return h.onePageWith(c, fiber.StatusUnprocessableEntity, call, web.Fill(edition.PlanOf(call.Edition, call.Funds)), form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "文件收到了")
	return web.See(c, "/desk/editions/"+id)
}

func (h calls) take(c *fiber.Ctx, id string) error {
	files, err := web.Files(c, "file")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.Field("file", "请先选一个文件")
	}
	for _, f := range files {
		r, err := f.Open()
		if err != nil {
			return err
		}
		taken, err := evidence.TakePaper(c.UserContext(), h.store, r)
		_ = r.Close()
		if err != nil {
			return err
		}
		if err := h.book.AttachFile(c.UserContext(), web.Actor(c), id, edition.NewFile{Taken: taken, Name: f.Name}); err != nil {
			return err
		}
	}
	return nil
}

func (h calls) dropFile(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	file, err := web.ID(c, "file")
	if err != nil {
		return err
	}
	if err := h.book.DropFile(c.UserContext(), web.Actor(c), id, file); err != nil {
		return err
	}
	web.Said(c, "文件删掉了")
	return web.See(c, "/desk/editions/"+id)
}

func (h calls) calendar(c *fiber.Ctx) error {
	return h.calendarPage(c, fiber.StatusOK, ui.Form{Values: map[string][]string{"id": {newID()}}})
}

func (h calls) calendarPage(c *fiber.Ctx, status int, form ui.Form) error {
	year, err := strconv.Atoi(web.Query(c, "year"))
	if err != nil || year < 2000 || year > 2200 {
		year = h.clock.Now().In(clock.Shanghai).Year()
	}
	days, changes, err := h.book.Year(c.UserContext(), year)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Calendar(form, year, days, changes, len(web.Actor(c).Sight(identity.PlanEditions)) > 0))
}

func (h calls) keepHolidays(c *fiber.Ctx) error {
	typed, form, err := web.Bind[edition.Holidays](c)
	n := 0
	if err == nil {
		n, err = h.book.KeepHolidays(c.UserContext(), web.Actor(c), typed)
	}
	if web.Wrong(&form, err) {
		return h.calendarPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	to := "/desk/calendar"
	if days, err := edition.ParseHolidays(typed.Text); err == nil {
		to += "?year=" + strconv.Itoa(days[0].Day.Year())
	}
	web.Said(c, "录好了 %d 天", n)
	return web.See(c, to)
}

// ics is the timetable for the calendar of a phone (RFC 5545): whole days, the same ids every time, so that a second
// import changes instead of doubling.
func (h calls) ics(c *fiber.Ctx) error {
	id, call, err := h.see(c)
	if err != nil {
		return err
	}
	if call.State == edition.Draft || call.State == edition.Cancelled {
		return fault.Missing()
	}
	slots, err := h.book.TimetableFor(c.UserContext(), call.Edition)
	if err != nil {
		return err
	}
	ctx, b := c.UserContext(), strings.Builder{}
	say := func(line string) { b.WriteString(fold(line) + "\r\n") }
	say("BEGIN:VCALENDAR")
	say("VERSION:2.0")
	say("PRODID:-//Seedbed//call//ZH")
	for _, s := range slots {
		say("BEGIN:VEVENT")
		say("UID:" + id + "-" + s.Code + "@seedbed")
		say("SEQUENCE:" + strconv.Itoa(call.Version))
		say("DTSTAMP:" + h.clock.Now().UTC().Format("20060102T150405Z"))
		say("DTSTART;VALUE=DATE:" + s.From.Format("20060102"))
		say("DTEND;VALUE=DATE:" + s.To.AddDate(0, 0, 1).Format("20060102"))
		say("SUMMARY:" + escaped(words.T(ctx, s.Name)+" · "+words.Pick(ctx, call.Title, call.TitleEn)))
		say("END:VEVENT")
	}
	say("END:VCALENDAR")
	c.Set("Content-Type", "text/calendar; charset=utf-8")
	c.Set("Content-Disposition", `attachment; filename="seedbed.ics"`)
	return c.SendString(b.String())
}

// escaped is a text as a value of a calendar file.
func escaped(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(text)
}

// fold breaks a line after 75 bytes at most, between characters.
func fold(line string) string {
	var b strings.Builder
	n := 0
	for _, r := range line {
		if size := len(string(r)); n+size > 73 {
			b.WriteString("\r\n ")
			n = 1 + size
		} else {
			n += size
		}
		b.WriteRune(r)
	}
	return b.String()
}
