package judging

import (
	"context"
	"time"

	"seedbed/storage/pg"
)

// MarkedSheet is a sheet as it is taken out for the files of the district: with the judge's name, without the private note.
type MarkedSheet struct {
	Number      string // of the proposal
	Title       string
	Track       string
	Rank        int
	Judge       string
	Marks       map[string]int
	Total       int
	State       string
	Reason      string // why it is invalid
	Comment     string
	Dropped     bool
	SubmittedAt *time.Time
}

const takenOutSQL = `select coalesce(p.number, '') as number, p.title, p.track, coalesce(x.rank, 0)::int as rank, u.name as judge, s.marks, coalesce(s.total, 0)::int as total, s.state, s.reason, s.comment,
    coalesce(s.id = any(x.dropped), false) as dropped, s.submitted_at
  from sheet s join proposal p on p.id = s.proposal_id join judge j on j.id = s.judge_id join person u on u.id = j.person_id
    left join round_result x on x.round_id = s.round_id and x.proposal_id = s.proposal_id and x.run = (select max(run) from round_result where round_id = s.round_id)
  where s.round_id = @round::uuid and s.state in ('locked', 'invalid') order by p.track, x.rank, p.number, u.name, s.id`

// TakenOut lists a closed round's sheets, whoever asks: callers decide who may see them.
func TakenOut(ctx context.Context, q pg.Reader, roundID string) ([]MarkedSheet, error) {
	return pg.All[MarkedSheet](ctx, q, takenOutSQL, pg.Args{"round": roundID})
}
