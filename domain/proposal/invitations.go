package proposal

import (
	"context"
	"time"

	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Invitation is a seat somebody is asked to take, or has taken.
type Invitation struct {
	ID         string
	ProposalID string
	Title      string
	TeamName   string
	LeadName   string
	Role       string
	State      string
	GuardID    string // the guardian asked for, "" when none is needed
	Guardian   string // asked, agreed, refused
	Edition    string
	At         time.Time
	Version    int
}

const (
	invitationColumns = `m.id::text, p.id::text as proposal_id, p.title, t.name as team_name, l.name as lead_name, m.role, m.state, coalesce(g.id::text, '') as guard_id, coalesce(g.state, '') as guardian, e.title as edition, m.at, m.version`
	invitedSQL        = `select ` + invitationColumns + ` from team_member m join team t on t.id = m.team_id join proposal p on p.team_id = t.id join person l on l.id = p.lead_id
  join edition e on e.id = p.edition_id left join guardian g on g.member_id = m.id where m.person_id = @me::uuid and m.role <> 'lead' and m.state in ('invited', 'applied', 'accepted') and p.state not in ('withdrawn', 'void')
  order by (m.state = 'invited') desc, m.at desc limit 50`
)

// Invitations lists the teams the actor is asked into or belongs to, open questions first.
func (b *Book) Invitations(ctx context.Context, by identity.Actor) ([]Invitation, error) {
	if !by.SignedIn() {
		return nil, nil
	}
	return pg.All[Invitation](ctx, b.db, invitedSQL, pg.Args{"me": by.ID})
}

// claimSQL hands over what waits for a number, save where its owner is in the team already.
const claimSQL = `update team_member m set person_id = @person::uuid, phone_index = null from team t join person l on l.id = t.lead_id
  where m.team_id = t.id and m.person_id is null and m.phone_index = @index and m.state = 'invited'
  and not exists (select from team_member o where o.team_id = m.team_id and o.person_id = @person::uuid and o.state in ('invited', 'applied', 'accepted'))
  returning m.id::text, l.name as lead_name, m.at, m.version`

type claimed struct {
	ID       string
	LeadName string
	At       time.Time
	Version  int
}

// ClaimInvitations hands the invitations that wait for a phone number to the person who has just signed in with it. The
// notice carries the time of the invitation, which is what it tells of.
func ClaimInvitations(ctx context.Context, tx pg.Tx, personID string, phoneIndex []byte) error {
	found, err := pg.All[claimed](ctx, tx, claimSQL, pg.Args{"person": personID, "index": phoneIndex})
	if err != nil {
		return err
	}
	for _, m := range found {
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N16", To: []string{personID}, Text: asking(m.LeadName), Link: "/invitations", Key: m.ID + "/claimed", At: m.At}); err != nil {
			return err
		}
	}
	return nil
}
