package proposal

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

const (
	leadOfSQL  = `update proposal set lead_id = @new::uuid, version = version + 1 where id = @id::uuid`
	teamLedSQL = `update team set lead_id = @new::uuid, version = version + 1 where id = @team::uuid`
	seatOfSQL  = `select m.id::text, coalesce(m.person_id::text, '') as person_id, m.name, m.role, m.state, m.age, '' as want_id, m.version, m.team_id::text, @proposal::text as proposal_id, '' as lead_id
  from team_member m where m.team_id = @team::uuid and m.person_id = @person::uuid and m.state = 'accepted'`
	roleSQL = `update team_member set role = @role, rights = 'edit', age = case when @role = 'lead' then 'adult' else age end, version = version + 1 where id = @id::uuid`
)

// LeadChanged is the fact that a proposal whose plan is fixed has a new lead: the agreement gets its annex, and the project
// its new lead.
type LeadChanged struct {
	ProposalID string    `json:"proposal_id"`
	HandoverID string    `json:"handover_id"`
	OldLead    string    `json:"old_lead"`
	NewLead    string    `json:"new_lead"`
	SignedAt   time.Time `json:"signed_at"` // when the new lead signed, with their vote
	By         string    `json:"by"`        // who confirmed it for the community
	At         time.Time `json:"at"`
}

// Kind names the fact.
func (LeadChanged) Kind() string { return "proposal.lead_changed" }

// handOver makes the new lead the lead: of the team, of the proposal, of the members' list, each with its line in the
// trail. The limits of the new lead hold at this very moment. Locks: proposal (held), team, members.
func (b *Book) handOver(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, h Handover, staff string) error {
	now := b.clock.Now()
	if err := b.canLead(ctx, tx, p, h.NewLead); err != nil {
		if m, field := fault.InFields(err)["member"]; field {
			err = fault.New(fault.Conflict, m.Text, m.Args...)
		}
		return err
	}
	t, err := pg.One[standing](ctx, tx, lockTeamSQL, pg.Args{"team": p.TeamID})
	if err != nil {
		return err
	}
	next, there, err := pg.Maybe[seat](ctx, tx, seatOfSQL, pg.Args{"team": p.TeamID, "person": h.NewLead, "proposal": p.ID})
	if err != nil {
		return err
	}
	if !there {
		return fault.New(fault.Conflict, "%s 已经不在团队里，不能领办", h.NewName)
	}
	old, there, err := pg.Maybe[seat](ctx, tx, seatOfSQL, pg.Args{"team": p.TeamID, "person": p.LeadID, "proposal": p.ID})
	if err != nil {
		return err
	}
	seats := []struct {
		seat
		role string
	}{{next, "lead"}}
	if there { // the old lead first: a team has one lead at a time
		seats = append([]struct {
			seat
			role string
		}{{old, "member"}}, seats...)
	}
	for _, s := range seats {
		if _, err := pg.Do(ctx, tx, roleSQL, pg.Args{"id": s.ID, "role": s.role}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: s.ID, Version: s.Version + 1, Action: "hand_over", From: s.State, To: s.State, Place: p.Place,
			Data: map[string]string{"role": s.role, "handover": h.ID}, At: now}); err != nil {
			return err
		}
	}
	if err := b.renamed(ctx, tx, w, p, t, h); err != nil {
		return err
	}
	if v, _ := h.Of(h.NewLead); Pledged(p.State) && v.At != nil {
		if err := outbox.Put(ctx, tx, now, LeadChanged{p.ID, h.ID, h.OldLead, h.NewLead, *v.At, staff, now}); err != nil {
			return err
		}
	}
	return b.endVote(ctx, tx, w, h, "done", ending{text: "%s 现在是「%s」的领办人", args: []any{h.NewName, p.named()}, staff: staff})
}

func (b *Book) renamed(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, t standing, h Handover) error {
	for _, row := range []struct {
		sql, entity, id, state string
		version                int
		args                   pg.Args
	}{{teamLedSQL, "team", p.TeamID, t.State, t.Version, pg.Args{"team": p.TeamID, "new": h.NewLead}}, {leadOfSQL, "proposal", p.ID, p.State, p.Version, pg.Args{"id": p.ID, "new": h.NewLead}}} {
		if _, err := pg.Do(ctx, tx, row.sql, row.args); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: row.entity, ID: row.id, Version: row.version + 1, Action: "hand_over", From: row.state, To: row.state, Place: p.Place,
			Data: map[string]string{"from": h.OldLead, "to": h.NewLead, "handover": h.ID}, At: b.clock.Now()}); err != nil {
			return err
		}
	}
	return nil
}

