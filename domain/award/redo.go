package award

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

const (
	redoneSQL = `update award set result = @result, grade = @grade, amount = @amount, rank = @rank, score = @score, fund_source_id = nullif(@source, '')::uuid, reason = @reason,
  version = version + 1 where id = @id::uuid`
	rerankSQL = `update proposal set rank = @rank, score = @score, awarded = @awarded, version = version + 1 where id = @id::uuid`
)

// redo draws the consequence of an objection that was upheld: the round's result is computed anew without what was wrong,
// money that is still free is shared out again by the same rule, and what that changes — ranks, scores, results, sums — is
// published as a correction with a window of its own. What is already confirmed stays; nothing is posted. Where striking sheets
// leaves too few, the round is opened again for the project instead, and short is true: the rest follows when that has ended.
func (b *Book) redo(ctx context.Context, tx pg.Tx, h hand, p Publicity, a Award, o Objection, r Ruling, others bool) (short bool, err error) {
	e, round, err := b.lastRound(ctx, tx, a.EditionID)
	if err != nil {
		return false, err
	}
	change := judging.Redo{Cause: judging.ByObjection, Reason: fmt.Sprintf(upheldWord, o.Number), Sheets: r.Sheets}
	was := ContentWas{a.Rank, a.Score, a.Result, a.Amount}
	if r.remedy() == Revoke {
		change.Without, change.Sheets = []string{a.ProposalID}, nil
		err = revoke(ctx, tx, h, a, r.Answer)
	} else if err = b.theirs(ctx, tx, a, r.Sheets); err == nil {
		if !others {
			err = move(ctx, tx, h, a, Publicized, "strike", "")
		}
		if err == nil {
			short, err = judging.Strike(ctx, tx, h.w, h.at, round.ID, a.ProposalID, change)
		}
	}
	if err != nil || short {
		return short, err
	}
	out, _, err := judging.Again(ctx, tx, h.w, h.at, round.ID, change)
	if err != nil {
		return false, err
	}
	changed, err := b.reshare(ctx, tx, h, e, out, change)
	if err != nil {
		return false, err
	}
	if r.remedy() == Revoke {
		changed[a.ID] = was
	}
	if err := b.correct(ctx, tx, h, e, p, fault.Say("异议 %s 经核实成立，结果重新计算", o.Number), changed); err != nil {
		return false, err
	}
	return false, ripen(ctx, tx, h, a.ID)
}

// lastRound is an edition with the round its results follow from.
func (b *Book) lastRound(ctx context.Context, tx pg.Tx, editionID string) (edition.Edition, judging.Round, error) {
	e, err := edition.Get(ctx, tx, editionID)
	if err != nil {
		return e, judging.Round{}, err
	}
	rounds, err := judging.Rounds(ctx, tx, e.ID)
	ranking, found := judging.Ranking(rounds)
	if err == nil && !found {
		err = fault.Missing()
	}
	return e, ranking, err
}

// upheldWord is the reason that goes with a recomputation; it is data, in Chinese as the papers are: words:none.
const upheldWord = "异议 %s 成立"

const theirSheetsSQL = `select count(*)::int from sheet where proposal_id = @proposal::uuid and id = any(@ids::text[]::uuid[])`

// theirs refuses sheets that are not the target's.
func (b *Book) theirs(ctx context.Context, tx pg.Tx, a Award, sheets []string) error {
	n, err := pg.Value[int](ctx, tx, theirSheetsSQL, pg.Args{"proposal": a.ProposalID, "ids": sheets})
	if err == nil && n != len(sheets) {
		err = fault.Field("sheets", "请选要作废的评分表")
	}
	return err
}

