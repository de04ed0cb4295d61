package papers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/paper"
)

// The official papers are in Chinese, whatever the reader's language (DOMAIN §15.3): words:none.
const (
	formTitle    = "社区公益微创投项目申报书"
	receiptTitle = "申报书提交回执"
	draftMark    = "草稿"
	untitled     = "（还没有名称）"
	dash         = "—"
	yes          = "（√）"
	no           = "（　）"
	pageOf       = "第 %d 页，共 %d 页"
	pageIs       = "第 %d 页"
	numberIs     = "编号 %s"
	notYet       = "还没有提交，没有编号"
	scanNow      = "扫码核对当前状态"
	printIs      = "内容指纹 %s"
	noPrint      = "没有提交过，没有内容指纹"
	printedAt    = "打印于 %s"
	receivedAt   = "收到时间 %s　第 %d 次提交"
	totalWord    = "总预算"
	ownWord      = "自己出"
	askWord      = "申请"
	elseWord     = "合计（不算在预算里）"
	noneWord     = "没有"
	unprintable  = "这一份印不出来：里面有一个字库里没有的字（U+%04X）。请改用别的写法，或请技术人员装上有这个字的字体（SEEDBED_PDF_FONT）。"
	helpedWord   = "照纸质申报书代录，原因：%s"
)

// The rows and columns of the form, in Chinese as the rest of it: words:none.
var (
	terms = map[string]string{"title": "项目名称", "place": "社区", "track": "赛道", "category": "项目类别", "colour": "七彩服务", "team": "团队", "lead": "领办人", "time": "起止时间",
		"venue": "在哪里做", "asks": "申请金额", "pitch": "一句话介绍", "problem": "想解决的问题", "affected": "谁会受益", "goal": "目标", "method": "做法", "risks": "安全",
		"partners": "合作和资源", "targets": "预期成果", "product": "留下什么", "future": "以后怎么办", "number": "编号"}
	heads      = map[string]string{"activities": "活动安排", "budget": "预算", "funding": "别处来的支持", "members": "团队成员", "promises": "承诺", "opinion": "社区意见"}
	activities = []string{"做什么", "几次", "什么时候", "在哪里", "每次多少人"}
	lines      = []string{"科目", "买什么、做什么用", "单价", "数量", "金额"}
	funding    = []string{"谁给的", "给的是什么", "说明", "金额"}
	members    = []string{"姓名", "做什么", "会什么"}
	signed     = []string{"领办人（签字）：", "社区（盖章）：", "日期："}
	roles      = map[string]string{"lead": "领办人", "deputy": "副领办人", "treasurer": "记账员", "member": "成员"}
	targets    = "活动 %d 场；服务 %d 人次；直接受益 %d 人；志愿者 %d 人；满意度不低于 %d%%"
)

// Printed is a finished PDF with its name for saving.
type Printed struct {
	Name string
	Body []byte
}

// Proposal prints the 申报书: as it was last sealed, or, where it was never handed in or asDraft is wanted, as it stands,
// marked as a draft. It is for the team, for whoever entered it for them, and, once handed in, for the desks in sight.
// base is the address the code on the paper leads to.
func (b *Book) Proposal(ctx context.Context, by identity.Actor, id string, asDraft bool, base string) (Printed, error) {
	f, own, err := b.open(ctx, by, id)
	if err != nil {
		return Printed{}, err
	}
	f, r, sealed, err := b.sealed(ctx, f, asDraft && own)
	if err != nil {
		return Printed{}, err
	}
	return b.one(f, func(fonts *paper.Fonts) *paper.Section { return form(fonts, f, r, sealed, base, b.clock.Now()) })
}

// Receipt prints what the team keeps of a submission.
func (b *Book) Receipt(ctx context.Context, by identity.Actor, id, base string) (Printed, error) {
	f, _, err := b.open(ctx, by, id)
	if err != nil {
		return Printed{}, err
	}
	f, r, sealed, err := b.sealed(ctx, f, false)
	if err != nil {
		return Printed{}, err
	}
	if !sealed {
		return Printed{}, fault.Missing()
	}
	return b.one(f, func(fonts *paper.Fonts) *paper.Section { return receipt(fonts, f, r, base, b.clock.Now()) })
}

// open reads a proposal for somebody who may print it, and tells whether it is theirs to write.
func (b *Book) open(ctx context.Context, by identity.Actor, id string) (proposal.Full, bool, error) {
	f, err := proposal.Whole(ctx, b.db, id)
	if err != nil {
		return f, false, err
	}
	ties, err := proposal.TeamTies(ctx, b.db, f.TeamID, by)
	if err != nil {
		return f, false, err
	}
	helper := f.ActingHelper != nil && *f.ActingHelper == by.ID && by.Sees(identity.ImportProposals, f.Place)
	switch {
	case len(ties) > 0 || helper:
		return f, true, nil
	case f.SubmittedAt != nil && by.Sees(identity.ReadProposals, f.Place):
		return f, false, nil
	}
	return f, false, fault.Missing()
}

