package clock

import (
	"testing"
	"time"
)

func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", text, Shanghai)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAddWorkingDays(t *testing.T) {
	swapped := Calendar{Off: map[string]bool{"2026-10-01": true, "2026-10-02": true}, On: map[string]bool{"2026-10-10": true}}
	for _, c := range []struct {
		cal   Calendar
		start string
		n     int
		want  string
	}{
		{Calendar{}, "2026-11-19 16:00", 5, "2026-11-27 00:00"}, // Thursday, five working days: next Thursday 24:00
		{Calendar{}, "2026-11-20 23:59", 1, "2026-11-24 00:00"}, // Friday: Monday 24:00
		{Calendar{}, "2026-11-21 08:00", 1, "2026-11-24 00:00"}, // Saturday: Monday 24:00
		{swapped, "2026-09-30 09:00", 1, "2026-10-06 00:00"},    // two days off and a weekend
		{swapped, "2026-10-09 09:00", 1, "2026-10-11 00:00"},    // a working Saturday
	} {
		if got := c.cal.AddWorkingDays(at(c.start), c.n); !got.Equal(at(c.want)) {
			t.Errorf("%s + %d working days = %s; want %s", c.start, c.n, got, c.want)
		}
	}
}
