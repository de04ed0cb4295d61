package proposal

import (
	"strconv"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/yuan"
)

// Funding is something a project gets from elsewhere (DOMAIN §8.2): money, or things, rooms and hands at what they would
// cost. It stands beside the budget and is never counted in it, so nothing is paid for twice.
type Funding struct {
	Source string   `form:"source" json:"source"`
	Kind   string   `form:"kind" json:"kind"` // one of FundingKinds
	Amount yuan.Fen `form:"amount" json:"amount"`
	Note   string   `form:"note" json:"note"`
	Row    string   `form:"row" json:"row,omitempty"` // by which it is known while several people write
}

// FundingKinds are what may come from elsewhere. Public money is what the promise of no double funding is about.
var FundingKinds = []edition.Choice{{Code: FromPublic, Name: "政府部门或别的公共资金"}, {Code: "social", Name: "企业、基金会、居民给的钱"}, {Code: "in_kind", Name: "东西、场地、人手（按市价折算）"}}

// FromPublic is other public money.
const FromPublic = "public"

const mostFunding = 10

// FundingTotal adds up what comes from elsewhere.
func FundingTotal(list []Funding) yuan.Fen {
	var sum yuan.Fen
	for _, f := range list {
		sum += f.Amount
	}
	return sum
}

// mostElsewhere bounds a row, in fen, so that no sum of rows overflows: a hundred million yuan.
const mostElsewhere yuan.Fen = 100_000_000_00

func (d Draft) checkFunding(wrong *fault.Fields) {
	for i, l := range d.Funding {
		at := "funding." + strconv.Itoa(i) + "."
		short(wrong, at+"source", l.Source, 40)
		short(wrong, at+"note", l.Note, 100)
		if l.Kind != "" && !edition.Known(FundingKinds, l.Kind) {
			wrong.Add(at+"kind", "请从列出的选项里选")
		}
		if l.Amount < 0 || l.Amount > mostElsewhere {
			wrong.Add(at+"amount", "这个金额太大了，请检查")
		}
	}
}

// elsewhere lists what is missing of the rows about other funding. None is no gap: most projects have none.
func (f Full) elsewhere(g *gaps) {
	for i, l := range f.Funding {
		at := "funding." + strconv.Itoa(i) + "."
		g.need("budget", at+"source", l.Source == "", "「别处来的支持」第 %d 行还没有写谁给的", i+1)
		g.need("budget", at+"kind", l.Kind == "", "「别处来的支持」第 %d 行还没有选是什么", i+1)
		g.need("budget", at+"amount", l.Amount == 0, "「别处来的支持」第 %d 行还没有写多少钱", i+1)
	}
}

// akinFunding tells whether two rows of two versions are the same one, changed.
func akinFunding(a, b Funding) bool {
	return a.Row != "" && a.Row == b.Row || kindred(Line{Item: a.Source}, Line{Item: b.Source})
}

// elsewhere says to the desk what the project gets from other sources, beside the promise of no double funding.
func (h *hinter) elsewhere() {
	for _, f := range h.Funding {
		kind := ""
		if f.Kind == FromPublic {
			kind = "warn"
		}
		h.say("single", kind, "此项目另有 %s 来自「%s」（%s）", f.Amount.Show(), f.Source, fault.Say(edition.NameOf(FundingKinds, f.Kind)))
	}
}

const fundingSQL = `insert into proposal_funding (proposal_id, seq, source, kind, amount, note, row_id) select @id::uuid, r.n, r.a->>'source', r.a->>'kind', (r.a->>'amount')::bigint,
  r.a->>'note', r.a->>'row' from jsonb_array_elements(@rows::jsonb) with ordinality r(a, n)`
