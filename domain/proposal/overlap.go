package proposal

import (
	"context"
	"strings"

	"seedbed/domain/alike"
	"seedbed/storage/pg"
)

// Overlap is another project of the same people, or of the same organisation, that asks, or was paid, for alike expenses: what the promise not to ask
// twice for the same thing (申报书的承诺) is held against.
type Overlap struct {
	ID       string
	Title    string
	Number   string
	Edition  string
	State    string
	Place    string
	SameLead bool
	SameOrg  bool // made in the name of the same organisation
	People   int  // of this team who are in that one too
	Pairs    []LinePair
}

// LinePair is an expense here and its like there.
type LinePair struct{ Mine, Theirs Line }

const (
	overlapSQL = `select o.id::text, o.title, coalesce(o.number, '') as number, e.title as edition, o.state, o.place::text, o.lead_id = me.lead_id as same_lead, o.org_id is not distinct from me.org_id and o.org_id is not null as same_org,
  (select count(*) from team_member m join team_member n on n.person_id = m.person_id and n.state = 'accepted' where m.team_id = me.team_id and m.state = 'accepted' and n.team_id = o.team_id) as people,
  (select coalesce(jsonb_agg(jsonb_build_object('category', b.category, 'item', b.item, 'unit_price', b.unit_price, 'qty', b.qty, 'note', b.note) order by b.seq), '[]')
    from proposal_line b where b.proposal_id = o.id) as lines
  from proposal me join proposal o on o.id <> me.id and o.state = any(@live) join edition e on e.id = o.edition_id
  where me.id = @id::uuid and (o.org_id = me.org_id or exists (select from team_member m join team_member n on n.person_id = m.person_id and n.state = 'accepted'
    where m.team_id = me.team_id and m.state = 'accepted' and n.team_id = o.team_id)) order by same_lead desc, o.submitted_at desc, o.id limit 20`
)

type overlapping struct {
	ID, Title, Number, Edition, State, Place string
	SameLead, SameOrg                        bool
	People                                   int
	Lines                                    []Line
}

// overlaps finds the live and paid projects of a team's people and of its organisation, in any edition, with alike lines in their budgets.
func overlaps(ctx context.Context, q pg.Reader, f Full) ([]Overlap, error) {
	others, err := pg.All[overlapping](ctx, q, overlapSQL, pg.Args{"id": f.ID, "live": Live})
	if err != nil {
		return nil, err
	}
	var list []Overlap
	for _, o := range others {
		var pairs []LinePair
		for _, mine := range f.Lines {
			for _, theirs := range o.Lines {
				if kindred(mine, theirs) {
					pairs = append(pairs, LinePair{mine, theirs})
					break
				}
			}
		}
		if len(pairs) > 0 {
			list = append(list, Overlap{ID: o.ID, Title: o.Title, Number: o.Number, Edition: o.Edition, State: o.State, Place: o.Place, SameLead: o.SameLead, SameOrg: o.SameOrg, People: o.People, Pairs: pairs})
		}
	}
	return list, nil
}

// kindred tells whether two lines of a budget are for the same thing: in the same category, and called the same, or most
// of the shorter name's pairs of characters stand in the longer one.
func kindred(a, b Line) bool {
	x, y := alike.Clean(a.Item), alike.Clean(b.Item)
	if a.Category != b.Category || len(x) == 0 || len(y) == 0 {
		return false
	}
	if string(x) == string(y) {
		return true
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	common := 0
	for i := 0; i+2 <= len(x); i++ {
		if strings.Contains(string(y), string(x[i:i+2])) {
			common++
		}
	}
	return len(x) > 2 && 10*common >= 7*(len(x)-1)
}
