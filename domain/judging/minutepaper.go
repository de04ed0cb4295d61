package judging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	print "seedbed/storage/paper"
	"seedbed/storage/pg"
)

// The minutes on paper are in Chinese, whatever the reader's language (DOMAIN §15.3): words:none.
const (
	minuteTitle = "路演评审纪要"
	minutePage  = "第 %d 页，共 %d 页"
	minuteRule  = "计分规则：有效评分表满 %d 份时去掉一份最高和一份最低，其余取平均，保留两位小数；少于 %d 份不计分。"
	minuteSeed  = "抽签的种子：%s（评审开始时公布）"
	minuteAgain = "重新抽签的原因：%s"
	minutePrint = "内容指纹 %s"
	minuteSaid  = "生成于 %s"
	minuteScan  = "扫码核对指纹"
	minuteEarly = "评分表没有交齐就亮分，原因：%s"
	minuteNone  = "—"
	minuteGone  = "没有到场，按退出处理"
)

// The minutes' heads, in Chinese as the rest of them: words:none.
var (
	minuteFacts  = []string{"地点", "开始", "结束", "到场评委", "未到评委", "其他在场的人"}
	minuteHeads  = []string{"基本情况", "路演的顺序、时间和得分", "每张评分表"}
	minuteOrder  = []string{"顺序", "编号", "项目", "团队", "上台", "用时", "得分"}
	minuteSheets = []string{"顺序", "评委", "总分", "说明"}
	minuteSigns  = []string{"主持人：", "记录人：", "监督员：", "评委代表："}
	minuteCut    = "去掉"
	minuteHand   = "纸质，两人录入"
	minuteVoid   = "作废：%s"
)

// Printed is a finished PDF with its name for saving.
type Printed struct {
	Name string
	Body []byte
}

// MinutePDF prints the sealed minutes, for those who may read sheets. base is the address the code on the paper leads to.
func (b *Book) MinutePDF(ctx context.Context, by identity.Actor, roundID, base string) (Printed, error) {
	r, err := pg.One[Round](ctx, b.db, roundSQL, pg.Args{"id": roundID})
	if err == nil && !by.Sees(identity.ReadSheets, r.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return Printed{}, err
	}
	m, err := pg.One[Minute](ctx, b.db, minuteSQL, pg.Args{"id": roundID})
	if err != nil {
		return Printed{}, err
	}
	var t MinuteText
	if err := json.Unmarshal([]byte(m.Body), &t); err != nil {
		return Printed{}, err
	}
	fonts, err := print.OpenFonts(b.paper.Font)
	if err != nil {
		return Printed{}, err
	}
	var out bytes.Buffer
	doc := print.Begin(&out, fonts, print.Info{Title: minuteTitle, Lang: "zh-CN", At: m.SealedAt})
	if err := errors.Join(doc.Add(minuteSection(fonts, t, m, base)), doc.End()); err != nil {
		if c, ok := errors.AsType[print.Missing](err); ok {
			return Printed{}, fault.Wrap(err, fault.Conflict, "这份纪要里有一个字「%s」印不出来（U+%04X）。请技术人员装上有这个字的字体", string(c.Char), c.Char)
		}
		return Printed{}, err
	}
	return Printed{Name: minuteTitle + ".pdf", Body: out.Bytes()}, nil
}

func minuteSection(fonts *print.Fonts, t MinuteText, m Minute, base string) *print.Section {
	s := print.NewSection(fonts)
	s.Name, s.Left, s.Right = minuteTitle, t.Edition, t.Round
	s.Number = func(page, of int) string { return fmt.Sprintf(minutePage, page, of) }
	s.Title(minuteTitle)
	s.Caption(t.Edition, t.Round)
	s.Heading(minuteHeads[0])
	facts := print.Table{Widths: []float64{20, 80}}
	for i, text := range []string{t.Hall, onPaperTime(t.StartedAt), onPaperTime(t.EndedAt), strings.Join(t.Present, "、"), strings.Join(t.Away, "、"), t.Others} {
		if text == "" {
			text = minuteNone
		}
		facts.Rows = append(facts.Rows, []print.Cell{{Text: minuteFacts[i], Bold: true, Align: print.Middle}, {Text: text}})
	}
	s.Table(facts)
	s.Paragraph(fmt.Sprintf(minuteRule, t.TrimAt, t.MinValid))
	s.Paragraph(fmt.Sprintf(minuteSeed, t.Seed))
	for _, why := range t.Redraws {
		s.Paragraph(fmt.Sprintf(minuteAgain, why))
	}
	s.Heading(minuteHeads[1])
	s.Table(minuteOrderTable(t))
	s.Heading(minuteHeads[2])
	s.Table(minuteSheetTable(t))
	s.Signatures(minuteSigns...)
	s.Seal(base+"/minutes/"+m.ID, minuteScan, fmt.Sprintf(minutePrint, m.Digest), fmt.Sprintf(minuteSaid, stamp(m.SealedAt)))
	return s
}

func minuteOrderTable(t MinuteText) print.Table {
	table := print.Table{Widths: []float64{7, 17, 26, 19, 11, 9, 11}, Head: minuteOrder}
	for _, p := range t.Pitches {
		row := []print.Cell{{Text: strconv.Itoa(p.Seq), Align: print.Middle}, {Text: p.Number, Align: print.Middle}, {Text: p.Title}, {Text: p.Team}}
		if p.Absent {
			row = append(row, print.Cell{Text: minuteGone, Span: 3, Align: print.Middle})
		} else {
			row = append(row, print.Cell{Text: clockTime(p.CalledAt), Align: print.Middle}, print.Cell{Text: fmt.Sprintf("%d:%02d", p.UsedSec/60, p.UsedSec%60), Align: print.Middle},
				print.Cell{Text: decimalPoints(p.Score), Align: print.Right, Bold: true})
		}
		table.Rows = append(table.Rows, row)
		if p.Reason != "" {
			table.Rows = append(table.Rows, []print.Cell{{Text: fmt.Sprintf(minuteEarly, p.Reason), Span: 7}})
		}
	}
	return table
}

func minuteSheetTable(t MinuteText) print.Table {
	table := print.Table{Widths: []float64{10, 30, 16, 44}, Head: minuteSheets}
	for _, p := range t.Pitches {
		for _, x := range p.Sheets {
			var notes []string
			if x.Dropped {
				notes = append(notes, minuteCut)
			}
			if x.Paper {
				notes = append(notes, minuteHand)
			}
			if x.State == Invalid {
				notes = append(notes, fmt.Sprintf(minuteVoid, x.Why))
			}
			table.Rows = append(table.Rows, []print.Cell{{Text: strconv.Itoa(p.Seq), Align: print.Middle}, {Text: x.Judge, Align: print.Middle}, {Text: decimalPoints(x.Total), Align: print.Right},
				{Text: strings.Join(notes, "；")}})
		}
	}
	return table
}

func decimalPoints(hundredths int) string {
	return fmt.Sprintf("%d.%02d", hundredths/100, hundredths%100)
}

func onPaperTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return stamp(*t)
}

func clockTime(t *time.Time) string {
	if t == nil {
		return minuteNone
	}
	return stamp(*t)[11:]
}
