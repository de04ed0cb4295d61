package judging

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	slotSheetsSQL = `select ` + sheetColumns + ` from sheet s join assignment a on a.id = s.assignment_id and a.state in ('assigned', 'accepted')
  where s.round_id = @round::uuid and s.proposal_id = @proposal::uuid and s.state in ('submitted', 'locked') order by s.id for no key update of s`
	missingSQL = `select a.id::text from assignment a left join sheet s on s.assignment_id = a.id
  where a.round_id = @round::uuid and a.proposal_id = @proposal::uuid and a.state in ('assigned', 'accepted') and coalesce(s.state, '') not in ('submitted', 'locked') order by a.id`
	shownSQL = `update pitch_slot set state = 'shown', shown_at = @at, reason = @reason, score = @score, marks = @marks, version = version + 1 where id = @id::uuid`
)

// reveal shows a pitch's marks, when every sheet is in. Before that it needs a reason, and the judges who have not handed
// in are taken off this project: nobody marks what they have seen the others mark. Shown sheets are locked.
func reveal(ctx context.Context, tx pg.Tx, t *turn) (string, error) {
	slot, err := t.named()
	if err != nil {
		return "", err
	}
	if slot.State != Heard {
		return "", fault.New(fault.Conflict, "这个项目讲完、评委交了评分表，才能亮分")
	}
	args := pg.Args{"round": t.r.ID, "proposal": slot.ProposalID}
	missing, err := pg.Values[string](ctx, tx, missingSQL, args)
	if err != nil {
		return "", err
	}
	if len(missing) > 0 && t.step.Reason == "" {
		return "", fault.Field("reason", "还有 %d 位评委没有交评分表。现在就亮分，请写明原因；这几位不再评这个项目", len(missing))
	}
	sheets, err := pg.All[Sheet](ctx, tx, slotSheetsSQL, args)
	if err != nil {
		return "", err
	}
	if len(sheets) < t.r.MinValid {
		return "", fault.New(fault.Conflict, "这个项目只有 %d 份有效的评分表，不足 %d 份，还不能亮分", len(sheets), t.r.MinValid)
	}
	for _, id := range missing {
		if err := unseat(ctx, tx, t.h, id, t.step.Reason); err != nil {
			return "", err
		}
	}
	for _, s := range sheets {
		if s.State == Locked {
			continue
		}
		if _, err := pg.Do(ctx, tx, lockSheetSQL, pg.Args{"id": s.ID}); err != nil {
			return "", err
		}
		if err := audit.Record(ctx, tx, t.h.w, audit.Event{Entity: "sheet", ID: s.ID, Version: s.Version + 1, Action: "lock", From: Submitted, To: Locked,
			Place: t.s.Place, Data: map[string]any{"total": s.Total}, At: t.h.at}); err != nil {
			return "", err
		}
	}
	score, marks, err := onStage(ctx, tx, t.r, slot.ProposalID, sheets)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(marks)
	if err != nil {
		return "", err
	}
	if err := t.move(ctx, tx, slot, Shown, shownSQL, pg.Args{"at": t.h.at, "reason": t.step.Reason, "score": score, "marks": body}); err != nil {
		return "", err
	}
	return slot.ID, proposal.Move(ctx, tx, t.h.w, proposal.Step{ID: slot.ProposalID, To: proposal.Pitched, At: t.h.at})
}

// onStage is what the judges' sheets come to by the round's rule: the experts' part, before any residents' vote.
func onStage(ctx context.Context, q pg.Reader, r Round, project string, sheets []Sheet) (int, []ShownMark, error) {
	row, err := rowOf(ctx, q, r, project, sheets)
	if err != nil {
		return 0, nil, err
	}
	marks := make([]ShownMark, len(sheets))
	for i, s := range sheets {
		marks[i] = ShownMark{Dropped: slices.Contains(row.Dropped, s.ID)}
		if s.Total != nil {
			marks[i].Total = *s.Total
		}
	}
	slices.SortStableFunc(marks, func(a, b ShownMark) int { return b.Total - a.Total })
	return row.Score, marks, nil
}

const lockedOfSQL = `select ` + sheetColumns + ` from sheet s where s.round_id = @round::uuid and s.proposal_id = @proposal::uuid and s.state = 'locked' order by s.id`

// droppedOf are the sheets of a shown pitch that were trimmed away.
func droppedOf(ctx context.Context, q pg.Reader, r Round, slot Slot) ([]string, error) {
	if slot.State != Shown {
		return nil, nil
	}
	sheets, err := pg.All[Sheet](ctx, q, lockedOfSQL, pg.Args{"round": r.ID, "proposal": slot.ProposalID})
	if err != nil {
		return nil, err
	}
	row, err := rowOf(ctx, q, r, slot.ProposalID, sheets)
	return row.Dropped, err
}

func rowOf(ctx context.Context, q pg.Reader, r Round, project string, sheets []Sheet) (Row, error) {
	in := Input{Round: r.ID, Seed: r.Seed, TrimAt: r.TrimAt, MinValid: r.MinValid}
	rubric, err := Criteria(ctx, q, r.ID)
	if err != nil {
		return Row{}, err
	}
	for _, c := range rubric {
		in.Weights = append(in.Weights, Weight{c.Code, c.Weight})
	}
	e := Entry{ID: project}
	for _, s := range sheets {
		at := time.Time{}
		if s.SubmittedAt != nil {
			at = *s.SubmittedAt
		}
		e.Papers = append(e.Papers, Paper{s.ID, s.Marks, at.UnixMicro()})
	}
	in.Entries = []Entry{e}
	out, err := Compute(in)
	if err != nil {
		return Row{}, err
	}
	return out.Rows[0], nil
}
