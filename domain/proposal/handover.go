package proposal

import (
	"context"
	"slices"
	"time"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// Handover is the lead given to somebody else by a vote of the members (DOMAIN §7.3, §18-1): the old lead may have moved
// away or died, so their vote is not needed.
type Handover struct {
	ID         string
	TeamID     string
	ProposalID string
	OldLead    string
	NewLead    string
	OldName    string
	NewName    string
	ByName     string // who proposed it
	ProposedBy string
	Reason     string
	Until      time.Time
	Place      string
	State      string // voting, passed (the community is to confirm), done, failed, lapsed, withdrawn, refused
	At         time.Time
	Version    int
	Title      string
	Number     string
	Roll       []Vote
}

// Vote is one line of the roll.
type Vote struct {
	PersonID string     `json:"person_id"`
	Name     string     `json:"name"`
	Yes      *bool      `json:"yes"`
	At       *time.Time `json:"at"`
}

// voteDays is how long a vote runs.
const voteDays = 7

const (
	handoverColumns = `h.id::text, h.team_id::text, h.proposal_id::text, h.old_lead::text, h.new_lead::text, o.name as old_name, n.name as new_name, y.name as by_name, h.proposed_by::text, h.reason, h.until,
  h.place::text, h.state, h.at, h.version, p.title, coalesce(p.number, '') as number,
  (select coalesce(jsonb_agg(jsonb_build_object('person_id', v.person_id, 'name', v.name, 'yes', v.yes, 'at', v.at) order by v.name, v.person_id), '[]') from handover_vote v where v.handover_id = h.id) as roll`
	handoverFrom = ` from handover h join proposal p on p.id = h.proposal_id join person o on o.id = h.old_lead join person n on n.id = h.new_lead join person y on y.id = h.proposed_by`
	handoverSQL  = `select ` + handoverColumns + handoverFrom + ` where h.id = @id::uuid`
	openVoteSQL  = `select ` + handoverColumns + handoverFrom + ` where h.team_id = @team::uuid and h.state in ('voting', 'passed')`
	addVoteSQL   = `insert into handover (id, team_id, proposal_id, old_lead, new_lead, proposed_by, reason, until, place, at)
  values (@id, @team, @proposal, @old, @new, @me, @reason, @until, @place::text::ltree, @at) on conflict (id) do nothing`
	rollSQL = `insert into handover_vote (handover_id, person_id, name) select @id, m.person_id, m.name from team_member m
  where m.team_id = @team::uuid and m.state = 'accepted' and m.person_id is not null and m.role <> 'mentor' and m.age in ('', 'adult')`
	castSQL     = `update handover_vote set yes = @yes, at = @at where handover_id = @id::uuid and person_id = @me::uuid`
	endVoteSQL  = `update handover set state = @to, answer = @answer, answered_by = nullif(@staff, '')::uuid, ended_at = @at, version = version + 1 where id = @id::uuid`
	lateVoteSQL = `select h.id::text from handover h where h.state = 'voting' and h.until <= @due`
)

// Yes and No count the votes that were given.
func (h Handover) Yes() int { return h.given(true) }

// No counts the votes against.
func (h Handover) No() int { return h.given(false) }

func (h Handover) given(yes bool) int {
	n := 0
	for _, v := range h.Roll {
		if v.Yes != nil && *v.Yes == yes {
			n++
		}
	}
	return n
}

// Needed is how many yes it takes: more than half of everybody on the roll.
func (h Handover) Needed() int { return len(h.Roll)/2 + 1 }

// Of is somebody's line on the roll; there is false for who is not on it.
func (h Handover) Of(person string) (Vote, bool) {
	i := slices.IndexFunc(h.Roll, func(v Vote) bool { return v.PersonID == person })
	if i < 0 {
		return Vote{}, false
	}
	return h.Roll[i], true
}

// willing tells whether who is to lead has said yes themself.
func (h Handover) willing() bool {
	v, there := h.Of(h.NewLead)
	return there && v.Yes != nil && *v.Yes
}

// decided tells how the vote stands: passed, failed, or "" while it is open. Whoever is to lead must be willing.
func (h Handover) decided() string {
	v, _ := h.Of(h.NewLead)
	switch {
	case v.Yes != nil && !*v.Yes, len(h.Roll)-h.No() < h.Needed():
		return "failed"
	case h.Yes() >= h.Needed() && h.willing():
		return "passed"
	}
	return ""
}

func (b *Book) handoverOf(ctx context.Context, q pg.Reader, teamID string) (*Handover, error) {
	h, there, err := pg.Maybe[Handover](ctx, q, openVoteSQL, pg.Args{"team": teamID})
	if err != nil || !there {
		return nil, err
	}
	return &h, nil
}

// noVote keeps the roll of a running vote whole: nobody is taken off a team that is voting.
func (b *Book) noVote(ctx context.Context, tx pg.Tx, teamID string) error {
	h, err := b.handoverOf(ctx, tx, teamID)
	if err == nil && h != nil {
		err = fault.New(fault.Conflict, "团队正在投票换领办人，投完以前不能移出成员")
	}
	return err
}

// NewHandover proposes that somebody else lead.
type NewHandover struct {
	ID     string `form:"handover_id"`
	Member string `form:"member"` // the membership of who is to lead
	Reason string `form:"reason"`
}

// handable are the states in which the lead may change hands. Once the plan is fixed, an agreement hangs on it: whoever is to
// lead signs it with their vote.
var handable = []string{Drafted, Submitted, Returned, Endorsed, Eligible, Shortlisted, Pitched, Ranked, Selected, Reserve, Refining, Refined, Contracted}

// Pledged tells whether a new lead of a proposal in this state takes an agreement over.
func Pledged(state string) bool { return state == Refined || state == Contracted }

// Propose opens a vote on a new lead. Any adult member may ask for it, above all the deputy when the lead is gone.
func (b *Book) Propose(ctx context.Context, by identity.Actor, proposalID string, n NewHandover) error {
	var wrong fault.Fields
	if n.Reason == "" {
		wrong.Add("reason", "请写明为什么要换领办人，大家投票前会看到")
	}
	short(&wrong, "reason", n.Reason, 200)
	if formID(n.Member) != n.Member {
		wrong.Add("member", "请选择由谁来领办")
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
		have, err := b.handoverOf(ctx, tx, p.TeamID)
		switch {
		case err != nil:
			return err
		case have != nil && have.ID == n.ID:
			return nil
		case own.Role == "mentor" || minor(own.Age):
			return fault.New(fault.Forbidden, "换领办人由满 18 岁的成员提出")
		case have != nil:
			return fault.New(fault.Conflict, "已经有一次投票在进行，请先投完")
		case !slices.Contains(handable, p.State):
			return fault.New(fault.Conflict, "这份申报书已经结束了，不用再换领办人")
		}
		if t, err := pg.One[standing](ctx, tx, lockTeamSQL, pg.Args{"team": p.TeamID}); err != nil || t.State == "dissolved" || t.State == "converted" {
			if err == nil {
				err = fault.New(fault.Conflict, "这个项目已经结束，团队不再变动")
			}
			return err
		}
		next, err := b.candidate(ctx, tx, p, n.Member)
		if err != nil {
			return err
		}
		return b.openVote(ctx, tx, w, p, n, next)
	})
}

