package delivery

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"seedbed/domain/clock"
	"seedbed/domain/edition"
	"seedbed/domain/fault"
	"seedbed/domain/identity"
	"seedbed/storage/pg"
)

const (
	contentLeast = 30 // characters (DOMAIN §11.2)
	contentMost  = 800
	reasonMost   = 200
	mostHalves   = 16 // half hours a volunteer may be counted for in one activity (DOMAIN §11.1)
)

// NewLog is what a team writes about an activity that has been (活动记录表, DOMAIN §8.5).
type NewLog struct {
	Version        int       `form:"version"`
	Theme          string    `form:"theme"`
	StartsAt       time.Time `form:"starts_at,datetime"`
	EndsAt         time.Time `form:"ends_at,datetime"`
	PlaceText      string    `form:"place_text"`
	Content        string    `form:"content"`
	ServedTimes    int       `form:"served_times"`
	Newcomers      int       `form:"newcomers"`
	Minors         int       `form:"minors"`
	Elders         int       `form:"elders"`
	Disabled       int       `form:"disabled"`
	Volunteers     int       `form:"volunteers"`
	VolunteerHours string    `form:"volunteer_hours"` // of all together, in steps of half an hour
	SignIn         string    `form:"sign_in"`
	Signed         int       `form:"signed"`
	Problems       string    `form:"problems"`
	LateReason     string    `form:"late_reason"`
	TwinReason     string    `form:"twin_reason"`
}

// LogOf is an activity's log as its form shows it.
func LogOf(a Activity) NewLog {
	hours := ""
	if a.VolunteerHalves > 0 {
		hours = strconv.FormatFloat(float64(a.VolunteerHalves)/2, 'f', -1, 64)
	}
	return NewLog{Version: a.Version, Theme: a.Theme, StartsAt: a.StartsAt, EndsAt: a.EndsAt, PlaceText: a.PlaceText, Content: a.Content, ServedTimes: a.ServedTimes,
		Newcomers: a.Newcomers, Minors: a.Minors, Elders: a.Elders, Disabled: a.Disabled, Volunteers: a.Volunteers, VolunteerHours: hours, SignIn: a.SignIn, Signed: a.Signed,
		Problems: a.Problems, LateReason: a.LateReason, TwinReason: a.TwinReason}
}

// check says what is wrong with a log written at a moment, and gives the volunteers' half hours. What may still be
// missing, such as the content, is asked for when the log is handed in.
func (n NewLog) check(p Project, rules edition.Rules, now time.Time) (int, fault.Fields) {
	wrong := NewPlan{Theme: n.Theme, StartsAt: n.StartsAt, EndsAt: n.EndsAt, PlaceText: n.PlaceText}.check(p)
	if n.StartsAt.After(now) {
		wrong.Add("starts_at", "活动还没有开始，开始后再来记录")
	}
	if utf8.RuneCountInString(n.Content) > contentMost {
		wrong.Add("content", "最多 %d 个字，现在是 %d 个", contentMost, utf8.RuneCountInString(n.Content))
	}
	for field, value := range map[string]string{"problems": n.Problems, "late_reason": n.LateReason, "twin_reason": n.TwinReason} {
		if utf8.RuneCountInString(value) > reasonMost {
			wrong.Add(field, "最多 %d 个字，现在是 %d 个", reasonMost, utf8.RuneCountInString(value))
		}
	}
	if n.SignIn != "" && !edition.Known(SignIns, n.SignIn) {
		wrong.Add("sign_in", "请选择签到方式")
	}
	if n.LateReason == "" && late(n.EndsAt, rules, now) {
		wrong.Add("late_reason", "活动过去超过 %d 天了，请写明为什么现在才记录", rules.LogDays)
	}
	n.counts(&wrong)
	return n.halves(&wrong), wrong
}

// late tells whether a log needs a reason for coming after the days the rules give it.
func late(ends time.Time, rules edition.Rules, now time.Time) bool {
	return !ends.IsZero() && !now.Before(clock.AddDays(ends, rules.LogDays))
}

