package judging

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/evidence"
	"seedbed/server/web"
	"seedbed/storage/pg"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

type pitchHandlers struct {
	book  *judging.Book
	db    *pg.DB
	clock clock.Clock
	drawn *boardCache
}

// pitchRoutes are the pages of a live pitch round: desk, host, boards, judges' phones, papers, minutes, residents' vote.
func pitchRoutes(book *judging.Book, db *pg.DB, c clock.Clock) []web.Route {
	h := pitchHandlers{book, db, c, newBoardCache()}
	return []web.Route{
		{Method: "GET", Path: "/desk/pitches", May: identity.ReadSheets, Handle: h.rooms},
		{Method: "GET", Path: "/desk/rounds/:id/pitch", May: identity.ReadSheets, Handle: h.room},
		{Method: "POST", Path: "/desk/rounds/:id/pitch", May: identity.RunRounds, Handle: h.draw},
		{Method: "GET", Path: "/desk/rounds/:id/pitch/host", May: identity.RunRounds, Handle: h.host},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/host", May: identity.RunRounds, Handle: h.step},
		{Method: "GET", Path: "/desk/rounds/:id/pitch/papers", May: identity.KeyPapers, Handle: h.papers},
		{Method: "GET", Path: "/desk/rounds/:id/pitch/papers/:seat", May: identity.KeyPapers, Handle: h.paper},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/papers/:seat", May: identity.KeyPapers, Handle: h.keySheet, Upload: true},
		{Method: "GET", Path: "/desk/rounds/:id/pitch/boxes", May: identity.KeyPapers, Handle: h.box},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/boxes", May: identity.KeyPapers, Handle: h.keyBox, Upload: true},
		{Method: "GET", Path: "/desk/rounds/:id/pitch/minutes", May: identity.ReadSheets, Handle: h.minutes},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/minutes", May: identity.RunRounds, Handle: h.sealMinutes},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/minutes/scan", May: identity.RunRounds, Handle: h.signMinutes, Upload: true},
		{Method: "GET", Path: "/desk/rounds/:id/pitch/minutes.pdf", May: identity.ReadSheets, Handle: h.minutesPDF},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/poll", May: identity.RunRounds, Handle: h.planPoll},
		{Method: "POST", Path: "/desk/rounds/:id/pitch/poll/count", May: identity.RunRounds, Handle: h.countPoll},
		{Method: "GET", Path: "/board/:id", May: identity.Look, Handle: h.board},
		{Method: "GET", Path: "/board/:id/events", May: identity.Look, Handle: h.events},
		{Method: "GET", Path: "/minutes/:id", May: identity.Look, Handle: h.seal},
		{Method: "GET", Path: "/review/pitch/:id", May: identity.Score, Handle: h.follow},
		{Method: "GET", Path: "/vote", May: identity.BeHere, Handle: h.polls},
		{Method: "GET", Path: "/vote/:id", May: identity.Look, Handle: h.poll},
		{Method: "POST", Path: "/vote/:id", May: identity.VoteProjects, Handle: h.cast},
	}
}

// rooms lists the pitch rooms of the actor's districts.
func (h pitchHandlers) rooms(c *fiber.Ctx) error {
	by := web.Actor(c)
	list, err := h.book.RoomLines(c.UserContext(), by)
	if err != nil {
		return err
	}
	return web.Page(c, view.Rooms(list, len(by.Sight(identity.KeyPapers)) > 0, len(by.Sight(identity.RunRounds)) > 0))
}

func (h pitchHandlers) room(c *fiber.Ctx) error {
	return h.roomPage(c, fiber.StatusOK, nil, nil)
}

