package gallery

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/server/web"
	view "seedbed/templates/gallery"
)

func (h handlers) follow(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	i, err := h.book.Follow(c.UserContext(), web.Actor(c), id)
	if err != nil {
		return err
	}
	web.Said(c, "关注了。有新消息会告诉您")
	return web.See(c, view.Where(i)+"#follow")
}

// unfollow works from the list as well, where the thing may not be public any more.
func (h handlers) unfollow(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Unfollow(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "不再关注了")
	if i, err := h.book.One(c.UserContext(), web.Actor(c), id); err == nil && web.Query(c, "from") != "list" {
		return web.See(c, view.Where(i)+"#follow")
	}
	return web.See(c, "/me/following")
}

func (h handlers) following(c *fiber.Ctx) error {
	list, err := h.book.Following(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.Following(list))
}
