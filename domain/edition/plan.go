package edition

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// NewEdition is what it takes to begin an edition; everything else is copied from the last one.
type NewEdition struct {
	ID    string `form:"id"`
	Place string `form:"place"` // only asked of staff of more than one district
	Title string `form:"title"`
	Theme string `form:"theme"`
}

func (n *NewEdition) check(by identity.Actor) error {
	var wrong fault.Fields
	if uuid.Validate(n.ID) != nil {
		n.ID = newID()
	}
	if n.Title == "" {
		wrong.Add("title", "请填写标题，例如「第四届社区公益微创投大赛」")
	}
	short(&wrong, "title", n.Title, 60)
	short(&wrong, "theme", n.Theme, 40)
	if sight := by.Sight(identity.PlanEditions); n.Place == "" && len(sight) == 1 {
		n.Place = sight[0]
	}
	if n.Place == "" {
		wrong.Add("place", "请选择在哪个区举办")
	}
	return wrong.Err()
}

const (
	lastSQL = `select ` + editionColumns + ` from edition where place = @place::text::ltree and state <> 'cancelled' order by no desc limit 1`
	noSQL   = `select coalesce(max(no), 0)::int + 1 from edition where place = @place::text::ltree`
	addSQL  = `insert into edition (id, place, no, title, theme, contact, opens_at, closes_at, runs_from, runs_to, rules, created_by, created_at, call_text, organiser, operator,
  partners, made_from)
  values (@id, @place::text::ltree, @no, @title, @theme, @contact, @opens_at, @closes_at, @runs_from, @runs_to, @rules, @me, @at, @call_text, @organiser, @operator, @partners,
  nullif(@made_from, '')::uuid) on conflict (id) do nothing`
)

// Create begins an edition as a draft, made from the last one: parameters, rubrics, categories, questions, texts, the
// sources of money without their amounts, and the rhythm of its dates.
func (b *Book) Create(ctx context.Context, by identity.Actor, n NewEdition) (Edition, error) {
	if err := n.check(by); err != nil {
		return Edition{}, err
	}
	w, err := by.Must(identity.PlanEditions, n.Place)
	if err != nil {
		return Edition{}, err
	}
	var made Edition
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		e, funds, err := b.shape(ctx, tx, n.Place)
		if err != nil {
			return err
		}
		added, err := pg.Do(ctx, tx, addSQL, pg.Args{"id": n.ID, "place": n.Place, "no": e.No, "title": n.Title, "theme": n.Theme, "contact": e.Contact,
			"opens_at": e.OpensAt, "closes_at": e.ClosesAt, "runs_from": e.RunsFrom, "runs_to": e.RunsTo, "rules": e.Rules, "me": by.ID, "at": b.clock.Now(),
			"call_text": e.CallText, "organiser": e.Organiser, "operator": e.Operator, "partners": e.Partners, "made_from": e.ID})
		if err != nil {
			return err
		}
		if made, err = Get(ctx, tx, n.ID); err != nil {
			return err
		}
		if added == 0 { // the same form came twice
			if made.CreatedBy != by.ID {
				return fault.Missing()
			}
			return nil
		}
		if err := setFunds(ctx, tx, n.ID, funds); err != nil {
			return err
		}
		if err := b.copyDesign(ctx, tx, by, e.ID, n.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "edition", ID: n.ID, Version: 1, Action: "create", To: Draft, Place: n.Place, At: b.clock.Now()})
	})
	return made, err
}

// shape is the pattern a new edition starts from: the last one a year later, its id still its own, or the district
// defaults without an id.
func (b *Book) shape(ctx context.Context, tx pg.Tx, place string) (Edition, []Fund, error) {
	last, ok, err := pg.Maybe[Edition](ctx, tx, lastSQL, pg.Args{"place": place})
	if err != nil {
		return Edition{}, nil, err
	}
	no, err := pg.Value[int](ctx, tx, noSQL, pg.Args{"place": place})
	if err != nil {
		return Edition{}, nil, err
	}
	if !ok {
		open := clock.Day(b.clock.Now()).AddDate(0, 0, 7).Add(9 * time.Hour)
		close, from := clock.Day(open).AddDate(0, 0, 24).Add(18*time.Hour), clock.Day(open).AddDate(0, 0, 70)
		to := from.AddDate(0, 6, 0)
		return Edition{No: no, Rules: DefaultRules(), OpensAt: &open, ClosesAt: &close, RunsFrom: &from, RunsTo: &to}, nil, nil
	}
	funds, err := Funds(ctx, tx, last.ID)
	for i := range funds {
		funds[i].Amount, funds[i].DocNo = 0, "" // what the new year has is not known by looking at the old one
	}
	last.No, last.Rules.BallotMost = no, last.Rules.sharing().most
	for _, t := range []**time.Time{&last.OpensAt, &last.ClosesAt, &last.RunsFrom, &last.RunsTo} {
		if *t != nil {
			next := (*t).AddDate(1, 0, 0)
			*t = &next
		}
	}
	return last, funds, err
}

// Plan is what staff may write of a draft edition, rules apart.
type Plan struct {
	Version  int       `form:"version"`
	Title    string    `form:"title"`
	TitleEn  string    `form:"title_en"`
	Theme    string    `form:"theme"`
	ThemeEn  string    `form:"theme_en"`
	CallText string    `form:"call_text"`
	Contact  string    `form:"contact"`
	OpensAt  time.Time `form:"opens_at,datetime"`
	ClosesAt time.Time `form:"closes_at,datetime"`
	RunsFrom time.Time `form:"runs_from,date"`
	RunsTo   time.Time `form:"runs_to,date"`
	Funds    []Fund    `form:"funds"`

	Organiser string `form:"organiser"`
	Operator  string `form:"operator"`
	Partners  string `form:"partners"`
}

