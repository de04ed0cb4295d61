package proposal

import (
	"context"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// What a membership lets somebody do with the proposal.
const (
	MayEdit    = "edit"
	MayComment = "comment"
	MayView    = "view"
)

// Rights names them, the widest first.
var Rights = []edition.Choice{{Code: MayEdit, Name: "能修改申报书"}, {Code: MayComment, Name: "能看、能留言"}, {Code: MayView, Name: "只能看"}}

// Seat is somebody's own place in a team.
type Seat struct {
	ID     string
	Role   string
	Rights string
	Age    string
}

func (s Seat) edits() bool { return s.Role == "lead" || s.Rights == MayEdit }

// Comments tells whether the seat may leave remarks.
func (s Seat) Comments() bool { return s.edits() || s.Rights == MayComment }

// core tells whether a role counts for the size of a team: helpers and mentors stand beside it (DOMAIN §7.3).
func core(role string) bool { return role != "helper" && role != "mentor" }

// rightsOf is what a role may do before the lead says otherwise.
func rightsOf(role string) string {
	if core(role) {
		return MayEdit
	}
	return MayComment
}

const seatInSQL = `select id::text, role, rights, age from team_member where team_id = @team::uuid and person_id = @me::uuid and state = 'accepted'`

// seatIn is the actor's accepted place in a team; here is false when they have none.
func seatIn(ctx context.Context, q pg.Reader, teamID string, by identity.Actor) (s Seat, here bool, err error) {
	if !by.SignedIn() {
		return s, false, nil
	}
	return pg.Maybe[Seat](ctx, q, seatInSQL, pg.Args{"team": teamID, "me": by.ID})
}

// SeatOf is the actor's place in a proposal's team, from the page that was read.
func (f Full) SeatOf(by identity.Actor) Seat {
	for _, m := range f.Members {
		if by.SignedIn() && m.PersonID == by.ID && m.State == "accepted" {
			return Seat{m.ID, m.Role, m.Rights, m.Age}
		}
	}
	return Seat{}
}

// Edits tells whether the actor may change the proposal, as far as the team is concerned.
func (f Full) Edits(by identity.Actor) bool { return f.SeatOf(by).edits() }

// lockSeated locks a proposal for anybody of its team, whatever they may do there; for anybody else it is not there.
func lockSeated(ctx context.Context, tx pg.Tx, by identity.Actor, id string) (Proposal, Seat, identity.Warrant, error) {
	p, err := Lock(ctx, tx, id)
	if err != nil {
		return p, Seat{}, identity.Warrant{}, err
	}
	own, here, err := seatIn(ctx, tx, p.TeamID, by)
	if err != nil {
		return p, own, identity.Warrant{}, err
	}
	if !here {
		return p, own, identity.Warrant{}, fault.Missing()
	}
	ties, err := TeamTies(ctx, tx, p.TeamID, by)
	if err != nil {
		return p, own, identity.Warrant{}, err
	}
	w, err := by.Tied(p.Place, ties...).Must(identity.DraftProposals, p.Place)
	return p, own, w, err
}

// Allowing is the lead's word on what a member may do.
type Allowing struct {
	Version int    `form:"version"`
	Rights  string `form:"rights"`
}

const rightsSQL = `update team_member set rights = @rights, version = version + 1 where id = @id::uuid`

// Allow sets what a member may do with the proposal, by the lead. A mentor reads and advises, and never writes for a team.
func (b *Book) Allow(ctx context.Context, by identity.Actor, memberID string, a Allowing) error {
	if !edition.Known(Rights, a.Rights) {
		return fault.Field("rights", "请选择这位成员能做什么")
	}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		s, p, w, err := lockLedSeat(ctx, tx, by, memberID)
		if err != nil {
			return err
		}
		switch {
		case s.Version != a.Version:
			if done, err := audit.Did(ctx, tx, by, "team_member", memberID, a.Version+1, "allow"); err != nil || done {
				return err
			}
			return stale()
		case s.Role == "lead":
			return fault.New(fault.Conflict, "领办人自己总是能修改的")
		case s.Role == "mentor" && a.Rights == MayEdit:
			return fault.Field("rights", "辅导社工只看和提意见，不替团队写")
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, rightsSQL, pg.Args{"id": memberID, "rights": a.Rights}); err != nil {
			return err
		}
		if s.State == "accepted" {
			if err := b.tellTeam(ctx, tx, memberID, s.Version+1, []string{s.PersonID}, "/proposals/"+p.ID, "领办人改了您在「%s」里能做的事，请打开看看", p.named()); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: memberID, Version: s.Version + 1, Action: "allow", From: s.State, To: s.State, Place: p.Place,
			Data: map[string]string{"rights": a.Rights}, At: now})
	})
}

// lockLedSeat locks a membership's proposal for its lead and reads the membership under the lock.
func lockLedSeat(ctx context.Context, tx pg.Tx, by identity.Actor, memberID string) (seat, Proposal, identity.Warrant, error) {
	s, err := pg.One[seat](ctx, tx, seatSQL, pg.Args{"id": memberID})
	if err != nil {
		return s, Proposal{}, identity.Warrant{}, err
	}
	p, w, err := lockLed(ctx, tx, by, s.ProposalID)
	if err != nil {
		return s, p, w, err
	}
	s, err = pg.One[seat](ctx, tx, seatSQL, pg.Args{"id": memberID}) // as it is now that the lock is held
	return s, p, w, err
}

// named is a proposal's title in a sentence; a draft may have none yet.
func (p Proposal) named() string {
	if p.Title == "" {
		return "—"
	}
	return p.Title
}