// TakeBack ends a vote before it is decided, by who proposed it.
func (b *Book) TakeBack(ctx context.Context, by identity.Actor, proposalID, handoverID string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, _, w, err := lockSeated(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		h, err := lockVote(ctx, tx, handoverID, p.ID)
		switch {
		case err != nil || h.State == "withdrawn":
			return err
		case h.ProposedBy != by.ID:
			return fault.New(fault.Forbidden, "投票由提出的人收回")
		case h.State != "voting" && h.State != "passed":
			return fault.New(fault.Conflict, "这次投票已经结束")
		}
		return b.endVote(ctx, tx, w, h, "withdrawn", ending{text: "换领办人的投票收回了，领办人还是 %s", args: []any{h.OldName}})
	})
}

const handoversSQL = `select ` + handoverColumns + handoverFrom + ` where h.state = 'passed' and h.place <@ any(@sight::text[]::ltree[]) order by h.ended_at, h.id limit 200`

// Handovers lists the votes that wait for the actor's word.
func (b *Book) Handovers(ctx context.Context, by identity.Actor) ([]Handover, error) {
	return pg.All[Handover](ctx, b.db, handoversSQL, pg.Args{"sight": by.Sight(identity.ConfirmLeads)})
}

// Confirming is the community's word on a new lead.
type Confirming struct {
	Version int    `form:"version"`
	Yes     bool   `form:"yes"`
	Reason  string `form:"reason"` // needed for a no
}

// ConfirmLead is the community's yes or no to a new lead of a proposal that was handed in. Nobody decides on a team of
// their own.
func (b *Book) ConfirmLead(ctx context.Context, by identity.Actor, handoverID string, c Confirming) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		h, err := pg.One[Handover](ctx, tx, handoverSQL, pg.Args{"id": handoverID})
		if err != nil {
			return err
		}
		if !by.Sees(identity.ConfirmLeads, h.Place) {
			return fault.Missing()
		}
		w, err := by.Must(identity.ConfirmLeads, h.Place)
		if err != nil {
			return err
		}
		p, err := Lock(ctx, tx, h.ProposalID)
		if err != nil {
			return err
		}
		if h, err = lockVote(ctx, tx, handoverID, p.ID); err != nil {
			return err
		}
		if _, mine, err := seatIn(ctx, tx, p.TeamID, by); err != nil || mine {
			if mine {
				err = fault.New(fault.Forbidden, "这是您自己的团队，请交给别的同事")
			}
			return err
		}
		if h.Version != c.Version || h.State != "passed" {
			if done, err := audit.Did(ctx, tx, by, "handover", handoverID, c.Version+1, "end"); err != nil || done {
				return err
			}
			return stale()
		}
		var wrong fault.Fields
		if !c.Yes && c.Reason == "" {
			wrong.Add("reason", "不同意的，请写明理由，团队会看到")
		}
		short(&wrong, "reason", c.Reason, 200)
		if err := wrong.Err(); err != nil {
			return err
		}
		if !c.Yes {
			return b.endVote(ctx, tx, w, h, "refused", ending{text: "社区没有同意换领办人：%s", args: []any{c.Reason}, answer: c.Reason, staff: by.ID})
		}
		return b.handOver(ctx, tx, w, p, h, by.ID)
	})
}

// LapseVotes ends the votes whose time is over: what the calendar asks for, every hour.
func (b *Book) LapseVotes(ctx context.Context, tx pg.Tx, due time.Time) error {
	late, err := pg.Values[string](ctx, tx, lateVoteSQL, pg.Args{"due": due})
	if err != nil {
		return err
	}
	for _, id := range late {
		h, err := pg.One[Handover](ctx, tx, handoverSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if _, err := Lock(ctx, tx, h.ProposalID); err != nil {
			return err
		}
		if h, err = pg.One[Handover](ctx, tx, handoverSQL, pg.Args{"id": id}); err != nil || h.State != "voting" {
			if err != nil {
				return err
			}
			continue
		}
		w, err := identity.House().Must(identity.KeepCalendar, h.Place)
		if err != nil {
			return err
		}
		if err := b.endVote(ctx, tx, w, h, "lapsed", ending{text: "换领办人的投票到时间了，票数不够，领办人还是 %s", args: []any{h.OldName}}); err != nil {
			return err
		}
	}
	return nil
}
