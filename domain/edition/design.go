package edition

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// FormVersion is the district's questions as they were released once: proposals refer to it.
type FormVersion struct {
	Version   int
	Questions []Question
	Reason    string
	Who       string
	At        time.Time
}

// Design is the questions being worked on; they bind nobody until they are released.
type Design struct {
	Rev       int
	Questions []Question
}

// FormChanged tells that a call's questions were released anew while it is open.
type FormChanged struct {
	EditionID string
	Version   int
}

// Kind names the fact.
func (FormChanged) Kind() string { return "edition.form_changed" }

const (
	designSQL    = `select rev, questions from edition_design where edition_id = @id::uuid`
	setDesignSQL = `insert into edition_design (edition_id, questions, rev, made_by, at) values (@id, @questions, @rev, @me, @at)
  on conflict (edition_id) do update set questions = excluded.questions, rev = excluded.rev, made_by = excluded.made_by, at = excluded.at`
	formColumns    = `f.version, f.questions, f.reason, n.name as who, f.at from edition_form f join person n on n.id = f.made_by where f.edition_id = @id::uuid`
	formsSQL       = `select ` + formColumns + ` order by f.version desc`
	newestFormSQL  = `select ` + formColumns + ` order by f.version desc limit 1`
	formVersionSQL = `select ` + formColumns + ` and f.version = @version`
	addFormSQL     = `insert into edition_form (edition_id, version, questions, reason, made_by, at) values (@id, @version, @questions, @reason, @me, @at)`
)

// NewestForm is the latest released version of an edition's questions; version 0 without questions when there is none.
func NewestForm(ctx context.Context, q pg.Reader, editionID string) (FormVersion, error) {
	f, _, err := pg.Maybe[FormVersion](ctx, q, newestFormSQL, pg.Args{"id": editionID})
	return f, err
}

// FormAt is a released version of an edition's questions; version 0 is none.
func FormAt(ctx context.Context, q pg.Reader, editionID string, version int) (FormVersion, error) {
	f, _, err := pg.Maybe[FormVersion](ctx, q, formVersionSQL, pg.Args{"id": editionID, "version": version})
	return f, err
}

// Forms lists the released versions of an edition's questions, newest first.
func (b *Book) Forms(ctx context.Context, editionID string) ([]FormVersion, error) {
	return pg.All[FormVersion](ctx, b.db, formsSQL, pg.Args{"id": editionID})
}

// Designed is the questions of an edition as they are being worked on.
func (b *Book) Designed(ctx context.Context, editionID string) (Design, error) {
	d, _, err := pg.Maybe[Design](ctx, b.db, designSQL, pg.Args{"id": editionID})
	return d, err
}

// DesignStep is one step at the designer: which button, on which question, at the revision that was seen.
type DesignStep struct {
	Rev int    `form:"rev"`
	Do  string `form:"do"` // "up", "down", "remove" or "save"
	Key string `form:"key"`
}

// Drawn is a question as the designer's form has it: lists are texts of a line each.
type Drawn struct {
	Rev      int    `form:"rev"`
	Key      string `form:"key"` // "" for a new one
	Kind     string `form:"kind"`
	Label    string `form:"label"`
	LabelEn  string `form:"label_en"`
	Hint     string `form:"hint"`
	HintEn   string `form:"hint_en"`
	Required bool   `form:"required"`
	Options  string `form:"options"`
	Columns  string `form:"columns"`
	When     string `form:"when"` // "<key>=<answer>", "" asks always
}

// DrawnOf is a question for the designer's form.
func DrawnOf(q Question, rev int) Drawn {
	d := Drawn{Rev: rev, Key: q.Key, Kind: q.Kind, Label: q.Label, LabelEn: q.LabelEn, Hint: q.Hint, HintEn: q.HintEn, Required: q.Required,
		Options: strings.Join(q.Options, "\n"), Columns: strings.Join(q.Columns, "\n")}
	if q.When != "" {
		d.When = q.When + "=" + q.Is
	}
	return d
}

