package proposal

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/storage/objects"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// papers answers the pages of files given in answer to the district's questions.
type papers struct {
	handlers
	store objects.Store
}

// AnswerRoutes lists the pages of files given in answer to the district's questions.
func AnswerRoutes(book *proposal.Book, store objects.Store) []web.Route {
	h := papers{handlers{book: book}, store}
	return []web.Route{
		{Method: "GET", Path: "/proposals/:id/answers/:key", May: identity.DraftProposals, Handle: h.page},
		{Method: "POST", Path: "/proposals/:id/answers/:key", May: identity.DraftProposals, Handle: h.add, Upload: true},
		{Method: "POST", Path: "/proposals/:id/answers/:key/:file/remove", May: identity.DraftProposals, Handle: h.remove},
	}
}

// answers adds the stored answers to the district's questions to the form of a draft.
func answers(f proposal.Full, form ui.Form) ui.Form {
	for name, values := range f.District.Answers.Values(f.District.Form.Questions) {
		form.Values[name] = values
	}
	return form
}

func (h papers) page(c *fiber.Ctx) error { return h.show(c, fiber.StatusOK, ui.Form{}) }

func (h papers) show(c *fiber.Ctx, status int, form ui.Form) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	list := f.District.Form.Questions
	i := slices.IndexFunc(list, func(q edition.Question) bool { return q.Key == c.Params("key") && q.Kind == edition.AskFile })
	if i < 0 {
		return fault.Missing()
	}
	return web.Show(c, status, view.Papers(f, list[i], form))
}

func (h papers) add(c *fiber.Ctx) error {
	f, err := h.own(c)
	if err != nil {
		return err
	}
	key := c.Params("key")
	err = h.take(c, f.ID, key)
	form := ui.Form{}
	if fault.Is(err, fault.Invalid) && fault.InFields(err) == nil {
		m := fault.MessageOf(err)
		err = fault.Field("file", m.Text, m.Args...)
	}
	if web.Wrong(&form, err) {
		return h.show(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "文件收到了")
	return web.See(c, "/proposals/"+f.ID+"/answers/"+key)
}

func (h papers) take(c *fiber.Ctx, id, key string) error {
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
		if err := h.book.AnswerFile(c.UserContext(), web.Actor(c), id, proposal.NewPaper{Key: key, Taken: taken, Name: f.Name}); err != nil {
			return err
		}
	}
	return nil
}

func (h papers) remove(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	file, err := web.ID(c, "file")
	if err != nil {
		return err
	}
	key := c.Params("key")
	if err := h.book.RemoveFile(c.UserContext(), web.Actor(c), id, key, file); err != nil {
		return err
	}
	web.Said(c, "文件删掉了")
	return web.See(c, "/proposals/"+id+"/answers/"+key)
}
