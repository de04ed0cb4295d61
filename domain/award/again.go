package award

import (
	"context"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// TiedSheet strikes a locked sheet out whose judge turned out to have a tie to the project.
type TiedSheet struct {
	Reason string `form:"reason"` // what was found; goes on record
}

func (n TiedSheet) check() error {
	switch runes := utf8.RuneCountInString(n.Reason); {
	case runes < 5:
		return fault.Field("reason", "请写明查到了什么关系，至少 5 个字，会记录下来")
	case runes > 200:
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, runes)
	}
	return nil
}

// Struckness is what striking a sheet out has led to.
type Struckness struct {
	EditionID string
	Reopening string // of the project, where too few sheets are left; else "" and the result is computed anew
	Chose     bool   // the sheet's round only chose who goes on to the next one
}

// StrikeTied strikes a locked sheet out because of a tie that became known after the round had closed (DOMAIN §7.4). With enough
// sheets left the result is computed anew at once; with too few the round is opened again for the project. A
// project that is confirmed is not touched any more, and a round that only chose who goes on is over when the next one is. The
// same form twice is one.
func (b *Book) StrikeTied(ctx context.Context, by identity.Actor, sheetID string, n TiedSheet) (Struckness, error) {
	t, err := b.tied(ctx, by, sheetID)
	if err != nil {
		return Struckness{}, err
	}
	if !t.done {
		if err := n.check(); err != nil {
			return Struckness{}, err
		}
		if err := b.strikeTied(ctx, t, sheetID, n); err != nil {
			return Struckness{}, err
		}
	}
	s := Struckness{EditionID: t.editionID, Chose: t.chose}
	open, err := pg.Values[string](ctx, b.db, reopenedBySQL, pg.Args{"id": sheetID})
	if len(open) > 0 {
		s.Reopening = open[0]
	}
	return s, err
}

func (b *Book) strikeTied(ctx context.Context, t target, sheetID string, n TiedSheet) error {
	h := hand{t.w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := edition.Lock(ctx, tx, t.editionID); err != nil {
			return err
		}
		if t.chose {
			_, err := judging.StrikeChosen(ctx, tx, h.w, h.at, t.roundID, sheetID, n.Reason)
			if fault.Is(err, fault.NotFound) { // somebody was quicker
				err = stale()
			}
			return err
		}
		e, round, err := b.lastRound(ctx, tx, t.editionID)
		if err != nil {
			return err
		}
		late, err := judging.LateTieOf(ctx, tx, sheetID)
		if fault.Is(err, fault.NotFound) { // somebody was quicker
			return stale()
		}
		if err != nil {
			return err
		}
		if err := b.settled(ctx, tx, late.ProposalID); err != nil {
			return err
		}
		change := judging.Redo{Cause: judging.ByConflict, Reason: n.Reason, Sheets: []string{sheetID}}
		short, err := judging.Strike(ctx, tx, h.w, h.at, round.ID, late.ProposalID, change)
		if err != nil {
			return err
		}
		if short {
			return tellAgain(ctx, tx, h, e, late)
		}
		return b.afresh(ctx, tx, h, e, round, late.ProposalID, change, fault.Say("「%s」有一份评分表因为利害关系作废，结果重新计算", late.Title))
	})
}

// target is a sheet that is to be struck out.
type target struct {
	w                  identity.Warrant
	editionID, roundID string
	chose              bool // the round only chose who goes on
	done               bool // the actor has struck it out already
}

const (
	sheetRoundSQL = `select r.id::text as round, r.edition_id::text as edition, r.place::text, num_nonnulls(r.cut_score, r.cut_top) > 0 as chose, s.state, s.version
  from sheet s join review_round r on r.id = s.round_id where s.id = @id::uuid`
	reopenedBySQL = `select o.id::text from reopening o where @id::uuid = any(o.struck) and o.state = 'open' order by o.opened_at desc limit 1`
	openAgainSQL  = `select o.edition_id::text as edition, r.place::text, o.round_id::text as round, o.proposal_id::text as proposal, o.cause, o.reason, p.title,
    num_nonnulls(r.cut_score, r.cut_top) > 0 as chose from reopening o
    join review_round r on r.id = o.round_id join proposal p on p.id = o.proposal_id where o.id = @id::uuid`
)

// tied is a sheet the actor may strike out by their place; to anybody else it does not exist.
func (b *Book) tied(ctx context.Context, by identity.Actor, sheetID string) (target, error) {
	type row struct {
		Round, Edition, Place, State string
		Chose                        bool
		Version                      int
	}
	s, err := pg.One[row](ctx, b.db, sheetRoundSQL, pg.Args{"id": sheetID})
	if err == nil && !by.Sees(identity.ReadSheets, s.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return target{}, err
	}
	t := target{editionID: s.Edition, roundID: s.Round, chose: s.Chose}
	if t.w, err = by.Must(identity.RunRounds, s.Place); err != nil {
		return t, err
	}
	if s.State == judging.Invalid {
		if t.done, err = audit.Did(ctx, b.db, by, "sheet", sheetID, s.Version, "invalidate"); err == nil && !t.done {
			err = stale()
		}
	}
	return t, err
}

// settled refuses to go on about a project whose result is final.
func (b *Book) settled(ctx context.Context, tx pg.Tx, proposalID string) error {
	a, found, err := Of(ctx, tx, proposalID)
	if err == nil && found && a.State != Proposed && a.State != Publicized && a.State != Objected {
		err = fault.New(fault.Conflict, "这个项目已经立项或者已经结束，评分表不能再作废。有违规的，请按违规处理")
	}
	return err
}

