package proposal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/server/web"
	"seedbed/templates/ui"

	view "seedbed/templates/proposal"
)

// coverRoutes are the pages on which staff look through the cover photos that leads want everybody to see.
func (h handlers) coverRoutes() []web.Route {
	return []web.Route{
		{Method: "GET", Path: "/desk/proposals/:id/cover", May: identity.ClearPhotos, Handle: h.cover},
		{Method: "POST", Path: "/desk/proposals/:id/cover/clear", May: identity.ClearPhotos, Handle: h.clearCover},
		{Method: "POST", Path: "/desk/proposals/:id/cover/refuse", May: identity.ClearPhotos, Handle: h.refuseCover},
		{Method: "POST", Path: "/desk/proposals/:id/cover/hide", May: identity.ClearPhotos, Handle: h.hideCover},
	}
}

func (h handlers) cover(c *fiber.Ctx) error { return h.coverPage(c, fiber.StatusOK, ui.Form{}, "") }

func (h handlers) coverPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	p, err := h.book.SeeCover(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.DeskCover(form, at, p))
}

// coverDeed hands a form about a cover photo to its verb; at names the form on the page.
func coverDeed[T any](h handlers, c *fiber.Ctx, at, said string, verb func(context.Context, identity.Actor, string, T) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, form, err := web.Bind[T](c)
	if err == nil {
		err = verb(c.UserContext(), web.Actor(c), id, typed)
	}
	if web.Wrong(&form, err) {
		return h.coverPage(c, fiber.StatusUnprocessableEntity, form, at)
	}
	if fault.Is(err, fault.Conflict) {
		return h.coverPage(c, fiber.StatusConflict, refused(form, err), at)
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/proposals/"+id)
}

func (h handlers) clearCover(c *fiber.Ctx) error {
	return coverDeed(h, c, "clear", "看过了，封面照片可以公开", h.book.ClearCover)
}

func (h handlers) refuseCover(c *fiber.Ctx) error {
	return coverDeed(h, c, "refuse", "照片没有公开，领办人收到了您写的原因", h.book.RefuseCover)
}

func (h handlers) hideCover(c *fiber.Ctx) error {
	return coverDeed(h, c, "hide", "照片收起来了，街坊马上看不到", h.book.HideCover)
}
