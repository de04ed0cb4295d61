package talent

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Card is a talent as everybody may see them: from the view open_talent alone, which holds nothing the person did not
// choose.
type Card struct {
	ID          string
	Name        string // 张** or whole, as the person chose
	Skills      []string
	SkillNote   string
	Times       []string
	Wants       []string
	Story       string
	Place       string // the community, or only its subdistrict
	PlaceName   string
	PlaceNameEn string
	ListedAt    time.Time
	ActiveAt    time.Time
}

// Filter narrows the public list; empty fields do not.
type Filter struct {
	Text  string // words of two characters and more, all of which must be found
	Place string // path of a place; everything below it
	Skill string
	Time  string
}

// PageSize is how many items a list shows at a time.
const PageSize = 24

const (
	cardColumns = `o.id::text, o.name, o.skills, o.skill_note, o.times, o.wants, o.story, o.place::text, l.name as place_name, l.name_en as place_name_en, o.listed_at, o.active_at`
	cardFrom    = ` from open_talent o join place l on l.path = o.place `
	cardSQL     = `select ` + cardColumns + cardFrom + `where o.id = @id::uuid`
	// Chinese is not cut into words: every term is looked for as it is, so that two characters are enough. The index of
	// grams finds the candidates; among them only what the card really shows counts.
	found     = `(@terms::text[] = '{}' or o.grams @> text_grams(array_to_string(@terms::text[], ' '))) and not exists (select from unnest(@terms::text[]) term where strpos(lower(concat_ws(' ', o.name, o.words, o.skill_note, o.story, l.name, l.name_en)), term) = 0)`
	publicSQL = `select ` + cardColumns + cardFrom + `where ` + found + ` and (@place = '' or o.place <@ @place::text::ltree) and (@skill = '' or @skill = any(o.skills)) and (@time = '' or @time = any(o.times)) and (o.listed_at, o.id) < (@before::timestamptz, @last::uuid) order by o.listed_at desc, o.id desc limit @n`
	withinSQL = `select ` + cardColumns + cardFrom + `where ` + found + ` and o.place <@ any(@sight::text[]::ltree[]) order by o.listed_at desc, o.id desc limit 200`
	listedSQL = `select count(*) from talent where state = 'listed'`
	lastID    = "ffffffff-ffff-ffff-ffff-ffffffffffff"
	countsSQL = `select state, count(*) as n, count(*) filter (where removal_asked_at is not null) as leaving from talent where place <@ any(@sight::text[]::ltree[]) group by state`
	deskSQL   = `select ` + columns + from + `where t.place <@ any(@sight::text[]::ltree[]) and t.state <> 'removed' and (@state = '' or t.state = @state) and (not @leaving::bool or t.removal_asked_at is not null)
  and (@terms::text[] = '{}' or t.grams @> text_grams(array_to_string(@terms::text[], ' ')))
  and not exists (select from unnest(@terms::text[]) term where strpos(lower(concat_ws(' ', t.name, t.words, t.skill_note, t.story, t.why, l.name)), term) = 0)
  order by t.removal_due nulls last, array_position(array['nominated','contacted','verified','dormant','listed'], t.state), t.created_at desc, t.id limit 200`
	namesakeSQL = `select ` + columns + from + `where t.place = @place::text::ltree and t.name = @name and t.id <> @id::uuid and t.state <> 'removed' order by t.created_at limit 5`
	talksSQL    = `select c.id::text, c.on_day, c.how, c.said, p.name as who, c.created_at from talent_contact c join person p on p.id = c.by_person where c.talent_id = @id::uuid order by c.on_day, c.created_at limit 200`
)

// Terms cuts what somebody looks for at its blanks.
func Terms(text string) []string {
	return append([]string{}, strings.Fields(strings.ToLower(text))...)
}

var farFuture = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// Public lists the cards everybody may see, the newest first, from before the given one (nil for the first page); one more
// than PageSize tells that there are more.
func (b *Book) Public(ctx context.Context, f Filter, after *Card) ([]Card, error) {
	before, last := farFuture, lastID
	if after != nil {
		before, last = after.ListedAt, after.ID
	}
	return pg.All[Card](ctx, b.db, publicSQL, pg.Args{"terms": Terms(f.Text), "place": f.Place, "skill": f.Skill, "time": f.Time, "before": before, "last": last, "n": PageSize + 1})
}

