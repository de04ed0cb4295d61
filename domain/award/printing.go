package award

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/yuan"
	"seedbed/storage/paper"
)

// The words of the papers, in Chinese as they are signed: words:none.
var (
	pageOf      = "第 %d 页，共 %d 页"
	minuteTitle = "评审会议纪要"
	minuteHeads = []string{"名次", "项目", "团队（社区）", "得分", "结果", "资助（元）"}
	minuteText  = "本轮评审共 %d 个项目、%d 位评委，收到有效评分表 %d 份。每个项目取有效评分表的平均分；满 %d 份的，去掉一个最高分和一个最低分。同分时依次比较需求分、参与分、申请金额和提交时间，仍相同的抽签。"
	minuteRule  = "资金分配：%s。"
	minuteWhy   = "依据：%s"
	seedText    = "抽签种子 %s；结果指纹 %s。任何人都可以用公示页上的记录文件重新计算。"
	panelHead   = "合议"
	panelText   = "「%s」：%s。理由：%s。到场评委 %d 位：%s。"
	panelMost   = "「%s」：%s，建议资助不超过 %s。理由：%s。到场评委 %d 位：%s。"
	lotsHead    = "抽签"
	lotsText    = "%s。种子 %s，抽签先后：%s。到场评委 %d 位：%s。"
	nonePanel   = "没有合议和抽签，全部按名次。"
	skippedHead = "没有入选的项目和原因"
	signedBy    = []string{"主持人：", "记录人：", "监督员："}
	sheetsTitle = "评分表汇总"
	letterTitle = "评审反馈"
	letterFor   = "%s 团队："
	letterText  = "谢谢你们参加「%s」。你们的项目「%s」得 %s 分，在%s里排第 %d 名，结果：%s。下面是各项的平均分和评委的建议，评委的名字不写在这里。"
	letterMean  = "各项平均分"
	letterWords = "评委的建议"
	letterNone  = "评委没有写建议。"
	letterKept  = "另有 %d 条评语没有转达。"
	meanHeads   = []string{"评分项", "占比", "平均分（满分 100）"}
	printedOn   = "%s 打印"
	resultWords = map[string]string{Selected: "入选", Reserve: "候补", NotSelected: "未入选", Revoked: "撤销", Declined: "放弃"}
	verdicts    = map[string]string{judging.Keep: "按名次", judging.Fund: "优先", judging.Defer: "靠后"}
	comma, dash = "、", "—"
	fullStop    = "。"
)

func resultWord(a Award) string {
	if a.ID == "" {
		return ""
	}
	if a.State == Revoked || a.State == Declined {
		return resultWords[a.State]
	}
	return resultWords[a.Result]
}

func sum(fen yuan.Fen) string {
	if fen == 0 {
		return dash
	}
	return fen.String()
}

func joined(list []string) string {
	text := ""
	for i, s := range list {
		if i > 0 {
			text += comma
		}
		text += s
	}
	return text
}

// Minute is the jury's minute (会议纪要) to be signed: the ranking, how it came about, what the panel said, who got nothing
// and why.
func (b *Book) Minute(ctx context.Context, by identity.Actor, editionID, base string) (Printed, error) {
	r, err := b.reader(ctx, by, editionID, "minute")
	if err != nil {
		return Printed{}, err
	}
	d, err := b.Deciding(ctx, by, editionID)
	if err != nil {
		return Printed{}, err
	}
	shared, err := Allocations(ctx, b.db, editionID)
	if err != nil {
		return Printed{}, err
	}
	valid := 0
	for _, row := range r.Rows {
		valid += row.N
	}
	return b.printed(r.Edition.Title+"-"+minuteTitle, func(s *paper.Section) {
		s.Left = r.Edition.Title
		s.Title(minuteTitle)
		s.Caption(r.Edition.Title, stampDay(moment(r.Round.ClosedAt)))
		s.Paragraph(fmt.Sprintf(minuteText, len(r.Rows), len(d.Judges), valid, r.Round.TrimAt))
		if n := len(shared); n > 0 {
			s.Paragraph(fmt.Sprintf(minuteRule, edition.NameOf(RuleNames, shared[n-1].Rule)))
			if why := ruleWhy(shared); why != "" {
				s.Paragraph(fmt.Sprintf(minuteWhy, why))
			}
		}
		for _, t := range edition.Tracks {
			ranked(s, t, r.Rows)
		}
		balloted(s, d)
		deliberated(s, d)
		left(s, r.Rows)
		s.Small(fmt.Sprintf(seedText, r.Round.Seed, r.Round.Digest))
		s.Signatures(signedBy...)
		if r.Notice.ID != "" {
			s.Seal(base+"/notices/"+r.Notice.ID, r.Notice.Number, fmt.Sprintf(printedOn, stampDay(b.clock.Now())))
		}
	})
}

