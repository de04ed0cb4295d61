package accounts

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/accounts"
	"seedbed/domain/audit"
	"seedbed/domain/notice"
	"seedbed/domain/place"
	"seedbed/server/web"
	view "seedbed/templates/accounts"
	"seedbed/templates/ui"
)

func (h handlers) profile(c *fiber.Ctx) error {
	me, err := h.book.Me(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return h.profilePage(c, fiber.StatusOK, web.Fill(accounts.Profile{Name: me.Name, Home: me.Home, Version: me.Version}))
}

func (h handlers) profilePage(c *fiber.Ctx, status int, form ui.Form) error {
	me, err := h.book.Me(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	tree, err := place.Tree(c.UserContext(), h.db)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.ProfilePage(form, me, view.Communities(tree)))
}

func (h handlers) saveProfile(c *fiber.Ctx) error {
	draft, form, err := web.Bind[accounts.Profile](c)
	if err == nil {
		err = h.book.SaveProfile(c.UserContext(), web.Actor(c), draft)
	}
	if web.Wrong(&form, err) {
		return h.profilePage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/me")
}

func (h handlers) notes(c *fiber.Ctx) error {
	before, last := h.clock.Now().Add(time.Second), ""
	if at, id, ok := strings.Cut(web.Query(c, "before"), "_"); ok {
		micros, err := strconv.ParseInt(at, 10, 64)
		if _, bad := uuid.Parse(id); err == nil && bad == nil {
			before, last = time.UnixMicro(micros), id
		}
	}
	const page = 50
	list, err := notice.Mine(c.UserContext(), h.db, web.Actor(c), before, last, page+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > page {
		end := list[page-1]
		list, next = list[:page], "/me/notices?before="+strconv.FormatInt(end.At.UnixMicro(), 10)+"_"+end.ID
	}
	return web.Page(c, view.Notes(list, next))
}

func (h handlers) markRead(c *fiber.Ctx) error {
	if err := notice.MarkRead(c.UserContext(), h.db, web.Actor(c), h.clock.Now()); err != nil {
		return err
	}
	return web.See(c, "/me/notices")
}

func (h handlers) residents(c *fiber.Ctx) error {
	list, err := h.book.WaitingResidents(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	return web.Page(c, view.Residents(list))
}

func (h handlers) confirm(c *fiber.Ctx) error {
	type answer struct {
		Answer  string `form:"answer"`
		Version int    `form:"version"`
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	typed, _, err := web.Bind[answer](c)
	if err != nil {
		return err
	}
	if err := h.book.ConfirmResident(c.UserContext(), web.Actor(c), id, typed.Version, typed.Answer == "yes"); err != nil {
		return err
	}
	web.Said(c, "已保存，也告诉了本人")
	return web.See(c, "/desk/residents")
}

func (h handlers) roles(c *fiber.Ctx) error {
	return h.rolesPage(c, fiber.StatusOK, ui.Form{Values: map[string][]string{"id": {uuid.Must(uuid.NewV7()).String()}}})
}

func (h handlers) rolesPage(c *fiber.Ctx, status int, form ui.Form) error {
	held, err := h.book.Held(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	tree, err := place.Tree(c.UserContext(), h.db)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Roles(form, held, view.Places(tree)))
}

func (h handlers) grant(c *fiber.Ctx) error {
	draft, form, err := web.Bind[accounts.NewGrant](c)
	if err == nil {
		err = h.book.Grant(c.UserContext(), web.Actor(c), draft)
	}
	if web.Wrong(&form, err) {
		return h.rolesPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已添加，对方下次打开页面就有了")
	return web.See(c, "/admin")
}

func (h handlers) revoke(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.book.Revoke(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	web.Said(c, "已收回")
	return web.See(c, "/admin")
}

func (h handlers) trail(c *fiber.Ctx) error {
	before := audit.Entry{At: h.clock.Now().Add(time.Second)}
	if parts := strings.SplitN(web.Query(c, "before"), "_", 3); len(parts) == 3 {
		at, err := strconv.ParseInt(parts[0], 10, 64)
		n, bad := strconv.ParseInt(parts[1], 10, 64)
		if err == nil && bad == nil {
			before = audit.Entry{At: time.UnixMicro(at), N: n, Chain: parts[2]}
		}
	}
	list, err := audit.Read(c.UserContext(), h.db, web.Actor(c), before)
	if err != nil {
		return err
	}
	heads, err := audit.Heads(c.UserContext(), h.db)
	if err != nil {
		return err
	}
	next := ""
	if len(list) == 50 {
		end := list[49]
		next = "/supervision?before=" + strconv.FormatInt(end.At.UnixMicro(), 10) + "_" + strconv.FormatInt(end.N, 10) + "_" + end.Chain
	}
	return web.Page(c, view.Trail(list, next, heads))
}
