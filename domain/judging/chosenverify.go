package judging

import (
	"context"
	"encoding/json"

	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// chosen is a project that was read in a round that chooses, or stands in a later one.
type chosen struct {
	ID      string
	State   string // of the proposal
	WentOn  bool   // it is of a later round
	Decided bool   // a later round that has closed chose about it too
}

const chosenSQL = `select p.id::text, p.state, exists (select from round_entry e join review_round n on n.id = e.round_id where e.proposal_id = p.id and n.edition_id = @edition::uuid and n.seq > @seq) as went_on,
    exists (select from round_result x join review_round n on n.id = x.round_id and n.state = 'closed' and num_nonnulls(n.cut_score, n.cut_top) = 1 where x.proposal_id = p.id and n.edition_id = @edition::uuid and n.seq > @seq) as decided
  from proposal p where p.edition_id = @edition::uuid and (exists (select from round_result x where x.round_id = @round::uuid and x.proposal_id = p.id)
    or exists (select from round_entry e join review_round n on n.id = e.round_id where e.proposal_id = p.id and n.edition_id = @edition::uuid and n.seq > @seq)) order by p.id`

// strays compares who went on from a round that chose with what its runs came to. Passing in any of them is enough: who was told
// that they go on is not put out by a later run, and who passes by a later one goes on then. Whoever went on without
// passing in any, or passed and was left out, is named.
func (r Round) strays(ctx context.Context, q pg.Reader, runs []Run) ([]string, error) {
	if !r.Selects() {
		return nil, nil
	}
	passed, err := r.passed(ctx, q, runs)
	if err != nil {
		return nil, err
	}
	list, err := pg.All[chosen](ctx, q, chosenSQL, pg.Args{"round": r.ID, "edition": r.EditionID, "seq": r.Seq})
	if err != nil {
		return nil, err
	}
	var broken []string
	for _, p := range list {
		left := p.State == proposal.Withdrawn || p.State == proposal.Void
		out := p.State == proposal.NotShortlisted
		switch {
		case !passed[p.ID] && (p.WentOn || !out && !left):
			broken = append(broken, "proposal "+p.ID+" went on and passes in no run")
		case passed[p.ID] && out && !p.Decided:
			broken = append(broken, "proposal "+p.ID+" passes and was left out")
		}
	}
	return broken, nil
}

// passed tells who passes the cut in any run: by its protocol, which replays, or by the stored rows of a round closed before
// protocols were kept.
func (r Round) passed(ctx context.Context, q pg.Reader, runs []Run) (map[string]bool, error) {
	passed := map[string]bool{}
	take := func(rows []Row) {
		for _, row := range rows {
			passed[row.ID] = passed[row.ID] || r.Passes(row.Score, row.Rank)
		}
	}
	for _, k := range runs {
		var kept struct{ Result Outcome }
		if err := json.Unmarshal([]byte(k.Protocol), &kept); err != nil {
			continue // that it does not replay is said elsewhere
		}
		take(kept.Result.Rows)
	}
	if len(runs) > 0 {
		return passed, nil
	}
	rows, err := pg.All[Row](ctx, q, recountSQL, pg.Args{"round": r.ID, "run": 1})
	take(rows)
	return passed, err
}
