package topic

import (
	"context"
	"strings"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Filter narrows the public list; empty fields do not.
type Filter struct {
	Text  string // all its words must be found
	Place string // path of a place; everything below it
	Kind  string
	State string
}

// PageSize is how many items a list shows at a time.
const PageSize = 24

const (
	publicSQL = `select ` + columns + from + `where t.state = any(@open) and (@state = '' or t.state = @state) and (@place = '' or t.place <@ @place::text::ltree) and (@kind = '' or t.kind = @kind)
  and not exists (select from unnest(@terms::text[]) term where strpos(lower(concat_ws(' ', t.title, t.body, t.where_text, t.number, l.name)), term) = 0)
  and (t.created_at, t.id) < (@before::timestamptz, @last::uuid) order by t.created_at desc, t.id desc limit @n`
	deskSQL = `select ` + columns + from + `where t.place <@ any(@sight::text[]::ltree[]) and (@state = '' or t.state = @state)
  and not exists (select from unnest(@terms::text[]) term where strpos(lower(concat_ws(' ', t.title, t.body, t.where_text, t.number, l.name)), term) = 0)
  order by t.state in ('closed','declined'), array_position(array['collected','discussed','scheduled','screened','resolved','executing','feedback'], t.state), t.created_at desc, t.id limit 200`
	countsSQL = `select state, count(*) as n from topic where place <@ any(@sight::text[]::ltree[]) group by state`
	mineSQL   = `select ` + columns + from + `where t.proposer_id = nullif(@me, '')::uuid order by t.created_at desc, t.id limit 50`
	tasksSQL  = `select id::text, what, owner, due, done_at, done_note from topic_task where topic_id = @id::uuid order by due, id`
	notesSQL  = `select text, at from topic_note where topic_id = @id::uuid order by at, id limit 200`
	caresSQL  = `select exists (select from topic_supporter where topic_id = @id::uuid and person_id = nullif(@me, '')::uuid)`
	twinsSQL  = `select ` + columns + from + `where t.place = @place::text::ltree and t.kind = @kind and t.id <> @id::uuid and t.state = any(@open) order by t.created_at desc limit 5`
	lastID    = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

var farFuture = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// terms cuts what somebody looks for at its blanks; Chinese is not cut into words, so that two characters are enough.
func terms(text string) []string {
	return append([]string{}, strings.Fields(strings.ToLower(text))...)
}

// Public lists the topics everybody may see, the newest first, from before the given one (nil for the first page); one more
// than PageSize tells that there are more.
func (b *Book) Public(ctx context.Context, f Filter, after *Topic) ([]Topic, error) {
	before, last := farFuture, lastID
	if after != nil {
		before, last = after.CreatedAt, after.ID
	}
	all, err := pg.All[Topic](ctx, b.db, publicSQL, pg.Args{"open": open, "state": f.State, "place": f.Place, "kind": f.Kind, "terms": terms(f.Text), "before": before, "last": last, "n": PageSize + 1})
	for i := range all {
		all[i] = all[i].masked()
	}
	return all, err
}

// Page is a topic with what belongs to it.
type Page struct {
	Topic
	Tasks  []Task
	Notes  []Note
	Mine   bool // the reader proposed it
	Cares  bool // the reader said that they care
	Lives  bool // the reader is a confirmed resident of its community
	Papers []evidence.Attachment
	Trail  []audit.Entry
	Twins  []Topic // others of its kind and community: perhaps the same matter
}

// See is a topic for whoever asks: everybody sees an open one without names; its proposer sees all of it, in any state.
func (b *Book) See(ctx context.Context, by identity.Actor, id string) (Page, error) {
	t, err := Get(ctx, b.db, id)
	if err != nil {
		return Page{}, err
	}
	p := Page{Topic: t, Mine: by.SignedIn() && by.ID == t.ProposerID, Lives: by.Home != "" && by.Home == t.Place}
	if !p.Mine {
		if !t.Open() {
			return Page{}, fault.Missing()
		}
		p.Topic = t.masked()
	}
	if p.Cares, err = pg.Value[bool](ctx, b.db, caresSQL, pg.Args{"id": id, "me": by.ID}); err != nil {
		return p, err
	}
	return p, b.fill(ctx, &p)
}

func (b *Book) fill(ctx context.Context, p *Page) (err error) {
	if p.Tasks, err = pg.All[Task](ctx, b.db, tasksSQL, pg.Args{"id": p.ID}); err != nil {
		return err
	}
	p.Notes, err = pg.All[Note](ctx, b.db, notesSQL, pg.Args{"id": p.ID})
	return err
}

// staffSee is a topic for those who read all of it.
func (b *Book) staffSee(ctx context.Context, by identity.Actor, id string) (Topic, error) {
	t, err := Get(ctx, b.db, id)
	if err == nil && !by.Sees(identity.ReadTopics, t.Place) {
		return Topic{}, fault.Missing()
	}
	return t, err
}

// Case is a topic on the desk, with its papers and its trail.
func (b *Book) Case(ctx context.Context, by identity.Actor, id string) (Page, error) {
	t, err := b.staffSee(ctx, by, id)
	if err != nil {
		return Page{}, err
	}
	p := Page{Topic: t}
	if err := b.fill(ctx, &p); err != nil {
		return p, err
	}
	if p.Papers, err = evidence.Of(ctx, b.db, id); err != nil {
		return p, err
	}
	if t.State == Collected {
		if p.Twins, err = pg.All[Topic](ctx, b.db, twinsSQL, pg.Args{"place": t.Place, "kind": t.Kind, "id": id, "open": open}); err != nil {
			return p, err
		}
	}
	p.Trail, err = audit.Of(ctx, b.db, id)
	return p, err
}

// Desk lists the topics of the actor's places; what waits for the community comes first.
func (b *Book) Desk(ctx context.Context, by identity.Actor, state, text string) ([]Topic, error) {
	return pg.All[Topic](ctx, b.db, deskSQL, pg.Args{"sight": by.Sight(identity.ReadTopics), "state": state, "terms": terms(text)})
}

// Count is how many topics stand in a state.
type Count struct {
	State string
	N     int
}

// Counts tells how many topics of the actor's places stand in which state.
func (b *Book) Counts(ctx context.Context, by identity.Actor) ([]Count, error) {
	return pg.All[Count](ctx, b.db, countsSQL, pg.Args{"sight": by.Sight(identity.ReadTopics)})
}

// Mine lists what the actor has proposed.
func (b *Book) Mine(ctx context.Context, by identity.Actor) ([]Topic, error) {
	return pg.All[Topic](ctx, b.db, mineSQL, pg.Args{"me": by.ID})
}
