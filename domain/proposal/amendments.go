package proposal

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/redline"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Amendment is one field that is not as it was.
type Amendment struct {
	Name    string           // what the form calls it
	NameEn  string           // of a question of the district; "" where Name is to be translated
	Pieces  []redline.Piece  // of a text
	Old     []string         // of anything else; choices by their names
	New     []string         //
	Choices []edition.Choice // not nil: Old and New are names to be translated
	Files   *PaperChange     // of a question that is answered with files
}

// Amendments is everything between two versions of a proposal.
type Amendments struct {
	Fields     []Amendment
	Activities []redline.Row[Activity] // nil when the plan is as it was
	Lines      []redline.Row[Line]     // nil when the budget is as it was
	Funding    []redline.Row[Funding]  // nil when what comes from elsewhere is as it was
	OldTotal   yuan.Fen
	NewTotal   yuan.Fen
}

// None tells whether nothing was changed.
func (c Amendments) None() bool {
	return len(c.Fields) == 0 && c.Activities == nil && c.Lines == nil && c.Funding == nil
}

// what the form calls each field of a draft; one that is not listed is still compared, under the name of the rest.
var amendNames = map[string]struct {
	name    string
	choices []edition.Choice
}{"Title": {"项目名称", nil}, "Pitch": {"一句话介绍", nil}, "Track": {"赛道", edition.Tracks}, "Category": {"项目类别", edition.Categories}, "Colour": {"七彩服务", Colours},
	"TeamName": {"团队名称", nil}, "Venue": {"在哪里做", nil}, "StartsOn": {"什么时候开始", nil}, "EndsOn": {"什么时候结束", nil}, "Problem": {"想解决的问题", nil}, "Affected": {"谁会受益", AffectedBy},
	"HowFound": {"怎么发现的", WaysFound}, "Asked": {"问过多少位居民", nil}, "Goal": {"目标", nil}, "Method": {"做法", nil}, "Risks": {"安全", nil}, "Partners": {"资源", nil},
	"ActTarget": {"一共做多少场活动", nil}, "ServedTarget": {"服务多少人次", nil}, "PeopleTarget": {"直接受益多少人", nil}, "VolunteerTarget": {"有多少志愿者参加", nil},
	"SatisfactionTarget": {"满意的人占多少", nil}, "Product": {"会留下什么成果", nil}, "OwnFen": {"团队自己出多少", nil}, "Future": {"以后怎么办", nil}, "OrgWish": {"成立组织", OrgWishes},
	"OrgType": {"类型", OrgTypes}, "Declared": {"承诺", Declarations}}

// amendTables are shown as tables or question by question, and the count of saves and the version of the questions are no
// content.
var amendTables = []string{"Saves", "Activities", "Lines", "Funding", "Form", "Answers"}

// AmendmentsBetween tells what was changed from one version to the next, field by field and row by row; asked are
// the district's questions, by which its part is told answer by answer.
func AmendmentsBetween(old, new Draft, asked []edition.Question) Amendments {
	c := Amendments{OldTotal: Total(old.Lines), NewTotal: Total(new.Lines)}
	a, b := reflect.ValueOf(old), reflect.ValueOf(new)
	for i := range a.NumField() {
		field := a.Type().Field(i).Name
		if slices.Contains(amendTables, field) || reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			continue
		}
		if change, differs := amended(field, a.Field(i).Interface(), b.Field(i).Interface()); differs {
			c.Fields = append(c.Fields, change)
		}
	}
	c.Fields = append(c.Fields, amendedReplies(old.Answers, new.Answers, asked)...)
	if !slices.Equal(old.Activities, new.Activities) {
		c.Activities = redline.Rows(old.Activities, new.Activities, func(a, b Activity) bool {
			return kindred(Line{Item: a.Name}, Line{Item: b.Name})
		})
	}
	if !slices.Equal(old.Lines, new.Lines) {
		c.Lines = redline.Rows(old.Lines, new.Lines, kindred)
	}
	if !slices.Equal(old.Funding, new.Funding) {
		c.Funding = redline.Rows(old.Funding, new.Funding, akinFunding)
	}
	return c
}

