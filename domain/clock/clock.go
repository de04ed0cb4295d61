// Package clock is the only source of time in the house: verbs, jobs and pages ask the Clock they were given, so a
// year can be walked in a second and a deadline tested to the millisecond. A linter forbids time.Now elsewhere.
package clock

import (
	"sync"
	"time"
)

// Clock tells the time.
type Clock interface{ Now() time.Time }

// Shanghai is the district's time zone, a fixed +08:00 (no summer time since 1991), so no zone database is needed.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// System is the machine's clock, cut to microseconds because that is what PostgreSQL keeps.
type System struct{}

// Now is the machine's time in the district's zone.
func (System) Now() time.Time { return time.Now().In(Shanghai).Truncate(time.Microsecond) }

// Manual is a clock that moves only when told to; safe for concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual starts a manual clock.
func NewManual(at time.Time) *Manual { return &Manual{now: at.In(Shanghai).Truncate(time.Microsecond)} }

// Now is where the clock was left.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to a time.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = at.In(Shanghai).Truncate(time.Microsecond)
}

// Advance moves the clock on.
func (m *Manual) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
}

// Day is the start of t's day in the district.
func Day(t time.Time) time.Time {
	y, m, d := t.In(Shanghai).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, Shanghai)
}

// Calendar knows the working days: weekends off, save for the table's holidays and swapped working days (调休).
type Calendar struct {
	Version int             // stored with every computed deadline (I-T1)
	Off     map[string]bool // "2026-10-01" → a day off
	On      map[string]bool // "2026-10-10" → a working weekend day
}

// Working tells whether t's day is a working day.
func (c Calendar) Working(t time.Time) bool {
	key := t.In(Shanghai).Format(time.DateOnly)
	if c.Off[key] {
		return false
	}
	weekday := t.In(Shanghai).Weekday()
	return c.On[key] || (weekday != time.Saturday && weekday != time.Sunday)
}

// AddWorkingDays gives the end (24:00) of the n-th working day after t's day, which does not count itself. The result
// is the first instant after the deadline, so "in time" is before it.
func (c Calendar) AddWorkingDays(t time.Time, n int) time.Time {
	day := Day(t)
	for n > 0 {
		day = day.AddDate(0, 0, 1)
		if c.Working(day) {
			n--
		}
	}
	return day.AddDate(0, 0, 1)
}

// AddDays gives the end (24:00) of the n-th calendar day after t's day.
func AddDays(t time.Time, n int) time.Time { return Day(t).AddDate(0, 0, n+1) }
