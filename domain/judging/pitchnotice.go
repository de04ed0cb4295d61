package judging

import (
	"context"
	"time"

	"seedbed/domain/clock"
	"seedbed/domain/fault"
	"seedbed/domain/notice"
	"seedbed/storage/pg"
)

// changeover is what passes between two pitches, in the time told to a team.
const changeover = 2 * time.Minute

// Expected is about when the n-th pitch (from 1) begins.
func (s Stage) Expected(n int) time.Time {
	return s.StartsAt.Add(time.Duration(n-1) * (s.clockOf() + changeover))
}

const roomJudgesSQL = `select distinct j.person_id::text from assignment a join judge j on j.id = a.judge_id where a.round_id = @id::uuid and a.state in ('assigned', 'accepted') order by 1`

// tellOrder tells every lead their turn and every judge the hall and time (N07).
func tellOrder(ctx context.Context, tx pg.Tx, roundID string, at time.Time, key string) error {
	s, err := pg.One[Stage](ctx, tx, stageSQL, pg.Args{"id": roundID})
	if err != nil {
		return err
	}
	slots, err := pg.All[Slot](ctx, tx, slotsSQL, pg.Args{"id": roundID})
	if err != nil {
		return err
	}
	for _, t := range slots {
		if err := tellTurn(ctx, tx, s, t, at, key); err != nil {
			return err
		}
	}
	judges, err := pg.Values[string](ctx, tx, roomJudgesSQL, pg.Args{"id": roundID})
	if err != nil {
		return err
	}
	text := fault.Say("路演 %s 开始，地点：%s，一共 %d 个项目。到时候请用手机打开这一页打分", stamp(s.StartsAt), s.Hall, len(slots))
	return notice.Tell(ctx, tx, notice.Letter{Code: "N07", To: judges, Text: text, Link: "/review/pitch/" + s.ID, Key: s.ID + key, At: at})
}

// tellTurn tells a lead when it is their turn, and where.
func tellTurn(ctx context.Context, tx pg.Tx, s Stage, t Slot, at time.Time, key string) error {
	text := fault.Say("「%s」路演排在第 %d 个，大约 %s，地点：%s。讲 %d 分钟，答 %d 分钟，请提前半小时到", t.Title, t.Seq, stamp(s.Expected(t.Seq)), s.Hall, s.PresentMin, s.QuestionMin)
	return notice.Tell(ctx, tx, notice.Letter{Code: "N07", To: []string{t.LeadID}, Text: text, Link: "/proposals/" + t.ProposalID, Key: t.ID + key, At: at})
}

const tomorrowSQL = `select s.id::text from pitch_room s where s.state = 'drawn' and s.starts_at > @from and s.starts_at <= @to order by s.id`

// RemindPitches tells leads and judges the day before (N07). It may run as often as the calendar likes; each is told once
// for a date, and not in the night.
func RemindPitches(ctx context.Context, tx pg.Tx, due time.Time) error {
	if hour := due.In(clock.Shanghai).Hour(); hour < 8 || hour >= 21 {
		return nil
	}
	rooms, err := pg.Values[string](ctx, tx, tomorrowSQL, pg.Args{"from": due, "to": clock.Day(due).AddDate(0, 0, 2)})
	if err != nil {
		return err
	}
	for _, id := range rooms {
		s, err := pg.One[Stage](ctx, tx, stageSQL, pg.Args{"id": id})
		if err != nil {
			return err
		}
		if err := tellOrder(ctx, tx, id, due, "/eve/"+s.StartsAt.In(clock.Shanghai).Format(time.DateOnly)); err != nil {
			return err
		}
	}
	return nil
}