func (d Drawn) question() Question {
	q := Question{Key: d.Key, Kind: d.Kind, Label: d.Label, LabelEn: d.LabelEn, Hint: d.Hint, HintEn: d.HintEn, Required: d.Required}
	q.When, q.Is, _ = strings.Cut(d.When, "=")
	switch d.Kind {
	case AskOne, AskMany:
		q.Options = lines(d.Options)
	case AskTable:
		q.Columns = lines(d.Columns)
	}
	return q
}

func lines(text string) []string {
	list := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}

// designs tells whether the actor may work on an edition's questions: a draft's who plans it, an open call's as well,
// for nothing is asked before it is released.
func designs(by identity.Actor, e Edition) (identity.Warrant, error) {
	if e.State == Draft && !by.Sees(identity.ReadEditions, e.Place) {
		return identity.Warrant{}, fault.Missing()
	}
	w, err := by.Must(identity.PlanEditions, e.Place)
	if err == nil && e.State != Draft && e.State != Open {
		err = fault.New(fault.Conflict, "申报已经截止，问题不能再改")
	}
	return w, err
}

// redesign changes the questions being worked on, at the revision that was seen.
func (b *Book) redesign(ctx context.Context, by identity.Actor, id string, rev int, change func(list []Question) ([]Question, error)) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := designs(by, e)
		if err != nil {
			return err
		}
		d, _, err := pg.Maybe[Design](ctx, tx, designSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if d.Rev != rev {
			return stale()
		}
		list, err := change(slices.Clone(d.Questions))
		if err != nil {
			return err
		}
		if err := setDesign(ctx, tx, by, id, d.Rev+1, list, b.clock.Now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "edition", ID: id, Action: "design", Place: e.Place, At: b.clock.Now(), Data: map[string]any{"rev": d.Rev + 1}})
	})
}

func setDesign(ctx context.Context, tx pg.Tx, by identity.Actor, id string, rev int, list []Question, at time.Time) error {
	if list == nil {
		list = []Question{}
	}
	_, err := pg.Do(ctx, tx, setDesignSQL, pg.Args{"id": id, "questions": list, "rev": rev, "me": by.ID, "at": at})
	return err
}

// Arrange moves a question up or down, or takes it off.
func (b *Book) Arrange(ctx context.Context, by identity.Actor, id string, s DesignStep) error {
	return b.redesign(ctx, by, id, s.Rev, func(list []Question) ([]Question, error) {
		i := slices.IndexFunc(list, func(q Question) bool { return q.Key == s.Key })
		if i < 0 {
			return nil, stale()
		}
		switch {
		case s.Do == "up" && i > 0:
			list[i-1], list[i] = list[i], list[i-1]
		case s.Do == "down" && i < len(list)-1:
			list[i+1], list[i] = list[i], list[i+1]
		case s.Do == "remove":
			list = slices.Delete(list, i, i+1)
		}
		return list, CheckQuestions(list).Err()
	})
}

const keysSQL = `select coalesce(max(substr(q->>'key', 2)::int), 0)::int from (
  select jsonb_array_elements(questions) as q from edition_form where edition_id = @id::uuid union all select jsonb_array_elements(questions) from edition_design where edition_id = @id::uuid) t
  where q->>'key' ~ '^q[0-9]{1,4}$'`

