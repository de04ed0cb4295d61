package judging

import (
	"context"
	"encoding/json"

	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/storage/pg"
)

// RecomputePanel works a closed panel's result out again from its stored words; its digest equals the round's. Which projects
// it is about stands in its last run: since then their states have moved on.
func RecomputePanel(ctx context.Context, q pg.Reader, r Round, runs []Run) (PanelOutcome, error) {
	if len(runs) == 0 {
		return PanelOutcome{}, fault.New(fault.Conflict, "评审还没有结束，没有结果可以公布")
	}
	var kept struct{ Input PanelInput }
	if err := json.Unmarshal([]byte(runs[len(runs)-1].Protocol), &kept); err != nil {
		return PanelOutcome{}, err
	}
	was := map[string]PanelPaper{}
	list := []string{}
	for _, p := range kept.Input.Projects {
		was[p.ID], list = p, append(list, p.ID)
	}
	words, err := pg.All[standing](ctx, q, standingWordsSQL, pg.Args{"round": r.ID, "ids": list})
	if err != nil {
		return PanelOutcome{}, err
	}
	in := PanelInput{Round: r.ID}
	for _, s := range words {
		p := s.paper(edition.Edition{})
		p.Requested, p.Ceiling = was[s.ID].Requested, was[s.ID].Ceiling // as they were when the panel ended
		in.Projects = append(in.Projects, p)
	}
	return ComputePanel(in)
}

const closedPanelsSQL = `select ` + roundColumns + ` from review_round r where r.state = 'closed' and r.kind = 'panel' order by r.id`

// VerifyPanels computes every closed panel's result again, from its words and from each protocol, and compares it with what is
// stored. It gives the number of runs looked at and what differs.
func VerifyPanels(ctx context.Context, q pg.Reader) (int64, []string, error) {
	rounds, err := pg.All[Round](ctx, q, closedPanelsSQL, nil)
	if err != nil {
		return 0, nil, err
	}
	var n int64
	var broken []string
	for _, r := range rounds {
		runs, err := Runs(ctx, q, r.ID)
		if err != nil {
			return n, broken, err
		}
		for _, k := range runs {
			n++
			if v, err := panelSame(k.Protocol); err != nil || !v.Same || v.Result != k.Digest {
				broken = append(broken, "panel "+r.ID+": a stored protocol does not replay: "+v.Where)
			}
		}
		out, err := RecomputePanel(ctx, q, r, runs)
		if err != nil && fault.MessageOf(err).Text == "" {
			return n, broken, err
		}
		if err != nil || Digest(out) != r.Digest {
			broken = append(broken, "panel "+r.ID+": its words come to "+Digest(out)+", it keeps "+r.Digest)
		}
	}
	return n, broken, nil
}
