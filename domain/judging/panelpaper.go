package judging

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	print "seedbed/storage/paper"
)

// The panel's minutes on paper are in Chinese, as they are signed (DOMAIN §15.3): words:none.
const (
	panelTitle  = "合议纪要"
	panelRule   = "表决规则：每个项目由没有利害关系的到场评委表决，同意票超过到场评委的一半才通过，票数相同不通过，弃权算到场。每个项目至少要有三位评委、并且不少于评委席位的一半到场，回避以后凑不够一半的要全部到场；有利害关系的评委回避。建议的金额不超过申请的金额。"
	panelCounts = "一共合议 %d 个项目，通过 %d 个，没有通过 %d 个。评委席位 %d 个。"
	panelAsked  = "按申请"
	panelAgreed = "通过"
	panelFailed = "不通过"
	panelGone   = "合议以前退出"
	panelVotes  = "到场 %d，同意 %d，不同意 %d，弃权 %d"
	panelWho    = "到场：%s"
	panelAway   = "回避：%s"
	panelWhy    = "理由：%s"
	panelTerm   = "条件 %d：%s"
	panelBefore = "这个项目改记过 %d 次，以前的记录都留着。"
	panelTimes  = "合议重新开过，这是第 %d 次的结果。"
)

// The heads of the minutes, in Chinese as the rest of them: words:none.
var (
	panelHeads = []string{"基本情况", "表决和建议的金额", "到场、回避、理由和条件"}
	panelFacts = []string{"开会时间", "结束", "到过场的评委", "有过回避的评委"}
	panelCols  = []string{"名次", "项目", "得分", "申请（元）", "同意/不同意/弃权", "结论", "建议（元）"}
	panelSigns = []string{"主持人：", "记录人：", "监督员：", "评委代表："}
)

// PanelPDF prints the minutes of a closed panel, for those who may read sheets.
func (b *Book) PanelPDF(ctx context.Context, by identity.Actor, roundID string) (Printed, error) {
	v, err := b.Panel(ctx, by, roundID)
	if err != nil {
		return Printed{}, err
	}
	if v.Round.State != Closed {
		return Printed{}, fault.New(fault.Conflict, "合议结束以后才有纪要")
	}
	fonts, err := print.OpenFonts(b.paper.Font)
	if err != nil {
		return Printed{}, err
	}
	var out bytes.Buffer
	doc := print.Begin(&out, fonts, print.Info{Title: panelTitle, Lang: "zh-CN", At: *v.Round.ClosedAt})
	if err := errors.Join(doc.Add(panelSection(fonts, v)), doc.End()); err != nil {
		if c, ok := errors.AsType[print.Missing](err); ok {
			return Printed{}, fault.Wrap(err, fault.Conflict, "这份纪要里有一个字「%s」印不出来（U+%04X）。请技术人员装上有这个字的字体", string(c.Char), c.Char)
		}
		return Printed{}, err
	}
	return Printed{Name: v.Edition.Title + "-" + panelTitle + ".pdf", Body: out.Bytes()}, nil
}

func panelSection(fonts *print.Fonts, v PanelView) *print.Section {
	s := print.NewSection(fonts)
	s.Name, s.Left, s.Right = panelTitle, v.Edition.Title, v.Round.Name
	s.Number = func(page, of int) string { return fmt.Sprintf(minutePage, page, of) }
	s.Title(panelTitle)
	s.Caption(v.Edition.Title, v.Round.Name)
	s.Heading(panelHeads[0])
	here, away := attendance(v)
	facts := print.Table{Widths: []float64{20, 80}}
	for i, text := range []string{onPaperTime(v.Round.ClosesAt), onPaperTime(v.Round.ClosedAt), here, away} {
		if text == "" {
			text = minuteNone
		}
		facts.Rows = append(facts.Rows, []print.Cell{{Text: panelFacts[i], Bold: true, Align: print.Middle}, {Text: text}})
	}
	s.Table(facts)
	passed, failed := v.Passed()
	s.Paragraph(fmt.Sprintf(panelCounts, passed+failed, passed, failed, len(v.Seats)))
	if n := len(v.Runs); n > 1 {
		s.Paragraph(fmt.Sprintf(panelTimes, n))
	}
	s.Paragraph(panelRule)
	s.Heading(panelHeads[1])
	for _, t := range edition.Tracks {
		panelTable(s, v, t)
	}
	s.Heading(panelHeads[2])
	for _, p := range v.Projects {
		panelNotes(s, p)
	}
	s.Small(fmt.Sprintf(minutePrint, v.Round.Digest))
	s.Signatures(panelSigns...)
	return s
}

// attendance names who voted on any project, and who stepped out of any.
func attendance(v PanelView) (here, away string) {
	var in, out []string
	for _, p := range v.Projects {
		if w, said := p.Word(); said {
			in, out = append(in, w.Present...), append(out, w.Apart...)
		}
	}
	slices.Sort(in)
	slices.Sort(out)
	return strings.Join(slices.Compact(in), "、"), strings.Join(slices.Compact(out), "、")
}

func panelTable(s *print.Section, v PanelView, track edition.Choice) {
	table := print.Table{Widths: []float64{7, 26, 10, 13, 21, 9, 14}, Head: panelCols}
	for _, p := range v.Projects {
		if p.Track != track.Code {
			continue
		}
		row := []print.Cell{{Text: strconv.Itoa(p.Rank), Align: print.Middle}, {Text: p.Number + " " + p.Title}, {Text: decimalPoints(p.Score), Align: print.Right}, {Text: p.Requested.String(), Align: print.Right}}
		w, said := p.Word()
		if !said {
			table.Rows = append(table.Rows, append(row, print.Cell{Text: panelGone, Span: 3, Align: print.Middle}))
			continue
		}
		result, sum := panelFailed, minuteNone
		if w.Passed {
			if result, sum = panelAgreed, panelAsked; w.Amount > 0 {
				sum = w.Amount.String()
			}
		}
		table.Rows = append(table.Rows, append(row, print.Cell{Text: fmt.Sprintf("%d / %d / %d", w.Yes, w.Nay, w.Abstain), Align: print.Middle},
			print.Cell{Text: result, Align: print.Middle, Bold: true}, print.Cell{Text: sum, Align: print.Right}))
	}
	if len(table.Rows) > 0 {
		s.Paragraph(track.Name)
		s.Table(table)
	}
}

func panelNotes(s *print.Section, p Deliberating) {
	w, said := p.Word()
	if !said {
		return
	}
	lines := []string{p.Number + " " + p.Title, fmt.Sprintf(panelVotes, len(w.Present), w.Yes, w.Nay, w.Abstain), fmt.Sprintf(panelWho, strings.Join(w.Present, "、"))}
	if len(w.Apart) > 0 {
		lines = append(lines, fmt.Sprintf(panelAway, strings.Join(w.Apart, "、")))
	}
	if w.Reason != "" {
		lines = append(lines, fmt.Sprintf(panelWhy, w.Reason))
	}
	for i, c := range w.Conditions {
		lines = append(lines, fmt.Sprintf(panelTerm, i+1, c))
	}
	if n := len(p.Words) - 1; n > 0 {
		lines = append(lines, fmt.Sprintf(panelBefore, n))
	}
	s.Paragraph(lines[0])
	for _, l := range lines[1:] {
		s.Small(l)
	}
	s.Gap(4)
}
