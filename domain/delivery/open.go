package delivery

import (
	"context"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/award"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

const (
	effectiveSQL = `select a.id::text, a.place::text, a.effective_at, p.team_id::text, p.title, p.id::text as proposal_id from agreement a join proposal p on p.id = a.proposal_id
  where a.id = @id::uuid and a.effective_at is not null`
	// The project keeps the proposal's number with a P before it (DOMAIN §15.1). It is public from the start: who gets
	// public money is told within days.
	openSQL = `insert into project (id, number, agreement_id, award_id, proposal_id, edition_id, team_id, place, host, title, category, colour, starts_on, ends_on, lead_id,
    award, act_target, published, created_at)
  select @id::uuid, 'P' || p.number, a.id, a.award_id, p.id, a.edition_id, p.team_id, a.place, a.host, p.title, p.category, p.colour, a.starts_on, a.ends_on, p.lead_id,
    a.total, p.act_target, true, @at from agreement a join proposal p on p.id = a.proposal_id where a.id = @agreement::uuid
  on conflict (award_id) do nothing`
	linesSQL = `insert into budget_line (id, project_id, seq, category, item, amount)
  select gen_random_uuid(), @project::uuid, seq, category, item, amount from proposal_line where proposal_id = @proposal::uuid order by seq`
)

// Open hears that all have signed and makes the project with its budget lines, once for each award.
func Open(ctx context.Context, tx pg.Tx, f award.Signed) error {
	type effective struct {
		ID, Place, TeamID, Title, ProposalID string
		EffectiveAt                          time.Time
	}
	a, found, err := pg.Maybe[effective](ctx, tx, effectiveSQL, pg.Args{"id": f.AgreementID})
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.Conflict, "协议还没有生效，不能建立项目")
	}
	w, err := identity.House().Must(identity.KeepCalendar, a.Place)
	if err != nil {
		return err
	}
	id := uuid.Must(uuid.NewV7()).String()
	rows, err := pg.Do(ctx, tx, openSQL, pg.Args{"id": id, "agreement": a.ID, "at": a.EffectiveAt})
	if err != nil || rows == 0 {
		return err
	}
	if _, err := pg.Do(ctx, tx, linesSQL, pg.Args{"project": id, "proposal": a.ProposalID}); err != nil {
		return err
	}
	people, err := proposal.TeamPeople(ctx, tx, a.TeamID)
	if err != nil {
		return err
	}
	text := fault.Say("项目「%s」的工作间开好了：在这里计划活动、传照片、记录", a.Title)
	if err := notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: people, Text: text, Link: "/projects/" + id + "/room", Key: id, At: a.EffectiveAt}); err != nil {
		return err
	}
	if err := outbox.Put(ctx, tx, a.EffectiveAt, Opened{ProjectID: id}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "project", ID: id, Version: 1, Action: "open", To: Preparing, Place: a.Place, At: a.EffectiveAt})
}
