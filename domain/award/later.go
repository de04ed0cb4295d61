package award

import (
	"context"

	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	laterSQL  = `select ` + publicityColumns + ` from publicity n where n.follows = @id::uuid and n.state <> 'void' order by n.opens_at, n.id`
	struckSQL = `select s.id::text as id, u.name as judge, coalesce(s.total, 0)::int as total from award a join sheet s on s.proposal_id = a.proposal_id and s.state = 'locked'
    join review_round r on r.id = s.round_id and r.edition_id = a.edition_id and r.seq = (select max(seq) from review_round where edition_id = a.edition_id and kind <> 'panel')
    join judge j on j.id = s.judge_id join person u on u.id = j.person_id where a.id = @award::uuid order by u.name, s.id`
)

// Later lists the notices that correct one or follow it.
func Later(ctx context.Context, q pg.Reader, noticeID string) ([]Publicity, error) {
	return pg.All[Publicity](ctx, q, laterSQL, pg.Args{"id": noticeID})
}

// Struck is a sheet of an objection's target that may be struck out.
type Struck struct {
	ID    string
	Judge string
	Total int // hundredths
}

// TargetSheets lists the valid sheets of an objection's target in the round that decides, for who may read sheets.
func (b *Book) TargetSheets(ctx context.Context, by identity.Actor, o Objection) ([]Struck, error) {
	if !by.Sees(identity.ReadSheets, o.Place) {
		return nil, nil
	}
	return pg.All[Struck](ctx, b.db, struckSQL, pg.Args{"award": o.AwardID})
}
