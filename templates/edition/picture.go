package edition

import (
	"context"
	"strconv"
	"strings"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/templates/words"
)

// The picture of the year is drawn on a field of this many units; a unit is about a pixel on a phone.
const (
	picWide = 360
	picRow  = 42
	picTop  = 20
	picThin = 5   // least width of a bar
	picBend = 0.6 // share of the width for the way to the agreements, which is short and full
)

// strip is a row of the picture.
type strip struct {
	Name, Text, Class string
	Y, BarY           string
	X, Width          string
}

// mark is a line across the picture: a month, or today.
type mark struct{ X, Label, TextX string }

// picture is the timetable as a drawing, with the same in words.
type picture struct {
	Box, Height, AxisY string
	Alt                string
	Strips             []strip
	Months             []mark
	Today              *mark
}

// scale says where a day is: the months until the projects begin take most of the width.
type scale struct{ from, bend, to time.Time }

func (s scale) at(t time.Time) int {
	part := func(t, from, to time.Time) float64 {
		if !from.Before(to) {
			return 0
		}
		return min(max(t.Sub(from).Hours()/to.Sub(from).Hours(), 0), 1)
	}
	if !s.bend.After(s.from) || !s.bend.Before(s.to) {
		return int(part(t, s.from, s.to) * picWide)
	}
	if t.Before(s.bend) {
		return int(part(t, s.from, s.bend) * picBend * picWide)
	}
	return int((picBend + part(t, s.bend, s.to)*(1-picBend)) * picWide)
}

// draw places the steps of the year on the picture.
func draw(ctx context.Context, slots []edition.Slot, now time.Time) picture {
	s := scale{from: slots[0].From, bend: slots[0].To, to: slots[0].To}
	for _, slot := range slots {
		if slot.To.AddDate(0, 0, 1).After(s.to) {
			s.to = slot.To.AddDate(0, 0, 1)
		}
		if slot.Code != "run" && slot.Code != "mid" && slot.Code != "end" {
			s.bend = slot.To.AddDate(0, 0, 1)
		}
	}
	height := picTop + picRow*len(slots)
	p := picture{Height: strconv.Itoa(height), AxisY: strconv.Itoa(height), Box: "0 0 " + strconv.Itoa(picWide) + " " + strconv.Itoa(height+18)}
	var said []string
	today := clock.Day(now)
	for i, slot := range slots {
		y, x := picTop+i*picRow, s.at(slot.From)
		wide := max(s.at(slot.To.AddDate(0, 0, 1))-x, picThin)
		x = min(x, picWide-wide)
		class := "slot"
		switch {
		case slot.To.Before(today):
			class = "slot past"
		case !slot.From.After(today):
			class = "slot now"
		}
		text := days(slot)
		if slot.Days > 0 && slot.Code != "pitch" && !slot.Fixed {
			text += " · " + words.T(ctx, "%d 个工作日", slot.Days)
		}
		p.Strips = append(p.Strips, strip{Name: words.T(ctx, slot.Name), Text: text, Class: class, Y: strconv.Itoa(y + 13), BarY: strconv.Itoa(y + 20),
			X: strconv.Itoa(x), Width: strconv.Itoa(wide)})
		said = append(said, words.T(ctx, slot.Name)+" "+text)
	}
	p.Alt = words.T(ctx, "这一年的时间表：%s", strings.Join(said, "; "))
	p.Months = months(s)
	if !today.Before(s.from) && today.Before(s.to) {
		x := s.at(today)
		p.Today = &mark{X: strconv.Itoa(x), Label: words.T(ctx, "今天"), TextX: strconv.Itoa(min(max(x, 16), picWide-16))}
	}
	return p
}

// months are the beginnings of months, as many as have room for their number.
func months(s scale) []mark {
	var list []mark
	last := -30
	y, m, _ := s.from.Date()
	for day := time.Date(y, m+1, 1, 0, 0, 0, 0, clock.Shanghai); day.Before(s.to); day = day.AddDate(0, 1, 0) {
		x := s.at(day)
		if x-last < 26 || x > picWide-12 {
			continue
		}
		list = append(list, mark{X: strconv.Itoa(x), Label: day.Format("1/2"), TextX: strconv.Itoa(max(x, 10))})
		last = x
	}
	return list
}

// days writes the days of a step as figures, the same in every language.
func days(s edition.Slot) string {
	if s.From.Equal(s.To) {
		return s.To.Format("2006.1.2")
	}
	if s.From.Year() == s.To.Year() {
		return s.From.Format("2006.1.2") + "–" + s.To.Format("1.2")
	}
	return s.From.Format("2006.1.2") + "–" + s.To.Format("2006.1.2")
}

// slotDays is the days of a step by its code, "" when it is not known.
func slotDays(slots []edition.Slot, first, last string) string {
	var from, to time.Time
	for _, s := range slots {
		if s.Code == first {
			from = s.From
		}
		if s.Code == last {
			to = s.To
		}
	}
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return days(edition.Slot{From: from, To: to})
}

// computed says which day a step has by itself.
func computed(ctx context.Context, s edition.Slot) string {
	if s.Fixed {
		return words.T(ctx, "现在是您定的日期。清空就自动算")
	}
	return words.T(ctx, "现在自动算到 %s", s.To.Format(time.DateOnly))
}

// spans writes the days of a change of the calendar.
func spans(ctx context.Context, days []edition.Holiday) string {
	var parts []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1].Working == days[i].Working && days[j+1].Note == days[i].Note && days[j+1].Day.Sub(days[j].Day) == 24*time.Hour {
			j++
		}
		text := plain(days[i].Day)
		if j > i {
			text += "~" + plain(days[j].Day)
		}
		kind := "休"
		if days[i].Working {
			kind = "上班"
		}
		parts = append(parts, strings.TrimSpace(text+" "+words.T(ctx, kind)+" "+days[i].Note))
		i = j + 1
	}
	return strings.Join(parts, "; ")
}
