package judging

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// A closed round that only chose who goes on has a second word when a tie is learnt late (DOMAIN §7.4): the sheet is struck out, the
// result is computed anew by the published rule, and whoever passes now and did not before goes on. Who was told that they go on
// stays in, whatever the new result says: a judge's tie is not their fault.

// chooser is a closed round that chose who goes on, with the round those go on to.
type chooser struct {
	Round
	next  Round // zero while none is planned
	stage Stage // of next, zero while no order is drawn
}

const (
	nextRoundSQL = `select ` + roundColumns + ` from review_round r where r.edition_id = @edition::uuid and r.seq > @seq order by r.seq limit 1`
	awaitedSQL   = `select p.title from reopening o join review_round r on r.id = o.round_id join proposal p on p.id = o.proposal_id
  where r.edition_id = @edition::uuid and r.seq < @seq and o.state = 'open' order by o.opened_at, o.id`
)

// holdChooser locks a choosing round and the one after it, where that is under way: before the judges, as everybody does. A
// planned one opens only under the edition's row, which the caller holds.
func holdChooser(ctx context.Context, tx pg.Tx, roundID string) (chooser, error) {
	var c chooser
	var err error
	if c.Round, err = lockRound(ctx, tx, roundID); err != nil {
		return c, err
	}
	next, found, err := pg.Maybe[Round](ctx, tx, nextRoundSQL, pg.Args{"edition": c.EditionID, "seq": c.Seq})
	if err != nil || !found {
		return c, err
	}
	if next.State != Planned {
		next, err = lockRound(ctx, tx, next.ID)
	}
	c.next = next
	return c, err
}

// holdStage locks the pitch room of the next round, after the judges, and refuses when the pitches are over.
func (c *chooser) holdStage(ctx context.Context, tx pg.Tx) error {
	if c.next.Kind != Pitch || c.next.State != Open {
		return nil
	}
	s, found, err := pg.Maybe[Stage](ctx, tx, lockStageSQL, pg.Args{"id": c.next.ID})
	if err == nil && found && s.State == Ended {
		err = pitchesOver()
	}
	c.stage = s
	return err
}

// StrikeChosen strikes a sheet with a late tie out of a closed round that only chose who goes on. Where enough sheets are left the
// choice is made anew at once; where too few are, the round is opened again for the project and short is true. The caller holds
// the edition's row; the sheet has a late tie, else it is missing.
func StrikeChosen(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, roundID, sheetID, reason string) (short bool, err error) {
	c, err := holdChooser(ctx, tx, roundID)
	if err != nil {
		return false, err
	}
	t, err := LateTieOf(ctx, tx, sheetID)
	if err != nil {
		return false, err
	}
	if err := t.Shut(at); err != nil {
		return false, err
	}
	redo := Redo{Cause: ByConflict, Reason: reason, Sheets: []string{sheetID}}
	if short, err = Strike(ctx, tx, w, at, roundID, t.ProposalID, redo); err != nil {
		return false, err
	}
	if err := c.holdStage(ctx, tx); err != nil || short {
		return short, err
	}
	return false, c.anew(ctx, tx, hand{w, c.Place, at}, redo)
}

// EndChosen closes a reopening of a round that only chose who goes on, and makes the choice anew. It is false when the same button
// came twice. The caller holds the edition's row.
func EndChosen(ctx context.Context, tx pg.Tx, w identity.Warrant, at time.Time, o Reopening, p Pressed) (bool, error) {
	c, err := holdChooser(ctx, tx, o.RoundID)
	if err != nil {
		return false, err
	}
	ended, err := EndReopening(ctx, tx, w, at, o.ID, p)
	if err != nil || !ended {
		return false, err
	}
	if err := c.holdStage(ctx, tx); err != nil {
		return false, err
	}
	return true, c.anew(ctx, tx, hand{w, c.Place, at}, Redo{Cause: o.Cause, Reason: o.Reason})
}

// anew computes the round again and lets those go on who pass now.
func (c *chooser) anew(ctx context.Context, tx pg.Tx, h hand, redo Redo) error {
	out, run, err := Again(ctx, tx, h.w, h.at, c.ID, redo)
	if err != nil {
		return err
	}
	list, err := risen(ctx, tx, c.Round, out)
	if err != nil {
		return err
	}
	titles := []string{}
	for _, n := range list {
		if err := c.lift(ctx, tx, h, n, run, redo.Reason); err != nil {
			return err
		}
		titles = append(titles, "「"+n.Title+"」") //words:none
	}
	text := fault.Say("初评有评分表作废，结果重新计算了，进入下一轮的项目没有变化")
	if len(list) > 0 {
		text = fault.Say("初评有评分表作废，结果重新计算了：%s现在也进入下一轮，原来进入的都不变", strings.Join(titles, ""))
	}
	return tellStaff(ctx, tx, h, h.place, text, "/desk/editions/"+c.EditionID+"/judging", c.ID+"/again/"+strconv.Itoa(run))
}

