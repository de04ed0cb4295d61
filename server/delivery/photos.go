package delivery

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/delivery"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/server/web"
	view "seedbed/templates/delivery"
	"seedbed/templates/ui"
)

// newPhotos is the form around uploaded photos.
type newPhotos struct {
	Kind string `form:"kind"`
}

// attach takes several photos. Those that are fine are kept, whatever is wrong with the others.
func (h handlers) attach(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[newPhotos](c)
	var kept, twins int
	if err == nil {
		kept, twins, err = h.keep(c, id, draft.Kind)
	}
	if web.Wrong(&form, err) {
		return h.activityPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if twins > 0 {
		web.Said(c, "传好了 %d 张，其中 %d 张和别的活动用的一模一样，请检查", kept, twins)
	} else {
		web.Said(c, "传好了 %d 张", kept)
	}
	return web.See(c, "/activities/"+id)
}

func (h handlers) keep(c *fiber.Ctx, id, kind string) (kept, twins int, err error) {
	files, err := web.Files(c, "photos")
	if err != nil {
		return 0, 0, err
	}
	if len(files) == 0 {
		return 0, 0, fault.Field("photos", "请先选照片")
	}
	var bad []error
	for _, f := range files {
		got, err := h.one(c, id, kind, f)
		switch {
		case err == nil:
			kept++
			if got.Twin {
				twins++
			}
		case fault.Is(err, fault.Invalid) && fault.InFields(err) == nil:
			bad = append(bad, err)
		default:
			return kept, twins, err
		}
	}
	if len(bad) > 0 {
		return kept, twins, fault.Field("photos", "%s（有 %d 张没有传上，其他 %d 张已经传好）", fault.MessageOf(bad[0]), len(bad), kept)
	}
	return kept, twins, nil
}

func (h handlers) one(c *fiber.Ctx, id, kind string, f web.Upload) (delivery.Attached, error) {
	r, err := f.Open()
	if err != nil {
		return delivery.Attached{}, err
	}
	defer r.Close()
	return h.book.Attach(c.UserContext(), web.Actor(c), id, delivery.NewPhoto{Kind: kind, Name: f.Name}, r)
}

func (h handlers) remove(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	activity, err := h.book.Remove(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	web.Said(c, "照片删掉了")
	return web.See(c, "/activities/"+activity)
}

func (h handlers) photo(c *fiber.Ctx) error { return h.photoPage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) photoPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	page, err := h.book.Photo(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.DeskPhoto(form, page))
}

func (h handlers) clear(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var activity string
	ticks, form, err := web.Bind[evidence.Clearance](c)
	if err == nil {
		activity, err = h.book.Clear(c.UserContext(), web.Actor(c), id, ticks)
	}
	if web.Wrong(&form, err) {
		return h.photoPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "这张照片可以公开了")
	return web.See(c, "/desk/activities/"+activity)
}

func (h handlers) hide(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	step, _, err := web.Bind[delivery.Step](c)
	if err != nil {
		return err
	}
	activity, err := h.book.Hide(c.UserContext(), web.Actor(c), id, step.Reason)
	if err != nil {
		return err
	}
	web.Said(c, "照片隐藏了，公开页面上马上看不到")
	return web.See(c, "/activities/"+activity)
}