// Draw keeps a question: a new one at the end under a key nobody had, or an old one anew.
func (b *Book) Draw(ctx context.Context, by identity.Actor, id string, d Drawn) error {
	q := d.question()
	if q.Key == "" {
		used, err := pg.Value[int](ctx, b.db, keysSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		q.Key = "q" + strconv.Itoa(used+1)
	}
	return b.redesign(ctx, by, id, d.Rev, func(list []Question) ([]Question, error) {
		i := slices.IndexFunc(list, func(have Question) bool { return have.Key == q.Key })
		switch {
		case i < 0 && d.Key != "":
			return nil, stale()
		case i < 0:
			i, list = len(list), append(list, q)
		default:
			list[i] = q
		}
		return list, beside(CheckQuestions(list), i).Err()
	})
}

// beside turns what is wrong with the i-th question into a fault beside its label.
func beside(wrong fault.Fields, i int) fault.Fields {
	var here fault.Fields
	for name, m := range wrong {
		if name == "questions."+strconv.Itoa(i) {
			name = "label"
		} else {
			name = ""
		}
		here.Add(name, m.Text, m.Args...)
	}
	return here
}

// Released is the button that makes the designed questions count.
type Released struct {
	Rev    int    `form:"rev"`
	Reason string `form:"reason"`
}

// ReleaseForm makes the designed questions a new version of an open call: drafts are asked it from now on, what was
// handed in keeps the version it was written under. The leads of drafts are told.
func (b *Book) ReleaseForm(ctx context.Context, by identity.Actor, id string, r Released) error {
	var wrong fault.Fields
	short(&wrong, "reason", r.Reason, 200)
	if r.Reason == "" {
		wrong.Add("reason", "请写明为什么改，写了一半的居民会看到")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		e, err := Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err := by.Must(identity.PublishEditions, e.Place)
		if err != nil {
			return err
		}
		if e.State != Open {
			return fault.New(fault.Conflict, "只有正在申报的大赛可以换新的问题。起草中的，会和公告一起公布")
		}
		d, _, err := pg.Maybe[Design](ctx, tx, designSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		newest, err := NewestForm(ctx, tx, id)
		if err != nil {
			return err
		}
		if len(Differ(newest.Questions, d.Questions)) == 0 && sameOrder(newest.Questions, d.Questions) { // pressed twice, or nothing to say
			return nil
		}
		if d.Rev != r.Rev {
			return stale()
		}
		version, err := b.release(ctx, tx, w, e, d.Questions, r.Reason)
		if err != nil {
			return err
		}
		return outbox.Put(ctx, tx, b.clock.Now(), FormChanged{id, version})
	})
}

func sameOrder(a, b []Question) bool {
	return slices.EqualFunc(a, b, func(x, y Question) bool {
		return x.Key == y.Key && x.Hint == y.Hint && x.LabelEn == y.LabelEn && x.HintEn == y.HintEn
	})
}

// release writes the next version of the questions in the caller's transaction.
func (b *Book) release(ctx context.Context, tx pg.Tx, w identity.Warrant, e Edition, list []Question, reason string) (int, error) {
	if err := CheckQuestions(list).Err(); err != nil {
		return 0, err
	}
	newest, err := NewestForm(ctx, tx, e.ID)
	if err != nil {
		return 0, err
	}
	version := newest.Version + 1
	if list == nil {
		list = []Question{}
	}
	if _, err := pg.Do(ctx, tx, addFormSQL, pg.Args{"id": e.ID, "version": version, "questions": list, "reason": reason, "me": w.By.ID, "at": b.clock.Now()}); err != nil {
		return 0, err
	}
	return version, audit.Record(ctx, tx, w, audit.Event{Entity: "edition", ID: e.ID, Action: "release_form", Place: e.Place, Reason: reason, At: b.clock.Now(),
		Data: map[string]any{"version": version, "questions": len(list)}})
}

// copyDesign gives a new edition the questions of the one it is made from.
func (b *Book) copyDesign(ctx context.Context, tx pg.Tx, by identity.Actor, from, to string) error {
	if from == "" {
		return nil
	}
	newest, err := NewestForm(ctx, tx, from)
	if err != nil || len(newest.Questions) == 0 {
		return err
	}
	return setDesign(ctx, tx, by, to, 1, newest.Questions, b.clock.Now())
}