func (b *Book) sealed(ctx context.Context, f proposal.Full, asDraft bool) (proposal.Full, proposal.Revision, bool, error) {
	if asDraft && f.State != proposal.Drafted && f.State != proposal.Returned {
		asDraft = false // nothing can be written now: what is sealed is what there is
	}
	if asDraft {
		return f, proposal.Revision{}, false, nil
	}
	return proposal.AsHandedIn(ctx, b.db, f)
}

func (b *Book) one(f proposal.Full, draw func(*paper.Fonts) *paper.Section) (Printed, error) {
	fonts, err := b.fonts()
	if err != nil {
		return Printed{}, err
	}
	var out bytes.Buffer
	doc := paper.Begin(&out, fonts, paper.Info{Title: named(f), Lang: "zh-CN", At: b.clock.Now()})
	if err := errors.Join(doc.Add(draw(fonts)), doc.End()); err != nil {
		if m, ok := errors.AsType[paper.Missing](err); ok {
			return Printed{}, fault.Wrap(err, fault.Conflict, "这份申报书里有一个字「%s」印不出来（U+%04X）。请改用别的写法，或请技术人员装上有这个字的字体", string(m.Char), m.Char)
		}
		return Printed{}, err
	}
	return Printed{Name: fileName(f) + ".pdf", Body: out.Bytes()}, nil
}

// fileName is what a proposal's files are called: its number and title, without what a file's name may not have.
func fileName(f proposal.Full) string {
	name := named(f)
	if f.Number != "" {
		name = f.Number + "-" + name
	}
	return safeName(name)
}

// safeName keeps of a text what every system takes in the name of a file.
func safeName(text string) string {
	text = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || strings.ContainsRune(`/\:*?"<>|`, c) || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x200e || c == 0x200f || c == 0xfeff {
			return -1
		}
		return c
	}, text)
	text = strings.Trim(text, " .")
	if runes := []rune(text); len(runes) > 60 {
		text = strings.TrimRight(string(runes[:60]), " .")
	}
	if text == "" {
		return "-"
	}
	return text
}

func named(f proposal.Full) string {
	if f.Title == "" {
		return untitled
	}
	return f.Title
}

