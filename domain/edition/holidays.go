package edition

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"seedbed/domain/audit"
	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

// Holiday is a day that is not what its weekday says: a weekday off, or a weekend day worked in exchange (调休).
type Holiday struct {
	Day     time.Time `json:"day"`
	Working bool      `json:"working"`
	Note    string    `json:"note"`
}

// Holidays is a list of days as staff paste it: one a line, or a span of days.
type Holidays struct {
	ID   string `form:"id"`
	Text string `form:"text"`
}

const mostHolidays = 400 // days in one go

// What people write for a day off, a day worked and a day as its weekday says, and between two days. It is read and
// not said to anybody: words:none.
var (
	offWords    = []string{"休", "放假", "休息", "off"}
	onWords     = []string{"班", "上班", "调休上班", "补班", "work", "on"}
	flatWord    = "平"
	betweenDays = strings.NewReplacer("～", "~", "至", "~", "到", "~", "/", "-", ".", "-")
)

// ParseHolidays reads days from lines such as 2027-02-14 休 春节, 2027-02-14~2027-02-20,休,春节 or 2027-02-20 班. 平 gives
// a day back to its weekday. Every line that cannot be read is named; then none is taken.
func ParseHolidays(text string) ([]Holiday, error) {
	var days []Holiday
	seen := map[string]int{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
		parts := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t,，;；", r) })
		if len(parts) == 0 || n == 0 && !strings.ContainsAny(parts[0], "0123456789") { // empty, or the head of a table
			continue
		}
		from, to, ok := span(parts[0])
		if !ok {
			return nil, fault.Field("text", "第 %d 行的日期看不懂，请写成 2027-02-14 或 2027-02-14~2027-02-20", n+1)
		}
		kind := ""
		if len(parts) > 1 {
			kind = strings.ToLower(parts[1])
		}
		plain := kind == flatWord
		if !plain && !slices.Contains(offWords, kind) && !slices.Contains(onWords, kind) {
			return nil, fault.Field("text", "第 %d 行要在日期后面写「休」「班」或「平」", n+1)
		}
		note := strings.Join(parts[min(2, len(parts)):], " ")
		if utf8.RuneCountInString(note) > 20 {
			return nil, fault.Field("text", "第 %d 行的说明太长了，最多 20 个字", n+1)
		}
		for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
			if was := seen[day.Format(time.DateOnly)]; was > 0 {
				return nil, fault.Field("text", "第 %d 行和第 %d 行写了同一天", n+1, was)
			}
			if seen[day.Format(time.DateOnly)] = n + 1; len(seen) > mostHolidays {
				return nil, fault.Field("text", "一次最多 %d 天，请分几次", mostHolidays)
			}
			days = append(days, Holiday{day, slices.Contains(onWords, kind) || plain && clock.Calendar{}.Working(day), note})
		}
	}
	if len(days) == 0 {
		return nil, fault.Field("text", "请至少写一天")
	}
	return days, nil
}

func span(text string) (from, to time.Time, ok bool) {
	first, last, two := strings.Cut(betweenDays.Replace(text), "~")
	from, err := time.ParseInLocation("2006-1-2", first, clock.Shanghai)
	to = from
	if err == nil && two {
		to, err = time.ParseInLocation("2006-1-2", last, clock.Shanghai)
	}
	return from, to, err == nil && !to.Before(from) && to.Sub(from) < mostHolidays*24*time.Hour && from.Year() > 2000 && to.Year() < 2200
}

const (
	calendarLockSQL = `select pg_advisory_xact_lock(hashtextextended('the calendar', 0)) is not null`
	nextCalendarSQL = `select greatest(coalesce((select max(version) from calendar_day), 0), coalesce((select max(version) from calendar_change), 0))::int + 1`
	setDaySQL       = `insert into calendar_day (day, working, note, version) values (@day::date, @working, @note, @version)
  on conflict (day) do update set working = excluded.working, note = excluded.note, version = excluded.version`
	addChangeSQL = `insert into calendar_change (id, version, days, made_by, at) values (@id, @version, @days, @me, @at) on conflict (id) do nothing`
	holidaysSQL  = `select day, working, note from calendar_day where extract(year from day) = @year::int order by day`
	changesSQL   = `select c.version, c.days, c.at, n.name as who from calendar_change c join person n on n.id = c.made_by order by c.version desc limit @n`
)

// KeepHolidays enters days into the calendar of working days under a new version. Deadlines that were already computed
// keep the day they were told with (I-T1).
func (b *Book) KeepHolidays(ctx context.Context, by identity.Actor, h Holidays) (int, error) {
	days, err := ParseHolidays(h.Text)
	if err != nil {
		return 0, err
	}
	if uuid.Validate(h.ID) != nil {
		h.ID = newID()
	}
	sight := by.Sight(identity.PlanEditions)
	if len(sight) == 0 {
		sight = []string{""}
	}
	w, err := by.Must(identity.PlanEditions, sight[0])
	if err != nil {
		return 0, err
	}
	return len(days), b.db.Change(ctx, func(tx pg.Tx) error {
		if _, err := pg.Value[bool](ctx, tx, calendarLockSQL, nil); err != nil {
			return err
		}
		version, err := pg.Value[int](ctx, tx, nextCalendarSQL, nil)
		if err != nil {
			return err
		}
		added, err := pg.Do(ctx, tx, addChangeSQL, pg.Args{"id": h.ID, "version": version, "days": days, "me": by.ID, "at": b.clock.Now()})
		if err != nil || added == 0 { // the same form came twice
			return err
		}
		for _, d := range days {
			if _, err := pg.Do(ctx, tx, setDaySQL, pg.Args{"day": d.Day.Format(time.DateOnly), "working": d.Working, "note": d.Note, "version": version}); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, w, audit.Event{Entity: "calendar_change", ID: h.ID, Version: 1, Action: "keep", Place: w.Place, At: b.clock.Now(),
			Data: map[string]any{"version": version, "days": len(days)}})
	})
}

// CalendarChange is one change of the calendar.
type CalendarChange struct {
	Version int
	Days    []Holiday
	At      time.Time
	Who     string
}

// Year is the calendar of a year for its page: the days that are not what their weekday says, and the latest changes.
func (b *Book) Year(ctx context.Context, year int) ([]Holiday, []CalendarChange, error) {
	days, err := pg.All[Holiday](ctx, b.db, holidaysSQL, pg.Args{"year": year})
	if err != nil {
		return nil, nil, err
	}
	days = slices.DeleteFunc(days, func(d Holiday) bool { return d.Working == clock.Calendar{}.Working(civil(d.Day)) })
	changes, err := pg.All[CalendarChange](ctx, b.db, changesSQL, pg.Args{"n": 20})
	return days, changes, err
}
