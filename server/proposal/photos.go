package proposal

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/server/web"
	"seedbed/storage/pg"
	"seedbed/templates/words"
)

type albums struct {
	handlers
	album *proposal.Album
}

// Photos lists the addresses of a proposal's pictures. They come as a form, or in parts: POST opens an upload under the
// sender's own id, HEAD tells in Upload-Offset how far it is, PATCH adds the bytes from there on.
func Photos(book *proposal.Book, album *proposal.Album, db *pg.DB, c clock.Clock) []web.Route {
	h := albums{handlers{book: book, editions: edition.New(db, c), db: db, clock: c}, album}
	return []web.Route{
		{Method: "POST", Path: "/proposals/:id/photos", May: identity.DraftProposals, Handle: h.add, Upload: true},
		{Method: "POST", Path: "/proposals/:id/photos/:photo/remove", May: identity.DraftProposals, Handle: h.remove},
		{Method: "POST", Path: "/proposals/:id/uploads", May: identity.DraftProposals, Handle: h.begin},
		{Method: "HEAD", Path: "/proposals/:id/uploads/:upload", May: identity.DraftProposals, Handle: h.offset},
		{Method: "PATCH", Path: "/proposals/:id/uploads/:upload", May: identity.DraftProposals, Handle: h.part},
	}
}

type newPhotos struct {
	Kind string `form:"kind"`
}

// add takes the pictures of a form. Those that are fine are kept, whatever is wrong with the others.
func (h albums) add(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	draft, form, err := web.Bind[newPhotos](c)
	kept := 0
	if err == nil {
		kept, err = h.keep(c, id, draft.Kind)
	}
	if web.Wrong(&form, err) {
		return h.again(c, fiber.StatusUnprocessableEntity, proposal.Edit{Step: "photos"}, form, nil, nil)
	}
	if err != nil {
		return err
	}
	web.Said(c, "传好了 %d 张", kept)
	return web.See(c, "/proposals/"+id+"/edit/photos")
}

func (h albums) keep(c *fiber.Ctx, id, kind string) (int, error) {
	files, err := web.Files(c, "photos")
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fault.Field("photos", "请先选照片")
	}
	kept := 0
	var bad []error
	for _, f := range files {
		err := h.one(c, id, kind, f)
		switch {
		case err == nil:
			kept++
		case fault.Is(err, fault.Invalid) && fault.InFields(err) == nil:
			bad = append(bad, err)
		default:
			return kept, err
		}
	}
	if len(bad) > 0 {
		return kept, fault.Field("photos", "%s（有 %d 张没有传上，其他 %d 张已经传好）", fault.MessageOf(bad[0]), len(bad), kept)
	}
	return kept, nil
}

func (h albums) one(c *fiber.Ctx, id, kind string, f web.Upload) error {
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = h.album.Add(c.UserContext(), web.Actor(c), id, proposal.NewPhoto{Kind: kind, Name: f.Name}, r)
	return err
}

func (h albums) remove(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	photo, err := web.ID(c, "photo")
	if err != nil {
		return err
	}
	if err := h.album.Remove(c.UserContext(), web.Actor(c), id, photo); err != nil {
		return err
	}
	web.Said(c, "照片删掉了")
	return web.See(c, "/proposals/"+id+"/edit/photos")
}

// begin opens an upload, or says how far the one under this id is.
func (h albums) begin(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, _, err := web.Bind[proposal.NewPart](c)
	if err != nil {
		return err
	}
	n.Name = web.CleanName(n.Name)
	u, err := h.album.Begin(c.UserContext(), web.Actor(c), id, n)
	return progress(c, fiber.StatusCreated, u, err)
}

// offset says how far an upload is.
func (h albums) offset(c *fiber.Ctx) error {
	u, err := h.upload(c)
	if err != nil {
		return err
	}
	return progress(c, fiber.StatusOK, u, nil)
}

func (h albums) upload(c *fiber.Ctx) (evidence.Upload, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return evidence.Upload{}, err
	}
	upload, err := web.ID(c, "upload")
	if err != nil {
		return evidence.Upload{}, err
	}
	return h.album.Upload(c.UserContext(), web.Actor(c), id, upload)
}

// part adds the bytes from Upload-Offset on.
func (h albums) part(c *fiber.Ctx) error {
	u, err := h.upload(c)
	if err != nil {
		return err
	}
	at, err := strconv.ParseInt(c.Get("Upload-Offset"), 10, 64)
	if err != nil || c.Get("Content-Type") != web.PartType {
		return fiber.NewError(fiber.StatusBadRequest)
	}
	next, err := h.album.Append(c.UserContext(), web.Actor(c), u.OwnerID, u.ID, at, c.Body())
	if fault.Is(err, fault.Conflict) { // not the part that comes next: the sender hears where to go on
		if now, oops := h.upload(c); oops == nil && now.Received != at {
			return progress(c, fiber.StatusConflict, now, nil)
		}
	}
	return progress(c, fiber.StatusOK, next, err)
}

// progress answers the sender of parts: how far the upload is, or why it cannot go on.
func progress(c *fiber.Ctx, status int, u evidence.Upload, err error) error {
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) {
		return c.Status(fiber.StatusUnprocessableEntity).JSON(fiber.Map{"refused": said(c, fault.MessageOf(err))})
	}
	if err != nil {
		return err
	}
	c.Set("Upload-Offset", strconv.FormatInt(u.Received, 10))
	c.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	if c.Method() == fiber.MethodHead {
		c.Status(status)
		return nil
	}
	return c.Status(status).JSON(fiber.Map{"offset": u.Received, "done": u.DoneAt != nil})
}

// said is a message in the reader's language.
func said(c *fiber.Ctx, m fault.Message) string { return words.Say(c.UserContext(), m) }
