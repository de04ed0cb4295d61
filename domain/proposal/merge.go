package proposal

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/outbox"
	"seedbed/storage/pg"
)

// The states of a merge.
const (
	MergeAsked    = "asked"
	MergeDone     = "merged"
	MergeDeclined = "declined"
	MergeLapsed   = "lapsed" // not answered by both in time
)

// Merge is the community's question to two teams with one idea (DOMAIN §18-2): one proposal is kept, the other closed.
type Merge struct {
	ID             string
	KeptID         string
	KeptTitle      string
	ClosedID       string
	ClosedTitle    string
	Reason         string
	State          string
	KeptAgreedAt   *time.Time
	ClosedAgreedAt *time.Time
	AskedAt        time.Time
	Answer         string
	Version        int
	Place          string
}

// Agreed tells whether the lead of one of the two has said yes.
func (m Merge) Agreed(proposalID string) bool {
	return m.KeptID == proposalID && m.KeptAgreedAt != nil || m.ClosedID == proposalID && m.ClosedAgreedAt != nil
}

// Other is the title of the other proposal.
func (m Merge) Other(proposalID string) string {
	if m.KeptID == proposalID {
		return m.ClosedTitle
	}
	return m.KeptTitle
}

// Partner is a proposal another one could be merged with.
type Partner struct{ ID, Title, Number, PlaceName string }

const (
	mergeColumns = `select g.id::text, g.kept_id::text, k.title as kept_title, g.closed_id::text, c.title as closed_title, g.reason, g.state, g.kept_agreed_at, g.closed_agreed_at,
  g.asked_at, g.answer, g.version, g.place::text from proposal_merge g join proposal k on k.id = g.kept_id join proposal c on c.id = g.closed_id`
	mergesSQL   = mergeColumns + ` where @id::uuid in (g.kept_id, g.closed_id) order by g.asked_at, g.id`
	mergeSQL    = mergeColumns + ` where g.id = @id::uuid`
	partnersSQL = `select p.id::text, p.title, coalesce(p.number, '') as number, pl.name as place_name from proposal p join place pl on pl.path = p.place
  where p.edition_id = @edition::uuid and p.id <> @id::uuid and p.state in ('submitted', 'returned', 'endorsed') and p.place <@ any(@sight::text[]::ltree[])
    and not exists (select from proposal_merge g where p.id in (g.kept_id, g.closed_id) and g.state = 'asked')
  order by exists (select from proposal_alike a where (a.proposal_id, a.other_id) in ((p.id, @id::uuid), (@id::uuid, p.id))) desc, p.place = @place::text::ltree desc, p.id limit 50`
	askMergeSQL  = `insert into proposal_merge (id, kept_id, closed_id, place, reason, asked_by, asked_at) values (@merge, @kept, @closed, @place::text::ltree, @reason, @me, @at) on conflict (id) do nothing`
	openMergeSQL = `select count(*) from proposal_merge where state = 'asked' and (kept_id = any(@ids::uuid[]) or closed_id = any(@ids::uuid[])) and id <> @merge::uuid`
	agreeSQL     = `update proposal_merge set kept_agreed_at = coalesce(kept_agreed_at, case when kept_id = @mine::uuid then @at::timestamptz end),
  closed_agreed_at = coalesce(closed_agreed_at, case when closed_id = @mine::uuid then @at::timestamptz end), version = version + 1 where id = @id::uuid`
	endMergeSQL   = `update proposal_merge set state = @to, decided_at = @at, answer = @answer, version = version + 1 where id = @id::uuid`
	mergedIntoSQL = `update proposal set merged_into = @kept where id = @closed::uuid`
	// Who was in the closed team and is not in the other one.
	moversSQL = `select m.person_id::text as id, m.name, m.skill from team_member m where m.team_id = @from::uuid and m.state = 'accepted' and m.person_id is not null
  and not exists (select from team_member o where o.team_id = @to::uuid and o.person_id = m.person_id and o.state in ('invited', 'applied', 'accepted')) order by m.at, m.id`
	mergeRoomSQL = `select count(*) from team_member where team_id = @team::uuid and state in ('invited', 'applied', 'accepted')`
)

