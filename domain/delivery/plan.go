package delivery

import (
	"context"
	"time"
	"unicode/utf8"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	themeRunes  = 60
	placeRunes  = 60
	shortest    = 30 * time.Minute // shorter meetings are not counted (DOMAIN §11.1)
	announceAge = 2                // days before an activity that it must be announced
)

// NewPlan is what a team writes to plan an activity, or to record one that has been.
type NewPlan struct {
	ID        string    `form:"id"`
	Version   int       `form:"version"` // 0 for a new one
	Theme     string    `form:"theme"`
	StartsAt  time.Time `form:"starts_at,datetime"`
	EndsAt    time.Time `form:"ends_at,datetime"`
	PlaceText string    `form:"place_text"`
}

// check says what is wrong with a plan of a project.
func (n NewPlan) check(p Project) fault.Fields {
	var wrong fault.Fields
	when(&wrong, n.StartsAt, n.EndsAt, p)
	text(&wrong, "theme", n.Theme, themeRunes, "请写活动主题，例如「楼道大扫除」")
	text(&wrong, "place_text", n.PlaceText, placeRunes, "请写活动地点，例如「3 号楼前空地」")
	return wrong
}

func text(wrong *fault.Fields, field, value string, most int, missing string) {
	switch n := utf8.RuneCountInString(value); {
	case n == 0:
		wrong.Add(field, missing)
	case n > most:
		wrong.Add(field, "最多 %d 个字，现在是 %d 个", most, n)
	}
}

// when checks the time of an activity: long enough, on one day, within the project.
func when(wrong *fault.Fields, starts, ends time.Time, p Project) {
	switch {
	case starts.IsZero():
		wrong.Add("starts_at", "请选择开始时间")
	case clock.Day(starts).Before(clock.Day(p.StartsOn)) || clock.Day(starts).After(clock.Day(p.EndsOn)):
		wrong.Add("starts_at", "要在项目期限内：%s 至 %s", p.StartsOn.Format(time.DateOnly), p.EndsOn.Format(time.DateOnly))
	}
	switch {
	case ends.IsZero():
		wrong.Add("ends_at", "请选择结束时间")
	case starts.IsZero():
	case !ends.After(starts):
		wrong.Add("ends_at", "结束时间要晚于开始时间")
	case ends.Sub(starts) < shortest:
		wrong.Add("ends_at", "不到 30 分钟的不算一场活动，请检查时间")
	case !clock.Day(starts).Equal(clock.Day(ends)):
		wrong.Add("ends_at", "跨天的活动请每天记一场")
	}
}

const (
	planSQL = `insert into activity (id, project_id, place, theme, starts_at, ends_at, place_text, created_by) values
  (@id::uuid, @project::uuid, @place::text::ltree, @theme, @starts_at, @ends_at, @place_text, @by::uuid) on conflict (id) do nothing`
	replanSQL = `update activity set theme = @theme, starts_at = @starts_at, ends_at = @ends_at, place_text = @place_text, version = version + 1 where id = @id::uuid`
)

// Plan enters an activity of a project; one that has already been is entered the same way and logged at once.
func (b *Book) Plan(ctx context.Context, by identity.Actor, projectID string, n NewPlan) (Activity, error) {
	p, w, err := b.may(ctx, by, identity.LogActivities, projectID)
	if err != nil {
		return Activity{}, err
	}
	if err := n.check(p).Err(); err != nil {
		return Activity{}, err
	}
	if !p.Live() {
		return Activity{}, fault.New(fault.Conflict, "这个项目已经结束，不能再加活动")
	}
	now := b.clock.Now()
	err = b.db.Change(ctx, func(tx pg.Tx) error {
		rows, err := pg.Do(ctx, tx, planSQL, pg.Args{"id": n.ID, "project": p.ID, "place": p.Place, "theme": n.Theme, "starts_at": n.StartsAt, "ends_at": n.EndsAt,
			"place_text": n.PlaceText, "by": by.ID})
		if err != nil || rows == 0 {
			return err
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "activity", ID: n.ID, Version: 1, Action: "plan", To: Planned, Place: p.Place, At: now})
	})
	if err != nil {
		return Activity{}, err
	}
	a, err := pg.One[Activity](ctx, b.db, activitySQL, pg.Args{"id": n.ID})
	if err == nil && (a.CreatedBy != by.ID || a.ProjectID != p.ID) {
		return Activity{}, fault.Missing() // the id of somebody else's row
	}
	return a, err
}

