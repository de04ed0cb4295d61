package proposal

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Edit is what one page of the form sends: the fields of its step, as they were typed over a certain save.
type Edit struct {
	Draft           // Saves is the save the page was shown with
	Step   string   // whose fields it carries, "" for all
	Page   string   // the open page, so that somebody's own earlier text is no clash
	Held   []string // clashes decided for the other's version: what is stored stays
	Open   []string // clashes nobody has decided yet: what is stored stays, and they are offered again
	Broken []string // fields of the form that could not be read
}

// Kept is what became of an Edit.
type Kept struct {
	Saves   int
	Draft   Draft // as it is stored now
	Clashes []Clash
	Others  bool         // somebody else's changes are in it that the page has not seen
	Wrong   fault.Fields // what could not be kept, by the fields of the form; everything else was
	At      time.Time
}

const (
	// mostSaves is how many saves of a draft are remembered. A page that is older than that is joined without knowing
	// what it began from.
	mostSaves = 300

	keepSaveSQL = `insert into proposal_save (proposal_id, saves, body, page, by_person, at) values (@id, @before, @was::jsonb, '', null, @at), (@id, @saves, @body::jsonb, @page, @me, @at)
  on conflict do nothing`
	forgetSavesSQL = `delete from proposal_save where proposal_id = @id::uuid and saves <= @upto::int`
	savesSQL       = `select saves, body, page from proposal_save where proposal_id = @id::uuid and saves >= @since::int order by saves`
	sweepSavesSQL  = `delete from proposal_save s using proposal p where p.id = s.proposal_id and (p.state not in ('draft', 'returned') or p.saved_at < @before)`
)

// Save keeps what the team has typed as a whole, complete or not. It tells the count of saves, which the next save must
// know. What cannot be kept, or was changed by somebody else meanwhile, refuses it.
func (b *Book) Save(ctx context.Context, by identity.Actor, id string, d Draft) (saves int, err error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	kept, err := b.Edit(ctx, by, id, Edit{Draft: d})
	if err == nil {
		err = kept.Wrong.Err()
	}
	if err == nil && len(kept.Clashes) > 0 {
		err = stale()
	}
	return kept.Saves, err
}

// Edit joins what one page sends with what is stored, field by field (see Combine). What cannot be kept is named and left
// as it is stored; where others have written something different, theirs stays and the place is among the clashes.
func (b *Book) Edit(ctx context.Context, by identity.Actor, id string, e Edit) (Kept, error) {
	kept := Kept{Wrong: e.wrong(), At: b.clock.Now()}
	err := b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockOwn(ctx, tx, by, id)
		if err != nil {
			return err
		}
		f, err := complete(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := stillWritable(ctx, tx, by, p, f.Edition, kept.At); err != nil {
			return err
		}
		merged, clashes, err := join(ctx, tx, f, e, kept.Wrong)
		if err != nil {
			return err
		}
		kept.Draft, kept.Clashes, kept.Saves = merged, clashes, p.Saves
		kept.Others = e.Saves != p.Saves
		if equal(merged, f.Draft()) {
			return nil
		}
		if err := audit.Fill(ctx, tx, w, audit.Event{Entity: "proposal", ID: id, Place: p.Place, At: kept.At}); err != nil {
			return err
		}
		kept.Saves++
		kept.Draft.Saves = kept.Saves
		written := merged
		if written.Form = e.Form; !e.replied() {
			written.Answers = nil // the district's part stays as it is, under the version it was answered
		}
		if err := write(ctx, tx, p, written, kept.At); err != nil {
			return err
		}
		return remember(ctx, tx, by, p, f.Draft(), merged, e.Page, kept.At)
	})
	return kept, err
}

// wrong is what cannot be kept of the step's fields.
func (e *Edit) wrong() fault.Fields {
	mine := stepFields(e.Step)
	wrong := fault.Fields{}
	for field, m := range fault.InFields(e.check()) {
		if name, _, _ := strings.Cut(field, "."); slices.Contains(mine, name) {
			wrong[field] = m
		}
	}
	return wrong
}

// join is the merge of an edit with what is stored.
func join(ctx context.Context, tx pg.Tx, f Full, e Edit, wrong fault.Fields) (Draft, []Clash, error) {
	current := f.Draft()
	base, later, err := begun(ctx, tx, f.ID, current, e.Saves)
	if err != nil {
		return current, nil, err
	}
	from := current
	if base != nil {
		from = *base
	}
	e.name(from)
	mine := from
	for _, name := range stepFields(e.Step) {
		take(&mine, e.Draft, name)
	}
	mine = mine.cloned() // what is put back below is put back into mine alone: what was typed is still to be offered
	if e.replied() {
		if err := reply(ctx, tx, f, e, from.Answers, &mine, wrong); err != nil {
			return current, nil, err
		}
	}
	for _, key := range slices.Concat(e.Held, e.Open) {
		take(&mine, from, key)
	}
	for field := range wrong {
		take(&mine, from, e.key(field))
	}
	for _, field := range e.Broken {
		take(&mine, from, e.key(field))
	}
	mine = mine.tidy()
	merged, clashes := Combine(base, mine, current)
	if len(clashes) > 0 && base != nil && own(base, current, clashes, later, e.Page) {
		merged, clashes = Combine(base, mine, current)
	}
	for _, key := range e.Open {
		if c, differs := clashAt(key, e.Draft, merged); differs && !slices.ContainsFunc(clashes, func(have Clash) bool { return have.Key == key }) {
			clashes = append(clashes, c)
		}
	}
	return merged, clashes, tooMany(merged)
}

