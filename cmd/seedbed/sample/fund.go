package sample

import (
	"context"
	"fmt"

	"seedbed/domain/award"
	"seedbed/domain/edition"
	"seedbed/domain/identity"
	"seedbed/domain/yuan"
	"seedbed/storage/pg"
)

const (
	stateSQL  = `select state from proposal where id = @id::uuid`
	noticeSQL = `select max(closes_at) as closes_at from publicity where edition_id = @edition::uuid`
	pactSQL   = `select a.id::text as id, a.digest as judge from agreement a where a.proposal_id = @proposal::uuid`
)

// fund allocates the money, publishes the result, and after the notice has the winners refine, sign and receive.
func (g *garden) fund(ctx context.Context, e edition.Edition, list []grown) error {
	if err := g.Awards.Allocate(ctx, g.head, e.ID); err != nil {
		return fmt.Errorf("allocating: %w", err)
	}
	g.at(g.Clock.Now().AddDate(0, 0, 1), 10)
	notice, published := id(), g.Clock.Now()
	if err := g.Awards.Publish(ctx, g.head, e.ID, award.NewNotice{ID: notice}); err != nil {
		return fmt.Errorf("publishing: %w", err)
	}
	if e.No == third.no {
		if err := g.objection(ctx, notice, list); err != nil {
			return fmt.Errorf("an objection: %w", err)
		}
	}
	g.at(published.AddDate(0, 0, 12), 9) // past any window of five working days
	if err := g.RunDue(ctx); err != nil {
		return err
	}
	if err := g.Settle(ctx); err != nil {
		return err
	}
	if err := each(ctx, list, func(ctx context.Context, _ int, p grown) error { return g.contract(ctx, p) }); err != nil {
		return fmt.Errorf("contracting: %w", err)
	}
	if err := g.Settle(ctx); err != nil {
		return err
	}
	g.at(g.Clock.Now().AddDate(0, 0, 2), 10)
	return g.release(ctx, map[bool]int{true: 2, false: 0}[e.No == third.no])
}

// objection is a neighbour's doubt about a result; it is looked into and answered while the notice is still up.
//
//words:none
func (g *garden) objection(ctx context.Context, notice string, list []grown) error {
	g.at(g.Clock.Now().AddDate(0, 0, 1), 20)
	for _, p := range list {
		a, found, err := award.Of(ctx, g.DB, p.proposal)
		if err != nil {
			return err
		}
		if !found || a.State != award.Publicized {
			continue
		}
		who := g.residents[p.at.Path][spare+1]
		o, err := g.Awards.Object(ctx, who, notice, award.NewObjection{ID: id(), AwardID: a.ID, Facts: "听说这个队去年在别的街道办过一样的活动，是不是同一件事拿两份钱？请查一查。"})
		if err != nil {
			return err
		}
		g.at(g.Clock.Now().AddDate(0, 0, 1), 9)
		if err := g.Awards.Take(ctx, g.district, o.ID, award.Pressed{Version: 1}); err != nil {
			return err
		}
		g.at(g.Clock.Now(), 16)
		return g.Awards.Rule(ctx, g.district, o.ID, award.Ruling{Version: 2, Outcome: award.Dismissed, Answer: "查了前两届的名单和街道的台账，这个队没有领过别的公益资金；您说的是另一支同名的队伍。异议不成立，谢谢您的监督。"})
	}
	return nil
}

// contract is a winner's way to money: the plan fitted to the award, accepted, drawn up and signed by three.
func (g *garden) contract(ctx context.Context, p grown) error {
	state, err := pg.Value[string](ctx, g.DB, stateSQL, pg.Args{"id": p.proposal})
	if err != nil || state != "refining" {
		return err
	}
	plan, err := g.Awards.Plan(ctx, p.lead, p.proposal)
	if err != nil {
		return err
	}
	if err := g.Awards.Refine(ctx, p.lead, p.proposal, fitted(plan)); err != nil {
		return fmt.Errorf("refining: %w", err)
	}
	if plan, err = g.Awards.Plan(ctx, g.district, p.proposal); err != nil {
		return err
	}
	if err := g.Awards.AcceptPlan(ctx, g.district, p.proposal, award.Pressed{Version: plan.Version}); err != nil {
		return fmt.Errorf("accepting: %w", err)
	}
	if err := g.Awards.Draft(ctx, g.district, p.proposal, award.NewAgreement{ID: id()}); err != nil {
		return fmt.Errorf("drafting: %w", err)
	}
	pact, err := pg.One[seat](ctx, g.DB, pactSQL, pg.Args{"proposal": p.proposal})
	if err != nil {
		return err
	}
	for _, s := range []struct {
		party string
		by    identity.Actor
	}{{award.Team, p.lead}, {award.Host, g.role(identity.CommunityHead, p.at.Path)}, {award.Sponsor, g.head}} {
		if err := g.Awards.Sign(ctx, s.by, pact.ID, award.Pen{Party: s.party, Agree: true, Digest: pact.Judge}); err != nil {
			return fmt.Errorf("signing as %s: %w", s.party, err)
		}
	}
	return nil
}

// fitted is a plan's budget brought to exactly the award: every line in proportion, the odd fen with the printing.
func fitted(p award.Plan) award.Refinement {
	r := award.Refinement{Version: p.Version, ActTarget: max(p.ActFrom, p.ActTarget*3/4), ServedTarget: max(p.Served, p.ServedTarget*3/4)}
	left, odd := p.Award.Amount, 0
	for i, b := range p.Bounds {
		line := award.RefinedLine{Item: b.Line.Item, UnitPrice: b.Base / yuan.Fen(b.Line.Qty), Qty: b.Line.Qty}
		if b.Line.Category == "P" {
			odd = i
		} else {
			left -= line.UnitPrice * yuan.Fen(line.Qty)
		}
		r.Lines = append(r.Lines, line)
	}
	r.Lines[odd].UnitPrice, r.Lines[odd].Qty = left, 1
	return r
}
