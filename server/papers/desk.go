package papers

import (
	"errors"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	domainevidence "seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/papers"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/papers"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func (h handlers) papers(c *fiber.Ctx) error {
	asked := ui.Form{Values: url.Values{"id": {newID()}, "kind": {papers.List}, "state": {web.Query(c, "state")}, "place": {web.Query(c, "place")}}}
	return h.page(c, fiber.StatusOK, asked, ui.Form{Values: url.Values{"id": {newID()}}})
}

// page shows what can be taken out of an edition and put into it, each form with what was typed in it.
func (h handlers) page(c *fiber.Ctx, status int, out, in ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, by := c.UserContext(), web.Actor(c)
	e, sight, err := h.book.MayExport(ctx, by, id)
	if err != nil {
		return err
	}
	in.Apart = "in."
	p := view.Page{Edition: e, Out: out, In: in, CanReveal: len(by.Sight(identity.RevealPhone)) > 0}
	if _, _, err := h.book.MayImport(ctx, by, id); err == nil {
		p.CanImport = true
	} else if !fault.Is(err, fault.NotFound) {
		return err
	}
	tree, err := place.Tree(ctx, h.db)
	if err != nil {
		return err
	}
	for _, at := range tree {
		for _, under := range sight {
			if identity.Within(at.Path, under) {
				p.Places = append(p.Places, ui.Option{Value: at.Path, Label: strings.Repeat("　", strings.Count(at.Path, ".")) + words.Pick(ctx, at.Name, at.NameEn)})
				break
			}
		}
	}
	if p.Exports, err = h.book.Exports(ctx, by, id); err != nil {
		return err
	}
	if p.Imports, err = h.book.Imports(ctx, by, id); err != nil {
		return err
	}
	return web.Show(c, status, view.Papers(p))
}

func (h handlers) ask(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[papers.NewExport](c)
	if err == nil {
		err = h.book.Ask(c.UserContext(), web.Actor(c), id, n, web.Base(c))
	}
	if web.Wrong(&form, err) {
		return h.page(c, fiber.StatusUnprocessableEntity, form, ui.Form{Values: url.Values{"id": {newID()}}})
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经开始准备，一般不到一分钟。好了会给您发消息，也可以过一会儿刷新这一页")
	return web.See(c, "/desk/editions/"+id+"/papers#exports")
}

func (h handlers) upload(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[papers.NewImport](c)
	var made papers.Import
	if err == nil {
		made, err = h.take(c, id, n)
	}
	if web.Wrong(&form, err) {
		form.Values.Set("id", newID()) // the files have to be chosen anew: it will be another upload
		return h.page(c, fiber.StatusUnprocessableEntity, ui.Form{Values: url.Values{"id": {newID()}, "kind": {papers.List}}}, form)
	}
	if err != nil {
		return err
	}
	return web.See(c, "/desk/imports/"+made.ID)
}

// take reads the files of the form.
func (h handlers) take(c *fiber.Ctx, id string, n papers.NewImport) (made papers.Import, err error) {
	var files [2]papers.File
	for i, field := range []string{"workbook", "scans"} {
		sent, err := web.Files(c, field)
		if err != nil {
			return made, err
		}
		if len(sent) == 0 {
			continue
		}
		r, err := sent[0].Open()
		if err != nil {
			return made, err
		}
		defer r.Close()
		files[i] = papers.File{Name: sent[0].Name, Body: r}
	}
	return h.book.Upload(c.UserContext(), web.Actor(c), id, n, files[0], files[1])
}

func (h handlers) imported(c *fiber.Ctx) error { return h.importPage(c, fiber.StatusOK, nil) }

func (h handlers) importPage(c *fiber.Ctx, status int, said *fault.Message) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	i, rows, preview, err := h.book.See(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	p := view.ImportPage{Import: i, Rows: rows, Preview: preview, Said: said}
	for range rows {
		p.IDs = append(p.IDs, newID())
	}
	return web.Show(c, status, view.Import(p))
}

// pressed is a button at the version that was seen.
type pressed struct {
	Version int `form:"version"`
}

func (h handlers) confirm(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, _, err := web.Bind[pressed](c)
	if err == nil {
		err = h.book.Confirm(c.UserContext(), web.Actor(c), id, p.Version)
	}
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid) {
		m := fault.MessageOf(err)
		return h.importPage(c, fiber.StatusConflict, &m)
	}
	if err != nil {
		return err
	}
	web.Said(c, "全部录进来了，也告诉了每一位领办人和被邀请的邻居")
	return web.See(c, "/desk/imports/"+id)
}

// scan takes the photo of a signed paper for one proposal that was entered.
func (h handlers) scan(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	back, err := h.book.ImportOf(c.UserContext(), id)
	if err != nil {
		return err
	}
	n, _, err := web.Bind[papers.Scanned](c)
	if err == nil {
		err = h.add(c, id, n)
	}
	if fault.Is(err, fault.Invalid) {
		m := fault.MessageOf(err)
		if first, ok := fault.InFields(err)["scan"]; ok {
			m = first
		}
		web.Said(c, m.Text, m.Args...)
		return web.See(c, "/desk/imports/"+back)
	}
	if err != nil {
		return err
	}
	web.Said(c, "签字的纸传好了")
	return web.See(c, "/desk/imports/"+back)
}

func (h handlers) add(c *fiber.Ctx, id string, n papers.Scanned) (err error) {
	files, err := web.Files(c, "scan")
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fault.Field("scan", "请先选照片或 PDF")
	}
	r, err := files[0].Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	taken, err := domainevidence.TakePaper(c.UserContext(), h.store, r)
	if err != nil {
		return err
	}
	return h.book.AddPaper(c.UserContext(), web.Actor(c), id, n, taken, files[0].Name)
}