// save is a remembered save.
type save struct {
	Saves int
	Body  string
	Page  string
}

func (s save) draft() (*Draft, error) {
	var d Draft
	err := json.Unmarshal([]byte(s.Body), &d)
	return &d, err
}

// begun is the draft as it was at a save, nil when nobody remembers, with everything saved since.
func begun(ctx context.Context, q pg.Reader, id string, current Draft, saves int) (*Draft, []save, error) {
	if saves == current.Saves {
		return &current, nil, nil
	}
	later, err := pg.All[save](ctx, q, savesSQL, pg.Args{"id": id, "since": saves})
	if err != nil || len(later) == 0 || later[0].Saves != saves {
		return nil, later, err
	}
	base, err := later[0].draft()
	return base, later, err
}

// clashAt is the clash of what was typed with what is stored, at a place that is still undecided; false when there is no
// difference any more.
func clashAt(key string, typed, stored Draft) (Clash, bool) {
	c := Clash{Key: key}
	if name, ok := strings.CutPrefix(key, replyPrefix); ok {
		c.Mine, c.Theirs = replyText(typed.Answers[name]), replyText(stored.Answers[name])
		return c, c.Mine != c.Theirs
	}
	mine, typedIt := address(&typed, key, false)
	theirs, storedIt := address(&stored, key, false)
	_, _, inField := strings.Cut(key, ".")
	show := asTyped
	if strings.Contains(key, "@") && !inField {
		show = rowText
	}
	if typedIt {
		c.Mine = show(mine)
	}
	if storedIt {
		c.Theirs = show(theirs)
	}
	switch {
	case !typedIt && storedIt:
		c.Gone = "mine"
	case typedIt && !storedIt:
		c.Gone = "theirs"
	}
	return c, (typedIt || storedIt) && c.Mine != c.Theirs
}

// own looks for clashes that are no clashes: what stands there was written by the very same page, which has not heard
// the answer. The page's newer text follows its older one, so these places are taken over into base. It tells whether
// there were any.
func own(base *Draft, current Draft, clashes []Clash, later []save, page string) bool {
	found := false
	for _, c := range clashes {
		if page == "" || !writtenBy(later, c.Key, page) {
			continue
		}
		take(base, current, c.Key)
		found = true
	}
	return found
}

// writtenBy tells whether every change of a place since the first of the saves came from one page.
func writtenBy(later []save, key, page string) bool {
	before := ""
	for i, s := range later {
		d, err := s.draft()
		if err != nil {
			return false
		}
		text := "-"
		if name, ok := strings.CutPrefix(key, replyPrefix); ok {
			text = "=" + replyText(d.Answers[name])
		} else if v, ok := address(d, key, false); ok && v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]() {
			text = rowText(v)
		} else if ok {
			text = "=" + asTyped(v)
		}
		if i > 0 && text != before && s.Page != page {
			return false
		}
		before = text
	}
	return len(later) > 1
}

func tooMany(d Draft) error {
	var wrong fault.Fields
	d.tooMany(&wrong)
	return wrong.Err()
}

// equal tells whether two drafts say the same.
func equal(a, b Draft) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range x.NumField() {
		if nameOf(x.Type().Field(i)) != "" && !equalValue(x.Field(i), y.Field(i)) {
			return false
		}
	}
	return sameReplies(a.Answers, b.Answers)
}

// remember keeps what a save has made, and what it was made from when nobody had kept that yet.
func remember(ctx context.Context, tx pg.Tx, by identity.Actor, p Proposal, was, now Draft, page string, at time.Time) error {
	before, err := json.Marshal(was)
	if err != nil {
		return err
	}
	body, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, keepSaveSQL, pg.Args{"id": p.ID, "before": p.Saves, "was": string(before), "saves": p.Saves + 1, "body": string(body), "page": page, "me": by.ID, "at": at}); err != nil {
		return err
	}
	if (p.Saves+1)%50 != 0 {
		return nil
	}
	_, err = pg.Do(ctx, tx, forgetSavesSQL, pg.Args{"id": p.ID, "upto": p.Saves + 1 - mostSaves})
	return err
}

// savesLife is how long an untouched draft's saves are remembered: longer than any call.
const savesLife = 60 * 24 * time.Hour

// SweepSaves forgets the saves of proposals that are no longer written. It is the house's own work, at night.
func SweepSaves(ctx context.Context, tx pg.Tx, due time.Time) error {
	_, err := pg.Do(ctx, tx, sweepSavesSQL, pg.Args{"before": due.Add(-savesLife)})
	return err
}