// reshare brings the awards to a new result of the round, and tells what they were before. The rule is the one the results
// were published by; it shares out what is not set aside yet among those who are not confirmed.
func (b *Book) reshare(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, out judging.Outcome, change judging.Redo) (map[string]ContentWas, error) {
	all, err := pg.All[Award](ctx, tx, lockAllSQL, pg.Args{"edition": e.ID})
	if err != nil {
		return nil, err
	}
	plan, err := b.again(ctx, tx, e, all, out)
	if err != nil {
		return nil, err
	}
	file, decisions, err := plan.file()
	if err != nil {
		return nil, err
	}
	if err := b.record(ctx, tx, h, e, Allocation{Rule: plan.Rule, Cause: change.Cause, Reason: change.Reason, Protocol: string(file)}); err != nil {
		return nil, err
	}
	decided := map[string]Decision{}
	for _, d := range decisions {
		decided[d.ID] = d
	}
	changed := map[string]ContentWas{}
	for _, row := range out.Rows {
		i := slices.IndexFunc(all, func(a Award) bool { return a.ProposalID == row.ID })
		if i < 0 || all[i].State == Declined || all[i].State == Revoked {
			continue
		}
		a := all[i]
		d, open := decided[row.ID]
		if !open { // confirmed, or offered what became free: it moves in rank alone
			d = Decision{Result: a.Result, Grade: a.Grade, Amount: a.Amount, Source: a.FundSourceID}
		}
		if a.Rank == row.Rank && a.Score == row.Score && a.Result == d.Result && a.Amount == d.Amount {
			continue
		}
		changed[a.ID] = ContentWas{a.Rank, a.Score, a.Result, a.Amount}
		if err := redone(ctx, tx, h, a, row, d, change.Reason); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// again is the plan of a new sharing out: the rule and the panel's word as they were, the new ranks, the money still free.
func (b *Book) again(ctx context.Context, tx pg.Tx, e edition.Edition, all []Award, out judging.Outcome) (Sharing, error) {
	plan := planUnder(e.Rules)
	past, err := Allocations(ctx, tx, e.ID)
	if err != nil {
		return plan, err
	}
	if len(past) > 0 {
		plan.Rule = past[len(past)-1].Rule
	}
	if plan.Sources, err = sources(ctx, tx, e.ID); err != nil {
		return plan, err
	}
	held := map[string]yuan.Fen{}
	for _, row := range out.Rows {
		i := slices.IndexFunc(all, func(a Award) bool { return a.ProposalID == row.ID })
		if i < 0 {
			continue
		}
		a := all[i]
		if a.Offered() {
			held[a.OfferSource] += a.OfferAmount
		}
		if a.Offered() || a.State != Publicized && a.State != Objected {
			continue
		}
		c, err := pg.One[Candidate](ctx, tx, candidateSQL, pg.Args{"id": row.ID})
		if err != nil {
			return plan, err
		}
		c.Rank, c.Score = row.Rank, row.Score
		plan.Candidates = append(plan.Candidates, c)
	}
	for i := range plan.Sources {
		plan.Sources[i].Amount -= held[plan.Sources[i].ID]
	}
	return plan, b.panelled(ctx, tx, e.ID, &plan)
}

const candidateSQL = `select p.id::text, p.track, p.category, coalesce(subpath(p.place, 0, least(2, nlevel(p.place)))::text, '') as street, 0 as rank, 0 as turn, 0 as score, p.requested, 0::bigint as suggested from proposal p where p.id = @id::uuid`

// redone writes a changed decision to its award and its proposal.
func redone(ctx context.Context, tx pg.Tx, h hand, a Award, row judging.Row, d Decision, reason string) error {
	why := a.Reason
	if d.Result != a.Result || d.Amount != a.Amount || d.Reason.Text != "" {
		why = ""
		if d.Reason.Text != "" {
			raw, err := json.Marshal(d.Reason)
			if err != nil {
				return err
			}
			why = string(raw)
		}
	}
	if _, err := pg.Do(ctx, tx, redoneSQL, pg.Args{"id": a.ID, "result": d.Result, "grade": d.Grade, "amount": d.Amount, "rank": row.Rank, "score": row.Score, "source": d.Source, "reason": why}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "award", ID: a.ID, Version: a.Version + 1, Action: "recompute", From: a.State, To: a.State, Place: a.Place, Reason: reason,
		Data: map[string]any{"rank": row.Rank, "score": row.Score, "result": d.Result, "amount": d.Amount}, At: h.at}); err != nil {
		return err
	}
	p, err := proposal.Lock(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	var awarded *yuan.Fen
	if d.Result == Selected {
		awarded = &d.Amount
	}
	if p.State == proposal.Selected || p.State == proposal.Reserve || p.State == proposal.NotSelected {
		if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: p.ID, To: d.Result, At: h.at}); err != nil {
			return err
		}
		if p, err = proposal.Get(ctx, tx, p.ID); err != nil {
			return err
		}
	}
	if _, err := pg.Do(ctx, tx, rerankSQL, pg.Args{"id": p.ID, "rank": row.Rank, "score": row.Score, "awarded": awarded}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, h.w, audit.Event{Entity: "proposal", ID: p.ID, Version: p.Version + 1, Action: "rerank", From: p.State, To: p.State, Place: p.Place, Reason: reason,
		Data: map[string]any{"rank": row.Rank, "score": row.Score}, At: h.at})
}

