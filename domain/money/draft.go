package money

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// NewClaim is what a team writes to be paid.
type NewClaim struct {
	ID        string    `form:"id"`
	Version   int       `form:"version"` // 0 for a new one
	PayeeKind string    `form:"payee_kind"`
	Payee     string    `form:"payee"`
	Account   string    `form:"account"`
	Remarks   string    `form:"remarks"`
	Items     []NewItem `form:"items"`
	Drop      []string  `form:"drop"` // files to take off again
	Kept      []Kept    `form:"kept"` // files that came with an earlier try of this form
	Files     []File    `form:"-"`    // files that came with this one
}

// NewItem is one line of it.
type NewItem struct {
	Line          string    `form:"line"`
	Activity      string    `form:"activity"`
	Prep          string    `form:"prep"` // why it was bought without an activity
	Description   string    `form:"description"`
	Qty           int       `form:"qty"`
	Amount        yuan.Fen  `form:"amount"`
	PaidOn        time.Time `form:"paid_on,date"`
	Method        string    `form:"method"`
	InvoiceForm   string    `form:"invoice_form"`
	InvoiceCode   string    `form:"invoice_code"`
	InvoiceNumber string    `form:"invoice_number"`
	IssuedOn      time.Time `form:"issued_on,date"`
	Buyer         string    `form:"buyer"`
	Seller        string    `form:"seller"`
	InvoiceTotal  yuan.Fen  `form:"invoice_total"`
	Split         string    `form:"split"` // why the invoice is also in another claim
}

const (
	mostItems     = 30
	smallNoPaper  = 100_00 // a purchase without an invoice may cost this much (DOMAIN §10.5) …
	smallNoPapers = 300_00 // … and all of a project's together this much
)

func (n NewItem) blank() bool { return n == NewItem{} }

// Total adds up the lines.
func (n NewClaim) Total() yuan.Fen {
	var sum yuan.Fen
	for _, i := range n.Items {
		sum += i.Amount
	}
	return sum
}

// frame is what a claim's lines are checked against.
type frame struct {
	project    delivery.Project
	rules      edition.Rules
	lines      map[string]Line
	activities map[string]bool // verified ones
	today      time.Time
}

// clean brings typed figures into one shape and drops blank rows but their numbers, so that faults point to the right row.
func (n *NewClaim) clean() {
	n.Account = digitsOf(n.Account)
	for k := range n.Items {
		i := &n.Items[k]
		if i.Qty == 0 && !i.blank() {
			i.Qty = 1
		}
		i.InvoiceCode, i.InvoiceNumber = digitsOf(i.InvoiceCode), digitsOf(i.InvoiceNumber)
		if len(i.InvoiceCode) == 20 && i.InvoiceNumber == "" {
			i.InvoiceNumber, i.InvoiceCode = i.InvoiceCode, "" // some papers print the 20 figures where others have the code (S46)
		}
	}
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == ' ' || r == '-' || r == '\u00a0':
			return -1
		}
		return r
	}, s)
}

// check says what is wrong with a claim before anything is looked up in the books of others.
func (n NewClaim) check(f frame) fault.Fields {
	var wrong fault.Fields
	if !edition.Known(PayeeKinds, n.PayeeKind) {
		wrong.Add("payee_kind", "请选择钱付给谁")
	}
	sentence(&wrong, "payee", n.Payee, 40, "请填写收款人或商家的名称")
	checkAccount(&wrong, n)
	if utf8.RuneCountInString(n.Remarks) > 300 {
		wrong.Add("remarks", "最多 %d 个字，现在是 %d 个", 300, utf8.RuneCountInString(n.Remarks))
	}
	var cash yuan.Fen
	items := 0
	for k, i := range n.Items {
		if i.blank() {
			continue
		}
		items++
		at := "items." + strconv.Itoa(k) + "."
		i.check(&wrong, at, f)
		i.checkInvoice(&wrong, at, n.PayeeKind, f)
		if i.Method == "cash" {
			if cash += i.Amount; cash > f.rules.CashLimit {
				wrong.Add(at+"method", "现金最多付 %s，请改用转账、微信或支付宝", f.rules.CashLimit.Show())
			}
		}
	}
	switch {
	case items == 0:
		wrong.Add("items.0.description", "请至少写一项支出")
	case items > mostItems:
		wrong.Add("", "一张报销单最多 %d 项，请分成几张", mostItems)
	}
	n.checkTwins(&wrong)
	return wrong
}

