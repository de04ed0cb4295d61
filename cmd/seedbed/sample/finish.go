package sample

import (
	"context"
	"fmt"
	"strconv"

	"seedbed/domain/delivery"
	"seedbed/domain/identity"
	"seedbed/domain/money"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

const (
	finalSQL   = `select id::text as id, state as judge from evaluation where project_id = @project::uuid and kind = 'final'`
	evalSQL    = `select version from evaluation where id = @id::uuid`
	projectSQL = `select version from project where id = @id::uuid`
	orgSQL     = `select version from org where id = @id::uuid`
)

// finish hands in the final reports, has them reviewed, settles the money, accepts the projects, and lets some of the
// teams go on as organisations.
func (g *garden) finish(ctx context.Context, list []grown) error {
	g.at(g.Clock.Now().AddDate(0, 0, 10), 10)
	for _, step := range []func(context.Context, grown) error{g.payRest, g.report, g.review, g.accept} {
		if err := each(ctx, list, func(ctx context.Context, _ int, p grown) error {
			if p.project == "" {
				return nil
			}
			return step(ctx, p)
		}); err != nil {
			return err
		}
		g.at(g.Clock.Now().AddDate(0, 0, 4), 10)
		if err := g.Settle(ctx); err != nil {
			return err
		}
	}
	return each(ctx, list, func(ctx context.Context, i int, p grown) error {
		if p.project == "" || i%3 != 0 {
			return nil
		}
		return g.found(ctx, p, i)
	})
}

const openClaimsSQL = `select id::text from claim where project_id = @project::uuid and state not in ('paid','payee_confirmed','rejected','voided','draft')`

// payRest brings what is still under way to its end.
func (g *garden) payRest(ctx context.Context, p grown) error {
	open, err := pg.Values[string](ctx, g.DB, openClaimsSQL, pg.Args{"project": p.project})
	if err != nil {
		return err
	}
	for n, claim := range open {
		if err := g.walkClaim(ctx, p, claim, 9, 50+n); err != nil {
			return err
		}
	}
	return nil
}

//words:none
func (g *garden) report(ctx context.Context, p grown) error {
	n := delivery.NewReport{Review: "final", Report: fmt.Sprintf("「%s」按计划办完了活动。%s居民参加得多，队伍也稳住了，账目和照片都齐全。", p.idea.title, p.idea.goal),
		NextStep: "活动继续办，队伍留在社区。", Satisfaction: 88 + p.serial%10}
	return g.Projects.Report(ctx, p.lead, p.project, n)
}

func (g *garden) review(ctx context.Context, p grown) error {
	e, err := pg.One[seat](ctx, g.DB, finalSQL, pg.Args{"project": p.project})
	if err != nil {
		return err
	}
	d := dice("final", p.serial)
	marks := delivery.NewMarks{M1: strconv.Itoa(24 + d.IntN(6)), M2: strconv.Itoa(15 + d.IntN(5)), M3: strconv.Itoa(11 + d.IntN(4)), M4: strconv.Itoa(20 + d.IntN(5)), M5: strconv.Itoa(7 + d.IntN(3))}
	for _, by := range []identity.Actor{g.finance, g.mentor, g.role(identity.SubdistrictStaff, place.Subdistrict(p.at.Path))} {
		if err := g.Projects.Mark(ctx, by, e.ID, marks); err != nil {
			return fmt.Errorf("marking: %w", err)
		}
	}
	version, err := g.version(ctx, evalSQL, e.ID)
	if err != nil {
		return err
	}
	return g.Projects.Close(ctx, g.head, e.ID, delivery.NewClose{Version: version})
}

func (g *garden) accept(ctx context.Context, p grown) error {
	version, err := g.version(ctx, projectSQL, p.project)
	if err != nil {
		return err
	}
	if err := g.Money.Settle(ctx, g.finance, p.project, money.Settlement{Version: version}); err != nil {
		return fmt.Errorf("settling: %w", err)
	}
	return g.Projects.Accept(ctx, g.head, p.project, delivery.Step{Version: version + 1})
}

// found turns a team into an organisation; members are asked afresh and most say yes. Some wait to be recognised.
func (g *garden) found(ctx context.Context, p grown, i int) error {
	draft, _, err := g.Orgs.Draft(ctx, p.lead, p.project)
	if err != nil {
		return err
	}
	draft.Name, draft.Type, draft.Consent = p.at.Name+p.idea.activity+"队", p.idea.orgType, true //words:none
	o, err := g.Orgs.Found(ctx, p.lead, draft)
	if err != nil {
		return err
	}
	for k, member := range p.team {
		if k == 5 {
			continue // one has not answered yet
		}
		if err := g.Orgs.Join(ctx, member, o.ID, true); err != nil {
			return err
		}
	}
	for _, step := range []struct {
		do   func(context.Context, identity.Actor, string, int) error
		by   identity.Actor
		when bool
	}{{g.Orgs.Bud, p.lead, true}, {g.Orgs.Recognize, g.role(identity.CommunityHead, p.at.Path), i%6 == 0 || i > 9}} {
		version, err := g.version(ctx, orgSQL, o.ID)
		if err != nil || !step.when {
			return err
		}
		if err := step.do(ctx, step.by, o.ID, version); err != nil {
			return err
		}
	}
	return nil
}
