package award

import (
	"context"
	"strconv"
	"time"

	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// A plan's days run from when the team got it into hand, at the confirmation or when it was sent back, to the end of the
// last day (the edition's refine_days, calendar days). @days stands for rules of a time before there was such a term.
const planTurnFrom = ` left join lateral (select v.at, v.action from audit_event v where v.entity = 'proposal' and v.entity_id = p.id and (v.to_state = 'refining' or v.action in ('refine', 'send_refinement_back'))
      order by v.at desc, v.n desc limit 1) last on p.state = 'refining'
    left join lateral (select max(v.at) as at from audit_event v where v.entity = 'proposal' and v.entity_id = p.id and (v.to_state = 'refining' and v.from_state <> 'refining' or v.action = 'send_refinement_back')) begun
      on p.state = 'refining'`

const (
	planDueColumns = `case when last.action is distinct from 'refine' then ((begun.at at time zone 'Asia/Shanghai')::date + coalesce((e.rules->>'refine_days')::int, @days::int) + 1)::timestamp at time zone 'Asia/Shanghai' end as due_at`

	hangingSQL = `select p.id::text, p.title, p.lead_id::text, p.place::text, x.due_at from (select p.id, ` + planDueColumns + ` from proposal p join edition e on e.id = p.edition_id` + planTurnFrom + `
    where p.state = 'refining') x join proposal p on p.id = x.id where x.due_at <= @soon order by x.due_at, p.id limit 500`
	planDueSQL = `select ` + planDueColumns + ` from proposal p join edition e on e.id = p.edition_id` + planTurnFrom + ` where p.id = @id::uuid`

	refineDays  = 14 // DOMAIN §15: a fortnight where the rules say nothing
	planWarning = 3 * 24 * time.Hour
)

// planDue is until when the team has to hand its plan in; nil while the plan is not in the team's hand.
func planDue(ctx context.Context, q pg.Reader, proposalID string) (*time.Time, error) {
	return pg.Value[*time.Time](ctx, q, planDueSQL, pg.Args{"id": proposalID, "days": refineDays})
}

// RemindPlans tells the lead that the plan is due in three days, and the lead and the district that it is late (N12). Each
// once for every time the plan came into the team's hand; nothing is taken away, for a neighbour may have good reasons.
func RemindPlans(ctx context.Context, tx pg.Tx, now time.Time) error {
	type hanging struct {
		ID, Title, LeadID, Place string
		DueAt                    time.Time
	}
	list, err := pg.All[hanging](ctx, tx, hangingSQL, pg.Args{"soon": now.Add(planWarning), "days": refineDays})
	if err != nil {
		return err
	}
	for _, p := range list {
		key := p.ID + "/plan/" + strconv.FormatInt(p.DueAt.Unix(), 10)
		letter := notice.Letter{Code: "N12", To: []string{p.LeadID}, Text: fault.Say("「%s」的计划请在 %s 前按批准的金额改好，交给区社区办", p.Title, until(p.DueAt)),
			Link: "/proposals/" + p.ID + "/refine", Key: key + "/due", At: now}
		if !now.Before(p.DueAt) {
			letter.Text, letter.Key = fault.Say("「%s」的计划过了约定的时间（%s）还没有交，请尽快改好；有难处请告诉社区", p.Title, until(p.DueAt)), key+"/late"
			staff, err := notice.Holders(ctx, tx, p.Place, identity.DistrictStaff)
			if err != nil {
				return err
			}
			if err := notice.Tell(ctx, tx, notice.Letter{Code: "N12", To: staff, Text: fault.Say("「%s」的计划过了约定的时间（%s）还没有交，请问问团队", p.Title, until(p.DueAt)),
				Link: "/desk/proposals/" + p.ID + "/refinement", Key: key + "/late/desk", At: now}); err != nil {
				return err
			}
		}
		if err := notice.Tell(ctx, tx, letter); err != nil {
			return err
		}
	}
	return nil
}