func ranked(s *paper.Section, track edition.Choice, rows []Ranked) {
	t := paper.Table{Widths: []float64{5, 26, 22, 9, 9, 12}, Head: minuteHeads}
	for _, r := range rows {
		if r.Track == track.Code {
			t.Rows = append(t.Rows, []paper.Cell{{Text: strconv.Itoa(r.Rank), Align: paper.Middle}, {Text: r.Title}, {Text: r.TeamName + "（" + r.PlaceName + "）"}, {Text: points(r.Score), Align: paper.Middle},
				{Text: resultWord(r.Award), Align: paper.Middle}, {Text: sum(r.Award.Amount), Align: paper.Middle}}) //words:none
		}
	}
	if len(t.Rows) > 0 {
		s.Heading(track.Name)
		s.Table(t)
	}
}

// deliberated prints what the panel said and drew.
func deliberated(s *paper.Section, d Deciding) {
	s.Heading(panelHead)
	n := 0
	for _, l := range d.Lanes {
		for _, w := range l.Rows {
			if !w.Spoken {
				continue
			}
			n++
			text := fmt.Sprintf(panelText, w.Title, verdicts[w.Said.Verdict], w.Said.Reason, len(w.Said.Present), joined(w.Said.Present))
			if w.Said.Amount > 0 {
				text = fmt.Sprintf(panelMost, w.Title, verdicts[w.Said.Verdict], w.Said.Amount.Show(), w.Said.Reason, len(w.Said.Present), joined(w.Said.Present))
			}
			s.Paragraph(text)
		}
	}
	if n+len(d.Draws) == 0 {
		s.Paragraph(nonePanel)
	}
	if len(d.Draws) > 0 {
		s.Heading(lotsHead)
	}
	for _, draw := range d.Draws {
		var names []string
		for _, id := range draw.Order() {
			names = append(names, d.Titles[id])
		}
		s.Paragraph(fmt.Sprintf(lotsText, draw.Reason, draw.Seed, joined(names), len(draw.Present), joined(draw.Present)))
	}
}

// left prints who got nothing, and why.
func left(s *paper.Section, rows []Ranked) {
	head := false
	for _, r := range rows {
		if r.Award.ID == "" || r.Award.Result == Selected && r.Award.State != Revoked && r.Award.State != Declined {
			continue
		}
		if !head {
			s.Heading(skippedHead)
			head = true
		}
		s.Paragraph(r.Title + "：" + resultWord(r.Award) + comma + r.Award.Why().String() + fullStop) //words:none
	}
}

// SheetsPaper is every sheet of the round on paper, project by project.
func (b *Book) SheetsPaper(ctx context.Context, by identity.Actor, editionID string) (Printed, error) {
	r, err := b.reader(ctx, by, editionID, "sheets_pdf")
	if err != nil {
		return Printed{}, err
	}
	rubric, list, err := b.sheetsOf(ctx, r.Round.ID)
	if err != nil {
		return Printed{}, err
	}
	return b.printed(r.Edition.Title+"-"+sheetsTitle, func(s *paper.Section) {
		s.Left = r.Edition.Title
		s.Title(sheetsTitle)
		s.Caption(r.Edition.Title, r.Round.Name)
		for i := 0; i < len(list); {
			j := i
			for j < len(list) && list[j].Number == list[i].Number && list[j].Title == list[i].Title {
				j++
			}
			sheetsTable(s, rubric, list[i:j])
			i = j
		}
		s.Small(fmt.Sprintf(seedText, r.Round.Seed, r.Round.Digest))
	})
}

