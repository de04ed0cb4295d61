package proposal

import (
	"context"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Link is an invitation for whoever holds it: into one team, in one role, for so many people, until a moment. Its secret
// part is never stored and never logged.
type Link struct {
	ID      string
	Role    string
	Note    string // the lead's own: for whom it is
	Most    int
	Used    int
	Until   time.Time
	State   string
	Version int
	Live    bool // may still be used
}

// NewLink is a link as the lead asks for it.
type NewLink struct {
	ID   string `form:"link_id"`
	Role string `form:"link_role"`
	Note string `form:"note"`
	Most int    `form:"most"`
	Days int    `form:"days"`
}

const (
	mostLinks  = 10 // live ones of a team
	longest    = 30 // days a link lives at most
	linksSQL   = `select id::text, role, note, most, used, until, state, version, (state = 'open' and used < most and until > @at) as live from team_link where team_id = @team::uuid order by at desc limit 20`
	addLinkSQL = `insert into team_link (id, team_id, role, note, most, until, made_by, at) values (@id, @team, @role, @note, @most, @until, @me, @at) on conflict (id) do nothing`
	revokeSQL  = `update team_link set state = 'revoked', version = version + 1 where id = @id::uuid`
	useLinkSQL = `update team_link set used = used + 1 where id = @id::uuid and state = 'open' and used < most and until > @at`
)

func (b *Book) links(ctx context.Context, teamID string) ([]Link, error) {
	return pg.All[Link](ctx, b.db, linksSQL, pg.Args{"team": teamID, "at": b.clock.Now()})
}

// MakeLink makes a link that invites, by the lead, and gives its id.
func (b *Book) MakeLink(ctx context.Context, by identity.Actor, proposalID string, n NewLink) (string, error) {
	var wrong fault.Fields
	if !edition.Known(WantRoles, n.Role) {
		wrong.Add("link_role", "请选择请他来做成员还是帮手")
	}
	if n.Most < 1 || n.Most > mostMembers {
		wrong.Add("most", "请填写 1 到 %d 之间的数", mostMembers)
	}
	if n.Days < 1 || n.Days > longest {
		wrong.Add("days", "请填写 1 到 %d 之间的数", longest)
	}
	short(&wrong, "note", n.Note, 30)
	if err := wrong.Err(); err != nil {
		return "", err
	}
	n.ID = formID(n.ID)
	return n.ID, b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		now, live := b.clock.Now(), 0
		have, err := pg.All[Link](ctx, tx, linksSQL, pg.Args{"team": p.TeamID, "at": now})
		if err != nil {
			return err
		}
		for _, l := range have {
			if l.ID == n.ID {
				return nil // the same form came twice
			}
			if l.Live {
				live++
			}
		}
		if live >= mostLinks {
			return fault.Field("most", "还有 %d 个邀请码能用，请先作废不要的", live)
		}
		rows, err := pg.Do(ctx, tx, addLinkSQL, pg.Args{"id": n.ID, "team": p.TeamID, "role": n.Role, "note": n.Note, "most": n.Most, "until": now.AddDate(0, 0, n.Days), "me": by.ID, "at": now})
		if err != nil || rows == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "team_link", ID: n.ID, Version: 1, Action: "make", To: "open", Place: p.Place, Data: map[string]int{"most": n.Most, "days": n.Days}, At: now})
	})
}

// RevokeLink makes a link worthless at once, by the lead.
func (b *Book) RevokeLink(ctx context.Context, by identity.Actor, proposalID, linkID string) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, err := lockLed(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		l, err := pg.One[Link](ctx, tx, linkOfSQL, pg.Args{"id": linkID, "team": p.TeamID, "at": b.clock.Now()})
		if err != nil || l.State == "revoked" {
			return err
		}
		if _, err := pg.Do(ctx, tx, revokeSQL, pg.Args{"id": linkID}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "team_link", ID: linkID, Version: l.Version + 1, Action: "revoke", From: "open", To: "revoked", Place: p.Place, At: b.clock.Now()})
	})
}

