package proposal

import (
	"context"
	"slices"

	"seedbed/domain/edition"
	"seedbed/domain/evidence"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Member is somebody of a team: named by the lead, reached by phone, in it once they have said yes.
type Member struct {
	ID        string `json:"id"`
	PersonID  string `json:"person_id"` // "" while nobody has signed in with the number
	Name      string `json:"name"`
	Role      string `json:"role"`
	Skill     string `json:"skill"`
	PhoneTail string `json:"phone_tail"`
	State     string `json:"state"`
	Age       string `json:"age"`    // a band of Ages, "" before it was asked
	Rights    string `json:"rights"` // one of Rights
	Version   int    `json:"version"`
}

// sheet is what belongs to a proposal beside its own row, read in one statement.
type sheet struct {
	TeamName    string
	TeamState   string
	LeadName    string
	Home        string // the lead's community today
	HomeState   string
	PlaceName   string
	PlaceNameEn string
	OpinionName string
	Activities  []Activity
	Lines       []Line
	Funding     []Funding
	Members     []Member
}

// Full is a proposal with everything on its pages.
type Full struct {
	Proposal
	sheet
	Edition  edition.Edition
	District District              // the district's questions and their answers
	Photos   []evidence.Attachment // those that still count, in the order they came
	late     error                 // why its team cannot change it now, read with it
}

const sheetSQL = `select t.name as team_name, t.state as team_state, l.name as lead_name, coalesce(l.home::text, '') as home, l.home_state, pl.name as place_name, pl.name_en as place_name_en,
  coalesce((select name from person where id = p.opinion_by), '') as opinion_name,
  (select coalesce(jsonb_agg(jsonb_build_object('name', a.name, 'times', a.times, 'month', a.month, 'place', a.place_text, 'people', a.people, 'row', a.row_id) order by a.seq), '[]')
    from proposal_activity a where a.proposal_id = p.id) as activities,
  (select coalesce(jsonb_agg(jsonb_build_object('category', b.category, 'item', b.item, 'unit_price', b.unit_price, 'qty', b.qty, 'note', b.note, 'row', b.row_id) order by b.seq), '[]')
    from proposal_line b where b.proposal_id = p.id) as lines,
  (select coalesce(jsonb_agg(jsonb_build_object('source', o.source, 'kind', o.kind, 'amount', o.amount, 'note', o.note, 'row', o.row_id) order by o.seq), '[]')
    from proposal_funding o where o.proposal_id = p.id) as funding,
  (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'person_id', coalesce(m.person_id::text, ''), 'name', m.name, 'role', m.role, 'skill', m.skill,
    'phone_tail', m.phone_tail, 'state', m.state, 'age', m.age, 'rights', m.rights, 'version', m.version) order by (m.role <> 'lead'), m.at, m.id), '[]')
    from team_member m where m.team_id = t.id and m.state in ('invited', 'applied', 'accepted')) as members
  from proposal p join team t on t.id = p.team_id join person l on l.id = p.lead_id join place pl on pl.path = p.place where p.id = @id::uuid`

// Whole reads a proposal with its rows, team and edition, whoever asks: callers decide who may see it.
func Whole(ctx context.Context, q pg.Reader, id string) (Full, error) {
	p, err := Get(ctx, q, id)
	if err != nil {
		return Full{}, err
	}
	return complete(ctx, q, p)
}

func complete(ctx context.Context, q pg.Reader, p Proposal) (Full, error) {
	s, err := pg.One[sheet](ctx, q, sheetSQL, pg.Args{"id": p.ID})
	if err != nil {
		return Full{}, err
	}
	e, err := edition.Get(ctx, q, p.EditionID)
	if err != nil {
		return Full{}, err
	}
	a, err := asked(ctx, q, p)
	if err != nil {
		return Full{}, err
	}
	photos, err := evidence.Of(ctx, q, p.ID)
	photos = slices.DeleteFunc(photos, func(a evidence.Attachment) bool {
		return a.Owner != "proposal" || !a.Counts() || !edition.Known(PhotoKinds, a.Kind)
	})
	return Full{Proposal: p, sheet: s, Edition: e, District: a, Photos: photos}, err
}

// Draft is what the team has written, as the form shows it.
func (f Full) Draft() Draft {
	return Draft{Saves: f.Saves, Title: f.Title, Pitch: f.Pitch, Track: f.Track, Category: f.Category, Colour: f.Colour, TeamName: f.TeamName, Venue: f.Venue,
		StartsOn: whole(f.StartsOn), EndsOn: whole(f.EndsOn), Problem: f.Problem, Affected: f.Affected, HowFound: f.HowFound, Asked: f.Asked, Goal: f.Goal,
		Method: f.Method, Activities: f.Activities, Risks: f.Risks, Partners: f.Partners, ActTarget: f.ActTarget, ServedTarget: f.ServedTarget,
		PeopleTarget: f.PeopleTarget, VolunteerTarget: f.VolunteerTarget, SatisfactionTarget: f.SatisfactionTarget, Product: f.Product, Lines: f.Lines,
		OwnFen: f.OwnFen, Funding: f.Funding, Future: f.Future, OrgWish: f.OrgWish, OrgType: f.OrgType, Declared: f.Declared,
		Form: f.District.Form.Version, Answers: f.District.Answers}
}

// With is the proposal as a draft says it: what was sealed, for those who judge it while its team is rewriting it.
func (f Full) With(d Draft) Full {
	f.Title, f.Pitch, f.Track, f.Category, f.Colour, f.TeamName, f.Venue = d.Title, d.Pitch, d.Track, d.Category, d.Colour, d.TeamName, d.Venue
	f.StartsOn, f.EndsOn, f.Problem, f.Affected, f.HowFound, f.Asked = some(d.StartsOn), some(d.EndsOn), d.Problem, d.Affected, d.HowFound, d.Asked
	f.Goal, f.Method, f.Activities, f.Risks, f.Partners = d.Goal, d.Method, d.Activities, d.Risks, d.Partners
	f.ActTarget, f.ServedTarget, f.PeopleTarget, f.VolunteerTarget = d.ActTarget, d.ServedTarget, d.PeopleTarget, d.VolunteerTarget
	f.SatisfactionTarget, f.Product, f.Lines, f.OwnFen = d.SatisfactionTarget, d.Product, d.Lines, d.OwnFen
	f.Funding = d.Funding
	f.Future, f.OrgWish, f.OrgType, f.Declared = d.Future, d.OrgWish, d.OrgType, d.Declared
	f.Requested = max(Total(d.Lines)-d.OwnFen, 0)
	f.District.Answers = d.Answers
	return f
}

// Accepted counts the members who have said yes, the lead among them; helpers and mentors are no members of the core.
func (f Full) Accepted() int {
	n := 0
	for _, m := range f.Members {
		if m.State == "accepted" && core(m.Role) {
			n++
		}
	}
	return n
}

// Leads tells whether the actor leads the team.
func (f Full) Leads(by identity.Actor) bool { return by.SignedIn() && f.LeadID == by.ID }

// Own is a proposal for somebody of its team; for anybody else it is not there.
func (b *Book) Own(ctx context.Context, by identity.Actor, id string) (Full, error) {
	p, err := Get(ctx, b.db, id)
	if err != nil {
		return Full{}, err
	}
	_, here, err := seatIn(ctx, b.db, p.TeamID, by)
	if err != nil {
		return Full{}, err
	}
	if !here {
		return Full{}, fault.Missing()
	}
	f, err := complete(ctx, b.db, p)
	if err == nil {
		f.late = stillWritable(ctx, b.db, by, p, f.Edition, b.clock.Now())
	}
	return f, err
}

// Writable tells why a proposal cannot be changed by its team now, nil when it can.
func (b *Book) Writable(f Full) error { return f.late }

// Row is a proposal in a list.
type Row struct {
	ID          string
	Number      string
	Title       string
	State       string
	Colour      string
	Track       string
	Requested   int64
	PlaceName   string
	PlaceNameEn string
	TeamName    string
	EditionNo   int
	Edition     string // its title
	Refused     bool
}

const (
	rowColumns = `p.id::text, coalesce(p.number, '') as number, p.title, p.state, p.colour, p.track, p.requested, pl.name as place_name, pl.name_en as place_name_en,
  t.name as team_name, e.no as edition_no, e.title as edition, p.refused`
	rowTables = ` from proposal p join team t on t.id = p.team_id join edition e on e.id = p.edition_id join place pl on pl.path = p.place`
)
