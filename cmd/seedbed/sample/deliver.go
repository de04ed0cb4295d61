package sample

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/delivery"
	"seedbed/domain/evidence"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
	"seedbed/storage/photo/sketch"
)

const projectOfSQL = `select id::text, starts_on, award, version, state from project where proposal_id = @proposal::uuid`

type opened struct {
	ID       string
	StartsOn time.Time
	Award    int64
	Version  int
	State    string
}

// deliver holds the activities of a season's projects, month by month, and pays for them on the way.
func (g *garden) deliver(ctx context.Context, s season, list []grown) error {
	var running []*grown
	for i := range list {
		p, ok, err := pg.Maybe[opened](ctx, g.DB, projectOfSQL, pg.Args{"proposal": list[i].proposal})
		if err != nil {
			return err
		}
		if ok {
			list[i].project = p.ID
			running = append(running, &list[i])
		}
	}
	if len(running) == 0 {
		return fmt.Errorf("no project of the %d proposals was opened", len(list))
	}
	from, step := g.Clock.Now().AddDate(0, 0, 12), 19
	if !s.finished { // the season under way has come to this week
		step = int(g.now.Sub(from)/(24*time.Hour)) / s.activities
	}
	for n := range s.activities {
		day := from.AddDate(0, 0, n*step)
		if day.After(g.now.AddDate(0, 0, -2)) {
			day = g.now.AddDate(0, 0, -3+n%2)
		}
		g.at(day, 19)
		last := !s.finished && n == s.activities-1
		if err := each(ctx, running, func(ctx context.Context, i int, p *grown) error { return g.act(ctx, *p, n, last && i%2 == 0) }); err != nil {
			return fmt.Errorf("activity %d: %w", n+1, err)
		}
		if n%4 == 2 || !s.finished && n == s.activities-1 {
			if err := g.Settle(ctx); err != nil {
				return err
			}
			if err := g.clear(ctx, n); err != nil {
				return err
			}
			if err := each(ctx, running, func(ctx context.Context, i int, p *grown) error { return g.claim(ctx, *p, n, i, s) }); err != nil {
				return fmt.Errorf("claims after activity %d: %w", n+1, err)
			}
		}
	}
	return nil
}

// act holds one activity: planned and recorded by the lead, verified by the community unless it is left to wait.
//
//words:none
func (g *garden) act(ctx context.Context, p grown, n int, wait bool) error {
	d := dice("act"+strconv.Itoa(n), p.serial)
	day := clock.Day(g.Clock.Now())
	starts := day.Add(14*time.Hour + 30*time.Minute)
	plan := delivery.NewPlan{ID: id(), Theme: fmt.Sprintf("%s（第 %d 次）", p.idea.activity, n+1), StartsAt: starts, EndsAt: starts.Add(2 * time.Hour), PlaceText: p.at.Name + "活动室"}
	a, err := g.Projects.Plan(ctx, p.lead, p.project, plan)
	if err != nil {
		return err
	}
	served := 12 + d.IntN(30)
	log := delivery.NewLog{Version: a.Version, Theme: plan.Theme, StartsAt: plan.StartsAt, EndsAt: plan.EndsAt, PlaceText: plan.PlaceText,
		Content: fmt.Sprintf("下午来了 %d 位邻居。%s大家边做边聊，约好下次还来。", served, p.idea.method), ServedTimes: served, Newcomers: served / 6, Minors: served / 8, Elders: served / 3,
		Volunteers: 2 + d.IntN(4), VolunteerHours: "6", SignIn: "paper"}
	if err := g.Projects.Log(ctx, p.lead, a.ID, log); err != nil {
		return err
	}
	kinds := []struct {
		kind  string
		scene sketch.Scene
	}{{"panorama", sketch.Panorama}, {"process", sketch.Process}, {"sheet", sketch.Sheet}}
	for k, want := range kinds {
		file := g.picture(want.scene, p.serial*100+n*4+k, starts.Add(time.Duration(20+k*10)*time.Minute))
		if _, err := g.Projects.Attach(ctx, p.lead, a.ID, delivery.NewPhoto{Kind: want.kind, Name: want.kind + ".jpg"}, bytes.NewReader(file)); err != nil {
			return err
		}
	}
	version, err := g.version(ctx, activityVersionSQL, a.ID)
	if err != nil {
		return err
	}
	if err := g.Projects.Submit(ctx, p.lead, a.ID, delivery.Step{Version: version}); err != nil || wait {
		return err
	}
	return g.Projects.Verify(ctx, g.role(identity.CommunityStaff, p.at.Path), a.ID, delivery.Step{Version: version + 1})
}

const activityVersionSQL = `select version from activity where id = @id::uuid`

func (g *garden) version(ctx context.Context, sql, row string) (int, error) {
	return pg.Value[int](ctx, g.DB, sql, pg.Args{"id": row})
}

const unclearedSQL = `select t.id::text as id, a.place::text as judge from attachment t join activity a on a.id = t.owner_id where a.state = 'verified' and t.state = 'derived' and t.kind <> 'sheet' order by t.id`

// clear has the community look through some of the photos and let the public see them.
func (g *garden) clear(ctx context.Context, n int) error {
	photos, err := pg.All[seat](ctx, g.DB, unclearedSQL, nil)
	if err != nil {
		return err
	}
	return each(ctx, photos, func(ctx context.Context, i int, s seat) error {
		if (i+n)%3 == 0 {
			return nil // some stay inside
		}
		_, err := g.Projects.Clear(ctx, g.role(identity.CommunityStaff, s.Judge), s.ID, evidence.Clearance{NoMinors: true, Agreed: true, Private: true})
		return err
	})
}
