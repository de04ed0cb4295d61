package judging

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/server/web"
	view "seedbed/templates/judging"
	"seedbed/templates/ui"
)

// juryRoutes are the pages of the pool of judges, of their ties and wishes, and of a round's assignment.
func juryRoutes(h handlers) []web.Route {
	const edition, round = "/desk/editions/:id/judging", "/desk/editions/:id/judging/rounds/:round"
	return []web.Route{
		{Method: "GET", Path: "/desk/judges", May: identity.ReadJury, Handle: h.pool},
		{Method: "POST", Path: "/desk/judges", May: identity.RunRounds, Handle: h.enlist},
		{Method: "GET", Path: "/desk/judges/:id", May: identity.ReadJury, Handle: h.juror},
		{Method: "POST", Path: "/desk/judges/:id", May: identity.RunRounds, Handle: h.describe},
		{Method: "POST", Path: "/desk/judges/:id/fee", May: identity.RevealFees, Handle: h.revealFee},
		{Method: "GET", Path: edition + "/ties", May: identity.ReadJury, Handle: h.ties},
		{Method: "GET", Path: edition + "/judges/:judge", May: identity.ReadJury, Handle: h.chair},
		{Method: "POST", Path: edition + "/judges/:judge/limits", May: identity.RunRounds, Handle: h.limit},
		{Method: "POST", Path: edition + "/judges/:judge/replace", May: identity.RunRounds, Handle: h.swap},
		{Method: "GET", Path: edition + "/plans/:plan", May: identity.ReadJury, Handle: h.storedPlan},
		{Method: "GET", Path: round + "/plan", May: identity.RunRounds, Handle: h.assignment},
		{Method: "POST", Path: round + "/plan", May: identity.RunRounds, Handle: h.confirm, Upload: true},
		{Method: "GET", Path: round + "/plan/instance", May: identity.RunRounds, Handle: h.instance},
		{Method: "POST", Path: round + "/plan/lock", May: identity.RunRounds, Handle: h.lock},
		{Method: "POST", Path: round + "/plan/unlock", May: identity.RunRounds, Handle: h.unlock},
		{Method: "POST", Path: round + "/refill", May: identity.RunRounds, Handle: h.refill},
		{Method: "GET", Path: "/review/judges/:id/wishes", May: identity.Score, Handle: h.wishes},
		{Method: "POST", Path: "/review/judges/:id/wishes", May: identity.Score, Handle: h.prefer},
		{Method: "GET", Path: "/review/profile", May: identity.Score, Handle: h.mine},
		{Method: "POST", Path: "/review/profile/:id/fee", May: identity.Score, Handle: h.keepFee},
		{Method: "POST", Path: "/review/profile/:id/ties", May: identity.Score, Handle: h.declareTie},
		{Method: "POST", Path: "/review/profile/:id/ties/:tie/end", May: identity.Score, Handle: h.endTie},
	}
}

func (h handlers) pool(c *fiber.Ctx) error { return h.poolPage(c, fiber.StatusOK, ui.Form{}) }

func (h handlers) poolPage(c *fiber.Ctx, status int, form ui.Form) error {
	by := web.Actor(c)
	p := view.PoolPage{Form: form, Past: map[string]judging.Past{}, CanKeep: len(by.Sight(identity.RunRounds)) > 0}
	var err error
	if p.Jurors, err = h.book.Pool(c.UserContext(), by); err != nil {
		return err
	}
	seen, records := map[string]bool{}, map[string][]judging.Record{}
	for _, u := range p.Jurors {
		if seen[u.Place] {
			continue
		}
		seen[u.Place] = true
		list, err := h.book.Histories(c.UserContext(), by, u.Place, "")
		if err != nil {
			return err
		}
		for _, r := range list {
			records[r.PersonID] = append(records[r.PersonID], r)
		}
	}
	for person, list := range records {
		p.Past[person] = judging.Sum(list)
	}
	if p.CanKeep {
		if p.Candidates, err = h.book.Poolable(c.UserContext(), by); err != nil {
			return err
		}
	}
	return web.Show(c, status, view.Pool(p))
}

func (h handlers) enlist(c *fiber.Ctx) error {
	n, form, err := web.Bind[judging.NewJudge](c)
	if err == nil {
		if len(n.Tags) > 0 {
			n.Expertise = n.Tags[0]
		}
		err = h.book.Enlist(c.UserContext(), web.Actor(c), n)
	}
	if web.Wrong(&form, err) {
		if m, ok := form.Wrong["expertise"]; ok {
			delete(form.Wrong, "expertise")
			form.Wrong["tags"] = m
		}
		return h.poolPage(c, fiber.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	web.Said(c, "已经放进评委库")
	return web.See(c, "/desk/judges")
}

func (h handlers) juror(c *fiber.Ctx) error { return h.jurorPage(c, fiber.StatusOK, "", ui.Form{}, "") }

func (h handlers) jurorPage(c *fiber.Ctx, status int, at string, form ui.Form, account string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	by := web.Actor(c)
	p := view.JurorPage{Account: account}
	if p.Juror, err = h.book.Juror(c.UserContext(), by, id); err != nil {
		return err
	}
	if p.Records, err = h.book.Histories(c.UserContext(), by, p.Place, p.PersonID); err != nil {
		return err
	}
	if p.Ties, err = h.book.TiesOf(c.UserContext(), p.Juror); err != nil {
		return err
	}
	if p.Memberships, err = h.book.Memberships(c.UserContext(), p.Juror); err != nil {
		return err
	}
	p.CanKeep, p.CanReveal = by.Can(identity.RunRounds, p.Place), by.Can(identity.RevealFees, p.Place)
	draft := web.Fill(judging.JurorDraft{Saves: p.Saves, Unit: p.Unit, Title: p.Title, Tags: p.Tags, Fields: p.Fields})
	p.Forms = map[string]ui.Form{view.Describe: draft, view.Reveal: {}}
	if at != "" {
		p.Forms[at] = form
	}
	return web.Show(c, status, view.Juror(p))
}

func (h handlers) describe(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d, form, err := web.Bind[judging.JurorDraft](c)
	if err == nil {
		err = h.book.SaveJuror(c.UserContext(), web.Actor(c), id, d)
	}
	if web.Wrong(&form, err) {
		return h.jurorPage(c, fiber.StatusUnprocessableEntity, view.Describe, form, "")
	}
	if err != nil {
		return err
	}
	web.Said(c, "已保存")
	return web.See(c, "/desk/judges/"+id)
}

func (h handlers) revealFee(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, form, err := web.Bind[judging.Reason](c)
	account := ""
	if err == nil {
		account, err = h.book.RevealFee(c.UserContext(), web.Actor(c), id, r)
	}
	if web.Wrong(&form, err) {
		return h.jurorPage(c, fiber.StatusUnprocessableEntity, view.Reveal, form, "")
	}
	if err != nil {
		return err
	}
	return h.jurorPage(c, fiber.StatusOK, "", ui.Form{}, account)
}

func (h handlers) refill(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	round, err := web.ID(c, "round")
	if err != nil {
		return err
	}
	n, err := h.book.Refill(c.UserContext(), web.Actor(c), round)
	if err != nil {
		return err
	}
	if n == 0 {
		web.Said(c, "没有人能补上：空位的项目，剩下的评委都有利害关系、已经回避过，或者满额了")
	} else {
		web.Said(c, "补上了 %d 个位置，已经通知评委", n)
	}
	return web.See(c, fmt.Sprintf("/desk/editions/%s/judging", id))
}