// mergeable tells why a proposal cannot be merged now, nil when it can: only before the call closes.
func (b *Book) mergeable(p Proposal, e edition.Edition) error {
	if e.State != edition.Open || e.ClosesAt == nil || !b.clock.Now().Before(*e.ClosesAt) {
		return fault.New(fault.Conflict, "申报截止以后，不能再合并了")
	}
	if !slices.Contains([]string{Submitted, Returned, Endorsed}, p.State) {
		return fault.New(fault.Conflict, "「%s」现在不能合并：已经审查过，或者撤回了", p.Title)
	}
	return nil
}

func (b *Book) partners(ctx context.Context, by identity.Actor, p Proposal) ([]Partner, error) {
	return pg.All[Partner](ctx, b.db, partnersSQL, pg.Args{"edition": p.EditionID, "id": p.ID, "place": p.Place, "sight": by.Sight(identity.EndorseProposals)})
}

// Asking asks two teams to go on as one.
type Asking struct {
	ID      string `form:"id"`
	Version int    `form:"version"`
	Other   string `form:"other"`
	Keep    string `form:"keep"` // "this" or "other": which of the two goes on
	Reason  string `form:"merge_reason"`
}

// Keeps names which of two proposals goes on.
var Keeps = []edition.Choice{{Code: "this", Name: "这一份继续，另一份并进来"}, {Code: "other", Name: "另一份继续，这一份并过去"}}

func (a Asking) check() error {
	var wrong fault.Fields
	if uuid.Validate(a.Other) != nil {
		wrong.Add("other", "请选择和哪一份合并")
	}
	if !edition.Known(Keeps, a.Keep) {
		wrong.Add("keep", "请选择以哪一份为主")
	}
	if a.Reason == "" {
		wrong.Add("merge_reason", "请写明为什么请他们合并，两边都会看到原文")
	}
	short(&wrong, "merge_reason", a.Reason, 300)
	return wrong.Err()
}

// AskMerge asks the leads of two proposals of one edition to merge; both must lie where the actor may give the
// community's opinion, so a community asks about its own and the subdistrict across communities.
func (b *Book) AskMerge(ctx context.Context, by identity.Actor, id string, a Asking) error {
	if err := a.check(); err != nil {
		return err
	}
	a.ID = formID(a.ID)
	return b.db.Change(ctx, func(tx pg.Tx) error {
		p, other, err := lockTwo(ctx, tx, id, a.Other)
		if err != nil {
			return err
		}
		w, err := b.mayMerge(ctx, tx, by, p, other)
		if err != nil {
			return err
		}
		open, err := pg.Value[int](ctx, tx, openMergeSQL, pg.Args{"ids": []string{p.ID, other.ID}, "merge": a.ID})
		if err != nil {
			return err
		}
		if open > 0 {
			return fault.New(fault.Conflict, "其中一份已经在商量合并，请等两边答复")
		}
		kept, closed, now := p, other, b.clock.Now()
		if a.Keep == "other" {
			kept, closed = other, p
		}
		rows, err := pg.Do(ctx, tx, askMergeSQL, pg.Args{"merge": a.ID, "kept": kept.ID, "closed": closed.ID, "place": p.Place, "reason": a.Reason, "me": by.ID, "at": now})
		if err != nil || rows == 0 { // the same form came twice
			return err
		}
		for _, one := range [][2]Proposal{{kept, closed}, {closed, kept}} {
			if err := b.tellLead(ctx, tx, a.ID+"/asked", one[0], "社区请「%s」和「%s」一起做：%s。请看看并答复", one[0].Title, one[1].Title, a.Reason); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_merge", ID: a.ID, Version: 1, Action: "ask", To: MergeAsked, Place: p.Place, Reason: a.Reason,
			Data: map[string]string{"kept": kept.ID, "closed": closed.ID}, At: now})
	})
}

// tellLead leaves a notice about a merge: the proposal's own version does not change with it, so the key is the merge's.
func (b *Book) tellLead(ctx context.Context, tx pg.Tx, key string, p Proposal, text string, args ...any) error {
	return notice.Tell(ctx, tx, notice.Letter{Code: "N03", To: []string{p.LeadID}, Text: fault.Say(text, args...), Link: "/proposals/" + p.ID, Key: key + "/" + p.ID, At: b.clock.Now()})
}

// lockTwo locks two proposals in the order of their ids, so that two who do it at once never wait for each other.
func lockTwo(ctx context.Context, tx pg.Tx, id, otherID string) (p, other Proposal, err error) {
	if id == otherID {
		return p, other, fault.Field("other", "请选择和哪一份合并")
	}
	for _, one := range slices.Sorted(slices.Values([]string{id, otherID})) {
		locked, err := Lock(ctx, tx, one)
		if err != nil {
			return p, other, err
		}
		if one == id {
			p = locked
		} else {
			other = locked
		}
	}
	return p, other, nil
}