func stamp(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04:05") }

func orDash(text string) string {
	if text == "" {
		return dash
	}
	return text
}

func day(t *time.Time) string {
	if t == nil {
		return dash
	}
	return t.Format(time.DateOnly)
}

// form lays out a proposal as the printed 申报书, with the same parts in the same order as its page to print.
func form(fonts *paper.Fonts, f proposal.Full, r proposal.Revision, sealed bool, base string, now time.Time) *paper.Section {
	s := paper.NewSection(fonts)
	s.Name, s.Left = named(f), f.Edition.Title
	s.Number = func(page, of int) string { return fmt.Sprintf(pageOf, page, of) }
	number := notYet
	if f.Number != "" {
		number, s.Right = fmt.Sprintf(numberIs, f.Number), f.Number
	}
	if !sealed {
		s.Mark = draftMark
	}
	s.Title(formTitle)
	s.Caption(f.Edition.Title, number)
	s.Table(facts(f))
	s.Heading(heads["activities"])
	s.Table(plan(f))
	s.Heading(heads["budget"])
	s.Table(budget(f))
	s.Heading(heads["funding"])
	if len(f.Funding) == 0 {
		s.Paragraph(noneWord)
	} else {
		s.Table(elsewhere(f))
	}
	s.Heading(heads["members"])
	s.Table(team(f))
	s.Heading(heads["promises"])
	for _, d := range proposal.Declarations {
		box := no
		if slices.Contains(f.Declared, d.Code) {
			box = yes
		}
		s.Paragraph(box + d.Name)
	}
	s.Heading(heads["opinion"])
	s.Paragraph(orDash(f.Opinion))
	if f.ActingHelper != nil {
		s.Small(fmt.Sprintf(helpedWord, f.ActingReason))
	}
	s.Signatures(signed...)
	seal(s, f, r, sealed, base, now)
	return s
}

func seal(s *paper.Section, f proposal.Full, r proposal.Revision, sealed bool, base string, now time.Time) {
	notes := []string{scanNow, noPrint}
	if sealed {
		notes = []string{scanNow, fmt.Sprintf(receivedAt, stamp(r.SealedAt), r.No), fmt.Sprintf(printIs, r.Digest)}
	}
	s.Seal(base+"/proposals/"+f.ID, append(notes, fmt.Sprintf(printedAt, stamp(now)))...)
}

func fact(term, text string) []paper.Cell {
	return []paper.Cell{{Text: terms[term], Bold: true, Align: paper.Middle}, {Text: orDash(text)}}
}

func facts(f proposal.Full) paper.Table {
	affected := []string{}
	for _, code := range f.Affected {
		affected = append(affected, edition.NameOf(proposal.AffectedBy, code))
	}
	asks := dash
	if f.Requested > 0 {
		asks = f.Requested.Show() + "　" + f.Requested.Capitals()
	}
	return paper.Table{Widths: []float64{18, 82}, Rows: [][]paper.Cell{
		fact("title", named(f)), fact("place", f.PlaceName), fact("track", edition.NameOf(edition.Tracks, f.Track)),
		fact("category", edition.NameOf(edition.Categories, f.Category)), fact("colour", edition.NameOf(proposal.Colours, f.Colour)),
		fact("team", f.TeamName), fact("lead", f.LeadName), fact("time", day(f.StartsOn)+" — "+day(f.EndsOn)), fact("venue", f.Venue), fact("asks", asks),
		fact("pitch", f.Pitch), fact("problem", f.Problem), fact("affected", strings.Join(affected, "、")), fact("goal", f.Goal), fact("method", f.Method),
		fact("risks", f.Risks), fact("partners", f.Partners),
		fact("targets", fmt.Sprintf(targets, f.ActTarget, f.ServedTarget, f.PeopleTarget, f.VolunteerTarget, f.SatisfactionTarget)),
		fact("product", f.Product), fact("future", f.Future)}}
}

func plan(f proposal.Full) paper.Table {
	t := paper.Table{Widths: []float64{36, 10, 18, 22, 14}, Head: activities}
	for _, a := range f.Activities {
		t.Rows = append(t.Rows, []paper.Cell{{Text: a.Name}, {Text: strconv.Itoa(a.Times), Align: paper.Middle}, {Text: a.Month, Align: paper.Middle},
			{Text: a.Place, Align: paper.Middle}, {Text: strconv.Itoa(a.People), Align: paper.Middle}})
	}
	return t
}

func budget(f proposal.Full) paper.Table {
	t := paper.Table{Widths: []float64{18, 38, 16, 10, 18}, Head: lines}
	for _, l := range f.Lines {
		item := l.Item
		if l.Note != "" {
			item += "（" + l.Note + "）"
		}
		t.Rows = append(t.Rows, []paper.Cell{{Text: edition.NameOf(edition.BudgetLines, l.Category), Align: paper.Middle}, {Text: item},
			{Text: l.UnitPrice.Show(), Align: paper.Right}, {Text: strconv.Itoa(l.Qty), Align: paper.Middle}, {Text: l.Amount().Show(), Align: paper.Right}})
	}
	for _, sum := range []struct {
		name string
		show string
	}{{totalWord, proposal.Total(f.Lines).Show()}, {ownWord, f.OwnFen.Show()}, {askWord, f.Requested.Show()}} {
		t.Rows = append(t.Rows, []paper.Cell{{Text: sum.name, Span: 4, Bold: true, Align: paper.Middle}, {Text: sum.show, Align: paper.Right}})
	}
	return t
}

// elsewhere is what the project gets from others, beside its budget.
func elsewhere(f proposal.Full) paper.Table {
	t := paper.Table{Widths: []float64{26, 28, 28, 18}, Head: funding}
	for _, l := range f.Funding {
		t.Rows = append(t.Rows, []paper.Cell{{Text: l.Source}, {Text: edition.NameOf(proposal.FundingKinds, l.Kind), Align: paper.Middle}, {Text: l.Note}, {Text: l.Amount.Show(), Align: paper.Right}})
	}
	t.Rows = append(t.Rows, []paper.Cell{{Text: elseWord, Span: 3, Bold: true, Align: paper.Middle}, {Text: proposal.FundingTotal(f.Funding).Show(), Align: paper.Right}})
	return t
}

// team lists who has said yes. Telephone numbers are not on the paper.
func team(f proposal.Full) paper.Table {
	t := paper.Table{Widths: []float64{30, 25, 45}, Head: members}
	for _, m := range f.Members {
		if m.State == "accepted" {
			t.Rows = append(t.Rows, []paper.Cell{{Text: m.Name, Align: paper.Middle}, {Text: roles[m.Role], Align: paper.Middle}, {Text: m.Skill}})
		}
	}
	return t
}

// receipt lays out what a team keeps: number, time, fingerprint, and where to look.
func receipt(fonts *paper.Fonts, f proposal.Full, r proposal.Revision, base string, now time.Time) *paper.Section {
	s := paper.NewSection(fonts)
	s.Left, s.Right = f.Edition.Title, f.Number
	s.Title(receiptTitle)
	s.Caption(f.Edition.Title, fmt.Sprintf(numberIs, f.Number))
	s.Table(paper.Table{Widths: []float64{18, 82}, Rows: [][]paper.Cell{fact("number", f.Number), fact("title", named(f)), fact("place", f.PlaceName),
		fact("team", f.TeamName), fact("lead", f.LeadName), fact("asks", f.Requested.Show()+"　"+f.Requested.Capitals())}})
	s.Paragraph(fmt.Sprintf(receivedAt, stamp(r.SealedAt), r.No))
	seal(s, f, r, true, base, now)
	return s
}
