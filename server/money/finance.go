package money

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"seedbed/domain/identity"
	"seedbed/domain/money"
	"seedbed/server/web"
	view "seedbed/templates/money"
	"seedbed/templates/ui"
)

func (h handlers) finance(c *fiber.Ctx) error {
	ctx, by := c.UserContext(), web.Actor(c)
	claims, err := h.book.Counts(ctx, by)
	if err != nil {
		return err
	}
	tranches, err := h.book.TurnCounts(ctx, by)
	if err != nil {
		return err
	}
	o := view.Overview{Waiting: waiting(claims, tranches)}
	if o.Pots, err = h.book.Pots(ctx, by); err != nil {
		return err
	}
	if o.Movements, _, err = h.book.Movements(ctx, by, "", 0); err != nil {
		return err
	}
	o.Movements = o.Movements[:min(len(o.Movements), 10)]
	return web.Page(c, view.Finance(o))
}

// waiting is the work of the money's desks, with the reader's own first.
func waiting(claims, tranches []money.Count) []view.Waiting {
	mine, byState := 0, map[string]int{}
	for _, n := range claims {
		mine += n.Mine
		byState[n.State] = n.N
	}
	mineOut, out := 0, 0
	for _, n := range tranches {
		mineOut += n.Mine
		if n.State != money.Held && n.State != money.Due {
			out += n.N
		}
	}
	return []view.Waiting{
		{Label: "等我办的报销", Href: "/desk/claims?tab=" + money.TabMine, Count: mine},
		{Label: "等我办的拨付", Href: "/finance/tranches?tab=" + money.TabMine, Count: mineOut},
		{Label: "报销待审票", Href: "/desk/claims?tab=" + money.Verified, Count: byState[money.Verified]},
		{Label: "报销待批准", Href: "/desk/claims?tab=" + money.Passed, Count: byState[money.Passed]},
		{Label: "报销待付款", Href: "/desk/claims?tab=" + money.Approved, Count: byState[money.Approved]},
		{Label: "拨付办理中", Href: "/finance/tranches?tab=" + money.TabAll, Count: out},
	}
}

func (h handlers) ledger(c *fiber.Ctx) error {
	edition := web.Query(c, "edition")
	before, err := strconv.ParseInt(web.Query(c, "after"), 10, 64)
	if err != nil {
		before = 0
	}
	list, next, err := h.book.Movements(c.UserContext(), web.Actor(c), edition, before)
	if err != nil {
		return err
	}
	pots, err := h.book.Pots(c.UserContext(), web.Actor(c))
	if err != nil {
		return err
	}
	editions := []ui.Link{{Href: "/finance/ledger", Label: "全部", Current: edition == ""}}
	for _, p := range pots {
		editions = append(editions, ui.Link{Href: "/finance/ledger?edition=" + p.EditionID, Label: p.Title, Current: edition == p.EditionID})
	}
	more := ""
	if next > 0 {
		more = "/finance/ledger?edition=" + url.QueryEscape(edition) + "&after=" + strconv.FormatInt(next, 10)
	}
	return web.Page(c, view.Ledger(list, editions, more))
}

// trancheStates are the tabs of the list of tranches after the reader's own.
var trancheStates = []string{money.Due, money.Requested, money.Reviewed, money.Approved, money.Held, money.Released, money.Transferred}

func (h handlers) tranches(c *fiber.Ctx) error {
	by := web.Actor(c)
	counts, err := h.book.TurnCounts(c.UserContext(), by)
	if err != nil {
		return err
	}
	tab := chosen(c, by, trancheStates, identity.RequestTranches, identity.ReviewTranches, identity.ApproveTranches, identity.ReleaseTranches)
	after := web.Query(c, "after")
	if uuid.Validate(after) != nil {
		after = ""
	}
	list, next, err := h.book.Turns(c.UserContext(), by, tab, after)
	if err != nil {
		return err
	}
	here := "/finance/tranches?tab=" + tab
	if next != "" {
		next = here + "&after=" + next
	}
	ledger := len(by.Sight(identity.ReadLedger)) > 0
	return web.Page(c, view.Tranches(list, tabs("/finance/tranches", tab, trancheStates, money.TrancheStates, counts), ledger, here, next))
}