// candidate is the member who is to lead: in the team, an adult of its core, known to live in the competition's area.
func (b *Book) candidate(ctx context.Context, tx pg.Tx, p Proposal, memberID string) (seat, error) {
	s, there, err := pg.Maybe[seat](ctx, tx, seatSQL, pg.Args{"id": memberID})
	switch {
	case err != nil:
		return s, err
	case !there || s.TeamID != p.TeamID || s.State != "accepted" || s.PersonID == "" || !core(s.Role) || minor(s.Age) || s.Role == "lead":
		return s, fault.Field("member", "请选择一位已经确认的成员")
	}
	return s, b.canLead(ctx, tx, p, s.PersonID)
}

// canLead tells why somebody cannot take a proposal over: where they live, and what they lead already.
func (b *Book) canLead(ctx context.Context, tx pg.Tx, p Proposal, person string) error {
	me, err := pg.One[resident](ctx, tx, homeSQL, pg.Args{"me": person})
	if err != nil {
		return err
	}
	e, err := edition.Get(ctx, tx, p.EditionID)
	if err != nil {
		return err
	}
	if me.HomeState != "confirmed" || !identity.Within(me.Home, e.Place) {
		return fault.Field("member", "社区还没有确认这位成员住在本区，请他先到「我的资料」里选好社区，由社区确认")
	}
	until, err := Banned(ctx, tx, person, b.clock.Now())
	if err != nil {
		return err
	}
	if until != nil {
		return fault.Field("member", "这位成员现在不能领办，请换一位。原因他本人知道，也可以问区里")
	}
	if err := alone(ctx, tx, person); err != nil || p.State == Drafted {
		return err
	}
	return leads(ctx, tx, p, e, person, "一个人最多领办 %d 个项目，这位成员已经在领办%s")
}

func (b *Book) openVote(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, n NewHandover, next seat) error {
	now := b.clock.Now()
	rows, err := pg.Do(ctx, tx, addVoteSQL, pg.Args{"id": n.ID, "team": p.TeamID, "proposal": p.ID, "old": p.LeadID, "new": next.PersonID, "me": w.By.ID, "reason": n.Reason,
		"until": now.AddDate(0, 0, voteDays), "place": p.Place, "at": now})
	if err != nil || rows == 0 {
		return err
	}
	if _, err := pg.Do(ctx, tx, rollSQL, pg.Args{"id": n.ID, "team": p.TeamID}); err != nil {
		return err
	}
	h, err := pg.One[Handover](ctx, tx, handoverSQL, pg.Args{"id": n.ID})
	if err != nil {
		return err
	}
	if err := b.tellRoll(ctx, tx, h, 1, "请您投票：「%s」的领办人换成 %s，%s 前投完", p.named(), h.NewName, stamp(h.Until)); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "handover", ID: n.ID, Version: 1, Action: "propose", To: "voting", Place: p.Place, Reason: n.Reason,
		Data: map[string]any{"from": p.LeadID, "to": next.PersonID, "roll": len(h.Roll)}, At: now})
}