// roomPage shows the room's desk; form and poll are forms that were not taken.
func (h pitchHandlers) roomPage(c *fiber.Ctx, status int, form, poll *ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	p := view.PitchPage{}
	if p.View, err = h.book.Host(c.UserContext(), by, id); err != nil {
		return err
	}
	if p.Edition, err = edition.Get(c.UserContext(), h.db, p.View.Round.EditionID); err != nil {
		return err
	}
	p.CanRun, p.CanKey = by.Can(identity.RunRounds, p.View.Round.Place), by.Can(identity.KeyPapers, p.View.Round.Place)
	s := p.View.Stage
	p.Form = web.Fill(judging.NewStage{Hall: s.Hall, StartsAt: s.StartsAt, Version: s.Version})
	if form != nil {
		p.Form = *form
	}
	asked, err := h.book.Poll(c.UserContext(), by, id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	p.Poll, p.Counts, p.Options = asked.Poll, asked.Counts, asked.Options
	p.PollForm = web.Fill(judging.NewPoll{OpensAt: p.Poll.OpensAt, ClosesAt: p.Poll.ClosesAt, Version: p.Poll.Version})
	if poll != nil {
		p.PollForm = *poll
	}
	p.PollForm.Apart = "poll-"
	return web.Show(c, status, view.PitchDesk(p))
}

func (h pitchHandlers) draw(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.NewStage](c)
	if err == nil {
		err = h.book.Draw(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.roomPage(c, fiber.StatusUnprocessableEntity, &form, nil)
	}
	if err != nil {
		return err
	}
	web.Said(c, "安排好了，已经通知各位领办人和评委")
	return web.See(c, "/desk/rounds/"+id+"/pitch")
}

func (h pitchHandlers) host(c *fiber.Ctx) error { return h.hostPage(c, fiber.StatusOK, ui.Form{}) }

func (h pitchHandlers) hostPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p := view.HostPage{Form: form}
	if p.View, err = h.book.Host(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	if p.View.Stage.ID == "" {
		return web.See(c, "/desk/rounds/"+id+"/pitch")
	}
	return web.Show(c, status, view.PitchHost(p))
}

func (h pitchHandlers) step(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	step, form, err := web.Bind[judging.StageStep](c)
	if err == nil {
		err = h.book.Step(c.UserContext(), web.Actor(c), id, step)
	}
	if web.Wrong(&form, err) {
		return h.hostPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/desk/rounds/"+id+"/pitch/host")
}

// follow leads a judge's phone to the sheet of the pitch on the stage, or says what is going on.
func (h pitchHandlers) follow(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, err := h.book.Follow(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	if v.Seat != "" && v.Sheet != judging.Submitted && v.Sheet != judging.Locked && web.Query(c, "stay") == "" {
		return web.See(c, "/review/"+v.Seat)
	}
	return web.Page(c, view.PitchFollow(v))
}

func (h pitchHandlers) minutes(c *fiber.Ctx) error {
	return h.minutesPage(c, fiber.StatusOK, nil, ui.Form{})
}

func (h pitchHandlers) minutesPage(c *fiber.Ctx, status int, form *ui.Form, scan ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p := view.MinutesPage{Scan: scan}
	if p.View, err = h.book.Host(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	if p.View.Stage.ID == "" {
		return fault.Missing()
	}
	p.CanRun = web.Actor(c).Can(identity.RunRounds, p.View.Round.Place)
	p.Form = web.Fill(judging.Sealing{Version: p.View.Minute.Version})
	if form != nil {
		p.Form = *form
	}
	p.Scan.Apart = "scan-"
	return web.Show(c, status, view.PitchMinutes(p))
}

func (h pitchHandlers) sealMinutes(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.Sealing](c)
	if err == nil {
		err = h.book.SealMinute(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.minutesPage(c, fiber.StatusUnprocessableEntity, &form, ui.Form{})
	}
	if err != nil {
		return err
	}
	web.Said(c, "纪要写好了，请打印出来签字")
	return web.See(c, "/desk/rounds/"+id+"/pitch/minutes")
}

func (h pitchHandlers) signMinutes(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.Scan](c)
	if err == nil {
		err = withFile(c, "scan", func(p *judging.Photo) error {
			return h.book.SignMinute(c.UserContext(), web.Actor(c), id, draft, p)
		})
	}
	if web.Wrong(&form, err) {
		return h.minutesPage(c, fiber.StatusUnprocessableEntity, nil, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "收到签字的纪要，这一轮的纪要不能再改")
	return web.See(c, "/desk/rounds/"+id+"/pitch/minutes")
}

// withFile hands the file of a form's field to f, nil when there is none.
func withFile(c *fiber.Ctx, field string, f func(*judging.Photo) error) error {
	files, err := web.Files(c, field)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return f(nil)
	}
	r, err := files[0].Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return f(&judging.Photo{Name: files[0].Name, File: r})
}

func (h pitchHandlers) minutesPDF(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.book.MinutePDF(c.UserContext(), web.Actor(c), id, web.Base(c))
	if err != nil {
		return err
	}
	return evidence.Save(c, "application/pdf", p.Name, p.Body)
}

func (h pitchHandlers) seal(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	s, err := h.book.SealOf(c.UserContext(), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.MinuteSeal(s))
}
