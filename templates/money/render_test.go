package money

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/money"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

var now = time.Date(2026, 9, 21, 12, 0, 0, 0, clock.Shanghai)

// samples are all pages of the area, their content in English letters so that what is left untranslated shows.
func samples() map[string]templ.Component {
	soon, cut := now.Add(48*time.Hour), yuan.Fen(90_000)
	project := delivery.Project{ID: "p1", Number: "SB3-2-007", Title: "Old clothes workshop", Award: 300_000, Released: 200_000, Claimed: 150_000, Paid: 100_000, Version: 3}
	lines := []money.Line{{ID: "l1", Category: "M", Item: "Cloth", Amount: 200_000, Claimed: 210_000, Used: 100_000}, {ID: "l2", Category: "F", Item: "Tea", Amount: 30_000}}
	var tranches []money.Tranche
	for i, state := range []string{money.Due, money.Requested, money.Reviewed, money.Approved, money.Released, money.Held} {
		tranches = append(tranches, money.Tranche{ID: "t1", ProjectID: "p1", Seq: i + 1, Amount: 100_000, State: state, Condition: money.OnMid, Mode: "transfer", Reason: "late"})
	}
	hands := money.Hands{Request: true, Review: true, Approve: true, Transfer: true, Hold: true, Clear: true, Settle: true}
	sheet := money.Sheet{Project: project, Lines: lines, Tranches: tranches, Host: "Plant", CanClaim: true, Hands: hands}
	stopped := sheet
	stopped.Hold = &money.Hold{Reason: "a dispute"}
	items := []money.Item{{ID: "i1", Seq: 1, LineID: "l1", Line: "Cloth", Category: "M", Activity: "Sewing", Description: "Cotton", Qty: 24, Amount: 100_000, Approved: &cut, CutReason: "too dear", PaidOn: now, Method: "cash",
		InvoiceForm: "legacy", InvoiceCode: "0110022003", InvoiceNumber: "26417000000000008802", IssuedOn: &now, Buyer: "Plant", Seller: "Red Star", InvoiceTotal: 100_000}, {ID: "i2", Seq: 2, LineID: "l1", Category: "T", PrepReason: "early", Amount: 5_000, PaidOn: now, Method: "transfer"}}
	files := []evidence.Attachment{{ID: "a1", Kind: "receipt", Mime: "image/jpeg", Name: "r.jpg", State: evidence.Derived}, {ID: "a2", Kind: "quote", Mime: "application/pdf", State: evidence.Stored}, {ID: "a3", Kind: "goods", Mime: "image/jpeg", State: evidence.Unreadable}}
	pages := map[string]templ.Component{"sheet": Sheet(sheet), "held sheet": Sheet(stopped), "tranches": Tranches([]money.Turn{{Tranche: tranches[0], Project: "A", Community: "B", Next: "request"}, {Tranche: tranches[3], Project: "A", Next: "transfer"}}, []ui.Tab{{Href: "/", Label: "等我办"}}, true, "/finance/tranches", "/next"),
		"no tranches": Tranches(nil, nil, false, "/", ""), "project": Project(ui.Form{}, NewAccounts(sheet, nil, "Plant", "h1")), "held project": Project(ui.Form{Wrong: fault.Fields{"clear_reason": fault.Say("请写明为什么可以恢复")}}, NewAccounts(stopped, []money.Claim{{State: money.Passed}}, "Plant", "h1")),
		"desk": Desk([]money.Card{{ID: "c1", Number: "BX1", State: money.Passed, Level: money.LevelTwo, Sum: 5, Project: "A", Place: "B", DueAt: &now}}, nil, "/next", now.Add(time.Hour)), "empty desk": Desk(nil, nil, "", now),
		"finance": Finance(Overview{Waiting: []Waiting{{Label: "报销待审票", Href: "/", Count: 3}}, Pots: []money.Pots{{Title: "Third", Pool: 5}}, Movements: movementsOfAllKinds()}), "empty finance": Finance(Overview{}), "ledger": Ledger(movementsOfAllKinds(), []ui.Link{{Href: "/", Label: "全部"}}, "/next")}
	var claims []money.Claim
	for _, s := range money.ClaimStates {
		for _, level := range []string{money.LevelNone, money.LevelStreet, money.LevelDistrict, money.LevelTwo} {
			c := money.Claim{ID: "c1", Number: "BX2026090001", State: s.Code, Level: level, PayeeKind: "vendor", Payee: "Zhou", AccountTail: "0417", Total: 105_000, Approved: 95_000, Reason: "why", Remarks: "please", DueAt: &soon, SubmittedAt: &now, Version: 2}
			claims = append(claims, c)
			paper := money.Paper{Claim: c, Project: project, Items: items, Files: files, Lines: lines, Host: "Plant", Trail: trailOfAllActs(), Warnings: []fault.Message{fault.Say("缺签收表")},
				Payment: &money.Payment{BankRef: "b", Method: "cash", Amount: 1, PaidOn: now}, Void: &money.Void{Reason: "wrong", RepaidRef: "r"},
				Can: money.Can{Edit: true, Verify: true, Pass: true, Approve: true, Pay: true, Refuse: true, Receive: true, AskVoid: true, AgreeVoid: true, Reveal: true, Had: "提交"}}
			pages["claim "+s.Code+level] = Claim(paper, now)
			pages["desk claim "+s.Code+level] = DeskClaim(ui.Form{}, Examined{Paper: paper, Community: "Plant", Ledger: true, Now: now})
			pages["print "+s.Code+level] = Print(paper, "Plant", "https://example.cn")
		}
	}
	pages["claims"], pages["no claims"] = Claims(sheet, claims, now.Add(72*time.Hour)), Claims(money.Sheet{Project: delivery.Project{Title: "New"}}, nil, now)
	blank := money.Blank{Project: project, Lines: lines, Activities: []money.Ready{{ID: "v1", Theme: "Sewing", StartsAt: now}}, Host: "Plant", CashLimit: 100_000, AssetLine: 100_000}
	pages["new claim"] = ClaimForm(Writing{Form: ui.Form{}, Blank: blank, Rows: 2})
	pages["returned claim"] = ClaimForm(Writing{Form: ui.Form{Wrong: fault.Fields{"items.0.buyer": fault.Say("请照发票填写购买方名称")}}, Blank: money.Blank{Project: project}, Claim: &money.Claim{ID: "c1", State: money.Returned, AccountTail: "0417"}, Files: files,
		Kept: []Kept{{money.Kept{Digest: "d", Kind: "sheet", Name: "s.jpg", Mark: "m"}, 0}}, Rows: 1})
	return pages
}