// Risen is a project that goes on by a new result of its round, and did not by the one before.
type Risen struct {
	ID     string
	Number string
	Title  string
	LeadID string
	Score  int // hundredths
	Rank   int
}

const leftOutSQL = `select p.id::text, coalesce(p.number, '') as number, p.title, p.lead_id::text, 0 as score, 0 as rank from proposal p where p.id = any(@ids::text[]::uuid[]) and p.state = 'not_shortlisted'`

// risen lists who passes the cut by an outcome and was left out, in the outcome's order.
func risen(ctx context.Context, q pg.Reader, r Round, out Outcome) ([]Risen, error) {
	ids := []string{}
	for _, row := range out.Rows {
		if r.Passes(row.Score, row.Rank) {
			ids = append(ids, row.ID)
		}
	}
	left, err := pg.All[Risen](ctx, q, leftOutSQL, pg.Args{"ids": ids})
	if err != nil {
		return nil, err
	}
	list := []Risen{}
	for _, row := range out.Rows {
		if i := slices.IndexFunc(left, func(n Risen) bool { return n.ID == row.ID }); i >= 0 {
			n := left[i]
			n.Score, n.Rank = row.Score, row.Rank
			list = append(list, n)
		}
	}
	return list, nil
}

// lift takes a project on to the next round and tells its lead; a round under way takes it last.
func (c *chooser) lift(ctx context.Context, tx pg.Tx, h hand, n Risen, run int, why string) error {
	if err := proposal.Move(ctx, tx, h.w, proposal.Step{ID: n.ID, To: proposal.Shortlisted, At: h.at}); err != nil {
		return err
	}
	text := fault.Say("初评有一份评分表作废，结果重新计算了：「%s」现在通过书面初评，进入下一轮评审。时间地点会另外通知", n.Title)
	switch {
	case c.next.State == Open && c.next.Kind == Desk:
		text = fault.Say("初评有一份评分表作废，结果重新计算了：「%s」现在通过书面初评，进入下一轮评审。评委已经开始看申报书，您不用再交材料", n.Title)
	case c.stage.ID != "":
		text = fault.Say("初评有一份评分表作废，结果重新计算了：「%s」现在通过书面初评，进入路演，排在最后。时间地点看下一条通知", n.Title)
	}
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N08", To: []string{n.LeadID}, Text: text, Link: "/proposals/" + n.ID, Key: c.ID + "/again/" + strconv.Itoa(run) + "/" + n.ID, At: h.at}); err != nil {
		return err
	}
	if c.next.State != Open {
		return nil
	}
	p, err := proposal.Get(ctx, tx, n.ID)
	if err != nil {
		return err
	}
	if err := enterLast(ctx, tx, h, c.next, p, "take_in", why); err != nil {
		return err
	}
	if err := seatJoined(ctx, tx, h, c.next, p, func(title string) fault.Message {
		if !c.next.ClosesAt.After(h.at) {
			return fault.Say("项目「%s」现在也进入这一轮，请您尽快评", title)
		}
		return fault.Say("项目「%s」现在也进入这一轮，请您评，%s 前交评分表", title, stamp(*c.next.ClosesAt))
	}); err != nil || c.stage.ID == "" {
		return err
	}
	return standBehind(ctx, tx, h, c.stage.ID, n.ID, why)
}

// awaited refuses to go on with what needs a round's whole field, while a project of a round before it is being marked again: it may
// pass and come in.
func awaited(ctx context.Context, tx pg.Tx, r Round) error {
	list, err := pg.Values[string](ctx, tx, awaitedSQL, pg.Args{"edition": r.EditionID, "seq": r.Seq})
	if err == nil && len(list) > 0 {
		err = fault.New(fault.Conflict, "初评还有项目在补评：%s。补评结束以后可能有项目要加进来，请先把补评办完", first(list))
	}
	return err
}

// preview is who would go on if a sheet were struck out, by the very computation that would follow.
func preview(ctx context.Context, q pg.Reader, r Round, sheetID string) ([]Risen, error) {
	in, err := protocol(ctx, q, r, true)
	if err != nil {
		return nil, err
	}
	for i := range in.Entries {
		in.Entries[i].Papers = slices.DeleteFunc(in.Entries[i].Papers, func(p Paper) bool { return p.ID == sheetID })
	}
	in.Struck = append(in.Struck, sheetID)
	out, err := Compute(in)
	if err != nil {
		return nil, err
	}
	return risen(ctx, q, r, out)
}