func (n NewLog) counts(wrong *fault.Fields) {
	const most = 100_000
	for _, c := range []struct {
		field string
		n     int
	}{{"served_times", n.ServedTimes}, {"volunteers", n.Volunteers}} {
		if c.n < 0 || c.n > most {
			wrong.Add(c.field, "人数要在 0 到 %d 之间", most)
		}
	}
	for _, c := range []struct {
		field string
		n     int
	}{{"newcomers", n.Newcomers}, {"minors", n.Minors}, {"elders", n.Elders}, {"disabled", n.Disabled}, {"signed", n.Signed}} {
		switch {
		case c.n < 0:
			wrong.Add(c.field, "人数不能是负数")
		case c.n > n.ServedTimes:
			wrong.Add(c.field, "这里是 %d 人，不能多于服务人次 %d", c.n, n.ServedTimes)
		}
	}
	if n.Minors+n.Elders > n.ServedTimes {
		wrong.Add("elders", "孩子 %d 人加老人 %d 人，超过了服务人次 %d", n.Minors, n.Elders, n.ServedTimes)
	}
}

// halves reads the volunteers' hours.
func (n NewLog) halves(wrong *fault.Fields) int {
	if n.VolunteerHours == "" {
		return 0
	}
	hours, err := strconv.ParseFloat(strings.TrimSpace(n.VolunteerHours), 64)
	halves := int(hours * 2)
	switch {
	case err != nil || !(hours >= 0 && hours < 100_000) || float64(halves) != hours*2:
		wrong.Add("volunteer_hours", "请写小时数，可以有半小时，例如 12.5")
		return 0
	case n.Volunteers == 0 && halves > 0:
		wrong.Add("volunteers", "有志愿服务时长，请写志愿者人数")
	case halves > n.Volunteers*mostHalves:
		wrong.Add("volunteer_hours", "每位志愿者每场最多算 8 小时，%d 人最多 %d 小时", n.Volunteers, n.Volunteers*mostHalves/2)
	}
	return halves
}

const logSQL = `update activity set theme = @theme, starts_at = @starts_at, ends_at = @ends_at, place_text = @place_text, content = @content, served_times = @served_times,
  newcomers = @newcomers, minors = @minors, elders = @elders, disabled = @disabled, volunteers = @volunteers, volunteer_halves = @halves, sign_in = @sign_in, signed = @signed,
  problems = @problems, late_reason = @late_reason, twin_reason = @twin_reason, state = 'logged', version = version + 1 where id = @id::uuid`

// Log writes the record of an activity that has been. It may be written again until it is handed in. No hold on the
// project's money prevents it (I-F9).
func (b *Book) Log(ctx context.Context, by identity.Actor, id string, n NewLog) error {
	_, p, w, err := b.mayActivity(ctx, by, identity.LogActivities, id)
	if err != nil {
		return err
	}
	rules, err := rulesOf(ctx, b.db, p)
	if err != nil {
		return err
	}
	halves, wrong := n.check(p, rules, b.clock.Now())
	if err := wrong.Err(); err != nil {
		return err
	}
	same := func(a Activity) bool { return a.Content == n.Content && a.ServedTimes == n.ServedTimes }
	return b.change(ctx, id, Step{Version: n.Version}, Logged, same, func(tx pg.Tx, a Activity) error {
		if !a.Open() || !p.Live() {
			return fault.New(fault.Conflict, "这场活动的记录已经交上去了，不能再改")
		}
		args := pg.Args{"id": id, "theme": n.Theme, "starts_at": n.StartsAt, "ends_at": n.EndsAt, "place_text": n.PlaceText, "content": n.Content, "served_times": n.ServedTimes,
			"newcomers": n.Newcomers, "minors": n.Minors, "elders": n.Elders, "disabled": n.Disabled, "volunteers": n.Volunteers, "halves": halves, "sign_in": n.SignIn, "signed": n.Signed,
			"problems": n.Problems, "late_reason": n.LateReason, "twin_reason": n.TwinReason}
		if _, err := pg.Do(ctx, tx, logSQL, args); err != nil {
			return err
		}
		return b.record(ctx, tx, w, a, "log", Logged, "")
	})
}
