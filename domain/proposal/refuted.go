package proposal

import (
	"context"

	"seedbed/domain/assist"
	"seedbed/domain/audit"
	"seedbed/domain/identity"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// notMine is why something is taken back that was filled in against a person's will; it is kept as the reason: words:none.
const notMine = "帮填的内容不是本人的意思，已经撤回"

const (
	notMineSeatSQL = `select m.id::text, m.person_id::text, m.team_id::text, m.state, m.version, coalesce(t.place::text, '') as place from team_member m join team t on t.id = m.team_id
  where m.id = @id::uuid and m.person_id = @person::uuid and m.state in ('applied', 'accepted') and m.role <> 'lead' for no key update of m`
	wentOnSQL      = `select exists (select from proposal_save s join assistance a on a.id = @assistance::uuid where s.proposal_id = @id::uuid and s.by_person is not null and s.at > coalesce(a.finished_at, a.started_at))`
	notMineLeftSQL = `update team_member set state = 'left', answered_at = @at, version = version + 1 where id = @id::uuid`
	notMineSaidSQL = `update proposal_comment set hidden_at = @at where id = @id::uuid and hidden_at is null`
)

// HearRefuted takes back what was done for a person against their will: proposals begun or handed in that nobody has
// decided on yet, memberships and requests to join, and remarks. It does no harm when repeated.
func HearRefuted(ctx context.Context, tx pg.Tx, f assist.Refuted) error {
	person, err := assist.Helped(ctx, tx, f)
	if err != nil {
		return err
	}
	for _, undo := range []struct {
		entity  string
		actions []string
		do      func(id string) (bool, error)
	}{
		{"proposal", []string{"start", "submit"}, func(id string) (bool, error) { return takeBackFor(ctx, tx, f, id, person) }},
		{"team_member", []string{"apply", "join", "accept"}, func(id string) (bool, error) { return leaveFor(ctx, tx, f, id, person) }},
		{"proposal_comment", []string{"say"}, func(id string) (bool, error) {
			n, err := pg.Do(ctx, tx, notMineSaidSQL, pg.Args{"id": id, "at": f.At})
			return n > 0, err
		}},
	} {
		rows, err := assist.Acts(ctx, tx, f, undo.entity, undo.actions...)
		if err != nil {
			return err
		}
		for _, id := range rows {
			done, err := undo.do(id)
			if err == nil && done {
				err = assist.Undone(ctx, tx, f, undo.entity, id)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// takeBackFor withdraws a proposal of theirs while it is a draft, handed in or returned; afterwards others have decided.
func takeBackFor(ctx context.Context, tx pg.Tx, f assist.Refuted, id, person string) (bool, error) {
	p, err := Lock(ctx, tx, id)
	if err != nil || p.LeadID != person || (p.State != Drafted && p.State != Submitted && p.State != Returned) {
		return false, err
	}
	// Saving a draft leaves no line in the trail: what was written since tells that somebody went on with it.
	wentOn, err := pg.Value[bool](ctx, tx, wentOnSQL, pg.Args{"id": id, "assistance": f.AssistanceID})
	if err != nil || wentOn {
		return false, err
	}
	w, err := identity.House().Must(identity.KeepCalendar, p.Place)
	if err != nil {
		return false, err
	}
	if err := outbox.Put(ctx, tx, f.At, TakenBack{id, p.State}); err != nil {
		return false, err
	}
	return true, Move(ctx, tx, w, Step{ID: id, To: Withdrawn, Reason: notMine, At: f.At})
}

func leaveFor(ctx context.Context, tx pg.Tx, f assist.Refuted, id, person string) (bool, error) {
	type held struct {
		ID, PersonID, TeamID, State, Place string
		Version                            int
	}
	s, in, err := pg.Maybe[held](ctx, tx, notMineSeatSQL, pg.Args{"id": id, "person": person})
	if err != nil || !in {
		return false, err
	}
	w, err := identity.House().Must(identity.KeepCalendar, s.Place)
	if err != nil {
		return false, err
	}
	if _, err := pg.Do(ctx, tx, notMineLeftSQL, pg.Args{"id": id, "at": f.At}); err != nil {
		return false, err
	}
	if err := takeBack(ctx, tx, person, s.TeamID, f.At); err != nil {
		return false, err
	}
	return true, audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: id, Version: s.Version + 1, Action: "undo", From: s.State, To: "left", Place: s.Place, Reason: notMine, At: f.At})
}