const linkOfSQL = `select id::text, role, note, most, used, until, state, version, (state = 'open' and used < most and until > @at) as live from team_link where id = @id::uuid and team_id = @team::uuid`

// ShowLink is a link with its secret part, for the lead to send or print.
func (b *Book) ShowLink(ctx context.Context, by identity.Actor, proposalID, linkID string) (Full, Link, string, error) {
	f, err := b.Own(ctx, by, proposalID)
	if err != nil {
		return f, Link{}, "", err
	}
	if !f.Leads(by) {
		return f, Link{}, "", fault.New(fault.Forbidden, "团队名单由领办人管理。需要的话请和领办人说")
	}
	l, err := pg.One[Link](ctx, b.db, linkOfSQL, pg.Args{"id": linkID, "team": f.TeamID, "at": b.clock.Now()})
	return f, l, b.token("join", linkID), err
}

// Offer is what somebody sees who holds a link: who invites, into what, as what.
type Offer struct {
	LinkID      string
	Role        string
	Live        bool
	ProposalID  string
	Title       string
	Pitch       string
	LeadName    string // masked
	TeamName    string
	Risks       string
	PlaceName   string
	PlaceNameEn string
	Edition     string
	Until       time.Time
}

const offerSQL = `select k.id::text as link_id, k.role, (k.state = 'open' and k.used < k.most and k.until > @at and p.state not in ('withdrawn', 'void')) as live, p.id::text as proposal_id, p.title, p.pitch, l.name as lead_name,
  t.name as team_name, p.risks, pl.name as place_name, pl.name_en as place_name_en, e.title as edition, k.until
  from team_link k join team t on t.id = k.team_id join proposal p on p.team_id = t.id join person l on l.id = p.lead_id join place pl on pl.path = p.place join edition e on e.id = p.edition_id where k.id = @id::uuid`

// Peek reads a link for whoever holds it.
func (b *Book) Peek(ctx context.Context, token string) (Offer, error) {
	id, err := b.untoken("join", token)
	if err != nil {
		return Offer{}, err
	}
	o, err := pg.One[Offer](ctx, b.db, offerSQL, pg.Args{"id": id, "at": b.clock.Now()})
	o.LeadName = Masked(o.LeadName)
	return o, err
}

// JoinByLink takes the actor into the team of a link, at once when they are old enough: the lead has said yes by making
// it. It gives the proposal's id, and whether they are in already or wait for a guardian and the lead.
func (b *Book) JoinByLink(ctx context.Context, by identity.Actor, token string, n Application) (proposalID string, in bool, err error) {
	if err := n.check(); err != nil {
		return "", false, err
	}
	o, err := b.Peek(ctx, token)
	if err != nil {
		return "", false, err
	}
	n.ID, n.Want = formID(n.ID), ""
	to := "accepted"
	if Young(n.Age) {
		to = "applied"
	}
	return o.ProposalID, to == "accepted", b.db.Change(ctx, func(tx pg.Tx) error {
		p, w, same, err := b.joinable(ctx, tx, by, o.ProposalID, n.ID)
		if err != nil || same {
			return err
		}
		e, err := edition.Get(ctx, tx, p.EditionID)
		if err != nil {
			return err
		}
		now := b.clock.Now()
		used, err := pg.Do(ctx, tx, useLinkSQL, pg.Args{"id": o.LinkID, "at": now})
		if err != nil {
			return err
		}
		if used == 0 {
			return fault.New(fault.Conflict, "这个邀请码已经用完、过期或者作废了。请领办人再给您一个")
		}
		if err := room(ctx, tx, p, e, by.ID, false); err != nil {
			return err
		}
		name, err := b.arrive(ctx, tx, w, p, arrival{n, o.Role, o.LinkID, to, "join"})
		if err != nil {
			return err
		}
		text := "%s 扫码加入了您的团队"
		if to == "applied" {
			text = "%s 愿意加入，还没到 16 岁，要等家长同意"
		}
		if err := b.tellTeam(ctx, tx, n.ID, 1, []string{p.LeadID}, "/proposals/"+p.ID+"/team", text, name); err != nil {
			return err
		}
		return b.settle(ctx, tx, w, p, e)
	})
}
