package money

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

// Card is a claim in a list.
type Card struct {
	ID        string
	Number    string
	State     string
	Level     string
	Tail      bool
	Sum       yuan.Fen
	Payee     string
	DueAt     *time.Time
	ProjectID string
	Project   string
	Colour    string
	Place     string // the community's name
	By        string // who submitted it
}

// Tabs of the desk: what waits for the reader first, then the steps of a claim, then all.
const (
	TabMine = "mine"
	TabAll  = "all"
)

// page is how many rows a list shows at once.
const page = 50

const (
	// mine is what waits for the reader's own step: the right role at the right place, no other step done in it, not of
	// the reader's own team.
	mineCondition = `(c.state = 'submitted' and c.place <@ any(@verify::text[]::ltree[]) or c.state = 'community_verified' and c.place <@ any(@finance::text[]::ltree[])
    or c.state = 'finance_passed' and (c.level <> 'district' and c.place <@ any(@street::text[]::ltree[]) or c.place <@ any(@district::text[]::ltree[])) and c.approved_by is distinct from nullif(@me, '')::uuid
    or c.state = 'approved' and c.place <@ any(@pay::text[]::ltree[]))
  and not exists (select from claim_hand h where h.claim_id = c.id and h.person_id = nullif(@me, '')::uuid and h.step <> case c.state when 'submitted' then 'verify' when 'community_verified' then 'finance' when 'finance_passed' then 'approve' else 'pay' end)
  and not exists (select from project o join team_member m on m.team_id = o.team_id where o.id = c.project_id and m.person_id = nullif(@me, '')::uuid and m.state = 'accepted')`
	deskSQL = `select c.id::text, coalesce(c.number, '') as number, c.state, c.level, c.tail, case when c.approved > 0 then c.approved else c.total end as sum, c.payee, c.due_at,
  p.id::text as project_id, p.title as project, p.colour, l.name as place, r.name as by from claim c join project p on p.id = c.project_id join place l on l.path = c.place join person r on r.id = c.created_by
  where c.place <@ any(@read::text[]::ltree[]) and c.state <> 'draft' and (@tab = 'all' or c.state = @tab or @tab = 'mine' and ` + mineCondition + `)
  and (coalesce(c.due_at, '9999-01-01'), c.id) > (@after, @last::uuid) order by coalesce(c.due_at, '9999-01-01'), c.id limit @most`
	countsSQL = `select c.state as state, count(*)::int as n, (count(*) filter (where ` + mineCondition + `))::int as mine from claim c
  where c.place <@ any(@read::text[]::ltree[]) and c.state in ('submitted','community_verified','finance_passed','approved') group by 1`
)

// Cursor is where a list goes on: after a deadline and an id.
type Cursor struct {
	At time.Time
	ID string
}

func (b *Book) deskArgs(by identity.Actor) pg.Args {
	return pg.Args{"read": by.Sight(identity.ReadClaims), "verify": by.Sight(identity.VerifyClaims), "finance": by.Sight(identity.ReviewVouchers),
		"street": by.Sight(identity.ApproveClaims), "district": by.Sight(identity.ApproveLargeClaim), "pay": by.Sight(identity.PayClaims), "me": by.ID}
}

// Desk lists the claims of the reader's places, the most urgent first: what waits for the reader, one state, or all.
func (b *Book) Desk(ctx context.Context, by identity.Actor, tab string, after Cursor) (list []Card, next *Cursor, err error) {
	args := b.deskArgs(by)
	if after.ID == "" {
		after.ID = uuid.Nil.String()
	}
	args["tab"], args["after"], args["last"], args["most"] = tab, after.At, after.ID, page+1
	if list, err = pg.All[Card](ctx, b.db, deskSQL, args); err != nil || len(list) <= page {
		return list, nil, err
	}
	list = list[:page]
	end := list[page-1]
	next = &Cursor{At: time.Date(9999, 1, 1, 0, 0, 0, 0, b.clock.Now().Location()), ID: end.ID}
	if end.DueAt != nil {
		next.At = *end.DueAt
	}
	return list, next, nil
}

// Count is how many claims are in a state, and how many of them wait for the reader.
type Count struct {
	State string
	N     int
	Mine  int
}

// Counts counts the claims under way in the reader's places.
func (b *Book) Counts(ctx context.Context, by identity.Actor) ([]Count, error) {
	return pg.All[Count](ctx, b.db, countsSQL, b.deskArgs(by))
}