var accountFigures = regexp.MustCompile(`^[0-9]{8,32}$`)

func checkAccount(wrong *fault.Fields, n NewClaim) {
	switch {
	case n.Account == "":
	case !accountFigures.MatchString(n.Account):
		wrong.Add("account", "账号只能是 8 到 32 位数字")
	case n.PayeeKind != "vendor" && (len(n.Account) < 12 || len(n.Account) > 19 || !luhn(n.Account)):
		wrong.Add("account", "这个卡号不对，请照着银行卡再核对一遍")
	}
}

// luhn is the check figure of bank cards.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func (n NewItem) check(wrong *fault.Fields, at string, f frame) {
	line, known := f.lines[n.Line]
	if !known {
		wrong.Add(at+"line", "请选择从哪一项预算里出")
	}
	sentence(wrong, at+"description", n.Description, 60, "请写买了什么、做什么用")
	if what, why := neverPayable(n.Description); what != "" {
		wrong.Add(at+"description", "「%s」不能报销（%s）。如果不是这样，请把用途写清楚", what, fault.Say(why))
	}
	switch {
	case n.Amount <= 0:
		wrong.Add(at+"amount", "请填写金额，例如 1200 或 1200.50")
	case n.Qty <= 0:
		wrong.Add(at+"qty", "请填写数量")
	case known && line.Category == "M" && n.Amount/yuan.Fen(n.Qty) >= f.rules.AssetLine:
		wrong.Add(at+"amount", "单价 %s 以上算固定资产，不能报销。如果是好几件，请写数量", f.rules.AssetLine.Show())
	}
	if !edition.Known(Methods, n.Method) {
		wrong.Add(at+"method", "请选择怎么付的")
	}
	f.when(wrong, at+"paid_on", n.PaidOn, n.Activity == "", "请选择付款日期")
	switch {
	case n.Activity != "" && !f.activities[n.Activity]:
		wrong.Add(at+"activity", "请选一场社区已经核验的活动")
	case n.Activity == "" && n.Prep == "":
		wrong.Add(at+"activity", "请选择用在哪场活动；还没有活动的，请写明为什么提前买")
	case utf8.RuneCountInString(n.Prep) > 100:
		wrong.Add(at+"prep", "最多 %d 个字，现在是 %d 个", 100, utf8.RuneCountInString(n.Prep))
	}
}

// when checks a day of spending: not in the future, not after the last day for claims, and before the agreement only
// for preparations.
func (f frame) when(wrong *fault.Fields, field string, day time.Time, prep bool, missing string) {
	starts, last := clock.Day(f.project.StartsOn), clock.Day(f.project.EndsOn).AddDate(0, 0, f.rules.ClaimWindow)
	switch {
	case day.IsZero():
		wrong.Add(field, missing)
	case clock.Day(day).After(f.today):
		wrong.Add(field, "这个日期还没有到")
	case clock.Day(day).After(last):
		wrong.Add(field, "项目结束 %d 天以后的支出不能报销", f.rules.ClaimWindow)
	case clock.Day(day).Before(starts) && !prep:
		wrong.Add(field, "协议 %s 才开始，以前的支出不能报销", starts.Format(time.DateOnly))
	}
}

// never lists what is plainly not payable (DOMAIN §10.4): the reason, and words that leave no doubt. The words are
// looked for and not said to anybody: words:none.
var never = [][]string{{"烟酒", "白酒", "红酒", "啤酒", "黄酒", "香烟", "卷烟"}, {"发现金", "红包", "礼金"}, {"发礼品卡", "购物卡", "礼品卡", "充值卡"}, {"工资或房租", "工资", "房租"},
	{"罚款", "罚款", "滞纳金"}, {"债务或投资", "还款", "贷款", "理财", "股票"}, {"工程装修", "装修", "施工"}, {"旅游", "旅游", "景点门票"}}

func neverPayable(description string) (word, why string) {
	for _, group := range never {
		for _, word := range group[1:] {
			if strings.Contains(description, word) {
				return word, group[0]
			}
		}
	}
	return "", ""
}

// sentence checks a text that must be there and not be too long.
func sentence(wrong *fault.Fields, field, value string, most int, missing string) {
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		wrong.Add(field, missing)
	case n > most:
		wrong.Add(field, "最多 %d 个字，现在是 %d 个", most, n)
	}
}
