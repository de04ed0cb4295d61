package award

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/storage/paper"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// Printed is a finished file with its name for saving.
type Printed struct {
	Name string
	Body []byte
}

// The words of the books and papers, in Chinese as these are: words:none.
var (
	rankHeads = []sheet.Column{{Head: "赛道", Wide: 10}, {Head: "名次", Wide: 6}, {Head: "编号", Wide: 16, Words: true}, {Head: "项目", Wide: 28}, {Head: "团队", Wide: 16}, {Head: "社区", Wide: 14},
		{Head: "得分", Wide: 8, Words: true}, {Head: "有效评分表", Wide: 8}, {Head: "去掉", Wide: 6}, {Head: "全部平均", Wide: 8, Words: true}, {Head: "需求分", Wide: 8, Words: true}, {Head: "参与分", Wide: 8, Words: true},
		{Head: "申请（元）", Wide: 12}, {Head: "结果", Wide: 8}, {Head: "等级", Wide: 6}, {Head: "资助（元）", Wide: 12}, {Head: "资金来源", Wide: 16}, {Head: "原因", Wide: 30}, {Head: "合议", Wide: 30},
		{Head: "校准分（参考）", Wide: 10, Words: true}, {Head: "期望名次（参考）", Wide: 10, Words: true}, {Head: "名次区间 50%（参考）", Wide: 12, Words: true}, {Head: "名次区间 90%（参考）", Wide: 12, Words: true}}
	rankTab, noteTab = "排名册", "说明"
	sheetHeads       = []sheet.Column{{Head: "编号", Wide: 16, Words: true}, {Head: "项目", Wide: 28}, {Head: "评委", Wide: 12}}
	sheetTail        = []sheet.Column{{Head: "总分", Wide: 8, Words: true}, {Head: "状态", Wide: 8}, {Head: "计分时", Wide: 8}, {Head: "作废原因", Wide: 20}, {Head: "评语", Wide: 40}, {Head: "交表时间", Wide: 18}}
	sheetTab         = "评分表"
	sheetState       = map[string]string{judging.Locked: "有效", judging.Invalid: "作废"}
	droppedWord      = map[bool]string{true: "去掉了", false: ""}
	notes            = [][]string{{"届次", "%s"}, {"评审", "%s"}, {"抽签种子", "%s"}, {"结果指纹", "%s"}, {"参考列", "校准分、期望名次和名次区间只供讨论，不决定结果；名次按公告的规则计算。"}}
)

// reader is an edition with a closed round, for who may read its sheets.
func (b *Book) reader(ctx context.Context, by identity.Actor, editionID, what string) (Results, error) {
	r, err := b.Results(ctx, by, editionID)
	if err != nil {
		return r, err
	}
	if r.Round.State != judging.Closed {
		return r, fault.New(fault.Conflict, "评审还没有结束，没有可以导出的结果")
	}
	w, err := by.Must(identity.ReadSheets, r.Edition.Place)
	if err != nil {
		return r, err
	}
	return r, b.db.Change(ctx, func(tx pg.Tx) error { // who took what out
		return audit.Record(ctx, tx, w, audit.Event{Entity: "edition", ID: editionID, Action: "export", Place: r.Edition.Place, Data: map[string]string{"what": what}, At: b.clock.Now()})
	})
}

// RankingBook is the whole ranking as a workbook, without a person's name.
func (b *Book) RankingBook(ctx context.Context, by identity.Actor, editionID string) (Printed, error) {
	r, err := b.reader(ctx, by, editionID, "ranking")
	if err != nil {
		return Printed{}, err
	}
	d, err := b.Deciding(ctx, by, editionID)
	if err != nil {
		return Printed{}, err
	}
	beside := map[string]Weighed{}
	for _, l := range d.Lanes {
		for _, w := range l.Rows {
			beside[w.ProposalID] = w
		}
	}
	pool := map[string]string{}
	for _, p := range r.Pools {
		pool[p.ID] = p.Name
	}
	var out bytes.Buffer
	err = sheet.Write(&out, []sheet.Tab{{Name: rankTab, Columns: rankHeads, Rows: func(put func(...any) error) error {
		for _, row := range r.Rows {
			w := beside[row.ProposalID]
			if err := put(edition.NameOf(edition.Tracks, row.Track), row.Rank, row.Number, row.Title, row.TeamName, row.PlaceName, points(row.Score), row.N, len(row.Dropped), points(row.Mean()),
				points(row.NeedMark), points(row.PartMark), sheet.Money(row.Requested), resultWord(row.Award), row.Award.Grade, sheet.Money(row.Award.Amount), pool[row.Award.FundSourceID],
				row.Award.Why().String(), saidOf(w), w.Estimate.Calibrated.String(), w.Estimate.ExpectedRank.String(), span(w.Known, w.Estimate.Rank50), span(w.Known, w.Estimate.Rank90)); err != nil {
				return err
			}
		}
		return nil
	}}, {Name: noteTab, Columns: []sheet.Column{{Head: notes[0][0], Wide: 14}, {Head: r.Edition.Title, Wide: 70, Words: true}}, Rows: func(put func(...any) error) error {
		for i, text := range []string{r.Round.Name, r.Round.Seed, r.Round.Digest, notes[4][1]} {
			if err := put(notes[i+1][0], text); err != nil {
				return err
			}
		}
		return nil
	}}})
	return Printed{safeName(r.Edition.Title) + "-" + rankTab + ".xlsx", out.Bytes()}, err
}

