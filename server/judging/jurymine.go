package judging

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/judging"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func (h handlers) wishes(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	l, err := h.book.WishList(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	form := judging.WishForm{Most: l.LoadMax}
	for _, w := range l.Projects {
		form.Lines = append(form.Lines, judging.WishedLine{ID: w.ID, Wish: w.Wish})
	}
	return web.Page(c, view.Wishes(web.Fill(form), l))
}

func (h handlers) prefer(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f, form, err := web.Bind[judging.WishForm](c)
	if err == nil {
		err = h.book.Prefer(c.UserContext(), web.Actor(c), id, f)
	}
	if web.Wrong(&form, err) {
		l, err := h.book.WishList(c.UserContext(), web.Actor(c), id)
		if err != nil {
			return err
		}
		return web.Show(c, fiber.StatusUnprocessableEntity, view.Wishes(form, l))
	}
	if err != nil {
		return err
	}
	web.Said(c, "记下了，谢谢您")
	return web.See(c, "/review/judges/"+id)
}

func (h handlers) mine(c *fiber.Ctx) error { return h.minePage(c, fiber.StatusOK, "", "", ui.Form{}) }

func (h handlers) minePage(c *fiber.Ctx, status int, pool, kind string, form ui.Form) error {
	p := view.MinePage{At: pool, Forms: map[string]ui.Form{kind: form}}
	var err error
	if p.Pools, err = h.book.Mine(c.UserContext(), web.Actor(c)); err != nil {
		return err
	}
	tree, err := place.Tree(c.UserContext(), h.db)
	if err != nil {
		return err
	}
	p.Places = []ui.Option{{Value: "", Label: "请选择"}}
	for _, l := range tree {
		if l.Level == "community" {
			p.Places = append(p.Places, ui.Option{Value: l.Path, Label: words.Pick(c.UserContext(), l.Name, l.NameEn)})
		}
	}
	return web.Show(c, status, view.Mine(p))
}

func (h handlers) keepFee(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f, form, err := web.Bind[judging.Fee](c)
	if err == nil {
		err = h.book.KeepFee(c.UserContext(), web.Actor(c), id, f)
	}
	if web.Wrong(&form, err) {
		return h.minePage(c, fiber.StatusUnprocessableEntity, id, view.FeeForm, form)
	}
	if err != nil {
		return err
	}
	if f.Forget {
		web.Said(c, "账号已经删掉")
	} else {
		web.Said(c, "账号存好了")
	}
	return web.See(c, "/review/profile")
}

func (h handlers) declareTie(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[judging.NewTie](c)
	if err == nil {
		err = h.book.DeclareTie(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.minePage(c, fiber.StatusUnprocessableEntity, id, view.TieForm, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "记下了。申报里有他们的项目不会分给您")
	return web.See(c, "/review/profile")
}

func (h handlers) endTie(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	tie, err := web.ID(c, "tie")
	if err != nil {
		return err
	}
	if err := h.book.EndTie(c.UserContext(), web.Actor(c), id, tie); err != nil {
		return err
	}
	web.Said(c, "记下了。已经回避的项目还是回避")
	return web.See(c, "/review/profile")
}