// correct publishes what changed, and tells the teams and the communities. What is confirmed or revoked is shown and cannot be
// objected to any more; everything else in it has the whole window again.
func (b *Book) correct(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, p Publicity, why fault.Message, changed map[string]ContentWas) error {
	if len(changed) == 0 {
		return nil
	}
	n := announcement{ID: newID(), Cause: Correction, Follows: p, Was: changed, Why: why, Publisher: h.w.By.ID}
	for id := range changed {
		n.Awards = append(n.Awards, id)
	}
	slices.Sort(n.Awards)
	next, content, err := b.seal(ctx, tx, h, e, n)
	if err != nil {
		return err
	}
	for _, id := range n.Awards {
		a, err := pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if a.State == Publicized || a.State == Objected {
			if _, err := pg.Do(ctx, tx, itemSQL, pg.Args{"publicity": next.ID, "award": a.ID}); err != nil {
				return err
			}
		}
		if err := tellMoved(ctx, tx, h, next, a, changed[id]); err != nil {
			return err
		}
	}
	return tellCorrected(ctx, tx, h, e, next, content)
}

// tellMoved tells a team what a correction changes for it; whose result was revoked is told with the answer.
func tellMoved(ctx context.Context, tx pg.Tx, h hand, p Publicity, a Award, was ContentWas) error {
	if a.State == Revoked {
		return nil
	}
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	text := fault.Say("公示更正：「%s」的名次现在是第 %d 名，结果和金额不变", target.Title, a.Rank)
	switch {
	case a.Result == was.Result && a.Amount == was.Amount:
	case a.Result == Selected:
		text = fault.Say("公示更正：「%s」现在入选，拟资助 %s，重新公示。公示期满没有异议就立项", target.Title, a.Amount.Show())
	case a.Result == Reserve:
		text = fault.Say("公示更正：「%s」现在是候补。前面的项目有空出来的，会按名次递补", target.Title)
	default:
		text = fault.Say("公示更正：「%s」这次没有入选。原因写在公示里，有异议可以在公示期内提出", target.Title)
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{target.LeadID}, Text: text, Link: "/proposals/" + a.ProposalID + "/result", Key: a.ID + "/" + p.ID, At: h.at})
}

func tellCorrected(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, p Publicity, c Content) error {
	staff, err := pg.Values[string](ctx, tx, hoodsSQL, pg.Args{"place": e.Place})
	if err != nil {
		return err
	}
	text := fault.Say("更正公示 %s 发布了：「%s」有 %d 行变动，%s 前可以提异议。请打印张贴在原来的公示旁边", p.Number, e.Title, len(c.Rows), until(p.ClosesAt))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N09", To: staff, Text: text, Link: "/notices/" + p.ID, Key: p.ID, At: h.at})
}