// Replan changes what is planned: rain has been known.
func (b *Book) Replan(ctx context.Context, by identity.Actor, id string, n NewPlan) error {
	a, p, w, err := b.mayActivity(ctx, by, identity.LogActivities, id)
	if err != nil {
		return err
	}
	if err := n.check(p).Err(); err != nil {
		return err
	}
	same := func(a Activity) bool { return a.Theme == n.Theme && a.StartsAt.Equal(n.StartsAt) }
	return b.change(ctx, id, Step{Version: n.Version}, a.State, same, func(tx pg.Tx, a Activity) error {
		if !a.Upcoming() {
			return fault.New(fault.Conflict, "活动已经记录，计划不能再改")
		}
		if _, err := pg.Do(ctx, tx, replanSQL, pg.Args{"id": id, "theme": n.Theme, "starts_at": n.StartsAt, "ends_at": n.EndsAt, "place_text": n.PlaceText}); err != nil {
			return err
		}
		return b.record(ctx, tx, w, a, "replan", a.State, "")
	})
}

const moveActivitySQL = `update activity set state = @state, reason = @reason, version = version + 1 where id = @id::uuid`

// Announce puts a planned activity where neighbours can read about it, at least two days before.
func (b *Book) Announce(ctx context.Context, by identity.Actor, id string, s Step) error {
	_, _, w, err := b.mayActivity(ctx, by, identity.ReportResults, id)
	if err != nil {
		return err
	}
	return b.change(ctx, id, s, Announced, always, func(tx pg.Tx, a Activity) error {
		if clock.Day(a.StartsAt).Before(clock.Day(b.clock.Now()).AddDate(0, 0, announceAge)) {
			return fault.New(fault.Conflict, "预告要至少提前 %d 天。来不及预告也没关系，活动办完直接记录就好", announceAge)
		}
		return b.move(ctx, tx, w, a, "announce", Announced, "")
	})
}

// Cancel calls a planned activity off.
func (b *Book) Cancel(ctx context.Context, by identity.Actor, id string, s Step) error {
	_, _, w, err := b.mayActivity(ctx, by, identity.ReportResults, id)
	if err != nil {
		return err
	}
	if s.Reason == "" {
		return fault.Field("reason", "请写取消的原因，例如「下雨」")
	}
	same := func(a Activity) bool { return a.Reason == s.Reason }
	return b.change(ctx, id, s, Cancelled, same, func(tx pg.Tx, a Activity) error {
		return b.move(ctx, tx, w, a, "cancel", Cancelled, s.Reason)
	})
}

func always(Activity) bool { return true }

// move writes an activity's next state with its trail.
func (b *Book) move(ctx context.Context, tx pg.Tx, w identity.Warrant, a Activity, action, to, reason string) error {
	if _, err := pg.Do(ctx, tx, moveActivitySQL, pg.Args{"id": a.ID, "state": to, "reason": reason}); err != nil {
		return err
	}
	return b.record(ctx, tx, w, a, action, to, reason)
}

func (b *Book) record(ctx context.Context, tx pg.Tx, w identity.Warrant, a Activity, action, to, reason string) error {
	return audit.Record(ctx, tx, w, audit.Event{Entity: "activity", ID: a.ID, Version: a.Version + 1, Action: action, From: a.State, To: to, Place: a.Place, Reason: reason, At: b.clock.Now()})
}
