package award

import (
	"context"
	"strconv"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/domain/proposal"
	"seedbed/storage/pg"
)

// Filed is an objection as its objector finds it among their own.
type Filed struct {
	Own
	NoticeID   string
	Notice     string // its number
	Facts      string
	ReceivedAt time.Time
}

const filedSQL = `select o.number, o.award_id::text, p.title, o.state, o.answer, o.due_at, o.publicity_id::text as notice_id, n.number as notice, o.facts, o.received_at
  from objection o join award a on a.id = o.award_id join proposal p on p.id = a.proposal_id join publicity n on n.id = o.publicity_id
  where o.person_id = @me::uuid order by o.received_at desc, o.id limit 100`

// Filed lists the actor's own objections, newest first.
func (b *Book) Filed(ctx context.Context, by identity.Actor) ([]Filed, error) {
	if !by.SignedIn() {
		return nil, nil
	}
	return pg.All[Filed](ctx, b.db, filedSQL, pg.Args{"me": by.ID})
}

const sinceSQL = `select a.id::text, case when exists (select from reopening o where o.proposal_id = a.proposal_id and o.state = 'open') then 'again' else a.state end as state from publicity_item i join award a on a.id = i.award_id where i.publicity_id = @id::uuid`

// Since tells what has become of a notice's projects, by their awards: the paper was sealed and cannot say it.
func Since(ctx context.Context, q pg.Reader, noticeID string) (map[string]string, error) {
	type fate struct{ ID, State string }
	list, err := pg.All[fate](ctx, q, sinceSQL, pg.Args{"id": noticeID})
	states := make(map[string]string, len(list))
	for _, f := range list {
		states[f.ID] = f.State
	}
	return states, err
}

// The views of the agreements' desk.
const (
	ToRefine = "refine"
	ToDraft  = "draft"
	ToSign   = "sign"
	Drawn    = "all" // every agreement there is
)

// Paper is a funded project on the agreements' desk.
type Paper struct {
	Contract
	Place   string // the home community
	Parties []string
	DueAt   *time.Time // until when the team has to hand its plan in; nil while it is not in the team's hand
}

// Lacks tells whether a party has not signed yet.
func (p Paper) Lacks(party string) bool {
	for _, signed := range p.Parties {
		if signed == party {
			return false
		}
	}
	return p.SignState == Signing
}

const papersSQL = `select p.id::text as proposal_id, coalesce(p.number, '') as number, p.title, pl.name as place_name, pl.name_en as place_name_en, p.state, a.state as award_state,
    a.amount, coalesce((select sum(l.amount) from proposal_line l where l.proposal_id = p.id), 0)::bigint as budget, coalesce(g.id::text, '') as agreement_id,
    coalesce(g.number, '') as agreement, coalesce(g.state, '') as sign_state, (select count(*) from agreement_sign s where s.agreement_id = g.id)::int as signed,
    a.place::text as place, array(select s.party from agreement_sign s where s.agreement_id = g.id order by s.party) as parties, ` + planDueColumns + `
  from award a join proposal p on p.id = a.proposal_id join edition e on e.id = a.edition_id join place pl on pl.path = p.place left join agreement g on g.award_id = a.id` + planTurnFrom + `
  where a.place <@ any(@sight::text[]::ltree[]) and a.result = 'selected' and case @view::text
    when 'refine' then a.state = 'confirmed' and p.state = 'refining' when 'draft' then a.state = 'confirmed' and p.state = 'refined' and g.id is null
    when 'sign' then g.state = 'signing' else g.id is not null end
  and (nullif(@after, '')::uuid is null or p.id < nullif(@after, '')::uuid) order by p.id desc limit 51`

// Papers lists the funded projects of the actor's places over all editions, newest first, fifty a page: those whose
// plan is being fitted, those waiting for an agreement or for signatures, or every agreement. The second answer is
// where the next page begins.
func (b *Book) Papers(ctx context.Context, by identity.Actor, view, after string) ([]Paper, string, error) {
	list, err := pg.All[Paper](ctx, b.db, papersSQL, pg.Args{"sight": by.Sight(identity.ReadProjects), "view": view, "after": after, "days": refineDays})
	if err != nil || len(list) <= 50 {
		return list, "", err
	}
	return list[:50], list[49].ProposalID, nil
}

// Handed is the last that happened to a plan being fitted: its lead handed it in, or it was sent back.
type Handed struct {
	Back   bool
	Reason string
	At     time.Time
}

const handedSQL = `select v.action = 'send_refinement_back' as back, v.reason, v.at from audit_event v
  where v.entity = 'proposal' and v.entity_id = @id::uuid and v.action in ('refine', 'send_refinement_back') order by v.at desc, v.n desc limit 1`

// Handed is the last word on a plan, if there was any. The caller has made sure that the reader may see the plan.
func (b *Book) Handed(ctx context.Context, p Plan) (Handed, error) {
	h, _, err := pg.Maybe[Handed](ctx, b.db, handedSQL, pg.Args{"id": p.ID})
	return h, err
}

// SentBack is what is still to be changed in a plan.
type SentBack struct {
	Version int    `form:"version"`
	Reason  string `form:"reason"`
}

const backSQL = `update proposal set reason = @reason, version = version + 1 where id = @id::uuid`

// SendPlanBack asks the lead to fit the plan once more, with the reason.
func (b *Book) SendPlanBack(ctx context.Context, by identity.Actor, proposalID string, s SentBack) error {
	p, err := b.Plan(ctx, by, proposalID)
	if err != nil {
		return err
	}
	w, err := by.Must(identity.AcceptRefinements, p.Place)
	if err != nil {
		return err
	}
	if s.Reason == "" {
		return fault.Field("reason", "请写清楚要改哪里，团队会看到")
	}
	if n := utf8.RuneCountInString(s.Reason); n > 200 {
		return fault.Field("reason", "最多 %d 个字，现在是 %d 个字", 200, n)
	}
	h := hand{w, b.clock.Now()}
	return b.db.Change(ctx, func(tx pg.Tx) error {
		q, err := proposal.Lock(ctx, tx, proposalID)
		if err != nil {
			return err
		}
		if q.Version != s.Version {
			done, err := audit.Did(ctx, tx, by, "proposal", proposalID, s.Version+1, "send_refinement_back")
			if err == nil && !done {
				err = stale()
			}
			return err
		}
		if q.State != proposal.Refining {
			return fault.New(fault.Conflict, "现在不是调整计划的时候，请刷新页面看看")
		}
		if _, err := pg.Do(ctx, tx, backSQL, pg.Args{"id": q.ID, "reason": s.Reason}); err != nil {
			return err
		}
		text := fault.Say("「%s」的计划还要再调一调：%s", q.Title, s.Reason)
		if err := notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: []string{q.LeadID}, Text: text, Link: "/proposals/" + q.ID + "/refine",
			Key: q.ID + "/back/" + strconv.Itoa(q.Version), At: h.at}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "proposal", ID: q.ID, Version: q.Version + 1, Action: "send_refinement_back", From: q.State, To: q.State,
			Place: q.Place, Reason: s.Reason, At: h.at})
	})
}
