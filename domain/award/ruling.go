package award

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/judging"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Ruling is the answer to an objection.
type Ruling struct {
	Version int    `form:"version"`
	Outcome string `form:"outcome"` // Upheld or Dismissed
	Answer  string `form:"answer"`
	// Remedy is what an upheld objection changes: the result is revoked and the others move up, or some of the project's
	// sheets no longer count and its score is computed anew. Empty is Revoke.
	Remedy string   `form:"remedy"`
	Sheets []string `form:"sheets"`
}

// What an upheld objection changes.
const (
	Revoke = "revoke"
	Strike = "sheets"
)

// remedy is what an answer changes; nothing where the objection was not upheld.
func (r Ruling) remedy() string {
	switch {
	case r.Outcome != Upheld:
		return ""
	case r.Remedy == "":
		return Revoke
	}
	return r.Remedy
}

func (r Ruling) check() error {
	var wrong fault.Fields
	if r.Outcome != Upheld && r.Outcome != Dismissed {
		wrong.Add("outcome", "请选择异议成立还是不成立")
	}
	switch {
	case r.remedy() != "" && r.remedy() != Revoke && r.remedy() != Strike:
		wrong.Add("remedy", "请选择怎样改正")
	case r.remedy() == Strike && (len(r.Sheets) == 0 || slices.ContainsFunc(r.Sheets, func(id string) bool { return uuid.Validate(id) != nil || len(id) != 36 })):
		wrong.Add("sheets", "请选要作废的评分表")
	}
	checkAnswer(&wrong, r.Answer)
	return wrong.Err()
}

// checkAnswer asks for an answer that can be told as it is to who objected.
func checkAnswer(wrong *fault.Fields, answer string) {
	switch runes := utf8.RuneCountInString(answer); {
	case runes < 10:
		wrong.Add("answer", "请把核实的情况和理由写清楚，至少 10 个字，会原样告诉提异议的人")
	case runes > 1000:
		wrong.Add("answer", "最多 %d 个字，现在是 %d 个字", 1000, runes)
	}
}

const ruleSQL = `update objection set state = @to, answer = @answer, decided_at = @at, remedy = @remedy, sheets = @sheets::text[]::uuid[], version = version + 1 where id = @id::uuid`

// Rule answers an objection. Upheld, the round's result is computed anew without what was wrong, and what that changes is
// published as a correction; nothing was set aside for it yet, so no money moves. Dismissed, the target goes on where it was:
// back into the window, or confirmed when the window has closed.
func (b *Book) Rule(ctx context.Context, by identity.Actor, id string, r Ruling) error {
	o, w, err := b.objection(ctx, by, id)
	if err != nil {
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
		if _, err := edition.Lock(ctx, tx, p.EditionID); err != nil {
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
		if o.Handler != by.ID {
			return fault.New(fault.Forbidden, "这件异议由接手的同事答复")
		}
		if o.State == r.Outcome && o.Answer == r.Answer { // pressed twice
			return nil
		}
		if o.State != Investigating || o.Version != r.Version {
			return stale()
		}
		if _, err := pg.Do(ctx, tx, ruleSQL, pg.Args{"id": id, "to": r.Outcome, "answer": r.Answer, "at": h.at, "remedy": r.remedy(), "sheets": append([]string{}, r.Sheets...)}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "objection", ID: id, Version: o.Version + 1, Action: "rule", From: Investigating, To: r.Outcome,
			Place: o.Place, Reason: r.Answer, At: h.at}); err != nil {
			return err
		}
		short, err := b.follow(ctx, tx, h, p, a, o, r)
		if err != nil {
			return err
		}
		return tellRuling(ctx, tx, h, o, a, r, short)
	})
}

const stillOpenSQL = `select count(*) from objection where award_id = @award::uuid and state in ('received', 'investigating')`

// follow draws the consequence of a ruling for its target, and takes the edition on when that was the last thing open. It tells
// whether the target is to be marked again first, because too few sheets are left.
func (b *Book) follow(ctx context.Context, tx pg.Tx, h hand, p Publicity, a Award, o Objection, r Ruling) (short bool, err error) {
	left, err := pg.Value[int64](ctx, tx, stillOpenSQL, pg.Args{"award": a.ID})
	if err != nil {
		return false, err
	}
	switch {
	case a.State != Objected: // an earlier ruling has already decided
	case r.Outcome == Upheld:
		if short, err = b.redo(ctx, tx, h, p, a, o, r, left > 0); err != nil {
			return short, err
		}
	case left > 0:
	default:
		if err := move(ctx, tx, h, a, Publicized, "dismiss", ""); err != nil {
			return false, err
		}
		if err := ripen(ctx, tx, h, a.ID); err != nil {
			return false, err
		}
	}
	return short, advance(ctx, tx, h, a.EditionID)
}

// revoke takes a result back. Nothing was set aside for it yet, so its share simply stays in the pool.
func revoke(ctx context.Context, tx pg.Tx, h hand, a Award, reason string) error {
	if err := move(ctx, tx, h, a, Revoked, "revoke", reason); err != nil {
		return err
	}
	if err := judging.DropReopenings(ctx, tx, h.w, h.at, a.ProposalID, reason); err != nil {
		return err
	}
	if a.Result == NotSelected {
		return nil
	}
	return proposal.Move(ctx, tx, h.w, proposal.Step{ID: a.ProposalID, To: proposal.NotSelected, Reason: reason, At: h.at})
}

// tellRuling leaves N10 with the objector and the target.
func tellRuling(ctx context.Context, tx pg.Tx, h hand, o Objection, a Award, r Ruling, short bool) error {
	target, err := proposal.Get(ctx, tx, a.ProposalID)
	if err != nil {
		return err
	}
	mine, theirs := fault.Say("您的异议 %s 经核实不成立：%s", o.Number, r.Answer), fault.Say("对「%s」的异议经核实不成立", target.Title)
	if r.Outcome == Upheld {
		mine = fault.Say("您的异议 %s 成立：%s。原来的结果已经撤销，钱留在资金池，改动的部分已经另外公示", o.Number, r.Answer)
		theirs = fault.Say("对「%s」的异议成立，原来的结果已经撤销：%s", target.Title, r.Answer)
	}
	if r.remedy() == Strike {
		mine = fault.Say("您的异议 %s 成立：%s。有问题的评分表已经作废，得分重新计算，改动的部分已经另外公示", o.Number, r.Answer)
		theirs = fault.Say("对「%s」的异议成立，有问题的评分表已经作废，得分重新计算：%s", target.Title, r.Answer)
	}
	if short {
		mine = fault.Say("您的异议 %s 成立：%s。有问题的评分表已经作废，正在请另外的评委补评，补评以后重新计算，改动的部分另外公示", o.Number, r.Answer)
		theirs = fault.Say("对「%s」的异议成立，有问题的评分表已经作废，正在请另外的评委补评：%s", target.Title, r.Answer)
	}
	for who, text := range map[string]fault.Message{o.PersonID: mine, target.LeadID: theirs} {
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N10", To: []string{who}, Text: text, Link: "/notices/" + o.PublicityID, Key: o.ID + "/ruled", At: h.at}); err != nil {
			return err
		}
	}
	return nil
}

// stale is the answer to a page that was changed by somebody else in between.
func stale() error {
	return fault.New(fault.Conflict, "这一页已经有人改过了，请刷新后再试")
}
