package proposal

import (
	"context"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Activity is a row of the plan: what is done how often, when, where, for how many.
type Activity struct {
	Name   string `form:"name" json:"name"`
	Times  int    `form:"times" json:"times"`
	Month  string `form:"month" json:"month"` // as people say it: 7 月, 每周六
	Place  string `form:"place" json:"place"`
	People int    `form:"people" json:"people"`
	Row    string `form:"row" json:"row,omitempty"` // by which it is known while several people write
}

// Line is a row of the budget.
type Line struct {
	Category  string   `form:"category" json:"category"`
	Item      string   `form:"item" json:"item"`
	UnitPrice yuan.Fen `form:"unit_price" json:"unit_price"`
	Qty       int      `form:"qty" json:"qty"`
	Note      string   `form:"note" json:"note"`
	Row       string   `form:"row" json:"row,omitempty"` // by which it is known while several people write
}

// Amount is the row's sum.
func (l Line) Amount() yuan.Fen { return l.UnitPrice * yuan.Fen(l.Qty) }

// Draft is what a team may write of its proposal. The tag step says on which page of the form a field stands.
type Draft struct {
	Saves              int        `form:"version" json:"-"`
	Title              string     `form:"title" step:"card"`
	Pitch              string     `form:"pitch" step:"card"`
	Track              string     `form:"track" step:"card"`
	Category           string     `form:"category" step:"card"`
	Colour             string     `form:"colour" step:"card"`
	TeamName           string     `form:"team_name" step:"team"`
	Venue              string     `form:"venue" step:"card"`
	StartsOn           time.Time  `form:"starts_on,date" step:"card"`
	EndsOn             time.Time  `form:"ends_on,date" step:"card"`
	Problem            string     `form:"problem" step:"need"`
	Affected           []string   `form:"affected" step:"need"`
	HowFound           string     `form:"how_found" step:"need"`
	Asked              int        `form:"asked" step:"need"`
	Goal               string     `form:"goal" step:"plan"`
	Method             string     `form:"method" step:"plan"`
	Activities         []Activity `form:"activities" step:"plan"`
	Risks              string     `form:"risks" step:"plan"`
	Partners           string     `form:"partners" step:"plan"`
	ActTarget          int        `form:"act_target" step:"marks"`
	ServedTarget       int        `form:"served_target" step:"marks"`
	PeopleTarget       int        `form:"people_target" step:"marks"`
	VolunteerTarget    int        `form:"volunteer_target" step:"marks"`
	SatisfactionTarget int        `form:"satisfaction_target" step:"marks"`
	Product            string     `form:"product" step:"marks"`
	Lines              []Line     `form:"lines" step:"budget"`
	OwnFen             yuan.Fen   `form:"own" step:"budget"`
	Funding            []Funding  `form:"funding" step:"budget" json:",omitempty"`
	Future             string     `form:"future" step:"promise"`
	OrgWish            string     `form:"org_wish" step:"promise"`
	OrgType            string     `form:"org_type" step:"promise"`
	Declared           []string   `form:"declared" step:"promise"`

	// The district's part: nil answers leave what is stored; Form is the version of the questions that were shown.
	Form    int             `form:"q" step:"district" json:",omitempty"`
	Answers edition.Answers `form:"-" json:",omitempty"`
}

const (
	mostActivities = 30
	mostLines      = 40
)

// check finds what cannot be kept: too long, not a choice, out of bounds. What is merely missing is no fault in a draft.
func (d Draft) check() error {
	var wrong fault.Fields
	for _, t := range []struct {
		field, text string
		most        int
	}{{"title", d.Title, 30}, {"pitch", d.Pitch, 60}, {"team_name", d.TeamName, 30}, {"venue", d.Venue, 60}, {"problem", d.Problem, 500},
		{"goal", d.Goal, 200}, {"method", d.Method, 800}, {"risks", d.Risks, 300}, {"partners", d.Partners, 300}, {"product", d.Product, 200}, {"future", d.Future, 300}} {
		short(&wrong, t.field, t.text, t.most)
	}
	short(&wrong, "category", d.Category, 20) // which there are, the edition says: offered
	for _, c := range []struct {
		field, code string
		known       []edition.Choice
	}{{"track", d.Track, edition.Tracks}, {"colour", d.Colour, Colours}, {"how_found", d.HowFound, WaysFound},
		{"org_wish", d.OrgWish, OrgWishes}, {"org_type", d.OrgType, OrgTypes}} {
		if c.code != "" && !edition.Known(c.known, c.code) {
			wrong.Add(c.field, "请从列出的选项里选")
		}
	}
	for field, codes := range map[string][]string{"affected": d.Affected, "declared": d.Declared} {
		known := AffectedBy
		if field == "declared" {
			known = Declarations
		}
		for _, code := range codes {
			if !edition.Known(known, code) {
				wrong.Add(field, "请从列出的选项里选")
			}
		}
	}
	for _, n := range []struct {
		field       string
		value, most int
	}{{"asked", d.Asked, 1_000_000}, {"act_target", d.ActTarget, 10_000}, {"served_target", d.ServedTarget, 10_000_000}, {"people_target", d.PeopleTarget, 1_000_000},
		{"volunteer_target", d.VolunteerTarget, 100_000}, {"satisfaction_target", d.SatisfactionTarget, 100}} {
		between(&wrong, n.field, n.value, n.most)
	}
	d.checkRows(&wrong)
	return wrong.Err()
}

func (d Draft) tooMany(wrong *fault.Fields) {
	if len(d.Activities) > mostActivities {
		wrong.Add("activities.0.name", "活动最多写 %d 行，相近的可以合成一行", mostActivities)
	}
	if len(d.Lines) > mostLines {
		wrong.Add("lines.0.item", "预算最多写 %d 行，相近的可以合成一行", mostLines)
	}
	if len(d.Funding) > mostFunding {
		wrong.Add("funding.0.source", "别处来的支持最多写 %d 行，相近的可以合成一行", mostFunding)
	}
}

func (d Draft) checkRows(wrong *fault.Fields) {
	d.tooMany(wrong)
	for i, a := range d.Activities {
		at := "activities." + strconv.Itoa(i) + "."
		short(wrong, at+"name", a.Name, 60)
		short(wrong, at+"month", a.Month, 30)
		short(wrong, at+"place", a.Place, 40)
		between(wrong, at+"times", a.Times, 1000)
		between(wrong, at+"people", a.People, 100_000)
	}
	for i, l := range d.Lines {
		at := "lines." + strconv.Itoa(i) + "."
		short(wrong, at+"item", l.Item, 60)
		short(wrong, at+"note", l.Note, 100)
		if l.Category != "" && !edition.Known(edition.BudgetLines, l.Category) {
			wrong.Add(at+"category", "请从列出的选项里选")
		}
		between(wrong, at+"qty", l.Qty, 100_000)
		if _, err := yuan.Mul(l.UnitPrice, max(l.Qty, 0)); err != nil {
			wrong.Add(at+"unit_price", "这一行的金额太大了，请检查单价和数量")
		}
	}
	d.checkFunding(wrong)
}

func between(wrong *fault.Fields, field string, value, most int) {
	if value < 0 || value > most {
		wrong.Add(field, "请填写 0 到 %d 之间的数", most)
	}
}

// short complains about a text longer than most characters.
func short(wrong *fault.Fields, field, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		wrong.Add(field, "最多 %d 个字，现在是 %d 个字", most, n)
	}
}