// EndReopening closes a reopening: the result is computed anew from all sheets that count, and what that changes is published as a
// correction, as after an objection. Nothing is posted. Where the round only chose who goes on, the choice is made anew. The same
// button twice is one.
func (b *Book) EndReopening(ctx context.Context, by identity.Actor, id string, p Pressed) error {
	type row struct {
		Edition, Place, Round, Proposal, Cause, Reason, Title string
		Chose                                                 bool
	}
	o, err := pg.One[row](ctx, b.db, openAgainSQL, pg.Args{"id": id})
	if err == nil && !by.Sees(identity.ReadSheets, o.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return err
	}
	w, err := by.Must(identity.RunRounds, o.Place)
	if err != nil {
		return err
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := edition.Lock(ctx, tx, o.Edition); err != nil {
			return err
		}
		if o.Chose {
			_, err := judging.EndChosen(ctx, tx, w, h.at, judging.Reopening{ID: id, RoundID: o.Round, Cause: o.Cause, Reason: o.Reason}, judging.Pressed{Version: p.Version})
			return err
		}
		e, round, err := b.lastRound(ctx, tx, o.Edition)
		if err != nil {
			return err
		}
		ended, err := judging.EndReopening(ctx, tx, w, h.at, id, judging.Pressed{Version: p.Version})
		if err != nil || !ended {
			return err
		}
		change := judging.Redo{Cause: o.Cause, Reason: o.Reason}
		return b.afresh(ctx, tx, h, e, round, o.Proposal, change, fault.Say("「%s」有评分表作废，另外的评委已经补评，结果重新计算", o.Title))
	})
}

// afresh computes the round anew and draws the consequences: before the results are public the ranking and what was allocated
// follow; afterwards what changes is published as a correction.
func (b *Book) afresh(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, round judging.Round, proposalID string, change judging.Redo, why fault.Message) error {
	out, _, err := judging.Again(ctx, tx, h.w, h.at, round.ID, change)
	if err != nil {
		return err
	}
	if e.State == edition.Reviewing {
		return b.rankAnew(ctx, tx, h, e, out, change)
	}
	changed, err := b.reshare(ctx, tx, h, e, out, change)
	if err != nil {
		return err
	}
	a, found, err := Of(ctx, tx, proposalID)
	if err != nil || !found {
		return err
	}
	before, err := pg.One[Publicity](ctx, tx, lastOfSQL, pg.Args{"award": a.ID})
	if err != nil {
		return err
	}
	if err := b.correct(ctx, tx, h, e, before, why, changed); err != nil {
		return err
	}
	if _, moved := changed[a.ID]; !moved {
		if err := tellSame(ctx, tx, h, a, before); err != nil {
			return err
		}
	}
	if err := ripen(ctx, tx, h, a.ID); err != nil {
		return err
	}
	return advance(ctx, tx, h, e.ID)
}

// tellAgain tells a team whose result is public that it is being marked again.
func tellAgain(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, t judging.LateTie) error {
	if e.State == edition.Reviewing {
		return nil
	}
	p, err := proposal.Get(ctx, tx, t.ProposalID)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{p.LeadID}, Text: fault.Say("「%s」有一份评分表因为利害关系作废，正在请另外的评委补评。补评以后结果有变动会另外公示", p.Title),
		Link: "/proposals/" + p.ID + "/result", Key: t.SheetID + "/again", At: h.at})
}

// tellSame tells a team that marking it again changed nothing.
func tellSame(ctx context.Context, tx pg.Tx, h hand, a Award, p Publicity) error {
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	return notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{target.LeadID}, Text: fault.Say("「%s」的得分重新计算过了，名次、结果和金额都不变", target.Title),
		Link: "/proposals/" + a.ProposalID + "/result", Key: a.ID + "/same/" + p.ID, At: h.at})
}

// rankAnew brings a ranking nobody has seen yet to a new result, and shares the money out again where that was done already.
func (b *Book) rankAnew(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, out judging.Outcome, change judging.Redo) error {
	for _, row := range out.Rows {
		p, err := proposal.Lock(ctx, tx, row.ID)
		if err != nil {
			return err
		}
		if p.State != proposal.Ranked || p.Rank != nil && *p.Rank == row.Rank && p.Score != nil && *p.Score == row.Score {
			continue
		}
		if _, err := pg.Do(ctx, tx, rerankSQL, pg.Args{"id": p.ID, "rank": row.Rank, "score": row.Score, "awarded": nil}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "proposal", ID: p.ID, Version: p.Version + 1, Action: "rerank", From: p.State, To: p.State, Place: p.Place,
			Reason: change.Reason, Data: map[string]any{"rank": row.Rank, "score": row.Score}, At: h.at}); err != nil {
			return err
		}
	}
	past, err := Allocations(ctx, tx, e.ID)
	if err != nil || len(past) == 0 {
		return err
	}
	plan, err := b.plan(ctx, tx, e)
	if err != nil {
		return err
	}
	plan.Rule = past[len(past)-1].Rule
	file, decisions, err := plan.file()
	if err != nil {
		return err
	}
	if err := b.record(ctx, tx, h, e, Allocation{Rule: plan.Rule, Cause: change.Cause, Reason: change.Reason, Protocol: string(file)}); err != nil {
		return err
	}
	return b.settle(ctx, tx, h, e, plan, decisions)
}
