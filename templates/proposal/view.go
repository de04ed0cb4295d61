// Package proposal shows proposals: the form a neighbour fills in, the receipt, the desk's case.
package proposal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/domain/topic"
	"seedbed/domain/yuan"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// EditPage is one step of the form of a proposal with what stands around it.
type EditPage struct {
	Full    proposal.Full
	Form    ui.Form
	Step    string
	Page    string // the name of this open page
	Now     time.Time
	Add     string         // the list that is to show one row more, "" for none
	Kept    *fault.Message // why the last save was not kept, nil when it was
	Clashes []proposal.Clash
	Gaps    []proposal.Gap
	Leads   bool
	Because *proposal.Return // why it was sent back, while it is being mended
}

// CheckPage is the last look before the proposal goes off.
type CheckPage struct {
	Full   proposal.Full
	Now    time.Time
	Leads  bool
	Closed error          // why it cannot be handed in now, nil when it can
	Kept   *fault.Message // why the last try was not taken
	Like   int            // proposals of any edition that are alike
	Public []proposal.Similar

	Standing proposal.Standing // the lead's wish to have it handed in before the call closes
	WishID   string            // an id for a new one
}

// OwnPage is a proposal as its team sees it.
type OwnPage struct {
	Full     proposal.Full
	Form     ui.Form // of the withdrawal
	Now      time.Time
	Leads    bool
	Writable bool
	Seat     proposal.Member // the actor's own membership
	Topic    topic.Link      // the deliberated topic it came from, zero for none
	Record   proposal.Record // what the desks said
	At       string          // names the form that was not taken, "" for the withdrawal
	PleaID   string          // an id for a plea or an appeal
	Ban      *proposal.Ban   // the decision that it is void, for its lead
}