// ListedN is how many are listed now (metric talent_n, DOMAIN §14.2-16).
func (b *Book) ListedN(ctx context.Context) (int, error) {
	return pg.Value[int](ctx, b.db, listedSQL, nil)
}

// Card is one card, for everybody.
func (b *Book) Card(ctx context.Context, id string) (Card, error) {
	return pg.One[Card](ctx, b.db, cardSQL, pg.Args{"id": id})
}

// Within lists the consented cards of the actor's places, for those who may count the entries but not read them all.
func (b *Book) Within(ctx context.Context, by identity.Actor, text string) ([]Card, error) {
	return pg.All[Card](ctx, b.db, withinSQL, pg.Args{"terms": Terms(text), "sight": by.Sight(identity.CountTalents)})
}

// Count is how many entries stand in a state, and how many of them asked to be removed.
type Count struct {
	State      string
	N, Leaving int
}

// Counts tells how many entries of the actor's places stand in which state.
func (b *Book) Counts(ctx context.Context, by identity.Actor) ([]Count, error) {
	return pg.All[Count](ctx, b.db, countsSQL, pg.Args{"sight": by.Sight(identity.CountTalents)})
}

// Queue is a desk's view: one state or all, those who asked to be removed, a text.
type Queue struct {
	State   string
	Leaving bool
	Text    string
}

// Desk lists the entries the actor may read; those with a deadline and those nobody has looked at come first.
func (b *Book) Desk(ctx context.Context, by identity.Actor, q Queue) ([]Talent, error) {
	return pg.All[Talent](ctx, b.db, deskSQL, pg.Args{"sight": by.Sight(identity.ReadTalents), "state": q.State, "leaving": q.Leaving, "terms": Terms(q.Text)})
}

// Entry is one entry for the staff who may read it.
func (b *Book) Entry(ctx context.Context, by identity.Actor, id string) (Talent, error) {
	t, err := pg.One[Talent](ctx, b.db, oneSQL, pg.Args{"id": id})
	if err == nil && !by.Sees(identity.ReadTalents, t.Place) {
		return Talent{}, fault.Missing()
	}
	return t, err
}

// Talk is one contact as it was recorded.
type Talk struct {
	ID        string
	OnDay     time.Time
	How       string
	Said      string
	Who       string
	CreatedAt time.Time
}

// File is everything that is kept about a talent: for its own person, and for the staff who may read the entry.
type File struct {
	Talent
	Talks     []Talk
	Trail     []audit.Entry
	Namesakes []Talent // others of the same name in the community: perhaps the same person twice
}

// Own is the actor's own file, if there is one.
func (b *Book) Own(ctx context.Context, by identity.Actor) (File, bool, error) {
	t, ok, err := b.Mine(ctx, by)
	if err != nil || !ok {
		return File{}, false, err
	}
	f, err := b.file(ctx, t)
	return f, true, err
}

// File opens an entry for the staff who may read it.
func (b *Book) File(ctx context.Context, by identity.Actor, id string) (File, error) {
	t, err := b.Entry(ctx, by, id)
	if err != nil {
		return File{}, err
	}
	f, err := b.file(ctx, t)
	if err != nil {
		return f, err
	}
	f.Namesakes, err = pg.All[Talent](ctx, b.db, namesakeSQL, pg.Args{"place": t.Place, "name": t.Name, "id": id})
	return f, err
}

func (b *Book) file(ctx context.Context, t Talent) (File, error) {
	f := File{Talent: t}
	var err error
	if f.Talks, err = pg.All[Talk](ctx, b.db, talksSQL, pg.Args{"id": t.ID}); err != nil {
		return f, err
	}
	f.Trail, err = audit.Of(ctx, b.db, t.ID)
	return f, err
}

const selfSQL = `select exists (select from talent where id = @id::uuid and person_id = nullif(@me, '')::uuid)`

// Ties are the roles an entry gives the actor: a person may see the paper of their own consent.
func Ties(ctx context.Context, q pg.Reader, id string, by identity.Actor) ([]identity.Role, error) {
	mine, err := pg.Value[bool](ctx, q, selfSQL, pg.Args{"id": id, "me": by.ID})
	if err != nil || !mine {
		return nil, err
	}
	return []identity.Role{identity.Self}, nil
}
