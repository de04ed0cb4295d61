// Package incubation keeps the 三自 organisations (自治 / 自乐 / 志愿) that finished projects grow into: founded by a team,
// joined by neighbours with their own consent, recognised by the community.
package incubation

import (
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Book is where organisations are founded and grown.
type Book struct {
	db    *pg.DB
	clock clock.Clock
}

// New opens the book.
func New(db *pg.DB, c clock.Clock) *Book { return &Book{db, c} }

// The stages of an organisation (DOMAIN §7.15) that this book moves through.
const (
	Seedling   = "seedling"
	Budding    = "budding"
	Recognized = "recognized"
)

// What a stage asks for (DOMAIN §7.15, district defaults).
const (
	foundersMin   = 3
	membersMin    = 6
	activitiesMin = 2
)

// Types names the three kinds of 三自 organisations.
var Types = []edition.Choice{{Code: "self_governance", Name: "自治组织"}, {Code: "recreation", Name: "自乐组织"}, {Code: "volunteer", Name: "志愿服务组织"}}

// Stages names the stages.
var Stages = []edition.Choice{{Code: "seedling", Name: "萌芽"}, {Code: "budding", Name: "成形"}, {Code: "recognized", Name: "社区纳管"}, {Code: "filed", Name: "备案"},
	{Code: "registered", Name: "登记"}, {Code: "dormant", Name: "沉睡"}, {Code: "dissolved", Name: "注销"}}

// Colours names the seven colours of service (七彩服务); a district may rename them.
var Colours = []edition.Choice{{Code: "red", Name: "党建先锋"}, {Code: "orange", Name: "邻里互助"}, {Code: "yellow", Name: "少年成长"}, {Code: "green", Name: "环境美化"},
	{Code: "cyan", Name: "自管自治"}, {Code: "blue", Name: "平安守护"}, {Code: "purple", Name: "文化乐享"}}

// Org is an organisation.
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
	TeamID    string
	LeaderID  string
	Leader    string
	MembersN  int
	Version   int
}

// Member is somebody in an organisation, or asked to be.
type Member struct {
	PersonID string
	Name     string
	Role     string // leader, founder, member
	State    string // asked, accepted, declined, left
	AskedAt  time.Time
}

// NewOrg is what a lead writes to found an organisation out of an accepted project.
type NewOrg struct {
	ID        string `form:"id"`
	ProjectID string `form:"-"`
	Name      string `form:"name"`
	Type      string `form:"type"`
	Colour    string `form:"colour"`
	Purpose   string `form:"purpose"`
	Consent   bool   `form:"consent"`
}

const (
	orgColumns = `o.id::text, o.number, o.name, o.type, o.colour, o.state, o.place::text, l.name as place_name, o.purpose, o.founded_on, coalesce(o.project_id::text, '') as project_id,
  coalesce(o.team_id::text, '') as team_id, o.leader_id::text, p.name as leader, o.members_n, o.version`
	orgFrom    = ` from org o join place l on l.path = o.place join person p on p.id = o.leader_id `
	orgSQL     = `select ` + orgColumns + orgFrom + `where o.id = @id`
	lockOrgSQL = orgSQL + ` for no key update of o`
	ofSQL      = `select ` + orgColumns + orgFrom + `where o.project_id = @project`
	mineSQL    = `select ` + orgColumns + orgFrom + `where exists (select from org_member m where m.org_id = o.id and m.person_id = @me and m.state in ('asked','accepted')) order by o.founded_on desc, o.id limit 50`
	deskSQL    = `select ` + orgColumns + orgFrom + `where o.place <@ any(@sight::text[]::ltree[]) and (@state = '' or o.state = @state) order by (o.state = 'budding') desc, o.founded_on desc, o.id limit 200`
	peopleSQL  = `select person_id::text, name, role, state, asked_at from org_member where org_id = @org and state in ('asked','accepted') order by role = 'leader' desc, role = 'founder' desc, asked_at, person_id`
	tieSQL     = `select role from org_member where org_id = @org and person_id = @me and state = 'accepted'`
)

// Get is an organisation by its id, asking nobody for permission.
func Get(ctx context.Context, q pg.Reader, id string) (Org, error) {
	return pg.One[Org](ctx, q, orgSQL, pg.Args{"id": id})
}

// OfProject is the organisation born of a project, if there is one.
func OfProject(ctx context.Context, q pg.Reader, project string) (Org, bool, error) {
	return pg.Maybe[Org](ctx, q, ofSQL, pg.Args{"project": project})
}

// Mine lists the organisations the actor belongs to or is asked into.
func Mine(ctx context.Context, q pg.Reader, by identity.Actor) ([]Org, error) {
	return pg.All[Org](ctx, q, mineSQL, pg.Args{"me": by.ID})
}

// Desk lists the organisations of the actor's places; those waiting to be recognised first.
func (b *Book) Desk(ctx context.Context, by identity.Actor, state string) ([]Org, error) {
	return pg.All[Org](ctx, b.db, deskSQL, pg.Args{"sight": by.Sight(identity.ReadOrgs), "state": state})
}

// Members lists who belongs and who is asked.
func Members(ctx context.Context, q pg.Reader, org string) ([]Member, error) {
	return pg.All[Member](ctx, q, peopleSQL, pg.Args{"org": org})
}

// ties are the roles an organisation gives the actor.
func ties(ctx context.Context, q pg.Reader, org string, by identity.Actor) ([]identity.Role, error) {
	roles, err := pg.Values[string](ctx, q, tieSQL, pg.Args{"org": org, "me": by.ID})
	if err != nil || len(roles) == 0 || roles[0] != "leader" {
		return nil, err
	}
	return []identity.Role{identity.OrgOfficer}, nil
}