// Total adds up the budget.
func Total(lines []Line) yuan.Fen {
	var sum yuan.Fen
	for _, l := range lines {
		sum += l.Amount()
	}
	return sum
}

// tidy drops rows left blank between others.
func (d Draft) tidy() Draft {
	d.Activities = slices.DeleteFunc(slices.Clone(d.Activities), func(a Activity) bool { return a == Activity{Row: a.Row} })
	d.Lines = slices.DeleteFunc(slices.Clone(d.Lines), func(l Line) bool { return l == Line{Row: l.Row} })
	d.Funding = slices.DeleteFunc(slices.Clone(d.Funding), func(l Funding) bool { return l == Funding{Row: l.Row} })
	return d
}

const (
	saveSQL = `update proposal set title = @title, pitch = @pitch, track = @track, category = @category, colour = @colour, venue = @venue,
  starts_on = @starts_on, ends_on = @ends_on, problem = @problem, affected = @affected, how_found = @how_found, asked = @asked, goal = @goal,
  method = @method, risks = @risks, partners = @partners, act_target = @act_target, served_target = @served_target, people_target = @people_target,
  volunteer_target = @volunteer_target, satisfaction_target = @satisfaction_target, product = @product, future = @future, org_wish = @org_wish,
  org_type = @org_type, own_fen = @own, requested = @requested, declared = @declared, saved_at = @at, saves = saves + 1 where id = @id::uuid`
	nameTeamSQL  = `update team set name = @name where id = @team::uuid and name <> @name`
	clearRowsSQL = `with a as (delete from proposal_activity where proposal_id = @id::uuid), f as (delete from proposal_funding where proposal_id = @id::uuid) delete from proposal_line where proposal_id = @id::uuid`
	activitySQL  = `insert into proposal_activity (proposal_id, seq, name, times, month, place_text, people, row_id) select @id::uuid, r.n, r.a->>'name', (r.a->>'times')::int, r.a->>'month',
  r.a->>'place', (r.a->>'people')::int, r.a->>'row' from jsonb_array_elements(@rows::jsonb) with ordinality r(a, n)`
	lineSQL = `insert into proposal_line (proposal_id, seq, category, item, unit_price, qty, note, row_id) select @id::uuid, r.n, r.a->>'category', r.a->>'item', (r.a->>'unit_price')::bigint,
  (r.a->>'qty')::int, r.a->>'note', r.a->>'row' from jsonb_array_elements(@rows::jsonb) with ordinality r(a, n)`
)

