package money

import (
	"context"
	"time"

	"seedbed/domain/delivery"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// The states of a claim (DOMAIN §7.11); Approved is also a tranche's.
const (
	Draft     = "draft"
	Submitted = "submitted"
	Returned  = "returned"
	Verified  = "community_verified"
	Passed    = "finance_passed"
	Paid      = "paid"
	Confirmed = "payee_confirmed"
	Rejected  = "rejected"
	Voided    = "voided"
)

// The levels of approval a claim needs, by its sum (DOMAIN §10.8).
const (
	LevelNone     = "none"
	LevelStreet   = "street"
	LevelDistrict = "district"
	LevelTwo      = "two"
)

// Claim is a request to be paid for something a project needed (报销单).
type Claim struct {
	ID           string
	Number       string
	ProjectID    string
	Place        string
	State        string
	PayeeKind    string
	Payee        string
	AccountTail  string // the last figures of the account; the number itself is sealed
	Total        yuan.Fen
	Approved     yuan.Fen // what will be paid; 0 until the vouchers have been examined
	Tail         bool     // waits for the last tranche
	Level        string   // "" until the vouchers have been examined
	Remarks      string
	ReasonCode   string
	Reason       string // of the return or rejection
	CreatedBy    string
	CreatedAt    time.Time
	SubmittedAt  *time.Time
	DueAt        *time.Time // what the team was promised for the step under way
	ApprovedBy   string     // the first approver
	ApproverRole string
	PaidAt       *time.Time
	ConfirmedAt  *time.Time
	Version      int
}

// Live tells whether the claim takes part of the project's money.
func (c Claim) Live() bool {
	return c.State != Draft && c.State != Rejected && c.State != Voided
}

// Open tells whether the team may still write in it.
func (c Claim) Open() bool { return c.State == Draft || c.State == Returned }

// Sum is what the claim takes: what was approved, or else what was asked.
func (c Claim) Sum() yuan.Fen {
	switch c.State {
	case Passed, Approved, Paid, Confirmed, Voided:
		return c.Approved
	default:
		return c.Total
	}
}

// Item is one line of a claim: what was bought, out of which budget line, for which activity, by which invoice.
type Item struct {
	ID            string
	Seq           int
	LineID        string
	Line          string // the budget line's own words
	Category      string
	ActivityID    string
	Activity      string // its theme
	PrepReason    string
	Description   string
	Qty           int
	Amount        yuan.Fen
	Approved      *yuan.Fen
	CutReason     string
	PaidOn        time.Time
	Method        string
	SplitReason   string
	InvoiceID     string
	InvoiceForm   string // "" for none
	InvoiceCode   string
	InvoiceNumber string
	IssuedOn      *time.Time
	Buyer         string
	Seller        string
	InvoiceTotal  yuan.Fen
}

// Sum is what the item takes.
func (i Item) Sum() yuan.Fen {
	if i.Approved != nil {
		return *i.Approved
	}
	return i.Amount
}

// ClaimStates names the states of a claim.
var ClaimStates = []edition.Choice{{Code: Draft, Name: "草稿"}, {Code: Submitted, Name: "等社区核实"}, {Code: Returned, Name: "退回补充"}, {Code: Verified, Name: "等会计审核"},
	{Code: Passed, Name: "等批准"}, {Code: Approved, Name: "等付款"}, {Code: Paid, Name: "已付款"}, {Code: Confirmed, Name: "已收款"}, {Code: Rejected, Name: "不予报销"}, {Code: Voided, Name: "已作废"}}

// PayeeKinds names who is paid.
var PayeeKinds = []edition.Choice{{Code: "member_reimburse", Name: "团队成员先垫付了"}, {Code: "vendor", Name: "商家"}, {Code: "expert", Name: "专家讲师"}, {Code: "volunteer_sheet", Name: "志愿者补贴（签收表）"}}

// Methods names the ways of paying.
var Methods = []edition.Choice{{Code: "wechat_alipay", Name: "微信或支付宝"}, {Code: "transfer", Name: "银行转账"}, {Code: "card", Name: "刷卡"}, {Code: "cash", Name: "现金"}}

// InvoiceForms names the kinds of invoices a form takes; none is for small purchases and signed sheets.
var InvoiceForms = []edition.Choice{{Code: "digital20", Name: "数电发票（20 位号码）"}, {Code: "legacy", Name: "老式发票（代码加号码）"}, {Code: "none", Name: "没有发票"}}

// ReturnCodes names why a claim is sent back to be mended.
var ReturnCodes = []edition.Choice{{Code: "voucher_missing", Name: "缺发票或票据"}, {Code: "unclear", Name: "照片看不清"}, {Code: "header", Name: "发票抬头不对"}, {Code: "amount", Name: "金额对不上"},
	{Code: "photo_missing", Name: "缺物品或活动照片"}, {Code: "sheet_missing", Name: "缺签收表或付款截图"}, {Code: "wrong_line", Name: "预算科目选错了"}, {Code: "other", Name: "其他"}}

// RejectCodes names why a claim is not paid (DOMAIN §10.4).
var RejectCodes = []edition.Choice{{Code: "asset", Name: "属于固定资产"}, {Code: "building", Name: "属于工程装修"}, {Code: "gift", Name: "给受益人发现金或礼品"}, {Code: "wages", Name: "属于工资或房租"},
	{Code: "debt", Name: "属于债务、罚款或投资"}, {Code: "alcohol", Name: "属于烟酒"}, {Code: "tourism", Name: "属于旅游"}, {Code: "promotion", Name: "属于商业推广"}, {Code: "window", Name: "不在可报销的日期内"},
	{Code: "other_fund", Name: "别处已经报过"}, {Code: "not_real", Name: "没有真实发生"}, {Code: "duplicate", Name: "重复报销"}, {Code: "withdrawn", Name: "团队不再报销"}}

const (
	claimColumns = `c.id::text, coalesce(c.number, '') as number, c.project_id::text, c.place::text, c.state, c.payee_kind, c.payee, c.account_tail, c.total, c.approved, c.tail, c.level, c.remarks,
  c.reason_code, c.reason, c.created_by::text, c.created_at, c.submitted_at, c.due_at, coalesce(c.approved_by::text, '') as approved_by, c.approver_role, c.paid_at, c.confirmed_at, c.version`
	claimSQL     = `select ` + claimColumns + ` from claim c where c.id = @id::uuid`
	lockClaimSQL = claimSQL + ` for no key update`
	itemsSQL     = `select i.id::text, i.seq, i.line_id::text, l.item as line, l.category, coalesce(i.activity_id::text, '') as activity_id, coalesce(a.theme, '') as activity, i.prep_reason,
  i.description, i.qty, i.amount, i.approved, i.cut_reason, i.paid_on, i.method, i.split_reason, coalesce(i.invoice_id::text, '') as invoice_id, coalesce(v.form, '') as invoice_form,
  coalesce(v.code, '') as invoice_code, coalesce(v.number, '') as invoice_number, v.issued_on, coalesce(v.buyer, '') as buyer, coalesce(v.seller, '') as seller, coalesce(v.total, 0) as invoice_total
  from claim_item i join budget_line l on l.id = i.line_id left join activity a on a.id = i.activity_id left join invoice v on v.id = i.invoice_id where i.claim_id = @claim::uuid order by i.seq`
)

// Items lists a claim's lines. It asks nobody for permission: the caller has.
func Items(ctx context.Context, q pg.Reader, claimID string) ([]Item, error) {
	return pg.All[Item](ctx, q, itemsSQL, pg.Args{"claim": claimID})
}

// seenClaim is seen for a claim.
func (b *Book) seenClaim(ctx context.Context, by identity.Actor, id string) (Claim, delivery.Project, identity.Actor, error) {
	c, err := pg.One[Claim](ctx, b.db, claimSQL, pg.Args{"id": id})
	if err != nil {
		return c, delivery.Project{}, by, err
	}
	p, tied, err := b.seen(ctx, by, c.ProjectID)
	if err == nil && c.State == Draft && len(tied.Grants) == len(by.Grants) {
		err = fault.Missing() // a draft is its team's alone
	}
	return c, p, tied, err
}

// ClaimTies gives the roles a claim's team gives the actor: what evidence asks before it shows a receipt.
func ClaimTies(ctx context.Context, q pg.Reader, claimID string, by identity.Actor) ([]identity.Role, error) {
	c, err := pg.One[Claim](ctx, q, claimSQL, pg.Args{"id": claimID})
	if err != nil {
		return nil, err
	}
	p, err := delivery.Get(ctx, q, c.ProjectID)
	if err != nil {
		return nil, err
	}
	return proposal.TeamTies(ctx, q, p.TeamID, by)
}