func movementsOfAllKinds() []money.Movement {
	var list []money.Movement
	for _, k := range movementKinds {
		list = append(list, money.Movement{ID: 7, Kind: k.Code, At: now, Fen: 5, From: []string{"committed", "fund", "pool"}, To: []string{"spentM", "released", "payable", "refund"}, Undoes: 3})
	}
	return list
}

func trailOfAllActs() []audit.Entry {
	var list []audit.Entry
	for _, a := range acts {
		list = append(list, audit.Entry{At: now, Role: "system", Action: a.Code}, audit.Entry{At: now, Who: "Li", Role: "community_staff", Action: a.Code, Reason: "so"})
	}
	return list
}

func render(t *testing.T, lang string, page templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := page.Render(words.With(context.Background(), lang), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var capitals = regexp.MustCompile(`[零壹贰叁肆伍陆柒捌玖拾佰仟万元角分整]+|中文|　`)

func TestEveryPageShowsInBothLanguages(t *testing.T) {
	id := regexp.MustCompile(` id="([^"]*)"`)
	for name, page := range samples() {
		for _, lang := range []string{"zh", "en"} {
			text := render(t, lang, page)
			if n := strings.Count(text, "<h1"); n != 1 {
				t.Errorf("%s (%s): %d h1", name, lang, n)
			}
			if strings.Contains(text, " style=") || strings.Contains(text, "%!") {
				t.Errorf("%s (%s): an inline style or a sentence without its arguments", name, lang)
			}
			seen := map[string]bool{}
			for _, m := range id.FindAllStringSubmatch(text, -1) {
				if seen[m[1]] {
					t.Errorf("%s (%s): id %q twice", name, lang, m[1])
				}
				seen[m[1]] = true
			}
			if lang == "en" {
				if at := strings.IndexFunc(capitals.ReplaceAllString(text, ""), func(r rune) bool { return unicode.Is(unicode.Han, r) }); at >= 0 {
					t.Errorf("%s: Chinese in English: %s", name, excerpt(capitals.ReplaceAllString(text, ""), at))
				}
			}
		}
	}
}

func excerpt(text string, at int) string { return text[max(0, at-80):min(len(text), at+60)] }

func TestAClaimOnPaper(t *testing.T) {
	text := render(t, "zh", samples()["print paid"+money.LevelStreet])
	for _, want := range []string{"费用报销单", "人民币玖佰伍拾元整", "950.00", "BX2026090001", "**** 0417", "26417…8802", "<svg class=\"qr\"", "经办人：Li", "科目余额 Cloth：报销前 850.00　报销后 -100.00"} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper does not say %q", want)
		}
	}
}

func TestAWholeAccountIsShownOnlyWhenAskedFor(t *testing.T) {
	for _, account := range []string{"", "6222020000000417"} {
		v := Examined{Paper: money.Paper{Claim: money.Claim{ID: "c1", State: money.Approved}, Can: money.Can{Reveal: true}}, Account: account, Now: now}
		text := render(t, "zh", DeskClaim(ui.Form{}, v))
		if asks := strings.Contains(text, `action="/desk/claims/c1/account"`); asks == (account != "") {
			t.Errorf("account %q: asks %v", account, asks)
		}
		if account != "" && !strings.Contains(text, fmt.Sprintf("收款账号：%s", account)) {
			t.Error("the account that was asked for is not shown")
		}
	}
}