func write(ctx context.Context, tx pg.Tx, p Proposal, d Draft, at time.Time) error {
	args := pg.Args{"id": p.ID, "title": d.Title, "pitch": d.Pitch, "track": d.Track, "category": d.Category, "colour": d.Colour, "venue": d.Venue,
		"starts_on": some(d.StartsOn), "ends_on": some(d.EndsOn), "problem": d.Problem, "affected": list(d.Affected), "how_found": d.HowFound, "asked": d.Asked,
		"goal": d.Goal, "method": d.Method, "risks": d.Risks, "partners": d.Partners, "act_target": d.ActTarget, "served_target": d.ServedTarget,
		"people_target": d.PeopleTarget, "volunteer_target": d.VolunteerTarget, "satisfaction_target": d.SatisfactionTarget, "product": d.Product,
		"future": d.Future, "org_wish": d.OrgWish, "org_type": d.OrgType, "own": d.OwnFen, "requested": max(Total(d.Lines)-d.OwnFen, 0),
		"declared": list(d.Declared), "at": at}
	if _, err := pg.Do(ctx, tx, saveSQL, args); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, nameTeamSQL, pg.Args{"team": p.TeamID, "name": d.TeamName}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, clearRowsSQL, pg.Args{"id": p.ID}); err != nil {
		return err
	}
	if len(d.Activities) > 0 {
		if _, err := pg.Do(ctx, tx, activitySQL, pg.Args{"id": p.ID, "rows": d.Activities}); err != nil {
			return err
		}
	}
	if len(d.Lines) > 0 {
		if _, err := pg.Do(ctx, tx, lineSQL, pg.Args{"id": p.ID, "rows": d.Lines}); err != nil {
			return err
		}
	}
	if len(d.Funding) > 0 {
		if _, err := pg.Do(ctx, tx, fundingSQL, pg.Args{"id": p.ID, "rows": d.Funding}); err != nil {
			return err
		}
	}
	return keepAnswers(ctx, tx, p, d)
}

// lockOwn locks a proposal for somebody of its team who may change it; for anybody else it is not there.
func lockOwn(ctx context.Context, tx pg.Tx, by identity.Actor, id string) (Proposal, identity.Warrant, error) {
	p, own, w, err := lockSeated(ctx, tx, by, id)
	if err == nil && !own.edits() {
		err = fault.New(fault.Forbidden, "领办人请您看看、提意见，内容由别的成员修改。需要的话请和领办人说")
	}
	return p, w, err
}

// writable tells whether a proposal may still be changed by its team: a draft until the call closes, a returned one
// until its own day.
func writable(p Proposal, e edition.Edition, at time.Time) error {
	switch {
	case p.State == Drafted && e.State == edition.Open && e.ClosesAt != nil && at.Before(*e.ClosesAt):
		return nil
	case p.State == Drafted && e.State == edition.Cancelled:
		return fault.New(fault.Conflict, "这一届大赛取消了。您写的内容还在，可以打印留存")
	case p.State == Drafted && e.ClosesAt != nil:
		return fault.New(fault.Conflict, "申报已在 %s 截止。您写的内容还在，可以打印留存", stamp(*e.ClosesAt))
	case p.State == Returned && p.FixUntil != nil && at.Before(*p.FixUntil) && (e.State == edition.Open || e.State == edition.Closed):
		return nil
	case p.State == Returned && p.FixUntil != nil:
		return fault.New(fault.Conflict, "修改的时间到 %s 为止，已经过了。有特殊情况请联系社区", stamp(*p.FixUntil))
	}
	return fault.New(fault.Conflict, "申报书已经交上去了，现在不能改")
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// formID is the id a form brought along, or a new one when it brought none that could be one.
func formID(id string) string {
	if uuid.Validate(id) != nil {
		return newID()
	}
	return id
}

func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func whole(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// stamp writes a moment so that it reads the same in every language.
func stamp(t time.Time) string { return t.In(clock.Shanghai).Format("2006-01-02 15:04") }
