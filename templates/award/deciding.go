package award

import (
	"context"
	"strconv"
	"strings"

	"seedbed/domain/award"
	"seedbed/domain/edition"
	"seedbed/domain/judging"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// wrong is the form the page is about: the one that has to be mended.
func (p DecidingPage) wrong() *ui.Form {
	if len(p.Lots.Wrong) > 0 {
		return &p.Lots
	}
	return &p.Say
}

func (p DecidingPage) seats() []ui.Option {
	list := make([]ui.Option, len(p.Seats))
	for i, s := range p.Seats {
		list[i] = ui.Option{Value: s.ID, Label: s.Name}
	}
	return list
}

// projects are those to speak of: near the line first.
func (p DecidingPage) projects(ctx context.Context) []ui.Option {
	var near, rest []ui.Option
	for _, l := range p.Lanes {
		for _, r := range l.Rows {
			o := ui.Option{Value: r.ProposalID, Label: words.T(ctx, "第 %d 名 %s", r.Rank, r.Title)}
			if r.Band {
				near = append(near, o)
			} else {
				rest = append(rest, o)
			}
		}
	}
	return append(near, rest...)
}

func (p DecidingPage) drawn(ctx context.Context, d judging.Draw) string {
	var names []string
	for _, id := range d.Order() {
		names = append(names, p.Titles[id])
	}
	return join(ctx, names)
}

func join(ctx context.Context, names []string) string {
	return strings.Join(names, words.T(ctx, "、"))
}

func verdictOptions(ctx context.Context) []ui.Option {
	hints := map[string]string{judging.Keep: "讨论过了，不动", judging.Fund: "在讨论过的项目里排到前面", judging.Defer: "在讨论过的项目里排到后面"}
	var list []ui.Option
	for _, v := range judging.Verdicts {
		list = append(list, ui.Option{Value: v.Code, Label: words.T(ctx, v.Name), Hint: hints[v.Code]})
	}
	return list
}

// The picture is 240 wide with 12 on each side; ranks from 1 to n share what is between.
func place(rank float64, n int) string {
	span := 216.0
	if n < 2 {
		return "120"
	}
	return strconv.FormatFloat(12+span*(rank-1)/float64(n-1), 'f', 1, 64)
}

func at(rank, n int) string      { return place(float64(rank), n) }
func between(rank, n int) string { return place(float64(rank)+0.5, n) }

// edge lets an interval of one rank be seen.
func edge(rank, n, side int) string { return place(float64(rank)+0.18*float64(side), n) }

func spans(ctx context.Context, r award.Weighed) string {
	return words.T(ctx, "一半把握在第 %d 到 %d 名，九成把握在第 %d 到 %d 名", r.Estimate.Rank50[0], r.Estimate.Rank50[1], r.Estimate.Rank90[0], r.Estimate.Rank90[1])
}

func trimmed(r award.Weighed) string { return orDash(r.Estimate.Trimmed.String()) }

// laneWords is what the advice comes to, in words.
func laneWords(ctx context.Context, l award.Lane) string {
	switch c := l.Advice; {
	case len(c.Projects) == 0:
		return ""
	case c.Says("disconnected"):
		return words.T(ctx, "有些项目之间没有共同的评委，分成了 %d 组，组和组之间不能比。", c.Components)
	case c.Says("project_with_one_sheet"), c.Says("judge_with_one_sheet"):
		return words.T(ctx, "评分表太少，分不清是评委严还是项目弱：不建议校正。")
	case c.Says("small_judge_share"):
		return words.T(ctx, "评委松紧差别很小：不需要校正。")
	}
	return words.T(ctx, "评委松紧差别明显：靠近资金线的项目值得讨论。")
}

func saidWords(ctx context.Context, d judging.Deliberation) string {
	text := words.T(ctx, "理由：%s。到场评委：%s", d.Reason, join(ctx, d.Present))
	if d.Amount > 0 {
		text = words.T(ctx, "建议不超过 %s。", d.Amount.Show()) + text
	}
	return text
}

func alpha(a *judging.Agreement) string {
	if a.Alpha == nil {
		return "—"
	}
	return a.Alpha.String()
}

// share writes a part of one in percent.
func share(n interface{ String() string }) string {
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil {
		return "—"
	}
	return strconv.FormatFloat(f*100, 'f', 0, 64) + "%"
}

// WhatIfPage is a question about an allocation and its answer.
type WhatIfPage struct {
	award.Supposition
	Form ui.Form
}

func (p WhatIfPage) address() string { return "/desk/editions/" + p.Edition.ID }

func (p WhatIfPage) rules(ctx context.Context) []ui.Option {
	var list []ui.Option
	for _, r := range award.RuleNames {
		if r.Code == award.EqualShares && p.Votes == 0 {
			continue
		}
		list = append(list, ui.Option{Value: r.Code, Label: words.T(ctx, r.Name)})
	}
	return list
}

// differing are the projects the question changes something for.
func (p WhatIfPage) differing() []award.Supposed {
	var list []award.Supposed
	for _, r := range p.Rows {
		if r.Differs() {
			list = append(list, r)
		}
	}
	return list
}

func outcome(ctx context.Context, d award.Decision) string {
	text := name(ctx, results, d.Result)
	if d.Amount > 0 {
		text += " " + d.Amount.Show()
	}
	return text
}

func more(now, then yuan.Fen) string {
	if then >= now {
		return "+" + (then - now).Show()
	}
	return "−" + (now - then).Show()
}

// FeedbackPage is where a judge's words are looked at before a team reads them.
type FeedbackPage struct {
	Title    string
	Proposal string
	Words    []judging.Word
	Sheet    string  // of the form that was sent
	Form     ui.Form // as it was sent
	IDs      []string
	Edition  string
}

func (p FeedbackPage) form(i int) ui.Form {
	w := p.Words[i]
	f := ui.Form{Values: map[string][]string{"id": {p.IDs[i]}, "no": {strconv.Itoa(w.No)}, "action": {judging.Mend}, "text": {w.Comment}}}
	if w.Said() != "" {
		f.Values["text"] = []string{w.Said()}
	}
	if p.Sheet == w.SheetID {
		f = p.Form
	}
	f.Apart = "c" + strconv.Itoa(i) + "."
	return f
}

func editOptions(ctx context.Context) []ui.Option {
	var list []ui.Option
	for _, c := range []edition.Choice{{Code: judging.Mend, Name: "改一改再转达"}, {Code: judging.Withhold, Name: "不转达"}, {Code: judging.Restore, Name: "恢复原来的话"}} {
		list = append(list, ui.Option{Value: c.Code, Label: words.T(ctx, c.Name)})
	}
	return list
}

// Listing is a protocol file to download.
type Listing struct {
	Name  string
	Label string
	Href  string
}
