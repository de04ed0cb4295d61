package award

import (
	"github.com/gofiber/fiber/v2"

	"seedbed/domain/award"
	"seedbed/server/evidence"
	"seedbed/server/web"
	view "seedbed/templates/award"
	"seedbed/templates/words"
)

const jsonType = "application/json"

// noticeFile sends a protocol file behind a public notice.
func (h handlers) noticeFile(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	list, err := h.book.NoticeFiles(c.UserContext(), id)
	return sendFile(c, list, err)
}

// deskFile sends a protocol file to the desk, before publication too.
func (h handlers) deskFile(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	list, err := h.book.DeskFiles(c.UserContext(), web.Actor(c), id)
	return sendFile(c, list, err)
}

func sendFile(c *fiber.Ctx, list []award.File, err error) error {
	if err != nil {
		return err
	}
	f, err := award.Find(list, c.Params("name"))
	if err != nil {
		return err
	}
	return evidence.Save(c, jsonType, f.Name, f.Body)
}

// listings are files as a page offers them, below an address.
func listings(c *fiber.Ctx, files []award.File, below string) []view.Listing {
	list := make([]view.Listing, len(files))
	for i, f := range files {
		list[i] = view.Listing{Name: f.Name, Label: words.Say(c.UserContext(), f.Label), Href: below + "/protocols/" + f.Name}
	}
	return list
}
