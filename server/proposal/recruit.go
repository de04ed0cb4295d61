package proposal

import (
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/fault"
	"seedbed/domain/place"
	"seedbed/domain/proposal"
	"seedbed/domain/talent"
	"seedbed/server/web"
	"seedbed/templates/ui"
	"seedbed/templates/words"

	view "seedbed/templates/proposal"
)

func (h handlers) recruiting(c *fiber.Ctx) error {
	return h.recruitingPage(c, fiber.StatusOK, ui.Form{}, "")
}

// recruitingPage is the lead's page of whom the team looks for; at says which of its forms was not taken.
func (h handlers) recruitingPage(c *fiber.Ctx, status int, form ui.Form, at string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	r, err := h.book.Room(c.UserContext(), by, id)
	if err != nil {
		return err
	}
	if !r.Leads(by) {
		return fault.New(fault.Forbidden, "团队名单由领办人管理。需要的话请和领办人说")
	}
	search := ui.Form{Values: map[string][]string{"skill": {web.Query(c, "skill")}, "time": {web.Query(c, "time")}}}
	talents, err := talent.Suggest(c.UserContext(), h.db, r.Full.Place, chosen(search.Value("skill"), talent.Skills), chosen(search.Value("time"), talent.Times), suggestions)
	if err != nil {
		return err
	}
	p := view.RecruitingPage{Talents: talents, Search: search, TeamRoom: r, Form: form, At: at, Base: web.Base(c), NewID: newID(), LinkID: newID(), Edit: web.Query(c, "edit")}
	return web.Show(c, status, view.Recruiting(p))
}

// suggestions is how many people of the talent bank are shown.
const suggestions = 6

// chosen is the code of a list that an address names; none where it names none.
func chosen(code string, of []talent.Choice) []string {
	if !slices.ContainsFunc(of, func(c talent.Choice) bool { return c.Code == code }) {
		return nil
	}
	return []string{code}
}

func (h handlers) setWant(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.NewWant](c)
	if err == nil {
		err = h.book.SetWant(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.recruitingPage(c, fiber.StatusUnprocessableEntity, form, "want")
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存。公开招募以后，邻居就能看到")
	return web.See(c, "/proposals/"+id+"/recruit")
}

func (h handlers) turnWant(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	want, err := web.ID(c, "want")
	if err != nil {
		return err
	}
	t, _, err := web.Bind[proposal.Turn](c)
	if err != nil {
		return err
	}
	if err := h.book.TurnWant(c.UserContext(), web.Actor(c), id, want, t); err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/proposals/"+id+"/recruit")
}

func (h handlers) publish(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.NewPost](c)
	if err == nil {
		err = h.book.Publish(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.recruitingPage(c, fiber.StatusUnprocessableEntity, form, "post")
	}
	if err != nil {
		return err
	}
	web.Said(c, "招募已公开。可以把海报打印出来贴到楼道口")
	return web.See(c, "/proposals/"+id+"/recruit")
}

func (h handlers) unpublish(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	t, _, err := web.Bind[proposal.Turn](c)
	if err != nil {
		return err
	}
	if err := h.book.Unpublish(c.UserContext(), web.Actor(c), id, t); err != nil {
		return err
	}
	web.Said(c, "已停止公开招募")
	return web.See(c, "/proposals/"+id+"/recruit")
}

func (h handlers) poster(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if _, err := h.book.Own(c.UserContext(), web.Actor(c), id); err != nil {
		return err
	}
	r, err := h.book.Recruit(c.UserContext(), id)
	if err != nil {
		return err
	}
	return web.Page(c, view.Poster(r, web.Base(c)+"/r/"+r.Code))
}

func (h handlers) makeLink(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.NewLink](c)
	link := ""
	if err == nil {
		link, err = h.book.MakeLink(c.UserContext(), web.Actor(c), id, n)
	}
	if web.Wrong(&form, err) {
		return h.recruitingPage(c, fiber.StatusUnprocessableEntity, form, "link")
	}
	if err != nil {
		return err
	}
	return web.See(c, "/proposals/"+id+"/links/"+link)
}

