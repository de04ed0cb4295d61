package edition

import (
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/domain/place"
	"seedbed/storage/pg"
)

// Slot is a step of the year on the timetable: whole days in the district, both ends included.
type Slot struct {
	Code  string
	Name  string
	From  time.Time
	To    time.Time
	Days  int  // working days it takes; 0 where they are not counted
	Fixed bool // staff chose the day; else it was computed with the calendar
}

// The steps whose last day may be fixed by hand, in order.
var stepsFixed = []Choice{{"fix", "补正材料"}, {"check", "资格审查"}, {"desk", "书面评审"}, {"pitch", "路演"}, {"public", "结果公示"}, {"sign", "签协议"}, {"mid", "中期检查"}}

// Timetable is the year of an edition by the calendar of working days, as far as its dates are known: from the call to
// the last claim. Days fixed by hand are taken as they are.
func (e Edition) Timetable(cal clock.Calendar) []Slot {
	if e.OpensAt == nil || e.ClosesAt == nil {
		return nil
	}
	// A call that ends at midnight has the day before as its last.
	closes := clock.Day(e.ClosesAt.Add(-time.Microsecond))
	list := []Slot{{Code: "open", Name: "居民申报", From: clock.Day(*e.OpensAt), To: closes, Fixed: true}}
	r, last := e.Rules, closes
	for _, s := range []struct {
		code string
		days int
	}{{"fix", r.FixDays}, {"check", r.CheckDays}, {"desk", r.DeskDays}, {"pitch", r.PitchDays}, {"public", max(r.PublicDays, 3)}, {"sign", r.SignDays}} {
		slot := Slot{Code: s.code, Name: NameOf(stepsFixed, s.code), From: last.AddDate(0, 0, 1), Days: s.days, To: cal.AddWorkingDays(last, max(s.days, 1)).AddDate(0, 0, -1)}
		if day, ok := e.fixed(s.code); ok {
			slot.To, slot.Fixed = day, true
		}
		if slot.From.After(slot.To) {
			slot.From = slot.To
		}
		last = slot.To
		if s.code == "pitch" { // a single day at the end of its span
			slot.From = slot.To
		}
		list = append(list, slot)
	}
	if e.RunsFrom == nil || e.RunsTo == nil {
		return list
	}
	from, to := civil(*e.RunsFrom), civil(*e.RunsTo)
	list = append(list, Slot{Code: "run", Name: "办活动", From: from, To: to, Fixed: true})
	mid := Slot{Code: "mid", Name: NameOf(stepsFixed, "mid"), To: working(cal, clock.Day(from.Add(to.Sub(from)/2)))}
	if day, ok := e.fixed("mid"); ok {
		mid.To, mid.Fixed = day, true
	}
	mid.From = mid.To
	return append(list, mid, Slot{Code: "end", Name: "结项、报销收尾", From: to.AddDate(0, 0, 1), To: to.AddDate(0, 0, max(r.ClaimWindow, 1))})
}

