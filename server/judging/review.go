package judging

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

func (h handlers) queue(c *fiber.Ctx) error {
	q, err := h.book.MyQueue(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	find := web.Query(c, "q")
	return web.Page(c, view.Queue(view.QueuePage{Queue: q, Shown: q.Found(find).Tasks, Find: find}))
}

func (h handlers) summons(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	s, err := h.book.Invitation(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Summons(web.Fill(judging.Pressed{Version: s.Version}), ui.Form{}, s))
}

func (h handlers) answer(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Reply](c)
	if err == nil {
		err = h.book.Answer(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		s, err := h.book.Invitation(c.UserContext(), web.Actor(c), id)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Summons(form, ui.Form{}, s))
	}
	if err != nil {
		return err
	}
	if typed.Answer == "yes" {
		web.Said(c, "谢谢您答应当评委。和哪个项目有关系，请在下面说明")
		return web.See(c, "/review/judges/"+id)
	}
	web.Said(c, "已经记下您不接受，谢谢您告诉我们")
	return web.See(c, "/review")
}

func (h handlers) declare(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Declaration](c)
	if err == nil {
		err = h.book.Declare(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		s, err := h.book.Invitation(c.UserContext(), web.Actor(c), id)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Summons(web.Fill(judging.Pressed{Version: s.Version}), form, s))
	}
	if err != nil {
		return err
	}
	if late, err := judging.LateAt(c.UserContext(), h.db, id, typed.ProposalID); err == nil && len(late) > 0 {
		web.Said(c, "已经记下，谢谢您告诉我们。您打过的分，由区社区办来处理")
	} else {
		web.Said(c, "已经记下，这个项目不会由您评")
	}
	return web.See(c, "/review/judges/"+id)
}

// read is the project and sheet of the address.
func (h handlers) read(c *fiber.Ctx) (judging.Reading, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return judging.Reading{}, err
	}
	return h.book.Read(c.UserContext(), web.Actor(c), id)
}

func (h handlers) sheet(c *fiber.Ctx) error {
	r, err := h.read(c)
	if err != nil {
		return err
	}
	form := web.Fill(marksOf(r.Rubric, r.Sheet))
	form.Values.Set("version", strconv.Itoa(r.Sheet.Saves))
	return web.Page(c, view.Sheet(view.SheetPage{Reading: r, Form: form, Now: h.clock.Now()}))
}

// typed reads the sheet as it was sent. The page carries the count of saves as its version, which is the name under
// which a form that keeps itself counts up.
func typed(c *fiber.Ctx) (judging.SheetDraft, ui.Form, error) {
	draft, form, err := web.Bind[judging.SheetDraft](c)
	seen, _, bad := web.Bind[judging.Pressed](c)
	if err == nil {
		err = bad
	}
	draft.Saves = seen.Version
	return draft, form, err
}

// again answers a sheet that was not taken: shown as it was typed, with what is wrong. Where another window of the
// judge's was faster, it says so, and the next press keeps what is seen here.
func (h handlers) again(c *fiber.Ctx, form ui.Form, cause error) error {
	status := fiber.StatusUnprocessableEntity
	if !web.Wrong(&form, cause) {
		if !fault.Is(cause, fault.Conflict) {
			return cause
		}
		status = fiber.StatusConflict
	}
	r, err := h.read(c)
	if err != nil {
		return err
	}
	if !r.Editable() {
		return cause
	}
	if status == fiber.StatusConflict {
		form.Wrong = fault.Fields{}
		form.Wrong.Add("", "这份评分表在别的窗口改过。您刚才填的都在下面，核对后再点一次，就按下面的存")
		form.Values.Set("version", strconv.Itoa(r.Sheet.Saves))
	}
	return web.Show(c, status, view.Sheet(view.SheetPage{Reading: r, Form: form, Now: h.clock.Now()}))
}