// mayMerge gives the warrant for asking: over both, in conflict with neither, before closing and in one edition.
func (b *Book) mayMerge(ctx context.Context, tx pg.Tx, by identity.Actor, p, other Proposal) (w identity.Warrant, err error) {
	for _, one := range []Proposal{other, p} {
		if one.SubmittedAt == nil || !by.Sees(identity.ReadProposals, one.Place) {
			return w, fault.Missing()
		}
		if w, err = by.Must(identity.EndorseProposals, one.Place); err != nil {
			return w, err
		}
		team, err := TeamPeople(ctx, tx, one.TeamID)
		if err != nil {
			return w, err
		}
		if err := conflict(one, team, by); err != nil {
			return w, err
		}
		e, err := edition.Hold(ctx, tx, one.EditionID)
		if err != nil {
			return w, err
		}
		if err := b.mergeable(one, e); err != nil {
			return w, err
		}
	}
	if p.EditionID != other.EditionID {
		return w, fault.Field("other", "两份申报书不是同一届的，不能合并")
	}
	return w, nil
}

// Reply is a lead's answer to the question.
type Reply struct {
	Version int    `form:"version"` // of the merge
	Reason  string `form:"merge_answer"`
}

// AgreeMerge says yes for one of the two proposals. With the second yes the one goes on, the other is withdrawn into it,
// and the members of the closed team are invited into the other.
func (b *Book) AgreeMerge(ctx context.Context, by identity.Actor, mergeID string, r Reply) error {
	return b.replyMerge(ctx, by, mergeID, r, "agree", func(tx pg.Tx, w identity.Warrant, m Merge, mine, other Proposal) error {
		for _, one := range []Proposal{mine, other} {
			e, err := edition.Hold(ctx, tx, one.EditionID)
			if err != nil {
				return err
			}
			if err := b.mergeable(one, e); err != nil {
				return err
			}
		}
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, agreeSQL, pg.Args{"id": m.ID, "mine": mine.ID, "at": now}); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_merge", ID: m.ID, Version: m.Version + 1, Action: "agree", From: m.State, To: MergeAsked, Place: m.Place, At: now}); err != nil {
			return err
		}
		if !m.Agreed(other.ID) {
			return b.tellLead(ctx, tx, m.ID+"/agreed", other, "「%s」的领办人同意合并，等您答复", mine.Title)
		}
		kept, closed := mine, other
		if m.KeptID != mine.ID {
			kept, closed = other, mine
		}
		return b.unite(ctx, tx, w, m, kept, closed)
	})
}

// unite carries out what both have agreed to.
func (b *Book) unite(ctx context.Context, tx pg.Tx, w identity.Warrant, m Merge, kept, closed Proposal) error {
	now := b.clock.Now()
	if _, err := pg.Do(ctx, tx, endMergeSQL, pg.Args{"id": m.ID, "to": MergeDone, "at": now, "answer": ""}); err != nil {
		return err
	}
	if err := audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_merge", ID: m.ID, Version: m.Version + 2, Action: "unite", From: MergeAsked, To: MergeDone, Place: m.Place, At: now}); err != nil {
		return err
	}
	if err := outbox.Put(ctx, tx, now, TakenBack{closed.ID, closed.State}); err != nil {
		return err
	}
	if err := Move(ctx, tx, w, Step{ID: closed.ID, To: Withdrawn, Reason: m.Reason, At: now}); err != nil {
		return err
	}
	if _, err := pg.Do(ctx, tx, mergedIntoSQL, pg.Args{"closed": closed.ID, "kept": kept.ID}); err != nil {
		return err
	}
	if err := b.bring(ctx, tx, w, kept, closed); err != nil {
		return err
	}
	if err := b.tellLead(ctx, tx, m.ID+"/done", kept, "「%s」并进来了，已经邀请他们的成员加入", closed.Title); err != nil {
		return err
	}
	return b.tellLead(ctx, tx, m.ID+"/done", closed, "「%s」并进了「%s」，请您和成员答复邀请", closed.Title, kept.Title)
}

