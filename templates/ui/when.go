package ui

import (
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/templates/words"
)

// Date is a day in the district: 2026 年 10 月 21 日 or 21 Oct 2026. No time is a dash.
func Date(ctx context.Context, t time.Time) string {
	return tell(ctx, t, "2006 年 1 月 2 日", "2 Jan 2006")
}

// DateTime is a day and time in the district: 2026 年 10 月 21 日 18:00.
func DateTime(ctx context.Context, t time.Time) string {
	return tell(ctx, t, "2006 年 1 月 2 日 15:04", "2 Jan 2006 15:04")
}

// Day is a day of this year: 10 月 21 日 or 21 Oct.
func Day(ctx context.Context, t time.Time) string { return tell(ctx, t, "1 月 2 日", "2 Jan") }

// Until tells a deadline that is the first instant too late: midnight is the evening before, 24:00.
func Until(ctx context.Context, t time.Time) string {
	if t.IsZero() || !t.Equal(clock.Day(t)) {
		return DateTime(ctx, t)
	}
	return Date(ctx, t.AddDate(0, 0, -1)) + " 24:00"
}

// Ago tells how long ago t was, seen from now; after a week it is the day.
func Ago(ctx context.Context, t, now time.Time) string {
	days := int(clock.Day(now).Sub(clock.Day(t)).Hours() / 24)
	switch gone := now.Sub(t); {
	case t.IsZero(), gone < 0, days > 7:
		return Date(ctx, t)
	case gone < time.Minute:
		return words.T(ctx, "刚刚")
	case gone < time.Hour:
		return words.T(ctx, "%d 分钟前", int(gone.Minutes()))
	case days == 0:
		return words.T(ctx, "今天 %s", t.In(clock.Shanghai).Format("15:04"))
	case days == 1:
		return words.T(ctx, "昨天 %s", t.In(clock.Shanghai).Format("15:04"))
	default:
		return words.T(ctx, "%d 天前", days)
	}
}

// Left tells how long there is until a deadline, seen from now.
func Left(ctx context.Context, until, now time.Time) string {
	switch left := until.Sub(now); {
	case left <= 0:
		return words.T(ctx, "已截止")
	case left < time.Hour:
		return words.T(ctx, "还剩 %d 分钟", int(left.Minutes())+1)
	case left < 48*time.Hour:
		return words.T(ctx, "还剩 %d 小时", int(left.Hours()))
	default:
		return words.T(ctx, "还剩 %d 天", int(left.Hours()/24))
	}
}

func tell(ctx context.Context, t time.Time, zh, en string) string {
	if t.IsZero() {
		return "—"
	}
	if words.Lang(ctx) == "en" {
		return t.In(clock.Shanghai).Format(en)
	}
	return t.In(clock.Shanghai).Format(zh)
}
