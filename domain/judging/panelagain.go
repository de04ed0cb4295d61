package judging

import (
	"context"
	"encoding/json"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// VoteAgain writes down how the panel voted anew on one project of a closed panel, because an objection to it is upheld: another
// word and another run beside the old ones (0033). What follows for money is the caller's, who holds the edition's row and
// the objection's.
func VoteAgain(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, roundID, proposalID, objectionID, reason string, n NewPanelWord) error {
	if err := n.check(); err != nil {
		return err
	}
	r, err := lockRound(ctx, tx, roundID)
	if err != nil {
		return err
	}
	if r.Scores() || r.State != Closed {
		return fault.New(fault.Conflict, "这一届没有结束了的合议，不能重新表决")
	}
	h := hand{w, r.Place, at}
	if err := n.keep(ctx, tx, h, r, proposalID, objectionID); err != nil {
		return err
	}
	runs, err := Runs(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	in, err := revoted(ctx, tx, r, runs, proposalID)
	if err != nil {
		return err
	}
	out, err := ComputePanel(in)
	if err != nil {
		return err
	}
	file, err := panelFile(in, out)
	if err != nil {
		return err
	}
	digest := Digest(out)
	if _, err := pg.Do(ctx, tx, newPanelRunSQL, pg.Args{"round": r.ID, "cause": "objection", "reason": reason, "protocol": string(file), "digest": digest, "at": at}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, redoSQL, pg.Args{"id": r.ID, "digest": digest}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "review_round", ID: r.ID, Version: r.Version + 1, Action: "recompute", From: Closed, To: Closed,
		Place: r.Place, Reason: reason, Data: map[string]any{"digest": digest, "run": len(runs) + 1, "proposal": proposalID}, At: at})
}

// revoted is the panel's input as its last run had it, with one project's last word.
func revoted(ctx context.Context, tx pg.Tx, r Round, runs []Run, proposalID string) (PanelInput, error) {
	var kept struct{ Input PanelInput }
	if len(runs) == 0 {
		return kept.Input, fault.New(fault.Conflict, "这一届没有结束了的合议，不能重新表决")
	}
	if err := json.Unmarshal([]byte(runs[len(runs)-1].Protocol), &kept); err != nil {
		return kept.Input, err
	}
	list, err := pg.All[standing](ctx, tx, standingWordsSQL, pg.Args{"round": r.ID, "ids": []string{proposalID}})
	if err != nil {
		return kept.Input, err
	}
	for _, s := range list {
		for i, p := range kept.Input.Projects {
			if s.ID == proposalID && p.ID == s.ID {
				paper := s.paper(edition.Edition{})
				paper.Requested, paper.Ceiling = p.Requested, p.Ceiling
				kept.Input.Projects[i] = paper
			}
		}
	}
	return kept.Input, nil
}
