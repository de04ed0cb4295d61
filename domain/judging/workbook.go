package judging

import (
	"bytes"
	"context"
	"strconv"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/sheet"
)

// The fixed columns of a judge's workbook. A workbook is in the language of the house's papers: words:none.
const (
	headCode    = "编号"
	headTitle   = "项目"
	headComment = "给项目方的一句建议"
	headNote    = "只给自己看的备注"
	headState   = "下载时的状态"
	headKey     = "系统识别码（请不要改）"
	headWeight  = "（占 " // between a criterion's name and its weight
	tabHelp     = "先看这里"
	tabSheets   = "评分表"
)

// help is what the workbook says first: words:none.
var help = []string{
	"这是您的离线评分表。没有网络的时候也可以填，填好以后回到「我的评审」，点「传回离线评分表」。",
	"一行是一个项目。每一项填 0 到 100 的整数，不会打的先空着。把鼠标放在分数格上，会看到 60、80、95 分是什么样子。",
	"请不要改「系统识别码」，也不要加行。评审结束以后就不能再传了。",
	"传回来以后先给您看一遍，您确认了才算数。",
}

// Workbook is a file made for the actor, to be saved under a name.
type Workbook struct {
	Name string
	Body []byte
}

// Workbook is the actor's sheets of an open round, to be filled in without a line.
func (b *Book) Workbook(ctx context.Context, by identity.Actor, roundID string) (Workbook, error) {
	mine, rubric, err := b.sheetsOf(ctx, by, roundID)
	if err != nil {
		return Workbook{}, err
	}
	columns := []sheet.Column{{Head: headCode, Words: true, Wide: 8}, {Head: headTitle, Wide: 32}}
	for _, c := range rubric {
		columns = append(columns, sheet.Column{Head: markHead(c), Note: c.Hint, Wide: 12})
	}
	columns = append(columns, sheet.Column{Head: headComment, Wide: 40}, sheet.Column{Head: headNote, Wide: 30}, sheet.Column{Head: headState, Wide: 12}, sheet.Column{Head: headKey, Words: true, Wide: 44})
	rows := func(put func(...any) error) error {
		for _, m := range mine {
			fields := []any{m.Code, m.Title}
			for _, c := range rubric {
				if mark, ok := m.Sheet.Marks[c.Code]; ok {
					fields = append(fields, mark)
				} else {
					fields = append(fields, nil)
				}
			}
			fields = append(fields, m.Sheet.Comment, m.Sheet.PrivateNote, stateWords[m.Sheet.State], m.ID+"/"+strconv.Itoa(m.Sheet.Saves))
			if err := put(fields...); err != nil {
				return err
			}
		}
		return nil
	}
	notes := func(put func(...any) error) error {
		for _, line := range help {
			if err := put(line); err != nil {
				return err
			}
		}
		return nil
	}
	var out bytes.Buffer
	err = sheet.Write(&out, []sheet.Tab{{Name: tabSheets, Columns: columns, Rows: rows}, {Name: tabHelp, Rows: notes}})
	return Workbook{tabSheets + ".xlsx", out.Bytes()}, err
}

// stateWords say in the workbook how far a sheet is: words:none.
var stateWords = map[string]string{"": "还没打分", Drafted: "打了一半", Submitted: "已提交", Locked: "已锁定"}

// markHead is the heading of a criterion's column.
func markHead(c Criterion) string { return c.Name + headWeight + strconv.Itoa(c.Weight) + "%）" }

// ownSheet is one of the actor's tasks with the sheet as it is stored.
type ownSheet struct {
	Task
	Sheet Sheet
}

const mySheetsSQL = `select ` + sheetColumns + ` from sheet s join assignment a on a.id = s.assignment_id join judge j on j.id = a.judge_id
  where s.round_id = @round::uuid and j.person_id = @me::uuid`

// sheetsOf are the actor's tasks of an open round with their sheets; a round in which they have none is not there.
func (b *Book) sheetsOf(ctx context.Context, by identity.Actor, roundID string) ([]ownSheet, []Criterion, error) {
	q, err := b.MyQueue(ctx, by)
	if err != nil {
		return nil, nil, err
	}
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err != nil {
		return nil, nil, err
	}
	stored, err := pg.All[Sheet](ctx, b.db, mySheetsSQL, pg.Args{"round": roundID, "me": by.ID})
	if err != nil {
		return nil, nil, err
	}
	sheets := map[string]Sheet{}
	for _, s := range stored {
		sheets[s.AssignmentID] = s
	}
	var mine []ownSheet
	for _, t := range q.Tasks {
		if t.RoundID == roundID {
			mine = append(mine, ownSheet{t, sheets[t.ID]})
		}
	}
	if len(mine) == 0 {
		return nil, nil, fault.Missing()
	}
	if _, err := by.Must(identity.Score, r.Place); err != nil {
		return nil, nil, err
	}
	if r.State != Open {
		return mine, nil, fault.New(fault.Conflict, "评审已经结束，评分表不能再改")
	}
	rubric, err := Criteria(ctx, b.db, roundID)
	return mine, rubric, err
}