// PlanOf is the plan as it is stored, for the form.
func PlanOf(e Edition, funds []Fund) Plan {
	return Plan{Version: e.Version, Title: e.Title, TitleEn: e.TitleEn, Theme: e.Theme, ThemeEn: e.ThemeEn, CallText: e.CallText, Contact: e.Contact,
		OpensAt: whole(e.OpensAt), ClosesAt: whole(e.ClosesAt), RunsFrom: whole(e.RunsFrom), RunsTo: whole(e.RunsTo), Funds: funds,
		Organiser: e.Organiser, Operator: e.Operator, Partners: e.Partners}
}

func (p Plan) check(known []Choice) error {
	var wrong fault.Fields
	if p.Title == "" {
		wrong.Add("title", "请填写标题，例如「第四届社区公益微创投大赛」")
	}
	short(&wrong, "title", p.Title, 60)
	short(&wrong, "title_en", p.TitleEn, 120)
	short(&wrong, "theme", p.Theme, 40)
	short(&wrong, "theme_en", p.ThemeEn, 80)
	short(&wrong, "call_text", p.CallText, 5000)
	short(&wrong, "contact", p.Contact, 100)
	short(&wrong, "organiser", p.Organiser, 60)
	short(&wrong, "operator", p.Operator, 60)
	short(&wrong, "partners", p.Partners, 200)
	p.order(&wrong)
	checkFunds(p.Funds, known, &wrong)
	return wrong.Err()
}

// order complains about dates that do not follow each other; a date not yet known is no trouble in a draft.
func (p Plan) order(wrong *fault.Fields) {
	if !p.OpensAt.IsZero() && !p.ClosesAt.IsZero() && !p.OpensAt.Before(p.ClosesAt) {
		wrong.Add("closes_at", "截止时间要在开始时间之后")
	}
	if !p.ClosesAt.IsZero() && !p.RunsFrom.IsZero() && civil(p.RunsFrom).Before(clock.Day(p.ClosesAt)) {
		wrong.Add("runs_from", "项目要在申报截止以后才开始实施")
	}
	if !p.RunsFrom.IsZero() && !p.RunsTo.IsZero() && !p.RunsFrom.Before(p.RunsTo) {
		wrong.Add("runs_to", "实施的结束日期要在开始日期之后")
	}
}

const editSQL = `update edition set title = @title, title_en = @title_en, theme = @theme, theme_en = @theme_en, call_text = @call_text, contact = @contact, organiser = @organiser, operator = @operator, partners = @partners,
  opens_at = @opens_at, closes_at = @closes_at, runs_from = @runs_from::date, runs_to = @runs_to::date, version = version + 1 where id = @id::uuid`

// Edit rewrites a draft.
func (b *Book) Edit(ctx context.Context, by identity.Actor, id string, p Plan) error {
	before, err := Get(ctx, b.db, id)
	if err != nil {
		return err
	}
	if err := p.check(before.Rules.AllCategories()); err != nil {
		return err
	}
	return b.change(ctx, id, hand{by, identity.PlanEditions, "", p.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		if e.State != Draft {
			return fault.New(fault.Conflict, "公告已经发布，内容不能再改。规则可以在下面调整，时间可以延长一次")
		}
		if _, err := pg.Do(ctx, tx, editSQL, pg.Args{"id": id, "title": p.Title, "title_en": p.TitleEn, "theme": p.Theme, "theme_en": p.ThemeEn, "call_text": p.CallText,
			"contact": p.Contact, "opens_at": some(p.OpensAt), "closes_at": some(p.ClosesAt), "runs_from": some(p.RunsFrom), "runs_to": some(p.RunsTo),
			"organiser": p.Organiser, "operator": p.Operator, "partners": p.Partners}); err != nil {
			return err
		}
		if err := setFunds(ctx, tx, id, p.Funds); err != nil {
			return err
		}
		return b.record(ctx, tx, w, e, "edit", e.State, "")
	})
}

// hand is somebody reaching for an edition: what they do, by which right, at the version they saw.
type hand struct {
	by      identity.Actor
	may     identity.Permission
	action  string // of a button; "" for a form, whose second sending may say something else
	version int
}

// change locks an edition the actor can see and may change, at the version they saw, and hands it to f. The same
// button pressed twice by the same person is answered as the first time.
func (b *Book) change(ctx context.Context, id string, h hand, f func(tx pg.Tx, w identity.Warrant, e Edition) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if e.State == Draft && !h.by.Sees(identity.ReadEditions, e.Place) {
			return fault.Missing()
		}
		w, err := h.by.Must(h.may, e.Place)
		if err != nil {
			return err
		}
		if e.Version != h.version {
			if h.action == "" {
				return stale()
			}
			if done, err := audit.Did(ctx, tx, h.by, "edition", id, h.version+1, h.action); err != nil || done {
				return err
			}
			return stale()
		}
		return f(tx, w, e)
	})
}

func (b *Book) record(ctx context.Context, tx pg.Tx, w identity.Warrant, e Edition, action, to, reason string) error {
	return audit.Record(ctx, tx, w, audit.Event{Entity: "edition", ID: e.ID, Version: e.Version + 1, Action: action, From: e.State, To: to,
		Place: e.Place, Reason: reason, At: b.clock.Now()})
}

// short complains about a text longer than most characters.
func short(wrong *fault.Fields, field, text string, most int) {
	if n := utf8.RuneCountInString(text); n > most {
		wrong.Add(field, "最多 %d 个字，现在是 %d 个字", most, n)
	}
}

// some is nil for the zero time, which forms give when a date is left empty.
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

// civil is the midnight in the district of a calendar date, whatever zone the database's driver gave it.
func civil(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, clock.Shanghai)
}