// working is the first working day from a day on.
func working(cal clock.Calendar, day time.Time) time.Time {
	for !cal.Working(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

func (e Edition) fixed(code string) (time.Time, bool) {
	day, err := time.ParseInLocation(time.DateOnly, e.Dates[code], clock.Shanghai)
	return day, err == nil
}

// Crowded tells whether the agreements end only after the projects should have begun, and when: a thing to know before
// the call is published, not a fault.
func Crowded(list []Slot) (signed, begins time.Time, crowded bool) {
	for _, s := range list {
		switch s.Code {
		case "sign":
			signed = s.To
		case "run":
			begins = s.From
		}
	}
	return signed, begins, !begins.IsZero() && !signed.IsZero() && !signed.Before(begins)
}

// TimetableFor is Timetable with the district's calendar.
func (b *Book) TimetableFor(ctx context.Context, e Edition) ([]Slot, error) {
	cal, err := place.Calendar(ctx, b.db)
	return e.Timetable(cal), err
}

// Days are the days fixed by hand, as a form; an empty one is computed.
type Days struct {
	Version int       `form:"version"`
	Reason  string    `form:"reason"` // asked once the call is published
	Fix     time.Time `form:"fix,date"`
	Check   time.Time `form:"check,date"`
	Desk    time.Time `form:"desk,date"`
	Pitch   time.Time `form:"pitch,date"`
	Public  time.Time `form:"public,date"`
	Sign    time.Time `form:"sign,date"`
	Mid     time.Time `form:"mid,date"`
}

// DaysOf are an edition's fixed days for the form.
func DaysOf(e Edition) Days {
	d := Days{Version: e.Version}
	for code, at := range d.by() {
		if day, ok := e.fixed(code); ok {
			*at = day
		}
	}
	return d
}

func (d *Days) by() map[string]*time.Time {
	return map[string]*time.Time{"fix": &d.Fix, "check": &d.Check, "desk": &d.Desk, "pitch": &d.Pitch, "public": &d.Public, "sign": &d.Sign, "mid": &d.Mid}
}

// check complains about a fixed day before the step it follows, of a public notice shorter than the rules promise, and
// of a mid-term review outside the projects' time.
func (d Days) check(e Edition, cal clock.Calendar) error {
	var wrong fault.Fields
	short(&wrong, "reason", d.Reason, 200)
	var last Slot
	for _, s := range e.Timetable(cal) {
		switch {
		case s.Code == "mid" && s.Fixed:
			if s.To.Before(civil(*e.RunsFrom)) || s.To.After(civil(*e.RunsTo)) {
				wrong.Add("mid", "中期检查要在项目实施期间")
			}
		case s.Code == "open" || s.Code == "run" || s.Code == "mid" || s.Code == "end":
		case s.Fixed && !s.To.After(last.To):
			wrong.Add(s.Code, "这一步要排在「%s」之后，也就是 %s 以后", fault.Say(last.Name), last.To.Format(time.DateOnly))
		case s.Fixed && s.Code == "public" && s.To.Before(cal.AddWorkingDays(last.To, max(e.Rules.PublicDays, 3)).AddDate(0, 0, -1)):
			wrong.Add("public", "公示要满 %d 个工作日，请把日期往后排", max(e.Rules.PublicDays, 3))
		}
		if s.Code != "run" && s.Code != "mid" {
			last = s
		}
	}
	return wrong.Err()
}

const datesSQL = `update edition set dates = @dates, version = version + 1 where id = @id::uuid`

// SetDays fixes days of the timetable: of a draft by who plans it, of a published call by the head with a reason, which
// the community staff are told.
func (b *Book) SetDays(ctx context.Context, by identity.Actor, id string, d Days) error {
	e, err := Get(ctx, b.db, id)
	if err != nil {
		return err
	}
	may := identity.PlanEditions
	if e.State != Draft {
		may = identity.PublishEditions
	}
	cal, err := place.Calendar(ctx, b.db)
	if err != nil {
		return err
	}
	return b.change(ctx, id, hand{by, may, "", d.Version}, func(tx pg.Tx, w identity.Warrant, e Edition) error {
		switch {
		case e.State == Archived || e.State == Cancelled:
			return fault.New(fault.Conflict, "这一届已经结束，时间表不能再改")
		case e.State != Draft && d.Reason == "":
			return fault.Field("reason", "公告已经发布，改时间要写明原因")
		}
		e.Dates = map[string]string{}
		for code, at := range d.by() {
			if !at.IsZero() {
				e.Dates[code] = at.Format(time.DateOnly)
			}
		}
		if err := d.check(e, cal); err != nil {
			return err
		}
		if _, err := pg.Do(ctx, tx, datesSQL, pg.Args{"id": id, "dates": e.Dates}); err != nil {
			return err
		}
		if e.State != Draft {
			if err := b.tell(ctx, tx, e, "days", "「%s」的时间安排有调整，请看最新的公告，并转告居民", e.Title); err != nil {
				return err
			}
		}
		return b.record(ctx, tx, w, e, "set_days", e.State, d.Reason)
	})
}
