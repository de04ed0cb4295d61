package sample

import (
	"bytes"
	"context"
	"fmt"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/storage/photo/sketch"
)

// questions are what the sample district asks beside the fixed form, from its fourth edition on.
//
//words:none
var questions = []edition.Drawn{
	{Kind: edition.AskOne, Label: "活动的地方落实了吗？", LabelEn: "Do you have a place for it?", Hint: "没落实也能报，社区可以帮着找。", HintEn: "You can apply without one; the community helps to find it.",
		Options: "已经落实\n正在谈\n还没有", Required: true},
	{Kind: edition.AskText, Label: "是哪里，谁答应的？", LabelEn: "Where is it, and who agreed?", Required: true, When: "q1=已经落实"},
	{Kind: edition.AskLong, Label: "以前在小区里做过什么事？", LabelEn: "What have you done in the neighbourhood before?", Hint: "没做过也没关系。", HintEn: "Nothing yet is fine."},
	{Kind: edition.AskFile, Label: "场地的照片或同意书", LabelEn: "A photo of the place, or the consent", When: "q1=已经落实"},
}

// ask gives the fourth edition its questions and every edition the poster of its call.
func (g *garden) ask(ctx context.Context, e edition.Edition) error {
	if e.No == fourth.no {
		for i, q := range questions {
			q.Rev = i
			if err := g.Editions.Draw(ctx, g.district, e.ID, q); err != nil {
				return fmt.Errorf("asking: %w", err)
			}
		}
	}
	taken, err := evidence.TakePaper(ctx, g.Store, bytes.NewReader(sketch.Draw(int64(1000+e.No), sketch.Panorama, e.Title)))
	if err != nil {
		return err
	}
	return g.Editions.AttachFile(ctx, g.district, e.ID, edition.NewFile{Taken: taken, Name: "大赛海报.jpg"}) //words:none
}

// answers are how a team of the fourth edition answers.
//
//words:none
func (g *garden) answers(e edition.Edition, p grown) edition.Answers {
	if e.No != fourth.no {
		return nil
	}
	if p.serial%3 == 0 {
		return edition.Answers{"q1": {Text: "正在谈"}}
	}
	return edition.Answers{"q1": {Text: "已经落实"}, "q2": {Text: p.at.Name + "活动室，社区书记答应的"}, "q3": {Text: "帮着办过两次重阳节的饭局。"}}
}

// holidays enters the days everybody knows without an announcement, of this year and the next.
func (g *garden) holidays(ctx context.Context) error {
	year := g.now.Year()
	text := ""
	for _, y := range []int{year, year + 1} {
		text += fmt.Sprintf("%d-01-01 休 元旦\n%d-10-01~%d-10-03 休 国庆节\n", y, y, y) //words:none
	}
	_, err := g.Editions.KeepHolidays(ctx, g.district, edition.Holidays{ID: id(), Text: text})
	return err
}