func (h handlers) showLink(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	link, err := web.ID(c, "link")
	if err != nil {
		return err
	}
	f, l, token, err := h.book.ShowLink(c.UserContext(), web.Actor(c), id, link)
	if err != nil {
		return err
	}
	return web.Page(c, view.Invite(f, l, web.Base(c)+"/join?k="+token))
}

func (h handlers) revokeLink(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	link, err := web.ID(c, "link")
	if err != nil {
		return err
	}
	if err := h.book.RevokeLink(c.UserContext(), web.Actor(c), id, link); err != nil {
		return err
	}
	web.Said(c, "邀请码已作废")
	return web.See(c, "/proposals/"+id+"/recruit")
}

// recruits is the public list of teams that look for people.
func (h handlers) recruits(c *fiber.Ctx) error {
	ctx := c.UserContext()
	tree, err := place.Tree(ctx, h.db)
	if err != nil {
		return err
	}
	f := proposal.RecruitFilter{Skill: web.Query(c, "skill")}
	options := []ui.Option{{Value: "", Label: "全区"}}
	for _, p := range tree {
		if p.Level != "community" || p.ValidTo != nil {
			continue
		}
		options = append(options, ui.Option{Value: p.Path, Label: words.Pick(ctx, p.Name, p.NameEn)})
		if p.Path == web.Query(c, "place") { // only a place there is
			f.Place = p.Path
		}
	}
	list, err := h.book.Recruits(ctx, f)
	if err != nil {
		return err
	}
	return web.Page(c, view.Recruits(list, ui.Form{Values: url.Values{"place": {f.Place}, "skill": {f.Skill}}}, options))
}

func (h handlers) recruit(c *fiber.Ctx) error {
	form := fresh()
	form.Values.Set("want", web.Query(c, "want"))
	return h.recruitPage(c, fiber.StatusOK, form)
}

func (h handlers) recruitPage(c *fiber.Ctx, status int, form ui.Form) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, err := h.book.Recruit(c.UserContext(), id)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Recruit(r, form, web.Actor(c)))
}

func (h handlers) apply(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	n, form, err := web.Bind[proposal.Application](c)
	if err == nil {
		err = h.book.Apply(c.UserContext(), web.Actor(c), id, n)
	}
	if status, again := shown(&form, err); again {
		return h.recruitPage(c, status, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "报名收到了，领办人会答复您")
	return web.See(c, "/invitations")
}

// short leads from the address on a poster to the page.
func (h handlers) short(c *fiber.Ctx) error {
	id, err := h.book.RecruitByCode(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	return web.See(c, "/recruit/"+id)
}

// offer is what a scanned invitation opens. The secret part leaves the address bar at once.
func (h handlers) offer(c *fiber.Ctx) error {
	if token := web.Query(c, "k"); token != "" {
		web.Carry(c, "join", token)
		return web.See(c, "/join")
	}
	return h.offerPage(c, fiber.StatusOK, fresh())
}

func (h handlers) offerPage(c *fiber.Ctx, status int, form ui.Form) error {
	token := web.Carried(c, "join")
	if token == "" {
		return web.Page(c, view.NoOffer())
	}
	o, err := h.book.Peek(c.UserContext(), token)
	if err != nil {
		return err
	}
	return web.Show(c, status, view.Join(o, form, web.Actor(c)))
}

func (h handlers) join(c *fiber.Ctx) error {
	token := web.Carried(c, "join")
	if token == "" {
		return fault.Missing()
	}
	n, form, err := web.Bind[proposal.Application](c)
	id, in := "", false
	if err == nil {
		id, in, err = h.book.JoinByLink(c.UserContext(), web.Actor(c), token, n)
	}
	if status, again := shown(&form, err); again {
		return h.offerPage(c, status, form)
	}
	if err != nil {
		return err
	}
	if !in {
		web.Said(c, "收到了。家长同意、领办人答复以后，就可以参加")
		return web.See(c, "/invitations")
	}
	web.Said(c, "您已加入团队")
	return web.See(c, "/proposals/"+id+"/team")
}
