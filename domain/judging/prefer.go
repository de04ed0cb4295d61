package judging

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// What a judge may say of a project on the list of titles.
const (
	Like      = "like"
	Could     = "could"
	RatherNot = "rather_not"
	Tied      = "conflict" // not a wish: it is declared
)

// Wishes are the choices, in the order pages show them.
var Wishes = []edition.Choice{{Code: Like, Name: "想评"}, {Code: Could, Name: "可以评"}, {Code: RatherNot, Name: "最好不评"}, {Code: Tied, Name: "有关系，要回避"}}

// The parts of a suitability, in hundredths. Field and wish together make at most 100.
const (
	fieldKnown, fieldUntold, fieldOther = 60, 45, 30
	wishLike, wishCould                 = 40, 20
)

// Suitability tells how well a project suits a judge, in hundredths from 30 to 100: 60 where its category is one of the
// judge's fields, 45 where the judge has told none, else 30; and to that 40 for "would like to", 20 for "could" or no
// answer, nothing for "rather not". It never forbids: a conflict is a missing edge, not a low number (JUDGING §1).
func Suitability(fields []string, category, wish string) int {
	w := fieldOther
	switch {
	case len(fields) == 0:
		w = fieldUntold
	case slices.Contains(fields, category):
		w = fieldKnown
	}
	switch wish {
	case Like:
		w += wishLike
	case Could, "":
		w += wishCould
	}
	return w
}

// parts writes 65 as 0.65.
func parts(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }

// Wish is a project on a judge's list of titles.
type Wish struct {
	ID       string
	Number   string
	Title    string // without the names in it
	Category string
	Place    string // the community's name
	Wish     string
	Tied     bool
}

// WishList is what a judge would like to read.
type WishList struct {
	Judge
	Edition  edition.Edition
	Projects []Wish
	Open     bool // it may still be changed
}

const (
	// A form takes 200 rows: what has no answer yet comes first.
	wishListSQL = `select p.id::text, case when x.blind then '' else coalesce(p.number, '') end as number, p.title, p.category, case when x.blind then '' else pl.name end as place, coalesce(w.wish, '') as wish, c.judge_id is not null as tied, ` + identityColumns + `
    from proposal p join place pl on pl.path = p.place left join judge_wish w on w.proposal_id = p.id and w.judge_id = @judge::uuid left join conflict c on c.proposal_id = p.id and c.judge_id = @judge::uuid,
    (select coalesce(bool_or(blind), true) as blind from review_round where edition_id = @edition::uuid) x
  where p.edition_id = @edition::uuid and p.state in ('eligible', 'shortlisted', 'pitched') order by (w.wish is not null or c.judge_id is not null), case when x.blind then '' else p.number end, p.title, p.id limit 200`
	begunSQL = `select count(*) from review_round r where r.edition_id = @edition::uuid and r.state <> 'planned'`
	wishSQL  = `insert into judge_wish (judge_id, proposal_id, wish, at) values (@judge, @proposal, @wish, @at) on conflict (judge_id, proposal_id) do update set wish = excluded.wish, at = excluded.at`
	mostSQL  = `update judge set load_max = @most where id = @id::uuid and load_min <= case when @most::int = 0 then 500 else @most::int end`
)

// WishList is the actor's own list for a jury they have accepted.
func (b *Book) WishList(ctx context.Context, by identity.Actor, judgeID string) (WishList, error) {
	j, e, err := own(ctx, b.db, by, judgeID)
	if err == nil && j.State != Accepted {
		err = fault.Missing()
	}
	if err != nil {
		return WishList{}, err
	}
	l := WishList{Judge: j, Edition: e}
	begun, err := pg.Value[int64](ctx, b.db, begunSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return l, err
	}
	l.Open = begun == 0 && (e.State == edition.Closed || e.State == edition.Reviewing)
	if e.State == edition.Open || e.State == edition.Draft {
		return l, nil
	}
	type named struct {
		Wish
		Identity
	}
	list, err := pg.All[named](ctx, b.db, wishListSQL, pg.Args{"judge": judgeID, "edition": e.ID})
	for _, w := range list {
		w.Title = w.hide(true).text(w.Title)
		l.Projects = append(l.Projects, w.Wish)
	}
	return l, err
}

// WishForm is the list as a judge fills it in.
type WishForm struct {
	Most   int          `form:"most"` // projects at most; 0 for no limit
	Reason string       `form:"reason"`
	Lines  []WishedLine `form:"lines"`
}

// WishedLine is what a judge said of one project.
type WishedLine struct {
	ID   string `form:"id"`
	Wish string `form:"wish"`
}

func (f WishForm) check() error {
	var wrong fault.Fields
	if f.Most < 0 || f.Most > 500 {
		wrong.Add("most", "请填写 1 到 500 之间的整数，不填就是不限")
	}
	tied := false
	for i, l := range f.Lines {
		tied = tied || l.Wish == Tied
		if l.Wish != "" && !edition.Known(Wishes, l.Wish) {
			wrong.Add(fmt.Sprintf("lines.%d.wish", i), "没有这个选项，请刷新页面再选")
		}
	}
	if tied && f.Reason == "" {
		wrong.Add("reason", "有要回避的项目，请简单写一下是什么关系")
	}
	if n := utf8.RuneCountInString(f.Reason); n > 200 {
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 200, n)
	}
	return wrong.Err()
}

// Prefer keeps a judge's wishes; what they mark as a conflict is declared in the same step. Only before the review begins:
// afterwards a judge recuses.
func (b *Book) Prefer(ctx context.Context, by identity.Actor, judgeID string, f WishForm) error {
	l, err := b.WishList(ctx, by, judgeID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.Score, l.Edition.Place)
	if err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if !l.Open {
		return fault.New(fault.Conflict, "评审已经开始，不能再改意愿。有关系的项目请在评分页回避")
	}
	known := map[string]Wish{}
	for _, p := range l.Projects {
		known[p.ID] = p
	}
	h := hand{w, l.Edition.Place, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		set, err := pg.Do(ctx, tx, mostSQL, pg.Args{"id": judgeID, "most": f.Most})
		if err == nil && set == 0 {
			err = fault.Field("most", "区社区办给您定的最少个数比这个多，请商量好再填")
		}
		if err != nil {
			return err
		}
		for _, line := range f.Lines {
			p, here := known[line.ID]
			if !here || p.Tied || line.Wish == "" {
				continue
			}
			if err := wish(ctx, tx, h, l.Judge, line, f.Reason); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "judge", ID: judgeID, Action: "prefer", Place: l.Edition.Place, At: h.at})
	})
}

func wish(ctx context.Context, tx pg.Tx, h hand, j Judge, line WishedLine, reason string) error {
	if line.Wish != Tied {
		_, err := pg.Do(ctx, tx, wishSQL, pg.Args{"judge": j.ID, "proposal": line.ID, "wish": line.Wish, "at": h.at})
		return err
	}
	p, err := proposal.Get(ctx, tx, line.ID)
	if err != nil {
		return err
	}
	return declare(ctx, tx, h, j, p, reason)
}