// Options turns choices into those of a field.
func Options(choices []edition.Choice) []ui.Option {
	list := make([]ui.Option, len(choices))
	for i, c := range choices {
		list[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return list
}

func tracks(ctx context.Context, r edition.Rules) []ui.Option {
	list := Options(r.Tracks())
	for i, o := range list {
		if most := r.Caps[o.Value]; most > 0 {
			list[i].Hint = words.T(ctx, "最多支持 %s", most.Show())
			if o.Value == "resident_team" {
				list[i].Hint = words.T(ctx, "还没有成立组织的选这个，最多支持 %s", most.Show())
			}
		}
	}
	return list
}

// name is a choice's name in the reader's language, a dash when nothing was chosen.
func name(ctx context.Context, choices []edition.Choice, code string) string {
	if code == "" {
		return "—"
	}
	return words.T(ctx, edition.NameOf(choices, code))
}

func names(ctx context.Context, choices []edition.Choice, codes []string) string {
	text := ""
	for _, c := range choices {
		if slices.Contains(codes, c.Code) {
			if text != "" {
				text += words.T(ctx, "、")
			}
			text += words.T(ctx, c.Name)
		}
	}
	if text == "" {
		return "—"
	}
	return text
}

// title is the proposal's name, or what to call it while it has none.
func title(ctx context.Context, text string) string {
	if text == "" {
		return words.T(ctx, "还没有起名字的申报书")
	}
	return text
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

func number(n int, unit string) string {
	if n == 0 {
		return "—"
	}
	return strconv.Itoa(n) + " " + unit
}

// StateTag is a proposal's state in a word and its colour.
func StateTag(p proposal.Proposal) ui.TagItem {
	return stateTag(p.State, p.Refused)
}

func stateTag(state string, refused bool) ui.TagItem {
	kind := "info"
	switch state {
	case proposal.Drafted, proposal.Returned:
		kind = "warn"
	case proposal.Eligible, proposal.Selected, proposal.Contracted, proposal.Refined, proposal.Shortlisted:
		kind = "ok"
	case proposal.Ineligible, proposal.Void:
		kind = "bad"
	case proposal.Withdrawn, proposal.NotSelected, proposal.NotShortlisted:
		kind = ""
	}
	if refused && state == proposal.Submitted {
		return ui.TagItem{Kind: "bad", Text: "社区未推荐"}
	}
	return ui.TagItem{Kind: kind, Text: edition.NameOf(proposal.States, state)}
}

var memberStates = map[string]ui.TagItem{"accepted": {Kind: "ok", Text: "已确认"}, "invited": {Kind: "warn", Text: "等对方确认"}, "applied": {Kind: "warn", Text: "等领办人确认"}}

func roleName(role string) string {
	if role == "lead" {
		return "领办人"
	}
	return edition.NameOf(proposal.Roles, role)
}

func section(id string) proposal.Section {
	for _, s := range proposal.Sections {
		if s.ID == id {
			return s
		}
	}
	return proposal.Section{ID: id}
}

// gapLink leads to the field where a gap is mended.
func gapLink(id string, g proposal.Gap) string {
	at := "/proposals/" + id + "/edit/" + g.Section + "#"
	switch g.Field {
	case "team", "lead", "home":
		return at + "s-team"
	case "paper":
		return "/proposals/" + id + "/check#paper"
	}
	return at + ui.ID(g.Field)
}

func (p EditPage) deadline() *time.Time {
	if p.Full.State == proposal.Returned {
		return p.Full.FixUntil
	}
	return p.Full.Edition.ClosesAt
}

func field(group string, row int, name string) string {
	return fmt.Sprintf("%s.%d.%s", group, row, name)
}

// perLine adds up a budget by category, in the order of the categories.
func perLine(sums map[string]yuan.Fen) []ui.Fact {
	var list []ui.Fact
	for _, c := range edition.BudgetLines {
		if sums[c.Code] > 0 {
			list = append(list, ui.Fact{Term: c.Name, Text: sums[c.Code].Show()})
		}
	}
	return list
}

// steps is the way of a proposal until the results, and where this one is.
func steps(ctx context.Context, f proposal.Full) []ui.Step {
	at := 0
	switch f.State {
	case proposal.Drafted:
	case proposal.Submitted, proposal.Returned:
		at = 1
	case proposal.Endorsed, proposal.Ineligible:
		at = 2
	case proposal.Eligible, proposal.Shortlisted, proposal.Pitched, proposal.Ranked, proposal.NotShortlisted:
		at = 3
	default:
		at = 4
	}
	list := []ui.Step{{Label: "填写并提交"}, {Label: "社区意见"}, {Label: "街道资格审查"}, {Label: "评委评审"}, {Label: "公布结果"}}
	if f.SubmittedAt != nil {
		list[0].At = ui.DateTime(ctx, *f.SubmittedAt)
	}
	if f.OpinionAt != nil {
		list[1].At = ui.Date(ctx, *f.OpinionAt)
	}
	for i := range list {
		switch {
		case i < at:
			list[i].State = "done"
		case i == at:
			list[i].State = "now"
		}
	}
	return list
}

// digest is a fingerprint as people compare it: in groups of eight.
func digest(hex string) string {
	text := ""
	for i := 0; i < len(hex); i += 8 {
		if i > 0 {
			text += " "
		}
		text += hex[i:min(i+8, len(hex))]
	}
	return text
}

// seal is the beginning of a fingerprint, enough for paper.
func seal(hex string) string { return hex[:min(16, len(hex))] }

func itemName(code string) string { return edition.NameOf(proposal.CheckItems, code) }

// moment is a stamp to the second: what decides about being in time.
func moment(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04:05") }

// leavable tells whether a lead may still take a proposal back.
func leavable(state string) bool {
	return state == proposal.Drafted || (slices.Contains(proposal.Live, state) && state != proposal.Contracted)
}

func promised(f proposal.Full, code string) bool { return slices.Contains(f.Declared, code) }

// box is a tick box as official forms print it.
func box(f proposal.Full, code string) string {
	if promised(f, code) {
		return "■"
	}
	return "□"
}

// numbered is the proposal's number for paper, or that it has none because nobody has handed it in.
func numbered(ctx context.Context, f proposal.Full) string {
	if f.Number == "" {
		return words.T(ctx, "草稿，没有提交")
	}
	return words.T(ctx, "编号 %s", f.Number)
}

// only is the form where it belongs on a page of several, an empty one elsewhere.
func only(form ui.Form, at, id string) ui.Form {
	if at == id {
		return form
	}
	return ui.Form{}
}

// states are those a handed-in proposal can be in.
func states() []ui.Option {
	return slices.DeleteFunc(Options(proposal.States), func(o ui.Option) bool { return o.Value == proposal.Drafted })
}

func checkTitle(c proposal.Check) string {
	if c.Appeal {
		return "申诉结果"
	}
	return "资格审查结果"
}

// official is a sum as paper has it: in Chinese with the capitals of bank slips, which leave no room for a stroke more.
func official(ctx context.Context, sum yuan.Fen) string {
	if words.Lang(ctx) == "en" {
		return sum.Show()
	}
	return sum.Show() + "　" + sum.Capitals()
}