func sheetsTable(s *paper.Section, rubric []judging.Criterion, list []judging.MarkedSheet) {
	s.Heading(list[0].Number + "　" + list[0].Title)
	t := paper.Table{Widths: []float64{14}, Head: []string{sheetHeads[2].Head}}
	for _, c := range rubric {
		t.Widths, t.Head = append(t.Widths, 9), append(t.Head, c.Name)
	}
	t.Widths, t.Head = append(t.Widths, 9, 9, 9), append(t.Head, sheetTail[0].Head, sheetTail[1].Head, sheetTail[2].Head)
	for _, m := range list {
		row := []paper.Cell{{Text: m.Judge}}
		for _, c := range rubric {
			row = append(row, paper.Cell{Text: strconv.Itoa(m.Marks[c.Code]), Align: paper.Middle})
		}
		t.Rows = append(t.Rows, append(row, paper.Cell{Text: points(m.Total), Align: paper.Middle}, paper.Cell{Text: sheetState[m.State], Align: paper.Middle}, paper.Cell{Text: droppedWord[m.Dropped], Align: paper.Middle}))
	}
	s.Table(t)
	for _, m := range list {
		if m.Comment != "" {
			s.Small(m.Judge + "：" + m.Comment) //words:none
		}
	}
}

// Letter is a team's feedback on paper (N08): its own averages and the judges' words without their names.
func (b *Book) Letter(ctx context.Context, by identity.Actor, proposalID, base string) (Printed, error) {
	o, err := b.Outcome(ctx, by, proposalID)
	if err != nil {
		return Printed{}, err
	}
	e, err := edition.Get(ctx, b.db, o.Proposal.EditionID)
	if err != nil {
		return Printed{}, err
	}
	team, err := teamName(ctx, b.db, o.Proposal.TeamID)
	if err != nil {
		return Printed{}, err
	}
	f := o.Feedback
	return b.printed(o.Proposal.Title+"-"+letterTitle, func(s *paper.Section) {
		s.Left = e.Title
		s.Title(letterTitle)
		s.Paragraph(fmt.Sprintf(letterFor, team))
		s.Paragraph(fmt.Sprintf(letterText, e.Title, o.Proposal.Title, points(f.Score), edition.NameOf(edition.Tracks, o.Proposal.Track), f.Rank, resultWord(o.Award)))
		if why := o.Award.Why(); why.Text != "" {
			s.Paragraph(why.String() + fullStop)
		}
		panelLetter(s, o)
		s.Heading(letterMean)
		t := paper.Table{Widths: []float64{30, 10, 20}, Head: meanHeads}
		for _, a := range f.Averages {
			t.Rows = append(t.Rows, []paper.Cell{{Text: a.Name}, {Text: strconv.Itoa(a.Weight) + "%", Align: paper.Middle}, {Text: points(a.Mean), Align: paper.Middle}})
		}
		s.Table(t)
		s.Heading(letterWords)
		for i, text := range f.Comments {
			s.Paragraph(strconv.Itoa(i+1) + ". " + text)
		}
		if len(f.Comments) == 0 {
			s.Paragraph(letterNone)
		}
		if f.Withheld > 0 {
			s.Small(fmt.Sprintf(letterKept, f.Withheld))
		}
		s.Seal(base+"/proposals/"+proposalID+"/result", fmt.Sprintf(printedOn, stampDay(b.clock.Now())))
	})
}

func stampDay(t time.Time) string { return t.In(clock.Shanghai).Format(time.DateOnly) }

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