// bring invites the members of the closed team into the other, as many as it has room for. Everybody answers for
// themselves, and the limits are held when they do.
func (b *Book) bring(ctx context.Context, tx pg.Tx, w identity.Warrant, kept, closed Proposal) error {
	movers, err := pg.All[struct{ ID, Name, Skill string }](ctx, tx, moversSQL, pg.Args{"from": closed.TeamID, "to": kept.TeamID})
	if err != nil {
		return err
	}
	n, err := pg.Value[int](ctx, tx, mergeRoomSQL, pg.Args{"team": kept.TeamID})
	if err != nil {
		return err
	}
	now := b.clock.Now()
	for _, m := range movers[:min(len(movers), max(mostMembers-n, 0))] {
		seat := newID()
		if _, err := pg.Do(ctx, tx, inviteSQL, pg.Args{"id": seat, "team": kept.TeamID, "person": m.ID, "name": m.Name, "role": "member", "rights": rightsOf("member"), "skill": m.Skill, "index": nil, "tail": "",
			"me": kept.LeadID, "at": now}); err != nil {
			return err
		}
		if err := b.tellMember(ctx, tx, seat, 1, []string{m.ID}, "您的团队并进了「%s」，请看看要不要加入", kept.Title); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, w, audit.Event{Entity: "team_member", ID: seat, Version: 1, Action: "invite", To: "invited", Place: kept.Place, At: now}); err != nil {
			return err
		}
	}
	return nil
}

// DeclineMerge says no: both go on by themselves, which is fine.
func (b *Book) DeclineMerge(ctx context.Context, by identity.Actor, mergeID string, r Reply) error {
	var wrong fault.Fields
	short(&wrong, "merge_answer", r.Reason, 200)
	if err := wrong.Err(); err != nil {
		return err
	}
	return b.replyMerge(ctx, by, mergeID, r, "decline", func(tx pg.Tx, w identity.Warrant, m Merge, mine, other Proposal) error {
		now := b.clock.Now()
		if _, err := pg.Do(ctx, tx, endMergeSQL, pg.Args{"id": m.ID, "to": MergeDeclined, "at": now, "answer": r.Reason}); err != nil {
			return err
		}
		if err := b.tellLead(ctx, tx, m.ID+"/declined", other, "「%s」这次不合并，两边各做各的", mine.Title); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal_merge", ID: m.ID, Version: m.Version + 1, Action: "decline", From: m.State, To: MergeDeclined, Place: m.Place,
			Reason: r.Reason, At: now})
	})
}

// replyMerge hands the question, with both proposals locked, to f for the lead of one of them.
func (b *Book) replyMerge(ctx context.Context, by identity.Actor, mergeID string, r Reply, action string, f func(tx pg.Tx, w identity.Warrant, m Merge, mine, other Proposal) error) error {
	return b.db.Change(ctx, func(tx pg.Tx) error {
		m, err := pg.One[Merge](ctx, tx, mergeSQL, pg.Args{"id": mergeID})
		if err != nil {
			return err
		}
		kept, closed, err := lockTwo(ctx, tx, m.KeptID, m.ClosedID)
		if err != nil {
			return err
		}
		mine, other := kept, closed
		switch {
		case by.SignedIn() && kept.LeadID == by.ID:
		case by.SignedIn() && closed.LeadID == by.ID:
			mine, other = closed, kept
		default:
			return fault.Missing()
		}
		w, err := by.Tied(mine.Place, identity.TeamLead).Must(identity.DraftProposals, mine.Place)
		if err != nil {
			return err
		}
		if m, err = pg.One[Merge](ctx, tx, mergeSQL, pg.Args{"id": mergeID}); err != nil { // as it is now that both are locked
			return err
		}
		if m.Version != r.Version || m.State != MergeAsked || action == "agree" && m.Agreed(mine.ID) {
			done, err := audit.Did(ctx, tx, by, "proposal_merge", mergeID, r.Version+1, action)
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		return f(tx, w, m, mine, other)
	})
}

const mineOfMergeSQL = `select p.id::text from proposal_merge g join proposal p on p.id in (g.kept_id, g.closed_id) where g.id = @id::uuid and p.lead_id = nullif(@me, '')::uuid order by p.id limit 1`

// MergedBy is the actor's own proposal of the two a merge is about; for anybody else it is not there.
func (b *Book) MergedBy(ctx context.Context, by identity.Actor, mergeID string) (string, error) {
	return pg.Value[string](ctx, b.db, mineOfMergeSQL, pg.Args{"id": mergeID, "me": by.ID})
}