// save keeps a sheet that is not finished: after a button, or by itself while it is being typed.
func (h handlers) save(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := typed(c)
	saves := 0
	if err == nil {
		saves, err = h.book.Save(c.UserContext(), web.Actor(c), id, draft)
	}
	if form.Value("autosave") == "1" {
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"saved": h.clock.Now().In(clock.Shanghai).Format("15:04"), "version": saves})
	}
	if err == nil {
		form.Values.Set("version", strconv.Itoa(saves))
		err = h.phrase(c, id, draft, saves, form.Value("then"))
	}
	if err != nil {
		return h.again(c, form, err)
	}
	web.Said(c, "存好了，还没有提交")
	return web.See(c, "/review/"+id)
}

// phrase does what a button about kept sentences asks for once the sheet is kept: it puts one into the comment, or keeps
// the comment to be used again.
func (h handlers) phrase(c *fiber.Ctx, id string, draft judging.SheetDraft, saves int, then string) error {
	if then == "keep" {
		err := h.book.KeepPhrase(c.UserContext(), web.Actor(c), judging.NewPhrase{Text: draft.Comment})
		if m, wrong := fault.InFields(err)["text"]; wrong {
			return fault.Field("comment", m.Text, m.Args...)
		}
		return err
	}
	which, chosen := strings.CutPrefix(then, "phrase.")
	if !chosen || uuid.Validate(which) != nil {
		return nil
	}
	p, err := h.book.Phrase(c.UserContext(), web.Actor(c), which)
	if err != nil {
		return err
	}
	draft.Saves, draft.Comment = saves, draft.Comment+p.Text
	_, err = h.book.Save(c.UserContext(), web.Actor(c), id, draft)
	return err
}

func (h handlers) submit(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := typed(c)
	if err == nil {
		err = h.book.Submit(c.UserContext(), web.Actor(c), id, draft)
	}
	if form.Value("autosave") == "1" { // by the script, perhaps long after it was pressed without a line
		if err != nil {
			return err
		}
		next, err := h.next(c)
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"saved": h.clock.Now().In(clock.Shanghai).Format("15:04"), "version": draft.Saves + 1, "next": next})
	}
	if err != nil {
		return h.again(c, form, err)
	}
	if room, err := judging.RoomOf(c.UserContext(), h.db, id); err != nil || room != "" {
		if err == nil {
			web.Said(c, "提交了。下一个项目上台时，这里会自动打开它的评分表")
			err = web.See(c, "/review/pitch/"+room)
		}
		return err
	}
	return h.onward(c)
}

// onward leads from a sheet handed in to the next that is not.
func (h handlers) onward(c *fiber.Ctx) error {
	next, err := h.next(c)
	if err != nil {
		return err
	}
	return web.See(c, next)
}

// next leads from a sheet handed in to the next that is not, and says so.
func (h handlers) next(c *fiber.Ctx) (string, error) {
	q, err := h.book.MyQueue(c.UserContext(), web.Actor(c))
	if err != nil {
		return "", err
	}
	for _, t := range q.Tasks {
		if t.RoundState == judging.Open && !t.Done() {
			web.Said(c, "提交了。下面是下一个项目")
			return "/review/" + t.ID, nil
		}
	}
	web.Said(c, "提交了。您的项目都评完了")
	return "/review", nil
}

// because shows the page of a step that asks for a reason.
func (h handlers) because(kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		r, err := h.read(c)
		if err != nil {
			return err
		}
		return web.Page(c, view.Because(ui.Form{}, r, kind))
	}
}

func (h handlers) reopen(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Reason](c)
	if err == nil {
		err = h.book.Reopen(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.reasonAgain(c, form, view.Reopen)
	}
	if err != nil {
		return err
	}
	web.Said(c, "可以改了，改好请再交一次")
	return web.See(c, "/review/"+id)
}

func (h handlers) recuse(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[judging.Reason](c)
	if err == nil {
		err = h.book.Recuse(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.reasonAgain(c, form, view.Recuse)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经记下，这个项目换别的评委来评")
	return web.See(c, "/review")
}

func (h handlers) reasonAgain(c *fiber.Ctx, form ui.Form, kind string) error {
	r, err := h.read(c)
	if err != nil {
		return err
	}
	return web.Show(c, fiber.StatusUnprocessableEntity, view.Because(form, r, kind))
}
