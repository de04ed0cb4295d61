package judging

import (
	"context"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// What the district may do to a judge's words on their way to a team. The sheet itself stays as it is.
const (
	Mend     = "mend"     // other words for the same
	Withhold = "withhold" // not sent at all
	Restore  = "restore"  // as the judge wrote them
)

// Word is a judge's comment on its way to a team, without the judge's name.
type Word struct {
	SheetID string
	Comment string // as it was written
	Action  string // the last thing done to it, "" for nothing
	Text    string // mended
	Reason  string
	No      int // of edits so far
}

// Said is what the team reads: the comment, its mended text, or "".
func (w Word) Said() string {
	switch w.Action {
	case Withhold:
		return ""
	case Mend:
		return w.Text
	}
	return w.Comment
}

const (
	commentsSQL = `select s.id::text as sheet_id, s.comment, coalesce(f.action, '') as action, coalesce(f.text, '') as text, coalesce(f.reason, '') as reason, coalesce(f.no, 0) as no
  from sheet s left join lateral (select * from feedback_edit x where x.sheet_id = s.id order by x.no desc limit 1) f on true
  where s.round_id = @round::uuid and s.proposal_id = @proposal::uuid and s.state = 'locked' and s.comment <> '' order by md5(s.id::text)`
	wordPlaceSQL   = `select a.place::text as place, r.id::text as round, r.state, s.proposal_id::text as proposal from sheet s join assignment a on a.id = s.assignment_id join review_round r on r.id = s.round_id where s.id = @id::uuid and s.comment <> ''`
	newEditSQL     = `insert into feedback_edit (id, sheet_id, no, action, text, reason, by_person, at) values (@id, @sheet, @no, @action, @text, @reason, @me, @at) on conflict do nothing`
	lastRoundOfSQL = `select x.round_id::text from round_result x join review_round r on r.id = x.round_id where x.proposal_id = @proposal::uuid and r.state = 'closed' order by r.seq desc limit 1`
	editedSQL      = `select count(*) from feedback_edit where id = @id::uuid`
)

// Words lists the comments on a project of a closed round, whoever asks: callers decide who may see them.
func Words(ctx context.Context, q pg.Reader, roundID, proposalID string) ([]Word, error) {
	return pg.All[Word](ctx, q, commentsSQL, pg.Args{"round": roundID, "proposal": proposalID})
}

// WordsFor lists a proposal's comments for the desk that may edit them, with the round they were written in.
func (b *Book) WordsFor(ctx context.Context, by identity.Actor, proposalID string) (proposal.Proposal, []Word, error) {
	p, err := proposal.Get(ctx, b.db, proposalID)
	if err == nil && !by.Sees(identity.RunRounds, p.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return p, nil, err
	}
	rounds, err := pg.Values[string](ctx, b.db, lastRoundOfSQL, pg.Args{"proposal": p.ID})
	if err != nil || len(rounds) == 0 {
		return p, nil, err
	}
	list, err := Words(ctx, b.db, rounds[0], proposalID)
	return p, list, err
}

// Edit is what is done to a comment, with the reason.
type Edit struct {
	ID     string `form:"id"`
	No     int    `form:"no"` // edits there were when the page was shown
	Action string `form:"action"`
	Text   string `form:"text"`
	Reason string `form:"reason"`
}

func (e Edit) check() error {
	var wrong fault.Fields
	if e.Action != Mend && e.Action != Withhold && e.Action != Restore {
		wrong.Add("action", "请选择怎样处理这条评语")
	}
	if n := utf8.RuneCountInString(e.Text); e.Action == Mend && n < 2 {
		wrong.Add("text", "请写改过的评语")
	} else if n > 1000 {
		wrong.Add("text", "最多 %d 个字，现在是 %d 个字", 1000, n)
	}
	if n := utf8.RuneCountInString(e.Reason); n < 4 {
		wrong.Add("reason", "请写明为什么这样处理，会留在记录里")
	} else if n > 200 {
		wrong.Add("reason", "最多 %d 个字，现在是 %d 个字", 200, n)
	}
	return wrong.Err()
}

// EditWords mends, withholds or restores a judge's comment before the team reads it. Every edit stays on record with its reason.
func (b *Book) EditWords(ctx context.Context, by identity.Actor, sheetID string, e Edit) (string, error) {
	type where struct{ Place, Round, State, Proposal string }
	at, err := pg.One[where](ctx, b.db, wordPlaceSQL, pg.Args{"id": sheetID})
	if err == nil && !by.Sees(identity.RunRounds, at.Place) {
		err = fault.Missing()
	}
	if err != nil {
		return "", err
	}
	w, err := by.Must(identity.RunRounds, at.Place)
	if err != nil {
		return at.Proposal, err
	}
	if at.State != Closed {
		return at.Proposal, fault.New(fault.Conflict, "评审结束以后才能处理评语")
	}
	if err := e.check(); err != nil {
		return at.Proposal, err
	}
	if e.Action != Mend {
		e.Text = ""
	}
	return at.Proposal, b.db.Change(ctx, func(tx pg.Tx) error {
		if done, err := pg.Value[int64](ctx, tx, editedSQL, pg.Args{"id": e.ID}); err != nil || done > 0 { // sent twice
			return err
		}
		now := b.clock.Now()
		rows, err := pg.Do(ctx, tx, newEditSQL, pg.Args{"id": e.ID, "sheet": sheetID, "no": e.No + 1, "action": e.Action, "text": e.Text, "reason": e.Reason, "me": by.ID, "at": now})
		if err != nil {
			return err
		}
		if rows == 0 {
			return stale()
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "feedback", ID: sheetID, Action: e.Action, Place: at.Place, Reason: e.Reason, At: now})
	})
}
