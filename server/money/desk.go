package money

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/money"
	"seedbed/server/web"
	view "seedbed/templates/money"
	"seedbed/templates/ui"
)

// deskStates are the tabs of the desk after the reader's own.
var deskStates = []string{money.Submitted, money.Verified, money.Passed, money.Approved, money.Returned, money.Paid}

func (h handlers) desk(c *fiber.Ctx) error {
	by := web.Actor(c)
	counts, err := h.book.Counts(c.UserContext(), by)
	if err != nil {
		return err
	}
	tab := chosen(c, by, deskStates, identity.VerifyClaims, identity.ReviewVouchers, identity.ApproveClaims, identity.ApproveLargeClaim, identity.PayClaims)
	list, next, err := h.book.Desk(c.UserContext(), by, tab, cursor(web.Query(c, "after")))
	if err != nil {
		return err
	}
	more := ""
	if next != nil {
		more = "/desk/claims?tab=" + tab + "&after=" + next.At.UTC().Format(time.RFC3339Nano) + "_" + next.ID
	}
	return web.Page(c, view.Desk(list, tabs("/desk/claims", tab, deskStates, money.ClaimStates, counts), more, h.clock.Now()))
}

// chosen is the tab of the address; without one it is the reader's own work, or all for those who only look.
func chosen(c *fiber.Ctx, by identity.Actor, states []string, steps ...identity.Permission) string {
	tab := web.Query(c, "tab")
	for _, s := range append([]string{money.TabMine, money.TabAll}, states...) {
		if s == tab {
			return tab
		}
	}
	for _, may := range steps {
		if len(by.Sight(may)) > 0 {
			return money.TabMine
		}
	}
	return money.TabAll
}

func tabs(page, tab string, states []string, names []edition.Choice, counts []money.Count) []ui.Tab {
	mine, by := 0, map[string]int{}
	for _, n := range counts {
		mine += n.Mine
		by[n.State] = n.N
	}
	list := []ui.Tab{{Href: page + "?tab=" + money.TabMine, Label: "等我办", Count: mine, Current: tab == money.TabMine}}
	for _, s := range states {
		list = append(list, ui.Tab{Href: page + "?tab=" + s, Label: edition.NameOf(names, s), Count: by[s], Current: tab == s})
	}
	return append(list, ui.Tab{Href: page + "?tab=" + money.TabAll, Label: "全部", Current: tab == money.TabAll})
}

// cursor reads where a list goes on; nonsense begins it anew.
func cursor(after string) money.Cursor {
	at, id, _ := strings.Cut(after, "_")
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil || uuid.Validate(id) != nil {
		return money.Cursor{}
	}
	return money.Cursor{At: t, ID: id}
}

func (h handlers) deskClaim(c *fiber.Ctx) error {
	today := money.NewPayment{PaidOn: h.clock.Now()}
	return h.deskPage(c, fiber.StatusOK, web.Fill(today), "")
}

func (h handlers) deskPage(c *fiber.Ctx, status int, form ui.Form, account string) error {
	paper, err := h.paper(c)
	if err != nil {
		return err
	}
	community, err := h.named(c, paper.Project.Place)
	if err != nil {
		return err
	}
	ledger := web.Actor(c).Can(identity.ReadLedger, paper.Project.Place)
	return web.Show(c, status, view.DeskClaim(form, view.Examined{Paper: paper, Community: community, Account: account, Ledger: ledger, Now: h.clock.Now()}))
}

// handled answers a step with a claim: what is wrong with it beside its fields, or on to the next one waiting.
func (h handlers) handled(c *fiber.Ctx, form ui.Form, err error, said string) error {
	if web.Wrong(&form, err) {
		return h.deskPage(c, fiber.StatusUnprocessableEntity, form, "")
	}
	if err != nil {
		return err
	}
	web.Said(c, said)
	return web.See(c, "/desk/claims")
}

func (h handlers) verify(c *fiber.Ctx) error {
	id, step, form, err := pressed[money.Verification](c)
	if err == nil {
		err = h.book.Verify(c.UserContext(), web.Actor(c), id, step)
	}
	return h.handled(c, form, err, "核实通过，转给会计审票据")
}

func (h handlers) pass(c *fiber.Ctx) error {
	id, review, form, err := pressed[money.VoucherReview](c)
	if err == nil {
		err = h.book.PassVouchers(c.UserContext(), web.Actor(c), id, review)
	}
	return h.handled(c, form, err, "票据审核通过")
}

func (h handlers) approve(c *fiber.Ctx) error {
	id, step, form, err := pressed[money.Step](c)
	if err == nil {
		err = h.book.Approve(c.UserContext(), web.Actor(c), id, step)
	}
	return h.handled(c, form, err, "批准了")
}

func (h handlers) pay(c *fiber.Ctx) error {
	id, payment, form, err := pressed[money.NewPayment](c)
	if err == nil {
		err = h.book.Pay(c.UserContext(), web.Actor(c), id, payment)
	}
	return h.handled(c, form, err, "付款登记好了，团队会收到消息")
}
