package judging

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

const (
	lastEntrySQL = `select coalesce(max(seq), 0)::int from round_entry where round_id = @round::uuid`
	enteredSQL   = `select exists (select from round_entry where round_id = @round::uuid and proposal_id = @proposal::uuid)`
)

// Join takes a project that has just become eligible into the desk round that is being read, last in its order, and gives it its
// judges by the ordinary computation. Before the judging has begun there is nothing to do; when the desk is over it is too late, and
// the project cannot become eligible any more (DOMAIN §7.2, §7.4). The caller holds the edition and the project.
func Join(ctx context.Context, tx pg.Tx, at time.Time, p proposal.Proposal) error {
	rounds, err := Rounds(ctx, tx, p.EditionID)
	if err != nil || len(rounds) == 0 || rounds[0].State == Planned {
		return err
	}
	r, err := lockRound(ctx, tx, rounds[0].ID)
	if err != nil {
		return err
	}
	if r.State != Open || r.Kind != Desk {
		return fault.New(fault.Conflict, "评审已经过了书面这一步，这份申报书赶不上这一届了，不能再改为通过。请按不通过处理，写明赶不上的原因，并请团队报下一届")
	}
	w, err := identity.House().Must(identity.KeepCalendar, r.Place)
	if err != nil {
		return err
	}
	if _, err := pg.Values[string](ctx, tx, lockJudgesSQL, pg.Args{"edition": r.EditionID}); err != nil {
		return err
	}
	there, err := pg.Value[bool](ctx, tx, enteredSQL, pg.Args{"round": r.ID, "proposal": p.ID})
	if err != nil || there {
		return err
	}
	h := hand{w, r.Place, at}
	if !r.Selects() {
		if err := proposal.Move(ctx, tx, w, proposal.Step{ID: p.ID, To: proposal.Shortlisted, At: at}); err != nil {
			return err
		}
	}
	if err := enterLast(ctx, tx, h, r, p, "join", ""); err != nil {
		return err
	}
	return seatJoined(ctx, tx, h, r, p, func(title string) fault.Message {
		return fault.Say("项目「%s」刚通过资格审查，也请您评，%s 前交评分表", title, stamp(*r.ClosesAt))
	})
}

// enterLast puts a project last in the order of a round under way, on record as such an action and why, and looks for ties to it.
func enterLast(ctx context.Context, tx pg.Tx, h hand, r Round, p proposal.Proposal, action, why string) error {
	last, err := pg.Value[int](ctx, tx, lastEntrySQL, pg.Args{"round": r.ID})
	if err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, entrySQL, pg.Args{"round": r.ID, "proposal": p.ID, "seq": last + 1}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, h.w, audit.Event{Entity: "review_round", ID: r.ID, Action: action, Place: r.Place, Reason: why,
		Data: map[string]any{"proposal": p.ID, "seq": last + 1}, At: h.at}); err != nil {
		return err
	}
	return detect(ctx, tx, h, r.EditionID)
}

// seatJoined gives a project that has joined its judges and tells them what call says of its title; where too few may, the
// district's staff are told.
func seatJoined(ctx context.Context, tx pg.Tx, h hand, r Round, p proposal.Proposal, call func(title string) fault.Message) error {
	seats, err := fill(ctx, tx, h, r, p.ID)
	if err != nil {
		return err
	}
	title, err := titleOf(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, s := range seats {
		person, err := pg.Value[string](ctx, tx, personSQL, pg.Args{"id": s.Judge})
		if err != nil {
			return err
		}
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N06", To: []string{person}, Text: call(title), Link: "/review", Key: p.ID + "/joined/" + s.Judge, At: h.at}); err != nil {
			return err
		}
	}
	if len(seats) >= r.MinValid {
		return nil
	}
	text := fault.Say("「%s」刚进入这一轮评审，没有利害关系的评委不够 %d 位。请再邀请评委，然后补排", p.Title, r.MinValid)
	return tellStaff(ctx, tx, h, r.Place, text, "/desk/editions/"+r.EditionID+"/judging", p.ID+"/joined")
}
