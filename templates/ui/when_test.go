package ui_test

import (
	"context"
	"testing"
	"time"

	"seedbed/domain/clock"
	"seedbed/templates/ui"
	"seedbed/templates/words"
)

func TestTimesAreToldInTheDistrict(t *testing.T) {
	zh, en := words.With(context.Background(), "zh"), words.With(context.Background(), "en")
	at := time.Date(2026, 10, 21, 10, 5, 0, 0, time.UTC) // 18:05 in the district
	midnight := time.Date(2026, 10, 22, 0, 0, 0, 0, clock.Shanghai)
	for _, c := range []struct{ got, want string }{
		{ui.Date(zh, at), "2026 年 10 月 21 日"}, {ui.Date(en, at), "21 Oct 2026"},
		{ui.DateTime(zh, at), "2026 年 10 月 21 日 18:05"}, {ui.DateTime(en, at), "21 Oct 2026 18:05"},
		{ui.Day(zh, at), "10 月 21 日"}, {ui.Day(en, at), "21 Oct"},
		{ui.Date(zh, at.Add(6*time.Hour)), "2026 年 10 月 22 日"}, // past midnight in the district, not yet in UTC
		{ui.Until(zh, midnight), "2026 年 10 月 21 日 24:00"}, {ui.Until(en, midnight), "21 Oct 2026 24:00"},
		{ui.Until(zh, at), "2026 年 10 月 21 日 18:05"}, {ui.Date(zh, time.Time{}), "—"}, {ui.Until(en, time.Time{}), "—"},
		{ui.Ago(zh, at, at.Add(30*time.Second)), "刚刚"}, {ui.Ago(zh, at, at.Add(5*time.Minute)), "5 分钟前"},
		{ui.Ago(zh, at, at.Add(4*time.Hour)), "今天 18:05"}, {ui.Ago(zh, at, at.Add(6*time.Hour)), "昨天 18:05"},
		{ui.Ago(en, at, at.Add(72*time.Hour)), "3 days ago"}, {ui.Ago(zh, at, at.Add(240*time.Hour)), "2026 年 10 月 21 日"},
		{ui.Left(zh, midnight, at), "还剩 5 小时"}, {ui.Left(zh, midnight, midnight), "已截止"},
		{ui.Left(zh, midnight, midnight.Add(-time.Second)), "还剩 1 分钟"}, {ui.Left(en, midnight, midnight.Add(-120*time.Hour)), "5 days left"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
