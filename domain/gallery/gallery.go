// Package gallery is the public gallery (晒台): what everybody may find of proposals, projects and organisations, in
// Chinese and in pinyin, on a schematic map, and the voices (附议) neighbours give them. What is public is one view of
// the database, gallery_source; gallery_item is the same kept by triggers, so that a thing is there or gone in the moment
// its own row changes.
package gallery

import (
	"context"
	"sync"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Throttle counts attempts under a key and refuses those beyond most in a window (accounts.Throttle).
type Throttle func(ctx context.Context, key string, most int, window time.Duration) error

// Book is the door to the gallery.
type Book struct {
	db       *pg.DB
	clock    clock.Clock
	throttle Throttle

	mu     sync.Mutex
	counts Counts
	until  time.Time
}

// New opens the gallery.
func New(db *pg.DB, c clock.Clock, t Throttle) *Book { return &Book{db: db, clock: c, throttle: t} }

// The kinds of things in the gallery.
const (
	Proposal = "proposal"
	Project  = "project"
	Org      = "org"
)

// Stages say how far a thing is, as the public may know it: nothing between the call and the notice is told apart.
var Stages = []edition.Choice{{Code: "collecting", Name: "征集和评审中"}, {Code: "judged", Name: "评审后"}, {Code: "running", Name: "正在做"}, {Code: "done", Name: "做完了"}, {Code: "org", Name: "成了组织"}}

// Kinds names the kinds.
var Kinds = []edition.Choice{{Code: Proposal, Name: "提案"}, {Code: Project, Name: "项目"}, {Code: Org, Name: "组织"}}

// PageSize is how many things a list shows at a time.
const PageSize = 24

// Filter narrows the list; empty fields do not.
type Filter struct {
	Text     string
	Kind     string
	Edition  string
	Place    string // path of a place; everything below it
	Category string
	Colour   string
	Stage    string
	Type     string // of an organisation
}

// Bare tells whether nothing but the kind narrows the list.
func (f Filter) Bare() bool { return f == Filter{Kind: f.Kind} }

// Item is one thing as the public sees it: never a phone, an address or a whole name (DOMAIN §12.1).
type Item struct {
	Kind        string
	ID          string
	ProposalID  string // what is supported; "" for an organisation
	EditionID   string
	Edition     string
	EditionEn   string
	Place       string
	PlaceName   string
	PlaceNameEn string
	Category    string
	Colour      string
	Stage       string
	State       string // of the row behind it; "" while a proposal is being judged
	Number      string
	Title       string
	Pitch       string
	Goal        string
	Team        string // "" until the notice
	Lead        string // 周**, proposals only
	Fen         int64  // asked for by a proposal, granted to a project, in fen
	At          time.Time
	SupportsN   int
	ActN        int
	ServedTimes int
	Type        string // of an organisation
	MembersN    int
	Cover       string // id of a public photo, "" when there is none
}

// Cursor is where a list goes on: after this thing.
type Cursor struct {
	At time.Time
	ID string
}

const (
	shown = `g.kind, g.id::text, coalesce(g.proposal_id::text, '') as proposal_id, coalesce(g.edition_id::text, '') as edition_id, coalesce(e.title, '') as edition, coalesce(e.title_en, '') as edition_en,
  g.place::text, l.name as place_name, l.name_en as place_name_en, g.category, g.colour, g.stage, g.state, g.number, g.title, g.pitch, g.goal, g.team, g.lead, g.fen, g.at, g.supports_n,
  coalesce(p.act_n, 0) as act_n, coalesce(p.served_times, 0) as served_times, coalesce(o.type, '') as type, coalesce(o.members_n, 0) as members_n,
  coalesce((select ph.id::text from open_photo ph join activity a on a.id = ph.activity_id where a.project_id = p.id order by ph.kind = 'result' desc, ph.id limit 1),
    (select c.id::text from open_cover c where c.proposal_id = g.proposal_id order by c.id limit 1), '') as cover`
	behind = ` join place l on l.path = g.place left join edition e on e.id = g.edition_id left join open_project p on g.kind = 'project' and p.id = g.id left join open_org o on g.kind = 'org' and o.id = g.id`
	// The page of ids first, then what belongs to them: nothing is looked up for a row that is not shown.
	listHead = `with page as (select * from gallery_item g`
	newest   = ` order by g.at desc, g.id desc limit @n`
	// Few are sorted after they are found: walking the newest until enough of them match would read all for a rare word.
	fewFirst = ` order by g.at + interval '0' desc, g.id desc limit @n`
	listTail = `) select ` + shown + ` from page g` + behind + ` order by g.at desc, g.id desc`
	oneSQL   = `select ` + shown + ` from gallery_item g` + behind + ` where g.proposal_id = @id::uuid and not (g.stage = 'collecting' and g.edition_id in (select j.edition_id from judge j where j.person_id::text = @me and j.state not in ('declined', 'replaced')))`
)

// where is the condition of a list. A judge of an edition does not meet its proposals here before the notice: what
// neighbours say of them must not reach who has to read them blind.
func (f Filter) where(by identity.Actor) pg.Where {
	var w pg.Where
	if f.Kind != "" {
		w.And("g.kind = @kind", "kind", f.Kind)
	}
	if f.Edition != "" {
		w.And("g.edition_id = @edition::uuid", "edition", f.Edition)
	}
	if f.Place != "" {
		w.And("g.place <@ @place::text::ltree", "place", f.Place)
	}
	if f.Category != "" {
		w.And("g.category = @category", "category", f.Category)
	}
	if f.Colour != "" {
		w.And("g.colour = @colour", "colour", f.Colour)
	}
	if f.Stage != "" {
		w.And("g.stage = @stage", "stage", f.Stage)
	}
	if f.Type != "" {
		w.And("g.kind = 'org' and exists (select from open_org x where x.id = g.id and x.type = @type)", "type", f.Type)
	}
	if f.Text != "" {
		w.And("g.words @@ @query::text::tsquery", "query", Query(f.Text))
	}
	if by.Has(identity.Judge) {
		w.And("not (g.stage = 'collecting' and g.edition_id in (select j.edition_id from judge j where j.person_id = @me::uuid and j.state not in ('declined', 'replaced')))", "me", by.ID)
	}
	return w
}

// Page is a page of the gallery.
type Page struct {
	Items []Item // one more than PageSize when there is another page
	Found int    // by a search in words, at most Many; 0 without one
}

// Many is where counting ends: whoever finds more needs another word, not the number.
const Many = 2_000

const countHead = `select count(*)::int from (select from gallery_item g`

// List gives a page of the gallery, newest first. A search first learns whether its words are rare: then it goes by their
// index and sorts the few it finds; common ones are soon met by walking from the newest.
func (b *Book) List(ctx context.Context, by identity.Actor, f Filter, after *Cursor) (Page, error) {
	var p Page
	var err error
	w, order := f.where(by), newest
	if w.Args == nil {
		w.Args = pg.Args{}
	}
	if f.Text != "" {
		if Query(f.Text) == "" { // nothing but signs
			return p, nil
		}
		w.Args["n"] = Many
		if p.Found, err = pg.Value[int](ctx, b.db, countHead+w.SQL()+` limit @n) x`, w.Args); err != nil || p.Found == 0 {
			return p, err
		}
		if p.Found < Many {
			order = fewFirst
		}
	}
	if after != nil {
		w.And("(g.at, g.id) < (@before, @last::uuid)", "before", after.At, "last", after.ID)
	}
	w.Args["n"] = PageSize + 1
	p.Items, err = pg.All[Item](ctx, b.db, listHead+w.SQL()+order+listTail, w.Args)
	return p, err
}

// One is the public proposal, or the project it has become, by the proposal's id.
func (b *Book) One(ctx context.Context, by identity.Actor, proposalID string) (Item, error) {
	return pg.One[Item](ctx, b.db, oneSQL, pg.Args{"id": proposalID, "me": by.ID})
}
