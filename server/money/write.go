package money

import (
	"slices"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/money"
	"seedbed/server/web"
	view "seedbed/templates/money"
	"seedbed/templates/ui"
)

func (h handlers) newClaim(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	blank, err := h.book.Blank(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	draft := money.NewClaim{ID: uuid.Must(uuid.NewV7()).String(), Items: []money.NewItem{{Buyer: blank.Host}}}
	return web.Page(c, view.ClaimForm(view.Writing{Form: web.Fill(draft), Blank: blank, Rows: 1}))
}

func (h handlers) write(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	// The permission comes before the files: nobody else's are taken into the store.
	blank, err := h.book.Blank(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return h.enter(c, view.Writing{Blank: blank})
}

// opened gives a claim that its team may still change, nil where there is nothing left to change.
func (h handlers) opened(c *fiber.Ctx) (*view.Writing, money.Paper, error) {
	paper, err := h.paper(c)
	if err != nil || !paper.Can.Edit {
		return nil, paper, err
	}
	blank, err := h.book.Blank(c.UserContext(), web.Actor(c), paper.Project.ID)
	return &view.Writing{Blank: blank, Claim: &paper.Claim, Files: paper.Files}, paper, err
}

func (h handlers) oldClaim(c *fiber.Ctx) error {
	w, paper, err := h.opened(c)
	if err != nil {
		return err
	}
	if w == nil {
		return web.See(c, "/claims/"+paper.Claim.ID)
	}
	w.Form, w.Rows = web.Fill(paper.Form()), max(len(paper.Items), 1)
	return web.Page(c, view.ClaimForm(*w))
}

func (h handlers) rewrite(c *fiber.Ctx) error {
	w, paper, err := h.opened(c)
	if err != nil {
		return err
	}
	if w != nil {
		return h.enter(c, *w)
	}
	twice, err := audit.Did(c.UserContext(), h.db, web.Actor(c), "claim", paper.Claim.ID, paper.Claim.Version, "submit")
	if err != nil {
		return err
	}
	if !twice {
		return fault.New(fault.Conflict, "这张报销单现在不能改了，请看最新的情况")
	}
	return web.See(c, "/claims/"+paper.Claim.ID)
}

// enter reads the form of a claim and does what its button says: one more line, keep as a draft, or hand in.
func (h handlers) enter(c *fiber.Ctx, w view.Writing) error {
	draft, form, err := web.Bind[money.NewClaim](c)
	if form.Values == nil {
		return err
	}
	if w.Claim != nil {
		draft.ID = w.Claim.ID
	}
	if uuid.Validate(draft.ID) != nil {
		return fault.Missing()
	}
	clean(&draft, w.Blank.Host)
	taken, wrong, failed := h.take(c)
	if failed != nil {
		return failed
	}
	draft.Files, w.Form = taken, form
	if form.Value("add") != "" {
		w.Form.Wrong = wrong
		w.Add()
		return h.again(c, fiber.StatusOK, w, draft)
	}
	web.Wrong(&w.Form, wrong.Err())
	if err == nil {
		err = wrong.Err()
	}
	var claim money.Claim
	if err == nil {
		claim, err = h.hand(c, w, draft, form.Value("save") != "")
	}
	if web.Wrong(&w.Form, err) {
		return h.again(c, fiber.StatusUnprocessableEntity, w, draft)
	}
	if err != nil {
		return err
	}
	return h.handed(c, claim)
}

func (h handlers) hand(c *fiber.Ctx, w view.Writing, draft money.NewClaim, save bool) (money.Claim, error) {
	if save {
		return h.book.Save(c.UserContext(), web.Actor(c), w.Blank.Project.ID, draft)
	}
	return h.book.Submit(c.UserContext(), web.Actor(c), w.Blank.Project.ID, draft)
}

func (h handlers) handed(c *fiber.Ctx, claim money.Claim) error {
	switch {
	case claim.State == money.Draft:
		web.Said(c, "草稿存好了，写齐了再交")
	case claim.DueAt != nil:
		web.Said(c, "报销单 %s 交上去了，社区最晚 %s 核实", claim.Number, claim.DueAt.In(clock.Shanghai).Format("2006-01-02"))
	default:
		web.Said(c, "报销单 %s 交上去了", claim.Number)
	}
	return web.See(c, "/claims/"+claim.ID)
}

// again shows the form as it was typed, with the files that have arrived so far.
func (h handlers) again(c *fiber.Ctx, status int, w view.Writing, draft money.NewClaim) error {
	for n, k := range h.book.Keep(web.Actor(c), draft) {
		w.Kept = append(w.Kept, view.Kept{Kept: k, N: n})
	}
	w.Rows = max(w.Rows, w.Form.Rows("items", 1))
	return web.Show(c, status, view.ClaimForm(w))
}

// clean leaves out the files no longer wanted, and the lines in which nothing stands but what the form had put there.
func clean(draft *money.NewClaim, host string) {
	draft.Kept = slices.DeleteFunc(draft.Kept, func(k money.Kept) bool { return slices.Contains(draft.Drop, k.Mark) })
	for i, item := range draft.Items {
		if item == (money.NewItem{Buyer: host}) {
			draft.Items[i] = money.NewItem{}
		}
	}
}

// take puts the files of the form into the store, each under the field it came by. Those that are fine are kept,
// whatever is wrong with the others.
func (h handlers) take(c *fiber.Ctx) (taken []money.File, wrong fault.Fields, err error) {
	for _, kind := range money.FileKinds {
		files, err := web.Files(c, kind.Code)
		var form ui.Form
		if web.Wrong(&form, err) {
			for name, m := range form.Wrong {
				wrong.Add(name, m.Text, m.Args...)
			}
			continue
		}
		if err != nil {
			return taken, wrong, err
		}
		for _, f := range files {
			got, err := h.one(c, f)
			switch {
			case err == nil:
				taken = append(taken, money.File{Taken: got, Kind: kind.Code, Name: f.Name})
			case fault.Is(err, fault.Invalid):
				wrong.Add(kind.Code, "%s：%s", f.Name, fault.MessageOf(err))
			default:
				return taken, wrong, err
			}
		}
	}
	return taken, wrong, nil
}

func (h handlers) one(c *fiber.Ctx, f web.Upload) (evidence.Taken, error) {
	r, err := f.Open()
	if err != nil {
		return evidence.Taken{}, err
	}
	defer r.Close()
	return evidence.TakePaper(c.UserContext(), h.store, r)
}