func span(known bool, r [2]int) string {
	if !known {
		return ""
	}
	return fmt.Sprintf("%d–%d", r[0], r[1])
}

// SheetsBook is every sheet of the round as a workbook, for the district's files.
func (b *Book) SheetsBook(ctx context.Context, by identity.Actor, editionID string) (Printed, error) {
	r, err := b.reader(ctx, by, editionID, "sheets")
	if err != nil {
		return Printed{}, err
	}
	rubric, list, err := b.sheetsOf(ctx, r.Round.ID)
	if err != nil {
		return Printed{}, err
	}
	columns := append([]sheet.Column{}, sheetHeads...)
	for _, c := range rubric {
		columns = append(columns, sheet.Column{Head: fmt.Sprintf("%s（%d）", c.Name, c.Weight), Wide: 10}) //words:none
	}
	var out bytes.Buffer
	err = sheet.Write(&out, []sheet.Tab{{Name: sheetTab, Columns: append(columns, sheetTail...), Rows: func(put func(...any) error) error {
		for _, s := range list {
			fields := []any{s.Number, s.Title, s.Judge}
			for _, c := range rubric {
				fields = append(fields, s.Marks[c.Code])
			}
			fields = append(fields, points(s.Total), sheetState[s.State], droppedWord[s.Dropped], s.Reason, s.Comment)
			if s.SubmittedAt != nil {
				fields = append(fields, s.SubmittedAt.In(clock.Shanghai))
			} else {
				fields = append(fields, nil)
			}
			if err := put(fields...); err != nil {
				return err
			}
		}
		return nil
	}}})
	return Printed{safeName(r.Edition.Title) + "-" + sheetTab + ".xlsx", out.Bytes()}, err
}

func (b *Book) sheetsOf(ctx context.Context, roundID string) ([]judging.Criterion, []judging.MarkedSheet, error) {
	rubric, err := judging.Criteria(ctx, b.db, roundID)
	if err != nil {
		return nil, nil, err
	}
	list, err := judging.TakenOut(ctx, b.db, roundID)
	return rubric, list, err
}

// printed draws a paper of one section and closes it.
func (b *Book) printed(name string, draw func(*paper.Section)) (Printed, error) {
	fonts, err := paper.OpenFonts(b.font)
	if err != nil {
		return Printed{}, err
	}
	s := paper.NewSection(fonts)
	s.Number = func(page, of int) string { return fmt.Sprintf(pageOf, page, of) }
	draw(s)
	var out bytes.Buffer
	doc := paper.Begin(&out, fonts, paper.Info{Title: name, Lang: "zh-CN", At: b.clock.Now()})
	if err := errors.Join(doc.Add(s), doc.End()); err != nil {
		if m, ok := errors.AsType[paper.Missing](err); ok {
			return Printed{}, fault.Wrap(err, fault.Conflict, "有一个字「%s」印不出来（U+%04X）。请技术人员装上有这个字的字体", string(m.Char), m.Char)
		}
		return Printed{}, err
	}
	return Printed{safeName(name) + ".pdf", out.Bytes()}, nil
}

// safeName keeps of a text what every system takes in the name of a file.
func safeName(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || strings.ContainsRune(`/\:*?"<>|`, c) {
			return -1
		}
		return c
	}, text)
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60])
	}
	return strings.Trim(text, " .")
}
