package proposal

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/redline"
)

func TestFundingIsJoinedRowByRow(t *testing.T) {
	base := Draft{Funding: []Funding{{Row: "aaaaaa", Source: "工会", Amount: 500_00}, {Row: "bbbbbb", Source: "超市"}}}
	mine, theirs := base.cloned(), base.cloned()
	mine.Funding[0].Amount = 800_00
	mine.Funding = append(mine.Funding, Funding{Row: "cccccc", Source: "邻居"})
	theirs.Funding[0].Source = "街道工会"
	theirs.Funding[1].Kind = "in_kind"
	got, clashes := Combine(&base, mine, theirs)
	want := []Funding{{Row: "aaaaaa", Source: "街道工会", Amount: 800_00}, {Row: "bbbbbb", Source: "超市", Kind: "in_kind"}, {Row: "cccccc", Source: "邻居"}}
	if len(clashes) != 0 || !slices.Equal(got.Funding, want) {
		t.Errorf("%+v, %+v", got.Funding, clashes)
	}
	mine.Funding[1].Kind = "social"
	_, clashes = Combine(&base, mine, theirs)
	if !slices.Equal(clashKeys(clashes), []string{"funding@bbbbbb.kind"}) {
		t.Errorf("clashes %v", clashKeys(clashes))
	}
}

