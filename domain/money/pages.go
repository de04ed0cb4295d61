package money

import (
	"context"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Turn is a tranche in the list of those who move it, with the step that is the reader's now.
type Turn struct {
	Tranche
	Project   string
	Community string
	Next      string `db:"-"` // "request", "review", "approve", "transfer", or "" when it waits for somebody else
}

const (
	// The reader's own step: the right at the place, and no other hand in the same tranche.
	turnCondition = `(state = 'due' and place <@ any(@request::text[]::ltree[]) or state = 'requested' and place <@ any(@review::text[]::ltree[])
    or state = 'reviewed' and place <@ any(@approve::text[]::ltree[]) or state = 'approved' and place <@ any(@release::text[]::ltree[]))
  and nullif(@me, '')::uuid is distinct from requested_by and nullif(@me, '')::uuid is distinct from reviewed_by and nullif(@me, '')::uuid is distinct from approved_by`
	turnsSQL = `select ` + trancheColumns + `, (select title from project p where p.id = tranche.project_id) as project, (select l.name from place l where l.path = tranche.place) as community from tranche
  where place <@ any(@read::text[]::ltree[]) and (state = @tab or @tab = 'all' or @tab = 'mine' and ` + turnCondition + `) and id > @after::uuid order by id limit @most`
	turnCountsSQL = `select state, count(*)::int as n, (count(*) filter (where ` + turnCondition + `))::int as mine from tranche
  where place <@ any(@read::text[]::ltree[]) and state in ('due','requested','reviewed','approved','held') group by 1`
)

func turnArgs(by identity.Actor) pg.Args {
	return pg.Args{"read": by.Sight(identity.ReadClaims), "request": by.Sight(identity.RequestTranches), "review": by.Sight(identity.ReviewTranches),
		"approve": by.Sight(identity.ApproveTranches), "release": by.Sight(identity.ReleaseTranches), "me": by.ID}
}

// Turns lists the tranches of the reader's places in the order they were planned: what waits for the reader (TabMine),
// one state, or all; next is where the list goes on, "" at its end.
func (b *Book) Turns(ctx context.Context, by identity.Actor, tab, after string) (list []Turn, next string, err error) {
	args := turnArgs(by)
	if after == "" {
		after = "00000000-0000-0000-0000-000000000000"
	}
	args["tab"], args["after"], args["most"] = tab, after, page+1
	if list, err = pg.All[Turn](ctx, b.db, turnsSQL, args); err != nil {
		return nil, "", err
	}
	if len(list) > page {
		list, next = list[:page], list[page-1].ID
	}
	for k, t := range list {
		list[k].Next = t.next(by)
	}
	return list, next, nil
}

// TurnCounts counts the tranches under way in the reader's places, and how many of them wait for the reader.
func (b *Book) TurnCounts(ctx context.Context, by identity.Actor) ([]Count, error) {
	return pg.All[Count](ctx, b.db, turnCountsSQL, turnArgs(by))
}

// next is the step of a tranche that is the reader's now. The verb asks again.
func (t Tranche) next(by identity.Actor) string {
	if distinct(by, t) != nil {
		return ""
	}
	switch {
	case t.State == Due && by.Can(identity.RequestTranches, t.Place):
		return "request"
	case t.State == Requested && by.Can(identity.ReviewTranches, t.Place):
		return "review"
	case t.State == Reviewed && by.Can(identity.ApproveTranches, t.Place):
		return "approve"
	case t.State == Approved && by.Can(identity.ReleaseTranches, t.Place):
		return "transfer"
	}
	return ""
}
