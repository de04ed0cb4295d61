package award

import (
	"context"
	"fmt"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Revote is the remedy of an objection after which the panel has voted anew on the project.
const Revote = "panel"

// PanelAnswer is what is told to who objected.
type PanelAnswer struct {
	Version int    `form:"version"` // of the objection
	Answer  string `form:"answer"`
}

// PanelRuling answers an objection with what the panel has decided anew on its target.
type PanelRuling struct {
	judging.NewPanelWord
	PanelAnswer
}

func (r PanelAnswer) check() error {
	var wrong fault.Fields
	checkAnswer(&wrong, r.Answer)
	return wrong.Err()
}

// PanelCase is an objection whose target the panel may vote on again, with the panel. The reader answers the objection and may
// run the panel; to anybody else it does not exist.
func (b *Book) PanelCase(ctx context.Context, by identity.Actor, jury *judging.Book, id string) (Case, judging.PanelView, judging.Deliberating, error) {
	c, err := b.Case(ctx, by, id)
	if err == nil && (c.State != Investigating || c.Handler != by.ID) {
		err = fault.Missing()
	}
	if err != nil {
		return c, judging.PanelView{}, judging.Deliberating{}, err
	}
	r, err := panelOf(ctx, b.db, c.AwardID)
	if err == nil && r.State != judging.Closed {
		err = fault.Missing()
	}
	if err != nil {
		return c, judging.PanelView{}, judging.Deliberating{}, err
	}
	v, p, err := jury.Deliberating(ctx, by, r.ID, c.ProposalID)
	return c, v, p, err
}

const panelOfSQL = `select edition_id::text from award where id = @award::uuid`

// panelOf is the panel round of an award's edition; the zero round where there is none.
func panelOf(ctx context.Context, q pg.Reader, awardID string) (judging.Round, error) {
	id, err := pg.Value[string](ctx, q, panelOfSQL, pg.Args{"award": awardID})
	if err != nil {
		return judging.Round{}, err
	}
	rounds, err := judging.Rounds(ctx, q, id)
	r, _ := judging.PanelOf(rounds)
	return r, err
}

// RuleByPanel upholds an objection by the panel's new vote on its target. Money that is still free is shared out again by the
// same rule, what that changes is published as a correction; what is confirmed stays, and nothing is posted.
func (b *Book) RuleByPanel(ctx context.Context, by identity.Actor, id string, r PanelRuling) error {
	o, w, err := b.objection(ctx, by, id)
	if err != nil {
		return err
	}
	if _, err := by.Must(identity.RunRounds, o.Place); err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Notice(ctx, tx, o.PublicityID)
		if err != nil {
			return err
		}
		e, err := edition.Lock(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		if p, err = pg.One[Publicity](ctx, tx, lockPublicitySQL, pg.Args{"id": p.ID}); err != nil {
			return err
		}
		a, err := pg.One[Award](ctx, tx, lockAwardSQL, pg.Args{"id": o.AwardID})
		if err != nil {
			return err
		}
		if o, err = pg.One[Objection](ctx, tx, lockObjectionSQL, pg.Args{"id": id}); err != nil {
			return err
		}
		switch {
		case o.Handler != by.ID:
			return fault.New(fault.Forbidden, "这件异议由接手的同事答复")
		case o.State == Upheld && o.Answer == r.Answer: // pressed twice
			return nil
		case o.State != Investigating || o.Version != r.Version:
			return stale()
		case a.State != Objected:
			return fault.New(fault.Conflict, "这个项目的结果刚刚有变化，请刷新页面看看")
		}
		if err := b.revote(ctx, tx, h, e, p, a, o, r); err != nil {
			return err
		}
		if err := advance(ctx, tx, h, e.ID); err != nil {
			return err
		}
		return tellRevote(ctx, tx, h, o, a, r.Answer)
	})
}

// revote keeps the new vote and the answer, and draws the consequence.
func (b *Book) revote(ctx context.Context, tx pg.Tx, h hand, e edition.Edition, p Publicity, a Award, o Objection, r PanelRuling) error {
	panel, err := panelOf(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	reason := fmt.Sprintf(upheldWord, o.Number)
	if err := judging.VoteAgain(ctx, tx, h.w, h.at, panel.ID, a.ProposalID, o.ID, reason, r.NewPanelWord); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, ruleSQL, pg.Args{"id": o.ID, "to": Upheld, "answer": r.Answer, "at": h.at, "remedy": Revote, "sheets": []string{}}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "objection", ID: o.ID, Version: o.Version + 1, Action: "rule", From: Investigating, To: Upheld,
		Place: o.Place, Reason: r.Answer, At: h.at}); err != nil {
		return err
	}
	left, err := pg.Value[int64](ctx, tx, stillOpenSQL, pg.Args{"award": a.ID})
	if err == nil && left == 0 {
		err = move(ctx, tx, h, a, Publicized, "vote_again", "")
	}
	if err != nil {
		return err
	}
	rounds, err := judging.Rounds(ctx, tx, e.ID)
	if err != nil {
		return err
	}
	ranking, _ := judging.Ranking(rounds)
	out, err := judging.Recompute(ctx, tx, ranking)
	if err != nil {
		return err
	}
	changed, err := b.reshare(ctx, tx, h, e, out, judging.Redo{Cause: judging.ByObjection, Reason: reason})
	if err != nil {
		return err
	}
	if err := b.correct(ctx, tx, h, e, p, fault.Say("异议 %s 经核实成立，结果重新计算", o.Number), changed); err != nil {
		return err
	}
	if _, moved := changed[a.ID]; moved || left > 0 {
		return nil
	}
	return ripen(ctx, tx, h, a.ID)
}

// tellRevote leaves N10 with the objector and the target.
func tellRevote(ctx context.Context, tx pg.Tx, h hand, o Objection, a Award, answer string) error {
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	for who, text := range map[string]fault.Message{
		o.PersonID:    fault.Say("您的异议 %s 成立：%s。评委已经重新合议这个项目，有变动的部分已经另外公示", o.Number, answer),
		target.LeadID: fault.Say("对「%s」的异议成立，评委已经重新合议：%s", target.Title, answer),
	} {
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N10", To: []string{who}, Text: text, Link: "/notices/" + o.PublicityID, Key: o.ID + "/ruled", At: h.at}); err != nil {
			return err
		}
	}
	return nil
}

// Revotes tells whether the panel may vote on an objection's target again: its panel is closed, and the reader may run it.
func (b *Book) Revotes(ctx context.Context, by identity.Actor, o Objection) (bool, error) {
	r, err := panelOf(ctx, b.db, o.AwardID)
	return r.State == judging.Closed && by.Can(identity.RunRounds, o.Place), err
}