// amended describes a field that differs. An empty list and none at all are the same.
func amended(field string, old, new any) (Amendment, bool) {
	known, listed := amendNames[field]
	c := Amendment{Name: known.name, Choices: known.choices}
	if !listed {
		c.Name = "其他内容"
	}
	a, isText := old.(string)
	if b, _ := new.(string); isText && c.Choices == nil {
		c.Pieces = redline.Text(a, b)
		return c, true
	}
	c.Old, c.New = shownAs(old, c.Choices), shownAs(new, c.Choices)
	return c, !slices.Equal(c.Old, c.New)
}

// shownAs writes a value of a draft as people read it.
func shownAs(v any, choices []edition.Choice) []string {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		return []string{edition.NameOf(choices, v)}
	case []string:
		var names []string
		for _, choice := range choices { // in the order of the form, however they were ticked
			if slices.Contains(v, choice.Code) {
				names = append(names, choice.Name)
			}
		}
		if choices == nil {
			return v
		}
		return names
	case time.Time:
		if v.IsZero() {
			return nil
		}
		return []string{day(v)}
	case yuan.Fen:
		return []string{v.Show()}
	case int:
		return []string{strconv.Itoa(v)}
	}
	raw, err := json.Marshal(v)
	if err != nil || string(raw) == "null" || string(raw) == "[]" {
		return nil
	}
	return []string{strings.Trim(string(raw), "[]")}
}

// Compared is two versions of a proposal with what lies between them.
type Compared struct {
	Full
	Amendments
	Numbers  []int // the revisions there are
	From, To int   // To is 0 for what the team is writing now
	Because  *Return
}

const revisionSQL = `select no, digest, sealed_at, body from proposal_revision where proposal_id = @id::uuid and no = @no::int and kind = 'submission'`

func revisionDraft(ctx context.Context, q pg.Reader, id string, no int) (Draft, error) {
	r, err := pg.One[Revision](ctx, q, revisionSQL, pg.Args{"id": id, "no": no})
	if err != nil {
		return Draft{}, err
	}
	var s Sealed
	err = json.Unmarshal([]byte(r.Body), &s)
	return s.Draft, err
}

// Revised compares two sealed revisions of a proposal for a desk. from and to are revisions; 0 takes the last two.
func (b *Book) Revised(ctx context.Context, by identity.Actor, id string, from, to int) (Compared, error) {
	f, err := b.sighted(ctx, by, id)
	if err != nil {
		return Compared{}, err
	}
	if to == 0 {
		to = f.Revision
	}
	return b.compared(ctx, f, from, to)
}

// Rewritten is Revised for the team, who while it rewrites a returned proposal sees what it has changed so far.
func (b *Book) Rewritten(ctx context.Context, by identity.Actor, id string, from, to int) (Compared, error) {
	f, err := b.Own(ctx, by, id)
	if err != nil {
		return Compared{}, err
	}
	if to == 0 && f.State != Returned {
		to = f.Revision
	}
	return b.compared(ctx, f, from, to)
}

func (b *Book) compared(ctx context.Context, f Full, from, to int) (Compared, error) {
	c := Compared{Full: f, From: from, To: to}
	last := to
	if to == 0 {
		last = f.Revision + 1
	}
	if from == 0 {
		c.From = last - 1
	}
	if c.From < 1 || c.From >= last || to > f.Revision {
		return c, fault.Missing()
	}
	all, err := pg.All[Revision](ctx, b.db, revisionsSQL, pg.Args{"id": f.ID})
	if err != nil {
		return c, err
	}
	for _, r := range all {
		c.Numbers = append(c.Numbers, r.No)
	}
	old, err := revisionDraft(ctx, b.db, f.ID, c.From)
	if err != nil {
		return c, err
	}
	new := f.Draft()
	if to > 0 {
		if new, err = revisionDraft(ctx, b.db, f.ID, to); err != nil {
			return c, err
		}
	}
	asked, err := askedIn(ctx, b.db, f.EditionID, old, new)
	if err != nil {
		return c, err
	}
	c.Amendments = AmendmentsBetween(old, new, asked)
	returns, err := pg.All[Return](ctx, b.db, returnsSQL, pg.Args{"id": f.ID})
	for i, r := range returns {
		if r.Revision >= c.From && r.Revision < last {
			c.Because = &returns[i]
		}
	}
	return c, err
}
