package proposal

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Remark is what somebody of the team says about a part of the proposal.
type Remark struct {
	ID       string
	Section  string // the id of one of Sections
	Body     string // "" once hidden
	ByPerson string
	ByName   string
	ByRole   string // in the team, "" for who has left
	At       time.Time
	Hidden   bool
}

// NewRemark is a remark as it is written.
type NewRemark struct {
	ID      string `form:"id"`
	Section string `form:"section"`
	Body    string `form:"body"`
}

const (
	mostRemarks  = 500
	remarksSQL   = `select count(*) from proposal_comment where proposal_id = @id::uuid and hidden_at is null`
	remarkSQL    = `insert into proposal_comment (id, proposal_id, section, body, by_person, at) values (@remark, @id, @section, @body, @me, @at) on conflict (id) do nothing`
	hideSQL      = `update proposal_comment set hidden_at = @at, hidden_by = @me where id = @remark::uuid and hidden_at is null`
	remarkColumn = `c.id::text, c.section, case when c.hidden_at is null then c.body else '' end as body, c.by_person::text, x.name as by_name,
  coalesce((select m.role from team_member m where m.team_id = p.team_id and m.person_id = c.by_person and m.state = 'accepted'), '') as by_role, c.at, c.hidden_at is not null as hidden`
	listRemarksSQL = `select ` + remarkColumn + ` from proposal_comment c join proposal p on p.id = c.proposal_id join person x on x.id = c.by_person where c.proposal_id = @id::uuid order by c.at, c.id limit 500`
	oneRemarkSQL   = `select ` + remarkColumn + ` from proposal_comment c join proposal p on p.id = c.proposal_id join person x on x.id = c.by_person where c.id = @remark::uuid and c.proposal_id = @id::uuid`
	seatsSQL       = `select person_id::text from team_member where team_id = @team::uuid and state = 'accepted' and person_id is not null and person_id <> @me::uuid`
)

func knownSection(id string) bool {
	for _, s := range Sections {
		if s.ID == id {
			return true
		}
	}
	return false
}

// Say leaves a remark on a part of the proposal, by somebody of the team or a mentor they asked in.
func (b *Book) Say(ctx context.Context, by identity.Actor, proposalID string, n NewRemark) error {
	var wrong fault.Fields
	if n.Body == "" {
		wrong.Add("body", "请写下您想说的")
	}
	short(&wrong, "body", n.Body, 300)
	if !knownSection(n.Section) {
		wrong.Add("section", "请选择您说的是哪一部分")
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	n.ID = formID(n.ID)
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, own, w, err := lockSeated(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		if !own.Comments() {
			return fault.New(fault.Forbidden, "领办人请您先看看，还没有让您留言。需要的话请和领办人说")
		}
		have, err := pg.Value[int](ctx, tx, remarksSQL, pg.Args{"id": p.ID})
		if err != nil {
			return err
		}
		if have >= mostRemarks {
			return fault.Field("body", "留言太多了，最多 %d 条。请先把说完的收起来", mostRemarks)
		}
		now := b.clock.Now()
		rows, err := pg.Do(ctx, tx, remarkSQL, pg.Args{"remark": n.ID, "id": p.ID, "section": n.Section, "body": n.Body, "me": by.ID, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		others, err := pg.Values[string](ctx, tx, seatsSQL, pg.Args{"team": p.TeamID, "me": by.ID})
		if err != nil {
			return err
		}
		// Once a day is enough to know that there is something to read.
		if err := b.tellTeam(ctx, tx, p.ID+"/remarks/"+day(now), 0, others, "/proposals/"+p.ID+"/comments", "「%s」有新的留言，请看看", p.named()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_comment", ID: n.ID, Action: "say", Place: p.Place, Data: map[string]string{"proposal": p.ID, "section": n.Section}, At: now})
	})
}

// HideRemark folds a remark away, by who wrote it or by the lead. It is kept, and the trail knows who hid it.
func (b *Book) HideRemark(ctx context.Context, by identity.Actor, proposalID, remarkID string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, _, w, err := lockSeated(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		r, err := pg.One[Remark](ctx, tx, oneRemarkSQL, pg.Args{"id": proposalID, "remark": remarkID})
		if err != nil || r.Hidden {
			return err
		}
		if r.ByPerson != by.ID && p.LeadID != by.ID {
			return fault.New(fault.Forbidden, "留言由写的人或者领办人收起")
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, hideSQL, pg.Args{"remark": remarkID, "me": by.ID, "at": now}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_comment", ID: remarkID, Action: "hide", Place: p.Place, Data: map[string]string{"proposal": p.ID}, At: now})
	})
}

// Remarks lists what was said about a proposal, oldest first, for everybody of its team.
func (b *Book) Remarks(ctx context.Context, by identity.Actor, proposalID string) (Full, []Remark, error) {
	f, err := b.Own(ctx, by, proposalID)
	if err != nil {
		return f, nil, err
	}
	list, err := pg.All[Remark](ctx, b.db, listRemarksSQL, pg.Args{"id": proposalID})
	return f, list, err
}
