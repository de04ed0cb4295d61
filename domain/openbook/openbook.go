// Package openbook is what everybody may read: published projects, cleared photos, money by category, organisations.
// It reads the public views alone, so no query here can reach a name, a phone or an uncleared photo.
package openbook

import (
	"context"
	"time"

	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Book answers the public.
type Book struct{ db *pg.DB }

// New opens the book.
func New(db *pg.DB) *Book { return &Book{db} }

// Project is a funded project as the public sees it.
type Project struct {
	ID          string
	ProposalID  string
	Number      string
	Title       string
	Pitch       string
	Goal        string
	Category    string
	Colour      string
	State       string
	Place       string
	PlaceName   string
	EditionID   string
	Edition     string
	StartsOn    time.Time
	EndsOn      time.Time
	Award       yuan.Fen
	Released    yuan.Fen
	Paid        yuan.Fen
	ActN        int
	ServedTimes int
	Grade       string
	OrgID       string
	Cover       string // id of a public photo, "" when there is none
	CreatedAt   time.Time
}

// Spending is a budget category of a project.
type Spending struct {
	Category string
	Budget   yuan.Fen
	Spent    yuan.Fen
}

// Activity is a verified activity.
type Activity struct {
	ID          string
	Theme       string
	StartsAt    time.Time
	PlaceText   string
	Content     string
	ServedTimes int
	Volunteers  int
}

// Photo is a cleared photo of a verified activity.
type Photo struct {
	ID         string
	ActivityID string
	Kind       string
}

// Org is an organisation the community has recognised.
type Org struct {
	ID        string
	Number    string
	Name      string
	Type      string
	Colour    string
	State     string
	Place     string
	PlaceName string
	Purpose   string
	FoundedOn time.Time
	ProjectID string
	Project   string
	Stars     int
	MembersN  int
}

// Figures are the numbers of the front page, each with a definition beside it there.
type Figures struct {
	Projects    int
	Activities  int
	ServedTimes int
	Orgs        int
	Paid        yuan.Fen
}

const (
	projectColumns = `p.id::text, p.proposal_id::text, p.number, p.title, r.pitch, r.goal, p.category, p.colour, p.state, p.place::text, l.name as place_name, p.edition_id::text, e.title as edition, p.starts_on, p.ends_on,
  p.award, p.released, p.paid, p.act_n, p.served_times, p.grade, coalesce(p.org_id::text, '') as org_id,
  coalesce((select ph.id::text from open_photo ph join activity a on a.id = ph.activity_id where a.project_id = p.id order by ph.kind = 'result' desc, ph.id limit 1),
    (select c.id::text from open_cover c where c.proposal_id = p.proposal_id order by c.id limit 1), '') as cover, p.created_at`
	projectFrom   = ` from open_project p join place l on l.path = p.place join edition e on e.id = p.edition_id join proposal r on r.id = p.proposal_id `
	projectSQL    = `select ` + projectColumns + projectFrom + `where p.id = @id`
	newestSQL     = `select ` + projectColumns + projectFrom + `order by p.created_at desc, p.id desc limit @n`
	spendingSQL   = `select category, budget::bigint, spent::bigint from open_spending where project_id = @id order by budget desc, category`
	activitiesSQL = `select id::text, theme, starts_at, place_text, content, served_times, volunteers from open_activity where project_id = @id order by starts_at desc, id limit 200`
	photosSQL     = `select ph.id::text, ph.activity_id::text, ph.kind from open_photo ph join activity a on a.id = ph.activity_id where a.project_id = @id order by a.starts_at desc, ph.id limit 60`
	orgColumns    = `o.id::text, o.number, o.name, o.type, o.colour, o.state, o.place::text, l.name as place_name, o.purpose, o.founded_on, coalesce(o.project_id::text, '') as project_id, coalesce(p.title, '') as project, o.stars, o.members_n`
	orgFrom       = ` from open_org o join place l on l.path = o.place left join open_project p on p.id = o.project_id `
	orgSQL        = `select ` + orgColumns + orgFrom + `where o.id = @id`
	figuresSQL    = `select count(*) as projects, coalesce(sum(act_n), 0)::int as activities, coalesce(sum(served_times), 0)::int as served_times, (select count(*) from open_org) as orgs, coalesce(sum(paid), 0)::bigint as paid from open_project`
)

// Newest lists the latest published projects, for the front page; the gallery has them all.
func (b *Book) Newest(ctx context.Context, n int) ([]Project, error) {
	return pg.All[Project](ctx, b.db, newestSQL, pg.Args{"n": n})
}

// Project is one published project.
func (b *Book) Project(ctx context.Context, id string) (Project, error) {
	return pg.One[Project](ctx, b.db, projectSQL, pg.Args{"id": id})
}

// Spending is a project's money by budget category: planned and paid.
func (b *Book) Spending(ctx context.Context, project string) ([]Spending, error) {
	return pg.All[Spending](ctx, b.db, spendingSQL, pg.Args{"id": project})
}

// Activities lists a project's verified activities.
func (b *Book) Activities(ctx context.Context, project string) ([]Activity, error) {
	return pg.All[Activity](ctx, b.db, activitiesSQL, pg.Args{"id": project})
}

// Photos lists a project's cleared photos.
func (b *Book) Photos(ctx context.Context, project string) ([]Photo, error) {
	return pg.All[Photo](ctx, b.db, photosSQL, pg.Args{"id": project})
}

// Org is one recognised organisation.
func (b *Book) Org(ctx context.Context, id string) (Org, error) {
	return pg.One[Org](ctx, b.db, orgSQL, pg.Args{"id": id})
}

// Figures adds up the public numbers.
func (b *Book) Figures(ctx context.Context) (Figures, error) {
	return pg.One[Figures](ctx, b.db, figuresSQL, nil)
}
