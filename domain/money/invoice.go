package money

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

var (
	twentyFigures = regexp.MustCompile(`^[0-9]{20}$`)
	codeFigures   = regexp.MustCompile(`^([0-9]{10}|[0-9]{12})$`)
	eightFigures  = regexp.MustCompile(`^[0-9]{8}$`)
)

// key1 is an invoice's identity, the same wherever in the installation it turns up (DOMAIN §10.6); "" for none.
func (n NewItem) key1() string {
	switch n.InvoiceForm {
	case "digital20":
		return "digital20:" + n.InvoiceNumber
	case "legacy":
		return "legacy:" + n.InvoiceCode + ":" + n.InvoiceNumber
	default:
		return ""
	}
}

// sheeted tells whether the line is proved by a signed sheet or ticket instead of an invoice (DOMAIN §10.5).
func (n NewItem) sheeted(payeeKind, category string) bool {
	return payeeKind == "expert" || payeeKind == "volunteer_sheet" || category == "T"
}

func (n NewItem) checkInvoice(wrong *fault.Fields, at, payeeKind string, f frame) {
	switch n.InvoiceForm {
	case "digital20":
		if !twentyFigures.MatchString(n.InvoiceNumber) {
			wrong.Add(at+"invoice_number", "数电发票的号码是 20 位数字，现在是 %d 位", len(n.InvoiceNumber))
		}
	case "legacy":
		if !codeFigures.MatchString(n.InvoiceCode) {
			wrong.Add(at+"invoice_code", "发票代码是 10 位或 12 位数字，现在是 %d 位", len(n.InvoiceCode))
		}
		if !eightFigures.MatchString(n.InvoiceNumber) {
			wrong.Add(at+"invoice_number", "发票号码是 8 位数字，现在是 %d 位", len(n.InvoiceNumber))
		}
	case "none":
		if n.Amount > smallNoPaper && !n.sheeted(payeeKind, f.lines[n.Line].Category) {
			wrong.Add(at+"invoice_form", "没有发票的，每笔最多报 %s", yuan.Fen(smallNoPaper).Show())
		}
		return
	default:
		wrong.Add(at+"invoice_form", "请选择发票的种类")
		return
	}
	f.when(wrong, at+"issued_on", n.IssuedOn, n.Activity == "", "请填写开票日期")
	sentence(wrong, at+"buyer", n.Buyer, 60, "请照发票填写购买方名称")
	sentence(wrong, at+"seller", n.Seller, 60, "请照发票填写销售方名称")
	switch {
	case n.InvoiceTotal <= 0:
		wrong.Add(at+"invoice_total", "请照发票填写价税合计")
	case n.Amount > n.InvoiceTotal:
		wrong.Add(at+"amount", "比发票的 %s 还多，请核对", n.InvoiceTotal.Show())
	}
	if len([]rune(n.Split)) > 100 {
		wrong.Add(at+"split", "最多 %d 个字，现在是 %d 个", 100, len([]rune(n.Split)))
	}
}

// checkTwins looks at lines of one claim that share an invoice: it says the same each time and is not overdrawn.
func (n NewClaim) checkTwins(wrong *fault.Fields) {
	first, used := map[string]NewItem{}, map[string]yuan.Fen{}
	for k, i := range n.Items {
		key := i.key1()
		if key == "" {
			continue
		}
		at := "items." + strconv.Itoa(k) + "."
		one, seen := first[key]
		if !seen {
			first[key], one = i, i
		}
		if one.InvoiceTotal != i.InvoiceTotal || !one.IssuedOn.Equal(i.IssuedOn) {
			wrong.Add(at+"invoice_total", "同一张发票的价税合计和日期要写得一样")
		}
		if used[key] += i.Amount; used[key] > one.InvoiceTotal {
			wrong.Add(at+"amount", "同一张发票的几项加起来超过了发票的 %s", one.InvoiceTotal.Show())
		}
	}
}

// invoice is one as it is registered.
type invoice struct {
	ID       string
	Form     string
	Number   string
	IssuedOn time.Time
	Seller   string
	Total    yuan.Fen
}

