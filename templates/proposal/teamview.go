package proposal

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/domain/talent"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

// TeamPage is a team with what its lead decides. At names the row whose form was not taken, "" for the invitation.
type TeamPage struct {
	proposal.TeamRoom
	Form    ui.Form // of the invitation
	RowForm ui.Form // of the row at At
	At      string
	Leads   bool
	Me      string
}

// row is the typed form of a row, an empty one for the others.
func (p TeamPage) row(id string) ui.Form { return only(p.RowForm, p.At, id) }

// rowFault is what is wrong with a row's form, in the reader's language.
func (p TeamPage) rowFault(ctx context.Context, id string) string {
	form := p.row(id)
	for _, name := range form.Wrong.Names() {
		return words.Say(ctx, form.Wrong[name])
	}
	return ""
}

// RecruitingPage is the lead's page of whom the team looks for. At says which of its forms was not taken.
type RecruitingPage struct {
	proposal.TeamRoom
	Form          ui.Form
	At            string
	Base          string
	NewID, LinkID string
	Edit          string // the role wanted that is being changed
	Talents       []talent.Card
	Search        ui.Form // what the suggestions are narrowed to
}

// able lists skills or times with "any" before them.
func able(list []talent.Choice) []ui.Option {
	options := []ui.Option{{Value: "", Label: "都可以"}}
	for _, c := range list {
		options = append(options, ui.Option{Value: c.Code, Label: c.Name})
	}
	return options
}

// ableTo says what somebody can do and when they are free.
func ableTo(ctx context.Context, c talent.Card) string {
	parts := []string{}
	for _, list := range []struct {
		codes []string
		of    []talent.Choice
	}{{c.Skills, talent.Skills}, {c.Times, talent.Times}} {
		for _, known := range list.of {
			if slices.Contains(list.codes, known.Code) {
				parts = append(parts, words.T(ctx, known.Name))
			}
		}
	}
	return strings.Join(parts, " · ")
}

// want is the form of a role wanted: what was typed, the one to change, or an empty one.
func (p RecruitingPage) want() ui.Form {
	if p.At == "want" {
		return p.Form
	}
	for _, w := range p.Wants {
		if w.ID == p.Edit {
			return ui.Form{Values: map[string][]string{"id": {w.ID}, "version": {itoa(w.Version)}, "task": {w.Task}, "want_skill": {w.Skill}, "time_text": {w.TimeText},
				"place_text": {w.PlaceText}, "risk": {w.Risk}, "want_role": {w.Role}, "least": {w.Least}, "wanted": {itoa(w.Wanted)}}}
		}
	}
	return ui.Form{Values: map[string][]string{"id": {p.NewID}, "version": {"0"}, "place_text": {p.Full.Venue}, "wanted": {"1"}}}
}

func (p RecruitingPage) post() ui.Form {
	if p.At == "post" {
		return p.Form
	}
	if p.Posted {
		return ui.Form{Values: map[string][]string{"version": {itoa(p.Post.Version)}, "post_title": {p.Post.Title}, "intro": {p.Post.Intro}}}
	}
	return ui.Form{Values: map[string][]string{"version": {"0"}, "post_title": {p.Full.Title}, "intro": {p.Full.Pitch}}}
}

func (p RecruitingPage) link() ui.Form {
	if p.At == "link" {
		return p.Form
	}
	return ui.Form{Values: map[string][]string{"link_id": {p.LinkID}, "link_role": {"member"}, "most": {"3"}, "days": {"7"}}}
}

// HandoverPage is the vote on a new lead, or the form that opens one.
type HandoverPage struct {
	proposal.TeamRoom
	Form  ui.Form
	NewID string
	Me    string
}

// candidates are the members who may be asked to lead.
func (p HandoverPage) candidates() []ui.Option {
	list := []ui.Option{}
	for _, m := range p.Full.Members {
		if m.State == "accepted" && m.Role != "lead" && m.Role != "helper" && m.Role != "mentor" {
			list = append(list, ui.Option{Value: m.ID, Label: m.Name, Hint: roleName(m.Role)})
		}
	}
	return list
}

// GuardianPage is a minor's record on the community's desk.
type GuardianPage struct {
	proposal.Care
	Form  ui.Form
	At    string
	Seen  *proposal.Contact // only after a reason was given
	NewID string
}

func (p GuardianPage) form(at string) ui.Form {
	if p.At == at {
		return p.Form
	}
	return ui.Form{}
}

// RemarksPage is what was said about a proposal.
type RemarksPage struct {
	Full proposal.Full
	List []proposal.Remark
	Form ui.Form
	Me   string
	May  bool
}

// of are the remarks on a part.
func (p RemarksPage) of(section string) []proposal.Remark {
	var list []proposal.Remark
	for _, r := range p.List {
		if r.Section == section {
			list = append(list, r)
		}
	}
	return list
}

func sectionOptions() []ui.Option {
	list := make([]ui.Option, len(proposal.Sections))
	for i, s := range proposal.Sections {
		list[i] = ui.Option{Value: s.ID, Label: s.Name}
	}
	return list
}

func ageName(age string) string {
	if age == "" {
		return "—"
	}
	return edition.NameOf(proposal.Ages, age)
}

func leastName(code string) string { return edition.NameOf(proposal.Leasts, code) }
func wantRole(code string) string  { return edition.NameOf(proposal.WantRoles, code) }
func rightsName(c string) string   { return edition.NameOf(proposal.Rights, c) }

