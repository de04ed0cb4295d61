package delivery

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

const finalizeSQL = `update evaluation set state = 'finalized', finalized_at = @at, version = version + 1 where id = @id::uuid`

// Accept finishes a project that passed its final review and has settled its money; the step holds the project's
// version as it was seen. The team may then become an organisation.
func (b *Book) Accept(ctx context.Context, by identity.Actor, projectID string, s Step) error {
	p, w, err := b.may(ctx, by, identity.CloseEvaluations, projectID)
	if err != nil {
		return err
	}
	if err := b.distant(ctx, by, p); err != nil {
		return err
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, err := Lock(ctx, tx, projectID)
		switch {
		case err != nil:
			return err
		case p.State == Done && p.Version == s.Version+1:
			return nil
		case p.Version != s.Version:
			return stale()
		case p.State != Closing:
			return fault.New(fault.Conflict, "项目还没有到结项这一步")
		}
		e, found, err := pg.Maybe[Evaluation](ctx, tx, evaluationOfSQL, pg.Args{"project": p.ID, "kind": Final})
		switch {
		case err != nil:
			return err
		case !found || e.State != Passed:
			return fault.New(fault.Conflict, "结项验收还没有通过，不能办结")
		case !p.Settled:
			return fault.New(fault.Conflict, "项目的钱还没有结清，请会计先办结算")
		}
		return b.accept(ctx, tx, w, p, e)
	})
}

func (b *Book) accept(ctx context.Context, tx pg.Tx, w identity.Warrant, p Project, e Evaluation) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, finalizeSQL, pg.Args{"id": e.ID, "at": now}); err != nil {
		return err
	}
	people, err := proposal.TeamPeople(ctx, tx, p.TeamID)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」验收办结了。谢谢您为邻居做的事", p.Title)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N25", To: people, Text: text, Link: "/projects/" + p.ID, Key: p.ID + ".accepted", At: now}); err != nil {
		return err
	}
	staff, err := notice.Holders(ctx, tx, p.Place, identity.CommunityStaff)
	if err != nil {
		return err
	}
	grow := fault.Say("项目「%s」结束了，团队可以接着成立社区社会组织，把好事一直办下去", p.Title)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N26", To: append(staff, p.LeadID), Text: grow, Link: "/projects/" + p.ID + "/room", Key: p.ID, At: now}); err != nil {
		return err
	}
	if err := outbox.Put(ctx, tx, now, Accepted{ProjectID: p.ID}); err != nil {
		return err
	}
	event := audit.Event{Entity: "evaluation", ID: e.ID, Version: e.Version + 1, Action: "finalize", From: e.State, To: Finalized, Place: p.Place, At: now}
	if err := audit.Record(ctx, tx, w, event); err != nil {
		return err
	}
	return Move(ctx, tx, w, p.ID, Done, "", now)
}