// sharing is what another live claim takes from an invoice.
type sharing struct {
	Number    string
	Fen       yuan.Fen
	Explained bool
}

const (
	// An invoice nobody lives on any more is registered anew, as its next claim says.
	registerSQL = `insert into invoice (id, form, code, number, key1, issued_on, buyer, seller, total, at) values (@id::uuid, @form, @code, @number, @key1, @issued_on::date, @buyer, @seller, @total, @at)
  on conflict (key1) do update set issued_on = excluded.issued_on, buyer = excluded.buyer, seller = excluded.seller, total = excluded.total
  where not exists (select from claim_item i join claim c on c.id = i.claim_id where i.invoice_id = invoice.id and i.claim_id <> @claim::uuid and c.state not in ('draft','rejected','voided'))`
	registeredSQL = `select id::text, form, number, issued_on, seller, total from invoice where key1 = @key1 for no key update`
	sharingSQL    = `select coalesce(c.number, '') as number, sum(coalesce(i.approved, i.amount))::bigint as fen, bool_and(i.split_reason <> '') as explained
  from claim_item i join claim c on c.id = i.claim_id where i.invoice_id = @invoice::uuid and i.claim_id <> @claim::uuid and c.state not in ('draft','rejected','voided') group by c.id order by c.number`
)

// register enters the claim's invoices, in one order for all, and gives their ids by key. When the claim is being sent
// it says where one is in use already (I-M4, I-M5); the trigger of claim_item holds the same line below.
func (b *Book) register(ctx context.Context, tx pg.Tx, n NewClaim, send bool) (map[string]string, error) {
	keys, rows := []string{}, map[string]int{}
	used := map[string]yuan.Fen{}
	for k, i := range n.Items {
		key := i.key1()
		if key == "" {
			continue
		}
		if _, seen := rows[key]; !seen {
			rows[key] = k
			keys = append(keys, key)
		}
		used[key] += i.Amount
	}
	slices.Sort(keys)
	ids := map[string]string{}
	var wrong fault.Fields
	for _, key := range keys {
		i := n.Items[rows[key]]
		args := pg.Args{"id": newID(), "form": i.InvoiceForm, "code": i.InvoiceCode, "number": i.InvoiceNumber, "key1": key, "issued_on": i.IssuedOn.Format(time.DateOnly),
			"buyer": i.Buyer, "seller": i.Seller, "total": i.InvoiceTotal, "at": b.clock.Now(), "claim": n.ID}
		if _, err := pg.Do(ctx, tx, registerSQL, args); err != nil {
			return nil, err
		}
		v, err := pg.One[invoice](ctx, tx, registeredSQL, pg.Args{"key1": key})
		if err != nil {
			return nil, err
		}
		ids[key] = v.ID
		if !send {
			continue
		}
		if err := shared(ctx, tx, &wrong, "items."+strconv.Itoa(rows[key])+".", n, i, v, used[key]); err != nil {
			return nil, err
		}
	}
	return ids, wrong.Err()
}

// shared says what is wrong with taking part of an invoice that other claims take from too.
func shared(ctx context.Context, tx pg.Tx, wrong *fault.Fields, at string, n NewClaim, i NewItem, v invoice, takes yuan.Fen) error {
	others, err := pg.All[sharing](ctx, tx, sharingSQL, pg.Args{"invoice": v.ID, "claim": n.ID})
	if err != nil || len(others) == 0 {
		return err
	}
	left := v.Total
	for _, o := range others {
		left -= o.Fen
		if i.Split == "" && !o.Explained {
			wrong.Add(at+"invoice_number", "这张发票号在 %s 用过。如果是误传，请换一张；如果要分开报，请在下面写明原因", o.Number)
		}
	}
	if i.InvoiceTotal != v.Total {
		wrong.Add(at+"invoice_total", "这张发票登记的价税合计是 %s，请核对", v.Total.Show())
	}
	if takes > left {
		wrong.Add(at+"amount", "这张发票已经在 %s 用了一部分，只剩 %s", others[0].Number, left.Show())
	}
	return nil
}