// tellRoll tells everybody who votes.
func (b *Book) tellRoll(ctx context.Context, tx pg.Tx, h Handover, version int, text string, args ...any) error {
	to := []string{h.OldLead}
	for _, v := range h.Roll {
		to = append(to, v.PersonID)
	}
	return b.tellTeam(ctx, tx, h.ID, version, to, "/proposals/"+h.ProposalID+"/team", text, args...)
}

// Ballot is one vote.
type Ballot struct {
	Yes   bool `form:"yes"`
	Adult bool `form:"adult"` // of who is to lead: of age, and willing
	Signs bool `form:"signs"` // of who is to lead once there is an agreement: has read it and takes it over
}

// Cast votes once on a new lead, by somebody on the roll who is still in the team. The vote that decides ends it.
func (b *Book) Cast(ctx context.Context, by identity.Actor, proposalID, handoverID string, v Ballot) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, _, w, err := lockSeated(ctx, tx, by, proposalID)
		if err != nil {
			return err
		}
		h, err := lockVote(ctx, tx, handoverID, p.ID)
		if err != nil {
			return err
		}
		mine, there := h.Of(by.ID)
		now := b.clock.Now()
		switch {
		case !there:
			return fault.New(fault.Forbidden, "这次投票开始时您不在名单里，不能投")
		case mine.Yes != nil && *mine.Yes == v.Yes: // the same press again
			return nil
		case mine.Yes != nil:
			return fault.New(fault.Conflict, "票已经投过了，不能再改")
		case h.State != "voting" || !now.Before(h.Until):
			return fault.New(fault.Conflict, "这次投票已经结束")
		case h.NewLead == by.ID && v.Yes && !v.Adult:
			return fault.Field("adult", "请确认您满 18 岁，愿意领办这个项目")
		case h.NewLead == by.ID && v.Yes && !v.Signs && Pledged(p.State):
			return fault.Field("signs", "请先看过三方协议，再勾选同意接着履行")
		}
		if _, err := pg.Do(ctx, tx, castSQL, pg.Args{"id": h.ID, "me": by.ID, "yes": v.Yes, "at": now}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "handover", ID: h.ID, Action: "vote", Place: p.Place, Data: map[string]bool{"yes": v.Yes, "signs": v.Signs && h.NewLead == by.ID}, At: now}); err != nil {
			return err
		}
		if h, err = pg.One[Handover](ctx, tx, handoverSQL, pg.Args{"id": h.ID}); err != nil {
			return err
		}
		return b.count(ctx, tx, w, p, h)
	})
}

// lockVote reads a vote of a proposal that is locked.
func lockVote(ctx context.Context, tx pg.Tx, id, proposalID string) (Handover, error) {
	h, err := pg.One[Handover](ctx, tx, handoverSQL, pg.Args{"id": id})
	if err == nil && h.ProposalID != proposalID {
		err = fault.Missing()
	}
	return h, err
}

// count ends a vote that is decided: a draft changes hands at once, what was handed in waits for the community.
func (b *Book) count(ctx context.Context, tx pg.Tx, w identity.Warrant, p Proposal, h Handover) error {
	switch h.decided() {
	case "failed":
		return b.endVote(ctx, tx, w, h, "failed", ending{text: "换领办人的投票没有通过，领办人还是 %s", args: []any{h.OldName}})
	case "passed":
		if p.State == Drafted {
			return b.handOver(ctx, tx, w, p, h, "")
		}
		heads, err := notice.Holders(ctx, tx, p.Place, identity.CommunityHead)
		if err != nil {
			return err
		}
		if err := b.tellTeam(ctx, tx, h.ID, h.Version+1, heads, "/desk/handovers", "申报书 %s 的团队投票换了领办人，请社区确认", p.Number); err != nil {
			return err
		}
		return b.endVote(ctx, tx, w, h, "passed", ending{text: "换领办人的投票通过了，等社区确认", args: []any{}})
	}
	return nil
}

// ending is what is said and kept when a vote moves on.
type ending struct {
	text   string
	args   []any
	answer string
	staff  string
}

func (b *Book) endVote(ctx context.Context, tx pg.Tx, w identity.Warrant, h Handover, to string, e ending) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, endVoteSQL, pg.Args{"id": h.ID, "to": to, "answer": e.answer, "staff": e.staff, "at": now}); err != nil {
		return err
	}
	if err := b.tellRoll(ctx, tx, h, h.Version+1, e.text, e.args...); err != nil {
		return err
	}
	return audit.Record(ctx, tx, w, audit.Event{Entity: "handover", ID: h.ID, Version: h.Version + 1, Action: "end", From: h.State, To: to, Place: h.Place, Reason: e.answer,
		Data: map[string]int{"yes": h.Yes(), "no": h.No(), "roll": len(h.Roll)}, At: now})
}
