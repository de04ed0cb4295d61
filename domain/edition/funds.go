package edition

import (
	"context"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/ledger"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Fund is a source of an edition's money (资金来源). Lottery money is bound to some categories of projects; a source
// without categories may pay for any.
type Fund struct {
	ID         string   `form:"-"`
	Name       string   `form:"name"`
	Kind       string   `form:"kind"`
	Amount     yuan.Fen `form:"amount"`
	Categories []string `form:"categories"`
	DocNo      string   `form:"doc_no"`
}

// FundKinds names the kinds of fund sources.
var FundKinds = []Choice{{"budget", "财政资金"}, {"lottery", "福彩公益金"}, {"community_fund", "社区治理发展基金"}, {"foundation", "基金会资助"},
	{"enterprise", "企业捐助"}, {"self", "自筹资金"}}

// mostFunds is more sources than any district has.
const mostFunds = 20

// Total adds up the money of the fund sources.
func Total(funds []Fund) yuan.Fen {
	var sum yuan.Fen
	for _, f := range funds {
		sum += f.Amount
	}
	return sum
}

func (f Fund) blank() bool {
	return f.Name == "" && f.Kind == "" && f.Amount == 0 && f.DocNo == "" && len(f.Categories) == 0
}

// checkFunds looks at the rows as they were typed; a blank row is no source. A draft may not know its sums yet.
func checkFunds(funds []Fund, known []Choice, wrong *fault.Fields) {
	for i, f := range funds {
		if f.blank() {
			continue
		}
		at := "funds." + strconv.Itoa(i) + "."
		short(wrong, at+"name", f.Name, 40)
		short(wrong, at+"doc_no", f.DocNo, 40)
		if f.Name == "" {
			wrong.Add(at+"name", "请填写资金来源的名称")
		}
		if !Known(FundKinds, f.Kind) {
			wrong.Add(at+"kind", "请选择资金的种类")
		}
		if f.Amount < 0 {
			wrong.Add(at+"amount", "请填写金额，要大于 0")
		}
		for _, c := range f.Categories {
			if !Known(known, c) {
				wrong.Add(at+"categories", "请从列出的类别里选")
			}
		}
		if f.Kind == "lottery" && len(f.Categories) == 0 {
			wrong.Add(at+"categories", "福彩公益金有规定的用途，请选它可以支持的类别")
		}
	}
	if len(funds) > mostFunds {
		wrong.Add("", "资金来源最多 %d 项", mostFunds)
	}
}

const (
	fundsSQL     = `select id::text, name, kind, amount, categories, doc_no from fund_source where edition_id = @edition::uuid order by id`
	clearFundSQL = `delete from fund_source where edition_id = @edition::uuid`
	addFundSQL   = `insert into fund_source (id, edition_id, name, kind, amount, categories, doc_no) values (@id, @edition, @name, @kind, @amount, @categories, @doc_no)`
)

// Funds lists an edition's fund sources.
func Funds(ctx context.Context, q pg.Reader, editionID string) ([]Fund, error) {
	return pg.All[Fund](ctx, q, fundsSQL, pg.Args{"edition": editionID})
}

// setFunds writes the sources anew; only a draft's may be, for a published one's are in the ledger.
func setFunds(ctx context.Context, tx pg.Tx, editionID string, funds []Fund) error {
	if _, err := pg.Do(ctx, tx, clearFundSQL, pg.Args{"edition": editionID}); err != nil {
		return err
	}
	for _, f := range slices.DeleteFunc(slices.Clone(funds), Fund.blank) {
		categories := f.Categories
		if categories == nil {
			categories = []string{}
		}
		args := pg.Args{"id": newID(), "edition": editionID, "name": f.Name, "kind": f.Kind, "amount": f.Amount, "categories": categories, "doc_no": f.DocNo}
		if _, err := pg.Do(ctx, tx, addFundSQL, args); err != nil {
			return err
		}
	}
	return nil
}

// fill enters the money of a published call into the ledger: from the outside world into each source's pool.
func fill(ctx context.Context, tx pg.Tx, w identity.Warrant, e Edition, funds []Fund, m ledger.Movement) error {
	for _, f := range funds {
		m.Kind, m.Entity, m.Source, m.Place, m.Note = "fund", "fund_source", f.ID, e.Place, f.Name
		m.Entries = ledger.Move(f.Amount, ledger.Pot{Kind: ledger.Fund, Edition: e.ID, Owner: f.ID}, ledger.Pot{Kind: ledger.Pool, Edition: e.ID, Owner: f.ID})
		if _, err := ledger.Post(ctx, tx, w, m); err != nil {
			return err
		}
	}
	return nil
}

// empty takes the money of a cancelled call out of the pools again.
func empty(ctx context.Context, tx pg.Tx, w identity.Warrant, e Edition, funds []Fund, m ledger.Movement) error {
	for _, f := range funds {
		m.Kind, m.Entity, m.Source, m.Place, m.Note = "return", "fund_source", f.ID, e.Place, f.Name
		if _, err := ledger.Reverse(ctx, tx, w, "fund", f.ID, m); err != nil {
			return err
		}
	}
	return nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