// guardianTag says in a word whether a guardian has agreed.
func guardianTag(state string) ui.TagItem {
	switch state {
	case "agreed":
		return ui.TagItem{Kind: "ok", Text: "家长同意了"}
	case "refused":
		return ui.TagItem{Kind: "bad", Text: "家长不同意"}
	case "asked":
		return ui.TagItem{Kind: "warn", Text: "等家长确认"}
	}
	return ui.TagItem{}
}

// wantOptions are the roles somebody may ask for; what is full cannot be chosen.
func wantOptions(ctx context.Context, r proposal.Recruiting) []ui.Option {
	list := make([]ui.Option, len(r.Wants))
	for i, w := range r.Wants {
		hint := words.T(ctx, "还要 %d 人 · %s", w.Left(), words.Word(leastName(w.Least)))
		if w.Left() == 0 {
			hint = words.T(ctx, "已招满")
		}
		list[i] = ui.Option{Value: w.ID, Label: w.Task, Hint: hint, Disabled: w.Left() == 0}
	}
	return list
}

// guardianOpen tells whether the fields about a guardian are shown open: a minor's band was chosen or they were wrong.
func guardianOpen(f ui.Form) bool {
	_, name := f.Fault("guardian_name")
	_, phone := f.Fault("guardian_phone")
	return name || phone || f.Value("guardian_name") != "" || f.Value("age") != "" && f.Value("age") != "adult"
}

func nameless(by identity.Actor) bool { return by.Name == "" }

// votes says how a vote stands.
func votes(ctx context.Context, h proposal.Handover) string {
	return words.T(ctx, "名单上 %d 人，赞成满 %d 票通过。现在赞成 %d，不赞成 %d", len(h.Roll), h.Needed(), h.Yes(), h.No())
}

func voteTag(v proposal.Vote) ui.TagItem {
	switch {
	case v.Yes == nil:
		return ui.TagItem{Kind: "", Text: "还没投"}
	case *v.Yes:
		return ui.TagItem{Kind: "ok", Text: "赞成"}
	}
	return ui.TagItem{Kind: "bad", Text: "不赞成"}
}

func itoa(n int) string { return strconv.Itoa(n) }

// wrongIn is what is wrong with a field, in the reader's language.
func wrongIn(ctx context.Context, f ui.Form, name string) string {
	if m, wrong := f.Fault(name); wrong {
		return words.Say(ctx, m)
	}
	return ""
}

func applicantFacts(ctx context.Context, a proposal.Applicant) []ui.Fact {
	list := []ui.Fact{}
	for _, f := range []ui.Fact{{Term: "想做", Text: a.Task}, {Term: "擅长", Text: a.Skill}, {Term: "他说", Text: a.Wish}, {Term: "住在", Text: words.Pick(ctx, a.HomeName, a.HomeEn)}} {
		if f.Text != "" {
			list = append(list, f)
		}
	}
	return append(list, ui.Fact{Term: "年龄", Text: ageName(a.Age)}, ui.Fact{Term: "手机尾号", Text: orDash(a.PhoneTail)})
}

func roleOptions() []ui.Option {
	list := Options(proposal.Roles)
	for i, o := range list {
		list[i].Hint = map[string]string{"helper": "来出一份力，不算核心成员；未满 18 岁的只能当帮手", "mentor": "区里登记的社工，能看、能提意见，不写申报书"}[o.Value]
	}
	return list
}

func orgOptions(orgs []proposal.OrgChoice) []ui.Option {
	list := []ui.Option{{Value: "", Label: "不以组织名义"}}
	for _, o := range orgs {
		list = append(list, ui.Option{Value: o.ID, Label: o.Name})
	}
	return list
}

func orgForm(p TeamPage) ui.Form {
	if p.At == "org" {
		return p.RowForm
	}
	return ui.Form{Values: map[string][]string{"org": {p.OrgID}}}
}

// recruitCards are the teams that look for people, one card each.
func recruitCards(ctx context.Context, list []proposal.Recruiting) []ui.CardItem {
	cards := make([]ui.CardItem, len(list))
	for i, r := range list {
		cards[i] = ui.CardItem{Href: "/recruit/" + r.ProposalID, Title: r.Title, Sub: r.Intro, Colour: r.Colour, Facts: []ui.Fact{{Term: "社区", Text: words.Pick(ctx, r.PlaceName, r.PlaceNameEn)}, {Term: "领办人", Text: r.LeadName}}}
		for _, w := range r.Wants {
			if w.Left() > 0 {
				cards[i].Tags = append(cards[i].Tags, ui.TagItem{Kind: "ok", Text: words.T(ctx, "%s，%d 人", w.Task, w.Left())})
			}
		}
	}
	return cards
}

// ownID is a control's id: the one error summaries point to where the page has one such form ("me"), else one of its row.
func ownID(name, before, id string) string {
	if id == "me" {
		return ui.ID(name)
	}
	return before + id
}

func ageID(id string, n int) string {
	first := ownID("age", "g-", id)
	if n == 0 {
		return first
	}
	return first + "-" + itoa(n)
}

// enough says how many people a team needs and has.
func enough(f proposal.Full) string {
	if f.Accepted() >= f.Edition.Rules.TeamMin {
		return "至少要 %d 人确认，现在已有 %d 人，人数够了。"
	}
	return "至少 %d 人确认后才能提交，现在 %d 人。"
}