func TestFundingIsKeptSealedAndToldToTheDesk(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	f := w.draft(w.lead, w.edition)
	asks := f.Requested
	d := f.Draft()
	d.Funding = []Funding{{Source: "街道工会", Kind: FromPublic}, {}, {Source: "老周", Kind: "in_kind", Amount: 300_00, Note: "借用桌椅"}}
	saves, err := w.book.Save(ctx, w.lead, f.ID, d)
	if err != nil {
		t.Fatal(err)
	}
	f = w.own(w.lead, f.ID)
	if len(f.Funding) != 2 || f.Funding[0].Row == "" || f.Requested != asks {
		t.Fatalf("kept %+v, asks for %v", f.Funding, f.Requested)
	}
	if _, err := w.book.Submit(ctx, w.lead, f.ID, saves, noon); !slices.Equal(fault.InFields(err).Names(), []string{"funding.0.amount"}) {
		t.Errorf("handed in without its amount: %v", err)
	}
	d = f.Draft()
	d.Funding[0].Amount = 2_000_00
	if saves, err = w.book.Save(ctx, w.lead, f.ID, d); err != nil {
		t.Fatal(err)
	}
	if f, err = w.book.Submit(ctx, w.lead, f.ID, saves, noon); err != nil {
		t.Fatal(err)
	}
	_, revisions, err := w.book.Receipt(ctx, w.lead, f.ID)
	if err != nil || !strings.Contains(revisions[0].Body, `"source":"街道工会"`) {
		t.Errorf("sealed %v, %v", revisions, err)
	}
	c, err := w.book.See(ctx, w.street, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, h := range c.Hints {
		if h.Code == "single" {
			said = append(said, h.Kind+" "+h.Text.String())
		}
	}
	if !slices.ContainsFunc(said, func(s string) bool {
		return strings.HasPrefix(s, "warn 此项目另有 ¥2,000") && strings.Contains(s, "街道工会")
	}) {
		t.Errorf("the desk hears %q", said)
	}
}

func TestFundingOutOfBoundsIsNotKept(t *testing.T) {
	wrong := fault.InFields(Draft{Funding: []Funding{{Source: strings.Repeat("长", 41)}, {Kind: "lottery"}, {Amount: mostElsewhere + 1}}}.check()).Names()
	if !slices.Equal(wrong, []string{"funding.0.source", "funding.1.kind", "funding.2.amount"}) {
		t.Errorf("wrong %v", wrong)
	}
	if err := tooMany(Draft{Funding: make([]Funding, mostFunding+1)}); !fault.Is(err, fault.Invalid) {
		t.Errorf("too many rows: %v", err)
	}
}

func TestChangesNameQuestionsAndFunding(t *testing.T) {
	asked := []edition.Question{{Key: "q1", Kind: edition.AskYesNo, Label: "场地落实了吗"}, {Key: "q2", Kind: edition.AskLong, Label: "怎么去"}, {Key: "q3", Kind: edition.AskFile, Label: "同意书"},
		{Key: "q4", Kind: edition.AskMoney, Label: "租金"}, {Key: "q5", Kind: edition.AskMany, Label: "哪些天"}, {Key: "q6", Kind: edition.AskText, Label: "没变的"}}
	old, new := good(1), good(2)
	old.Form, new.Form = 1, 2
	old.Answers = edition.Answers{"q1": {Text: "no"}, "q2": {Text: "坐公交"}, "q3": {Files: []edition.Paper{{Digest: "a"}}}, "q4": {Text: "100"}, "q6": {Text: "一样"}}
	new.Answers = edition.Answers{"q1": {Text: "yes"}, "q2": {Text: "坐地铁"}, "q3": {Files: []edition.Paper{{Digest: "b", Name: "新的.pdf"}}}, "q4": {Text: "100"}, "q5": {Picks: []string{"周六"}}, "q6": {Text: "一样"}}
	old.Funding = []Funding{{Row: "aaaaaa", Source: "工会", Amount: 500_00}}
	new.Funding = []Funding{{Row: "aaaaaa", Source: "工会", Amount: 800_00}, {Row: "bbbbbb", Source: "超市", Amount: 100_00}}
	c := AmendmentsBetween(old, new, asked)
	names := []string{}
	for _, f := range c.Fields {
		names = append(names, f.Name)
	}
	if !slices.Equal(names, []string{"场地落实了吗", "怎么去", "同意书", "哪些天"}) {
		t.Fatalf("named %q", names)
	}
	if f := c.Fields; f[0].New[0] != "是" || len(f[1].Pieces) != 3 || *f[2].Files != (PaperChange{1, 1, 1, 1}) || f[3].New[0] != "周六" {
		t.Errorf("%+v", f)
	}
	if len(c.Funding) != 2 || c.Funding[0].Kind != redline.Changed || c.Funding[1].Kind != redline.Added {
		t.Errorf("funding %+v", c.Funding)
	}
	new.Answers, new.Form, new.Funding = old.Answers, 2, []Funding{{Row: "aaaaaa", Source: "工会", Amount: 500_00}}
	if c := AmendmentsBetween(old, new, asked); !c.None() {
		t.Errorf("another version of the questions alone is a change: %+v", c)
	}
}

// Two proposals in the name of one organisation with the same expenses are held against the promise, whoever leads them.
func TestSameOrganisationSameExpensesIsTold(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	a, b := w.submitted(w.lead, w.edition), w.submitted(w.neighbour, w.edition)
	see := func() []Overlap {
		t.Helper()
		c, err := w.book.See(ctx, w.street, a.ID)
		if err != nil {
			t.Fatal(err)
		}
		return c.Overlaps
	}
	if got := see(); len(got) != 0 {
		t.Fatalf("strangers overlap: %+v", got)
	}
	owner, err := pgx.Connect(ctx, w.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = owner.Close(ctx) }()
	if _, err := owner.Exec(ctx, `set session_replication_role = replica`); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(ctx, `with o as (insert into org (id, number, name, type, place, founded_on, leader_id, created_by, created_at)
  values (gen_random_uuid(), 'O1', '缝纫社', 'volunteer', $1::text::ltree, '2025-01-01', $2, $2, now()) returning id) update proposal p set org_id = o.id from o where p.id in ($3, $4)`, hood, w.lead.ID, a.ID, b.ID); err != nil {
		t.Fatal(err)
	}
	if got := see(); len(got) != 1 || got[0].ID != b.ID || !got[0].SameOrg || got[0].People != 0 || len(got[0].Pairs) != 2 {
		t.Errorf("one organisation: %+v", got)
	}
}
