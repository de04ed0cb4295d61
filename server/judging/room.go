package judging

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

func (h handlers) room(c *fiber.Ctx) error { return h.roomPage(c, fiber.StatusOK, "", ui.Form{}) }

// roomPage shows the desk of a jury, with the form that was not taken where it stands.
func (h handlers) roomPage(c *fiber.Ctx, status int, at string, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	p := view.RoomPage{Now: h.clock.Now()}
	if p.Room, err = h.book.Room(c.UserContext(), by, id); err != nil {
		return err
	}
	if p.Edition, err = edition.Get(c.UserContext(), h.db, id); err != nil {
		return err
	}
	p.CanRun = by.Can(identity.RunRounds, p.Edition.Place)
	p.CanKey = by.Can(identity.KeyPapers, p.Edition.Place)
	if p.Room.Round.ID != "" {
		if p.Staged, err = judging.Staged(c.UserContext(), h.db, p.Room.Round.ID); err != nil {
			return err
		}
	}
	if p.CanRun {
		if p.Candidates, err = h.book.Candidates(c.UserContext(), by, id); err != nil {
			return err
		}
	}
	p.Forms = map[string]ui.Form{view.Invite: fresh(), view.Plan: fresh(), view.Weights: web.Fill(weighing(p.Room))}
	if at != "" {
		p.Forms[at] = form
	}
	return web.Show(c, status, view.Room(p))
}

// fresh is an empty form with the id of what it would make.
func fresh() ui.Form { return ui.Form{Values: url.Values{"id": {newID()}}} }

func weighing(r judging.Room) judging.Weighing {
	w := judging.Weighing{Version: r.Round.Version}
	for _, c := range r.Rubric {
		w.Lines = append(w.Lines, judging.WeighedLine{Code: c.Code, Weight: c.Weight})
	}
	return w
}

func (h handlers) invite(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.NewJudge](c)
	if err == nil {
		draft.ID = fromForm(draft.ID)
		err = h.book.Invite(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.roomPage(c, fiber.StatusUnprocessableEntity, view.Invite, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "邀请发出去了，等对方答复")
	return web.See(c, "/desk/editions/"+id+"/judging")
}

func (h handlers) plan(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[judging.NewRound](c)
	if err == nil {
		draft.ID = fromForm(draft.ID)
		err = h.book.Plan(c.UserContext(), web.Actor(c), id, draft)
	}
	if web.Wrong(&form, err) {
		return h.roomPage(c, fiber.StatusUnprocessableEntity, view.Plan, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "评审安排好了，请核对各项权重")
	return web.See(c, "/desk/editions/"+id+"/judging")
}

func (h handlers) weigh(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Weighing](c)
	if err == nil {
		err = h.book.Weigh(c.UserContext(), web.Actor(c), round, typed)
	}
	if web.Wrong(&form, err) {
		return h.roomPage(c, fiber.StatusUnprocessableEntity, view.Weights, form)
	}
	if fault.Is(err, fault.Conflict) {
		room, bad := h.book.Room(c.UserContext(), web.Actor(c), id)
		if bad == nil && slices.Equal(weighing(room).Lines, typed.Lines) {
			err = nil // the same form came twice
		}
	}
	if err != nil {
		return err
	}
	web.Said(c, "权重已保存")
	return web.See(c, "/desk/editions/"+id+"/judging")
}

// press answers a button of the round.
func (h handlers) press(verb func(context.Context, identity.Actor, string, judging.Pressed) error, said string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, err := web.ID(c, "id")
		if err != nil {
			return err
		}
		round, err := web.ID(c, "round")
		if err != nil {
			return err
		}
		typed, _, err := web.Bind[judging.Pressed](c)
		if err != nil {
			return err
		}
		if err := verb(c.UserContext(), web.Actor(c), round, typed); err != nil {
			return err
		}
		web.Said(c, said)
		return web.See(c, "/desk/editions/"+id+"/judging")
	}
}

func (h handlers) seat(c *fiber.Ctx) error { return h.seatPage(c, fiber.StatusOK, ui.Form{}) }

// seatPage shows the seat of the address among those of the edition's round.
func (h handlers) seatPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	seat, err := web.ID(c, "seat")
	if err != nil {
		return err
	}
	room, err := h.book.Room(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	e, err := edition.Get(c.UserContext(), h.db, id)
	if err != nil {
		return err
	}
	for _, p := range room.Projects {
		for _, chair := range p.Seats {
			if chair.ID == seat && chair.Live() {
				return web.Show(c, status, view.Seat(form, view.SeatPage{Edition: e, Project: p, Chair: chair}))
			}
		}
	}
	return fault.Missing()
}

func (h handlers) excuse(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	seat, err := web.ID(c, "seat")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Reason](c)
	if err == nil {
		err = h.book.Excuse(c.UserContext(), web.Actor(c), seat, typed)
	}
	if web.Wrong(&form, err) {
		return h.seatPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经换下，有人能接就马上接上了")
	return web.See(c, "/desk/editions/"+id+"/judging")
}

func marksOf(rubric []judging.Criterion, s judging.Sheet) judging.SheetDraft {
	d := judging.SheetDraft{Comment: s.Comment, PrivateNote: s.PrivateNote}
	for _, c := range rubric {
		m := judging.MarkText{Code: c.Code}
		if mark, ok := s.Marks[c.Code]; ok {
			m.Mark = strconv.Itoa(mark)
		}
		d.Marks = append(d.Marks, m)
	}
	return d
}
